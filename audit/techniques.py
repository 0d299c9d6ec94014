"""Landmark pruning techniques: facts that date a comparison, from 1988 to today.

A technique is recognised by an exact name or alias, whatever its case, hyphens, underscores and spaces. `year` is that
of the conference or journal it was published at (NIPS 1989, though its proceedings were printed in 1990), else that of
the preprint; a workshop is neither. `kind` is what ranks or selects the weights: magnitude, gradient, second-order,
activation, regularisation, learned, reconstruction, structure search, or sparse training, which regrows what it
removes.
"""

from functools import cache

from msgspec import Struct


class Technique(Struct, frozen=True):
    """A published technique: its name, year of publication, kind, citation key (surname, year, first word), aliases."""

    name: str
    year: int
    kind: str
    key: str
    aliases: tuple[str, ...] = ()


TECHNIQUES: tuple[Technique, ...] = (
    Technique("Skeletonization", 1988, "gradient", "mozer1988skeletonization"),
    Technique("Magnitude Pruning", 1989, "magnitude", "janowsky1989pruning", ("magnitude", "weight magnitude")),
    Technique("Optimal Brain Damage", 1989, "second-order", "lecun1989optimal", ("OBD", "optimal_brain_damage")),
    Technique("Weight Elimination", 1990, "regularisation", "weigend1990generalization"),
    Technique("Sensitivity Pruning", 1990, "gradient", "karnin1990simple", ("Karnin",)),
    Technique("Interactive Pruning", 1991, "activation", "sietsma1991creating"),
    Technique("Optimal Brain Surgeon", 1992, "second-order", "hassibi1992second", ("OBS", "optimal_brain_surgeon")),
    Technique("Early Brain Damage", 1996, "second-order", "tresp1996early", ("EBD",)),
    Technique("Learning Both Weights and Connections", 2015, "magnitude", "han2015learning", ("Han 2015",)),
    Technique("Data-free Parameter Pruning", 2015, "structure search", "srinivas2015data"),
    Technique("Deep Compression", 2016, "magnitude", "han2016deep"),
    Technique("Network Trimming", 2016, "activation", "hu2016network", ("APoZ",)),
    Technique("Dynamic Network Surgery", 2016, "magnitude", "guo2016dynamic", ("DNS",)),
    Technique("Structured Sparsity Learning", 2016, "regularisation", "wen2016learning", ("SSL",)),
    Technique("Pruning Filters for Efficient ConvNets", 2017, "magnitude", "li2017pruning", ("L1-norm filter", "PFEC")),
    Technique("Taylor Expansion Criterion", 2017, "gradient", "molchanov2017pruning", ("Taylor",)),
    Technique("Network Slimming", 2017, "regularisation", "liu2017learning", ("Slimming",)),
    Technique("ThiNet", 2017, "reconstruction", "luo2017thinet"),
    Technique("Channel Pruning", 2017, "reconstruction", "he2017channel"),
    Technique("Gradual Magnitude Pruning", 2017, "magnitude", "zhu2017prune", ("GMP", "To prune or not to prune")),
    Technique("Sparse Variational Dropout", 2017, "learned", "molchanov2017variational", ("variational dropout", "VD")),
    Technique("Structured Bayesian Pruning", 2017, "learned", "neklyudov2017structured", ("SBP",)),
    Technique("Bayesian Compression", 2017, "learned", "louizos2017bayesian"),
    Technique("Layerwise Optimal Brain Surgeon", 2017, "second-order", "dong2017learning", ("L-OBS",)),
    Technique("L0 Regularization", 2018, "regularisation", "louizos2018learning", ("L0", "l0_regularization")),
    Technique("NISP", 2018, "reconstruction", "yu2018nisp"),
    Technique("AMC", 2018, "structure search", "he2018amc"),
    Technique("Soft Filter Pruning", 2018, "magnitude", "he2018soft", ("SFP",)),
    Technique("Discrimination-aware Channel Pruning", 2018, "gradient", "zhuang2018discrimination", ("DCP",)),
    Technique("ADMM Pruning", 2018, "regularisation", "zhang2018systematic", ("ADMM",)),
    Technique("Sparse Evolutionary Training", 2018, "sparse training", "mocanu2018scalable", ("SET",)),
    Technique("Lottery Ticket Rewinding", 2019, "magnitude", "frankle2019stabilizing", ("weight rewinding", "LTR")),
    Technique("Lottery Ticket Hypothesis", 2019, "magnitude", "frankle2019lottery", ("lottery ticket", "LTH", "IMP")),
    Technique("SNIP", 2019, "gradient", "lee2019snip"),
    Technique("Filter Pruning via Geometric Median", 2019, "structure search", "he2019filter", ("FPGM",)),
    Technique(
        "Taylor Importance Estimation",
        2019,
        "gradient",
        "molchanov2019importance",
        ("Taylor-FO", "global_filter_taylor", "layerwise_filter_taylor"),  # the last two are this project's names
    ),
    Technique("MetaPruning", 2019, "structure search", "liu2019metapruning"),
    Technique("Eigendamage", 2019, "second-order", "wang2019eigendamage"),
    Technique("Sparse Momentum", 2019, "sparse training", "dettmers2019sparse", ("SNFS",)),
    Technique("Dynamic Sparse Reparameterization", 2019, "sparse training", "mostafa2019parameter", ("DSR",)),
    Technique("GraSP", 2020, "gradient", "wang2020picking", ("Gradient Signal Preservation",)),
    Technique("SynFlow", 2020, "gradient", "tanaka2020pruning", ("Iterative Synaptic Flow",)),
    Technique("RigL", 2020, "sparse training", "evci2020rigging"),
    Technique("Learning Rate Rewinding", 2020, "magnitude", "renda2020comparing", ("LRR",)),
    Technique("Soft Threshold Reparameterization", 2020, "learned", "kusupati2020soft", ("STR",)),
    Technique("HRank", 2020, "activation", "lin2020hrank"),
    Technique("WoodFisher", 2020, "second-order", "singh2020woodfisher"),
    Technique("Movement Pruning", 2020, "gradient", "sanh2020movement"),
    Technique("Top-KAST", 2020, "sparse training", "jayakumar2020top"),
    Technique("LAMP", 2021, "magnitude", "lee2021layer", ("Layer-adaptive Magnitude Pruning",)),
    Technique("FORCE", 2021, "gradient", "dejorge2021progressive"),
    Technique("SR-STE", 2021, "magnitude", "zhou2021learning"),
    Technique("CHIP", 2021, "activation", "sui2021chip"),
    Technique("M-FAC", 2021, "second-order", "frantar2021mfac"),
    Technique("AC/DC", 2021, "magnitude", "peste2021acdc", ("ACDC",)),
    Technique("Growing Regularization", 2021, "regularisation", "wang2021neural", ("GReg",)),
    Technique("ProsPr", 2022, "gradient", "alizadeh2022prospect"),
    Technique("oBERT", 2022, "second-order", "kurtic2022optimal", ("Optimal BERT Surgeon",)),
    Technique("Optimal Brain Compression", 2022, "second-order", "frantar2022optimal", ("OBC", "ExactOBS")),
    Technique("DepGraph", 2023, "structure search", "fang2023depgraph", ("Torch-Pruning",)),
    Technique("SparseGPT", 2023, "second-order", "frantar2023sparsegpt"),
    Technique("LLM-Pruner", 2023, "gradient", "ma2023llmpruner"),
    Technique("CAP", 2023, "second-order", "kuznedelev2023cap", ("Correlation Aware Pruner",)),
    Technique("Wanda", 2024, "activation", "sun2024simple"),
    Technique("SliceGPT", 2024, "reconstruction", "ashkboos2024slicegpt"),
    Technique("RIA", 2024, "activation", "zhang2024plug", ("Relative Importance and Activations",)),
    Technique("ShortGPT", 2025, "structure search", "men2025shortgpt"),
)


def technique(name: str) -> Technique | None:
    """The technique of that name or alias, or None."""
    return _by_name().get(_plain(name))


@cache
def _by_name() -> dict[str, Technique]:
    return {_plain(name): each for each in TECHNIQUES for name in (each.name, *each.aliases)}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
