"""The same models in SimPy, salabim, Ciw and cimba, each in its own style; run by compare.py with a Python that has them.

    python peers.py TOOL CASE REPLICATIONS TURN   ->   one line each: CPU seconds, events, outputs
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import deque
from typing import Any

YEAR = 8760.0
STATIONS = {"mm1": (0.8, 1, 1), "mm10": (9.0, 10, 1), "tandem": (0.8, 1, 20)}
"""arrival rate, servers, stations in a row; service has mean 1."""
INLAND = ((48.0, 0.2), (10.0, 1.0), (0.2, 1.0), (36.0, 0.2))
"""mean and coefficient of variation: rail, border, border, rail."""
SHIPS = ((108, 18.0, 18.0), (108, 18.0, 18.0), (108, 18.0, 18.0), (350, 25.0, 24.0))
"""TEU, TEU an hour, hours of a crossing."""
SMALLER = {"simpy": {"mm1": 100_000, "mm10": 100_000, "tandem": 10_000}, "salabim": {"mm1": 10_000, "mm10": 10_000, "tandem": 1_000},
           "ciw": {"mm1": 20_000, "mm10": 20_000, "tandem": 2_000}, "cimba": {"mm1": 1_000_000, "mm10": 1_000_000, "tandem": 100_000}}  # fmt: skip
"""customers: fewer for slow tools, so that rates are compared and not patience."""


def parameters(mean: float, cv: float) -> tuple[float, float]:
    """mu and sigma of the lognormal."""
    variance = math.log(1 + cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def simpy_stations(case: str, n: int, seed: int) -> tuple[float, list[float]]:
    import simpy

    rate, servers, stations = STATIONS[case]
    chance, env = random.Random(seed), simpy.Environment()
    desks = [simpy.Resource(env, servers) for _ in range(stations)]
    waited = total = left = 0.0

    def customer() -> Any:
        nonlocal waited, total, left
        came = env.now
        for desk in desks:
            with desk.request() as request:
                asked = env.now
                yield request
                waited += env.now - asked
                yield env.timeout(chance.expovariate(1.0))
        total += env.now - came
        left += 1

    def source() -> Any:
        for _ in range(n):
            yield env.timeout(chance.expovariate(rate))
            env.process(customer())

    env.process(source())
    env.run()
    return n * (1 + stations), [(waited if stations == 1 else total) / left]


def simpy_corridor(seed: int, horizon: float = YEAR) -> tuple[float, list[float]]:
    import simpy

    chance, env = random.Random(seed), simpy.Environment()

    def lognormal(mean: float, cv: float) -> Any:
        mu, sigma = parameters(mean, cv)
        return lambda: chance.lognormvariate(mu, sigma)

    rail_a, work_a, work_b, rail_b = (lognormal(*each) for each in INLAND)
    border_a, border_b, berth_a, berth_b = (simpy.Resource(env, n) for n in (3, 3, 2, 2))
    slots = simpy.Container(env, 3000, 3000)
    boxes: deque[float] = deque()
    loading: deque[dict[str, Any]] = deque()
    sea = {"open": True, "opens": env.event()}
    waits = {"A": [0, 0.0], "B": [0, 0.0]}
    ashore: list[float] = []
    left: list[float] = []
    sailings = area = changed = lying = 0.0

    def count_yard(change: int) -> None:
        nonlocal area, changed, lying
        area += lying * (env.now - changed)
        changed = env.now
        lying += change

    def serve_ships() -> None:
        while loading:
            ship = loading[0]
            if len(boxes) < ship["capacity"] and not (ship["lingered"] and boxes):
                return
            loading.popleft()
            ship["event"].succeed([boxes.popleft() for _ in range(min(ship["capacity"], len(boxes)))])

    def train_a(cargo: list[float]) -> Any:
        yield env.timeout(rail_a())
        asked = env.now
        with border_a.request() as request:
            yield request
            waits["A"][0] += 1
            waits["A"][1] += env.now - asked
            yield env.timeout(work_a())
            yield slots.get(62)
            count_yard(62)
            boxes.extend(cargo)
        serve_ships()

    def source() -> Any:
        cargo: list[float] = []
        while True:
            yield env.timeout(chance.expovariate(1e5 / YEAR))
            cargo.append(env.now)
            if len(cargo) == 62:
                env.process(train_a(cargo))
                cargo = []

    def linger(ship: dict[str, Any]) -> Any:
        yield env.timeout(24.0)
        if not ship["event"].triggered:
            ship["lingered"] = True
            serve_ships()

    def vessel(capacity: int, rate: float, sail: Any) -> Any:
        nonlocal sailings
        while True:
            with berth_a.request() as request:
                yield request
                ship = {"capacity": capacity, "lingered": False, "event": env.event()}
                loading.append(ship)
                env.process(linger(ship))
                serve_ships()
                cargo = yield ship["event"]
                yield env.timeout(len(cargo) / rate)
                count_yard(-len(cargo))
                yield slots.put(len(cargo))
                if not sea["open"]:
                    yield sea["opens"]
            yield env.timeout(sail())
            with berth_b.request() as request:
                yield request
                sailings += 1
                yield env.timeout(len(cargo) / rate)
                for came in cargo:
                    env.process(box_b(came))
                if not sea["open"]:
                    yield sea["opens"]
            yield env.timeout(sail())

    def box_b(came: float) -> Any:
        asked = env.now
        with border_b.request() as request:
            yield request
            waits["B"][0] += 1
            waits["B"][1] += env.now - asked
            yield env.timeout(work_b())
        ashore.append(came)
        if len(ashore) == 62:
            cargo = ashore[:]
            ashore.clear()
            env.process(train_b(cargo))

    def train_b(cargo: list[float]) -> Any:
        yield env.timeout(rail_b())
        left.extend(env.now - came for came in cargo)

    def wind() -> Any:
        while True:
            yield env.timeout(chance.expovariate(1 / 200))
            sea["open"] = False
            yield env.timeout(chance.expovariate(1 / 24))
            sea["open"], event, sea["opens"] = True, sea["opens"], env.event()
            event.succeed()

    for capacity, rate, crossing in SHIPS:
        env.process(vessel(capacity, rate, lognormal(crossing, 0.15)))
    env.process(wind())
    env.process(source())
    env.run(until=horizon)
    count_yard(0)
    ordered = sorted(left)
    outputs = [len(left), sum(left) / len(left), ordered[int(0.95 * len(left))], waits["A"][1] / waits["A"][0], area / horizon,
               waits["B"][1] / waits["B"][0], sailings]  # fmt: skip
    return 199_000, outputs


def salabim_stations(case: str, n: int, seed: int) -> tuple[float, list[float]]:
    import salabim as sim

    sim.yieldless(False)
    rate, servers, stations = STATIONS[case]
    env = sim.Environment(random_seed=seed, trace=False)
    desks = [sim.Resource(capacity=servers) for _ in range(stations)]
    between, service = sim.Exponential(1 / rate), sim.Exponential(1.0)
    total = [0.0, 0]

    class Customer(sim.Component):
        def process(self) -> Any:
            came = env.now()
            for desk in desks:
                yield self.request(desk)
                if stations == 1:
                    total[0] += env.now() - came
                yield self.hold(service.sample())
                self.release(desk)
            if stations > 1:
                total[0] += env.now() - came
            total[1] += 1

    class Source(sim.Component):
        def process(self) -> Any:
            for _ in range(n):
                yield self.hold(between.sample())
                Customer()

    Source()
    env.run()
    return n * (1 + stations), [total[0] / total[1]]


def salabim_corridor(seed: int, horizon: float = YEAR) -> tuple[float, list[float]]:
    import salabim as sim

    sim.yieldless(False)
    env = sim.Environment(random_seed=seed, trace=False)
    rail_a, work_a, work_b, rail_b = (sim.External(random.lognormvariate, *parameters(*each)) for each in INLAND)
    border_a, border_b, berth_a, berth_b = (sim.Resource(capacity=n) for n in (3, 3, 2, 2))
    slots = sim.Resource(capacity=3000, anonymous=True)
    calm = sim.State(value=True)
    boxes: deque[float] = deque()
    loading: deque[Any] = deque()
    ashore: list[float] = []
    left: list[float] = []
    waits_a, waits_b, sailings = sim.Monitor(), sim.Monitor(), sim.Monitor()

    def serve_ships() -> None:
        while loading and (len(boxes) >= loading[0].hold_of or (loading[0].lingered and boxes)):
            ship = loading.popleft()
            ship.cargo = [boxes.popleft() for _ in range(min(ship.hold_of, len(boxes)))]
            if ship.ispassive():
                ship.activate()

    class Source(sim.Component):
        def process(self) -> Any:
            between, cargo = sim.Exponential(YEAR / 1e5), []
            while True:
                yield self.hold(between.sample())
                cargo.append(env.now())
                if len(cargo) == 62:
                    TrainA(cargo=cargo)
                    cargo = []

    class TrainA(sim.Component):
        def setup(self, cargo: list[float]) -> None:
            self.cargo = cargo

        def process(self) -> Any:
            yield self.hold(rail_a.sample())
            asked = env.now()
            yield self.request(border_a)
            waits_a.tally(env.now() - asked)
            yield self.hold(work_a.sample())
            yield self.request((slots, 62))
            self.release(border_a)
            boxes.extend(self.cargo)
            serve_ships()

    class Ship(sim.Component):
        def setup(self, hold_of: int, rate: float, sail: Any) -> None:
            self.hold_of, self.rate, self.sail = hold_of, rate, sail
            self.lingered, self.cargo, self.trip = False, [], 0

        def process(self) -> Any:
            while True:
                yield self.request(berth_a)
                self.lingered, self.cargo = False, []
                loading.append(self)
                Linger(ship=self, trip=self.trip)
                serve_ships()
                if not self.cargo:
                    yield self.passivate()
                self.trip += 1
                yield self.hold(len(self.cargo) / self.rate)
                slots.release(len(self.cargo))
                yield self.wait(calm)
                self.release(berth_a)
                yield self.hold(self.sail.sample())
                yield self.request(berth_b)
                sailings.tally(env.now())
                yield self.hold(len(self.cargo) / self.rate)
                for came in self.cargo:
                    Box(came=came)
                yield self.wait(calm)
                self.release(berth_b)
                yield self.hold(self.sail.sample())

    class Linger(sim.Component):
        def setup(self, ship: Any, trip: int) -> None:
            self.ship, self.trip = ship, trip

        def process(self) -> Any:
            yield self.hold(24.0)
            if self.ship.trip == self.trip:
                self.ship.lingered = True
                serve_ships()

    class Box(sim.Component):
        def setup(self, came: float) -> None:
            self.came = came

        def process(self) -> Any:
            asked = env.now()
            yield self.request(border_b)
            waits_b.tally(env.now() - asked)
            yield self.hold(work_b.sample())
            self.release(border_b)
            ashore.append(self.came)
            if len(ashore) == 62:
                TrainB(cargo=ashore[:])
                ashore.clear()

    class TrainB(sim.Component):
        def setup(self, cargo: list[float]) -> None:
            self.cargo = cargo

        def process(self) -> Any:
            yield self.hold(rail_b.sample())
            left.extend(env.now() - came for came in self.cargo)

    class Wind(sim.Component):
        def process(self) -> Any:
            while True:
                yield self.hold(sim.Exponential(200.0).sample())
                calm.set(False)
                yield self.hold(sim.Exponential(24.0).sample())
                calm.set(True)

    for hold_of, rate, crossing in SHIPS:
        Ship(hold_of=hold_of, rate=rate, sail=sim.External(random.lognormvariate, *parameters(crossing, 0.15)))
    Wind()
    Source()
    env.run(till=horizon)
    ordered = sorted(left)
    outputs = [len(left), sum(left) / len(left), ordered[int(0.95 * len(left))], waits_a.mean(), slots.claimed_quantity.mean(), waits_b.mean(),
               sailings.number_of_entries()]  # fmt: skip
    return 199_000, outputs


def ciw_stations(case: str, n: int, seed: int) -> tuple[float, list[float]]:
    import ciw

    rate, servers, stations = STATIONS[case]
    routing = [[1.0 if j == i + 1 else 0.0 for j in range(stations)] for i in range(stations)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)] + [None] * (stations - 1),
        service_distributions=[ciw.dists.Exponential(1.0)] * stations,
        number_of_servers=[servers] * stations,
        routing=routing,
    )
    ciw.seed(seed)
    run = ciw.Simulation(network)
    run.simulate_until_max_customers(n)
    records = run.get_all_records()
    if stations == 1:
        return n * 2, [sum(r.waiting_time for r in records) / len(records)]
    came = {r.id_number: r.arrival_date for r in records if r.node == 1}
    stays = [r.exit_date - came[r.id_number] for r in records if r.node == stations]
    return n * (1 + stations), [sum(stays) / len(stays)]


def cimba_stations(case: str, n: int, seed: int) -> tuple[float, list[float]]:
    from peers_cimba import run

    return n * (1 + STATIONS[case][2]), run(case, seed)


def cimba_corridor(seed: int, horizon: float = YEAR) -> tuple[float, list[float]]:
    from peers_cimba import run

    return 199_000, run("corridor", seed)


def main() -> None:
    """Warm up once, then print a line for each replication."""
    tool, case, replications, turn = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    stations: dict[str, Any] = {"simpy": simpy_stations, "salabim": salabim_stations, "ciw": ciw_stations, "cimba": cimba_stations}
    corridors: dict[str, Any] = {"simpy": simpy_corridor, "salabim": salabim_corridor, "cimba": cimba_corridor}
    for replication in range(-1, replications):
        first, seed = replication < 0, 1000 * turn + replication + 1
        begun = time.process_time()
        if case == "corridor":
            events, outputs = corridors[tool](seed, 500.0 if first else YEAR)
        else:
            n = SMALLER[tool][case]
            events, outputs = stations[tool](case, n // 20 if first and tool != "cimba" else n, seed)
        used = time.process_time() - begun
        if not first:
            print(f"{used:.6f} {events:.0f}", *[f"{x:.6f}" for x in outputs], flush=True)


if __name__ == "__main__":
    main()
