"""Two answers side by side: amounts that differ, and the limits that bind in only one of them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from karvan.faces.cli.tables import render
from karvan.verbs.assign import Assigned
from karvan.verdict import differences
from karvan.verdict.model import prepare
from tests.verdict import small


def assigned(name: str, capacity: str, amount: float = 1e6, other: Assigned | None = None) -> Assigned:
    """A crane of some t a year between rail and ship, and the only way."""
    model = prepare(small.corridor(**small.cheap_sea(capacity)))
    answer = small.solved(model, amount)
    return Assigned(model, answer, model.certified(answer, name), 2026, name, other)


def test_a_limit_that_binds_in_one_and_the_flows_that_follow() -> None:
    wide = assigned("wide", "3e6")
    narrow = assigned("narrow", "4e5", other=wide)
    found = narrow.differences
    assert found.demand.difference == 0
    (sea,) = found.cuts
    assert (sea.name, sea.this, sea.other) == ("The sea", pytest.approx(4e5, rel=1e-6), pytest.approx(1e6, rel=0.02))
    assert sea.difference == pytest.approx(-found.unserved.difference, rel=1e-6), "what does not pass stays home"
    assert [each.id for each in found.only_this] == ["crane"]
    assert found.only_other == ()
    turned = differences.between((wide.model, wide.answer), (narrow.model, narrow.answer))
    assert [each.difference for each in turned.amounts] == pytest.approx([-each.difference for each in found.amounts])
    assert turned.only_other == found.only_this


def test_what_binds_in_both_is_not_a_difference() -> None:
    base = assigned("base", "4e5")
    found = assigned("more wanted", "4e5", 2e6, base).differences
    assert found.demand.difference == 1e6
    assert {each.id for each in found.amounts} == {"demand", "unserved"}
    assert found.only_this == found.only_other == ()


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("narrow less wide", "stays home", "The sea", "-5", "+5", "Under narrow alone this limit binds: Crane.")),
    ("fr", ("narrow moins wide", "reste sur place", "The sea", "Sous narrow seulement, cette limite contraint : Crane.")),
])  # fmt: skip
def test_a_person_reads_the_table_of_differences(language: str, words: tuple[str, ...]) -> None:
    shown = _shown(assigned("narrow", "4e5", other=assigned("wide", "3e6")), language)
    for word in words:
        assert word in shown


def test_two_equal_answers_are_said_to_be_equal() -> None:
    shown = _shown(assigned("base", "4e5", other=assigned("again", "4e5")), "en")
    assert "base and again: the same demand" in shown
    assert "The same limits bind under both." in shown


def test_the_document_has_the_keys_of_the_page(root: Path) -> None:
    page = (root / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `differences\.([a-z_]+)", page, flags=re.MULTILINE)
    document = assigned("narrow", "4e5", other=assigned("wide", "3e6")).document()
    assert set(listed) == set(document["differences"])
    assert set(re.findall(r"^\| `differences\.cuts\[\]\.(\w+)`", page, flags=re.MULTILINE)) == set(document["differences"]["cuts"][0])
    assert "differences" not in document["compare"]


def _shown(answer: Assigned, language: str) -> str:
    console = Console(width=300, record=True, file=io.StringIO())
    render(answer, console, language)
    return console.export_text()
