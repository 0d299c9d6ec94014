"""Optimal Brain Damage: the saliency ½ · h_kk · w² (LeCun, Denker and Solla 1990, equation 5).

h_kk is the diagonal of the Hessian of the mean cross-entropy in its Gauss–Newton approximation, exactly: for each
example the squared derivatives of the logits, weighted by diag(p) − ppᵀ, and then the mean over the minibatch. The
square of a batch's mean gradient, which is often taken for it, is something else.
"""

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call, vjp, vmap

from runners.pruning.prunable import weights_of
from runners.pruning.scores import Batch, Loss, Score

_HELD = 2**26  # numbers of derivatives that are held at once


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """½ · h_kk · w² of the weights of convolutions and linear layers.

    An example has a gradient of its own in evaluation mode alone, where normalisation uses the running statistics.
    """
    weights = {name: weight.detach() for name, weight in weights_of(model).items()}
    chunk = max(1, _HELD // sum(weight.numel() for weight in weights.values()))
    curvature = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for example in batch[0]:
        logits, derivative, *_ = vjp(lambda some, one=example[None]: functional_call(model, some, (one,))[0], weights)
        for rows in _factor(logits.detach()).split(chunk):  # Σ over rows s: (∂(s·z)/∂w)² is the diagonal
            (parts,) = vmap(derivative)(rows)
            for name, part in parts.items():
                curvature[name] += part.square().sum(dim=0)
    return {name: curvature[name] * weight.square() / (2 * len(batch[0])) for name, weight in weights.items()}


def _factor(logits: Tensor) -> Tensor:
    """(classes, classes) rows s_j = √p_j (e_j − p), whose Σ s_j s_jᵀ is diag(p) − ppᵀ, the Hessian of cross-entropy."""
    p = torch.softmax(logits, dim=0)
    return p.sqrt()[:, None] * (torch.eye(len(p), device=p.device) - p)


SCORE = Score(scores)
