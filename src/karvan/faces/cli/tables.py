"""Answers as people read them on a terminal: one function per kind of answer."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from karvan import verbs
from karvan.evidence import ageing, weigh
from karvan.faces.cli.board import board
from karvan.faces.cli.calibration import calibration
from karvan.faces.cli.statements import show
from karvan.faces.messages import amount, catalogue, say
from karvan.tables.provenance import BASES
from karvan.verdict import certify, measures, shipment
from karvan.verdict.tell import Message

_MOST_LIMITS = 20


@singledispatch
def render(answer: Any, console: Console, language: str) -> None:
    """Print an answer."""
    raise TypeError(f"no table for {type(answer).__name__}")


@render.register
def _(answer: verbs.Board, console: Console, language: str) -> None:
    console.print(board(answer.assessment, answer.other, console.width))


@render.register
def _(answer: verbs.Explained, console: Console, language: str) -> None:
    for message in answer.messages:
        console.print(say(message, language))
    if answer.history:
        console.print(f"\n{catalogue(language)['history']}")
    for message in answer.history:
        console.print(f"  {say(message, language)}")


@render.register
def _(answer: verbs.Checked, console: Console, language: str) -> None:
    corridor = answer.corridor
    rows = sum(len(table) for table in corridor.tables.values())
    support = weigh.support(corridor.tables)
    console.print(f"{corridor.settings.title}: {rows} rows in {sum(bool(len(t)) for t in corridor.tables.values())} tables hold together.")
    bases = ", ".join(f"{count} {basis}" for basis, count in sorted(support.by_basis.items(), key=lambda item: -item[1]))
    console.print(f"Facts by basis: {bases}. {support.with_source} of {support.rows} name one of {support.sources} sources; "
                  f"of those sources {support.unknown_titles} lack a title, {support.unknown_dates} a date, {support.unknown_addresses} an address.")  # fmt: skip
    for name in answer.stale:
        console.print(f"fitted/{name}.toml was fitted on other data: run `karvan calibrate --case CASE --write`.")


@render.register
def _(answer: verbs.Read, console: Console, language: str) -> None:
    show(answer, console, language)


@render.register
def _(answer: verbs.Facts, console: Console, language: str) -> None:
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
        listed.add_column(words[f"facts.{name}"], justify="right" if name == "age" else "left", no_wrap=name == "age")
    for fact in shown:
        listed.add_row("–" if fact.age is None else f"{fact.age:.1f}", words[f"basis.{fact.basis}"], fact.table, Text(fact.id), Text(fact.value),
                       Text(fact.publisher or words["facts.no_source"]), fact.date or "–")  # fmt: skip
    console.print(listed)


def _covered(answer: verbs.Facts, words: dict[str, str]) -> Table:
    """Coverage per table."""
    table = Table(title=words["facts.covered"], title_justify="left", box=None, header_style="bold")
    for name in ("table", "rows", "rows_with_source", "cells", "cells_with_source", "share", "cells_stated"):
        table.add_column(words[f"facts.{name}"], justify="left" if name == "table" else "right")
    for each in answer.ages.coverage:
        share = f"{100 * each.cells_with_source / each.cells:.0f} %" if each.cells else "–"
        table.add_row(each.table, str(each.rows), str(each.rows_with_source), str(each.cells), str(each.cells_with_source), share,
                      str(each.cells_stated))  # fmt: skip
    return table


@render.register
def _(answer: verbs.Written, console: Console, language: str) -> None:
    console.print(f"Wrote {len(answer.files)} file{'s' if len(answer.files) != 1 else ''} to {answer.folder}.")
    if answer.what == "empty case":
        console.print(f"Next: read {answer.folder / 'README.md'} · fill in nodes, links, zones and demand · karvan check {answer.folder}")
    if answer.what == "case":
        console.print(f"Next: karvan check {answer.folder} · karvan assess {answer.folder}")


@render.register
def _(answer: verbs.Fitted, console: Console, language: str) -> None:
    console.print(calibration(answer, console.width, language))


@render.register
def _(answer: verbs.Assigned, console: Console, language: str) -> None:
    console.print(_assigned(answer))
    if answer.other is not None:
        console.print(f"\nBeside it: {answer.other.scenario}")
        console.print(_assigned(answer.other))


def _assigned(answer: verbs.Assigned) -> Group:
    compiled, result = answer.model.compiled, answer.answer.result
    document = answer.document()
    cuts = Table(title=f"Flows over cuts in {answer.year}, {answer.scenario}", title_justify="left", box=None, header_style="bold")
    for name in ("cut", "forward", "reverse", *compiled.commodities):
        cuts.add_column(name, justify="left" if name == "cut" else "right")
    for cut in compiled.corridor["cuts"].rows():
        flow = {}
        for direction in ("forward", "reverse"):
            key = measures.Key("freight_volume", f"cut:{cut['cut_id']}", direction, measures.ALL, "traffic")
            flow[direction] = result.arc_flow[:, measures.arcs_of_key(compiled, key)].sum(axis=1)
        both = flow["forward"] + flow["reverse"]
        if both.sum() > 0:
            cuts.add_row(cut["name"], *(amount(float(flow[d].sum()), "t") for d in flow), *(amount(float(value), "t") for value in both))
    limits = Table(title="Limits, those first that cost cargo most: price of one more unit a year, and of all that is used", title_justify="left",
                   box=None, header_style="bold")  # fmt: skip
    for name in ("limit", "direction", "use", "capacity", "unit", "USD per unit", "M USD a year", "wait h"):
        limits.add_column(name, justify="left" if name in ("limit", "direction", "unit") else "right")
    for row in sorted(document["limits"], key=lambda row: -row["price"] * row["load"])[:_MOST_LIMITS]:
        use = "–" if row["utilisation"] is None else f"{100 * row['utilisation']:.0f} %"
        limits.add_row(row["name"], row["direction"], use, f"{row['capacity']:,.0f}", row["unit"], f"{row['price']:.2f}",
                       f"{row['price'] * row['load'] / 1e6:.1f}", f"{row['delay']:.1f}")  # fmt: skip
    sentence = Text(f"{amount(document['demand'], 't')} want to go, {amount(document['unserved'], 't')} stay home. {_certificate(answer.certificate)}")
    return Group(cuts, Text(""), limits, Text(""), sentence)


def _certificate(found: certify.Certificate) -> str:
    state = "passed" if found.passed else "FAILED"
    return f"Certificate re-computed from the flows: {state} (relative gap {found.relative_gap:.1e})."


@render.register
def _(answer: shipment.Comparison, console: Console, language: str) -> None:
    console.print(_ways(answer))
    if answer.other is not None:
        console.print(f"\nBeside it: {answer.other.scenario}")
        console.print(_ways(answer.other))


def _ways(answer: shipment.Comparison) -> Group:
    title = f"{answer.origin} → {answer.destination}, {answer.commodity}, {answer.year}, {answer.scenario}"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in ("way", "via", "days P10", "P50", "P90", "freight USD/t", "per box", "kg CO2e/t", "km", "all in USD/t"):
        table.add_column(name, justify="left" if name in ("way", "via") else "right")
    for i, way in enumerate(answer.ways, start=1):
        box = "–" if way.money_per_teu is None else f"{way.money_per_teu:,.0f} USD/TEU"
        table.add_row(str(i), way.via, *(f"{days:.1f}" for days in (way.days_p10, way.days_p50, way.days_p90)), f"{way.money:,.0f}", box,
                      f"{way.co2:,.0f}{'*' if way.co2_optimistic else ''}", f"{way.length:,.0f}", f"{way.generalised:,.0f}")  # fmt: skip
    nodes = answer.compiled.corridor["nodes"]
    names = dict(zip(nodes.keys, nodes["name"], strict=True))
    parts: list[Any] = [table, Text("Ways in the order of freight, time, its unreliability and fitted reluctance, all in USD/t.", style="dim")]
    if any(way.co2_optimistic for way in answer.ways):
        parts.append(Text("* an optimistic emission factor is in it: the real figure is likely higher.", style="dim"))
    for i, way in enumerate(answer.ways, start=1):
        legs = Table(title=f"Way {i}", title_justify="left", box=None, header_style="bold")
        for name in ("from", "to", "by", "what", "km", "hours", "USD/t"):
            legs.add_column(name, justify="right" if name in ("km", "hours", "USD/t") else "left")
        for leg in way.legs:
            legs.add_row(names[leg.from_node], names[leg.to_node] if leg.to_node != leg.from_node else "", leg.mode, leg.name, f"{leg.length:,.0f}" if leg.length else "",
                         f"{leg.hours:.1f}", f"{leg.money:.1f}")  # fmt: skip
        parts.extend([Text(""), legs])
    if not answer.ways:
        parts.append(Text("No way leads there for this commodity in that year."))
    return Group(*parts)
