"""ShrinkBench's folders, as its own code writes them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.sources.shrinkbench import read, recognise
from audit.study import Study

SHARED = Path(__file__).parents[3] / "shared" / "data" / "shrinkbench-results"
PARAMS = {
    "dataset": "CIFAR10", "model": "resnet20", "seed": 42, "path": None, "dl_kwargs": {"batch_size": 64},
    "train_kwargs": {"optim": "Adam", "epochs": 2, "lr": 3e-4}, "debug": False, "pretrained": True, "resume": None,
    "strategy": "GlobalMagWeight", "compression": 4,
}  # fmt: skip
METRICS = {
    "size": 1000, "size_nz": 250, "compression_ratio": 4.0, "flops": 8000, "flops_nz": 4000.0,
    "theoretical_speedup": 2.0, "loss": 0.04, "val_acc1": 0.5, "val_acc5": 0.9,
}  # fmt: skip
LOGS = """epoch,timestamp,train_loss,train_acc1,train_acc5,val_loss,val_acc1,val_acc5
-1,,,,,0.04,0.5,0.9
0,1.0,0.03,0.6,0.95,0.02,0.8125,0.99
1,2.0,0.02,0.7,0.96,0.01,0.75,0.98
"""
MASKS = """,module,param,comp,size,shape,prunable
0,conv,weight,5.000000000000025,500,"(20, 1, 5, 5)",True
1,conv,bias,1.0,20,"(20,)",False
2,fc,weight,3.2,480,"(10, 48)",True
"""


def experiment(directory: Path, name: str = "20200131-235959-AAAA-0", **changes: object) -> Path:
    """A folder as ShrinkBench writes it."""
    folder = directory / name
    folder.mkdir(parents=True)
    document = {"experiment": "'PruningExperiment'", "params": repr({**PARAMS, **changes})}
    (folder / "params.json").write_text(json.dumps(document))
    (folder / "metrics.json").write_text(json.dumps(METRICS))
    (folder / "logs.csv").write_text(LOGS)
    (folder / "masks_summary.csv").write_text(MASKS)
    return folder


def test_what_is_read(tmp_path: Path) -> None:
    """Top-1 is the best epoch on the test split; sizes, MACs and the state before fine-tuning are as recorded."""
    experiment(tmp_path / "results")
    assert recognise(tmp_path / "results") and recognise(tmp_path / "results" / "20200131-235959-AAAA-0")
    results = read(tmp_path / "results", Study())
    expected = {
        "top1": 0.8125, "top5": 0.99, "loss": 0.02 * 64, "before_finetuning_top1": 0.5, "compression_ratio": 4,
        "compression_target": 4, "parameters": 1000, "parameters_nonzero": 250, "parameters_prunable": 980,
        "macs": 8000, "macs_nonzero": 4000, "theoretical_speedup": 2, "eval_batch_size": 64, "batch_size": 64,
        "epochs": 2, "epochs_completed": 2, "learning_rate": 3e-4,
    }  # fmt: skip
    for name, value in expected.items():
        assert results.number(name)[0] == value, name
    words = {
        "dataset": "CIFAR10", "architecture": "resnet20", "method": "GlobalMagWeight", "seed": "42", "split": "test",
        "selected_on": "test", "starts_from": "trained", "optimizer": "adam", "status": "finished",
        "run_id": "20200131-235959-AAAA-0", "started": "2020-01-31T23:59:59",
    }  # fmt: skip
    for name, text in words.items():
        assert results.text(name).text(0) == text, name
    assert results.layers.name.texts() == ["conv.weight", "fc.weight"]
    assert results.layers.parameters.tolist() == [500, 480]
    assert results.layers.nonzero.tolist() == [100, 150]
    curves = results.curves
    test = curves.curve.equals("test_top1")
    assert (curves.epoch[test].tolist(), curves.value[test].tolist()) == ([0, 1, 2], [0.5, 0.8125, 0.75])
    train = curves.curve.equals("train_loss")
    assert curves.epoch[train].tolist() == [1, 2]


def test_the_state_before_finetuning_may_be_the_best(tmp_path: Path) -> None:
    """The epoch −1 counts among those that the maximum is over."""
    folder = experiment(tmp_path)
    (folder / "logs.csv").write_text(LOGS.replace("0.04,0.5,0.9", "0.04,0.95,0.9"))
    assert read(folder, Study()).number("top1")[0] == 0.95


def test_states_of_an_experiment(tmp_path: Path) -> None:
    """One that was stopped is killed; at ratio 1 nothing is fine-tuned; training without pruning is dense."""
    stopped = experiment(tmp_path, "a")
    (stopped / "logs.csv").write_text(LOGS.rpartition("1,2.0")[0] + "1,2.0,0.0")
    dense = experiment(tmp_path, "b", compression=1)
    (dense / "logs.csv").write_text("".join(LOGS.splitlines(keepends=True)[:2]))
    training = experiment(tmp_path, "c")
    kept = {key: value for key, value in PARAMS.items() if key not in ("strategy", "compression")}
    (training / "params.json").write_text(json.dumps({"experiment": "'TrainingExperiment'", "params": repr(kept)}))
    for name in ("metrics.json", "masks_summary.csv"):
        (training / name).unlink()
    results = read(tmp_path, Study())
    assert results.text("status").texts() == ["killed", "finished", "finished"]
    assert results.number("epochs_completed").tolist() == [1, 0, 2]
    assert results.text("method").texts() == ["GlobalMagWeight", "GlobalMagWeight", "dense"]
    assert results.dense.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("params.json", "", ("params.json", "is not JSON")),
        ("params.json", "[]", ("params.json", "expected a JSON object")),
        ("params.json", "{}", ("params.json", "has no table `params`")),
        ("params.json", json.dumps({"params": "{'model': MnistNet((conv): Conv2d())}"}), ("not made of Python",)),
        ("params.json", json.dumps({"params": "__import__('os').system('touch /tmp/never')"}), ("literals",)),
        ("params.json", json.dumps({"params": repr({**PARAMS, "compression": "four"})}),
         ("params.json", "'four'", "`compression`", "a number")),
        ("metrics.json", '{"size": 1000, ', ("metrics.json", "is not JSON", "still being written")),
        ("logs.csv", LOGS.replace("0.8125", "high"), ("logs.csv", "row 3", "`val_acc1`", "'high'")),
        ("logs.csv", "\xff\xfe\x00", ("logs.csv",)),
    ],
)  # fmt: skip
def test_damage_gives_one_line(
    tmp_path: Path, refused: Callable[..., str], file: str, content: str, words: tuple[str, ...]
) -> None:
    """What ShrinkBench did not write is one line, and nothing of it is evaluated."""
    folder = experiment(tmp_path / "results")
    (folder / file).write_bytes(content.encode("latin-1"))
    refused(tmp_path / "results", str(folder), *words)
    assert not Path("/tmp/never").exists()


def test_folders_that_are_not_read_are_named(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A folder that lacks a file, and experiments that lie deeper, are told; with nothing else there, refused."""
    results = tmp_path / "results"
    whole, headless, begun = (experiment(results, f"20200131-235959-AAAA-{number}") for number in range(3))
    (headless / "params.json").unlink()
    for name in ("logs.csv", "metrics.json"):
        (begun / name).unlink()
    for number in (3, 4):
        experiment(results / "deep", f"20200131-235959-AAAA-{number}")
    (results / "notes").mkdir()
    read_ = read(results, Study())
    assert read_.text("run_id").texts() == [whole.name]
    lacking = (
        f"{results}: 2 folders are not read, where a file of ShrinkBench is missing: {headless.name} (no params.json), "
        f"{begun.name} (no logs.csv)"
    )
    deeper = f"{results}: experiments that lie deeper are not read unless their directory is named: deep (2)"
    assert read_.notes[1:] == (lacking, deeper)
    shutil.rmtree(whole)
    refused(results, "holds no experiment", headless.name, begun.name, "deep (2)")
    refused(headless, "holds no experiment", "no params.json")


def test_nothing_of_it_there(tmp_path: Path, refused: Callable[..., str]) -> None:
    """`--source shrinkbench` on a directory without experiments says what it expected."""
    (tmp_path / "empty").mkdir()
    refused(
        tmp_path / "empty", "holds no experiment of ShrinkBench", "params.json", options=("--source", "shrinkbench")
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there: third-party data for tests and measurements")
def test_real_folders(tmp_path: Path) -> None:
    """Thirty folders that unmodified ShrinkBench wrote: ten networks for each of three seeds."""
    results = read(SHARED, Study())
    assert len(results) == 30
    assert sorted(results.text("method").categories) == ["GlobalMagWeight", "LayerMagWeight", "RandomPruning"]
    assert set(results.text("seed").texts()) == {"42", "43", "44"}
    assert results.dense.sum() == 3
    assert set(results.text("status").texts()) == {"finished"}
    sums = {row: int(results.layers.nonzero[results.layers.row == row].sum()) for row in range(30)}
    rest = results.number("parameters") - results.number("parameters_prunable")
    assert all(sums[row] + rest[row] == results.number("parameters_nonzero")[row] for row in range(30))
    shutil.copytree(SHARED, tmp_path / "copy")
    assert len(read(tmp_path / "copy", Study())) == 30
