"""Rows of played days: their intervals, and what differs between two years with the same luck."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karvan.engines.simulate.analysis import interval
from karvan.verdict.simulated import Estimate, ServiceRow, Tables, record
from karvan.verdict.simulated_differences import KINDS, Differences
from karvan.verdict.simulation import Played
from tests.verdict.played import FEWER_SHIPS, SLOW_BERTHS, played


@pytest.fixture(scope="module")
def year() -> Played:
    return played()


@pytest.fixture(scope="module")
def differences(year: Played) -> Differences:
    return Differences(Tables(year), Tables(played(scenario="fewer ships", **FEWER_SHIPS)))


def estimates(row: object) -> list[Estimate]:
    return [value for value in vars(row).values() if isinstance(value, Estimate)]


def test_a_mean_is_that_of_its_runs_with_students_interval(year: Played) -> None:
    tables = Tables(year)
    rows = [*tables.terminals(), *tables.services(), *tables.causes(), *tables.cuts()]
    seen = [each for row in rows for each in estimates(row) if math.isfinite(each.mean)]
    assert len(seen) > 20
    for each in seen:
        runs = each.runs[np.isfinite(each.runs)]
        found = interval(runs)
        assert (each.mean, each.low, each.high) == pytest.approx((found.mean, found.low, found.high), rel=1e-9, abs=1e-9)


def test_an_antithetic_pair_is_one_observation() -> None:
    found = played(3, antithetic=True)
    cut = next(row for row in Tables(found).cuts() if row.commodity == "all")
    assert len(cut.tonnes.runs) == 6
    pairs = interval(cut.tonnes.runs.reshape(3, 2).mean(axis=1))
    assert (cut.tonnes.low, cut.tonnes.high) == pytest.approx((pairs.low, pairs.high))


def test_tonnes_over_the_cut_are_those_that_its_service_carries(year: Played) -> None:
    tables = Tables(year)
    for row in tables.services():
        over = next(cut for cut in tables.cuts() if cut.direction == row.direction and cut.commodity == "all")
        assert row.carried.mean == pytest.approx(over.tonnes.mean, rel=0.01)
        assert row.carried.runs == pytest.approx(row.sailings.runs * row.load.runs)
    groups = [cut.tonnes.mean for cut in tables.cuts() if cut.commodity == "dry"]
    assert groups == [cut.tonnes.mean for cut in tables.cuts() if cut.commodity == "all"]


def test_causes_add_up_to_all_that_is_waited(year: Played) -> None:
    rows = Tables(year).causes()
    for who in {row.who for row in rows}:
        assert sum(row.share for row in rows if row.who == who) == pytest.approx(1.0)


def test_a_queue_without_end_has_its_month_and_its_row() -> None:
    tables = Tables(played(**SLOW_BERTHS))
    row = next(row for row in tables.growing() if row.role in ("quay", "waiting", "berth"))
    assert (row.of, row.month) == (4, 1)
    assert row.replications == 4
    assert row.name in ("Ferry", "West berth")


def test_a_record_holds_means_and_ends_and_no_runs(year: Played) -> None:
    found = record(Tables(year).terminals()[0])
    assert set(found["throughput"]) == {"mean", "low", "high"}
    assert len(found["waiting_by_month"]) == 12


def test_a_year_does_not_differ_from_itself(year: Played) -> None:
    found = Differences(Tables(year), Tables(year))
    assert found.rows
    assert not any(row.differs or row.certain for row in found.rows)
    assert {row.difference.mean for row in found.rows if math.isfinite(row.difference.mean)} == {0.0}


def test_a_difference_is_this_less_the_other(differences: Differences) -> None:
    assert differences.pairs == 4
    whole = [row for row in differences.rows if np.isfinite(row.this.runs).all() and np.isfinite(row.other.runs).all() and row.this.runs.size]
    assert {row.kind for row in whole} >= {"cuts", "causes", "terminals", "services", "journeys"}
    for row in whole:
        assert row.difference.mean == pytest.approx(row.this.mean - row.other.mean, abs=1e-6 * max(1.0, abs(row.this.mean)))
        pairs = interval(row.this.runs - row.other.runs)
        assert row.difference.low == pytest.approx(pairs.low, abs=1e-6 * max(1.0, abs(row.this.mean)))


def test_what_differs_stands_first_and_what_is_certain_differs(differences: Differences) -> None:
    rows = differences.rows
    for kind in KINDS:
        told = [row.differs for row in rows if row.kind == kind.name]
        assert told == sorted(told, reverse=True)
    assert any(row.certain for row in rows)
    assert all(row.differs for row in rows if row.certain)
    sailing = next(row for row in rows if row.kind == "services" and row.figure == "wait" and row.key[1] == "forward")
    assert sailing.differs
    assert sailing.difference.mean < 0, "four ships let cargo wait less than two do"


def test_the_other_way_round_is_the_opposite(differences: Differences) -> None:
    turned = Differences(differences.other, differences.this)
    by_key = {(row.kind, row.key, row.figure): row for row in turned.rows}
    for row in differences.rows:
        other = by_key[row.kind, row.key, row.figure]
        if math.isfinite(row.difference.mean):
            assert other.difference.mean == pytest.approx(-row.difference.mean)
            assert (other.differs, other.certain) == (row.differs, row.certain)


def test_a_row_that_only_one_year_has_counts_as_nothing_in_the_other(year: Played) -> None:
    class Without(Tables):
        def services(self) -> list[ServiceRow]:
            return []

    found = Differences(Tables(year), Without(year))
    carried = [row for row in found.rows if row.figure == "carried"]
    assert len(carried) == 2
    for row in carried:
        assert (row.other.mean, row.difference.mean) == (0.0, pytest.approx(row.this.mean))
    loads = [row for row in found.rows if row.figure == "load"]
    assert all(math.isnan(row.difference.mean) and not row.differs for row in loads)


def test_one_pair_says_nothing(year: Played) -> None:
    one = played(1)
    found = Differences(Tables(one), Tables(played(1, scenario="fewer ships", **FEWER_SHIPS)))
    assert found.pairs == 1
    assert not any(row.differs for row in found.rows)
