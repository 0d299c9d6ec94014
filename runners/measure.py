"""What is measured of a network: parameters, multiply–accumulates and accuracy, each defined here and nowhere else."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from runners.examples import Split
from runners.look_ahead import one_ahead
from runners.macs import count_macs
from runners.pruning.prunable import prunable_parameters

EVAL_BATCH_SIZE = 512


@dataclass(frozen=True)
class Layer:
    """A prunable layer: the name of its parameter, how many weights it has, and its MACs for one example."""

    name: str
    parameters: int
    macs: int


@dataclass(frozen=True)
class DenseSize:
    """A network before pruning: all parameters, MACs for one example, and its prunable layers in forward order."""

    parameters: int
    macs: int
    layers: tuple[Layer, ...]

    @property
    def prunable(self) -> int:
        """Parameters that pruning may remove."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def largest_compression(self) -> float:
        """The compression ratio where every prunable weight is gone; infinite where all parameters are prunable."""
        never = self.parameters - self.prunable
        return self.parameters / never if never else math.inf

    def columns(self, kept: Mapping[str, int]) -> dict[str, float]:
        """Sizes and costs, in the schema's names, where each prunable layer keeps `kept` weights.

        Remaining MACs are Σ layer MACs × layer density; what no prunable layer does is counted in full.
        """
        nonzero = self.parameters - self.prunable + sum(kept.values())
        removed = sum(layer.macs * (1 - kept[layer.name] / layer.parameters) for layer in self.layers)
        return {
            "compression_ratio": self.parameters / nonzero,
            "parameters": self.parameters,
            "parameters_nonzero": nonzero,
            "parameters_prunable": self.prunable,
            "macs": self.macs,
            "macs_nonzero": self.macs - removed,
            "theoretical_speedup": self.macs / (self.macs - removed),
        }


def dense_size(
    model: nn.Module, input_shape: tuple[int, ...], classifier: str, *, include_classifier: bool = False
) -> DenseSize:
    """Count parameters, and MACs with torch's own counter (1 MAC = 2 FLOPs) on meta tensors: nothing is computed.

    `input_shape` is that of one example. MACs are those of convolutions, linear layers and attention; those of a layer
    are the ones that read its weight.
    """
    prunable = prunable_parameters(model, classifier, include_classifier=include_classifier)
    macs = count_macs(model, input_shape, prunable)
    layers = (
        Layer(name, prunable[name].numel(), macs.by_weight.get(name, 0))
        for name in dict.fromkeys((*macs.by_weight, *prunable))
    )
    return DenseSize(sum(weight.numel() for weight in model.parameters()), macs.total, tuple(layers))


@dataclass(frozen=True)
class Evaluation:
    """A network on a split: `loss` is the mean cross-entropy in nats, `predictions` a digest of the classes chosen."""

    n: int
    n_correct: int
    n_correct5: int
    loss: float
    predictions: str

    @property
    def top1(self) -> float:
        """Top-1 accuracy, in [0, 1]."""
        return self.n_correct / self.n

    @property
    def top5(self) -> float:
        """Top-5 accuracy, in [0, 1]."""
        return self.n_correct5 / self.n


@torch.no_grad()
def evaluate(model: nn.Module, split: Split) -> Evaluation:
    """Evaluate every example once, in evaluation mode; the training mode is put back after."""
    training = model.training
    model.eval()
    rows = (slice(start, start + EVAL_BATCH_SIZE) for start in range(0, len(split), EVAL_BATCH_SIZE))
    batches = map(split.fed, rows)
    logits = torch.cat([model(inputs) for inputs in (batches if split.in_memory else one_ahead(batches))]).double()
    model.train(training)
    classes = logits.argmax(dim=1)
    return Evaluation(
        n=len(split),
        n_correct=int((classes == split.labels).sum()),
        n_correct5=_correct_among(logits, split.labels, 5),
        loss=float(functional.cross_entropy(logits, split.labels)),
        predictions=hashlib.sha256(classes.cpu().numpy().astype(np.int64).tobytes()).hexdigest(),
    )


def _correct_among(logits: Tensor, labels: Tensor, k: int) -> int:
    best = logits.topk(min(k, logits.shape[1]), dim=1).indices
    return int((best == labels[:, None]).any(dim=1).sum())
