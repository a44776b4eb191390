"""The tiny corridor and the built-in one, loaded once."""

from __future__ import annotations

import pytest

from karvan.corridor.corridor import Corridor
from karvan.files import cases
from tests.corridor import tiny


@pytest.fixture(scope="session")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Corridor:
    return tiny.load(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def middle() -> Corridor:
    return cases.load("middle_corridor")
