"""What people call the rows of a case: places, ways from here to there, kinds of cargo."""

from __future__ import annotations

from collections.abc import Mapping

from karvan.corridor.corridor import Corridor

Words = Mapping[str, str]


def way(corridor: Corridor, table: str, key: str, direction: str, words: Words) -> str:
    """From where to where a row leads in a direction, by the names of its ends; forward or reverse where it has none."""
    link = str(corridor["services"].row(key)["link_id"]) if table == "services" else key
    if table not in ("services", "links") or link not in corridor["links"]:
        return words[f"simulate.direction.{direction}"]
    row = corridor["links"].row(link)
    ends = [name_of(corridor, "nodes", str(row[end])) for end in ("from_node", "to_node")]
    return " → ".join(ends if direction == "forward" else ends[::-1])


def name_of(corridor: Corridor, table: str, key: str) -> str:
    """What people call a row."""
    rows = corridor.tables.get(table)
    return str(rows.row(key)["name"] or key) if rows is not None and key in rows else key


def cargo(corridor: Corridor, commodity: str, words: Words) -> str:
    """What people call a commodity, or dry cargo, oil and all."""
    for key in (f"simulate.cargo.{commodity}", f"commodity.{commodity}"):
        if key in words:
            return words[key]
    return name_of(corridor, "commodities", commodity).lower()
