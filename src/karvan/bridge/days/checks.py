"""What keeps a plan from being played by the day: one check, one small function, one sentence. Called by `write`, all together.

What a row of the table of routines must be stands in `corridor/routines.py`; edits may set it to something else, so what would
divide by zero is looked at here once more.
"""

from __future__ import annotations

from collections.abc import Iterator

from karvan.bridge.days.plan import HAUL, LEAST_FLOW, VOYAGE, Plan, Traffic, Ways
from karvan.tables.faults import Fault

MOST_CONSIGNMENTS = 4_000_000
"""a year: some ten times as many as fit a minute of computing."""
MOST_SHIPS = 10_000
"""that a fleet may have: each is played by itself."""
ROUNDING = 1e-9
ABOVE_ZERO = ("spell", "slots", "handling", "lot", "full", "breaks", "repair", "patience")


def faults(ways: Ways, plan: Plan, counted: str) -> Iterator[Fault]:
    """Every fault of a plan; `counted` says over what its routes lead."""
    for check in (_something(ways, plan, counted), _few_enough(plan), _loads(ways, plan), _ships(ways, plan), _berths(ways, plan), _above_zero(ways)):
        yield from check


def _something(ways: Ways, plan: Plan, counted: str) -> Iterator[Fault]:
    if plan.traffic:
        return
    yield Fault("demand.csv", 0, "amount", f"no route with {LEAST_FLOW:g} t a year or more {counted}", "something to play",
                "See `karvan assign` for the flows: look for what is closed, for demand that is 0, and for capacities and fleets of nothing.")  # fmt: skip
    of, cells = ways.compiled.cells.of, ways.cells
    calendars, fleets = ways.corridor["calendars"], ways.corridor["fleets"]
    shares = of(cells, "calendars", "open_share")
    for calendar in dict.fromkeys(map(str, calendars["calendar_id"])):
        mine = calendars["calendar_id"] == calendar
        if not shares[mine].any():
            yield Fault("calendars.csv", int(calendars.lines[mine][0]), "open_share", f"0 in every month of {calendar}", "a part of the year above 0",
                        "Open it in some months, or take it out of the links and terminals that name it.")  # fmt: skip
    ships = of(cells, "fleets", "number") * of(cells, "fleets", "payload") * of(cells, "fleets", "availability")
    for key, line, works in zip(fleets.keys, fleets.lines, ships, strict=True):
        if not works > 0:
            yield Fault("fleets.csv", int(line), "number", f"{key} that carries nothing", "a number, payload and availability above 0", "Correct them, or take its services out.")


def _few_enough(plan: Plan) -> Iterator[Fault]:
    lots = sum(traffic.lots for traffic in plan.traffic)
    if lots > MOST_CONSIGNMENTS:
        most = max(plan.traffic, key=lambda traffic: traffic.lots)
        least = most.lot * lots / MOST_CONSIGNMENTS
        yield Fault("routines.csv", 0, "value", f"{lots:,.0f} consignments a year, most of them {most.kind} in lots of {most.lot:,.4g} t",
                    f"at most {MOST_CONSIGNMENTS:,} a year", f"Add a routine `lot` of {least:,.0f} t or more for {most.kind}, or correct its demand.")  # fmt: skip


def _loads(ways: Ways, plan: Plan) -> Iterator[Fault]:
    """A consignment goes by one train and one ship."""
    for traffic in plan.traffic:
        for piece in traffic.pieces:
            load = ways.load(piece, traffic.commodity)
            if load is not None and traffic.lot > load * (1.0 + ROUNDING):
                what = "a train" if piece.kind == HAUL else f"a ship of {ways.fleet(piece.arcs[0])}"
                yield _too_large(ways, traffic, what, load)


def _too_large(ways: Ways, traffic: Traffic, what: str, load: float) -> Fault:
    line = _line(ways, "lot", ways.commodity(traffic.commodity))
    remedy = f"Make the lot {load:,.4g} t or less, or correct what {what} takes."
    return Fault("routines.csv", line, "value", f"lots of {traffic.lot:,.4g} t of {traffic.kind}", f"at most what {what} takes, {load:,.4g} t", remedy)


def _ships(ways: Ways, plan: Plan) -> Iterator[Fault]:
    fleets = ways.corridor["fleets"]
    used = {ways.fleet(piece.arcs[0]) for traffic in plan.traffic for piece in traffic.pieces if piece.kind == VOYAGE} - {""}
    number = ways.compiled.cells.of(ways.cells, "fleets", "number")
    for key in sorted(used):
        if number[fleets.index[key]] > MOST_SHIPS:
            yield Fault("fleets.csv", int(fleets.lines[fleets.index[key]]), "number", f"{number[fleets.index[key]]:,.0f} ships of {key}",
                        f"at most {MOST_SHIPS:,}, since each is played by itself", "Correct it, or make fewer ships of a larger payload of them.")  # fmt: skip


def _berths(ways: Ways, plan: Plan) -> Iterator[Fault]:
    """A ship of a fleet loads at a berth."""
    services = ways.corridor["services"]
    found: set[int] = set()
    for traffic in plan.traffic:
        for piece in traffic.pieces:
            arc = piece.arcs[0]
            service = int(ways.compiled.arcs.service[arc])
            if piece.kind == VOYAGE and piece.before < 0 and ways.fleet(arc) and service not in found:
                found.add(service)
                link = ways.corridor["links"].at(ways.compiled.arcs.link[arc])
                node = link["from_node"] if ways.compiled.arcs.direction[arc] == 0 else link["to_node"]
                yield Fault("services.csv", int(services.lines[service]), "fleet_id", f"{ways.fleet(arc)} without a berth at {node}",
                            f"a berth or crane at {node} from another mode to {link['mode_id']}, where the ships of {services.keys[service]} load",
                            "Add one to terminals.csv.")  # fmt: skip


def _above_zero(ways: Ways) -> Iterator[Fault]:
    table = ways.corridor["routines"]
    values = ways.compiled.cells.of(ways.cells, "routines", "value")
    for subject, quantity, value, line in zip(table["subject"], table["quantity"], values, table.lines, strict=True):
        if quantity in ABOVE_ZERO and not value > 0:
            yield Fault("routines.csv", int(line), "value", f"{value:g}", f"more than 0 for {quantity} of {subject}", "Correct it, or the edit that sets it.")


def _line(ways: Ways, quantity: str, subjects: tuple[str, ...]) -> int:
    """The line of the row of routines that holds; 0 when there is none."""
    table = ways.corridor["routines"]
    lines = {str(subject): int(line) for subject, what, line in zip(table["subject"], table["quantity"], table.lines, strict=True) if what == quantity}
    return next((lines[each] for each in (*subjects, "*") if each in lines), 0)
