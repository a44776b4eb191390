"""The answers of `assign` as people read them: flows and limits of a year, of its months, and without some things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from karvan.bridge import label
from karvan.faces.messages import amount, catalogue
from karvan.verbs.assign import Assigned, Monthly, Ranked, Without
from karvan.verdict import certify, criticality, measures, worth
from karvan.verdict.certify import Certificate

_MOST_LIMITS = 20
_MOST_EMPTIES = 12
_MOST_CHANGES = 12
_MOST_CUTS = 5
_MOST_SWINGS = 10
_NAME, _AMOUNT = 30, 7
"""Characters that the name of a cut and an amount take at least."""
_USED, _MOVED = 0.5, 0.01
"""Shares of a capacity: limits used less than the one in every month, or moved by less than the other, are not shown."""
Words = dict[str, str]


def flows(answer: Assigned, language: str, width: int = 200) -> Group:
    """Flows over cuts (by commodity where a line is wide enough), boxes of ports, empties, limits, what one more Mt through the limits that bind is worth."""
    words = catalogue(language)
    document = answer.document()
    sentence = words["assign.staying"].format(demand=amount(document["demand"], "t"), unserved=amount(document["unserved"], "t"))
    parts: list[RenderableType] = [*_cuts(answer, words, width), Text("")]
    if document["empties"]:
        parts += [_empties(document["empties"], words), Text("")]
    if document["ports"]:
        parts += [_ports(document["ports"], words), Text("")]
    parts += [_limits(document["limits"], words), Text(""), *worths(answer.binds, words), Text(f"{sentence} {_certified(answer.certificate, words)}")]
    return Group(*parts)


def differing(answer: Assigned, language: str) -> Group:
    """What differs from the scenario beside it: amounts, and the limits that bind under only one of the two."""
    words, found = catalogue(language), answer.differences
    other = "" if answer.other is None else answer.other.scenario
    parts: list[RenderableType] = []
    if found.amounts:
        table = _table(words["differences"].format(scenario=answer.scenario, other=other), ("what", "this", "other", "difference"), ("what",), words)
        for each in found.amounts:
            name = each.name or words[f"differences.{each.id}"]
            table.add_row(name, amount(each.this, "t"), amount(each.other, "t"), _signed(each.difference))
        parts += [table, Text("")]
    else:
        parts.append(Text(words["differences.none"].format(scenario=answer.scenario, other=other)))
    for scenario, binds in ((answer.scenario, found.only_this), (other, found.only_other)):
        if binds:
            names = "; ".join(f"{each.name}{words[f'worth.{each.direction}']}" for each in binds)
            parts.append(Text(words["differences.binds"].format(scenario=scenario, limits=len(binds), names=names)))
    if not found.only_this and not found.only_other:
        parts.append(Text(words["differences.same_binds"]))
    return Group(*parts)


def _signed(tonnes: float) -> str:
    return f"{'+' if tonnes > 0 else ''}{amount(tonnes, 't')}"


def _table(title: str, columns: Iterable[str], left: Sequence[str], words: Words) -> Table:
    """A table whose column names stand in the catalogue; those in `left` are texts."""
    out = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in columns:
        out.add_column(words.get(f"assign.column.{name}", name), justify="left" if name in left else "right", no_wrap=name not in left)
    return out


def _cuts(answer: Assigned, words: Words, width: int) -> list[RenderableType]:
    compiled, result = answer.model.compiled, answer.answer.result
    title = words["assign.cuts"].format(year=answer.year, scenario=answer.scenario)
    wide = width >= _NAME + sum(max(len(name), _AMOUNT) + 2 for name in ("forward", "reverse", *compiled.commodities))
    table = _table(title, ("cut", "forward", "reverse", *(compiled.commodities if wide else ())), ("cut",), words)
    for cut in compiled.corridor["cuts"].rows():
        flow = {}
        for direction in ("forward", "reverse"):
            key = measures.Key("freight_volume", f"cut:{cut['cut_id']}", direction, measures.ALL, "traffic")
            flow[direction] = result.arc_flow[:, measures.arcs_of_key(compiled, key)].sum(axis=1)
        both = flow["forward"] + flow["reverse"]
        if both.sum() > 0:
            table.add_row(cut["name"], *(amount(float(flow[d].sum()), "t") for d in flow), *(amount(float(value), "t") for value in both if wide))
    return [table] if wide else [table, Text(words["assign.narrow"], style="dim")]


def _empties(rows: list[dict[str, Any]], words: Words) -> Table:
    """Per link, direction and unit: loaded and empty, those with most empties first."""
    loaded: dict[tuple[str, ...], float] = defaultdict(float)
    empty: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows:
        ends = (row["from_node"], row["to_node"]) if row["direction"] == "forward" else (row["to_node"], row["from_node"])
        key = (str(row["id"]), f"{ends[0]} → {ends[1]}", str(row["mode"]), str(row["unit"]))
        loaded[key] += float(row["loaded"])
        empty[key] += float(row["empty"])
    table = _table(words["assign.empties"], ("link", "from_to", "mode", "loaded", "empty", "unit", "empty_share"), ("link", "from_to", "mode", "unit"), words)
    ordered = sorted(empty, key=lambda key: -empty[key])
    for unit in dict.fromkeys(each[-1] for each in ordered):
        for one in [each for each in ordered if each[-1] == unit and empty[each] > 0][: _MOST_EMPTIES // 2]:
            share = empty[one] / (loaded[one] + empty[one])
            table.add_row(*one[:-1], f"{loaded[one]:,.0f}", f"{empty[one]:,.0f}", unit, f"{100 * share:.0f} %")
    return table


def _ports(rows: list[dict[str, Any]], words: Words) -> Table:
    table = _table(words["assign.ports"], ("port", "loaded", "empty", "together", "observed"), ("port",), words)
    for row in rows[:_MOST_EMPTIES]:
        loaded, empty = float(row["loaded"]), float(row["empty"])
        seen = "–" if row["observed"] is None else f"{row['observed']:,.0f}"
        table.add_row(str(row["name"]), f"{loaded:,.0f}", f"{empty:,.0f}", f"{loaded + empty:,.0f}", seen)
    return table


def _limits(rows: list[dict[str, Any]], words: Words) -> Table:
    table = _table(words["assign.limits"], ("limit", "direction", "use", "capacity", "unit", "per_unit", "per_year", "wait"),
                   ("limit", "direction", "unit"), words)  # fmt: skip
    for row in sorted(rows, key=lambda row: -float(row["price"]) * float(row["load"]))[:_MOST_LIMITS]:
        use = "–" if row["utilisation"] is None else f"{100 * float(row['utilisation']):.0f} %"
        paid = float(row["price"]) * float(row["load"]) / 1e6
        table.add_row(str(row["name"]), str(row["direction"]), use, f"{row['capacity']:,.0f}", str(row["unit"]), f"{row['price']:.2f}",
                      f"{paid:.1f}", f"{row['delay']:.1f}")  # fmt: skip
    return table


def worths(found: Sequence[worth.Worth], words: Words) -> list[RenderableType]:
    """What one more Mt a year through each limit that binds is worth, in words."""
    if not found:
        return [Text(words["worth.none"].format(least=f"{worth.LEAST:g}")), Text("")]
    out: list[RenderableType] = []
    for each in found:
        per = amount(each.per_unit, "USD")
        more = words["worth.vehicle"].format(vehicle=amount(each.per_vehicle, "USD")) if each.per_vehicle is not None else ""
        unit = "" if each.unit == "t" else words["worth.unit"].format(per=per, unit=each.unit)
        way = words[f"worth.{each.direction}"]
        out.append(Text(words["worth"].format(name=each.name, way=way, value=f"{each.per_tonne:,.1f}", unit=unit, more=more)))
    return [*out, Text(words["worth.margin"], style="dim"), Text("")]


def _certified(found: Certificate, words: Words) -> str:
    return words["assign.certified"].format(gap=f"{found.relative_gap:.1e}", tolerance=f"{certify.TOLERANCE:.0e}")


def without(answer: Without, language: str) -> Group:
    """What is lost without some things, where the rest goes, what it costs and what becomes tight."""
    words, effect = catalogue(language), answer.effect
    names = ", ".join(thing.name for thing in effect.things)
    demand = amount(float(answer.after.conditions.amount.sum()), "t")
    said = [words["without"].format(names=names, year=answer.base.year, scenario=answer.base.scenario),
            words["without.lost" if effect.all_lost >= 0 else "without.gained"].format(
                through=amount(effect.through, "t"), lost=amount(abs(effect.all_lost), "t"), demand=demand)]  # fmt: skip
    if effect.money[0] is not None and effect.money[1] is not None and effect.days[0] is not None and effect.days[1] is not None:
        said.append(words["without.rerouted"].format(
            rerouted=amount(effect.rerouted, "t"), money_before=f"{effect.money[0]:,.0f}", money_after=f"{effect.money[1]:,.0f}",
            days_before=f"{effect.days[0]:.1f}", days_after=f"{effect.days[1]:.1f}"))  # fmt: skip
    lost = _table(words["without.by_commodity"], ("commodity", "lost"), ("commodity",), words)
    for name, value in sorted(effect.lost.items(), key=lambda item: -abs(item[1])):
        if abs(value) > criticality.SMALL:
            lost.add_row(name, amount(value, "t"))
    parts: list[RenderableType] = [*map(Text, said), Text(""), lost, Text("")]
    for title, changes in (("without.cuts", effect.cuts), ("without.terminals", effect.terminals)):
        parts += [_changes(words[title], changes, words), Text("")]
    if answer.tighter:
        table = _table(words["without.tighter"], ("limit", "direction", "use_before", "use", "unit", "price_before", "per_unit"),
                       ("limit", "direction", "unit"), words)  # fmt: skip
        for each in answer.tighter:
            table.add_row(each.name, each.direction, f"{100 * each.utilisation_before:.0f} %", f"{100 * each.utilisation_after:.0f} %", each.unit,
                          f"{each.price_before:.2f}", f"{each.price_after:.2f}")  # fmt: skip
        parts += [table, Text("")]
    return Group(*parts, Text(_certified(answer.certificate, words)))


def _changes(title: str, changes: Sequence[criticality.Change], words: Words) -> Table:
    half = _MOST_CHANGES // 2
    falls = [each for each in sorted(changes, key=lambda each: each.difference) if each.difference < -criticality.SMALL]
    rises = [each for each in sorted(changes, key=lambda each: -each.difference) if each.difference > criticality.SMALL]
    shown = falls[: max(half, _MOST_CHANGES - len(rises))] + rises[: max(half, _MOST_CHANGES - len(falls))]
    table = _table(title.format(shown=len(shown), all=len(falls) + len(rises)), ("what", "before", "after", "difference"), ("what",), words)
    for each in shown:
        table.add_row(each.name, amount(each.before, "t"), amount(each.after, "t"), _signed(each.difference))
    return table


def ranked(answer: Ranked, language: str) -> Group:
    """What is missed most when it is gone."""
    words = catalogue(language)
    title = words["critical"].format(shown=len(answer.ranks), all=answer.taken_out, year=answer.base.year, scenario=answer.base.scenario)
    table = _table(title, ("what", "kind", "lost", "through", "own"), ("what", "kind"), words)
    for each in answer.ranks:
        table.add_row(each.thing.name, f"{each.thing.table}:{each.thing.key}", amount(each.lost, "t"), amount(each.through, "t"),
                      amount(each.own, "t") if each.own > criticality.SMALL else "–")  # fmt: skip
    return Group(table, Text(""), Text(words["critical.note"], style="dim"), Text(_certified(answer.base.certificate, words)))


def monthly(answer: Monthly, language: str) -> Group:
    """Flows and what stays home month by month, the sum beside the year solved as one, and the limits that months move most."""
    words, document = catalogue(language), answer.document()
    worst = max((each.certificate for each in answer.months), key=lambda found: found.worst[1])
    certified = Text(words["months.certified"].format(gap=f"{worst.worst[1]:.1e}", tolerance=f"{certify.TOLERANCE:.0e}"))
    if answer.alike:
        return Group(Text(words["months.alike"].format(year=answer.base.year, scenario=answer.base.scenario)), certified)
    names = dict(zip(answer.base.model.compiled.corridor["cuts"].keys, answer.base.model.compiled.corridor["cuts"]["name"], strict=True))
    chosen = _cuts_of_note(answer, document)
    title = words["months"].format(year=answer.base.year, scenario=answer.base.scenario)
    table = _table(title, ("month", *(str(names[cut]) for cut in chosen), "stay_home"), ("month",), words)
    for row in document["months"]:
        table.add_row(words[f"month.{row['month']}"], *(amount(row["cuts"][cut], "t") for cut in chosen), amount(row["unserved"], "t"))
    whole = {row["id"]: row for row in document["cuts"]}
    for key, field in (("months.sum", "sum_of_months"), ("months.year", "year")):
        table.add_row(words[key], *(amount(whole[cut][field], "t") for cut in chosen), amount(document["unserved"][field], "t"))
    return Group(table, Text(""), *_swings(answer, document, words), Text(words["months.note"], style="dim"), certified)


def _swings(answer: Monthly, document: dict[str, Any], words: Words) -> list[RenderableType]:
    """Use and price, month by month, of the limits that the months move most; the year as one beside them."""
    model, base = answer.base.model, answer.base.answer
    whole = label.limits(model.compiled, base.conditions.capacity, base.result.load, base.result.price, base.result.delay)
    months = list(zip(*(row["limits"] for row in document["months"]), strict=True))
    use = [[float(limit["utilisation"] or 0.0) for limit in (year, *each)] for year, each in zip(whole, months, strict=True)]
    order = [i for i in sorted(range(len(whole)), key=lambda i: min(use[i]) - max(use[i])) if max(use[i]) >= _USED and max(use[i]) - min(use[i]) > _MOVED]
    chosen = order[:_MOST_SWINGS]
    if not chosen:
        return []
    out: list[RenderableType] = []
    short = words["month.short"].split()
    for title, field, scale, digits in (("months.use", "utilisation", 100.0, 0), ("months.price", "price", 1.0, 2)):
        table = _table(words[title], ("limit", "direction", "unit", "year", *short),
                       ("limit", "direction", "unit"), words)  # fmt: skip
        for i in chosen:
            year = whole[i]
            table.add_row(year["name"], year["direction"], year["unit"].partition("/")[0], *(f"{scale * (limit[field] or 0.0):,.{digits}f}" for limit in (year, *months[i])))
        out += [table, Text("")]
    return out


def _cuts_of_note(answer: Monthly, document: dict[str, Any]) -> list[str]:
    """The headline, and the cuts that the months move most."""
    compiled = answer.base.model.compiled
    headline = compiled.corridor.settings.headline
    swing = {}
    for cut in compiled.corridor["cuts"].keys:
        rates = np.array([row["cuts"][cut] / row["share"] for row in document["months"]])
        swing[str(cut)] = float(rates.max() - rates.min())
    ordered = sorted((cut for cut in swing if cut != headline and swing[cut] > criticality.SMALL), key=lambda cut: -swing[cut])
    return ([headline] if headline in swing else []) + ordered[: _MOST_CUTS - 1]
