"""Which channels of a network go together, and networks without some of them, through Torch-Pruning (Fang et al. 2023).

Its dependency graph says, for the filters of a layer, what has to go with each: normalisation, the inputs of the layers
behind, the filters of layers whose outputs are added to theirs. What it says is taken only where it can be held against
the network. Channels stay that reach the classifier's outputs, a layer of another kind than convolutions, linear layers
and batch normalisation, a convolution in groups that is not depthwise, or a layer of other width, as those do that a
shortcut pads with zeros; and so do those without which the network does not compute what it does with them at zero.
"""

import copy
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from runners.filters.channels import Channels, Kept, Slot, all_kept, first_kept, put_back, rows_kept, taken
from runners.filters.removal import Count, Measure
from runners.macs import count_macs
from runners.pruning.prunable import weights_of

if TYPE_CHECKING:
    from torch_pruning import DependencyGraph
    from torch_pruning.dependency import Dependency, Group

REACHED = 5_000_000  # indices that are followed from one layer, before that is given up
EXAMPLES = 2  # that networks are compared on
TOLERANCE = 1e-9  # of the largest logit, in double precision
_OF_NORMALISATION = ("weight", "bias", "running_mean", "running_var")


class NotRemovableError(ValueError):
    """A network whose filters cannot be removed: one line."""


class _NotUnderstoodError(Exception):
    """Channels that reach what is not understood."""


class Dependencies:
    """What of a dense network can be removed by channels, and the networks without, in the processor's memory.

    The model is left as it is, wherever it is.

    `input_shape` is that of one example. Raises NotRemovableError where no channel can be removed.
    """

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...], classifier: str) -> None:
        self._input_shape = input_shape
        self._dense = copy.deepcopy(model).cpu().eval()
        self._weights = dict(self._dense.named_parameters())
        self.shapes = {name: tensor.shape for name, tensor in self._dense.state_dict().items()}
        self.parameters = Measure(
            {name: weight.shape for name, weight in self._weights.items()}, dict.fromkeys(self._weights, 1)
        )
        found = _found(_graph(copy.deepcopy(self._dense), input_shape), classifier)
        self._roots = {channels.name: root for channels, root in found}
        self.channels = self._sound(tuple(channels for channels, _ in found))
        if not self.channels:
            raise NotRemovableError("no channel of it can go without a change in what the rest of the network computes")

    @cached_property
    def macs(self) -> Measure:
        """MACs for one example: those of a layer shrink as its weight does, and others stay.

        Raises NotRemovableError where that is not what is counted on a smaller network.
        """
        weights = weights_of(self._dense)
        counted = count_macs(self._dense, self._input_shape, weights)
        each = {name: macs // weights[name].numel() for name, macs in counted.by_weight.items()}
        shapes = {name: weights[name].shape for name in each}
        fixed = counted.total - sum(number * shapes[name].numel() for name, number in each.items())
        measure = Measure(shapes, each, fixed, in_turn=True)
        smallest = self.without(first_kept(self.channels, {each.name: 1 for each in self.channels}))
        if count_macs(smallest, self._input_shape, ()).total != self.fewest(measure):
            raise NotRemovableError("its MACs do not shrink as its weights do, so that no speedup can be searched for")
        return measure

    def fewest(self, measure: Measure) -> int:
        """How many parameters or MACs are left with one channel of each set."""
        return Count(self.channels, measure, {each.name: 1 for each in self.channels}).number

    def without(self, kept: Kept, state: Mapping[str, Tensor] | None = None) -> nn.Module:
        """The network with the kept channels alone; `state` are the dense network's tensors, by default its own.

        Raises NotRemovableError where it does not compute what the dense network does with the others at zero.
        """
        dense = copy.deepcopy(self._dense)
        if state is not None:
            dense.load_state_dict(state)
        smaller = copy.deepcopy(dense)
        rows = rows_kept(self._known(kept), kept, self.shapes)
        try:
            with _quiet():
                self._remove(smaller, kept)
            expected = taken(dense.state_dict(), rows)
            cut = smaller.state_dict()
            if cut.keys() != expected.keys() or any(not torch.equal(cut[name], expected[name]) for name in cut):
                raise NotRemovableError("its tensors cannot be cut as its dependencies say")
            for name, weight in smaller.named_parameters():
                weight.requires_grad_(self._weights[name].requires_grad)
            zeroed = put_back(expected, rows, self.shapes)
            with torch.no_grad():
                for name, weight in dense.named_parameters():
                    weight.copy_(zeroed[name])
            _compare(dense, smaller, self._input_shape)
        except (RuntimeError, AssertionError, IndexError) as error:  # torch's and Torch-Pruning's
            reason = str(error).partition("\n")[0]
            raise NotRemovableError(f"without some channels it cannot be run: {reason}") from error
        return smaller

    def _known(self, kept: Kept) -> list[Channels]:
        return [channels for channels in self.channels if channels.name in kept]

    def _remove(self, model: nn.Module, kept: Kept) -> None:
        graph = _graph(model, self._input_shape)
        for channels in self._known(kept):
            gone = (~kept[channels.name]).nonzero().flatten().tolist()
            if gone:
                root = model.get_submodule(self._roots[channels.name])
                remove = graph.get_pruner_of_module(root).prune_out_channels
                graph.get_pruning_group(root, remove, gone).prune(record_history=False)

    def _sound(self, channels: tuple[Channels, ...]) -> tuple[Channels, ...]:
        """Those that can go: all, or else those that each can alone, and with each other."""
        self.channels = channels
        half = {name: torch.arange(len(kept)) % 2 == 0 for name, kept in all_kept(channels).items()}
        if not half or self._can_go(half):
            return channels
        alone = {name: kept for name, kept in half.items() if self._can_go({name: kept})}
        return tuple(each for each in channels if each.name in alone) if alone and self._can_go(alone) else ()

    def _can_go(self, kept: Kept) -> bool:
        try:
            self.without(kept)
        except NotRemovableError:
            return False
        return True


def _graph(model: nn.Module, input_shape: tuple[int, ...]) -> "DependencyGraph":
    """Torch-Pruning's graph of a model, which it leaves in evaluation mode."""
    from torch_pruning import DependencyGraph  # a second to import, and needed here alone

    model.requires_grad_(True)  # it follows gradients
    with torch.enable_grad(), _quiet():
        try:
            example = _examples(1, input_shape)
            return DependencyGraph().build_dependency(model, example, nn.Module.__call__, verbose=False)
        except Exception as error:  # of networks that it was not made for, errors of every kind
            raise NotRemovableError(f"its dependencies are not understood ({type(error).__name__}: {error})") from error


def _found(graph: "DependencyGraph", classifier: str) -> list[tuple[Channels, str]]:
    """The sets of channels that are understood, in the order of their first filters, each with its layer's name."""
    names = {module: name for name, module in graph.model.named_modules()}
    own = [module for module, name in names.items() if name == classifier or name.startswith(f"{classifier}.")]
    found = []
    with _quiet():
        for root, group in _groups(graph, own):
            with suppress(_NotUnderstoodError):
                found.append((_channels(group, names), names[root]))
    claims = Counter(place for channels, _ in found for place in _places(channels))
    apart = [(channels, root) for channels, root in found if all(claims[each] == 1 for each in _places(channels))]
    order = [name for name, _ in graph.model.named_parameters()]
    return sorted(apart, key=lambda each: order.index(each[0].name))


def _groups(graph: "DependencyGraph", classifier: Sequence[nn.Module]) -> Iterator[tuple[nn.Module, "Group"]]:
    """For each convolution and linear layer what goes with its filters, once for layers that go together."""
    seen: set[object] = set(classifier)
    for root in list(graph.module2node):
        if not isinstance(root, _ConvNd | nn.Linear) or root in seen:
            continue
        layer = graph.get_pruner_of_module(root)
        group, made = _group(graph, root, layer.prune_out_channels, layer.get_out_channels(root))
        if group is not None and not made.intersection(classifier):
            yield root, group
        seen |= made


def _group(
    graph: "DependencyGraph", root: nn.Module, remove: Callable, channels: int
) -> tuple["Group | None", set[object]]:
    """What goes with all channels of a layer, and the layers whose outputs go; None where that has no end.

    The graph follows indices from layer to layer until it finds no new ones, and where it maps them wrongly it always
    does.
    """
    from torch_pruning.dependency import graph as module

    made: set[object] = set()
    left, original = REACHED, module.Group

    class Bounded(original):  # type: ignore[misc, valid-type]
        def add_dep(self, dep: "Dependency", idxs: list) -> None:
            nonlocal left
            left -= len(idxs)
            if dep.handler.__name__ == "prune_out_channels":
                made.add(dep.target.module)
            if left < 0:
                raise _NotUnderstoodError
            super().add_dep(dep, idxs)

    module.Group = Bounded
    try:
        return graph.get_pruning_group(root, remove, list(range(channels))), made
    except _NotUnderstoodError:
        return None, made
    finally:
        module.Group = original


def _places(channels: Channels) -> Iterator[tuple[str, int, int]]:
    """Every place that channels take: tensor, axis and index."""
    for slot in channels.slots:
        for place in slot.places.flatten().tolist():
            yield slot.tensor, slot.axis, place


def _channels(group: "Group", names: Mapping[nn.Module, str]) -> Channels:
    """What Torch-Pruning says of one group of layers; raises _NotUnderstoodError where it is more than that."""
    count = len(group[0].idxs)
    filters: list[str] = []
    slots: list[Slot] = []
    for item in group.items:
        layer, outputs = item.dep.target.module, item.dep.handler.__name__ == "prune_out_channels"
        if _passes_on(layer):
            continue
        if layer not in names:
            raise _NotUnderstoodError
        places = _by_channel(item.idxs, item.root_idxs, count)
        made = [Slot(f"{names[layer]}.{tensor}", axis, places) for tensor, axis in _cut(layer, outputs=outputs)]
        if places.max() >= getattr(layer, made[0].tensor.rpartition(".")[2]).shape[made[0].axis]:
            raise _NotUnderstoodError
        if outputs and not isinstance(layer, _BatchNorm):
            if places.numel() != len(layer.weight) or places.shape[1] != 1:
                raise _NotUnderstoodError
            filters.append(made[0].tensor)
        slots += made
    order = {name: number for number, name in enumerate(names.values())}
    filters.sort(key=lambda name: order[name.rpartition(".")[0]])
    return Channels(tuple(filters), tuple(slots))


def _passes_on(layer: object) -> bool:
    """Whether what an operation or layer gets is what it gives, channel by channel or in another arrangement."""
    from torch_pruning.ops import OPTYPE, module2type

    kind = module2type(layer)
    shaping = (OPTYPE.CONCAT, OPTYPE.SPLIT, OPTYPE.RESHAPE, OPTYPE.UNBIND, OPTYPE.EXPAND, OPTYPE.SLICE)
    return kind in shaping or (
        kind == OPTYPE.ELEMENTWISE and isinstance(layer, nn.Module) and not any(True for _ in layer.parameters())
    )


def _cut(layer: nn.Module, *, outputs: bool) -> tuple[tuple[str, int], ...]:
    """Names and axes of the tensors that a layer loses something of, the first always there."""
    if isinstance(layer, _BatchNorm):
        return tuple((name, 0) for name in _OF_NORMALISATION if getattr(layer, name) is not None)
    bias = (("bias", 0),) if getattr(layer, "bias", None) is not None else ()
    if isinstance(layer, nn.Linear):
        return (("weight", 0), *bias) if outputs else (("weight", 1),)
    if isinstance(layer, _ConvNd) and not layer.transposed:
        if layer.groups == layer.in_channels == layer.out_channels and layer.groups > 1:
            return ("weight", 0), *bias
        if layer.groups == 1:
            return (("weight", 0), *bias) if outputs else (("weight", 1),)
    raise _NotUnderstoodError


def _by_channel(places: Sequence[int], roots: Sequence[int], count: int) -> Tensor:
    """(channels, places) of each channel, ascending."""
    of: dict[int, list[int]] = defaultdict(list)
    for place, root in zip(places, roots, strict=True):
        of[root].append(place)
    if set(of) != set(range(count)) or len({len(each) for each in of.values()}) != 1:
        raise _NotUnderstoodError
    return torch.tensor([sorted(of[channel]) for channel in range(count)])


def _examples(number: int, input_shape: tuple[int, ...]) -> Tensor:
    """Random inputs, the same each time."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(number, *input_shape, generator=generator)


@torch.no_grad()
def _compare(dense: nn.Module, smaller: nn.Module, input_shape: tuple[int, ...]) -> None:
    """Raises NotRemovableError where two networks do not compute the same."""
    examples = _examples(EXAMPLES, input_shape).double()
    one, other = (copy.deepcopy(each).double().eval()(examples) for each in (dense, smaller))
    if one.shape != other.shape or not (one - other).abs().max() <= TOLERANCE * max(1.0, float(one.abs().max())):
        raise NotRemovableError("without some channels it does not compute what it does with them at zero")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of Torch-Pruning, which are about what is left alone here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
