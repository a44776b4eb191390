"""The ways of the built-in case as lines of the chart: they end where the ways end, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.files.test_tcd import _overlapping
from typer.testing import CliRunner

from karvan.faces import chart
from karvan.faces.cli.app import app
from karvan.verbs.loading import DEFAULT_CASE
from karvan.verbs.route import route
from karvan.verdict.shipment import Comparison


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    out = tmp_path_factory.mktemp("chart") / "ways.svg"
    return route(DEFAULT_CASE, "Xi'an", "Istanbul", "container", 5, None, None, (), None, None, 24.0, out)


def test_a_line_ends_where_its_way_does(found: Comparison) -> None:
    for way, line in zip(found.ways, chart.lines(found, "en"), strict=True):
        km, days, money = line.corners[-1]
        assert (km, days, money) == pytest.approx((way.length, way.days_mean, way.money))
        corners = np.array(line.corners)
        assert (np.diff(corners[:, :2], axis=0) >= -1e-9).all()
        assert all(stop.days >= 1 / 24 - 1e-9 for stop in line.stops)
        assert (line.days_p10, line.days_p90) == (way.days_p10, way.days_p90)


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("change of gauge", "wait for a sailing", "kilometres from the start", "P10 to P90")),
    ("fr", ("changement d’écartement", "attente d’un navire", "kilomètres depuis le départ", "P10 à P90")),
])  # fmt: skip
def test_it_is_drawn_in_both_languages_without_words_on_words(found: Comparison, language: str, words: tuple[str, ...]) -> None:
    chart.write(found, language)
    assert isinstance(found.chart, Path)
    drawn = found.chart.read_text(encoding="utf-8")
    assert all(word in drawn for word in words)
    assert _overlapping(drawn) == []


def test_the_command_draws_beside_its_json(tmp_path: Path) -> None:
    out = tmp_path / "ways.svg"
    ran = CliRunner().invoke(app, ["route", "Xian", "Istanbul", "--best", "1", "--lang", "fr", "--chart", str(out), "--json"])
    assert ran.exit_code == 0, ran.output
    (way,) = json.loads(ran.stdout)["routes"]
    assert f"{way['days_p50']:.1f} j".replace(".", ",") in out.read_text(encoding="utf-8")
