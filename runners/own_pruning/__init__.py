"""Methods of the user's own that prune by themselves: `prune(model, data, budget, generator)`.

Such a function may train, regrow and change weights, and returns masks or a smaller model. It is handed its examples
through a wrapper that counts them and its optimiser steps are counted as they are taken, so that its author reports
nothing; what it returns is looked at before anything is made of it.
"""

from runners.own_pruning.budget import Budget
from runners.own_pruning.training_data import TrainingData

__all__ = ["Budget", "TrainingData"]
