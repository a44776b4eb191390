"""What one more unit of a capacity is worth is the slope of the optimum: finite differences of the certified objective say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.engines import assign
from karvan.verdict import worth
from karvan.verdict.model import Answer, Model, prepare
from tests.verdict import small

EXACT = assign.AssignOptions(tolerance=1e-12, max_iterations=200)


def again(model: Model, answer: Answer, limit: int, factor: float) -> float:
    """The certified optimum, USD a year, with one capacity times a factor."""
    capacity = answer.conditions.capacity.copy()
    capacity[limit] *= factor
    conditions = replace(answer.conditions, capacity=capacity)
    found = Answer(conditions, assign.solve(model.problem, conditions, model.compiled.delay, model.base_cost, warm=answer.result.price, options=EXACT), answer.cells)
    certificate = model.certificate(found)
    assert certificate.passed
    return certificate.objective


def slope(model: Model, answer: Answer, limit: int, step: float) -> float:
    """Minus the derivative of the optimum by a capacity, central differences."""
    width = 2 * step * float(answer.conditions.capacity[limit])
    return (again(model, answer, limit, 1 - step) - again(model, answer, limit, 1 + step)) / width


@pytest.mark.parametrize(("time", "capacity"), [(0.0, 400_000.0), (0.0, 900_000.0), (24.0, 400_000.0), (24.0, 1_500_000.0)])
def test_of_a_step_that_is_full_or_queues(time: float, capacity: float) -> None:
    tables = small.cheap_sea(str(capacity))
    tables["terminals"] = tables["terminals"].replace("rail,sea,0,", f"rail,sea,{time},")
    model = prepare(small.corridor(**tables))
    answer = small.solved(model)
    limit = small.limit(model, "crane")
    found = float(worth.of_limits(model, answer)[limit])
    assert found > 0
    assert found == pytest.approx(slope(model, answer, limit, 1e-4), rel=1e-4)
    if time == 0.0:
        assert found == pytest.approx(answer.result.price[limit]), "of a limit that is simply full the worth is the price"
    else:
        assert found < answer.result.price[limit], "of a queue a unit of capacity is worth less than a unit of use costs"


def test_of_a_shared_limit_per_tonne_of_what_uses_it() -> None:
    resources = "resource_id,name,kind,capacity,capacity_unit,members,direction\nslots,Slots,slots,30000,TEU/yr,rail_ab;road_ab,both"
    model = prepare(small.corridor(resources=resources, uses="use_id,unit,commodity_id,use\nteu,TEU,box,0.1"))
    answer = small.solved(model)
    (found,) = worth.binding(model, answer)
    assert (found.id, found.unit) == ("slots", "TEU")
    assert found.per_tonne == pytest.approx(0.1 * found.per_unit)
    assert found.per_unit == pytest.approx(slope(model, answer, 0, 1e-4), rel=1e-4)


def test_of_a_fleet_per_vehicle() -> None:
    fleets = "fleet_id,name,number,payload,payload_unit,availability\nships,Ships,4,500,t,0.9"
    services = "service_id,name,link_id,fleet_id,round_trip,frequency\nline,Line,rail_ab,ships,48,300\nlorries,Lorries,road_ab,ships,48,300"
    model = prepare(small.corridor(fleets=fleets, services=services))
    answer = small.solved(model)
    found = next(each for each in worth.binding(model, answer) if each.direction == "forward")
    capacity = float(answer.conditions.capacity[small.limit(model, "ships", "forward")])
    assert found.per_vehicle == pytest.approx(found.per_unit * capacity / 4)
    assert found.unit == "t·h"


def test_where_nothing_binds_nothing_is_said() -> None:
    model = prepare(small.corridor())
    answer = small.solved(model)
    assert worth.binding(model, answer) == ()
    assert not np.any(worth.of_limits(model, answer))
