"""The scenario files name what is in the case, say where their numbers come from, and change an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

import karvan as kv

FILES = sorted((Path(__file__).resolve().parents[2] / "examples" / "scenarios").glob("*.toml"))
TARGETS = ("l04_titr_500kteu_2030", "l05_titr_capacity_2027", "l10_aktau_hub_240kteu", "l13_feeders_mid2027")


@pytest.fixture(scope="module")
def case() -> kv.Case:
    return kv.load()


@pytest.fixture(scope="module")
def base(case: kv.Case) -> kv.Frame:
    return case.assess(futures=3, workers=1, target=TARGETS)


def test_there_are_some() -> None:
    assert len(FILES) >= 4


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_scenario_is_assessed_and_changes_something(case: kv.Case, base: kv.Frame, file: Path) -> None:
    found = case.assess(futures=3, workers=1, scenario=file, target=TARGETS)
    assert found.document()["manifest"]["options"]["scenario"] != "base"
    assert found.rows != base.rows


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_scenario_says_where_its_numbers_come_from(case: kv.Case, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    comments = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert "estimate" in comments
    named = [word.strip("(),.") for word in comments.split("source ")[1:]]
    assert all(word.split()[0] in case.corridor["sources"].keys for word in named)
