"""Sentences: numbers take their form in both languages, and dates beyond the horizon have sentences of their own."""

import re
import string
from dataclasses import replace
from types import SimpleNamespace

import pytest

from karvan.faces.messages import LANGUAGES, catalogue, say
from karvan.verdict import tell
from karvan.verdict.judge import Judgement, Word
from karvan.verdict.tell import Message

OF_MANY = re.compile(r"\b1 (?:(?!is|was|has|names|lacks)\w+s|are|were|have|lack|name|wait)\b")


def _choosing(language: str) -> dict[str, tuple[str, set[str], set[str]]]:
    """The sentences with a choice of forms: text, the numbers that choose, the other values."""
    found = {}
    for key, text in catalogue(language).items():
        numbers = {name for _, name, spec, _ in string.Formatter().parse(text) if name and "|" in (spec or "")}
        if numbers:
            found[key] = (text, numbers, set(re.findall(r"{(\w+)(?=[}:])", text)) - numbers)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 1200])
def test_a_choice_of_forms_is_made_by_its_number(language: str, number: int) -> None:
    """No sentence keeps a bar or a brace, whatever the numbers, bare or with a separator of thousands."""
    assert len(_choosing(language)) > 30
    for key, (text, numbers, others) in _choosing(language).items():
        said = text.format(**dict.fromkeys(numbers, f"{number:,}"), **dict.fromkeys(others, "5.5"))
        assert said == text.format(**dict.fromkeys(numbers, number), **dict.fromkeys(others, "5.5")).replace("1200", f"{1200:,}")
        assert not set("{|}") & set(said), key


def test_one_is_singular_in_english_and_nought_too_in_french() -> None:
    english, french = (catalogue(language)["equilibrium.lost"] for language in ("en", "fr"))
    values = {"amount": "3.0", "unit": "t", "some": "a → b"}
    assert english.format(pairs=1, **values) == "1 pair has no way, 3.0 t, and was not assigned: a → b."
    assert english.format(pairs=2, **values) == "2 pairs have no way, 3.0 t, and were not assigned: a → b."
    assert french.format(pairs=1, **values) == "1 couple n’a aucun chemin, soit 3.0 t, et n’a pas été affecté : a → b."
    assert french.format(pairs=2, **values) == "2 couples n’ont aucun chemin, soit 3.0 t, et n’ont pas été affectés : a → b."
    total = Message("read.total", {"statements": 1, "unsure": 0})
    assert say(total, "en") == "1 statement; 0 of them are less sure than 0.9 and wait for a reader."
    assert say(total, "fr") == "1 énoncé ; 0 est en dessous de 0,9 et attend une relecture."
    alone = catalogue("en")["import.alone"]
    assert alone.format(zones=1, first=3) == "Zone without a link: 3. Its trips have no way."
    assert "2, the first of them 3" in alone.format(zones=2, first=3)


def test_no_english_sentence_puts_one_before_a_plural() -> None:
    """With every number 1, no sentence says `1 figures` or `1 are`."""
    for key, (text, numbers, others) in _choosing("en").items():
        said = text.format(**dict.fromkeys(numbers, "1"), **dict.fromkeys(others, "5.5"))
        assert not OF_MANY.search(said), f"{key}: {said}"


DATES = {
    (2028.4, 2026.9, 2031.0): "In half of the futures it comes about by 2028-05, in nine of ten between 2026-11 and 2031-01.",
    (2028.4, 2026.9, None): "In half of the futures it comes about by 2028-05, in one of twenty by 2026-11, in one of twenty after 2035.",
    (2041.0, 2026.9, 2050.0): "In half of the futures or more it comes about after 2035; in one of twenty by 2026-11.",
    (None, None, None): "In nineteen futures of twenty or more it comes about after 2035.",
}


@pytest.mark.parametrize("ends", DATES)
def test_a_date_beyond_the_horizon_is_said_as_a_sentence(ends: tuple[float | None, float | None, float | None]) -> None:
    judgement = replace(Judgement(Word.IN_DOUBT), median=ends[0], p5=ends[1], p95=ends[2])
    found = SimpleNamespace(judgement=judgement, unit="date")
    assert say(tell._range(found, 2035), "en") == DATES[ends]
    assert "2035" in say(tell._range(found, 2035), "fr") or None not in ends
