"""The verb `read` at the command line: a table for people, a line per statement for programs, faults beside what was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from karvan.faces.cli.app import app

ARTICLE = "Le commerce entre le Kazakhstan et la Géorgie a atteint 168 millions de dollars en 2024.\nLe terminal de Poti doit ouvrir en juin prochain."


def run(*words: str, given: str | None = None) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, ["read", *words], input=given)
    return ran.exit_code, ran.stdout, ran.stderr


def test_people_read_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    code, said, _ = run(str(tmp_path / "a.txt"), "--published", "2025-03-18")
    assert code == 0
    for word in ("168 M USD", "trade_turnover", "KZ GE", "2025-06", "2 statements"):
        assert word in said
    code, said, _ = run(str(tmp_path / "a.txt"), "--lang", "fr")
    assert "jour de publication n'est pas connu" in said
    assert "observation, fait" in said


def test_programs_read_a_line_per_statement(tmp_path: Path) -> None:
    code, said, _ = run("-", "--json", given=ARTICLE)
    assert code == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["metric"] for line in lines] == ["trade_turnover", "opening_date"]
    assert all(line["doc"]["name"] == "-" and line["text"] == ARTICLE[line["start"] : line["end"]] for line in lines)
    assert run("-", "--json", given=ARTICLE)[1] == said


def test_the_batch_goes_on_and_the_code_tells(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(bytes(range(256)) * 20)
    code, said, wrong = run(str(tmp_path), "--json")
    assert code == 3
    assert len(said.splitlines()) == 2
    assert "b.txt" in wrong


@pytest.mark.parametrize("words", [("nowhere.txt",), ("-", "--published", "soon"), ("-", "--language", "xx")])
def test_a_wrong_question_is_code_2(words: tuple[str, ...]) -> None:
    assert run(*words, given=ARTICLE)[0] == 2


def test_hopeless_input_alone_is_data_invalid() -> None:
    assert run("-", given=" ")[0] == 3
