"""Studies of methods that prune by themselves: what is recorded of them, and what becomes of those that fail."""

import sqlite3
from pathlib import Path

import pytest
from safetensors.torch import load_file

from audit import check
from audit.study import StudyError
from runners.conduct import conduct
from runners.plan import plan
from runners.spec import read_spec

CODE = '''
"""Methods of a user's own."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy


def trained(model, data, budget, generator):
    """Trains an epoch on the way, then keeps weights at random."""
    optimizer = budget.optimizer(model)
    model.train()
    for inputs, labels in data.batches():
        optimizer.zero_grad()
        cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    return masks(budget.layers, budget.kept, generator)


def masks(layers, kept, generator):
    """Masks that keep so many weights."""
    sizes = [shape.numel() for shape in layers.values()]
    flat = torch.zeros(sum(sizes))
    flat[torch.randperm(len(flat), generator=generator)[:kept]] = 1
    return {name: part.reshape(shape) for (name, shape), part in zip(layers.items(), flat.split(sizes))}


def to_the_end(model, data, budget, generator):
    """Takes all the steps that there are."""
    optimizer = budget.optimizer(model)
    for step in range(budget.steps):
        optimizer.step()
    return masks(budget.layers, budget.kept, generator)


def too_large(model, data, budget, generator):
    """Misses the size."""
    return masks(budget.layers, budget.kept + 1, generator)


def filters(model, data, budget, generator):
    """Half of the hidden units, a fourth of the filters."""
    return nn.Sequential(
        nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2),
    )


def with_zeros(model, data, budget, generator):
    """Leaves a weight of what it keeps at zero."""
    smaller = filters(model, data, budget, generator)
    with torch.no_grad():
        smaller[4].weight[0, 0] = 0
    return smaller


class Padded(nn.Sequential):
    """Hands a layer more inputs than the one before it makes."""

    def forward(self, inputs):
        """Repeats them."""
        features = self[3](self[2](self[1](self[0](inputs))))
        return self[6](self[5](self[4](torch.cat([features, features], dim=1))))


def padded(model, data, budget, generator):
    """Two filters, and four inputs behind them."""
    return Padded(
        nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2),
    )


def without_a_layer(model, data, budget, generator):
    """Leaves the hidden layer out."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        nn.Identity(), nn.ReLU(), nn.Linear(8, 2),
    )
'''


@pytest.fixture
def own_study(tiny_module: Path, tiny_study):
    """Makes a study of `methods`, where `mine` has a `prune` of CODE and `more` keys; `run` holds more of its table."""
    module = tiny_module.parent / "tiny_prunes_of_a_user.py"
    module.write_text(CODE)

    def make(prune: str, more: str = "", methods: str = '"mine"', run: str = ""):
        table = f'[method.mine]\nproposed = true\nprune = "{module.stem}:{prune}"\n{more}\n'
        changes = {
            '[method.mine]\nscore = "tiny_code_of_a_user:sound"\n': table,
            '"global_magnitude", "global_gradient"': methods,
            "seeds = [1, 2]": "seeds = [1]",
        }
        return tiny_study(run=run, edit=changes)

    return make


def networks(results: Path) -> dict[str, dict[str, str | float]]:
    """Parameters, tags and metrics of every network, by its method."""
    rows: dict[str, dict] = {}
    with sqlite3.connect(results / "mlflow.db") as database:
        for table in ("params", "tags", "latest_metrics"):
            for run, key, value in database.execute(f"select run_uuid, key, value from {table}"):
                rows.setdefault(run, {})[key] = value
    return {row["method"]: row for row in rows.values() if "method" in row}


def test_its_steps_are_the_first_of_the_training(own_study, silent, tmp_path):
    """All methods train for as long; its examples are counted, and its baselines copy its layers' counts."""
    summary = conduct(own_study("trained", run='baselines = "checklist"'), tmp_path, silent, workers=1)
    assert (summary.trained, summary.failures) == (7, ())
    found = networks(tmp_path)
    mine, random = found["mine"], found["random_matched_mine"]
    for key in ("steps_final_weights", "steps_total", "epochs", "epochs_completed"):
        assert {row[key] for row in found.values()} == {mine[key]}, key
    assert mine["steps_total"] == 3 * 4 + 2 * 4
    assert (mine["score_examples"], random["score_examples"]) == (64, 0)
    assert (mine["score"], mine["allocation"]) == ("tiny_prunes_of_a_user:trained", "own")
    assert (mine["schedule"], mine["granularity"]) == ("one_shot", "weight")
    kept = {
        name: [
            int(mask.sum()) for mask in load_file(tmp_path / "masks" / f"{found[name]['mask']}.safetensors").values()
        ]
        for name in ("mine", "random_matched_mine", "magnitude_matched_mine")
    }
    assert kept["mine"] == kept["random_matched_mine"] == kept["magnitude_matched_mine"]
    assert mine["mask"] != random["mask"]
    verdicts = {(finding.code, finding.verdict.value) for finding in check(tmp_path).findings}
    told = {code: {verdict for other, verdict in verdicts if other == code} for code, _ in verdicts}
    for code in ("BAS001", "BAS002", "BAS003", "BAS004", "CMP006", "REP005"):
        assert told[code] == {"pass"}, code


def test_masks_hold_to_the_end(own_study, silent, tmp_path):
    """The final weights are zero where the mask is."""
    conduct(own_study("trained", run='save = "weights"'), tmp_path, silent, workers=1)
    mine = networks(tmp_path)["mine"]
    mask = load_file(tmp_path / "masks" / f"{mine['mask']}.safetensors")
    weights = load_file(tmp_path / "weights" / f"{mine['prune_audit.digest']}.safetensors")
    assert sum(int(kept.sum()) for kept in mask.values()) == mine["parameters_nonzero"] - 74
    for name, kept in mask.items():
        assert not weights[name][~kept].any()
        assert weights[name][kept].all()


def test_a_method_may_take_all_steps(own_study, silent, tmp_path):
    """Nothing is left to fine-tune, and nothing more is trained."""
    assert conduct(own_study("to_the_end"), tmp_path, silent, workers=1).failures == ()
    found = networks(tmp_path)
    assert found["mine"]["steps_total"] == found["dense"]["steps_total"] == 20
    assert found["mine"]["epochs_completed"] == 2
    assert found["mine"]["top1"] == found["mine"]["before_finetuning_top1"]


def test_one_that_misses_its_size_fails_alone(own_study, silent, tmp_path):
    """The reason is recorded and nothing is measured; the other networks are trained."""
    study = own_study("too_large", methods='"mine", "global_magnitude"')
    summary = conduct(study, tmp_path, silent, workers=1)
    assert (summary.trained, len(summary.failures)) == (2, 1)
    mine = networks(tmp_path)["mine"]
    assert mine["failure"].startswith("PruneError: it keeps ")
    assert "exactly" in mine["failure"]
    assert "top1" not in mine


def test_a_smaller_model_is_recorded_by_what_is_left(own_study, silent, tmp_path):
    """Sizes and operations are its own; its layers' counts and its mask agree with them."""
    summary = conduct(own_study("filters", 'granularity = "filter"'), tmp_path, silent, workers=1)
    assert summary.failures == ()
    mine = networks(tmp_path)["mine"]
    left = (2 * 4 + 2) + 4 + (2 * 8 + 8) + (8 * 2 + 2)
    dense = (8 * 4 + 8) + 16 + (8 * 16 + 16) + (16 * 2 + 2)
    assert (mine["parameters"], mine["parameters_nonzero"]) == (dense, left)
    assert mine["compression_ratio"] == pytest.approx(dense / left)
    assert mine["theoretical_speedup"] == pytest.approx((32 + 128 + 32) / (8 + 16 + 16))
    assert sum(mask.numel() for mask in load_file(tmp_path / "masks" / f"{mine['mask']}.safetensors").values()) == 24
    verdicts = {(finding.code, finding.verdict.value) for finding in check(tmp_path).findings}
    assert ("REP005", "pass") in verdicts
    assert not [code for code, verdict in verdicts if verdict == "fail" and code[:3] == "NUM"]


def test_a_smaller_model_has_all_the_baselines_of_filters(own_study, silent, tmp_path):
    """Random and magnitude filters with the widths that it left, and a network of these widths from scratch."""
    study = own_study("filters", 'granularity = "filter"', run='baselines = "checklist"')
    summary = conduct(study, tmp_path, silent, workers=1)
    assert summary.failures == ()
    found = networks(tmp_path)
    assert set(found) == {
        "dense",
        "mine",
        "global_filter_magnitude",
        "global_filter_random",
        "random_matched_mine",
        "magnitude_matched_mine",
        "scratch_matched_mine",
    }
    mine = found["mine"]
    for name in ("random_matched_mine", "magnitude_matched_mine", "scratch_matched_mine"):
        for size in ("compression_ratio", "parameters_nonzero", "macs_nonzero", "steps_total"):
            assert found[name][size] == mine[size], (name, size)
    mask = load_file(tmp_path / "masks" / f"{found['random_matched_mine']['mask']}.safetensors")
    assert [int(kept.flatten(1).any(dim=1).sum()) for kept in mask.values()] == [2, 8]
    told = {finding.code: finding.verdict.value for finding in check(tmp_path).findings}
    for code in ("BAS002", "BAS004", "CMP014"):
        assert told[code] == "pass", code


@pytest.mark.parametrize(
    ("prune", "said"),
    [
        ("with_zeros", "`4.weight` has zeros in it, beside the channels that are gone"),
        ("padded", "`4.weight` is (8, 4) in it, where the channels that can be removed without a change to the rest "),
        ("without_a_layer", "`4.weight` is gone as a whole"),
    ],
)
def test_what_no_removal_of_channels_leads_to_is_not_matched(own_study, silent, tmp_path, prune, said):
    """The method stands as it is; its matched baselines fail and say which layer is in the way."""
    methods = '"mine", "random_matched_mine", "scratch_matched_mine"'
    summary = conduct(own_study(prune, 'granularity = "filter"', methods), tmp_path, silent, workers=1)
    found = networks(tmp_path)
    assert "top1" in found["mine"]
    assert len(summary.failures) == 2
    for name in ("random_matched_mine", "scratch_matched_mine"):
        failure = found[name]["failure"]
        assert failure.startswith(f"PruneError: the network that `mine` left cannot be matched: {said}")


def test_the_code_is_part_of_the_identity(own_study, tiny_module):
    """Another source file is another method; a method by its score is what it was."""
    study = own_study("trained")
    before = [run.digest for run in plan(read_spec(study), study)]
    module = tiny_module.parent / "tiny_prunes_of_a_user.py"
    module.write_text(CODE + "\n# changed\n")
    after = [run.digest for run in plan(read_spec(study), study)]
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(
    ("prune", "more", "said"),
    [
        ("absent", "", "`method.mine.prune`: `tiny_prunes_of_a_user:absent`: module .* has no function `absent`"),
        ("trained", 'score = "magnitude"', "`method.mine.score` does not go with `prune`"),
        ("trained", 'pattern = "2:4"', "`method.mine.pattern` does not go with `prune`"),
        ("trained", 'starts_from = "rewind"', "`method.mine.starts_from`: with `prune` it is `trained` or `init`"),
        ("trained", 'schedule = "iterative"', "`method.mine.schedule`: with `prune` it is `one_shot`, not `iterative`"),
        ("trained", 'granularity = "n_m"', "`method.mine.granularity`: with `prune` it is `weight` or `filter`"),
    ],
)
def test_what_does_not_go_together_is_an_error(own_study, prune, more, said):
    """With its line, before anything is trained."""
    study = own_study(prune, more)
    with pytest.raises(StudyError, match=said):
        plan(read_spec(study), study)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("mine_iterative", "unknown method `mine_iterative`"),
        ("scratch_matched_random_matched_mine", "`random_matched_mine` does not remove filters by itself"),
    ],
)
def test_names_made_of_it_are_refused_where_they_mean_nothing(own_study, method, said):
    """It has no other schedule, and what is matched to it leaves no network of its own."""
    study = own_study("filters", 'granularity = "filter"', f'"{method}"')
    with pytest.raises(StudyError, match=said):
        plan(read_spec(study), study)
