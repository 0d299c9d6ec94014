"""The documentation holds: generated pages say what the code says, examples work, links lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from audit.cli.project import defaults
from audit.pipeline import check
from audit.registry import validate
from audit.study import Study

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The generator of the reference pages."""
    specification = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of one language."""
    return [text for name, text in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


GENERATED = [
    "columns.md",
    "commands.md",
    "corpus.md",
    "methods.md",
    "rules.md",
    "sources.md",
    "study-file.md",
    "templates.md",
]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_say_what_the_code_says(generate: ModuleType, name: str) -> None:
    """No reference page differs from what `make docs` would write now."""
    assert list(generate.PAGES) == GENERATED
    assert (DOCS / name).read_text(encoding="utf-8") == generate.page(name), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link names a file, and each link into a page one of its headings."""
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"\w+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page}: {target}"
        if anchor and file.suffix == ".md":
            assert anchor[1:] in headings(file), f"{page}: {target}{anchor}"


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda page: page.name)
def test_study_files_shown_are_valid(page: Path, tmp_path: Path) -> None:
    """Each `audit.toml` that a page shows is read without an error, and each pyproject.toml that it shows."""
    for number, text in enumerate(blocks(page, "toml")):
        if "[tool.prune-audit]" in text:
            settings = tmp_path / str(number)
            settings.mkdir()
            (settings / "pyproject.toml").write_text(text)
            assert defaults("check", settings)
        elif not text.startswith("# in the pyproject.toml"):
            Study.parse(text)


def test_the_rule_shown_keeps_the_laws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of one's own that a page shows, and the test of it, work as they stand; so does what names it."""
    rule, test = blocks(DOCS / "own-rules.md", "python")
    (tmp_path / "slower_than_dense.py").write_text(rule)
    monkeypatch.syspath_prepend(tmp_path)
    names: dict = {}
    exec(test, names)
    names["test_slower_than_dense"]()
    named = blocks(DOCS / "own-rules.md", "toml")[0]
    validate(Study.parse(named, tmp_path / "audit.toml"))


def test_the_table_shown_is_audited(tmp_path: Path) -> None:
    """The README's table is read, and every network of it is counted."""
    (text,) = blocks(ROOT / "README.md", "csv")
    table = tmp_path / "results.csv"
    table.write_text(text, encoding="utf-8")
    (read,) = check(table).inputs
    assert read.networks == len(text.splitlines()) - 1


def test_the_score_shown_ranks_a_network() -> None:
    """The README's own score gives each parameter scores of its shape."""
    torch = pytest.importorskip("torch")
    (text,) = (text for text in blocks(ROOT / "README.md", "python") if "def scores" in text)
    names: dict = {}
    exec(text, names)
    model = torch.nn.Linear(4, 2)
    batch = (torch.ones(3, 4), torch.zeros(3, dtype=torch.int64))
    scores = names["scores"](model, batch, torch.nn.functional.cross_entropy, torch.Generator())
    assert {name: score.shape for name, score in scores.items()} == {
        name: parameter.shape for name, parameter in model.named_parameters()
    }
