"""A copy is a case of one's own: whole, editable, without caches."""

import os
from pathlib import Path
from typing import Any

import pytest

from karvan.files import cases
from karvan.files.copies import copy_case, empty_case
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.faults import InvalidData, UsageError


def test_a_copy_is_the_same_case(case: Path, tmp_path: Path, put: Any) -> None:
    fit = cases.load(str(case)).hash
    put(case, {"README.md": "# Four", "fitted/calibration.toml": f'hash = "{fit}"', "scenarios/late.toml": 'name = "late"',
               ".karvan/results/1.json": "{}", "procedures/demand.py": ""})  # fmt: skip
    (case / "links.csv").chmod(0o444)
    names = copy_case(case, tmp_path / "mine")
    there = {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    assert set(names) == there
    assert {"case.toml", "README.md", "fitted/calibration.toml", "scenarios/late.toml", "links.csv"} <= there
    assert not any(name.startswith((".karvan", "procedures")) for name in there)
    assert cases.load(str(tmp_path / "mine")).hash == fit
    assert (tmp_path / "mine" / "links.csv").stat().st_mode & 0o200


def test_it_is_refused(case: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not empty"):
        copy_case(case, case)
    with pytest.raises(UsageError, match=r"no case\.toml"):
        copy_case(tmp_path, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_an_empty_case_has_every_table_and_says_what_is_missing(tmp_path: Path) -> None:
    names = empty_case(tmp_path / "My Corridor")
    there = {path.name for path in (tmp_path / "My Corridor").iterdir()}
    assert there == set(names) == {"case.toml", "README.md", *(f"{name}.csv" for name in SCHEMAS)}
    for name, schema in SCHEMAS.items():
        header, *rows = (tmp_path / "My Corridor" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert header == ",".join(schema.header)
        assert bool(rows) == (name in ("modes", "commodities"))
    with pytest.raises(InvalidData) as caught:
        cases.load(str(tmp_path / "My Corridor"))
    assert [fault.file for fault in caught.value.faults] == ["demand.csv", "links.csv", "nodes.csv", "zones.csv"]
    readme = (tmp_path / "My Corridor" / "README.md").read_text(encoding="utf-8")
    for fault in caught.value.faults:
        assert f"**{fault.file}**" in readme
    assert 'name = "my_corridor"' in (tmp_path / "My Corridor" / "case.toml").read_text(encoding="utf-8")


def test_an_empty_case_is_whole_once_the_first_list_is_filled(tmp_path: Path) -> None:
    empty_case(tmp_path / "mine")
    rows = {"nodes": "a,A,KZ,city,70,43,,,,,\nb,B,KZ,city,71,43,,,,,\n", "links": "ab,,a,b,road,,120,,,,,,,,,,,,,,,\n",
            "zones": "za,A,a,KZ,,,\nzb,B,b,KZ,,,\n", "demand": "d,za,zb,general,2026,1000,,,,\n"}  # fmt: skip
    for name, text in rows.items():
        with (tmp_path / "mine" / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(text)
    assert len(cases.load(str(tmp_path / "mine"))["links"]) == 1


def test_an_empty_case_does_not_overwrite_and_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        empty_case(tmp_path / "taken")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["letter.txt"]

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        empty_case(tmp_path / "new" / "case")
    assert not (tmp_path / "new").exists()
