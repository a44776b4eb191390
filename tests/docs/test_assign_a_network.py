"""The page on networks of the literature: its files are read, its commands run, and the figures it states come out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from karvan.faces.cli.app import app
from tests.docs.test_reference import keys_of, sections
from tests.files import nets
from tests.verdict.test_wardrop import edit


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "how-to" / "assign-a-network.md").read_text(encoding="utf-8")


def block(page: str, name: str) -> str:
    """The indented block that follows the mention of a file."""
    found = re.search(rf"`{re.escape(name)}`[^\n]*\n\n((?:    [^\n]*\n)+)", page)
    assert found is not None, name
    return dedent(found[1])


def run(*words: str) -> dict:
    ran = CliRunner().invoke(app, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def amounts(document: dict) -> list[float]:
    return [row["amount"] for row in document["flows"]]


def test_braess_as_told(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("braess_net.tntp", "braess_trips.tntp", "closed.toml"):
        (tmp_path / name).write_text(block(page, name), encoding="utf-8")
    assert "README.md" in run("import", "tntp", "braess_net.tntp", "braess_trips.tntp", "braess")["written"]
    alone = run("assign", "braess", "--rule", "user-equilibrium")
    assert alone["total_cost"] == pytest.approx(552)
    assert amounts(alone) == pytest.approx([4, 2, 2, 4, 2], abs=1e-4)
    together = run("assign", "braess", "--rule", "system-optimum")
    assert together["total_cost"] == pytest.approx(498)
    assert amounts(together) == pytest.approx([3, 3, 3, 3, 0], abs=1e-4)
    closed = run("assign", "braess", "--rule", "user-equilibrium", "--scenario", "closed.toml", "--compare", "base")
    assert closed["total_cost"] == pytest.approx(498)
    assert closed["compare"]["total_cost"] == pytest.approx(552)
    assert "every vehicle needs 92 minutes, 552 in all, with 4, 2, 2, 4 and 2" in page
    assert "need 498" in page


def test_two_classes_as_told(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "city_net.tntp").write_text(block(page, "city_net.tntp"), encoding="utf-8")
    nets.write(tmp_path, cars_trips=nets.trips(2, {(1, 2): 40}), trucks_trips=nets.trips(2, {(1, 2): 18}))
    run("import", "tntp", "city_net.tntp", "cars_trips.tntp", "trucks_trips.tntp", "city", "--toll-factor", "2")
    edit(tmp_path / "city", "links", {"link_id": "1_2"}, commodities="cars")
    edit(tmp_path / "city", "commodities", {"commodity_id": "trucks"}, value_of_time="60")
    found = run("assign", "city", "--rule", "user-equilibrium", "--gap", "1e-12")
    got = {(row["id"], row["commodity"]): row["amount"] for row in found["flows"]}
    assert got == {("1_2", "cars"): pytest.approx(30), ("1_2_2", "cars"): pytest.approx(0, abs=1e-9), ("1_2_2", "trucks"): pytest.approx(15),
                   ("1_2_3", "cars"): pytest.approx(10), ("1_2_3", "trucks"): pytest.approx(3)}  # fmt: skip
    assert [each["total_cost"] / each["assigned"] for each in found["classes"]] == pytest.approx([40, 40])


def test_every_key_of_user_equilibrium_has_a_line_and_every_line_a_key(tmp_path: Path, root: Path) -> None:
    links = [(1, 2, 1, 1, 0.15, 4), (2, 1, 1, 1, 0.15, 4)]
    sources = nets.write(tmp_path, net=nets.net(3, 3, links), trips=nets.trips(3, {(1, 2): 3, (2, 3): 2}))
    run("import", "tntp", *map(str, sources), str(tmp_path / "case"))
    document = run("assign", str(tmp_path / "case"), "--rule", "user-equilibrium")
    text = sections((root / "docs" / "reference" / "json.md").read_text(encoding="utf-8"))
    listed = set(re.findall(r"^\| `([^`]+)`", text["assign --rule user-equilibrium"], flags=re.MULTILINE))
    always = set(re.findall(r"^\| `([^`]+)`", text["Every document"], flags=re.MULTILINE))
    printed = set(keys_of(document))
    assert printed - always - listed == set()
    assert listed - printed == set()


def test_the_document_is_the_same_bytes_but_for_its_timings(tmp_path: Path) -> None:
    sources = nets.write(tmp_path, net=nets.net(3, 4, nets.THREE_ZONES), trips=nets.trips(3, {(1, 2): 30, (1, 3): 20, (2, 1): 5}))
    run("import", "tntp", *map(str, sources), str(tmp_path / "case"))
    documents = [run("assign", str(tmp_path / "case"), "--rule", "user-equilibrium") for _ in range(2)]
    timings = [document.pop("timings") for document in documents]
    assert json.dumps(documents[0]) == json.dumps(documents[1])
    for each, document in zip(timings, documents, strict=True):
        assert len(each["iterations"]) == document["iterations"] == len(document["gaps"])
        assert each["assign"] == pytest.approx(sum(each["iterations"]))
        assert each["assign"] > 0
