"""The months of a year: closures bind in theirs, and twelve equal months are the year."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from karvan.bridge.limits import DAYS_OF_MONTH
from karvan.faces.cli.tables import render
from karvan.verbs.assign import Assigned, Monthly
from karvan.verdict import months
from karvan.verdict.model import Model, prepare
from karvan.verdict.months import Month
from karvan.verdict.shipment import Inputs
from tests.verdict import small

OPEN = [1.0] * 9 + [0.5, 0.0, 1.0]


def calendar(shares: list[float]) -> str:
    rows = [f"ice,{month},{share}" for month, share in enumerate(shares, start=1)]
    return "calendar_id,month,open_share\n" + "\n".join(rows)


def solved(shares: list[float], capacity: float = 6e5) -> tuple[Model, tuple[Month, ...]]:
    tables = small.cheap_sea(str(capacity))
    tables["terminals"] = tables["terminals"].replace("capacity_unit", "capacity_unit,calendar_id").replace("t/yr", "t/yr,ice")
    model = prepare(small.corridor(**tables, calendars=calendar(shares)))
    year = small.solved(model)
    found = months.solve(model, Inputs(model.compiled.cells.today, year.conditions.amount, float("nan")), year, "small")
    return model, found


def test_each_month_has_the_capacity_of_its_calendar() -> None:
    model, found = solved(OPEN)
    crane = small.limit(model, "crane")
    assert [each.answer.conditions.capacity[crane] for each in found] == pytest.approx([6e5 * share for share in OPEN])
    assert [float(each.answer.result.route_flow.sum()) for each in found] == pytest.approx([6e5 * share for share in OPEN], rel=1e-6)
    assert all(each.certificate.passed for each in found)


def test_autumn_binds_though_the_year_does_not() -> None:
    model, found = solved(OPEN, 1.2e6)
    crane = small.limit(model, "crane")
    year = small.solved(model)
    assert year.result.price[crane] == 0.0  # 0.87 of 1.2 Mt is more than the 0.99 Mt that want to go
    assert [each.month for each in found if each.answer.result.price[crane] > 1] == [10]
    assert found[10].unserved == pytest.approx(1e6 * DAYS_OF_MONTH[10])  # November is shut


def test_equal_months_add_up_to_the_year() -> None:
    model, found = solved([0.8] * 12)
    year = small.solved(model)
    total = sum(each.answer.result.route_flow * each.share for each in found)
    assert total == pytest.approx(year.result.route_flow, rel=1e-6)
    assert sum(each.demand for each in found) == pytest.approx(1e6)
    assert sum(each.unserved for each in found) == pytest.approx(float(year.result.unserved.sum()), rel=1e-5)


def test_cuts_of_a_month_are_counted_both_ways() -> None:
    model, found = solved(OPEN)
    for each in found:
        assert months.over_cuts(model.compiled, each.answer.result.arc_flow) == {"sea": pytest.approx(each.answer.result.route_flow.sum())}


def test_months_are_alike_where_no_calendar_tells_them_apart() -> None:
    assert months.alike(solved([0.8] * 12)[1])
    assert not months.alike(solved(OPEN)[1])
    model = prepare(small.corridor(calendars=calendar(OPEN)))  # a calendar that nothing follows
    year = small.solved(model)
    found = months.solve(model, Inputs(model.compiled.cells.today, year.conditions.amount, float("nan")), year, "small")
    assert months.alike(found)
    answer = Monthly(Assigned(model, year, model.certified(year, "small"), 2026, "base"), found)
    assert answer.document()["alike"] is True
    console = Console(width=300, record=True, file=io.StringIO())
    render(answer, console, "en")
    said = console.export_text()
    assert "nothing in the case differs by month" in said
    assert "January" not in said
