"""Cases small enough that the year of days has a known answer, and how far the simulator is from it.

    a --rail-- b                    `SECTION`: one railway section
    a --rail-- m ~~sea~~ n --rail-- b     `CROSSING`: a railway, a ferry, a railway

`days(**tables)` replaces whole tables, as `tests.verdict.small.corridor` does, and gives the model of days back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from karvan.bridge.days.calendar import LEAD, YEAR
from karvan.bridge.days.places import PARTS
from karvan.bridge.days.places import TRAIN_PARTS as PARTS_A_TRAIN
from karvan.bridge.days.write import Days, write
from karvan.engines.simulate import Outcome, replicate, simulate
from karvan.engines.simulate.layout import CODE, OP, VERBS
from karvan.verdict import simulation
from karvan.verdict.futures import Forced
from karvan.verdict.model import Answer, Model, prepare
from tests.verdict import small

__all__ = ["PARTS", "PARTS_A_TRAIN", "Days"]
YEAR_PLAYED = 2026
SEED = 20

MODES = """
    mode_id,name,speed,carrier
    rail,Railway,50,train
    road,Road,100,lorry
    sea,Ships,25,ship"""
USES = """
    use_id,unit,commodity_id,use,return_share
    box_wagon,wagon,box,0.02,
    box_train,train,box,0.001,
    box_teu,TEU,box,0.1,"""
SECTION = {
    "modes": MODES,
    "uses": USES,
    "tariffs": "",
    "links": """
        link_id,from_node,to_node,mode_id,length
        rail_ab,a,b,rail,1000""",
    "cuts": """
        cut_id,name,links
        rail,Railway,rail_ab""",
}
CROSSING = {
    "modes": MODES,
    "uses": USES,
    "tariffs": "",
    "nodes": """
        node_id,name,country,kind,x_coord,y_coord
        a,Aa,AA,city,10,40
        b,Be,BB,city,20,40
        m,Em,AA,port,14,40
        n,En,BB,port,16,40""",
    "links": """
        link_id,from_node,to_node,mode_id,length
        rail_am,a,m,rail,500
        sea_mn,m,n,sea,250
        rail_nb,n,b,rail,500""",
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit
        west,West berth,m,berth,rail,sea,2,10,10000000,t/yr
        east,East berth,n,berth,rail,sea,2,10,10000000,t/yr""",
    "services": """
        service_id,name,link_id,fleet_id,round_trip
        ferry,Ferry,sea_mn,ferries,60""",
    "fleets": """
        fleet_id,name,number,payload,payload_unit,availability
        ferries,Ferries,4,1000,t,1""",
    "cuts": """
        cut_id,name,links
        sea,The sea,sea_mn""",
}

CROSSING_AT_ONCE = {
    **CROSSING,
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time
        west,West berth,m,berth,rail,sea,2,10
        east,East berth,n,berth,rail,sea,2,10""",
    "services": """
        service_id,name,link_id
        ferry,Ferry,sea_mn""",
    "fleets": "",
}
"""A ship for every consignment, and berths that nothing is known of."""


def demand(*rows: tuple[str, str, float], commodity: str = "box") -> str:
    """The table of these (from, to, t a year)."""
    lines = [f"{a}{b},z{a},z{b},{commodity},2025,{amount:g}" for a, b, amount in rows]
    return "demand_id,origin,destination,commodity_id,year,amount\n" + "\n".join(lines)


def routines(*rows: tuple[object, ...]) -> str:
    """The table of these (subject, quantity, value) or (subject, quantity, month, value)."""
    full = [(row[0], row[1], "", row[2]) if len(row) == 3 else row for row in rows]
    lines = [f"r{i},{','.join(map(str, row))}" for i, row in enumerate(full)]
    return "routine_id,subject,quantity,month,value\n" + "\n".join(lines)


def model(**tables: Any) -> Model:
    """The compiled case."""
    return prepare(small.corridor(**tables))


def solved(**tables: str) -> tuple[Model, Answer, Days]:
    """The case, its flows, and its model of days."""
    compiled = model(**tables)
    answer, found = simulation.days_of(compiled, YEAR_PLAYED, Forced())
    return compiled, answer, found


def days(**tables: str) -> Days:
    """The model of days."""
    return solved(**tables)[2]


def sent(found: Days) -> float:
    """t a year that are sent."""
    return sum(traffic.tonnes for traffic in found.plan.traffic)


def lots(found: Days) -> float:
    """Consignments an hour that are sent."""
    return sum(traffic.lots for traffic in found.plan.traffic) / YEAR


def name(found: Days, role: str, key: str = "", direction: str = "") -> str:
    """The one place of a model with this role (and row, and direction)."""
    names = [place for place, known in found.known.items() if known.role == role and key in ("", known.key) and direction in ("", known.direction)]
    assert len(names) == 1, f"{role} {key} {direction}: {names}"
    return names[0]


def figures(found: Days, read: Callable[[Outcome], float | list[float]], years: int = 1, replications: int = 10) -> np.ndarray:
    """float64[replication, figure], over `years` after the weeks before 1 January; all audited (Little, conservation) and complete."""
    end = LEAD + years * YEAR
    return replicate(found.tables, end, SEED, range(replications), lambda outcome: np.atleast_1d(read(outcome)).tolist(), edges=[LEAD, end])


def far(found: Days, exact: float, read: Callable[[Outcome], float], years: int = 1, replications: int = 10, within: float = 0.05) -> float:
    """(mean over replications - exact) / its standard error."""
    x = figures(found, read, years, replications)[:, 0]
    error = float(np.std(x, ddof=1)) / math.sqrt(replications)
    assert error < within * abs(exact), f"too few replications to say anything: {x.mean()} +- {error} for {exact}"
    return float(x.mean() - exact) / error if error else math.copysign(math.inf, x.mean() - exact) if x.mean() != exact else 0.0


def forced(tables: Mapping[str, str], tonnes: float | None = None, level: float = math.nan) -> Days:
    """The model of days with the flows that assign finds times what makes them `tonnes` a year in all, and the sea at `level`."""
    compiled = model(**tables)
    answer, found = simulation.days_of(compiled, YEAR_PLAYED, Forced())
    everything = np.zeros(len(compiled.compiled.arcs), dtype=bool)
    factor = 1.0 if tonnes is None else tonnes / sent(found)
    return write(
        compiled.compiled, compiled.routes, compiled.incidence, answer.conditions, answer.cells, factor * answer.result.route_flow,
        everything, simulation._cuts(compiled), level,
    )  # fmt: skip


def events(found: Days, verb: str, place: str, years: int = 1, replication: int = 0) -> list[tuple[float, int]]:
    """When a verb of a place was reached in one replication, and what was carried: from the trace."""
    verbs = [VERBS[op] for op in found.tables.code.reshape(-1, CODE)[:, OP]]
    code = {i for i, each in enumerate(found.tables.verbs) if each.place == found.tables.place(place) and verbs[i] == verb}
    seen: list[tuple[float, int]] = []

    def note(times: np.ndarray, rows: np.ndarray) -> None:
        seen.extend((float(t), int(row[3])) for t, row in zip(times, rows, strict=True) if int(row[2]) in code)

    simulate(found.tables, LEAD + years * YEAR, SEED, replication, on_trace=note)
    return seen
