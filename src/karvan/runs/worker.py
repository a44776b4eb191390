"""The side of `ordered_map` that lives in the worker processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """What every process has to know once: the function, and how to get ready for it."""

    function: Callable[[Any], Any]
    initializer: Callable[..., object] | None = None
    initargs: tuple[Any, ...] = ()

    def begin(self) -> None:
        if self.initializer is not None:
            self.initializer(*self.initargs)


@dataclass
class _Desk:
    """The state of one worker process: its task, and what went wrong when it got ready."""

    task: Task | None = None
    error: Exception | None = None


_desk = _Desk()


def begin(task: Task) -> None:
    """Get ready, once per process. A failure is kept for the first key, where it can be told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _desk.task = task
    try:
        task.begin()
    except Exception as error:
        _desk.error = error


def work(key: Any) -> Any:
    """The result of the task for one key."""
    try:
        if _desk.error is not None:
            raise _desk.error
        assert _desk.task is not None
        return _desk.task.function(key)
    except Exception as error:
        if _travels(error):
            raise
        raise _told(error) from None


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Inside, Ctrl-C waits; a process started inside begins with it held. No effect where signals cannot be held."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _travels(error: Exception) -> bool:
    """Whether the error arrives in another process as it is."""
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return type(copy) is type(error) and str(copy) == str(error)


def _told(error: Exception) -> Exception:
    """What the error says, in an error that travels."""
    told = RuntimeError(f"{type(error).__name__}: {error}")
    told.add_note("".join(traceback.format_exception(error)).rstrip())
    return told
