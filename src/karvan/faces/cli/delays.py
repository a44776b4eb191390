"""Waits of assign beside those of played days as people read them, and what was fitted to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from karvan.faces.messages import amount, catalogue
from karvan.verbs.delays import Delayed
from karvan.verdict.delay_fit import DelayFit, FitRow
from karvan.verdict.delays import DelayRow
from karvan.verdict.door_to_door import DoorRow
from karvan.verdict.simulated import Estimate

NONE = "–"
_WIDE = 130
"""columns from which the reasons stand beside the figures."""
_MOST_UNPLAYED = 6
_SHOWN_WAIT = 0.05
"""h: where both sides say less, and within an interval or not, a row says nothing."""
Words = dict[str, str]


def delays(answer: Delayed, width: int, language: str) -> RenderableType:
    """The table of every kind of wait, door to door, and the fit."""
    words = catalogue(language)
    played = answer.played
    title = words["delays.title"].format(title=played.model.compiled.corridor.settings.title, year=played.year, complete=played.experiment.complete)
    parts: list[RenderableType] = [Text(title, style="bold")]
    if played.experiment.said:
        parts.append(Text(played.experiment.said))
    if not answer.rows:
        return Group(*parts, Text(words["delays.nothing"]))
    for kind, rows in groupby(answer.rows, key=lambda row: row.kind):
        parts += [Text(""), *_kind(kind, list(rows), words, width)]
    if answer.unplayed:
        some = ", ".join(f"{each.key} ({_hours(each.delay)} h)" for each in answer.unplayed[:_MOST_UNPLAYED])
        parts += [Text(""), Text(words["delays.unplayed"].format(count=len(answer.unplayed), some=some + (" …" if len(answer.unplayed) > _MOST_UNPLAYED else "")))]
    parts += [Text(""), _doors(answer.doors, words)]
    if answer.fit is not None:
        parts += [Text(""), *_fit(answer.fit, words)]
        parts.append(Text(words["delays.written"].format(path=answer.written)) if answer.written is not None else Text(words["delays.not_written"]))
    return Group(*parts)


def _kind(kind: str, rows: list[DelayRow], words: Words, width: int) -> Iterator[RenderableType]:
    table = Table(title=words[f"delays.kind.{kind}"], title_justify="left", box=None, header_style="bold")
    left = ("what", "direction", "why")
    columns = ["what", "direction", "use", "use_played", "assigned", "played", "interval", "difference", *(["why"] if width >= _WIDE else [])]
    for name in columns:
        table.add_column(words[f"delays.{name}"], justify="left" if name in left else "right", no_wrap=name not in left)
    hidden = 0
    for row in rows:
        if row.assigned < _SHOWN_WAIT and row.played.mean < _SHOWN_WAIT:
            hidden += 1
            continue
        cells = [row.name, words.get(f"delays.{row.direction}", NONE), _share(row.use), _share(row.use_played.mean), _hours(row.assigned), _hours(row.played.mean),
                 _interval(row.played), "=" if row.agrees else f"{row.difference.mean:+,.1f}"]  # fmt: skip
        table.add_row(*map(Text, cells), *([Text("; ".join(_reasons(row, words)))] if width >= _WIDE else []))
    yield table
    if hidden:
        yield Text(words["delays.hidden"].format(count=hidden), style="dim")


def _reasons(row: DelayRow, words: Words) -> Iterator[str]:
    for message in row.reasons:
        values = {name: f"{100 * value:.0f}" if name == "share" else _hours(value) if isinstance(value, float) else value for name, value in message.values.items()}
        yield words[message.id].format(**values)


def _doors(rows: list[DoorRow], words: Words) -> Table:
    table = Table(title=words["delays.doors"], title_justify="left", box=None, header_style="bold")
    for name in ("journey", "tonnes", "route", "assigned", "played", "interval", "waits", "remainder"):
        table.add_column(words[f"delays.{name}"], justify="left" if name in ("journey", "waits") else "right", no_wrap=name not in ("journey", "waits"))
    for row in rows:
        longest = sorted(((hours, part) for part, hours in row.waits.items() if hours >= 1.0), reverse=True)
        said = ", ".join(f"{words[f'delays.part.{part}']} {hours:,.0f}" for hours, part in longest)
        cells = [f"{row.origin} → {row.destination}, {row.commodity}", amount(row.tonnes, "t"), f"{row.route_hours:,.0f}", f"{row.assigned:,.0f}",
                 f"{row.played.mean:,.0f}", _interval(row.played, ",.0f"), said or NONE, f"{row.remainder:+,.0f}"]  # fmt: skip
        table.add_row(*map(Text, cells))
    return table


def _fit(fit: DelayFit, words: Words) -> Iterator[RenderableType]:
    demands = ", ".join(f"{demand:g}" for demand in fit.demands)
    table = Table(title=words["delays.fit"].format(demands=demands), title_justify="left", box=None, header_style="bold")
    left = ("what", "direction", "quality")
    for name in ("what", "direction", "uses", "used", "fitted", "interval", "exponent", "misfit", "quality"):
        table.add_column(words[f"delays.{name}"], justify="left" if name in left else "right", no_wrap=name not in left)
    for row in fit.rows:
        table.add_row(*map(Text, _fitted(row, words)), style="" if row.taken else "dim")
    yield table
    taken = sum(row.taken for row in fit.rows)
    yield Text(words["delays.taken"].format(taken=taken, rows=len(fit.rows)))


def _fitted(row: FitRow, words: Words) -> list[str]:
    found = row.found
    uses = [point.use for point in row.points]
    cells = [row.name, words.get(f"delays.{row.direction}", NONE), f"{min(uses):.2f}–{max(uses):.2f}", f"{row.used:.3g} ^{row.used_exponent:.2f}"]
    if found is None or row.quality in ("none", "saturated"):
        return [*cells, NONE, NONE, NONE, NONE, words[f"delays.quality.{row.quality}"]]
    exponent = f"{found.exponent:.2f}" if found.free else words["delays.kept"]
    off = f"{_factor(row.used_misfit)} → {_factor(found.misfit)}"
    return [*cells, f"{found.scale:.3g}", f"{found.low:.3g}–{found.high:.3g}", exponent, off, words[f"delays.quality.{row.quality}"]]


def _factor(misfit: float) -> str:
    """A root mean square of logarithms as a factor."""
    return NONE if math.isnan(misfit) else f"×{math.exp(misfit):,.2f}" if misfit < 5 else ">×100"


def _hours(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _interval(value: Estimate, form: str = ",.1f") -> str:
    if not (math.isfinite(value.low) and math.isfinite(value.high)):
        return NONE
    return f"{max(value.low, 0.0):{form}}–{max(value.high, 0.0):{form}}"


def _share(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:.2f}"
