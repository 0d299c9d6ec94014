"""The report as LaTeX."""

import re
from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace
from programs import compile_latex, photograph
from sample import means

from audit.render import latex_numbers, latex_table
from audit.render.arrangement import Arrangement, Facet
from audit.render.latex import preamble, render
from audit.render.numbers_table import numbers_tables
from audit.report import MethodReport, MetricReport, PairReport, Report, Statistic

PAPER = r"""\documentclass[<options>]{article}
\input{preamble}
\begin{document}
See Table~\ref{tab:prune-audit-digits_resnet8} and Figure~\ref{fig:prune-audit-digits_resnet8}.
\input{table_digits_resnet8}
\input{figure_digits_resnet8}
\input{checklist}
\end{document}
"""

TABLES = r"""\documentclass[<options>]{article}
\input{preamble}
\begin{document}
<tables>
\end{document}
"""

MACROS = r"""\documentclass{article}
\usepackage{siunitx}
\input{numbers}
\begin{document}
\raggedright
<uses>
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
def test_the_document_compiles_alone(which: str, tmp_path: Path, pictures: Path, request: pytest.FixtureRequest):
    """Neither error nor overfull box nor missing letter, whatever the names; a picture."""
    log = compile_latex(written(request.getfixturevalue(which), tmp_path))
    photograph(tmp_path / "report.pdf", pictures / f"latex_{which}.png")
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)


@pytest.mark.parametrize("options", ["", "twocolumn"])
def test_fragments_need_the_preamble_alone(options: str, tmp_path: Path, realistic: Report):
    """Every fragment fits a plain article, of one column and of two, in LaTeX's own font encoding."""
    (written(realistic, tmp_path) / "paper.tex").write_text(PAPER.replace("<options>", options))
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)


@pytest.mark.parametrize("options", ["", "twocolumn"])
@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_tables_in_every_arrangement(which: str, options: str, tmp_path: Path, request: pytest.FixtureRequest):
    """Grouped, transposed and of every measure, a table fits a page of one column and of two, whatever the names."""
    report: Report = request.getfixturevalue(which)
    speedup = MetricReport("theoretical_speedup", "theoretical speedup", higher_is_better=True, percent=False)
    ways = [Arrangement(*each, together=True) for each in permutations(Facet, 2)]
    texts = [
        latex_table.render(table, f"{number}-{place}-{measure.name}")
        for number, (measure, way) in enumerate([*((report.metric, way) for way in ways), (speedup, Arrangement())])
        for place, table in enumerate(numbers_tables(report, measure, way)[:2])
    ]
    assert len(texts) > 6
    (tmp_path / "preamble.tex").write_text(preamble(report), encoding="utf-8")
    body = "\\clearpage\n".join(texts)
    (tmp_path / "paper.tex").write_text(
        TABLES.replace("<options>", options).replace("<tables>", body), encoding="utf-8"
    )
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*|multiply.*|Float too large.*", log)


def test_a_long_table_goes_on(tmp_path: Path, realistic: Report):
    """Of more methods than a page has lines, every one is printed once, and no float is taller than a page."""
    names = [f"method_{number}" for number in range(45)]
    first = next(cell for cell in realistic.cells if cell.method == "global_random")
    report = replace(
        realistic,
        methods=tuple(MethodReport(name, name, "other", {}, {}) for name in names),
        cells=tuple(replace(first, method=name) for name in names),
    )
    (table,) = numbers_tables(report, report.metric)
    text = latex_table.render(table, "long")
    assert all(text.count(name.replace("_", r"\_\allowbreak{}") + " &") == 1 for name in names)
    assert text.count(r"\label{") == 1
    (tmp_path / "preamble.tex").write_text(preamble(report), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(TABLES.replace("<options>", "").replace("<tables>", text), encoding="utf-8")
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Overfull.*|Float too large.*|undefined.*", log)


@pytest.mark.parametrize("which", ["realistic", "hostile"])
def test_macros_print_what_they_say(which: str, tmp_path: Path, request: pytest.FixtureRequest):
    """LaTeX reads the macros of any study, and siunitx takes them for numbers."""
    report: Report = request.getfixturevalue(which)
    (tmp_path / "numbers.tex").write_text(latex_numbers.render(report, [report.metric]), encoding="utf-8")
    sections = latex_numbers.sections(report, [report.metric])
    names = [macro.name for section in sections for macro in section.macros]
    assert len(names) == len(set(names)) > 50
    uses = "\n".join(rf"\num{{\{name}}}" for name in names)
    (tmp_path / "paper.tex").write_text(MACROS.replace("<uses>", uses))
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Missing character.*|undefined.*|invalid.*", log)


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


def test_letters_without_a_font_are_explained(hostile: Report, realistic: Report):
    """Where a letter is written as U+XXXX, the fragment says what that is; elsewhere it says nothing of it."""
    for name, text in render(hostile).items():
        if name not in ("preamble.tex", "references.bib"):
            assert ("is a letter by its number" in text) is ("U+526A" in text)
    assert not any("by its number" in text for text in render(realistic).values())


def test_the_same_report_gives_the_same_text(realistic: Report):
    """Rendering has no memory and no clock."""
    assert render(realistic) == render(realistic)
