"""karvan in Python: `load` a case, call a verb, take the answer into pandas or polars, or look at it in a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.corridor.corridor import Corridor
from karvan.faces import chart as charts
from karvan.faces.messages import LANGUAGES, catalogue, say
from karvan.files.extras import load_extra
from karvan.tables.faults import UsageError
from karvan.verbs import assess, assign, calibrate, check, explain, facts, loading, options, route, simulate
from karvan.verbs.assign import LOGIT
from karvan.verbs.declaration import Option, Verb

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True, repr=False)
class Frame:
    """An answer of a verb with its rows: `answer` is the full result, `rows` what a table of it holds."""

    answer: Any
    rows: tuple[dict[str, Any], ...]

    def __repr__(self) -> str:
        return f"<{type(self.answer).__name__}, {len(self.rows)} rows: .to_pandas(), .to_polars(), .document(), .answer>"

    def document(self) -> dict[str, Any]:
        """The answer as the document that --json prints."""
        found: dict[str, Any] = self.answer.document()
        return found

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas data frame (extra [tables])."""
        frame: pandas.DataFrame = load_extra("pandas", "tables", "A pandas data frame").DataFrame(list(self.rows))
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The rows as a polars data frame (extra [tables])."""
        library = load_extra("polars", "tables", "A polars data frame")
        frame: polars.DataFrame = library.DataFrame(list(self.rows), infer_schema_length=None)
        return frame

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>no rows</p>"
        columns = [name for name in self.rows[0] if any(row[name] not in (None, "", []) for row in self.rows)]
        head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(_shown(row[name]))}</td>" for name in columns) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


_PLAYED = Option("name", str, None, "name of a table of played days", required=True)


@dataclass(frozen=True, repr=False)
class Days(Frame):
    """Played days: `rows` are those of the terminals; `table` has the others."""

    def table(self, name: str) -> Frame:
        """The rows of cuts, causes, terminals, months (one per terminal and month), services, pools, lines, journeys, growing, failed or,
        of a comparison, differences. An estimate `x` is `x`, `x_low` and `x_high`. Raises `UsageError` for another name."""
        document = self.document()
        known = {**{each: document[each] for each in (*simulate.ROWS, "growing", "failed")}, "months": _by_month(document["terminals"])}
        if "compare" in document:
            known["differences"] = document["compare"]["differences"]
        if _PLAYED.read(name) not in known:
            raise UsageError(f"name={name!r}: expected one of {', '.join(known)}.")
        return Frame(self.answer, tuple(_flat(row) for row in known[name]))


_MONTHLY = ("waiting", "wait", "closed", "ban")


def _by_month(terminals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per terminal and month."""
    return [{"terminal_id": row["terminal_id"], "name": row["name"], "unit": row["unit"], "month": month + 1,
             **{name: row[f"{name}_by_month"][month] for name in _MONTHLY}} for row in terminals for month in range(12)]  # fmt: skip


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row with an estimate as three columns, and without what it holds by month."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            out |= {name: value["mean"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
        elif not name.endswith("by_month"):
            out[name] = value
    return out


@dataclass(frozen=True)
class Case:
    """A loaded case. Every verb of the command line is a method; options have the same names and defaults."""

    name: str
    corridor: Corridor

    def assess(
        self, futures: int = 1000, seed: int = 1, workers: int = 2, scenario: str | Path | None = None,
        set: tuple[str, ...] = (), compare: str | None = None, as_of: str | None = None, target: tuple[str, ...] = (),
    ) -> Frame:  # fmt: skip
        """The target board: one row per target."""
        board = self._ask(assess.VERB, futures=futures, seed=seed, workers=workers, scenario=scenario, set=set, compare=compare, as_of=as_of, target=target)
        return Frame(board, tuple(board.document()["targets"]))

    def explain(self, target: str, futures: int = 1000, seed: int = 1, workers: int = 2, language: str = "en") -> str:
        """One verdict in plain sentences, English or French, and what was said of its project over the years."""
        _speak(language)
        found = self._ask(explain.VERB, target=target, futures=futures, seed=seed, workers=workers)
        return "\n".join(say(message, language) for message in (*found.messages, *found.history))

    def assign(
        self, year: int | None = None, scenario: str | Path | None = None, set: tuple[str, ...] = (), rule: str = LOGIT,
        gap: float | None = None, iterations: int | None = None,
    ) -> Frame:  # fmt: skip
        """The flows of a year: one row per link, service or terminal, direction and commodity. `rule`: logit, user-equilibrium or
        system-optimum; `gap` and `iterations` are for the last two."""
        found = self._ask(assign.VERB, year=year, scenario=scenario, set=set, rule=rule, gap=gap, iterations=iterations)
        return Frame(found, tuple(found.document()["flows"]))

    def without(self, *names: str, year: int | None = None, scenario: str | Path | None = None, set: tuple[str, ...] = ()) -> Frame:
        """A year without some places, links, terminals, services, fleets, projects or shared limits: one row per cut, before and
        after; `.answer.effect` has what is lost, what is rerouted, its money and days."""
        found = self._ask(assign.VERB, ("without",), without=names, year=year, scenario=scenario, set=set)
        return Frame(found, tuple(found.document()["cuts"]))

    def critical(self, most: int = 20, year: int | None = None, scenario: str | Path | None = None, set: tuple[str, ...] = ()) -> Frame:
        """What is missed most when it is gone: one row per place, link, terminal or fleet."""
        found = self._ask(assign.VERB, ("critical",), critical=most, year=year, scenario=scenario, set=set)
        return Frame(found, tuple(found.document()["critical"]))

    def months(self, year: int | None = None, scenario: str | Path | None = None, set: tuple[str, ...] = ()) -> Frame:
        """The twelve months of a year, each solved by itself: one row per month."""
        found = self._ask(assign.VERB, by="month", year=year, scenario=scenario, set=set)
        return Frame(found, tuple(found.document()["months"]))

    def route(
        self, origin: str, destination: str, commodity: str | None = None, best: int = 4, year: int | None = None,
        scenario: str | Path | None = None, set: tuple[str, ...] = (), depart: str | None = None, within: float | None = None,
        chart: str | Path | None = None, language: str = "en",
    ) -> Frame:  # fmt: skip
        """The best ways of one consignment: one row per way; `chart` draws them into a file."""
        _speak(language)
        found = self._ask(route.VERB, origin=origin, destination=destination, commodity=commodity, best=best, year=year, scenario=scenario, set=set,
                          depart=depart, within=within, chart=chart)  # fmt: skip
        charts.write(found, language)
        return Frame(found, tuple(found.document()["routes"]))

    def simulate(
        self, year: int | None = None, replications: int = 100, seed: int = 1, workers: int = 2, scenario: str | Path | None = None,
        set: tuple[str, ...] = (), compare: str | None = None, until: float | None = None, antithetic: bool = False,
    ) -> Days:  # fmt: skip
        """A year played day by day, many times: one row per terminal; `.table("journeys")` and others have the rest. Ctrl-C keeps what
        is complete; `.answer.stopped` then says so."""
        found = self._ask(simulate.VERB, year=year, replications=replications, seed=seed, workers=workers, scenario=scenario, set=set,
                          compare=compare, until=until, antithetic=antithetic)  # fmt: skip
        return Days(found, tuple(_flat(row) for row in found.document()["terminals"]))

    def calibrate(self) -> Frame:
        """Observed and modelled figures: one row per measure and year; `.answer.calibration` has scores, shares and gaps."""
        found = self._ask(calibrate.VERB, all=True)
        return Frame(found, tuple(found.document()["comparisons"]))

    def facts(self, table: str | None = None, stale: bool = False, older_than: float | None = None, basis: str | None = None) -> Frame:
        """The figures with basis, source and age: one row per fact."""
        found = self._ask(facts.VERB, table=table, stale=stale, older_than=older_than, basis=basis, most=0)
        return Frame(found, tuple(found.document()["facts"]))

    def table(self, name: str) -> Frame:
        """A table of the case, one row per row."""
        from karvan.verdict.document import plain

        found = self.corridor.find_table(_TABLE.read(name))
        return Frame(self, tuple(plain(row) for row in found.rows()))

    def document(self) -> dict[str, Any]:
        """What `karvan check --json` prints."""
        return check.check(self.name).document()

    def _ask(self, verb: Verb, needed: tuple[str, ...] = (), **given: Any) -> Any:
        """The answer of a verb to this case; those of its options not given have their defaults, and those `needed` must be given."""
        return verb.run(**verb.arguments({"case": self.name, **given}, needed))


_TABLE = Option("name", str, None, "name of a table", required=True)
_LANGUAGE = Option("language", str, LANGUAGES[0], "language of the sentences")


def load(case: str | Path = loading.DEFAULT_CASE) -> Case:
    """The case of this name or folder, checked. Raises `karvan.InvalidData` with every fault, or `karvan.UsageError`."""
    name = options.CASE.read(case)
    return Case(name, loading.load(name))


def _speak(language: str) -> None:
    """Raises `UsageError` for a language that has no sentences, before anything is computed."""
    catalogue(_LANGUAGE.read(language))
