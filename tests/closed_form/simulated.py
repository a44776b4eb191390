"""How far is the simulator from a formula, in standard errors?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from karvan.engines.simulate import Outcome, Tables, replicate

SEED = 20
REPLICATIONS = 20


def far(
    tables: Tables, exact: float, read: Callable[[Outcome], float], horizon: float, warm_up: float, replications: int = REPLICATIONS
) -> float:
    """(mean over replications - exact) / its standard error; every replication is audited on the way."""
    found = replicate(tables, horizon, SEED, range(replications), lambda outcome: [read(outcome)], edges=[warm_up, horizon])[:, 0]
    error = float(np.std(found, ddof=1)) / math.sqrt(replications)
    assert error < 0.05 * abs(exact), f"too few replications to say anything: {found.mean()} +- {error} for {exact}"
    return float(found.mean() - exact) / error
