"""Run every example and compare what it prints with the .out beside it, or write the .out anew.

    python examples/run.py            exit 1 when an example prints something else than its .out
    python examples/run.py --write    write every .out
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def examples() -> list[Path]:
    """The scripts and command files, in the order of their names."""
    return sorted(path for path in [*HERE.glob("*.py"), *HERE.glob("*.sh")] if path.name != Path(__file__).name)


def output(example: Path) -> str:
    """What an example prints; the last lines of its errors follow when it fails."""
    if example.suffix == ".py":
        return _run([sys.executable, example.name])
    parts = []
    for line in example.read_text(encoding="utf-8").splitlines():
        if line.startswith("karvan "):
            parts.append(f"$ {line}\n{_run([sys.executable, '-c', _MAIN, *_words(line)])}\n")
    return "".join(parts)


_MAIN = "from karvan.faces.cli import main; main()"


def _words(line: str) -> list[str]:
    import shlex

    return shlex.split(line)[1:]


def _run(command: list[str]) -> str:
    found = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, encoding="utf-8")
    text = found.stdout if found.returncode == 0 else f"{found.stdout}exit {found.returncode}\n{found.stderr[-2000:]}"
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def main(arguments: list[str]) -> int:
    """Write or compare; 0 when all is as checked in."""
    if arguments not in ([], ["--write"]):
        print("usage: python examples/run.py [--write]", file=sys.stderr)
        return 2
    different = 0
    for example in examples():
        kept, found = example.with_suffix(".out"), output(example)
        if arguments:
            kept.write_text(found, encoding="utf-8")
        elif not kept.is_file() or kept.read_text(encoding="utf-8") != found:
            different += 1
            print(f"{example.name} prints something else than {kept.name}. Run `python examples/run.py --write` and look at the difference.", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
