"""How a model is written: places, programs of verbs, and who is there from the start.

    model = Model("queue")
    desk = model.resource("desk", 1)
    customer = model.program("customer").serve(desk, exponential(1.0))
    model.arrivals("door", exponential(1.25), customer)
    tables = model.build()

A program is a list of verbs, written as calls that can be chained; it ends by leaving. Station kinds are plain functions
that write verbs (`stations.py`); a new kind needs nothing recompiled.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from karvan.engines.simulate import layout
from karvan.engines.simulate.distributions import Distribution
from karvan.engines.simulate.pool import MANY, PlaceRow, Pool
from karvan.engines.simulate.program import Program, Row
from karvan.engines.simulate.tables import Root, Tables, Verb, number_of, signed
from karvan.engines.simulate.values import Attribute, Place

_DRAWS = {
    layout.DELAY: layout.D, layout.SERVE: layout.D, layout.ARRIVE: layout.D, layout.SPAWN: layout.X, layout.SET: layout.X,
    layout.RECORD: layout.X,
}  # fmt: skip
"""the operand of a verb that is a distribution."""


class ModelError(ValueError):
    """A model that cannot run; `faults` has one sentence for each thing that is wrong."""

    def __init__(self, faults: Sequence[str]):
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


@dataclass
class Model:
    """A model while it is written."""

    name: str
    pool: Pool = field(default_factory=Pool)
    _programs: list[Program] = field(default_factory=list)
    _attributes: list[str] = field(default_factory=list)
    _roots: list[tuple[str, int, Program]] = field(default_factory=list)

    # ---- places -----------------------------------------------------------------------------------------------------
    def resource(
        self, name: str, capacity: int, *, preemptive: bool = False, interruptible: bool = False, histogram: bool = False, cause: str = ""
    ) -> Place:
        """Servers, berths, cranes, slots: units that are seized and released; who waits is served by priority, then in order.

        `preemptive`: a smaller priority number interrupts the delay of a larger one, which later resumes. `interruptible`: a
        loss of capacity may do so (breakdowns). An entity holds at most one place of these two kinds at a time.
        """
        if capacity < 0:
            self.pool.faults.append(f"resource {name}: the capacity must be >= 0, found {capacity}")
        flags = (layout.PREEMPTIVE if preemptive else 0) | (layout.PREEMPTIBLE if preemptive or interruptible else 0)
        return self.pool.place(PlaceRow(name, layout.RESOURCE, 0, capacity, flags, histogram, cause))

    def store(self, name: str, capacity: int | None = None, *, histogram: bool = False, cause: str = "") -> Place:
        """A yard, an anchorage, a pile: entities lie here in order until a carrier takes them; a full one blocks who puts.

        `histogram` keeps that of the time spent in it.
        """
        if capacity is not None and capacity < 1:
            self.pool.faults.append(f"store {name}: the capacity must be >= 1, found {capacity}")
        return self.pool.place(PlaceRow(name, layout.STOCK, 0, MANY if capacity is None else capacity, 0, histogram, cause))

    def tank(self, name: str, level: int = 0, capacity: int | None = None, *, cause: str = "") -> Place:
        """A quantity without faces: tonnes, empty wagons, slots; whole units."""
        if capacity is not None and not 0 <= level <= capacity:
            self.pool.faults.append(f"tank {name}: the level must be between 0 and the capacity, found {level} and {capacity}")
        return self.pool.place(PlaceRow(name, layout.TANK, level, MANY if capacity is None else capacity, 0, False, cause))

    def gate(self, name: str, is_open: bool = True, *, histogram: bool = False, cause: str = "") -> Place:
        """Open or closed: weather, tide, a ban, a border."""
        return self.pool.place(PlaceRow(name, layout.DOOR, int(is_open), 1, 0, histogram, cause))

    def calendar(
        self, name: str, closures: Sequence[tuple[float, float]] = (), period: float = 0.0, *, histogram: bool = False, cause: str = ""
    ) -> Place:
        """Times known beforehand when something is closed: (from, until) in order, repeated every `period` (0: once).

        Also the place where waits for timetables are counted.
        """
        before = 0.0
        for start, end in closures:
            if not before <= start < end or (period > 0 and end > period):
                self.pool.faults.append(f"calendar {name}: closures must follow one another within the period, found ({start}, {end})")
            before = end
        if period > 0 and sum(end - start for start, end in closures) >= period:
            self.pool.faults.append(f"calendar {name}: it never opens; leave a part of the period of {period} open")
        place = self.pool.place(PlaceRow(name, layout.CALENDAR, 0, MANY, 0, histogram, cause))
        self.pool.closures[place.index] = (self.pool.numbers([x for pair in closures for x in pair]), len(closures), period)
        return place

    def tally(self, name: str, *, histogram: bool = True) -> Place:
        """A list of observations that programs record; keeps number, sum, squares, largest, histogram."""
        return self.pool.place(PlaceRow(name, layout.TALLY, histogram=histogram))

    def attribute(self, name: str) -> Attribute:
        """A number that every entity carries, 0 at birth unless its parent had one; full or empty, destination, due time."""
        if name not in self._attributes:
            self._attributes.append(name)
        return Attribute(layout.ATTRIBUTE, self._attributes.index(name), name)

    # ---- programs and entities --------------------------------------------------------------------------------------
    def program(self, name: str, *, priority: int = 0, size: int = 1, histogram: bool = False) -> Program:
        """A kind of entity and what it does: verbs are added by calling them. Smaller priority numbers go first.

        `size` is how many units it takes in a store or a carrier; `histogram` keeps that of the time from birth to leaving.
        """
        place = self.pool.place(PlaceRow(name, layout.KIND_OF_ENTITY, priority, size, 0, histogram))
        self._programs.append(Program(self.pool, name, place))
        return self._programs[-1]

    def start(self, program: Program, copies: int = 1) -> None:
        """`copies` entities of this program are there from time 0."""
        self._roots.extend((program.name, copy, program) for copy in range(copies))

    def arrivals(self, name: str, every: Distribution, program: Program, limit: int = 0) -> None:
        """Entities of `program` come one after another, `every` apart; at most `limit` (0: no end)."""
        self.start(self.program(name).arrive(program, every, limit).leave(counted=False))

    def arrivals_at(self, name: str, times: Sequence[float], program: Program) -> None:
        """Entities of `program` come at these times, in order."""
        if any(b < a for a, b in itertools.pairwise(times)):
            self.pool.faults.append(f"arrivals {name}: the times must not go backwards")
        source = self.program(name)
        clock = self.calendar(f"{name} (timetable)")
        source.label("next").at(clock, times, otherwise="over").spawn("arrival", program).goto("next").label("over").leave(counted=False)
        self.start(source)

    # ---- build ------------------------------------------------------------------------------------------------------
    def build(self) -> Tables:
        """The model as arrays; raises `ModelError` with all that is wrong."""
        faults = list(self.pool.faults)
        rows: list[Row] = []
        starts: dict[int, int] = {}
        for program in self._programs:
            program.finish()
            starts[program.place.index] = len(rows)
            rows.extend(program.resolved(len(rows), faults))
        code = [list(row.ints) for row in rows]
        for row, ints in zip(rows, code, strict=True):
            if row.child is not None:
                ints[layout.A], ints[layout.B] = starts[row.child], row.child
        if not self._roots:
            faults.append(f"model {self.name}: nobody is there at time 0 and nobody arrives; use start or arrivals")
        faults = faults or list(self._never(rows))
        if faults:
            raise ModelError(faults)
        parameters = list(self.pool.values)
        where = []
        for each in self.pool.distributions:
            where.append(len(parameters))
            parameters += [each.kind, each.count, *each.parameters]
        for ints in code:
            operand = _DRAWS.get(ints[layout.OP])
            if operand is not None and ints[operand] >= 0:
                ints[operand] = where[ints[operand]]
        return Tables(
            code=np.array([[*ints, signed(number_of(row.stream))] for row, ints in zip(rows, code, strict=True)], dtype=np.int64).ravel(),
            operands=np.array([row.floats for row in rows], dtype=np.float64).ravel(),
            parameters=np.array(parameters or [0.0], dtype=np.float64),
            places=self._rows(),
            n_attributes=len(self._attributes),
            n_histograms=sum(each.histogram for each in self.pool.rows),
            place_names=tuple(each.name for each in self.pool.rows),
            place_causes=tuple(each.cause for each in self.pool.rows),
            verbs=tuple(Verb(row.program, row.name, row.place) for row in rows),
            roots=tuple(Root(name, copy, starts[program.place.index], program.place.index) for name, copy, program in self._roots),
        )

    def _never(self, rows: Sequence[Row]) -> Iterator[str]:
        """What can never be had: more units than there are, of a place whose capacity nobody changes."""
        changed = {row.place for row in rows if row.ints[layout.OP] == layout.CAPACITY}
        for row in rows:
            op, asked = row.ints[layout.OP], 1
            if op == layout.SEIZE and row.ints[layout.C] == layout.CONSTANT:
                asked = row.ints[layout.B]
            elif op == layout.TAKE:
                asked = row.ints[layout.D] if math.isfinite(row.floats[0]) or row.ints[layout.C] != layout.CONSTANT else row.ints[layout.B]
            elif op != layout.SERVE:
                continue
            place = self.pool.rows[row.place]
            if asked > place.capacity and row.place not in changed:
                yield f"program {row.program}: {asked} units of {place.name} are asked for, and there are never more than {place.capacity}"

    def _rows(self) -> NDArray[np.int64]:
        found = np.zeros((len(self.pool.rows), layout.PLACE), dtype=np.int64)
        histograms = 0
        for row, each in zip(found, self.pool.rows, strict=True):
            row[[layout.KIND, layout.LEVEL, layout.CAP, layout.FLAGS, layout.HIST]] = each.kind, each.level, each.capacity, each.flags, -1
            if each.histogram:
                row[layout.HIST] = histograms
                histograms += 1
        return found.ravel()
