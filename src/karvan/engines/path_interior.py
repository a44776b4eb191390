"""Path flows of all trips at once, by an interior point: where shifts between two paths creep.

    minimise  sum over links of integral_0^x t(v) dv + fixed . f    with  x = background + E f,  the paths of a trip carry its amount,  f >= 0

A barrier mu ln f keeps flows inside, and mu falls. With multipliers z of f >= 0, theta = z / f and D = diag(t'(x)), Newton's
step solves (E'DE + theta) df = mu / f - c up to one number per trip. The inverse of theta under unchanged amounts is P, a
diagonal less one outer product per trip, so what is left is one system over the links, I + G P G' with G = sqrt(D) E, which
stays positive definite whatever degenerates: paths of equal cost, links of constant time, classes that could swap ways.
(Primal-dual barrier: Wright 1997, chapters 5 and 11; multipliers held near mu / f: Waechter & Biegler 2006.)

Costs are compared as differences over the links in which paths differ: a jammed link that all paths of a trip share would
drown what they differ by.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg, sparse

STEPS, STALE = 100, 15
TO_THE_WALL = 0.995
CLOSE = 1e-3
LOOSE = 100.0
FALL = 0.05
"""Newton steps at most, and at most without any gain; share of the way to the nearest bound; the share of the gap asked for at which
the barrier is low enough; how far multipliers may stray from mu / flow; by what the barrier falls."""

Times = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Time and its derivative per link, at these link flows."""


def settle(
    effect: sparse.csc_matrix, trip: np.ndarray, flow: np.ndarray, fixed: np.ndarray, background: np.ndarray, times: Times, gap: float
) -> np.ndarray:
    """Flows of the same paths at which no trip could save by another of them, to a relative gap or as far as double precision goes.

    effect      [link, path], 1 where a path takes a link
    trip        of every path, ascending from 0; flow their present flows; fixed what they cost besides time
    background  flow of each link that other paths give it
    times       see `Times`
    """
    first = np.flatnonzero(np.diff(trip, prepend=-1))
    amount = np.add.reduceat(flow, first)
    by_link = effect.tocsr()
    time, slope = times(background + by_link @ flow)
    cost = fixed + effect.T @ time
    total = float(cost @ flow)
    waste = float(flow @ (cost - np.minimum.reduceat(cost, first)[trip]))
    inside = min(0.01, max(10.0 * waste / total, 1e-7)) if total > 0 else 0.01
    flow = (1.0 - inside) * flow + inside * (amount / np.diff(first, append=len(trip)))[trip]
    time, slope = times(background + by_link @ flow)
    mu = max(0.1 * waste, 1e-10 * total, 1e-300) / len(flow)
    z = mu / flow
    best, answer, stale = np.inf, (flow, z, time), 0
    for _ in range(STEPS):
        system = _System(effect, trip, first, flow / z, slope)
        pull = mu / flow - system.beside(time, fixed)
        shift = system.step(pull)
        turn = mu / flow - z - z / flow * shift
        steepest = abs(float(pull @ shift))
        step = min(1.0, TO_THE_WALL * _room(flow, shift))
        while True:
            tried = flow + step * shift
            time, slope = times(background + by_link @ tried)
            dearer = system.beside(time, fixed)
            if float((dearer - mu / tried) @ shift) <= 0.5 * steepest or step < 1e-6:
                break
            step *= 0.5
        z = np.clip(z + min(1.0, TO_THE_WALL * _room(z, turn)) * turn, mu / tried / LOOSE, mu / tried * LOOSE)
        flow = tried
        unrest = float(flow @ np.abs(system.centred(dearer - z)))
        left = unrest + mu * len(flow)
        stale += 1
        if left < best:
            best, answer, stale = left, (flow, z, time), 0
        if unrest <= mu * len(flow):
            if mu * len(flow) <= CLOSE * gap * total:
                break
            mu *= FALL
        elif stale > STALE:
            break
    flow, z, time = answer
    return _to_the_corner(flow, z, fixed + effect.T @ time, trip, first, amount)


class _System:
    """Newton's system at a point; one factorisation serves several right sides.

    Paths count as their difference from the widest one of their trip (the largest p = f / z): sums over them do not cancel.
    """

    def __init__(self, effect: sparse.csc_matrix, trip: np.ndarray, first: np.ndarray, p: np.ndarray, slope: np.ndarray):
        self.trip, self.first, self.p = trip, first, p
        self.widest = np.lexsort((p, trip))[np.append(first[1:], len(trip)) - 1][trip]
        self.differ = (effect - effect[:, self.widest]).tocsr()
        steep = np.flatnonzero((slope > 0) & (np.diff(self.differ.indptr) > 0))
        self.g = sparse.diags(np.sqrt(slope[steep])) @ self.differ[steep]
        self.sum = np.add.reduceat(p, first)
        share = sparse.csr_matrix((p, (np.arange(len(trip)), trip)), shape=(len(trip), len(first)))
        pulled = self.g @ share
        matrix = ((self.g @ sparse.diags(p) @ self.g.T) - (pulled @ sparse.diags(1.0 / self.sum) @ pulled.T)).toarray()
        matrix[np.diag_indices(len(steep))] += 1.0
        self.scale = 1.0 / np.sqrt(np.diag(matrix))
        self.factor = _factor(matrix * np.outer(self.scale, self.scale))

    def beside(self, time: np.ndarray, fixed: np.ndarray) -> np.ndarray:
        """What every path costs more than the widest of its trip."""
        return np.asarray(self.differ.T @ time + (fixed - fixed[self.widest]))

    def step(self, right: np.ndarray) -> np.ndarray:
        """The shift of every path for this right side."""
        pushed = self.scale * (self.g @ (self.p * self.centred(right)))
        answer = self.scale * linalg.cho_solve(self.factor, pushed, check_finite=False)
        return np.asarray(self.p * self.centred(right - self.g.T @ answer))

    def centred(self, v: np.ndarray) -> np.ndarray:
        """Less the mean of its trip, weighed by p."""
        return np.asarray(v - (np.add.reduceat(self.p * v, self.first) / self.sum)[self.trip])


def _factor(matrix: np.ndarray) -> tuple[np.ndarray, bool]:
    """Cholesky's factor of a matrix with ones on its diagonal, which gets as little more there as rounding asks for."""
    more = 0.0
    while True:
        try:
            return linalg.cho_factor(matrix + more * np.eye(len(matrix)), lower=True, check_finite=False)
        except linalg.LinAlgError:
            more = 10.0 * more if more else 1e-15


def _room(values: np.ndarray, change: np.ndarray) -> float:
    """How many times `change` can be added before one of `values` is 0."""
    falls = change < 0
    return float(np.min(values[falls] / -change[falls], initial=np.inf))


def _to_the_corner(flow: np.ndarray, z: np.ndarray, cost: np.ndarray, trip: np.ndarray, first: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Nothing on the paths whose multiplier won over their flow; the amounts of trips as they were."""
    kept = np.where(flow * cost > z * amount[trip], flow, 0.0)
    busiest = np.lexsort((flow, trip))[np.append(first[1:], len(trip)) - 1]
    kept[busiest] = flow[busiest]
    return np.asarray(kept * (amount / np.add.reduceat(kept, first))[trip])
