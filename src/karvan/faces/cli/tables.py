"""Answers as people read them on a terminal: one function per kind of answer."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from karvan.evidence import ageing, weigh
from karvan.faces.cli import assigned
from karvan.faces.cli.board import board
from karvan.faces.cli.calibration import calibration
from karvan.faces.cli.delays import delays
from karvan.faces.cli.equilibrium import balanced
from karvan.faces.cli.hindcast import hindcasts
from karvan.faces.cli.simulated import simulated
from karvan.faces.cli.statements import show
from karvan.faces.cli.ways import ways
from karvan.faces.messages import catalogue, say
from karvan.tables.provenance import BASES
from karvan.verbs.assess import Board
from karvan.verbs.assign import Assigned, Monthly, Ranked, Without
from karvan.verbs.calibrate import Fitted
from karvan.verbs.check import Checked
from karvan.verbs.delays import Delayed
from karvan.verbs.explain import Explained
from karvan.verbs.facts import Facts
from karvan.verbs.hindcast import Hindcasts
from karvan.verbs.read import Read
from karvan.verbs.simulate import Simulated
from karvan.verbs.written import Written
from karvan.verdict import shipment, wardrop
from karvan.verdict.tell import Message


@singledispatch
def render(answer: Any, console: Console, language: str) -> None:
    """Print an answer."""
    raise TypeError(f"no table for {type(answer).__name__}")


@render.register
def _(answer: Board, console: Console, language: str) -> None:
    console.print(board(answer.assessment, answer.other, console.width))


@render.register
def _(answer: Explained, console: Console, language: str) -> None:
    for message in answer.messages:
        console.print(say(message, language))
    if answer.history:
        console.print(f"\n{catalogue(language)['history']}")
    for message in answer.history:
        console.print(f"  {say(message, language)}")


@render.register
def _(answer: Checked, console: Console, language: str) -> None:
    corridor, words = answer.corridor, catalogue(language)
    rows = sum(len(table) for table in corridor.tables.values())
    support = weigh.support(corridor.tables)
    tables = sum(bool(len(table)) for table in corridor.tables.values())
    console.print(words["check.holds"].format(title=corridor.settings.title, rows=rows, tables=tables))
    bases = ", ".join(f"{count} {words[f'basis.{basis}']}" for basis, count in sorted(support.by_basis.items(), key=lambda item: -item[1]))
    console.print(words["check.support"].format(bases=bases, sourced=support.with_source, rows=support.rows, sources=support.sources,
                                                title=support.unknown_titles, date=support.unknown_dates, address=support.unknown_addresses))  # fmt: skip
    for name in answer.stale:
        console.print((words.get(f"check.stale.{name}") or words["check.stale"]).format(name=name))


@render.register
def _(answer: Hindcasts, console: Console, language: str) -> None:
    console.print(hindcasts(answer, console.width, language))


@render.register
def _(answer: Read, console: Console, language: str) -> None:
    show(answer, console, language)


@render.register
def _(answer: Facts, console: Console, language: str) -> None:
    words = catalogue(language)
    counts = Table(title=words["facts.counts"].format(as_of=answer.corridor.as_of), title_justify="left", box=None, header_style="bold")
    counts.add_column(words["facts.basis"])
    classes = [*(name for _, name in ageing.CLASSES), ageing.UNDATED, ageing.WITHOUT_SOURCE]
    for name in classes:
        counts.add_column(words.get(f"facts.class.{name}", name), justify="right")
    for basis in BASES:
        counts.add_row(words[f"basis.{basis}"], *(str(answer.ages.counts[basis][name] or "–") for name in classes))
    console.print(counts)
    console.print()
    console.print(_covered(answer, words))
    total = answer.ages.total
    share = total.cells_with_source / max(total.cells, 1)
    covered = {"cells": total.cells, "sourced": total.cells_with_source, "stated": total.cells_stated, "share": share}
    console.print(say(Message("facts.coverage", covered), language))
    console.print(say(Message("facts.sources", {"sources": answer.ages.sources, **answer.ages.unknown}), language))
    console.print()
    shown = answer.shown[: answer.most or None]
    if not shown:
        console.print(words["facts.none"])
        return
    title = "facts.older" if answer.older_than is not None else "facts.stale" if answer.stale else "facts.all"
    said = words[title].format(shown=len(shown), all=len(answer.shown), years=f"{answer.older_than or 0:g}")
    listed = Table(title=said, title_justify="left", box=None, header_style="bold")
    for name in ("age", "basis", "table", "id", "value", "publisher", "date"):
        listed.add_column(words[f"facts.{name}"], justify="right" if name == "age" else "left", no_wrap=name == "age", overflow="fold")
    for fact in shown:
        listed.add_row("–" if fact.age is None else f"{fact.age:.1f}", words[f"basis.{fact.basis}"], fact.table, Text(fact.id), Text(fact.value),
                       Text(fact.publisher or words["facts.no_source"]), fact.date or "–")  # fmt: skip
    console.print(listed)


def _covered(answer: Facts, words: dict[str, str]) -> Table:
    """Coverage per table."""
    table = Table(title=words["facts.covered"], title_justify="left", box=None, header_style="bold")
    for name in ("table", "rows", "rows_with_source", "cells", "cells_with_source", "share", "cells_stated"):
        table.add_column(words[f"facts.{name}"], justify="left" if name == "table" else "right", no_wrap=name == "table")
    for each in answer.ages.coverage:
        share = f"{100 * each.cells_with_source / each.cells:.0f} %" if each.cells else "–"
        table.add_row(each.table, str(each.rows), str(each.rows_with_source), str(each.cells), str(each.cells_with_source), share,
                      str(each.cells_stated))  # fmt: skip
    return table


@render.register
def _(answer: Written, console: Console, language: str) -> None:
    words = catalogue(language)
    console.print(words["written"].format(files=len(answer.files), folder=answer.folder))
    for message in answer.told:
        console.print(say(message, language))
    if answer.what in ("network", "empty case", "case"):
        console.print(words[f"written.{answer.what}"].format(folder=answer.folder, readme=answer.folder / "README.md"))


@render.register
def _(answer: Fitted, console: Console, language: str) -> None:
    console.print(calibration(answer, console.width, language))


@render.register
def _(answer: Assigned, console: Console, language: str) -> None:
    console.print(assigned.flows(answer, language, console.width))
    if answer.other is not None:
        console.print(f"\n{catalogue(language)['assign.beside']} {answer.other.scenario}")
        console.print(assigned.flows(answer.other, language, console.width))
        console.print()
        console.print(assigned.differing(answer, language))


@render.register
def _(answer: Without, console: Console, language: str) -> None:
    console.print(assigned.without(answer, language))


@render.register
def _(answer: Ranked, console: Console, language: str) -> None:
    console.print(assigned.ranked(answer, language))


@render.register
def _(answer: Monthly, console: Console, language: str) -> None:
    console.print(assigned.monthly(answer, language))


@render.register
def _(answer: Simulated, console: Console, language: str) -> None:
    console.print(simulated(answer, language, console.width))


@render.register
def _(answer: wardrop.Balanced, console: Console, language: str) -> None:
    console.print(balanced(answer, language))
    if answer.other is not None:
        console.print()
        console.print(balanced(answer.other, language))


@render.register
def _(answer: shipment.Comparison, console: Console, language: str) -> None:
    console.print(ways(answer, language, console.width))
    if answer.other is not None:
        console.print(f"\n{catalogue(language)['route.beside'].format(scenario=answer.other.scenario)}")
        console.print(ways(answer.other, language, console.width))


@render.register
def _(answer: Delayed, console: Console, language: str) -> None:
    console.print(delays(answer, console.width, language))
