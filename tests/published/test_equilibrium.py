"""User equilibrium on the networks of the literature, against their published Beckmann objective.

The files may not be shipped (academic use); KARVAN_BENCH names the folder that holds `tntp/`. Without it the tests are
skipped and say so."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.engines import equilibrium
from tests.published import tntp
from tests.published.tntp import BENCH, NETWORKS, relative_gap


@pytest.mark.parametrize("name", NETWORKS)
def test_objective_gap_and_conservation(name: str) -> None:
    file, toll, distance, published = NETWORKS[name]
    folder = BENCH / "tntp" / name
    if not folder.is_dir():
        pytest.skip(f"no {folder}: set KARVAN_BENCH to a folder with tntp/{name}")
    roads = tntp.roads(folder / f"{file}_net.tntp", toll, distance)
    trips = tntp.trips(folder / f"{file}_trips.tntp")
    found = equilibrium.solve(roads, trips, gap=1e-12)
    assert found.converged
    assert abs(found.objective - published) <= 1e-12 * published
    balance = np.zeros(roads.n_nodes)
    for nodes, amounts in ((roads.tail, found.flow), (roads.head, -found.flow), (trips.origin, -trips.amount), (trips.destination, trips.amount)):
        np.add.at(balance, nodes, amounts)
    assert np.abs(balance).max() <= 1e-9
    assert relative_gap(roads, trips, found.flow) <= 2e-12
