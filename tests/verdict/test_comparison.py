"""What the model is compared with, year by year, on corridors whose answers can be reckoned by hand.

One way by rail (10 h, 20 USD/t), crane (12 h) and sea (10 h, 15 USD/t). With a reserve of 100 USD/t and theta 0.05 a share
S = 1 / (1 + exp(-5)) of the demand goes; a TEU is 10 t.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from karvan.verdict import calibrate, comparison, document
from karvan.verdict.comparison import (
    BEFORE,
    CHECK,
    FIT,
    NO_DEMAND,
    NO_WAY,
    NOT_COMPUTABLE,
    NOT_OBSERVED,
    OTHER,
    PART_OF_YEAR,
)
from tests.verdict import small

S = 1 / (1 + math.exp(-5))
YEARS = {2020: 80_000, 2021: 100_000, 2022: 120_000, 2023: 140_000, 2024: 160_000, 2025: 150_000}
CASE = small.CASE.replace('title = "Two nodes"', 'title = "Two nodes"\nheadline = "sea"') + """
[calibration]
fit = [2021, 2022, 2023]
check = [2024]
"""
DEMAND = "demand_id,origin,destination,commodity_id,year,amount\n" + "\n".join(f"ab{y},za,zb,box,{y},{amount}" for y, amount in YEARS.items())
EDITS = """
    edit_id,cause,table,id,column,op,value,from,was,known_since
    crane_sped_up,history,terminals,crane,time,set,12,2023-01-01,20,2023-01
    rail_cheaper,history,tariffs,rail_price,price,set,20,2023-01-01,25,2023-01"""


def observations(*rows: str) -> str:
    """Rows `metric subject commodity basis period value unit scope` as a table."""
    lines = ["observation_id,metric,subject,commodity,measure_basis,period,value,unit,scope,known_since"]
    for i, row in enumerate(rows):
        metric, subject, commodity, basis, period, value, unit, scope = row.split()
        lines.append(f"o{i},{metric},{subject},{commodity},{basis},{period},{value},{unit},{scope},2026-01-01")
    return "\n".join(lines)


def by_sea(*rows: str, case: str = CASE) -> calibrate.Fit:
    tables = small.cheap_sea()
    tables["terminals"] = tables["terminals"].replace("sea,0,", "sea,12,")
    tables["tariffs"] = "tariff_id,applies_to,id,price\nrail_price,link,rail_am,20\nsea_price,link,sea_mb,15"
    return calibrate.calibrate(small.corridor(case, **tables, demand=DEMAND, edits=EDITS, observations=observations(*rows)))


def modelled(fit: calibrate.Fit) -> Mapping[tuple[str, int], float]:
    return {(each.key.metric, each.year): each.modelled for each in fit.comparisons}


def test_ports_steps_days_and_prices_of_past_years_are_compared_without_being_named() -> None:
    """In 2022 the crane took 20 h and the railway 25 USD/t; since 2023 12 h and 20 USD/t. Staying home is weighed against the
    cost of today, so 2022, dearer by 8 + 5 USD/t, carries 1 / (1 + exp(-0.05 (100 - 13)))."""
    figures = by_sea(
        "port_throughput port:m all traffic 2023 140000 t ports", "port_throughput port:m all traffic 2022 120000 t ports",
        "container_volume port:b box traffic 2023 14 kTEU ports", "border_time terminal:crane all time 2022 1 d survey",
        "border_time terminal:crane all time 2023 1 d survey", "transit_time od:a>b box time 2022 2 day press",
        "transit_time od:a>b box time 2023 2 day press", "tariff_level od:a>b box price 2022 50 USD/t press",
        "box_rate od:a>b box price 2023 500 USD/TEU press", "trains_count cut:sea box traffic 2023 100 train rail",
    )  # fmt: skip
    assert dict(modelled(figures)) == pytest.approx({
        ("port_throughput", 2023): 140_000 * S, ("port_throughput", 2022): 120_000 / (1 + math.exp(-0.05 * 87)),
        ("container_volume", 2023): 14_000 * S, ("border_time", 2022): 20, ("border_time", 2023): 12,
        ("transit_time", 2022): 40 / 24, ("transit_time", 2023): 32 / 24, ("tariff_level", 2022): 40, ("box_rate", 2023): 350,
        ("trains_count", 2023): 140 * S,
    }, rel=1e-6)  # fmt: skip
    assert {each.key.metric: each.group for each in figures.comparisons} == {
        "port_throughput": "ports", "container_volume": "ports", "border_time": "borders", "transit_time": "days",
        "tariff_level": "prices", "box_rate": "prices", "trains_count": "corridor",
    }  # fmt: skip
    assert {each.observed for each in figures.comparisons if each.key.metric == "border_time"} == {24.0}
    assert not any(each.fitted for each in figures.comparisons)
    assert (figures.observations, figures.degrees_of_freedom) == (0, 0)


def test_steps_one_after_the_other_add_up() -> None:
    found = by_sea("border_time terminal:crane+crane all time 2023 20 h survey")
    assert modelled(found)["border_time", 2023] == pytest.approx(24)


def test_links_one_beside_the_other_add_up() -> None:
    found = by_sea("freight_volume link:rail_am+sea_mb all traffic 2023 1 t survey")
    assert modelled(found)["freight_volume", 2023] == pytest.approx(2 * 140_000 * S)


def test_a_year_is_before_fitted_checked_or_neither() -> None:
    found = by_sea(*(f"freight_volume cut:sea all traffic {year} 1 t ministry" for year in YEARS))
    assert [(each.year, each.role) for each in found.comparisons] == [
        (2020, BEFORE), (2021, FIT), (2022, FIT), (2023, FIT), (2024, CHECK), (2025, OTHER)]  # fmt: skip


def test_days_prices_and_hours_can_be_fitted_too() -> None:
    """One free number, the hours of the crane, on one figure: two days from a to b are 28 h at the crane."""
    case = CASE + """
[[calibration.measures]]
metric = "transit_time"
subject = "od:a>b"
commodity = "box"
spread = 0.01
[[calibration.free]]
table = "terminals"
column = "time"
ids = ["crane"]
low = 0.0
high = 100.0
"""
    found = by_sea("transit_time od:a>b box time 2023 2 day press", "border_time terminal:crane all time 2023 20 h survey", case=case)
    assert found.values == pytest.approx([28.0], abs=0.01)
    assert found.observations == 1
    assert found.degrees_of_freedom == pytest.approx(0, abs=1e-3)
    assert [each.fitted for each in found.comparisons] == [True, False]
    assert modelled(found)["border_time", 2023] == pytest.approx(28, abs=0.01)
    assert found.discrepancy == 0
    (stored,) = calibrate.document(found)["measures"]
    assert (stored["metric"], stored["subject"], stored["years"], stored["spreads"]) == ("transit_time", "od:a>b", [2023], [0.01])


def test_shares_are_over_the_cuts_that_were_counted_and_add_up_to_one() -> None:
    """Rail and road cost the same, so each takes a half; the sea was never counted."""
    case = small.CASE + '[calibration]\nfit = [2025]\nrivals = ["rail", "road", "all"]\n'
    seen = observations("container_volume cut:rail box traffic 2025 300 TEU rail", "container_volume cut:road box traffic 2025 700 TEU survey")
    found = calibrate.calibrate(small.corridor(case, observations=seen))
    assert {each.subject: (each.observed, each.modelled) for each in found.shares} == {
        "cut:rail": pytest.approx((0.3, 0.5)), "cut:road": pytest.approx((0.7, 0.5))}  # fmt: skip
    assert all(each.among == ("cut:rail", "cut:road") for each in found.shares)
    assert sum(each.modelled for each in found.shares) == pytest.approx(1)
    assert [(gap.key.subject, gap.periods, gap.why) for gap in found.gaps] == [("cut:all", ("2025",), NOT_OBSERVED)]


def test_one_cut_alone_has_no_share() -> None:
    case = small.CASE + '[calibration]\nfit = [2025]\nrivals = ["rail", "road"]\n'
    found = calibrate.calibrate(small.corridor(case, observations=observations("container_volume cut:rail box traffic 2025 300 TEU rail")))
    assert found.shares == ()


def test_every_gap_says_why() -> None:
    case = CASE + """
[[calibration.wanted]]
metric = "transit_time"
subjects = ["od:a>b", "od:b>a"]
commodity = "box"
"""
    found = by_sea(
        "container_volume country:BB box traffic 2023 9 TEU ports", "container_volume port:a box traffic 2023 9 TEU ports",
        "freight_volume cut:sea all traffic 2023-05 9 t ports", "freight_volume cut:sea all traffic 2019 9 t ports",
        "transit_time od:b>a box time 2023 9 day press", "transit_time od:a>b box time 2022 2 day press", case=case,
    )  # fmt: skip
    assert {(gap.why, gap.key.metric, gap.key.subject): gap.periods for gap in found.gaps} == {
        (NOT_COMPUTABLE, "container_volume", "country:BB"): ("2023",),
        (NOT_COMPUTABLE, "container_volume", "port:a"): ("2023",),
        (PART_OF_YEAR, "freight_volume", "cut:sea"): ("2023-05",),
        (NO_DEMAND, "freight_volume", "cut:sea"): ("2019",),
        (NOT_OBSERVED, "transit_time", "od:a>b"): ("2021", "2023", "2024"),
        (NOT_OBSERVED, "transit_time", "od:b>a"): ("2021", "2022", "2024"),
    }
    assert {(each.key.subject, each.year) for each in found.comparisons} == {("od:a>b", 2022), ("od:b>a", 2023)}


def test_where_there_is_no_way_there_is_a_gap_and_no_figure() -> None:
    """In the corridor of two ways nothing leads to the border."""
    case = small.CASE + """[calibration]
fit = [2025]
[[calibration.measures]]
metric = "transit_time"
subject = "od:a>m"
commodity = "box"
[[calibration.free]]
table = "tariffs"
column = "price"
ids = ["rail_price"]
"""
    found = calibrate.calibrate(small.corridor(case, observations=observations("transit_time od:a>m box time 2025 9 day press")))
    assert [(gap.key.subject, gap.periods, gap.why) for gap in found.gaps] == [("od:a>m", ("2025",), NO_WAY)]
    assert (found.comparisons, found.observations, list(found.values)) == ((), 0, [20.0])


def test_a_count_that_holds_more_than_the_case_has_no_error_that_counts() -> None:
    case = CASE + """
[[calibration.outside]]
subject = "port:m"
metric = "port_throughput"
reason = "coal of the town is in it"
"""
    found = by_sea("port_throughput port:m all traffic 2023 900000 t ports", "container_volume port:m box traffic 2023 14000 TEU ports", case=case)
    assert {each.key.metric: each.outside for each in found.comparisons} == {"port_throughput": "coal of the town is in it", "container_volume": ""}
    assert {score.group: score.fit.figures for score in found.scores} == {"ports": 1, "dry": 1, "all": 1}
    told = {each["metric"]: (each["comparable"], each["outside"]) for each in document.fit(found)["comparisons"]}
    assert told == {"port_throughput": (False, "coal of the town is in it"), "container_volume": (True, None)}


def test_a_measure_without_a_figure_in_a_fit_year_is_fitted_on_the_others() -> None:
    case = CASE + """
[[calibration.measures]]
metric = "freight_volume"
subject = "cut:sea"
[[calibration.measures]]
metric = "port_throughput"
subject = "port:m"
[[calibration.free]]
table = "tariffs"
column = "price"
ids = ["sea_price"]
"""
    found = by_sea("freight_volume cut:sea all traffic 2021 90000 t ministry", "port_throughput port:m all traffic 2023 130000 t ports", case=case)
    assert found.fitted == tuple((each.key, each.year) for each in found.comparisons)
    assert found.observations == 2
    assert {(gap.key.subject, gap.periods) for gap in found.gaps} == {("cut:sea", ("2022", "2023", "2024")), ("port:m", ("2021", "2022", "2024"))}


def test_the_basis_of_an_entry_follows_its_metric() -> None:
    bases = {metric: comparison.key_of({"metric": metric, "subject": "x:y"}).measure_basis
             for metric in ("freight_volume", "transit_time", "border_time", "box_rate", "tariff_level")}  # fmt: skip
    assert bases == {"freight_volume": "traffic", "transit_time": "time", "border_time": "time", "box_rate": "price", "tariff_level": "price"}


def test_what_is_counted_is_dry_cargo_or_oil_or_both() -> None:
    corridor = small.corridor(commodities=small.TABLES["commodities"] + "\n        crude,Crude,oil,0.5,0,0.05,200,")
    keys = {"freight_volume all": "", "freight_volume dry": "dry", "freight_volume box": "dry", "freight_volume crude": "oil",
            "container_volume all": "dry", "oil_transit_volume all": "oil"}  # fmt: skip
    for words, cargo in keys.items():
        metric, commodity = words.split()
        assert comparison.cargo_of(corridor, small.flow("cut:all", commodity, metric)) == cargo


def test_a_miss_has_its_reason_while_it_misses() -> None:
    """14,000 S TEU against 14,000 is met within a fifth, 140,000 S t against 90,000 is not; the days miss and nobody said why."""
    case = CASE + """
[[calibration.misses]]
subject = "port:m"
reason = "a crane broke"
"""
    found = by_sea("port_throughput port:m all traffic 2023 90000 t ports", "container_volume port:m box traffic 2023 14000 TEU ports",
                   "transit_time od:a>b box time 2023 5 day press", "transit_time od:a>b box time 2020 5 day press", case=case)  # fmt: skip
    assert [(miss.key.metric, miss.years, miss.reason) for miss in found.misses] == [
        ("port_throughput", (2023,), "a crane broke"), ("transit_time", (2023,), "")]  # fmt: skip


def test_aims_are_those_of_the_case() -> None:
    case = CASE + "[calibration.aims]\nports = 0.6\nborders = 0.3\n"
    rows = ("port_throughput port:m all traffic 2023 90000 t ports", "border_time terminal:crane all time 2023 10 h survey")
    strict, loose = by_sea(*rows), by_sea(*rows, case=case)
    assert {score.group: (score.fit.within, score.fit.aimed) for score in strict.scores} == {
        "ports": (0, 1), "borders": (0, 0), "dry": (0, 1), "all": (0, 1)}  # fmt: skip
    assert {score.group: (score.fit.within, score.fit.aimed) for score in loose.scores} == {
        "ports": (1, 1), "borders": (1, 1), "dry": (2, 2), "all": (2, 2)}  # fmt: skip


def test_hours_that_the_tables_hold_as_observed_are_given_and_not_answered() -> None:
    """The crane took 20 h in 2022 and 12 h in 2023, without a queue."""
    found = by_sea("border_time terminal:crane all time 2022 20 h survey", "border_time terminal:crane all time 2023 20 h survey")
    assert [(each.year, each.given, each.scored) for each in found.comparisons] == [(2022, True, False), (2023, False, True)]
    assert {score.group: score.fit.figures for score in found.scores} == {"borders": 1, "dry": 1, "all": 1}


def test_figures_of_days_are_neither_compared_nor_missed() -> None:
    """What only days that are played out can tell stands beside a solved year: same comparisons, same gaps, same errors."""
    counted = ("freight_volume cut:sea all traffic 2023 140000 t rail",)
    of_days = ("wagons_waiting terminal:crane all stock 2023 700 wagon rail", "ban_days terminal:crane all time 2023-05 9 day rail",
               "wait_time terminal:crane all time 2023 500 h rail")  # fmt: skip
    plain, more = by_sea(*counted), by_sea(*counted, *of_days)
    assert len(plain.comparisons) == 1
    assert more.comparisons == plain.comparisons
    assert more.gaps == plain.gaps
