"""When does the next one leave? Waits for departures of a weekly timetable and for the end of a closure.

Two questions. `wait` and `wait_for_closure`: how long waits somebody who may come at any time (closed forms). `journey`
and `earliest`: how long takes a consignment that starts at a known hour, and which way brings it there first.

    departures with gaps g (sum 168 h), arrival at any time:    E[W^k] = sum g^(k+1) / (168 (k+1))
    n departures a week at equal gaps h:                        E[W] = h/2, Var[W] = h^2/12
    closed for a share c of the time, in spells that are
    exponential with mean m, arrival at any time:               E[W^k] = c k! m^k
    arrival T with distribution F, departures d_1 < d_2 ...:    P(leaves at d_j) = F(d_j) - F(d_{j-1})

So what is known of the clock is a list of hours at which the last scheduled departure may have been taken, with their
probabilities, and the cumulants of the time since, as in `duration`; nothing else is approximate.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from karvan.engines.arrays import Bools, Floats, Ints
from karvan.engines.duration import Family, percentiles, share_within
from karvan.engines.paths import Graph, Way

WEEK = 168.0
_REACH, _RARE, _SOON = 14.0, 1e-9, 1e-9
"""Departures are looked at within so many standard deviations; those rarer than this are left out; who comes at the same
hour still catches it."""


@dataclass(frozen=True)
class Spread:
    """An uncertain number of hours: mean, variance, third cumulant."""

    mean: float
    variance: float = 0.0
    third: float = 0.0

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.mean + other.mean, self.variance + other.variance, self.third + other.third)


@dataclass(frozen=True)
class Clock:
    """What is known of the hour: the last departure was at left[j] with probability share[j], and `since` has passed."""

    left: Floats
    """float64[departure], h after the start."""
    share: Floats
    """float64[departure], > 0, sum 1."""
    since: Spread

    @property
    def mean(self) -> float:
        """The mean hour."""
        return float(self.share @ self.left) + self.since.mean

    @property
    def variance(self) -> float:
        """Its variance, h^2."""
        return float(self.share @ (self.left - float(self.share @ self.left)) ** 2) + self.since.variance

    def __add__(self, more: Spread) -> Clock:
        return Clock(self.left, self.share, self.since + more)

    def within(self, hours: Floats, family: Family = "lognormal") -> Floats:
        """float64[hours]: the probability that it is not later than each of `hours`."""
        mean, variance, third = (np.array([x]) for x in (self.since.mean, self.since.variance, self.since.third))
        away = np.asarray(hours, dtype=np.float64)[:, None] - self.left
        return np.asarray(share_within(mean, variance, away.ravel(), family, third).reshape(away.shape) @ self.share)

    def percentiles(self, shares: Floats, family: Family = "lognormal") -> Floats:
        """float64[share]: the hours by which it has come with these probabilities."""
        mean, variance, third = (np.array([x]) for x in (self.since.mean, self.since.variance, self.since.third))
        alone = percentiles(mean, variance, shares, family, third)
        low, high = alone + self.left.min(), alone + self.left.max()
        if self.left.size == 1 or not np.isfinite(self.mean):
            return high
        for _ in range(60):
            middle = (low + high) / 2
            enough = self.within(middle, family) >= shares
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high


@dataclass(frozen=True)
class Timetable:
    """What a consignment finds on every arc, hour by hour after its start."""

    start: float
    """hour of the week (0 is Monday 00:00) at which the consignment starts."""
    first: Ints
    """int32[arc + 1]: arc a is left at hour[first[a]:first[a + 1]] of the week; none: it is left at once."""
    hour: Floats
    """float64[departure], 0 <= hour < 168, ascending for every arc."""
    season: Ints
    """int32[arc], row of `open_share`; -1: never closed."""
    until: Floats
    """float64[period], h after the start at which a period (month) ends, ascending; the last is inf."""
    open_share: Floats
    """float64[season, period], 0..1."""
    spell: float
    """mean hours of one closure, > 0."""

    def departures(self, arc: int) -> Floats:
        return self.hour[self.first[arc] : self.first[arc + 1]]


@dataclass(frozen=True)
class Journey:
    """The way of one consignment: what is known of the clock when it has passed each arc, and of its waits before."""

    after: tuple[Clock, ...]
    """h after the start, per arc of the way."""
    sailing: Floats
    """float64[leg], mean h waited for a scheduled departure."""
    closure: Floats
    """float64[leg], mean h waited for the end of a closure."""


def wait(hours: Floats) -> Spread:
    """How long somebody who comes at any time waits for the next of the weekly departures at `hours` (0 <= h < 168).

    Raises `ValueError` when there is none, or one outside the week.
    """
    if not hours.size or not bool(((hours >= 0) & (hours < WEEK)).all()):
        raise ValueError("departures must lie in 0 <= hour < 168, and there must be one")
    gaps = np.diff(np.append(np.sort(hours), np.min(hours) + WEEK))
    one, two, three = (float(np.sum(gaps ** (k + 1))) / (WEEK * (k + 1)) for k in (1, 2, 3))
    return _of_moments(one, two, three)


def wait_for_closure(open_share: float, spell: float) -> Spread:
    """How long somebody who comes at any time waits where it is open for this share of the time and a closure lasts
    `spell` hours in the mean (exponential). Never open: inf."""
    if open_share <= 0:
        return Spread(np.inf)
    closed = 1.0 - min(open_share, 1.0)
    return _of_moments(closed * spell, 2.0 * closed * spell**2, 6.0 * closed * spell**3)


def next_departure(arrival: Clock, hours: Floats, start: float, family: Family = "lognormal") -> Clock:
    """The first departure at or after `arrival`; `hours` of the week, `start` as in `Timetable`."""
    sd = float(np.sqrt(arrival.since.variance))
    low = float(arrival.left.min()) + arrival.since.mean - _REACH * sd
    high = float(arrival.left.max()) + arrival.since.mean + _REACH * sd + WEEK
    weeks = np.arange(np.floor((max(low, 0.0) + start) / WEEK), np.ceil((high + start) / WEEK) + 1)
    at = np.sort((weeks[:, None] * WEEK + np.asarray(hours)[None, :]).ravel()) - start
    at = at[at >= 0]
    share = arrival.within(at + _SOON, family)
    share[-1] = 1.0
    likely = np.diff(share, prepend=0.0)
    return Clock(at[likely > _RARE], likely[likely > _RARE] / likely[likely > _RARE].sum(), Spread(0.0))


def journey(way: Sequence[int], own: Sequence[Spread], timetable: Timetable, family: Family = "lognormal") -> Journey:
    """What is known of a consignment along `way`; own[leg] is the time on its arcs without any wait in `timetable`."""
    clock = Clock(np.zeros(1), np.ones(1), Spread(0.0))
    after: list[Clock] = []
    sailing, closure = np.zeros(len(way)), np.zeros(len(way))
    for i, (arc, time) in enumerate(zip(way, own, strict=True)):
        held = _held(timetable, arc, clock.mean)
        closure[i] = held.mean
        clock += held
        hours = timetable.departures(arc)
        if hours.size and np.isfinite(clock.mean):
            departs = next_departure(clock, hours, timetable.start, family)
            sailing[i] = departs.mean - clock.mean
            clock = departs
        clock += time
        after.append(clock)
    return Journey(tuple(after), sailing, closure)


def earliest(
    star: Graph, usable: Bools, time: Floats, timetable: Timetable, origin: int, destination: int
) -> tuple[Way, float]:
    """The way that arrives first, and the hour after the start at which it does; (), inf when none arrives.

    `time` float64[arc] h: the mean time on each arc without any wait in `timetable`. Exact for these means: nobody who
    leaves later arrives earlier, so Dijkstra's algorithm finds it (Cooke and Halsey 1966).
    """
    n = star.first.shape[0] - 1
    reached, entering = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    done = np.zeros(n, dtype=np.bool_)
    reached[origin] = 0.0
    heap = [(0.0, origin)]
    while heap:
        hour, state = heapq.heappop(heap)
        if done[state]:
            continue
        done[state] = True
        if state == destination:
            break
        for arc in star.arc[star.first[state] : star.first[state + 1]].tolist():
            other = int(star.head[arc])
            if not usable[arc] or done[other]:
                continue
            arrives = leaves(timetable, arc, hour) + float(time[arc])
            if arrives < reached[other]:
                reached[other], entering[other] = arrives, arc
                heapq.heappush(heap, (arrives, other))
    if not np.isfinite(reached[destination]):
        return (), float("inf")
    way: list[int] = []
    state = destination
    while state != origin:
        way.append(int(entering[state]))
        state = int(star.tail[way[-1]])
    return tuple(reversed(way)), float(reached[destination])


def leaves(timetable: Timetable, arc: int, hour: float) -> float:
    """The hour at which somebody who stands before `arc` at `hour` leaves on it, in the mean; inf when never."""
    ready = hour + _held(timetable, arc, hour).mean
    hours = timetable.departures(arc)
    if not hours.size or not np.isfinite(ready):
        return ready
    clock = (ready + timetable.start) % WEEK
    position = int(np.searchsorted(hours, clock - 1e-9))
    upcoming = hours[position] if position < hours.size else hours[0] + WEEK
    return ready + max(float(upcoming) - clock, 0.0)


def _held(timetable: Timetable, arc: int, hour: float) -> Spread:
    """The wait for an open way before `arc` at `hour`: within its period, or until a later one that is better."""
    season = int(timetable.season[arc])
    if season < 0:
        return Spread(0.0)
    period = int(np.searchsorted(timetable.until, hour, side="right"))
    found = wait_for_closure(float(timetable.open_share[season, period]), timetable.spell)
    for later in range(period + 1, timetable.until.size):
        begins = float(timetable.until[later - 1]) - hour
        if begins >= found.mean:
            break
        then = wait_for_closure(float(timetable.open_share[season, later]), timetable.spell)
        if begins + then.mean < found.mean:
            found = Spread(begins) + then
    return found


def _of_moments(one: float, two: float, three: float) -> Spread:
    """The cumulants of a number with these moments about zero."""
    return Spread(one, two - one**2, three - 3.0 * one * two + 2.0 * one**3)
