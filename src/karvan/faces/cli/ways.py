"""The ways of a consignment on a terminal: the comparison first, then money by actor, emissions, CPMM indicators, and the legs."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from karvan.faces.messages import catalogue
from karvan.verdict import cpmm
from karvan.verdict.shipment import ONE_MODE, Comparison, Way

_WIDE = 130
"""Characters of a line from which every column of the comparison fits; a narrower one leaves out what can be reckoned from the others or stands in --json."""
NONE = "–"


def ways(answer: Comparison, language: str, width: int = 200) -> Group:
    """Everything that is said of the ways."""
    words = catalogue(language)
    parts: list[Any] = [Text(words["route.read_as"].format(given=given, read=read)) for given, read in answer.read_as]
    if not answer.ways:
        return Group(*parts, Text(words["route.none"]))
    parts.extend([_comparison(answer, words, language, width), Text(words["route.order"], style="dim")])
    if any(way.co2_optimistic for way in answer.ways):
        parts.append(Text(words["route.optimistic"], style="dim"))
    if not all(way.efficient for way in answer.ways):
        parts.append(Text(words["route.beaten_note"], style="dim"))
    parts.append(Text(words["route.frontier"].format(ways=len(answer.frontier)), style="dim"))
    if not answer.complete:
        parts.append(Text(words["route.incomplete"]))
    if answer.asked.depart is not None:
        parts.append(Text(words["route.depart"].format(day=answer.asked.depart), style="dim"))
    parts.extend([Text(""), _money(answer, words, language), Text(""), _emissions(answer, words, language, width), Text(_factors(answer, words), style="dim")])
    parts.extend([Text(""), _indicators(answer, words, language), *_measured(answer, words, language)])
    for i, way in enumerate(answer.ways, start=1):
        parts.extend([Text(""), _legs(answer, way, i, words, language, width)])
    return Group(*parts)


def _table(title: str, words: dict[str, str], left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in left:
        table.add_column(words.get(f"route.{name}", name), overflow="fold")
    for name in right:
        table.add_column(words.get(f"route.{name}", name), justify="right", no_wrap=True)
    return table


def _comparison(answer: Comparison, words: dict[str, str], language: str, width: int) -> Table:
    when = str(answer.year) if answer.asked.depart is None else words["chart.leaves"].format(day=answer.asked.depart)
    title = f"{answer.origin} → {answer.destination}, {_commodity(answer, words)}, {when}, {answer.scenario}"
    asked = ("within",) if answer.asked.within is not None else ()
    numbers = ("p10", "p50", "p90", "buffer", *asked, "money", "box", "co2", "km", "all_in")
    left_out = () if width >= _WIDE else ("buffer", "box", "km", "all_in")
    table = _table(title, words, ("way", "via"), tuple(name for name in numbers if name not in left_out))
    table.add_column(words["route.best_in"])
    for i, way in enumerate(answer.ways, start=1):
        box = NONE if way.money_per_teu is None else f"{_whole(way.money_per_teu, language)} USD/TEU"
        chance = [] if way.within is None else [words["route.chance"].format(share=f"{100 * way.within:.0f}", days=f"{answer.asked.within:g}")]
        days = [_decimals(value, language) for value in (way.days_p10, way.days_p50, way.days_p90, way.buffer_days)]
        via = words["route.one_mode"] if way.via == ONE_MODE else way.via
        best = ", ".join([*(words[f"route.best.{word}"] for word in way.best_in), *([] if way.efficient else [words["route.beaten"]])])
        cells = [*days, *chance, _whole(way.money, language), box, f"{_whole(way.co2, language)}{'*' if way.co2_optimistic else ''}",
                 _whole(way.length, language), _whole(way.generalised, language)]  # fmt: skip
        table.add_row(str(i), via, *(cell for name, cell in zip(numbers, cells, strict=True) if name not in left_out), best)
    return table


def _money(answer: Comparison, words: dict[str, str], language: str) -> Table:
    """The cost stack: who takes what, USD/t."""
    numbers = tuple(str(i) for i in range(1, len(answer.ways) + 1))
    table = _table(words["route.money_title"], words, ("actor",), numbers)
    actors = sorted({actor for way in answer.ways for actor, _ in way.money_by_actor},
                    key=lambda actor: (-max(dict(way.money_by_actor).get(actor, 0.0) for way in answer.ways), actor))  # fmt: skip
    for actor in actors:
        stack = [dict(way.money_by_actor).get(actor) for way in answer.ways]
        table.add_row(actor or words["route.nobody"], *(NONE if value is None else _decimals(value, language) for value in stack))
    table.add_row(words["route.sum"], *(_decimals(way.money, language) for way in answer.ways), style="bold")
    return table


def _emissions(answer: Comparison, words: dict[str, str], language: str, width: int) -> Table:
    """Emissions of every way in the terms of ISO 14083."""
    table = _table(words["route.co2_title"], words, ("way",), ("total", "well_to_tank", "tank_to_wheel", "hubs", "empties"))
    if width >= _WIDE:
        table.add_column(words["route.by_mode"])
    for i, way in enumerate(answer.ways, start=1):
        gases = way.emissions
        parts = (gases.total, gases.well_to_tank, gases.tank_to_wheel, gases.hubs if gases.hubs_known else None, gases.empties)
        by_mode = ", ".join(f"{mode} {_decimals(value, language)}" for mode, value in sorted(gases.by_mode, key=lambda each: -each[1]))
        table.add_row(str(i), *(NONE if value is None else _decimals(value, language) for value in parts), *([by_mode] if width >= _WIDE else []))
    return table


def _factors(answer: Comparison, words: dict[str, str]) -> str:
    """The sources of the factors, most used first."""
    named: dict[str, int] = {}
    for row in answer.factors:
        said = row["source"] or words["basis.estimate"]
        named[said] = named.get(said, 0) + 1
    listed = "; ".join(source for source, _ in sorted(named.items(), key=lambda each: (-each[1], each[0])))
    return words["route.factors"].format(rows=len(answer.factors), sources=listed)


def _indicators(answer: Comparison, words: dict[str, str], language: str) -> Table:
    """CPMM's indicators, computed per way, and the crossing points with what was measured there."""
    table = _table(words["route.cpmm_title"], words, ("way",), ("tfi1", "tfi2", "tfi3", "swod", "swd"))
    table.add_column(words["route.crossings"])
    for i, way in enumerate(answer.ways, start=1):
        found = way.indicators
        figures = (found.tfi1, found.tfi2, found.tfi3, found.speed_without_delay, found.speed_with_delay)
        said = [NONE if value is None else _whole(value, language) if place in (1, 2) else _decimals(value, language) for place, value in enumerate(figures)]
        crossings = "; ".join(_crossing(each, words) for each in found.crossings)
        table.add_row(str(i), *said, crossings or NONE)
    return table


def _crossing(each: cpmm.Crossing, words: dict[str, str]) -> str:
    said = f"{each.name.partition(' (')[0]} {each.hours:.0f} h"
    if each.seen:
        measured = ", ".join(words["route.seen"].format(value=f"{one.value:g}", year=one.year) for one in each.seen)
        said = f"{said} ({measured})"
    return said


def _measured(answer: Comparison, words: dict[str, str], language: str) -> list[Any]:
    """What CPMM measured, country by country, with its source."""
    if not answer.measured:
        return []
    table = _table(words["route.measured_title"], words, ("indicator", "place"), ("year", "value"))
    table.add_column(words["route.source"])
    for each in answer.measured:
        table.add_row(words[f"route.metric.{each.metric}"], each.place, str(each.year), _plain(each.value, language), each.source)
    return [Text(""), table]


def _legs(answer: Comparison, way: Way, number: int, words: dict[str, str], language: str, width: int) -> Table:
    nodes = answer.compiled.corridor["nodes"]
    names = dict(zip(nodes.keys, nodes["name"], strict=True))
    texts, numbers = ("from", "to", "by", "what"), ("km", "hours", "wait", "usd", "gas")
    left_out = () if width >= _WIDE else ("by", "wait")
    table = _table(words["route.legs_title"].format(way=number), words, tuple(name for name in texts if name not in left_out),
                   tuple(name for name in numbers if name not in left_out))  # fmt: skip
    for leg in way.legs:
        cells = (names[leg.from_node], names[leg.to_node] if leg.to_node != leg.from_node else "", leg.mode, leg.name,
                 _whole(leg.length, language) if leg.length else "", _decimals(leg.hours, language), _decimals(leg.wait, language) if leg.wait >= 0.05 else "",
                 _decimals(leg.money, language), _decimals(leg.co2, language))  # fmt: skip
        table.add_row(*(cell for name, cell in zip((*texts, *numbers), cells, strict=True) if name not in left_out))
    return table


def _commodity(answer: Comparison, words: dict[str, str]) -> str:
    return words.get(f"commodity.{answer.commodity}", answer.commodity)


def _decimals(value: float, language: str) -> str:
    said = f"{value:,.1f}"
    return said.replace(",", "\u202f").replace(".", ",") if language == "fr" else said


def _whole(value: float, language: str) -> str:
    said = f"{value:,.0f}"
    return said.replace(",", "\u202f") if language == "fr" else said


def _plain(value: float, language: str) -> str:
    return f"{value:g}".replace(".", ",") if language == "fr" else f"{value:g}"
