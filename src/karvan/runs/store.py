"""Where finished work is kept, so that a run which was broken off goes on where it stopped.

A store is two methods. What is kept belongs to one question: give every question (case, options, seed) a store
of its own, or put all of it into the key. `None` means "not there", so a result that is `None` is worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """What `ordered_map` asks of a store. Both methods are called in the calling process only."""

    def get(self, key: Any) -> Any | None:
        """The value kept for `key`, or `None`."""

    def put(self, key: Any, value: Any) -> None:
        """Keep `value` for `key`."""


class MemoryStore:
    """Keeps values for as long as it lives itself. Keys must be hashable."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}

    def get(self, key: Any) -> Any | None:
        return self.values.get(key)

    def put(self, key: Any, value: Any) -> None:
        self.values[key] = value


class FolderStore:
    """Keeps one pickle per key in a folder, named by the hash of `repr(key)`.

    A file appears whole or not at all, also when several runs share the folder. A file that cannot be read, or that
    belongs to another key, counts as absent. Pickles run code when read: use only folders of your own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: Any) -> Any | None:
        try:
            named, value = pickle.loads(self._path(key).read_bytes())
        except Exception:  # absent, cut short, or of classes that have since changed: work it out anew
            return None
        return value if named == repr(key) else None

    def put(self, key: Any, value: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = pickle.dumps((repr(key), value), protocol=pickle.HIGHEST_PROTOCOL)
        handle, beside = tempfile.mkstemp(dir=self.folder, suffix=".writing")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(beside, self._path(key))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise

    def _path(self, key: Any) -> Path:
        return self.folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()}.pickle"
