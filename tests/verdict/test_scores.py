"""Scores against figures reckoned by hand, and against what one line of numpy says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.verdict import scores
from karvan.verdict.comparison import AIMS, BEFORE, CHECK, FIT, OTHER, Comparison
from karvan.verdict.measures import Key

DAYS = Key("transit_time", "od:a>b", "both", "box", "time")
FLOW = Key("freight_volume", "cut:sea", "both", "all", "traffic")
FIT_YEARS = (2021, 2022, 2023)


def figure(year: int, observed: float, modelled: float, key: Key = DAYS, group: str = "days", unit: str = "day", fitted: bool = False,
           outside: str = "", cargo: str = "", given: bool = False) -> Comparison:  # fmt: skip
    role = FIT if year in FIT_YEARS else CHECK if year in (2024, 2025) else BEFORE if year < 2021 else OTHER
    return Comparison(key, year, observed, modelled, unit, "press", role, group, cargo, fitted, outside, given)


def test_errors_and_aims_by_hand() -> None:
    """10 against 11, 20 against 15, 8 against 8: 10 %, 25 %, 0 %; two of three within 15 %."""
    found = scores.errors([figure(2021, 10, 11), figure(2022, 20, 15), figure(2023, 8, 8)], AIMS)
    assert found.percentage == pytest.approx((0.1 + 0.25) / 3)
    assert found.logarithmic == pytest.approx((math.log(1.1) + math.log(4 / 3)) / 3)
    assert (found.figures, found.within, found.aimed) == (3, 2, 3)


def test_a_flow_of_nothing_can_be_met() -> None:
    """Nothing seen and nothing modelled meets the aim; nothing seen and 200 t against a floor of 1,000 t is a fifth too much."""
    none, some = (figure(2021, 0, value, FLOW, "corridor", "t") for value in (0.0, 200.0))
    assert np.isnan(none.error)
    assert none.within(0.1)
    assert some.log_error == pytest.approx(math.log(1.2))
    assert not some.within(0.19)
    assert some.within(0.21)
    assert scores.errors([none], AIMS).logarithmic == 0


def test_the_random_walk_by_hand() -> None:
    """Seen 8, 9, 10 in the fit years, then 20 and 5. The walk says 10 and 10: ln 2 and ln 2. The model says 15 and 6:
    ln 4/3 and ln 6/5. With drift the walk says 10 q and 10 q^2, q^2 = 10/8."""
    seen = [figure(2021, 8, 8), figure(2022, 9, 9), figure(2023, 10, 11), figure(2024, 20, 15), figure(2025, 5, 6)]
    days, whole = scores.scores(seen, AIMS, FIT_YEARS)
    model = math.log(4 / 3) + math.log(6 / 5)
    assert days.walk.figures == 2
    assert days.walk.ratio == pytest.approx(model / (2 * math.log(2)))
    assert (days.walk.nearer, days.walk.better) == (2, "model")
    drift = math.log(10 / 8) / 2
    assert days.drift.ratio == pytest.approx(model / (abs(math.log(20 / 10) - drift) + abs(math.log(5 / 10) - 2 * drift)))
    assert (whole.group, whole.walk) == ("all", days.walk)
    assert scores.rivalries(seen, FIT_YEARS) == {DAYS: days.walk}
    assert scores.walked(seen, FIT_YEARS) == {(DAYS, 2024): 10, (DAYS, 2025): 10}


def test_the_walk_starts_from_the_last_figure_up_to_the_fit_and_needs_one() -> None:
    """2022 is the last one seen, what was seen in 2024 is not known to the walk of 2025, and prices were never seen before."""
    price = Key("box_rate", "od:a>b", "both", "box", "price")
    seen = [figure(2020, 4, 4), figure(2022, 10, 10), figure(2024, 20, 20), figure(2025, 40, 20), figure(2025, 7, 7, price, "prices", "USD/TEU")]
    days, prices, whole = scores.scores(seen, AIMS, FIT_YEARS)
    assert days.walk.model == pytest.approx(math.log(2) / 2)
    assert days.walk.walk == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert (prices.walk.figures, prices.walk.better) == (0, "")
    assert np.isnan(prices.walk.ratio)
    assert whole.walk.figures == 2
    assert whole.check.figures == 3


def test_a_walk_that_is_right_is_better_than_a_model_that_is_not() -> None:
    days, _ = scores.scores([figure(2023, 10, 10), figure(2024, 10, 12)], AIMS, FIT_YEARS)
    assert (days.walk.ratio, days.walk.better, days.walk.nearer) == (math.inf, "walk", 0)
    assert days.drift.figures == 0


def test_what_is_not_comparable_is_in_no_score() -> None:
    alone = [figure(2023, 10, 11), figure(2024, 10, 12)]
    other = Key("port_throughput", "port:m", "both", "all", "traffic")
    more = [*alone, figure(2023, 9e6, 1, other, "ports", "t", outside="coal"), figure(2024, 9e6, 1, other, "ports", "t", outside="coal")]
    assert [score.group for score in scores.scores(more, AIMS, FIT_YEARS)] == ["days", "all"]
    assert scores.scores(more, AIMS, FIT_YEARS)[0].fit == scores.scores(alone, AIMS, FIT_YEARS)[0].fit


def test_an_input_is_in_no_score() -> None:
    alone = [figure(2023, 10, 11), figure(2024, 10, 12)]
    assert repr(scores.scores([*alone, figure(2022, 9, 9, given=True)], AIMS, FIT_YEARS)) == repr(scores.scores(alone, AIMS, FIT_YEARS))


def test_fitted_and_only_compared_figures_are_told_apart() -> None:
    days, _ = scores.scores([figure(2021, 10, 10, fitted=True), figure(2022, 10, 10), figure(2020, 10, 10), figure(2024, 9, 9)], AIMS, FIT_YEARS)
    assert (days.fitted, days.only_compared, days.fit.figures, days.check.figures) == (1, 1, 2, 1)


def test_a_group_without_an_aim_has_none_to_meet() -> None:
    found = scores.errors([figure(2021, 10, 11, group="sections"), figure(2021, 10, 11)], AIMS)
    assert (found.figures, found.within, found.aimed) == (2, 1, 1)


def test_dry_cargo_and_oil_are_scored_apart_and_what_holds_both_in_the_whole_alone() -> None:
    dry, oil = (Key("freight_volume", "cut:sea", "both", cargo, "traffic") for cargo in ("dry", "oil"))
    seen = [figure(2023, 1e6, 1.1e6, dry, "corridor", "t", cargo="dry"), figure(2023, 1e6, 1e6, oil, "corridor", "t", cargo="oil"),
            figure(2023, 2e6, 2.1e6, FLOW, "corridor", "t"), figure(2023, 10, 12, cargo="dry")]  # fmt: skip
    found = {score.group: score for score in scores.scores(seen, AIMS, FIT_YEARS)}
    assert list(found) == ["corridor", "days", "dry", "oil", "all"]
    assert {name: score.fit.figures for name, score in found.items()} == {"corridor": 3, "days": 1, "dry": 2, "oil": 1, "all": 4}
    assert found["dry"].fit.percentage == pytest.approx(0.15)
    assert found["oil"].fit.percentage == 0
