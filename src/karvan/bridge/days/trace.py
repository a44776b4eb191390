"""The trace of a played year in the words of the case: who is where from when to when, what it does there and with whom.

What a verb of the model means is read off its name and its place; where an entity is at each verb follows from the movements before
it, along every way through its program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.bridge.days.calendar import LEAD
from karvan.bridge.days.consignments import Pile
from karvan.bridge.days.plan import LORRY, PIPE, SHIP, TRAIN, Ways
from karvan.bridge.days.write import Days
from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.stays import ABOARD, INTERRUPTED, Follower, Stays
from karvan.tables.schema import Schema, choice, number, text

CONSIGNMENT, EMPTY = "consignment", "empty"
KINDS = (CONSIGNMENT, EMPTY, TRAIN, SHIP)
WAITS, ENTERS, RUNS, SAILS, BALLAST, DRIVES, FLOWS, STAYS, HANDLED, INSPECTED, LOADS, DISCHARGES, TURNS, REPAIRED, AWAY, ON_BOARD = DOES = (
    "waits", "enters", "runs", "sails", "sails_empty", "drives", "flows", "stays", "is_handled", "is_inspected", "loads", "discharges", "turns_round",
    "is_repaired", "is_away", "is_aboard",
)  # fmt: skip
CARGO = "cargo"
ROWS = 1 << 15
"""of a batch at most."""
_MOVES = {TRAIN: RUNS, SHIP: SAILS, LORRY: DRIVES, PIPE: FLOWS}
_BY_WORD = {"way": ENTERS, "work": HANDLED, "inspection": INSPECTED, "port": STAYS, "load": LOADS, "discharge": DISCHARGES, "sail": SAILS,
            "ballast": BALLAST, "repair": REPAIRED, "look": WAITS, "turn": TURNS}  # fmt: skip
_FLEET, _QUAY, _TRAIN, _EMPTY = "ship:", "ship:quay:", "train:", "empty:"

SCHEMA = Schema("trace", "one stay or movement of a unit in a played year, in the order of their beginning", (), (
    text("unit", "the unit, the same in every run of a year: the program of the model and a number", required=True),
    choice("kind", "consignment: cargo that travels together. empty: equipment that goes back without cargo. train, ship: what carries them", *KINDS, required=True),
    text("commodity", "of a consignment"),
    text("origin", "zone of a consignment, first node of a train"),
    text("destination", "zone of a consignment, last node of a train"),
    text("fleet", "of a ship, or its service where that has no fleet"),
    choice("does", "waits: for what waits_for says. enters: takes its turn on a line. runs, sails, sails_empty, drives, flows: moves along a link. stays: time at a "
           "terminal that is nobody's work. is_handled, is_inspected, loads, discharges: is worked at a terminal. turns_round: what else a call takes. is_repaired: out of "
           "service. is_away: equipment inland with its load. is_aboard: moves with vehicle", *DOES, required=True),
    text("waits_for", "berth, crane, yard, weather, wagons, border, ship, train, line, ban, terminal, timetable, cargo"),
    text("table", "of place: links, terminals, services, fleets, resources, calendars"),
    text("place", "row where it is or what it waits at"),
    text("from_node", "node where it is when this begins", required=True),
    text("to_node", "node where it is when this ends; the same unless it moves or is aboard", required=True),
    number("start", "hours from the beginning of the year; what began before has a number below 0", "h", required=True),
    number("end", "hours from the beginning of the year; what has not ended with the year is cut there", "h", required=True),
    number("tonnes", "of a consignment, or what a train or ship has on board", "t", required=True),
    number("consignments", "on board of a train or ship, empties included", "1", required=True),
    text("vehicle", "unit that it is aboard"),
))  # fmt: skip
"""the columns of a trace; `began` and `ended`, the same times as of the calendar, are added by whoever writes them."""

Batch = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Unit:
    """What all entities of a program are."""

    kind: str
    commodity: str = ""
    origin: str = ""
    destination: str = ""
    fleet: str = ""
    tonnes: float = 0.0


@dataclass(frozen=True)
class Doing:
    """What a row of the code means; `move`: the ends of the movement it is."""

    does: str
    waits_for: str = ""
    table: str = ""
    place: str = ""
    move: tuple[str, str] | None = None


class Trace:
    """Turns the trace of one run into rows of the case, as `simulate(..., on_trace=…)` gives it."""

    def __init__(self, days: Days):
        self.days, self.ways, self.tables = days, days.ways, days.tables
        self._code = self.tables.code.reshape(-1, layout.CODE)
        self._program = np.array([self.tables.place(verb.program) for verb in self.tables.verbs])
        self.units: dict[int, Unit] = dict(self._units())
        self.doing = [self._means(i) for i in range(len(self._code))]
        self.node = self._nodes()
        """node of an entity when it comes to a row of the code; "" where nobody of those shown comes."""
        shown, weight = np.zeros(self.tables.n_places, dtype=bool), np.zeros(self.tables.n_places)
        for program, unit in self.units.items():
            shown[program], weight[program] = True, unit.tonnes
        self.follower = Follower(self.tables, shown, weight)
        self._columns = self._by_row()

    # ---- what the programs are --------------------------------------------------------------------------------------
    def _units(self) -> list[tuple[int, Unit]]:
        names = self.tables.place_names
        sent = {each.name: each for each in self.days.plan.traffic}
        out = []
        for program in np.unique(self._program).tolist():
            name = names[program]
            if name in sent:
                each = sent[name]
                out.append((program, Unit(CONSIGNMENT, each.kind, each.origin, each.destination, tonnes=each.lot)))
            elif name.startswith(_TRAIN):
                first, last = self._ends(self._pile(name.removeprefix(_TRAIN), "siding:"))
                out.append((program, Unit(TRAIN, origin=first, destination=last)))
            elif name.startswith(_QUAY):
                out.append((program, Unit(SHIP, fleet=self.ways.keys[self._pile(name.removeprefix(_FLEET)).arcs[0]])))
            elif name.startswith(_FLEET):
                out.append((program, Unit(SHIP, fleet=name.removeprefix(_FLEET))))
            elif name.startswith(_EMPTY):
                out.append((program, Unit(EMPTY)))
        return out

    def _pile(self, name: str, role: str = "") -> Pile:
        return self.days.piles[role + name]

    def _ends(self, pile: Pile) -> tuple[str, str]:
        return ends(self.ways, pile.arcs[0])[0], ends(self.ways, pile.arcs[-1])[1]

    # ---- what the verbs mean ----------------------------------------------------------------------------------------
    def _means(self, i: int) -> Doing:
        """What row i of the code is in the case; of verbs that take no time, whatever."""
        verb, op = self.tables.verbs[i], int(self._code[i, layout.OP])
        if self._program[i] not in self.units:
            return Doing("")
        if op != layout.DELAY:
            name = "" if verb.place < 0 else self.tables.place_names[verb.place]
            known = self.days.known.get(name)
            table, key = ("", "") if known is None else (known.table, known.key)
            cause = "" if verb.place < 0 else self.tables.place_causes[verb.place]
            if op == layout.STORE:
                return Doing(WAITS, cause, table, key, self._ends(self.days.piles[name]))
            return Doing(WAITS, cause, table, key)
        return self._lasts(verb.program, verb.name)

    def _lasts(self, program: str, name: str) -> Doing:
        """What lets time pass: by the first word of its name, or by the row after which it is called."""
        word, _, rest = name.partition(" ")
        corridor, known = self.ways.corridor, self.days.known.get(name)
        if known is not None:
            return Doing(HANDLED, "", known.table, known.key)
        if not rest and word in corridor["links"]:
            arc = self._arc(program, word)
            return Doing(
                _MOVES.get(self.ways.carrier(self.ways.link_mode(arc)), RUNS), "", "links", word, ends(self.ways, arc)
            )
        if not rest and word in corridor["terminals"]:
            return Doing(STAYS, "", "terminals", word)
        if program.startswith(_EMPTY):
            return Doing(AWAY)
        does = _BY_WORD.get(word, STAYS)
        if rest in self.days.piles:
            return self._at_quay(does, self.days.piles[rest])
        if does == BALLAST:
            port, other = rest.split(" ")
            return Doing(does, "", "links", self._crossing(program, port, other), (port, other))
        table = next((table for table in ("links", "terminals") if rest in corridor[table]), "")
        return Doing(does, CARGO if does == WAITS else "", table, rest if table else "")

    def _at_quay(self, does: str, pile: Pile) -> Doing:
        """What a ship does between the two ends of a pile."""
        arc = pile.arcs[0]
        if does == SAILS:
            return Doing(does, "", "links", self.ways.link(arc), ends(self.ways, arc))
        berth = pile.after if does in (DISCHARGES, TURNS) else pile.before
        return (
            Doing(does, "", "services", self.ways.keys[arc])
            if berth < 0
            else Doing(does, "", "terminals", self.ways.keys[berth])
        )

    def _arc(self, program: str, link: str) -> int:
        """The arc of a link that a program goes along."""
        sent = next((each for each in self.days.plan.traffic if each.name == program), None)
        arcs = (
            self._pile(program.removeprefix(_TRAIN), "siding:").arcs
            if sent is None
            else [arc for piece in sent.pieces for arc in piece.arcs]
        )
        return next(arc for arc in arcs if self.ways.compiled.arcs.link[arc] >= 0 and self.ways.link(arc) == link)

    def _crossing(self, program: str, port: str, other: str) -> str:
        """The link by which a fleet goes from a port to another, or the other way round."""
        fleet = next(each for each in self.days.fleets if f"{_FLEET}{each.key}" == program)
        piles = [*fleet.piles.get((port, other), []), *fleet.piles.get((other, port), [])]
        return self.ways.link(piles[0].arcs[0])

    # ---- where they happen ------------------------------------------------------------------------------------------
    def _nodes(self) -> list[str]:
        """Node at every row of the code: what the movements before it make of it, over all jumps."""
        node = [""] * len(self._code)
        todo = deque((row, self._begins(program)) for program, row in self._starts().items())
        todo.extend((i + 1, each.move[1]) for i, each in enumerate(self.doing) if each.move is not None)
        while todo:
            i, here = todo.popleft()
            if not here or node[i]:
                continue
            node[i] = here
            move, op = self.doing[i].move, int(self._code[i, layout.OP])
            here = here if move is None else move[1]
            if op not in (layout.EXIT, layout.GOTO):
                todo.append((i + (2 if op in (layout.SLOT, layout.WINDOW, layout.AT) else 1), here))
                todo.append((i + 1, here))
            if op in (layout.GOTO, layout.BRANCH, layout.IF):
                todo.append((int(self._code[i, layout.A]), here))
        return node

    def _starts(self) -> dict[int, int]:
        """The first row of every program that is shown."""
        found: dict[int, int] = {}
        for i, program in enumerate(self._program.tolist()):
            if program in self.units:
                found.setdefault(program, i)
        return found

    def _begins(self, program: int) -> str:
        """Where entities of a program begin; "" for the ships of a fleet, which begin in any port."""
        name, unit = self.tables.place_names[program], self.units[program]
        if unit.kind == CONSIGNMENT:
            sent = next(each for each in self.days.plan.traffic if each.name == name)
            piece = sent.pieces[0]
            return ends(self.ways, piece.before if piece.before >= 0 else piece.arcs[0])[0]
        if unit.kind == TRAIN:
            return unit.origin
        pile = name.removeprefix(_EMPTY).removeprefix(_FLEET)
        return self._ends(self.days.piles[pile])[0] if pile in self.days.piles else ""

    # ---- rows -------------------------------------------------------------------------------------------------------
    def _by_row(self) -> dict[str, NDArray[np.object_]]:
        doing = self.doing
        to = [here if each.move is None else each.move[1] for each, here in zip(doing, self.node, strict=True)]
        found: Mapping[str, list[str]] = {
            "does": [each.does for each in doing], "waits_for": [each.waits_for for each in doing], "table": [each.table for each in doing],
            "place": [each.place for each in doing], "from_node": self.node, "to_node": to,
        }  # fmt: skip
        nothing = Unit("")
        units = [self.units.get(i, nothing) for i in range(self.tables.n_places)]
        for name in ("kind", "commodity", "origin", "destination", "fleet"):
            found = {**found, name: [getattr(each, name) for each in units]}
        return {name: np.array(cells, dtype=object) for name, cells in found.items()}

    def read(self, times: Floats, rows: NDArray[np.int64]) -> Iterator[Batch]:
        """Rows that no later one precedes, by column of `SCHEMA`; those before the year are left out."""
        return self._batches(self.follower.read(times, rows))

    def close(self, time: float) -> Iterator[Batch]:
        """The rest, cut at `time` of the model's clock."""
        return self._batches(self.follower.close(time))

    def _batches(self, stays: Stays) -> Iterator[Batch]:
        within = np.flatnonzero(stays.end > LEAD)
        for first in range(0, len(within), ROWS):
            yield self._batch(stays, within[first : first + ROWS])

    def _batch(self, stays: Stays, year: NDArray[np.int64]) -> Batch:
        program, row, what = stays.program[year], stays.row[year], stays.what[year]
        columns = self._columns
        out: dict[str, NDArray[Any]] = {
            name: columns[name][program] for name in ("kind", "commodity", "origin", "destination", "fleet")
        }
        out.update(
            {name: columns[name][row] for name in ("does", "waits_for", "table", "place", "from_node", "to_node")}
        )
        stored, aboard, stopped = self._code[row, layout.OP] == layout.STORE, what == ABOARD, what == INTERRUPTED
        out["to_node"] = np.where(stored & ~aboard, out["from_node"], out["to_node"])
        out["does"] = np.where(aboard, ON_BOARD, np.where(stopped, WAITS, out["does"]))
        out["waits_for"] = np.where(aboard, "", np.where(stopped, "weather", out["waits_for"]))
        out["unit"] = self._called(program, stays.number[year])
        out["vehicle"] = np.where(aboard, self._called(stays.carrier[year], stays.carrier_number[year]), "")
        out["start"], out["end"] = stays.start[year] - LEAD, stays.end[year] - LEAD
        out["tonnes"], out["consignments"] = stays.weight[year], stays.carried[year]
        return {column.name: out[column.name] for column in SCHEMA}

    def _called(self, program: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.object_]:
        names = self.tables.place_names
        return np.array(
            [f"{names[i]} {n}" for i, n in zip(program.tolist(), number.tolist(), strict=True)], dtype=object
        )


def ends(ways: Ways, arc: int) -> tuple[str, str]:
    """The nodes of an arc, as travelled; of a terminal twice its node."""
    arcs, corridor = ways.compiled.arcs, ways.corridor
    if arcs.link[arc] < 0:
        node = str(ways.terminal(arc)["node_id"])
        return node, node
    row = corridor["links"].at(arcs.link[arc])
    both = str(row["from_node"]), str(row["to_node"])
    return both if arcs.direction[arc] == 0 else both[::-1]
