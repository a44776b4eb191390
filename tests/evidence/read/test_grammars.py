"""Amounts and dates of every language against made sentences, and round trips: write, read, the same again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.evidence.read import dates, numbers, quantities
from karvan.evidence.read.text import Text, detect, fold, same_length

MADE = Path(__file__).parent / "made"
PUBLISHED = "2025-06-10"


def rows(name: str) -> list[tuple[str, str, str]]:
    lines = [line for line in (MADE / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split(" | ")) for line in lines]  # type: ignore[misc]


def told(q: quantities.Quantity) -> str:
    value = f"{q.low:.15g}..{q.high:.15g}" if q.value is None else f"{q.value:.15g}"
    return " ".join(part for part in (value, q.unit, q.qualifier) if part)


@pytest.mark.parametrize(("language", "text", "expected"), rows("numbers"))
def test_amounts(language: str, text: str, expected: str) -> None:
    read = Text(text, language, PUBLISHED)
    found = quantities.find(read, dates.find(read))
    assert [told(q) for q in found] == ([] if expected == "-" else [part.strip() for part in expected.split(";")])
    for q in found:
        assert 0 <= q.start < q.end <= len(text)
        assert q.rules


@pytest.mark.parametrize(("language", "text", "expected"), rows("dates"))
def test_dates(language: str, text: str, expected: str) -> None:
    found = dates.find(Text(text, language, PUBLISHED))
    said = [" ".join(part for part in (d.edtf, d.part, d.lean if d.lean != "in" else None) if part) for d in found]
    assert said == ([] if expected == "-" else [part.strip() for part in expected.split(";")])


def test_every_family_has_sixty_of_each_full_language() -> None:
    for name in ("numbers", "dates"):
        for language in ("fr", "en"):
            assert sum(row[0] == language for row in rows(name)) >= 60, (name, language)
    for language in ("ru", "tr"):
        assert sum(row[0] == language for row in rows("numbers")) >= 60, language


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 999_999), st.sampled_from(("fr", "en", "ru", "tr")))
def test_a_number_in_words_is_read_as_itself(n: int, language: str) -> None:
    said = numbers.spell(n, language)
    found = numbers.find(Text(f"x {said} y", language))
    assert [(f.value, f.start, f.end) for f in found] == [(n, 2, 2 + len(said))]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 10**9), st.integers(0, 2), st.sampled_from(("fr", "en", "ru", "tr", "az", "kk")))
def test_a_number_in_digits_is_read_as_itself(n: int, decimals: int, language: str) -> None:
    value = n / 10**decimals
    said = numbers.write(value, language, decimals)
    found = numbers.find(Text(f"x {said} y", language))
    assert len(found) == 1
    assert found[0].value == pytest.approx(value)
    assert found[0].precision == pytest.approx(0.5 * 10.0**-decimals)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 999), st.sampled_from(("fr", "en", "ru", "tr")), st.sampled_from(("t", "TEU", "km", "MW", "USD", "EUR", "wagon", "agreement", "project")))
def test_an_amount_with_its_unit_is_read_as_itself(n: int, language: str, unit: str) -> None:
    names = {
        "t": "tonnes|tonnes|тонн|ton", "TEU": "EVP|TEU|ДФЭ|TEU", "km": "km|km|км|km", "MW": "MW|MW|МВт|MW", "USD": "dollars|dollars|долларов|dolar",
        "EUR": "euros|euros|евро|euro", "wagon": "wagons|wagons|вагонов|vagon", "agreement": "accords|agreements|соглашений|anlaşma", "project": "projets|projects|проектов|proje",
    }  # fmt: skip
    word = names[unit].split("|")[("fr", "en", "ru", "tr").index(language)]
    said = f"{n} {word}"
    found = quantities.find(Text(f"({said})", language), [])
    assert [(q.value, q.unit, q.start, q.end) for q in found] == [(n, unit, 1, 1 + len(said))]


@settings(max_examples=300, deadline=None)
@given(st.dates(min_value=__import__("datetime").date(1990, 1, 1), max_value=__import__("datetime").date(2049, 12, 31)), st.booleans(), st.sampled_from(("fr", "en", "ru", "tr")))
def test_a_date_is_read_as_itself(day: object, whole: bool, language: str) -> None:
    iso = str(day)
    said = dates.write(int(iso[:4]), int(iso[5:7]), language, int(iso[8:]) if whole else 0)
    found = dates.find(Text(f"x {said}.", language))
    assert [d.edtf for d in found] == [iso if whole else iso[:7]]
    assert said in f"x {said}."[found[0].start : found[0].end + 1]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.sampled_from(("fr", "en", "ru", "tr", "az", "kk")))
def test_any_text_keeps_its_length_and_its_spans(raw: str, language: str) -> None:
    assert len(same_length(raw)) == len(fold(raw)) == len(raw)
    text = Text(raw, language, PUBLISHED)
    found = dates.find(text)
    for span in (*text.sentences, *found, *quantities.find(text, found)):
        assert 0 <= span.start < span.end <= len(raw)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(re.findall(r"\S+", "2,6 à 4,8 millions de tonnes en 2023 plus du double d'ici fin 2028 entre mars et mai 30 % 17.000 EVP par an cinq fois 1 000 . ; ( ) « »")), max_size=40))
def test_words_in_any_order_do_no_harm(words: list[str]) -> None:
    raw = " ".join(words)
    text = Text(raw, "fr", PUBLISHED)
    for q in quantities.find(text, dates.find(text)):
        assert (q.value is None) == (q.low is not None)
        assert raw[q.start : q.end].strip() == raw[q.start : q.end]


@pytest.mark.parametrize(("raw", "language"), [
    ("Le port a traité des marchandises et la ligne est en construction.", "fr"), ("The port has handled cargo from the region.", "en"),
    ("Порт обработал грузы и строится новая линия.", "ru"), ("Liman bu yıl yük elleçledi ve yeni hat yapılıyor.", "tr"),
    ("Liman bu il yük aşırıb və yeni xətt tikilir.", "az"), ("Порт жүк өңдеді және жаңа желі салынуда.", "kk"),
])  # fmt: skip
def test_the_language_is_found(raw: str, language: str) -> None:
    assert detect(raw) == language
