"""A copy is a case of one's own: whole, editable, without caches."""

from pathlib import Path
from typing import Any

import pytest

from karvan.files import cases
from karvan.files.copies import copy_case
from karvan.tables.faults import UsageError


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
