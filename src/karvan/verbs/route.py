"""route: which ways lead from A to B?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.files import tcd
from karvan.tables.cells import BadCell, parse_date
from karvan.tables.faults import UsageError
from karvan.verbs import options, scenarios
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.loading import fit_of, load
from karvan.verdict import shipment
from karvan.verdict.model import prepare


def route(case: str, origin: str, destination: str, commodity: str | None, best: int, year: int | None, scenario: Path | None,
          set: tuple[str, ...], compare: str | None, depart: str | None = None, within: float | None = None,
          chart: Path | None = None) -> shipment.Comparison:  # fmt: skip
    if chart is not None:
        tcd.check(chart)
    corridor = load(case)
    asked, chosen = _asked(corridor, best, year, depart, within)
    found = _route(corridor, origin, destination, commodity, chosen, scenario, set, asked)
    if compare is not None:
        found = replace(found, other=_route(corridor, origin, destination, commodity, chosen, scenarios.beside(compare), (), asked))
    return replace(found, chart=chart)


def _usual_commodity(corridor: Corridor) -> str:
    names = corridor["commodities"].keys
    return "container" if "container" in names else str(names[0])


def _asked(corridor: Corridor, best: int, year: int | None, depart: str | None, within: float | None) -> tuple[shipment.Asked, int]:
    """What is asked of the ways, and the year that answers."""
    if not 1 <= best <= 50:
        raise UsageError(f"--best {best}: expected 1 to 50.")
    if within is not None and not 0 < within <= 1000:
        raise UsageError(f"--within {within:g}: expected days above 0, up to 1000.")
    if depart is None:
        return shipment.Asked(best, None, within), corridor.settings.first_year if year is None else year
    try:
        day = parse_date(depart, period_end=False)
    except BadCell as bad:
        raise UsageError(f"--depart {depart}: expected {bad.expected}. {bad.remedy}") from bad
    years = corridor.settings.years
    of_day = int(str(day)[:4])
    if of_day not in years:
        raise UsageError(f"--depart {depart}: expected a day from {years[0]}-01-01 to {years[-1]}-12-31.")
    if year is not None and year != of_day:
        raise UsageError(f"--depart {depart} and --year {year} name two years. Leave out --year.")
    return shipment.Asked(best, day, within), of_day


def _route(corridor: Corridor, origin: str, destination: str, commodity: str | None, year: int, file: Path | None,
           switches: tuple[str, ...], asked: shipment.Asked) -> shipment.Comparison:  # fmt: skip
    changed = scenarios.apply(corridor, file, switches)
    ends = [corridor.read_node(name) for name in (origin, destination)]
    kind = corridor.find_commodity(commodity or _usual_commodity(corridor))
    if ends[0][0] == ends[1][0]:
        raise UsageError(f"{origin} and {destination} are the same place. Name two places.")
    model = prepare(changed.corridor, changed.dated, fit_of(corridor, year))
    answer = shipment.likely_year(model, year, changed.forced)
    found = shipment.compare(model, answer, ends[0][0], ends[1][0], kind, year, changed.name, asked, changed.forced)
    read_as = tuple((given, read) for given, (_, read) in zip((origin, destination), ends, strict=True) if read)
    return replace(found, read_as=read_as)


VERB = Verb(
    "route", "Which ways lead from A to B? Days P10–P50–P90, cost, CO2, legs, the rivals beside each other.",
    (Option("origin", str, None, "place of departure: name, other name or UN/LOCODE", "FROM", positional=True, required=True),
     Option("destination", str, None, "place of arrival", "TO", positional=True, required=True), options.CASE,
     Option("commodity", str, None, "what is shipped; default: container, or the first commodity of a case without containers", "COMMODITY"),
     Option("best", int, 4, "how many ways", "N"), options.YEAR, options.SCENARIO, options.SET, options.COMPARE,
     Option("depart", str, None, "the day on which it leaves: waits for the departures and in the closures of those days", "DATE"),
     Option("within", float, None, "also print the chance to arrive within so many days", "DAYS"),
     Option("chart", Path, None, "draw the time- and cost-distance chart (UNESCAP TCD) of the ways; .svg, or .png (extra [chart])", "FILE")), route, waits=True,
)  # fmt: skip
