"""Played years of the crossing of `tests.bridge.days.worlds`, made in a second: a railway, a ferry with four ships, a railway."""

from __future__ import annotations

from karvan.verdict.futures import Forced
from karvan.verdict.simulation import Options, Played, play
from tests.bridge.days.worlds import CROSSING, YEAR_PLAYED, demand, model, routines

DEMAND = demand(("a", "b", 3e5), ("b", "a", 1e5))
HOW = (("ferries", "full", 0.5), ("ferries", "minimum", 0.2), ("ferries", "linger", 24))
TABLES = {**CROSSING, "demand": DEMAND, "routines": routines(*HOW)}
FEWER_SHIPS = {**TABLES, "fleets": CROSSING["fleets"].replace("Ferries,4,", "Ferries,2,")}
SLOW_BERTHS = {**TABLES, "routines": routines(*HOW, ("west", "handling", 20.0))}
"""Two berths of 20 t an hour are 350,400 t a year, and 400,000 t want to go over them."""


def played(replications: int = 4, antithetic: bool = False, scenario: str = "base", **tables: str) -> Played:
    """The crossing, or the same with other tables, so many times."""
    return play(model(**(tables or TABLES)), YEAR_PLAYED, Forced(), scenario, Options(replications, 1, 2, None, antithetic))
