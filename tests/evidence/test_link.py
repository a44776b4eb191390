"""Links between statements: made pairs of claims, arithmetic within a text, and a figure on the wrong subject."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.evidence import link
from karvan.evidence.link import Claim
from karvan.evidence.read import statements
from karvan.evidence.read.statement import Document

LINES = [line for line in (Path(__file__).parent / "read" / "made" / "pairs.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def claim(said: str, key: str) -> Claim:
    metric, amount, unit, *rest = said.split()
    given_ = dict(each.split("=", 1) for each in rest)
    m = re.fullmatch(r"([\d.e+]+?)(?:\.\.([\d.e]+))?([~<>]?)", amount)
    assert m is not None, amount
    printed = m.group(1).split("e")
    exponent = int(printed[1]) if len(printed) > 1 else 0
    decimals = len(printed[0].split(".")[1]) if "." in printed[0] else 0
    zeros = len(printed[0]) - len(printed[0].rstrip("0")) if not decimals else 0
    precision = float(given_.get("p", 0.5 * 10.0 ** (exponent - decimals + zeros)))
    value = float(m.group(1))
    return Claim(key, metric, unit, None if m.group(2) else value, value if m.group(2) else None, float(m.group(2)) if m.group(2) else None, m.group(3) or None, precision,
                 given_.get("period"), given_.get("due"), given_.get("m", "done"), given_.get("subject"), given_.get("direction"), given_.get("commodity"), given_.get("basis"),
                 tuple(given_["parties"].split(",")) if "parties" in given_ else (), given_.get("pub"), key)  # fmt: skip


def told(first: str, second: str) -> str:
    found = link.relation(claim(first, "a"), claim(second, "b"))
    return "-" if found is None else found.rel or "?"


@pytest.mark.parametrize("line", LINES)
def test_pairs(line: str) -> None:
    first, second, expected = [part.strip() for part in line.split("|")]
    assert told(first, second) == expected


def test_a_hundred_pairs_and_no_false_alarm() -> None:
    assert len(LINES) >= 100
    pairs = [[part.strip() for part in line.split("|")] for line in LINES]
    alarms = [expected for first, second, expected in pairs if told(first, second) == "contradicts"]
    assert alarms.count("contradicts") / len(alarms) >= 0.9
    assert alarms.count("contradicts") / sum(expected == "contradicts" for *_, expected in pairs) >= 0.6


@given(st.floats(1, 1e9), st.floats(0.001, 0.2), st.sampled_from((None, "~", ">", "<")))
def test_a_claim_agrees_with_itself_whatever_its_printing(value: float, share: float, sign: str | None) -> None:
    one = Claim("a", "freight_volume", "t", value, qualifier=sign, precision=share * value, period="2024", subject="c:a", text="a")
    other = Claim("b", "freight_volume", "t", value, qualifier=sign, precision=share * value, period="2024", subject="c:a", text="b")
    found = link.relation(one, other)
    assert found is not None
    assert found.rel == "agrees"


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_the_change_between_two_exact_levels_adds_up(before: float, after: float) -> None:
    a, b = (Claim(key, "freight_volume", "t", value) for key, value in (("a", before), ("b", after)))
    change = 100 * (after / before - 1)
    assert link.arithmetic(change, a, b)
    assert not link.arithmetic(change + 2, a, b)


def test_a_figure_of_another_subject_is_suspected() -> None:
    known = [Claim("k1", "project_cost", "EUR", 2.4e9, subject="line:long"), Claim("k2", "project_cost", "USD", 2.3e8, subject="line:short")]
    wrong = Claim("x", "project_cost", "USD", 2.4e9, subject="line:short")
    assert link.misattributed(wrong, known) == known[0]
    assert link.misattributed(Claim("x", "project_cost", "USD", 2.5e8, subject="line:short"), known) is None
    assert link.misattributed(Claim("x", "project_cost", "EUR", 2.4e9, subject="line:long"), known) is None
    assert link.misattributed(Claim("x", "project_cost", "USD", 2.4e9, subject="line:unknown"), known) is None
    assert link.misattributed(Claim("x", "rail_length", "km", 224, subject="line:short"), known) is None


def test_a_converted_sum_is_one_sum() -> None:
    text = "Le coût est estimé à 19,2 milliards de dollars (17,3 milliards d'euros)."
    found = link.within(text, statements.read(text, Document("x", "fr", "2025-06-10", "user")))
    assert [[each["rel"] for each in one.links] for one in found] == [[], ["converted_from"]]


@pytest.mark.parametrize(("change", "flagged"), [("21", False), ("60", True)])
def test_a_change_that_does_not_lead_from_level_to_level_is_flagged(change: str, flagged: bool) -> None:
    text = f"Le commerce avec la Géorgie a atteint 168 millions de dollars en 2024, en hausse de {change} % par rapport à 2023. Il était de 139 millions de dollars en 2023."
    found = link.within(text, statements.read(text, Document("x", "fr", "2025-06-10", "user")))
    (one,) = (each for each in found if each.unit == "%")
    assert ("arithmetic_mismatch" in one.flags) == flagged


def test_a_headline_said_again_is_restated() -> None:
    text = "12 accords signés\nLes ministres ont signé 12 accords."
    found = link.within(text, statements.read(text, Document("x", "fr", "2025-06-10", "user")))
    assert [each["rel"] for one in found for each in one.links] == ["restates"]
