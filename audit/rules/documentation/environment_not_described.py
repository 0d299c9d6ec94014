"""The library and the hardware are recorded: Python, PyTorch, the device, and a GPU's driver.

What it checks
Every network whose run came to its end records `python`, `torch` and `device`, and, where the device is a GPU by its
name, `driver`. Judged for the study as a whole; the networks that lack something are the evidence.

Why it matters
Numerical results differ between versions and devices. Without them a difference cannot be traced.

Example
26 of 78 networks without `torch`: fail.

What it cannot see
Whether the environment is complete, and whether the runs that are compared share it (REP003). A GPU whose name says
nothing of it needs no driver here.

Source: Blalock et al. 2020, appendix B.
"""

import re

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("EXP004", "environment-not-described", Severity.ERROR, Scope.STUDY, absent=FAIL)

_EXPECTED = "python, torch and device for every network, and the driver of a GPU"
_CERTAINLY = re.compile(r"cuda|gpu|nvidia|tesla|geforce|quadro|instinct|\b[rg]tx", re.IGNORECASE)
_PROBABLY = re.compile(
    r"radeon|titan|\b(?:[abhk]\d{2,4}|v100|p(?:4|40|100)|t4|l(?:4|40)|m(?:40|60)|mi\d{2,3}|g[bh]200)(?:s|x|nvl)?\b",
    re.IGNORECASE,
)
_PROCESSOR = re.compile(r"cpu|xeon|epyc|ryzen|\bcore|cortex|apple|\barm|tpu", re.IGNORECASE)


def check(case: Case) -> Judgement:
    """Look for each field in every network."""
    results = case.results
    device = results.text("device")
    on_gpu = np.array([*map(_is_gpu, device.categories), False])[device.codes]
    lacking = {name: results.evaluated & ~results.present(name) for name in ("python", "torch", "device")}
    lacking["driver"] = results.evaluated & on_gpu & ~results.present("driver")
    missing = {name: int(rows.sum()) for name, rows in lacking.items() if rows.any()}
    if not missing and results.evaluated.any():
        seen = [f"{name} {_listed(results.text(name).categories)}" for name in ("python", "torch", "device")]
        message = "library and hardware are recorded for every network"
        return Judgement(whole_study(results), [PASS], "; ".join(seen), _EXPECTED, message)
    fields = ", ".join(f"`{name}`" for name in missing) or "library and hardware"
    of = int(results.evaluated.sum())
    return Judgement(
        whole_study(results),
        [FAIL],
        "; ".join(f"`{name}` missing in {count} of {of} networks" for name, count in missing.items()) or "no network",
        _EXPECTED,
        f"{fields} not recorded for every network",
        f"record {fields} for every network",
        rows=[np.flatnonzero(np.any(list(lacking.values()), axis=0))],
    )


def _is_gpu(device: str) -> bool:
    return bool(_CERTAINLY.search(device) or (_PROBABLY.search(device) and not _PROCESSOR.search(device)))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
