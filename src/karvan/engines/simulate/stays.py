"""Who was where from when to when, and aboard whom: the stays of every entity, made of the trace while a run goes on.

A row of the trace says only that an entity began a verb. A verb ends when the next of the same entity begins; what lies in a store
is taken in order, as much as the taker carries more afterwards; so the trace alone tells which entities a carrier has on board.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Bools, Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.tables import Tables

ITSELF, INTERRUPTED, ABOARD = range(3)
"""what a stay is: the verb of its row of code; the wait of one whom a loss of capacity stopped in it; the time on board of a carrier."""
_LASTING = (
    layout.DELAY,
    layout.SERVE,
    layout.SERVED,
    layout.SEIZE,
    layout.PASS,
    layout.UNTIL,
    layout.WINDOW,
    layout.SLOT,
    layout.AT,
    layout.EXIT,
)
_CARGO = (layout.STORE, layout.PUT, layout.TAKE, layout.UNLOAD, layout.SPAWN)


@dataclass(frozen=True, eq=False)
class Stays:
    """Stays in the order of their beginning, then of program and number; position i of every array is stay i."""

    start: Floats
    end: Floats
    program: NDArray[np.int64]
    """place that stands for the program of the entity."""
    number: NDArray[np.int64]
    """of the entity in its program, from 1 on."""
    row: NDArray[np.int64]
    """of the code; of a stay on board, that by which the entity was stored."""
    what: NDArray[np.int64]
    """ITSELF, INTERRUPTED or ABOARD."""
    units: NDArray[np.int64]
    """carried when it began."""
    carried: NDArray[np.int64]
    """entities on board."""
    weight: Floats
    """of the entity and of those on board."""
    carrier: NDArray[np.int64]
    """program of the carrier that it is aboard, -1 when it is aboard none."""
    carrier_number: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)


class Unclear(ValueError):
    """The trace of this model does not tell who is on board; says why."""


class _Entity:
    """One entity while it is followed: the verb it is in, and what it carries. Lists are replaced and not changed."""

    __slots__ = ("attributes", "cargo", "held", "number", "program", "row", "size", "start", "units", "weight")

    def __init__(self, program: int, number: int, size: float, weight: float):
        self.program, self.number, self.size, self.weight = program, number, size, weight
        self.start, self.row, self.units, self.held = 0.0, -1, 0, -1
        self.cargo: list[_Entity] = _NOTHING
        self.attributes: dict[int, float] = _NO_NUMBERS


_NOTHING: list[_Entity] = []
_NO_NUMBERS: dict[int, float] = {}


class Follower:
    """Takes in the trace of one run from its beginning, in order, and gives out stays that have ended.

    `shown` bool[place]: programs whose entities are given; the others are followed as far as they carry something. `weight`
    float64[place]: of one entity of each program. Memory grows with the entities alive, and with the stays that began after the
    oldest that has not ended.
    """

    def __init__(self, tables: Tables, shown: Bools, weight: Floats):
        self._shown, self._weight = shown.tolist(), weight.tolist()
        self._code = tables.code.reshape(-1, layout.CODE).tolist()
        self._numbers = tables.operands.reshape(-1, layout.CODE_F)[:, layout.F0].tolist()
        places = tables.places.reshape(-1, layout.PLACE)
        self._size = places[:, layout.CAP].tolist()
        self._is_store = (places[:, layout.KIND] == layout.STOCK).tolist()
        self._may_stop = ((places[:, layout.KIND] == layout.RESOURCE) & (places[:, layout.FLAGS] != 0)).tolist()
        self._program_of = [tables.place(verb.program) for verb in tables.verbs]
        self._for_size = {c for i in range(len(self._code)) for c in self._sizing(i)}
        self._names = tables.place_names
        followed = self._followed()
        self._heirs = self._of_spawn(followed, tables)
        followed |= {
            self._program_of[i]
            for i, row in enumerate(self._code)
            if row[layout.OP] == layout.SPAWN and row[layout.B] in self._heirs
        }
        self._kept = np.array([self._keep(row, self._program_of[i] in followed) for i, row in enumerate(self._code)])
        self._alive: dict[tuple[int, int], _Entity] = {}
        self._stores: dict[int, deque[_Entity]] = defaultdict(deque)
        self._born: dict[int, deque[tuple[list[_Entity], dict[int, float]]]] = defaultdict(deque)
        self._stops: dict[int, list[float]] = defaultdict(list)
        self._times: list[float] = []
        self._rest: list[int] = []
        self._held = (np.zeros((0, 3)), np.zeros((0, 8), dtype=np.int32))

    # ---- what must be read ------------------------------------------------------------------------------------------
    def _followed(self) -> set[int]:
        """Programs that are shown, and those that carry and so have part in it."""
        carries = {
            self._program_of[i] for i, row in enumerate(self._code)
            if (row[layout.OP] == layout.TAKE and self._is_store[row[layout.A]]) or row[layout.OP] in (layout.STORE, layout.UNLOAD)
        }  # fmt: skip
        return carries | {i for i, shown in enumerate(self._shown) if shown}

    def _of_spawn(self, followed: set[int], tables: Tables) -> set[int]:
        """Programs whose entities inherit cargo or their size from who gives birth to them. Raises `Unclear` when they are born otherwise too."""
        heirs, others = set(), {root.kind for root in tables.roots}
        for row in self._code:
            if row[layout.OP] == layout.ARRIVE:
                others.add(row[layout.B])
            elif (
                row[layout.OP] == layout.SPAWN
                and row[layout.B] in followed
                and (row[layout.Y] or self._for_size & self._used(row[layout.B]))
            ):
                heirs.add(row[layout.B])
                if row[layout.X] >= 0 or row[layout.D] != layout.CONSTANT or row[layout.C] < 1:
                    raise Unclear(f"{self._names[row[layout.B]]} is born in numbers that only a run knows")
        if heirs & others:
            raise Unclear(f"{self._names[min(heirs & others)]} is born with cargo and without")
        return heirs

    def _used(self, program: int) -> set[int]:
        """Attributes by which entities of a program get their size."""
        return {c for i in range(len(self._code)) if self._program_of[i] == program for c in self._sizing(i)}

    def _sizing(self, i: int) -> list[int]:
        """The attribute that row i of the code makes the size."""
        row = self._code[i]
        return (
            [row[layout.C]]
            if row[layout.OP] == layout.SET and row[layout.A] == layout.TO_SIZE and row[layout.B] == layout.ATTRIBUTE
            else []
        )

    def _keep(self, row: list[int], is_followed: bool) -> bool:
        op, a = row[layout.OP], row[layout.A]
        if op == layout.CAPACITY:
            return bool(row[layout.D])
        if not is_followed:
            return False
        if op == layout.SET:
            return a == layout.TO_SIZE or a in self._for_size
        return op in _LASTING or op in _CARGO or (op == layout.RELEASE and self._may_stop[a])

    # ---- reading ----------------------------------------------------------------------------------------------------
    def read(self, times: Floats, rows: NDArray[np.int64]) -> Stays:
        """The stays after which none that begins earlier will come, as the next portion of the trace shows."""
        kept = self._kept[rows[:, 2]]
        alive, verbs, stores, codes = self._alive, self._verbs(), self._stores, self._code
        for time, program, number, pc, units in zip(times[kept].tolist(), *rows[kept].T.tolist(), strict=True):
            code = codes[pc]
            op = code[layout.OP]
            if op == layout.CAPACITY:
                self._stops[code[layout.A]].append(time)
                continue
            entity = alive.get((program, number))
            if entity is None:
                entity = alive[program, number] = self._birth(program, number)
            elif entity.row >= 0:
                self._end(entity, time, pc)
                before = codes[entity.row]
                if before[layout.OP] == layout.TAKE and self._is_store[before[layout.A]]:
                    self._taken(entity, stores[before[layout.A]], units - entity.units, time)
            entity.start, entity.row, entity.units = time, pc, units
            if op in verbs:
                verbs[op](entity, code, time)
        return self._out(self._oldest())

    def close(self, time: float) -> Stays:
        """The rest of the stays; those that have not ended are cut at `time`."""
        for entity in self._alive.values():
            for each in entity.cargo:
                self._aboard(entity, each, time)
                each.row = -1
        for entity in self._alive.values():
            if entity.row >= 0:
                self._end(entity, time, -1)
        self._alive.clear()
        return self._out(math.inf)

    def _verbs(self) -> dict[int, Callable[[_Entity, list[int], float], None]]:
        return {layout.SEIZE: self._seize, layout.RELEASE: self._release, layout.SET: self._set, layout.STORE: self._store, layout.PUT: self._put,
                layout.UNLOAD: self._unload, layout.SPAWN: self._spawn, layout.EXIT: self._leave}  # fmt: skip

    def _birth(self, program: int, number: int) -> _Entity:
        entity = _Entity(program, number, self._size[program], self._weight[program])
        if program in self._heirs:
            entity.cargo, entity.attributes = self._born[program].popleft()
        return entity

    def _end(self, entity: _Entity, time: float, following: int) -> None:
        """The verb an entity is in ends; the part after an interruption is another stay."""
        if time <= entity.start or not self._shown[entity.program]:
            return
        if following == entity.row and entity.held >= 0 and self._code[following][layout.OP] == layout.DELAY:
            stops = self._stops[entity.held]
            i = bisect_right(stops, entity.start)
            if i < len(stops) and stops[i] < time:
                self._put_down(entity, stops[i], ITSELF)
                entity.start = stops[i]
                self._put_down(entity, time, INTERRUPTED)
                return
        self._put_down(entity, time, ITSELF)

    def _put_down(self, entity: _Entity, time: float, what: int, carrier: _Entity | None = None) -> None:
        if time <= entity.start:
            return
        cargo = entity.cargo
        weight = entity.weight + sum([each.weight for each in cargo]) if cargo else entity.weight
        self._times += (entity.start, time, weight)
        by, number = (-1, 0) if carrier is None else (carrier.program, carrier.number)
        self._rest += (entity.program, entity.number, entity.row, what, entity.units, len(cargo), by, number)

    def _aboard(self, carrier: _Entity, entity: _Entity, time: float) -> None:
        if self._shown[entity.program]:
            self._put_down(entity, time, ABOARD, carrier)
        entity.start = time

    # ---- verbs ------------------------------------------------------------------------------------------------------
    def _seize(self, entity: _Entity, code: list[int], _: float) -> None:
        if self._may_stop[code[layout.A]]:
            entity.held = code[layout.A]

    def _release(self, entity: _Entity, _: list[int], __: float) -> None:
        entity.held = -1

    def _set(self, entity: _Entity, code: list[int], _: float) -> None:
        value = (
            self._numbers[entity.row]
            if code[layout.B] == layout.CONSTANT
            else entity.attributes.get(code[layout.C], math.nan)
        )
        if (
            code[layout.X] >= 0
            or code[layout.B] not in (layout.CONSTANT, layout.ATTRIBUTE)
            or code[layout.D] != layout.ASSIGN
        ):
            value = math.nan
        if code[layout.A] == layout.TO_SIZE:
            entity.size = value
        else:
            entity.attributes = {**entity.attributes, code[layout.A]: value}

    def _store(self, entity: _Entity, code: list[int], _: float) -> None:
        self._stores[code[layout.A]].append(entity)

    def _put(self, entity: _Entity, code: list[int], time: float) -> None:
        if self._is_store[code[layout.A]]:
            for each in entity.cargo:
                self._aboard(entity, each, time)
            self._stores[code[layout.A]].extend(entity.cargo)
            entity.cargo = _NOTHING

    def _taken(self, carrier: _Entity, store: deque[_Entity], units: int, time: float) -> None:
        """The first in a store, as many as make these units, go on board. Raises `Unclear` when none do."""
        found, taken = 0.0, []
        while found < units and store:
            entity = store.popleft()
            found += entity.size
            if self._shown[entity.program]:
                self._put_down(entity, time, ITSELF)
            entity.start = time
            taken.append(entity)
        carrier.cargo = carrier.cargo + taken
        if found != units:
            raise Unclear(
                f"{self._names[carrier.program]} {carrier.number} took {units} units, and what lay there made {found:g}"
            )

    def _unload(self, carrier: _Entity, _: list[int], time: float) -> None:
        for entity in carrier.cargo:
            self._aboard(carrier, entity, time)
            entity.row = -1
        carrier.cargo = _NOTHING

    def _spawn(self, parent: _Entity, code: list[int], time: float) -> None:
        if code[layout.B] in self._heirs:
            cargo = _NOTHING
            if code[layout.Y]:
                cargo, parent.cargo = parent.cargo, cargo
                for each in cargo:
                    self._aboard(parent, each, time)
            self._born[code[layout.B]].append((cargo, parent.attributes))

    def _leave(self, entity: _Entity, _: list[int], __: float) -> None:
        del self._alive[entity.program, entity.number]

    # ---- giving out -------------------------------------------------------------------------------------------------
    def _oldest(self) -> float:
        """When the oldest stay that has not ended began; infinity when there is none."""
        return min(
            (each.start for each in self._alive.values() if each.row >= 0 and self._shown[each.program]),
            default=math.inf,
        )

    def _out(self, until: float) -> Stays:
        """The ended stays that began before `until`."""
        times = np.concatenate([self._held[0], np.array(self._times, dtype=np.float64).reshape(-1, 3)])
        rest = np.concatenate([self._held[1], np.array(self._rest, dtype=np.int32).reshape(-1, 8)])
        self._times.clear()
        self._rest.clear()
        ready = times[:, 0] < until
        self._held = times[~ready], rest[~ready]
        times, rest = times[ready], rest[ready]
        order = np.lexsort((rest[:, 1], rest[:, 0], times[:, 0]))
        start, end, weight = times[order].T.copy()
        program, number, row, what, units, carried, carrier, carrier_number = rest[order].T.astype(np.int64)
        return Stays(start, end, program, number, row, what, units, carried, weight, carrier, carrier_number)
