"""What one replication says about all places at once: the figures of `At`, as arrays, for every bin and for the whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.percentiles import cumulative_percentiles
from karvan.engines.simulate.run import Outcome
from karvan.engines.simulate.tables import Tables

FIELDS = {
    "waits": "waits that ended, those of length 0 included; of a program: those that left; of a tally: observations",
    "wait": "their mean; of a program, from birth to leaving; of a tally, what was recorded; nan when there were none",
    "wait_deviation": "their standard deviation",
    "longest_wait": "since the beginning of the run",
    "units": "units seized, stored or put",
    "units_out": "units that left a store or tank; entities that gave up waiting at a resource",
    "interruptions": "of resources: delays that were interrupted and resumed; of stores: puts",
    "queue": "time average of the number waiting",
    "longest_queue": "since the beginning of the run",
    "blocked": "time average of the number that waited to put",
    "level": "time average: busy units, what lay there, share of the time a gate was open; nan for programs",
    "capacity": "time average",
    "utilisation": "level over capacity",
    "queue_at_end": "number waiting",
    "level_at_end": "busy units, what lies there, 1 for an open gate",
}
"""field -> what it means, as in `At`; waits in the model's unit of time."""

SHARES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""percentiles of one replication, since the beginning of the run, of places with a histogram, for differences and predictions; for the
whole run only. Those of all observations together are `Experiment.percentile`."""

NAMES = (*FIELDS, *SHARES)
"""position -> field, of the whole run; bins have the first `len(FIELDS)` of them."""


@dataclass(frozen=True)
class Shape:
    """Which places have a histogram, and which causes there are; made once for a model."""

    histograms: NDArray[np.int64]
    """int64[histogram], the place it belongs to."""
    causes: tuple[str, ...]
    _order: NDArray[np.int64]
    _starts: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Tables) -> Shape:
        """That of a model."""
        places = tables.places.reshape(-1, layout.PLACE)
        waiting = np.flatnonzero(~np.isin(places[:, layout.KIND], (layout.TALLY, layout.KIND_OF_ENTITY)))
        named = [tables.place_causes[i] for i in waiting]
        causes = tuple(dict.fromkeys(named))
        numbers = np.array([causes.index(cause) for cause in named], dtype=np.int64)
        order = np.argsort(numbers, kind="stable")
        where = np.flatnonzero(places[:, layout.HIST] >= 0)
        return cls(
            where[np.argsort(places[where, layout.HIST])],
            causes,
            waiting[order],
            np.searchsorted(numbers[order], np.arange(len(causes))),
        )

    def by_cause(self, waited: Floats) -> Floats:
        """float64[…, cause], sums of float64[…, place]."""
        if not self.causes:
            return np.zeros((*waited.shape[:-1], 0))
        return np.asarray(np.add.reduceat(waited[..., self._order], self._starts, axis=-1))


@dataclass(frozen=True)
class Readings:
    """The figures of one replication."""

    whole: Floats
    """float64[place, field], fields as in `NAMES`."""
    bins: Floats
    """float64[bin, place, field], as in `FIELDS`."""
    causes: Floats
    """float64[cause], time waited of all entities together, to get in and to put."""
    causes_by_bin: Floats
    """float64[bin, cause]."""
    below: NDArray[np.int64]
    """int64[histogram, bin], cumulative counts."""


def read(outcome: Outcome, shape: Shape) -> Readings:
    """All places of one replication at once."""
    sums, places, edges = outcome.sums, outcome.places, np.array(outcome.edges)
    whole = np.full((sums.shape[1], len(NAMES)), np.nan)
    _fill(whole[:, : len(FIELDS)], sums[0], sums[-1], places[-1], edges[-1] - edges[0])
    below = np.cumsum(outcome.histograms.reshape(-1, layout.BINS)[: len(shape.histograms)], axis=1)
    whole[shape.histograms, len(FIELDS) :] = cumulative_percentiles(below, tuple(SHARES.values()))
    bins = np.empty((len(edges) - 1, sums.shape[1], len(FIELDS)))
    _fill(bins, sums[:-1], sums[1:], places[1:], np.diff(edges)[:, None])
    waited = np.diff(sums[..., layout.AREA_QUEUE] + sums[..., layout.AREA_PUT], axis=0)
    all_of_it = (sums[-1] - sums[0])[:, [layout.AREA_QUEUE, layout.AREA_PUT]].sum(axis=1)
    return Readings(whole, bins, shape.by_cause(all_of_it), shape.by_cause(waited), below)


def _fill(found: Floats, start: Floats, end: Floats, places: NDArray[np.int64], duration: Floats | float) -> None:
    """float64[…, place, field] from the sums float64[…, place, 16] before and after, as `Outcome.at` does for one place."""
    waits = end[..., layout.WAITS] - start[..., layout.WAITS]
    n = np.where(waits > 0, waits, np.nan)
    mean = (end[..., layout.WAIT_SUM] - start[..., layout.WAIT_SUM]) / n
    squares = (end[..., layout.WAIT_SQ] - start[..., layout.WAIT_SQ]) / n
    program = places[..., layout.KIND] == layout.KIND_OF_ENTITY
    level = np.where(program, np.nan, (end[..., layout.AREA_LEVEL] - start[..., layout.AREA_LEVEL]) / duration)
    queue = np.where(program, np.nan, (end[..., layout.AREA_QUEUE] - start[..., layout.AREA_QUEUE]) / duration)
    capacity = (end[..., layout.AREA_CAP] - start[..., layout.AREA_CAP]) / duration
    columns = (
        waits, mean, np.sqrt(np.maximum(squares - mean * mean, 0.0)), end[..., layout.WAIT_MAX],
        end[..., layout.UNITS_IN] - start[..., layout.UNITS_IN], end[..., layout.LEAVERS] - start[..., layout.LEAVERS],
        end[..., layout.PUTS] - start[..., layout.PUTS], queue, end[..., layout.QUEUE_MAX],
        (end[..., layout.AREA_PUT] - start[..., layout.AREA_PUT]) / duration, level, capacity,
        level / np.where(capacity > 0, capacity, np.nan), places[..., layout.QLEN], places[..., layout.LEVEL],
    )  # fmt: skip
    for i, column in enumerate(columns):
        found[..., i] = column
