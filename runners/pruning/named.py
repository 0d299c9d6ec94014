"""The methods that come with the project under names of their own, each with the publication that it is taken from.

Beside them, `NAME_SCHEDULE` carries a one-shot method out by another schedule, `SCORE_N_M` keeps N of every M weights,
and `SCORE_matched_METHOD` copies the layers' counts of a method. `global_filter_SCORE` and `layerwise_filter_SCORE`
remove filters; `scratch_matched_METHOD` is the small dense control of a method that does.
"""

from dataclasses import dataclass

from runners.pruning.method import PruningMethod
from runners.pruning.schedule import STARTS


@dataclass(frozen=True)
class Named:
    """A method with a name of its own, and where it was published."""

    method: PruningMethod
    year: int
    citation: str


_BLALOCK = (2020, "Blalock et al. 2020, What is the State of Neural Network Pruning?")
_HAN = (2015, "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Network")
_EVCI = (2020, "Evci et al. 2020, Rigging the Lottery: Making All Tickets Winners")
_MISHRA = (2021, "Mishra et al. 2021, Accelerating Sparse Deep Neural Networks")
_PUBLISHED: tuple[tuple[str, str, str, str, tuple[int, str]], ...] = (  # name, score, allocation, schedule, source
    ("global_magnitude", "magnitude", "global", "one_shot", _HAN),
    ("global_gradient", "gradient", "global", "one_shot", _BLALOCK),
    ("global_random", "random", "global", "one_shot", _BLALOCK),
    ("global_activation", "activation", "global", "one_shot", _BLALOCK),
    ("layerwise_magnitude", "magnitude", "uniform", "one_shot", _HAN),
    ("layerwise_gradient", "gradient", "uniform", "one_shot", _BLALOCK),
    ("layerwise_random", "random", "uniform", "one_shot", _BLALOCK),
    ("layerwise_activation", "activation", "uniform", "one_shot", _BLALOCK),
    ("random_erk", "random", "erk", "one_shot", _EVCI),
    ("magnitude_erk", "magnitude", "erk", "one_shot", _EVCI),
    (
        "lamp",
        "magnitude",
        "lamp",
        "one_shot",
        (2021, "Lee et al. 2021, Layer-adaptive Sparsity for the Magnitude-based Pruning"),
    ),
    (
        "optimal_brain_damage",
        "optimal_brain_damage",
        "global",
        "one_shot",
        (1990, "LeCun, Denker and Solla 1990, Optimal Brain Damage"),
    ),
    (
        "wanda",
        "wanda",
        "per_output",
        "one_shot",
        (2024, "Sun et al. 2024, A Simple and Effective Pruning Approach for Large Language Models"),
    ),
    (
        "snip",
        "snip",
        "global",
        "at_initialisation",
        (2019, "Lee et al. 2019, SNIP: Single-shot Network Pruning based on Connection Sensitivity"),
    ),
    (
        "grasp",
        "grasp",
        "global",
        "at_initialisation",
        (2020, "Wang, Zhang and Grosse 2020, Picking Winning Tickets Before Training by Preserving Gradient Flow"),
    ),
    (
        "synflow",
        "synflow",
        "global",
        "at_initialisation",
        (2020, "Tanaka et al. 2020, Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic Flow"),
    ),
    ("global_magnitude_iterative", "magnitude", "global", "iterative", _HAN),
    (
        "global_magnitude_gradual",
        "magnitude",
        "global",
        "gradual",
        (
            2017,
            "Zhu and Gupta 2017, To Prune, or Not to Prune: Exploring the Efficacy of Pruning for Model Compression",
        ),
    ),
    (
        "global_magnitude_weight_rewinding",
        "magnitude",
        "global",
        "weight_rewinding",
        (2020, "Frankle et al. 2020, Linear Mode Connectivity and the Lottery Ticket Hypothesis"),
    ),
    (
        "global_magnitude_learning_rate_rewinding",
        "magnitude",
        "global",
        "learning_rate_rewinding",
        (2020, "Renda, Frankle and Carbin 2020, Comparing Rewinding and Fine-tuning in Neural Network Pruning"),
    ),
)
_LI = (2017, "Li et al. 2017, Pruning Filters for Efficient ConvNets")
_MOLCHANOV = (2019, "Molchanov et al. 2019, Importance Estimation for Neural Network Pruning")
_MINIMUM_WEIGHT = (
    2017,
    "Molchanov et al. 2017, Pruning Convolutional Neural Networks for Resource Efficient Inference",
)
_MITTAL = (
    2018,
    "Mittal et al. 2018, Recovering from Random Pruning: On the Plasticity of Deep Convolutional Neural Networks",
)
_OF_FILTERS: tuple[tuple[str, tuple[int, str]], ...] = (  # score, source
    ("magnitude", _LI),
    ("magnitude_l2", _MINIMUM_WEIGHT),
    ("taylor", _MOLCHANOV),
    ("random", _MITTAL),
)

NAMED: dict[str, Named] = {
    name: Named(
        PruningMethod(name=name, score=score, allocation=allocation, schedule=schedule, starts_from=STARTS[schedule]),
        *source,
    )
    for name, score, allocation, schedule, source in _PUBLISHED
}
NAMED["magnitude_2_4"] = Named(
    PruningMethod(name="magnitude_2_4", score="magnitude", allocation="uniform", granularity="n_m", pattern="2:4"),
    *_MISHRA,
)
NAMED |= {
    f"{called}_filter_{score}": Named(
        PruningMethod(name=f"{called}_filter_{score}", score=score, allocation=allocation, granularity="filter"),
        *source,
    )
    for score, source in _OF_FILTERS
    for called, allocation in (("global", "global"), ("layerwise", "uniform"))
}
