"""Road networks made from a seed, of any size, for the benchmarks: nothing is shipped and nothing is downloaded.

Roads follow a jittered grid: a random spanning tree of it and random further streets up to the number asked for; every
eighth row and column is an arterial, every thirty-second a motorway. Zones hang on random crossings by connectors of
constant time, are numbered first and are not passed through. Demand falls with distance (gravity, lognormal noise) and is
scaled so that all-or-nothing at free-flow times would use `load` of the capacity of the roads on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

SPEED = (40.0, 60.0, 100.0)
"""km/h of streets, arterials and motorways; streets of the grid are some 500 m long."""
CAPACITY = (900.0, 2400.0, 6000.0)
"""Vehicles an hour, likewise."""


@dataclass(frozen=True, eq=False)
class Made:
    """A network: nodes 0..zones-1 are zones; per link the ends, hours at free flow, vehicles an hour and whether its time grows."""

    n_nodes: int
    zones: int
    tail: np.ndarray
    head: np.ndarray
    free_time: np.ndarray
    capacity: np.ndarray
    road: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def distances(self, origins: np.ndarray) -> np.ndarray:
        """float64[origin, zone], hours at free flow, by scipy, without passing through zones."""
        n = self.n_nodes
        ends = np.where(self.head < self.zones, self.head + n, self.head)  # a zone is two nodes: where trips begin and where they end
        found = dijkstra(csr_array((self.free_time, (self.tail, ends)), shape=(n + self.zones, n + self.zones)), indices=origins)
        return np.asarray(found)[:, n:]


def network(nodes: int, links: int, zones: int, seed: int, connectors: int = 1) -> Made:
    """Exactly so many nodes and links (or one less, since links come in pairs), `zones` of the nodes being zones.

    Raises `ValueError` when so few links cannot hold it together, or when the grid has not so many.
    """
    r = np.random.default_rng(seed)
    crossings = nodes - zones
    side = int(np.ceil(np.sqrt(crossings)))
    row, column = np.divmod(np.arange(crossings), side)
    beside = np.flatnonzero((column + 1 < side) & (np.arange(crossings) + 1 < crossings))
    above = np.flatnonzero(np.arange(crossings) + side < crossings)
    one, other = np.concatenate([beside, above]), np.concatenate([beside + 1, above + side])
    line = np.concatenate([row[beside], column[above]])
    rank = np.where(line % 32 == 16, 2, np.where(line % 8 == 4, 1, 0))
    wanted = links // 2 - zones * connectors
    if not crossings - 1 <= wanted <= len(one):
        raise ValueError(f"{links} links: with {crossings} crossings and {zones * connectors} connectors it takes {2 * (crossings - 1 + zones * connectors)}"
                         f" to {2 * (len(one) + zones * connectors)}")  # fmt: skip
    liking = r.random(len(one)) + 1.0 - 0.4 * rank
    tree = minimum_spanning_tree(csr_array((liking, (one, other)), shape=(crossings, crossings))).tocoo()
    key = one.astype(np.int64) * crossings + other
    kept = np.isin(key, np.asarray(tree.coords[0], np.int64) * crossings + tree.coords[1])
    spare = np.flatnonzero(~kept)
    kept[spare[np.argsort(liking[spare])[: wanted - int(kept.sum())]]] = True
    one, other, rank = one[kept], other[kept], rank[kept]
    x, y = 0.5 * (column + r.uniform(-0.3, 0.3, crossings)), 0.5 * (row + r.uniform(-0.3, 0.3, crossings))
    hours = np.hypot(x[one] - x[other], y[one] - y[other]) / np.array(SPEED)[rank]
    gate = np.concatenate([r.choice(crossings, zones, replace=False) for _ in range(connectors)])
    zone = np.tile(np.arange(zones), connectors)
    tail = np.concatenate([one + zones, other + zones, zone, gate + zones])
    head = np.concatenate([other + zones, one + zones, gate + zones, zone])
    free = np.concatenate([hours, hours, np.full(2 * len(zone), 1.0 / 60)])
    capacity = np.concatenate([np.array(CAPACITY)[rank], np.array(CAPACITY)[rank], np.full(2 * len(zone), 1e6)])
    road = np.arange(len(tail)) < 2 * len(one)
    home = gate[:zones]
    order = np.argsort(tail, kind="stable")
    return Made(nodes, zones, tail[order].astype(np.int32), head[order].astype(np.int32), free[order], capacity[order], road[order],
                np.concatenate([x[home], x]), np.concatenate([y[home], y]))  # fmt: skip


def demand(made: Made, pairs: int, load: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Origins, destinations and vehicles an hour of `pairs` random pairs of zones."""
    r = np.random.default_rng(seed)
    cells = np.sort(r.choice(made.zones * (made.zones - 1), pairs, replace=False))
    origin, place = np.divmod(cells, made.zones - 1)
    destination = place + (place >= origin)
    hours = made.distances(np.arange(made.zones))[origin, destination]
    amount = r.lognormal(0.0, 1.0, pairs) * np.exp(-2.0 * hours / hours.mean())
    offered = float((made.free_time * made.capacity)[made.road].sum())
    return origin, destination, amount * load * offered / float(amount @ hours)
