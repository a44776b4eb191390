"""The page on the calibration speaks of the free numbers, groups and aims that there are."""

from __future__ import annotations

import re
from pathlib import Path

from karvan.corridor import settings
from karvan.files import cases
from karvan.verbs.loading import DEFAULT_CASE
from karvan.verdict import calibration_checks
from karvan.verdict.comparison import AIMS, GROUPS

PAGE = "docs/explanation/calibration.md"


def rows(text: str) -> dict[str, list[str]]:
    """First cell -> the other cells of every row of every table."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {first: rest for first, *rest in cells}


def test_free_numbers_groups_aims_and_years_are_those_of_the_built_in_case(root: Path) -> None:
    text = (root / PAGE).read_text(encoding="utf-8")
    found, section = rows(text), cases.load(DEFAULT_CASE).settings.calibration
    for entry in section["free"]:
        assert entry["name"] in found
    for group in GROUPS:
        assert found[group][-1] == (f"{100 * AIMS[group]:.0f} %" if group in AIMS else "none")
    assert found[", ".join(map(str, section["fit"]))][0] == "`fit`"
    assert found[", ".join(map(str, section["check"]))][0] == "`check`"


def test_the_example_of_case_toml_has_every_key_and_its_default(root: Path) -> None:
    text = (root / PAGE).read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    for key in ("fit", "check", "rivals", "calibration.aims"):
        assert key in example[1]
    for section, (required, optional) in settings._ENTRIES.items():
        block = example[1].partition(f"[[calibration.{section}]]")[2].partition("[[")[0]
        said = block + text.partition("```toml")[2].partition("```")[2]
        for name in required:
            assert f"{name} =" in block
        for name in optional:
            assert name in said or name == "commodity"
    for default in (calibration_checks.SPREAD, calibration_checks.PRIOR_SD, calibration_checks.LOWEST, calibration_checks.HIGHEST):
        assert f"default {default:g}" in example[1]
