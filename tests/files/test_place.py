"""All or nothing, and nothing of others is touched."""

import os
from pathlib import Path

import pytest

from karvan.files import place
from karvan.tables.faults import UsageError


def _fill(beside: Path) -> None:
    (beside / "sub").mkdir()
    (beside / "sub" / "b.txt").write_text("b")
    (beside / "a.txt").write_text("a")


def _break(beside: Path) -> None:
    _fill(beside)
    raise UsageError("no")


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_is_filled(tmp_path: Path, there: bool) -> None:
    target = tmp_path / "deep" / "out"
    if there:
        target.mkdir(parents=True)
    assert place.fill_folder(target, _fill) == ("a.txt", "sub/b.txt")
    assert sorted(path.name for path in target.rglob("*")) == ["a.txt", "b.txt", "sub"]


def test_the_folder_one_stands_in_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place.fill_folder(Path("."), _fill)
    assert (tmp_path / "a.txt").read_text() == "a"


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        place.fill_folder(tmp_path / "deep" / "out", _break)
    with pytest.raises(UsageError):
        place.fill_file(tmp_path / "deep" / "out.txt", lambda path: _break(path.parent))
    assert list(tmp_path.iterdir()) == []


def test_a_move_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move = os.replace

    def replace(old: Path, new: Path) -> None:
        if Path(new).name == "sub":
            raise OSError(28, "No space left on device")
        move(old, new)

    monkeypatch.setattr(place.os, "replace", replace)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        place.fill_folder(tmp_path / "out", _fill)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    for target in (tmp_path, mine):
        with pytest.raises(UsageError, match="Choose another name"):
            place.fill_folder(target, _fill)
    with pytest.raises(UsageError, match="delete it first"):
        place.fill_file(mine, lambda path: None)
    with pytest.raises(UsageError, match="is a folder"):
        place.fill_file(tmp_path, lambda path: None)
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]


def test_a_place_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        place.fill_folder(tmp_path / "file" / "out", _fill)
    with pytest.raises(UsageError, match="cannot be written"):
        place.fill_file(tmp_path / "file" / "out", lambda path: None)
