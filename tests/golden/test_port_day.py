"""Two days of a port as the simulator plays them, event by event: two ferries, trains from inland, a berth, a storm.

Read port_day.txt with a pencil: who comes, what is waited for, what leaves with whom. When the way of playing changes on purpose,
write it anew, read what became different, and say why in the change:

    .venv/bin/python -m tests.golden.test_port_day
    git diff tests/golden
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from karvan.bridge.days.trace import SCHEMA
from karvan.verdict import tracing
from tests.bridge.days import worlds

DAY = Path(__file__).with_name("port_day.txt")
HOURS = (0.0, 48.0)
REPLICATION = 4
WORLD = {
    **worlds.CROSSING,
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit,calendar_id
        west,West berth,m,berth,rail,sea,1,6,876000,t/yr,swell
        east,East berth,n,berth,rail,sea,1,6,876000,t/yr,""",
    "fleets": """
        fleet_id,name,number,payload,payload_unit,availability
        ferries,Ferries,2,400,t,1""",
    "services": """
        service_id,name,link_id,fleet_id,round_trip
        ferry,Ferry,sea_mn,ferries,32""",
    "calendars": "calendar_id,month,open_share\n" + "\n".join(f"swell,{month},0.7" for month in range(1, 13)),
    "demand": worlds.demand(("a", "b", 109_500.0)),
    "routines": worlds.routines(
        ("rail", "full", 0.3), ("rail", "minimum", 0.1), ("rail", "linger", 12), ("ferries", "full", 1), ("ferries", "minimum", 0.5), ("ferries", "linger", 12),
        ("box", "lot", 100), ("swell", "spell", 10),
    ),
}  # fmt: skip
"""300 t a day in lots of 100 t; trains of 300 t, or of 100 t after 12 hours; ferries of 400 t, or of 200 t after 12 hours; a berth of 100 t an hour."""


def day() -> list[str]:
    """What begins in the two days, a line each."""
    batches: list[Mapping[str, Any]] = []
    tracing.trace(worlds.days(**WORLD), worlds.SEED, REPLICATION, batches.append)
    rows = {name: np.concatenate([batch[name] for batch in batches]) for name in SCHEMA.by_name}
    within = np.flatnonzero((rows["start"] < HOURS[1]) & (rows["end"] > HOURS[0]))
    return [line({name: cells[i] for name, cells in rows.items()}) for i in within.tolist()]


def line(row: Mapping[str, Any]) -> str:
    """One stay or movement as a person says it."""
    said = row["does"].replace("_", " ")
    if row["waits_for"]:
        said += f" for {row['waits_for']}"
    if row["vehicle"]:
        said += f" {called(row['vehicle'])}"
    where = row["from_node"] if row["from_node"] == row["to_node"] else f"{row['from_node']} > {row['to_node']}"
    load = f"  {row['tonnes']:.0f} t" if row["kind"] in ("train", "ship") and row["tonnes"] else ""
    return f"{row['start']:7.2f} {row['end']:7.2f}  {called(row['unit']):8} {where:6} {said}{load}"


def called(unit: str) -> str:
    """Train 12, ship 2, box 7."""
    name, _, number = unit.rpartition(" ")
    kind = name.partition(":")[0]
    return f"{kind if kind in ('train', 'ship') else 'box'} {number}"


def test_the_day_is_the_one_that_was_read() -> None:
    assert day() == DAY.read_text(encoding="utf-8").splitlines()


def test_there_is_a_storm_a_train_and_both_ships() -> None:
    text = DAY.read_text(encoding="utf-8")
    assert all(
        each in text for each in ("waits for weather", "train", "ship 1", "ship 2", "discharges", "waits for berth")
    )


if __name__ == "__main__":
    DAY.write_text("\n".join(day()) + "\n", encoding="utf-8")
