"""What held a target back, future by future, read from the prices of the limits and from the delivery dates.

A limit binds a flow when what a tonne that wants to pass pays for it, in waiting and scarcity, is at least BINDS; the one
that takes most is named. Without such a limit it is demand that is missing. This names the tightest limit; shares of several causes that add up are the attribution's work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.corridor.corridor import Corridor
from karvan.engines import assign
from karvan.verdict import demand, measures
from karvan.verdict.futures import Futures
from karvan.verdict.judge import Binding
from karvan.verdict.measures import Key
from karvan.verdict.model import Model
from karvan.verdict.throughput import Throughput, routes_over

BINDS = 2.0
"""USD per tonne: below, a queue is felt but does not decide (an estimate: one or two percent of a through price)."""
_MOST = 3
_MOST_PROGRAMS = 200
DEMAND = "demand"


def of_target(model: Model, drawn: Futures, prices: np.ndarray, key: Key, due_year: int, missed: np.ndarray) -> tuple[Binding, ...]:
    """What binds a yearly measure in the futures that miss it; prices[future, year, limit]."""
    compiled = model.compiled
    how = key.how
    at = due_year - compiled.corridor.settings.first_year
    if how == measures.CAPACITY and key.kind == "cut":
        return _of_throughput(model, drawn, key, at, missed)
    if how == measures.CAPACITY:
        return _of_capacity(compiled, drawn, key, due_year, missed)
    if how == measures.TIME:
        return ()  # days and money are sums along a way; no limit that is full stands behind each of them
    if how == measures.SERIES:
        return (Binding(f"growth:{key.subject}", 1.0),)
    worth = prices[missed, at, :].astype(np.float64) * uses_on_way(model, key)[None, :]
    tightest = worth.argmax(axis=1)
    binds = worth.max(axis=1, initial=0.0) >= BINDS
    names = [name_of_limit(compiled, int(i)) if bound else DEMAND for i, bound in zip(tightest, binds, strict=True)]
    return _counted(names)


def of_date(corridor: Corridor, drawn: Futures, project: str, missed: np.ndarray) -> tuple[Binding, ...]:
    """Which project a date waits for: itself, or the one it comes after that is last."""
    dates = drawn.deliveries.of(project)
    names = np.full(len(dates), f"projects:{project}", dtype=object)
    for before in corridor["projects"].row(project)["after"]:
        names[(drawn.deliveries.of(before) >= dates) & missed] = f"projects:{before}"
    return _counted(list(names[missed]))


def _of_throughput(model: Model, drawn: Futures, key: Key, at: int, missed: np.ndarray) -> tuple[Binding, ...]:
    """The limit that decides most of what a corridor could carry, in (at most _MOST_PROGRAMS of) the futures that miss it."""
    compiled = model.compiled
    program = Throughput(model, key)
    names = []
    for future in np.flatnonzero(missed)[:_MOST_PROGRAMS]:
        answer = model.solve(drawn.cells(compiled, int(future), at), drawn.demand.base, float(drawn.level[future, at]))
        names.append(name_of_limit(compiled, program.tightest(answer)))
    return _counted(names)


def _of_capacity(compiled: Compiled, drawn: Futures, key: Key, due_year: int, missed: np.ndarray) -> tuple[Binding, ...]:
    """Projects that would add to the capacity and are not there at the due date; without one nothing is announced that would."""
    places = {place for place, _, _ in measures.parts_of(compiled, key)}
    causes = sorted({edit.cause for edit, place in zip(compiled.operations.edits, compiled.operations.place, strict=True) if int(place) in places})
    names: list[str] = []
    late = {cause: drawn.deliveries.of(cause.removeprefix("project:")) > due_year + 1.0 for cause in causes if cause.startswith("project:")}
    for future in np.flatnonzero(missed):
        waiting = [f"projects:{cause.removeprefix('project:')}" for cause, is_late in late.items() if is_late[future]]
        names.append(waiting[0] if waiting else "size of the projects")
    return _counted(names)


def uses_on_way(model: Model, key: Key) -> np.ndarray:
    """Units of every limit that a tonne takes which would pass what the key counts if nothing were scarce, on the mean. [limit]

    Ways count with the flow that they would have without any limit (today's cells, the base year's demand), so that a limit
    of a way that nobody wants does not bind.
    """
    compiled = model.compiled
    amount, _ = demand.base(compiled)
    conditions = compiled.conditions(compiled.cells.today, amount)
    free = replace(conditions, capacity=np.full(len(compiled.limits), np.inf))
    wish = assign.solve(model.problem, free, compiled.delay, model.base_cost).route_flow
    over = np.zeros(model.routes.n_routes)
    chosen = routes_over(model, key)
    over[chosen] = wish[chosen]
    rows = np.repeat(np.arange(model.routes.n_routes), np.diff(model.incidence.start))
    taken = np.zeros(len(compiled.limits))
    np.add.at(taken, model.incidence.resource, model.incidence.amount * over[rows])
    return taken / max(float(over.sum()), 1e-9)


def name_of_limit(compiled: Compiled, limit: int) -> str:
    """table:key of a limit, as the case names it."""
    found = compiled.limits[limit]
    return f"{found.table}:{found.key}"


def _counted(names: list[str]) -> tuple[Binding, ...]:
    counts = Counter(names)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Binding(name, count / len(names)) for name, count in ordered[:_MOST])
