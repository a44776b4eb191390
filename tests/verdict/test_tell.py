"""What `explain` tells of a project over the years, against the rows of its ledger."""

from __future__ import annotations

import csv

import pytest

from karvan.faces.messages import say
from karvan.files import cases
from karvan.verdict import tell
from karvan.verdict.assess import Assessment, Options, assess


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return assess(cases.load("middle_corridor"), Options(futures=2, workers=1))


def rows(table: str) -> list[dict[str, str]]:
    with (cases.locate("middle_corridor") / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_everything_said_of_the_project_is_told_oldest_first(assessment: Assessment) -> None:
    for found in assessment.verdicts:
        project = found.target["project_id"]
        told = tell.history(assessment, found)
        written = [row for table in ("promises", "reports") for row in rows(table) if project and row["project_id"] == project]
        assert len(told) == len(written)
        # a year or a month alone stands for its last day
        days = [message.values["on"] + {4: "-12-31", 7: "-31", 10: ""}[len(message.values["on"])] for message in told]
        assert days == sorted(days)
        assert bool(told) == bool(project)


@pytest.mark.parametrize(("language", "words"), [("en", "promised for 2021 by"), ("fr", "promis pour 2021 par")])
def test_the_first_promise_of_the_fibre_line(assessment: Assessment, language: str, words: str) -> None:
    fibre = next(found for found in assessment.verdicts if found.target["target_id"] == "t03_fibre_2026")
    sentences = [say(message, language) for message in tell.history(assessment, fibre)]
    assert words in sentences[0]
    assert any("50.8 M USD" in sentence for sentence in sentences)
