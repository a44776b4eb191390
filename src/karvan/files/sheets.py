"""A case as a workbook: one sheet per table, and the sheet `columns` that says what each column means and in which unit.

Cells read as in CSV: lists joined by semicolons, `unknown` where the case says so. Dates are dates; those before
March 1900, which spreadsheets count wrongly or not at all, are text. No text becomes a formula.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.files.extras import load_extra
from karvan.files.values import value_of, written
from karvan.tables.faults import UsageError
from karvan.tables.table import Table

COLUMNS = "columns"
LONGEST_TEXT = 32767
_FIRST_DAY = datetime.date(1900, 3, 1)
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
    tables = written(corridor.tables)
    first, *others = tables
    _sheet(openpyxl, book, first.name, first.schema.header, _rows(first))
    _sheet(openpyxl, book, COLUMNS, _ABOUT, _about(tables))
    for table in others:
        _sheet(openpyxl, book, table.name, table.schema.header, _rows(table))
    book.save(out)


def _sheet(openpyxl: Any, book: Any, name: str, header: Sequence[str], rows: Iterable[list[Any]]) -> None:
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


def _cell(openpyxl: Any, sheet: Any, value: Any) -> Any:
    """A cell, or None for an empty one. A text is marked as one, else a leading = would make it a formula."""
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise UsageError(f"A text in {sheet.title} has {len(value)} letters, and a cell holds {LONGEST_TEXT}. Export to parquet.")
        legal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        cell = openpyxl.cell.Cell(sheet, value=legal)
        cell.data_type = "s"
        return cell
    cell = openpyxl.cell.Cell(sheet, value=value)
    if isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _rows(table: Table) -> Iterable[list[Any]]:
    for i in range(len(table)):
        yield ["unknown" if (i, column.name) in table.unknown else _plain(value_of(column, table[column.name][i])) for column in table.schema]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(value) or None
    if isinstance(value, datetime.date) and value < _FIRST_DAY:
        return value.isoformat()
    return value


def _about(tables: Iterable[Table]) -> Iterable[list[Any]]:
    for table in tables:
        for column in table.schema:
            yield [table.name, column.name, column.kind, column.unit, column.unit_column, column.required, column.refers_to, column.meaning]
