"""The command line."""

from karvan.faces.cli.app import main

__all__ = ["main"]
