"""The widths and letter sizes that venues set figures in.

Those of NeurIPS, ICML, CVPR and ICLR are tueplots's, which is only installed with the extra `plot`. MLSys, which
tueplots does not know, has ICML's page: 6.75 inches of text, in two columns of 3.25.
"""

from dataclasses import dataclass

SMALLEST = 6.0  # pt: no text is smaller


@dataclass(frozen=True)
class Venue:
    """Widths in inches of a column and of the whole text, the same where there is one column; letter sizes in pt."""

    column: float
    text: float
    label: float
    small: float


VENUES = ("neurips", "icml", "cvpr", "iclr", "mlsys")


def venue(name: str) -> Venue:
    """A venue by name; raises ImportError where tueplots is not installed, KeyError for an unknown one."""
    from tueplots import figsizes, fontsizes

    column, text, fonts = {
        "neurips": (figsizes.neurips2024, figsizes.neurips2024, fontsizes.neurips2024),
        "icml": (figsizes.icml2024_half, figsizes.icml2024_full, fontsizes.icml2024),
        "cvpr": (figsizes.cvpr2024_half, figsizes.cvpr2024_full, fontsizes.cvpr2024),
        "iclr": (figsizes.iclr2024, figsizes.iclr2024, fontsizes.iclr2024),
        "mlsys": (figsizes.icml2024_half, figsizes.icml2024_full, fontsizes.icml2024),
    }[name]
    sizes = fonts()
    widths = (float(each()["figure.figsize"][0]) for each in (column, text))
    return Venue(*widths, *(max(float(sizes[key]), SMALLEST) for key in ("axes.labelsize", "legend.fontsize")))
