"""What a scenario changes in played days, as people read it: those figures first that surely differ."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from karvan.corridor.corridor import Corridor
from karvan.faces.cli.columns import EXTRA, NONE, Column, fitted, number
from karvan.faces.cli.named import cargo, name_of, way
from karvan.faces.messages import amount
from karvan.verdict.measures import DRY, OIL
from karvan.verdict.simulated import Estimate
from karvan.verdict.simulated_differences import DifferenceRow, Differences

Words = Mapping[str, str]
_MOST = 10
"""Rows of a kind on a page."""
_APART = 110
"""Columns from which a figure stands in a column of its own."""
_CERTAIN = " *"
_FEW = 2


def differences(found: Differences, corridor: Corridor, kinds: Iterable[str], words: Words, width: int, page: bool) -> list[RenderableType]:
    """What differs, a table for each kind, and how much the common luck is worth."""
    names = {"this": found.this.played.scenario, "other": found.other.played.scenario, "pairs": found.pairs}
    parts: list[RenderableType] = [Text(words["simulate.differences"].format(**names), style="bold")]
    if found.pairs < _FEW:
        return [*parts, Text(words["simulate.differences.few"]), Text("")]
    if math.isfinite(found.arrived.gain):
        arrived = {"change": _signed(found.arrived.mean, "t"), "low": _signed(found.arrived.low, "t"), "high": _signed(found.arrived.high, "t")}
        parts.append(Text(words["simulate.differences.gain"].format(gain=_times(found.arrived.gain), **arrived)))
    parts += [Text(words["simulate.differences.note"], style="dim"), Text("")]
    for kind in kinds:
        rows = [row for row in found.rows if row.kind == kind and not (page and kind == "cuts" and row.key[-1] not in (DRY, OIL))]
        if not rows:
            continue
        told = [row for row in rows if row.differs]
        shown = told[:_MOST] if page else told
        title = words[f"simulate.differences.{kind}"].format(shown=len(shown), differ=len(told), all=len(rows))
        parts += [_table(title, shown, corridor, words, width) if shown else Text(title, style="bold"), Text("")]
    return parts


def _table(title: str, rows: Sequence[DifferenceRow], corridor: Corridor, words: Words, width: int) -> RenderableType:
    def column(name: str) -> str:
        return words[f"simulate.column.{name}"]

    what = [_what(row, corridor, words) for row in rows]
    figures = [words[f"simulate.figure.{row.figure}"].format(unit=_unit(row.unit, words)) for row in rows]
    texts = [Column(column("what"), what, text=True), Column(column("figure"), figures, text=True)]
    if width < _APART:
        texts = [Column(column("what"), [f"{name}: {figure}" for name, figure in zip(what, figures, strict=True)], text=True)]
    columns = [
        *texts,
        Column(column("this"), [_figure(row.this, row.unit) for row in rows]),
        Column(column("other"), [_figure(row.other, row.unit) for row in rows]),
        Column(column("difference"), [_change(row, False, words) for row in rows], [_change(row, True, words) for row in rows]),
        Column(column("gain").replace("|", "\n"), [_times(row.gain) for row in rows], rank=EXTRA),
    ]
    return fitted(title, columns, width)


def _what(row: DifferenceRow, corridor: Corridor, words: Words) -> str:
    key = row.key
    if row.kind == "causes":
        return f"{words[f'simulate.who.{key[0]}']}: {words.get(f'simulate.cause.{key[1]}', key[1])}"
    if row.kind == "journeys":
        ends = " → ".join(name_of(corridor, "zones", each) for each in key[:2])
        return f"{ends}, {cargo(corridor, key[2], words)}"
    if row.kind == "cuts":
        return f"{row.name}, {words[f'simulate.direction.{key[1]}']}, {cargo(corridor, key[2], words)}"
    if row.kind == "services":
        return f"{row.name}: {way(corridor, 'services', key[0], key[1], words)}"
    if row.kind == "lines":
        return f"{row.name}: {way(corridor, key[0], key[1], key[2], words)}"
    if row.kind == "pools":
        return f"{row.name}: {words[f'simulate.direction.{key[1]}']}"
    return row.name


def _unit(unit: str, words: Words) -> str:
    return words.get(f"simulate.unit.{unit}", unit)


def _figure(found: Estimate, unit: str) -> str:
    """The unit stands beside the name of the figure."""
    return number(found.mean * _factor(unit)) if math.isfinite(found.mean) else NONE


def _change(row: DifferenceRow, wide: bool, words: Words) -> str:
    found, factor = row.difference, _factor(row.unit)
    size = max(abs(each) for each in (found.mean, found.low, found.high)) * factor
    mark = _CERTAIN if row.certain else "  "
    ends = words["simulate.range"].format(low=_plus(found.low * factor, size), high=_plus(found.high * factor, size))
    return f"{_plus(found.mean * factor, size)} ({ends}){mark}" if wide else f"{_plus(found.mean * factor, size)}{mark}"


def _plus(value: float, size: float) -> str:
    return f"+{number(value, size)}" if value > 0 else number(value, size)


def _signed(value: float, unit: str) -> str:
    return f"+{amount(value, unit)}" if value > 0 else amount(value, unit)


def _times(gain: float) -> str:
    """How many times as many replications; an en dash where pairs do not differ at all."""
    return NONE if not math.isfinite(gain) else f"{gain:.1f}" if gain < 10 else f"{gain:,.0f}".replace(",", " ")


def _factor(unit: str) -> float:
    return 100.0 if unit == "share" else 1.0
