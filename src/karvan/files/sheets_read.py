"""A case out of a workbook that `sheets` wrote and people changed: what a spreadsheet makes of a cell is turned into the text
that CSV would hold, and read by the same declarations; what is wrong is told by sheet, row and column.

A formula counts with the value that the spreadsheet computed and stored. What was typed as 2026-03 and became the first of
that month is a month again, by the format of its cell.
"""

from __future__ import annotations

import datetime
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from karvan.corridor import checks
from karvan.files import folder, place, sheets
from karvan.files.extras import load_extra
from karvan.files.toml_text import toml_text
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import BadCell, nearest
from karvan.tables.faults import Fault, InvalidData, UsageError, refuse
from karvan.tables.schema import Column, Schema
from karvan.tables.table import Table, cell_text, empty

LARGEST_CONTENT = 1_000_000_000
_NOT_TABLES = (sheets.COLUMNS, sheets.SETTINGS, sheets.FITS)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_NUMBERS = ("number", "integer")


def import_workbook(source: Path, target: Path) -> tuple[str, ...]:
    """The files of the case written into the new folder `target`: case.toml, tables, fits. Raises `UsageError` (no workbook, place
    taken, openpyxl missing) or `InvalidData` with every fault of every sheet and between them."""
    place.refuse_taken_folder(target)
    settings, tables, fitted = read(source)
    try:
        checks.load(settings, tables, fitted)
    except InvalidData as error:
        raise InvalidData(_named_by_sheet(source, fault) for fault in error.faults) from None
    texts = {f"{name}.csv": folder.csv_text(table) for name, table in tables.items() if len(table) or table.schema.required}
    texts |= {"case.toml": toml_text(settings)} | {f"fitted/{name}.toml": toml_text(fit) for name, fit in fitted.items()}

    def fill(beside: Path) -> None:
        for name, text in texts.items():
            (beside / name).parent.mkdir(exist_ok=True)
            (beside / name).write_text(text, encoding="utf-8", newline="")

    return place.fill_folder(target, fill)


def read(source: Path) -> tuple[dict[str, Any], dict[str, Table], dict[str, dict[str, Any]]]:
    """Settings, tables and fits of a workbook, cell by cell; nothing is checked between tables yet. Raises `UsageError` or
    `InvalidData`."""
    faults: list[Fault] = []
    book = _Book(source)
    for name in book.names:
        if name not in SCHEMAS and name not in _NOT_TABLES and any(True for _ in book.rows(name)):
            faults.append(Fault(book.place(name), 0, "", name, "the name of a table", f"Nearest: {nearest(name.lower(), SCHEMAS)}. Rename the sheet or delete it."))
    tables = {name: _table(book, schema, faults) for name, schema in SCHEMAS.items()}
    settings = _settings(book, faults)
    fitted = _fits(book, faults)
    refuse(faults)
    return settings, tables, fitted


class _Book:
    """The workbook, and its copy with the stored values of formulas, which is read only when there is a formula."""

    def __init__(self, source: Path):
        self.source = source
        self._book = self._load(data_only=False)
        self._stored: Any = None
        self.names = [sheet.title for sheet in self._book.worksheets]

    def _load(self, data_only: bool) -> Any:
        openpyxl = load_extra("openpyxl", "tables", "Import from xlsx")
        source = self.source
        try:
            if not source.is_file():
                raise UsageError(f"{source} is no file. Name an .xlsx workbook.")
            if source.stat().st_size > folder.LARGEST_FILE:
                raise UsageError(f"{source} is larger than {folder.LARGEST_FILE / 1e6:.0f} MB. Delete the sheets that do not belong to the case.")
            with zipfile.ZipFile(source) as packed:
                if sum(each.file_size for each in packed.infolist()) > LARGEST_CONTENT:
                    raise UsageError(f"{source} holds more than {LARGEST_CONTENT / 1e6:.0f} MB. Delete the sheets that do not belong to the case.")
            return openpyxl.load_workbook(source, read_only=True, data_only=data_only)
        except UsageError:
            raise
        except OSError as error:
            raise UsageError(f"{source} cannot be read: {error.strerror or error}. Name an .xlsx workbook.") from error
        except Exception as error:  # openpyxl lets errors of zip, XML and its own parts through
            raise UsageError(f"{source} is no workbook that can be read. Open it in a spreadsheet program and save it as .xlsx.") from error

    def place(self, sheet: str) -> str:
        return f"{self.source.name}, sheet {sheet}"

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Any]]]:
        """(row, cells) of what is filled in, from the first row on."""
        yield from self._rows(self._book[sheet])

    def stored(self, sheet: str) -> dict[int, list[Any]]:
        """The same with the stored values of formulas, by row."""
        self._stored = self._stored or self._load(data_only=True)
        return dict(self._rows(self._stored[sheet]))

    def _rows(self, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
        sheet.reset_dimensions()  # a program may have written fewer rows than there are
        try:
            for i, cells in enumerate(sheet.iter_rows(), start=1):
                if any(cell.value not in (None, "") for cell in cells):
                    yield i, list(cells)
        except Exception as error:
            raise UsageError(f"{self.place(sheet.title)}: cannot be read ({error}). Open it in a spreadsheet program and save it as .xlsx.") from error


def _table(book: _Book, schema: Schema, faults: list[Fault]) -> Table:
    at = book.place(schema.name)
    rows = list(book.rows(schema.name)) if schema.name in book.names else []
    if not rows:
        if schema.required:
            faults.append(Fault(at, 0, "", "nothing", "this sheet", f"Add it: {schema.meaning}."))
        return empty(schema)
    first, titles = rows.pop(0)
    header = [str(title.value).strip() if title.value is not None else "" for title in titles]
    while header and not header[-1]:
        header.pop()
    stored = book.stored(schema.name) if any(cell.data_type == "f" for _, cells in rows for cell in cells) else {}
    bad: list[Fault] = []
    texts: list[tuple[int, list[str]]] = []
    for i, cells in rows:
        beyond = [cell for cell in cells[len(header) :] if cell.value not in (None, "")]
        if beyond:
            bad.append(Fault(at, i, "", f"{beyond[0].value} in {beyond[0].coordinate}", f"{len(header)} cells as in the header", "Delete the cells beyond the header."))
        row = []
        for k, name in enumerate(header):
            cell = cells[k] if k < len(cells) else None
            if cell is not None and cell.data_type == "f":
                kept = stored.get(i, [])
                formula, cell = cell, kept[k] if k < len(kept) else None
                if cell is None or cell.value is None:
                    bad.append(Fault(at, i, name, _formula(formula.value), "a formula with its value",
                                     "Open and save the workbook in a spreadsheet program, or type the value."))  # fmt: skip
                    cell = None
            try:
                row.append("" if cell is None else _text(cell, schema.by_name.get(name)))
            except BadCell as wrong:
                bad.append(Fault(at, i, name, str(cell.value) if cell is not None else "", wrong.expected, wrong.remedy))
                row.append("")
        if any(row):
            texts.append((i, row))
    said = {(fault.row, fault.column) for fault in bad}
    found: list[Fault] = []
    table = folder.parse_rows(at, schema, header, texts, found)
    found = [replace(fault, row=first) if fault.row == 1 and first != 1 else fault for fault in found]
    faults.extend([*bad, *(fault for fault in found if (fault.row, fault.column) not in said)])
    return table


def _formula(value: Any) -> str:
    return str(getattr(value, "text", None) or value)


def _text(cell: Any, column: Column | None) -> str:
    """The cell as CSV would hold it. Raises `BadCell` for what a spreadsheet made of it and the column cannot take."""
    value, kind = cell.value, "text" if column is None else column.kind
    if value is None:
        return ""
    if cell.data_type == "e":
        raise BadCell("a value", "The spreadsheet could not compute it: mend the formula, or type the value.")
    if isinstance(value, datetime.datetime):
        if kind in _NUMBERS:
            raise BadCell("a number", "The spreadsheet took it for a date: give the cell the format of a number and type it again.")
        if value.time() != datetime.time() and kind != "text":
            raise BadCell("a day without a time", "Delete the time of day.")
        if kind == "date" and value.date() < sheets.FIRST_DAY:
            raise BadCell("a date as 2027, 2027-06 or 2027-06-30", "The spreadsheet makes a day of long ago out of a year: write the last day of it, or give "
                          "the cell the format of a text. Days before 1906 are text too.")  # fmt: skip
        return _day(value, str(cell.number_format))
    if isinstance(value, (bool, int, float)):
        return cell_text(value)
    return sheets.unescaped(str(value))


def _day(value: datetime.datetime, shown_as: str) -> str:
    """A date as exact as it is shown: 2026-03-10, 2026-03 or 2026."""
    if value.time() != datetime.time():
        return value.isoformat(sep=" ")
    shown = _QUOTED.sub("", shown_as.lower())
    if "d" in shown or "y" not in shown:
        return value.date().isoformat()
    return f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}"


def _settings(book: _Book, faults: list[Fault]) -> dict[str, Any]:
    if sheets.SETTINGS not in book.names:
        faults.append(Fault(book.place(sheets.SETTINGS), 0, "", "nothing", "this sheet", "Export the case anew: the sheet holds the lines of case.toml."))
        return {}
    lines = [str(cells[0].value or "") for _, cells in book.rows(sheets.SETTINGS)]
    return _toml(book.place(sheets.SETTINGS), lines[1:], faults)


def _fits(book: _Book, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    if sheets.FITS not in book.names:
        return {}
    lines: dict[str, list[str]] = {}
    for _, cells in list(book.rows(sheets.FITS))[1:]:
        name, line = (str(cell.value) if cell is not None and cell.value is not None else "" for cell in [*cells, None][:2])
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            faults.append(Fault(book.place(sheets.FITS), 0, "file", name, "the name of a fit", "Delete the row, or the whole sheet: then the case has no fits."))
            continue
        lines.setdefault(name, []).append(line)
    return {name: _toml(book.place(sheets.FITS), of, faults) for name, of in lines.items()}


def _toml(at: str, lines: list[str], faults: list[Fault]) -> dict[str, Any]:
    try:
        return tomllib.loads("\n".join(map(sheets.unescaped, lines)))
    except (ValueError, RecursionError) as error:
        faults.append(Fault(at, 0, "", str(error), "TOML, a line of the file in a row", "Correct the line named."))
        return {}


def _named_by_sheet(source: Path, fault: Fault) -> Fault:
    """A fault of a table or of case.toml with the name of its sheet."""
    parts: Mapping[str, str] = {f"{name}.csv": name for name in SCHEMAS} | {"case.toml": sheets.SETTINGS}
    if fault.file not in parts:
        return fault
    remedy = re.sub(r"\b([a-z_]+)\.csv\b", r"the sheet \1", fault.remedy)
    return replace(fault, file=f"{source.name}, sheet {parts[fault.file]}", remedy=remedy)
