"""A text as the grammars see it: letters folded one for one, so that every offset is that of the raw text.

Called by `statements.read` once per document. `low` keeps accents (à is not a), `fold` drops them; words, sentences and
paragraphs are spans of code points. The language is the one whose function words and letters are most frequent.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

LANGUAGES = ("fr", "en", "ru", "tr", "az", "kk")

_SAME = {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u2008": " ",
         "\t": " ", "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "İ": "i", "“": '"', "”": '"', "„": '"', "\r": "\n"}  # fmt: skip
_SAME_TABLE = {ord(key): value for key, value in _SAME.items()}
_WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_END = re.compile(r"""[.!?…]+["»”)\]]*[ ]*["»”)\]]*(?=\s|$)|\n""")
_ABBREVIATIONS = frozenset(
    ["m", "mm", "mme", "mlle", "dr", "pr", "st", "ste", "mr", "mrs", "ms", "prof", "gen", "gov", "sen", "rep", "vs", "no", "nos", "nr", "art", "av", "env", "approx", "fig", "vol", "p", "pp", "cf", "inc", "ltd", "co", "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "janv", "févr", "avr", "juil", "déc", "u", "s", "a", "е", "г", "гг", "тыс", "млн", "млрд", "трлн", "руб", "долл", "тенге", "ст", "ул", "им", "т", "д", "др", "пр", "см", "рис", "стр", "проф", "акад", "вице", "кв", "ч", "мин", "км", "га", "шт", "экз", "евро", "mln", "mlrd", "mlr", "milyon", "sn", "doç", "av", "dr", "bkz", "vb", "vd", "mah", "cad", "ж", "ғ"]
)

_FREQUENT = {
    "fr": "le la les des du et est une dans pour sur avec par au aux qui que plus cette ont été sont d l en",
    "en": "the of and to in is for on with by at from that this are was were has have will its as an be",
    "ru": "и в на с по для что из это как до от при за к также будет было были году не его а тонн",
    "tr": "ve bir bu için ile da de olarak olan daha en yıl yılında kadar göre ise olduğunu milyon çok nin ın",
    "az": "və bir bu üçün ilə da də olan ki ilə ildə qədər üzrə daha edib olub min milyon ölkə",
    "kk": "және мен үшін бұл бойынша жылы жыл дейін бір бар болды деп те де мың жаңа ел арқылы туралы",
}
_LETTERS = {"ru": "ыэщъ", "tr": "ığş", "az": "əxq", "kk": "әғқңөұүһі", "fr": "éèêàçœ"}


@dataclass(frozen=True)
class Word:
    """One word, number or sign: where it stands, and its folded letters."""

    start: int
    end: int
    fold: str


@dataclass(frozen=True)
class Span:
    """Code points from `start` up to `end`."""

    start: int
    end: int


def same_length(raw: str) -> str:
    """Quotes, blanks and dashes as one kind each, every character still at its place."""
    return raw.translate(_SAME_TABLE)


def _lower(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_BASE: dict[str, str] = {}


def fold(text: str) -> str:
    """Lower case without accents, one character for one."""
    low = _lower(same_length(text))
    if low.isascii():
        return low
    for c in set(low):
        if c not in _BASE:
            base = unicodedata.normalize("NFD", c)[0]
            _BASE[c] = "i" if c == "ı" else base
    return "".join(map(_BASE.__getitem__, low)) if len(low) < 64 else low.translate({ord(k): v for k, v in _BASE.items()})


@dataclass(frozen=True)
class Text:
    """A document: the raw text, its language (ISO 639), and the day it was published (EDTF, or None)."""

    raw: str
    language: str
    published: str | None = None

    @cached_property
    def plain(self) -> str:
        return same_length(self.raw)

    @cached_property
    def low(self) -> str:
        return _lower(self.plain)

    @cached_property
    def fold(self) -> str:
        return fold(self.raw)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        folded = self.fold
        return tuple(Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(folded))

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def word_at(self, offset: int) -> int:
        """Index of the first word that starts at or after an offset."""
        return bisect.bisect_left(self._starts, offset)

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        return tuple(_trimmed(self.plain, m.start(), m.end()) for m in re.finditer(r"[^\n]+(?:\n(?=[a-zà-ÿа-я])[^\n]+)*", self.plain) if m.group().strip())

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        return tuple(span for paragraph in self.paragraphs for span in _sentences(self.plain, paragraph))

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [span.start for span in self.sentences]

    def sentence_of(self, offset: int) -> int:
        """Index of the sentence in which an offset lies."""
        return max(bisect.bisect_right(self._sentence_starts, offset) - 1, 0)

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [span.start for span in self.paragraphs]

    def paragraph_of(self, offset: int) -> int:
        """Index of the paragraph in which an offset lies."""
        return max(bisect.bisect_right(self._paragraph_starts, offset) - 1, 0)


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _sentences(text: str, paragraph: Span) -> list[Span]:
    spans, start = [], paragraph.start
    for m in _END.finditer(text, paragraph.start, paragraph.end):
        if m.group() != "\n" and not _ends(text, m.start(), m.end(), paragraph.end):
            continue
        if m.group() == "\n":
            continue
        span = _trimmed(text, start, m.end())
        if span.end > span.start:
            spans.append(span)
        start = m.end()
    span = _trimmed(text, start, paragraph.end)
    if span.end > span.start:
        spans.append(span)
    return spans


def _ends(text: str, dot: int, after: int, limit: int) -> bool:
    """Whether a full stop ends a sentence: not after an abbreviation or an initial, and something capital follows."""
    follows = text[after:limit].lstrip()[:1]
    if not follows:
        return True
    if follows.islower():
        return False
    if (text[dot] == "." and after - dot == 1) or text[dot : dot + 1] == ".":
        start = dot
        while start > 0 and text[start - 1].isalpha():
            start -= 1
        before = text[start:dot]
        if len(before) == 1 and before.isalpha() and before.isupper():
            return False
        if before.lower() in _ABBREVIATIONS and text[dot:after].strip() == ".":
            return before.lower() in ("г", "гг", "т", "тонн", "га", "км", "а", "мин", "евро", "тенге", "д") and follows.isalpha() and len(text[after:limit].split(None, 1)[0]) > 1 and not follows.isdigit()
    return True


def detect(raw: str) -> str:
    """The language of a text (ISO 639), by its commonest words and its letters; English when nothing tells."""
    sample = _lower(same_length(raw[:20_000]))
    counts = Counter(re.findall(r"[^\W\d_]+", sample))
    letters = Counter(sample)
    total = sum(counts.values()) or 1
    scores = {language: sum(counts[word] for word in words.split()) / total for language, words in _FREQUENT.items()}
    for language, marks in _LETTERS.items():
        scores[language] += 8 * sum(letters[mark] for mark in marks) / max(len(sample), 1)
    return max(("en", *LANGUAGES), key=lambda language: scores[language])
