"""Ships: they lie at a port until a load is there, berth, load, wait for the weather, sail, and now and then go to the yard.

A ship that is free goes to the service whose cargo, here and waiting on the other side, fills most ships; it looks every few hours.
Where the case knows departures it leaves at them. A service without a fleet has as much room as is wanted, at its departures.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from karvan.bridge.compile import HOURS
from karvan.bridge.days.calendar import HOUR_A_DAY
from karvan.bridge.days.consignments import Consignments, Pile
from karvan.bridge.days.places import VEHICLE, Known, Places
from karvan.bridge.expanded import DIRECTIONS
from karvan.corridor.checks import usage_unit
from karvan.engines.simulate import CLOCK, UNITS, Attribute, Place
from karvan.engines.simulate.distributions import constant, exponential, uniform
from karvan.engines.simulate.program import Program
from karvan.tables.departures import DAYS as WEEKDAYS

LOOK = 6.0
"""hours between two looks of a dispatcher at what lies in the ports."""
WEEK = 7 * HOUR_A_DAY
NO_END = 1_000_000_000
ANYTHING = 1e-9


@dataclass(eq=False)
class Fleet:
    """A fleet while its ships are written."""

    key: str
    payload: float
    """units of one ship at the level of the sea."""
    unit: str
    ships: int
    works: float
    """share of the time, weather apart, in which a ship works."""
    repair: float
    """hours out of service at a time; 0: such times are taken off the number of ships."""
    piles: dict[tuple[str, str], list[Pile]] = field(default_factory=lambda: defaultdict(list))
    """(from node, to node) -> what lies there for the other side."""

    @property
    def ports(self) -> list[str]:
        """Where its ships call."""
        return list(dict.fromkeys(port for pair in self.piles for port in pair))


def write(consignments: Consignments, payload_factor: np.ndarray) -> list[Fleet]:
    """The ships of every fleet, and the departures of services without one; the fleets."""
    places = consignments.places
    fleets: dict[str, Fleet] = {}
    for name, pile in sorted(consignments.quays.items()):
        key = places.ways.fleet(pile.arcs[0])
        if key:
            if key not in fleets:
                fleets[key] = _fleet(places, key, payload_factor)
            fleets[key].piles[_ends(places, pile.arcs[0])].append(pile)
        else:
            _departures(places, consignments, name, pile)
    for fleet in fleets.values():
        _Captain(consignments, fleet).write()
    return list(fleets.values())


def _fleet(places: Places, key: str, payload_factor: np.ndarray) -> Fleet:
    corridor, of = places.compiled.corridor, places.compiled.cells.of
    i = corridor["fleets"].index[key]
    number, availability, payload = (float(of(places.cells, "fleets", name)[i]) for name in ("number", "availability", "payload"))
    works = min(1.0, availability / _open(places, key))
    repair = places.ways.routines.get("repair", key) or 0.0
    ships = int(np.ceil(number - 1e-9)) if repair else round(number * works)
    if ships < 1:
        places.model.pool.faults.append(f"fleet {key}: {number:g} ships that work {works:.0%} of the time are none; give it ships, or a routine `repair`")
        ships = 1
    share = min(1.0, number * works / ships) if repair else 1.0
    unit = usage_unit(str(corridor["fleets"]["payload_unit"][i])) or "t"
    return Fleet(key, payload * float(payload_factor[i]), unit, ships, share, repair)


def _open(places: Places, fleet: str) -> float:
    """The share of the year in which the ports of a fleet are open: what its availability holds of weather, which is played."""
    corridor = places.compiled.corridor
    services, terminals, calendars = corridor["services"], corridor["terminals"], corridor["calendars"]
    links = {str(link) for link, of in zip(services["link_id"], services["fleet_id"], strict=True) if of == fleet}
    ports = {str(corridor["links"].row(link)[end]) for link in links for end in ("from_node", "to_node")}
    named = {str(calendar) for calendar, node in zip(terminals["calendar_id"], terminals["node_id"], strict=True) if calendar and str(node) in ports}
    shares = places.compiled.cells.of(places.cells, "calendars", "open_share")
    found = [float(shares[np.asarray(calendars["calendar_id"] == calendar)].mean()) for calendar in sorted(named)]
    return max(float(np.mean(found)), 0.01) if found else 1.0


def _ends(places: Places, arc: int) -> tuple[str, str]:
    row = places.compiled.corridor["links"].at(places.compiled.arcs.link[arc])
    ends = (str(row["from_node"]), str(row["to_node"]))
    return ends if places.compiled.arcs.direction[arc] == 0 else ends[::-1]


class _Captain:
    """Writes the program of the ships of one fleet."""

    def __init__(self, consignments: Consignments, fleet: Fleet):
        self.consignments, self.fleet, self.places = consignments, fleet, consignments.places
        model = self.places.model
        self.program: Program = model.program(f"ship:{fleet.key}")
        self.since, self.score, self.best, self.chosen, self.number = (
            model.attribute(name) for name in ("since", "score", "best", "chosen", "number")
        )  # fmt: skip

    def write(self) -> None:
        """A ship goes from port to port; at first they are spread over the ports."""
        program, ports = self.program, self.fleet.ports
        for i, port in enumerate(ports[:-1]):
            program.branch(f"starts at {port}", 1.0 / (len(ports) - i), f"arrive {port}")
        program.goto(f"arrive {ports[-1]}")
        for port in ports:
            self._port(port)
        self.places.model.start(program, self.fleet.ships)

    def _port(self, port: str) -> None:
        program = self.program
        out = list(dict.fromkeys(pair if pair[0] == port else pair[::-1] for pair in self.fleet.piles if port in pair))
        program.label(f"arrive {port}").set(self.since, CLOCK).label(f"look {port}")
        for pair in out:
            for pile in self._piles(pair):
                overdue = self._overdue(pile)
                if overdue is not None:
                    self.program.when(overdue.level, ">", 0, f"take {pile.store.name}")
        self._choose(f"from {port}", [([*self._piles(pair), *self._piles(pair[::-1])], f"to {pair[1]} from {port}") for pair in out])
        for pair in out:
            self._service(pair)

    def _overdue(self, pile: Pile) -> Place | None:
        """The flag of a pile that has lain too long; None where nothing says how long that is."""
        service = self.places.ways.keys[pile.arcs[0]]
        patience = self.places.ways.routines.get("patience", service, self.fleet.key)
        if patience is None:
            return None
        name = f"overdue:{pile.store.name}"
        if self.places.made(name) is None:
            flag = self.places.note(name, self.places.model.tank(name, 0, 1), Known("overdue", "services", service, who=VEHICLE))
            clock = self.places.model.program(f"{name}:clock").label("again").until(pile.store.level, ">", 0).delay("patience", patience)
            clock.when(pile.store.level, "<=", 0, "again").when(flag.level, ">", 0, "told").put(flag, 1).label("told")
            self.places.model.start(clock.until(flag.level, "<=", 0).goto("again"))
        return self.places.place(name)

    def _piles(self, pair: tuple[str, str]) -> list[Pile]:
        return self.fleet.piles.get(pair, [])

    def _service(self, pair: tuple[str, str]) -> None:
        """Go to a service: with what lies there when it is enough or the time has passed; empty when more waits on the other side."""
        program, routines = self.program, self.places.ways.routines
        port, other = pair
        here, there = self._piles(pair), self._piles(pair[::-1])
        services = [self.places.ways.keys[pile.arcs[0]] for pile in (*here, *there)]
        full = routines.get("full", *services, self.fleet.key) or 0.0
        least = min(full, routines.get("minimum", *services, self.fleet.key) or 0.0)
        said = routines.get("linger", *services, self.fleet.key)
        linger = said if said is not None else math.inf if full > least else 0.0
        program.label(f"to {other} from {port}")
        load, stay, ballast = f"load {port} {other}", f"stay {port} {other}", f"ballast {port} {other}"
        if here:
            self._largest(here, self.score)
            program.when(self.score, ">=", max(full, ANYTHING), load)
            program.when(self.since.elapsed, "<", linger, stay)
            program.when(self.score, ">=", max(least, ANYTHING), load)
        self._sum(there, self.score)
        program.when(self.score, ">=", max(least, ANYTHING), ballast)
        program.label(stay).delay(f"look {port} {other}", LOOK).goto(f"look {port}", lap=False)
        program.label(ballast).delay(f"ballast {port} {other}", self.places.time((here or there)[0].arcs[0]))
        pile = (here or there)[0]
        turn = self._turn(pile, max(1, int(_load(self.places, self.fleet, pile))))
        if turn > 0:
            program.delay(f"turn {port} {other}", constant(turn))
        self._dock(f"{port} {other}", (here or there)[0])
        program.goto(f"arrive {other}").label(load).record(self._idle(), self.since.elapsed)
        self._choose(f"at {port} {other}", [([pile], f"take {pile.store.name}") for pile in here])
        for pile in here:
            self._sail(pile, port, other)

    def _idle(self) -> Place:
        """The tally of how long ships lay and waited for cargo before they loaded."""
        name = f"idle:{self.fleet.key}"
        if self.places.made(name) is None:
            known = Known("idle", "fleets", self.fleet.key, who=VEHICLE)
            self.places.note(name, self.places.model.tally(name, histogram=False), known)
        return self.places.place(name)

    def _sail(self, pile: Pile, port: str, other: str) -> None:
        program = self.program.label(f"take {pile.store.name}")
        overdue = self._overdue(pile)
        if overdue is not None:
            program.take(overdue, 1, minimum=0, linger=0.0, into=self.number)
        full = max(1, int(_load(self.places, self.fleet, pile)))
        if pile.largest > full:
            self.places.fault("fleets.csv", self.fleet.key, "payload", f"{self.fleet.payload:.4g} {self.fleet.unit} at the level of the sea",
                              f"room for a consignment of {pile.largest / pile.parts:.4g} {pile.unit}", "Make its lot smaller (routines.csv), or correct the payload.")  # fmt: skip
        empty, away = f"nothing {pile.store.name}", f"away {pile.store.name}"
        _cross(self.consignments, program, pile, full=full, hours=self._port_hours(pile, full), nothing=empty, turn=self._turn(pile, full))
        self._dock(pile.store.name, pile)
        program.goto(away).label(empty).delay(f"look again {pile.store.name}", LOOK).goto(f"look {port}", lap=False)
        program.label(away).goto(f"arrive {other}")

    def _dock(self, name: str, pile: Pile) -> None:
        """After a crossing a ship may go to the yard, so often that it works the share of the time that the case says."""
        fleet = self.fleet
        if fleet.repair > 0 and fleet.works < 1.0:
            leg = self._round_trip(pile) / 2.0
            chance = min(1.0, leg * (1.0 - fleet.works) / (fleet.works * fleet.repair))
            self.program.branch(f"works on {name}", 1.0 - chance, f"sound {name}").delay(f"repair {name}", exponential(fleet.repair)).label(f"sound {name}")

    def _round_trip(self, pile: Pile) -> float:
        service = int(self.places.compiled.arcs.service[pile.arcs[0]])
        found = float(self.places.compiled.cells.of(self.places.cells, "services", "round_trip")[service])
        return 2.0 * float(self.places.hours[pile.arcs[0]]) if np.isnan(found) else found

    def _port_hours(self, pile: Pile, full: int) -> float:
        """Hours of one loading or discharge in a port of which no rate is known: its share of what the round trip leaves."""
        unknown = self._handlings(pile) * (2 - len(self._rated(pile)))
        return self._left(pile, full) / unknown if unknown else 0.0

    def _turn(self, pile: Pile, full: int) -> float:
        """Hours of a call that loading and discharging do not explain: mooring, papers, bunkers, the waits that are usual. Where a port has
        no rate these are in the hours of its handling."""
        return self._left(pile, full) / 2.0 if len(self._rated(pile)) == 2 else 0.0

    def _left(self, pile: Pile, full: int) -> float:
        """Hours of a round trip that sailing, and full loads at berths of a known rate, leave."""
        worked = self._handlings(pile) * full * sum(_rate(self.places, pile, arc) for arc in self._rated(pile))
        return max(0.0, self._round_trip(pile) - 2.0 * float(self.places.hours[pile.arcs[0]]) - worked)

    def _rated(self, pile: Pile) -> list[int]:
        """Its terminals of a known rate."""
        return [arc for arc in (pile.before, pile.after) if arc >= 0 and self.places.berth(arc) is not None]

    def _handlings(self, pile: Pile) -> float:
        """Loadings and discharges at each end of a round trip: one where its ships go back empty."""
        return 2.0 if self._both_ways(pile) else 1.0

    def _both_ways(self, pile: Pile) -> bool:
        """Whether its ships carry something back too."""
        return bool(self._piles(_ends(self.places, pile.arcs[0])[::-1]))

    # ---- choices ----------------------------------------------------------------------------------------------------
    def _sum(self, piles: Sequence[Pile], into: Attribute) -> None:
        """How many ships the piles fill."""
        self.program.set(into, 0.0)
        for pile in piles:
            self.program.set(self.number, pile.store.level).scale(self.number, 1.0 / max(1.0, _load(self.places, self.fleet, pile)))
            self.program.add(into, self.number)

    def _largest(self, piles: Sequence[Pile], into: Attribute) -> None:
        """How many ships the largest of the piles fills: a ship loads at one berth."""
        program = self.program
        for i, pile in enumerate(piles):
            program.set(self.number, pile.store.level).scale(self.number, 1.0 / max(1.0, _load(self.places, self.fleet, pile)))
            if i == 0:
                program.set(into, self.number)
                continue
            program.set(self.best, into).scale(self.best, -1.0).add(self.best, self.number)
            program.when(self.best, "<=", 0.0, f"no larger {pile.store.name}").set(into, self.number).label(f"no larger {pile.store.name}")

    def _choose(self, name: str, choices: Sequence[tuple[list[Pile], str]]) -> None:
        """Jump to the label of the piles that fill most ships; to the first of equals."""
        program = self.program
        if not choices:
            program.delay(f"look {name}", LOOK).goto(f"look {name.split()[1]}", lap=False)
            return
        for i, (piles, _) in enumerate(choices[1:] and choices):
            self._sum(piles, self.score)
            if i == 0:
                program.set(self.best, self.score).set(self.chosen, 0.0)
                continue
            program.set(self.number, self.best).scale(self.number, -1.0).add(self.number, self.score)
            program.when(self.number, "<=", 0.0, f"less {i} {name}").set(self.best, self.score).set(self.chosen, float(i)).label(f"less {i} {name}")
        for i, (_, label) in enumerate(choices[1:], start=1):
            program.when(self.chosen, "==", float(i), label)
        program.goto(choices[0][1])


def _load(places: Places, fleet: Fleet, pile: Pile) -> float:
    """What a ship takes from a pile, in parts of its unit."""
    ratio = 1.0 if pile.unit == fleet.unit else places.per("" if pile.before < 0 else places.ways.keys[pile.before], pile.unit, fleet.key, fleet.unit, pile.mix)
    return fleet.payload * ratio * pile.parts


def _cross(
    consignments: Consignments, program: Program, pile: Pile, *, full: int | None, hours: float, nothing: str = "", turn: float = 0.0,
    timetable: bool = True,
) -> None:  # fmt: skip
    """Berth, load, leave when the sea is open, sail, berth, discharge. `full`: take so much from the pile, and nothing: the label where
    the ship goes on when it is gone; None: the cargo is on board already."""
    places = consignments.places
    name = pile.store.name
    gate = _berth(places, program, pile.before, name)
    if full is not None:
        program.take(pile.store, full, minimum=0, linger=0.0)
        program.when(UNITS, ">", 0, f"loading {name}")
        _leave(places, program, pile.before)
        program.goto(nothing).label(f"loading {name}")
    _handle(places, program, pile, pile.before, f"load {name}", hours)
    if pile.before >= 0:
        program.take(places.waiting(pile.before), UNITS, minimum=0, into=consignments.scratch)
    if pile.yard is not None:
        program.take(pile.yard, UNITS, minimum=0, into=consignments.scratch)
    ends = [places.calendar_of(each) for each in (pile.before, pile.after) if each >= 0]
    way = places.calendar_of(pile.arcs[0])
    for each in (gate, None if way in ends else places.sea(way)):  # a way with the calendar of one of its ports closes with that port
        if each is not None:
            program.wait(each)
    if timetable:
        _timetable(places, program, pile)
    _leave(places, program, pile.before)
    program.record(_sailings(places, pile), UNITS)
    program.delay(f"sail {name}", places.time(pile.arcs[0]))
    _berth(places, program, pile.after, f"{name} arrived")
    _handle(places, program, pile, pile.after, f"discharge {name}", hours)
    program.unload()
    _leave(places, program, pile.after)
    if turn > 0:
        program.delay(f"turn {name}", constant(turn))


def _berth(places: Places, program: Program, arc: int, name: str) -> Place | None:
    """Wait for the sea and for a berth; the gate of the sea."""
    if arc < 0:
        return None
    gate = places.sea(places.calendar_of(arc))
    if gate is not None:
        program.wait(gate)
    berth = places.berth(arc)
    if berth is not None:
        program.seize(berth, name=f"berth {name}")
    return gate


def _leave(places: Places, program: Program, arc: int) -> None:
    berth = places.berth(arc) if arc >= 0 else None
    if berth is not None:
        program.release(berth)


def _handle(places: Places, program: Program, pile: Pile, arc: int, name: str, hours: float) -> None:
    """Load or discharge: by the rate of the berth, with its cranes; by the hours that the round trip leaves where none is known."""
    if arc < 0 or places.berth(arc) is None:
        program.delay(name, constant(hours))
        return
    cranes = places.cranes(arc)
    for crane in cranes:
        program.seize(crane)
    program.delay(name, _rate(places, pile, arc), per=UNITS)
    for crane in reversed(cranes):
        program.release(crane)


def _rate(places: Places, pile: Pile, arc: int) -> float:
    """Hours for one part of a unit of a pile at a berth."""
    unit = places.unit(arc)
    ratio = 1.0 if unit == pile.unit else places.per(places.ways.keys[arc], unit, "", pile.unit, pile.mix)
    return ratio / places.rate(arc) / pile.parts


def _sailings(places: Places, pile: Pile) -> Place:
    """The tally of sailings of a service in one direction; what is recorded is the load in parts of its unit."""
    service = places.ways.keys[pile.arcs[0]]
    direction = DIRECTIONS[places.compiled.arcs.direction[pile.arcs[0]]]
    name = f"sailing:{service}:{direction}:{pile.unit}"
    if places.made(name) is None:
        known = Known("sailing", "services", service, direction, pile.unit, pile.parts, VEHICLE, other=places.ways.fleet(pile.arcs[0]))
        places.note(name, places.model.tally(name, histogram=False), known)
    return places.place(name)


def _weekly(places: Places, pile: Pile) -> list[tuple[str, float]]:
    """The departures of a service in one direction: which row, at which hour of the week."""
    service, direction = places.ways.keys[pile.arcs[0]], DIRECTIONS[places.compiled.arcs.direction[pile.arcs[0]]]
    return [
        (str(row["departure_id"]), (WEEKDAYS.index(str(row["weekday"])) * HOUR_A_DAY + float(row["hour"])) % WEEK)
        for row in places.compiled.corridor["departures"].rows()
        if row["service_id"] == service and row["direction"] == direction
    ]


def _timetable(places: Places, program: Program, pile: Pile) -> None:
    """Where departures are known, wait for one: each lets one ship go, and is gone when none is ready."""
    departures = _weekly(places, pile)
    if not departures:
        return
    service, direction = places.ways.keys[pile.arcs[0]], DIRECTIONS[places.compiled.arcs.direction[pile.arcs[0]]]
    name = f"departures:{service}:{direction}"
    if places.made(name) is None:
        permit = places.note(name, places.model.tank(name, 0, 1, cause="timetable"), Known("departures", "services", service, direction, who=VEHICLE))
        gone = places.model.attribute("permit")
        for row, hour in departures:
            clock = places.model.calendar(f"{name}:{row}", cause="timetable")
            going = places.model.program(f"{name}:{row}:clock").label("again").slot(clock, WEEK, hour)
            places.model.start(going.put(permit, 1).take(permit, 1, minimum=0, linger=0.0, into=gone).goto("again"))
    program.take(places.place(name), 1, minimum=1, into=places.model.attribute("permit"))


def _departures(places: Places, consignments: Consignments, name: str, pile: Pile) -> None:
    """A service without a fleet: whatever lies there leaves at its departures, by the timetable or regularly; at once where none are known."""
    ship = places.model.program(f"ship:{name}")
    _cross(consignments, ship, pile, full=None, hours=0.0, timetable=False)
    ship.leave()
    frequency = float(places.compiled.cells.of(places.cells, "services", "frequency")[places.compiled.arcs.service[pile.arcs[0]]])
    weekly = _weekly(places, pile)
    for row, hour in weekly:
        clock = places.model.calendar(f"departures:{name}:{row}", cause="timetable")
        going = places.model.program(f"departures:{name}:{row}:clock").label("again").slot(clock, WEEK, hour)
        going.take(pile.store, NO_END, minimum=0, linger=0.0).when(UNITS, "<=", 0, "again").spawn("ship", ship, carrying=True).goto("again")
        places.model.start(going)
    if weekly:
        return
    going = places.model.program(f"departures:{name}:clock")
    if frequency > 0:
        headway = HOURS / frequency
        going.delay("first", uniform(0.0, headway)).label("next").take(pile.store, NO_END, minimum=0, linger=0.0)
        going.when(UNITS, "<=", 0, "none").spawn("ship", ship, carrying=True).label("none").delay("headway", headway).goto("next")
    else:
        going.label("next").take(pile.store, 1).spawn("ship", ship, carrying=True).goto("next")
    places.model.start(going)
