"""The README of every built-in case counts its tables right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from karvan.files import cases

SOURCES = Path(__file__).resolve().parents[2] / "src" / "karvan" / "cases"


def counted(text: str) -> dict[str, int]:
    """Table -> rows, as the table of counts says; a line may count several tables, its figures in the same order."""
    out: dict[str, int] = {}
    for names, figures in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (\d[\d, ]*) \|", text, flags=re.MULTILINE):
        tables, counts = re.findall(r"`(\w+)`", names), figures.split(", ")
        assert len(tables) == len(counts), f"{names}: {figures}"
        out.update(zip(tables, (int(count.replace(",", "")) for count in counts), strict=True))
    return out


@pytest.mark.parametrize("name", cases.built_in())
def test_the_readme_counts_the_rows_that_are_there(name: str) -> None:
    there = {table: len(rows) for table, rows in cases.load(name).tables.items() if len(rows)}
    assert counted((SOURCES / name / "README.md").read_text(encoding="utf-8")) == there
