"""Whole networks by every schedule: what is pruned when, and what is trained after it."""

import json
from itertools import pairwise

import pytest
import torch
from safetensors.torch import load_file

from runners import digest
from runners.conduct import conduct
from runners.execute import execute
from runners.network import Network
from runners.plan import plan
from runners.pretraining import fresh, load_pretrained, pretrain, rewind_point
from runners.pruning.method import DenseControl
from runners.spec import read_spec
from runners.training import train
from runners.workplace import Workplace

SCHEDULES = "schedules = { fraction = 0.5, rewind = 1, interval = 2 }"
NAMES = (
    "global_magnitude_iterative",
    "global_magnitude_gradual",
    "global_magnitude_weight_rewinding",
    "global_magnitude_learning_rate_rewinding",
    "global_magnitude_at_initialisation",
)


@pytest.fixture
def made(tiny_study, tmp_path):
    """Plans a study of these methods at 2.25×, one seed, its pretraining done: runs by method, and the workplace."""

    def make(*methods, run=SCHEDULES):
        named = ", ".join(f'"{name}"' for name in methods)
        edit = {'"global_magnitude", "global_gradient"': named, "[1, 2]\nseeds = [1, 2]": "[1, 2.25]\nseeds = [1]"}
        study = tiny_study(edit=edit, run=run)
        spec = read_spec(study)
        runs = plan(spec, study)
        workplace = Workplace.of(spec, study, tmp_path)
        pretrain(runs[0].pretraining, workplace)
        return {(run.method.name, run.method.starts_from): run for run in runs}, workplace

    return make


@pytest.fixture
def traced(monkeypatch):
    """What schedules do to networks, in order: removals with how many weights are left, and trainings."""
    done = []

    def trace(name):
        original = getattr(Network, name)

        def call(self, *arguments):
            done.append((name, *(argument for argument in arguments if isinstance(argument, int))))
            return original(self, *arguments)

        monkeypatch.setattr(Network, name, call)

    for name in ("prune", "finetune", "pretrain", "rewind", "replay"):
        trace(name)
    return done


def by(runs, name):
    """The run of a method."""
    return next(run for (method, _), run in runs.items() if method == name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("global_magnitude", [("prune", 30), ("finetune",)]),
        (
            "global_magnitude_iterative",
            [("prune", 80), ("finetune",), ("prune", 40), ("finetune",), ("prune", 30), ("finetune",)],
        ),
        (
            "global_magnitude_weight_rewinding",
            [step for left in (80, 40, 30) for step in (("prune", left), ("rewind",), ("replay",))],
        ),
        (
            "global_magnitude_learning_rate_rewinding",
            [step for left in (80, 40, 30) for step in (("prune", left), ("replay",))],
        ),
        ("global_magnitude_at_initialisation", [("prune", 30), ("pretrain",)]),
    ],
)
def test_what_each_schedule_does(made, traced, name, expected):
    """Half of the 160 prunable weights in each round, the last trimmed to the 30 that make 2.25×."""
    runs, workplace = made(name)
    record = execute(by(runs, name), workplace)
    assert traced == expected
    assert record.columns["parameters_nonzero"] == 104 == 234 / 2.25
    assert sum(layer.nonzero for layer in record.layers) == 30


def test_gradual_pruning_follows_the_cubic(made, traced):
    """8 steps, of which the first half prunes every second: s (1 − (1 − t)³) at t = ½ and 1."""
    runs, workplace = made("global_magnitude_gradual")
    record = execute(by(runs, "global_magnitude_gradual"), workplace)
    assert traced == [("prune", 160 - round(130 * (1 - 0.5**3))), ("prune", 30)]
    assert "before_finetuning_top1" not in record.columns
    assert record.columns["schedule_settings"] == "begin 0, end 0.5, interval 2"


def test_masks_lie_within_each_other(made, monkeypatch):
    """What a round removed stays removed."""
    runs, workplace = made("global_magnitude_weight_rewinding")
    run = by(runs, "global_magnitude_weight_rewinding")
    masks = []
    original = Network.prune

    def watch(self, kept):
        original(self, kept)
        masks.append(self.mask)

    monkeypatch.setattr(Network, "prune", watch)
    execute(run, workplace)
    for before, after in pairwise(masks):
        assert all(not (after[name] & ~before[name]).any() for name in before)


def test_the_budget_leaves_discarded_steps_out(made):
    """Pretraining takes 12 steps, fine-tuning 8; rewinding goes back to step 4 and replays 8, three times over."""
    runs, workplace = made("global_magnitude", *NAMES)
    budgets = {
        name: [
            execute(by(runs, name), workplace).columns[f"steps_{which}"]
            for which in ("pretraining", "final_weights", "total")
        ]
        for name in ("global_magnitude", *NAMES)
    }
    assert budgets == {
        "global_magnitude": [12, 20, 20],
        "global_magnitude_iterative": [12, 36, 36],
        "global_magnitude_gradual": [12, 20, 20],
        "global_magnitude_weight_rewinding": [12, 12, 36],
        "global_magnitude_learning_rate_rewinding": [12, 36, 36],
        "global_magnitude_at_initialisation": [0, 12, 12],
    }


def test_the_rewind_point_is_on_the_way_of_the_pretraining(made):
    """Going on from it by the recipe's other steps, in the same order, gives the pretrained weights: the same bits."""
    runs, workplace = made("global_magnitude_weight_rewinding")
    pretraining = by(runs, "dense").pretraining
    dataset = workplace.dataset(pretraining.dataset)
    weights = rewind_point(pretraining, 12, workplace)
    trained = load_pretrained(pretraining, workplace).model.state_dict()
    assert all(torch.equal(weights[name], tensor) for name, tensor in trained.items())
    early = rewind_point(pretraining, 4, workplace)
    model = fresh(pretraining, workplace)
    train(model, dataset, pretraining.recipe, pretraining.seed, "pretrain", {}, stop=4)
    assert all(torch.equal(early[name], tensor) for name, tensor in model.state_dict().items())
    assert not torch.equal(early["0.weight"], trained["0.weight"])


def test_a_replay_has_the_learning_rates_of_the_recipe(made, monkeypatch):
    """From the step that is gone back to until the end; the whole recipe from the start."""
    from runners import training

    runs, workplace = made("global_magnitude_learning_rate_rewinding")
    rates = []
    monkeypatch.setattr(
        training, "learning_rate", lambda recipe, step, total, per_epoch: rates.append((step, total)) or 0.01
    )
    execute(by(runs, "global_magnitude_learning_rate_rewinding"), workplace)
    assert rates == [(step, 12) for step in range(4, 12)] * 3


def test_every_start_has_its_control(made):
    """Trained weights are trained on as pruned ones are; initial and rewound ones have been trained already."""
    runs, workplace = made("global_magnitude", *NAMES)
    controls = {start: execute(run, workplace).columns for (name, start), run in runs.items() if name == "dense"}
    assert set(controls) == {"trained", "init", "rewind"}
    assert [controls[start]["steps_final_weights"] for start in ("trained", "init", "rewind")] == [20, 12, 12]
    for start in ("init", "rewind"):
        assert controls[start]["top1"] == controls[start]["dense_top1"]
    initial = {start: columns["initial_weights"] for start, columns in controls.items()}
    assert len(set(initial.values())) == 3
    for name in NAMES:
        run = by(runs, name)
        assert execute(run, workplace).columns["initial_weights"] == initial[run.method.starts_from]


def test_the_recipe_that_is_recorded_is_the_one_that_was_used(made):
    """Methods that train by the recipe of the pretraining record its optimiser."""
    runs, workplace = made("global_magnitude", *NAMES)
    used = {run.method.name: execute(run, workplace).columns["optimizer"] for run in runs.values() if run.ratio > 1}
    assert used == {
        "global_magnitude": "adam",
        "global_magnitude_iterative": "adam",
        "global_magnitude_gradual": "adam",
        "global_magnitude_weight_rewinding": "sgd",
        "global_magnitude_learning_rate_rewinding": "sgd",
        "global_magnitude_at_initialisation": "sgd",
    }


@pytest.mark.parametrize(
    ("method", "control"),
    [
        ("global_magnitude_iterative", "dense_3_rounds"),
        ("global_magnitude_learning_rate_rewinding", "dense_3_replays"),
        ("global_magnitude_weight_rewinding", "dense"),
        ("global_filter_magnitude_iterative", "dense_2_rounds"),  # 117 and 104 of 234 parameters
        ("global_filter_magnitude_learning_rate_rewinding", "dense_2_replays"),
    ],
)
def test_a_dense_network_gets_the_steps_of_those_that_are_trained_in_rounds(made, method, control):
    """The last weights of three rounds have had three trainings, and so have those of their control."""
    runs, workplace = made(method)
    starts = by(runs, method).method.starts_from
    pruned, dense = execute(by(runs, method), workplace), execute(runs[control, starts], workplace)
    for column in ("steps_final_weights", "optimizer", "learning_rate"):
        assert dense.columns[column] == pruned.columns[column]
    assert dense.columns["compression_ratio"] == 1


def test_a_control_is_made_once_for_each_number_of_rounds(made):
    """Methods that take as many share it, and one round is what the dense control of the starting weights has."""
    names = ("global_magnitude_iterative", "global_random_iterative", "global_magnitude")
    assert [name for name, _ in made(*names)[0] if name.startswith("dense")] == ["dense", "dense_3_rounds"]
    once = SCHEDULES.replace("fraction = 0.5", "fraction = 0.9")
    assert [name for name, _ in made(*names, run=once)[0] if name.startswith("dense")] == ["dense"]


def test_a_control_of_rounds_is_the_same_network_whatever_made_as_many(made):
    """Its identity holds the number of rounds and none of what led to it."""
    digests = {
        by(made("global_magnitude_iterative", run=SCHEDULES.replace("0.5", fraction))[0], "dense_3_rounds").digest
        for fraction in ("0.5", "0.45")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("schedule", ["iterative", "gradual", "weight_rewinding"])
def test_matched_baselines_of_schedules_end_at_the_counts_of_their_reference(made, traced, schedule):
    """The very counts, by the same schedule; the reference is carried out once, whichever comes first."""
    reference = f"global_gradient_{schedule}"
    matched = f"random_matched_{reference}"
    runs, workplace = made(reference, matched)
    found = execute(by(runs, matched), workplace)
    again = len(traced)
    expected = execute(by(runs, reference), workplace)
    assert [layer.nonzero for layer in found.layers] == [layer.nonzero for layer in expected.layers]
    assert found.columns["mask"] != expected.columns["mask"]
    of_reference = len(traced) - again
    assert again == 2 * of_reference  # itself, and its reference before it
    execute(by(runs, matched), workplace)
    assert len(traced) - again == 2 * of_reference  # the reference's counts were kept


def test_a_pattern_is_run_at_its_own_ratio(made):
    """Two of every four inputs where they come in fours: 64 of 128 and all of 32, whatever ratios are asked for."""
    runs, workplace = made("magnitude_2_4", "wanda_2_4", "random_matched_magnitude_2_4")
    pruned = [run for run in runs.values() if not isinstance(run.method, DenseControl)]
    for run in pruned:
        record = execute(run, workplace)
        assert {layer.name: layer.nonzero for layer in record.layers} == {"0.weight": 32, "4.weight": 64}
        assert record.columns["compression_ratio"] == pytest.approx(run.ratio)
        assert (record.columns["granularity"], record.columns["pattern"]) == ("n_m", "2:4")


@pytest.mark.parametrize("save", ["masks", "weights", "none"])
def test_masks_and_weights_are_kept_as_asked(made, save):
    """A mask under its own digest, weights under the run's; the dense control has no mask."""
    runs, workplace = made("global_magnitude", run=f'save = "{save}"')
    run = by(runs, "global_magnitude")
    record = execute(run, workplace)
    execute(by(runs, "dense"), workplace)
    masks = sorted(path.name for path in (workplace.results / "masks").glob("*"))
    assert masks == ([] if save == "none" else [f"{record.columns['mask']}.safetensors"])
    if masks:
        mask = load_file(workplace.results / "masks" / masks[0])
        assert digest.of_tensors({layer.name: mask[layer.name] for layer in record.layers}) == record.columns["mask"]
    weights = workplace.results / "weights" / f"{run.digest}.safetensors"
    assert weights.exists() == (save == "weights")
    if save == "weights":
        kept = load_file(weights)
        assert all(not kept[name][~mask[name]].any() for name in mask)


def test_kept_masks_are_found_by_the_audit(tiny_study, silent, tmp_path):
    """REP005 counts what is kept, and it is as recorded."""
    from audit import check

    conduct(tiny_study(), tmp_path, silent, workers=1)
    findings = json.loads(check(tmp_path).to_json())["findings"]
    assert {finding["verdict"] for finding in findings if finding["code"] == "REP005"} == {"pass"}


def test_schedules_are_part_of_the_identity_where_they_are_used(made):
    """Another fraction is another iterative network, and the same one-shot one."""
    runs, _ = made("global_magnitude", "global_magnitude_iterative", "global_magnitude_weight_rewinding")
    others, _ = made(
        "global_magnitude",
        "global_magnitude_iterative",
        "global_magnitude_weight_rewinding",
        run=SCHEDULES.replace("0.5", "0.4"),
    )
    same = {
        name: by(runs, name).digest == by(others, name).digest for name in ("global_magnitude", *NAMES[:1], NAMES[2])
    }
    assert same == {"global_magnitude": True, NAMES[0]: False, NAMES[2]: False}
