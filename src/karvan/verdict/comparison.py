"""Observed and modelled figures of the past side by side, and what is not among them.

Every used observation of a data year that the model can compute is compared, whether it was fitted or not. What cannot be
compared is a `Gap` that says why; what counts more than the case holds is compared with nobody (`Comparison.outside`), and so is one that the tables hold as an input (`Comparison.given`).
Called by `karvan.verdict.calibrate`; scored by `karvan.verdict.scores`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.tables.table import Row
from karvan.verdict import measures
from karvan.verdict.measures import Key

GROUPS = CORRIDOR, SECTIONS, PORTS, BORDERS, DAYS, PRICES, RIVALS = (
    "corridor", "sections", "ports", "borders", "days", "prices", "rivals")  # fmt: skip
"""The headline cut; other cuts and links; ports; hours in steps; days and prices between two places; cuts of the rivals."""
AIMS = {CORRIDOR: 0.10, PORTS: 0.20, DAYS: 0.15, PRICES: 0.15}
"""Largest absolute error of a figure that counts as met, per group, where case.toml says nothing; other groups have none."""
ROLES = FIT, CHECK, BEFORE, OTHER = ("fit", "check", "before", "other")
FLOORS = {"t": 1000.0, "TEU": 100.0, "train": 1.0, "h": 0.1}
"""Added before a logarithm is taken, so that a flow of nothing can be compared: about one train, and six minutes of a step."""
NOT_OBSERVED, NOT_COMPUTABLE, NO_WAY, NO_DEMAND, PART_OF_YEAR = "not_observed", "not_computable", "no_way", "no_demand", "part_of_year"
ERRORS = {"measured": 0.05, "reported": 0.1, "computed": 0.15, "announced": 0.25, "estimate": 0.3}
"""Standard error of the logarithm of a figure without a range, by its basis: our judgement."""
_WIDTH = 2 * 1.6449
"""Standard deviations of a normal between its 5th and 95th percentile."""
_BASES = ("traffic", "time", "price")


@dataclass(frozen=True)
class Comparison:
    """One observed and one modelled figure of a year, both in `unit`.

    role     whether the year was fitted, checked, lies before the fit years, or neither
    cargo    DRY or OIL; empty where both are counted together
    fitted   whether this very figure entered the fit
    outside  why the count is of something else than what the case holds; empty when the two can be compared
    given    whether the tables hold this very figure as an input of the year, so that meeting it is no merit
    """

    key: Key
    year: int
    observed: float
    modelled: float
    unit: str
    scope: str
    role: str
    group: str
    cargo: str
    fitted: bool
    outside: str
    given: bool

    @property
    def scored(self) -> bool:
        """Whether the figure counts in scores, shares and misses."""
        return not self.outside and not self.given

    @property
    def error(self) -> float:
        """Modelled over observed, minus one; NaN without a figure to divide by."""
        return self.modelled / self.observed - 1 if self.observed else float("nan")

    @property
    def log_error(self) -> float:
        """Logarithm of modelled over observed, each with the floor of its unit."""
        return float(logarithm(self.modelled, self.unit) - logarithm(self.observed, self.unit))

    def within(self, aim: float) -> bool:
        """Whether the error is at most `aim`; where nothing was observed, the logarithmic one."""
        found = self.error if np.isfinite(self.error) else np.expm1(abs(self.log_error))
        return bool(abs(found) <= aim)


@dataclass(frozen=True)
class Share:
    """Share of one cut in the TEU of the rivals that were counted in a year; `among` says which those are."""

    subject: str
    year: int
    role: str
    observed: float
    modelled: float
    among: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """What is not compared, for which periods, and why: one of the words NOT_OBSERVED to PART_OF_YEAR."""

    key: Key
    periods: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Miss:
    """A measure that misses its aim in these years, and why; empty where nobody has said it."""

    key: Key
    years: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class Figure:
    """A used observation of one calendar year, in the canonical unit of its metric; `error` is the standard error of its logarithm:
    from its range where it has one, else what its basis is worth (`ERRORS`)."""

    key: Key
    year: int
    value: float
    scope: str
    error: float = 0.1


def logarithm(value: float | np.ndarray, unit: str) -> Any:
    """ln(value + floor of the unit); NaN where that is not above 0, as a price with more subsidy than freight."""
    raised = value + FLOORS.get(unit, 0.0)
    return np.log(np.where(raised > 0, raised, np.nan))


def key_of(entry: Mapping[str, Any], subject: str = "") -> Key:
    """The key of an entry of [calibration]: direction both, all cargo, and the basis of its metric unless it says otherwise."""
    metric = str(entry.get("metric", ""))
    unit = measures.METRICS[metric].unit if metric in measures.METRICS else ""
    basis = "time" if unit in ("day", "h") else "price" if unit.startswith("USD/") else "traffic"
    return Key(metric, subject or str(entry.get("subject", "")), str(entry.get("direction", "both")), str(entry.get("commodity", measures.ALL)),
               str(entry.get("measure_basis", basis)))  # fmt: skip


def group_of(corridor: Corridor, key: Key) -> str:
    """The group under which a key is shown and scored."""
    if key.kind == "port":
        return PORTS
    if key.kind == "terminal":
        return BORDERS
    if key.kind == "od":
        return DAYS if measures.METRICS[key.metric].unit == "day" else PRICES
    if key.kind == "cut" and key.name == corridor.settings.headline:
        return CORRIDOR
    return RIVALS if key.kind == "cut" and key.name in corridor.settings.calibration.get("rivals", ()) else SECTIONS


def cargo_of(corridor: Corridor, key: Key) -> str:
    """The group of what a key counts, DRY or OIL; empty where it counts both."""
    table = corridor["commodities"]
    if key.metric == "oil_transit_volume":
        return measures.OIL
    boxes = measures.METRICS[key.metric].unit == "TEU"
    groups = {str(group) for words, group, per_teu in zip(cargo.words(table), table["group"], table["tonnes_per_teu"], strict=True)
              if key.commodity in (measures.ALL, *words) and not (boxes and np.isnan(per_teu))}  # fmt: skip
    return groups.pop() if len(groups) == 1 else ""


def aims(corridor: Corridor) -> dict[str, float]:
    """The aim of every group that has one: those of case.toml, else AIMS."""
    return {**AIMS, **{str(name): float(value) for name, value in corridor.settings.calibration.get("aims", {}).items()}}


def outside(corridor: Corridor, key: Key) -> str:
    """Why the counts of a key are of something else than what the case holds, as [[calibration.outside]] says; empty when not."""
    return _reason(corridor, "outside", key)


def misses(corridor: Corridor, comparisons: Iterable[Comparison]) -> tuple[Miss, ...]:
    """The measures that miss the aim of their group in fit or check years, with the reason that [[calibration.misses]] gives."""
    wanted_aims = aims(corridor)
    years: dict[Key, list[int]] = defaultdict(list)
    for each in sorted(comparisons, key=lambda found: (GROUPS.index(found.group), found.key, found.year)):
        if each.role in (FIT, CHECK) and each.scored and each.group in wanted_aims and not each.within(wanted_aims[each.group]):
            years[each.key].append(each.year)
    return tuple(Miss(key, tuple(found), _reason(corridor, "misses", key)) for key, found in years.items())


def _reason(corridor: Corridor, section: str, key: Key) -> str:
    for entry in corridor.settings.calibration.get(section, ()):
        if entry["subject"] == key.subject and entry.get("metric", key.metric) == key.metric and entry.get("commodity", key.commodity) == key.commodity:
            return str(entry["reason"])
    return ""


def role_of(year: int, fit: Sequence[int], check: Sequence[int], first: int) -> str:
    """What a year is to a fit; `first` is the first fit year of the case."""
    if year in fit:
        return FIT
    if year in check:
        return CHECK
    return BEFORE if year < first else OTHER


def figures(corridor: Corridor) -> Iterator[Figure]:
    """Every used observation of one calendar year whose metric is a flow, a time or a price, computable or not."""
    for row in corridor["observations"].rows():
        key = Key.of(row)
        if row["role"] == "used" and _is_asked(key) and row["period"].isdigit() and not np.isnan(row["value"]):
            yield Figure(key, int(row["period"]), measures.canonical(key.metric, float(row["value"]), row["unit"]), row["scope"], _error(row))


def _error(row: Row) -> float:
    """Standard error of the logarithm of an observation."""
    if row["low"] > 0 and row["high"] > row["low"]:
        return max(float(np.log(row["high"] / row["low"])) / _WIDTH, ERRORS["measured"])
    return ERRORS.get(str(row["basis"]), ERRORS["estimate"])


def computable(compiled: Compiled, key: Key) -> bool:
    """Whether the model has a number for the key: its metric fits its subject, and a flow has arcs to be counted on."""
    if key.how == measures.TIME:
        return True
    return key.how == measures.FLOW and len(measures.arcs_of_key(compiled, key)) > 0


def gaps(compiled: Compiled, fit: Sequence[int], check: Sequence[int], no_way: Mapping[Key, Sequence[int]]) -> tuple[Gap, ...]:
    """What is wanted or observed and is not compared; `no_way` are the years in which the model has no number for a key."""
    corridor, known = compiled.corridor, compiled.data_years
    missing: dict[tuple[str, Key], list[str]] = defaultdict(list)
    seen: dict[Key, set[int]] = defaultdict(set)
    for each in figures(corridor):
        seen[each.key.undirected].add(each.year)
        if not computable(compiled, each.key):
            missing[NOT_COMPUTABLE, each.key].append(str(each.year))
        elif each.year not in known:
            missing[NO_DEMAND, each.key].append(str(each.year))
    for key, years in no_way.items():
        missing[NO_WAY, key].extend(map(str, years))
    for row in corridor["observations"].rows():
        key = Key.of(row)
        if row["role"] == "used" and _is_asked(key) and not row["period"].isdigit():
            missing[PART_OF_YEAR, key].append(row["period"])
    for key in wanted(corridor):
        unseen = [str(year) for year in (*fit, *check) if year not in seen[key.undirected]]
        if unseen:
            missing[NOT_OBSERVED, key].extend(unseen)
    order = (NOT_OBSERVED, NOT_COMPUTABLE, NO_WAY, NO_DEMAND, PART_OF_YEAR)

    def place(item: tuple[tuple[str, Key], list[str]]) -> tuple[int, int, Key]:
        (why, key), _ = item
        return order.index(why), GROUPS.index(group_of(corridor, key)), key

    return tuple(Gap(key, tuple(sorted(set(periods))), why) for (why, key), periods in sorted(missing.items(), key=place))


def wanted(corridor: Corridor) -> tuple[Key, ...]:
    """The keys that ought to be observed in every fit and check year: those fitted, those of [[calibration.wanted]], and the
    TEU of the rivals."""
    section = corridor.settings.calibration
    keys = [key_of(entry) for entry in section.get("measures", ())]
    keys += [key_of(entry, str(subject)) for entry in section.get("wanted", ()) for subject in entry["subjects"]]
    teu = {each.key.undirected for each in figures(corridor) if each.key.metric == "container_volume"}
    for cut in section.get("rivals", ()):
        counted = sorted(key for key in teu if key.subject == f"cut:{cut}" and key.direction == "both")
        keys.append(counted[0] if counted else Key("container_volume", f"cut:{cut}", "both", measures.ALL, "traffic"))
    return tuple(dict.fromkeys(keys))


def shares(corridor: Corridor, comparisons: Sequence[Comparison]) -> tuple[Share, ...]:
    """Shares of the cuts of `rivals` in their TEU both ways, per year over the cuts that were counted in it (two or more), on
    both sides over the same ones."""
    rivals = [f"cut:{name}" for name in corridor.settings.calibration.get("rivals", ())]
    by_year: dict[int, dict[str, Comparison]] = defaultdict(dict)
    for each in sorted(comparisons, key=lambda found: found.key):
        if each.key.metric == "container_volume" and each.key.direction == "both" and each.key.subject in rivals and each.scored:
            by_year[each.year].setdefault(each.key.subject, each)
    out = []
    for year, found in sorted(by_year.items()):
        among = tuple(subject for subject in rivals if subject in found)
        observed, modelled = (sum(getattr(found[subject], side) for subject in among) for side in ("observed", "modelled"))
        if len(among) > 1 and observed > 0 and modelled > 0:
            out += [Share(subject, year, found[subject].role, found[subject].observed / observed, found[subject].modelled / modelled, among)
                    for subject in among]  # fmt: skip
    return tuple(out)


def _is_asked(key: Key) -> bool:
    return measures.METRICS[key.metric].how in (measures.FLOW, measures.TIME) and key.measure_basis in _BASES
