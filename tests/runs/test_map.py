import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.runs import FolderStore, MemoryStore, WorkerLost, ordered_map
from karvan.runs import map as runs_map

WORKERS = [1, 2, 3]
_ready = {"offset": 0}


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def square(key: int) -> int:
    return key * key


def late_first(key: int) -> int:
    time.sleep(0.2 if key == 0 else 0.0)
    return key


def get_ready(offset: int) -> None:
    _ready["offset"] = offset


def shifted(key: int) -> int:
    return key + _ready["offset"]


class Moody(Exception):
    """An error that cannot be rebuilt from its message alone."""

    def __init__(self, place: str, remedy: str):
        super().__init__(f"{place}: {remedy}")


def fails_at_three(key: int) -> int:
    if key == 3:
        raise LookupError("no such year")
    return key * key


def moody(key: int) -> int:
    raise Moody("here", "mend it")


def dies(key: int) -> int:
    if key == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return key


def large(key: int) -> bytes:
    return bytes(4_000_000)


def get_ready_badly() -> None:
    raise ValueError("no licence")


@pytest.mark.parametrize("workers", WORKERS)
def test_results_come_in_the_order_of_the_keys(workers: int) -> None:
    assert list(ordered_map(square, range(40), workers=workers)) == [key * key for key in range(40)]
    assert list(ordered_map(late_first, range(6), workers=workers)) == list(range(6))


@pytest.mark.parametrize("workers", WORKERS)
def test_no_keys_no_results(workers: int) -> None:
    assert list(ordered_map(square, [], workers=workers)) == []


@given(st.lists(st.integers()), st.sets(st.integers()))
def test_any_keys_and_any_store_give_the_plain_map(keys: list[int], known: set[int]) -> None:
    store = MemoryStore()
    for key in known:
        store.put(key, key * key)
    assert list(ordered_map(square, keys, workers=1, store=store)) == [square(key) for key in keys]


@settings(max_examples=5)
@given(st.lists(st.integers(), min_size=1, max_size=30), st.integers(2, 4))
def test_workers_do_not_change_results(keys: list[int], workers: int) -> None:
    assert list(ordered_map(square, keys, workers=workers)) == list(ordered_map(square, keys, workers=1))


def test_spawned_processes_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_map, "_start_method", lambda: "spawn")
    assert list(ordered_map(shifted, range(5), workers=2, initializer=get_ready, initargs=(7,))) == [7, 8, 9, 10, 11]


@pytest.mark.parametrize("workers", WORKERS)
def test_every_process_gets_ready_first(workers: int) -> None:
    assert list(ordered_map(shifted, range(9), workers=workers, initializer=get_ready, initargs=(10,))) == list(range(10, 19))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_to_get_ready_is_told(workers: int) -> None:
    with pytest.raises(ValueError, match="no licence"):
        list(ordered_map(square, range(3), workers=workers, initializer=get_ready_badly))


@pytest.mark.parametrize("workers", WORKERS)
def test_progress_counts_every_key_once(workers: int) -> None:
    seen: list[tuple[int, int]] = []
    list(ordered_map(square, range(9), workers=workers, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(done, 9) for done in range(1, 10)]


@pytest.mark.parametrize("workers", WORKERS)
def test_an_exception_arrives_with_its_key(workers: int) -> None:
    results = ordered_map(fails_at_three, range(8), workers=workers)
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    with pytest.raises(LookupError, match="no such year") as caught:
        next(results)
    assert caught.value.__notes__ == ["while working on 3"]


def test_an_exception_that_cannot_travel_is_told() -> None:
    with pytest.raises(RuntimeError, match="Moody: here: mend it") as caught:
        list(ordered_map(moody, [1], workers=2))
    assert caught.value.__notes__[-1] == "while working on 1"


def test_a_killed_worker_is_told_with_a_remedy() -> None:
    with pytest.raises(WorkerLost, match="Use fewer workers"):
        list(ordered_map(dies, range(20), workers=2))


def test_a_dead_worker_is_noticed_when_the_pool_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_map, "_LOOK_AFTER", 0.2)
    monkeypatch.setattr(runs_map, "wait_for_sentinels", lambda sentinels, timeout: [1])
    with pytest.raises(WorkerLost):
        list(ordered_map(time.sleep, [30], workers=2))


@pytest.mark.parametrize("workers", WORKERS)
def test_a_second_run_goes_on_where_the_first_stopped(workers: int, tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(LookupError):
        list(ordered_map(fails_at_three, range(8), workers=workers, store=store))
    assert [store.get(key) for key in range(3)] == [0, 1, 4]
    store.put(1, "kept")
    assert list(ordered_map(square, range(5), workers=workers, store=store)) == [0, "kept", 4, 9, 16]


def test_only_a_window_of_keys_is_under_way() -> None:
    store = MemoryStore()
    results = ordered_map(square, range(1000), workers=2, store=store)
    assert next(results) == 0
    assert len(store.values) <= runs_map.AHEAD * 2


@pytest.mark.parametrize("workers", WORKERS)
def test_who_stops_asking_leaves_nothing_behind(workers: int) -> None:
    results = ordered_map(large, range(50), workers=workers)
    next(results)
    results.close()  # type: ignore[attr-defined]


def test_workers_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="workers is 0"):
        ordered_map(square, [1], workers=0)


SCRIPT = """
import os, sys, time
from karvan.runs import ordered_map

def slow(key):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)

try:
    list(ordered_map(slow, range(10), workers=2))
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", ["keyboard", "parent only", "parent killed"])
def test_ctrl_c_ends_everything_quietly(how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        if how == "keyboard":  # the terminal tells the whole group, workers included
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT if how == "parent only" else signal.SIGKILL)
        out, errors = process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, workers))
    assert errors == ""
    if how != "parent killed":
        assert (process.returncode, out.splitlines()[-1]) == (130, "interrupted")
