"""What the built-in cases say of days agrees with what they say of years, and the figures of days seen are of things that days can tell."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.bridge.limits import DAYS_OF_MONTH
from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.tables import units
from karvan.verdict import measures
from karvan.verdict.measures import Key

HOURS = 8760.0
MONTHS = range(1, 13)


@pytest.fixture(scope="module", params=sorted(cases.built_in()))
def corridor(request: pytest.FixtureRequest) -> Corridor:
    return cases.load(request.param)


@pytest.fixture(scope="module")
def crossing() -> Corridor:
    return cases.load("middle_corridor")


def told(corridor: Corridor, quantity: str) -> dict[str, float]:
    """The value of a quantity by subject, of the rows that hold in every month."""
    rows = corridor["routines"].rows()
    return {row["subject"]: float(row["value"]) for row in rows if row["quantity"] == quantity and np.isnan(row["month"])}


def test_every_figure_leans_on_something(corridor: Corridor) -> None:
    """A row has a note; one that is no estimate has a document."""
    for row in corridor["routines"].rows():
        assert row["note"], row["routine_id"]
        assert row["basis"] == "estimate" or row["source_id"], row["routine_id"]
        assert row["basis"] != "measured", row["routine_id"]


def test_inspections_fit_into_the_hours_of_their_border(corridor: Corridor) -> None:
    """Hours of terminals are means over all that pass, inspected or not, so what inspections add to the mean is less than that."""
    share, hours = told(corridor, "inspected"), told(corridor, "inspection")
    for row in corridor["terminals"].rows():
        if row["kind"] == "border":
            name = row["terminal_id"]
            assert share.get(name, share["*"]) * hours.get(name, hours["*"]) < 0.7 * row["time"], name


def test_no_ship_or_wagon_carries_more_than_it_was_built_for(corridor: Corridor) -> None:
    built = told(corridor, "nominal")
    assert built
    for name, most in built.items():
        assert corridor["fleets"].row(name)["payload"] <= most, name


def test_a_berth_handles_in_a_year_at_least_its_capacity(corridor: Corridor) -> None:
    """A rate is that of work; what a year passes is less, by gaps between ships."""
    for name, rate in told(corridor, "handling").items():
        row = corridor["terminals"].row(name)
        assert rate * row["servers"] * HOURS >= row["capacity"], name


def test_figures_of_days_are_asked_of_what_has_them(corridor: Corridor) -> None:
    seen = [row for row in corridor["observations"].rows() if measures.METRICS[row["metric"]].how == measures.DAYS]
    assert seen
    for row in seen:
        assert Key.of(row).how == measures.DAYS, row["observation_id"]
        assert units.is_unit(row["unit"])


def test_the_mean_closure_is_the_one_that_a_consignment_waits_for(crossing: Corridor) -> None:
    """Closed hours over the number of closures, for the ports whose weather `route` knows by one length."""
    table = crossing["routines"]
    calendars = crossing["calendars"]
    wanted = crossing["parameters"].row("closure_spell")["value"]
    for name in ("aktau_weather", "kuryk_weather", "alat_weather"):
        spell = {int(row["month"]): row["value"] for row in table.rows() if (row["subject"], row["quantity"]) == (name, "spell")}
        closed = {month: DAYS_OF_MONTH[month - 1] * (1 - calendars.row(f"{name}/{month}")["open_share"]) for month in MONTHS}
        mean = sum(closed.values()) / sum(closed[month] / spell[month] for month in MONTHS)
        assert mean == pytest.approx(wanted, rel=0.03), name


def test_queues_that_were_seen_in_bans_are_queues_that_bring_them(crossing: Corridor) -> None:
    """What waited in a month with a ban is at least the low end of the queue at which loading stops."""
    limits = {row["subject"]: row for row in crossing["routines"].rows() if row["quantity"] == "ban_above"}
    rows = list(crossing["observations"].rows())
    banned = {(row["subject"], row["period"]) for row in rows if row["metric"] == "ban_days"}
    grain, met = told(crossing, "nominal")["grain_wagons"], 0
    for row in rows:
        name = Key.of(row).name
        if row["metric"] == "wagons_waiting" and name in limits and (row["subject"], row["period"]) in banned:
            per_wagon = 1.0 if crossing["terminals"].row(name)["capacity_unit"] == "wagon/yr" else grain
            assert row["value"] * per_wagon >= limits[name]["low"], row["observation_id"]
            met += 1
    assert met >= 4
