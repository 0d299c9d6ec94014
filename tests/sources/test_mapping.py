"""`[[source]]`: every way in which a foreign table becomes the schema's."""

from pathlib import Path

import numpy as np
import pytest

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.mapping import check_sources
from audit.sources.tables import read_table
from audit.study import Study


def mapped(directory: Path, content: str, source: str = "", more: str = "", name: str = "t.csv") -> Results:
    """A table read as a source says."""
    (directory / name).write_text(content)
    study = Study.parse(f'[[source]]\npath = "{name}"\n{source}\n{more}', directory / "audit.toml")
    check_sources(study)
    return read_table(directory / name, study, study.sources[0])


NAMES = 'constants = { dataset = "imagenet", architecture = "resnet50", method = "magnitude" }\n'


def test_columns_units_and_constants(tmp_path: Path) -> None:
    """A technique's sweep: sparsity becomes a ratio, a percentage a fraction, what is constant is declared."""
    results = mapped(
        tmp_path,
        "Sparsity,begin,Acc (%)\n0.5,2000,75.56\n0.75,4000,70.1\n",
        NAMES + 'columns = { compression_ratio = "Sparsity", top1 = "Acc (%)" }\n'
        'units = { compression_ratio = "sparsity", top1 = "percent" }\nsettings = ["begin"]',
    )
    assert results.number("compression_ratio").tolist() == [2, 4]
    assert results.number("top1").tolist() == [0.7556, 0.701]
    assert results.printed_unit("top1", 0) == pytest.approx(1e-4)
    assert results.printed_unit("top1", 1) == pytest.approx(1e-3)
    assert results.text("method").texts() == ["magnitude"] * 2
    assert results.text("setting").texts() == ["begin=2000", "begin=4000"]
    assert not results.present("seed").any()


@pytest.mark.parametrize(
    ("heading", "unit", "cell", "column", "value"),
    [
        ("error", "error_percent", "23.9", "top1", 0.761),
        ("error", "error", "0.239", "top1", 0.761),
        ("kept", "kept_percent", "10", "compression_ratio", 10),
        ("GFLOPs", "gigaflops", "8.2", "macs", 4.1e9),
        ("M", "millions", "25.5", "parameters", 25.5e6),
        ("K", "thousands", "270", "parameters_nonzero", 270e3),
        ("ms", "milliseconds", "3.5", "latency_pruned", 0.0035),
    ],
)
def test_each_unit(tmp_path: Path, heading: str, unit: str, cell: str, column: str, value: float) -> None:
    """A column in a unit of its own."""
    results = mapped(
        tmp_path,
        f"{heading},size\n{cell},2\n",
        NAMES
        + f'columns = {{ {column} = "{heading}", compression_target = "size" }}\nunits = {{ {column} = "{unit}" }}',
    )
    assert results.number(column)[0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("cell", ["93.1% ± 0.2", "93.1 ± 0.2%", "93.1 % +/- 0.2 %"])
def test_percent_in_a_cell_is_meant_of_its_deviation_too(tmp_path: Path, cell: str) -> None:
    """Where a mean or its deviation says %, both are percentages."""
    results = mapped(tmp_path, f"top1,compression_ratio\n{cell},2\n", NAMES)
    assert results.number("top1").tolist() == [0.931]
    assert results.number("top1_deviation").tolist() == [0.002]


def test_a_unit_is_meant_of_the_deviation_too(tmp_path: Path) -> None:
    """A deviation is in the unit of its mean, whichever that is, unless it has one of its own."""
    ppl = "[metric.ppl]\ndirection = 'lower'\n"
    table = "ppl,compression_ratio\n5.68 ± 0.02,2\n"
    results = mapped(tmp_path, table, NAMES + 'units = { ppl = "thousands" }', ppl)
    assert (results.number("ppl")[0], results.number("ppl_deviation")[0]) == (5680, 20)
    results = mapped(tmp_path, table, NAMES + 'units = { ppl = "thousands", ppl_deviation = "fraction" }', ppl)
    assert results.number("ppl_deviation").tolist() == [0.02]


def column(directory: Path, name: str, unit: str, cells: list[str], dataset: str = "imagenet") -> Results:
    """A table with one column in a declared unit."""
    size = "compression_ratio,seed" if name == "top1" else "n_test,seed"
    lines = "".join(f'{dataset},a,m,2,{seed},"{cell}"\n' for seed, cell in enumerate(cells))
    units = f'units = {{ {name} = "{unit}" }}' if unit else ""
    return mapped(directory, f"dataset,architecture,method,{size},{name}\n{lines}", units)


@pytest.mark.parametrize(
    ("name", "unit", "cells", "dataset", "words"),
    [
        ("top1", "percent", ["0.93", "0.91"], "cifar10", ("declared as percent", "at most 0.93", "take the unit away")),
        ("top1", "percent", ["0.12", "0.1"], "cifar10", ("is declared as percent", "at most 0.12")),
        ("top1", "percent", ["0.76", "0.55"], "cifar100", ("is declared as percent", "at most 0.76")),
        ("top1", "percent", ["0.76", "0.001"], "imagenet", ("is declared as percent", "at most 0.76")),
        ("top1", "percent", ["0.93"], "unheard of", ("is declared as percent", "at most 0.93")),
        ("compression_ratio", "", ["0", "50", "75"], "d",
         ("row 2, column `compression_ratio`: found 0", 'compression_ratio = "sparsity_percent"')),
        ("compression_ratio", "ratio", ["0.5", "0"], "d", ("row 3, ", 'compression_ratio = "sparsity"')),
        ("compression_ratio", "", ["200", "0"], "d", ("row 3, ", "cannot be; correct it or leave it empty")),
        ("compression_ratio", "kept", ["100", "50", "25"], "d",
         ("is declared as kept, and holds up to 100", 'compression_ratio = "kept_percent"')),
        ("compression_ratio", "kept_percent", ["500"], "d", ("declared as kept_percent, and holds up to 500",)),
        ("compression_ratio", "sparsity", ["0", "50", "75"], "d",
         ("is declared as sparsity, and holds up to 75", 'compression_ratio = "sparsity_percent"')),
        ("compression_ratio", "sparsity_percent", ["0", "0.5", "0.75"], "d",
         ("is declared as sparsity_percent, and holds at most 0.75", 'compression_ratio = "sparsity"')),
    ],
)  # fmt: skip
def test_values_that_contradict_their_unit(
    tmp_path: Path, name: str, unit: str, cells: list[str], dataset: str, words: tuple[str, ...]
) -> None:
    """A whole column that cannot be in its unit is one error, which names the unit that it may be in."""
    with pytest.raises(SourceError) as caught:
        column(tmp_path, name, unit, cells, dataset)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "unit", "cells", "dataset"),
    [
        ("top1", "percent", ["0.1", "0.12", "0.34"], "imagenet"),
        ("top1", "percent", ["1.00", "1", "0.98"], "cifar100"),
        ("top1", "percent", ["0.9", "10"], "cifar10"),
        ("top1", "percent", ["0", "0.0"], "cifar10"),
        ("top1", "percent", ["0.1"], "unheard of"),
        ("top1", "error_percent", ["0.3", "0.4"], "mnist"),
        ("compression_ratio", "kept_percent", ["1", "0.5", "0.2", "0"], "d"),
        ("compression_ratio", "sparsity", ["0", "1.5", "0.5"], "d"),
        ("compression_ratio", "sparsity_percent", ["0"], "d"),
    ],
)
def test_values_that_may_be_in_their_unit(tmp_path: Path, name: str, unit: str, cells: list[str], dataset: str) -> None:
    """Collapsed networks, tiny errors, extreme ratios and a value that is wrong alone are read as declared."""
    assert len(column(tmp_path, name, unit, cells, dataset)) == len(cells)


def test_means_with_deviations(tmp_path: Path) -> None:
    """`93.1 ± 0.2` is a mean and its deviation; n and the kind are declared; a bare cell has no deviation."""
    results = mapped(
        tmp_path,
        "Method,CR,Top-1\nours,2,93.10 ± 0.20\nSNIP,2,92.4+/-0.3\nGraSP,2,92 +- 1\nrandom,2,90.5\n",
        'columns = { method = "Method", compression_ratio = "CR", top1 = "Top-1" }\nunits = { top1 = "percent" }\n'
        'constants = { dataset = "cifar10", architecture = "vgg16", n = 3, deviation_kind = "std" }',
    )
    assert results.number("top1").tolist() == [0.931, 0.924, 0.92, 0.905]
    assert results.number("top1_deviation")[:3].tolist() == [0.002, 0.003, 0.01]
    assert np.isnan(results.number("top1_deviation")[3])
    assert results.printed_unit("top1_deviation", 0) == pytest.approx(1e-4)
    assert results.number("n").tolist() == [3] * 4
    assert len(results.cells) == 4


def test_wide_tables(tmp_path: Path) -> None:
    """One column for each ratio becomes a row for each cell that holds something."""
    content = "Method,baseline (1x),2x,4×,note\nours,94.0,93.5 ± 0.1,92.0,x\nrandom,94.0,-,,y\n"
    results = mapped(
        tmp_path,
        content,
        'columns = { method = "Method" }\nunits = { top1 = "percent" }\n'
        'wide = { headings = "compression_ratio", cells = "top1", columns = ["2x", "4×"] }\n'
        'constants = { dataset = "cifar10", architecture = "vgg16" }',
    )
    assert results.text("method").texts() == ["ours", "ours"]
    assert results.number("compression_ratio").tolist() == [2, 4]
    assert results.number("top1").tolist() == [0.935, 0.92]
    assert results.number("top1_deviation")[0] == 0.001
    assert results.origin.row is not None and results.origin.row.tolist() == [2, 2]
    everything = mapped(
        tmp_path,
        "Method,90%,95%\nours,71,60\n",
        'columns = { method = "Method" }\nunits = { top1 = "percent", compression_ratio = "sparsity_percent" }\n'
        'wide = { headings = "compression_ratio", cells = "top1" }\n'
        'constants = { dataset = "cifar10", architecture = "vgg16" }',
    )
    assert everything.number("compression_ratio").tolist() == [10, 20]


WIDE = 'wide = { headings = "compression_ratio", cells = "top1"'
MEANS = 'columns = { method = "Method" }\nconstants = { dataset = "cifar10", architecture = "vgg16" }\n'


@pytest.mark.parametrize(
    ("headings", "unit", "ratios"),
    [
        ("1x,2x,×4,8 ×,Year 2020,N/2,16-fold", "", [1, 2, 4, 8]),
        ("0.5,.25,std 0.5", "kept", [2, 4]),
        ("50%,75 %,stdFrac50%", "sparsity_percent", [2, 4]),
        ("1,2.5,10", "ratio", [1, 2.5, 10]),
    ],
)
def test_headings_that_are_a_number(tmp_path: Path, headings: str, unit: str, ratios: list[float]) -> None:
    """Without `wide.columns`, a heading counts that is a number with nothing but ×, x or % about it."""
    units = f'units = {{ compression_ratio = "{unit}" }}' if unit else ""
    content = f"Method,{headings}\nours{',0.9' * (headings.count(',') + 1)}\n"
    results = mapped(tmp_path, content, MEANS + WIDE + " }\n" + units)
    assert results.number("compression_ratio").tolist() == ratios


@pytest.mark.parametrize(
    ("heading", "unit", "words"),
    [
        ("50%", "", ("'50%' is a percentage", "has no unit", '"sparsity_percent" or "kept_percent"')),
        ("50%", "sparsity", ("'50%' is a percentage", "is declared as 'sparsity'")),
        ("2x", "kept", ("'2x' is a ratio", "declared as 'kept'")),
        ("ResNet-50 2x", "", ("'ResNet-50 2x' holds several numbers",)),
        ("N/2", "", ("'N/2' is no number",)),
        ("1/2", "", ("'1/2' is no number",)),
        ("1,000", "", ("'1,000'", "which may be 1.000 or 1000")),
    ],
)
def test_headings_that_cannot_be_meant(tmp_path: Path, heading: str, unit: str, words: tuple[str, ...]) -> None:
    """A named heading holds exactly one number, in the unit that is declared."""
    units = f'units = {{ compression_ratio = "{unit}" }}' if unit else ""
    with pytest.raises(SourceError) as caught:
        mapped(tmp_path, f'Method,"{heading}"\nours,0.9\n', f'{MEANS}{WIDE}, columns = ["{heading}"] }}\n{units}')
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "source", "words"),
    [
        ("a,b\n1,2\n", 'columns = { top1 = "c" }', ("no column 'c'", "names it for `top1`", "'a', 'b'")),
        ("accuracy,b\n1,2\n", 'columns = { top1 = "acuracy" }', ("did you mean 'accuracy'",)),
        ("a,b\n1,2\n", 'settings = ["lr"]', ("no column 'lr'", "settings")),
        ("a,b\n1,2\n", NAMES + 'wide = { headings = "compression_ratio", cells = "top1" }',
         ("no heading is a number",)),
        ("a,b\n1,2\n", NAMES + 'wide = { headings = "compression_ratio", cells = "top1", columns = ["2x"] }',
         ("no column '2x'",)),
        ("a,b\n1,2\n", NAMES + 'wide = { headings = "compression_ratio", cells = "top1", columns = ["a"] }',
         ("the heading 'a' is no number",)),
        ("s,a\n0.5,93 ± high\n", NAMES + 'columns = { compression_ratio = "s", top1 = "a" }',
         ("row 2", "`a`", "'high'", "a number")),
        ("s,a\n0.5 ± 1,93\n", NAMES + 'columns = { compression_ratio = "s", top1 = "a" }',
         ("row 2", "`s`", "'0.5 ± 1'", "deviation")),
        ("s,a\n0.5,93\n", NAMES + 'columns = { compression_ratio = "s", top1 = "a" }', ("in percent", "percent")),
        ("a,b\n1,2\n", "", ("`dataset`",)),
    ],
)  # fmt: skip
def test_what_a_source_gets_wrong(tmp_path: Path, content: str, source: str, words: tuple[str, ...]) -> None:
    """A source that does not fit its file says which column, and what the file has."""
    with pytest.raises(SourceError) as caught:
        mapped(tmp_path, content, source)
    for word in (str(tmp_path / "t.csv"), *words):
        assert word in str(caught.value)


def test_guesses_are_told(tmp_path: Path) -> None:
    """Headings with one meaning in the field are read, and shown."""
    (tmp_path / "t.csv").write_text("Model,Data set,Strategy,Sparsity,Test acc\nvgg16,cifar10,ours,0.5,0.93\n")
    results = read_table(tmp_path / "t.csv", Study())
    assert results.text("architecture").texts() == ["vgg16"]
    assert results.number("compression_ratio").tolist() == [2]
    assert results.number("top1").tolist() == [0.93]
    for word in ("'Model' is taken as `architecture`", "'Sparsity'", "in the unit `sparsity`", "'Test acc'"):
        assert any(word in note for note in results.notes)


def test_the_schemas_names_in_another_case(tmp_path: Path) -> None:
    """They are read where they can be nothing else, and shown."""
    heading = "Dataset,ARCHITECTURE,Method,Seed,Compression_Ratio,TOP1,N_Test,Dense_Top1,Top1_Change"
    (tmp_path / "t.csv").write_text(f"{heading}\nd,a,m,1,2,0.91,10000,0.93,-0.02\n")
    results = read_table(tmp_path / "t.csv", Study())
    for name, expected in zip(
        heading.lower().split(","), ("d", "a", "m", "1", 2, 0.91, 10000, 0.93, -0.02), strict=True
    ):
        found = results.text(name).texts() if isinstance(expected, str) else results.number(name).tolist()
        assert found == [expected], name
    assert sum("is taken as" in note for note in results.notes) == 9


@pytest.mark.parametrize(
    ("heading", "cells", "column"),
    [
        ("Parameters", "100", "parameters"),
        ("MACs", "100", "macs"),
        ("Loss", "0.3", "loss"),
        ("Mask", "yes", "mask"),
        ("Score", "0.3", "score"),
        ("N", "3", "n"),
        ("Dense Top1", "0.93", "dense_top1"),
        ("Dense_Top1", "high", "dense_top1"),
        ("Dense_Top1", "930", "dense_top1"),
        ("N_Test", "-1", "n_test"),
        ("Batch_Size,BATCH_SIZE", "64,128", "batch_size"),
        ("TOP5,Top5", "0.9,0.8", "top5"),
        ("TOP5,top_5", "0.9,0.8", "top5"),
    ],
)
def test_what_another_case_does_not_tell(tmp_path: Path, heading: str, cells: str, column: str) -> None:
    """Common words, values that are none of the column's, and two headings for one column are not read."""
    names = "dataset,architecture,method,compression_ratio,top1"
    (tmp_path / "t.csv").write_text(f"{names},{heading}\nd,a,m,2,0.9,{cells}\n")
    results = read_table(tmp_path / "t.csv", Study())
    assert not results.present(column).any()
    assert all(each in " ".join(results.notes) for each in heading.split(","))


def test_the_schemas_own_name_goes_before_another_case(tmp_path: Path) -> None:
    """A heading that is the name itself is the column, whatever stands beside it."""
    names = "dataset,architecture,method,compression_ratio,top1,TOP1,Compression_Ratio"
    (tmp_path / "t.csv").write_text(f"{names}\nd,a,m,2,0.9,0.8,4\n")
    results = read_table(tmp_path / "t.csv", Study())
    assert (results.number("top1").tolist(), results.number("compression_ratio").tolist()) == ([0.9], [2])
    assert results.notes[-1].endswith("are not read: TOP1, Compression_Ratio")


@pytest.mark.parametrize(
    ("heading", "cells", "ratios"),
    [
        ("Sparsity (%)", ["50", "75"], [2, 4]),
        ("Density (%)", ["1", "0.5", "0.2"], [100, 200, 500]),
        ("density in %", ["50", "25"], [2, 4]),
        ("Compression ↑", ["2", "4"], [2, 4]),
    ],
)
def test_percent_in_a_heading_is_its_unit(tmp_path: Path, heading: str, cells: list[str], ratios: list[float]) -> None:
    """A guess from a heading with % is in percent, and says so."""
    lines = "".join(f"d,a,m,{seed},0.9,{cell}\n" for seed, cell in enumerate(cells))
    (tmp_path / "t.csv").write_text(f"dataset,architecture,method,seed,top1,{heading}\n{lines}")
    results = read_table(tmp_path / "t.csv", Study())
    assert results.number("compression_ratio").tolist() == ratios
    assert any("percent`" in note for note in results.notes) == ("%" in heading)


@pytest.mark.parametrize("heading", ["Top-1 Acc. (%)", "Top1 [%] ↑", "accuracy %", "test/acc (%, ↑)"])
def test_accuracies_in_percent_by_their_heading(tmp_path: Path, heading: str) -> None:
    """% in the heading of an accuracy is its unit."""
    heading = heading.replace(" Acc.", " Accuracy")
    (tmp_path / "t.csv").write_text(f'dataset,architecture,method,compression_ratio,"{heading}"\nd,a,m,2,93.1\n')
    assert read_table(tmp_path / "t.csv", Study()).number("top1").tolist() == [0.931]


@pytest.mark.parametrize("cell", ["0.5", "93"])
@pytest.mark.parametrize(
    "heading",
    [
        "Acc. ↓ (%)",
        "ΔAcc",
        "Δ Acc",
        "σ(acc)",
        "acc ±",
        "−acc",
        "-acc",
        "acc drop",
        "Acc. (drop)",
        "loss of accuracy",
        "acc std",
    ],
)
def test_what_is_no_level_is_not_guessed(tmp_path: Path, heading: str, cell: str) -> None:
    """A sign or word that turns a name round forbids the guess, whatever the values are."""
    (tmp_path / "t.csv").write_text(f"dataset,architecture,method,compression_ratio,{heading}\nd,a,m,2,{cell}\n")
    assert not read_table(tmp_path / "t.csv", Study()).present("top1").any()


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [
        ("Speedup", "2", ('theoretical_speedup = "Speedup"', "some measure it", "MACs")),
        ("Compression rate (%)", "50", ('compression_ratio = "Compression rate (%)"', "some mean")),
        ("compression-rate", "2", ('compression_ratio = "compression-rate"',)),
        ("Sparsity (%)", "0.5", ('compression_ratio = "Sparsity (%)"', '"sparsity" or "sparsity_percent"')),
        ("params", "1000", ('parameters_nonzero = "params"',)),
    ],
)
def test_what_may_be_a_size_is_named(tmp_path: Path, heading: str, cell: str, words: tuple[str, ...]) -> None:
    """The error for a table without a size shows how its likely column is declared."""
    (tmp_path / "t.csv").write_text(f"dataset,architecture,method,top1,{heading}\nd,a,m,0.9,{cell}\n")
    with pytest.raises(SourceError, match="no column says how small a network is") as caught:
        read_table(tmp_path / "t.csv", Study())
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "heading_and_cell",
    ["ratio,0.5", "Pruning rate,0.5", "params,1000", "FLOPs,1000", "sparsity,50", "compression,0.5", "density,200",
     "speedup,2", "compression rate,2", "compression (%),50", "sparsity (%),0.9"],
)  # fmt: skip
def test_what_is_not_certain_is_not_guessed(tmp_path: Path, heading_and_cell: str) -> None:
    """A name with two meanings, or a value that does not fit the one, is no guess."""
    heading, _, cell = heading_and_cell.partition(",")
    (tmp_path / "t.csv").write_text(f"dataset,architecture,method,top1,{heading}\nd,a,m,0.9,{cell}\n")
    with pytest.raises(SourceError, match="no column says how small a network is"):
        read_table(tmp_path / "t.csv", Study())


def test_two_columns_for_one_are_no_guess(tmp_path: Path) -> None:
    """Where two headings would be the same column, neither is; a column of the schema's name comes first."""
    head = "dataset,architecture,method,compression_ratio"
    (tmp_path / "t.csv").write_text(f"{head},accuracy,test_acc\nd,a,m,2,0.9,0.8\n")
    assert not read_table(tmp_path / "t.csv", Study()).present("top1").any()
    (tmp_path / "t.csv").write_text(f"{head},accuracy,top1\nd,a,m,2,0.9,0.8\n")
    assert read_table(tmp_path / "t.csv", Study()).number("top1").tolist() == [0.8]


def test_metrics_of_the_studys_own(tmp_path: Path) -> None:
    """A declared metric is a column, with its deviation."""
    results = mapped(
        tmp_path,
        "ppl,s\n10.5 ± 0.2,0.5\n",
        NAMES + 'columns = { perplexity = "ppl", compression_ratio = "s" }\nunits = { compression_ratio = "sparsity" }',
        '[metric.perplexity]\ndirection = "lower"\n',
    )
    assert results.number("perplexity").tolist() == [10.5]
    assert results.number("perplexity_deviation").tolist() == [0.2]


def test_delimiter_and_header(tmp_path: Path) -> None:
    """Where the file itself does not tell, a source says which row has the headings and what separates values."""
    results = mapped(
        tmp_path,
        "Table 3, by us\n,,\nd:a:m:s\ncifar10:vgg:ours:2\n",
        'delimiter = ":"\nheader = 3\n'
        'columns = { dataset = "d", architecture = "a", method = "m", compression_ratio = "s" }',
    )
    assert results.text("method").texts() == ["ours"]
    assert results.origin.row is not None and results.origin.row.tolist() == [4]
    with pytest.raises(SourceError, match="has no row 9 for its headings"):
        mapped(tmp_path, "a,b\n1,2\n", "header = 9")
