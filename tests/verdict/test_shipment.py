"""The ways of one consignment, counted by hand on two ways in parallel."""

from __future__ import annotations

import json

import numpy as np
import pytest

from karvan.engines import duration
from karvan.tables.faults import UsageError
from karvan.verdict import shipment, transit
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare
from tests.verdict import small

FACTORS = """
    factor_id,mode_id,energy,share,factor,optimistic
    diesel,rail,diesel,0.25,0.05,true
    electric,rail,electricity,0.75,0.01,
    lorry,road,diesel,,0.08,"""


def test_two_ways_side_by_side() -> None:
    model = prepare(small.corridor(emission_factors=FACTORS))
    found = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 2026, "base")
    assert found.complete
    by_mode = {way.legs[0].mode: way for way in found.ways}
    for mode, hours, money, co2, optimistic in (("rail", 20, 20, 20.0, True), ("road", 10, 30, 80.0, False)):
        way = by_mode[mode]
        assert [way.days_p10, way.days_p50, way.days_p90] == pytest.approx([hours / 24] * 3)
        assert (way.money, way.money_per_teu, way.length) == pytest.approx((money, 10 * money, 1000))
        assert way.generalised == pytest.approx(40)
        assert way.co2 == pytest.approx(co2)
        assert way.co2_optimistic is optimistic
        assert way.via == "one mode all the way"
        assert (way.buffer_days, way.spread, way.within) == (0, 1, None)
    json.dumps(found.document())


def test_a_way_names_the_places_where_it_changes_its_mode() -> None:
    model = prepare(small.corridor(**small.cheap_sea("5000000")))
    (way,) = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 2026, "base").ways
    assert way.via == "Em"
    assert [leg.kind for leg in way.legs] == ["links", "terminals", "links"]
    assert way.days_p50 == pytest.approx(20 / 24, rel=1e-3)


def test_a_year_of_the_past_and_a_year_that_is_neither() -> None:
    model = prepare(small.corridor())
    assert shipment.likely_year(model, 2025, Forced()).conditions.amount.tolist() == [1e6]
    for year in (2019, 2029):
        with pytest.raises(UsageError, match="2026 to 2028"):
            shipment.likely_year(model, year, Forced())


def test_a_likely_year_grows_with_its_parameter_and_obeys_what_is_forced() -> None:
    demand = small.TABLES["demand"].replace("year,amount", "year,amount,growth").replace("1000000", "1000000,up")
    model = prepare(small.corridor(demand=demand, parameters="parameter_id,meaning,value\nup,growth,0.1"))
    wanted = shipment.likely_year(model, 2028, Forced(demand=2.0)).conditions.amount
    assert wanted == pytest.approx([2e6 * 2.718281828 ** 0.3])


SHIP = """
    service_id,name,link_id,round_trip,frequency
    liner,Liner,sea_mb,100,52.142857142857146"""
TUESDAY = "departure_id,service_id,direction,weekday,hour\n tue,liner,forward,tuesday,6\n back,liner,reverse,friday,6"


def _sea(**more: str) -> dict[str, str]:
    """By rail to the port in 10 h, by ship across in 10 h: a crane in between."""
    return {**small.cheap_sea(), "services": SHIP, **more}


def _only(tables: dict[str, str], **asked: object) -> shipment.Way:
    model = prepare(small.corridor(**tables))
    question = shipment.Asked(**asked)  # type: ignore[arg-type]
    (way,) = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 2026, "base", question).ways
    return way


def test_a_weekly_ship_is_waited_for_half_a_week_by_whoever_comes_at_any_time() -> None:
    for tables in (_sea(), _sea(departures=TUESDAY), _sea(departures=TUESDAY, services=SHIP.replace(",52.142857142857146", ","))):
        way = _only(tables)
        assert way.days_mean == pytest.approx((20 + 84) / 24)
        assert [leg.wait for leg in way.legs] == pytest.approx([0, 0, 84])
    twice = TUESDAY + "\n wed,liner,forward,wednesday,6"
    gaps = np.array([24.0, 144.0])
    way = _only(_sea(departures=twice, services=SHIP.replace(",52.142857142857146", ",")))
    assert way.legs[-1].wait == pytest.approx((gaps**2).sum() / 336)


@pytest.mark.parametrize(("day", "wait"), [("2026-09-14", 20), ("2026-09-15", 164), ("2026-09-16", 140)])
def test_a_consignment_of_a_day_takes_the_next_ship(day: str, wait: float) -> None:
    """2026-09-14 is a Monday; it comes to the ship after ten hours, which sails on Tuesday at six."""
    way = _only(_sea(departures=TUESDAY), depart=np.datetime64(day), within=3.0)
    assert way.legs[-1].wait == pytest.approx(wait)
    assert way.days_mean == pytest.approx((20 + wait) / 24)
    assert way.within == (1.0 if 20 + wait <= 72 else 0.0)
    assert "earliest" in way.best_in


def test_a_closed_month_is_sat_out_and_a_stormy_one_costs_its_share() -> None:
    links = small.cheap_sea()["links"].replace("length\n", "length,calendar_id\n").replace("rail,500", "rail,500,").replace("sea,250", "sea,250,ice")
    calendar = "calendar_id,month,open_share\n" + "\n".join(f"ice,{month},{0 if month == 1 else 0.5 if month == 2 else 1}" for month in range(1, 13))
    tables = {**small.cheap_sea(), "links": links, "calendars": calendar, "parameters": "parameter_id,meaning,value\nclosure_spell,hours of a closure,40"}
    for day, wait in (("2027-01-31", 24 - 10 + 20), ("2027-02-10", 20), ("2027-03-01", 0)):
        model = prepare(small.corridor(**tables))
        found = shipment.compare(model, shipment.likely_year(model, 2027, Forced()), "a", "b", "box", 2027, "base", shipment.Asked(depart=np.datetime64(day)))
        assert found.ways[0].legs[-1].wait == pytest.approx(wait), day


def test_hubs_and_ways_back_are_counted_and_told_apart() -> None:
    factors = """
        factor_id,mode_id,well_to_tank,tank_to_wheel,factor,empties
        train,rail,0.01,0.03,0.04,0.01
        ship,sea,0.002,0.008,0.01,"""
    hubs = "factor_id,kind,well_to_tank,tank_to_wheel,factor\nlift,crane,0.5,1,1.5"
    gases = _only({**small.cheap_sea(), "emission_factors": factors, "hub_factors": hubs}).emissions
    assert gases.total == pytest.approx(500 * 0.05 + 250 * 0.01 + 1.5)
    assert (gases.hubs, gases.empties, gases.hubs_known) == (pytest.approx(1.5), pytest.approx(5), True)
    assert gases.well_to_tank == pytest.approx(500 * 0.0125 + 250 * 0.002 + 0.5)
    assert dict(gases.by_mode) == pytest.approx({"rail": 25, "crane": 1.5, "sea": 2.5})
    assert not _only({**small.cheap_sea(), "emission_factors": factors}).emissions.hubs_known


def test_money_is_told_by_who_takes_it() -> None:
    tariffs = """
        tariff_id,applies_to,id,kind,actor,price,price_per_km
        rail,mode,rail,price,Railways,,0.02
        aid,link,rail_am,price,Ministry,-3,
        lift,terminal,crane,price,Port,5,
        dread,link,sea_mb,perceived,,9,"""
    way = _only({**small.cheap_sea(), "tariffs": tariffs})
    assert way.money_by_actor == (("Railways", 10.0), ("Port", 5.0), ("Ministry", -3.0))
    assert way.money == pytest.approx(12)


def test_what_opens_late_in_the_year_is_no_way_of_the_year() -> None:
    """A railway that opens in October is of use to who leaves in November, not to who asks for the year."""
    tables = {
        "links": small.TABLES["links"].replace("length\n", "length,exists\n").replace("road,1000", "road,1000,true").replace("rail,1000", "rail,1000,false"),
        "edits": "edit_id,cause,table,id,column,op,value\nopens,project:line,links,rail_ab,exists,set,true",
        "projects": "project_id,name,kind,status,promised_on,promised,known_since\nline,Line,rail,construction,2025-01,2026-10,2025-01",
    }
    model = prepare(small.corridor(**tables))
    forced = Forced(deliveries={"line": 2026.8})
    answer = shipment.likely_year(model, 2026, forced)

    def modes(depart: str | None) -> set[str]:
        asked = shipment.Asked(depart=None if depart is None else np.datetime64(depart))
        return {way.legs[0].mode for way in shipment.compare(model, answer, "a", "b", "box", 2026, "base", asked, forced).ways}

    assert modes(None) == {"road"}
    assert modes("2026-07-01") == {"road"}
    assert modes("2026-11-15") == {"road", "rail"}


def test_percentiles_of_a_way_are_those_of_playing_it() -> None:
    """Xi'an to Istanbul: every leg drawn and added up, two hundred thousand times; the built-in case."""
    from karvan.verbs.loading import load

    model = prepare(load())
    answer = shipment.likely_year(model, 2026, Forced())
    way = shipment.compare(model, answer, "xian", "istanbul", "container", 2026, "base", shipment.Asked(best=1, within=24.0)).ways[0]
    arcs = [leg.arc for leg in way.legs]
    queued, bare = transit.with_queues(model, answer), answer.conditions
    waits = model.compiled.waits(answer.cells)
    r, n = np.random.default_rng(0), 200_000
    days = np.zeros(n)
    for arc in arcs:
        mean, variance = bare.time[arc] - waits[0][arc], bare.variance[arc] - waits[1][arc]
        s2 = np.log1p(variance / mean**2)
        days += r.lognormal(np.log(mean) - s2 / 2, np.sqrt(s2), n) + r.uniform(0, 2 * waits[0][arc], n)
        days += r.exponential(max(queued.time[arc] - bare.time[arc], 0.0), n)
    days /= 24
    assert [way.days_p10, way.days_p50, way.days_p90] == pytest.approx(np.quantile(days, [0.1, 0.5, 0.9]), rel=0.01)
    assert way.within == pytest.approx((days <= 24).mean(), abs=0.01)
    one_by_one = sum(float(duration.percentiles(queued.time[[arc]], queued.variance[[arc]], np.array([0.9]))[0]) for arc in arcs) / 24
    assert way.days_p90 < 0.9 * one_by_one
