"""The studies on common pairs: what each does not compare with is the list that is kept beside it."""

import json
import re
from pathlib import Path

import pytest

from audit.cli import _run

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
EXAMPLES = ROOT / "examples" / "corpus"
STUDIES = {
    "resnet50_imagenet": (SHARED / "state-of-sparsity", ROOT / "examples" / "state_of_sparsity" / "audit.toml"),
    "vgg16_imagenet": (EXAMPLES / "vgg16_imagenet", None),
    "resnet56_cifar10": (EXAMPLES / "resnet56_cifar10", None),
}
ROW = re.compile(r"^\| ([\w+-]+) \| (\d+) \| (.+) \|$")


def listed(study: str) -> list[list[tuple[str, int, str]]]:
    """The rows of both tables of a study's list: technique, how many compare with it, and the sentence on it."""
    text = (EXAMPLES / study / "missing.md").read_text(encoding="utf-8")
    parts = text.split("\nAt other ratios")
    return [[(m[1], int(m[2]), m[3]) for line in part.splitlines() if (m := ROW.match(line))] for part in parts]


def test_every_study_has_its_list() -> None:
    """None is left over, and none is missing."""
    assert {path.parent.name for path in EXAMPLES.glob("*/missing.md")} == set(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_each_entry_has_a_sentence(study: str) -> None:
    """One that ends, and that no other entry has."""
    sentences = [why for part in listed(study) for _, _, why in part]
    assert len(sentences) == len(set(sentences)) > 10
    assert all(why.endswith(".") and len(why) > 30 for why in sentences)


@pytest.mark.parametrize("study", STUDIES)
def test_the_list_is_what_is_found(study: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The techniques, in order, with how many papers compare with each, those at the study's ratios first."""
    location, config = STUDIES[study]
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    more = ["--config", str(config)] if config else []
    arguments = ["context", str(location), "--corpus", str(SHARED / "corpus"), "--format", "json", *more]
    assert _run(arguments) == 0
    (pair,) = json.loads(capsys.readouterr().out)
    found = [
        [(m["paper"], m["compared_by"]) for m in pair["missing"] if bool(m["at_ratios"]) is at] for at in (True, False)
    ]
    assert found == [[(key, by) for key, by, _ in part] for part in listed(study)]
