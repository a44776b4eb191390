"""A hindcast as people read it: what was seen beside what single played years hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from karvan.faces.messages import amount, catalogue, say
from karvan.verbs.hindcast import Hindcasts
from karvan.verdict.hindcast import Hindcast, Seen

NONE = "–"
_SOURCE_WIDTH, _RANGE_WIDTH = 110, 96
"""columns from which the document, and the range of single years, stand beside the figure."""


def hindcasts(answer: Hindcasts, width: int, language: str) -> RenderableType:
    """Every year: its score, its table, and what could not be read off the days."""
    return Group(*(part for each in answer.found for part in _year(each, width, language)))


def _year(found: Hindcast, width: int, language: str) -> Iterator[RenderableType]:
    words = catalogue(language)
    experiment = found.played.experiment
    title = found.played.model.compiled.corridor.settings.title
    yield Text(words["hindcast.title"].format(title=title, year=found.played.year, complete=experiment.complete), style="bold")
    if experiment.said:
        yield Text(experiment.said)
    if not found.seen:
        yield Text(words["hindcast.nothing"])
        return
    used = [each for each in found.seen if each.role == "used"]
    within = sum(each.within for each in used)
    yield Text(words["hindcast.score"].format(within=within, used=len(used), share=100 * within / max(len(used), 1), error=_factor(found.error)))
    yield Text(words["hindcast.rivals"])
    yield Text("")
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(words["hindcast.what"], min_width=22)
    table.add_column(words["hindcast.period"], overflow="fold")
    for name in ("seen", "played", *(["range"] if width >= _RANGE_WIDTH else [])):
        table.add_column(words[f"hindcast.{name}"], justify="right", no_wrap=True)
    table.add_column("")
    if width >= _SOURCE_WIDTH:
        table.add_column(words["hindcast.source"], overflow="fold")
    for each in sorted(found.seen, key=lambda row: (row.role != "used", row.metric, row.subject, row.period)):
        cells = [_what(each, words), each.period, _seen(each), _number(each.median, each.unit), *([_range(each)] if width >= _RANGE_WIDTH else []),
                 words["hindcast.within"] if each.within else words["hindcast.outside"]]  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells), *([Text(each.source_id or NONE)] if width >= _SOURCE_WIDTH else []), style="" if each.role == "used" else "dim")
    yield table
    if found.unanswered:
        yield Text("")
        yield Text(words["hindcast.unanswered"].format(count=len(found.unanswered)))
        for why, count in Counter(say(why, language) for _, why in found.unanswered).most_common():
            yield Text(f"  {count} × {why}" if count > 1 else f"  {why}")
    yield Text("")


def _what(each: Seen, words: Mapping[str, str]) -> str:
    name = words.get(f"hindcast.metric.{each.metric}", each.metric.replace("_", " "))
    details = [word for word in (each.direction, each.commodity) if word not in ("both", "all")]
    role = "" if each.role == "used" else f" ({words['hindcast.rival']})"
    return f"{name}, {each.subject.partition(':')[2]}{', ' + ', '.join(details) if details else ''}{role}"


def _seen(each: Seen) -> str:
    ends = (each.observed_low, each.observed_high)
    spread = f" ({_number(ends[0], each.unit)}–{_number(ends[1], each.unit)})" if ends[0] < ends[1] else ""
    return f"{_number(each.observed, each.unit)}{spread}"


def _range(each: Seen) -> str:
    return f"{_number(each.low, each.unit)} – {_number(each.high, each.unit)}"


def _number(value: float, unit: str) -> str:
    if math.isnan(value):
        return NONE
    return f"{value:.2f}" if unit == "share" else amount(value, unit)


def _factor(error: float) -> str:
    return NONE if math.isnan(error) else f"{math.exp(error):.2f}"
