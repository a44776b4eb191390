"""Kinds of stations: functions that write verbs. A new kind is a new function, and nothing is recompiled.

Each takes a model and a name; every random stream of it begins with that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from karvan.engines.simulate.distributions import Distribution
from karvan.engines.simulate.model import Model
from karvan.engines.simulate.program import Program
from karvan.engines.simulate.values import UNITS, Place, Value


def batches(
    model: Model, name: str, store: Place, carrier: Program, full: int, *, minimum: int | None = None, linger: float | None = None
) -> Program:
    """What lies in a store goes on in a new `carrier` as soon as a full load is there, or after `linger` with `minimum`.

    The time runs from the departure of the load before.
    """
    least = full if minimum is None and linger is None else (1 if minimum is None else minimum)
    former = model.program(name).label("next").take(store, full, minimum=least, linger=linger)
    former.spawn("load", carrier, carrying=True).goto("next")
    model.start(former)
    return former


def breakdowns(
    model: Model, name: str, resource: Place, works: Distribution, repair: Distribution, *, units: int = 1, interrupt: bool = True
) -> Program:
    """A resource that loses `units` of its capacity now and then: it belongs to the resource, whoever uses it.

    With `interrupt` (the resource must be interruptible) service stops and goes on after the repair, else it is finished first.
    """
    program = model.program(name).label("works").delay("works", works).change(resource, -units, interrupt=interrupt)
    model.start(program.delay("repair", repair).change(resource, units).goto("works"))
    return program


def weather(model: Model, name: str, gate: Place, fair: Distribution, foul: Distribution) -> Program:
    """A gate that closes now and then, by chance."""
    program = model.program(name).label("fair").delay("fair", fair).close(gate).delay("foul", foul).open(gate).goto("fair")
    model.start(program)
    return program


def shifts(model: Model, name: str, resource: Place, changes: Sequence[tuple[float, int]], period: float) -> Program:
    """The capacity of a resource by timetable: (time within the period, capacity from then on); who is served finishes."""
    times = [time for time, _ in changes]
    if not changes or times != sorted(set(times)) or times[0] < 0 or times[-1] >= period:
        model.pool.faults.append(f"shifts {name}: needs times that rise from 0 to before the period of {period}, found {times}")
        return model.program(name)
    clock = model.calendar(f"{name} (timetable)")
    program = model.program(name).label("again")
    for i, (time, capacity) in enumerate(changes):
        program.slot(clock, period, time, later=i > 0 or len(changes) == 1).limit(resource, capacity)
    model.start(program.goto("again"))
    return program


def ban(model: Model, name: str, gate: Place, load: Value, above: float, below: float, least: float = 0.0) -> Program:
    """A gate that closes when `load` (the queue or level of a place) goes above a threshold, for `least` at least, and opens
    again when it is down to `below`: the railway's convention ban.
    """
    if below > above:
        model.pool.faults.append(f"ban {name}: it must end below where it begins, found {below} and {above}")
    program = model.program(name).label("watch").until(load, ">", above).close(gate)
    if least > 0:
        program.delay("least", least)
    model.start(program.until(load, "<=", below).open(gate).goto("watch"))
    return program


@dataclass(frozen=True)
class Terminal:
    """One end of a crossing."""

    berths: Place
    """resource: one unit a ship."""
    pile: Place | None = None
    """store with what goes aboard here; None: the ship leaves empty."""
    slots: Place | None = None
    """resource: a slot of the yard for every unit that lies here or is being loaded; freed when loading is done."""
    loading: float = 1.0
    """units an hour aboard."""
    unloading: float = 1.0
    """units an hour ashore."""
    minimum: int = 1
    linger: float | None = None
    """after this time at berth a ship leaves with `minimum`; None: it waits for a full load."""


def shuttle(model: Model, name: str, ends: tuple[Terminal, Terminal], capacity: int, sail: Distribution, sea: Place, ships: int = 1) -> Program:
    """Ships that go to and fro: berth, unload, load, wait for the weather before they leave, sail; so empties return by themselves.

    `sea` is a gate that must be open to leave. Cargo goes on after the verb by which it was stored.
    """
    program = model.program(name).label("round")
    for end, port in zip(("here", "there"), ends, strict=True):
        program.seize(port.berths, name=f"berth {end}").delay(f"unload {end}", 1.0, per=UNITS, rate=port.unloading).unload()
        if port.pile is not None:
            program.take(port.pile, capacity, minimum=port.minimum, linger=port.linger)
            program.delay(f"load {end}", 1.0, per=UNITS, rate=port.loading)
            if port.slots is not None:
                program.release(port.slots, UNITS)
        program.wait(sea).release(port.berths).delay(f"sail from {end}", sail)
    model.start(program.goto("round"), ships)
    return program
