# No `from __future__ import annotations` here: cimba reads the annotations of a model's fields.
"""M/M/c and the tandem in cimba: servers are processes, customers are their times of arrival."""

import cimba as cb

MODELS: dict = {}


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


def run(case: str, n: int, seed: int) -> float:
    """The mean wait of one replication of n customers."""
    kind = {"mm1": One, "mm10": Ten}[case]
    model = MODELS.setdefault(case, kind())
    found = cb.Experiment(model, replications=1, seed=seed + 1000).run()
    return float(found[model].wait.values[0, 0])
