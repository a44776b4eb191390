"""The confidence of statements: its table is of the made texts as they are, its steps rise, its regression is the optimum."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.evidence.read import confidence, statements
from karvan.evidence.read.statement import Document
from tests.evidence.read import marked


def test_the_table_was_counted_on_the_made_texts_as_they_are() -> None:
    data = "".join((marked.MADE / f"{name}.txt").read_text(encoding="utf-8") for name in ("fr", "en", "ru", "tr", "articles"))
    assert confidence.table()["data"] == hashlib.sha256(data.encode()).hexdigest(), "run python docs/confidence.py --write"
    assert confidence.table()["features"] == list(confidence.FEATURES)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_steps_rise_and_stay_shares(pairs: list[tuple[float, bool]]) -> None:
    fitted = confidence.steps(np.array([x for x, _ in pairs]), np.array([float(y) for _, y in pairs]))
    shares = [share for _, share in fitted]
    assert shares == sorted(shares)
    assert all(0 < share < 1 for share in shares)
    levels = [confidence.set_right(x, fitted) for x in np.linspace(0, 1, 21)]
    assert levels == sorted(levels)


def test_the_regression_is_the_optimum_of_its_likelihood() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (400, 3)).astype(float)
    p = 1 / (1 + np.exp(-(1.0 - 2.0 * x[:, 0] + 0.5 * x[:, 2])))
    y = (rng.random(400) < p).astype(float)
    w = confidence.fit(x, y)
    assert w[1] < -1
    assert w[3] > -0.2

    def loss(weights: np.ndarray) -> float:
        q = confidence.chances(x, weights)
        return float(-np.sum(y * np.log(q) + (1 - y) * np.log(1 - q)) + confidence.RIDGE / 2 * np.sum(weights[1:] ** 2))

    best = loss(w)
    for k in range(4):
        for step in (-0.01, 0.01):
            moved = w.copy()
            moved[k] += step
            assert loss(moved) > best


def test_what_is_flagged_or_experimental_never_passes_alone() -> None:
    said = "Ticarət dövriyyəsi 2024-cü ildə 2,4 milyard manat olub."
    for one in statements.read(said, Document("x", "az", "2025-06-10", "user")):
        assert one.confidence["overall"] < confidence.ACCEPT
        assert one.status == "needs_review"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_its_share(language: str) -> None:
    for each in marked.texts(language):
        for one in statements.read(each.text, Document("x", each.language, each.published, "user")):
            assert set(one.confidence) == {*confidence.FIELDS, "overall"}
            assert all(0 < value < 1 for value in one.confidence.values())
