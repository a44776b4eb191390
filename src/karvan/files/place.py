"""A new file or folder, whole or not at all: what is there is never overwritten, what fails leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from karvan.tables.faults import UsageError

_PREFIX = ".writing-"


def refuse_taken_folder(target: Path) -> None:
    """Raise `UsageError` when `target` is a file, or a folder that holds something."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, and a folder is to be written. Choose another name.")
    if target.is_dir() and any(target.iterdir()):
        raise UsageError(f"{target} exists and is not empty. Choose another name, or delete it first.")


def refuse_taken_file(target: Path) -> None:
    """Raise `UsageError` when there is something called `target`."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder, and a file is to be written. Name a file in it.")
    if target.exists():
        raise UsageError(f"{target} exists. Choose another name, or delete it first.")


def fill_folder(target: Path, fill: Callable[[Path], None]) -> tuple[str, ...]:
    """The files, named within `target`, that `fill` wrote into the folder it was given; they are moved when all of them are
    there. Raises `UsageError` when `target` is taken or cannot be written."""
    with _writing(target):
        refuse_taken_folder(target)
        made = _make(target)
        moved: list[Path] = []
        try:
            with tempfile.TemporaryDirectory(dir=target, prefix=_PREFIX) as beside:
                fill(Path(beside))
                names = sorted(path.relative_to(beside).as_posix() for path in Path(beside).rglob("*") if path.is_file())
                for entry in sorted(Path(beside).iterdir()):
                    os.replace(entry, target / entry.name)
                    moved.append(target / entry.name)
        except BaseException:
            for path in moved:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            _unmake(made)
            raise
    return tuple(names)


def fill_file(target: Path, fill: Callable[[Path], None]) -> tuple[str, ...]:
    """The name of the file that `fill` wrote at the path it was given; it is moved to `target` when it is whole.
    Raises `UsageError` when `target` is taken or cannot be written."""
    with _writing(target):
        refuse_taken_file(target)
        made = _make(target.parent)
        try:
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=_PREFIX) as beside:
                fill(Path(beside) / target.name)
                os.replace(Path(beside) / target.name, target)
        except BaseException:
            _unmake(made)
            raise
    return (target.name,)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}. Choose another place.") from error


def _make(folder: Path) -> list[Path]:
    """The folders that had to be made for `folder` to be there, the innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _unmake(made: list[Path]) -> None:
    for path in made:
        path.rmdir()
