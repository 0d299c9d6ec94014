"""Root mean square of a filter's weights: within a layer the order of their L2 norms (Molchanov et al. 2017).

There it is called "minimum weight"; He et al. 2018 (soft filter pruning) rank by it too. It ranks filters alone: of
single weights it is their magnitude.
"""

from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """w² of every parameter."""
    return {name: weight.detach().square() for name, weight in model.named_parameters()}


def of_filters(sums: Tensor, size: int) -> Tensor:
    """√ of the mean w²."""
    return (sums.mean(dim=0) / size).sqrt()


SCORE = Score(scores, reads_data=False, of_filters=of_filters, weights=False)
