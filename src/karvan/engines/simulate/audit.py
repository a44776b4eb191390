"""Does a run add up? Little's law and conservation, exactly, for every place and every entity.

Little's law holds for every path, not only in the mean: the area under a queue is the sum of all waits, those still going on
included. It is checked from sums that the machine kept apart, so that a slip in either shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from karvan.engines.compiled import compiled_unlocked
from karvan.engines.simulate import layout
from karvan.engines.simulate.layout import CODE, ENTITY, PLACE
from karvan.engines.simulate.machine import Longs
from karvan.engines.simulate.state import State

TOLERANCE = 1e-8
"""of the larger of the two sides, for sums of millions of waits."""


class Inconsistent(AssertionError):
    """The machine lost or invented something. It never should; please report the model."""


NOWHERE, WAITS, PUTS, LIES, WATCHES, DELAYED, CARRIED, READY_NOW, NEVER, TWICE = range(10)
"""what an entity does: waits to get, waits to put, lies in a store, sleeps until a condition, lets time pass, is on board, is next,
waits for what never comes; the last is a fault."""


@compiled_unlocked
def census(EI: Longs, PI: Longs, CI: Longs, current: int, doing: Longs, place: Longs) -> None:
    """Write down for every entity what it does, and at which place (on board: in which carrier); 0 for free rows."""
    n_places = PI.size // PLACE
    for i in range(n_places):
        b = i * PLACE
        kind = PI[b + layout.KIND]
        if kind < layout.TALLY:
            for start, what in ((layout.WATCH, WATCHES), (layout.QHEAD, WAITS), (layout.PHEAD, PUTS), (layout.CHEAD, LIES)):
                e = PI[b + start]
                while e != 0 and doing[e] != TWICE:
                    doing[e] = what if doing[e] == NOWHERE else TWICE
                    place[e] = i
                    e = EI[e * ENTITY + layout.NEXT]
    e = EI[layout.NEXT]
    while e != 0 and doing[e] != TWICE:
        doing[e] = READY_NOW if doing[e] == NOWHERE else TWICE
        place[e] = -1
        e = EI[e * ENTITY + layout.NEXT]
    if current != 0:
        doing[current] = READY_NOW
    for carrier in range(1, doing.size):
        if EI[carrier * ENTITY + layout.PC] >= 0:
            e = EI[carrier * ENTITY + layout.HEAD]
            while e != 0 and doing[e] != TWICE:
                doing[e] = CARRIED if doing[e] == NOWHERE else TWICE
                place[e] = carrier
                e = EI[e * ENTITY + layout.NEXT]
    for e in range(1, doing.size):
        pc = EI[e * ENTITY + layout.PC]
        if pc >= 0 and doing[e] == NOWHERE:
            doing[e] = DELAYED if EI[e * ENTITY + layout.KEY] != 0 else NEVER
            place[e] = CI[pc * CODE + layout.A] if CI[pc * CODE + layout.OP] == layout.WAITED else -1


def where(state: State) -> tuple[Longs, Longs]:
    """int64[entity] each: what every entity does, and where."""
    doing, place = np.zeros(state.n_entities, dtype=np.int64), np.zeros(state.n_entities, dtype=np.int64)
    census(state.entities, state.places, state.tables.code, int(state.registers[layout.CURRENT]), doing, place)
    return doing, place


def audit(state: State, found: tuple[Longs, Longs]) -> None:
    """Raise `Inconsistent` unless everything adds up; `found` is what `where` says."""
    faults = list(_faults(state, *found))
    if faults:
        raise Inconsistent("; ".join(faults))


def _faults(state: State, doing: Longs, place: Longs) -> Iterator[str]:
    sums = state.settled()
    rows, places = state.entities.reshape(-1, ENTITY), state.places.reshape(-1, PLACE)
    n = len(places)
    alive = np.flatnonzero(doing)
    if (doing == TWICE).any() or len(alive) != state.registers[layout.LIVE] or (rows[alive, layout.PC] < 0).any():
        yield f"{state.registers[layout.LIVE]} entities were counted and {len(alive)} are somewhere, {(doing == TWICE).sum()} of them twice"
        return
    waited = state.now - state.times.reshape(-1, int(state.registers[layout.WIDTH]))[:, layout.SINCE]
    waits = (doing == WAITS) | (((doing == DELAYED) | (doing == NEVER)) & (place >= 0))
    lies, puts = doing == LIES, doing == PUTS
    queue, blocked = np.bincount(place[waits], minlength=n), np.bincount(place[puts], minlength=n)
    queued = np.bincount(place[waits], waited[waits], n)
    putting = np.bincount(place[puts], waited[puts], n)
    units = np.bincount(place[lies], rows[lies, layout.SIZE], n)
    programs = np.bincount(rows[alive, layout.PROGRAM], minlength=n)
    begun = state.tables.places.reshape(-1, PLACE)[:, layout.LEVEL]
    for i, name in enumerate(state.tables.place_names):
        kind, row = places[i, layout.KIND], sums[i]
        if kind == layout.KIND_OF_ENTITY:
            left = row[layout.WAITS] + row[layout.PUTS]
            if places[i, layout.BIRTHS] != left + programs[i]:
                yield f"{name}: {places[i, layout.BIRTHS]} were born, {left:g} left and {programs[i]} are here"
            continue
        if kind == layout.TALLY:
            continue
        if queue[i] != places[i, layout.QLEN] or blocked[i] != places[i, layout.PLEN]:
            yield f"{name}: {queue[i]} wait and {blocked[i]} want to put, counted were {places[i, layout.QLEN]} and {places[i, layout.PLEN]}"
        total = row[layout.WAIT_SUM] + queued[i] + (row[layout.PUT_SUM] if kind == layout.RESOURCE else 0.0)
        if not _near(row[layout.AREA_QUEUE], total):
            yield f"{name}: the area under the queue is {row[layout.AREA_QUEUE]} and the sum of waits {total} (Little's law)"
        if kind in (layout.STOCK, layout.TANK):
            if not _near(row[layout.AREA_PUT], row[layout.PUT_SUM] + putting[i]):
                yield f"{name}: the area of the blocked is {row[layout.AREA_PUT]} and the sum of their waits {row[layout.PUT_SUM] + putting[i]}"
            if begun[i] + row[layout.UNITS_IN] - row[layout.LEAVERS] != places[i, layout.LEVEL]:
                yield f"{name}: {begun[i]} + {row[layout.UNITS_IN]:g} in - {row[layout.LEAVERS]:g} out is not the level {places[i, layout.LEVEL]}"
        if kind == layout.STOCK and units[i] != places[i, layout.LEVEL]:
            yield f"{name}: {units[i]:g} units lie here and {places[i, layout.LEVEL]} were counted"


def _near(one: float, other: float) -> bool:
    return bool(abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other)))
