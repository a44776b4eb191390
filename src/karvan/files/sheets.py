"""A case as a workbook, for people to edit: `sheets_read` reads it back, and an unchanged one gives the same case.

The first sheet, `columns`, says what each column means and in which unit; `case` holds case.toml and `fitted` the fits, as
they are; then every table has its sheet, with a frozen header whose comments say the same. Cells read as in CSV: lists joined
by semicolons, `unknown` where the case says so. Dates are dates; those before February 1906 are text, since
spreadsheets count the first of them wrongly, and make of a year typed as 2028 a day of 1905. No text becomes a formula.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.files.extras import load_extra
from karvan.files.toml_text import toml_text
from karvan.files.values import value_of
from karvan.tables.faults import UsageError
from karvan.tables.schema import Column
from karvan.tables.table import Table

COLUMNS, SETTINGS, FITS = "columns", "case", "fitted"
LINE = "line of case.toml"
FIT_HEADER = ("file", "line")
LONGEST_TEXT = 32767
# A year typed into a cell that shows dates becomes a day of 1905: 2028 is the 2,028th day. So that it can be told from a
# date, no day before this one is written as a date.
FIRST_DAY = datetime.date(1906, 2, 1)
_ABOUT = ("table", "column", "kind", "unit", "unit_column", "required", "refers_to", "meaning")
_WIDTH = 18


def write(corridor: Corridor, out: Path) -> None:
    """Write the workbook to the file `out`. Raises `UsageError` when openpyxl is missing or a text is too long for a cell."""
    openpyxl = load_extra("openpyxl", "tables", "Export to xlsx")
    book = openpyxl.Workbook()
    book.remove(book.active)
    settings = corridor.settings
    book.properties.creator = "karvan"
    book.properties.title = settings.title
    book.properties.description = f"As of {settings.as_of}. {settings.licence}".strip()
    tables = list(corridor.tables.values())
    _sheet(openpyxl, book, COLUMNS, _ABOUT, _about(tables))
    _sheet(openpyxl, book, SETTINGS, (LINE,), ([line] for line in toml_text(settings.raw).splitlines()))
    for table in tables:
        sheet = _sheet(openpyxl, book, table.name, table.schema.header, _rows(table))
        for title, column in zip(sheet[1], table.schema, strict=True):
            title.comment = openpyxl.comments.Comment(said(column), "karvan", width=320, height=140)
    if corridor.fitted:
        lines = ([name, line] for name, fit in corridor.fitted.items() for line in toml_text(fit).splitlines())
        _sheet(openpyxl, book, FITS, FIT_HEADER, lines)
    book.save(out)


def said(column: Column) -> str:
    """What a column means, its unit, its words, the table it names, and whether it must be filled in; in one text."""
    parts = [column.meaning]
    unit = f"as in {column.unit_column}" if column.unit_column else column.unit
    parts += [f"Unit: {unit}"] if unit else []
    parts += ["One of: " + ", ".join(column.choices)] if column.choices else []
    parts += [f"A key of {column.refers_to}"] if column.refers_to else []
    parts += ["Several: joined by semicolons"] if column.kind == "list" else []
    parts += ["Must be filled in"] if column.required else []
    return ".\n".join(parts) + "."


def _sheet(openpyxl: Any, book: Any, name: str, header: Sequence[str], rows: Iterable[list[Any]]) -> Any:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for i in range(len(header)):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(i + 1)].width = _WIDTH
    titles = [_cell(openpyxl, sheet, title) for title in header]
    for title in titles:
        title.font = openpyxl.styles.Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([_cell(openpyxl, sheet, value) for value in row])
    return sheet


def _cell(openpyxl: Any, sheet: Any, value: Any) -> Any:
    """A cell, or None for an empty one. A text is marked as one, else a leading = would make it a formula."""
    if value is None:
        return None
    if isinstance(value, str):
        legal = escaped(value)
        if len(legal) > LONGEST_TEXT:
            raise UsageError(f"A text in {sheet.title} has {len(legal)} letters, and a cell holds {LONGEST_TEXT}. Export to parquet.")
        cell = openpyxl.cell.Cell(sheet, value=legal)
        cell.data_type = "s"
        return cell
    if isinstance(value, float) and float(f"{value:.16g}") != value:  # openpyxl writes 16 digits, and some numbers need 17
        cell = openpyxl.cell.Cell(sheet, value=repr(value))
        cell.data_type = "n"
        return cell
    cell = openpyxl.cell.Cell(sheet, value=value)
    if isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """The text with characters that XML cannot hold, or changes, as the format writes them: a carriage return is _x000D_."""
    return _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _rows(table: Table) -> Iterable[list[Any]]:
    for i in range(len(table)):
        yield ["unknown" if (i, column.name) in table.unknown else _plain(value_of(column, table[column.name][i])) for column in table.schema]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(value) or None
    if isinstance(value, datetime.date) and value < FIRST_DAY:
        return value.isoformat()
    return value


def _about(tables: Iterable[Table]) -> Iterable[list[Any]]:
    for table in tables:
        for column in table.schema:
            yield [table.name, column.name, column.kind, column.unit, column.unit_column, column.required, column.refers_to, column.meaning]
