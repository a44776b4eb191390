"""One board as JSON, small enough to read, checked in beside this file.

When the corridor of tests/corridor/tiny.py or the way of judging changes on purpose, write the board anew, look at what
became different, and say why in the change:

    .venv/bin/python -m tests.golden.test_board
    git diff tests/golden

Numbers have six digits; what hangs on the machine (hash, versions) and what counts rows is left out.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from karvan.verdict import assess, document
from karvan.verdict.assess import Options
from tests.corridor import tiny
from tests.verdict.test_assess import texts

BOARD = Path(__file__).with_name("tiny_board.json")
_COLUMNS = ("target_id", "verdict", "value", "unit", "due", "probability", "probability_low", "probability_high", "p5", "median", "p95", "observed",
            "reached_p10", "reached_p50", "reached_p90", "reached_share", "binds", "missing")  # fmt: skip


def board(folder: Path) -> dict[str, Any]:
    """The board of the tiny corridor: 40 futures, seed 1, of every target the columns that are judged."""
    whole = document.assessment(assess.assess(tiny.load(folder, texts()), Options(40)))
    found = {key: whole[key] for key in ("years", "solves", "unconverged", "certificate_failures", "delivery_class", "headline", "targets")}
    found["targets"] = [{key: row[key] for key in _COLUMNS if row[key] not in (None, [])} for row in found["targets"]]
    return rounded(found)


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def close(value: Any) -> Any:
    """The value with every number replaced by one that a neighbouring version of a library also meets."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-4, abs=1e-6)
    if isinstance(value, dict):
        return {key: close(each) for key, each in value.items()}
    return [close(each) for each in value] if isinstance(value, list) else value


def test_the_board_is_the_one_that_was_read(tmp_path: Path) -> None:
    assert board(tmp_path) == close(json.loads(BOARD.read_text(encoding="utf-8")))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        BOARD.write_text(json.dumps(board(Path(made)), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
