"""The words by which a row speaks of cargo: a commodity, a cargo type, or a group.

One vocabulary for links, terminals, services, uses, tariffs, targets and observations: a row that says `dry_bulk` holds for
every commodity of that type, also for one that is added later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from karvan.tables.faults import Fault
from karvan.tables.schema import Column
from karvan.tables.table import Table


def words(commodities: Table) -> list[tuple[str, ...]]:
    """Per commodity the words that mean it, the narrowest first: its id, its cargo type, its group."""
    columns = (commodities["commodity_id"], commodities["cargo_type"], commodities["group"])
    return [tuple(dict.fromkeys(word for word in row if word)) for row in zip(*columns, strict=True)]


def vocabulary(commodities: Table) -> list[str]:
    """Every word that means some commodity."""
    return list(dict.fromkeys(word for known in words(commodities) for word in known))


def meant_by(column: Column, tables: Mapping[str, Table]) -> frozenset[str]:
    """What a cell of a column that refers to a table may say: a key of that table, or a kind of its rows where that is allowed."""
    assert column.refers_to is not None
    table = tables[column.refers_to]
    keys = frozenset(map(str, table[table.schema.key[0]]))
    return keys.union(vocabulary(table)) if column.or_kind else keys


def ambiguities(commodities: Table) -> Iterator[Fault]:
    """Commodities whose id is also the cargo type or the group of another one: nobody could tell which is meant."""
    known = words(commodities)
    for i, (key, line) in enumerate(zip(commodities["commodity_id"], map(int, commodities.lines), strict=True)):
        others = [str(commodities["commodity_id"][j]) for j, theirs in enumerate(known) if j != i and key in theirs[1:]]
        if others:
            yield Fault("commodities.csv", line, "commodity_id", key, f"a word that does not also mean {', '.join(others)}", "Rename the commodity.")
