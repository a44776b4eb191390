"""The corridor of docs/how-to/own-corridor.md, made of the very tables that the page shows, and asked. `outputs` quotes it.

    python docs/own_corridor.py TABLES VERB …    the first so many tables of the page; then `karvan VERB two_places`
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "how-to" / "own-corridor.md"
TABLE = re.compile(r"^`two_places/(?P<name>[a-z_]+\.csv)`:\n\n```csv\n(?P<text>.*?)```$", re.MULTILINE | re.DOTALL)
CASE = "two_places"
_MAIN = "from karvan.faces.cli import main; main()"
_ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path if path)}
WORDS = {"check": (CASE,), "assign": (CASE,), "assess": (CASE, "--futures", "200"), "explain": ("ore_900kt", "--case", CASE, "--futures", "200")}


def tables() -> list[tuple[str, str]]:
    """File name and text of every table of the page, in its order."""
    return [(found["name"], found["text"]) for found in TABLE.finditer(PAGE.read_text(encoding="utf-8"))]


def karvan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command run in `folder`, so that names are short."""
    return subprocess.run([sys.executable, "-c", _MAIN, *words], cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8", env=_ENVIRONMENT)


def fill(folder: Path, count: int) -> None:
    """Make the empty case in `folder`, and put the first `count` tables of the page into it."""
    karvan(folder, "new", CASE, "--empty")
    for name, text in tables()[:count]:
        (folder / CASE / name).write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Print what the verbs say."""
    if len(arguments) < 2 or not arguments[0].isdigit() or not set(arguments[1:]) <= set(WORDS):
        print("usage: python docs/own_corridor.py TABLES VERB …", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        fill(Path(place), int(arguments[0]))
        said = []
        for verb in arguments[1:]:
            ran = karvan(Path(place), verb, *WORDS[verb])
            said.append(f"$ karvan {verb} {' '.join(WORDS[verb])}\n{(ran.stdout + ran.stderr).rstrip()}\n")
    print("\n".join(said), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
