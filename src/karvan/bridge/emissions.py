"""Which emission factor holds on which link, so that the emissions of a way are a sum over its kilometres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.corridor import cargo
from karvan.corridor.checks import EVERY
from karvan.corridor.corridor import Corridor


@dataclass(frozen=True, eq=False)
class LinkFactors:
    """Per link: kg CO2e per tonne-kilometre well to wheel, 0 where no row holds; whether an optimistic row is in it."""

    factor: np.ndarray
    optimistic: np.ndarray


def link_factors(corridor: Corridor, commodity: str) -> LinkFactors:
    """The factors of every link for a commodity: sum of share x factor over the rows that say most about the link.

    Naming the link counts more than its country, its country more than the cargo; a commodity more than its type.
    """
    links, commodities = corridor["links"], corridor["commodities"]
    narrowness = {word: -i for i, word in enumerate((*cargo.words(commodities)[commodities.index[commodity]], EVERY))}
    country = dict(zip(corridor["nodes"].keys, corridor["nodes"]["country"], strict=True))
    by_mode: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in corridor["emission_factors"].rows():
        if row["commodity_id"] in narrowness:
            by_mode[row["mode_id"]].append(row)
    factor, optimistic = np.zeros(len(links)), np.zeros(len(links), dtype=bool)
    for i, (key, mode, start) in enumerate(zip(links.keys, links["mode_id"], links["from_node"], strict=True)):
        holds = [row for row in by_mode[mode] if (not row["links"] or key in row["links"]) and row["country"] in ("", country[start])]
        ranks = [(bool(row["links"]), bool(row["country"]), narrowness[row["commodity_id"]]) for row in holds]
        chosen = [row for row, rank in zip(holds, ranks, strict=True) if rank == max(ranks)]
        factor[i] = sum(row["share"] * row["factor"] for row in chosen)
        optimistic[i] = any(row["optimistic"] and row["share"] > 0 for row in chosen)
    return LinkFactors(factor, optimistic)
