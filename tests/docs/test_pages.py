"""What pages quote and tell people to type is there: commands, options, targets, projects; quotes are not empty."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
import typer

import karvan as kv
from karvan.corridor.corridor import Corridor
from karvan.faces.cli.app import app
from karvan.files.cases import built_in
from karvan.verbs.catalogue import VERBS
from karvan.verbs.loading import DEFAULT_CASE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "examples" / "commands.sh", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def _outputs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_outputs", ROOT / "docs" / "outputs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OUTPUTS = _outputs()


def commands() -> Iterator[tuple[str, list[str]]]:
    """(page, words) of every line that somebody is told to type, and of every quoted command."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = re.findall(r"^ {0,8}(?:\.venv/bin/)?(karvan [a-z].*)$", text, flags=re.MULTILINE)
        lines = [re.split(r"\s{3,}|\s#", line)[0] for line in lines]
        lines += [f"karvan {found['words']}" for found in OUTPUTS.QUOTE.finditer(text) if found["program"] == "karvan"]
        for line in lines:
            words = shlex.split(line)[1:]
            if words and words[0] in {verb.name for verb in VERBS} and "[OPTIONS]" not in words:
                yield page.name, words


def test_there_are_commands() -> None:
    assert len(list(commands())) > 20


@pytest.mark.parametrize(("page", "words"), list(commands()), ids=lambda value: value if isinstance(value, str) else " ".join(value)[:60])
def test_a_command_is_understood(page: str, words: list[str]) -> None:
    COMMANDS[words[0]].make_context(words[0], list(words[1:]), resilient_parsing=False)


@lru_cache
def _case(name: str) -> Corridor:
    """The built-in case that a command names; a reader's own folder is read as the first case, from which it was copied."""
    return kv.load(name if name in built_in() else DEFAULT_CASE).corridor


def test_names_of_the_case_are_right() -> None:
    for page, words in commands():
        case = _case(words[words.index("--case") + 1] if "--case" in words else DEFAULT_CASE)
        for option, value in pairwise(words):
            if option == "--target":
                assert value in case["targets"], f"{page}: {value}"
            if option == "--set" and "=" in value:
                assert value.partition("=")[0] in case["projects"], f"{page}: {value}"
        if words[0] == "explain":
            assert words[1] in case["targets"], f"{page}: {words[1]}"


def test_quotes_are_filled() -> None:
    assert OUTPUTS.quoting()
    for page in OUTPUTS.quoting():
        for found in OUTPUTS.QUOTE.finditer(page.read_text(encoding="utf-8")):
            assert found["text"].strip(), f"{page.name} quotes nothing: run `python docs/outputs.py {page}`"


def test_the_table_of_calibration_is_what_is_printed() -> None:
    text = (ROOT / "docs" / "explanation" / "validation.md").read_text(encoding="utf-8")
    found = next(found for found in OUTPUTS.QUOTE.finditer(text) if found["words"].startswith("calibrate"))
    assert OUTPUTS.output(found) == found["text"], "run `python docs/outputs.py docs/explanation/validation.md`"


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all((ROOT / link).exists() for link in re.findall(r"\]\(([^)#:]+)\)", text))
