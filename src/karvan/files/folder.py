"""A case as a folder of CSV files: read it whole or say everything that is wrong with it.

`read` returns tables and the settings of `case.toml`; nothing is half-loaded. `write` is its inverse and
replaces files one by one only after all of them have been written beside their place.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from karvan.tables import units
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import BadCell, absent, nearest, parse
from karvan.tables.faults import Fault, InvalidData, UsageError
from karvan.tables.schema import Column, Schema
from karvan.tables.table import Table, cell_text, empty, from_cells

LARGEST_FILE = 200_000_000
_MOST_FAULTS_OF_ONE_FILE = 200


@dataclass(frozen=True)
class Folder:
    """What a folder holds: the settings of case.toml, every table (empty ones included), its scenarios and fits."""

    settings: Mapping[str, Any]
    tables: Mapping[str, Table]
    fitted: Mapping[str, Mapping[str, Any]]


def read(folder: Path) -> Folder:
    """The content of a case folder. Raises `UsageError` (no such folder) or `InvalidData` (all faults)."""
    try:
        if not folder.exists():
            raise UsageError(f"{folder} does not exist. Name a folder with a case.toml, or a built-in case.")
        if not folder.is_dir():
            raise UsageError(f"{folder} is a file, and a case is a folder. Name the folder that holds it.")
        return _read(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}. Name a folder that you may read.") from error


def _read(folder: Path) -> Folder:
    faults: list[Fault] = []
    settings = _read_toml(folder / "case.toml", faults, required=True)
    present = {path.name for path in folder.iterdir() if path.suffix.lower() == ".csv"}
    for name in sorted(present - {f"{table}.csv" for table in SCHEMAS}):
        remedy = f"Nearest: {nearest(Path(name).stem.lower(), SCHEMAS)}.csv. Rename the file or move it out."
        faults.append(Fault(name, 0, "", name, "the name of a table", remedy))
    tables: dict[str, Table] = {}
    for schema in SCHEMAS.values():
        path = folder / f"{schema.name}.csv"
        if path.name in present:
            tables[schema.name] = _read_table(path, schema, faults)
        else:
            tables[schema.name] = empty(schema)
            if schema.required:
                faults.append(Fault(path.name, 0, "", "nothing", "this file", f"Add it: {schema.meaning}."))
    fitted = {path.stem: _read_toml(path, faults) for path in sorted((folder / "fitted").glob("*.toml"))}
    if faults:
        raise InvalidData(faults)
    return Folder(settings, tables, fitted)


def write(folder: Path, tables: Mapping[str, Table], settings_text: str | None = None) -> None:
    """Write tables (and case.toml) into `folder`; nothing is replaced until everything could be written."""
    texts = {f"{name}.csv": csv_text(table) for name, table in tables.items() if len(table) or table.schema.required}
    if settings_text is not None:
        texts["case.toml"] = settings_text
    write_texts(folder, texts)


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into `folder`, all or none. Raises `UsageError` when the place cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            for name, text in texts.items():
                (Path(beside) / name).write_text(text, encoding="utf-8", newline="")
            for name in texts:
                os.replace(Path(beside) / name, folder / name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}. Choose another place.") from error


def csv_text(table: Table) -> str:
    """The table as the text of its CSV file; reading it gives the same table back."""
    out = io.StringIO()
    writer, quoting = csv.writer(out, lineterminator="\n"), csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    header = table.schema.header
    writer.writerow(header)
    columns = [table[name] for name in header]
    for i, cells in enumerate(zip(*columns, strict=True)):
        row = ["unknown" if (i, name) in table.unknown else cell_text(cell) for name, cell in zip(header, cells, strict=True)]
        (quoting if any("\r" in cell for cell in row) else writer).writerow(row)  # csv leaves a lone \r unquoted
    return out.getvalue()


def parse_table(name: str, schema: Schema, text: str, faults: list[Fault]) -> Table:
    """A table from the text of a CSV file called `name`; whatever is wrong is appended to `faults`."""
    before = len(faults)
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = next(reader, None)
        began = reader.line_num + 1
        for row in reader:
            if any(map(str.strip, row)):
                rows.append((began, row))
            began = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(name, reader.line_num, "", str(error), "a table of comma-separated values",
                            "Close every quotation mark and save as CSV with commas."))  # fmt: skip
        return empty(schema)
    if not header or not any(header):
        faults.append(Fault(name, 1, "", "nothing", "a header", f"First line: {','.join(schema.header)}"))
        return empty(schema)
    header = [cell.strip() for cell in header]
    for line, row in rows:
        if len(row) != len(header):
            faults.append(Fault(name, line, "", f"{len(row)} cells", f"{len(header)} cells as in the header",
                                "Quote cells that contain commas; delete cells beyond the header."))  # fmt: skip
    if len(faults) > before:
        faults.extend(_header_faults(name, schema, header))
        return empty(schema)
    return parse_rows(name, schema, header, rows, faults)


def parse_rows(name: str, schema: Schema, header: list[str], rows: list[tuple[int, list[str]]], faults: list[Fault]) -> Table:
    """A table from the texts of its header and of its rows, each as long as the header and with the line that it stands on;
    whatever is wrong is appended to `faults`."""
    found = list(_header_faults(name, schema, header))
    faults.extend(found)
    return empty(schema) if found else _cells(name, schema, header, rows, faults)


def _cells(name: str, schema: Schema, header: list[str], rows: list[tuple[int, list[str]]], faults: list[Fault]) -> Table:
    position = {column: i for i, column in enumerate(header)}
    lines = [line for line, _ in rows]
    cells: dict[str, list[Any]] = {}
    unknown: set[tuple[int, str]] = set()
    said = 0
    for column in schema:
        at = position.get(column.name)
        if at is None:
            cells[column.name] = [absent(column)] * len(rows)
            continue
        values: list[Any] = []
        parsed: dict[str, Any] = {}
        for i, (line, row) in enumerate(rows):
            cell = row[at].strip()
            if cell in parsed:
                values.append(parsed[cell])
                continue
            if cell == "unknown" and column.kind in ("number", "integer", "date"):
                unknown.add((i, column.name))
                cell = ""
            try:
                values.append(parse(column, cell))
                parsed[cell] = values[-1]
            except BadCell as bad:
                values.append(None if column.kind not in ("number", "integer", "date", "boolean") else parse_absent(column))
                said += 1
                if said <= _MOST_FAULTS_OF_ONE_FILE:
                    found = "unknown" if (i, column.name) in unknown else cell or "nothing"
                    faults.append(Fault(name, line, column.name, found, bad.expected, bad.remedy))
        cells[column.name] = values
    if said > _MOST_FAULTS_OF_ONE_FILE:
        faults.append(Fault(name, 0, "", f"{said - _MOST_FAULTS_OF_ONE_FILE} more cells that cannot be read", "cells as declared",
                            "Mend those named here first; the others come next."))  # fmt: skip
    for column in schema:
        if column.unit_column:
            _check_units(name, column, cells, lines, faults)
    return from_cells(schema, cells, lines, frozenset(unknown))


def parse_absent(column: Column) -> Any:
    return {"date": np.datetime64("NaT"), "boolean": False}.get(column.kind, float("nan"))


def _check_units(name: str, column: Column, cells: Mapping[str, list[Any]], lines: list[int], faults: list[Fault]) -> None:
    assert column.unit_column is not None
    for i, (value, unit) in enumerate(zip(cells[column.name], cells[column.unit_column], strict=True)):
        if np.isnan(value) or unit is None:  # None: a fault of that cell has been said
            continue
        if not unit:
            faults.append(Fault(name, lines[i], column.unit_column, "nothing", f"the unit of {column.name}",
                                "Say in what unit the number is, such as t/yr or TEU/yr."))  # fmt: skip
        elif not units.is_unit(unit):
            faults.append(Fault(name, lines[i], column.unit_column, unit, "a unit", "Use t/yr, TEU/yr, wagon/yr, train/yr …"))


def _header_faults(name: str, schema: Schema, header: list[str]) -> Iterable[Fault]:
    for column in dict.fromkeys(column for column in header if header.count(column) > 1):
        yield Fault(name, 1, column, "twice", "each column once", "Delete one of them.")
    for column in header:
        if column not in schema:
            remedy = f"Nearest: {nearest(column, schema.header)}. Rename it or delete it."
            yield Fault(name, 1, column, column or "nothing", f"a column of {schema.name}", remedy)
    for declared in schema:
        if declared.required and declared.name not in header:
            yield Fault(name, 1, declared.name, "nothing", "this column", f"Add it: {declared.meaning}.")


def _read_text(path: Path, faults: list[Fault]) -> str | None:
    name = path.name

    def fault(found: str, expected: str, remedy: str) -> None:
        faults.append(Fault(name, 0, "", found, expected, remedy))

    try:
        if not path.is_file():
            fault("a directory" if path.is_dir() else "nothing", "a file", "Put the file there.")
            return None
        size = path.stat().st_size
        if size > LARGEST_FILE:
            fault(f"{size / 1e6:.0f} MB", f"at most {LARGEST_FILE / 1e6:.0f} MB", "Split off what does not belong to the case.")
            return None
        raw = path.read_bytes()
    except OSError as error:
        fault(error.strerror or "an error", "a readable file", "Check its permissions.")
        return None
    if not raw.strip():
        fault("nothing", "some text", "Fill the file or delete it.")
        return None
    if b"\0" in raw:
        fault("binary data", "text", "Save the sheet as CSV in UTF-8.")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(Fault(name, raw[: error.start].count(b"\n") + 1, "", f"byte 0x{raw[error.start]:02x}", "UTF-8",
                            "Save the file with encoding UTF-8."))  # fmt: skip
        return None


def _read_table(path: Path, schema: Schema, faults: list[Fault]) -> Table:
    text = _read_text(path, faults)
    return empty(schema) if text is None else parse_table(path.name, schema, text, faults)


def _read_toml(path: Path, faults: list[Fault], required: bool = False) -> Mapping[str, Any]:
    if not required and not path.exists():
        return {}
    text = _read_text(path, faults)
    if text is None:
        return {}
    try:
        found = tomllib.loads(text)
        repr(found)  # raises for a number of more digits than Python writes
        return found
    except (ValueError, RecursionError) as error:  # a number of too many digits, brackets without end
        faults.append(Fault(path.name, 0, "", str(error), "TOML", "Correct the line named."))
        return {}
