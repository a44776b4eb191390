"""The rules of the house that a machine can read: who may know whom, what a file may be called, what may stand in it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SKIPPED = {"node_modules", "__pycache__", "site", "dist", "build", "htmlcov"}
HIDDEN_BUT_OURS = {".ci"}
LARGEST_TEXT = 5_000_000


def _tree(root: Path) -> Iterator[Path]:
    """The files of the project; what tools leave behind and hidden folders are left out."""
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in SKIPPED and (name[0] != "." or name in HIDDEN_BUT_OURS)]
        yield from (Path(folder) / name for name in files if not name.startswith(".coverage"))


def _imported(path: Path) -> Iterator[str]:
    """The modules a file imports, `from package import module` as package.module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def test_the_contracts_are_kept(root: Path) -> None:
    program = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
    done = subprocess.run([sys.executable, "-c", program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ["engines", "runs", "tables"])
def test_the_ground_floor_imports_nothing_else_of_ours(root: Path, room: str) -> None:
    """As the contracts, and also for rooms that are built later."""
    for path in sorted((root / "src" / "karvan" / room).rglob("*.py")):
        for module in _imported(path):
            assert not module.startswith("."), f"{path}: write imports in full, not {module}"
            ours = module == "karvan" or module.startswith("karvan.")
            assert not ours or module.startswith(f"karvan.{room}"), f"{path} imports {module}"


def test_no_file_is_called_after_nothing(root: Path) -> None:
    homeless = re.compile(r"^_?(utils?|commons?|helpers?|misc)$")
    assert [path for path in _tree(root / "src") if homeless.match(path.stem)] == []


def test_no_machine_path_stands_in_the_tree(root: Path) -> None:
    """A path of one machine is a bug on every other. The patterns are spelt so that this file passes."""
    places = re.compile(rb"(?<![\w.:/])/(?:work\b|ho[m]e/\w|ro[o]t/|Users/\w|tm[p]/\w|op[t]/\w)|[A-Z]:\\\\Users")
    found = []
    for path in _tree(root):
        if path.stat().st_size > LARGEST_TEXT:
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            found += [f"{path.relative_to(root)}: {match.group().decode()}" for match in places.finditer(content)]
    assert found == []


@pytest.mark.program("make")
def test_make_help_lists_every_target(root: Path) -> None:
    shown = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r"^make (\w+)", shown, re.MULTILINE)) == set(phony.group(1).split())


def test_the_lock_holds_every_declared_package(root: Path) -> None:
    """So that a package added to pyproject.toml without `make lock` is noticed before a fresh machine notices."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["tables"],
        *project["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[^\w.-]", each, maxsplit=1)[0].lower().replace("_", "-") for each in declared}
    lock = (root / "requirements" / "lock.txt").read_text(encoding="utf-8")
    assert names <= set(re.findall(r"^([\w.-]+)(?:\[.*?\])?==", lock, re.MULTILINE)), "run `make lock`"
    assert "--hash=sha256:" in lock
    assert "://" not in lock
