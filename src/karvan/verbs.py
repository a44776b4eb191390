"""Every verb once: name, meaning, options, function. Command line, Python and HTTP are derived from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from karvan.bridge import label
from karvan.bridge.cells import COLUMNS
from karvan.corridor import checks
from karvan.corridor import edits as editing
from karvan.corridor.corridor import Corridor
from karvan.evidence import ageing, link
from karvan.evidence.read import places, statements
from karvan.evidence.read.statement import Document, Statement
from karvan.evidence.read.text import LANGUAGES, detect
from karvan.files import cases, copies, documents, exports, gmns, scenario, sheets_read, tcd, tntp
from karvan.files.folder import write_texts
from karvan.files.toml_text import toml_text
from karvan.tables.cells import BadCell, nearest, parse_date
from karvan.tables.faults import Fault, InvalidData, UsageError, refuse
from karvan.tables.provenance import BASES
from karvan.verdict import assess as assessing
from karvan.verdict import calibrate as calibrating
from karvan.verdict import (
    calibration_checks,
    criticality,
    document,
    level,
    measures,
    ports,
    shipment,
    tell,
    wardrop,
    worth,
)
from karvan.verdict import futures as drawing
from karvan.verdict import months as monthly
from karvan.verdict.assess import Assessment
from karvan.verdict.certify import Certificate
from karvan.verdict.futures import Forced
from karvan.verdict.model import Answer, Model, delivery_year, is_of_equilibrium, prepare

DEFAULT_CASE = "middle_corridor"
LOGIT = "logit"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Option:
    """One option, declared once. A positional one has no dashes; a repeated one may be given several times."""

    name: str
    type: type
    default: Any
    meaning: str
    metavar: str = ""
    short: str = ""
    positional: bool = False
    repeated: bool = False
    required: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb: what it answers, its options, and the function, whose keyword arguments are the options' names.
    A verb that `progresses` also takes progress=, called with (done, total)."""

    name: str
    meaning: str
    options: tuple[Option, ...]
    run: Callable[..., Any]
    progresses: bool = False


# --- what verbs give back --------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Checked:
    """A case that holds together, and the fits in it that are older than its data."""

    corridor: Corridor
    stale: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        tables = {name: len(table) for name, table in self.corridor.tables.items() if len(table)}
        return {"schema_version": document.SCHEMA_VERSION, "manifest": document.manifest(self.corridor), "valid": True, "faults": [],
                "tables": tables, "stale_fits": list(self.stale)}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Board:
    """The verdicts, and those of a scenario to compare with, under the same draws."""

    assessment: Assessment
    other: Assessment | None = None

    def document(self) -> dict[str, Any]:
        out = document.assessment(self.assessment)
        if self.other is not None:
            out["compare"] = {"scenario": self.other.scenario, "targets": [document.verdict(self.other, each) for each in self.other.verdicts]}
        return out


@dataclass(frozen=True, eq=False)
class Explained:
    """One verdict in sentences, and what was said of its project over the years."""

    assessment: Assessment
    verdict: assessing.Verdict
    messages: tuple[tell.Message, ...]
    history: tuple[tell.Message, ...]

    def document(self) -> dict[str, Any]:
        def told(messages: tuple[tell.Message, ...]) -> list[dict[str, Any]]:
            return [{"id": message.id, "values": document.plain(message.values)} for message in messages]

        return {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.assessment(self.assessment)["manifest"],
            "target": document.verdict(self.assessment, self.verdict),
            "messages": told(self.messages),
            "history": told(self.history),
        }


@dataclass(frozen=True, eq=False)
class Assigned:
    """Flows of one year, with the certificate that re-computes them outside the engine."""

    model: Model
    answer: Answer
    certificate: Certificate
    year: int
    scenario: str
    other: Assigned | None = None

    @cached_property
    def empty_flow(self) -> np.ndarray:
        """[commodity, arc]: tonnes whose equipment comes back empty, where it does."""
        return self.model.empty_flow(self.answer)

    @cached_property
    def binds(self) -> tuple[worth.Worth, ...]:
        """The limits that bind, with what one more unit of them is worth."""
        return worth.binding(self.model, self.answer)

    def document(self) -> dict[str, Any]:
        compiled, result = self.model.compiled, self.answer.result
        served = float(result.route_flow.sum())
        limits = label.limits(compiled, self.answer.conditions.capacity, result.load, result.price, result.delay)
        known = worth.of_limits(self.model, self.answer)[np.isfinite(self.answer.conditions.capacity)]
        for row, value in zip(limits, known.tolist(), strict=True):
            row["worth"] = value
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(compiled.corridor, year=self.year, scenario=self.scenario, rule="logit"),
            "objective": self.certificate.objective,
            "relative_gap": self.certificate.relative_gap,
            "average_excess_cost": abs(self.certificate.relative_gap * self.certificate.objective) / max(served, 1.0),
            "iterations": int(result.iterations),
            "converged": bool(result.converged),
            "certificate": {**asdict(self.certificate), "passed": self.certificate.passed},
            "demand": float(self.answer.conditions.amount.sum()),
            "unserved": float(result.unserved.sum()),
            "flows": label.flows(compiled, result.arc_flow),
            "empties": label.empties(compiled, result.arc_flow, self.empty_flow),
            "ports": [asdict(port) for port in ports.of_year(self.model, self.answer, self.empty_flow, self.year)],
            "limits": limits,
            "binds": [asdict(each) for each in self.binds],
        }
        if self.other is not None:
            out["compare"] = self.other.document()
        return document.plain(out)


@dataclass(frozen=True, eq=False)
class Without:
    """A year with and without some things: what is lost, where the rest goes, what becomes tight."""

    base: Assigned
    after: Answer
    certificate: Certificate
    effect: criticality.Effect

    @cached_property
    def tighter(self) -> tuple[criticality.Tighter, ...]:
        """Limits that cost more without what is gone."""
        return criticality.tighter(self.base.model.compiled, self.base.answer, self.after)

    def document(self) -> dict[str, Any]:
        effect = self.effect
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.base.model.compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit",
                                          without=[f"{thing.table}:{thing.key}" for thing in effect.things]),
            "without": [asdict(thing) for thing in effect.things],
            "demand": float(self.after.conditions.amount.sum()), "through": effect.through, "rerouted": effect.rerouted,
            "lost": effect.all_lost, "lost_by_commodity": effect.lost,
            "money": {"before": effect.money[0], "after": effect.money[1]}, "days": {"before": effect.days[0], "after": effect.days[1]},
            "cuts": [{**asdict(each), "difference": each.difference} for each in effect.cuts],
            "terminals": [{**asdict(each), "difference": each.difference} for each in effect.terminals],
            "tighter": [asdict(each) for each in self.tighter],
            "certificate": {**asdict(self.certificate), "passed": self.certificate.passed},
            "certificate_before": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ranked:
    """Everything in use, taken out one at a time; of those shown every answer is certified."""

    base: Assigned
    taken_out: int
    ranks: tuple[criticality.Rank, ...]

    def document(self) -> dict[str, Any]:
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.base.model.compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit"),
            "taken_out": self.taken_out, "demand": float(self.base.answer.conditions.amount.sum()),
            "critical": [{**asdict(each.thing), "lost": each.lost, "through": each.through, "own": each.own} for each in self.ranks],
            "certificate": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Monthly:
    """Twelve months beside the year as one."""

    base: Assigned
    months: tuple[monthly.Month, ...]

    def document(self) -> dict[str, Any]:
        compiled = self.base.model.compiled
        year = monthly.over_cuts(compiled, self.base.answer.result.arc_flow)
        rows, total = [], dict.fromkeys(year, 0.0)
        for each in self.months:
            result = each.answer.result
            cuts = {cut: value * each.share for cut, value in monthly.over_cuts(compiled, result.arc_flow).items()}
            for cut, value in cuts.items():
                total[cut] += value
            rows.append({
                "month": each.month, "share": each.share, "demand": each.demand, "unserved": each.unserved, "cuts": cuts,
                "limits": label.limits(compiled, each.answer.conditions.capacity, result.load, result.price, result.delay),
                "certificate": {**asdict(each.certificate), "passed": each.certificate.passed},
            })  # fmt: skip
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit", by="month"),
            "demand_profile": "flat", "months": rows,
            "cuts": [{"id": cut, "sum_of_months": total[cut], "year": year[cut]} for cut in year],
            "unserved": {"sum_of_months": sum(each.unserved for each in self.months), "year": float(self.base.answer.result.unserved.sum())},
            "certificate": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fitted:
    """The calibration, the nowcast, and where they were written; `plain` is the calibration of the same figures with the demand of
    the tables, None where the case moves none; `all` asks a face for every figure and every gap."""

    calibration: calibrating.Fit
    nowcast: calibrating.Fit
    written: Path | None
    all: bool = False
    plain: calibrating.Fit | None = None

    def document(self) -> dict[str, Any]:
        return {**document.fit(self.calibration), **document.beside(self.nowcast, self.plain)}


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of a case with their age; `shown` are those asked for."""

    corridor: Corridor
    ages: ageing.Ages
    shown: tuple[ageing.Fact, ...]
    stale: bool
    older_than: float | None
    most: int

    def document(self) -> dict[str, Any]:
        total = self.ages.total
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.corridor, stale=self.stale, older_than=self.older_than),
            "thresholds": {basis: years if self.older_than is None else self.older_than for basis, (years, _) in ageing.STALE_AFTER.items()},
            "reasons": {basis: why for basis, (_, why) in ageing.STALE_AFTER.items()},
            "counts": self.ages.counts,
            "coverage": {"rows": total.rows, "rows_with_source": total.rows_with_source, "cells": total.cells,
                         "cells_with_source": total.cells_with_source, "cells_stated": total.cells_stated, "tables": [asdict(each) for each in self.ages.coverage]},
            "sources": {"rows": self.ages.sources, **{f"unknown_{part}": count for part, count in self.ages.unknown.items()}},
            "facts": [asdict(fact) for fact in self.shown],
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Read:
    """What texts say: the statements of every document that could be read, and the faults of the others."""

    documents: tuple[tuple[Document, tuple[Statement, ...]], ...]
    faults: tuple[Fault, ...]

    def lines(self) -> list[dict[str, Any]]:
        """One plain document per statement."""
        return [one.document() for _, found in self.documents for one in found]


@dataclass(frozen=True)
class Written:
    """Files that a verb wrote, and what a person should know of them."""

    folder: Path
    files: tuple[str, ...]
    what: str
    told: tuple[tell.Message, ...] = ()

    def document(self) -> dict[str, Any]:
        told = [{"id": message.id, "values": document.plain(message.values)} for message in self.told]
        return {"schema_version": document.SCHEMA_VERSION, "written": list(self.files), **({"told": told} if told else {})}


@dataclass(frozen=True, eq=False)
class Changed:
    """A corridor under a scenario: its undated edits in force, forced dates and levels, dated edits, name, and what was changed
    as plain values for the manifest."""

    corridor: Corridor
    forced: Forced
    dated: tuple[editing.Edit, ...]
    name: str
    said: dict[str, Any]


# --- loading ---------------------------------------------------------------------------------------------------------


def load(case: str = DEFAULT_CASE) -> Corridor:
    """The corridor of a case, with every check of the house. Raises `UsageError` or `InvalidData`."""
    faults: list[Fault] = []
    corridor = cases.load(case)
    for speaks in (measures.check, level.check, calibration_checks.check, drawing.check):
        faults.extend(speaks(corridor))
    refuse(faults)
    return corridor


def _refuse_past_deliveries(corridor: Corridor, projects: dict[str, np.datetime64 | str]) -> None:
    """A scenario is about days to come: it cannot deliver before the day of the case, nor undo what stands."""
    table, today = corridor["projects"], corridor.as_of
    for project, when in projects.items():
        if table.row(project)["status"] == "delivered":
            raise UsageError(f"{project} was delivered on {table.row(project)['delivered']}; a scenario cannot move it. Edit the tables of a copy instead.")
        if isinstance(when, np.datetime64) and when < today:
            raise UsageError(f"{project}={when}: the case stands on {today}. Give a later day, or never.")


def _scenario(corridor: Corridor, file: Path | None, switches: tuple[str, ...]) -> Changed:
    """What a scenario file and --set switches make of a corridor."""
    chosen = scenario.read(file) if file is not None else scenario.Scenario()
    projects = {corridor.find_row("projects", name): when for name, when in chosen.projects.items()}
    switched: dict[str, str] = {}
    for switch in switches:
        name, equals, when = switch.partition("=")
        if not equals:
            raise UsageError(f"--set {switch}: expected PROJECT=DATE or PROJECT=never.")
        try:
            day = scenario.delivery_of(when)
        except ValueError as error:
            raise UsageError(f"--set {switch}: {error}.") from error
        project = corridor.find_row("projects", name)
        if project in switched:
            raise UsageError(f"--set {switch}: {switched[project]} sets the same project. Leave one out.")
        switched[project] = switch
        projects[project] = day
    _refuse_past_deliveries(corridor, projects)
    edits, faults = editing.resolve_rows(chosen.edits, corridor.tables)
    faults = (*faults, *editing.fights(edits, {}))
    if faults:
        raise InvalidData(replace(fault, file=str(file)) for fault in faults)
    label_ = chosen.name if not switches else f"{chosen.name} + {', '.join(switches)}"
    forced = Forced({name: delivery_year(when) for name, when in projects.items()},
                    float("nan") if chosen.level is None else chosen.level, chosen.demand)  # fmt: skip
    first_day = np.datetime64(f"{corridor.settings.first_year}-01-01", "D")
    read = {(table, column) for table, columns in COLUMNS.items() for column in columns}
    deaf = [edit for edit in edits if not np.isnat(edit.start) and (edit.table, edit.column) not in read]
    refuse(Fault(str(file), 0, f"{edit.table}.{edit.column}", "a date", "no date, since no engine reads this cell by the year",
                 "Take out from and until.") for edit in deaf)  # fmt: skip
    dated = tuple(replace(edit, start=first_day) if np.isnat(edit.start) else edit for edit in edits if (edit.table, edit.column) in read)
    undated = [edit for edit in edits if np.isnat(edit.start) and (edit.table, edit.column) not in read]
    said = {
        "projects": {name: str(when) for name, when in sorted(projects.items())}, "level": chosen.level, "demand": chosen.demand,
        "edits": [{key: document.plain(row[key]) for key in ("table", "id", "column", "op", "value", "from", "until")} for row in chosen.edits],
    }  # fmt: skip
    edited = checks.recheck(corridor.edited(undated)) if undated else corridor
    return Changed(edited, forced, dated, label_, said)


def _known(corridor: Corridor, as_of: str | None) -> Corridor:
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


# --- the verbs -------------------------------------------------------------------------------------------------------


def check(case: str) -> Checked:
    corridor = load(case)
    if is_of_equilibrium(corridor):
        wardrop.check(corridor)
    else:
        prepare(corridor)
    return Checked(corridor, calibrating.stale(corridor))


def assess(
    case: str, futures: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...], compare: str | None,
    as_of: str | None, target: tuple[str, ...], progress: Progress | None = None,
) -> Board:  # fmt: skip
    options = assessing.Options(futures, seed, workers)
    corridor = _known(load(case), as_of)
    if target:
        keep = {corridor.find_row("targets", name) for name in target}
        corridor = _with_targets(corridor, keep)
    first = _assess(corridor, options, scenario, set, progress)
    other = None
    if compare is not None:
        other = _assess(corridor, options, None if compare == "base" else Path(compare), (), progress)
    return Board(first, other)


def _assess(corridor: Corridor, options: assessing.Options, file: Path | None, switches: tuple[str, ...], progress: Progress | None) -> Assessment:
    changed = _scenario(corridor, file, switches)
    return assessing.assess(changed.corridor, options, changed.forced, changed.name, changed.dated, progress, changed.said)


def _with_targets(corridor: Corridor, keep: set[str]) -> Corridor:
    table = corridor["targets"]
    chosen = table.select(np.array([key in keep for key in table.keys]))
    return replace(corridor, tables={**corridor.tables, "targets": chosen})


def explain(case: str, target: str, futures: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...],
            progress: Progress | None = None) -> Explained:  # fmt: skip
    board = assess(case, futures, seed, workers, scenario, set, None, None, (target,), progress)
    verdict = board.assessment.verdicts[0]
    return Explained(board.assessment, verdict, tell.verdict(board.assessment, verdict), tell.history(board.assessment, verdict))


def assign(
    case: str, year: int | None, scenario: Path | None, set: tuple[str, ...], compare: str | None, without: tuple[str, ...] = (),
    critical: int | None = None, by: str | None = None, rule: str = LOGIT, gap: float | None = None, iterations: int | None = None,
) -> Assigned | Without | Ranked | Monthly | wardrop.Balanced:  # fmt: skip
    rules = (LOGIT, *wardrop.RULES)
    if rule not in rules:
        raise UsageError(f"--rule {rule}: expected one of {', '.join(rules)}. Nearest: {nearest(rule, rules)}.")
    asked = [name for name, given in (("--compare", compare), ("--without", without), ("--critical", critical), ("--by", by)) if given not in (None, ())]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are different questions. Ask one at a time.")
    if rule != LOGIT:
        if asked and compare is None:
            raise UsageError(f"{asked[0]} is for --rule {LOGIT}; --rule {rule} has no limits to take out and no months.")
        options = wardrop.Options(rule, wardrop.GAP if gap is None else gap, wardrop.ITERATIONS if iterations is None else iterations)
        return _balance(case, year, scenario, set, compare, options)
    for option, value in (("gap", gap), ("iterations", iterations)):
        if value is not None:
            raise UsageError(f"--{option} is for --rule {' and '.join(wardrop.RULES)}; the rule {LOGIT} ends by itself.")
    if by not in (None, "month"):
        raise UsageError(f"--by {by}: expected month.")
    if critical is not None and critical < 1:
        raise UsageError(f"--critical {critical}: expected how many to show, 1 or more.")
    corridor = load(case)
    first = _assign(corridor, year, scenario, set)
    if without:
        return _without(corridor, first, without, scenario, set)
    if critical is not None:
        return _ranked(first, critical)
    if by is not None:
        inputs = shipment.likely_inputs(first.model, first.year, _scenario(corridor, scenario, set).forced)
        return Monthly(first, monthly.solve(first.model, inputs, first.answer, f"{first.year}, {first.scenario}"))
    if compare is None:
        return first
    return replace(first, other=_assign(corridor, year, None if compare == "base" else Path(compare), ()))


def _balance(case: str, year: int | None, file: Path | None, switches: tuple[str, ...], compare: str | None, options: wardrop.Options) -> wardrop.Balanced:
    options.check()
    corridor = load(case)

    def of(file: Path | None, switches: tuple[str, ...]) -> wardrop.Balanced:
        changed = _scenario(corridor, file, switches)
        chosen = corridor.settings.first_year if year is None else year
        return wardrop.assign(changed.corridor, chosen, options, changed.dated, changed.forced, changed.name)

    first = of(file, switches)
    return first if compare is None else replace(first, other=of(None if compare == "base" else Path(compare), ()))


def _assign(corridor: Corridor, year: int | None, file: Path | None, switches: tuple[str, ...]) -> Assigned:
    changed = _scenario(corridor, file, switches)
    chosen = corridor.settings.first_year if year is None else year
    model = prepare(changed.corridor, changed.dated, _fit_of(corridor, chosen))
    answer = shipment.likely_year(model, chosen, changed.forced)
    return Assigned(model, answer, model.certified(answer, f"{chosen}, {changed.name}"), chosen, changed.name)


def _without(corridor: Corridor, base: Assigned, said: tuple[str, ...], file: Path | None, switches: tuple[str, ...]) -> Without:
    model = base.model
    things = tuple(dict.fromkeys(criticality.find(corridor, each) for each in said))
    never: dict[str, np.datetime64 | str] = {thing.key: "never" for thing in things if thing.table == "projects"}
    _refuse_past_deliveries(corridor, never)
    before = base.answer
    if never:
        forced = _scenario(corridor, file, switches).forced
        forced = replace(forced, deliveries={**forced.deliveries, **{name: delivery_year(when) for name, when in never.items()}})
        before = shipment.likely_year(model, base.year, forced)
    after = criticality.without(model, before, things)
    certificate = model.certified(after, f"{base.year} without {', '.join(thing.name for thing in things)}")
    return Without(base, after, certificate, criticality.effect(model, things, base.answer, after))


def _ranked(base: Assigned, most: int) -> Ranked:
    """The ranking; each answer that is shown is solved again and certified."""
    model = base.model
    ranks = criticality.rank(model, base.answer)
    for each in ranks[:most]:
        again = criticality.without(model, base.answer, (each.thing,))
        model.certified(again, f"{base.year} without {each.thing.name}")
    return Ranked(base, len(ranks), ranks[:most])


def _fit_of(corridor: Corridor, year: int) -> str | None:
    """The fit by which a year is answered: the calibration for the past, the nowcast (the best there is) for what comes."""
    return calibrating.CALIBRATION if year < corridor.settings.first_year else None


def route(case: str, origin: str, destination: str, commodity: str | None, best: int, year: int | None, scenario: Path | None,
          set: tuple[str, ...], compare: str | None, depart: str | None = None, within: float | None = None,
          chart: Path | None = None) -> shipment.Comparison:  # fmt: skip
    if chart is not None:
        tcd.check(chart)
    corridor = load(case)
    asked, chosen = _asked(corridor, best, year, depart, within)
    found = _route(corridor, origin, destination, commodity, chosen, scenario, set, asked)
    if compare is not None:
        found = replace(found, other=_route(corridor, origin, destination, commodity, chosen, None if compare == "base" else Path(compare), (), asked))
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
    changed = _scenario(corridor, file, switches)
    ends = [corridor.read_node(name) for name in (origin, destination)]
    kind = corridor.find_commodity(commodity or _usual_commodity(corridor))
    if ends[0][0] == ends[1][0]:
        raise UsageError(f"{origin} and {destination} are the same place. Name two places.")
    model = prepare(changed.corridor, changed.dated, _fit_of(corridor, year))
    answer = shipment.likely_year(model, year, changed.forced)
    found = shipment.compare(model, answer, ends[0][0], ends[1][0], kind, year, changed.name, asked, changed.forced)
    read_as = tuple((given, read) for given, (_, read) in zip((origin, destination), ends, strict=True) if read)
    return replace(found, read_as=read_as)


def calibrate(case: str, write: bool, all: bool) -> Fitted:
    corridor = load(case)
    if write and cases.is_built_in(case):
        raise UsageError("A built-in case is read-only. `karvan new DIR` makes a copy of your own; calibrate that one.")
    fit = calibrating.calibrate(corridor)
    now = calibrating.nowcast(corridor, fit)
    written = None
    if write:
        written = cases.locate(case) / "fitted"
        texts = {f"{each.name}.toml": toml_text(calibrating.document(each)) for each in (fit, now)}
        write_texts(written, texts)
    plain = calibrating.calibrate(corridor, with_demand=False) if fit.demand.groups else None
    return Fitted(fit, now, written, all, plain)


def facts(case: str, table: str | None, stale: bool, older_than: float | None, basis: str | None, most: int) -> Facts:
    corridor = load(case)
    if table is not None and "basis" not in corridor.find_table(table).schema:
        raise UsageError(f"{table} says of none of its rows how it is known. Tables that do: {', '.join(_with_basis(corridor))}.")
    if basis is not None and basis not in BASES:
        raise UsageError(f"--basis {basis}: expected one of {', '.join(BASES)}. Nearest: {nearest(basis, BASES)}.")
    if older_than is not None and not 0 <= older_than <= 1000:
        raise UsageError(f"--older-than {older_than:g}: expected years from 0 to 1000.")
    if most < 0:
        raise UsageError(f"--most {most}: expected 0 (all) or more.")
    found = ageing.ages(corridor.tables, corridor.as_of, older_than)
    stale = stale or older_than is not None
    shown = tuple(fact for fact in found.facts if table in (None, fact.table) and basis in (None, fact.basis) and (fact.stale or not stale))
    return Facts(corridor, found, shown, stale, older_than, most)


def _with_basis(corridor: Corridor) -> list[str]:
    return [name for name, each in corridor.tables.items() if "basis" in each.schema]


def read(case: str, texts: tuple[str, ...], published: str | None, language: str | None, progress: Progress | None = None) -> Read:
    if published is not None:
        try:
            parse_date(published, period_end=True)
        except BadCell as bad:
            raise UsageError(f"--published {published}: expected {bad.expected}. {bad.remedy}") from bad
    if language is not None and language not in LANGUAGES:
        raise UsageError(f"--language {language}: expected one of {', '.join(LANGUAGES)}.")
    names = places.gazetteer(cases.load(case).tables)
    done: list[tuple[Document, tuple[Statement, ...]]] = []
    faults: list[Fault] = []
    for count, article in enumerate(documents.articles(texts), 1):
        if isinstance(article, Fault):
            faults.append(article)
            continue
        day, known_by = (published, "user") if published else (article.published, "metadata" if article.published else "unknown")
        spoken = language or (article.language if article.language in LANGUAGES else detect(article.text))
        about = Document(article.name, spoken, day, known_by, article.title, article.url, article.publisher, article.sha256)
        done.append((about, tuple(link.within(article.text, statements.read(article.text, about, names)))))
        if progress is not None:
            progress(count, 0)
    if not done:
        raise InvalidData(faults)
    return Read(tuple(done), tuple(faults))


def new(folder: str, case: str, empty: bool = False) -> Written:
    target = Path(folder)
    if empty:
        return Written(target, copies.empty_case(target), "empty case")
    return Written(target, copies.copy_case(cases.locate(case), target), "case")


def export(case: str, to: str, out: str) -> Written:
    corridor = load(case)
    files = exports.export(corridor, to, Path(out))
    return Written(Path(out), files, to)


def import_(format: str, source: tuple[str, ...], folder: str, toll_factor: float | None = None, distance_factor: float | None = None,
            time_unit: str | None = None, length_unit: str | None = None, nodes: Path | None = None) -> Written:  # fmt: skip
    known = (*IMPORTS, TNTP)
    if format not in known:
        raise UsageError(f"{format!r} cannot be imported. Known: {', '.join(known)}. Nearest: {nearest(format, known)}.")
    if format == TNTP:
        made = tntp.import_files(tuple(map(Path, source)), Path(folder), tntp.Reading(toll_factor, distance_factor, time_unit, length_unit, nodes))
        return Written(Path(folder), made.files, "network", tuple(tell.Message(*each) for each in made.told))
    if len(source) != 1:
        raise UsageError(f"import {format} takes one SOURCE and one DIR, and {len(source)} sources were named.")
    for option, value in (("toll-factor", toll_factor), ("distance-factor", distance_factor), ("time-unit", time_unit), ("length-unit", length_unit),
                          ("nodes", nodes)):  # fmt: skip
        if value is not None:
            raise UsageError(f"--{option} is for import {TNTP}; {format} files say it themselves.")
    return Written(Path(folder), IMPORTS[format](Path(source[0]), Path(folder)), "case")


TNTP = "tntp"
IMPORTS: dict[str, Callable[[Path, Path], tuple[str, ...]]] = {"gmns": gmns.import_folder, "xlsx": sheets_read.import_workbook}


# --- their declarations ----------------------------------------------------------------------------------------------

_CASE = Option("case", str, DEFAULT_CASE, "built-in case, or folder of a case", "CASE", "c")
_CASE_FIRST = replace(_CASE, positional=True)
_SCENARIO = Option("scenario", Path, None, "TOML file that says what is different", "FILE")
_SET = Option("set", str, (), "deliver a project on a day, or never; may be repeated", "PROJECT=DATE|never", repeated=True)
_COMPARE = Option("compare", str, None, "scenario file to set beside it; `base` is the case as it stands", "OTHER")
_YEAR = Option("year", int, None, "modelled year; default: the first", "YEAR")
_FUTURES = Option("futures", int, 1000, "how many futures to draw", "N", "n")
_SEED = Option("seed", int, 1, "same case, options and seed give the same bytes", "SEED")
_WORKERS = Option("workers", int, 2, "processes; the answer does not depend on it", "N")

VERBS: tuple[Verb, ...] = (
    Verb("assess", "Will the promises be kept? Draws futures and prints the target board.",
         (_CASE_FIRST, _FUTURES, _SEED, _WORKERS, _SCENARIO, _SET, _COMPARE,
          Option("as_of", str, None, "use only what was known on this day", "DATE"),
          Option("target", str, (), "judge only this target; may be repeated", "TARGET", repeated=True)), assess, progresses=True),
    Verb("explain", "Why this verdict? One target in plain sentences, with its sources.",
         (Option("target", str, None, "target as on the board", "TARGET", positional=True, required=True),
          _CASE, _FUTURES, _SEED, _WORKERS, _SCENARIO, _SET), explain, progresses=True),
    Verb("route", "Which ways lead from A to B? Days P10–P50–P90, cost, CO2, legs, the rivals beside each other.",
         (Option("origin", str, None, "place of departure: name, other name or UN/LOCODE", "FROM", positional=True, required=True),
          Option("destination", str, None, "place of arrival", "TO", positional=True, required=True), _CASE,
          Option("commodity", str, None, "what is shipped; default: container, or the first commodity of a case without containers", "COMMODITY"),
          Option("best", int, 4, "how many ways", "N"), _YEAR, _SCENARIO, _SET, _COMPARE,
          Option("depart", str, None, "the day on which it leaves: waits for the departures and in the closures of those days", "DATE"),
          Option("within", float, None, "also print the chance to arrive within so many days", "DAYS"),
          Option("chart", Path, None, "draw the time- and cost-distance chart (UNESCAP TCD) of the ways; .svg, or .png (extra [chart])", "FILE")), route),
    Verb("assign", "Who uses what? Flows of a year under capacities and queues, and what one more unit of each limit is worth; or a user equilibrium.",
         (_CASE_FIRST, _YEAR, _SCENARIO, _SET, _COMPARE,
          Option("rule", str, LOGIT, "how ways are chosen: logit (freight, hard capacities), user-equilibrium, system-optimum", "RULE"),
          Option("gap", float, None, f"user-equilibrium and system-optimum: the relative gap to reach; default: {wardrop.GAP:g}", "GAP"),
          Option("iterations", int, None, f"the same: how many at most; default: {wardrop.ITERATIONS}", "N"),
          Option("without", str, (), "a place, link, terminal, service, fleet, project or shared limit to take out; may be repeated", "NAME", repeated=True),
          Option("critical", int, None, "take out everything in turn and list the N whose loss is largest", "N"),
          Option("by", str, None, "month: solve the twelve months with the closures of each", "month")), assign),
    Verb("calibrate", "How well does the model meet what was observed? Fits the free cells, compares every figure, sets a random walk beside it.",
         (_CASE, Option("write", bool, False, "store the fit in CASE/fitted/"),
          Option("all", bool, False, "print also the years before the fit, what is not comparable, and every gap")), calibrate),
    Verb("check", "Do the tables hold together? Prints every fault with file, line, column, found, expected and remedy.",
         (_CASE_FIRST,), check),
    Verb("facts", "How old are the figures, and which have a source? Lists them by how much they matter and by age.",
         (Option("table", str, None, "only this table; default: all", "TABLE", positional=True), _CASE,
          Option("stale", bool, False, "only those older than their basis allows: measured, reported and computed 3 years, announced 2"),
          Option("older_than", float, None, "only those older than this, whatever their basis, settled ones too", "YEARS"),
          Option("basis", str, None, "only this basis: " + ", ".join(BASES), "BASIS"),
          Option("most", int, 40, "how many to print; 0: all (JSON holds all)", "N")), facts),
    Verb("read", "What does an article say? Figures, dates and promises in it, each with its place in the text and who says so.",
         (Option("texts", str, None, "files, folders, or - for standard input: text, HTML, or PDF with the extra [read]", "TEXT", positional=True,
                 required=True, repeated=True), _CASE,
          Option("published", str, None, "day of publication, when the document does not say it; years and months without a year need it", "DATE"),
          Option("language", str, None, "language of the texts: " + ", ".join(LANGUAGES) + "; default: found", "LANGUAGE")), read),
    Verb("new", "Start a case of your own: copies another into a new folder, or makes an empty one.",
         (Option("folder", str, None, "folder to make", "DIR", positional=True, required=True), _CASE,
          Option("empty", bool, False, "no copy: every table with its header, and a README that says what to fill in first")), new),
    Verb("export", "Write a case for other programs: gmns, geojson, svg, xlsx, parquet, datapackage.",
         (_CASE_FIRST, Option("to", str, None, "format: gmns, geojson, svg, xlsx, parquet, datapackage", "FORMAT", required=True),
          Option("out", str, None, "file or folder to write", "PATH", required=True)), export),
    Verb("import", "Make a case from other programs' files: gmns, xlsx, tntp.",
         (Option("format", str, None, "gmns, xlsx, tntp", "FORMAT", positional=True, required=True),
          Option("source", str, None, "gmns: folder with node.csv and link.csv; xlsx: workbook that `export` wrote; tntp: net file, then a trips file per class "
                 "of users", "SOURCE", positional=True, repeated=True, required=True),
          Option("folder", str, None, "folder to make", "DIR", positional=True, required=True),
          Option("toll_factor", float, None, "tntp: time per unit of toll; default: as the net file says, else 0", "TIME"),
          Option("distance_factor", float, None, "tntp: time per unit of length; default: as the net file says, else 0", "TIME"),
          Option("time_unit", str, None, "tntp: unit of times; default: as the net file says, else min", "UNIT"),
          Option("length_unit", str, None, "tntp: unit of lengths; default: as the net file says, else km", "UNIT"),
          Option("nodes", Path, None, "tntp: file of the nodes' coordinates", "FILE")),
         import_),
)  # fmt: skip
