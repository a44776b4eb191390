"""Which emission factor holds on which link and in which step, so that the emissions of a way are a sum over its arcs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.bridge.expanded import Arcs
from karvan.corridor import cargo
from karvan.corridor.checks import EVERY
from karvan.corridor.corridor import Corridor


@dataclass(frozen=True, eq=False)
class Factors:
    """Per link kg CO2e per tonne-kilometre, per step kg per tonne; 0 where no row holds.

    factor        well to wheel, with the ways without cargo that the rows leave out
    empties       the part of it that these ways are
    well_to_tank  the part before the vehicle, tank_to_wheel the rest; NaN where a row does not tell them apart
    optimistic    whether an optimistic row is in it
    rows          keys of the rows that hold
    """

    factor: np.ndarray
    empties: np.ndarray
    well_to_tank: np.ndarray
    tank_to_wheel: np.ndarray
    optimistic: np.ndarray
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class ArcEmissions:
    """float64[arc], kg CO2e per tonne that passes: all of it, and of that the hubs, the ways without cargo, the part before the
    vehicle; bool[arc] whether an optimistic factor is in it; the tables and rows it comes from."""

    total: np.ndarray
    hubs: np.ndarray
    empties: np.ndarray
    well_to_tank: np.ndarray
    optimistic: np.ndarray
    rows: tuple[tuple[tuple[str, str], ...], ...]


def link_factors(corridor: Corridor, commodity: str) -> Factors:
    """The factors of every link for a commodity: sum of share x factor over the rows that say most about the link.

    Naming the link counts more than its country, its country more than the cargo; a commodity more than its type.
    """
    links = corridor["links"]
    places = zip(links.keys, links["mode_id"], links["from_node"], strict=True)
    return _factors(corridor, commodity, "emission_factors", "mode_id", "links", places)


def hub_factors(corridor: Corridor, commodity: str) -> Factors:
    """The factors of every step of `terminals` for a commodity, chosen as those of links are."""
    terminals = corridor["terminals"]
    places = zip(terminals.keys, terminals["kind"], terminals["node_id"], strict=True)
    return _factors(corridor, commodity, "hub_factors", "kind", "terminals", places)


def arc_emissions(corridor: Corridor, arcs: Arcs, commodity: str) -> ArcEmissions:
    """What a tonne of a commodity gives off on every arc: km x factor on links, the factor of the hub in steps."""
    moving, handled = link_factors(corridor, commodity), hub_factors(corridor, commodity)
    linked, stepped = arcs.link >= 0, arcs.terminal >= 0
    link, step = np.where(linked, arcs.link, 0), np.where(stepped, arcs.terminal, 0)
    length = np.append(corridor["links"]["length"], 0.0)[np.where(linked, arcs.link, -1)]

    def per_arc(on_links: np.ndarray, in_steps: np.ndarray) -> np.ndarray:
        out = np.zeros(len(arcs))
        out[linked] = length[linked] * on_links[link[linked]]
        out[stepped] = in_steps[step[stepped]]
        return out

    optimistic = np.zeros(len(arcs), dtype=bool)
    optimistic[linked], optimistic[stepped] = moving.optimistic[link[linked]], handled.optimistic[step[stepped]]
    rows: list[tuple[tuple[str, str], ...]] = []
    for i in range(len(arcs)):
        table, keys = ("emission_factors", moving.rows[link[i]]) if linked[i] else ("hub_factors", handled.rows[step[i]] if stepped[i] else ())
        rows.append(tuple((table, key) for key in keys))
    nothing = np.zeros_like(moving.factor)
    return ArcEmissions(per_arc(moving.factor, handled.factor), per_arc(nothing, handled.factor),
                        per_arc(moving.empties, np.zeros_like(handled.factor)),
                        per_arc(moving.well_to_tank, handled.well_to_tank), optimistic, tuple(rows))  # fmt: skip


def _factors(corridor: Corridor, commodity: str, table: str, kind: str, named: str, places: Iterable[tuple[str, str, str]]) -> Factors:
    """`places`: (key, kind, node that tells the country) of everything that wants a factor."""
    commodities = corridor["commodities"]
    narrowness = {word: -i for i, word in enumerate((*cargo.words(commodities)[commodities.index[commodity]], EVERY))}
    country = dict(zip(corridor["nodes"].keys, corridor["nodes"]["country"], strict=True))
    by_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in corridor[table].rows():
        if row["commodity_id"] in narrowness:
            by_kind[row[kind]].append(row)
    found: list[tuple[float, float, float, float, bool]] = []
    keys: list[tuple[str, ...]] = []
    for key, of_kind, node in places:
        holds = [row for row in by_kind[of_kind] if (not row[named] or key in row[named]) and row["country"] in ("", country[node])]
        ranks = [(bool(row[named]), bool(row["country"]), narrowness[row["commodity_id"]]) for row in holds]
        chosen = [row for row, rank in zip(holds, ranks, strict=True) if rank == max(ranks)]
        laden = sum(row["share"] * row["factor"] for row in chosen)
        empties = sum(row["share"] * row.get("empties", 0.0) for row in chosen)
        before = sum(row["share"] * row["well_to_tank"] * (1.0 + _extra(row)) for row in chosen)
        whole = laden + empties
        found.append((whole, empties, before, whole - before, any(row["optimistic"] and row["share"] > 0 for row in chosen)))
        keys.append(tuple(row["factor_id"] for row in chosen if row["share"] > 0))
    columns = np.array(found, dtype=np.float64).reshape(-1, 5).T
    return Factors(columns[0], columns[1], columns[2], columns[3], columns[4] > 0, tuple(keys))


def _extra(row: Mapping[str, Any]) -> float:
    """What ways without cargo add to the factor of a row, as a share of it: their parts are taken to be alike."""
    return float(row.get("empties", 0.0) / row["factor"]) if row["factor"] > 0 else 0.0
