"""Every verb, option, metric and JSON key has its line, and no line speaks of what is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from karvan.faces.cli.app import app
from karvan.tables.catalogue import SCHEMAS
from karvan.verbs.catalogue import VERBS
from karvan.verdict.measures import METRICS
from tests.docs.test_generate import generate

__all__ = ["generate"]

OF_ANY_NAME = {"manifest.libraries", "manifest.options", "support.by_basis", "headline[].observed", "tables", "messages[].values", "history[].values",
               "counts", "thresholds", "reasons", "lost_by_commodity", "months[].cuts"}  # fmt: skip
ESTIMATE = {"mean", "low", "high"}
DOCUMENTS = {
    "assess": ("assess", "--futures", "5"),
    "explain": ("explain", "l10_aktau_hub_240kteu", "--futures", "5"),
    "route": ("route", "Xi'an", "Istambul", "--depart", "2026-09-14", "--within", "24"),
    "assign": ("assign",),
    "assign --without": ("assign", "--without", "kuryk"),
    "assign --critical": ("assign", "--critical", "3"),
    "assign --by month": ("assign", "--by", "month"),
    "simulate": ("simulate", "--year", "2026", "-n", "2"),
    "calibrate": ("calibrate",),
    "check": ("check",),
    "facts": ("facts", "--stale"),
}


def sections(text: str) -> dict[str, str]:
    """The text below every second-level heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def keys_of(value: Any, path: str = "") -> Iterator[str]:
    """The path of every key that holds a plain value."""
    if isinstance(value, dict):
        if path in OF_ANY_NAME:
            yield f"{path}.*" if path not in ("messages[].values", "history[].values") else path
            return
        if set(value) == ESTIMATE:
            yield path
            return
        for key, inner in value.items():
            yield from keys_of(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, f"{path}[]")
        if not value:
            yield f"{path}[]"
    else:
        yield path


@pytest.fixture(scope="module")
def json_page(root: Path) -> dict[str, str]:
    return sections((root / "docs" / "reference" / "json.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("verb", DOCUMENTS)
def test_every_json_key_has_a_line_and_every_line_a_key(verb: str, json_page: dict[str, str]) -> None:
    ran = CliRunner().invoke(app, [*DOCUMENTS[verb], "--json"])
    assert ran.exit_code == 0, ran.output
    document = json.loads(ran.stdout)
    target = document.pop("target", None)
    printed = set(keys_of(document)) | ({"target"} if target is not None else set())
    always = set(re.findall(r"^\| `([^`]+)`", json_page["Every document"], flags=re.MULTILINE))
    listed = set(re.findall(r"^\| `([^`]+)`", json_page[verb], flags=re.MULTILINE))
    empty_lists = {key for key in printed if any(other.startswith(f"{key}.") for other in listed)}
    assert printed - always - listed - empty_lists == set(), "keys that docs/reference/json.md does not list"
    unfilled = tuple(f"{key}." for key in printed if key.endswith("[]"))
    gone = {key for key in listed - printed if not key.startswith(("compare.", "faults[].", *unfilled))}
    assert gone == set(), "keys that are listed and not printed"


def test_every_verb_and_option_has_a_line(generate: Any) -> None:
    parts = sections(generate.verb_page())
    for verb in VERBS:
        assert verb.meaning in parts[verb.name]
        rows = [line for line in parts[verb.name].splitlines() if line.startswith("|")]
        for option in verb.options:
            name = (option.metavar or option.name).upper() if option.positional else f"--{option.name.replace('_', '-')}"
            row = next((line for line in rows if re.match(rf"^\| `\[?{re.escape(name)}\]?`", line)), "")
            assert option.meaning.replace("|", "\\|") in row, f"{verb.name} {name}"
            assert option.meaning, f"{verb.name} {name} has no meaning"
        assert any("`--json`" in row for row in rows)


def test_every_metric_has_a_line(generate: Any) -> None:
    page = generate.metric_page()
    for name, metric in METRICS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert metric.meaning in row
        assert f"| {metric.unit} |" in row


def test_every_table_is_listed(generate: Any) -> None:
    assert all(f"[`{name}`]({name}.md)" in generate.index_page() for name in SCHEMAS)


def test_every_verb_is_named_in_the_readme(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert all(f"`{verb.name}`" in text for verb in VERBS)
