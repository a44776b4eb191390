"""Who may yet go on is found in one pass, and is what the rule for each of them says."""

from __future__ import annotations

import pytest

from karvan.engines.simulate import Model, Tables, blocked
from karvan.engines.simulate.audit import DELAYED, READY_NOW, where
from karvan.engines.simulate.distributions import exponential
from karvan.engines.simulate.state import begin
from tests.closed_form.test_simulate_streams import corridor, everything


def stuck() -> Tables:
    """Two tracks that two trains want, a gate that stays shut, a pile that is full, and others who go on."""
    model = Model("stuck")
    east, west, gate = model.resource("east", 1), model.resource("west", 1), model.gate("gate", is_open=False)
    pile, desk = model.store("pile", 3), model.resource("desk", 1)
    for name, first, then in (("eastbound", west, east), ("westbound", east, west)):
        train = model.program(name).delay("comes", exponential(20.0)).seize(first).delay("runs", exponential(5.0)).seize(then)
        model.start(train.release(first).delay("on", 1.0).release(then))
    model.start(model.program("ship").seize(desk).wait(gate).release(desk))
    model.arrivals("belt", exponential(9.0), model.program("box").store(pile))
    model.arrivals("door", exponential(7.0), model.program("who").delay("stays", 3.0), 9)
    return model.build()


@pytest.mark.parametrize("tables", [stuck(), corridor(), everything().build()], ids=["stuck", "corridor", "everything"])
def test_one_pass_finds_what_the_rule_says(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = blocked._loose

    def both(tables: Tables, alike: list[blocked.Kind]) -> set[blocked.Kind]:
        helpers = blocked._helpers(tables)
        free = {kind for kind in alike if kind.doing in (DELAYED, READY_NOW)}
        while loose := {kind for kind in alike if kind not in free and any(helpers.frees(other, kind) for other in free)}:
            free |= loose
        assert real(tables, alike) == free
        seen.append(len(alike) - len(free))
        return free

    monkeypatch.setattr(blocked, "_loose", both)
    for replication in range(6):
        state = begin(tables, 5, replication)
        for moment in (3.0, 17.0, 40.0, 90.0, 200.0, 700.0):
            state.advance(moment)
            blocked.deadlocked(state, where(state))
    assert len(seen) > 10
    if tables.place_names[0] == "east":
        assert max(seen) > 3
