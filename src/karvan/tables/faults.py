"""What is wrong with an input, in one shape for every room.

A fault names the place (file, row, column), both sides (found, expected) and the remedy.
Rooms collect faults and raise them together, so that a user repairs a folder in one go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN = 120


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong at one place. `row` is the line of the file, 0 when the whole file is meant."""

    file: str
    row: int
    column: str
    found: str
    expected: str
    remedy: str

    def __post_init__(self) -> None:
        if not self.found:
            object.__setattr__(self, "found", "nothing")

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", line {self.row}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {_short(self.found)}, expected {self.expected}. {self.remedy}"


class KarvanError(Exception):
    """Anything the user can mend. Subclasses carry the exit code of the command line."""

    exit_code = 1


class InvalidData(KarvanError):
    """The data do not hold together. Carries every fault found, sorted by place."""

    exit_code = 3

    def __init__(self, faults: Iterable[Fault]):
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InvalidData], tuple[tuple[Fault, ...]]]:
        return InvalidData, (self.faults,)


class UsageError(KarvanError):
    """The question is wrong: an unknown name, an impossible number, a file that cannot be written."""

    exit_code = 2


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `InvalidData` with all faults; do nothing when there are none."""
    found = tuple(faults)
    if found:
        raise InvalidData(found)


def _short(text: str) -> str:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return repr(shown) if shown != "nothing" else shown
