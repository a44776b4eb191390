"""Scenario files: what they can say, and every fault of one at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import edits as editing
from karvan.files import scenario
from karvan.tables.faults import Fault, InvalidData, UsageError
from tests.corridor import tiny

WHOLE = """\
name = "Hub in time, sea falls"
[projects]
new_branch = 2026-12-31
second_track = "never"
other = "2027-06"
year = 2027
[sea]
level = -30.5
[demand]
factor = 1.2
[[edits]]
table = "fleets"
id = "ferries"
column = "number"
op = "add"
value = 2
from = 2027-01-01
until = "2027"
[[edits]]
table = "links"
id = "branch"
column = "exists"
op = "set"
value = true
[[edits]]
table = "links"
id = "branch"
column = "commodities"
op = "set"
value = ["box", "oil"]
"""


def _read(place: Path, text: str | bytes) -> scenario.Scenario:
    path = place / "hub.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return scenario.read(path)


def _faults(place: Path, text: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(InvalidData) as caught:
        _read(place, text)
    assert all(fault.file == "hub.toml" and fault.found and fault.expected and fault.remedy for fault in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_whole_scenario(tmp_path: Path, mark: str) -> None:
    found = _read(tmp_path, mark + WHOLE)
    assert found.name == "Hub in time, sea falls"
    assert found.projects == {
        "new_branch": np.datetime64("2026-12-31"),
        "second_track": scenario.NEVER,
        "other": np.datetime64("2027-06-30"),
        "year": np.datetime64("2027-12-31"),
    }
    assert (found.level, found.demand) == (-30.5, 1.2)
    add, opening, cargo = found.edits
    assert (add["cause"], add["value"], add["from"], add["until"]) == ("scenario", "2", np.datetime64("2027-01-01"), np.datetime64("2027-12-31"))
    resolved, faults = editing.resolve_rows(found.edits, tiny.load(tmp_path / "case").tables)
    assert faults == ()
    assert [edit.value for edit in resolved] == [2.0, True, ("box", "oil")]
    assert np.isnat(opening["from"])
    assert cargo["value"] == "box;oil"


def test_an_empty_scenario_is_called_after_its_file(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == scenario.Scenario(name="hub")


def test_every_fault_at_once(tmp_path: Path) -> None:
    text = """\
nmae = "x"
name = 3
[projects]
one = "soon"
two = 12.5
three = 2026-13
[sea]
level = "low"
levl = -30
[demand]
factor = -1
fator = 2
[[edits]]
tabel = "links"
table = "links"
id = "branch"
column = "exists"
op = "put"
value = ""
from = "tomorrow"
"""
    faults = _faults(tmp_path, text.replace("2026-13", '"2026-13"'))
    by_column = {fault.column: fault for fault in faults}
    assert set(by_column) == {
        "nmae", "name", "projects.one", "projects.two", "projects.three", "sea.level", "sea.levl", "demand.factor", "demand.fator",
        "edits[1].tabel", "edits[1].op", "edits[1].value", "edits[1].from",
    }  # fmt: skip
    assert "Nearest: name" in by_column["nmae"].remedy
    assert "Nearest: level" in by_column["sea.levl"].remedy
    assert "Nearest: factor" in by_column["demand.fator"].remedy
    assert "Nearest: table" in by_column["edits[1].tabel"].remedy
    assert "or never" in by_column["projects.one"].remedy
    assert by_column["edits[1].value"].found == "nothing"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("projects = 3", "projects"),
        ("sea = -30", "sea"),
        ("demand = 1.2", "demand"),
        ("edits = 1", "edits"),
        ("edits = [1, 2]", "edits"),
        ("[edits]\ntable = 'links'", "edits"),
        ("[sea]\nlevel = nan", "sea.level"),
        ("[sea]\nlevel = true", "sea.level"),
        ("[sea]\nlevel = 1" + "0" * 400, "sea.level"),
        ("[demand]\nfactor = inf", "demand.factor"),
        ("[demand]\nfactor = 1" + "0" * 400, "demand.factor"),
        ("[demand]\nfactor = [1]", "demand.factor"),
        ("[projects]\na = 0001-01-01", "projects.a"),
        ("[projects.a]\nb = 1", "projects.a"),
        ("[projects]\na = 07:30:00", "projects.a"),
        ("[[edits]]\n", "edits[1].table"),
    ],
)
def test_a_value_of_the_wrong_kind(tmp_path: Path, text: str, column: str) -> None:
    assert column in {fault.column for fault in _faults(tmp_path, text)}


@pytest.mark.parametrize("text", ["[a", b"name = '\xe9'", "x = " + "[" * 20_000, "x = " + "9" * 10_000, "x = 0x" + "f" * 10_000, b"\0"])
def test_a_file_that_is_no_toml(tmp_path: Path, text: str | bytes) -> None:
    (fault,) = _faults(tmp_path, text)
    assert fault.expected == "TOML in UTF-8"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read.*Name a scenario file"):
        scenario.read(tmp_path / "nowhere.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        scenario.read(tmp_path)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(_VALUES)
def test_any_value_is_a_delivery_or_refused(value: Any) -> None:
    try:
        found = scenario.delivery_of(value)
    except ValueError as error:
        found = str(error)
    assert isinstance(found, np.datetime64) or found.endswith("never")
