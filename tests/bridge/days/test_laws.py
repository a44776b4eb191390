"""What holds in every played year of the built-in cases: nothing is lost or invented, whatever the seed.

Little's law and the number of entities of every program are checked by the machine in each run (`engines/simulate/audit.py`).
"""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.days.calendar import LEAD, YEAR, edges
from karvan.engines.simulate import Outcome, layout, replicate, simulate
from karvan.engines.simulate.audit import CARRIED, DELAYED, LIES, PUTS, WAITS, audit, where
from karvan.engines.simulate.layout import BIRTHS, ENTITY, KIND, LEAVERS, LEVEL, PLACE, PROGRAM, STOCK, TANK, UNITS_IN
from karvan.engines.simulate.state import begin
from tests.bridge.days import worlds
from tests.bridge.days.conftest import Real


@pytest.fixture(scope="module", params=[0, 1])
def replication(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_a_year_adds_up(real_days: Real, replication: int) -> None:
    found = real_days.days
    state = begin(found.tables, worlds.SEED, replication)
    state.advance(LEAD + YEAR)
    doing, place = where(state)
    audit(state, (doing, place))
    rows, places, sums = state.entities.reshape(-1, ENTITY), state.places.reshape(-1, PLACE), state.settled()
    begun = found.tables.places.reshape(-1, PLACE)

    alive = np.bincount(rows[np.flatnonzero(doing), PROGRAM], minlength=len(places))
    for fleet in found.fleets:  # ships neither sink nor are built
        ship = found.tables.place(f"ship:{fleet.key}")
        assert places[ship, BIRTHS] == alive[ship] == fleet.ships
    for name, known in found.known.items():
        i = found.tables.place(name)
        if known.role == "pool":
            out = places[i, LEVEL] - begun[i, LEVEL] + sums[i, LEAVERS] - sums[i, UNITS_IN]
            assert out == 0, "wagons that went out, less those that came back, are not here"
            assert 0 <= places[i, LEVEL] <= begun[i, LEVEL]
        if places[i, KIND] in (STOCK, TANK):
            assert places[i, LEVEL] >= 0

    by_commodity: dict[str, list[float]] = {}
    for traffic in found.plan.traffic:  # of each commodity: sent = arrived + under way + waiting
        i = found.tables.place(traffic.name)
        left = sums[i, layout.WAITS] + sums[i, layout.PUTS]
        mine = np.flatnonzero((rows[:, PROGRAM] == i) & (doing > 0))
        waiting = np.isin(doing[mine], (WAITS, PUTS, LIES)).sum()
        moving = np.isin(doing[mine], (CARRIED, DELAYED)).sum()
        total = by_commodity.setdefault(traffic.kind, [0.0, 0.0, 0.0])
        total[0] += traffic.lot * places[i, BIRTHS]
        total[1] += traffic.lot * left
        total[2] += traffic.lot * (waiting + moving)
    for kind, (sent, gone, here) in by_commodity.items():
        assert sent == pytest.approx(gone + here, rel=1e-9), kind


def test_what_is_sent_is_what_assign_says(real_days: Real) -> None:
    """Tonnes a year by commodity, z < 4; the seasons take nothing away and add nothing."""
    found, n = real_days.days, 4
    kinds = sorted({traffic.kind for traffic in found.plan.traffic})
    expected = [sum(traffic.tonnes for traffic in found.plan.traffic if traffic.kind == kind) for kind in kinds]
    spread = [sum(traffic.tonnes * traffic.lot for traffic in found.plan.traffic if traffic.kind == kind) for kind in kinds]
    at = edges()

    def read(outcome: Outcome) -> list[float]:
        born = {traffic.name: _born(outcome, traffic.name) for traffic in found.plan.traffic}
        return [sum(born[traffic.name] * traffic.lot for traffic in found.plan.traffic if traffic.kind == kind) for kind in kinds]

    def _born(outcome: Outcome, name: str) -> float:
        """Born in the year, without those that stay at home by season."""
        i = outcome.tables.place(name)
        births = outcome.places[-1, i, BIRTHS] - outcome.places[0, i, BIRTHS]
        home = outcome.sums[-1, i, layout.PUTS] - outcome.sums[0, i, layout.PUTS]
        return float(births - home)

    sent = replicate(found.tables, at[-1], worlds.SEED, range(n), read, edges=at).mean(axis=0)
    z = (sent - expected) / np.sqrt(np.array(spread) / n)
    assert np.abs(z).max() < 4.5, dict(zip(kinds, z.tolist(), strict=True))


def test_threads_and_slices_change_nothing(real_days: Real) -> None:
    found, at = real_days.days, edges()

    def read(outcome: Outcome) -> list[float]:
        return [float(np.nansum(outcome.sums[-1] - outcome.sums[0])), float(outcome.events)]

    one, two = (replicate(found.tables, at[-1], worlds.SEED, range(2), read, threads=threads, edges=at) for threads in (1, 2))
    assert (one == two).all()
    sliced = simulate(found.tables, at[-1], worlds.SEED, 0, edges=[at[0], *(at[0] + 100 * np.arange(1, 80)), at[-1]])
    assert sliced.events == one[0, 1]
    assert float(np.nansum(sliced.sums[-1] - sliced.sums[0])) == pytest.approx(one[0, 0], rel=1e-9)
