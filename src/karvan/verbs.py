"""Every verb once: name, meaning, options, function. Command line, Python and HTTP are derived from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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
from karvan.files import cases, copies, documents, exports, gmns, scenario, sheets_read
from karvan.files.folder import write_texts
from karvan.files.toml_text import toml_text
from karvan.tables.cells import BadCell, nearest, parse_date
from karvan.tables.faults import Fault, InvalidData, UsageError, refuse
from karvan.tables.provenance import BASES
from karvan.verdict import assess as assessing
from karvan.verdict import calibrate as calibrating
from karvan.verdict import calibration_checks, certify, document, level, measures, shipment, tell
from karvan.verdict import futures as drawing
from karvan.verdict.assess import Assessment
from karvan.verdict.certify import Certificate
from karvan.verdict.futures import Forced
from karvan.verdict.model import Answer, Model, delivery_year, prepare

DEFAULT_CASE = "middle_corridor"
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

    def document(self) -> dict[str, Any]:
        compiled, result = self.model.compiled, self.answer.result
        served = float(result.route_flow.sum())
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
            "limits": label.limits(compiled, self.answer.conditions.capacity, result.load, result.price, result.delay),
        }
        if self.other is not None:
            out["compare"] = self.other.document()
        return document.plain(out)


@dataclass(frozen=True, eq=False)
class Fitted:
    """The calibration, the nowcast, and where they were written; `all` asks a face for every figure and every gap."""

    calibration: calibrating.Fit
    nowcast: calibrating.Fit
    written: Path | None
    all: bool = False

    def document(self) -> dict[str, Any]:
        return {**document.fit(self.calibration), "nowcast": document.fit(self.nowcast)["cells"]}


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
    """Files that a verb wrote."""

    folder: Path
    files: tuple[str, ...]
    what: str

    def document(self) -> dict[str, Any]:
        return {"schema_version": document.SCHEMA_VERSION, "written": list(self.files)}


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


def assign(case: str, year: int | None, scenario: Path | None, set: tuple[str, ...], compare: str | None) -> Assigned:
    corridor = load(case)
    first = _assign(corridor, year, scenario, set)
    if compare is None:
        return first
    return replace(first, other=_assign(corridor, year, None if compare == "base" else Path(compare), ()))


def _assign(corridor: Corridor, year: int | None, file: Path | None, switches: tuple[str, ...]) -> Assigned:
    changed = _scenario(corridor, file, switches)
    chosen = corridor.settings.first_year if year is None else year
    model = prepare(changed.corridor, changed.dated, _fit_of(corridor, chosen))
    answer = shipment.likely_year(model, chosen, changed.forced)
    compiled = model.compiled
    certificate = certify.certificate(compiled.network, compiled.uses, compiled.demands, compiled.choice, answer.conditions, compiled.delay,
                                      model.routes, model.base_cost, answer.result)  # fmt: skip
    return Assigned(model, answer, certificate, chosen, changed.name)


def _fit_of(corridor: Corridor, year: int) -> str | None:
    """The fit by which a year is answered: the calibration for the past, the nowcast (the best there is) for what comes."""
    return calibrating.CALIBRATION if year < corridor.settings.first_year else None


def route(case: str, origin: str, destination: str, commodity: str | None, best: int, year: int | None, scenario: Path | None,
          set: tuple[str, ...], compare: str | None) -> shipment.Comparison:  # fmt: skip
    corridor = load(case)
    found = _route(corridor, origin, destination, commodity, best, year, scenario, set)
    if compare is None:
        return found
    return replace(found, other=_route(corridor, origin, destination, commodity, best, year, None if compare == "base" else Path(compare), ()))


def _usual_commodity(corridor: Corridor) -> str:
    names = corridor["commodities"].keys
    return "container" if "container" in names else str(names[0])


def _route(corridor: Corridor, origin: str, destination: str, commodity: str | None, best: int, year: int | None, file: Path | None,
           switches: tuple[str, ...]) -> shipment.Comparison:  # fmt: skip
    changed = _scenario(corridor, file, switches)
    ends = corridor.find_node(origin), corridor.find_node(destination)
    kind = corridor.find_row("commodities", commodity or _usual_commodity(corridor))
    if ends[0] == ends[1]:
        raise UsageError(f"{origin} and {destination} are the same place. Name two places.")
    if not 1 <= best <= 50:
        raise UsageError(f"--best {best}: expected 1 to 50.")
    chosen = corridor.settings.first_year if year is None else year
    model = prepare(changed.corridor, changed.dated, _fit_of(corridor, chosen))
    answer = shipment.likely_year(model, chosen, changed.forced)
    return shipment.compare(model, answer, ends[0], ends[1], kind, best, chosen, changed.name)


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
    return Fitted(fit, now, written, all)


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


def import_(format: str, source: str, folder: str) -> Written:
    if format not in IMPORTS:
        raise UsageError(f"{format!r} cannot be imported. Known: {', '.join(IMPORTS)}. Nearest: {nearest(format, IMPORTS)}.")
    return Written(Path(folder), IMPORTS[format](Path(source), Path(folder)), "case")


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
          Option("best", int, 4, "how many ways", "N"), _YEAR, _SCENARIO, _SET, _COMPARE), route),
    Verb("assign", "Who uses what? Flows of a year under capacities and queues, and what one more unit of each limit is worth.",
         (_CASE_FIRST, _YEAR, _SCENARIO, _SET, _COMPARE), assign),
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
    Verb("import", "Make a case from other programs' files: gmns, xlsx.",
         (Option("format", str, None, "gmns, xlsx", "FORMAT", positional=True, required=True),
          Option("source", str, None, "gmns: folder with node.csv and link.csv; xlsx: workbook that `export` wrote", "SOURCE", positional=True,
                 required=True),
          Option("folder", str, None, "folder to make", "DIR", positional=True, required=True)),
         import_),
)  # fmt: skip
