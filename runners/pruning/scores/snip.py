"""SNIP's connection sensitivity |w · ∂L/∂w| on one minibatch (Lee et al. 2019, equation 4 and algorithm 1).

At the level of single weights this is the formula of `gradient`. What makes it SNIP is the weights that it is taken
at: initial ones whose variance is scaled to the layer (Lee et al., section 4.2), as all networks here have.
"""

from runners.pruning.scores import Score
from runners.pruning.scores.gradient import scores as scores

SCORE = Score(scores)
