"""Studies of methods that remove filters: smaller networks, what is recorded of them, and their small dense control."""

import sqlite3
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from audit.study import StudyError, own_code
from runners.conduct import conduct
from runners.execute import execute
from runners.plan import Run, plan
from runners.pretraining import load_pretrained, pretrain, weights_path
from runners.recipe import Recipe
from runners.scratch_network import stretched
from runners.spec import read_spec
from runners.workplace import Workplace

TOTAL = 234  # parameters of the tiny network
PER_EPOCH, PRETRAINING, FINETUNING = 4, 12, 8  # optimiser steps
TIMES = ("latency_dense", "latency_pruned", "latency_repeats", "duration", "started")


def runs_of(study, results: Path) -> tuple[list[Run], Workplace]:
    """The runs of a study, and a workplace in which what they start from is trained."""
    spec = read_spec(study)
    runs, workplace = plan(spec, study), Workplace.of(spec, study, results)
    for pretraining in dict.fromkeys(run.pretraining for run in runs):
        pretrain(pretraining, workplace)
    return list(runs), workplace


def only(runs: list[Run], name: str, ratio: float) -> Run:
    """The run of a method at a ratio."""
    (found,) = [run for run in runs if run.method.name == name and run.ratio == ratio]
    return found


def replaced(*methods: str, ratios: str = "[1, 2]") -> dict[str, str]:
    """What turns the tiny study into one of other methods."""
    return {
        '"global_magnitude", "global_gradient"': ", ".join(f'"{method}"' for method in methods),
        "seeds = [1, 2]": "seeds = [1]",
        "[1, 2]\nseeds": f"{ratios}\nseeds",
    }


def test_a_smaller_network_is_recorded_as_it_is(tiny_study, tmp_path):
    """Sizes and MACs are those of the saved weights, counted by hand; the mask has the dense network's shapes."""
    study = tiny_study(run='save = "weights"', edit=replaced("global_filter_magnitude"))
    runs, workplace = runs_of(study, tmp_path)
    run = only(runs, "global_filter_magnitude", 2)
    record = execute(run, workplace)
    saved = load_file(tmp_path / "weights" / f"{run.digest}.safetensors")
    channels, units = saved["0.weight"].shape[0], saved["4.weight"].shape[0]
    left = channels * (4 + 1 + 2) + units * (channels + 1) + 2 * (units + 1)
    macs = channels * 4 + channels * units + units * 2
    columns = record.columns
    assert (columns["parameters"], columns["parameters_nonzero"]) == (TOTAL, left)
    assert columns["compression_ratio"] == pytest.approx(TOTAL / left)
    assert abs(left - TOTAL / 2) <= 16 + 1 + 4 + 2 + 1  # half of a channel's, and more
    assert (columns["macs"], columns["macs_nonzero"]) == (32 + 128 + 32, macs)
    assert columns["theoretical_speedup"] == pytest.approx(192 / macs)
    assert columns["compression_target"] == 2
    assert columns["granularity"] == "filter"
    assert columns["latency_dense"] > 0
    assert columns["latency_pruned"] > 0
    assert columns["latency_repeats"] == 30
    mask = load_file(tmp_path / "masks" / f"{columns['mask']}.safetensors")
    assert {name: tuple(each.shape) for name, each in mask.items()} == {"0.weight": (8, 1, 2, 2), "4.weight": (16, 8)}
    assert [(layer.name, layer.nonzero) for layer in record.layers] == [
        ("0.weight", 4 * channels),
        ("4.weight", channels * units),
    ]
    assert all(int(mask[layer.name].sum()) == layer.nonzero for layer in record.layers)


def test_filters_are_chosen_by_the_trained_weights(tiny_study, tmp_path):
    """Within a layer those of the largest L1 norm stay, as the saved mask shows."""
    runs, workplace = runs_of(tiny_study(edit=replaced("layerwise_filter_magnitude")), tmp_path)
    run = only(runs, "layerwise_filter_magnitude", 2)
    record = execute(run, workplace)
    mask = load_file(tmp_path / "masks" / f"{record.columns['mask']}.safetensors")["0.weight"].flatten(1).any(dim=1)
    norms = load_pretrained(run.pretraining, workplace).model[0].weight.detach().flatten(1).abs().sum(dim=1)
    assert norms[mask].min() > norms[~mask].max()
    units = load_file(tmp_path / "masks" / f"{record.columns['mask']}.safetensors")["4.weight"].any(dim=1)
    assert abs(int(units.sum()) / 16 - int(mask.sum()) / 8) <= 1 / 8


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        ("iterative", 4 * FINETUNING),  # 20 % a round: 187, 150, 120 and 117 of 234 parameters
        ("weight_rewinding", 4 * (PRETRAINING - PER_EPOCH)),
        ("learning_rate_rewinding", 4 * (PRETRAINING - PER_EPOCH)),
    ],
)
def test_filters_go_in_rounds(tiny_study, tmp_path, schedule, steps):
    """Each round trains the smaller network, and a matched baseline ends at the very channels of its method."""
    name = f"global_filter_magnitude_{schedule}"
    study = tiny_study(
        run="schedules = { rewind = 1 }", edit=replaced(name, f"random_matched_{name}", f"scratch_matched_{name}")
    )
    runs, workplace = runs_of(study, tmp_path)
    matched = execute(only(runs, f"random_matched_{name}", 2), workplace)
    record = execute(only(runs, name, 2), workplace)
    assert record.columns["steps_total"] == record.columns["steps_pretraining"] + steps
    assert [layer.nonzero for layer in matched.layers] == [layer.nonzero for layer in record.layers]
    assert matched.columns["compression_ratio"] == record.columns["compression_ratio"]
    assert matched.columns["mask"] != record.columns["mask"]
    scratch = execute(only(runs, f"scratch_matched_{name}", 2), workplace)
    assert scratch.columns["steps_total"] == record.columns["steps_total"]


def test_rewound_filters_are_those_of_the_pretraining(tiny_study, tmp_path, monkeypatch):
    """The smaller network gets the weights of the step to rewind to, at the places of its channels."""
    from runners import filter_network
    from runners.pretraining import rewind_point

    study = tiny_study(
        run="schedules = { rewind = 1, fraction = 0.5 }", edit=replaced("global_filter_magnitude_weight_rewinding")
    )
    runs, workplace = runs_of(study, tmp_path)
    run, seen = only(runs, "global_filter_magnitude_weight_rewinding", 2), []
    rewind = filter_network.FilterNetwork.rewind

    def watched(network) -> None:
        rewind(network)
        seen.append({name: tensor.clone() for name, tensor in network.model.state_dict().items()})
        seen.append(network.mask["0.weight"].flatten(1).any(dim=1))

    monkeypatch.setattr(filter_network.FilterNetwork, "rewind", watched)
    execute(run, workplace)
    state, channels = seen[-2:]
    early = rewind_point(run.pretraining, PER_EPOCH, workplace)
    assert torch.equal(state["0.weight"], early["0.weight"][channels])
    assert torch.equal(state["1.running_mean"], early["1.running_mean"][channels])


def test_filters_can_go_at_initialisation(tiny_study, tmp_path):
    """From the initial weights, and the smaller network has the whole pretraining."""
    name = "global_filter_random_at_initialisation"
    runs, workplace = runs_of(tiny_study(edit=replaced(name)), tmp_path)
    columns = execute(only(runs, name, 2), workplace).columns
    assert (columns["steps_pretraining"], columns["steps_total"]) == (0, PRETRAINING)
    assert columns["starts_from"] == "init"


def test_the_small_dense_control_has_the_architecture_and_the_budget(tiny_study, tmp_path):
    """The channels of the network that it is matched to, its steps in all, weights of its own, and no score."""
    study = tiny_study(
        run='save = "weights"', edit=replaced("global_filter_taylor", "scratch_matched_global_filter_taylor")
    )
    runs, workplace = runs_of(study, tmp_path)
    of_scratch, of_pruned = (
        only(runs, name, 2) for name in ("scratch_matched_global_filter_taylor", "global_filter_taylor")
    )
    scratch, pruned = execute(of_scratch, workplace), execute(of_pruned, workplace)
    same = ("compression_ratio", "parameters_nonzero", "macs_nonzero", "theoretical_speedup", "steps_total")
    assert {name: scratch.columns[name] for name in same} == {name: pruned.columns[name] for name in same}
    assert scratch.columns["steps_total"] == PRETRAINING + FINETUNING
    assert scratch.columns["steps_final_weights"] == PRETRAINING + FINETUNING
    expected = {"score": "none", "starts_from": "init", "granularity": "filter", "matched_to": "global_filter_taylor"}
    assert {name: scratch.columns[name] for name in expected} == expected
    assert not {"mask", "dense_top1", "before_finetuning_top1"} & scratch.columns.keys()
    assert scratch.columns["initial_weights"] != pruned.columns["initial_weights"]
    assert scratch.columns["score_examples"] == 0
    saved = [load_file(tmp_path / "weights" / f"{run.digest}.safetensors") for run in (of_scratch, of_pruned)]
    assert {name: each.shape for name, each in saved[0].items()} == {
        name: each.shape for name, each in saved[1].items()
    }
    assert not (tmp_path / "masks" / f"{of_scratch.digest}.safetensors").exists()


def test_the_small_dense_control_never_stops_early(tiny_study, tmp_path):
    """Where the pruned network's epoch was chosen, so is its own, among as many steps as that took."""
    edit = replaced("global_filter_taylor", "scratch_matched_global_filter_taylor")
    edit |= {"finetune = { epochs = 2,": "finetune = { patience = 1, epochs = 2,"}
    runs, workplace = runs_of(tiny_study(edit=edit), tmp_path)
    scratch = execute(only(runs, "scratch_matched_global_filter_taylor", 2), workplace).columns
    pruned = execute(only(runs, "global_filter_taylor", 2), workplace).columns
    assert scratch["selected_on"] == pruned["selected_on"] == "validation"
    assert scratch["steps_total"] == pruned["steps_total"]
    assert scratch["steps_final_weights"] <= scratch["steps_total"]


def test_a_recipe_is_stretched_in_proportion(blobs):
    """Milestones in epochs become steps: 4 an epoch, of 12 now 24."""
    recipe = Recipe(
        batch_size=16,
        optimizer="sgd",
        learning_rate=0.1,
        epochs=3,
        learning_rate_schedule="step",
        learning_rate_milestones=(1, 2),
    )
    longer = stretched(recipe, 24, blobs)
    assert (longer.epochs, longer.steps, longer.learning_rate_milestones) == (None, 24, (8, 16))
    in_steps = msgspec.structs.replace(recipe, epochs=None, steps=10, learning_rate_milestones=(5,))
    assert stretched(in_steps, 15, blobs).learning_rate_milestones == (8,)


def test_one_worker_and_two_give_the_same_bits(tiny_study, silent, tmp_path):
    """All that is recorded, but what is measured of the machine."""
    edit = replaced(
        "global_filter_taylor", "random_matched_global_filter_taylor", "scratch_matched_global_filter_taylor"
    )
    study, found = tiny_study(edit=edit), []
    for workers in (1, 2):
        results = tmp_path / str(workers)
        assert conduct(study, results, silent, workers=workers).failures == ()
        with sqlite3.connect(results / "mlflow.db") as database:
            rows = database.execute(
                "select runs.name, key, value from latest_metrics join runs using (run_uuid) union "
                "select runs.name, key, value from tags join runs using (run_uuid) "
                "where key in ('mask', 'initial_weights', 'predictions')"
            ).fetchall()
        found.append(sorted((name, key, str(value)) for name, key, value in rows if key not in TIMES))
    assert found[0] == found[1]
    assert any(key == "compression_ratio" for _, key, _ in found[0])


OUT_OF_REACH = (
    r"study.toml:6: `run.ratios`: tiny on blobs: ratio 20 cannot be reached by removing filters: with one channel in "
    r"each layer 13 of 234 parameters are left, so the largest ratio is 18$"
)
BY_ERK = 'score = "magnitude"\ngranularity = "filter"\nallocation = "erk"'


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            replaced("global_filter_magnitude", ratios="[2, 20]"),
            OUT_OF_REACH,
        ),
        (replaced("global_filter_magnitude_gradual"), "`gradual` prunes between two steps of an optimiser"),
        (replaced("scratch_matched_global_magnitude"), "`global_magnitude` does not remove filters by itself"),
        (replaced("scratch_matched_random_matched_global_filter_taylor"), "does not remove filters by itself"),
        (replaced("scratch_matched_nothing"), "unknown method `nothing`"),
        (replaced("taylor_matched_global_magnitude"), "`taylor` ranks filters alone"),
        (replaced("taylor_2_4"), "`taylor` ranks filters alone"),
        (replaced("synflow_matched_global_filter_taylor"), "`synflow` ranks weights layer by layer or in many steps"),
        (
            replaced("mine") | {'score = "tiny_code_of_a_user:sound"': BY_ERK},
            r"study.toml:\d+: method `mine`: filters are shared global, uniform, matched, not by `erk`",
        ),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_run(tiny_study, edit, words):
    """In one line, with the line of the study file."""
    study = tiny_study(edit=edit)
    with pytest.raises(StudyError, match=words):
        plan(read_spec(study), study)


def test_an_architecture_whose_filters_cannot_go_is_named(tiny_study, tiny_module):
    """At the architecture's own table, before anything is trained."""
    module = own_code.load_module(tiny_module.stem, tiny_module.parent)
    module.bound = lambda classes: nn.Sequential(nn.Flatten(), nn.Linear(4, 4), nn.Softmax(1), nn.Linear(4, classes))
    study = tiny_study(edit=replaced("global_filter_magnitude") | {":network": ":bound", '"6"': '"3"'})
    with pytest.raises(StudyError, match="architecture `tiny` on blobs: no channel of it can go"):
        plan(read_spec(study), study)


def test_weights_from_elsewhere_have_no_small_dense_control(tiny_study, tiny_module, tmp_path):
    """How long they were trained is not known, so that no budget is the same."""
    runs, workplace = runs_of(tiny_study(edit=replaced("global_filter_taylor")), tmp_path)
    weights = tiny_module.parent / "elsewhere.safetensors"
    weights.write_bytes(weights_path(runs[0].pretraining, workplace).read_bytes())
    marked = {"[method.mine]": "[method.global_filter_taylor]\nproposed = true\n[method.mine]"}
    given = {'classifier = "6"': 'classifier = "6"\nweights = "elsewhere.safetensors"'}
    study = tiny_study(run='baselines = "checklist"', edit=replaced("global_filter_taylor") | marked | given)
    names = [run.method.name for run in plan(read_spec(study), study)]
    assert "random_matched_global_filter_taylor" in names
    assert not any(name.startswith("scratch") for name in names)
    asked = tiny_study(edit=replaced("scratch_matched_global_filter_taylor") | given)
    with pytest.raises(StudyError, match="starts from what the pretraining starts from"):
        plan(read_spec(asked), asked)


def test_the_baselines_of_the_checklist_stand_beside_a_method_that_removes_filters(tiny_study):
    """At its granularity and schedule, with the small dense control; and nothing that is the method itself."""

    def names(proposed: str) -> list[str]:
        marked = {"[method.mine]": f"[method.{proposed}]\nproposed = true\n[method.mine]"}
        study = tiny_study(run='baselines = "checklist"', edit=replaced(proposed) | marked)
        return [run.method.name for run in plan(read_spec(study), study)]

    assert names("global_filter_taylor_iterative") == [
        "dense",
        "dense_4_rounds",
        "global_filter_taylor_iterative",
        "global_filter_magnitude_iterative",
        "global_filter_random_iterative",
        "random_matched_global_filter_taylor_iterative",
        "magnitude_matched_global_filter_taylor_iterative",
        "scratch_matched_global_filter_taylor_iterative",
    ]
    assert names("layerwise_filter_magnitude") == [
        "dense",
        "layerwise_filter_magnitude",
        "global_filter_magnitude",
        "global_filter_random",
        "random_matched_layerwise_filter_magnitude",
        "scratch_matched_layerwise_filter_magnitude",
    ]
