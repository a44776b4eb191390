"""The models of the comparison, written for karvan: M/M/c, a tandem of 20, and a corridor of 100,000 TEU a year."""

from __future__ import annotations

from karvan.engines.simulate import UNITS, Model, Outcome, Tables
from karvan.engines.simulate.distributions import exponential, lognormal
from karvan.engines.simulate.stations import batches, weather

YEAR = 8760.0


def mmc(rate: float, servers: int) -> Tables:
    """Customers at `rate`, exponential service of mean 1."""
    model = Model("mmc")
    desk = model.resource("desk", servers)
    model.arrivals("door", exponential(1 / rate), model.program("customer").serve(desk, exponential(1.0)))
    return model.build()


def tandem(stations: int = 20, rate: float = 0.8) -> Tables:
    """Single servers in a row."""
    model = Model("tandem")
    customer = model.program("customer")
    for k in range(stations):
        customer.serve(model.resource(f"station {k}", 1), exponential(1.0))
    model.arrivals("door", exponential(1 / rate), customer)
    return model.build()


def corridor(
    teu: float = 100_000, yard_slots: int = 3000, ferries: int = 3, feeders: int = 1, posts: int = 3, border: float = 10.0, crane: float = 25.0,
    closed: float = 24.0,
) -> Tables:  # fmt: skip
    """Containers to trains of 62, a border with three posts, a port yard, two berths, ferries and a feeder with weather, and back ashore.

    A ship loads what is there after 24 hours, or a full load at once; it keeps its berth until the sea is open. `border` is the
    mean work on a train at the first border, `crane` what the feeder loads in an hour, `closed` the mean closure of the sea, in hours.
    """
    model = Model("corridor")
    border_a, border_b = model.resource("border A", posts), model.resource("border B", 3)
    berth_a, berth_b = model.resource("berth A", 2), model.resource("berth B", 2)
    slots, sea = model.resource("yard", yard_slots), model.gate("sea")
    siding_a, boxes, siding_b = model.store("siding A"), model.store("boxes"), model.store("siding B")
    box = model.program("TEU", histogram=True).store(siding_a).serve(border_b, lognormal(0.2, 1.0)).store(siding_b)
    train_a = model.program("train A").delay("rail", lognormal(48.0, 0.2)).seize(border_a).delay("border", lognormal(border, 1.0))
    train_a.seize(slots, UNITS).release(border_a).put(boxes)
    train_b = model.program("train B").delay("rail", lognormal(36.0, 0.2)).unload()
    batches(model, "forming A", siding_a, train_a, 62)
    batches(model, "forming B", siding_b, train_b, 62)
    weather(model, "wind", sea, exponential(200.0), exponential(closed))
    for name, count, capacity, rate, crossing in (("ferry", ferries, 108, 18.0, 18.0), ("feeder", feeders, 350, crane, 24.0)):
        ship = model.program(name).label("round").seize(berth_a).take(boxes, capacity, minimum=1, linger=24.0)
        ship.delay("load", 1.0, per=UNITS, rate=rate).release(slots, UNITS).wait(sea).release(berth_a)
        ship.delay("out", lognormal(crossing, 0.15)).seize(berth_b).delay("unload", 1.0, per=UNITS, rate=rate).unload()
        ship.wait(sea).release(berth_b).delay("back", lognormal(crossing, 0.15)).goto("round")
        model.start(ship, count)
    model.arrivals("demand", exponential(YEAR / teu), box)
    return model.build()


def read(case: str, found: Outcome) -> dict[str, float]:
    """What the comparison compares."""
    if case in ("mm1", "mm10"):
        return {"wait": found.at("desk").wait}
    if case == "tandem":
        return {"time in the system": found.at("customer").wait}
    box = found.at("TEU")
    sailings = found.at("berth B").units
    return {
        "delivered": box.waits, "door to door": box.wait, "p95": box.percentile(0.95)[0], "wait at border A": found.at("border A").wait,
        "in the yard": found.at("yard").level, "wait at border B": found.at("border B").wait, "sailings": sailings,
    }  # fmt: skip


CASES = {"mm1": (lambda: mmc(0.8, 1), 1.25e6), "mm10": (lambda: mmc(9.0, 10), 1e6 / 9), "tandem": (tandem, 1.25e5), "corridor": (corridor, YEAR)}
"""name -> how to build it, and its horizon: a million customers, 100,000 in the tandem, a year."""
