"""Three edits of the built-in case by CSV and by xlsx, as docs/how-to/edit-tables.md describes them, with what `check` and
`assess` say before and after. `outputs` quotes it.

    python docs/edited_tables.py berth | ferry | hub
"""

from __future__ import annotations

import csv
import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

CASE, BY_CSV, BY_XLSX = "middle_corridor", "my_corridor", "my_corridor_2"
FUTURES = "200"
_MAIN = "from karvan.faces.cli import main; main()"
_ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path if path)}
Cells = dict[str, str]
Edit = tuple[str, Callable[[Cells], bool], Callable[[Cells], Cells]]


def _more(*names: str, by: float = 1.0, add: float = 0.0) -> Callable[[Cells], Cells]:
    """These numbers of a row, scaled and raised."""
    return lambda row: {name: f"{float(row[name]) * by + add:.12g}" for name in names if row[name]}


def _assumed(*names: str, by: float = 1.0, add: float = 0.0) -> Callable[[Cells], Cells]:
    """The same for a claim, which is then an assumption and no longer what its source says."""
    change = _more(*names, by=by, add=add)
    return lambda row: {**change(row), "basis": "estimate", "source_id": "", "note": "own assumption, to see what it does"}


def _row(key: str) -> Callable[[Cells], bool]:
    return lambda row: next(iter(row.values())) == key


def _used(table: str, key: str, column: str) -> Callable[[Cells], bool]:
    return lambda row: (row["table"], row["row"], row["column"], row["role"]) == (table, key, column, "used")


# What is typed first, what `check` then asks for, and the targets to look at.
EDITS: dict[str, tuple[tuple[Edit, ...], tuple[Edit, ...], tuple[str, ...]]] = {
    "berth": (
        (("terminals", _row("kuryk_rail_ferry_berth"), lambda row: {**_more("servers", add=1)(row), **_more("capacity", by=1.5)(row)}),),
        (("claims", _used("terminals", "kuryk_rail_ferry_berth", "capacity"), _assumed("low", "likely", "high", by=1.5)),),
        ("l01_titr_52mt_2026", "l02_titr_10mt_2030"),
    ),
    "ferry": (
        (("fleets", _row("asco_ferries"), _more("number", add=1)),),
        (("claims", _used("fleets", "asco_ferries", "number"), _assumed("low", "likely", "high", add=1)),),
        ("l01_titr_52mt_2026", "l02_titr_10mt_2030"),
    ),
    "hub": (
        (("projects", _row("aktau_hub_stage_2"), lambda row: {"promised": "2027-12-31", "promised_on": "2026-06-30"}),),
        (),
        ("l10_aktau_hub_240kteu", "l02_titr_10mt_2030"),
    ),
}  # fmt: skip


def _karvan(folder: Path, *words: str) -> str:
    """What a command prints, both streams; run in `folder`, so that names are short."""
    ran = subprocess.run([sys.executable, "-c", _MAIN, *words], cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8", env=_ENVIRONMENT)
    if ran.returncode not in (0, 3):
        raise SystemExit(ran.stderr)
    return ran.stdout + ran.stderr


def _show(folder: Path, *words: str) -> None:
    print(f"$ karvan {' '.join(words)}\n{_karvan(folder, *words).rstrip()}\n")


def _by_csv(case: Path, edits: tuple[Edit, ...], told: bool) -> None:
    for table, chosen, change in edits:
        path = case / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            if chosen(cells):
                for name, value in change(cells).items():
                    if told and value != cells[name]:
                        print(f"{table}.csv, {row[0]}, {name}: {cells[name]} -> {value or 'nothing'}")
                    row[header.index(name)] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _by_xlsx(book: Path, edits: tuple[Edit, ...]) -> None:
    """The same in the sheets: numbers as numbers, dates as dates, as a spreadsheet holds them."""
    loaded = openpyxl.load_workbook(book)
    for table, chosen, change in edits:
        titles, *rows = loaded[table].iter_rows()
        for row in rows:
            cells = {title.value: _text(cell.value) for title, cell in zip(titles, row, strict=True)}
            if chosen(cells):
                for title, cell in zip(titles, row, strict=True):
                    value = change(cells).get(title.value)
                    if value is not None:
                        cell.value = datetime.datetime.fromisoformat(value) if isinstance(cell.value, datetime.datetime) else _typed(value)
    loaded.save(book)


def _text(value: object) -> str:
    return "" if value is None else value.date().isoformat() if isinstance(value, datetime.datetime) else str(value)


def _typed(value: str) -> object:
    try:
        return float(value)
    except ValueError:
        return value or None


def _hash(folder: Path, case: str) -> str:
    import json

    return str(json.loads(_karvan(folder, "check", case, "--json"))["manifest"]["case_hash"])


def main(arguments: list[str]) -> int:
    """Print what happens at one edit."""
    if len(arguments) != 1 or arguments[0] not in EDITS:
        print(f"usage: python docs/edited_tables.py {' | '.join(EDITS)}", file=sys.stderr)
        return 2
    first, asked, targets = EDITS[arguments[0]]
    chosen = [word for target in targets for word in ("--target", target)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _karvan(folder, "new", BY_CSV)
        _show(folder, "assess", BY_CSV, "--futures", FUTURES, *chosen)
        _by_csv(folder / BY_CSV, first, told=True)
        print()
        _show(folder, "check", BY_CSV)
        if asked:
            _by_csv(folder / BY_CSV, asked, told=True)
            print()
            _show(folder, "check", BY_CSV)
        _show(folder, "assess", BY_CSV, "--futures", FUTURES, *chosen)
        _karvan(folder, "export", "--to", "xlsx", "--out", "corridor.xlsx")
        _by_xlsx(folder / "corridor.xlsx", (*first, *asked))
        _show(folder, "import", "xlsx", "corridor.xlsx", BY_XLSX)
        same = _hash(folder, BY_CSV) == _hash(folder, BY_XLSX)
        print(f"{BY_CSV} and {BY_XLSX} hold {'the same data' if same else 'DIFFERENT DATA'}.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
