"""What a model of days says of its places and programs, in the words of the case: `quay:ferry:forward:west` is cargo for Ferry at West berth.

Called where something went wrong or does not come to an end; figures are told by their rows.
"""

from __future__ import annotations

import re

from karvan.bridge.days.calendar import HOUR_A_DAY, LEAD_DAYS, MONTH_LENGTHS
from karvan.bridge.days.places import Known
from karvan.bridge.days.write import Days
from karvan.corridor.corridor import Corridor

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_ROLES = {
    "berth": "a berth of {key}", "gangs": "a gang of {key}", "cranes": "a crane of {key}", "waiting": "what waits at {key}",
    "yard": "the yard {key}", "step": "a server of {key}", "hours": "the opening of {key}", "line": "the way {key}{way}",
    "pool": "wagons of {key}{way}", "weather": "the weather {key}", "ban": "the ban on {key}", "siding": "the siding at {key}",
    "quay": "cargo for {key}{way}{at}", "departures": "the departures of {key}{way}", "overdue": "what is overdue for {key}",
    "journey": "what goes from {key} to {other}", "cut": "the cut {key}{way}", "sailing": "sailings of {key}{way}", "idle": "idle ships of {key}",
}  # fmt: skip
_PROGRAMS = {
    "ship": "a ship of {}", "forming": "who forms trains at {}", "wind": "the wind of {}", "watch": "the ban on {}",
    "breakdowns": "the breakdowns of {}", "other": "others at {}", "source": "the source of {}", "back": "empty wagons of {}", "empty": "empties for {}",
    "departures": "the clock of {}",
}  # fmt: skip
_TIMES = re.compile(r"\b(at time|since|at) (\d+(?:\.\d+)?(?:e\+\d+)?)(?![\w>])")
_ALIVE = re.compile(r"more than ([\d,]+) entities are alive")


def spoken(days: Days, text: str) -> str:
    """The text with the names of places and programs, and the hours of the clock, as people say them."""
    names = sorted(days.tables.place_names, key=len, reverse=True)
    found = re.compile("|".join(f"(?<![\\w:>]){re.escape(name)}(?![\\w:>])" for name in names))
    return _TIMES.sub(_when, _ALIVE.sub(r"more than \1 consignments, trains and ships are under way or wait", found.sub(lambda match: named(days, match[0]), text)))


def named(days: Days, name: str) -> str:
    """One place or program in the words of the case."""
    corridor = days.ways.corridor
    if name in days.known:
        return _place(corridor, days.known[name])
    kind, _, rest = name.partition(":")
    keys = [key for key in re.split(r"[:>]", rest) if key]
    if kind == "train" and len(keys) > 1:
        first, last = _called(corridor, keys[0]), _called(corridor, keys[1])
        return f"a train on {first}" if first == last else f"a train from {first} to {last}"
    if kind in _PROGRAMS:
        told = next((_called(corridor, key) for key in keys if _table(corridor, key)), rest)
        return _PROGRAMS[kind].format(told)
    for traffic in days.plan.traffic:
        if traffic.name == name:
            return f"{traffic.kind} from {_called(corridor, traffic.origin)} to {_called(corridor, traffic.destination)}"
    return name


def day(hours: float) -> str:
    """A time of the clock as a day of the year: 3 May; of years played in a row, the day of its own year."""
    number = int(hours // HOUR_A_DAY) - LEAD_DAYS
    number %= 365
    for month, length in zip(MONTHS, MONTH_LENGTHS, strict=True):
        if number < length:
            return f"{number + 1} {month}"
        number -= length
    raise AssertionError("a year has 365 days")


def _when(match: re.Match[str]) -> str:
    return f"{'since' if match[1] == 'since' else 'on'} {day(float(match[2]))}"


def _place(corridor: Corridor, known: Known) -> str:
    way = {"forward": "", "reverse": ", the other way"}.get(known.direction, "")
    at = f" at {_called(corridor, known.other)}" if known.role == "quay" and known.other else ""
    return _ROLES[known.role].format(key=_called(corridor, known.key, known.table), other=_called(corridor, known.other), way=way, at=at)


def _called(corridor: Corridor, key: str, table: str = "") -> str:
    """The name of a row, else its key."""
    table = table if table and key in corridor[table] else _table(corridor, key)
    if not table:
        return key
    row = corridor[table].row(key)
    return str(row.get("name") or key)


def _table(corridor: Corridor, key: str) -> str:
    order = ("fleets", "services", "terminals", "links", "zones", "resources", "calendars")
    return next((table for table in order if key in corridor[table]), "")
