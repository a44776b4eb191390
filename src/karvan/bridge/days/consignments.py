"""What every consignment does: it comes, waits for wagons, lies in a siding until a train takes it, in a port until a ship does, and arrives."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from karvan.bridge.days.calendar import LEAD, YEAR, by_day
from karvan.bridge.days.places import CARGO, SHIP, TRAIN_CAUSE, Known, Places, near
from karvan.bridge.days.plan import HAUL, MOVE, STEP, VOYAGE, Piece, Traffic, digest
from karvan.bridge.expanded import DIRECTIONS
from karvan.bridge.limits import lookup
from karvan.bridge.returns import EMPTY_UNITS
from karvan.corridor.checks import usage_unit
from karvan.engines.simulate import CLOCK, Attribute, Place
from karvan.engines.simulate.distributions import constant, exponential
from karvan.engines.simulate.program import Program

TURN = 2.0
"""equipment that goes on with its load comes back after twice the hours of the rest of the way."""


@dataclass(eq=False)
class Pile:
    """What lies in a siding or port until a train or ship takes it."""

    store: Place
    arcs: tuple[int, ...]
    before: int
    unit: str
    parts: float
    yard: Place | None
    largest: int = 0
    """parts that one consignment takes at most."""
    mixture: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    """commodity -> t a year."""
    landings: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    """terminal of arrival (-1: none) -> t a year."""

    @property
    def after(self) -> int:
        """Where its ships discharge: where most of it goes."""
        return max(self.landings, key=lambda arc: (self.landings[arc], arc), default=-1)

    @property
    def mix(self) -> list[tuple[float, int]]:
        """(t a year, commodity)."""
        return [(tonnes, k) for k, tonnes in self.mixture.items()]


@dataclass(eq=False)
class Consignments:
    """The programs of what is sent, and the piles they lie in; trains and ships are written after them, from the piles."""

    places: Places
    cuts: dict[str, np.ndarray]
    """cut -> its arcs."""
    begins: float = LEAD
    """when counting starts."""
    sidings: dict[str, Pile] = field(default_factory=dict)
    quays: dict[str, Pile] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    """tally of a journey -> t a year that assign sends."""
    number: dict[str, float] = field(default_factory=dict)
    """tally of a journey -> consignments a year."""
    _empties: dict[str, Program] = field(default_factory=dict)
    _returns: dict[str, Program] = field(default_factory=dict)

    def __post_init__(self) -> None:
        model = self.places.model
        self.scratch: Attribute = model.attribute("taken")
        self.wagons: Attribute = model.attribute("wagons")
        self.turn: Attribute = model.attribute("turn")
        self.load: Attribute = model.attribute("load")
        self._return_share = lookup(self.places.compiled.corridor, "return_share")

    @property
    def lots(self) -> dict[str, float]:
        """Tally of a journey -> mean t of its consignments."""
        return {name: tonnes / self.number[name] for name, tonnes in self.sent.items()}

    # ---- one kind of consignment ------------------------------------------------------------------------------------
    def write(self, traffic: Traffic) -> None:
        """The program of one route, and its source."""
        places, model = self.places, self.places.model
        program = model.program(traffic.name, priority=places.priority(places.ways.commodity(traffic.commodity)))
        pace = places.ways.routines.of_months("pace", (traffic.name, *places.ways.commodity(traffic.commodity)), 1.0)
        days = np.array(by_day(pace))
        if not days.any():
            return
        days /= days.mean()  # a year still sends what assign sends
        most = float(days.max())
        if most > float(days.min()):
            program.branch("pace", (1.0 - days / most).tolist(), "home", period=YEAR)
        for arc in (arc for piece in traffic.pieces for arc in (*piece.arcs, piece.before) if arc >= 0 and places.compiled.arcs.terminal[arc] >= 0):
            gate = places.ban(arc)
            if gate is not None:
                program.wait(gate)
                places.passes(gate, traffic.tonnes)
        held: Place | None = None
        for i, piece in enumerate(traffic.pieces):
            if piece.kind == HAUL:
                self._haul(program, traffic, piece, held)
                held = None
            elif piece.kind == VOYAGE:
                self._voyage(program, traffic, i, held)
                held = None
            else:
                held = self._by_itself(program, traffic, piece, held)
            self._count(program, traffic, piece)
        self._free(program, traffic, held)
        tally = self._journey(traffic)
        program.when(CLOCK, "<", self.begins, "early").record(tally).label("early").leave()
        program.label("home").leave(counted=False)
        model.arrivals(f"source:{traffic.name}", exponential(YEAR / (traffic.lots * most)), program)

    def _journey(self, traffic: Traffic) -> Place:
        """The tally of door-to-door times of an origin, a destination and a commodity."""
        commodity = traffic.kind
        name = f"journey:{traffic.origin}>{traffic.destination}:{commodity}"
        self.sent[name] = self.sent.get(name, 0.0) + traffic.tonnes
        self.number[name] = self.number.get(name, 0.0) + traffic.lots
        if self.places.made(name) is None:
            known = Known("journey", "zones", traffic.origin, other=traffic.destination, commodity=commodity)
            self.places.note(name, self.places.model.tally(name), known)
        return self.places.place(name)

    def _count(self, program: Program, traffic: Traffic, piece: Piece) -> None:
        """Count the tonnes over cuts and services when the piece is done."""
        places = self.places
        for cut, arcs in self.cuts.items():
            for arc in piece.arcs:
                if arcs[arc]:
                    direction = DIRECTIONS[places.compiled.arcs.direction[arc]]
                    name = f"cut:{cut}:{direction}:{traffic.kind}"
                    if places.made(name) is None:
                        known = Known("cut", "cuts", cut, direction, "t", commodity=traffic.kind)
                        places.note(name, places.model.tally(name, histogram=False), known)
                    program.record(places.place(name), traffic.lot)

    # ---- pieces -----------------------------------------------------------------------------------------------------
    def size(self, traffic: Traffic, limit: str, unit: str, parts: float) -> int:
        """What a lot takes of a place, in parts of its unit; 1 at least."""
        each = self.places.ways.tonnes(limit, unit, traffic.commodity)
        return max(1, round(traffic.lot / each * parts)) if each else 1

    def _haul(self, program: Program, traffic: Traffic, piece: Piece, held: Place | None) -> None:
        pools = [pool for arc in piece.arcs if places_link(self.places, arc) and (pool := self.places.pool(arc)) is not None]
        taken = [(place, self.size(traffic, self.places.known[place.name].key, unit, self.places.parts(unit)), round_trip) for place, unit, _, round_trip in pools]
        # all of a pool at once and pools in one order for everybody, so that nobody waits for another in a circle
        for place in sorted({place for place, *_ in taken}, key=lambda place: place.name):
            units = sum(each for other, each, _ in taken if other == place)
            self.places.fits(place, units, "fleets.csv", "number")
            program.take(place, units, minimum=units, into=self.scratch)
            self.places.passes(place, traffic.tonnes)
        pile = self._siding(traffic, piece, held)
        self.places.passes(pile.store, traffic.tonnes)
        program.size(self.size(traffic, self._limit(pile, ""), pile.unit, pile.parts)).store(pile.store)
        loaded = sum(float(self.places.hours[arc]) for arc in piece.arcs)
        for place, units, round_trip in taken:
            program.set(self.wagons, units).spawn("wagons back", self._back(place, max(round_trip - loaded, round_trip / 3.0)))

    def _back(self, pool: Place, hours: float) -> Program:
        """Wagons that go back empty and stand ready again."""
        name = f"back:{pool.name}:{hours:.0f}"
        if name not in self._returns:
            self._returns[name] = self.places.model.program(name).delay("empty run", constant(hours)).put(pool, self.wagons).leave(counted=False)
        return self._returns[name]

    def _siding(self, traffic: Traffic, piece: Piece, held: Place | None) -> Pile:
        """Where a train is formed for these arcs; a yard that is held until then gives its unit."""
        places, ways = self.places, self.places.ways
        known = ways.tonnes("", "train", traffic.commodity) is not None
        unit = places.known[held.name].unit if held is not None else "train" if known else "t"
        parts = places.parts(unit)
        name = f"siding:{ways.keys[piece.arcs[0]]}>{ways.keys[piece.arcs[-1]]}:{digest(ways, piece.arcs)}:{unit}"
        if held is not None:
            name += f":{places.known[held.name].key}"
        if name not in self.sidings:
            first = piece.arcs[0]
            store = places.model.store(name, cause=TRAIN_CAUSE)
            table = "links" if places.compiled.arcs.link[first] >= 0 else "terminals"
            key = ways.link(first) if table == "links" else ways.keys[first]
            places.note(name, store, Known("siding", table, key, unit=unit, parts=parts))
            self.sidings[name] = Pile(store, piece.arcs, -1, unit, parts, held)
        self.sidings[name].mixture[traffic.commodity] += traffic.tonnes
        return self.sidings[name]

    def _limit(self, pile: Pile, otherwise: str) -> str:
        """The row by whose `uses` a pile counts: its yard's, so that what leaves the yard is what came into it."""
        return otherwise if pile.yard is None else self.places.known[pile.yard.name].key

    def _voyage(self, program: Program, traffic: Traffic, i: int, held: Place | None) -> None:
        places = self.places
        piece = traffic.pieces[i]
        if piece.before >= 0:
            self._dwell(program, traffic, piece, piece.before)
        pile = self.quay(piece.arcs[0], piece.before, held)
        pile.landings[piece.after] += traffic.tonnes
        places.passes(pile.store, traffic.tonnes)
        if held is not None and pile.yard is None:
            self._free(program, traffic, held)
        pile.mixture[traffic.commodity] += traffic.tonnes
        units = self.size(traffic, self._limit(pile, "" if piece.before < 0 else places.ways.keys[piece.before]), pile.unit, pile.parts)
        pile.largest = max(pile.largest, units)
        if piece.before >= 0:
            program.put(places.waiting(piece.before), units)
            places.passes(places.waiting(piece.before), traffic.tonnes)
        program.size(units).store(pile.store)
        if piece.after >= 0:
            self._dwell(program, traffic, piece, piece.after)
        self._empty(program, traffic, i, units)

    def _dwell(self, program: Program, traffic: Traffic, piece: Piece, arc: int) -> None:
        """The hours of a lot in a port apart from the loading of its ship, which is the ship's."""
        places = self.places
        rate = places.rate(arc)
        ship = places.ways.load(piece, traffic.commodity)
        each = places.ways.tonnes(places.ways.keys[arc], places.unit(arc), traffic.commodity)
        handled = 0.0 if math.isnan(rate) or not ship or not each else ship / each / rate
        hours = float(places.hours[arc])
        rest = max(hours - handled, 0.0)
        program.delay(f"port {places.ways.keys[arc]}", near(rest, float(places.deviation[arc]) * (rest / hours if hours else 0.0)))

    def quay(self, arc: int, before: int, held: Place | None) -> Pile:
        """Where cargo lies for one service at one terminal."""
        places, ways = self.places, self.places.ways
        service = ways.keys[arc]
        direction = DIRECTIONS[places.compiled.arcs.direction[arc]]
        fleet = ways.fleet(arc)
        payload_unit = usage_unit(str(places.compiled.corridor["fleets"].row(fleet)["payload_unit"])) if fleet else "t"
        unit = places.unit(before) if before >= 0 else payload_unit or "t"
        parts = places.parts(unit)
        yard = held if held is not None and places.known[held.name].unit == unit else None
        berth = "" if before < 0 else ways.keys[before]
        name = f"quay:{service}:{direction}:{berth}{f':{places.known[yard.name].key}' if yard else ''}"
        if name not in self.quays:
            store = places.model.store(name, cause=SHIP)
            places.note(name, store, Known("quay", "services", service, direction, unit, parts, CARGO, other=berth))
            self.quays[name] = Pile(store, (arc,), before, unit, parts, yard)
        return self.quays[name]

    def _empty(self, program: Program, traffic: Traffic, i: int, units: int) -> None:
        """Let equipment that finds no load back go to the quay of the way back, after it has been where its load went."""
        places, compiled = self.places, self.places.compiled
        piece = traffic.pieces[i]
        arc, fleet = piece.arcs[0], places.ways.fleet(piece.arcs[0])
        if not fleet:
            return
        row = compiled.corridor["fleets"].row(fleet)
        unit = usage_unit(str(row["payload_unit"])) or "t"
        share = self._return_share(fleet, unit, traffic.commodity)
        returns = compiled.returns
        back = returns.arc[returns.start[arc] : returns.start[arc + 1]]
        if unit not in EMPTY_UNITS or not share or math.isnan(share) or float(row["payload"]) == 1.0 or not len(back):
            return
        chance = float(share) * float(returns.share[self.od(traffic)])
        if chance <= 0:
            return
        pile = self.quay(int(back[0]), self._mirror(piece.after), None)
        pile.landings[self._mirror(piece.before)] += 0.0
        rest = sum(float(places.hours[each]) for later in traffic.pieces[i + 1 :] for each in later.arcs)
        skip = f"loaded back {i}"
        program.branch("empty back", 1.0 - min(chance, 1.0), skip)
        limit, parts = ("" if pile.before < 0 else places.ways.keys[pile.before]), pile.parts
        program.set(self.turn, TURN * rest).set(self.load, self.size(traffic, limit, pile.unit, parts))
        program.spawn("empty", self._empty_program(pile)).label(skip)

    def _empty_program(self, pile: Pile) -> Program:
        name = f"empty:{pile.store.name}"
        if name not in self._empties:
            program = self.places.model.program(name).delay("turn", 1.0, per=self.turn)
            if pile.before >= 0:
                program.put(self.places.waiting(pile.before), self.load)
            program.size(self.load).store(pile.store).record(self._empties_tally(pile), self.load)
            self._empties[name] = program.leave(counted=False)
        return self._empties[name]

    def _empties_tally(self, pile: Pile) -> Place:
        """The tally of empty units that a service has brought back."""
        places = self.places
        service = places.ways.keys[pile.arcs[0]]
        direction = DIRECTIONS[places.compiled.arcs.direction[pile.arcs[0]]]
        name = f"empties:{service}:{direction}:{pile.unit}"
        if places.made(name) is None:
            places.note(name, places.model.tally(name, histogram=False), Known("empties", "services", service, direction, pile.unit, pile.parts))
        return places.place(name)

    def _mirror(self, arc: int) -> int:
        """The same terminal the other way round; -1 when it works one way only."""
        if arc < 0:
            return -1
        arcs = self.places.compiled.arcs
        same = np.flatnonzero((arcs.terminal == arcs.terminal[arc]) & (arcs.direction != arcs.direction[arc]))
        return int(same[0]) if len(same) else -1

    def od(self, traffic: Traffic) -> int:
        """The OD pair of a route."""
        return self.places.compiled.od_names.index((traffic.origin, traffic.destination, traffic.kind))

    def _by_itself(self, program: Program, traffic: Traffic, piece: Piece, held: Place | None) -> Place | None:
        """A move, or a step at a terminal; the yard that is held after it."""
        places = self.places
        arc = piece.arcs[0]
        key = places.ways.keys[arc]
        if piece.kind == MOVE:
            self._free(program, traffic, held)
            gate = places.sea(places.calendar_of(arc))
            if gate is not None:
                program.wait(gate)
                places.passes(gate, traffic.tonnes)
            line = places.line(arc)
            busy = 0.0
            if line is not None:
                places.passes(line, traffic.tonnes)
                unit = places.known[line.name].unit
                busy = places.line_hours(arc, unit, [(1.0, traffic.commodity)]) * traffic.lot / (places.ways.tonnes(key, unit, traffic.commodity) or math.inf)
                program.seize(line).delay(f"way {key}", busy).release(line)
            program.delay(key, places.time(arc, busy))
            return None
        assert piece.kind == STEP
        clock = places.hours_of(arc)
        if clock is not None:
            program.window(clock)
        yard = places.yard(arc)
        if yard is not None:
            self._free(program, traffic, held)
            known = places.known[yard.name]
            units = self.size(traffic, known.key, known.unit, known.parts)
            places.fits(yard, units, "routines.csv", "value")
            program.put(yard, units)
            places.passes(yard, traffic.tonnes)
            held = yard
        step = places.step(arc)
        busy = 0.0
        if step is not None:
            each = places.ways.tonnes(key, places.unit(arc), traffic.commodity)
            busy = 0.0 if not each else traffic.lot / each / places.rate(arc)
            program.serve(step, constant(busy))
            places.passes(step, traffic.tonnes)
        program.delay(key, places.spare(arc, busy))
        self.inspect(program, arc)
        return held

    def inspect(self, program: Program, arc: int) -> None:
        """A part of what comes to a border is looked into, which takes its time."""
        key = self.places.ways.keys[arc]
        share, hours = self.places.inspection(arc)
        if share > 0:
            label = f"not inspected {key}"
            program.branch(f"inspected {key}", 1.0 - share, label).delay(f"inspection {key}", exponential(hours)).label(label)

    def _free(self, program: Program, traffic: Traffic, held: Place | None) -> None:
        """Leave the yard."""
        if held is not None:
            known = self.places.known[held.name]
            units = self.size(traffic, known.key, known.unit, known.parts)
            program.take(held, units, minimum=units, into=self.scratch)


def places_link(places: Places, arc: int) -> bool:
    """Whether an arc is a link."""
    return bool(places.compiled.arcs.link[arc] >= 0)
