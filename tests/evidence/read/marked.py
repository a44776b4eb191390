"""Made texts with their statements marked by hand, and the score of what the reader finds in them.

A text is one line (" // " parts paragraphs); below it one line per statement: span | value unit | type | metric | modality | key=value.
Every third text of a file was kept apart while rules were written, and used once, late, to mend them: its score tells little of other texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from karvan.evidence.read import statements
from karvan.evidence.read.places import Gazetteer
from karvan.evidence.read.statement import Document, Statement

MADE = Path(__file__).parent / "made"


@dataclass
class Marked:
    """One made text: its language, the day it is said to be published, whether it is held out, and what it states."""

    name: str
    language: str
    published: str
    text: str
    held: bool
    gold: list[dict[str, Any]] = field(default_factory=list)


@cache
def texts(name: str) -> tuple[Marked, ...]:
    found: list[Marked] = []
    language, published = name, ""
    for line in (MADE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            *said, published = line[1:].split()
            language = said[0] if said else name
        elif not line.startswith("="):
            found.append(Marked(f"{name}{len(found):03d}", language, published, line.replace(" // ", "\n"), len(found) % 3 == 2))
        else:
            found[-1].gold.append(_gold(found[-1], line))
    return tuple(found)


def _gold(marked: Marked, line: str) -> dict[str, Any]:
    span, amount, kind, metric, modality, *rest = [part.strip() for part in line[1:].split("|")]
    place = re.search(rf"(?<!\d){re.escape(span)}(?!\d)", marked.text)
    assert place is not None, (span, marked.text)
    said = dict(re.findall(r"(\w+)=(.*?)(?=\s+\w+=|$)", rest[0] if rest else ""))
    value, _, unit = amount.partition(" ")
    ends = [float(each) for each in value.split("..")] if amount != "date" else []
    return {
        "start": place.start(), "end": place.end(), "kind": "date" if amount == "date" else "quantity", "unit": unit or "date",
        "value": ends[0] if len(ends) == 1 else None, "low": ends[0] if len(ends) == 2 else None, "high": ends[1] if len(ends) == 2 else None,
        "type": kind, "metric": None if metric == "None" else metric, "modality": modality, "period": said.get("period"), "due": said.get("due"),
        "parties": sorted(said["parties"].split(",")) if "parties" in said else [], "by": said.get("by"), "qualifier": said.get("q"),
    }  # fmt: skip


def read(marked: Marked, names: Gazetteer) -> list[Statement]:
    found = statements.read(marked.text, Document(marked.name, marked.language, marked.published, "user"), names)
    return [one for one in found if one.kind != "claim"]


def matched(found: list[Statement], gold: list[dict[str, Any]]) -> list[tuple[Statement | None, dict[str, Any] | None]]:
    """Found and marked statements that overlap most, one to one; those left over alone."""
    near = sorted(((min(p.end, g["end"]) - max(p.start, g["start"]), -i, -j) for i, p in enumerate(found) for j, g in enumerate(gold)), reverse=True)
    taken: set[int] = set()
    used: set[int] = set()
    pairs: list[tuple[Statement | None, dict[str, Any] | None]] = []
    for overlap, i, j in near:
        if overlap > 0 and -i not in taken and -j not in used:
            taken.add(-i)
            used.add(-j)
            pairs.append((found[-i], gold[-j]))
    pairs += [(p, None) for i, p in enumerate(found) if i not in taken]
    return pairs + [(None, g) for j, g in enumerate(gold) if j not in used]


def right(p: Statement, g: dict[str, Any]) -> dict[str, bool]:
    """Which fields of a found statement are those of the marked one."""
    value = g["kind"] == "date" or (p.value, p.low, p.high) == (g["value"], g["low"], g["high"])
    years = re.compile(r"\d{4}")
    return {
        "value+unit": value and p.unit == g["unit"], "type": p.type == g["type"], "metric": p.metric == g["metric"], "modality": p.modality == g["modality"],
        "period": p.period == g["period"], "due": years.findall(p.due or "") == years.findall(g["due"] or ""), "parties": sorted(p.parties) == g["parties"],
        "attribution": not g["by"] or bool(p.attribution and set(re.findall(r"\w+", p.attribution.said.lower())) & set(re.findall(r"\w+", g["by"].lower()))),
    }  # fmt: skip


def scores(chosen: Iterable[Marked], names: Gazetteer) -> dict[str, float]:
    """F1 of every field over some texts, end to end."""
    hits: Counter[str] = Counter()
    counted = marked_ = 0
    for marked in chosen:
        for p, g in matched(read(marked, names), marked.gold):
            counted += p is not None
            marked_ += g is not None
            if p is not None and g is not None:
                hits.update(name for name, ok in right(p, g).items() if ok)
    return {name: 2 * hits[name] / (counted + marked_) for name in ("value+unit", "type", "metric", "modality", "period", "due", "parties", "attribution")}
