"""Where cases are: built in, or a folder of the user's."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from karvan.corridor import checks
from karvan.corridor.corridor import Corridor
from karvan.files import folder
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError


def built_in() -> dict[str, Path]:
    """The built-in cases by name."""
    root = Path(str(resources.files("karvan"))) / "cases"
    return {path.name: path for path in sorted(root.iterdir()) if (path / "case.toml").is_file()}


def locate(case: str) -> Path:
    """The folder of a case: a built-in name, or a path. Raises `UsageError` with the nearest name."""
    cases = built_in()
    if case in cases:
        return cases[case]
    path = Path(case)
    try:
        if path.exists():
            return path
    except OSError as error:
        raise UsageError(f"{case[:80]!r} is no place for a case: {error.strerror}. Name a folder or a built-in case.") from error
    raise UsageError(f"No case is called {case!r}, and there is no such folder. Nearest built-in case: {nearest(case, cases)}.")


def load(case: str) -> Corridor:
    """The corridor of a case, checked. Raises `UsageError` or `InvalidData`."""
    content = folder.read(locate(case))
    return checks.load(content.settings, content.tables, content.fitted)


def is_built_in(case: str) -> bool:
    """Whether a case is one of the built-in ones, which nobody writes into."""
    return locate(case) in built_in().values()
