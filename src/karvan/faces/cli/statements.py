"""What articles say, as a table: every statement with its words, what it means, when, about whom, who says it, and how sure that is."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from karvan.evidence.read.statement import Document, Statement
from karvan.faces.messages import amount, catalogue, say
from karvan.verbs.read import Read
from karvan.verdict.tell import Message

_AROUND = 34
_SIGNS = {"~": "≈ ", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ "}
_COLOURS = {"quantity": "bold cyan", "date": "bold magenta", "claim": "bold yellow"}


def show(answer: Read, console: Console, language: str) -> None:
    """Print every document with its statements, and how many need a look."""
    words = catalogue(language)
    for about, found in answer.documents:
        console.print(_table(about, found, words, language))
        unsure = sum(one.status == "needs_review" for one in found)
        console.print(say(Message("read.total", {"statements": len(found), "unsure": unsure}), language))
        if about.published is None:
            console.print(words["read.no_day"])
        console.print()


def _table(about: Document, found: tuple[Statement, ...], words: dict[str, str], language: str) -> Table:
    title = say(Message("read.title", {"name": about.title or about.name, "lang": about.language, "published": about.published or words["read.unknown"]}), language)
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for name in ("at", "text", "value", "about", "type", "when", "parties", "source", "sure"):
        table.add_column(words[f"read.{name}"], justify="right" if name in ("at", "sure") else "left", no_wrap=name in ("at", "sure", "parties"))
    for one in found:
        said = one.attribution.said if one.attribution else ""
        kind = words.get(f"read.type.{one.type}", one.type) + ("" if one.polarity == "affirmed" else f" ({words['read.negated']})")
        table.add_row(str(one.start), _context(one), _value(one), one.metric or "–", f"{kind}, {words[f'read.modality.{one.modality}']}", _when(one, words),
                      " ".join(one.parties), said, f"{one.confidence.get('overall', 0):.2f}" if one.confidence else "–")  # fmt: skip
    return table


def _context(one: Statement) -> Text:
    """The words of a statement, marked, with a little of its sentence on both sides."""
    before, after = one.context
    shown = Text("…" if len(before) > _AROUND else "")
    shown.append(before[-_AROUND:].replace("\n", " "))
    shown.append(one.text.replace("\n", " ") if len(one.text) < 90 else one.text[:88].replace("\n", " ") + "…", style=_COLOURS[one.kind])
    shown.append(after[:_AROUND].replace("\n", " ") + ("…" if len(after) > _AROUND else ""))
    return shown


def _value(one: Statement) -> str:
    if one.kind != "quantity" or one.unit is None:
        return ""
    sign = _SIGNS.get(one.qualifier or "", "")
    if one.value is None:
        return f"{sign}{amount(one.low, one.unit)} – {amount(one.high, one.unit)}"
    return f"{sign}{amount(one.value, one.unit)}"


def _when(one: Statement, words: dict[str, str]) -> str:
    if one.due:
        part = words.get(f"read.part.{one.due_mod}", "") if one.due_mod else ""
        return f"→ {part} {one.due}".replace("  ", " ")
    return one.period or ""
