"""All rows that match add up; money and reluctance are kept apart."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.compile import Compiled, compile_corridor
from tests.verdict import small

TARIFFS = """
    tariff_id,applies_to,id,commodity_id,kind,price,price_per_km,direction
    base,mode,rail,*,price,5,0.02,both
    line,link,rail_ab,box,price,7,,both
    subsidy,link,rail_ab,box,price,-4,-0.001,reverse
    dislike,link,rail_ab,*,perceived,11,0.003,forward
    oil_only,mode,rail,oil,price,1000,,both
    crane,terminal,crane,*,price,2,,both"""
COMMODITIES = small.TABLES["commodities"] + "\n        oil,Oil,oil,1,0,0.05,100,"
TERMINALS = "terminal_id,name,node_id,kind,from_mode,to_mode,time\ncrane,Crane,a,crane,road,rail,0"


@pytest.fixture(scope="module")
def priced() -> Compiled:
    return compile_corridor(small.corridor(tariffs=TARIFFS, commodities=COMMODITIES, terminals=TERMINALS))


def cost(compiled: Compiled, commodity: str, direction: int, kind: str = "cost", link: int = 0) -> float:
    arc = np.flatnonzero((compiled.arcs.link == link) & (compiled.arcs.direction == direction))[0]
    found = compiled.conditions(compiled.cells.today, compiled.amounts[-1])
    return float(getattr(found, kind)[compiled.commodities.index(commodity), arc])


def test_rows_add_up_by_cargo_direction_and_kilometre(priced: Compiled) -> None:
    assert cost(priced, "box", 0) == pytest.approx(5 + 20 + 7)
    assert cost(priced, "box", 1) == pytest.approx(5 + 20 + 7 - 4 - 1)
    assert cost(priced, "oil", 0) == pytest.approx(5 + 20 + 1000)


def test_reluctance_is_not_money(priced: Compiled) -> None:
    assert cost(priced, "box", 0, "perceived") == pytest.approx(11 + 3)
    assert cost(priced, "box", 1, "perceived") == 0


def test_what_nobody_prices_is_free(priced: Compiled) -> None:
    assert cost(priced, "box", 0, link=1) == 0


def test_a_step_costs_once_per_passage(priced: Compiled) -> None:
    steps = np.flatnonzero(priced.arcs.terminal == 0)
    found = priced.conditions(priced.cells.today, priced.amounts[-1])
    assert (found.cost[:, steps] == 2).all()


def test_a_change_of_a_price_reaches_the_arc(priced: Compiled) -> None:
    cells = priced.cells.today.copy()
    place = priced.cells.place("tariffs", priced.corridor["tariffs"].index["line"], "price")
    assert place is not None
    cells[place] = 17
    arc = np.flatnonzero((priced.arcs.link == 0) & (priced.arcs.direction == 0))[0]
    assert priced.conditions(cells, priced.amounts[-1]).cost[0, arc] == pytest.approx(42)
