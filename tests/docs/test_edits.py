"""What the how-to pages let people do comes out: the corridor from scratch holds together, CSV and xlsx make the same case."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from karvan.files import cases, sheets, sheets_read
from karvan.files.copies import copy_case, empty_case
from karvan.tables.faults import InvalidData

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_corridor_from_scratch_holds_together(tmp_path: Path) -> None:
    tables = _script("own_corridor").tables()
    assert len(tables) == 8
    empty_case(tmp_path / "two")
    for i, (name, text) in enumerate(tables, start=1):
        (tmp_path / "two" / name).write_text(text, encoding="utf-8")
        if i < 4:
            with pytest.raises(InvalidData):
                cases.load(str(tmp_path / "two"))
        else:
            cases.load(str(tmp_path / "two"))
    first = {name: len(text.splitlines()) - 1 for name, text in tables[:4]}
    assert sum(first.values()) == 6


@pytest.mark.parametrize("edit", ["berth", "ferry", "hub"])
def test_an_edit_by_csv_and_by_xlsx_is_the_same_case(tmp_path: Path, edit: str) -> None:
    script = _script("edited_tables")
    first, asked, targets = script.EDITS[edit]
    before = cases.load("middle_corridor")
    assert all(target in before["targets"] for target in targets)
    copy_case(cases.locate("middle_corridor"), tmp_path / "mine")
    script._by_csv(tmp_path / "mine", first, told=False)
    if asked:
        with pytest.raises(InvalidData, match="used claim"):
            cases.load(str(tmp_path / "mine"))
        script._by_csv(tmp_path / "mine", asked, told=False)
    by_csv = cases.load(str(tmp_path / "mine"))
    assert by_csv.hash != before.hash
    sheets.write(before, tmp_path / "book.xlsx")
    script._by_xlsx(tmp_path / "book.xlsx", (*first, *asked))
    sheets_read.import_workbook(tmp_path / "book.xlsx", tmp_path / "other")
    assert cases.load(str(tmp_path / "other")).hash == by_csv.hash
