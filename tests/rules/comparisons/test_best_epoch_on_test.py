"""CMP008: the reported epoch is not chosen on the reported split."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from audit.rule import Verdict
from audit.study import Study
from tests import studies
from tests.studies import Cases, Row, case, changed, table, with_curves, without

CODE = "CMP008"
CASES = Cases(
    sound=lambda: case(changed(table(), split="test", selected_on="validation")),
    faulty=lambda: case(changed(table(), split="test", selected_on="test")),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)
EPOCHS = 12


def trained(
    report: Callable[[np.ndarray, np.ndarray], float], *, validated: bool = True, **columns: object
) -> studies.Case:
    """Runs with noisy curves, of which `report` says what is reported, given test and validation curve."""
    generator = np.random.default_rng(11)
    rows = studies.to_rows(changed(table(), **columns))
    curves: dict[tuple, dict[str, list[float]]] = {}
    for row in rows:
        level = row["top1"] - 0.02 * np.exp(-np.arange(EPOCHS) / 2)
        test, validation = (np.round(level + generator.normal(0, 0.004, EPOCHS), 4) for _ in range(2))
        row["top1"] = report(test, validation)
        of_row = {"test_top1": test.tolist()} | ({"validation_top1": validation.tolist()} if validated else {})
        curves[row["method"], row["compression_target"], row["seed"]] = of_row
    judged = case(studies.from_rows(rows))
    return with_curves(judged, lambda row: curves[row["method"], row["compression_target"], row["seed"]])


def best(test: np.ndarray, validation: np.ndarray) -> float:
    """The best epoch on the test split."""
    return test.max()


def last(test: np.ndarray, validation: np.ndarray) -> float:
    """The last epoch."""
    return test[-1]


def validated(test: np.ndarray, validation: np.ndarray) -> float:
    """The best epoch on the validation split."""
    return test[validation.argmax()]


def of_mine(judged: studies.Case) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(judged, CODE, method="mine")


@pytest.mark.parametrize(
    ("split", "selected_on", "verdict"),
    [
        ("test", "test", "fail"),
        ("Test", "TEST", "fail"),
        (None, "test", "fail"),
        ("validation", "validation", "fail"),
        ("test", "validation", "pass"),
        ("test", "none", "pass"),
        (None, "none", "pass"),
        (None, "validation", "undecidable"),
        ("test", None, "undecidable"),
    ],
)
def test_what_is_recorded(split: str | None, selected_on: str | None, verdict: str):
    """A recorded choice decides, where it can be told what is reported."""
    assert of_mine(case(changed(table(), split=split, selected_on=selected_on))).verdict is Verdict(verdict)


@pytest.mark.parametrize(("word", "verdict"), [("validation", "declared"), ("test", "fail")])
def test_what_is_declared(word: str, verdict: str):
    """What audit.toml says of a method is declared, never measured."""
    toml = f'[method.mine]\nproposed = true\nscore = "mine"\nselected_on = "{word}"\n'
    assert of_mine(case(changed(table(), split="test"), toml)).verdict is Verdict(verdict)


@pytest.mark.parametrize(
    ("report", "verdict"),
    [(best, "fail"), (last, "pass"), (validated, "pass"), (lambda test, _: np.sort(test)[3], "pass")],
)
@pytest.mark.parametrize("with_validation", [True, False])
def test_what_curves_tell(report: Callable, verdict: str, with_validation: bool):
    """Curves tell best test epochs from last ones and from best validation ones."""
    judged = trained(report, validated=with_validation)
    toml = studies.STUDY if with_validation else studies.STUDY + "[rules.CMP008]\nwithout_validation = 8\n"
    judged = studies.Case(judged.results, Study.parse(toml))
    found = of_mine(judged)
    if report is validated and not with_validation:
        assert found.verdict is Verdict.UNDECIDABLE  # some best epochs of one split are those of the other
    else:
        assert found.verdict is Verdict(verdict)
    if report is best:
        assert "telling runs report their best value on the reported split" in found.observed
        assert "inconsistent with" in found.message


def test_curves_contradict_what_is_recorded():
    """A recorded choice that the curves contradict fails."""
    columns = {"split": "test", "selected_on": "validation"}
    assert of_mine(trained(best, **columns)).verdict is Verdict.FAIL
    assert of_mine(trained(validated, **columns)).verdict is Verdict.PASS


def test_without_validation_curves_more_runs_must_tell():
    """Fifteen runs are needed where no validation curve clears one."""
    judged = trained(best, validated=False)
    found = of_mine(judged)
    assert found.verdict is Verdict.UNDECIDABLE
    assert "15 that agree are needed" in found.observed


def test_an_early_stop_by_validation_loss():
    """The epoch of the smallest validation loss is an honest one too."""
    judged = trained(best)
    curves = judged.results.curves
    tests = {}
    for row, code, epoch, value in zip(curves.row, curves.curve.codes, curves.epoch, curves.value, strict=True):
        if curves.curve.categories[code] == "test_top1" and value > tests.get(row, (0, -1))[1]:
            tests[row] = (epoch, value)
    numbers = iter(range(len(judged.results)))

    def with_loss(row: Row) -> dict[str, list[float]]:
        number = next(numbers)
        own = (curves.row == number) & (curves.curve.codes == curves.curve.categories.index("test_top1"))
        loss = np.full(EPOCHS, 1.0)
        loss[tests[number][0]] = 0.5
        return {"test_top1": curves.value[own].tolist(), "validation_loss": loss.tolist()}

    assert of_mine(with_curves(judged, with_loss)).verdict is Verdict.UNDECIDABLE


@pytest.mark.parametrize("change", [{"epochs": 0.0}, {"epochs_completed": 0.0}, {"status": "failed"}])
def test_runs_that_choose_no_epoch(change: dict):
    """A network that was not trained has no epoch to choose."""
    columns = changed(table(), split="test", selected_on="test", **change)
    assert of_mine(case(columns)).verdict is Verdict.NOT_APPLICABLE


def test_curves_of_other_metrics_tell_nothing():
    """A study of perplexities has no Top-1 to compare."""
    judged = trained(best, perplexity=10.0)
    toml = studies.STUDY + '[metric.perplexity]\ndirection = "lower"\n'
    assert of_mine(studies.Case(judged.results, Study.parse(toml))).verdict is Verdict.UNDECIDABLE


def test_missing_epochs():
    """Curves with gaps, and runs without any, are survived."""
    judged = trained(best)
    curves = judged.results.curves
    holes = replace(curves, value=np.where(np.arange(len(curves.value)) % 5 == 0, np.nan, curves.value))
    assert of_mine(studies.Case(replace(judged.results, load_curves=lambda: holes), judged.study)).message
    assert of_mine(case(without(table(), lambda row: row["seed"] == "2"))).verdict is Verdict.UNDECIDABLE
