"""The nonzeros counted in a stored mask, or in stored weights, are those that the results record.

What it checks
Beside audit.toml, `masks/<digest>.safetensors` is looked for, with the digest that a network records as `mask`. The
file is read as numbers, nothing in it is executed. Tensors that bear the names of recorded layers are held against the
layers' counts, each exactly. Without such names, a file with as many elements as `parameters_prunable` is taken as a
mask and held against `parameters_nonzero` less the parameters that are not pruned, one with as many as `parameters` as
weights and held against `parameters_nonzero`. One network off: fail. No file, or one that fits neither: undecidable.
Judged per method on a pair; controls that no score pruned have no mask.

Why it matters
A mask that is not applied, or is lost in fine-tuning, leaves a dense network that is reported as a sparse one, with a
dense network's accuracy.

Example
A network at 10× whose stored weights are all nonzero: fail.

What it cannot see
Masks that were not kept. The runners of this project keep them, unless a study says `save = "none"`.

Source: Blalock et al. 2020, section 2.2; the format is that of safetensors.
"""

import re
from pathlib import Path

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.stored_masks import MaskError, count
from audit.subjects import each_method

RULE = Rule("REP005", "mask-not-as-claimed", Severity.ERROR, Scope.METHOD, absent=UNDECIDABLE)

FOLDER = "masks"
_DIGEST = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{7,127}")
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Count each stored mask, and hold it against what its network records."""
    cells = case.results.cells
    subjects = each_method(case.results, case.scored & (cells.count(case.measured) > 0))
    kept = _Kept(case)
    said = [_about(case, kept, subjects.rows(number)) for number in range(len(subjects))]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    expected = "as many nonzeros in the stored mask or weights as are recorded"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


class _Kept:
    """The files of a study's masks, by digest."""

    def __init__(self, case: Case) -> None:
        path = case.study.path
        self.folder = path.resolve().parent / FOLDER if path else None
        self.there = self.folder is not None and self.folder.is_dir()

    def file(self, digest: str | None) -> Path | None:
        """The file of a mask; None where there is none, or where the digest is no name of a file."""
        if not self.there or self.folder is None or digest is None or not _DIGEST.fullmatch(digest):
            return None
        file = self.folder / f"{digest}.safetensors"
        return file if file.is_file() else None


def _about(case: Case, kept: _Kept, rows: np.ndarray) -> _Said:
    """What is said of the networks of one method on one pair."""
    rows = rows[case.measured[rows]]
    masks = case.results.text("mask")
    found = {row: file for row in rows.tolist() if (file := kept.file(masks.text(row)))} if kept.there else {}
    unclear = "whether masks are as recorded cannot be told"
    keep = f"keep each mask as `{FOLDER}/<mask>.safetensors` beside audit.toml, and record its digest in `mask`"
    if not found:
        return UNDECIDABLE, "no stored mask", unclear, keep, rows
    wrong, open_ = {}, {}
    for row, file in found.items():
        try:
            said = _compared(case, row, count(file))
        except MaskError as error:
            open_[row] = str(error)
            continue
        if said is None:
            open_[row] = f"{file.name}: its tensors are neither the recorded layers nor all parameters"
        elif said:
            wrong[row] = said
    if wrong:
        seen = min(wrong.values()) + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else "")
        message = "stored masks are not as recorded"
        return FAIL, seen, message, "record what the stored masks hold", np.array(list(wrong))
    if open_ or len(found) < len(rows):
        seen = min(open_.values(), default=f"{len(found)} of {len(rows)} masks are stored, as recorded")
        return UNDECIDABLE, seen, unclear, keep, rows
    return PASS, f"{len(found)} stored masks", "stored masks hold as many nonzeros as are recorded", "", rows


def _compared(case: Case, row: int, tensors: dict[str, tuple[int, int]]) -> str | None:
    """How a file departs from what a row records: "" where it does not, None where they cannot be compared."""
    results = case.results
    layers, (order, starts) = results.layers, case.layers_by_row
    entries = order[starts[row] : starts[row + 1]]
    recorded = {layers.name.text(entry): layers.nonzero[entry] for entry in entries.tolist()}
    if recorded and recorded.keys() <= tensors.keys() and np.isfinite(list(recorded.values())).all():
        for name, nonzero in recorded.items():
            if tensors[str(name)][1] != nonzero:
                return f"`{name}` holds {tensors[str(name)][1]:,} nonzeros, {nonzero:,.0f} are recorded"
        return ""
    elements, nonzeros = (sum(each[part] for each in tensors.values()) for part in (0, 1))
    names = ("parameters", "parameters_prunable", "parameters_nonzero")
    total, prunable, left = (float(results.number(name)[row]) for name in names)
    wanted = {prunable: left - (total - prunable), total: left}.get(elements, np.nan)
    if not np.isfinite(wanted):
        return None
    return "" if nonzeros == wanted else f"{nonzeros:,} nonzeros are stored, {wanted:,.0f} are recorded"
