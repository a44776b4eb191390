"""Finding a case: a built-in name, a folder, or a message with the nearest name."""

from pathlib import Path

import pytest

from karvan.files import cases
from karvan.tables.faults import UsageError
from tests.corridor import tiny


def test_a_case_is_found_by_name_or_folder(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    assert "middle_corridor" in cases.built_in()
    assert cases.locate(str(tmp_path)) == tmp_path
    assert cases.load(str(tmp_path)).settings.name == "tiny"
    assert not cases.is_built_in(str(tmp_path))


@pytest.mark.parametrize("name", ["midle_corridor", "no\0where", "x" * 5000])
def test_a_case_that_is_not_there(name: str) -> None:
    with pytest.raises(UsageError, match=r"built-in case") as caught:
        cases.load(name)
    assert caught.value.exit_code == 2


def test_the_nearest_case_is_named() -> None:
    with pytest.raises(UsageError, match="Nearest built-in case: middle_corridor"):
        cases.locate("midle_corridor")
