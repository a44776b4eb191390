"""The corridor that verbs start from: checked, as known on a day, and the fit that answers a year."""

from __future__ import annotations

from dataclasses import replace

from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.tables.cells import BadCell, parse_date
from karvan.tables.faults import Fault, UsageError, refuse
from karvan.verdict import calibrate as calibrating
from karvan.verdict import calibration_checks, futures, level, measures

DEFAULT_CASE = "middle_corridor"


def load(case: str = DEFAULT_CASE) -> Corridor:
    """The corridor of a case, with every check of the house. Raises `UsageError` or `InvalidData`."""
    faults: list[Fault] = []
    corridor = cases.load(case)
    for speaks in (measures.check, level.check, calibration_checks.check, futures.check):
        faults.extend(speaks(corridor))
    refuse(faults)
    return corridor


def known(corridor: Corridor, as_of: str | None) -> Corridor:
    """The corridor as known on a day, with fits made from what was known then."""
    if as_of is None:
        return corridor
    try:
        day = parse_date(as_of, period_end=True)
    except BadCell as bad:
        raise UsageError(f"--as-of {as_of}: expected {bad.expected}. {bad.remedy}") from bad
    if day > corridor.as_of:
        raise UsageError(f"--as-of {as_of}: expected a day up to {corridor.as_of}, the day of the data.")
    first = int(corridor["demand"]["year"].min())
    if int(str(day)[:4]) < first:
        raise UsageError(f"--as-of {as_of}: expected a day from {first} on, the first year with demand; before it nothing can be carried forward.")
    past = corridor.known(day)
    fit = calibrating.calibrate(past)
    now = calibrating.nowcast(past, fit)
    return replace(past, fitted={each.name: calibrating.document(each) for each in (fit, now)})


def fit_of(corridor: Corridor, year: int) -> str | None:
    """The fit by which a year is answered: the calibration for the past, the nowcast (the best there is) for what comes."""
    return calibrating.CALIBRATION if year < corridor.settings.first_year else None
