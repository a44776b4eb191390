"""What is played: the routes of a corridor with those that share its ships and wagons, cut into pieces.

A route is a chain of pieces, in the order of travel: a haul (links and checks that a train passes as one), a voyage (a service
with ships, and the berths at both ends), a move (what a consignment does by itself: by lorry, by pipe, by a ship that the
case does not list) and a step (a terminal passed by a consignment).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.bridge.days.routines import Routines
from karvan.bridge.label import place_of
from karvan.bridge.limits import lookup
from karvan.engines.arrays import Bools, Floats, Incidence, RouteSet
from karvan.tables.faults import Fault, InvalidData

TRAIN, SHIP, LORRY, PIPE = "train", "ship", "lorry", "pipe"
LEAST_FLOW = 50.0
"""t a year below which a route is not played."""
LOTS_A_LOAD = 40.0
"""where no routine says what travels together: a fortieth of the smallest train or ship of the way, in whole wagons or lorries."""
NEVER_LESS = 1.0


@dataclass(frozen=True)
class Piece:
    """A part of a route; of a voyage, the terminals that its ships berth at before and after (-1: none)."""

    kind: str
    arcs: tuple[int, ...]
    before: int = -1
    after: int = -1


HAUL, VOYAGE, MOVE, STEP = "haul", "voyage", "move", "step"


@dataclass(frozen=True)
class Traffic:
    """A route that is played: what goes where, how much a year, in lots of how many tonnes."""

    name: str
    route: int
    origin: str
    destination: str
    commodity: int
    kind: str
    """the name of the commodity."""
    tonnes: float
    """a year."""
    lot: float
    pieces: tuple[Piece, ...]

    @property
    def lots(self) -> float:
        """A year."""
        return self.tonnes / self.lot


@dataclass(frozen=True, eq=False)
class Plan:
    """What is played of a year, and what others put on the same limits."""

    traffic: tuple[Traffic, ...]
    played: Bools
    """bool[route]."""
    others: Floats
    """float64[limit], units a year of routes that are not played, their empties included."""
    others_by: Floats
    """float64[limit, commodity], the same by what is sent."""


class Ways:
    """What a case says about its arcs, read once: carrier, service, fleet, ends."""

    def __init__(self, compiled: Compiled, cells: np.ndarray):
        self.compiled = compiled
        self.cells = cells
        self.corridor = compiled.corridor
        self.routines = Routines(compiled, cells)
        self.use = lru_cache(maxsize=None)(lookup(self.corridor, "use"))
        self._carrier = dict(zip(self.corridor["modes"].keys, map(str, self.corridor["modes"]["carrier"]), strict=True))

    @cached_property
    def keys(self) -> list[str]:
        """The row each arc comes from: link, service or terminal; "" for connectors."""
        found = (place_of(self.compiled, arc) for arc in range(len(self.compiled.arcs)))
        return ["" if place is None else place[1] for place in found]

    def carrier(self, mode: str) -> str:
        """What moves in a mode."""
        return self._carrier.get(mode, "")

    def link(self, arc: int) -> str:
        """The link of an arc."""
        return str(self.corridor["links"].keys[self.compiled.arcs.link[arc]])

    def link_mode(self, arc: int) -> str:
        """The mode of the link of an arc."""
        return str(self.corridor["links"]["mode_id"][self.compiled.arcs.link[arc]])

    def fleet(self, arc: int) -> str:
        """The fleet of the service on an arc, "" when it has none."""
        service = self.compiled.arcs.service[arc]
        return "" if service < 0 else str(self.corridor["services"]["fleet_id"][service])

    def terminal(self, arc: int) -> dict[str, object]:
        """The row of the terminal of an arc."""
        return dict(self.corridor["terminals"].at(self.compiled.arcs.terminal[arc]))

    def commodity(self, k: int) -> tuple[str, ...]:
        """The words of a commodity, the narrowest first."""
        return self.compiled.words[k]

    def pieces(self, arcs: Sequence[int]) -> tuple[Piece, ...]:
        """A route cut into pieces."""
        out: list[Piece] = []
        haul: list[int] = []
        moving = [arc for arc in arcs if self.compiled.arcs.link[arc] >= 0 or self.compiled.arcs.terminal[arc] >= 0]
        consumed = set()
        for i, arc in enumerate(moving):
            if arc in consumed:
                continue
            is_link = self.compiled.arcs.link[arc] >= 0
            row = None if is_link else self.terminal(arc)
            mode = self.link_mode(arc) if is_link else str(row["from_mode"]) if row else ""
            passes = is_link or (row is not None and (row["from_mode"] == row["to_mode"] or (row["kind"] == "gauge_change" and bool(haul))))
            if self.carrier(mode) == TRAIN and passes:
                haul.append(arc)
                if row is not None and row["from_mode"] != row["to_mode"]:
                    out.append(Piece(HAUL, tuple(haul)))
                    haul = []
                continue
            if haul:
                out.append(Piece(HAUL, tuple(haul)))
                haul = []
            if is_link and self.compiled.arcs.service[arc] >= 0:
                before = after = -1
                if out and out[-1].kind == STEP and self._berths(out[-1].arcs[0]):
                    before = out.pop().arcs[0]
                following = moving[i + 1] if i + 1 < len(moving) else -1
                if following >= 0 and self.compiled.arcs.terminal[following] >= 0 and self._berths(following):
                    after = following
                    consumed.add(following)
                out.append(Piece(VOYAGE, (arc,), before, after))
            else:
                out.append(Piece(MOVE if is_link else STEP, (arc,)))
        if haul:
            out.append(Piece(HAUL, tuple(haul)))
        return tuple(out)

    def _berths(self, arc: int) -> bool:
        row = self.terminal(arc)
        return str(row["kind"]) in ("berth", "crane") and row["from_mode"] != row["to_mode"]

    def tonnes(self, limit: str, unit: str, k: int) -> float | None:
        """t that one unit of a limit takes of a commodity; None when it takes none."""
        if unit == "t":
            return 1.0
        use = self.use(limit, unit, k)
        return None if not use else 1.0 / use

    def lot(self, k: int, pieces: Sequence[Piece]) -> float | None:
        """t that travel together; None when the case does not say what a commodity is loaded on."""
        said = self.routines.get("lot", *self.commodity(k))
        if said:
            return said
        unit = self.tonnes("", "wagon", k) or self.tonnes("", "lorry", k) or self.tonnes("", "TEU", k)
        if unit is None:
            return None
        loads = [self.load(piece, k) for piece in pieces]
        least = min((load for load in loads if load), default=unit)
        return unit * max(1, int(least / LOTS_A_LOAD / unit))

    def load(self, piece: Piece, k: int) -> float | None:
        """t of a commodity that a full train or ship of this piece carries."""
        if piece.kind == HAUL:
            return self.tonnes("", "train", k)
        fleet = self.fleet(piece.arcs[0]) if piece.kind == VOYAGE else ""
        if not fleet:
            return None
        row = self.corridor["fleets"].row(fleet)
        each = self.tonnes(fleet, str(row["payload_unit"]), k)
        return None if each is None else each * float(row["payload"])


def plan(
    compiled: Compiled, ways: Ways, routes: RouteSet, incidence: Incidence, route_flow: np.ndarray, counted: np.ndarray,
) -> Plan:  # fmt: skip
    """What to play: the routes over the `counted` arcs (bool[arc]; all when none is), and those that share a fleet with one of them.

    Raises `InvalidData` when a mode has no carrier or a commodity no lot.
    """
    wanted = route_flow > LEAST_FLOW
    over = np.add.reduceat(np.append(counted[routes.arc], False).astype(np.int64), routes.start[:-1]) > 0
    over &= np.diff(routes.start) > 0
    played = wanted & over if counted.any() else wanted
    taken = np.repeat(np.arange(routes.n_routes), np.diff(incidence.start))
    of_fleet = np.array([limit.table == "fleets" for limit in compiled.limits], dtype=bool)
    while True:
        used = np.zeros(len(compiled.limits), dtype=bool)
        used[incidence.resource[played[taken]]] = True
        sharing = np.zeros(routes.n_routes, dtype=bool)
        sharing[taken[(used & of_fleet)[incidence.resource]]] = True
        more = played | (sharing & wanted)
        if (more == played).all():
            break
        played = more
    amount = incidence.amount * route_flow[taken]
    kinds, sent = len(compiled.commodities), compiled.demands.commodity[routes.od[taken]]
    place = incidence.resource.astype(np.int64) * kinds + sent
    others_by = np.bincount(place, np.where(played[taken], 0.0, amount), len(compiled.limits) * kinds).reshape(-1, kinds).astype(np.float64)
    faults = list(_faults(ways, routes, played))
    if faults:
        raise InvalidData(faults)
    return Plan(tuple(_traffic(compiled, ways, routes, route_flow, played)), played, others_by.sum(axis=1), others_by)


def _traffic(compiled: Compiled, ways: Ways, routes: RouteSet, route_flow: np.ndarray, played: np.ndarray) -> Iterator[Traffic]:
    for j in np.flatnonzero(played).tolist():
        arcs = routes.arc[routes.start[j] : routes.start[j + 1]].tolist()
        origin, destination, commodity = compiled.od_names[routes.od[j]]
        k = int(ways.compiled.demands.commodity[routes.od[j]])
        pieces = ways.pieces(arcs)
        lot = ways.lot(k, pieces)
        assert lot is not None
        name = f"{origin}>{destination}:{commodity}:{digest(ways, arcs)}"
        yield Traffic(name, j, origin, destination, k, commodity, float(route_flow[j]), max(lot, NEVER_LESS), pieces)


def digest(ways: Ways, arcs: Sequence[int]) -> str:
    """A short name for a chain of arcs that is the same in every scenario."""
    said = ">".join(f"{ways.keys[arc]}.{ways.compiled.arcs.direction[arc]}" for arc in arcs)
    return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()


def _faults(ways: Ways, routes: RouteSet, played: np.ndarray) -> Iterator[Fault]:
    """Modes without a carrier, commodities without a lot."""
    corridor = ways.corridor
    modes = corridor["modes"]
    used: set[int] = set()
    links = ways.compiled.arcs.link
    for j in np.flatnonzero(played).tolist():
        used.update(links[routes.arc[routes.start[j] : routes.start[j + 1]]].tolist())
    needed = {str(corridor["links"]["mode_id"][link]) for link in used if link >= 0}
    for i, mode in enumerate(modes.keys):
        if mode in needed and not ways.carrier(str(mode)):
            yield Fault("modes.csv", int(modes.lines[i]), "carrier", "nothing", "train, ship, lorry or pipe", f"Say what moves in the mode {mode}.")
    commodities = corridor["commodities"]
    kinds = {int(ways.compiled.demands.commodity[routes.od[j]]) for j in np.flatnonzero(played)}
    for k in sorted(kinds):
        if ways.lot(k, ()) is None:
            name = commodities.keys[k]
            yield Fault("uses.csv", 0, "unit", f"no wagon, lorry or TEU for {name}", "what a tonne of it is loaded on",
                        f"Add a row to uses.csv, or a routine `lot` for {name}.")  # fmt: skip
