# No `from __future__ import annotations` here: cimba reads the annotations of a model's fields.
"""The models in cimba, in the style it is fastest in: servers are processes, customers are their times of arrival or numbers."""

import math

import cimba as cb

MODELS: dict = {}
YEAR = 8760.0


class One(cb.Model):
    """M/M/1."""

    n: cb.Param[int] = 10**6
    line: cb.Store[float]
    done: cb.Array[int] = cb.Array(1)
    total: cb.Array[float] = cb.Array(1)
    wait: cb.Output[float]

    @cb.process
    def source(self):
        while True:
            cb.hold(cb.random.exponential(1.25))
            self.line.put(cb.now())

    @cb.process
    def server(self):
        while True:
            came = self.line.get()
            self.total[0] += cb.now() - came
            cb.hold(cb.random.exponential(1.0))
            self.done[0] += 1
            if self.done[0] >= self.n:
                cb.end_trial()

    @cb.on_end
    def finish(self):
        self.wait = self.total[0] / self.done[0]


class Ten(cb.Model):
    """M/M/10."""

    n: cb.Param[int] = 10**6
    line: cb.Store[float]
    done: cb.Array[int] = cb.Array(1)
    total: cb.Array[float] = cb.Array(1)
    wait: cb.Output[float]

    @cb.process
    def source(self):
        while True:
            cb.hold(cb.random.exponential(1.0 / 9.0))
            self.line.put(cb.now())

    @cb.process(copies=10)
    def server(self):
        while True:
            came = self.line.get()
            self.total[0] += cb.now() - came
            cb.hold(cb.random.exponential(1.0))
            self.done[0] += 1
            if self.done[0] >= self.n:
                cb.end_trial()

    @cb.on_end
    def finish(self):
        self.wait = self.total[0] / self.done[0]


class Left(cb.Model):
    """Who came out of the last station of a tandem."""

    n: cb.Param[int] = 10**5
    done: cb.Array[int] = cb.Array(1)
    total: cb.Array[float] = cb.Array(1)


class Station(cb.Model):
    """One of a row of single servers."""

    line: cb.Store[float]
    after: cb.Ref["Station"]
    left: cb.Ref[Left]
    last: cb.Param[bool] = False

    @cb.process
    def server(self):
        while True:
            came = self.line.get()
            cb.hold(cb.random.exponential(1.0))
            if self.last:
                self.left.total[0] += cb.now() - came
                self.left.done[0] += 1
                if self.left.done[0] >= self.left.n:
                    cb.end_trial()
            else:
                self.after.line.put(came)


class Tandem(cb.Model):
    """Twenty stations in a row."""

    left: Left
    stations: list[Station]
    first: cb.Ref[Station]
    wait: cb.Output[float]

    @cb.process
    def source(self):
        while True:
            cb.hold(cb.random.exponential(1.25))
            self.first.line.put(cb.now())

    @cb.on_end
    def finish(self):
        self.wait = self.left.total[0] / self.left.done[0]


class Shore(cb.Model):
    """What the parts of the corridor share. Boxes are numbers in the order they came, trains the number of their first box."""

    trains: cb.Store[int]
    landed: cb.Store[int]
    slots: cb.Container = cb.Container(3000)
    berth_a: cb.Resource = cb.Resource(capacity=2)
    berth_b: cb.Resource = cb.Resource(capacity=2)
    turn: cb.Resource = cb.Resource(capacity=1)
    lying: cb.Condition
    sea: cb.Condition
    calm: cb.Array[bool] = cb.Array([True])
    born: cb.Array[float] = cb.Array(120_000)
    asked: cb.Array[float] = cb.Array(120_000)
    boxes: cb.Array[int] = cb.Array(120_000)
    ashore: cb.Array[int] = cb.Array(120_000)
    bins: cb.Array[int] = cb.Array(8760)
    count: cb.Array[int] = cb.Array(8)
    total: cb.Array[float] = cb.Array(3)


CAME, PUT, TAKEN, THROUGH, LEFT, SAILED, WAITS_A, WAITS_B = range(8)
DOOR, WAIT_A, WAIT_B = range(3)


class Inland(cb.Model):
    """A train on its way to the first border."""

    shore: cb.Ref[Shore]
    first: cb.Param[int] = 0

    @cb.process
    def ride(self):
        cb.hold(cb.random.lognormal(math.log(48.0) - 0.5 * math.log(1.04), math.sqrt(math.log(1.04))))
        self.shore.asked[self.first] = cb.now()
        self.shore.trains.put(self.first)


class Onward(cb.Model):
    """A train from the second border to its end."""

    shore: cb.Ref[Shore]
    first: cb.Param[int] = 0

    @cb.process
    def ride(self):
        cb.hold(cb.random.lognormal(math.log(36.0) - 0.5 * math.log(1.04), math.sqrt(math.log(1.04))))
        for i in range(self.first, self.first + 62):
            took = cb.now() - self.shore.born[self.shore.ashore[i]]
            self.shore.total[DOOR] += took
            self.shore.count[LEFT] += 1
            self.shore.bins[int(took)] += 1


class Ship(cb.Model):
    """Goes to and fro: loads all or what is there after 24 hours, keeps its berth until the sea is open."""

    shore: cb.Ref[Shore]
    capacity: cb.Param[int] = 108
    rate: cb.Param[float] = 18.0
    crossing: cb.Param[float] = 18.0

    @cb.predicate
    def full(self):
        return self.shore.count[PUT] - self.shore.count[TAKEN] >= self.capacity

    @cb.predicate
    def something(self):
        return self.shore.count[PUT] > self.shore.count[TAKEN]

    @cb.predicate
    def calm(self):
        return self.shore.calm[0]

    @cb.process
    def rounds(self):
        mu, sigma = math.log(self.crossing) - 0.5 * math.log(1.0225), math.sqrt(math.log(1.0225))
        while True:
            self.shore.berth_a.acquire()
            moored = cb.now()
            self.shore.turn.acquire()
            if not self.shore.lying.wait_until(self.full, max(0.0, moored + 24.0 - cb.now())):
                self.shore.lying.wait_until(self.something)
            first = self.shore.count[TAKEN]
            n = min(self.capacity, self.shore.count[PUT] - first)
            self.shore.count[TAKEN] += n
            self.shore.turn.release()
            cb.hold(n / self.rate)
            self.shore.slots.put(n)
            self.shore.sea.wait_until(self.calm)
            self.shore.berth_a.release()
            cb.hold(cb.random.lognormal(mu, sigma))
            self.shore.berth_b.acquire()
            self.shore.count[SAILED] += 1
            cb.hold(n / self.rate)
            for i in range(first, first + n):
                box = self.shore.boxes[i]
                self.shore.asked[box] = cb.now()
                self.shore.landed.put(box)
            self.shore.sea.wait_until(self.calm)
            self.shore.berth_b.release()
            cb.hold(cb.random.lognormal(mu, sigma))


class Corridor(cb.Model):
    """Containers to trains of 62, a border, a port yard, ships and weather, a border and trains again."""

    shore: Shore
    ships: list[Ship]
    delivered: cb.Output[float]
    door_to_door: cb.Output[float]
    p95: cb.Output[float]
    wait_a: cb.Output[float]
    yard: cb.Output[float]
    wait_b: cb.Output[float]
    sailings: cb.Output[float]

    @cb.process
    def demand(self):
        while True:
            cb.hold(cb.random.exponential(0.0876))
            n = self.shore.count[CAME]
            self.shore.born[n] = cb.now()
            self.shore.count[CAME] = n + 1
            if (n + 1) % 62 == 0:
                cb.spawn(Inland, shore=self.shore, first=n - 61)

    @cb.process(copies=3)
    def post_a(self):
        while True:
            train = self.shore.trains.get()
            self.shore.total[WAIT_A] += cb.now() - self.shore.asked[train]
            self.shore.count[WAITS_A] += 1
            cb.hold(cb.random.lognormal(math.log(10.0) - 0.5 * math.log(2.0), math.sqrt(math.log(2.0))))
            self.shore.slots.get(62)
            at = self.shore.count[PUT]
            for i in range(62):
                self.shore.boxes[at + i] = train + i
            self.shore.count[PUT] = at + 62
            self.shore.lying.signal()

    @cb.process(copies=3)
    def post_b(self):
        while True:
            box = self.shore.landed.get()
            self.shore.total[WAIT_B] += cb.now() - self.shore.asked[box]
            self.shore.count[WAITS_B] += 1
            cb.hold(cb.random.lognormal(math.log(0.2) - 0.5 * math.log(2.0), math.sqrt(math.log(2.0))))
            n = self.shore.count[THROUGH]
            self.shore.ashore[n] = box
            self.shore.count[THROUGH] = n + 1
            if (n + 1) % 62 == 0:
                cb.spawn(Onward, shore=self.shore, first=n - 61)

    @cb.process
    def wind(self):
        while True:
            cb.hold(cb.random.exponential(200.0))
            self.shore.calm[0] = False
            cb.hold(cb.random.exponential(24.0))
            self.shore.calm[0] = True
            self.shore.sea.signal()

    @cb.on_end
    def finish(self):
        left = self.shore.count[LEFT]
        self.delivered = float(left)
        self.door_to_door = self.shore.total[DOOR] / left
        upto, i = 0, 0
        while upto < 0.95 * left:
            upto += self.shore.bins[i]
            i += 1
        self.p95 = i - 0.5
        self.wait_a = self.shore.total[WAIT_A] / self.shore.count[WAITS_A]
        self.yard = 3000.0 - self.shore.slots.mean_level()
        self.wait_b = self.shore.total[WAIT_B] / self.shore.count[WAITS_B]
        self.sailings = float(self.shore.count[SAILED])


def tandem() -> Tandem:
    """The tandem with its stations tied together."""
    model, stations = Tandem(), [Station() for _ in range(20)]
    model.left = Left()
    for station, after in zip(stations, stations[1:] + stations[:1], strict=True):
        station.left, station.after = model.left, after
    stations[-1].last = True
    model.stations, model.first = stations, stations[0]
    return model


def corridor() -> Corridor:
    """The corridor with three ferries and a feeder."""
    model = Corridor()
    model.shore = Shore()
    model.ships = [Ship() for _ in range(4)]
    for ship in model.ships:
        ship.shore = model.shore
    model.ships[-1].capacity, model.ships[-1].rate, model.ships[-1].crossing = 350, 25.0, 24.0
    return model


BUILD = {"mm1": One, "mm10": Ten, "tandem": tandem, "corridor": corridor}
OUTPUTS = {"corridor": ("delivered", "door_to_door", "p95", "wait_a", "yard", "wait_b", "sailings")}


def run(case: str, seed: int) -> list[float]:
    """The outputs of one replication."""
    model = MODELS[case] if case in MODELS else MODELS.setdefault(case, BUILD[case]())
    window = {"window": cb.Window(warmup=0, duration=YEAR)} if case == "corridor" else {}
    found = cb.Experiment(model, replications=1, seed=seed + 1000, **window).run()
    return [float(getattr(found[model], name).values[0, 0]) for name in OUTPUTS.get(case, ("wait",))]
