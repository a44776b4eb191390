"""The page of a case says what its tables hold, row by row, with sources and licences."""

from __future__ import annotations

import csv
import re
from types import ModuleType

import pytest

from karvan.files import cases
from tests.docs.test_generate import generate

__all__ = ["generate"]


def rows(case: str, table: str) -> list[dict[str, str]]:
    path = cases.built_in()[case] / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def lines(section: str) -> list[str]:
    """The body rows of the first table of a section."""
    return re.findall(r"^\|.*\|$", section, flags=re.MULTILINE)[2:]


@pytest.fixture(scope="module")
def written(generate: ModuleType) -> dict[str, str]:
    return {path.name: text for path, text in generate.pages().items() if path.parent == generate.CASES}


@pytest.mark.parametrize("case", cases.built_in())
def test_every_row_has_its_line(written: dict[str, str], case: str) -> None:
    found = sections(written[f"{case}.md"])
    for title, table in (("Fleets", "fleets"), ("Shared limits", "resources"), ("Projects and their promised dates", "projects"), ("Targets", "targets"), ("Sources", "sources")):
        wanted = rows(case, table)
        assert len(lines(found.get(title, ""))) == len(wanted), title
    capacities = [row for row in rows(case, "terminals") if row["capacity"] not in ("", "unknown")]
    assert len(lines(found.get("Terminals with a capacity", ""))) == len(capacities)


@pytest.mark.parametrize("case", cases.built_in())
def test_every_address_is_there_and_every_citation_leads_to_a_source(written: dict[str, str], case: str) -> None:
    page = written[f"{case}.md"]
    anchors = set(re.findall(r'<span id="([^"]+)">', page))
    assert anchors == {row["source_id"] for row in rows(case, "sources")}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors
    addresses = [row for row in rows(case, "sources") if row["address"].startswith("http")]
    assert len(re.findall(r"\]\(<https?://", sections(page)["Sources"])) == len(addresses)


@pytest.mark.parametrize("case", cases.built_in())
def test_geonames_and_other_licences_are_named(written: dict[str, str], case: str) -> None:
    licences = sections(written[f"{case}.md"])["Licences"]
    from_geonames = sum(row["source_id"] == "geonames" for row in rows(case, "nodes"))
    if from_geonames:
        assert f"{from_geonames} of {len(rows(case, 'nodes'))} coordinates come from [GeoNames]" in licences
        assert "CC BY 4.0" in licences
    for row in rows(case, "sources"):
        assert not row["licence"] or row["publisher"] in licences


@pytest.mark.parametrize("case", cases.built_in())
def test_the_maps_are_files_of_the_manual(written: dict[str, str], case: str) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", written[f"{case}.md"])
    assert shown
    assert set(shown) <= set(written)
    assert f"({case}.md)" in written["index.md"]


def test_signs_of_markdown_in_a_table_are_escaped(generate: ModuleType) -> None:
    text = generate.case_page.text
    assert text("a|b *c* [d](e) <f>\n g") == r"a\|b \*c\* \[d\](e) \<f\> g"
    assert generate.case_page._address("https://a.org/x y_(z)?q=<>&r=é") == "[a.org](<https://a.org/x%20y_%28z%29?q=%3C%3E&r=%C3%A9>)"
    assert generate.case_page._address("unknown") == "unknown"
