"""A case copied, for a user to edit: its tables, settings, fits and scenarios, and neither caches nor procedures."""

from __future__ import annotations

import shutil
from pathlib import Path

from karvan.files import place
from karvan.tables.faults import UsageError

_PARTS = ("case.toml", "README.md", "*.csv", "fitted/*.toml", "scenarios/*.toml")


def copy_case(source: Path, target: Path) -> tuple[str, ...]:
    """The files copied, named within `target`. Contents only: who may write is not copied, so that a built-in case can be edited.
    Raises `UsageError` when `source` is no case, or `target` is taken or cannot be written."""
    if not (source / "case.toml").is_file():
        raise UsageError(f"{source} has no case.toml. Name the folder of a case, or a built-in case.")
    files = [path for part in _PARTS for path in sorted(source.glob(part)) if path.is_file()]

    def fill(beside: Path) -> None:
        for path in files:
            copy = beside / path.relative_to(source)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, copy)

    return place.fill_folder(target, fill)
