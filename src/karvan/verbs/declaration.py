"""How a verb and its options are declared. Command line, Python and HTTP are derived from it."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from karvan.tables.faults import UsageError

Progress = Callable[[int, int], None]
_EXPECTED = {int: "a whole number", float: "a number", bool: "True or False", str: "text", Path: "a path"}


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

    def read(self, value: Any) -> Any:
        """A value given in Python as the function of the verb takes it: whole numbers and numbers of numpy too, a path from text,
        a tuple where it may be repeated. Raises `UsageError` for one of another type; what it must be beyond that the verb says."""
        if value is None and self.default is None and not self.required:
            return None
        if not self.repeated:
            return self._one(value, value, _EXPECTED[self.type])
        expected = f"a list, each {_EXPECTED[self.type]}"
        if not isinstance(value, (list, tuple)) or (self.required and not value):
            raise UsageError(f"{self.name}={reprlib.repr(value)}: expected {expected}; found {_found(value)}.")
        return tuple(self._one(each, value, expected) for each in value)

    def _one(self, value: Any, given: Any, expected: str) -> Any:
        kinds: tuple[type, ...] = {int: (Integral,), float: (Real,), bool: (bool, np.bool_), str: (str, os.PathLike), Path: (str, os.PathLike)}[self.type]
        if not isinstance(value, kinds) or (self.type in (int, float) and isinstance(value, bool)):
            raise UsageError(f"{self.name}={reprlib.repr(given)}: expected {expected}; found {_found(value)}.")
        return self.type(value)


@dataclass(frozen=True)
class Verb:
    """One verb: what it answers, its options, and the function, whose keyword arguments are the options' names.
    A verb that `progresses` also takes progress=, called with (done, total) of what it `counts`. One that `waits` may be long at
    work without steps to count: a first run compiles the engine."""

    name: str
    meaning: str
    options: tuple[Option, ...]
    run: Callable[..., Any]
    progresses: bool = False
    waits: bool = False
    counts: str = "futures"

    def arguments(self, given: dict[str, Any], needed: Collection[str] = ()) -> dict[str, Any]:
        """Every option with its value, those not given with their default, those `needed` never without one. Raises `UsageError`
        for one of another type."""
        options = (replace(option, required=True) if option.name in needed else option for option in self.options)
        return {option.name: option.read(given.get(option.name, option.default)) for option in options}


def _found(value: Any) -> str:
    """What a value is, in a word."""
    if value is None:
        return "None"
    return f"an empty {type(value).__name__}" if isinstance(value, (list, tuple)) and not value else type(value).__name__
