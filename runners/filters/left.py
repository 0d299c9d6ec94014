"""How many channels of each set a smaller network has that was made by other code."""

from collections.abc import Mapping

from torch import Tensor, nn

from runners.filters.channels import shapes_left
from runners.filters.dependencies import Dependencies, NotRemovableError
from runners.pruning.allocation import Counts


def channels_left(dependencies: Dependencies, smaller: nn.Module, mask: Mapping[str, Tensor]) -> Counts:
    """The widths of a smaller network with the dense one's names, in channels of each set that can only go together.

    `mask` are its prunable weights that are not zero. Raises NotRemovableError where removing channels does not lead to
    just these layers.
    """
    found = {name: weight.shape for name, weight in smaller.named_parameters()}
    dense = dependencies.parameters.shapes
    gone = [name for name in dense if name not in found]
    if gone:
        raise NotRemovableError(f"`{gone[0]}` is gone as a whole")
    counts = {each.name: found[each.name][0] for each in dependencies.channels}
    for name, shape in shapes_left(dependencies.channels, dense, counts).items():
        if tuple(shape) != tuple(found[name]):
            raise NotRemovableError(
                f"`{name}` is {tuple(found[name])} in it, where the channels that can be removed without a change to "
                f"the rest make {tuple(shape)}"
            )
    for name, kept in mask.items():
        if not bool(kept.all()):
            raise NotRemovableError(f"`{name}` has zeros in it, beside the channels that are gone")
    return counts
