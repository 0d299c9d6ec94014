"""The widths and letter sizes that venues set figures in.

They are tueplots's, which is only installed with the extra `plot`, held against the style files (decision 12 lists
them). Of CVPR's columns tueplots rounds those of 2024 to 3.25 inches; those of 2022 are what `cvpr.sty` sets. MLSys,
which tueplots does not know, has ICML's page, as its style files set it: 6.75 inches of text in two columns, 0.25
apart, letters of 10 pt and captions of 9.
"""

from msgspec import Struct

SMALLEST = 6.0  # pt: no text is smaller


class Venue(Struct, frozen=True):
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
        "cvpr": (figsizes.cvpr2022_half, figsizes.cvpr2022_full, fontsizes.cvpr2024),
        "iclr": (figsizes.iclr2024, figsizes.iclr2024, fontsizes.iclr2024),
        "mlsys": (figsizes.icml2024_half, figsizes.icml2024_full, fontsizes.icml2024),
    }[name]
    sizes = fonts()
    widths = (float(each()["figure.figsize"][0]) for each in (column, text))
    return Venue(*widths, *(max(float(sizes[key]), SMALLEST) for key in ("axes.labelsize", "legend.fontsize")))
