"""Colours and markers of methods."""

from itertools import combinations

import numpy as np
import pytest
from msgspec.structs import replace

from audit.render.palette import COLOURS, MARKERS, styles
from audit.report import MethodReport, Report

PAGES = {"light": "#fdfcfa", "dark": "#16191d"}
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
SIGHT = {
    "full": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TOLD_APART = 9.0  # CIE76 difference; 2.3 is just noticeable


def linear(colour: str) -> np.ndarray:
    """Linear RGB of #rrggbb."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sight", SIGHT)
def test_colours_differ_for_every_eye(page: str, sight: str):
    """Any two colours can be told apart with full sight, and without red, green or blue."""
    seen = [lab(np.array(SIGHT[sight]) @ linear(getattr(colour, page))) for colour in COLOURS]
    assert min(float(np.linalg.norm(left - right)) for left, right in combinations(seen, 2)) > TOLD_APART


@pytest.mark.parametrize("page", PAGES)
def test_colours_stand_out_from_the_page(page: str):
    """Contrast is at least 3:1, what WCAG 2.2 asks of graphics."""
    luminance = [0.2126, 0.7152, 0.0722]
    ground = linear(PAGES[page]) @ luminance
    for colour in COLOURS:
        drawn = linear(getattr(colour, page)) @ luminance
        assert (max(ground, drawn) + 0.05) / (min(ground, drawn) + 0.05) >= 3, colour


def test_markers_are_distinct(realistic: Report):
    """No two methods share a marker, and the proposed one stands out."""
    chosen = styles(realistic)
    assert len({style.marker for style in chosen.values()}) == len(chosen) == 7
    assert [name for name, style in chosen.items() if style.proposed] == ["global_gradient"]


def test_more_methods_than_markers(realistic: Report):
    """Beyond the markers, hollow ones follow."""
    many = tuple(MethodReport(f"m{index}", "", "other", {}, {}) for index in range(2 * len(MARKERS)))
    chosen = styles(replace(realistic, methods=many)).values()
    assert len({(style.marker, style.filled) for style in chosen}) == 2 * len(MARKERS)
