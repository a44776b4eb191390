"""Corridors of two or three nodes whose answers can be written down, made in memory from the texts of a few tables.

    a --rail-- b        price 20 USD/t, 1000 km at 50 km/h = 20 h
    a --road-- b        price 30 USD/t, 1000 km at 100 km/h = 10 h

An hour is worth 1 USD/t, so both ways cost 40 USD/t. `corridor(links="…", tariffs="…")` replaces whole tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np

from karvan.corridor import checks
from karvan.corridor.corridor import Corridor
from karvan.files.folder import parse_table
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.faults import Fault, refuse
from karvan.tables.table import empty
from karvan.verdict.measures import Key
from karvan.verdict.model import Answer, Model

CASE = """\
[case]
name = "small"
title = "Two nodes"
as_of = 2026-06-30
first_year = 2026
horizon = 2028
"""

TABLES = {
    "sources": "source_id,publisher\nsurvey,Office of Ways",
    "modes": """
        mode_id,name,speed
        rail,Railway,50
        road,Road,100
        sea,Ships,25""",
    "commodities": """
        commodity_id,name,group,value_of_time,reliability_ratio,theta,reserve,tonnes_per_teu
        box,Boxes,dry,1,0,0.05,100,10""",
    "nodes": """
        node_id,name,country,kind,x_coord,y_coord
        a,Aa,AA,city,10,40
        b,Be,BB,city,20,40
        m,Em,AA,border,15,40""",
    "zones": """
        zone_id,name,node_id
        za,A,a
        zb,B,b""",
    "links": """
        link_id,from_node,to_node,mode_id,length
        rail_ab,a,b,rail,1000
        road_ab,a,b,road,1000""",
    "tariffs": """
        tariff_id,applies_to,id,price
        rail_price,link,rail_ab,20
        road_price,link,road_ab,30""",
    "demand": """
        demand_id,origin,destination,commodity_id,year,amount
        ab,za,zb,box,2025,1000000""",
    "cuts": """
        cut_id,name,links
        all,Both ways,rail_ab;road_ab
        rail,Railway,rail_ab
        road,Road,road_ab""",
}


def corridor(case: str = CASE, fitted: Mapping[str, Mapping[str, Any]] | None = None, **tables: str) -> Corridor:
    """The corridor of these tables; those not named are the ones above. Raises `InvalidData`."""
    texts = {**TABLES, **tables}
    faults: list[Fault] = []
    parsed = {}
    for name, schema in SCHEMAS.items():
        lines = [line.strip() for line in texts.pop(name, "").strip().splitlines()]
        parsed[name] = parse_table(f"{name}.csv", schema, "\n".join(lines) + "\n", faults) if lines else empty(schema)
    assert not texts, f"no table is called {', '.join(texts)}"
    refuse(faults)
    return checks.load(tomllib.loads(case), parsed, fitted or {})


def cheap_sea(capacity: str = "", unit: str = "t/yr") -> dict[str, str]:
    """Tables of a corridor with one way only: by rail to a port, by ship across, with a crane in between."""
    return {
        "links": """
            link_id,from_node,to_node,mode_id,length
            rail_am,a,m,rail,500
            sea_mb,m,b,sea,250""",
        "terminals": f"""
            terminal_id,name,node_id,kind,from_mode,to_mode,time,capacity,capacity_unit
            crane,Crane,m,crane,rail,sea,0,{capacity},{unit if capacity else ""}""",
        "tariffs": "",
        "cuts": """
            cut_id,name,links
            sea,The sea,sea_mb""",
        "uses": """
            use_id,unit,commodity_id,use
            box_teu,TEU,box,0.1
            box_wagon,wagon,box,0.02
            box_train,train,box,0.001""",
    }


def solved(model: Model, amount: float | np.ndarray | None = None, level: float = float("nan")) -> Answer:
    """The year of today's cells; demand as in the last data year, or `amount` for every pair."""
    compiled = model.compiled
    wanted = compiled.amounts[-1] if amount is None else np.broadcast_to(np.asarray(amount, dtype=np.float64), (len(compiled.od_names),)).copy()
    return model.solve(compiled.cells.today, wanted, level)


def flow(subject: str, commodity: str = "all", metric: str = "freight_volume", direction: str = "both") -> Key:
    """The key of a flow."""
    return Key(metric, subject, direction, commodity, "traffic")


def limit(model: Model, key: str, direction: str = "") -> int:
    """The place of a limit by the name of its row (and its direction)."""
    found = [i for i, each in enumerate(model.compiled.limits) if each.key == key and direction in ("", each.direction)]
    assert len(found) == 1, f"{key} {direction}: {len(found)} limits"
    return found[0]
