"""The waits of assign beside those of played days, where both are known, and what is fitted to them."""

from dataclasses import replace

import numpy as np
import pytest

from karvan.bridge.compile import compile_corridor
from karvan.tables.faults import InvalidData
from karvan.verdict import delay_fit, simulation
from karvan.verdict.delays import LINE, TERMINAL, Delays
from karvan.verdict.door_to_door import Doors
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare
from karvan.verdict.simulated import Estimate
from karvan.verdict.simulation import Options, Played
from tests.bridge.days.worlds import MODES, USES, demand, routines
from tests.verdict import small

YEAR = 2026
BPR = "parameter_id,meaning,value,unit\nlink_delay_alpha,share,0.15,1\nlink_delay_beta,power,4,1"
LOT, AN_HOUR = 100.0, 8760.0
"""t of a lot, and so many t a year are one an hour."""
RAMP = {
    "modes": MODES,
    "uses": USES,
    "tariffs": "",
    "links": """
        link_id,from_node,to_node,mode_id,length
        road_am,a,m,road,1000
        rail_mb,m,b,rail,500""",
    "terminals": f"""
        terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,time_sd,capacity,capacity_unit
        ramp,The ramp,m,yard,road,rail,1,1,0,{LOT * AN_HOUR},t/yr""",
    "cuts": """
        cut_id,name,links
        rail,Railway,rail_mb""",
    "routines": routines(("box", "lot", LOT)),
    "demand": demand(("a", "b", 0.75 * LOT * AN_HOUR)),
}
"""Lots come by chance over a road without limits to one server that takes an hour for each: M/D/1. Trains leave as lots come."""


def played(case: str = small.CASE, options: Options | None = None, **tables: str) -> Played:
    """The year of a case by days."""
    return simulation.play(prepare(small.corridor(case, **{**RAMP, **tables})), YEAR, Forced(), "as it stands", options or Options(10, workers=1))


def test_one_server_with_equal_services_waits_as_assign_says() -> None:
    """Half of rho / (1 - rho) hours on both sides (Pollaczek and Khinchine)."""
    found = played()
    row = next(row for row in Delays(found).rows() if row.kind == TERMINAL)
    assert row.use == pytest.approx(0.75, abs=0.01)
    assert row.delay == pytest.approx(0.5 * row.use / (1 - row.use), rel=1e-6)
    assert row.agrees, row
    assert row.use_played.low <= row.use <= row.use_played.high
    assert row.reasons == ()


def test_the_fit_of_one_server_is_the_scale_of_theory() -> None:
    options = Options(10, workers=1)
    base = played(options=options)
    found = delay_fit.fit(base, Forced(), options)
    row = next(row for row in found.rows if row.kind == TERMINAL)
    assert row.found is not None
    assert (row.quality, row.saturated) == ("good", 0)
    assert (row.used, row.used_exponent) == (0.5, 1.0)
    assert row.found.low <= 0.5 <= row.found.high
    assert row.found.exponent == pytest.approx(1.0, abs=0.15)
    assert [point.use for point in row.points] == pytest.approx([0.75 * demand for demand in found.demands], abs=0.02)
    assert row.used_misfit < 0.1


def test_a_stored_fit_is_used_when_it_is_asked_for_and_refused_when_it_is_old() -> None:
    options = Options(5, workers=1)
    base = played(options=options)
    stored = delay_fit.document(delay_fit.fit(base, Forced(), options, (0.6, 0.8, 1.0)))
    (row,) = stored["limits"]
    corridor = small.corridor(**RAMP, fitted={"delays": stored})
    plain, fitted = compile_corridor(corridor), compile_corridor(corridor, delays_fitted=True)
    i = next(i for i, limit in enumerate(plain.limits) if limit.key == "ramp")
    assert (plain.delay.scale[i], plain.delay.exponent[i]) == (0.5, 1.0)
    assert (fitted.delay.scale[i], fitted.delay.exponent[i]) == pytest.approx((row["scale"], row["exponent"]))
    assert prepare(corridor).compiled.delay.scale[i] == 0.5
    old = small.corridor(**{**RAMP, "demand": demand(("a", "b", 1000.0))}, fitted={"delays": stored})
    with pytest.raises(InvalidData, match="a fit to these data"):
        compile_corridor(old, delays_fitted=True)
    with pytest.raises(InvalidData, match="no such file"):
        compile_corridor(small.corridor(**RAMP), delays_fitted=True)


@pytest.mark.parametrize("wrong", [{"id": "nowhere"}, {"scale": -1.0}, {"exponent": "steep"}, {"used": 0.0}])
def test_a_row_that_cannot_be_read_is_named(wrong: dict[str, object]) -> None:
    row = {"table": "terminals", "id": "ramp", "direction": "both", "scale": 0.4, "used": 0.5, "exponent": 1.0}
    corridor = small.corridor(**RAMP)
    stored = {"hash": corridor.hash, "limits": [{**row, **wrong}]}
    with pytest.raises(InvalidData, match=r"fitted/delays\.toml.*table, id and direction of a limit"):
        compile_corridor(replace(corridor, fitted={"delays": stored}), delays_fitted=True)


def test_a_fit_doubles_what_assign_adds() -> None:
    corridor = small.corridor(**RAMP)
    row = {"table": "terminals", "id": "ramp", "direction": "both", "scale": 1.0, "used": 0.5, "exponent": 1.0}
    doubled = replace(corridor, fitted={"delays": {"hash": corridor.hash, "limits": [row]}})
    once, twice = (simulation.days_of(model, YEAR, Forced())[0] for model in (prepare(corridor), prepare(doubled, delays_fitted=True)))
    assert twice.result.delay.max() == pytest.approx(2 * once.result.delay.max(), rel=0.2)
    assert twice.result.route_flow.sum() <= once.result.route_flow.sum()


def test_door_to_door_is_what_moves_and_what_waits() -> None:
    """Nothing is counted twice or forgotten: with a limited road too, on which the hours of entering are a part of the way."""
    road = RAMP["links"].replace("length\n", "length,capacity,capacity_unit\n").replace("road,1000", f"road,1000,{1.2 * LOT * AN_HOUR},t/yr").replace("rail,500", "rail,500,,")
    found = played(links=road, parameters=BPR)
    (row,) = Doors(found).rows()
    line = next(each for each in Delays(found).rows() if each.kind == LINE)
    assert line.played.mean > 0.3
    assert row.moving == pytest.approx(1000 / 100 + 500 / 50 + 1)
    assert row.waits["lines"] == pytest.approx(line.played.mean)
    assert row.assigned == pytest.approx(row.moving + row.headway + row.delay)
    assert abs(row.remainder) < 3 * (row.played.high - row.played.mean) + 0.05


def test_others_do_not_go_before_what_is_played() -> None:
    """A tenth of a line is played, six tenths are others: whatever number all cargo has, it waits as long; only a smaller one is faster."""
    case = small.CASE.replace("[case]", '[case]\nheadline = "rail"')
    road = RAMP["links"].replace("length\n", "length,capacity,capacity_unit\n").replace("road,1000", f"road,1000,{LOT * AN_HOUR},t/yr").replace("rail,500", "rail,500,,")
    tables = {
        "links": road,
        "parameters": BPR,
        "zones": "zone_id,name,node_id\nza,A,a\nzb,B,b\nzm,M,m",
        "commodities": small.TABLES["commodities"] + "\n        bag,Bags,dry,1,0,0.05,100,10",
        "uses": USES + "\n    bag_wagon,wagon,bag,0.02,\n    bag_train,train,bag,0.001,",
        "demand": demand(("a", "b", 0.1 * LOT * AN_HOUR)) + "\n" + demand(("a", "m", 0.6 * LOT * AN_HOUR), commodity="bag").partition("\n")[2],
    }

    def door(*priority: tuple[object, ...]) -> Estimate:
        found = played(case, **tables, routines=routines(("box", "lot", LOT), ("bag", "lot", LOT), *priority))
        assert np.sum(found.days.plan.others) > 0.5 * LOT * AN_HOUR
        (row,) = Doors(found).rows()
        return row.played

    plain, numbered, first = door(), door(("*", "priority", 2)), door(("box", "priority", 1), ("*", "priority", 2))
    assert abs(numbered.mean - plain.mean) < (numbered.high - numbered.mean) + (plain.high - plain.mean)
    assert first.high < plain.low
