"""Units at the door: one canonical unit per quantity inside, conversion once, through pint.

Counted things of freight (TEU, wagon, train, ship…) are units too, so that a capacity of 46 wagons a day and
one of 200,000 TEU a year can stand in the same column and never be mixed up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pint

COUNTED = (
    "TEU", "wagon", "train", "ship", "lorry", "container", "share", "USD", "EUR", "KZT", "TRY", "CHF",
    "document", "event", "project", "company", "job", "agreement", "visit", "meeting", "line", "person",
)  # fmt: skip

_LONGEST = 80
_MOST_POWERS = 4
_RAISED = {raised: str(i) for i, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_POWER = re.compile(r"(?:\*\*|\^)(?!\s*[+-]?\d(?![\d.eE*^]|\s*(?:\*\*|\^)))")  # all powers but those of one digit
_DIGITS_OF_A_NUMBER = re.compile(r"[,.'’]|\d+(?:[\s,.'’]|$)")
_NUMBER = re.compile(r"^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """The registry: SI and nautical units of pint, and the counted things of freight."""
    units: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=None)
    for name in COUNTED:
        units.define(f"{name} = [{name.lower()}_count]")
    units.define("FEU = 2 TEU")
    units.define("yr = 365 * day = _")
    units.define("d = day")
    units.define("Mt = 1e6 * tonne = _")
    units.define("kt = 1e3 * tonne = _")
    units.define("nmi = nautical_mile")
    units.define("kTEU = 1e3 * TEU = _")
    units.define("percent_ = 0.01 * share")
    units.define("pp = 0.01 * share")
    return units


def _spelled(unit: str) -> str:
    for raised, digit in _RAISED.items():
        unit = unit.replace(raised, f"**{digit}")
    return unit.replace("·", "*").replace("%", "percent_").strip()


@lru_cache(maxsize=4096)
def factor(found: str, canonical: str) -> float:
    """What one `found` is in `canonical`. Raises `ValueError` when they measure different things."""
    if found == canonical:
        return 1.0
    spelled = _spelled(found)
    if len(found) > _LONGEST or _POWER.search(spelled) or spelled.count("**") + spelled.count("^") > _MOST_POWERS:
        raise ValueError(f"{found[:_LONGEST]!r} is no unit")
    units = registry()
    try:
        return float(units.Quantity(1.0, spelled).to(_spelled(canonical)).magnitude)
    except (pint.PintError, AttributeError, TypeError, ValueError, SyntaxError) as error:
        raise ValueError(f"{found!r} cannot be turned into {canonical!r}") from error
    except Exception as error:  # pint's tokenizer lets errors of the Python tokenizer through
        raise ValueError(f"{found!r} is no unit") from error


def is_unit(unit: str) -> bool:
    """Whether the registry knows `unit`."""
    try:
        factor(unit, unit + " ")
    except ValueError:
        return False
    return bool(unit.strip())


@lru_cache(maxsize=65536)
def split(cell: str) -> tuple[float, str]:
    """The number and the unit of a cell such as "250 nmi"; the unit is empty when none is given."""
    match = _NUMBER.match(cell) if len(cell) <= _LONGEST else None
    if match is None or _DIGITS_OF_A_NUMBER.match(match.group(2)):
        raise ValueError(f"{cell[:_LONGEST]!r} is no number")
    return float(match.group(1).replace("_", "")), match.group(2)
