"""What every declaration of a table must have, so that a new one cannot forget it."""

import pytest

from karvan.tables import units
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.cells import absent
from karvan.tables.schema import Schema


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_table_is_declared_in_full(schema: Schema) -> None:
    assert schema.meaning
    assert len(set(schema.header)) == len(schema.columns)
    assert set(schema.key) <= set(schema.header)
    assert all(schema[name].required for name in schema.key)
    for column in schema:
        assert column.meaning, column.name
        assert column.unit is None or units.is_unit(column.unit), column.name
        assert column.unit_column is None or schema[column.unit_column].kind == "text", column.name
        assert column.refers_to is None or column.refers_to in SCHEMAS, column.name
        assert (column.kind == "choice") == bool(column.choices), column.name
        assert column.kind != "choice" or column.default is None or column.default in column.choices, column.name
        assert not (column.required and column.default is not None), column.name
        absent(column)
