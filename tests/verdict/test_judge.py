"""Words, intervals and years reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.verdict import judge
from karvan.verdict.judge import Word

YEARS = range(2026, 2031)


@pytest.mark.parametrize(
    ("probability", "word"),
    [(1.0, Word.ON_COURSE), (0.67, Word.ON_COURSE), (0.6699, Word.IN_DOUBT), (0.33, Word.IN_DOUBT), (0.3299, Word.OFF_COURSE), (0, Word.OFF_COURSE)],
)
def test_words_change_at_their_thresholds(probability: float, word: Word) -> None:
    assert judge.word_of(probability) is word


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(monkeypatch: pytest.MonkeyPatch, successes: int, trials: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I, at 95 %."""
    monkeypatch.setattr(judge, "INTERVAL", 0.95)
    assert judge.wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_wilson_are_those_a_score_test_does_not_refuse(counts: tuple[int, int]) -> None:
    successes, trials = counts
    share = successes / trials
    low, high = judge.wilson(successes, trials)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        assert (share - end) ** 2 == pytest.approx(1.6448536269514722**2 * end * (1 - end) / trials, abs=1e-12)


def test_nothing_of_many_has_zero_as_its_low_end() -> None:
    assert judge.wilson(0, 60)[0] == 0.0
    assert judge.wilson(60, 60)[1] == 1.0


VALUES = np.array([[0, 5, 3, 3, 3], [0, 0, 4, 4, 4], [0, 0, 0, 0, 9], [0, 0, 0, 0, 0.0]])


def test_reached_once_or_still_there() -> None:
    once, kept = judge.paths(VALUES, YEARS, 4, ">=", 2029, sustained=False)
    assert kept.tolist() == [True, True, False, False]
    assert (once.probability, once.word) == (0.5, Word.IN_DOUBT)
    still, kept = judge.paths(VALUES, YEARS, 4, ">=", 2029, sustained=True)
    assert kept.tolist() == [False, True, False, False]
    assert (still.probability, still.word) == (0.25, Word.OFF_COURSE)
    assert once.reached == still.reached
    assert once.reached_share == 0.75


def test_at_most_counts_from_above() -> None:
    found, kept = judge.paths(VALUES, YEARS, 3, "<=", 2028, sustained=True)
    assert kept.tolist() == [True, False, True, True]
    assert found.probability == 0.75
    assert judge.paths(VALUES, YEARS, 3, "<=", 2026, sustained=False)[1].all()


def test_the_numbers_of_a_verdict_are_those_of_the_due_year() -> None:
    values = np.arange(100.0)[:, None] + np.zeros(5)
    found, _ = judge.paths(values, YEARS, 50, ">=", 2030, sustained=True)
    assert (found.p5, found.median, found.p95) == (5.0, 50.0, 95.0)
    assert found.probability == 0.5


def test_years_reached_are_quantiles_of_the_first_year() -> None:
    first = np.array([2026.0] * 2 + [2027.0] * 4 + [2029.0] * 2 + [np.inf] * 2)
    assert judge.reached_years(first) == ((2026.0, 2027.0, None), 0.8)
    assert judge.reached_years(np.full(5, np.inf)) == ((None, None, None), 0.0)


def test_no_date_is_said_and_the_years_are_still_given() -> None:
    found, kept = judge.paths(VALUES, YEARS, 4, ">=", None, sustained=False)
    assert found.word is Word.NO_DATE
    assert found.probability is None
    assert found.reached_share == 0.75
    assert not kept.any()


def test_dates_are_kept_up_to_the_due_day() -> None:
    delivered = np.array([2027.0, 2028.0, 2028.5, 2040.0, 9999.0])
    found, kept = judge.dates(delivered, 2028.0, 2036.0, 9999.0)
    assert kept.tolist() == [True, True, False, False, False]
    assert (found.median, found.p95) == (2028.5, None)
    assert found.reached_share == 0.6
    assert judge.dates(delivered, None, 2036.0, 9999.0)[0].word is Word.NO_DATE
