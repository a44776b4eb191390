"""Countries, places and bodies named in a text, in six languages; and the countries that a figure is about.

The tables beside this file know countries, capitals and international bodies; the places, bodies and other names of a corridor
come from its case (`gazetteer`). Cities joined by hyphens are the name of a line and no countries: Bakou-Tbilissi-Kars.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from karvan.evidence.read.lexicon import Phrases, phrases_of, rows, split
from karvan.evidence.read.text import LANGUAGES, Text
from karvan.tables.table import Table


@dataclass(frozen=True)
class Name:
    """What a name means: a country, a capital, a place or a body; `countries` are ISO 3166 codes."""

    kind: str
    key: str
    label: str
    countries: tuple[str, ...]
    code: str = ""
    proper: bool = True
    """written with a capital wherever it stands"""


@dataclass(frozen=True)
class Mention:
    """A name in the text. `chained`: one of several joined by hyphens."""

    start: int
    end: int
    name: Name
    chained: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Names beyond those every reader knows: (language or "", phrase, meaning)."""

    names: tuple[tuple[str, str, Name], ...] = ()
    _cache: dict[str, Phrases[Name]] = field(default_factory=dict, compare=False, repr=False)

    def phrases(self, language: str) -> Phrases[Name]:
        """All names of a language; those of the other languages too, since names travel."""
        if language not in self._cache:
            self._cache[language] = _phrases(self.names, language)
        return self._cache[language]

    @cached_property
    def places(self) -> dict[str, Name]:
        return {name.key: name for _, _, name in self.names if name.kind == "place"}


def gazetteer(tables: Mapping[str, Table]) -> Gazetteer:
    """The names of a case: its nodes with their other names, and its institutions with the short names in brackets."""
    found: list[tuple[str, str, Name]] = []
    nodes: dict[str, Name] = {}
    for row in _rows(tables, "nodes"):
        nodes[row["node_id"]] = Name("place", row["node_id"], row["name"], (row["country"],), row["unlocode"] or "")
        found.append(("", row["name"], nodes[row["node_id"]]))
    for row in _rows(tables, "names"):
        if row["node_id"] in nodes and len(row["name"]) > 2:
            found.append((row["language"], row["name"], nodes[row["node_id"]]))
    for row in _rows(tables, "institutions"):
        body = Name("body", row["institution_id"], row["name"], tuple(row["countries"]) if len(row["countries"]) == 1 else ())
        for alias in _aliases(row["name"]):
            found.append(("", alias, body))
    return Gazetteer(tuple(found))


def _rows(tables: Mapping[str, Table], name: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return [] if table is None else [{column.name: table[column.name][i] for column in table.schema} for i in range(len(table))]


def _aliases(name: str) -> list[str]:
    """The ways a body is named: whole, without the words after a comma, and the short form in brackets."""
    short = name[name.find("(") + 1 : name.find(")")] if "(" in name else ""
    whole = name.split("(", maxsplit=1)[0].split(",", maxsplit=1)[0].strip()
    return [alias for alias in (whole, short.strip()) if len(alias) > 2]


def _phrases(extra: Sequence[tuple[str, str, Name]], language: str) -> Phrases[Name]:
    found: Phrases[Name] = Phrases()
    for row in rows("countries"):
        known = list(phrases_of(row, language))
        for position, phrase in enumerate(known):
            proper = position == 0 or len(phrase.rstrip("*")) <= 3
            found.add(phrase, Name("country", row["country"], row["country"], (row["country"],), proper=proper))
    for row in rows("capitals"):
        for phrase in phrases_of(row, language):
            found.add(phrase, Name("capital", row["country"], row["name"], (row["country"],)))
    for row in rows("people"):
        for phrase in phrases_of(row, language):
            found.add(phrase, Name("person", row["country"], phrase.rstrip("*").title(), (row["country"],)))
    for row in rows("bodies"):
        for phrase in phrases_of(row, language):
            found.add(phrase, Name("body", row["body"], row["body"], tuple(row["countries"].split()) if row["countries"] else ()))
    capitals = {tuple(split(phrase)) for row in rows("capitals") for each in LANGUAGES for phrase in phrases_of(row, each)}
    for said_in, phrase, name in extra:
        if said_in in ("", language, "en") and tuple(split(phrase)) not in capitals and len(phrase) > 2:
            found.add(_inflected(phrase, language if said_in in ("", language) else ""), name)
    return found


def _inflected(phrase: str, language: str) -> str:
    """A name with room for the endings of its cases, where the language has them and does not set them off."""
    if language == "ru" and phrase[-1:].isalpha() and len(phrase) > 4:
        return (phrase[:-1] if phrase[-1] in "аяйьыи" else phrase) + "*"
    if language in ("az", "kk") and len(phrase) > 3:
        return phrase + "*"
    return phrase


def find(text: Text, names: Gazetteer) -> list[Mention]:
    """All names of a text, left to right."""
    words, phrases = text.words, names.phrases(text.language)
    found: list[Mention] = []
    for i, count, name in phrases.within(words, 0, len(words)):
        first, last = words[i], words[i + count - 1]
        if name.proper and not _capital(text, first.start, last.start, count):
            continue
        found.append(Mention(first.start, last.end, name))
    return _chains(text, found)


def _capital(text: Text, first: int, last: int, count: int) -> bool:
    if count == 1 and len(text.raw) > first + 1 and text.words[text.word_at(first)].end - first == 2:
        return text.raw[first : first + 2].isupper()
    return text.raw[first].isupper()


def _chains(text: Text, found: list[Mention]) -> list[Mention]:
    joined = [False] * len(found)
    for k in range(len(found) - 1):
        a, b = found[k], found[k + 1]
        if text.plain[a.end : b.start].strip() == "-" and b.start - a.end <= 3 and a.name.kind != "country" and b.name.kind != "country":
            joined[k] = joined[k + 1] = True
    return [Mention(m.start, m.end, m.name, chained) for m, chained in zip(found, joined, strict=True)]


# --- which countries a figure is about --------------------------------------------------------------------------------


_TWO = {
    "fr": "les deux pays|des deux pays|deux pays|les deux nations|les deux etats|les deux parties|des deux parties|deux etats|bilateral*|bilaterau*|mutuel*|les deux presidents|les deux dirigeants|deux chefs d'etat|les parties|nos deux pays|nos pays|entre nos peuples|leurs gouvernements|leurs pays",
    "en": "two countries|both countries|the two nations|both sides|two sides|bilateral*|mutual|two presidents|two leaders|the parties|our countries|both nations|two states",
    "ru": "двумя странами|двух стран|две страны|обеих стран|обе страны|двусторонн*|взаимн*|стороны|сторонами|двух государств|нашими странами|наших стран|двумя государствами|обеими странами",
    "tr": "iki ulke*|her iki ulke|karsılıklı|ikili|taraflar|ulkelerimiz|iki devlet", "az": "iki olkə*|qarsılıqlı|ikitərəfli|tərəflər", "kk": "екі ел*|өзара|екіжақты|тараптар",
}  # fmt: skip
_TWO_PHRASES: dict[str, Phrases[bool]] = {}


def _two(language: str) -> Phrases[bool]:
    if language not in _TWO_PHRASES:
        found: Phrases[bool] = Phrases()
        for phrase in _TWO[language].split("|"):
            found.add(phrase, True)
        _TWO_PHRASES[language] = found
    return _TWO_PHRASES[language]


@dataclass(frozen=True)
class Scene:
    """Who a document is about: its mentions, and its two countries where it plainly has two (the pair)."""

    text: Text
    mentions: tuple[Mention, ...]

    @cached_property
    def pair(self) -> tuple[str, ...]:
        """The two countries of a bilateral text: named far more often than any third; empty otherwise."""
        counts: Counter[str] = Counter()
        head = self.text.sentences[min(2, len(self.text.sentences) - 1)].end if self.text.sentences else 0
        for mention in self.mentions:
            for code in mention.name.countries if mention.name.kind in ("country", "capital") else ():
                counts[code] += 3 if mention.start < head else 1
        ranked = counts.most_common(3)
        if len(ranked) < 2 or ranked[1][1] < 3:
            return ()
        third = ranked[2][1] if len(ranked) > 2 else 0
        return (ranked[0][0], ranked[1][0]) if third <= 0.6 * ranked[1][1] else ()

    @cached_property
    def main(self) -> str:
        counts = Counter(code for m in self.mentions if m.name.kind in ("country", "capital") for code in m.name.countries)
        return counts.most_common(1)[0][0] if counts else ""

    def within(self, start: int, end: int) -> list[Mention]:
        return [m for m in self.mentions if start <= m.start < end]

    def says_two(self, start: int, end: int) -> bool:
        """Whether a stretch speaks of "the two countries"."""
        words = self.text.words
        return bool(_two(self.text.language).within(words, self.text.word_at(start), self.text.word_at(end)))

    def countries(self, start: int, end: int, cities: bool = False) -> tuple[str, ...]:
        """The countries named in a stretch, in order: by name or adjective, by capital as a government; by a place when `cities`."""
        codes: list[str] = []
        for m in self.within(start, end):
            if m.name.kind == "country" or (m.name.kind == "capital" and not m.chained and (cities or not self._located(m))) or (m.name.kind in ("place", "body") and not m.chained and cities):
                codes += [code for code in m.name.countries if code not in codes]
        return tuple(codes)

    def people(self, start: int, end: int) -> tuple[str, ...]:
        """The countries of the leaders named in a stretch."""
        return tuple(dict.fromkeys(code for m in self.within(start, end) if m.name.kind == "person" for code in m.name.countries))

    def _located(self, m: Mention) -> bool:
        """Whether a capital is only where something happens: à Bakou, in Astana, в Ташкенте."""
        before = self.text.low[max(0, m.start - 8) : m.start]
        if self.text.language in ("tr", "az"):
            after = self.text.low[m.end : m.end + 4]
            return after.startswith(("'da", "'de", "'ta", "'te", "da", "də"))
        if self.text.language == "ru":
            return before.endswith((" в ", " из ")) or before in ("в ", "из ")
        return before.endswith((" à ", " in ", " at ", " from ", " de ", "à ", "in "))
