"""What the reader makes of made sentences and articles: fields against what was marked, and invariants on anything at all."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.evidence.read import places, statements
from karvan.evidence.read.places import Gazetteer
from karvan.evidence.read.statement import Document
from karvan.files import cases
from tests.evidence.read import marked

FLOORS = {  # file: value+unit, type, metric, modality, period, due, parties of the two thirds the rules were written with
    "fr": (0.95, 0.94, 0.94, 0.93, 0.93, 0.93, 0.90), "en": (0.97, 0.92, 0.90, 0.88, 0.95, 0.95, 0.90), "ru": (0.97, 0.94, 0.94, 0.90, 0.95, 0.95, 0.95),
    "tr": (0.97, 0.92, 0.92, 0.92, 0.95, 0.93, 0.95), "articles": (0.94, 0.92, 0.88, 0.88, 0.88, 0.88, 0.85),
}  # fmt: skip
HELD = {"fr": (0.93, 0.85), "en": (0.85, 0.80), "ru": (0.95, 0.90), "tr": (0.93, 0.88)}


@pytest.fixture(scope="module")
def names() -> Gazetteer:
    return places.gazetteer(cases.load("middle_corridor").tables)


@pytest.mark.parametrize("name", FLOORS)
def test_made_texts_are_read(name: str, names: Gazetteer) -> None:
    chosen = [each for each in marked.texts(name) if name == "articles" or not each.held]
    found = marked.scores(chosen, names)
    for (field, score), floor in zip(found.items(), FLOORS[name], strict=False):
        assert score >= floor, (field, score)


@pytest.mark.parametrize("name", HELD)
def test_the_third_kept_apart_is_read(name: str, names: Gazetteer) -> None:
    found = marked.scores([each for each in marked.texts(name) if each.held], names)
    assert found["value+unit"] >= HELD[name][0], found
    assert found["type"] >= HELD[name][1], found


@pytest.mark.parametrize("name", ["fr", "en", "ru", "tr"])
def test_there_are_sixty_sentences_of_a_language(name: str) -> None:
    assert len(marked.texts(name)) >= 60
    assert len({each.text for each in marked.texts(name)}) == len(marked.texts(name))


def test_every_statement_is_exact_and_whole(names: Gazetteer) -> None:
    kinds = {"quantity", "date", "claim"}
    types = {"observation", "target", "project", "agreement", "visit", "event", "risk", "quote"}
    for each in itertools.chain.from_iterable(marked.texts(name) for name in FLOORS):
        found = statements.read(each.text, Document(each.name, each.language, each.published, "user"), names)
        assert len({one.id for one in found}) == len(found)
        for one in found:
            line = json.loads(json.dumps(one.document(), allow_nan=False))
            assert line["text"] == each.text[line["start"] : line["end"]]
            assert line["sentence"]["start"] <= line["start"] < line["end"] <= line["sentence"]["end"]
            assert line["kind"] in kinds
            assert line["type"] in types
            assert line["modality"] in {"done", "ongoing", "planned", "expected", "hoped"}
            assert line["evidence"]
            assert all(re.fullmatch(r"[A-Z]{2}", code) for code in line["parties"])
            assert line["period"] is None or line["due"] is None or line["metric"] == "plan_period"
            assert (line["value"] is None) == (line["kind"] != "quantity" or line["low"] is not None)
            assert all(link["to"] in {other.id for other in found} for link in line["links"])


def test_the_same_text_gives_the_same_statements(names: Gazetteer) -> None:
    each = marked.texts("articles")[0]
    about = Document(each.name, each.language, each.published, "user")
    assert statements.read(each.text, about, names) == statements.read(each.text, about, names)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(("fr", "en", "ru", "tr", "az", "kk")))
def test_any_text_is_read_without_harm(raw: str, language: str) -> None:
    for one in statements.read(raw, Document("x", language, "2025-06-10", "user")):
        assert one.text == raw[one.start : one.end]


@settings(max_examples=60, deadline=None)
@given(st.permutations([each for name in ("fr", "en") for each in ("Le port a traité 3 Mt en 2024.", "Trade reached $5 billion last year.", "« Nous visons 10 % »,", "a déclaré le ministre Jean Dupont.", "(", "d'ici 2030", ";", "\n")]))
def test_sentences_in_any_order_do_no_harm(parts: list[str]) -> None:
    raw = " ".join(parts)
    for one in statements.read(raw, Document("x", "fr", "2025-06-10", "user")):
        assert one.text == raw[one.start : one.end]


@pytest.mark.parametrize("nasty", ["1" * 100_000, "1 " * 50_000, "deux cent " * 20_000, "(" * 50_000, "« " * 20_000, "de 1 à " * 10_000, "A" * 100_000, "мая " * 20_000, "\u202e مرحبا 123 " * 3000])
def test_nasty_texts_come_to_an_end(nasty: str) -> None:
    for one in statements.read(nasty, Document("x", "fr", "2025-06-10", "user")):
        assert one.text == nasty[one.start : one.end]


def test_a_text_without_a_day_says_that_its_dates_are_open() -> None:
    (one,) = statements.read("L'accord a été signé en mars dernier.", Document("x", "fr"))
    assert one.period is None
    assert "relative_date_no_anchor" in one.flags


def test_a_denied_agreement_is_denied() -> None:
    found = statements.read("Aucun accord n'a été signé en 2024.", Document("x", "fr", "2025-01-01", "user"))
    assert [one.polarity for one in found] == ["negated"]
