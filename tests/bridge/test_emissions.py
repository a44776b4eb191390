"""The row that says most about a link holds; energy carriers are weighted by their shares."""

from __future__ import annotations

import pytest

from karvan.bridge.emissions import link_factors
from karvan.files import cases
from tests.verdict import small

LINKS = """
    link_id,from_node,to_node,mode_id,length
    rail_ab,a,b,rail,1000
    am,a,m,rail,500
    bm,b,m,rail,500
    road_ab,a,b,road,1000
    sea_ab,a,b,sea,1000"""
FACTORS = """
    factor_id,mode_id,links,country,commodity_id,energy,share,well_to_tank,tank_to_wheel,factor,optimistic
    rail,rail,,,,,,,,0.05,true
    boxes,rail,,,box,,,,,0.04,
    here_diesel,rail,,AA,,diesel,0.2,0.006,0.024,0.03,true
    here_electric,rail,,AA,,electricity,0.8,0.02,0,0.02,
    line,rail,am,,,electricity,,0.01,0,0.01,
    lorry,road,,BB,,diesel,,,,0.09,"""
COMMODITIES = small.TABLES["commodities"] + "\n        oil,Oil,oil,1,0,0.05,100,"
TARIFFS = "tariff_id,applies_to,id,price\nall,mode,rail,1"


@pytest.mark.parametrize(("commodity", "elsewhere"), [("box", 0.04), ("oil", 0.05)])
def test_link_before_country_before_cargo_before_mode(commodity: str, elsewhere: float) -> None:
    corridor = small.corridor(links=LINKS, tariffs=TARIFFS, emission_factors=FACTORS, commodities=COMMODITIES)
    found = link_factors(corridor, commodity)
    assert dict(zip(corridor["links"].keys, found.factor, strict=True)) == pytest.approx(
        {"rail_ab": 0.2 * 0.03 + 0.8 * 0.02, "am": 0.01, "bm": elsewhere, "road_ab": 0.0, "sea_ab": 0.0}
    )
    assert found.optimistic.tolist() == [True, False, commodity == "oil", False, False]


def test_the_built_in_case_has_a_factor_for_every_link_that_moves_freight() -> None:
    corridor = cases.load("middle_corridor")
    freight = {mode for mode, layer in zip(corridor["modes"].keys, corridor["modes"]["layer"], strict=True) if layer == "freight"}
    moves = [mode in freight for mode in corridor["links"]["mode_id"]]
    for commodity in corridor["commodities"].keys:
        assert link_factors(corridor, commodity).factor[moves].min() > 0


def test_wires_and_small_ships_of_the_built_in_case() -> None:
    """A tonne-km: hydropower below coal power below diesel; an ocean giant below a Caspian feeder below a ferry."""
    corridor = cases.load("middle_corridor")
    found = dict(zip(corridor["links"].keys, link_factors(corridor, "container").factor, strict=True))
    assert found["senaki_poti_rail_1520"] < found["shu_moiynty_rail_1520"] < found["shalkar_beyneu_rail_1520"]
    assert found["shanghai_suez_sea"] < found["aktau_alat_sea"] < found["kuryk_alat_ferry"]
