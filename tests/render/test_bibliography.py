"""The publications that a study cites, as BibTeX."""

import re
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from programs import compile_latex, needed
from sample import HOSTILE

from audit.engine import audit_results
from audit.references import KNOWN, OF_DATASET, OF_METHOD, reference
from audit.render.bibliography import render
from audit.report import Report
from audit.techniques import TECHNIQUES
from tests.studies import case, table

PAPER = r"""\documentclass{article}
\begin{document}
Text.
\nocite{*}
\bibliographystyle{plain}
\bibliography{references}
\end{document}
"""
CITED = """
[method.mine]
proposed = true
citation = "Someone, Another and Third 2024, A {Strange} & Novel_Method: 50 % of #1"
[method.magnitude_all]
citation = "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks"
[architecture.resnet20]
citation = "our own"
[[comparison]]
technique = "OBD"
reference = "LeCun, Denker and Solla 1990, Optimal Brain Damage"
"""


def cited() -> Report:
    """A study that cites in words."""
    judged = case(table(), CITED)
    return audit_results(judged.results, judged.study, (), version="0.1.0")


def keys(report: Report) -> list[str]:
    """The keys of the entries."""
    return re.findall(r"(?m)^@\w+\{(.*),$", render(report))


def test_what_is_cited():
    """Known publications by their own keys, whatever the year of the words; others from their words."""
    assert keys(cited()) == [
        "blalock2020state",
        "cited-our-own",
        "han2015learning",
        "he2016deep",
        "krizhevsky2009learning",
        "lecun1989optimal",
        "someone2024strange",
    ]
    assert "Someone and Another and Third" in render(cited())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Han et al. 2015, Learning both Weights and Connections", "han2015learning"),
        ("Lee et al. (2019): SNIP: Single-shot network pruning", "lee2019snip"),
        ("Zhu and Gupta 2017, To Prune, or Not to Prune", "zhu2017prune"),
        ("Lee et al. 2021, Layer-Adaptive Sparsity for the Magnitude-Based Pruning", "lee2021layer"),
        ("Müller 2022, Ein Verfahren", "muller2022ein"),
    ],
)
def test_recognised(text: str, key: str):
    """By the first surname and the beginning of the title."""
    assert reference(text).key == key


def test_known_publications_are_consistent():
    """Keys are unlike, begin as surname and year say, and are those that techniques are cited by; all are reachable."""
    assert len({each.key for each in KNOWN}) == len(KNOWN)
    for each in KNOWN:
        surname = re.sub("[^a-z]", "", each.fields["author"].partition(",")[0].lower())
        assert each.key.startswith(surname + each.fields["year"])
    assert {*OF_DATASET.values(), *OF_METHOD.values()} <= {each.key for each in KNOWN}
    shared = {each.key for each in KNOWN} & {each.key for each in TECHNIQUES}
    assert {"han2015learning", "lecun1989optimal", "lee2019snip", "sun2024simple"} <= shared


def test_two_under_one_key():
    """Different publications never share a key."""
    one, other = reference("Doe 2020, Pruning A"), reference("Doe 2020, Pruning B")
    assert keys(replace(cited(), references=(one, other, one))) == [
        "doe2020pruning",
        "doe2020pruningb",
        "doe2020pruningc",
    ]


def test_bibtex_and_latex_read_it(tmp_path: Path):
    """Every known publication, and hostile words, come out without a warning."""
    hostile = [reference(f"Nobody 2020, {HOSTILE}"), reference(HOSTILE), reference(f"{HOSTILE} 1999")]
    report = replace(cited(), references=(*KNOWN, *cited().references, *hostile))
    (tmp_path / "references.bib").write_text(render(report), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(PAPER)
    compile_latex(tmp_path, "paper")
    done = subprocess.run([needed("bibtex"), "paper"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    unusual = [line for line in done.stdout.splitlines() if line.startswith("Warning") and "empty" not in line]
    assert unusual == []
    log = compile_latex(tmp_path, "paper")
    assert not re.findall(r"Missing character.*|undefined.*|! .*", log)
