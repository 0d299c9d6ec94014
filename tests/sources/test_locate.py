"""Locations: what is read of each, and the one line for what cannot be."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.sources.locate import locate, read, settle
from audit.study import Study, StudyError
from tests.packages import installed
from tests.sources.conftest import HEADER, Answer, rows, untouched

TABLE = f"{HEADER}\n{rows()}"


def settled(*locations: Path, config: Path | None = None, source: str | None = None):  # type: ignore[no-untyped-def]
    """Study, locations and results as `audit check` comes by them."""
    study, places = settle([str(each) for each in locations], config, source, lambda study: None)
    return study, places, *read(places, study)


def table(path: Path, content: str = TABLE) -> Path:
    """A table, with the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_no_such_path(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A path that is not there is named."""
    refused(tmp_path / "nowhere", f"{tmp_path}/nowhere: no such file or directory")


def test_nothing_to_read(tmp_path: Path, refused: Callable[..., str]) -> None:
    """Empty directories, and those without results, say what could have been there."""
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "is empty", "mlflow", "shrinkbench", "open_lth", "table")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("x")
    refused(tmp_path / "notes", "holds no results")
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    refused(tmp_path / "image.png", "is not a format that can be read")
    table(tmp_path / "study" / "audit.toml", "")
    refused(tmp_path / "study" / "audit.toml", "is a study file", "name the directory")
    refused(tmp_path / "study", "holds no results")
    os.mkfifo(tmp_path / "pipe")
    answer = locate_error(tmp_path / "pipe")
    assert "neither a file nor a directory" in answer


def locate_error(path: Path) -> str:
    """The message for a location."""
    from audit.sources.errors import SourceError

    with pytest.raises(SourceError) as caught:
        locate(str(path))
    return str(caught.value)


def test_all_tables_of_a_directory_make_one_study(tmp_path: Path) -> None:
    """Tables directly inside are read together, without dotfiles, reports and what lies deeper."""
    table(tmp_path / "b.csv", f"{HEADER}\n{rows(method='snip')}")
    table(tmp_path / "a.tsv", TABLE.replace(",", "\t"))
    table(tmp_path / ".hidden.csv", "broken")
    table(tmp_path / "report" / "c.csv", "broken")
    table(tmp_path / "deeper" / "d.csv", "broken")
    with untouched(tmp_path):
        _, places, results, counts = settled(tmp_path)
    assert counts == [8] and len(results) == 8
    assert [Path(name).name for name in results.origin.source.categories] == ["a.tsv", "b.csv"]
    assert places[0].format == "table"


def test_the_one_child_with_results_is_taken(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A directory with one child that holds results means that child, and says so; with several they are listed."""
    table(tmp_path / "run" / "t.csv")
    table(tmp_path / "report" / "t.csv", "broken")
    table(tmp_path / ".cache" / "t.csv", "broken")
    (tmp_path / "notes").mkdir()
    _, places, results, _ = settled(tmp_path)
    assert len(results) == 4
    assert places[0].notes == (f"{tmp_path}: reading {tmp_path / 'run'}, the one directory in it that holds results",)
    table(tmp_path / "second" / "t.csv")
    refused(tmp_path, "several directories in it hold results", str(tmp_path / "run"), str(tmp_path / "second"))


def test_the_child_brings_its_study(tmp_path: Path) -> None:
    """The study file beside what is read counts, not one from above it."""
    table(tmp_path / "run" / "t.csv", f"data,net,how,{HEADER.partition('method,')[2]}\n{rows()}")
    columns = 'columns = { dataset = "data", architecture = "net", method = "how" }'
    table(tmp_path / "run" / "audit.toml", f'[[source]]\npath = "t.csv"\n{columns}\n')
    study, _, results, _ = settled(tmp_path)
    assert study.path == tmp_path / "run" / "audit.toml"
    assert len(results) == 4


def test_several_locations_make_one_study(tmp_path: Path) -> None:
    """Several locations are one table; one named twice, also by another name, is read once."""
    one = table(tmp_path / "one.csv")
    other = table(tmp_path / "other" / "other.csv", f"{HEADER}\n{rows(method='snip')}")
    _, _, results, counts = settled(one, other)
    assert counts == [4, 4] and len(results) == 8
    (tmp_path / "link.csv").symlink_to(one)
    _, _, results, counts = settled(one, one, tmp_path / "link.csv")
    assert counts == [4, 4, 4] and len(results) == 4


def test_a_file_and_its_directory_are_read_once(tmp_path: Path) -> None:
    """What a directory and a file in it both mean is read once, whichever is named first."""
    one = table(tmp_path / "tables" / "one.csv")
    table(tmp_path / "tables" / "two.csv", f"{HEADER}\n{rows(2, method='snip')}")
    for locations, counts in (((one.parent, one), [6, 4]), ((one, one.parent), [4, 6])):
        _, _, results, counted = settled(*locations)
        assert counted == counts and len(results) == 6
        assert results.notes == ()


def test_a_file_keeps_the_source_that_means_it(tmp_path: Path) -> None:
    """A file that a source means from its directory is read by it, also where the file is named first."""
    file = table(tmp_path / "theirs" / "deep" / "t.csv", f"{TABLE.replace('top1', 'score')}")
    study = table(tmp_path / "mine" / "audit.toml", '[[source]]\npath = "deep/t.csv"\ncolumns = { top1 = "score" }\n')
    _, _, results, _ = settled(file, tmp_path / "theirs", config=study)
    assert len(results) == 4 and results.present("top1").all()


def test_a_network_met_twice_counts_once(tmp_path: Path) -> None:
    """A copied table adds nothing, and its networks are told; a network that differs anywhere is another one."""
    one = table(tmp_path / "one.csv")
    copy = table(tmp_path / "copy.csv", f"{TABLE}cifar10,resnet20,global_magnitude,5,2,0.95\n")
    _, _, results, _ = settled(one, copy)
    assert len(results) == 5
    assert results.notes == (f"{copy}: 4 networks that were met before are counted once",)


def test_rows_of_several_tables_that_agree_without_a_seed(tmp_path: Path) -> None:
    """Two networks may give the same numbers; a whole table that is there again is a copy."""
    header = HEADER.replace(",seed", "")
    lines = [f"cifar10,resnet20,snip,{ratio},0.9" for ratio in (1, 2)]
    one, same = (table(tmp_path / name, "\n".join([header, *lines])) for name in ("one.csv", "same.csv"))
    other = table(tmp_path / "other.csv", "\n".join([header, lines[0], "cifar10,resnet20,snip,2,0.8"]))
    _, _, results, _ = settled(one, same)
    assert len(results) == 2
    assert results.notes == (f"{same}: 2 networks that were met before are counted once",)
    _, _, results, _ = settled(one, other)
    assert len(results) == 4
    assert results.notes == (
        f"{other}: 1 row equals another and is counted, since nothing (a seed, a run id) says which network a row is",
    )


def test_a_run_met_in_two_states(tmp_path: Path, refused: Callable[..., str]) -> None:
    """One run of a tracker with different content in two places cannot be counted."""
    run = "0123456789abcdef" * 2
    one = table(tmp_path / "one.csv", f"{HEADER},run_id\nd,a,m,1,2,0.5,{run}\n")
    other = table(tmp_path / "other.csv", f"{HEADER},run_id\nd,a,m,1,2,0.6,{run}\n")
    refused(one, f"run {run}", str(one), str(other), "different content", options=(str(other),))


def test_several_study_files(tmp_path: Path, audit: Callable) -> None:
    """Two study files are no study: exit 2, naming both."""
    for name in ("one", "two"):
        table(tmp_path / name / "t.csv")
        table(tmp_path / name / "audit.toml", "")
    answer = audit("check", tmp_path / "one", tmp_path / "two")
    assert (answer.code, answer.out) == (2, "")
    assert "several study files" in answer.err and "--config" in answer.err
    _, _, results, _ = settled(tmp_path / "one", tmp_path / "two", config=tmp_path / "one" / "audit.toml")
    assert len(results) == 4


def test_two_formats_in_one_directory(tmp_path: Path, refused: Callable[..., str]) -> None:
    """Two trees in one directory are told apart by --source; tables beside a tree are not read."""
    experiment = tmp_path / "mixed" / "20200131-235959-AAAA-0"
    experiment.mkdir(parents=True)
    for name in ("params.json", "logs.csv"):
        (experiment / name).write_text("{}")
    main = tmp_path / "mixed" / "lottery_x" / "replicate_1" / "level_0" / "main"
    main.mkdir(parents=True)
    (main / "sparsity_report.json").write_text("{}")
    refused(tmp_path / "mixed", "holds two formats", "--source shrinkbench or open_lth")
    refused(tmp_path / "mixed", "params", options=("--source", "shrinkbench"))


def test_an_unknown_source_is_wrong_usage(tmp_path: Path, audit: Callable[..., Answer]) -> None:
    """Exit 2, and the sources there are."""
    answer = audit("check", tmp_path, "--source", "shrinkbensh")
    assert (answer.code, answer.out) == (2, "")
    assert "no source `shrinkbensh`; known are mlflow, shrinkbench" in answer.err


def test_sources_name_the_tables_of_a_directory(tmp_path: Path) -> None:
    """Where a study names tables, exactly those are read, each by the first source that means it."""
    body = f"data,net,how,{HEADER.partition('method,')[2]}\n"
    table(tmp_path / "runs" / "a.txt", body + rows(2))
    table(tmp_path / "runs" / "b.txt", body + rows(2, "snip"))
    table(tmp_path / "other.csv", "broken")
    study = table(
        tmp_path / "audit.toml",
        """
        [[source]]
        path = "runs/a.txt"
        columns = { architecture = "net", method = "how" }
        constants = { dataset = "mnist" }
        [[source]]
        path = "runs/*.txt"
        columns = { dataset = "data", architecture = "net", method = "how" }
        """,
    )
    _, _, results, counts = settled(tmp_path)
    assert counts == [4]
    assert results.text("dataset").texts() == ["mnist", "mnist", "cifar10", "cifar10"]
    _, _, results, _ = settled(tmp_path / "runs" / "b.txt", config=study)
    assert len(results) == 2


def test_sources_reach_a_location_elsewhere(tmp_path: Path) -> None:
    """With --config, a path is looked for from the study file and from the location."""
    content = f"data,net,how,{HEADER.partition('method,')[2]}\n{rows(2)}"
    table(tmp_path / "theirs" / "a.csv", content)
    for place in ("a.csv", "../theirs/a.csv", str(tmp_path / "theirs" / "a.csv"), "*.csv"):
        columns = 'columns = { dataset = "data", architecture = "net", method = "how" }'
        study = table(tmp_path / "mine" / "audit.toml", f'[[source]]\npath = "{place}"\n{columns}\n')
        assert len(settled(tmp_path / "theirs", config=study)[2]) == 2
        assert len(settled(tmp_path / "theirs" / "a.csv", config=study)[2]) == 2


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ('path = "t.csv"\ncolumns = { topp1 = "acc" }', 3, ("`topp1`", "did you mean `top1`")),
        ('path = "t.csv"\nunits = { top1 = "percents" }', 3, ("'percents'", "did you mean `percent`")),
        ('path = "t.csv"\nunits = { dataset = "percent" }', 3, ("`dataset`", "it has no unit")),
        ('path = "t.csv"\nconstants = { n = "three" }', 3, ("`n` must be a number", "'three'")),
        ('path = "t.csv"\nformat = "excel"', 3, ("no format `excel`", "table")),
        ('path = "t.csv"\nwide = { headings = "ratio", cells = "top1" }', 3, ("`ratio`",)),
        ('path = "t.csv"\ncolums = {}', 3, ("`colums`", "did you mean `columns`")),
        ("columns = {}", 1, ("path",)),
    ],
)
def test_a_wrong_source_is_a_wrong_study(
    tmp_path: Path, audit: Callable, source: str, line: int, words: tuple[str, ...]
) -> None:
    """What a source says wrongly is exit 2 with its line, before any location is looked at."""
    path = table(tmp_path / "audit.toml", f"[[source]]\n{source}\n")
    answer = audit("check", tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.lines) == 1
    assert f"{path}:{line}:" in answer.err
    for word in words:
        assert word in answer.err


def test_a_source_that_means_nothing(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A path of a study's own directory that means no file is named with its line."""
    table(tmp_path / "t.csv")
    path = table(tmp_path / "audit.toml", '[[source]]\npath = "tt.csv"\n')
    refused(tmp_path, f"{path}:2: `path` means no file: tt.csv")


def test_a_reader_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package's reader is found by its entry point, and its results take a source's constants."""
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "from audit.results import Coded, Origin, Results\n"
        "def recognise(path):\n    return path.suffix == '.mine'\n"
        "def read(path, study):\n"
        "    one = lambda text: Coded.of([text])\n"
        "    columns = {'dataset': one('d'), 'method': one('m'), 'compression_ratio': np.array([2.0])}\n"
        "    return Results(columns, Origin(one(str(path))))\n"
    )
    installed(tmp_path, "mine", "[prune_audit.sources]\nmine = mine\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    data = table(tmp_path / "data" / "x.mine", "anything")
    study = table(tmp_path / "data" / "audit.toml", '[[source]]\npath = "x.mine"\nconstants = { architecture = "a" }\n')
    assert study.exists()
    _, places, results, _ = settled(data)
    assert places[0].format == "mine"
    assert results.text("architecture").texts() == ["a"]


def test_a_directory_that_may_not_be_read(tmp_path: Path, audit: Callable) -> None:
    """A directory without permission says so."""
    table(tmp_path / "closed" / "t.csv")
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "closed", os.R_OK):
            pytest.skip("this user may read every directory")
        answer = audit("check", tmp_path / "closed")
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert answer.code == 3
    assert answer.lines == [f"audit: {tmp_path}/closed: cannot be read: Permission denied"]


def test_a_location_without_study_has_an_empty_one(tmp_path: Path) -> None:
    """No study file is no error, and one above the location is not looked at."""
    table(tmp_path / "audit.toml", "not toml at all")
    table(tmp_path / "run" / "t.csv")
    study, *_ = settled(tmp_path / "run")
    assert study == Study()
    shutil.rmtree(tmp_path / "run")


def test_tables_beside_a_tree_are_told(tmp_path: Path) -> None:
    """A directory that is a tree is read as such; tables that are no part of it are named as not read."""
    experiment = tmp_path / "20200131-235959-AAAA-0"
    experiment.mkdir()
    for name in ("params.json", "logs.csv", "masks_summary.csv"):
        (experiment / name).write_text("{}")
    for name in ("b.csv", "a.parquet"):
        table(tmp_path / name)
    _, (place,) = settle([str(tmp_path)], None, None, lambda study: None)
    assert place.notes == (
        f"{tmp_path}: is read as shrinkbench; tables beside it are not read unless named: a.parquet, b.csv",
    )
    _, (place,) = settle([str(experiment)], None, None, lambda study: None)
    assert place.notes == ()
    table(tmp_path / "audit.toml", "[[source]]\npath = '*.csv'\n")
    _, (place,) = settle([str(tmp_path)], None, None, lambda study: None)
    assert [note.rpartition(" ")[2] for note in place.notes] == ["a.parquet"]


def test_experiments_are_for_mlflow_alone(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A table has none: neither by the option nor by a source."""
    path = table(tmp_path / "t.csv")
    refused(path, str(path), "has no experiments", options=("--experiment", "x"))
    table(tmp_path / "audit.toml", "[[source]]\npath = 't.csv'\nexperiments = ['x']\n")
    refused(path, str(path), "has no experiments")


def test_a_tree_without_columns_cannot_be_chosen_from(tmp_path: Path, refused: Callable[..., str]) -> None:
    """`where` names columns of a file's own, which result folders do not have."""
    experiment = tmp_path / "20200131-235959-AAAA-0"
    experiment.mkdir()
    for name in ("params.json", "logs.csv"):
        (experiment / name).write_text("{}")
    table(tmp_path / "audit.toml", f"[[source]]\npath = '{experiment.name}'\nwhere = {{ a = 1 }}\n")
    refused(tmp_path, str(experiment), "has no columns of its own", "where")


@pytest.mark.parametrize(
    ("location", "options", "words"),
    [
        ("mysql://me:secret@host/runs", (), ("mysql://…: cannot be read",)),
        ("sqlite:///results/mlflow.db", (), ("by its path alone",)),
        ("http://me:secret@localhost:5000", ("--source", "table"), ("http://localhost:5000: is an address", "table")),
    ],
)
def test_addresses_that_cannot_be_read(
    refused: Callable[..., str], location: str, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """An address of another kind, or one that is to be read as a file, is one line without its password."""
    assert "secret" not in refused(location, *words, options=options)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "is a pipe; expected a study file"),
        (os.mkdir, "is a directory; expected a study file"),
        (lambda path: path.symlink_to(os.devnull), "is a device or socket; expected a study file"),
        (lambda path: path.symlink_to("nowhere"), "cannot be read: No such file or directory"),
    ],
)
def test_what_is_called_a_study_file_and_is_none(make: Callable[[Path], None], said: str, tmp_path: Path):
    """It is neither passed over nor waited for, whether it lies beside the results or is named."""
    (tmp_path / "results.csv").write_text(HEADER + rows())
    study = tmp_path / "audit.toml"
    make(study)
    with pytest.raises(StudyError) as raised:
        settle([str(tmp_path)], None, None, lambda study: None)
    assert str(raised.value) == f"{study}: {said}"
    with pytest.raises(StudyError) as raised:
        settle([str(tmp_path / "results.csv")], None, None, lambda study: None)
    assert str(raised.value) == f"{study}: {said}"
    if study.exists():
        with pytest.raises(StudyError) as raised:
            settle([str(tmp_path / "results.csv")], study, None, lambda study: None)
        assert str(raised.value) == f"{study}: {said}"
