"""An ordered, resumable map over keys, on one core or many; the conductor of a verdict calls it.

The order and the values of the results depend on the function and the keys alone, never on the number of workers.
At most `AHEAD` keys per worker are under way or waiting to be handed on, so memory does not grow with the keys.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_sentinels
from typing import Any, TypeVar

from karvan.runs import worker
from karvan.runs.store import Store

K = TypeVar("K")
R = TypeVar("R")
Progress = Callable[[int, int], None]

AHEAD = 4
_LOOK_AFTER = 2.0  # seconds without news after which the workers are counted


class WorkerLost(RuntimeError):
    """A worker process ended without an answer. The message names the usual cause and the remedy."""


def ordered_map(
    function: Callable[[K], R],
    keys: Sequence[K],
    *,
    workers: int,
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),
    store: Store | None = None,
    progress: Progress | None = None,
) -> Iterator[R]:
    """The results of `function` for every key, in the order of the keys.

    workers      1 works in this process; more start that many processes (fork on Linux, else spawn, where the
                 function, the keys and initargs must be picklable)
    initializer  called once per process before the first key, in this process when workers is 1
    store        asked before a key is worked on, told as soon as it is done
    progress     called in this process with (keys done, keys in all)

    An exception of the function arrives as it was raised, in the place of its key and with a note that names it. Raises `ValueError` when
    workers is below 1, `WorkerLost` when a process was killed from outside. However the iteration ends (the last key,
    an exception, Ctrl-C, a caller who stops asking), no process is left behind.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}, and at least 1 is needed.")
    task = worker.Task(function, initializer, initargs)
    return _here(task, keys, store, progress) if workers == 1 else _spread(task, keys, workers, store, progress)


def _here(task: worker.Task, keys: Sequence[Any], store: Store | None, progress: Progress | None) -> Iterator[Any]:
    begun = False
    for done, key in enumerate(keys, 1):
        value = store.get(key) if store else None
        if value is None:
            if not begun:
                task.begin()
                begun = True
            try:
                value = task.function(key)
            except Exception as error:
                error.add_note(_note(key))
                raise
            if store:
                store.put(key, value)
        if progress:
            progress(done, len(keys))
        yield value


@dataclass
class _Place:
    """A key's place in the line, and its value or its error once there is one."""

    key: Any
    value: Any = None
    error: Exception | None = None
    ready: bool = False


def _spread(
    task: worker.Task, keys: Sequence[Any], workers: int, store: Store | None, progress: Progress | None
) -> Iterator[Any]:
    coming, done = iter(keys), 0
    line: deque[_Place] = deque()
    running: dict[Future[Any], _Place] = {}

    def settle(place: _Place) -> None:
        nonlocal done
        place.ready, done = True, done + 1
        if progress:
            progress(done, len(keys))

    with _pool(task, min(workers, max(len(keys), 1))) as pool:
        while True:
            while len(line) < AHEAD * workers:
                try:
                    place = _Place(next(coming))
                except StopIteration:
                    break
                line.append(place)
                place.value = store.get(place.key) if store else None
                if place.value is not None:
                    settle(place)
                else:
                    running[_submit(pool, place.key, workers)] = place
            if not line:
                return
            if line[0].ready:
                place = line.popleft()
                if place.error:
                    raise place.error
                yield place.value
                continue
            for future in _next_finished(pool, running, workers):
                place = running.pop(future)
                _take(place, future, workers)
                if store and place.error is None:
                    store.put(place.key, place.value)
                settle(place)


def _submit(pool: ProcessPoolExecutor, key: Any, workers: int) -> Future[Any]:
    try:
        with worker.interrupts_held():  # a process begun here must not meet Ctrl-C before it has learnt to ignore it
            return pool.submit(worker.work, key)
    except BrokenProcessPool as error:
        raise _lost(workers) from error


def _next_finished(pool: ProcessPoolExecutor, running: dict[Future[Any], _Place], workers: int) -> list[Future[Any]]:
    """Futures that have an answer, in the order in which they were asked. Raises `WorkerLost`."""
    while True:
        finished, _ = wait(running, timeout=_LOOK_AFTER, return_when=FIRST_COMPLETED)
        if finished:
            return [future for future in running if future in finished]
        # A process killed while it was sending leaves the pool waiting for the rest of the message.
        if wait_for_sentinels([process.sentinel for process in _processes(pool)], timeout=0):
            if wait(running, timeout=_LOOK_AFTER, return_when=FIRST_COMPLETED).done:
                continue
            raise _lost(workers)


def _take(place: _Place, future: Future[Any], workers: int) -> None:
    try:
        place.value = future.result()
    except BrokenProcessPool as error:
        raise _lost(workers) from error
    except Exception as error:
        error.add_note(_note(place.key))
        place.error = error


def _note(key: Any) -> str:
    return f"while working on {key!r}"


def _lost(workers: int) -> WorkerLost:
    return WorkerLost(
        f"One of {workers} worker processes was ended from outside, most often because memory ran out. "
        "Use fewer workers, or free memory, and run again; what a store holds is not worked out twice."
    )


@contextmanager
def _pool(task: worker.Task, workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes are gone when the block is left, at once when it is left by an exception."""
    context = multiprocessing.get_context(_start_method())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=worker.begin, initargs=(task,))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        with worker.interrupts_held():
            _kill(pool)
        raise


def _start_method() -> str:
    """fork is quick and shares what is loaded, and is sound only on Linux."""
    return "fork" if sys.platform == "linux" else "spawn"


def _processes(pool: ProcessPoolExecutor) -> list[Any]:
    return list((getattr(pool, "_processes", None) or {}).values())


def _kill(pool: ProcessPoolExecutor) -> None:
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    for process in _processes(pool):
        process.kill()
    if writer is not None:  # else the pool would wait for the rest of a message that a killed process had begun
        writer.close()
    pool.shutdown(wait=True, cancel_futures=True)
