"""How a verb and its options are declared. Command line, Python and HTTP are derived from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Option:
    """One option, declared once. A positional one has no dashes; a repeated one may be given several times."""

    name: str
    type: type
    default: Any
    meaning: str
    metavar: str = ""
    short: str = ""
    positional: bool = False
    repeated: bool = False
    required: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb: what it answers, its options, and the function, whose keyword arguments are the options' names.
    A verb that `progresses` also takes progress=, called with (done, total)."""

    name: str
    meaning: str
    options: tuple[Option, ...]
    run: Callable[..., Any]
    progresses: bool = False
