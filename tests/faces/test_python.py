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


WRONG = {
    "year='2030': expected a whole number; found str": lambda case: case.assign(year="2030"),
    "year=2030.5: expected a whole number; found float": lambda case: case.months(year=2030.5),
    "year=True: expected a whole number; found bool": lambda case: case.route("Xi'an", "Istanbul", year=True),
    "gap='tiny': expected a number; found str": lambda case: case.assign(rule="user-equilibrium", gap="tiny"),
    "scenario=3: expected a path; found int": lambda case: case.assign(scenario=3),
    "set='kuryk=never': expected a list, each text; found str": lambda case: case.assess(set="kuryk=never"),
    "set=[('kuryk', 'never')]: expected a list, each text; found tuple": lambda case: case.assess(set=[("kuryk", "never")]),
    "futures=None: expected a whole number; found None": lambda case: case.assess(futures=None),
    "target=None: expected text; found None": lambda case: case.explain(None),
    "rule=1: expected text; found int": lambda case: case.assign(rule=1),
    "without=(): expected a list, each text; found an empty tuple": lambda case: case.without(),
    "without=(5,): expected a list, each text; found int": lambda case: case.without(5),
    "critical=None: expected a whole number; found None": lambda case: case.critical(None),
    "destination=['Baku']: expected text; found list": lambda case: case.route("Xi'an", ["Baku"]),
    "within='24': expected a number; found str": lambda case: case.route("Xi'an", "Baku", within="24"),
    "language=['en']: expected text; found list": lambda case: case.explain("t03_fibre_2026", language=["en"]),
    "stale='yes': expected True or False; found str": lambda case: case.facts(stale="yes"),
    "name=4: expected text; found int": lambda case: case.table(4),
    "case=7: expected text; found int": lambda case: kv.load(7),
}


@pytest.fixture(scope="module")
def case() -> kv.Case:
    return kv.load()


@pytest.mark.parametrize("said", WRONG)
def test_a_value_of_another_type_is_told_with_its_option(case: kv.Case, said: str) -> None:
    with pytest.raises(kv.UsageError) as caught:
        WRONG[said](case)
    assert str(caught.value) == f"{said}."


def test_values_of_numpy_and_lists_are_taken(case: kv.Case) -> None:
    import numpy as np

    same = case.assign(year=np.int64(2030), set=[])
    assert same.rows == case.assign(year=2030).rows
    assert case.facts("terminals", older_than=np.float32(2)).rows == case.facts("terminals", older_than=2).rows
