"""`simulate --trace` refuses before anything is played what it could not write after it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from karvan.files import stream
from karvan.tables.faults import UsageError
from karvan.verbs import traces
from karvan.verdict import simulation
from karvan.verdict.futures import Forced
from tests.bridge.days import worlds


def test_a_replication_that_is_not_played_is_refused() -> None:
    for number in (-1, 5):
        with pytest.raises(UsageError, match="expected 0 to 4"):
            traces.check(None, number, 5)
    traces.check(None, 4, 5)


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "year.parquet").touch()
    with pytest.raises(UsageError, match="exists"):
        traces.check(tmp_path / "year.parquet", 0, 1)
    with pytest.raises(UsageError, match="is a folder"):
        traces.check(tmp_path, 0, 1)


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"A trace needs the extra \[tables\]"):
        traces.check(tmp_path / "year.parquet", 0, 1)


def test_the_file_says_of_what_it_is(tmp_path: Path) -> None:
    model = worlds.model(
        **worlds.SECTION,
        demand=worlds.demand(("a", "b", 50_000.0)),
        routines=worlds.routines(("rail", "full", 0.5), ("rail", "linger", 24)),
    )
    played = simulation.play(
        model, worlds.YEAR_PLAYED, Forced(), "none", simulation.Options(replications=3, seed=7, workers=1)
    )
    traces.write(tmp_path / "year.parquet", played, 7, 2)
    rows, told = stream.read(tmp_path / "year.parquet")
    assert {key: told[key] for key in ("case", "year", "scenario", "seed", "replication")} == {
        "case": "small", "year": "2026", "scenario": "none", "seed": "7", "replication": "2"}  # fmt: skip
    assert told["case_hash"] == model.compiled.corridor.hash
    arrived = {unit for unit, kind in zip(rows["unit"], rows["kind"], strict=True) if kind == "consignment"}
    gone = {unit for unit, end in zip(rows["unit"].tolist(), rows["end"].tolist(), strict=True) if end >= 8760.0}
    lot = next(iter(played.days.lots.values()))
    assert len(arrived - gone) * lot == pytest.approx(float(played.experiment.own[simulation.ARRIVED][2]))


def test_a_trace_of_several_years_in_a_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--years 3: a trace is of one year"):
        traces.check(tmp_path / "year.parquet", 0, 1, years=3)
