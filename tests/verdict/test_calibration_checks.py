"""What [calibration] names and the case does not have is told with place, both sides and remedy, all at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from karvan.tables.faults import InvalidData
from karvan.verbs.loading import load
from karvan.verdict import calibration_checks
from tests.corridor import tiny
from tests.verdict import small

WRONG = [
    ('[[calibration.measures]]\nmetric = "freight_volum"\nsubject = "cut:all"', "calibration.measures[1]", "freight_volum", "Nearest: freight_volume."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "cut:al"', "calibration.measures[1]", "al", "Nearest: all."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "port:m"', "calibration.measures[1]", "freight_volume of port:m",
     "Write metric and subject as in observations.csv."),
    ('[[calibration.measures]]\nmetric = "port_capacity"\nsubject = "port:m"', "calibration.measures[1]", "port_capacity",
     "Write metric and subject as in observations.csv."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "cut:all"\ncommodity = "boxx"', "calibration.measures[1]", "boxx", "Nearest: box."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "cut:all"\nspread = 0.0', "calibration.measures[1].spread", "0.0",
     "Write spread = 0.1, or leave it out."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "cut:all"\n[[calibration.outside]]\nsubject = "cut:all"\nreason = "more"',
     "calibration.measures[1]", "cut:all, which calibration.outside calls not comparable", "Take it out of one of the two."),
    ('[[calibration.counts]]\nmetric = "freight_volume"\nsubject = "cut:al"', "calibration.counts[1]", "al", "Nearest: all."),
    ('[[calibration.measures]]\nmetric = "freight_volume"\nsubject = "cut:all"\n[[calibration.counts]]\nmetric = "freight_volume"\nsubject = "cut:all"',
     "calibration.counts[1]", "cut:all, which is among the measures", "Take it out of one of the two."),
    ('[[calibration.demand]]\nname = "x"\nspread = 0.0', "calibration.demand[1].spread", "0.0", "Correct it."),
    ('[[calibration.demand]]\nname = "x"\nspread = 0.3\norigins = ["zq"]', "calibration.demand[1].origins", "zq", "Nearest: "),
    ('[[calibration.demand]]\nname = "x"\nspread = 0.3\norigins = ["zb"]', "calibration.demand[1]", "x", "Correct commodities, origins"),
    ('[[calibration.demand]]\nname = "x"\nspread = 0.3\n[[calibration.demand]]\nname = "y"\nspread = 0.3', "calibration.demand[2]",
     "y and x both have ab", "Narrow one of the two."),
    ('[[calibration.wanted]]\nmetric = "transit_time"\nsubjects = ["od:a>b", "od:a"]', "calibration.wanted[1]", "od:a", "Name two nodes."),
    ('[[calibration.wanted]]\nmetric = "transit_time"\nsubjects = ["od:a>z"]', "calibration.wanted[1]", "z", "Nearest: a, b, m."),
    ('[[calibration.outside]]\nsubject = "harbour:m"\nreason = "more"', "calibration.outside[1]", "harbour:m", "Nearest kind: "),
    ('[[calibration.outside]]\nsubject = "port:n"\nreason = "more"', "calibration.outside[1]", "n", "Nearest: a, b, m."),
    ('[[calibration.free]]\ntable = "tariffs"\ncolumn = "price"\nids = ["rail_price"]\nlow = 9.0\nhigh = 3', "calibration.free[1].low", "low 9.0, high 3",
     "Correct one of the two."),
    ('[[calibration.free]]\ntable = "tariffs"\ncolumn = "price"\nids = ["rail_price"]\nprior_sd = 0', "calibration.free[1].prior_sd", "0",
     "Correct it, or leave it out."),
    ('rivals = ["rail", "raod"]', "calibration.rivals", "raod", "Nearest: road."),
    ("[calibration.aims]\nport = 0.2", "calibration.aims.port", "port", "Nearest: ports."),
    ("fit = [2024]", "calibration.fit", "2024", "Take it out, or add its demand."),
    ("fit = [2025]\ncheck = [2025]", "calibration.check", "2025, a fit year too", "Keep it in one of the two lists."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "found", "remedy"), WRONG)
def test_what_is_wrong_is_told(text: str, place: str, found: str, remedy: str) -> None:
    faults = list(calibration_checks.check(small.corridor(f"{small.CASE}[calibration]\n{text}\n")))
    assert [(fault.column, fault.found) for fault in faults] == [(place, found)]
    assert faults[0].file == "case.toml"
    assert faults[0].remedy.startswith(remedy.rstrip())
    assert faults[0].expected


def test_several_faults_are_told_together() -> None:
    text = '[calibration]\nrivals = ["raod", "rial"]\nfit = [1999]\n'
    assert len(list(calibration_checks.check(small.corridor(small.CASE + text)))) == 3


def test_what_is_right_has_no_fault() -> None:
    text = """[calibration]
fit = [2025]
rivals = ["rail", "road"]
[calibration.aims]
ports = 0.3
[[calibration.wanted]]
metric = "box_rate"
subjects = ["od:a>b"]
[[calibration.outside]]
subject = "port:m"
reason = "coal is in it"
[[calibration.measures]]
metric = "border_time"
subject = "terminal:crane"
"""
    tables = small.cheap_sea()
    cuts = tables.pop("cuts").replace("sea,The sea", "rail,The railway,rail_am\nroad,The sea")
    assert list(calibration_checks.check(small.corridor(small.CASE + text, **tables, cuts=cuts))) == []
    assert tomllib.loads(text)["calibration"]["rivals"] == ["rail", "road"]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("rivals = 3", "calibration.rivals"),
        ("aims = 3", "calibration.aims"),
        ("aims = {ports = -1}", "calibration.aims.ports"),
        ("aims = {ports = true}", "calibration.aims.ports"),
        ("wanted = [{metric = \"transit_time\"}]", "calibration.wanted[1].subjects"),
        ("outside = [{subject = \"port:m\"}]", "calibration.outside[1].reason"),
        ("outside = [{subject = \"port:m\", reason = \"x\", why = \"y\"}]", "calibration.outside[1]"),
        ("rival = [\"rail\"]", "calibration.rival"),
    ],
)  # fmt: skip
def test_what_is_of_the_wrong_kind_is_told_by_the_case(text: str, column: str) -> None:
    with pytest.raises(InvalidData) as caught:
        small.corridor(f"{small.CASE}[calibration]\n{text}\n")
    assert [fault.column for fault in caught.value.faults] == [column]
    assert all(fault.expected and fault.remedy for fault in caught.value.faults)


def test_loading_a_case_speaks_of_them(tmp_path: Path) -> None:
    texts = tiny.texts()
    texts["case.toml"] = texts["case.toml"].replace("fit = [2025]", 'fit = [2025]\nrivals = ["seas"]')
    tiny.write(tmp_path, texts)
    with pytest.raises(InvalidData) as caught:
        load(str(tmp_path))
    assert [str(fault) for fault in caught.value.faults if fault.column == "calibration.rivals"]
