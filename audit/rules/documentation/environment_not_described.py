"""The library and the hardware are recorded: Python, PyTorch, the device, and a GPU's driver.

Numerical results differ between versions and devices; without them a difference cannot be traced. Source: Blalock et
al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("EXP004", "environment-not-described", Severity.ERROR, Scope.STUDY, absent=FAIL)

GPU_WORDS = ("cuda", "gpu", "nvidia", "tesla", "geforce", "rtx", "quadro", "radeon")


def check(case: Case) -> Judgement:
    """Look for each field in every row."""
    results = case.results
    device = results.text("device")
    on_gpu = np.array([any(word in name.lower() for word in GPU_WORDS) for name in device.categories] + [False])[
        device.codes
    ]
    lacking = {name: ~results.present(name) for name in ("python", "torch", "device")}
    lacking["driver"] = on_gpu & ~results.present("driver")
    missing = {name: int(rows.sum()) for name, rows in lacking.items() if rows.any()}
    rows = np.flatnonzero(np.any(list(lacking.values()), axis=0)) if missing else np.arange(len(results))
    fields = ", ".join(f"`{name}`" for name in missing)
    versions = [
        f"{name} {', '.join(results.text(name).categories)}"
        for name in ("python", "torch", "device")
        if name not in missing
    ]
    return Judgement(
        whole_study(results),
        [FAIL if missing else PASS],
        ", ".join(f"{name} missing in {count} of {len(results)} rows" for name, count in missing.items())
        or "; ".join(versions),
        expected="python, torch and device for every network, and the driver of a GPU",
        message=f"{fields} not recorded for every network"
        if missing
        else "library and hardware are recorded for every network",
        remedy=f"record {fields} for every network" if missing else "",
        rows=[rows],
    )
