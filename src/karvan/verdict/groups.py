"""Which demand moves together, how far it may be from its table, and what the counts of some years say about the others.

A group is a choice of OD pairs that [[calibration.demand]] names; in every year t its demand is that of the table times
exp(x[t]), with

    x[t] normal,   Cov(x[t], x[s]) = spread^2 (lasting + (1 - lasting) persistence^|t - s|)

so a part of what the table gets wrong is wrong in all years, and the rest fades as departures of demand do (see
`karvan.verdict.demand`). Years without counts follow from those with counts by that covariance: x of a later year is the mean of a
normal given the others, which goes back to the lasting part. Estimated by `karvan.verdict.calibrate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.tables.table import Table

LASTING, PERSISTENCE = 0.5, 0.75
"""Share of a group's variance that is the same in all years, and what is left of the rest a year later, where nothing says it."""


@dataclass(frozen=True)
class Group:
    """OD pairs whose demand the counts move together; `spread` is the standard deviation of the logarithm of the factor."""

    name: str
    spread: float
    rows: np.ndarray
    """bool[row of demand]."""


@dataclass(frozen=True, eq=False)
class Factors:
    """What the demand of every group is multiplied with: [group, year] factors and standard errors of their logarithms."""

    groups: tuple[Group, ...]
    years: tuple[int, ...]
    factor: np.ndarray
    error: np.ndarray

    def of_year(self, year: int) -> np.ndarray:
        """[group] factors of a year; 1 for one that is not among the years."""
        return self.factor[:, self.years.index(year)] if year in self.years else np.ones(len(self.groups))


def of_case(corridor: Corridor) -> tuple[Group, ...]:
    """The groups of [[calibration.demand]]. Of a row of demand in several the first has it; `check` refuses such cases."""
    table = corridor["demand"]
    return tuple(Group(str(entry["name"]), float(entry["spread"]), chosen(corridor, entry)) for entry in entries(corridor)) if len(table) else ()


def entries(corridor: Corridor) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = corridor.settings.calibration.get("demand", ())
    return found


def chosen(corridor: Corridor, entry: Mapping[str, Any]) -> np.ndarray:
    """bool[row of demand]: the rows that an entry of [[calibration.demand]] means; what it does not say is not asked."""
    table, commodities = corridor["demand"], corridor["commodities"]
    keep = np.ones(len(table), dtype=bool)
    if "commodities" in entry:
        words = dict(zip(commodities.keys, cargo.words(commodities), strict=True))
        keep &= np.array([bool(set(entry["commodities"]) & set(words[name])) for name in table["commodity_id"]], dtype=bool)
    for key, column in (("origins", "origin"), ("destinations", "destination"), ("growth", "growth")):
        if key in entry:
            keep &= np.isin(table[column].astype(str), list(entry[key]))
    return keep


def shape(corridor: Corridor) -> tuple[float, float]:
    """Lasting share and persistence: those of [calibration], the parameter demand_persistence, else LASTING and PERSISTENCE."""
    parameters = corridor["parameters"]
    own = float(parameters.row("demand_persistence")["value"]) if "demand_persistence" in parameters else PERSISTENCE
    return float(corridor.settings.calibration.get("lasting", LASTING)), own


def covariance(first: Sequence[int], second: Sequence[int], lasting: float, persistence: float) -> np.ndarray:
    """[first, second] correlation of the logarithms of one group's factors in these years."""
    apart = np.abs(np.subtract.outer(np.array(first), np.array(second)))
    return np.asarray(lasting + (1.0 - lasting) * persistence**apart)


def carried(groups: tuple[Group, ...], years: Sequence[int], seen: Sequence[int], mean: np.ndarray, spread: np.ndarray,
            lasting: float, persistence: float) -> Factors:  # fmt: skip
    """The factors of all `years` from what counts say of the years `seen`: `mean` [group, seen] of the logarithms and `spread`
    [group, seen, seen] their covariance."""
    gain = np.linalg.solve(covariance(seen, seen, lasting, persistence), covariance(seen, years, lasting, persistence)).T
    loose = covariance(years, years, lasting, persistence) - gain @ covariance(seen, years, lasting, persistence)
    log, error = np.empty((len(groups), len(years))), np.empty((len(groups), len(years)))
    for g, group in enumerate(groups):
        log[g] = gain @ mean[g]
        error[g] = np.sqrt(np.maximum(np.diag(group.spread**2 * loose + gain @ spread[g] @ gain.T), 0.0))
    return Factors(groups, tuple(years), np.exp(log), error)


def document(factors: Factors) -> list[dict[str, Any]]:
    """How fitted/NAME.toml holds factors: a row per group."""
    return [{"name": group.name, "years": list(factors.years), "factors": [round(float(value), 6) for value in factors.factor[g]],
             "errors": [round(float(value), 6) for value in factors.error[g]]} for g, group in enumerate(factors.groups)]  # fmt: skip


def scaled(corridor: Corridor, stored: Iterable[Mapping[str, Any]]) -> Corridor:
    """The corridor with the demand of every group multiplied by its stored factor of the year. A group that case.toml no longer has, and
    a year without a factor, change nothing: the hash of the fit says that it is older than the data."""
    table = corridor["demand"]
    by_name = {group.name: group for group in of_case(corridor)}
    factor = np.ones(len(table))
    for entry in stored:
        group = by_name.get(str(entry["name"]))
        if group is None:
            continue
        of_year = dict(zip(entry["years"], entry["factors"], strict=True))
        factor[group.rows] = [of_year.get(int(year), 1.0) for year in table["year"][group.rows]]
    if bool((factor == 1.0).all()):
        return corridor
    columns = {**table.columns, "amount": table["amount"] * factor}
    return replace(corridor, tables={**corridor.tables, "demand": Table(table.schema, columns, table.lines, table.unknown)})


def of_pairs(corridor: Corridor, groups: tuple[Group, ...], names: Sequence[tuple[str, str, str]]) -> np.ndarray:
    """int[od]: the group of every OD pair (origin, destination, commodity), -1 for none."""
    table = corridor["demand"]
    place: dict[tuple[str, str, str], int] = {}
    rows = list(zip(table["origin"], table["destination"], table["commodity_id"], strict=True))
    for g, group in enumerate(groups):
        for i in np.flatnonzero(group.rows):
            place.setdefault(rows[i], g)
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)
