"""How things work by the day: the figures of the table `routines`, the narrowest row first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.corridor.checks import EVERY

MONTHS = 12


class Routines:
    """The figures of a case under a vector of cells, by quantity and subject."""

    def __init__(self, compiled: Compiled, cells: np.ndarray):
        table = compiled.corridor["routines"]
        self._year: dict[tuple[str, str], float] = {}
        self._months: dict[tuple[str, str], list[float]] = {}
        values = compiled.cells.of(cells, "routines", "value")
        self._rows: dict[tuple[str, str], str] = {}
        for row, subject, quantity, month, value in zip(table.keys, table["subject"], table["quantity"], table["month"], values, strict=True):
            self._rows.setdefault((str(quantity), str(subject)), str(row))
            if month >= 1:
                self._months.setdefault((str(quantity), str(subject)), [float("nan")] * MONTHS)[int(month) - 1] = float(value)
            else:
                self._year[str(quantity), str(subject)] = float(value)

    def get(self, quantity: str, *subjects: str) -> float | None:
        """The figure of the first of these subjects that has one, else that of all; None when there is none."""
        return next((self._year[quantity, each] for each in (*subjects, EVERY) if (quantity, each) in self._year), None)

    def row(self, quantity: str, *subjects: str) -> str:
        """The key of the row in which a figure stands; "" when there is none."""
        return next((self._rows[quantity, each] for each in (*subjects, EVERY) if (quantity, each) in self._rows), "")

    def of_months(self, quantity: str, subjects: Sequence[str], default: float) -> np.ndarray:
        """float64[12], the figures of the months of the first subject that has any."""
        for each in (*subjects, EVERY):
            if (quantity, each) in self._months:
                return np.nan_to_num(np.array(self._months[quantity, each]), nan=default)
            if (quantity, each) in self._year:
                return np.full(MONTHS, self._year[quantity, each])
        return np.full(MONTHS, default)
