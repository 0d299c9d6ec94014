"""The report as LaTeX."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from programs import compile_latex
from sample import means

from audit.render.latex import render
from audit.report import PairReport, Report, Statistic

PAPER = r"""\documentclass[<options>]{article}
\input{preamble}
\begin{document}
See Table~\ref{tab:prune-audit-digits_resnet8} and Figure~\ref{fig:prune-audit-digits_resnet8}.
\input{table_digits_resnet8}
\input{figure_digits_resnet8}
\input{checklist}
\end{document}
"""

FIGURE = r"""\documentclass{article}
\pdfcompresslevel=0
\pdfobjcompresslevel=0
\input{preamble}
\begin{document}
\input{figure_digits_resnet8}
\end{document}
"""


def written(report: Report, directory: Path) -> Path:
    """The files of a report in a directory."""
    for name, text in render(report).items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_the_document_compiles_alone(which: str, tmp_path: Path, request: pytest.FixtureRequest):
    """Neither error nor overfull box nor missing letter, whatever the names."""
    log = compile_latex(written(request.getfixturevalue(which), tmp_path))
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)


@pytest.mark.parametrize("options", ["", "twocolumn"])
def test_fragments_need_the_preamble_alone(options: str, tmp_path: Path, realistic: Report):
    """Every fragment fits a plain article, of one column and of two, in LaTeX's own font encoding."""
    (written(realistic, tmp_path) / "paper.tex").write_text(PAPER.replace("<options>", options))
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)


def test_table_says_what_it_shows(realistic: Report):
    """Caption with n and the kind of deviation, a label, one best mean a column."""
    table = render(realistic)["table_digits_resnet8.tex"]
    assert r"mean $\pm$ sample standard deviation over $n = 3$ seeds" in table
    assert r"\label{tab:prune-audit-digits_resnet8}" in table
    assert table.count(r"\bfseries ") == 6


def test_a_table_of_means_says_what_it_is():
    """The kind of the stated deviation, in the table and beside the figure."""
    files = render(means("sem"))
    table, figure = files["table_digits_resnet8.tex"], files["figure_digits_resnet8.tex"]
    words = "standard error of the mean (SEM),{} as stated by the source"
    assert rf"mean $\pm$ {words} over $n = 3$ networks" in table
    assert words in figure
    assert "sample standard deviation" not in table + figure
    assert "Each dot is a network" not in figure


def test_bars_add_no_marker(tmp_path: Path, realistic: Report):
    """A figure with bars fills as many shapes as one without: a bar brings no marker of its own over the curve's."""
    filled = []
    for name, bars in (("bars", True), ("bare", False)):
        cells = tuple(
            replace(cell, metrics={key: _alone(value, bars=bars) for key, value in cell.metrics.items()})
            for cell in realistic.cells
        )
        directory = tmp_path / name
        directory.mkdir()
        written(replace(realistic, cells=cells), directory)
        (directory / "only.tex").write_text(FIGURE)
        compile_latex(directory, "only")
        drawn = (directory / "only.pdf").read_bytes()
        filled.append(len(re.findall(rb"(?m)^(?:.* )?(?:b|B|f)\*?\s*$", drawn)))
    assert filled[0] == filled[1] > 50


def _alone(statistic: Statistic, *, bars: bool) -> Statistic:
    """A mean without its networks, with or without its interval."""
    return replace(statistic, values=(), n=1, ci95=statistic.ci95 if bars else None)


def test_every_finding_is_in_the_checklist(realistic: Report):
    """Each rule's code and message stands there; what is not judged is said."""
    checklist = render(realistic)["checklist.tex"]
    for finding in realistic.findings:
        assert finding.code in checklist
    assert checklist.count("Not asked.") == len(realistic.not_asked)


def test_file_names_are_safe_and_unlike(hostile: Report):
    """Whatever the pair is called, its files stay in the directory and none hides another."""
    pairs = tuple(
        PairReport(name, "x", "", "", None, None, None, 0) for name in ("A", "a", "../a", "剪", "", "b" * 300)
    )
    cells = tuple(replace(hostile.cells[0], dataset=pair.dataset, architecture="x") for pair in pairs)
    names = [name for name in render(replace(hostile, pairs=pairs, cells=cells)) if name.startswith("table_")]
    assert len({name.lower() for name in names}) == len(pairs)
    assert all(re.fullmatch(r"table_[A-Za-z0-9_-]+\.tex", name) and len(name) < 150 for name in names)


def test_the_same_report_gives_the_same_text(realistic: Report):
    """Rendering has no memory and no clock."""
    assert render(realistic) == render(realistic)
