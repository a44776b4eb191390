"""The trade facilitation indicators, counted by hand on three legs and two borders."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.verdict import cpmm, shipment
from karvan.verdict.futures import Forced
from karvan.verdict.model import prepare
from tests.verdict import small

TABLES = {
    "modes": small.TABLES["modes"].replace("rail,Railway,50", "rail,Railway,50\n        rail_wide,Wide railway,25"),
    "links": """
        link_id,from_node,to_node,mode_id,length
        am,a,m,rail,500
        mb,m,b,rail_wide,250""",
    "terminals": """
        terminal_id,name,node_id,kind,from_mode,to_mode,time
        check,Check,m,border,rail,rail,6
        gauge,Change of gauge,m,gauge_change,rail,rail_wide,4
        arrival,Arrival check,b,border,rail_wide,rail_wide,2""",
    "tariffs": """
        tariff_id,applies_to,id,price
        run,link,am,10
        fee,terminal,check,1
        lift,terminal,gauge,2
        last,terminal,arrival,3""",
    "cuts": "cut_id,name,links\ngate,Gate,am",
    "observations": """
        observation_id,metric,subject,direction,commodity,measure_basis,period,unit,value,scope,role,basis,source_id
        old,border_time,terminal:check,both,all,time,2022,h,9,survey,used,measured,survey
        new,border_time,terminal:check,both,all,time,2024,h,7,survey,used,measured,survey
        later,border_time,terminal:check,both,all,time,2025,h,8,survey,rival,measured,survey
        fee,border_cost,country:AA-rail,both,all,price,2023,USD,60,survey,used,measured,survey""",
}


def test_the_four_indicators_by_hand() -> None:
    model = prepare(small.corridor(**TABLES))
    found = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 2026, "base")
    (way,) = found.ways
    seen = way.indicators
    assert [(each.name, each.hours, each.cost) for each in seen.crossings] == [("Em", pytest.approx(10), pytest.approx(60)), ("Be", pytest.approx(2), pytest.approx(60))]
    assert (seen.tfi1, seen.tfi2) == pytest.approx((6, 60))
    assert seen.speed_without_delay == pytest.approx(750 / 20)
    on_the_way = 13.0  # the check on arrival is at the end: no section follows it
    assert seen.tfi3 == pytest.approx(on_the_way * 20 / 750 * 500)
    assert seen.speed_with_delay == pytest.approx(750 / (20 + 10))
    (measured,) = seen.crossings[0].seen
    assert (measured.year, measured.value, measured.source) == (2024, 7.0, "Office of Ways, undated")
    assert [(each.place, each.value) for each in found.measured] == [("AA-rail", 60.0)]


def test_a_voyage_has_no_indicators_of_land() -> None:
    links = "link_id,from_node,to_node,mode_id,length\nab,a,b,sea,250"
    model = prepare(small.corridor(links=links, tariffs="", cuts="cut_id,name,links\nsea,Sea,ab"))
    (way,) = shipment.compare(model, shipment.likely_year(model, 2026, Forced()), "a", "b", "box", 2026, "base").ways
    seen = way.indicators
    assert (seen.tfi1, seen.tfi2, seen.tfi3, seen.speed_without_delay, seen.speed_with_delay, seen.crossings) == (None,) * 5 + ((),)
    assert np.isfinite(way.days_p50)
    assert cpmm.indicators(model.compiled.corridor, (), 2026).tfi1 is None
