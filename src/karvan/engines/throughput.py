"""How much can pass at most? The largest flow over a set of routes under hard capacities.

    maximise  sum of flow over the chosen routes   s.t.  sum of uses x flow <= capacity of every resource,  flow >= 0

A linear program (HiGHS) built once; a future-year changes bounds only. Every solve starts from the same basis, so that
the answer does not depend on what was solved before.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from karvan.engines.arrays import Bools, Floats, Incidence, Ints


class MaximumFlow:
    """The program of some routes of a route set: `solve` gives its optimum under other capacities."""

    def __init__(self, incidence: Incidence, chosen: Ints, n_resources: int):
        """`chosen` int32[n] are the routes whose flow counts."""
        self._model: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs lack half of its methods
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self._model.setOptionValue(option, value)
        self._n_routes, self._n_resources = len(chosen), n_resources
        starts, ends = incidence.start[chosen], incidence.start[chosen + 1]
        pick = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)]) if len(chosen) else np.zeros(0, dtype=np.int64)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self._n_routes, n_resources
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = np.ones(self._n_routes)
        program.col_lower_, program.col_upper_ = np.zeros(self._n_routes), np.full(self._n_routes, highspy.kHighsInf)
        program.row_lower_ = np.full(n_resources, -highspy.kHighsInf)
        program.row_upper_ = np.zeros(n_resources)
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.concatenate(([0], np.cumsum(ends - starts))).astype(np.int32)
        program.a_matrix_.index_ = incidence.resource[pick]
        program.a_matrix_.value_ = incidence.amount[pick]
        self._model.passModel(program)
        self._basis: highspy.HighsBasis | None = None

    def solve(self, capacity: Floats, is_open: Bools) -> float:
        """The largest total flow, t a year; inf when some open route meets no limit.

        `capacity` float64[resource], inf is no limit; `is_open` bool[route], of the chosen routes in their order.
        """
        if not self._n_routes or not is_open.any():
            return 0.0
        infinite = highspy.kHighsInf
        columns, rows = np.arange(self._n_routes, dtype=np.int32), np.arange(self._n_resources, dtype=np.int32)
        self._model.changeColsBounds(self._n_routes, columns, np.zeros(self._n_routes), np.where(is_open, infinite, 0.0))
        upper = np.where(np.isfinite(capacity), capacity, infinite)
        self._model.changeRowsBounds(self._n_resources, rows, np.full(self._n_resources, -infinite), upper)
        if self._basis is not None:
            self._model.setBasis(self._basis)
        self._model.run()
        status = self._model.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return float("inf")
        if self._basis is None and status == highspy.HighsModelStatus.kOptimal:
            self._basis = self._model.getBasis()
        return float(self._model.getInfo().objective_function_value)

    def worth(self) -> Floats:
        """float64[resource]: how many tonnes one more unit of each resource would let pass, in the last solve."""
        return np.abs(np.array(self._model.getSolution().row_dual, dtype=np.float64))
