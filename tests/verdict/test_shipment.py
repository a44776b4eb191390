"""The ways of one consignment, counted by hand on two ways in parallel."""

from __future__ import annotations

import json

import pytest

from karvan.tables.faults import UsageError
from karvan.verdict import shipment
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
    found = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 4, 2026, "base")
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
    json.dumps(found.document())


def test_a_way_names_the_places_where_it_changes_its_mode() -> None:
    model = prepare(small.corridor(**small.cheap_sea("5000000")))
    (way,) = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 4, 2026, "base").ways
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
