"""Examples print what is checked in beside them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_run", EXAMPLES / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUNNER = _runner()


@pytest.mark.parametrize("example", RUNNER.examples(), ids=lambda path: path.name)
def test_an_example_prints_what_is_checked_in(example: Path) -> None:
    kept = example.with_suffix(".out").read_text(encoding="utf-8")
    assert RUNNER.output(example) == kept, "see examples/README.md on how to write it anew"
    assert "exit 1" not in kept


def test_every_out_belongs_to_an_example() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.out")} == {path.stem for path in RUNNER.examples()}


def test_the_list_names_every_example() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in text for path in RUNNER.examples())


def test_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert RUNNER.main(["--what"]) == 2
    assert "usage" in capsys.readouterr().err
