"""Word lists of the reader: tables beside this file, and a matcher of phrases that takes time in proportion to the text.

One row of `lexicon/NAME.tsv` is one meaning: a value, further columns, and for each language the phrases that say it,
separated by `|`. A word that ends in `*` stands for every word that begins so. To teach a word is to add it there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Generic, TypeVar

from karvan.evidence.read.text import _WORD, Word, fold

T = TypeVar("T")


@dataclass
class Phrases(Generic[T]):
    """Phrases and what they mean; `at` gives the longest one that begins at a word."""

    _exact: dict[str, list[tuple[tuple[str, ...], T]]] = field(default_factory=dict)
    _stems: dict[str, list[tuple[tuple[str, ...], T]]] = field(default_factory=dict)
    _shortest: int = 99
    _longest: int = 0

    def add(self, phrase: str, meaning: T) -> None:
        words = split(phrase)
        if not words:
            return
        first, rest = words[0], tuple(words[1:])
        if first.endswith("*"):
            self._stems.setdefault(first[:-1], []).append((rest, meaning))
            self._shortest = min(self._shortest, len(first) - 1)
            self._longest = max(self._longest, len(first) - 1)
        else:
            self._exact.setdefault(first, []).append((rest, meaning))

    def at(self, words: Sequence[Word], i: int) -> tuple[int, T] | None:
        """How many words the longest phrase at word i takes, and its meaning; None where none begins."""
        if i >= len(words):
            return None
        first = words[i].fold
        best: tuple[int, int, T] | None = None
        for rest, meaning in self._exact.get(first, ()):
            if (best is None or len(rest) + 1 > best[0]) and _follows(words, i + 1, rest):
                best = (len(rest) + 1, 99, meaning)
        if self._stems:
            for size in range(min(len(first), self._longest), self._shortest - 1, -1):
                for rest, meaning in self._stems.get(first[:size], ()):
                    if (best is None or (len(rest) + 1, size) > best[:2]) and _follows(words, i + 1, rest):
                        best = (len(rest) + 1, size, meaning)
        return None if best is None else (best[0], best[2])

    def within(self, words: Sequence[Word], start: int, stop: int) -> list[tuple[int, int, T]]:
        """All phrases from word `start` up to `stop`, left to right, none overlapping: (first word, words, meaning)."""
        found, i = [], start
        while i < stop:
            hit = self.at(words, i)
            if hit is None or i + hit[0] > stop:
                i += 1
                continue
            found.append((i, hit[0], hit[1]))
            i += hit[0]
        return found


def split(phrase: str) -> list[str]:
    """The folded words of a phrase, a star kept on the word before it."""
    words: list[str] = []
    for token in _WORD.findall(fold(phrase)):
        if token == "*" and words:
            words[-1] += "*"
        else:
            words.append(token)
    return words


def _follows(words: Sequence[Word], i: int, rest: tuple[str, ...]) -> bool:
    if i + len(rest) > len(words):
        return False
    for k, want in enumerate(rest):
        have = words[i + k].fold
        if have != want and not (want.endswith("*") and have.startswith(want[:-1])):
            return False
    return True


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table of the reader. Lines that begin with # are remarks."""
    text = (resources.files("karvan.evidence.read") / "lexicon" / f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple({key: (cell or "").strip() for key, cell in row.items() if key} for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def written(name: str) -> str:
    """What stands beside a name in patterns.tsv."""
    return next(row["pattern"] for row in rows("patterns") if row["name"] == name)


def pattern(name: str) -> re.Pattern[str]:
    """A pattern of the words of one region or trade, which no code spells out."""
    return re.compile(written(name))


def phrases_of(row: dict[str, str], language: str) -> Iterable[str]:
    """The phrases of a row in a language; `all` holds those common to every language."""
    for column in (language, "all"):
        for phrase in (row.get(column) or "").split("|"):
            if phrase.strip():
                yield phrase.strip()


@cache
def table(name: str, column: str, language: str) -> Phrases[str]:
    """The phrases of a table in one language, each meaning the value of `column`."""
    found: Phrases[str] = Phrases()
    for row in rows(name):
        for phrase in phrases_of(row, language):
            found.add(phrase, row[column])
    return found
