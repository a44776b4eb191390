"""Does a run add up? Little's law and conservation, exactly, for every place and every entity.

Little's law holds for every path, not only in the mean: the area under a queue is the sum of all waits, those still going on
included. It is checked from sums that the machine kept apart, so that a slip in either shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from karvan.engines.simulate import layout
from karvan.engines.simulate.layout import CODE, ENTITY, PLACE
from karvan.engines.simulate.state import State

TOLERANCE = 1e-8
"""of the larger of the two sides, for sums of millions of waits."""


class Inconsistent(AssertionError):
    """The machine lost or invented something. It never should; please report the model."""


def where(state: State) -> dict[int, tuple[str, int]]:
    """Where every living entity is: what it does, and the place (or carrier) it does it at.

    waits, puts (waits to put), lies (in a store), watches, delayed, carried, ready, never (waits for what never comes).
    """
    rows, places, g = state.entities.reshape(-1, ENTITY), state.places.reshape(-1, PLACE), state.registers
    following = rows[:, layout.NEXT].tolist()
    found: dict[int, tuple[str, int]] = {}

    def walk(first: int, doing: str, place: int) -> None:
        e = int(first)
        while e:
            if e in found:
                raise Inconsistent(f"entity {e} is in two lists: {found[e]} and {(doing, place)}")
            found[e] = (doing, place)
            e = following[e]

    for i, place in enumerate(places):
        if place[layout.KIND] in (layout.TALLY, layout.KIND_OF_ENTITY):
            continue
        walk(place[layout.WATCH], "watches", i)
        if place[layout.KIND] != layout.CALENDAR:
            walk(place[layout.QHEAD], "waits", i)
            walk(place[layout.PHEAD], "puts", i)
            walk(place[layout.CHEAD], "lies", i)
    walk(following[0], "ready", -1)
    if g[layout.CURRENT]:
        found.setdefault(int(g[layout.CURRENT]), ("ready", -1))
    living = (np.flatnonzero(rows[1:, layout.PC] >= 0) + 1).tolist()
    for carrier in living:
        if rows[carrier, layout.HEAD]:
            walk(rows[carrier, layout.HEAD], "carried", carrier)
    code = state.tables.code.reshape(-1, CODE)
    for each in living:
        if each not in found:
            verb = code[rows[each, layout.PC]]
            where_to = int(verb[layout.A]) if verb[layout.OP] == layout.WAITED else -1
            found[each] = ("delayed" if rows[each, layout.KEY] else "never", where_to)
    if len(found) != len(living) or len(living) != g[layout.LIVE]:
        raise Inconsistent(f"{len(living)} entities are alive, {g[layout.LIVE]} were counted and {len(found)} are somewhere")
    return found


def audit(state: State) -> None:
    """Raise `Inconsistent` unless everything adds up."""
    faults = list(_faults(state))
    if faults:
        raise Inconsistent("; ".join(faults))


def _faults(state: State) -> Iterator[str]:
    found, sums = where(state), state.settled()
    rows, places = state.entities.reshape(-1, ENTITY), state.places.reshape(-1, PLACE)
    since = state.times.reshape(-1, int(state.registers[layout.WIDTH]))[:, layout.SINCE]
    pending = {"waits": np.zeros(len(places)), "puts": np.zeros(len(places))}
    count: Counter[tuple[str, int]] = Counter()
    units: Counter[int] = Counter()
    programs = Counter(int(rows[e, layout.PROGRAM]) for e in found)
    for e, (doing, place) in found.items():
        kind = "waits" if doing in ("delayed", "never") and place >= 0 else doing
        count[kind, place] += 1
        if kind in pending:
            pending[kind][place] += state.now - since[e]
        elif kind == "lies":
            units[place] += int(rows[e, layout.SIZE])
    for i, name in enumerate(state.tables.place_names):
        kind, row = places[i, layout.KIND], sums[i]
        if kind == layout.KIND_OF_ENTITY:
            left = row[layout.WAITS] + row[layout.PUTS]
            if places[i, layout.BIRTHS] != left + programs[i]:
                yield f"{name}: {places[i, layout.BIRTHS]} were born, {left:g} left and {programs[i]} are here"
            continue
        if kind == layout.TALLY:
            continue
        for doing, length in (("waits", layout.QLEN), ("puts", layout.PLEN)):
            if count[doing, i] != places[i, length]:
                yield f"{name}: {count[doing, i]} entities {doing} here and {places[i, length]} were counted"
        waits = row[layout.WAIT_SUM] + pending["waits"][i] + (row[layout.PUT_SUM] if kind == layout.RESOURCE else 0.0)
        if not _near(row[layout.AREA_QUEUE], waits):
            yield f"{name}: the area under the queue is {row[layout.AREA_QUEUE]} and the sum of waits {waits} (Little's law)"
        if kind in (layout.STOCK, layout.TANK):
            if not _near(row[layout.AREA_PUT], row[layout.PUT_SUM] + pending["puts"][i]):
                yield f"{name}: the area of the blocked is {row[layout.AREA_PUT]} and the sum of their waits {row[layout.PUT_SUM]}"
            begun = state.tables.places.reshape(-1, PLACE)[i, layout.LEVEL]
            if begun + row[layout.UNITS_IN] - row[layout.LEAVERS] != places[i, layout.LEVEL]:
                yield f"{name}: {begun} + {row[layout.UNITS_IN]:g} in - {row[layout.LEAVERS]:g} out is not the level {places[i, layout.LEVEL]}"
        if kind == layout.STOCK and units[i] != places[i, layout.LEVEL]:
            yield f"{name}: {units[i]} units lie here and {places[i, layout.LEVEL]} were counted"


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
