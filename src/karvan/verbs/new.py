"""new: start a case of your own."""

from __future__ import annotations

from pathlib import Path

from karvan.files import cases, copies
from karvan.verbs import options
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.written import Written


def new(folder: str, case: str, empty: bool = False) -> Written:
    target = Path(folder)
    if empty:
        return Written(target, copies.empty_case(target), "empty case")
    return Written(target, copies.copy_case(cases.locate(case), target), "case")


VERB = Verb(
    "new", "Start a case of your own: copies another into a new folder, or makes an empty one.",
    (Option("folder", str, None, "folder to make", "DIR", positional=True, required=True), options.CASE,
     Option("empty", bool, False, "no copy: every table with its header, and a README that says what to fill in first")), new,
)  # fmt: skip
