"""What `case.toml` says about a case: its title, its clock, its licence, what is calibrated on what."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from karvan.tables.cells import nearest
from karvan.tables.faults import Fault

FILE = "case.toml"
LONGEST_HORIZON = 100
TIME_UNITS = ("h", "min", "s", "day")
SECTIONS = ("case", "level", "calibration")
KEYS = ("name", "title", "as_of", "first_year", "horizon", "licence", "headline", "amount_unit", "time_unit")


@dataclass(frozen=True)
class Settings:
    """The settings of a case.

    as_of       today, for the case: the tables hold the state of this day
    first_year  first modelled year; horizon is the last
    headline    the cut whose dry cargo and oil stand above the board; empty: none
    amount_unit what `amount` of demand counts; t, but for a case of vehicles
    time_unit   the unit in which user equilibrium states times, and its objective with them
    level       series and shares of the sea level, empty where the corridor has no sea to fall
    calibration free cells, measures, years and aims of the fit (see verdict/calibrate)
    raw         case.toml as it was read, for those who write it again
    """

    name: str
    title: str
    as_of: np.datetime64
    first_year: int
    horizon: int
    licence: str
    headline: str
    amount_unit: str
    time_unit: str
    level: Mapping[str, Any]
    calibration: Mapping[str, Any]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def years(self) -> range:
        """The modelled years."""
        return range(self.first_year, self.horizon + 1)


def parse(raw: Mapping[str, Any], faults: list[Fault]) -> Settings:
    """Settings from the content of case.toml; what is wrong is appended to `faults`."""
    for key in raw:
        if key not in SECTIONS:
            faults.append(Fault(FILE, 0, key, key, "one of the sections " + ", ".join(SECTIONS), f"Nearest: {nearest(key, SECTIONS)}."))
    case = raw.get("case", {})
    if not isinstance(case, Mapping):
        faults.append(Fault(FILE, 0, "case", str(case), "a section [case]", "Write [case] and its keys below."))
        case = {}
    faults.extend(_faults(case))
    as_of = case.get("as_of")
    day = np.datetime64(as_of, "D") if type(as_of) is datetime.date else np.datetime64("2000-01-01", "D")
    first_year, horizon = (case.get(key, 2000) for key in ("first_year", "horizon"))
    sections = {key: raw.get(key, {}) for key in ("level", "calibration")}
    for key, section in sections.items():
        if not isinstance(section, Mapping):
            faults.append(Fault(FILE, 0, key, str(section), f"a section [{key}]", f"Write [{key}] and its keys below."))
        else:
            faults.extend(_level_faults(section) if key == "level" else _calibration_faults(section))
    return Settings(
        name=str(case.get("name", "")),
        title=str(case.get("title", "")),
        as_of=day,
        first_year=first_year if type(first_year) is int else 2000,
        horizon=horizon if type(horizon) is int else 2000,
        licence=str(case.get("licence", "")),
        headline=str(case.get("headline", "")),
        amount_unit=str(case.get("amount_unit", "t")),
        time_unit=str(case.get("time_unit", "h")),
        **{key: section if isinstance(section, Mapping) else {} for key, section in sections.items()},
        raw=raw,
    )


def _faults(case: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("name", "title"):
        if not isinstance(case.get(key), str) or not case[key]:
            yield Fault(FILE, 0, key, _found(case, key), "a text", f'Add {key} = "…" under [case].')
    for key in ("licence", "headline"):
        if not isinstance(case.get(key, ""), str):
            yield Fault(FILE, 0, key, _found(case, key), "a text", f'Write {key} = "…" under [case], or leave it out.')
    if not isinstance(case.get("amount_unit", "t"), str) or not case.get("amount_unit", "t"):
        yield Fault(FILE, 0, "amount_unit", _found(case, "amount_unit"), "a word", 'Write amount_unit = "vehicle", or leave it out: t.')
    if case.get("time_unit", "h") not in TIME_UNITS:
        yield Fault(FILE, 0, "time_unit", _found(case, "time_unit"), "one of " + ", ".join(TIME_UNITS), 'Write time_unit = "min", or leave it out: h.')
    for key in case:
        if key not in KEYS:
            yield Fault(FILE, 0, key, key, "one of " + ", ".join(KEYS), f"Nearest: {nearest(key, KEYS)}.")
    as_of = case.get("as_of")
    if type(as_of) is not datetime.date or not 1900 <= as_of.year <= 2200:
        as_of = None
        expected = "a date between 1900 and 2200, without a time"
        yield Fault(FILE, 0, "as_of", _found(case, "as_of"), expected, "Write as_of = 2026-06-30 (no quotes) under [case].")
    years = []
    for key in ("first_year", "horizon"):
        year = case.get(key)
        if type(year) is int and 1900 <= year <= 2200:
            years.append(year)
        else:
            yield Fault(FILE, 0, key, _found(case, key), "a year between 1900 and 2200", f"Write {key} = 2030 under [case].")
    if as_of is None or len(years) < 2:
        return
    first_year, horizon = years
    if not as_of.year <= first_year <= horizon <= first_year + LONGEST_HORIZON:
        yield Fault(FILE, 0, "horizon", f"as_of {as_of.year}, first_year {first_year}, horizon {horizon}",
                    f"as_of <= first_year <= horizon, and at most {LONGEST_HORIZON} years", "Correct the years.")  # fmt: skip


def _level_faults(level: Mapping[str, Any]) -> Iterator[Fault]:
    for key in level:
        if key != "series":
            yield Fault(FILE, 0, f"level.{key}", key, "series", "Take it out, or name the series.")
    if not isinstance(level.get("series", ""), str):
        yield Fault(FILE, 0, "level.series", _found(level, "series"), "the id of a series", "Write it in quotes.")


_ENTRIES: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "free": ({"table": str, "column": str, "ids": list}, {"name": str, "prior_sd": float, "low": float, "high": float}),
    "measures": (
        {"metric": str, "subject": str},
        {"direction": str, "commodity": str, "measure_basis": str, "spread": float},
    ),
    "counts": (
        {"metric": str, "subject": str},
        {"direction": str, "commodity": str, "measure_basis": str, "spread": float},
    ),
    "demand": ({"name": str, "spread": float}, {"commodities": list, "origins": list, "destinations": list, "growth": list}),
    "wanted": ({"metric": str, "subjects": list}, {"direction": str, "commodity": str, "measure_basis": str}),
    "outside": ({"subject": str, "reason": str}, {"metric": str, "commodity": str}),
    "misses": ({"subject": str, "reason": str}, {"metric": str, "commodity": str}),
}
_YEARS, _CUTS, _AIMS, _LASTING, _MODEL_ERROR = ("fit", "check"), "rivals", "aims", "lasting", "model_error"
_WORDS = {str: "a text", list: "a list of ids", float: "a number"}


def _calibration_faults(section: Mapping[str, Any]) -> Iterator[Fault]:
    """What of [calibration] is of the wrong kind; whether cells, cuts and subjects exist is seen when it is used."""
    known_keys = (*_YEARS, _CUTS, _AIMS, _LASTING, _MODEL_ERROR, *_ENTRIES)
    for key in section:
        if key not in known_keys:
            yield Fault(FILE, 0, f"calibration.{key}", key, "one of " + ", ".join(known_keys), f"Nearest: {nearest(key, known_keys)}.")
    for key in _YEARS:
        found = section.get(key, [])
        if not isinstance(found, list) or any(type(year) is not int for year in found):
            yield Fault(FILE, 0, f"calibration.{key}", str(found), "a list of years", f"Write {key} = [2022, 2023].")
    if _CUTS in section and not _is_a(list, section[_CUTS]):
        yield Fault(FILE, 0, f"calibration.{_CUTS}", str(section[_CUTS]), "a list of cuts", f'Write {_CUTS} = ["one_cut", "another"].')
    lasting = section.get(_LASTING, 0.5)
    if not _is_a(float, lasting) or not 0 <= lasting < 1:
        yield Fault(FILE, 0, f"calibration.{_LASTING}", str(lasting), "a share from 0 to below 1", f"Write {_LASTING} = 0.5, or leave it out.")
    error = section.get(_MODEL_ERROR, 0.0)
    if not _is_a(float, error) or not 0 <= error <= 10:
        yield Fault(FILE, 0, f"calibration.{_MODEL_ERROR}", str(error), "a standard deviation of a logarithm, 0 or more", f"Write {_MODEL_ERROR} = 0.15, or leave it out.")
    aims = section.get(_AIMS, {})
    if not isinstance(aims, Mapping):
        yield Fault(FILE, 0, f"calibration.{_AIMS}", str(aims), f"a section [calibration.{_AIMS}]", "Write one line per group below it: ports = 0.2.")
    else:
        for name, aim in aims.items():
            if not _is_a(float, aim) or not aim > 0:
                yield Fault(FILE, 0, f"calibration.{_AIMS}.{name}", str(aim), "a share above 0", f"Write {name} = 0.2 for 20 %.")
    for key, (required, optional) in _ENTRIES.items():
        entries = section.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            yield Fault(FILE, 0, f"calibration.{key}", str(entries), f"a list of [[calibration.{key}]]", "Write double brackets.")
            continue
        for i, entry in enumerate(entries, start=1):
            known = {**required, **optional}
            for name in entry:
                if name not in known:
                    yield Fault(FILE, 0, f"calibration.{key}[{i}]", name, "one of " + ", ".join(known), f"Nearest: {nearest(name, known)}.")
            for name, kind in known.items():
                if (name in required or name in entry) and not _is_a(kind, entry.get(name)):
                    yield Fault(FILE, 0, f"calibration.{key}[{i}].{name}", _found(entry, name), _WORDS[kind], "Correct it.")


def _is_a(kind: type, value: Any) -> bool:
    if kind is float:
        return type(value) in (int, float) and abs(value) < 1e300 and isfinite(value)
    if kind is list:
        return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)


def _found(section: Mapping[str, Any], key: str) -> str:
    return str(section.get(key, "nothing")) or "nothing"
