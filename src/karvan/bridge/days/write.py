"""Write the model of a year by days: from the flows of `assign` to tables that the simulator plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.bridge.days import checks, others, ships, trains
from karvan.bridge.days.calendar import LEAD
from karvan.bridge.days.consignments import Consignments, Pile
from karvan.bridge.days.places import Known, Places
from karvan.bridge.days.plan import Plan, Ways, plan
from karvan.bridge.days.ships import Fleet
from karvan.engines.arrays import Conditions, Incidence, RouteSet
from karvan.engines.simulate import Model, Tables
from karvan.tables.faults import refuse

NEARLY = 0.99


@dataclass(frozen=True, eq=False)
class Days:
    """A year as a model of days, and what its places are in the case."""

    tables: Tables
    ways: Ways
    plan: Plan
    known: dict[str, Known]
    """place of the model -> what it is."""
    fleets: tuple[Fleet, ...]
    sent: dict[str, float]
    """tally of a journey -> t a year that are sent."""
    lots: dict[str, float]
    """tally of a journey -> mean t of its consignments."""
    passing: dict[str, float]
    """place of the model -> t a year that are sent by it."""
    piles: dict[str, Pile]
    """store of the model -> what lies there until a train or ship takes it."""


def write(
    compiled: Compiled, routes: RouteSet, incidence: Incidence, conditions: Conditions, cells: np.ndarray, route_flow: np.ndarray,
    counted: np.ndarray, cuts: dict[str, np.ndarray], level: float, begins: float = LEAD,
) -> Days:  # fmt: skip
    """The routes over the `counted` arcs and what shares their ships, as a model. `cuts`: bool[arc] of each cut; those are counted over
    which all goes that is played. Journeys are counted from the time `begins` on.

    Raises `InvalidData` when the case does not say what is needed, `ModelError` when the model cannot run.
    """
    ways = Ways(compiled, cells)
    chosen = plan(compiled, ways, routes, incidence, route_flow, counted)
    headline = compiled.corridor.settings.headline
    refuse(checks.faults(ways, chosen, f"over the cut {headline}" if headline else "in the year"))
    places = Places(Model("year"), ways, chosen, conditions, cells)
    consignments = Consignments(places, {cut: arcs for cut, arcs in cuts.items() if _whole(routes, route_flow, chosen, arcs)}, begins)
    for traffic in chosen.traffic:
        consignments.write(traffic)
    fleets = ships.write(consignments, compiled.payload_factor(cells, level))
    trains.write(consignments)
    others.write(places)
    places.write_weather()
    refuse(places.faults)
    return Days(
        places.model.build(), ways, chosen, places.known, tuple(fleets), consignments.sent, consignments.lots, places.passing,
        {**consignments.sidings, **consignments.quays},
    )  # fmt: skip


def _whole(routes: RouteSet, route_flow: np.ndarray, chosen: Plan, arcs: np.ndarray) -> bool:
    """Whether what is played is all that goes over these arcs, nearly."""
    route = np.repeat(np.arange(routes.n_routes), np.diff(routes.start))
    over = np.unique(route[arcs[routes.arc]])
    total = float(route_flow[over].sum())
    return total > 0 and float(route_flow[over[chosen.played[over]]].sum()) >= NEARLY * total
