"""Units after and before numbers: tonnes, EVP, млн долларов, $; each from the table beside this file, folded to one name per unit.

Called by `dates`, so that no amount becomes a year, and by `quantities`. To teach a unit is to add a row to lexicon/units.tsv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from karvan.evidence.read.lexicon import Phrases, phrases_of, rows
from karvan.evidence.read.numbers import Number
from karvan.evidence.read.text import Text


@dataclass(frozen=True)
class Unit:
    """A unit as statements print it, what it measures, how many of it one is, and where its words stood."""

    name: str
    kind: str
    factor: float
    start: int = 0
    end: int = 0
    skipped: int = 0


@cache
def _lexicon(language: str) -> Phrases[Unit]:
    found: Phrases[Unit] = Phrases()
    for row in rows("units"):
        for phrase in phrases_of(row, language):
            found.add(phrase, Unit(row["unit"], row["kind"], float(row["factor"])))
    return found


_GLUE = {"fr": ("de", "d", "'", "des", "du"), "en": ("of", "the", "worth", "in", "metric", "long", "standard", "gross"), "ru": (), "tr": ("adet", "tane", "'", "civarında", "dolayında"), "az": ("ədəd",), "kk": ("дана",)}
_ADJECTIVES = {"fr": 1, "en": 3, "ru": 2, "tr": 2, "az": 2, "kk": 2}
_STOP = frozenset(
    ["fold", "foot", "feet", "ft", "pied", "pieds", "футов", "футовых", "футовыи", "le", "la", "les", "et", "ou", "a", "au", "aux", "en", "dans", "pour", "sur", "par", "avec", "entre", "depuis", "vers", "est", "sont", "ont", "a", "qui", "que", "dont", "ce", "cette", "ces", "il", "elle", "se", "s", "plus", "moins", "fois", "contre", "and", "or", "to", "in", "on", "at", "for", "from", "with", "by", "is", "are", "was", "were", "has", "have", "had", "will", "would", "the", "this", "that", "these", "than", "as", "per", "into", "after", "before", "between", "since", "times", "и", "или", "в", "на", "за", "с", "к", "по", "из", "от", "до", "для", "что", "как", "это", "при", "у", "о", "был", "была", "было", "были", "будет", "его", "их", "чем", "не", "также", "раз", "ve", "ile", "icin", "de", "da", "bu", "bir", "olan", "olarak", "kadar", "gore", "daha", "sonra", "once", "ki", "və", "ilə", "üçün", "bu", "ki", "və", "bir", "мен", "және", "үшін"]
)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₺": "TRY", "₼": "AZN", "₽": "RUB", "¥": "CNY", "₾": "GEL"}
_CODES = frozenset(["USD", "EUR", "GBP", "KZT", "AZN", "TRY", "RUB", "CNY", "GEL", "UZS", "CHF", "JPY", "AED"])


def unit_after(text: Text, i: int) -> Unit | None:
    """The unit that follows a number: the longest phrase at word i, small words and a few adjectives passed over."""
    words, lexicon = text.words, _lexicon(text.language)
    glue, skipped = _GLUE[text.language], 0
    for k in range(i, min(i + 7, len(words))):
        if k > i and text.low[words[k - 1].end : words[k].start].count("\n"):
            return None
        hit = lexicon.at(words, k)
        if hit is not None and _whole(text, k, hit):
            count, unit = hit
            if unit.kind == "count" and text.language == "en":
                after = lexicon.at(words, k + count)
                if after is not None and after[1].kind == "count" and words[k + count].start - words[k + count - 1].end == 1:
                    k, count, unit = k + count, after[0], after[1]  # noqa: PLW2901
            if skipped and unit.kind != "count":
                return None
            return replace(unit, start=words[k].start, end=words[k + count - 1].end, skipped=skipped)
        word = words[k].fold
        if word in glue or (word == "-" and k == i and words[k].start == words[k - 1].end and words[k].end == (words[k + 1].start if k + 1 < len(words) else -1)):
            continue
        if skipped >= _ADJECTIVES[text.language] or word in _STOP or len(word) < 3 or not word.isalpha() or (text.raw[words[k].start].isupper() and text.language not in ("en", "tr", "az")):
            if word == "-" and skipped and k + 1 < len(words):
                continue
            return None
        skipped += 1
    return None


def _whole(text: Text, k: int, hit: tuple[int, Unit]) -> bool:
    """Whether a short unit really is one: km, t and m only where the case and the neighbours allow."""
    words, (count, unit) = text.words, hit
    word = words[k].fold
    if count == 1 and word == "m":
        glued = text.raw[words[k].start : words[k].end] == "m"
        return glued and not re.match(r"\.\s[A-ZÉ]", text.raw[words[k].end : words[k].end + 3])
    if word in ("mt", "мт") and unit.name == "t":
        return text.raw[words[k].start] in "MМ"
    if word in ("som", "sum", "сом", "il", "ай", "ел", "ay"):
        return unit.kind in ("currency", "time") and k > 0
    if word in ("kw", "кв") and unit.kind == "voltage":
        return True
    return True


def unit_before(text: Text, number: Number) -> Unit | None:
    """A currency before the number: $2.4 billion, EUR 35 million, US$ 5bn; a percent sign as in Turkish."""
    before = text.plain[max(0, number.start - 6) : number.start]
    m = re.search(r"(US\$|\$|€|£|₸|₺|₼|₽|¥|₾)\s?$", before)
    if m:
        sign = m.group(1)
        return Unit(_SIGNS.get(sign[-1], "USD"), "currency", 1.0, number.start - len(before) + m.start(), number.end)
    m = re.search(r"(?<!\w)([A-Z]{3})\s$", text.plain[max(0, number.start - 5) : number.start])
    if m and m.group(1) in _CODES:
        return Unit(m.group(1), "currency", 1.0, number.start - 4, number.end)
    if re.search(r"%\s?$", before) and text.language in ("tr", "az"):
        return Unit("%", "percent", 1.0, number.start - 1 - (before[-1] == " "), number.end)
    m = re.search(r"(?:yüzde)\s$", text.low[max(0, number.start - 7) : number.start])
    if m and text.language == "tr":
        if re.match(r"\s?puan", text.low[number.end : number.end + 6]):
            return None
        return Unit("%", "percent", 1.0, number.start - 6, number.end)
    return None
