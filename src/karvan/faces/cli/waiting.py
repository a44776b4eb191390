"""Says on a terminal that a verb without steps to count is at work, once that takes long; in pipes it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

AFTER = 3.0
"""Seconds of silence; most answers are there by then (an estimate)."""


@contextmanager
def waiting(sentence: str, console: Console, after: float = AFTER) -> Iterator[None]:
    """Shows the sentence and the seconds that have passed while the body runs longer than `after` s; leaves nothing behind."""
    if not console.is_terminal:
        yield
        return
    shown = Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True)
    shown.add_task(sentence, total=None)
    timer = Timer(after, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        shown.stop()
