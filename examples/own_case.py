"""A case of your own: copy it, change a cell, read what is told, change the evidence too, assess.

The copy is a folder of CSV files. A cell that cannot be right is told with its place and the remedy before anything is
computed; a cell whose evidence says otherwise is told as well.
"""

import csv
import tempfile
from pathlib import Path

import karvan as kv
from karvan.verbs.loading import DEFAULT_CASE
from karvan.verbs.new import new


def change(file: Path, key: str, **cells: object) -> None:
    """Set cells in the row whose first column is this key."""
    with file.open(encoding="utf-8", newline="") as before:
        header, *rows = csv.reader(before)
    for row in rows:
        if row[0] == key:
            for column, value in cells.items():
                row[header.index(column)] = str(value)
    with file.open("w", encoding="utf-8", newline="") as after:
        csv.writer(after, lineterminator="\n").writerows([header, *rows])


def load_or_tell(folder: Path) -> kv.Case | None:
    """The case, or nothing after its faults were printed."""
    try:
        return kv.load(folder)
    except kv.InvalidData as error:
        for fault in error.faults:
            print(f"fault: {fault}")
        return None


with tempfile.TemporaryDirectory() as parent:
    folder = Path(parent) / "mine"
    new(str(folder), DEFAULT_CASE)
    print(f"copied {len(list(folder.glob('*.csv')))} tables")

    change(folder / "fleets.csv", "asco_ferries", number="many")
    load_or_tell(folder)

    change(folder / "fleets.csv", "asco_ferries", number=20)
    load_or_tell(folder)

    note = "what if: seven more ferries than today"
    change(folder / "claims.csv", "net_asco_ferries_number", low=18, likely=20, high=21, basis="estimate", source_id="", note=note)
    mine = load_or_tell(folder)
    assert mine is not None
    for name, case in (("built-in case", kv.load()), ("case with 20 rail ferries", mine)):
        solved = case.assign(year=2030).document()
        ferries = next(limit for limit in solved["limits"] if limit["id"] == "asco_ferries" and limit["direction"] == "forward")
        print(f"{name}, 2030: {ferries['utilisation']:.0%} of the ferries' time is used, {ferries['delay']:.0f} h wait")
