"""The networks to be assigned: published ones where they lie beside the machine, and made ones of any size."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networks
from tests.published import tntp

from karvan.engines.equilibrium import Roads, Trips


@dataclass(frozen=True, eq=False)
class Problem:
    """Roads and trips, with the best objective published where there is one."""

    name: str
    roads: Roads
    trips: Trips
    published: float | None = None

    @property
    def size(self) -> str:
        """Nodes / links / pairs."""
        return f"{self.roads.n_nodes:,} / {len(self.roads.tail):,} / {len(self.trips):,}"


def published(bench: Path, name: str) -> Problem:
    """A network of Transportation Networks for Research, from `bench`/tntp."""
    file, toll, distance, objective = tntp.NETWORKS[name]
    folder = bench / "tntp" / name
    return Problem(name, tntp.roads(folder / f"{file}_net.tntp", toll, distance), tntp.trips(folder / f"{file}_trips.tntp"), objective)


def made(name: str, nodes: int, links: int, zones: int, pairs: int, load: float) -> Problem:
    """A network made from a seed: times in hours, t = free (1 + 0.15 (x / capacity)^4) on roads, connectors constant."""
    net = networks.network(nodes, links, zones, seed=4)
    origin, destination, amount = networks.demand(net, pairs, load, seed=5)
    n = len(net.tail)
    roads = Roads(nodes, zones, net.tail.astype(int), net.head.astype(int), net.free_time, np.where(net.road, 0.15, 0.0), np.full(n, 4.0), net.capacity,
                  np.zeros((1, n)))  # fmt: skip
    return Problem(name, roads, Trips(origin, destination, amount, np.zeros(pairs, dtype=int)))


MADE: dict[str, Callable[[], Problem]] = {
    "made-town": lambda: made("made-town", 1_052, 2_836, 147, 4_345, 0.6),
    "made-city": lambda: made("made-city", 8_000, 22_000, 865, 49_688, 0.35),
    "made-region": lambda: made("made-region", 12_982, 39_018, 1_790, 1_500_000, 0.35),
}
"""Of the size of Winnipeg, with the demand of Berlin-Center, and of the size of Chicago-Regional."""


def load(name: str, bench: Path | None) -> Problem | None:
    """The problem of this name; None where its files are not there."""
    if name in MADE:
        return MADE[name]()
    if bench is None or not (bench / "tntp" / name).is_dir():
        return None
    return published(bench, name)
