"""Played days as people read them: a page of what matters most, or one table whole, on lines of 80 columns or more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from karvan.bridge.days.places import CARGO
from karvan.faces.cli import simulated_differences
from karvan.faces.cli.columns import NONE, Column, fitted, interval, number
from karvan.faces.cli.named import cargo, name_of, way
from karvan.faces.messages import amount, catalogue, spread
from karvan.verbs.simulate import ALL, PAGE, TABLES, Simulated
from karvan.verdict.measures import ALL as ALL_CARGO
from karvan.verdict.measures import DRY, OIL
from karvan.verdict.simulated import VISIT, Estimate, Tables, TerminalRow
from karvan.verdict.simulation import ARRIVED

Words = Mapping[str, str]
_MOST = {"terminals": 10, "months": 3, "services": 14, "pools": 8, "lines": 6, "journeys": 10, "cuts": 12, "causes": 12}
"""Rows of a table on a page."""
_LEVEL = 100.0
_WAYS = 110
"""Columns from which the ends of a service or line are named."""
_LEAST_SHARE = 0.001
"""Share of all waits from which on a cause stands on a page."""


def simulated(answer: Simulated, language: str, width: int) -> Group:
    """What is asked for: a page, one table, or all of them; beside a scenario what it changes."""
    words = catalogue(language)
    view = _View(answer, words, width)
    parts: list[RenderableType] = [*view.head(), Text("")]
    compared = answer.differences
    chosen: Sequence[str]
    if answer.show == PAGE:
        chosen = TABLES[:2] if compared is not None else TABLES
    else:
        chosen = TABLES if answer.show == ALL else (answer.show,)
    for name in chosen:
        found = list(view.table(name))
        parts += [*found, Text("")] if found else []
    if compared is not None:
        kinds = chosen if answer.show not in (PAGE, ALL) else TABLES
        parts += simulated_differences.differences(compared, answer.tables.corridor, kinds, words, width, answer.show == PAGE)
        other = [*_ended(compared.other, words), *growing(compared.other, words, answer.show == ALL)]
        if other:
            parts += [Text(words["simulate.beside"].format(scenario=compared.other.played.scenario)), *other, Text("")]
    elif answer.halted:
        parts += [Text(words["simulate.halted"]), Text("")]
    return Group(*parts[:-1], *([Text(words["simulate.more"].format(tables=", ".join(TABLES)), style="dim")] if answer.show == PAGE else []))


class _View:
    """The tables of an answer in a language, on lines of a width."""

    def __init__(self, answer: Simulated, words: Words, width: int):
        self.answer, self.words, self.width = answer, words, width
        self.played, self.tables, self.corridor = answer.played, answer.tables, answer.tables.corridor
        self.whole = answer.show != PAGE

    # ---- what was played, and how it ended --------------------------------------------------------------------------
    def head(self) -> Iterator[RenderableType]:
        """Case, year, scenario, how many replications, what went wrong, and what grows without end."""
        found, words = self.played.experiment, self.words
        title = words["simulate.title"].format(title=self.corridor.settings.title, year=self.played.year, scenario=self.played.scenario)
        yield Text(title, style="bold")
        pairs = "simulate.runs.pairs" if found.antithetic else "simulate.runs"
        yield Text(words[pairs].format(complete=found.complete, seed=found.seed))
        if found.complete > 1:
            yield Text(words["simulate.interval"])
        else:
            yield Text(words["simulate.once"])
        yield from _ended(self.tables, words)
        arrived = self.tables.over(found.column(ARRIVED))
        yield Text(words["simulate.sent"].format(sent=amount(sum(self.played.days.sent.values()), "t"), arrived=_spread(arrived, "t")))
        rows = list(self.corridor["routines"].rows()) if "routines" in self.corridor.tables else []
        if rows:
            estimates = sum(row["basis"] == "estimate" for row in rows)
            yield Text(words["simulate.routines"].format(rows=len(rows), estimates=estimates), style="dim")
        else:
            yield Text(words["simulate.routines.none"], style="dim")
        yield from growing(self.tables, words, self.answer.show == ALL)

    # ---- tables -----------------------------------------------------------------------------------------------------
    def table(self, name: str) -> Iterator[RenderableType]:
        """One table, whole or its first rows."""
        makers: dict[str, Callable[[Sequence[Any], str], Iterator[RenderableType]]] = {
            "terminals": self._terminals, "months": self._months, "services": self._services, "pools": self._pools, "lines": self._lines,
            "journeys": self._journeys, "cuts": self._cuts, "causes": self._causes,
        }  # fmt: skip
        rows = self._rows(name)
        if not rows:
            if self.answer.show == name:
                yield Text(self.words[f"simulate.none.{name}"])
            return
        shown = rows if self.whole else rows[: _MOST[name]]
        count = "" if len(shown) == len(rows) else self.words["simulate.shown"].format(shown=len(shown), all=len(rows))
        yield from makers[name](shown, self.words[f"simulate.{name}"].format(year=self.played.year) + count)

    def _rows(self, name: str) -> list[Any]:
        if name == "months":
            return [row for row in self.tables.terminals() if _moves(row)]
        if name == "cuts":
            rows = self.tables.cuts()
            if self.whole:
                return rows
            headline = self.corridor.settings.headline or (rows[0].cut_id if rows else "")
            mine = [row for row in rows if row.cut_id == headline]
            return [row for row in mine if row.commodity in (DRY, OIL)] or [row for row in mine if row.commodity == ALL_CARGO]
        found: list[Any] = getattr(self.tables, name)()
        if name == "causes" and not self.whole:
            return [row for row in found if row.share >= _LEAST_SHARE]
        if name == "services" and not self.whole:
            return sorted((row for row in found if row.sailings.mean > 0), key=lambda row: -_finite(row.wait.mean) * (1 if row.fleet_id else 0))
        return found

    def _column(self, name: str, rows: Sequence[Any], show: Callable[[Any], str], wide: Callable[[Any], str] | None = None, rank: int = 0) -> Column:
        title = self.words[f"simulate.column.{name}"].replace("|", "\n")
        return Column(title, [show(row) for row in rows], [wide(row) for row in rows] if wide else (), rank)

    def _text(self, name: str, rows: Sequence[Any], show: Callable[[Any], str]) -> Column:
        return Column(self.words[f"simulate.column.{name}"], [show(row) for row in rows], text=True)

    def _way(self, rows: Sequence[Any], of: Callable[[Any], tuple[str, str]]) -> Column:
        """From where to where; forward or reverse where the line is narrow."""
        if self.width < _WAYS:
            return self._column("direction", rows, lambda row: self.words[f"simulate.direction.{row.direction}"])
        return self._text("way", rows, lambda row: way(self.corridor, *of(row), row.direction, self.words))

    def _estimate(self, name: str, rows: Sequence[Any], rank: int = 0, field: str = "", factor: float = 1.0) -> Column:
        """A column of estimates: the mean, and with its interval where there is room."""
        of: Callable[[Any], Estimate] = lambda row: getattr(row, field or name)  # noqa: E731
        return self._column(name, rows, lambda row: number(of(row).mean * factor), lambda row: _interval(of(row), factor), rank)

    def _terminals(self, rows: Sequence[TerminalRow], title: str) -> Iterator[RenderableType]:
        columns = [
            self._text("terminal", rows, lambda row: row.name),
            self._column("throughput", rows, lambda row: self._amount(row.throughput, row.unit), lambda row: self._spread(row.throughput, row.unit), 1),
            self._estimate("use", rows, 1, "utilisation", _LEVEL),
            self._column("waiting", rows, lambda row: self._amount(row.waiting, row.unit), lambda row: self._spread(row.waiting, row.unit), 2),
            self._estimate("waiting_hours", rows),
            self._estimate("visit_wait", rows, 1),
            self._estimate("visits", rows, 4),
            self._estimate("closed_days", rows, 2),
            self._estimate("ban_days", rows, 3),
        ]
        yield fitted(title, columns, self.width)

    def _months(self, rows: Sequence[TerminalRow], title: str) -> Iterator[RenderableType]:
        words, named = self.words, self.words["month.short"].split()
        yield Text(title, style="bold")
        labels = {name: words[f"simulate.month.{name}"] for name in ("waiting", "wait", "closed", "ban")}
        room = max(len(label.format(unit="wagons")) for label in labels.values())
        each = (self.width - room) // 12
        if each < max(map(len, named)) + 1:
            named = [str(month) for month in range(1, 13)]
        each = min(each, 8)
        yield Text(" " * room + "".join(name.rjust(each) for name in named), style="dim")
        for row in rows:
            yield Text(row.name)
            scale, unit = (1e3, "kt") if row.unit == "t" else (1.0, self._unit(row.unit))
            figures = {"waiting": (row.waiting_by_month, 1.0 / scale), "wait": (row.wait_by_month, 1.0), "closed": (row.closed_by_month, 1.0),
                       "ban": (row.ban_by_month, 1.0)}  # fmt: skip
            for name, (found, factor) in figures.items():
                if any(_finite(month.mean) > 0 for month in found):
                    yield Text(labels[name].format(unit=unit).ljust(room) + "".join(_short(month.mean * factor).rjust(each) for month in found))

    def _services(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        columns = [
            self._text("service", rows, lambda row: row.name),
            self._way(rows, lambda row: ("services", row.service_id)),
            self._estimate("sailings", rows, 1),
            self._column("load", rows, lambda row: self._amount(row.load, row.unit), lambda row: self._spread(row.load, row.unit), 1),
            self._estimate("of_payload", rows, 2, factor=_LEVEL),
            self._estimate("of_nominal", rows, 1, factor=_LEVEL),
            self._column("carried", rows, lambda row: self._amount(row.carried, row.unit), lambda row: self._spread(row.carried, row.unit), 3),
            self._column("empties", rows, lambda row: self._amount(row.empties, row.unit), lambda row: self._spread(row.empties, row.unit), 4),
            self._estimate("lies", rows, field="wait"),
        ]
        yield fitted(title, columns, self.width)

    def _pools(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        def worst(row: Any) -> int:
            return max(range(12), key=lambda month: _finite(row.queue_by_month[month].mean))

        columns = [
            self._text("fleet", rows, lambda row: row.name),
            self._column("direction", rows, lambda row: self.words[f"simulate.direction.{row.direction}"]),
            self._estimate("ready", rows, 1, factor=_LEVEL),
            self._estimate("pool_wait", rows, field="wait"),
            self._column("queue", rows, lambda row: number(row.queue_by_month[worst(row)].mean), lambda row: _interval(row.queue_by_month[worst(row)]), 2),
            self._column("queue_month", rows, lambda row: self.words[f"month.{worst(row) + 1}"] if row.queue_by_month[worst(row)].mean > 0 else NONE, rank=2),
        ]
        yield fitted(title, columns, self.width)

    def _lines(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        columns = [
            self._text("line", rows, lambda row: row.name),
            self._way(rows, lambda row: (row.table, row.key)),
            self._estimate("passes", rows, 2),
            self._estimate("use", rows, 1, "utilisation", _LEVEL),
            self._estimate("line_wait", rows, field="wait"),
        ]
        yield fitted(title, columns, self.width)

    def _journeys(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        columns = [
            self._text("journey", rows, lambda row: f"{name_of(self.corridor, 'zones', row.origin)} → {name_of(self.corridor, 'zones', row.destination)}"),
            Column(self.words["simulate.column.commodity"], [cargo(self.corridor, row.commodity, self.words) for row in rows], text=True),
            self._column("sent", rows, lambda row: amount(row.sent, "t"), rank=2),
            self._column("arrived", rows, lambda row: amount(row.arrived.mean, "t"), lambda row: _spread(row.arrived, "t"), 1),
            self._estimate("p10", rows),
            self._estimate("p50", rows),
            self._estimate("p90", rows),
        ]
        yield fitted(title, columns, self.width)

    def _cuts(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        columns = [
            self._text("cut", rows, lambda row: row.name),
            self._column("direction", rows, lambda row: self.words[f"simulate.direction.{row.direction}"]),
            Column(self.words["simulate.column.commodity"], [cargo(self.corridor, row.commodity, self.words) for row in rows], text=True),
            self._column("tonnes", rows, lambda row: amount(row.tonnes.mean, "t"), lambda row: _spread(row.tonnes, "t"), 1),
            self._column("risk", rows, lambda row: _range(row.risk, self.words)),
        ]
        yield fitted(title, columns, self.width)

    def _causes(self, rows: Sequence[Any], title: str) -> Iterator[RenderableType]:
        columns = [
            self._column("who", rows, lambda row: self.words["simulate.who.cargo" if row.who == CARGO else "simulate.who.vehicle"]),
            self._text("cause", rows, lambda row: self.words.get(f"simulate.cause.{row.cause}", row.cause)),
            self._estimate("hours", rows),
            self._column("share", rows, lambda row: f"{_LEVEL * row.share:.1f}"),
        ]
        yield fitted(title, columns, self.width)
        yield Text(self.words["simulate.causes.note"], style="dim")

    # ---- figures ----------------------------------------------------------------------------------------------------
    def _unit(self, unit: str) -> str:
        return self.words.get(f"simulate.unit.{unit}", unit)

    def _amount(self, found: Estimate, unit: str) -> str:
        return NONE if not math.isfinite(found.mean) else self._named(amount(found.mean, unit), unit)

    def _spread(self, found: Estimate, unit: str) -> str:
        return self._named(_spread(found, unit), unit)

    def _named(self, said: str, unit: str) -> str:
        return said.replace(unit, self._unit(unit)) if unit == VISIT or f"simulate.unit.{unit}" in self.words else said


def _ended(tables: Tables, words: Words) -> Iterator[Text]:
    """What kept an experiment from being all that was asked for."""
    found, rows = tables.found, tables.failed()
    failed = len({row.replication for row in rows})
    if found.stopped:
        yield Text(words["simulate.stopped"].format(done=found.complete + failed, asked=found.asked, complete=found.complete), style="bold")
    if failed:
        said = {"first": rows[0].replication, "day": rows[0].day, "fault": rows[0].fault}
        yield Text(words["simulate.failed"].format(failed=failed, all=found.complete + failed, **said), style="bold")
    for each in found.until:
        key = "simulate.until.reached" if each.reached else "simulate.until.missed"
        yield Text(words[key].format(found=f"{100 * each.found:.2g} %", asked=f"{100 * each.relative:.2g} %", complete=found.complete))


SELDOM = 10
"""a queue that grows in fewer than one of so many replications is luck, and not told."""


def growing(tables: Tables, words: Words, whole: bool) -> Iterator[Text]:
    """A sentence for every queue that grows without end, with the month in which it starts; those of few replications are counted."""
    rows = [row for row in tables.growing() if whole or SELDOM * row.replications >= row.of]
    often = [row for row in rows if whole or 2 * row.replications >= row.of]
    for row in often:
        ways = f" ({way(tables.corridor, row.table, row.key, row.direction, words)})" if row.direction else ""
        where = words[f"simulate.place.{row.role}"].format(name=row.name, way=ways) if row.role else row.name
        yield Text(words["simulate.growing"].format(where=where, month=words[f"month.{row.month}"], replications=row.replications, of=row.of), style="bold")
    if len(often) < len(rows):
        yield Text(words["simulate.growing.few"].format(queues=len(rows) - len(often)))


def _moves(row: TerminalRow) -> bool:
    return any(_finite(each.mean) > 0 for each in (row.throughput, row.waiting)) and math.isfinite(row.waiting.mean)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _interval(found: Estimate, factor: float = 1.0) -> str:
    """None of these figures can be below 0, so no end of an interval is."""
    return interval(found.mean * factor, max(found.low, 0.0) * factor, found.high * factor)


def _spread(found: Estimate, unit: str) -> str:
    if not math.isfinite(found.mean):
        return NONE
    return spread(found.mean, max(found.low, 0.0), found.high, unit) if math.isfinite(found.high) else amount(found.mean, unit)


def _range(ends: tuple[float, float], words: Words) -> str:
    return words["simulate.range"].format(low=amount(ends[0], "t"), high=amount(ends[1], "t")) if all(map(math.isfinite, ends)) else NONE


def _short(value: float) -> str:
    """A figure in four characters or so."""
    if not math.isfinite(value):
        return NONE
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
