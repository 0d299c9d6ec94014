"""Studies that ask for theoretical speedups: what is searched, recorded, refused, and compared by the audit."""

from math import log
from pathlib import Path

import pytest
from click.testing import CliRunner
from safetensors.torch import load_file

import audit
from audit.cli import group
from audit.study import Study, StudyError
from runners.conduct import conduct
from runners.execute import execute
from runners.outdated import outdated
from runners.plan import Run, plan
from runners.pretraining import pretrain
from runners.record import written_identity
from runners.spec import read_spec
from runners.store import Network, Recorded, recorded
from runners.workplace import Workplace

MACS = 4 * 8 + 8 * 16 + 16 * 2  # of the tiny network
PER_EPOCH, PRETRAINING, FINETUNING = 4, 12, 8  # optimiser steps
TAYLOR = "global_filter_taylor"
OUT_OF_REACH = (
    r"study.toml:6: `run.speedups`: tiny on blobs: speedup 30 cannot be reached by removing filters: with one channel "
    r"in each layer 7 of 192 MACs are left, so the largest speedup is 27\.42$"
)
PROPOSED = {"[method.mine]": f"[method.{TAYLOR}]\nproposed = true\n[method.mine]"}


def of(*methods: str, sizes: str = "speedups = [2]", seeds: str = "[1]") -> dict[str, str]:
    """What turns the tiny study into one of other methods and sizes."""
    return {
        '"global_magnitude", "global_gradient"': ", ".join(f'"{method}"' for method in methods),
        "ratios = [1, 2]\nseeds = [1, 2]": f"{sizes}\nseeds = {seeds}",
    }


def planned(study: Study) -> list[Run]:
    """The runs of a study."""
    return list(plan(read_spec(study), study))


def workplace_of(study: Study, runs: list[Run], results: Path) -> Workplace:
    """A workplace in which what the runs start from is trained."""
    workplace = Workplace.of(read_spec(study), study, results)
    for pretraining in dict.fromkeys(run.pretraining for run in runs):
        pretrain(pretraining, workplace)
    return workplace


def only(runs: list[Run], name: str, ratio: float = 2) -> Run:
    """The run of a method at a speedup."""
    (found,) = [run for run in runs if run.method.name == name and run.ratio == ratio and run.by_speedup]
    return found


def macs(channels: int, units: int) -> int:
    """MACs of the tiny network with so many channels and hidden units."""
    return 4 * channels + channels * units + 2 * units


@pytest.mark.parametrize("speedup", [1.5, 2, 3, 6])
def test_the_network_that_is_left_is_as_fast_as_asked_for(tiny_study, tmp_path, speedup):
    """MACs counted by hand on the saved weights; neither a channel nor a hidden unit more or less is nearer."""
    study = tiny_study(run='save = "weights"', edit=of("layerwise_filter_magnitude", sizes=f"speedups = [{speedup}]"))
    runs = planned(study)
    run = only(runs, "layerwise_filter_magnitude", speedup)
    columns = execute(run, workplace_of(study, runs, tmp_path)).columns
    saved = load_file(tmp_path / "weights" / f"{run.digest}.safetensors")
    channels, units = saved["0.weight"].shape[0], saved["4.weight"].shape[0]
    assert columns["macs_nonzero"] == macs(channels, units)
    assert columns["theoretical_speedup"] == pytest.approx(MACS / macs(channels, units))
    assert columns["speedup_target"] == speedup
    assert "compression_target" not in columns
    assert columns["compression_ratio"] == pytest.approx(234 / sum(w.numel() for n, w in saved.items() if _learnt(n)))

    def away(channels: int, units: int) -> float:
        return abs(log(MACS / speedup / macs(channels, units)))

    beside = [(channels - 1, units), (channels, units - 1), (channels + 1, units), (channels, units + 1)]
    assert all(away(channels, units) <= away(*each) for each in beside if min(each) >= 1)


def _learnt(name: str) -> bool:
    return not any(word in name for word in ("running", "num_batches"))


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        ("iterative", 4 * FINETUNING),  # 20 % a round: 154, 123, 98 and 96 of 192 MACs
        ("weight_rewinding", 4 * (PRETRAINING - PER_EPOCH)),
        ("learning_rate_rewinding", 4 * (PRETRAINING - PER_EPOCH)),
    ],
)
def test_rounds_are_counted_in_macs(tiny_study, tmp_path, schedule, steps):
    """Each removes its fraction of what is left of them; matched networks and the small dense one have the same."""
    name = f"{TAYLOR}_{schedule}"
    matched, scratch = f"random_matched_{name}", f"scratch_matched_{name}"
    study = tiny_study(run="schedules = { rewind = 1 }", edit=of(name, matched, scratch))
    runs = planned(study)
    workplace = workplace_of(study, runs, tmp_path)
    found = {each: execute(only(runs, each), workplace).columns for each in (matched, name, scratch)}
    assert found[name]["steps_total"] == found[name]["steps_pretraining"] + steps
    assert abs(log(found[name]["theoretical_speedup"] / 2)) <= log(1.1)
    for column in ("theoretical_speedup", "compression_ratio", "parameters_nonzero", "steps_total"):
        assert len({each[column] for each in found.values()}) == 1
    assert {each["speedup_target"] for each in found.values()} == {2}


def test_asking_for_speedups_leaves_the_runs_at_ratios_what_they_were(tiny_study):
    """Their identities are those of a study without; a speedup is another run than the ratio of its number."""
    ratios = {run.digest for run in planned(tiny_study(edit=of(TAYLOR, sizes="ratios = [2]")))}
    both = planned(tiny_study(edit=of(TAYLOR, sizes="ratios = [2]\nspeedups = [1, 2, 3]")))
    assert ratios == {run.digest for run in both if not run.by_speedup}
    assert [(run.ratio, run.label.split(" seed")[0]) for run in both if run.by_speedup] == [
        (2, "speedup 2x"),
        (3, "speedup 3x"),
    ]
    assert len({run.digest for run in both}) == len(both)


def test_methods_of_weights_are_run_at_ratios_beside_methods_of_filters_at_both(tiny_study):
    """One study may hold either kind; a pattern has its own ratio alone and needs none."""
    edit = of("global_magnitude", TAYLOR, sizes="ratios = [2]\nspeedups = [3]")
    found = [(run.method.name, run.ratio, run.by_speedup) for run in planned(tiny_study(edit=edit))]
    assert found == [
        ("dense", 1, False),
        ("global_magnitude", 2, False),
        (TAYLOR, 2, False),
        (TAYLOR, 3, True),
    ]
    names = [run.method.name for run in planned(tiny_study(edit=of("magnitude_2_4", TAYLOR)))]
    assert names == ["dense", "magnitude_2_4", TAYLOR]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            of(TAYLOR, sizes="speedups = [2, 30]"),
            OUT_OF_REACH,
        ),
        (of(TAYLOR, sizes="prune_classifier = false"), r"study.toml:2: `run` says no sizes: give `ratios`, or"),
        (of(TAYLOR, "global_magnitude"), r"study.toml:5: `global_magnitude` removes single weights, .* give `ratios`"),
        (of(TAYLOR, "mine", sizes="ratios = [1]\nspeedups = [2]"), "`mine` removes single weights"),
        (of("global_magnitude", sizes="ratios = [2]\nspeedups = [2]"), r"study.toml:7: `run.speedups`: none of the"),
        (of(TAYLOR, sizes="speedups = [2, 2]"), r"study.toml:6: `run.speedups` names 2.0 twice"),
        (of(TAYLOR, sizes="speedups = [0.5]"), r"study.toml:6: `run.speedups\[1\]` must be a number >= 1"),
    ],
)
def test_what_cannot_be_asked_for_is_said_before_anything_is_run(tiny_study, edit, words):
    """In one line, with the line of the study file and what to do."""
    with pytest.raises(StudyError, match=words):
        planned(tiny_study(edit=edit))


def test_a_method_that_prunes_by_itself_is_asked_for_ratios(tiny_study):
    """Its budget is a number of weights or parameters."""
    edit = of(TAYLOR, "own") | {"[method.mine]": '[method.own]\nprune = "tiny_code_of_a_user:sound"\n[method.mine]'}
    with pytest.raises(StudyError, match="`own` prunes by code of its own, and cannot be asked for a speedup"):
        planned(tiny_study(edit=edit))


def test_networks_at_speedups_are_outdated_as_those_at_ratios_are(tiny_study):
    """Other settings make them so, and asking for other speedups, or for ratios, does not."""
    study = of(TAYLOR, sizes="ratios = [2]\nspeedups = [2, 3]")
    held = Recorded(
        tuple(Network(run.label, run.digest, True, written_identity(run)) for run in planned(tiny_study(edit=study)))
    )
    for sizes in ("speedups = [4]", "ratios = [3]", "ratios = [2]\nspeedups = [3]"):
        assert outdated(planned(tiny_study(edit=of(TAYLOR, sizes=sizes))), held) == {}
    changed = planned(tiny_study(edit=study | {"learning_rate = 0.01": "learning_rate = 0.02"}))
    labels = {run.digest: run.label for run in changed}
    found = {labels[digest]: [each.run for each in networks] for digest, networks in outdated(changed, held).items()}
    assert found == {label: [label] for label in labels.values()}


def test_a_study_at_speedups_is_audited_at_its_speedups(tiny_study, silent, tmp_path):
    """All methods meet at each speedup, whatever their ratios; nothing is run twice; a table of it says the same."""
    edit = of(TAYLOR, sizes="speedups = [1.5, 2, 3, 4, 6]", seeds="[1, 2]") | PROPOSED
    study = tiny_study(run='baselines = "checklist"', edit=edit)
    results = tmp_path / "results"
    first = conduct(study, results, silent, workers=1)
    assert (first.networks, first.failures) == (2 * (1 + 6 * 5), ())
    assert conduct(study, results, silent, workers=1).trained == 0
    assert all(network.identity is not None for network in recorded(results / "mlflow.db").networks)
    report = audit.check(results)
    cells = [cell for cell in report.cells if not cell.dense]
    assert len(cells) == 6 * 5
    assert all(cell.n == 2 and cell.compression_target is None for cell in cells)
    said = {(each.code, each.scope.get("method")): each.verdict.value for each in report.findings}
    for code in ("BAS001", "BAS002", "BAS003", "BAS004", "RES001", "CMP014", "CMP002", "CMP005"):
        assert {verdict for (rule, method), verdict in said.items() if rule == code and method in (None, TAYLOR)} <= {
            "pass",
            "not_applicable",
        }, code
    duels = {(each.method, each.against, each.speedup) for each in report.duels}
    assert {speedup for *_, speedup in duels} == {1.5, 2, 3, 4, 6}
    assert len(duels) == 5 * 6 * 5
    answer = CliRunner().invoke(group, ["export", str(results), "-o", str(tmp_path / "table.csv")])
    assert answer.exit_code == 0, answer.output
    again = audit.check(tmp_path / "table.csv", config=results / "audit.toml")
    assert [(cell.method, cell.speedup_target, cell.metrics["top1"].values) for cell in again.cells] == [
        (cell.method, cell.speedup_target, cell.metrics["top1"].values) for cell in report.cells
    ]
