"""User equilibrium on the networks of the literature, from the files to the certificate, against their published objective.

The files may not be shipped (academic use); KARVAN_BENCH names the folder that holds `tntp/`. Without it the tests are
skipped and say so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from karvan.verdict import wardrop
from tests.published.tntp import NETWORKS, corridor


@pytest.mark.parametrize("name", NETWORKS)
def test_objective_gap_and_conservation(name: str, tmp_path: Path) -> None:
    case = corridor(name, tmp_path)
    published = NETWORKS[name][-1]
    found = wardrop.assign(case, case.settings.first_year, wardrop.Options(gap=1e-12))
    assert found.converged
    assert abs(found.certificate.objective - published) <= 1e-12 * published
    assert found.certificate.relative_gap <= 1e-12
    roads, trips = found.network.roads, found.wanted.trips
    balance = np.zeros(roads.n_nodes)
    flow = found.result.flow
    for nodes, amounts in ((roads.tail, flow), (roads.head, -flow), (trips.origin, -trips.amount), (trips.destination, trips.amount)):
        np.add.at(balance, nodes, amounts)
    assert np.abs(balance).max() <= 1e-9


def test_the_system_optimum_costs_everybody_together_no_more(tmp_path: Path) -> None:
    case = corridor("SiouxFalls", tmp_path)
    alone, together = (wardrop.assign(case, 2026, wardrop.Options(rule)) for rule in wardrop.RULES)
    assert together.converged
    assert together.certificate.total_cost < alone.certificate.total_cost
    assert together.certificate.objective == together.certificate.total_cost
