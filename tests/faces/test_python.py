"""karvan as a Python library: what the README shows, and the errors a caller catches."""

import pytest

import karvan as kv


def test_the_board_as_a_data_frame() -> None:
    board = kv.load("middle_corridor").assess(futures=4, workers=1)
    frame = board.to_pandas()
    assert len(frame) == len(board.rows) > 40
    assert {"target_id", "verdict", "probability"} <= set(frame.columns)
    assert board.to_polars().height == len(frame)
    assert board._repr_html_().startswith("<table>")
    assert board.document()["schema_version"]


def test_routes_flows_and_tables() -> None:
    case = kv.load()
    ways = case.route("Xi'an", "Istanbul", best=3)
    assert 1 <= len(ways.rows) <= 3
    assert ways.rows[0]["days_p10"] < ways.rows[0]["days_p50"] < ways.rows[0]["days_p90"]
    assert len(case.assign().rows) > 100
    assert next(row for row in case.without("kuryk").rows if row["id"] == "titr_caspian")["difference"] < 0
    assert [row["month"] for row in case.months().rows] == list(range(1, 13))
    assert len(case.critical(2).rows) == 2
    assert case.table("fleets").rows[0]["fleet_id"]
    assert "Verdict" in case.explain("t03_fibre_2026", futures=4, workers=1)
    assert case.document()["valid"] is True


def test_errors_are_ours(tmp_path) -> None:
    with pytest.raises(kv.UsageError, match="No place is called"):
        kv.load().route("Xian", "Atlantis")
    with pytest.raises(kv.InvalidData) as caught:
        kv.load(tmp_path)
    assert all(fault.remedy for fault in caught.value.faults)
    with pytest.raises(kv.UsageError, match="Nearest"):
        kv.load().table("shipz")
    with pytest.raises(AttributeError):
        kv.no_such_name  # noqa: B018
