"""A corridor ready to be asked: compiled, with its routes and its base solution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from karvan.bridge import cells as bridge_cells
from karvan.bridge.compile import Compiled, compile_corridor
from karvan.bridge.returns import empty_flow
from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines import arrays, assign, paths
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import ABSENT
from karvan.tables.faults import Fault, InvalidData, KarvanError, refuse
from karvan.verdict import certify, delivery, groups, level

FITS = ("nowcast", "calibration")


class NotCertified(KarvanError):
    """The flows found are not what they claim to be, so none are shown."""


@dataclass(frozen=True, eq=False)
class Answer:
    """One solved year: what the engine was given and what it gave back, and the cells it was given it from."""

    conditions: arrays.Conditions
    result: assign.Result
    cells: np.ndarray


@dataclass(frozen=True, eq=False)
class Model:
    """Compiled corridor, the engine's problem (network, routes, their use of limits), what staying home is compared with,
    and the forward star for single ways."""

    compiled: Compiled
    problem: assign.Problem
    base_cost: np.ndarray
    star: paths.Graph

    @property
    def routes(self) -> arrays.RouteSet:
        return self.problem.routes

    @property
    def incidence(self) -> arrays.Incidence:
        return self.problem.incidence

    def solve(self, cells: np.ndarray, amount: np.ndarray, sea_level: float = float("nan"), start: np.ndarray | None = None) -> Answer:
        """Flows, prices and delays of one year under `cells`, with `amount` tonnes per OD pair."""
        conditions = self.compiled.conditions(cells, amount, sea_level)
        return Answer(conditions, assign.solve(self.problem, conditions, self.compiled.delay, self.base_cost, warm=start), cells)

    def empty_flow(self, answer: Answer) -> np.ndarray:
        """[commodity, arc]: tonnes whose equipment finds no load back, where it goes back."""
        compiled = self.compiled
        return empty_flow(compiled.network, compiled.demands, compiled.returns, self.routes, answer.result.route_flow)

    def certificate(self, answer: Answer) -> certify.Certificate:
        """The certificate of an answer, worked out again from its flows, empties included."""
        compiled = self.compiled
        return certify.certificate(compiled.network, compiled.uses, compiled.demands, compiled.choice, answer.conditions, compiled.delay,
                                   self.routes, self.base_cost, answer.result, returns=compiled.returns, empty_flow=self.empty_flow(answer))  # fmt: skip

    def certified(self, answer: Answer, what: str) -> certify.Certificate:
        """The certificate of an answer. Raises `NotCertified`, naming `what` was asked, when it fails."""
        found = self.certificate(answer)
        if not found.passed:
            name, share = found.worst
            how = "" if answer.result.converged else " The solver stopped before its prices cleared."
            raise NotCertified(
                f"{what}: the flows found do not stand the check outside the engine ({name} {share:.1e}, allowed {found.tolerance:.0e}), so none "
                f"are shown.{how} Look for amounts, tariffs, capacities or theta far from those of the other rows; `karvan check` lists what is "
                "out of range."
            )
        return found

    def past(self, year: int, overrides: Mapping[int, float] | None = None, start: np.ndarray | None = None) -> Answer:
        """The model's answer for a data year of the past, with the corridor as it stood in that year."""
        compiled = self.compiled
        corridor = compiled.corridor
        cells = bridge_cells.of_year(compiled.cells, corridor.history, year) if overrides is None else self._overridden(year, overrides)
        amount = compiled.amounts[compiled.data_years.index(year)]
        return self.solve(cells, amount, level.observed(corridor, year), start)

    def _overridden(self, year: int, overrides: Mapping[int, float]) -> np.ndarray:
        today = self.compiled.cells.today.copy()
        for place, value in overrides.items():
            today[place] = value
        cells = replace(self.compiled.cells, today=today)
        return bridge_cells.of_year(cells, self.compiled.corridor.history, year)


def prepare(corridor: Corridor, scenario: Iterable[Edit] = (), fit: str | None = None, *, delays_fitted: bool = False) -> Model:
    """The model of a corridor: fitted cells set (those of `fit`, or of the best fit there is), compiled, routes generated
    once on the union of today and of everything that is planned. With the delay functions that were fitted to played days where
    `delays_fitted`.

    Routes, and the cost that staying home is compared with, are those of the cells before any fit: the model in use is
    then the one that was fitted, and a reluctance that a fit finds also moves who stays home."""
    refuse(_without_choice(corridor))
    compiled = compile_corridor(fitted(corridor, fit), scenario, delays_fitted=delays_fitted)
    amount = np.ones(len(compiled.od_names))
    today = bridge_cells.collect(corridor.tables).today
    operations = compiled.operations
    built = np.array([0.0 if cause.startswith("shock:") else 1.0 for cause in operations.causes])
    planned = compiled.cells.within(operations.apply(today, built, operations.likely))
    sea = level.last_observed(corridor)[1]
    situations = [compiled.conditions(cells, amount, sea) for cells in (today, planned)]
    routes = paths.generate_routes(compiled.network, compiled.uses, compiled.demands, compiled.choice, situations, gate=compiled.gates)
    problem = assign.prepare(compiled.network, compiled.uses, compiled.demands, compiled.choice, routes, compiled.returns)
    return Model(compiled, problem, assign.base_cost(problem, situations[0]), paths.graph(compiled.network))


def _without_choice(corridor: Corridor) -> Iterator[Fault]:
    """What keeps a case of user equilibrium from being one of logit choice."""
    commodities, nodes = corridor["commodities"], corridor["nodes"]
    other = "or use karvan assign --rule user-equilibrium."
    for name in ("theta", "reserve"):
        for line in commodities.lines[np.isnan(commodities[name])]:
            yield Fault("commodities.csv", int(line), name, "nothing", "a value, since the rule is logit choice", f"Fill it in, {other}")
    for line in nodes.lines[~nodes["through"]][:1]:
        yield Fault("nodes.csv", int(line), "through", "false", "true, since the rule is logit choice, which passes through every node", f"Empty the column, {other}")


def is_of_equilibrium(corridor: Corridor) -> bool:
    """Whether no commodity of the case has what logit choice needs: its rule is user equilibrium."""
    return bool(np.isnan(corridor["commodities"]["theta"]).all())


def fitted(corridor: Corridor, fit: str | None = None) -> Corridor:
    """The corridor with the cells of a fit and its factors of demand; of the first of FITS that the case has when none is named."""
    name = fit or next((name for name in FITS if name in corridor.fitted), None)
    if name is None or name not in corridor.fitted:
        return corridor
    rows = [fit_row(i, cell) for i, cell in enumerate(corridor.fitted[name].get("cells", []))]
    changes, faults = editing.resolve_rows(rows, corridor.tables)
    if faults:
        raise InvalidData(replace(fault, file=f"fitted/{name}.toml") for fault in faults)
    return groups.scaled(corridor.edited(changes), corridor.fitted[name].get("demand", ()))


def fit_row(i: int, cell: Mapping[str, Any]) -> dict[str, Any]:
    """A fitted cell as a row of edits."""
    row: dict[str, Any] = {column.name: ABSENT[column.kind] if column.default is None else column.default for column in SCHEMAS["edits"]}
    row.update(edit_id=f"fit_{i}", cause="scenario", op="set", table=cell["table"], id=cell["id"], column=cell["column"],
               value=repr(float(cell["value"])))  # fmt: skip
    return row


def delivery_year(when: np.datetime64 | str) -> float:
    """A day as a decimal year, `never` as a date that does not come."""
    return delivery.NEVER if isinstance(when, str) else float(delivery.decimal_year(when))
