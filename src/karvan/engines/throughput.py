"""How much can pass at most? The largest flow over a set of routes under hard capacities.

    maximise  sum of flow over the chosen routes   s.t.  sum of uses x flow <= capacity of every resource,  flow >= 0

A linear program built once, over kinds of routes that take the same. Its first answer comes from HiGHS; a future-year
changes bounds only, so it starts from the basis of that first answer (the answer does not depend on what was solved in
between) and needs a few pivots of the dual simplex method (Lemke 1954) on the condensed tableau. Every such answer is held
against the program itself, flows against worths; one that fails, and a basis that does not fit, goes back to HiGHS.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from karvan.engines.arrays import Bools, Floats, Incidence, Ints
from karvan.engines.compiled import compiled

SLACK = 1e-9
"""How far an answer may miss a limit, or flows and worths each other, as a share of the whole."""


class MaximumFlow:
    """The program of some routes of a route set: `solve` gives its optimum under other capacities."""

    def __init__(self, incidence: Incidence, chosen: Ints, n_resources: int):
        """`chosen` int32[n] are the routes whose flow counts."""
        self._n_routes, self._n_resources = len(chosen), n_resources
        self._kind, first = _kinds(incidence, chosen)
        self._met = np.unique([x for j in first for x in incidence.resource[incidence.start[j] : incidence.start[j + 1]].tolist()]).astype(np.int32)
        self._uses = np.zeros((len(self._met), len(first)))
        for column, j in enumerate(first):
            used = slice(incidence.start[j], incidence.start[j + 1])
            self._uses[np.searchsorted(self._met, incidence.resource[used]), column] = incidence.amount[used]
        self._scale = self._uses.max(axis=1, initial=0.0)
        self._uses /= self._scale[:, None]
        self._worth = np.zeros(len(self._met))
        self._start: tuple[Floats, Floats, Ints, Ints] | None = None
        self._is_first = True
        self._model = self._program()

    def solve(self, capacity: Floats, is_open: Bools) -> float:
        """The largest total flow, t a year; inf when some open route meets no limit.

        `capacity` float64[resource], inf is no limit; `is_open` bool[route], of the chosen routes in their order.
        """
        opened = np.zeros(self._uses.shape[1], dtype=np.bool_)
        opened[self._kind[is_open]] = True
        self._worth[:] = 0.0
        if not opened.any():
            return 0.0
        limit = capacity[self._met] / self._scale
        is_first, self._is_first = self._is_first, False
        if not np.isfinite(limit).all() and bool((opened & ~(self._uses[np.isfinite(limit)] > 0).any(axis=0)).any()):
            return float("inf")
        if self._start is not None:
            table, reduced, inside, aside = self._start
            flow, done = _pivot(table.copy(), reduced.copy(), inside.copy(), aside.copy(), self._uses, limit, opened, self._worth)
            if done:
                return float(flow)
        found = self._solve_whole(limit, opened)
        if is_first and self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            self._start = self._tableau()
        return found

    def worth(self) -> Floats:
        """float64[resource]: how many tonnes one more unit of each resource would let pass, in the last solve."""
        out = np.zeros(self._n_resources)
        out[self._met] = self._worth / self._scale
        return out

    def _program(self) -> Any:
        model: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs lack half of its methods
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            model.setOptionValue(option, value)
        rows, columns = self._uses.shape
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = columns, rows
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = np.ones(columns)
        program.col_lower_, program.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
        program.row_lower_, program.row_upper_ = np.full(rows, -highspy.kHighsInf), np.zeros(rows)
        column, row = np.nonzero(self._uses.T)
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.searchsorted(column, np.arange(columns + 1)).astype(np.int32)
        program.a_matrix_.index_ = row.astype(np.int32)
        program.a_matrix_.value_ = self._uses[row, column]
        model.passModel(program)
        return model

    def _solve_whole(self, limit: Floats, opened: Bools) -> float:
        """The optimum by HiGHS, from nothing."""
        infinite, (rows, columns) = highspy.kHighsInf, self._uses.shape
        self._model.clearSolver()
        self._model.changeColsBounds(columns, np.arange(columns, dtype=np.int32), np.zeros(columns), np.where(opened, infinite, 0.0))
        upper = np.where(np.isfinite(limit), limit, infinite)
        self._model.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), np.full(rows, -infinite), upper)
        self._model.run()
        self._worth[:] = np.abs(np.array(self._model.getSolution().row_dual, dtype=np.float64))
        return float(self._model.getInfo().objective_function_value)

    def _tableau(self) -> tuple[Floats, Floats, Ints, Ints]:
        """The condensed tableau of the basis found: table[row, nonbasic], reduced costs [nonbasic], which variable is basic
        in every row and which stand aside. Variables are the kinds, then the slacks of the limits."""
        rows, columns = self._uses.shape
        basis, basic = self._model.getBasis(), highspy.HighsBasisStatus.kBasic
        status = [*basis.col_status, *basis.row_status]
        inside = np.array([i for i, each in enumerate(status) if each == basic], dtype=np.int32)
        aside = np.array([i for i, each in enumerate(status) if each != basic], dtype=np.int32)
        every = np.hstack((self._uses, np.eye(rows)))
        table = np.ascontiguousarray(np.linalg.solve(every[:, inside], every[:, aside]))
        reduced = (inside < columns).astype(np.float64) @ table - (aside < columns)
        return table, reduced, inside, aside


def _kinds(incidence: Incidence, chosen: Ints) -> tuple[Ints, list[int]]:
    """The kind of every chosen route (routes of a kind take the same), and a route of every kind."""
    seen: dict[tuple[bytes, bytes], int] = {}
    kind = np.empty(len(chosen), dtype=np.int32)
    first: list[int] = []
    for i, j in enumerate(chosen.tolist()):
        used = slice(incidence.start[j], incidence.start[j + 1])
        kind[i] = seen.setdefault((incidence.resource[used].tobytes(), incidence.amount[used].tobytes()), len(seen))
        if kind[i] == len(first):
            first.append(j)
    return kind, first


@compiled
def _pivot(
    table: Floats, reduced: Floats, inside: Ints, aside: Ints, uses: Floats, limit: Floats, opened: Bools, worth: Floats
) -> tuple[float, bool]:
    """The largest flow and whether it may be believed; fills worth[limit].

    A basis of optimal worths stays one whatever the limits; dual pivots lead to flows that keep them. Closed kinds may not
    carry anything: one in the basis leaves it, none enters.
    """
    rows, columns = uses.shape
    x = np.zeros(rows)
    for i in range(rows):
        if inside[i] >= columns and limit[inside[i] - columns] < np.inf:
            x[i] += limit[inside[i] - columns]
    for j in range(aside.shape[0]):
        if aside[j] >= columns:
            if not limit[aside[j] - columns] < np.inf:
                return 0.0, False
            for i in range(rows):
                x[i] += table[i, j] * limit[aside[j] - columns]
    whole = 0.0
    for i in range(rows):
        whole = max(whole, abs(x[i]))
    for _ in range(4 * (rows + columns)):
        leaves, worst = -1, 1e-11 * whole
        for i in range(rows):
            free = inside[i] >= columns and not limit[inside[i] - columns] < np.inf
            miss = abs(x[i]) if inside[i] < columns and not opened[inside[i]] else -x[i]
            if miss > worst and not free:
                leaves, worst = i, miss
        if leaves < 0:
            break
        sign = -1.0 if x[leaves] < 0.0 else 1.0
        enters, least = -1, np.inf
        for j in range(aside.shape[0]):
            slope = sign * table[leaves, j]
            if slope > 1e-9 and (aside[j] >= columns or opened[aside[j]]):
                ratio = max(reduced[j], 0.0) / slope
                if ratio < least or (ratio == least and slope > sign * table[leaves, enters]):
                    enters, least = j, ratio
        if enters < 0:
            return 0.0, False
        pivot = table[leaves, enters]
        table[leaves, enters] = 1.0
        table[leaves] /= pivot
        x[leaves] /= pivot
        for i in range(rows):
            factor = table[i, enters]
            if i != leaves and factor != 0.0:
                table[i, enters] = 0.0
                table[i] -= factor * table[leaves]
                x[i] -= factor * x[leaves]
        factor = reduced[enters]
        reduced[enters] = 0.0
        reduced -= factor * table[leaves]
        inside[leaves], aside[enters] = aside[enters], inside[leaves]
    return _believed(x, reduced, inside, aside, uses, limit, opened, worth)


@compiled
def _believed(
    x: Floats, reduced: Floats, inside: Ints, aside: Ints, uses: Floats, limit: Floats, opened: Bools, worth: Floats
) -> tuple[float, bool]:
    """The flow, and whether flows keep the limits, worths cover every open kind, and the two have the same value."""
    rows, columns = uses.shape
    flow, load, value, paid = np.zeros(columns), np.zeros(rows), 0.0, 0.0
    for i in range(rows):
        if inside[i] < columns:
            flow[inside[i]] = max(x[i], 0.0) if opened[inside[i]] else 0.0
            value += flow[inside[i]]
    worth[:] = 0.0
    for j in range(aside.shape[0]):
        if aside[j] >= columns:
            worth[aside[j] - columns] = max(reduced[j], 0.0)
            paid += worth[aside[j] - columns] * limit[aside[j] - columns]
    good = abs(paid - value) <= SLACK * (1.0 + value)
    for j in range(columns):
        covered = 0.0
        for i in range(rows):
            load[i] += uses[i, j] * flow[j]
            covered += worth[i] * uses[i, j]
        good &= covered >= 1.0 - SLACK or not opened[j]
    for i in range(rows):
        good &= load[i] <= limit[i] + SLACK * (1.0 + value)
    return value, good
