"""A long answer is announced on a terminal, a short one and one in a pipe are not."""

import io
import time

import pytest
from rich.console import Console

from karvan.faces.cli.waiting import waiting
from karvan.verbs.catalogue import VERBS


def _until_said(stream: io.StringIO, words: str) -> None:
    for _ in range(500):
        if words in stream.getvalue():
            return
        time.sleep(0.01)
    raise AssertionError(stream.getvalue())


def test_a_terminal_is_told_and_left_clean() -> None:
    stream = io.StringIO()
    with waiting("At work.", Console(file=stream, force_terminal=True, width=60), after=0.0):
        _until_said(stream, "At work.")
    assert stream.getvalue().endswith(("\x1b[2K", "\x1b[?25h")), "the line is taken back and the cursor is shown again"


def test_a_short_answer_says_nothing() -> None:
    stream = io.StringIO()
    with waiting("At work.", Console(file=stream, force_terminal=True), after=600.0):
        pass
    assert stream.getvalue() == ""


def test_a_pipe_is_told_nothing() -> None:
    stream = io.StringIO()
    with waiting("At work.", Console(file=stream), after=0.0):
        time.sleep(0.05)
    assert stream.getvalue() == ""


def test_an_error_ends_it() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with waiting("At work.", Console(file=stream, force_terminal=True, width=60), after=0.0):
            _until_said(stream, "At work.")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    before = stream.getvalue()
    time.sleep(0.3)
    assert stream.getvalue() == before


def test_verbs_that_compile_an_engine_are_declared_so() -> None:
    assert {verb.name for verb in VERBS if verb.waits} >= {"assign", "route", "calibrate"}
    assert not [verb.name for verb in VERBS if verb.waits and verb.progresses], "a verb with steps shows those"
