"""Tables: what is simply read, and the one line for what is not."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.sources import delimited
from audit.sources.arrow_durations import durations
from audit.sources.delimited import read_delimited
from audit.sources.errors import SourceError
from audit.sources.locate import locate
from audit.sources.locate import read as read_all
from audit.sources.tables import read
from audit.study import Study
from tests.sources.conftest import HEADER, rows

SOUND = f"{HEADER}\n{rows()}"


def write(directory: Path, content: str | bytes, name: str = "table.csv") -> Path:
    """A file with this content."""
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        SOUND.encode(),
        b"\xef\xbb\xbf" + SOUND.encode(),
        SOUND.encode("utf-16"),
        SOUND.replace("\n", "\r\n").encode(),
        SOUND.replace("\n", "\r\n", 2).encode(),
        SOUND.replace("\n", "\r").encode(),
        SOUND.replace(",", ";").encode(),
        SOUND.replace(",", "\t").encode(),
        SOUND.replace(",", "|").encode(),
        SOUND.replace(",", ";").replace("0.9", "0,9").encode(),
        SOUND.replace(",", " , ").encode(),
        ("\n\n" + SOUND + "\n\n").encode(),
        SOUND.replace("cifar10", '"cifar10"').encode(),
        SOUND.replace("\n", ",\n").encode(),
        SOUND.removesuffix("\n").encode(),
        b"sep=;\n" + SOUND.replace(",", ";").encode(),
        b'\xef\xbb\xbf"sep=,"\r\n' + SOUND.replace("\n", "\r\n").encode(),
        ("SEP=^\n\n" + SOUND.replace(",", "^")).encode("utf-16"),
    ],
    ids=[
        *("plain", "bom", "utf16", "crlf", "mixed-ends", "cr", "semicolons", "tabs", "bars", "decimal-comma", "spaces"),
        *("blank-lines", "quotes", "trailing-comma", "no-last-line-end"),
        *("sep-semicolon", "sep-comma", "sep-other"),
    ],
)
def test_forms_that_are_simply_read(tmp_path: Path, content: bytes) -> None:
    """Byte-order marks, delimiters, decimal commas and line ends make no difference."""
    results = read(write(tmp_path, content), Study())
    assert results.text("dataset").texts() == ["cifar10"] * 4
    assert results.text("seed").texts() == ["1", "2", "3", "4"]
    assert results.number("top1").tolist() == [0.91, 0.92, 0.93, 0.94]
    assert [results.printed_unit("top1", row) for row in range(4)] == [pytest.approx(0.01)] * 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("is empty",)),
        (b"\xef\xbb\xbf", ("is empty",)),
        (b" \n\n", ("is empty",)),
        (HEADER + "\n", ("a header and no rows",)),
        (f"{HEADER}\n\n\n", ("a header and no rows",)),
        ("name,age\nEve,7\n", ("`dataset`", "'name'", "'age'")),
        (SOUND.replace("method", "metod"), ("`method`", "'metod'", "is it `method`?")),
        (f"{HEADER}\n,resnet20,m,1,2,0.9\n", ("`dataset`",)),
        (f"{HEADER}\nd,resnet20,m,1,2,0.9\n,resnet20,m,2,2,0.9\n", ("row 3", "`dataset` is empty")),
        (f"{HEADER}\nd,a,m,1,2,0.9\nd,a,m,2,2,high\n", ("row 3", "`top1`", "'high'", "a number")),
        (f"{HEADER}\nd,a,m,1,two,0.9\n", ("row 2", "`compression_ratio`", "'two'", "a number", "correct it")),
        (f"{HEADER}\nd,a,Baseline,1,,0.9\nd,a,m,2,2,0.9\n", ("row 2", "the ratio 1, or the method `dense`")),
        (SOUND.replace("0.9", "9"), ("`top1` is in percent", "94", "[[source]]")),
        (f"{HEADER}\nd,a,m,1,2,0.9\nd,a,m,2,2\n", ("row 3", "found 5 values", "expected 6")),
        (f"{HEADER}\nd,a,m,1,2,0.9\nd,a,m,2,2,0.9,5\n", ("row 3", "found 7 values", "expected 6")),
        (f"# made by us\n{SOUND}", ("row 2", "found 6", "row 1 is taken as the header", "`header` in [[source]]")),
        (f'{HEADER}\n"d\ne",a,m,1,2,0.9\n\nd,a,m,2,2\n', ("row 4", "found 5 values")),
        (f"{HEADER},top1\n{rows()}", ("row 1", "two columns are called 'top1'")),
        (SOUND.replace("cifar10", "cif\0r10").encode(), ("is not a text file",)),
        (SOUND.encode() * 200 + b"d,a,m\0,1,2,0.9\n", ("NUL", "row 1001")),
        (SOUND.encode() + "d,Caf\u00e9,m,9,2,0.9\n".encode("latin-1"), ("row 6", "`architecture`", "UTF-8", "Café")),
        ("dataset,Caf\u00e9\n1,2\n".encode("latin-1"), ("row 1", "UTF-8")),
        (f'{HEADER}\nd,a,m,1,2,0.9\n"d,a,m,2,2,0.9\nd,a,m,3,2,0.9\n', ("row 3", "quote", "never closed")),
        (f'{HEADER}\nd,a,"m"x,1,2,0.9\n', ("row 2", "closing quote")),
        (f'{HEADER}\nd,"{"a" * 200_000}",m,1,2,0.9\n', ("row 2", "131,072 characters")),
        ("x" * 3_000_000, ("row 1", "131,072 characters")),
        (bytes(range(256)) * 40, ("not a text file",)),
        (SOUND.encode("utf-16")[:-3], ("UTF-16",)),
    ],
)  # fmt: skip
def test_bad_input_gives_one_line(
    tmp_path: Path, refused: Callable[..., str], content: str | bytes, words: tuple[str, ...]
) -> None:
    """Each kind of damage is one line that names the file, and the row and column where there is one."""
    path = write(tmp_path, content)
    refused(path, str(path), *words)


def test_a_row_is_a_record_as_a_spreadsheet_numbers_it(tmp_path: Path) -> None:
    """Blank lines count; a line break inside quotes does not."""
    content = f'{HEADER}\n\n"a\nb",x,m,1,2,0.91\n\n"c\n\nd",x,m,2,2,0.92\ne,x,m,3,2,0.93\n'
    results = read(write(tmp_path, content), Study())
    assert results.origin.row is not None
    assert results.origin.row.tolist() == [3, 5, 6]


def test_exact_duplicates_count_once_and_are_told(tmp_path: Path) -> None:
    """A copied row is dropped, with a line on stderr that names it; a row that differs in any column stays."""
    path = write(tmp_path, f"{HEADER},note\n" + "d,a,m,1,2,0.9,x\n" * 2 + "d,a,m,1,2,0.9,y\n")
    results = read(path, Study())
    assert len(results) == 2
    assert results.origin.row is not None and results.origin.row.tolist() == [2, 4]
    assert f"{path}: 1 exact duplicate row is counted once (the first is row 3)" in results.notes


def test_equal_rows_that_nothing_identifies_are_counted(tmp_path: Path) -> None:
    """Without a seed or a run id two runs may agree: both count, and that is told; an empty seed is none."""
    path = write(
        tmp_path, "dataset,architecture,method,compression_ratio,top1\n" + "d,a,m,4,0.90\n" * 2 + "d,a,m,4,0.87\n"
    )
    results = read(path, Study())
    assert results.number("top1").tolist() == [0.90, 0.90, 0.87]
    (note,) = results.notes
    assert note == (
        f"{path}: 1 row equals another and is counted, since nothing (a seed, a run id) says that it is the same "
        "network (the first is row 3)"
    )
    path = write(tmp_path, f"{HEADER}\n" + "d,a,m,1,2,0.9\n" * 3 + "d,a,m,,2,0.9\n" * 3)
    results = read(path, Study())
    assert results.origin.row is not None and results.origin.row.tolist() == [2, 5, 6, 7]
    assert len([note for note in results.notes if "row 3" in note or "2 rows equal others" in note]) == 2


def test_the_repeats_of_a_published_table_all_count() -> None:
    """Two of the 48 unseeded lottery tickets of Gale et al. 2019 have one accuracy, and are two networks."""
    path = Path(__file__).parents[3] / "shared" / "data" / "state-of-sparsity" / "rn50_lottery_ticket.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there: third-party data for tests and measurements")
    study = Study.parse(
        "[[source]]\npath = 'rn50_lottery_ticket.csv'\nunits = { compression_ratio = 'sparsity' }\n"
        "columns = { compression_ratio = 'sparsity', top1 = 'accuracy' }\n"
        "constants = { dataset = 'imagenet', architecture = 'resnet50', method = 'lottery_ticket' }"
    )
    assert len(read(path, study, study.sources[0])) == 48


def test_a_column_that_is_mapped_identifies(tmp_path: Path) -> None:
    """A seed under another heading identifies as well; one that a source declares for all rows does not."""
    path = write(tmp_path, "run,dataset,architecture,method,compression_ratio\n" + "1,d,a,m,4\n" * 2)
    for source, count in (("columns = { seed = 'run' }", 1), ("constants = { seed = 1 }", 2)):
        study = Study.parse(f"[[source]]\npath = '{path.name}'\n{source}")
        assert len(read(path, study, study.sources[0])) == count


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e-400", "0e999"])
def test_numbers_beyond_a_float(tmp_path: Path, audit: Callable, text: str) -> None:
    """A ratio that no float holds ends in a verdict or one line, never in a defect."""
    answer = audit("check", write(tmp_path, f"{SOUND}cifar10,resnet20,global_magnitude,9,{text},0.9\n"))
    assert answer.code in (0, 1, 3), answer.err


def test_unreadable_permissions(tmp_path: Path, audit: Callable) -> None:
    """A file that may not be read says so."""
    path = write(tmp_path, SOUND)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    answer = audit("check", path)
    assert (answer.code, answer.out) == (3, "")
    assert answer.lines == [f"audit: {path}: cannot be read: Permission denied"]


@pytest.mark.parametrize("name", ["a[1].csv", "what?.csv", "star*.csv", "with space.csv", "quo'te.csv", 'dou"ble.csv'])
def test_names_with_glob_characters(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read by its own name, also by the reader for large files."""
    write(tmp_path, SOUND.replace("0.9", "0.1"), "a1.csv")
    path = write(tmp_path, SOUND, name)
    assert read(path, Study()).number("top1").max() == 0.94
    monkeypatch.setattr(delimited, "_LARGE", 0)
    assert read(path, Study()).number("top1").max() == 0.94


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("first", ["", "sep={}"])
def test_large_files_read_as_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str, delimiter: str, first: str
) -> None:
    """The reader for large files gives the same texts, rows and duplicates as the exact one."""
    lines = ["name,b,c", 'x,"1,5",', " y , 2 ,3", '"2",3,4', "z,,", 'x,"1,5",', 'q,"say""hi""",µ', "w,nan,-0"]
    says = [first.format(delimiter)] if first else []
    path = write(tmp_path, "".join(line + ends for line in (*says, *(line.replace(",", delimiter) for line in lines))))
    slow = read_delimited(path)
    monkeypatch.setattr(delimited, "_LARGE", 0)
    monkeypatch.setattr(delimited, "_exact", None)
    fast = read_delimited(path)
    assert fast.records.tolist() == slow.records.tolist()
    assert fast.again is not None and fast.again.tolist() == slow.again.tolist()
    assert fast.again.sum() == 1
    for heading in slow.headings:
        for one, other in zip(fast.columns[heading], slow.columns[heading], strict=True):
            assert (one or "").strip() == (other or "").strip()


@pytest.mark.parametrize(
    "damage",
    ["d,a,m\n", "\n\nd,a,m,9,2\n", "d,a,m,9,2,0.9,7\n", '"d,a,m,9,2,0.9\n', "d,a\0,m,9,2,0.9\n", "d,\xe9,m,9,2,1\n"],
)
def test_large_files_are_refused_as_small_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """Damage in a large file has the same line as in a small one."""
    path = write(tmp_path, (SOUND + damage + rows(3, "m")).encode("latin-1"))
    with pytest.raises(SourceError) as small:
        read_delimited(path)
    monkeypatch.setattr(delimited, "_LARGE", 0)
    with pytest.raises(SourceError) as large:
        read_delimited(path)
    assert str(small.value) == str(large.value)


def test_a_column_in_percent_by_its_cells(tmp_path: Path) -> None:
    """A cell that says % is a percentage, and keeps its last printed place."""
    results = read(write(tmp_path, f"{HEADER}\nd,a,m,1,2,93.10%\nd,a,m,2,2,92.9 %\n"), Study())
    assert results.number("top1").tolist() == [0.931, 0.929]
    assert results.printed_unit("top1", 0) == pytest.approx(1e-4)
    assert results.printed_unit("top1", 1) == pytest.approx(1e-3)


def test_what_is_missing(tmp_path: Path) -> None:
    """Empty cells and the usual words for them are missing, in numbers, seeds and flags."""
    words = ["", "NA", "n/a", "NaN", "null", "None", "-", "–"]
    lines = [f"d,a,m{place},{word},2,{word},{word}\n" for place, word in enumerate(words)]
    content = f"{HEADER},dirty\n" + "".join(lines)
    results = read(write(tmp_path, content), Study())
    assert not results.present("seed").any()
    assert not results.present("top1").any()
    assert not results.present("dirty").any()


def test_parquet_and_json_lines_hold_the_same(tmp_path: Path) -> None:
    """Parquet and JSON Lines give what the CSV of the same table gives."""
    import duckdb

    path = write(tmp_path, SOUND)
    duckdb.sql(f"copy (from read_csv('{path}')) to '{tmp_path}/t.parquet' (format parquet)")
    duckdb.sql(f"copy (from read_csv('{path}')) to '{tmp_path}/t.jsonl' (format json)")
    for other in ("t.parquet", "t.jsonl"):
        one, same = read(path, Study()), read(tmp_path / other, Study())
        for name in HEADER.split(","):
            if name in ("compression_ratio", "top1"):
                assert np.array_equal(one.number(name), same.number(name))
            else:
                assert one.text(name).texts() == same.text(name).texts()


def test_parquet_of_data_frames(tmp_path: Path) -> None:
    """Durations are seconds, a struct's keys are joined with a dot, headings that differ by case keep their names."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    rows = 2
    columns = {name: [name] * rows for name in ("dataset", "architecture", "method")}
    nested = [{"seed": seed, "optimiser": {"rate": 0.1}} for seed in (3, 4)]
    for unit in ("s", "ms", "us", "ns"):
        took = pandas.Series(pandas.to_timedelta([90, 91], unit="s")).astype(f"timedelta64[{unit}]")
        frame = pandas.DataFrame(
            {**columns, "compression_ratio": 2, "top1": 0.5, "Top1": 0.9, "duration": took, "config": nested}
        )
        frame.to_parquet(tmp_path / "t.parquet")
        study = Study.parse("[[source]]\npath = 't.parquet'\ncolumns = { top1 = 'Top1', seed = 'config.seed' }")
        results = read(tmp_path / "t.parquet", study, study.sources[0])
        assert results.number("duration").tolist() == [90, 91]
        assert results.number("top1").tolist() == [0.9, 0.9]
        assert results.text("seed").texts() == ["3", "4"]
        assert any("config.optimiser.rate" in note for note in results.notes)
    took = polars.Series([timedelta(seconds=90), None], dtype=polars.Duration("ms"))
    polars.DataFrame({**columns, "compression_ratio": 2, "duration": took}).write_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet", Study()).number("duration")[0] == 90


@pytest.mark.parametrize("schema", [b"", b"x", b"////", b"/////7AFAAAQAAAA", b"/////wAAAAD/////"])
def test_no_schema_of_arrows(schema: bytes) -> None:
    """Metadata that only has the name of Arrow's says nothing of durations."""
    assert durations({b"ARROW:schema": schema}) == {}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.parquet", b"", ("is empty",)),
        ("t.parquet", b"dataset,method\n", ("is not a Parquet file",)),
        ("t.parquet", b"PAR1" + bytes(100) + b"PAR1", ("damaged",)),
        ("t.parquet", b"PAR1" + bytes(100), ("damaged",)),
        ("t.jsonl", b"", ("is empty",)),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', ("row 2", "is not JSON")),
        ("t.jsonl", b'{"a": 1}\n[1, 2]\n', ("row 2", "found list", "object")),
        ("t.jsonl", b'{"a": "\xff"}\n', ("row 1", "UTF-8")),
        ("t.jsonl", b'{"a": 1}\n', ("`dataset`",)),
        ("t.jsonl", b'{"dataset": "d", "architecture": "a", "method": "m", "compression_ratio": "two"}\n',
         ("row 1", "`compression_ratio`", "'two'")),
        ("t.jsonl", b"[" * 100_000, ("row 1", "is not JSON")),
    ],
)  # fmt: skip
def test_bad_parquet_and_json_lines(
    tmp_path: Path, refused: Callable[..., str], name: str, content: bytes, words: tuple[str, ...]
) -> None:
    """Damage in Parquet and JSON Lines is one line as well."""
    path = write(tmp_path, content, name)
    refused(path, str(path), *words)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl", "t.db"])
@given(content=st.binary(max_size=300), form=st.sampled_from(["alone", "after a header", "in a row", "after magic"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_stands_in_a_file(tmp_path: Path, name: str, content: bytes, form: str) -> None:
    """Any bytes are either a table or one clear error."""
    magic = {"t.csv": b"\xff\xfe", "t.parquet": b"PAR1", "t.jsonl": b'{"a": ', "t.db": b"SQLite format 3\0"}[name]
    before = {"alone": b"", "after a header": f"{HEADER}\n".encode(), "in a row": SOUND.encode() + b"d,"}
    path = write(tmp_path, before.get(form, magic) + content, name)
    try:
        place = locate(str(path))
        read_all([place], Study())
    except SourceError as error:
        assert str(path) in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("word", ["done", "crashed", "0"])
def test_a_status_that_is_not_known(tmp_path: Path, refused: Callable[..., str], word: str) -> None:
    """A word that would count as finished is refused, with the row and the words that are known."""
    path = write(tmp_path, f"{HEADER},status\nd,a,m,1,2,0.9,finished\nd,a,m,2,2,0.9,{word}\n")
    refused(path, f"{path}, row 3, column `status`: found {word!r}", "finished, failed, killed, running")


def test_status_words(tmp_path: Path) -> None:
    """The schema's words and MLflow's, in any case; what is empty is finished."""
    words = ["finished", "FAILED", "Killed", "RUNNING", "SCHEDULED", ""]
    lines = "".join(f"d,a,m,{seed},2,0.9,{word}\n" for seed, word in enumerate(words))
    results = read(write(tmp_path, f"{HEADER},status\n{lines}"), Study())
    assert results.text("status").texts() == ["finished", "failed", "killed", "running", "running", None]
    assert results.evaluated.tolist() == [True, False, False, False, False, True]


def test_a_constant_status_that_is_not_known(tmp_path: Path, audit: Callable) -> None:
    """A status that a source declares is checked with the study file."""
    path = write(tmp_path, SOUND)
    study = write(tmp_path, f"[[source]]\npath = {path.name!r}\nconstants = {{ status = 'done' }}\n", "audit.toml")
    answer = audit("check", path)
    assert (answer.code, answer.out) == (2, "")
    assert f"{study}:3: `status` must be one of finished, failed" in answer.err
