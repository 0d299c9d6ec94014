"""Appendix B of Blalock et al. 2020, item by item, and the rule codes that serve each item.

Codes are stable for ever. An item may name a code whose rule does not exist yet: it is then listed as not judged.
"""

from msgspec import Struct


class Item(Struct, frozen=True):
    """One item of the checklist: its section heading, its words (shortened), and the codes and names of its rules."""

    section: str
    text: str
    rules: tuple[tuple[str, str], ...]


TECHNIQUE = "For any pruning technique proposed"
EXPERIMENTS = "For all experiments"
RESULTS = "For all results"
COMPARISONS = "For all pruning results presented, a comparison to"

CHECKLIST: tuple[Item, ...] = (
    Item(TECHNIQUE, "Contextualised with respect to magnitude pruning", (("CTX001", "no-magnitude-context"),)),
    Item(TECHNIQUE, "… recently-published pruning techniques", (("CTX002", "no-recent-technique"),)),
    Item(TECHNIQUE, "… and pruning techniques proposed prior to the 2010s", (("CTX003", "no-pre-2010-technique"),)),
    Item(
        TECHNIQUE,
        "The algorithm, constituent subroutines (score, pruning, fine-tuning) and hyperparameters are presented",
        (("DOC001", "method-not-described"),),
    ),
    Item(
        TECHNIQUE,
        "All claims are appropriately restricted to the experiments presented",
        (("CLM001", "claim-beyond-experiments"),),
    ),
    Item(TECHNIQUE, "There is a link to downloadable source code", (("DOC002", "no-source-link"),)),
    Item(
        EXPERIMENTS,
        "A detailed description of the architecture with hyperparameters",
        (("EXP001", "architecture-not-described"),),
    ),
    Item(
        EXPERIMENTS,
        "A citation for the architecture, and any differences in architecture, hyperparameters, or performance",
        (("EXP002", "architecture-not-cited"),),
    ),
    Item(
        EXPERIMENTS,
        "A detailed description of the dataset hyperparameters (batch size, augmentation, …)",
        (("EXP003", "dataset-not-described"),),
    ),
    Item(EXPERIMENTS, "A description of the library and hardware used", (("EXP004", "environment-not-described"),)),
    Item(RESULTS, "Data across a range of compression ratios", (("RES001", "too-few-compression-ratios"),)),
    Item(
        RESULTS,
        "… including extreme compression ratios at which the accuracy declines substantially",
        (("RES002", "no-extreme-compression"),),
    ),
    Item(RESULTS, "The raw accuracy of the network at each point", (("RES003", "no-raw-accuracy"),)),
    Item(
        RESULTS,
        "Multiple runs with separate initialisations and random seeds",
        (("RES004", "too-few-seeds"), ("RES005", "shared-initialisation")),
    ),
    Item(
        RESULTS,
        "Clearly defined error bars, a measure of central tendency and of variation",
        (("RES006", "undefined-error-bars"),),
    ),
    Item(RESULTS, "FLOP counts, if the paper makes arguments about efficiency", (("RES007", "no-flops"),)),
    Item(COMPARISONS, "A global random pruning baseline", (("BAS001", "no-global-random-baseline"),)),
    Item(
        COMPARISONS,
        "Random pruning with the same layerwise proportions as the proposed technique",
        (("BAS002", "no-matched-random-baseline"),),
    ),
    Item(
        COMPARISONS,
        "A global or uniform layerwise magnitude pruning baseline",
        (("BAS003", "no-magnitude-baseline"),),
    ),
    Item(
        COMPARISONS,
        "Magnitude pruning with the same layerwise proportions as the proposed technique",
        (("BAS004", "no-matched-magnitude-baseline"),),
    ),
    Item(
        COMPARISONS,
        "Other relevant state-of-the-art techniques",
        (("BAS005", "no-state-of-the-art-baseline"),),
    ),
    Item(
        COMPARISONS,
        "… with a description of how the comparisons were produced, and any differences",
        (("BAS006", "comparison-provenance-missing"),),
    ),
)
