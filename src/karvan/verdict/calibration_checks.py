"""What [calibration] of case.toml names and the case does not have, and what of it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from karvan.bridge.cells import collect
from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.corridor.settings import FILE
from karvan.tables.cells import nearest
from karvan.tables.faults import Fault
from karvan.verdict import comparison, groups, measures
from karvan.verdict.measures import Key

SPREAD, PRIOR_SD, LOWEST, HIGHEST = 0.1, 50.0, -1000.0, 1000.0
"""What an entry of [calibration] means that does not say it."""
_COMPUTED = (measures.FLOW, measures.TIME)


def check(corridor: Corridor) -> Iterator[Fault]:
    """Every fault of [calibration]: free numbers, measures, counts, groups of demand, subjects, cuts, groups and years."""
    section = corridor.settings.calibration
    yield from _free_faults(corridor, section)
    yield from _measure_faults(corridor, section)
    yield from _demand_faults(corridor, section)
    yield from _reason_faults(corridor, section)
    yield from _name_faults(corridor, section)
    yield from _year_faults(corridor, section)


def _free_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    cells = collect(corridor.tables)
    for i, entry in enumerate(section.get("free", ()), start=1):
        place, name, column = f"calibration.free[{i}]", str(entry.get("table", "")), str(entry.get("column", ""))
        for key in entry.get("ids", ()):
            rows = corridor.tables.get(name)
            if rows is None or key not in rows or cells.place(name, rows.index[key], column) is None:
                yield _fault(place, f"{name}.{key}.{column}", "a number that an engine reads", "Name a table, rows and a column of it.")
        if not entry.get("prior_sd", PRIOR_SD) > 0:
            yield _fault(f"{place}.prior_sd", str(entry["prior_sd"]), "more than 0", "Correct it, or leave it out.")
        low, high = entry.get("low", LOWEST), entry.get("high", HIGHEST)
        if not low < high:
            yield _fault(f"{place}.low", f"low {low}, high {high}", "low below high", "Correct one of the two.")


def _measure_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("measures", "counts", "wanted"):
        for i, entry in enumerate(section.get(name, ()), start=1):
            for subject in entry.get("subjects", (entry.get("subject", ""),)):
                yield from _key_faults(corridor, comparison.key_of(entry, str(subject)), f"calibration.{name}[{i}]")
    measured = {comparison.key_of(entry).undirected for entry in section.get("measures", ())}
    for name in ("measures", "counts"):
        for i, entry in enumerate(section.get(name, ()), start=1):
            if not entry.get("spread", SPREAD) > 0:
                yield _fault(f"calibration.{name}[{i}].spread", str(entry["spread"]), "more than 0", f"Write spread = {SPREAD}, or leave it out.")
            if comparison.outside(corridor, comparison.key_of(entry)):
                yield _fault(f"calibration.{name}[{i}]", f"{entry['subject']}, which calibration.outside calls not comparable",
                             "a figure that counts what the case holds", "Take it out of one of the two.")  # fmt: skip
            if name == "counts" and comparison.key_of(entry).undirected in measured:
                yield _fault(f"calibration.counts[{i}]", f"{entry['subject']}, which is among the measures", "a figure once", "Take it out of one of the two.")


def _demand_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    """Groups of demand without a spread, a name of their own or a row, with words that the case does not have, or that share rows."""
    known = {"commodities": cargo.vocabulary(corridor["commodities"]), "origins": corridor["zones"].keys,
             "destinations": corridor["zones"].keys, "growth": corridor["parameters"].keys}  # fmt: skip
    taken, names = np.full(len(corridor["demand"]), -1), [str(entry.get("name", "")) for entry in section.get("demand", ())]
    for i, entry in enumerate(section.get("demand", ()), start=1):
        place, name = f"calibration.demand[{i}]", names[i - 1]
        if not entry.get("spread", SPREAD) > 0:
            yield _fault(f"{place}.spread", str(entry["spread"]), "more than 0", "Correct it.")
        if names.index(name) < i - 1:
            yield _fault(f"{place}.name", name, "a name that no other group has", "Rename one of the two.")
        wrong = [(key, word) for key, words in known.items() for word in entry.get(key, ()) if word not in words]
        for key, word in wrong:
            yield _fault(f"{place}.{key}", str(word), f"one of the case's {key}", f"Nearest: {nearest(str(word), known[key])}.")
        rows = groups.chosen(corridor, entry)
        if not rows.any() and not wrong:
            yield _fault(place, name, "a choice that some row of demand.csv fits", "Correct commodities, origins, destinations or growth.")
        for other in sorted({int(j) for j in taken[rows] if j >= 0}):
            first = corridor["demand"].keys[int(np.flatnonzero(rows & (taken == other))[0])]
            yield _fault(place, f"{name} and {names[other]} both have {first}", "every row of demand in one group at most", "Narrow one of the two.")
        taken[rows & (taken < 0)] = i - 1


def _reason_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("outside", "misses"):
        for i, entry in enumerate(section.get(name, ()), start=1):
            place = f"calibration.{name}[{i}]"
            if "metric" in entry:
                yield from _key_faults(corridor, comparison.key_of(entry), place)
            else:
                yield from _subject_faults(corridor, str(entry.get("subject", "")), str(entry.get("commodity", measures.ALL)), place)


def _key_faults(corridor: Corridor, key: Key, place: str) -> Iterator[Fault]:
    """A metric that is none, or cannot be computed for its subject; else what is wrong with the subject."""
    metric = measures.METRICS.get(key.metric)
    if metric is None:
        yield _fault(place, key.metric, "a metric", f"Nearest: {nearest(key.metric, measures.METRICS)}.")
    elif metric.how not in _COMPUTED:
        known = ", ".join(name for name, each in measures.METRICS.items() if each.how in _COMPUTED)
        yield _fault(place, key.metric, f"a flow, a time or a price: {known}", "Write metric and subject as in observations.csv.")
    elif key.kind in measures.SUBJECTS and key.how not in _COMPUTED:
        yield _fault(place, f"{key.metric} of {key.subject}", f"{key.metric} of a {' or '.join(metric.subjects)}", "Write metric and subject as in observations.csv.")
    else:
        yield from _subject_faults(corridor, key.subject, key.commodity, place)


def _subject_faults(corridor: Corridor, subject: str, commodity: str, place: str) -> Iterator[Fault]:
    key = Key("freight_volume", subject, "both", commodity, "traffic")
    if key.kind not in measures.SUBJECTS or not key.name:
        yield _fault(place, subject or "nothing", "KIND:NAME", f"Nearest kind: {nearest(key.kind, measures.SUBJECTS)}.")
    else:
        yield from measures.subject_faults(corridor, key, FILE, 0, place)
    known = (*cargo.vocabulary(corridor["commodities"]), measures.ALL, measures.DRY, measures.OIL)
    if commodity not in known:
        yield _fault(place, commodity, "a commodity, cargo type, dry, oil or all", f"Nearest: {nearest(commodity, known)}.")


def _name_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    """Rivals that are no cuts, aims of groups that there are none of."""
    cuts = corridor["cuts"]
    for name in section.get("rivals", ()):
        if name not in cuts:
            yield _fault("calibration.rivals", str(name), "a cut of cuts.csv", f"Nearest: {nearest(str(name), cuts.keys)}.")
    for name in section.get("aims", {}):
        if name not in comparison.GROUPS:
            expected = "a group: " + ", ".join(comparison.GROUPS)
            yield _fault(f"calibration.aims.{name}", str(name), expected, f"Nearest: {nearest(str(name), comparison.GROUPS)}.")


def _year_faults(corridor: Corridor, section: Mapping[str, Any]) -> Iterator[Fault]:
    """Years without demand, and years that are fitted and checked at once."""
    years = {int(year) for year in corridor["demand"]["year"]}
    for name in ("fit", "check"):
        for year in section.get(name, ()):
            if year not in years:
                yield _fault(f"calibration.{name}", str(year), "a year of demand.csv", "Take it out, or add its demand.")
    for year in sorted({*section.get("fit", ())} & {*section.get("check", ())}):
        yield _fault("calibration.check", f"{year}, a fit year too", "years that the fit does not see", "Keep it in one of the two lists.")


def _fault(column: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(FILE, 0, column, found, expected, remedy)
