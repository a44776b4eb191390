"""The trace of a played year against the year itself: everyone is in one place at a time, and nothing is lost or made."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from karvan.bridge.days import calendar
from karvan.bridge.days.replay import Replay
from karvan.bridge.days.trace import DOES, SCHEMA, Trace
from karvan.engines.simulate import Outcome, simulate
from karvan.files import stream
from karvan.tables.faults import UsageError
from karvan.verdict import tracing
from tests.bridge.days import worlds
from tests.verdict import small

WEATHER = "calendar_id,month,open_share\n" + "\n".join(
    f"swell,{month},{0.6 if month in (1, 2, 11, 12) else 1}" for month in range(1, 13)
)
WORLD = {
    **worlds.CROSSING,
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit,calendar_id
        west,West berth,m,berth,rail,sea,1,10,2000000,t/yr,swell
        east,East berth,n,berth,rail,sea,1,10,2000000,t/yr,""",
    "calendars": WEATHER,
    "geometries": """
        link_id,line,kind,basis
        sea_mn,"LINESTRING (14 40, 15 41, 16 40)",schematic,estimate""",
    "demand": worlds.demand(("a", "b", 400_000.0), ("b", "a", 100_000.0)),
    "routines": worlds.routines(
        ("rail", "full", 1), ("rail", "minimum", 0.2), ("rail", "linger", 24), ("ferries", "full", 0.8), ("ferries", "minimum", 0.1), ("ferries", "linger", 12),
        ("ferries", "repair", 60), ("box", "lot", 50), ("swell", "spell", 20),
    ),
}  # fmt: skip


@functools.cache
def played(replication: int = 3) -> tuple[dict[str, np.ndarray], Outcome]:
    """The rows of one replication, and what the machine says about the same without a trace."""
    found = worlds.days(**WORLD)
    batches: list[dict[str, np.ndarray]] = []
    traced = tracing.trace(found, worlds.SEED, replication, lambda batch: batches.append(dict(batch)))
    plain = simulate(found.tables, calendar.edges()[-1], worlds.SEED, replication, edges=calendar.edges())
    assert (traced.sums == plain.sums).all()
    return {name: np.concatenate([batch[name] for batch in batches]) for name in SCHEMA.by_name}, plain


def by_unit(rows: dict[str, np.ndarray]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for i, unit in enumerate(rows["unit"].tolist()):
        found[unit].append(i)
    return found


def test_everyone_is_in_one_place_at_a_time_and_gets_there_on_the_way() -> None:
    rows, _ = played()
    assert (np.diff(rows["start"]) >= 0).all()
    assert (rows["end"] > rows["start"]).all()
    assert set(rows["does"]) <= set(DOES)
    for mine in by_unit(rows).values():
        for a, b in itertools.pairwise(mine):
            assert rows["end"][a] == rows["start"][b]
            assert rows["to_node"][a] == rows["from_node"][b]


def test_who_is_aboard_goes_where_the_vehicle_goes() -> None:
    rows, _ = played()
    units = by_unit(rows)
    aboard = np.flatnonzero(rows["does"] == "is_aboard")
    assert len(aboard) > 1000
    for i in aboard.tolist()[::20]:
        vehicle = [
            j
            for j in units[rows["vehicle"][i]]
            if rows["start"][j] < rows["end"][i] and rows["end"][j] > rows["start"][i]
        ]
        assert rows["end"][vehicle[-1]] >= rows["end"][i]
        if rows["start"][i] >= 0.0:
            assert rows["start"][vehicle[0]] <= rows["start"][i]
            assert rows["from_node"][vehicle[0]] == rows["from_node"][i]
        if rows["end"][i] < calendar.YEAR:
            assert rows["to_node"][vehicle[-1]] == rows["to_node"][i]


def test_what_vehicles_carry_is_what_is_aboard_them() -> None:
    rows, _ = played()
    aboard = rows["does"] == "is_aboard"
    for hours in (100.0, 2000.5, 5000.25, 8700.0):
        now = (rows["start"] <= hours) & (rows["end"] > hours)
        tonnes: dict[str, float] = defaultdict(float)
        for vehicle, t in zip(rows["vehicle"][now & aboard], rows["tonnes"][now & aboard], strict=True):
            tonnes[vehicle] += t
        carries = {
            unit: t
            for unit, t, kind in zip(rows["unit"][now], rows["tonnes"][now], rows["kind"][now], strict=True)
            if kind in ("train", "ship") and t
        }
        assert carries == pytest.approx(dict(tonnes))


def test_arrivals_and_sailings_are_those_of_the_run() -> None:
    rows, outcome = played()
    found = worlds.days(**WORLD)
    last = {unit: mine[-1] for unit, mine in by_unit(rows).items()}
    arrived = [i for i in last.values() if rows["kind"][i] == "consignment" and rows["end"][i] < calendar.YEAR]
    journeys = [name for name, known in found.known.items() if known.role == "journey"]
    assert len(arrived) == sum(outcome.at(name).waits for name in journeys) > 9000
    for direction, node in (("forward", "m"), ("reverse", "n")):
        tally = outcome.at(worlds.name(found, "sailing", "ferry", direction))
        sails = (rows["does"] == "sails") & (rows["from_node"] == node) & (rows["start"] >= 0)
        assert sails.sum() == tally.waits > 100
        assert rows["tonnes"][sails].sum() == pytest.approx(tally.waits * tally.wait)


def test_a_ship_leaves_from_where_it_came_to_and_waits_for_the_weather() -> None:
    rows, _ = played()
    ships = {unit: mine for unit, mine in by_unit(rows).items() if rows["kind"][mine[0]] == "ship"}
    assert len(ships) == 4
    for mine in ships.values():
        trips = [i for i in mine if rows["from_node"][i] != rows["to_node"][i]]
        assert all(rows["from_node"][b] != rows["from_node"][a] for a, b in itertools.pairwise(trips))
        assert {"sails", "loads", "discharges", "waits"} <= {rows["does"][i] for i in mine}
        assert {"weather", "berth"} <= {rows["waits_for"][i] for i in mine}


def test_work_that_the_weather_stops_is_no_work() -> None:
    """The berth of the west works at its rate: hours of loading, interruptions left out, are tonnes over that rate."""
    rows, _ = played()
    works = ((rows["does"] == "loads") & (rows["place"] == "west")) | (
        (rows["does"] == "discharges") & (rows["place"] == "west")
    )
    tonnes: dict[tuple[str, float], float] = {}
    hours = 0.0
    for unit, mine in by_unit(rows).items():
        for a, b in itertools.pairwise(mine):
            if works[a]:
                hours += rows["end"][a] - rows["start"][a]
                if not (
                    works[b]
                    or (rows["waits_for"][b] == "weather" and b + 1 < len(works) and _goes_on(rows, mine, b, works))
                ):
                    tonnes[unit, rows["start"][a]] = rows["tonnes"][a]
    stopped = (rows["waits_for"] == "weather") & (rows["place"] == "west")
    assert stopped.sum() > 10
    rate = 2_000_000.0 / 8760.0
    assert hours == pytest.approx(sum(tonnes.values()) / rate, rel=0.02)


def _goes_on(rows: dict[str, np.ndarray], mine: list[int], b: int, works: np.ndarray) -> bool:
    """Whether the work of before goes on after the wait b."""
    i = mine.index(b) + 1
    return i < len(mine) and bool(works[mine[i]]) and rows["tonnes"][mine[i]] == rows["tonnes"][b]


def test_positions_follow_the_lines() -> None:
    rows, _ = played()
    replay = Replay(small.corridor(**WORLD), rows)
    sailing = int(np.flatnonzero((rows["does"] == "sails") & (rows["from_node"] == "m") & (rows["start"] > 0))[0])
    start, end = rows["start"][sailing], rows["end"][sailing]
    for share, x, y in ((0.0, 14.0, 40.0), (0.5, 15.0, 41.0), (0.25, 14.5, 40.5), (0.999999, 16.0, 40.0)):
        found = replay.at(start + share * (end - start))
        (i,) = np.flatnonzero(found.row == sailing)
        assert (found.x_coord[i], found.y_coord[i]) == pytest.approx((x, y), abs=1e-4)
        aboard = rows["vehicle"][found.row] == rows["unit"][sailing]
        assert aboard.sum() == rows["consignments"][sailing]
        assert (found.x_coord[aboard] == found.x_coord[i]).all()
    back = int(np.flatnonzero((rows["does"] == "sails") & (rows["from_node"] == "n") & (rows["start"] > 0))[0])
    found = replay.at(rows["start"][back] + 0.25 * (rows["end"][back] - rows["start"][back]))
    (i,) = np.flatnonzero(found.row == back)
    assert (found.x_coord[i], found.y_coord[i]) == pytest.approx((15.5, 40.5), abs=1e-4)


def test_nobody_is_nowhere() -> None:
    rows, _ = played()
    replay = Replay(small.corridor(**WORLD), rows)
    for hours in np.random.default_rng(1).uniform(0.0, calendar.YEAR, 20).tolist():
        found = replay.at(hours)
        assert len(found.row) > 50
        assert len(set(rows["unit"][found.row])) == len(found.row)
        assert np.isfinite(found.x_coord).all()
        assert (
            (found.x_coord >= 10.0) & (found.x_coord <= 20.0) & (found.y_coord >= 40.0) & (found.y_coord <= 41.0)
        ).all()


def test_portions_of_the_trace_make_no_difference() -> None:
    found = worlds.days(**WORLD)
    told = []
    for rows_at_a_time in (257, 1 << 16):
        rows = Trace(found)
        units: list[str] = []
        starts: list[float] = []

        def on_trace(
            times: np.ndarray,
            said: np.ndarray,
            rows: Trace = rows,
            units: list[str] = units,
            starts: list[float] = starts,
        ) -> None:
            for batch in rows.read(times, said):
                units.extend(batch["unit"].tolist())
                starts.extend(batch["start"].tolist())

        simulate(found.tables, calendar.LEAD + 500.0, 1, on_trace=on_trace, trace_rows=rows_at_a_time)
        for batch in rows.close(calendar.LEAD + 500.0):
            units.extend(batch["unit"].tolist())
            starts.extend(batch["start"].tolist())
        told.append((units, starts))
    assert told[0] == told[1]
    assert len(told[0][0]) > 500


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    rows, _ = played()
    out = tmp_path / "year.parquet"
    stream.write(out, SCHEMA, 2026, {"case": "small"}, lambda put: put(rows))
    columns, told = stream.read(out)
    assert told["case"] == "small"
    for name in SCHEMA.by_name:
        assert (columns[name] == rows[name]).all(), name
    hours = (columns["began"].astype("datetime64[ms]") - np.datetime64("2026-01-01", "ms")) / np.timedelta64(1, "h")
    assert hours == pytest.approx(rows["start"], abs=1e-6)
    with pytest.raises(UsageError, match="exists"):
        stream.write(out, SCHEMA, 2026, {}, lambda put: put(rows))


def test_a_run_that_ends_badly_leaves_no_file(tmp_path: Path) -> None:
    rows, _ = played()

    def fill(put: stream.Put) -> None:
        put(rows)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream.write(tmp_path / "year.parquet", SCHEMA, 2026, {}, fill)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        stream.read(tmp_path / "text.parquet")
    with pytest.raises(UsageError, match="cannot be read"):
        stream.read(tmp_path / "nothing.parquet")


def test_every_column_and_every_doing_is_on_its_page(root: Path) -> None:
    page = (root / "docs" / "reference" / "trace.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in page for word in (*SCHEMA.by_name, *DOES))
