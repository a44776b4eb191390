from pathlib import Path

import pytest

from karvan.runs import FolderStore, MemoryStore, Store


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else FolderStore(tmp_path / "kept")


def test_gives_back_what_was_put(store: Store) -> None:
    assert store.get(("a", 1)) is None
    store.put(("a", 1), {"flow": 4.1})
    store.put(("a", 2), 0)
    assert store.get(("a", 1)) == {"flow": 4.1}
    assert store.get(("a", 2)) == 0


def test_replaces(store: Store) -> None:
    store.put(1, "old")
    store.put(1, "new")
    assert store.get(1) == "new"


def test_a_folder_outlives_its_store(tmp_path: Path) -> None:
    FolderStore(tmp_path).put(1, "kept")
    assert FolderStore(tmp_path).get(1) == "kept"


@pytest.mark.parametrize("content", [b"", b"\x80\x05cut short", b"not a pickle"])
def test_a_broken_file_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    store = FolderStore(tmp_path)
    store.put(1, "kept")
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert store.get(1) is None


def test_a_file_of_another_key_counts_as_absent(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(1, "one")
    (path,) = tmp_path.iterdir()
    store.put(2, "two")
    (other,) = set(tmp_path.iterdir()) - {path}
    path.replace(other)
    assert store.get(2) is None


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        FolderStore(tmp_path).put(1, "kept")
    assert list(tmp_path.iterdir()) == []
