"""The verbs: what an entity can do, one call each. What they mean exactly stands in `machine.py`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from karvan.engines.simulate import layout
from karvan.engines.simulate.distributions import Distribution
from karvan.engines.simulate.pool import Pool
from karvan.engines.simulate.values import AGE, UNITS, Attribute, Place, Value

_COMPARE = {"<": layout.LESS, "<=": layout.AT_MOST, ">=": layout.AT_LEAST, ">": layout.MORE, "==": layout.EQUAL, "!=": layout.DIFFERENT}
_ENDS = (layout.EXIT, layout.GOTO)


@dataclass
class Row:
    """One row of code while the model is written."""

    program: str
    name: str
    stream: str
    place: int
    ints: list[int]
    floats: list[float]
    labels: dict[int, str] = field(default_factory=dict)
    child: int | None = None


class Program:
    """A kind of entity and its verbs, in order; every verb gives back the program, so that calls can be chained.

    A name given to a verb is the name of its random stream: it must not change when the model does, and two scenarios share
    the numbers of verbs with the same name. Verbs of one name are told apart by their order among themselves.
    """

    def __init__(self, pool: Pool, name: str, place: Place):
        self.pool, self.name, self.place = pool, name, place
        self._rows: list[Row] = []
        self._labels: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._shortest: list[tuple[int, int, list[str]]] = []

    # ---- time -------------------------------------------------------------------------------------------------------
    def delay(self, name: str, time: Distribution | float, *, per: Value | None = None, rate: float = 1.0) -> Program:
        """Let time pass. With `per`, the time is that of one unit: time x amount / rate (`per=UNITS, rate=25` per hour)."""
        if rate <= 0:
            self._fault(name, f"the rate must be > 0, found {rate}")
        kind, index = (per.kind, per.index) if per else (layout.CONSTANT, 0)
        return self._verb(layout.DELAY, name, b=kind, c=index, d=self._time(name, time), f0=rate)

    def slot(self, calendar: Place, every: float, offset: float = 0.0, *, later: bool = True) -> Program:
        """Wait for the next departure of a timetable: times `offset + k every`; `later`: strictly after now."""
        if every <= 0:
            self._fault(calendar.name, f"a timetable needs a period > 0, found {every}")
        self._verb(layout.SLOT, calendar.name, calendar, b=int(later), f0=every, f1=offset)
        return self._verb(layout.WAITED, calendar.name, calendar)

    def window(self, calendar: Place, need: Value | float = 0.0) -> Program:
        """Wait until nothing in the calendar is closed for as long as `need`: a crossing starts only if it can end."""
        offset, count, period = self.pool.closures[calendar.index]
        kind, index, number = self._asked(need)
        self._verb(layout.WINDOW, calendar.name, calendar, b=kind, c=index, d=offset, x=count, f0=number, f1=period)
        return self._verb(layout.WAITED, calendar.name, calendar)

    def at(self, calendar: Place, times: Sequence[float], otherwise: str) -> Program:
        """Wait for the n-th of these times, n being the number of jumps backwards so far; to label `otherwise` when over."""
        self._verb(layout.AT, calendar.name, calendar, d=self.pool.numbers(times), x=len(times))
        self._rows[-1].labels[layout.Y] = otherwise
        return self._verb(layout.WAITED, calendar.name, calendar)

    # ---- resources --------------------------------------------------------------------------------------------------
    def serve(self, resource: Place, time: Distribution | float, name: str = "") -> Program:
        """Seize one unit, let time pass, release it."""
        called = name or resource.name
        if resource.interruptible:
            return self.seize(resource).delay(called, time).release(resource)
        d = self._time(called, time)
        self._verb(layout.SERVE, called, resource, d=d)
        stream = self._rows[-1].stream
        self._verb(layout.DELAY, called, d=d, b=layout.CONSTANT)
        self._rows[-1].stream = stream
        return self._verb(layout.SERVED, resource.name, resource)

    def seize(
        self, resource: Place, units: Value | int = 1, *, patience: float | None = None, otherwise: str = "", name: str = ""
    ) -> Program:
        """Wait for units of a resource and hold them; after `patience` give up and go to label `otherwise`."""
        kind, index, number = self._asked(units)
        self._verb(layout.SEIZE, name or resource.name, resource, b=int(number) if kind == layout.CONSTANT else index, c=kind)
        if patience is not None:
            if not 0 < patience < math.inf or not otherwise:
                self._fault(resource.name, "patience must be a time > 0 and needs a label `otherwise`")
            self._rows[-1].floats[0] = patience
            self._rows[-1].labels[layout.Y] = otherwise
        return self

    def release(self, resource: Place, units: Value | int = 1) -> Program:
        """Give units back."""
        kind, index, number = self._asked(units)
        return self._verb(layout.RELEASE, resource.name, resource, b=int(number) if kind == layout.CONSTANT else index, c=kind)

    def change(self, place: Place, by: int, *, interrupt: bool = False) -> Program:
        """Change the capacity of a place. With `interrupt` who is served stops at once, else finishes before it counts."""
        return self._capacity(place, by, layout.ADD, interrupt)

    def limit(self, place: Place, capacity: int, *, interrupt: bool = False) -> Program:
        """Set the capacity of a place."""
        return self._capacity(place, capacity, layout.ASSIGN, interrupt)

    # ---- cargo ------------------------------------------------------------------------------------------------------
    def store(self, store: Place) -> Program:
        """Lie down in a store; goes on with the next verb when a carrier that took it unloads it."""
        return self._verb(layout.STORE, store.name, store)

    def put(self, place: Place, units: Value | int = UNITS) -> Program:
        """Put everything carried into a store, or `units` into a tank; wait while there is no room."""
        kind, index, number = self._asked(units)
        return self._verb(layout.PUT, place.name, place, b=int(number) if kind == layout.CONSTANT else index, c=kind)

    def take(
        self, place: Place, full: Value | int, *, minimum: int = 1, linger: float | None = None, into: Attribute | None = None
    ) -> Program:
        """Wait for a full load; after `linger` for `minimum` only (None: wait for ever, 0: take what is there).

        From a tank the amount is added to what is carried, or stands in the attribute `into`.
        """
        kind, index, number = self._asked(full)
        if kind == layout.CONSTANT and (number < 1 or minimum > number or minimum < 0):
            self._fault(place.name, f"a load needs 0 <= minimum <= full and full >= 1, found {minimum} and {number:g}")
        where = -1 if into is None else into.index
        number_or_index = int(number) if kind == layout.CONSTANT else index
        wait = math.inf if linger is None else float(linger)
        return self._verb(layout.TAKE, place.name, place, b=number_or_index, c=kind, d=minimum, x=where, f0=wait)

    def unload(self, to: str = "") -> Program:
        """Let everything carried go its own way: each goes on after the verb by which it was stored, or at label `to`."""
        self._verb(layout.UNLOAD, "unload", a=-1)
        if to:
            self._rows[-1].labels[layout.A] = to
        return self

    # ---- gates and conditions ---------------------------------------------------------------------------------------
    def wait(self, gate: Place) -> Program:
        """Pass when the gate is open."""
        return self._verb(layout.PASS, gate.name, gate)

    def open(self, gate: Place) -> Program:
        """Open a gate: all who wait pass."""
        return self._verb(layout.GATE, gate.name, gate, b=1)

    def close(self, gate: Place) -> Program:
        """Close a gate."""
        return self._verb(layout.GATE, gate.name, gate, b=0)

    def until(self, value: Value, compare: str, threshold: float) -> Program:
        """Sleep until the state of a place is so: a queue above a threshold, a yard below half."""
        if value.kind not in (layout.QUEUE_OF, layout.LEVEL_OF, layout.FREE_OF, layout.PRESENT, layout.SEEN):
            self._fault("until", "only queue, level, free, present and count of a place can be waited for")
            return self
        place = self.pool.place_at(value.index)
        return self._verb(layout.UNTIL, place.name, place, b=value.kind, c=_COMPARE[compare], f0=threshold)

    # ---- ways -------------------------------------------------------------------------------------------------------
    def label(self, name: str) -> Program:
        """A place to jump to."""
        if name in self._labels:
            self._fault(name, "this label is there twice")
        self._labels[name] = len(self._rows)
        return self

    def goto(self, label: str, *, lap: bool = True) -> Program:
        """Jump. Backwards it counts as a lap, and every lap has its draws; not with `lap=False`: one who only looks again and again
        keeps the luck of what comes afterwards, however often it looked. No verb that draws may stand in such a loop."""
        return self._jump(self._verb(layout.GOTO, "goto", b=int(not lap)), label)

    def branch(self, name: str, probability: float | Sequence[float], to: str, *, period: float = 0.0) -> Program:
        """Jump with this probability; a list of them is a profile over `period` (months of a year, hours of a day)."""
        chances = [probability] if isinstance(probability, int | float) else list(probability)
        if not all(0 <= each <= 1 for each in chances) or not chances:
            self._fault(name, f"probabilities must lie between 0 and 1, found {chances}")
        if isinstance(probability, int | float):
            return self._jump(self._verb(layout.BRANCH, name, f0=float(probability)), to)
        if period <= 0:
            self._fault(name, f"a profile needs a period > 0, found {period}")
        return self._jump(self._verb(layout.BRANCH, name, b=self.pool.numbers(chances), d=len(chances), f1=period), to)

    def when(self, value: Value, compare: str, threshold: float, to: str) -> Program:
        """Jump if it is so."""
        return self._jump(self._verb(layout.IF, "when", b=value.kind, c=value.index, d=_COMPARE[compare], f0=threshold), to)

    def shortest(self, choices: Sequence[tuple[Place, str]]) -> Program:
        """Jump to the label of the place with a free unit, or else the fewest per unit of capacity; the first of equals."""
        self._verb(layout.SHORTEST, "shortest", b=len(choices), c=0)
        offset = self.pool.numbers([x for place, _ in choices for x in (place.index, 0)])
        self._rows[-1].ints[layout.C] = offset
        self._shortest.append((len(self._rows) - 1, offset, [label for _, label in choices]))
        return self

    # ---- births and departures --------------------------------------------------------------------------------------
    def arrive(self, program: Program, every: Distribution | float, limit: int = 0) -> Program:
        """Give birth again and again, `every` apart; goes on after `limit` births (0: never)."""
        self._verb(layout.ARRIVE, "arrive", c=limit, d=self._time(self.name, every))
        self._rows[-1].child = program.place.index
        return self

    def spawn(self, name: str, program: Program, copies: Value | Distribution | int = 1, *, carrying: bool = False) -> Program:
        """Give birth to `copies` entities with the same attributes; `carrying`: the first takes over what is carried."""
        kind, index, number, drawn = layout.CONSTANT, 0, 0.0, -1
        if isinstance(copies, Distribution):
            drawn = self.pool.distribution(copies)
        else:
            kind, index, number = self._asked(copies)
        self._verb(layout.SPAWN, name, c=int(number) if kind == layout.CONSTANT else index, d=kind, x=drawn, y=int(carrying))
        self._rows[-1].child = program.place.index
        return self

    def leave(self, *, counted: bool = True) -> Program:
        """Leave for good; `counted`: the time since birth is an observation of this program."""
        return self._verb(layout.EXIT, "leave", b=int(not counted))

    # ---- numbers ----------------------------------------------------------------------------------------------------
    def set(self, attribute: Attribute, to: Value | Distribution | float, name: str = "") -> Program:
        """Let an attribute be a number, a draw, or something asked for."""
        return self._number(layout.SET, attribute.index, name or attribute.name, to, layout.ASSIGN)

    def add(self, attribute: Attribute, amount: Value | Distribution | float, name: str = "") -> Program:
        """Add to an attribute."""
        return self._number(layout.SET, attribute.index, name or attribute.name, amount, layout.ADD)

    def scale(self, attribute: Attribute, factor: Value | Distribution | float, name: str = "") -> Program:
        """Multiply an attribute."""
        return self._number(layout.SET, attribute.index, name or attribute.name, factor, layout.SCALE)

    def priority(self, to: Value | Distribution | float, name: str = "priority") -> Program:
        """Change the entity's priority; smaller numbers go first."""
        return self._number(layout.SET, layout.TO_PRIORITY, name, to, layout.ASSIGN)

    def size(self, to: Value | Distribution | float, name: str = "size") -> Program:
        """Change what the entity takes in a store or carrier."""
        return self._number(layout.SET, layout.TO_SIZE, name, to, layout.ASSIGN)

    def record(self, tally: Place, what: Value | Distribution | float = AGE, name: str = "") -> Program:
        """Record an observation."""
        return self._number(layout.RECORD, tally.index, name or tally.name, what, layout.ASSIGN, tally)

    # ---- for the model that builds ----------------------------------------------------------------------------------
    def finish(self) -> None:
        """Let the program end by leaving, if it does not end otherwise."""
        if not self._rows or self._rows[-1].ints[layout.OP] not in _ENDS or len(self._rows) in self._labels.values():
            self.leave()

    def resolved(self, first: int, faults: list[str]) -> list[Row]:
        """The rows with labels turned into positions, the program starting at row `first`."""
        for row in self._rows:
            for position, label in row.labels.items():
                row.ints[position] = first + self._labels.get(label, 0)
                if label not in self._labels:
                    faults.append(f"program {self.name}, {row.name}: there is no label {label}; there are {', '.join(self._labels) or 'none'}")
        for _, offset, labels in self._shortest:
            for i, label in enumerate(labels):
                if label not in self._labels:
                    faults.append(f"program {self.name}, shortest: there is no label {label}")
                self.pool.values[offset + 2 * i + 1] = float(first + self._labels.get(label, 0))
        return self._rows

    def _verb(
        self, op: int, name: str, place: Place | None = None, *, a: int = 0, b: int = 0, c: int = 0, d: int = 0, x: int = 0, y: int = 0,
        f0: float = 0.0, f1: float = 0.0,
    ) -> Program:  # fmt: skip
        at = a if place is None else place.index
        self._named[name] = self._named.get(name, -1) + 1
        stream = f"{self.name}.{name}#{self._named[name]}"
        where = -1 if place is None else place.index
        self._rows.append(Row(self.name, name, stream, where, [op, at, b, c, d, x, y], [f0, f1]))
        return self

    def _number(self, op: int, at: int, name: str, what: Value | Distribution | float, how: int, place: Place | None = None) -> Program:
        if isinstance(what, Distribution):
            return self._verb(op, name, place, a=at, d=how, x=self.pool.distribution(what))
        kind, index, number = self._asked(what)
        return self._verb(op, name, place, a=at, b=kind, c=index, d=how, x=-1, f0=number)

    def _capacity(self, place: Place, amount: int, how: int, interrupt: bool) -> Program:
        if interrupt and not place.interruptible:
            self._fault(place.name, "only an interruptible resource can be interrupted; say resource(…, interruptible=True)")
        return self._verb(layout.CAPACITY, place.name, place, b=amount, c=how, d=int(interrupt))

    def _jump(self, _: Program, label: str) -> Program:
        self._rows[-1].labels[layout.A] = label
        return self

    def _time(self, name: str, time: Distribution | float) -> int:
        low = time.smallest if isinstance(time, Distribution) else time
        if not low >= 0 or low == math.inf:
            self._fault(name, f"a time must be finite and >= 0, found {low}")
        return self.pool.distribution(time)

    def _asked(self, what: Value | float) -> tuple[int, int, float]:
        return (what.kind, what.index, 0.0) if isinstance(what, Value) else (layout.CONSTANT, 0, float(what))

    def _fault(self, name: str, text: str) -> None:
        self.pool.faults.append(f"program {self.name}, {name}: {text}")
