"""Shortest path trees: CPU milliseconds a tree, ours and the peers', in one run on the same machine and graph.

    python benchmarks/routing/all_origins.py [--quick] [--json FILE]

The graphs are made from a seed (`benchmarks/networks.py`). Peers are taken if they are installed beside karvan
(`pip install -r benchmarks/requirements.txt`). Every solver runs on one thread, builds its graph outside the clock and does
the same origins by turns with the others, so that what else the machine does falls on all; the least time of `--repeats`
rounds counts. All distances are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networks

from karvan.engines import trees

Work = Callable[[np.ndarray], np.ndarray]
"""Distances [origin, node] of these origins."""

MODELS = {"town": (1_000, 2_900, 150), "region": (12_982, 39_018, 1_790), "country": (100_000, 290_000, 3_000)}
"""Nodes, links and zones; the region is of the size of the published Chicago-Regional network."""
QUICK = ("town", "region")


def karvan(made: networks.Made) -> Work:
    """Distances and entering arcs."""
    star = trees.star(made.n_nodes, made.tail, made.head)
    return lambda origins: trees.forest(star, made.free_time, origins)[0]


def karvan_blocked(made: networks.Made) -> Work:
    """The same without passing through zones, which no peer offers: not compared with their distances."""
    star = trees.star(made.n_nodes, made.tail, made.head)
    zones = np.arange(made.n_nodes) < made.zones
    return lambda origins: trees.forest(star, made.free_time, origins, zones)[0]


def karvan_single(made: networks.Made) -> Work:
    """One call a tree, by the heap."""
    star = trees.star(made.n_nodes, made.tail, made.head)
    return lambda origins: np.stack([trees.trees(star, made.free_time, int(origin))[0] for origin in origins])


def scipy(made: networks.Made, predecessors: bool) -> Work:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    rows = csr_array((made.free_time, (made.tail, made.head)), shape=(made.n_nodes, made.n_nodes))
    if predecessors:
        return lambda origins: np.asarray(dijkstra(rows, indices=origins, return_predecessors=True)[0])
    return lambda origins: np.asarray(dijkstra(rows, indices=origins))


def networkit(made: networks.Made) -> Work:
    import networkit as peer

    peer.setNumberOfThreads(1)
    roads = peer.GraphFromCoo((made.free_time, (made.tail.astype(np.uint64), made.head.astype(np.uint64))), n=made.n_nodes, weighted=True, directed=True)

    def run(origins: np.ndarray) -> np.ndarray:
        search = peer.distance.SPSP(roads, origins.tolist())
        search.run()
        return np.asarray(search.getDistances())

    return run


def igraph(made: networks.Made) -> Work:
    import igraph as peer

    roads = peer.Graph(n=made.n_nodes, edges=np.column_stack([made.tail, made.head]).tolist(), directed=True)
    hours = made.free_time.tolist()
    return lambda origins: np.array(roads.distances(source=origins.tolist(), weights=hours))


def rustworkx(made: networks.Made) -> Work:
    import rustworkx as peer

    roads = peer.PyDiGraph()
    roads.add_nodes_from(range(made.n_nodes))
    roads.add_edges_from(list(zip(made.tail.tolist(), made.head.tolist(), made.free_time.tolist(), strict=True)))

    def run(origins: np.ndarray) -> np.ndarray:
        found = np.full((len(origins), made.n_nodes), np.inf)
        for i, origin in enumerate(origins.tolist()):
            lengths = peer.dijkstra_shortest_path_lengths(roads, origin, float)
            found[i, list(lengths.keys())] = list(lengths.values())
            found[i, origin] = 0.0
        return found

    return run


def networkx(made: networks.Made) -> Work:
    import networkx as peer

    roads = peer.DiGraph()
    roads.add_nodes_from(range(made.n_nodes))
    roads.add_weighted_edges_from(zip(made.tail.tolist(), made.head.tolist(), made.free_time.tolist(), strict=True))

    def run(origins: np.ndarray) -> np.ndarray:
        found = np.full((len(origins), made.n_nodes), np.inf)
        for i, origin in enumerate(origins.tolist()):
            lengths = peer.single_source_dijkstra_path_length(roads, origin)
            found[i, list(lengths)] = list(lengths.values())
        return found

    return run


SOLVERS: dict[str, tuple[str, str, Callable[[networks.Made], Work], int]] = {
    "karvan forest": ("karvan", "distances and arcs", karvan, 100),
    "karvan forest, zones not passed through": ("karvan", "distances and arcs", karvan_blocked, 100),
    "karvan trees, a call each": ("karvan", "distances and arcs", karvan_single, 100),
    "scipy csgraph.dijkstra": ("scipy", "distances", lambda made: scipy(made, predecessors=False), 100),
    "scipy csgraph.dijkstra with predecessors": ("scipy", "distances and nodes", lambda made: scipy(made, predecessors=True), 100),
    "networkit SPSP": ("networkit", "distances", networkit, 50),
    "igraph Graph.distances": ("igraph", "distances", igraph, 50),
    "rustworkx dijkstra_shortest_path_lengths": ("rustworkx", "distances", rustworkx, 20),
    "networkx single_source_dijkstra_path_length": ("networkx", "distances", networkx, 4),
}
"""Package, what it gives, how it is made ready, origins a round."""


def measured(model: str, repeats: int) -> list[dict[str, Any]]:
    """One row a solver."""
    nodes, links, zones = MODELS[model]
    made = networks.network(nodes, links, zones, seed=1)
    ready: dict[str, Work] = {}
    rows: dict[str, dict[str, Any]] = {}
    for name, (package, gives, prepare, _) in SOLVERS.items():
        begun = time.process_time()
        with contextlib.suppress(ImportError):
            ready[name] = prepare(made)
            rows[name] = {"model": model, "nodes": nodes, "links": len(made.tail), "solver": name, "version": "" if package == "karvan" else version(package), "gives": gives,
                          "graph_ms": round(1000 * (time.process_time() - begun), 1), "ms_a_tree": float("inf")}  # fmt: skip
    begun = time.process_time()
    for name, work in ready.items():
        work(np.arange(2))  # compiled, and its memory warm
        if name == "karvan trees, a call each":
            print(f"{model}: first calls of karvan {time.process_time() - begun:.1f} CPU s", file=sys.stderr)
    reference = scipy(made, predecessors=False)
    for turn in range(repeats):
        for name, work in ready.items():
            count = SOLVERS[name][3] if nodes < 50_000 else max(2, SOLVERS[name][3] // 10)
            origins = np.linspace(0, made.zones - 1, count).astype(np.int64)
            begun = time.process_time()
            found = work(origins)
            rows[name]["ms_a_tree"] = min(rows[name]["ms_a_tree"], 1000 * (time.process_time() - begun) / count)
            if turn == 0 and work is not ready.get("karvan forest, zones not passed through"):
                expected = reference(origins)
                rows[name]["distances_equal"] = bool(np.array_equal(found, expected))
                if not np.allclose(found, expected, rtol=1e-12, atol=0):
                    raise SystemExit(f"{name}: distances differ from scipy's")
    ours = rows["karvan forest"]["ms_a_tree"]
    for row in rows.values():
        row["ratio"] = round(row["ms_a_tree"] / ours, 2)
        row["ms_a_tree"] = round(row["ms_a_tree"], 4)
        print(f"{model:8s} {row['solver']:45s} {row['version']:8s} {row['ms_a_tree']:9.3f} ms {row['ratio']:7.2f}x", flush=True)
    return list(rows.values())


def main() -> None:
    """Run, print a line a solver, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without the largest graph")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = [row for model in (QUICK if asked.quick else MODELS) for row in measured(model, asked.repeats)]
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
