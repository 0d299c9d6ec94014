"""open_lth's trees."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audit.sources.open_lth import read, recognise
from audit.study import Study

SHARED = Path(__file__).parents[3] / "shared" / "data" / "open-lth-results"
HPARAMS = """Dataset Hyperparameters
    * dataset_name => cifar10
    * batch_size => 128
Model Hyperparameters
    * model_name => cifar_resnet_20
    * model_init => kaiming_normal
Pruning Hyperparameters
    * pruning_strategy => sparse_global
    * pruning_fraction => 0.5
Training Hyperparameters
    * optimizer_name => sgd
    * lr => 0.1
    * training_steps => 2ep
    * weight_decay => 0.0001"""


def tree(directory: Path, replicates: int = 2, levels: int = 3, hparams: str = HPARAMS, start: int = 0) -> Path:
    """An experiment as open_lth writes it: two epochs of ten iterations a level."""
    experiment = directory / "lottery_abc"
    for replicate in range(1, replicates + 1):
        for level in range(levels):
            folder = experiment / f"replicate_{replicate}" / f"level_{level}" / "main"
            folder.mkdir(parents=True)
            (folder / "sparsity_report.json").write_text(json.dumps({"total": 800.0, "unpruned": 800.0 / 2**level}))
            lines = [
                f"{name},{start + iteration},{value}"
                for iteration, accuracy in ((0, 0.1), (10, 0.8), (20, 0.75))
                for name, value in (("test_loss", 1.5), ("test_accuracy", accuracy), ("test_examples", 200.0))
            ]
            (folder / "logger").write_text("\n".join(lines))
        (experiment / f"replicate_{replicate}" / "level_0" / "main" / "hparams.log").write_text(hparams)
    return directory


def test_what_is_read(tmp_path: Path) -> None:
    """Each level is a network; the last accuracy counts; a replicate is no seed."""
    results = read(tree(tmp_path), Study())
    assert recognise(tmp_path) and recognise(tmp_path / "lottery_abc")
    assert len(results) == 6
    assert results.number("top1").tolist() == [0.75] * 6
    assert results.number("n_correct").tolist() == [150] * 6
    assert results.number("compression_ratio").tolist() == [1, 2, 4] * 2
    assert results.dense.tolist() == [True, False, False] * 2
    assert not results.present("seed").any()
    assert any("no seed" in note for note in results.notes)
    assert not results.present("macs").any() and not results.present("parameters").any()
    assert results.number("parameters_prunable").tolist() == [800] * 6
    assert results.text("method").texts()[:3] == ["dense", "open_lth sparse_global", "open_lth sparse_global"]
    assert results.text("score").text(1) == "magnitude"
    assert results.text("starts_from").text(1) == "init"
    assert results.text("schedule").text(1) == "iterative"
    assert results.number("steps_final_weights").tolist() == [20] * 6
    assert results.number("steps_total").tolist() == [20, 40, 60] * 2
    assert results.text("selected_on").text(0) == "none"
    assert results.number("epochs").tolist() == [2] * 6
    assert results.text("run_id").text(5) == "lottery_abc/replicate_2/level_2"
    test = results.curves.curve.equals("test_top1")
    assert results.curves.epoch[test].tolist() == [0, 1, 2] * 6
    assert results.curves.value[test].tolist() == [0.1, 0.8, 0.75] * 6


def test_rewinding(tmp_path: Path) -> None:
    """With rewinding steps the weights go back to an early iteration, and its training is shorter."""
    results = read(tree(tmp_path, hparams=f"{HPARAMS}\n    * rewinding_steps => 5it", start=5), Study())
    assert results.text("starts_from").text(1) == "rewind"
    assert results.number("steps_final_weights").tolist() == [20] * 6


def test_a_level_that_was_not_trained_to_its_end(tmp_path: Path) -> None:
    """A level without a log, or with a short one, did not come to its end."""
    tree(tmp_path)
    folder = tmp_path / "lottery_abc" / "replicate_1"
    (folder / "level_2" / "main" / "logger").unlink()
    log = folder / "level_1" / "main" / "logger"
    log.write_text("\n".join(log.read_text().splitlines()[:6]))
    results = read(tmp_path, Study())
    assert results.text("status").texts() == ["finished", "killed", "killed", *["finished"] * 3]
    assert np.isnan(results.number("top1")[2])


def test_steps_of_levels_that_are_not_all_there(tmp_path: Path) -> None:
    """The steps that led to a network are unknown where a level is missing, or stopped at any evaluation."""
    folder = tree(tmp_path, levels=4) / "lottery_abc"
    shutil.rmtree(folder / "replicate_1" / "level_2")
    log = folder / "replicate_2" / "level_1" / "main" / "logger"
    lines = log.read_text().splitlines()
    for evaluations in (1, 2):
        log.write_text("\n".join(lines[: 3 * evaluations]))
        results = read(tmp_path, Study())
        total = dict(zip(results.text("run_id").texts(), results.number("steps_total"), strict=True))
        assert [total[f"lottery_abc/replicate_1/level_{level}"] for level in (0, 1)] == [20, 40]
        assert np.isnan(total["lottery_abc/replicate_1/level_3"])
        assert total["lottery_abc/replicate_2/level_1"] == 20 + 10 * (evaluations - 1)
        assert np.isnan([total[f"lottery_abc/replicate_2/level_{level}"] for level in (2, 3)]).all()


def test_experiments_that_differ_in_hyperparameters(tmp_path: Path) -> None:
    """Their networks are in no cell together, but for dense ones that differ in pruning alone; which differ is told."""
    experiment = tree(tmp_path) / "lottery_abc"
    shutil.copytree(experiment, tmp_path / "lottery_fff")
    assert read(tmp_path, Study()).cells.sum(np.ones(12)).tolist() == [4, 4, 4]
    for old, new, key, sizes in (
        ("lr => 0.1", "lr => 0.5", "lr", [2] * 6),
        ("pruning_fraction => 0.5", "pruning_fraction => 0.4", "pruning_fraction", [4, 2, 2, 2, 2]),
    ):
        for log in (tmp_path / "lottery_fff").glob("*/level_0/main/hparams.log"):
            log.write_text(HPARAMS.replace(old, new))
        results = read(tmp_path, Study())
        assert sorted(results.cells.sum(np.ones(12)).tolist(), reverse=True) == sizes
        assert results.notes[-1] == (
            f"{tmp_path}: experiments that differ in {key} are no repeats of each other: lottery_abc, lottery_fff"
        )


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("level_0/main/hparams.log", None, ("hparams.log", "no such file", "lottery_abc")),
        ("level_1/main/sparsity_report.json", b"{", ("sparsity_report.json", "`total` and `unpruned`")),
        ("level_1/main/sparsity_report.json", b'{"total": 3}', ("sparsity_report.json", "`unpruned`")),
        ("level_1/main/logger", b"test_accuracy,0,high", ("logger, line 1", "'test_accuracy,0,high'")),
        ("level_1/main/logger", b"\xff\xfe", ("logger", "UTF-8")),
        ("level_0/main/hparams.log", b"nothing", ("`dataset`",)),
    ],
)
def test_damage_gives_one_line(
    tmp_path: Path, refused: Callable[..., str], file: str, content: bytes | None, words: tuple[str, ...]
) -> None:
    """What open_lth did not write is one line that names the file."""
    tree(tmp_path / "results")
    path = tmp_path / "results" / "lottery_abc" / "replicate_1" / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    refused(tmp_path / "results", *words)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there: third-party data for tests and measurements")
def test_a_real_tree() -> None:
    """Three replicates of five levels that unmodified open_lth wrote."""
    results = read(SHARED, Study())
    assert len(results) == 15
    assert np.allclose(results.number("compression_ratio")[:5], 1.25 ** np.arange(5), rtol=1e-4)
    assert results.number("n_test").tolist() == [500] * 15
    assert results.number("steps_final_weights").tolist() == [100] * 15
