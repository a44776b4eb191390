"""The command line."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C is one sentence from the first import on."""
    try:
        from karvan.faces.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Nothing is left half-written.\n")
        sys.exit(130)


__all__ = ["main"]
