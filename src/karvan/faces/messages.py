"""The message catalogue: sentences by id and language, and how numbers and dates are said in them.

Where a word depends on a number, a sentence holds both forms: `{pairs} {pairs:pair has|pairs have} no way`.
"""

from __future__ import annotations

import string
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from karvan.tables.faults import UsageError
from karvan.verdict.tell import Message

LANGUAGES = ("en", "fr")


class _Numbered(string.Formatter):
    """Fills sentences; of `{number:one|many}` it takes the form that the number asks for in a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        number = abs(float(str(value).replace(",", "").replace("\u202f", "")))
        return one if number == 1 or (self.language == "fr" and number < 2) else many


class Sentence(str):
    """A sentence of a language, filled by `format`."""

    __slots__ = ("_language",)
    _language: str

    def __new__(cls, text: str, language: str) -> Sentence:
        made = super().__new__(cls, text)
        made._language = language
        return made

    def format(self, *args: object, **values: object) -> str:
        return _Numbered(self._language).vformat(str(self), args, values)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> dict[str, str]:
    """The sentences of a language. Raises `UsageError` for one that has none."""
    if language not in LANGUAGES:
        raise UsageError(f"--lang {language}: expected one of {', '.join(LANGUAGES)}.")
    text = (resources.files("karvan.faces") / "sentences" / f"{language}.toml").read_text(encoding="utf-8")
    return {key: Sentence(str(value), language) for key, value in tomllib.loads(text).items()}


def say(message: Message, language: str) -> str:
    """The sentence of a message."""
    words = catalogue(language)
    values = {name: said(name, value, message.values, language) for name, value in message.values.items()}
    return words[message.id].format(**values)


def said(name: str, value: Any, values: dict[str, Any], language: str) -> str:
    """How a value is said: shares as percent, amounts in readable units, dates and years as such."""
    words = catalogue(language)
    if value is None:
        return words["unit.unbounded" if name in ("p5", "median", "p95") else "unit.unknown"]
    if name == "at":
        return words[value]
    if name in ("probability", "low", "high", "share"):
        return f"{percent(value)} %"
    if isinstance(value, float):
        unit = str(values.get("unit", ""))
        if unit in ("date", "event"):
            return month(value)
        if name in ("p10", "p50", "p90"):
            return f"{int(value)}"
        return amount(value, unit)
    return str(value)


def percent(share: float) -> str:
    """A share in percent: whole numbers, one decimal below one, so that rare is told from never."""
    value = 100 * share
    return f"{value:.0f}" if value >= 0.95 or value < 0.05 else f"{value:.1f}"


def month(value: float) -> str:
    """A decimal year as its month: 2028.4 is 2028-05."""
    return f"{int(value)}-{min(int((value % 1) * 12) + 1, 12):02d}"


_SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "t": ((1e6, "Mt"), (1e3, "kt")),
    "TEU": ((1e3, "kTEU"),),
    **{currency: ((1e9, f"bn {currency}"), (1e6, f"M {currency}")) for currency in ("USD", "EUR", "KZT", "GEL")},
}


def amount(value: float | None, unit: str) -> str:
    """An amount with the unit a reader expects: 4.12 Mt, 77.0 kTEU, 1.00 bn USD, 12.3 day; an en dash for none."""
    if value is None:
        return "–"
    if unit in ("date", "event"):
        return month(value)
    size, name = _scale(value, unit)
    return f"{_digits(value / size)} {name}"


def spread(middle: float | None, low: float | None, high: float | None, unit: str) -> str:
    """Median and range in the scale of the largest, the unit said once: 3.82 Mt (2.56–5.65)."""
    if middle is None or low is None or high is None:
        return "–"
    size, name = _scale(max(abs(middle), abs(high)), unit)
    return f"{_digits(middle / size)} {name} ({_digits(low / size)}–{_digits(high / size)})"


def _scale(value: float, unit: str) -> tuple[float, str]:
    for size, name in _SCALES.get(unit, ()):
        if abs(value) >= size:
            return size, name
    return 1.0, unit


def _digits(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}".replace(",", " ")
