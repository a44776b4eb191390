"""What closes and what is full, in small worlds: weather, bans, opening hours, inspections, seasons, yards."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from karvan.bridge.days.calendar import LEAD, MONTH_LENGTHS, YEAR, by_day, edges
from karvan.engines.simulate import Outcome, replicate, simulate
from karvan.engines.simulate.layout import LEVEL_MAX
from tests.bridge.days import worlds

SHARES = (0.7, 0.7, 0.75, 0.85, 0.9, 0.95, 1.0, 1.0, 0.9, 0.85, 0.75, 0.7)
SPELLS = (40, 40, 36, 28, 24, 18, 16, 16, 24, 30, 36, 40)


def calendar(shares: tuple[float, ...] = SHARES) -> str:
    return "calendar_id,month,open_share\n" + "\n".join(f"wind,{month},{share}" for month, share in enumerate(shares, start=1))


def windy(shares: tuple[float, ...] = SHARES, spells: tuple[float, ...] = SPELLS) -> worlds.Days:
    """A crossing whose west berth is closed by wind."""
    terminals = "\n".join(line + (",calendar_id" if "terminal_id" in line else ",wind" if "west" in line else ",")
                          for line in worlds.CROSSING["terminals"].strip().splitlines())  # fmt: skip
    rows = [("wind", "spell", month, spell) for month, spell in enumerate(spells, start=1)]
    return worlds.days(**{**worlds.CROSSING, "terminals": terminals, "calendars": calendar(shares), "routines": worlds.routines(*rows)})


def expected_open(shares: tuple[float, ...], spells: tuple[float, ...]) -> np.ndarray:
    """float64[month]: p' = sum q_s / s - onsets p, q_s' = onsets [a spell s begins now] p - q_s / s, from the start of the clock on."""
    share, spell = np.maximum(np.array(shares), 0.01), np.array(spells, dtype=float)
    onsets, mean = np.array(by_day((1 - share) / (share * spell))), np.array(by_day(spell))
    kinds, dt = sorted(set(spells)), 0.25
    kind = [kinds.index(each) for each in mean]
    p, q, lengths, opened, at = 1.0, np.zeros(len(kinds)), np.array(kinds, dtype=float), np.zeros(12), edges()
    for step in range(int((LEAD + YEAR) / dt)):
        day = int(step * dt / 24) % 365
        mended, broken = q / lengths * dt, onsets[day] * p * dt
        p, q = p + mended.sum() - broken, q - mended
        q[kind[day]] += broken
        if step * dt >= LEAD:
            opened[np.searchsorted(at, step * dt, side="right") - 1] += p * dt
    return opened / (24 * np.array(MONTH_LENGTHS))


@pytest.mark.parametrize(("shares", "spells"), [((0.7,) * 12, (30,) * 12), (SHARES, SPELLS)])
def test_every_month_is_open_for_its_share(shares: tuple[float, ...], spells: tuple[float, ...]) -> None:
    found = windy(shares, spells)
    gate = worlds.name(found, "weather")
    exact = expected_open(shares, spells)
    assert exact == pytest.approx(np.array(shares), abs=0.02), "a month lasts longer than its weather remembers"
    n, at = 40, edges()
    months = replicate(found.tables, at[-1], worlds.SEED, range(n), lambda o: [each.level for each in o.bins(gate)], edges=at)
    error = months.std(axis=0, ddof=1) / math.sqrt(n)
    assert (np.abs(months.mean(axis=0) - exact) <= 4 * error + 1e-9).all()


def test_closures_last_as_long_as_they_should() -> None:
    """Of a constant spell of 30 h, closed hours over closures is 30 h; none is counted twice."""
    found = windy((0.7,) * 12, (30,) * 12)
    gate = worlds.name(found, "weather")
    spells = []
    for replication in range(10):
        times = [time for time, _ in worlds.events(found, "gate", gate, replication=replication)]
        spells += np.diff(times[: len(times) // 2 * 2])[::2].tolist()
    assert abs(np.mean(spells) - 30) / (np.std(spells) / math.sqrt(len(spells))) < 4
    assert np.std(spells) == pytest.approx(30, rel=0.1), "exponential"


def test_no_ship_leaves_while_it_is_closed() -> None:
    found = windy()
    gates = worlds.events(found, "gate", worlds.name(found, "weather"))
    closed, opened = np.array([time for time, _ in gates[0::2]]), np.array([time for time, _ in gates[1::2]])
    sails = np.array([time for time, _ in worlds.events(found, "record", worlds.name(found, "sailing"))])
    last = np.searchsorted(closed, sails, side="right") - 1
    inside = (last >= 0) & (sails < opened[np.clip(last, 0, len(opened) - 1)]) & (sails > closed[np.clip(last, 0, None)])
    assert len(sails) > 100
    assert not inside.any()


def test_a_way_that_is_closed_is_not_entered() -> None:
    """A railway whose link has a calendar: its share of the year is not counted twice, in its capacity and at its gate."""
    links = "link_id,from_node,to_node,mode_id,length,capacity,capacity_unit,calendar_id\nrail_ab,a,b,rail,1000,2800,train/yr,wind"
    found = worlds.days(**{**worlds.SECTION, "links": links, "calendars": calendar((0.7,) * 12), "routines": worlds.routines(("wind", "spell", 30))})
    line, gate, journey = worlds.name(found, "line"), worlds.name(found, "weather"), worlds.name(found, "journey")
    load = worlds.sent(found) / 1000 / 2800
    assert abs(worlds.far(found, load, lambda o: o.at(line).utilisation, replications=20)) < 4
    assert abs(worlds.far(found, 0.7, lambda o: o.at(gate).level, replications=20)) < 4
    assert abs(worlds.far(found, worlds.lots(found) * YEAR, lambda o: o.at(journey).waits, replications=20)) < 4


def test_a_calendar_of_the_sea_alone_keeps_ships_in_port() -> None:
    links = """link_id,from_node,to_node,mode_id,length,calendar_id
        rail_am,a,m,rail,500,
        sea_mn,m,n,sea,250,wind
        rail_nb,n,b,rail,500,"""
    found = worlds.days(**{**worlds.CROSSING, "links": links, "calendars": calendar((0.7,) * 12), "routines": worlds.routines(("wind", "spell", 30))})
    gate = worlds.name(found, "weather")
    assert abs(worlds.far(found, 0.7, lambda o: o.at(gate).level, replications=20)) < 4
    assert worlds.figures(found, lambda o: o.at(gate).wait, replications=2).min() > 1


def test_a_ban_keeps_the_queue_down() -> None:
    """Above 3,000 t nothing more is let go, until 2,000 t are left and for a day at least. What is under way still comes, and what has
    gathered at the origins comes when they open: no more than that lies in the port."""
    above, below = 3000.0, 2000.0
    fleets = "fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,2,1000,t,1"
    rows = worlds.routines(("west", "ban_above", above), ("west", "ban_below", below), ("west", "ban_least", 1))
    found = worlds.forced({**worlds.CROSSING, "fleets": fleets, "routines": rows}, 288_000)
    (traffic,) = found.plan.traffic
    hourly = traffic.tonnes / YEAR
    ban, waiting = worlds.name(found, "ban"), worlds.name(found, "waiting")
    for replication in range(3):
        outcome = simulate(found.tables, LEAD + YEAR, worlds.SEED, replication, edges=[LEAD, LEAD + YEAR])
        times = np.array([time for time, _ in worlds.events(found, "gate", ban, replication=replication)])
        bans = np.diff(times[: len(times) // 2 * 2])[::2]
        longest = outcome.sums[-1, found.tables.place(waiting), LEVEL_MAX]
        assert len(bans) > 3
        assert bans.min() >= 24 - 1e-9, "for a day at least"
        gathered = hourly * (bans.max() + 20)
        assert above < longest < above + gathered + 5 * math.sqrt(gathered * traffic.lot)
        assert 0.02 < 1 - outcome.at(ban).level < 0.98, "it closes, and it opens again"


ROAD = {
    "modes": worlds.MODES,
    "uses": worlds.USES + "\nbox_lorry,lorry,box,0.05,",
    "tariffs": "",
    "links": "link_id,from_node,to_node,mode_id,length\nroad_ab,a,b,road,1000",
    "terminals": "terminal_id,name,node_id,kind,from_mode,to_mode,time\ncheck,Check,b,border,road,road,12",
    "cuts": "cut_id,name,links\nroad,Road,road_ab",
    "demand": worlds.demand(("a", "b", 200_000)),
}


def test_a_border_that_sleeps_is_waited_for() -> None:
    """Open from 8 to 20: half come while it is shut, and wait for 6 h in the mean."""
    found = worlds.days(**ROAD, routines=worlds.routines(("check", "opens", 8), ("check", "closes", 20)))
    clock = worlds.name(found, "hours")
    assert abs(worlds.far(found, 3.0, lambda o: o.at(clock).wait)) < 4
    assert worlds.figures(found, lambda o: o.at(clock).longest_wait, replications=2).max() <= 12


def test_inspections_are_part_of_the_hours_of_a_border() -> None:
    """12 h in the mean, a tenth of them with 24 h of inspection more than the others; and 10 h on the road."""
    found = worlds.days(**ROAD, routines=worlds.routines(("check", "inspected", 0.1), ("check", "inspection", 24)))
    journey = worlds.name(found, "journey")
    assert abs(worlds.far(found, 22.0, lambda o: o.at(journey).wait)) < 4
    assert abs(worlds.far(found, 0.9 * 24**2 * 0.1 + 0.1 * 24**2, lambda o: o.at(journey).wait_deviation ** 2, replications=20)) < 4


def test_what_comes_follows_the_season_and_the_year_is_whole() -> None:
    pace = np.array([1.6, 1.6, 1.2, 1.0, 0.8, 0.6, 0.4, 0.4, 0.8, 1.0, 1.2, 1.4])
    found = worlds.days(**ROAD, routines=worlds.routines(*[("box", "pace", month, each) for month, each in enumerate(pace, start=1)]))
    journey, at, n = worlds.name(found, "journey"), edges(), 20
    days = np.array(by_day(pace))
    days /= days.mean()
    hourly = np.repeat(days, 24)
    exact = [worlds.lots(found) * sum(hourly[int(t - 22) % len(hourly)] for t in np.arange(start, end)) for start, end in itertools.pairwise(at)]
    months = replicate(found.tables, at[-1], worlds.SEED, range(n), lambda o: [each.waits for each in o.bins(journey)], edges=at)
    error = months.std(axis=0, ddof=1) / math.sqrt(n)
    assert (np.abs(months.mean(axis=0) - exact) <= 4 * error).all()
    assert months.sum(axis=1).mean() == pytest.approx(worlds.lots(found) * YEAR, rel=0.01)


def yard(slots: float, number: int = 2) -> dict[str, str]:
    """Boxes lie in a yard of TEU between the railway and the quay; one TEU is counted otherwise at the yard than elsewhere."""
    return {
        **worlds.CROSSING,
        "modes": worlds.MODES + "\nstack,Stack,,",
        "terminals": """terminal_id,name,node_id,kind,from_mode,to_mode,servers,time,capacity,capacity_unit
            portal,Portal,m,crane,rail,stack,2,2,2000000,TEU/yr
            west,West berth,m,berth,stack,sea,2,10,2000000,TEU/yr
            east,East berth,n,berth,rail,sea,2,10,10000000,t/yr""",
        "resources": "resource_id,name,kind,capacity,capacity_unit,members,direction\nstack,Stack,yard,3000000,TEU/yr,portal,both",
        "uses": worlds.USES.replace("use_id,unit,commodity_id,use,return_share", "use_id,unit,commodity_id,resource_id,use,return_share")
        .replace(",box,", ",box,*,") + "\nbox_stack,TEU,box,stack,0.125,",
        "fleets": f"fleet_id,name,number,payload,payload_unit,availability\nferries,Ferries,{number},1000,t,1",
        "routines": worlds.routines(("stack", "slots", slots)),
    }  # fmt: skip


def test_a_full_yard_holds_up_what_comes() -> None:
    found = worlds.forced(yard(400), 6e6)
    stack = worlds.name(found, "yard")

    def read(outcome: Outcome) -> list[float]:
        at = outcome.at(stack)
        return [at.blocked, outcome.sums[-1, found.tables.place(stack), LEVEL_MAX] / worlds.PARTS, at.level_at_end]

    blocked, largest, _ = worlds.figures(found, read, replications=3).T
    assert (blocked > 1).all()
    assert (largest <= 400).all()
    assert (largest > 390).all()


def test_a_yard_is_empty_again_when_everything_has_left() -> None:
    """What leaves is what came, though boxes count otherwise at the yard: over four years its level does not creep up."""
    found = worlds.days(**yard(10_000, number=12))
    stack = worlds.name(found, "yard")
    ends = worlds.figures(found, lambda o: o.at(stack).level_at_end / worlds.PARTS, years=4, replications=3)
    levels = worlds.figures(found, lambda o: o.at(stack).level / worlds.PARTS, years=1, replications=3)
    assert ends.max() < 5 * levels.mean() + 100
    assert levels.mean() < 2000
