"""`audit table`, `checklist`, `numbers` and `plot`: what goes into a paper, through the command line."""

import csv
import io
import re
import sys
from pathlib import Path

import pytest

from audit.cli import main
from tests.studies import STUDY, changed, joined, table, without, write_csv


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two pairs, five methods, five ratios, five seeds."""
    seeds = (1, 2, 3, 4, 5)
    noise = {"mine": 0.004, "random_all": -0.05}

    def top1(row: dict) -> float:
        return round(row["top1"] + noise.get(row["method"], 0) + 0.0007 * (hash_of(row) % 7), 4)

    both = joined(table(seeds=seeds), table(seeds=seeds, dataset="cifar100", architecture="vgg"))
    write_csv(changed(both, top1=top1), tmp_path / "results.csv")
    (tmp_path / "audit.toml").write_text(STUDY)
    return tmp_path


def hash_of(row: dict) -> int:
    """A number that is the same in every process."""
    return sum(map(ord, f"{row['method']}{row['compression_target']}{row['seed']}{row['dataset']}"))


def run(*arguments: object) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    return int(stop.value.code or 0)


def lines(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def test_every_format_says_the_same(study: Path, capsys: pytest.CaptureFixture[str]):
    """The best means of the CSV are the bold ones of the others, and so are those not told from them."""
    texts = {}
    for form in ("csv", "markdown", "latex", "html"):
        assert run("table", study, "--format", form) == 0
        texts[form] = capsys.readouterr().out
    rows = lines(texts["csv"])
    assert len(rows) == 2 * 5 * 5
    best = sum(row["best"] == "true" for row in rows)
    untold = sum(row["told_from_best"] == "false" for row in rows)
    assert best >= 10
    assert untold > 0
    assert texts["latex"].count(r"\bfseries ") == best
    assert len(re.findall(r"\| \*\*\d|\*\*[\d.]+\*\* ±", texts["markdown"])) == best
    assert texts["html"].count("<b>") == best
    assert texts["latex"].count(r"{$\dagger$}") + texts["latex"].count(r"{$\dagger$,") == untold
    assert texts["html"].count("<sup>†") == untold
    for text in (texts["markdown"], texts["html"]):
        assert "not told from it by paired t (two-sided, level 0.05 with Holm" in text


def test_the_numbers_are_those_of_the_runs(study: Path, capsys: pytest.CaptureFixture[str]):
    """Unrounded means and deviations, worked out again from the table that was read."""
    assert run("table", study, "--format", "csv", "--metric", "top1") == 0
    shown = {
        (r["dataset"], r["method"], round(float(r["compression_ratio"]))): r for r in lines(capsys.readouterr().out)
    }
    with (study / "results.csv").open() as file:
        raw = [row for row in csv.DictReader(file) if row["method"] == "mine" and row["compression_target"] == "8.0"]
    values = [float(row["top1"]) for row in raw if row["dataset"] == "cifar10"]
    mean = sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    found = shown["cifar10", "mine", 8]
    assert (float(found["mean"]), float(found["deviation"])) == (pytest.approx(mean), pytest.approx(deviation))
    assert found["n"] == "5"


@pytest.mark.parametrize(
    ("arguments", "tables", "columns"),
    [
        ((), 2, ["2×", "4×", "8×", "16×", "32×"]),
        (("--together",), 1, ["2×", "4×", "8×", "16×", "32×"]),
        (("--columns", "pair"), 5, ["cifar10, resnet20", "cifar100, vgg"]),
        (("--rows", "compression"), 2, ["**mine**", "magnitude_alike", "magnitude_all", "random_alike", "random_all"]),
        (("--rows", "pair", "--columns", "method", "--ratio", "4"), 1, ["**mine**", "magnitude_alike"]),
        (("--ratio", "4", "--ratio", "16"), 2, ["4×", "16×"]),
        (("--metric", "area"), 1, ["cifar10, resnet20", "cifar100, vgg"]),
        (("--metric", "speedup"), 2, ["2×", "4×", "8×", "16×", "32×"]),
        (("--metric", "drop", "--columns", "method"), 2, ["**mine**", "magnitude_alike"]),
    ],
)  # fmt: skip
def test_arrangements(study: Path, arguments: tuple[str, ...], tables: int, columns: list[str], capsys):  # type: ignore[no-untyped-def]
    """What stands in rows and columns, and a table for each value of the third."""
    assert run("table", study, "--format", "markdown", *arguments) == 0
    text = capsys.readouterr().out
    heads = [
        line for line, rule in zip(text.splitlines(), text.splitlines()[1:], strict=False) if rule.startswith("|---")
    ]
    assert len(heads) == tables
    assert heads[0].strip("| ").split(" | ")[1 : 1 + len(columns)] == columns


def test_labels_are_unlike(study: Path, capsys: pytest.CaptureFixture[str]):
    """Tables of one study that stand in one paper have labels of their own."""
    for arguments in ((), ("--together",), ("--metric", "drop"), ("--columns", "pair"), ("--metric", "area")):
        run("table", study, *arguments)
    labels = re.findall(r"\\label\{(.*?)\}", capsys.readouterr().out)
    assert len(labels) == len(set(labels)) == 2 + 1 + 2 + 5 + 1


def test_wrong_measures_and_arrangements(study: Path, capsys: pytest.CaptureFixture[str]):
    """One line each that says what there is, exit code 2; nothing on stdout."""
    assert run("table", study, "--metric", "tpo1") == 2
    assert run("table", study, "--rows", "pair", "--columns", "pair") == 2
    assert run("table", study, "--ratio", "0") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second, third = captured.err.splitlines()
    assert "did you mean `top1`" in first
    assert "rows and columns are both pair" in second
    assert "--ratio" in third


def test_nothing_to_show(study: Path, capsys: pytest.CaptureFixture[str]):
    """A ratio that was not run, and an area of too few ratios: exit code 3, one line that says so."""
    assert run("table", study, "--ratio", "3") == 3
    few = without(table(), lambda row: row["compression_target"] > 4)
    write_csv(few, study / "results.csv")
    assert run("table", study, "--metric", "area") == 3
    errors = [line for line in capsys.readouterr().err.splitlines() if "no pruned network" in line or "no area" in line]
    assert len(errors) == 2


@pytest.mark.parametrize(
    ("name", "command", "beginning"),
    [
        ("t.tex", "table", "% Top-"),
        ("t.md", "table", "**Top"),
        ("t.html", "table", "\n<!doctype"),
        ("t.csv", "table", "dataset,"),
        ("c.tex", "checklist", "% The checklist"),
        ("c.md", "checklist", "## "),
        ("c.html", "checklist", "\n<!doctype"),
        ("n.tex", "numbers", "% The figures"),
    ],
)
def test_the_ending_says_the_format(study: Path, tmp_path: Path, name: str, command: str, beginning: str, capsys):  # type: ignore[no-untyped-def]
    """The file alone is written and named, with LaTeX the preamble that it needs."""
    assert run(command, study, "-o", tmp_path / "out" / name) == 0
    assert (tmp_path / "out" / name).read_text().lstrip("\n").startswith(beginning.lstrip("\n"))
    written = {name, "preamble.tex"} if name in ("t.tex", "c.tex") else {name}
    assert {path.name for path in (tmp_path / "out").iterdir()} == written
    assert {Path(line).name for line in capsys.readouterr().out.splitlines()} == written


def test_a_preamble_of_the_users_own_is_kept(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """It is left as it is, which is said; one of ours is replaced."""
    paper = tmp_path / "paper"
    paper.mkdir()
    (paper / "preamble.tex").write_text("mine")
    assert run("table", study, "-o", paper / "t.tex") == 0
    assert (paper / "preamble.tex").read_text() == "mine"
    assert "preamble.tex is not ours" in capsys.readouterr().err
    (paper / "preamble.tex").write_text("% What the fragments written by prune-audit 0.0.1 need.\n")
    assert run("checklist", study, "-o", paper / "c.tex") == 0
    assert "usepackage" in (paper / "preamble.tex").read_text()


def test_inputs_are_not_written_over(study: Path, capsys: pytest.CaptureFixture[str]):
    """The results themselves are no place for a table."""
    before = (study / "results.csv").read_bytes()
    assert run("table", study / "results.csv", "-o", study / "results.csv") == 2
    assert (study / "results.csv").read_bytes() == before


def test_macros_are_the_table(study: Path, capsys: pytest.CaptureFixture[str]):
    """A macro prints what the table prints, names are letters, and no two are one."""
    run("table", study, "--format", "markdown")
    printed = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("| **mine**"))
    run("numbers", study)
    text = capsys.readouterr().out
    macros = dict(re.findall(r"\\newcommand\{\\([^}]*)\}\{([^}]*)\}", text))
    assert len(macros) == text.count(r"\newcommand")
    assert all(re.fullmatch("pa[A-Za-z]+", name) for name in macros)
    mean = macros["paCifarOneZeroResnetTwoZeroMineAtTwoTopOne"]
    deviation = macros["paCifarOneZeroResnetTwoZeroMineAtTwoTopOneDeviation"]
    assert printed.replace("*", "").split(" | ")[1].startswith(f"{mean} ± {deviation}")


def test_only_some_macros(study: Path, capsys: pytest.CaptureFixture[str]):
    """`--metric` takes the measures that are wanted, and a wrong one is one line."""
    run("numbers", study, "--metric", "drop")
    text = capsys.readouterr().out
    assert "Drop}" in text
    assert "TopOne}" not in text
    assert run("numbers", study, "--metric", "dorp") == 2


def test_figures_by_format(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Three figures a pair in each format that is asked for, and their data."""
    assert run("plot", study, "-o", tmp_path / "figures", "--format", "pdf", "--format", "tex") == 0
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    stems = {"figure_cifar10_resnet20", "figure_cifar100_vgg"}
    pictures = {f"{stem}{ending}.pdf" for stem in stems for ending in ("", "_compression", "_speedup")}
    assert names == pictures | {f"{stem}.{form}" for stem in stems for form in ("csv", "tex")} | {"preamble.tex"}


def test_pictures_need_an_extra(study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Without matplotlib one line names the extra before anything is read; pgfplots source needs none."""
    monkeypatch.setitem(sys.modules, "tueplots", None)
    assert run("plot", study / "nowhere") == 3
    assert (
        capsys.readouterr().err
        == "audit: this needs `tueplots`, which is not installed: pip install 'prune-audit[plot]'\n"
    )
    assert run("plot", study, "--format", "tex") == 0


def test_the_data_of_a_figure(study: Path, tmp_path: Path):
    """Every run and every mean of both axes, in the units that are drawn."""
    run("plot", study, "-o", tmp_path, "--format", "tex")
    rows = lines((tmp_path / "figure_cifar10_resnet20.csv").read_text())
    for axis in ("compression_ratio", "theoretical_speedup"):
        mine = [row for row in rows if row["axis"] == axis and row["method"] == "mine"]
        assert [row["kind"] for row in mine].count("run") == 25
        means = [row for row in mine if row["kind"] == "mean"]
        assert len(means) == 5
        assert all(float(row["bar_low"]) < float(row["y"]) < float(row["bar_high"]) for row in means)
        assert {row["bar"] for row in means} == {"95 % t-interval of the mean"}
        assert 80 < float(means[0]["y"]) < 100


def test_own_templates(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A file of theirs stands for ours of that name, in every command that has templates."""
    own = tmp_path / "own"
    (own / "latex").mkdir(parents=True)
    (own / "latex" / "table.tex").write_text("TABLE << table.label >> of << table.title >>\n")
    assert run("table", study, "--templates", own) == 0
    assert capsys.readouterr().out.splitlines()[0] == r"TABLE Top-{}1 accuracy (\%) of cifar10,{} resnet20"
    (own / "html").mkdir()
    (own / "html" / "provenance.html").write_text("<p>Mine: {{ report.inputs|length }}</p>")
    assert run("report", study, "--templates", own, "-o", tmp_path / "out") == 0
    assert "<p>Mine: 1</p>" in (tmp_path / "out" / "report.html").read_text()
    assert (tmp_path / "out" / "table_cifar10_resnet20.tex").read_text().startswith("TABLE ")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("latex/table.tex", "one\n<< table.nothing >>", "table.tex, line 2: 'audit.render.numbers_table.Table"),
        ("latex/table.tex", "<% if %>", "table.tex, line 1: Expected an expression"),
        ("latex/tabel.tex", "", "replaces no template"),
        (None, "", "expected a directory"),
    ],
)
def test_wrong_templates(study: Path, tmp_path: Path, name: str | None, text: str, says: str, capsys):  # type: ignore[no-untyped-def]
    """One line with the file and its line, exit code 2."""
    own = tmp_path / "own"
    if name:
        (own / name).parent.mkdir(parents=True)
        (own / name).write_text(text)
    assert run("table", study, "--templates", own) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err.splitlines()[-1]
