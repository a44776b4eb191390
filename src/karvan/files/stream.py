"""Rows that come in portions, as one Parquet file: no more of them in memory than one group, and a whole file or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.files import place
from karvan.files.extras import load_extra
from karvan.files.values import about
from karvan.tables.faults import UsageError
from karvan.tables.schema import Schema

GROUP = 1 << 17
"""rows that are written together."""
_BEGAN, _ENDED = "began", "ended"
_TIMES = {_BEGAN: "start", _ENDED: "end"}
_FORMAT = "zstd"
_WHAT = "A trace"

Batch = Mapping[str, NDArray[Any]]
Put = Callable[[Batch], None]


def check(out: Path) -> None:
    """Raise `UsageError` when a file could not be written: pyarrow is missing, or the name is taken."""
    _arrow()
    place.refuse_taken_file(out)


def write(out: Path, schema: Schema, year: int, about_file: Mapping[str, str], fill: Callable[[Put], None]) -> None:
    """Write a file of the rows that `fill` hands to its argument, batch by batch; the times of the calendar (UTC) are added to the
    hours of `year` in the columns start and end. Raises `UsageError` when pyarrow is missing, or `out` is taken or cannot be written."""
    arrow, pages = _arrow()
    fields = [arrow.field(column.name, arrow.float64() if column.kind == "number" else arrow.dictionary(arrow.int32(), arrow.string()),
                          nullable=not column.required, metadata=about(column)) for column in schema]  # fmt: skip
    fields += [arrow.field(name, arrow.timestamp("ms", tz="UTC"), nullable=False, metadata={"meaning": f"{of} as a time of the calendar"})
               for name, of in _TIMES.items()]  # fmt: skip
    declared = arrow.schema(fields, metadata={**about_file, "meaning": schema.meaning})
    epoch = np.datetime64(f"{year}-01-01", "ms")

    def table(batch: Batch) -> Any:
        columns = [
            arrow.array(batch[field.name], field.type if field.type == arrow.float64() else arrow.string())
            for field in fields[: -len(_TIMES)]
        ]
        columns = [each if str(each.type) == "double" else _absent(arrow, each).dictionary_encode() for each in columns]
        hours = (epoch + np.round(batch[of] * 3_600_000.0).astype("timedelta64[ms]") for of in _TIMES.values())
        return arrow.Table.from_arrays(
            [*columns, *(arrow.array(each).cast(arrow.timestamp("ms", tz="UTC")) for each in hours)], schema=declared
        )

    def written(beside: Path) -> None:
        waiting: list[Any] = []
        with pages.ParquetWriter(beside, declared, compression=_FORMAT) as file:

            def put(batch: Batch) -> None:
                waiting.append(table(batch))
                if sum(len(each) for each in waiting) >= GROUP:
                    file.write_table(arrow.concat_tables(waiting).unify_dictionaries())
                    waiting.clear()

            fill(put)
            if waiting:
                file.write_table(arrow.concat_tables(waiting).unify_dictionaries())

    place.fill_file(out, written)


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The columns of such a file, "" where a text is absent, and what it says about itself.
    Raises `UsageError` when pyarrow is missing or there is no such file."""
    _, pages = _arrow()
    try:
        found = pages.read_table(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a trace: {str(error).splitlines()[0]}.") from error
    columns: dict[str, NDArray[Any]] = {}
    for field in found.schema:
        values = found[field.name]
        if str(field.type).startswith("dictionary"):
            one = values.unify_dictionaries().combine_chunks() if values.num_chunks != 1 else values.chunk(0)
            words = np.array([*one.dictionary.to_pylist(), ""], dtype=object)
            columns[field.name] = words[one.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]
        else:
            columns[field.name] = values.to_numpy()
    return columns, {
        key.decode(): value.decode()
        for key, value in (found.schema.metadata or {}).items()
        if not key.startswith(b"ARROW")
    }


def _absent(arrow: Any, column: Any) -> Any:
    """The column with nothing where a text is empty."""
    compute = load_extra("pyarrow.compute", "tables", _WHAT)
    return compute.if_else(compute.equal(column, ""), arrow.scalar(None, arrow.string()), column)


def _arrow() -> tuple[Any, Any]:
    return load_extra("pyarrow", "tables", _WHAT), load_extra("pyarrow.parquet", "tables", _WHAT)
