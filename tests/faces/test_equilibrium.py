"""Networks of the literature on the command line: what a person reads, in two languages, and how a wrong question ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files import nets
from typer.testing import CliRunner, Result

import karvan
from karvan.faces.cli.app import app
from karvan.faces.messages import LANGUAGES, catalogue
from karvan.files.tntp import _SENTENCES

UNREACHED = {(1, 2): 6.0, (2, 1): 3.0, (2, 2): 4.0}


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def braess(tmp_path: Path) -> str:
    sources = nets.write(tmp_path, net=nets.net(2, 4, nets.BRAESS), trips=nets.trips(2, UNREACHED, total=15))
    told = run("import", "tntp", *map(str, sources), str(tmp_path / "braess"))
    assert told.exit_code == 0, told.output
    for words in ("add up to 13, and their file says 15", "stay in their zone: 4", "Times were read as min", "karvan assign"):
        assert words in told.output
    return str(tmp_path / "braess")


def test_people_read_summary_links_and_who_could_not_go(braess: str) -> None:
    told = run("assign", braess, "--rule", "user-equilibrium")
    assert told.exit_code == 0
    for words in ("User equilibrium in 2026, base", "386", "552", "vehicle·min", "Most loaded links: 5 of 5", "3_4", "Converged.", "passed",
                  "4.0 vehicle stay in their zone", "1 pair has no way, 3.0 vehicle", "2 → 1 (vehicles)"):  # fmt: skip
        assert words in told.output, words
    french = run("assign", braess, "--rule", "system-optimum", "--lang", "fr").output
    for words in ("Optimum du système", "498", "Convergence atteinte", "restent dans leur zone", "aucun chemin", "à vide"):
        assert words in french, words


def test_what_did_not_converge_is_not_called_so(braess: str) -> None:
    told = run("assign", braess, "--rule", "user-equilibrium", "--iterations", "1")
    assert told.exit_code == 1
    assert "NOT converged" in told.output
    assert "Converged." not in told.output


def test_classes_stand_beside_each_other(tmp_path: Path) -> None:
    sources = nets.write(tmp_path, net=nets.net(2, 2, nets.CITY), cars=nets.trips(2, {(1, 2): 4}), trucks=nets.trips(2, {(1, 2): 1}))
    assert run("import", "tntp", *map(str, sources), str(tmp_path / "city"), "--toll-factor", "2").exit_code == 0
    told = run("assign", str(tmp_path / "city"), "--rule", "user-equilibrium", "--compare", "base").output
    assert "cars" in told
    assert "trucks" in told
    assert told.count("User equilibrium in 2026") == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("assign", "CASE", "--rule", "equilibrium"), 2, "Nearest: user-equilibrium"),
        (("assign", "CASE", "--gap", "1e-6"), 2, "--gap is for --rule"),
        (("assign", "CASE", "--iterations", "6"), 2, "--iterations is for --rule"),
        (("assign", "CASE", "--rule", "user-equilibrium", "--gap", "0"), 2, "Double precision"),
        (("assign", "CASE", "--rule", "user-equilibrium", "--year", "1999"), 2, "expected 2026"),
        (("assign", "CASE"), 3, "column theta: found nothing"),
        (("assess", "CASE", "-n", "5"), 3, "--rule user-equilibrium"),
        (("route", "1", "2", "--case", "CASE"), 3, "--rule user-equilibrium"),
        (("assign", "--rule", "user-equilibrium"), 2, "no hard capacities"),
        (("import", "tntp", "only", "out"), 2, "needs a net file and a trips file"),
        (("import", "gmns", "a", "b", "out"), 2, "takes one SOURCE"),
        (("import", "gmns", "a", "out", "--toll-factor", "1"), 2, "--toll-factor is for import tntp"),
        (("import", "visum", "a", "out"), 2, "gmns, xlsx, tntp"),
        (("export", "CASE", "--to", "svg", "--out", "x.svg"), 2, "nothing to draw"),
    ],
)
def test_a_wrong_question_is_one_message(braess: str, words: tuple[str, ...], code: int, said: str) -> None:
    answer = run(*(braess if word == "CASE" else word for word in words))
    assert answer.exit_code == code
    assert said in answer.stderr
    assert "Traceback" not in answer.output


def test_a_case_without_logit_passes_the_check(braess: str) -> None:
    told = run("check", braess)
    assert told.exit_code == 0
    assert "hold together" in told.output


def test_python_gives_rows(braess: str) -> None:
    found = karvan.load(braess).assign(rule="user-equilibrium", gap=1e-12)
    assert [row["amount"] for row in found.rows] == pytest.approx([4, 2, 2, 4, 2], abs=1e-4)
    assert found.document()["converged"]


def test_what_the_readme_says_is_what_the_screen_says() -> None:
    """The sentences of the import stand twice, since files know no catalogue: the same ones, with the same holes, in each language."""
    for language in LANGUAGES:
        words = catalogue(language)
        assert {key for key in words if key.startswith("import.")} == set(_SENTENCES)
