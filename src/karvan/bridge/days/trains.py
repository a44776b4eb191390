"""Trains: what lies in a siding goes on when a full load is there, or after some time with less."""

from __future__ import annotations

from karvan.bridge.compile import HOURS
from karvan.bridge.days.consignments import Consignments, Pile
from karvan.bridge.days.places import TRAIN_PARTS, Places
from karvan.engines.simulate import UNITS
from karvan.engines.simulate.program import Program
from karvan.engines.simulate.stations import batches


def write(consignments: Consignments) -> None:
    """The trains of every siding."""
    for name, pile in consignments.sidings.items():
        _write(consignments, name, pile)


def full_train(consignments: Consignments, pile: Pile) -> float:
    """Units of a full train in a siding; 0 when the case does not say what a train takes."""
    if pile.unit == "train":
        return 1.0
    return consignments.places.per("", pile.unit, "", "train", pile.mix)


def _write(consignments: Consignments, name: str, pile: Pile) -> None:
    places, model, routines = consignments.places, consignments.places.model, consignments.places.ways.routines
    mode = _mode(consignments, pile)
    load = full_train(consignments, pile)
    said = routines.get("full", mode)
    full = max(1, round((said or 0.0) * load * pile.parts))
    most = max(pile.mixture, key=lambda k: pile.mixture[k])
    train = model.program(f"train:{name.partition(':')[2]}", priority=places.priority(places.ways.commodity(most)))
    if pile.yard is not None:
        train.take(pile.yard, UNITS, minimum=0, into=consignments.scratch)
    for arc in pile.arcs:
        if places.compiled.arcs.link[arc] >= 0:
            _run(consignments, train, pile, arc, load * (said or 1.0))
        else:
            _pass(consignments, train, pile, arc, max(load * (said or 1.0), 1.0 / TRAIN_PARTS))
    train.unload().leave()
    least, linger = routines.get("minimum", mode), routines.get("linger", mode)
    minimum = max(1, min(full, round((least or 0.0) * load * pile.parts)))
    if linger is not None and _comes(places, pile) * pile.parts * linger / HOURS < minimum:
        minimum = 1  # too little for a train of its own: its wagons go with others
    batches(model, f"forming:{name.partition(':')[2]}", pile.store, train, full, minimum=minimum, linger=linger)


def _comes(places: Places, pile: Pile) -> float:
    """Units a year that come to a siding."""
    return sum(tonnes / each for tonnes, k in pile.mix if (each := places.ways.tonnes("", pile.unit, k)))


def _mode(consignments: Consignments, pile: Pile) -> str:
    places = consignments.places
    for arc in pile.arcs:
        if places.compiled.arcs.link[arc] >= 0:
            return places.ways.link_mode(arc)
    return str(places.ways.terminal(pile.arcs[0])["from_mode"])


def _run(consignments: Consignments, train: Program, pile: Pile, arc: int, load: float) -> None:
    """A link: the train keeps its entry for as long as the yearly capacity says, and is on its way meanwhile; then it runs the rest."""
    places = consignments.places
    key = places.ways.link(arc)
    gate = places.sea(places.calendar_of(arc))
    if gate is not None:
        train.wait(gate)
        places.passes(gate, sum(pile.mixture.values()))
    line = places.line(arc)
    busy = 0.0
    if line is not None:
        busy = places.line_hours(arc, pile.unit, pile.mix)
        train.seize(line).delay(f"way {key}", busy / pile.parts, per=UNITS).release(line)
        places.passes(line, sum(pile.mixture.values()))
    train.delay(key, places.time(arc, busy * load))


def _pass(consignments: Consignments, train: Program, pile: Pile, arc: int, load: float) -> None:
    """A check or a change of gauge: servers where a capacity is known, the rest of the time without them."""
    places = consignments.places
    key = places.ways.keys[arc]
    clock = places.hours_of(arc)
    if clock is not None:
        train.window(clock)
    step = places.step(arc)
    busy = 0.0
    if step is not None:
        busy = places.per(key, places.unit(arc), "", pile.unit, pile.mix) / places.rate(arc)
        train.seize(step).delay(f"work {key}", busy / pile.parts, per=UNITS).release(step)
        places.passes(step, sum(pile.mixture.values()))
    train.delay(key, places.spare(arc, busy * load))
    consignments.inspect(train, arc)
