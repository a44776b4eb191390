"""Age, staleness and coverage against counts of the CSV files themselves, and against days counted by hand."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import karvan as kv
from karvan.evidence import ageing
from karvan.faces.cli.app import app
from karvan.files import cases
from karvan.tables.faults import UsageError
from tests.corridor import tiny

AS_OF = np.datetime64("2026-06-30")
MIDDLE = cases.built_in()["middle_corridor"]


@pytest.mark.parametrize(
    ("said", "day"),
    [("2020-02-29", date(2020, 2, 29)), ("2020-02", date(2020, 2, 29)), ("2021", date(2021, 12, 31)), ("2026-06-30", date(2026, 6, 30))],
)
def test_age_is_the_days_since_the_last_day_of_what_was_said(said: str, day: date) -> None:
    assert ageing.age_of(said, AS_OF) == pytest.approx((date(2026, 6, 30) - day).days / 365.25)


def test_a_year_that_is_not_over_has_no_age_yet() -> None:
    assert ageing.age_of("2026", AS_OF) == 0.0


@pytest.mark.parametrize("said", ["unknown", "", "spring 2024", "2024-13", "0000", "24-01-02"])
def test_what_is_no_date_has_no_age(said: str) -> None:
    assert ageing.age_of(said, AS_OF) is None


def _aged(tmp_path: Path, **rows: str) -> ageing.Ages:
    content = tiny.texts()
    content["sources.csv"] = "source_id,publisher,title,date\natlas,Office of Maps,Atlas,2024\nold,Office of Trains,Book,2020-06\n" \
                             "undated,Office of Ships,Letter,unknown\n"  # fmt: skip
    for key, cells in rows.items():
        basis, source = cells.split(",")
        content = tiny.changed(content, "links", key, basis=basis, source_id=source)
    return ageing.ages(tiny.load(tmp_path, content).tables, AS_OF)


def _link(found: ageing.Ages, key: str) -> ageing.Fact:
    return next(fact for fact in found.facts if (fact.table, fact.id) == ("links", key))


def test_each_basis_has_its_own_patience(tmp_path: Path) -> None:
    found = _aged(tmp_path, china_gate="measured,old", gate_steppe="announced,atlas", steppe_port="announced,old", ferry_line="estimate,old",
                  port_city="reported,undated", branch="computed,")  # fmt: skip
    stale = {fact.id: fact.stale for fact in found.facts if fact.table == "links"}
    assert stale == {"china_gate": True, "gate_china": False, "gate_steppe": False, "steppe_port": True, "ferry_line": False,
                     "port_city": False, "branch": False}  # fmt: skip
    assert _link(found, "china_gate").age == pytest.approx(6.0, abs=0.01)
    assert _link(found, "gate_steppe").age == pytest.approx(546 / 365.25, abs=0.01)
    assert _link(found, "port_city").age_class == ageing.UNDATED
    assert _link(found, "branch").age_class == ageing.WITHOUT_SOURCE
    assert _link(found, "branch").age is None


def test_what_matters_comes_first_and_then_the_oldest(tmp_path: Path) -> None:
    facts = _aged(tmp_path, china_gate="measured,old", gate_steppe="reported,atlas").facts
    assert [fact.tier for fact in facts] == sorted(fact.tier for fact in facts)
    for tier in (1, 2, 3):
        ages = [-1.0 if fact.age is None else fact.age for fact in facts if fact.tier == tier]
        assert ages == sorted(ages, reverse=True)
    assert facts[0].id == "china_gate"
    rival = next(fact for fact in facts if fact.id == "sea_2025_ports")
    assert rival.tier == 3


def test_a_figure_of_a_day_that_is_over_is_settled(tmp_path: Path) -> None:
    tables = tiny.load(tmp_path, {**tiny.texts(), "sources.csv": "source_id,publisher,date\natlas,Office of Maps,2010\n"}).tables
    seen = next(fact for fact in ageing.ages(tables, AS_OF).facts if fact.id == "sea_2025")
    assert seen.settled
    assert not seen.stale
    assert next(fact for fact in ageing.ages(tables, AS_OF, older_than=3.0).facts if fact.id == "sea_2025").stale


def test_a_used_claim_is_the_source_of_its_cell(tmp_path: Path) -> None:
    """The row of the ferry has no source; its length has a used claim that is measured."""
    content = tiny.texts()
    links = next(each for each in ageing.ages(tiny.load(tmp_path, content).tables, AS_OF).coverage if each.table == "links")
    assert (links.rows, links.rows_with_source) == (7, 2)
    # china_gate: length, capacity; gate_steppe: length, speed, capacity; ferry_line: length by its claim
    assert (links.cells, links.cells_with_source, links.cells_stated) == (15, 6, 6)


def test_coverage_of_the_built_in_case_is_what_the_files_hold() -> None:
    """Counted again from the CSV files, without the code of tables."""

    def rows(name: str) -> list[dict[str, str]]:
        with (MIDDLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    claimed = {(row["table"], row["row"], row["column"]): row["source_id"] for row in rows("claims") if row.get("role") != "rival"}
    corridor = cases.load("middle_corridor")
    found = {each.table: each for each in ageing.ages(corridor.tables, corridor.as_of).coverage}
    for name in ("links", "terminals", "fleets", "observations", "targets", "demand"):
        key = f"{name.removesuffix('s')}_id"
        cells = [(row, column) for row in rows(name) for column in ageing.MATTER[name] if row.get(column, "") not in ("", "unknown")]
        assert found[name].cells == len(cells), name
        assert found[name].cells_with_source == sum(bool(claimed.get((name, row[key], column), row["source_id"])) for row, column in cells), name
        assert found[name].rows_with_source == sum(bool(row["source_id"]) for row in rows(name)), name


def test_every_row_with_a_basis_is_counted_once_and_a_claimed_cell_with_its_claim() -> None:
    """Every row is a fact, save those of which each number has a used claim: the claim is the fact."""
    corridor = cases.load("middle_corridor")
    found = ageing.ages(corridor.tables, corridor.as_of)
    claims = corridor["claims"]
    used = {(row["table"], row["row"], row["column"]) for row in claims.rows() if row["role"] == "used"}
    expected = set()
    for table in corridor.tables.values():
        if "basis" not in table.schema:
            continue
        numbers = [column.name for column in table.schema if column.kind in ("number", "integer", "date") and column.name not in ("known_since", *table.schema.key)]
        for key, row in zip(table.keys, table.rows(), strict=True):
            there = {name for name in numbers if not (np.isnat(row[name]) if isinstance(row[name], np.datetime64) else np.isnan(row[name]))}
            there -= {name for name in there if table.name == "tariffs" and row[name] == 0}
            if not there or there - {name for name in there if (table.name, key, name) in used}:
                expected.add((table.name, key))
    facts = [(fact.table, fact.id) for fact in found.facts]
    assert len(facts) == len(set(facts))
    assert set(facts) == expected
    assert len(expected) < sum(len(table) for table in corridor.tables.values() if "basis" in table.schema)
    assert sum(sum(of.values()) for of in found.counts.values()) == len(expected)


def test_the_row_of_a_claimed_cell_shows_what_is_left_of_it(tmp_path: Path) -> None:
    facts = {(fact.table, fact.id): fact for fact in ageing.ages(tiny.load(tmp_path, tiny.texts()).tables, AS_OF).facts}
    assert (facts["claims", "sea_length"].value, facts["claims", "sea_length"].tier) == ("links ferry_line length: 250 nmi", 1)
    assert facts["links", "ferry_line"].value == "time 20 h"
    assert facts["claims", "sea_length_rival"].tier == 3
    assert ("calendars", "sea/3") not in facts, "its only figure is that of the claim `summer`"
    assert ("calendars", "sea/4") in facts


def test_every_cell_that_matters_is_a_column_and_every_threshold_has_a_reason() -> None:
    corridor = cases.load("middle_corridor")
    assert all(column in corridor[table].schema for table, columns in ageing.MATTER.items() for column in columns)
    assert all(years > 0 and why for years, why in ageing.STALE_AFTER.values())
    assert "estimate" not in ageing.STALE_AFTER


# --- the verb --------------------------------------------------------------------------------------------------------


def _told(*words: str) -> str:
    ran = CliRunner().invoke(app, ["facts", *words])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_the_document_holds_what_was_asked_for() -> None:
    everything = json.loads(_told("--json"))
    stale = json.loads(_told("--stale", "--json"))
    assert everything["schema_version"]
    assert stale["counts"] == everything["counts"]
    assert stale["facts"] == [fact for fact in everything["facts"] if fact["stale"]]
    links = json.loads(_told("links", "--basis", "reported", "--json"))["facts"]
    assert links
    assert {(fact["table"], fact["basis"]) for fact in links} == {("links", "reported")}
    old = json.loads(_told("--older-than", "5", "--json"))["facts"]
    assert old
    assert all(fact["age"] > 5 for fact in old)


def test_people_read_it_in_english_and_french() -> None:
    assert "Cells that matter" in _told("--stale", "--most", "3")
    french = _told("--stale", "--lang", "fr", "--most", "3")
    assert "Cellules qui comptent" in french
    assert "rapporté" in french
    assert "No fact is as old as that." in _told("--older-than", "999")


@pytest.mark.parametrize(
    ("words", "said"),
    [(("linkss",), "Nearest: links"), (("sources",), "says of none of its rows"), (("--basis", "seen"), "expected one of measured"),
     (("--older-than", "-1"), "from 0 to 1000"), (("--most", "-1"), "0 (all)"), (("--lang", "de"), "en, fr")],
)  # fmt: skip
def test_a_wrong_question_is_told(words: tuple[str, ...], said: str) -> None:
    ran = CliRunner().invoke(app, ["facts", *words])
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_python_gives_the_same_rows() -> None:
    case = kv.load()
    frame = case.facts("links", stale=True)
    assert frame.rows == tuple(json.loads(_told("links", "--stale", "--json"))["facts"])
    with pytest.raises(UsageError, match="Nearest"):
        case.facts("linkss")
