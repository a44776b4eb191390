"""`simulate` as it is asked: what it refuses, what stops it, what it compares; and once on the Middle Corridor."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

import karvan as kv
from karvan.engines.simulate.experiment import Failed, experiment
from karvan.faces.cli.app import EXIT_INTERRUPTED, app
from karvan.tables.faults import UsageError
from karvan.verbs import simulate
from karvan.verdict import simulation
from karvan.verdict.simulation import CannotPlay
from tests.verdict import small
from tests.verdict.played import FEWER_SHIPS, TABLES


@pytest.fixture
def crossing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The crossing in the place of the case."""
    corridor = small.corridor(**TABLES)
    monkeypatch.setattr(simulate, "load", lambda case: corridor)


def ask(**given: Any) -> simulate.Simulated:
    found: simulate.Simulated = simulate.VERB.run(**{**simulate.VERB.arguments({"replications": 3}), **given})
    return found


def stop_after(done: int, calls: int = 1) -> Any:
    """Progress that is interrupted, as by Ctrl-C, when so many are done for the `calls`-th time."""
    seen = 0

    def progress(now: int, total: int) -> None:
        nonlocal seen
        seen += now == done
        if now == done and seen == calls:
            raise KeyboardInterrupt

    return progress


def ending(**fields: Any) -> Any:
    """An experiment of which nothing is complete."""

    def run(*words: Any, **options: Any) -> Any:
        found = experiment(*words, **options)
        return replace(found, numbers=found.numbers[:0], **fields)

    return run


@pytest.fixture
def two_ships(tmp_path: Path) -> str:
    file = tmp_path / "two_ships.toml"
    file.write_text('name = "two ships"\n[[edits]]\ntable = "fleets"\nid = "ferries"\ncolumn = "number"\nop = "set"\nvalue = 2\n', encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"replications": 0}, "--replications 0: expected 1 to 100,000"),
        ({"workers": 0}, "--workers 0: expected 1 or more"),
        ({"until": 1.5}, "--until 1.5: expected a share of the mean"),
        ({"until": 0.01, "replications": 5}, "--replications 5 with --until: expected 20 or more"),
        ({"show": "ships"}, "--show ships: expected one of page, cuts, causes, terminals"),
        ({"year": 1999}, "1999"),
        ({"compare": "nowhere.toml"}, "nowhere.toml"),
        ({"set": ("hub=2030",)}, "hub"),
    ],
)
def test_a_wrong_question_is_one_message(crossing: None, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("(", r"\(").replace(".", r"\.")):
        ask(**given)


def test_more_than_memory_holds_is_refused(crossing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["karvan.engines.simulate.experiment"], "ROOM", 1000)
    with pytest.raises(UsageError, match="ask for fewer replications"):
        ask()


def test_a_year_that_never_ends_is_told(crossing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = tuple(Failed(i, False, 61 * 24.0 + 49.0, "a deadlock: ship waits for berth") for i in range(3))
    monkeypatch.setattr(simulation, "experiment", ending(failed=faults))
    with pytest.raises(CannotPlay, match=r"No replication of 2026 in base reached the end of the year\. The first of 3, replication 0, ended on 3 January: a deadlock"):
        ask()


def test_ctrl_c_keeps_what_is_complete(crossing: None) -> None:
    found = ask(replications=50, progress=stop_after(2))
    assert found.stopped
    document = found.document()
    assert document["manifest"]["options"]["replications"] == 2
    assert document["manifest"]["options"]["asked"] == 50
    assert "stopped by hand after 2 of 50" in document["said"]


def test_ctrl_c_before_the_first_leaves_nothing(crossing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "experiment", ending(stopped=True))
    with pytest.raises(KeyboardInterrupt):
        ask()


def test_ctrl_c_in_the_scenario_keeps_the_first_year(crossing: None, two_ships: str, monkeypatch: pytest.MonkeyPatch) -> None:
    partly = ask(compare=two_ships, progress=stop_after(2, calls=2))
    assert partly.stopped
    assert partly.differences is not None
    assert (partly.played.experiment.complete, partly.differences.pairs) == (3, 2)
    play = simulation.play

    def halted(model: Any, year: int, forced: Any, scenario: str, *rest: Any) -> Any:
        if scenario != "base":
            raise KeyboardInterrupt
        return play(model, year, forced, scenario, *rest)

    monkeypatch.setattr(simulation, "play", halted)
    none = ask(compare=two_ships)
    assert none.stopped
    assert none.differences is None
    assert "compare" not in none.document()


def test_ctrl_c_in_the_first_year_does_not_begin_the_scenario(crossing: None, two_ships: str) -> None:
    found = ask(replications=5, compare=two_ships, progress=stop_after(2))
    assert found.stopped
    assert found.other is None


def test_a_comparison_is_this_less_the_scenario_beside_it(crossing: None, two_ships: str) -> None:
    document = ask(compare=two_ships).document()
    found = document["compare"]
    assert (found["scenario"], found["pairs"]) == ("two ships", 3)
    other = {row["service_id"] + row["direction"]: row for row in ask(scenario=Path(two_ships)).document()["services"]}
    for row in (row for row in found["differences"] if row["kind"] == "services" and row["figure"] == "wait"):
        assert row["other"]["mean"] == pytest.approx(other[row["key"][0] + row["key"][1]]["wait"]["mean"])
        assert row["difference"]["mean"] == pytest.approx(row["this"]["mean"] - row["other"]["mean"])
        assert row["difference"]["mean"] < 0
    assert small.corridor(**FEWER_SHIPS)["fleets"]["number"][0] == 2


def test_the_same_question_has_the_same_answer_on_any_number_of_threads(crossing: None, two_ships: str) -> None:
    texts = {json.dumps(ask(workers=workers, compare=two_ships).document()) for workers in (1, 2)}
    assert len(texts) == 1


def test_until_goes_on_to_the_half_width(crossing: None) -> None:
    found = ask(replications=20, until=0.01)
    reached = found.played.experiment.until[0]
    assert reached.reached
    assert reached.found <= 0.01


def test_the_command_prints_what_is_complete_and_ends_with_130(crossing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = ask(replications=50, progress=stop_after(2))
    monkeypatch.setattr("karvan.faces.cli.app._answer", lambda verb, given, lang: stopped)
    for words in (("--json",), ("--lang", "fr")):
        ran = CliRunner().invoke(app, ["simulate", *words])
        assert ran.exit_code == EXIT_INTERRUPTED
        assert "2" in ran.stdout
        assert "Interrupted. The figures are those" in ran.stderr


def test_python_has_every_table_as_rows(crossing: None, monkeypatch: pytest.MonkeyPatch, two_ships: str) -> None:
    case = kv.Case("crossing", small.corridor(**TABLES))
    days = case.simulate(replications=3, compare=two_ships)
    assert {"terminal_id", "waiting_hours", "waiting_hours_low", "waiting_hours_high"} <= set(days.rows[0])
    months = days.table("months").rows
    assert [row["month"] for row in months[:12]] == list(range(1, 13))
    for name in (*simulate.ROWS, "growing", "failed", "differences"):
        rows = days.table(name).rows
        assert all(not isinstance(value, dict) for row in rows for value in row.values()), name
    assert days.table("journeys").to_pandas()["p50"].between(1, 5).all()
    assert days.table("causes").to_polars().height == len(days.table("causes").rows)
    with pytest.raises(kv.UsageError, match="expected one of cuts"):
        days.table("ships")
    with pytest.raises(kv.UsageError, match="replications='many'"):
        case.simulate(replications="many")  # type: ignore[arg-type]


def test_the_middle_corridor_is_played_and_compared(tmp_path: Path) -> None:
    file = tmp_path / "ferry.toml"
    file.write_text('name = "one ferry more"\n[[edits]]\ntable = "fleets"\nid = "asco_ferries"\ncolumn = "number"\nop = "add"\nvalue = 1\n', encoding="utf-8")
    found = ask(year=2026, replications=2, scenario=file, compare="base")
    document = json.loads(json.dumps(found.document(), allow_nan=False))
    assert document["compare"]["pairs"] == 2
    assert len(document["terminals"]) > 15
    assert {row["kind"] for row in document["compare"]["differences"]} == {"cuts", "causes", "terminals", "services", "pools", "lines", "journeys"}
    both = sum(row["tonnes"]["mean"] for row in document["cuts"] if row["cut_id"] == "titr_caspian" and row["commodity"] in ("dry", "oil"))
    assert both == pytest.approx(sum(row["tonnes"]["mean"] for row in document["cuts"] if row["cut_id"] == "titr_caspian" and row["commodity"] == "all"))
    assert 0.5 * document["sent"] < sum(row["arrived"]["mean"] for row in document["journeys"]) < 1.2 * document["sent"]
    for width, language in ((80, "fr"), (160, "en")):
        console = Console(width=width, record=True, file=open("/dev/null", "w", encoding="utf-8"), color_system=None)  # noqa: SIM115
        from karvan.faces.cli.tables import render

        for show in simulate.SHOWN:
            render(simulate.Simulated(found.played, found.options, found.other, show=show), console, language)
        assert max(len(line.rstrip()) for line in console.export_text().splitlines()) <= width
