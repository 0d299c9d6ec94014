"""EXP004: library and hardware."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), lambda row: row["seed"] == "2", torch=None)),
    silent=lambda: case(without(table(), None, "python", "torch", "device")),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns), "EXP004")


@pytest.mark.parametrize(
    "device",
    ["NVIDIA A100-SXM4-80GB", "A100", "Tesla V100", "cuda:0", "GeForce RTX 3090", "T4", "AMD Instinct MI250X", "H100"],
)
def test_a_gpu_needs_its_driver(device: str):
    """A device that is a GPU by its name needs a driver."""
    assert found(changed(table(), device=device)).verdict is Verdict.FAIL
    assert "`driver`" in found(changed(table(), device=device)).message
    assert found(changed(table(), device=device, driver="550.54")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "device",
    ["cpu", "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "AMD EPYC 7742", "AMD Ryzen 7 5800U with Radeon Graphics",
     "Apple M1", "Cortex-A72", "x86_64", "Intel(R) Core(TM) i7-9750H"],
)  # fmt: skip
def test_a_processor_needs_none(device: str):
    """A device that is a processor needs no driver."""
    assert found(changed(table(), device=device)).verdict is Verdict.PASS


def test_says_how_many_networks_lack_what():
    """What is missing is counted over the networks that ended, and they are the evidence."""
    said = found(changed(table(), lambda row: row["seed"] == "2", torch=None))
    assert said.observed == "`torch` missing in 26 of 78 networks"
    assert said.evidence_total == 26


def test_failed_runs_are_not_asked():
    """A run that died before it recorded its environment is no fault of the description."""
    died = changed(table(), lambda row: row["seed"] == "2", status="failed", torch=None)
    assert found(died).verdict is Verdict.PASS
