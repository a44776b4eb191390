"""What is written is what tomllib, the reader of the standard library, reads."""

import datetime
import tomllib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.files.toml_text import toml_text

SCALARS = (
    st.text() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.booleans()
    | st.dates() | st.datetimes() | st.times()
)  # fmt: skip
VALUES = st.recursive(SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3), max_leaves=12)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_round_trip(content: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(content)) == content


def test_it_reads_like_a_file_written_by_hand() -> None:
    content = {
        "hash": "ab", "years": [2021, 2022],
        "case": {"title": "Two “towns”", "as_of": datetime.date(2026, 6, 30), "level": {}},
        "cells": [{"id": "x", "value": 1.5}, {"id": "y", "value": float("inf")}],
    }  # fmt: skip
    assert toml_text(content) == (
        'hash = "ab"\nyears = [2021, 2022]\n\n[case]\ntitle = "Two “towns”"\nas_of = 2026-06-30\n\n[case.level]\n'
        '\n[[cells]]\nid = "x"\nvalue = 1.5\n\n[[cells]]\nid = "y"\nvalue = inf\n'
    )


def test_numbers_of_numpy_are_numbers() -> None:
    content = {"a": np.int64(3), "b": np.float64(0.5), "c": np.bool_(True), "d": np.datetime64("2026-06-30")}
    assert tomllib.loads(toml_text(content)) == {"a": 3, "b": 0.5, "c": True, "d": datetime.date(2026, 6, 30)}


@pytest.mark.parametrize("nothing", [None, object(), np.datetime64("NaT")])
def test_what_has_no_word_is_refused(nothing: Any) -> None:
    with pytest.raises(TypeError, match="no word"):
        toml_text({"a": [nothing]})
