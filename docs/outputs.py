"""Write the outputs quoted in README.md and in the manual anew, so that they are what the commands print.

A quoted output stands below a comment that names its command; `lines A-B` keeps a part of it:

    <!-- output of: karvan calibrate -->
    <!-- output of: karvan assign --year 2030, lines 1-12 -->
    <!-- output of: python docs/edited_tables.py berth -->       a script of this folder, where several steps belong together

    python docs/outputs.py              run every command named (minutes: boards are drawn with 1,000 futures)
    python docs/outputs.py PAGE.md …    only those pages
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUOTE = re.compile(r"(<!-- output of: (?P<program>karvan|python) (?P<words>[^>]*?)(?:, lines (?P<first>\d+)-(?P<last>\d+))? -->\n```text\n)(?P<text>.*?)```", re.DOTALL)
_MAIN = "from karvan.faces.cli import main; main()"


def quoting() -> list[Path]:
    """The pages that quote an output."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if QUOTE.search(page.read_text(encoding="utf-8"))]


def output(found: re.Match[str]) -> str:
    """What the command of a quote prints, cut to its lines."""
    script = [] if found["program"] == "python" else ["-c", _MAIN]
    command = [sys.executable, *script, *shlex.split(found["words"])]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8")
    lines = [line.rstrip() for line in ran.stdout.splitlines()]
    if found["first"]:
        lines = lines[int(found["first"]) - 1 : int(found["last"])]
    return "".join(f"{line}\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Rewrite the quotes of the pages named, or of all."""
    for page in [Path(name) for name in arguments] or quoting():
        text = page.read_text(encoding="utf-8")
        page.write_text(QUOTE.sub(lambda found: found[1] + output(found) + "```", text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
