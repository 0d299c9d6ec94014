"""The report as LaTeX."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from programs import compile_latex

from audit.render.latex import render
from audit.report import PairReport, Report

PAPER = r"""\documentclass{article}
\input{preamble}
\begin{document}
See Table~\ref{tab:prune-audit-digits_resnet8} and Figure~\ref{fig:prune-audit-digits_resnet8}.
\input{table_digits_resnet8}
\input{figure_digits_resnet8}
\input{checklist}
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


def test_fragments_need_the_preamble_alone(tmp_path: Path, realistic: Report):
    """Every fragment fits a plain article in LaTeX's own font encoding."""
    (written(realistic, tmp_path) / "paper.tex").write_text(PAPER)
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)


def test_table_says_what_it_shows(realistic: Report):
    """Caption with n and the kind of deviation, a label, one best mean a column."""
    table = render(realistic)["table_digits_resnet8.tex"]
    assert r"mean $\pm$ sample standard deviation over $n = 3$ seeds" in table
    assert r"\label{tab:prune-audit-digits_resnet8}" in table
    assert table.count(r"\bfseries ") == 6


def test_every_finding_is_in_the_checklist(realistic: Report):
    """Each rule's code and message stands there; what is not judged is said."""
    checklist = render(realistic)["checklist.tex"]
    for finding in realistic.findings:
        assert finding.code in checklist
    assert checklist.count("Not judged yet.") == len(realistic.not_judged)


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
