"""Hyperparameter settings: which rows of a cell were run with the same one, as far as that is recorded.

Rows that differ in the column `setting` are never in one cell.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import numbered
from audit.schema import BY_NAME, Kind

SETTING = "setting"
NEEDED = ("optimizer", "learning_rate", "weight_decay", "batch_size")  # which tell a setting where no name does
COLUMNS = (*NEEDED, "learning_rate_schedule", "augmentation", "epochs")


class Settings(Struct, frozen=True, eq=False):
    """The setting of each row (rows,) within its cell: all of COLUMNS that every seeded run of the cell records.

    `keys` (rows,) are its parts by column, 0 where a run of the cell does not record it; `known` (cells,) says whether
    what is recorded tells the setting. `among` (rows,) marks the runs that are looked at: those with a number and a
    seed.
    """

    of_row: np.ndarray
    keys: Mapping[str, np.ndarray]
    known: np.ndarray
    among: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "Settings":
        """Those of a case, worked out once for all who ask."""
        if cls not in case.worked_out:
            case.worked_out[cls] = cls._work_out(case)
        found: Settings = case.worked_out[cls]
        return found

    @classmethod
    def _work_out(cls, case: Case) -> "Settings":
        results, cells = case.results, case.results.cells
        among = case.measured & (results.text("seed").codes >= 0)
        complete = {name: cells.count(among & ~results.present(name)) == 0 for name in COLUMNS}
        keys = {name: np.where(complete[name][cells.of_row], _codes(case, name), 0) for name in COLUMNS}
        named = cells.count(among & ~results.present(SETTING)) == 0
        known = named | np.all([complete[name] for name in NEEDED], axis=0)
        return cls(numbered(cells.of_row, *keys.values()), keys, known, among)


def _codes(case: Case, name: str) -> np.ndarray:
    """(rows,) a code for the value of a column, missing ones included."""
    if BY_NAME[name].kind is Kind.TEXT:
        return np.maximum(case.results.text(name).codes, 0)
    return np.unique(case.results.number(name), return_inverse=True)[1]
