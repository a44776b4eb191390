"""case.toml: everything that is wrong in it is said at once, wrong kinds of values included."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor.settings import FILE, Settings, parse
from karvan.tables.faults import Fault
from tests.corridor import tiny


def _parse(raw: dict[str, Any]) -> tuple[Settings, dict[str, Fault]]:
    faults: list[Fault] = []
    found = parse(raw, faults)
    assert all(fault.file == FILE and fault.found and fault.expected and fault.remedy for fault in faults)
    assert len({fault.column for fault in faults}) == len(faults)
    return found, {fault.column: fault for fault in faults}


def _case(**changes: Any) -> dict[str, Any]:
    raw = tomllib.loads(tiny.CASE)
    return {**raw, "case": {**raw["case"], **changes}}


def test_a_whole_case() -> None:
    found, faults = _parse(tomllib.loads(tiny.CASE))
    assert faults == {}
    assert found.as_of == np.datetime64("2026-06-30")
    assert list(found.years) == [2026, 2027, 2028, 2029, 2030]
    assert (found.name, found.headline, found.level) == ("tiny", "sea", {"series": "sea_level"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("name", 3),
        ("title", None),
        ("licence", 4),
        ("headline", ["sea"]),
        ("as_of", "2026-06-30"),
        ("as_of", 2026),
        ("as_of", datetime.time(7, 30)),
        ("as_of", datetime.datetime(2026, 6, 30, 7, 30, tzinfo=datetime.UTC)),
        ("as_of", datetime.date(1, 1, 1)),
        ("first_year", "2026"),
        ("first_year", True),
        ("first_year", 2026.0),
        ("horizon", 0),
        ("horizon", 10**30),
        ("horizn", 2030),
    ],
)
def test_a_key_of_the_wrong_kind(key: str, value: Any) -> None:
    assert key in _parse(_case(**{key: value}))[1]


@pytest.mark.parametrize("years", [{"first_year": 2025}, {"horizon": 2025}, {"horizon": 2199}])
def test_years_out_of_order(years: dict[str, int]) -> None:
    fault = _parse(_case(**years))[1]["horizon"]
    assert "as_of <= first_year <= horizon" in fault.expected


def test_every_fault_at_once() -> None:
    raw = {"case": {"name": 1, "as_of": "soon", "horizon": 3, "horizn": 4}, "level": 3, "calibration": [], "extra": {}}
    faults = _parse(raw)[1]
    assert set(faults) == {"name", "title", "as_of", "first_year", "horizon", "horizn", "level", "calibration", "extra"}
    assert "Nearest: horizon" in faults["horizn"].remedy
    assert "no quotes" in faults["as_of"].remedy
    assert faults["title"].found == "nothing"


def test_no_section_at_all() -> None:
    assert set(_parse({})[1]) == {"name", "title", "as_of", "first_year", "horizon"}
    assert "case" in _parse({"case": 3})[1]


@pytest.mark.parametrize(
    ("section", "content", "column"),
    [
        ("level", {"series": 3}, "level.series"),
        ("level", {"serie": "x"}, "level.serie"),
        ("calibration", {"fit": 2025}, "calibration.fit"),
        ("calibration", {"check": ["2025"]}, "calibration.check"),
        ("calibration", {"chek": [2025]}, "calibration.chek"),
        ("calibration", {"free": {"table": "x"}}, "calibration.free"),
        ("calibration", {"measures": [1]}, "calibration.measures"),
        ("calibration", {"measures": [{"subject": "cut:sea"}]}, "calibration.measures[1].metric"),
        ("calibration", {"measures": [{"metric": "a", "subject": "b", "spread": "wide"}]}, "calibration.measures[1].spread"),
        ("calibration", {"free": [{"table": "a", "column": "b", "ids": "c"}]}, "calibration.free[1].ids"),
        ("calibration", {"free": [{"table": "a", "column": "b", "ids": ["c"], "low": 10**400}]}, "calibration.free[1].low"),
        ("calibration", {"free": [{"table": "a", "column": "b", "ids": ["c"], "hihg": 1}]}, "calibration.free[1]"),
    ],
)
def test_a_section_of_the_wrong_kind(section: str, content: Any, column: str) -> None:
    assert set(_parse({**_case(), section: content})[1]) == {column}


_VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["series", "fit", "free", "measures", "ids", "low", "name"]), inner),
    max_leaves=8,
)
_KEYS = ["name", "title", "as_of", "first_year", "horizon", "licence", "headline", "other"]


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES) | _VALUES, _VALUES, _VALUES)
def test_any_content_gives_settings_and_faults(case: Any, level: Any, calibration: Any) -> None:
    found, faults = _parse({"case": case, "level": level, "calibration": calibration})
    assert isinstance(found, Settings)
    assert isinstance(found.as_of, np.datetime64)
    assert faults or found.as_of.astype(object).year <= found.first_year <= found.horizon
