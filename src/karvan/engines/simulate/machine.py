"""The step machine: what happens next, and what does it change? One compiled loop for every model.

A model is a table of verbs (`program.py` writes it). An entity carries a place in that table and executes verbs until one
lets time pass or makes it wait; then the next event of a four-ary heap is due. All state lives in arrays of the caller,
nothing is allocated here, and the machine comes back with a code when it needs more room, has nothing left to do or finds
a fault; called again, it goes on where it was. So a run may be sliced, copied, branched and traced.

Random numbers are a function of names, not of order: draw = mix(entity + verb + lap), where an entity's number is made of
its parent's, a verb's of its name, and the lap counts an entity's jumps backwards. Nothing else in a model shifts them.

Everything compiled stands in this one file because numba does not see a change in another (`layout.py` is only read).
"""

# ruff: noqa: F403, F405, PLR1714, PLR1730, SIM109  (numba reads `in` more slowly, and compiles it and `max` of two types longer)
from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from karvan.engines.arrays import Floats
from karvan.engines.compiled import called, compiled_unlocked, inlined
from karvan.engines.simulate.layout import *

Longs = NDArray[np.int64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xD1342543DE82EF95)
CHILD = np.uint64(0x8CB92BA72F3D8DD7)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_UNIT = 1.0 / 4503599627370496.0
_NOBODY, _BEFORE, _BEHIND, _WHOEVER = (cast(int, np.int64(x)) for x in (0, 0, 1, -(1 << 60)))
"""typed, since numba compiles a function anew for every bare number it is called with"""
POSITIVE = (1 << 40) - 1
"""says to the compiler that an index is not negative: it need not wrap around"""
LAST_KEY = (1 << 63) - 1
"""of the three rows behind the event list, which are never due: so four children are compared without a jump that is hard to foresee"""


# ---- chance ---------------------------------------------------------------------------------------------------------
@inlined
def mix(z: np.uint64) -> np.uint64:
    """64 bits stirred so that near numbers come out far apart (SplitMix64's finaliser; Steele, Lea & Flood 2014)."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@inlined
def uniform(x: np.uint64, flip: int) -> float:
    """A number strictly between 0 and 1 on a grid of 2^-52, or 1 minus it (exactly) for the antithetic twin."""
    u = (np.float64(mix(x) >> _S12) + 0.5) * _UNIT
    return 1.0 - u if flip else u


@compiled_unlocked
def normal(p: float) -> float:
    """The standard normal quantile (Wichura 1988, AS 241 PPND16: relative error about 1e-16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        z = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        z = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -z if q < 0.0 else z


@called
def tabled(DF: Floats, start: int, octaves: int, u: float) -> float:
    """The quantile of a table: straight between 16 points in every halving of the tail, on both sides."""
    v, side = (u, 0) if u < 0.5 else (1.0 - u, 1)
    m, e = math.frexp(v)
    octave = -e - 1
    if octave < 0:
        octave, m = 0, 1.0
    elif octave >= octaves:
        octave, m = octaves - 1, 0.5
    x = (m - 0.5) * 32.0
    i = min(int(x), 15)
    j = start + (side * octaves + octave) * 17 + i
    return DF[j] + (x - i) * (DF[j + 1] - DF[j])


@inlined
def draw(DF: Floats, d: int, x: np.uint64, flip: int) -> float:
    """A number from the distribution at d by inversion, of the random word x: one uniform, more only for Erlang."""
    if DF[d] == FIXED:
        return DF[d + HEADER]
    u = uniform(x, flip)
    if DF[d] == EXPONENTIAL:
        return -DF[d + HEADER] * math.log(u)
    return seldom(DF, d, x, u, flip)


@called
def seldom(DF: Floats, d: int, x: np.uint64, u: float, flip: int) -> float:
    """The other distributions."""
    kind, n, o = DF[d], int(DF[d + 1]), d + HEADER
    if kind == LOGNORMAL:
        return math.exp(DF[o] + DF[o + 1] * normal(u))
    if kind == UNIFORM:
        return DF[o] + (DF[o + 1] - DF[o]) * u
    if kind == ERLANG:
        product = u
        for _ in range(n - 1):
            x += STEP
            product *= uniform(x, flip)
        return -DF[o] * math.log(product)
    if kind == WEIBULL:
        return DF[o] * (-math.log(u)) ** DF[o + 1]
    if kind == TRIANGULAR:
        low, mode, high = DF[o], DF[o + 1], DF[o + 2]
        if u * (high - low) < mode - low:
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))
    if kind == PARETO:
        return DF[o] * u ** DF[o + 1]
    if kind == QUANTILES:
        return tabled(DF, o, n, u)
    i = 0
    while i < n - 1 and u > DF[o + i]:
        i += 1
    return DF[o + n + i]


@compiled_unlocked
def sample(DF: Floats, d: int, x: np.uint64, flip: int) -> float:
    """As `draw`, called and not inlined."""
    return draw(DF, d, x, flip)


# ---- the event list: a four-ary heap whose top may be a hole, and three events behind it that never come -------------
@inlined
def fill(HT: Floats, HK: Longs, n: int, t: float, k: int) -> None:
    """Put an event into the hole at the top of a heap of n."""
    i = 0
    while True:
        c = (4 * i + 1) & INDEX
        if c >= n:
            break
        tc, kc = HT[c], HK[c]
        if c + 1 < n:
            a, b, d = c + 1, c + 2, c + 3
            ta, tb, td = HT[a], HT[b], HT[d]
            ka, kb, kd = HK[a], HK[b], HK[d]
            less = (ta < tc) | ((ta == tc) & (ka < kc))
            c, tc, kc = (a, ta, ka) if less else (c, tc, kc)
            less = (td < tb) | ((td == tb) & (kd < kb))
            b, tb, kb = (d, td, kd) if less else (b, tb, kb)
            less = (tb < tc) | ((tb == tc) & (kb < kc))
            c, tc, kc = (b, tb, kb) if less else (c, tc, kc)
        if t < tc or (t == tc and k < kc):
            break
        HT[i], HK[i] = tc, kc
        i = c
    HT[i], HK[i] = t, k


@inlined
def push(HT: Floats, HK: Longs, n: int, t: float, k: int) -> None:
    """Put an event into a heap of n that has no hole."""
    i = n & INDEX
    while i > 0:
        p = ((i - 1) & INDEX) >> 2
        if t > HT[p] or (t == HT[p] and k > HK[p]):
            break
        HT[i], HK[i] = HT[p], HK[p]
        i = p
    HT[i], HK[i] = t, k


# ---- places: clocks, queues, waits ----------------------------------------------------------------------------------
@inlined
def touched(PI: Longs, PF: Floats, b: int, now: float) -> None:
    """As `touch`, inlined, for places where nobody waits to put."""
    dt = now - PF[b + LAST]
    PF[b + AREA_LEVEL] += PI[b + LEVEL] * dt
    PF[b + AREA_QUEUE] += PI[b + QLEN] * dt
    PF[b + LAST] = now


@called
def touch(PI: Longs, PF: Floats, b: int, now: float) -> None:
    """Bring the time-weighted sums of a place up to now, before its level or queue changes."""
    PF[b + AREA_PUT] += PI[b + PLEN] * (now - PF[b + LAST])
    touched(PI, PF, b, now)


@called
def into_bin(HI: Longs, h: int, x: float) -> None:
    """Count x in histogram h."""
    i = 0
    if x > 0.0:
        i = min(max(1 + int((math.log2(x) - FIRST_OCTAVE) * PER_OCTAVE), 1), BINS - 1)
    HI[h * BINS + i] += 1


@inlined
def tally(PF: Floats, b: int, x: float) -> None:
    """One more observation x of a place: number, sum, squares and largest."""
    PF[b + WAITS] += 1.0
    PF[b + WAIT_SUM] += x
    PF[b + WAIT_SQ] += x * x
    if x > PF[b + WAIT_MAX]:
        PF[b + WAIT_MAX] = x


@inlined
def waited(PI: Longs, PF: Floats, HI: Longs, b: int, x: float) -> None:
    """One more wait x at a place, into its bin too where a histogram is kept."""
    tally(PF, b, x)
    if PI[b + HIST] >= 0:
        into_bin(HI, PI[b + HIST], x)


@called
def note(PI: Longs, PF: Floats, HI: Longs, b: int, x: float) -> None:
    """As `waited`, called and not inlined."""
    waited(PI, PF, HI, b, x)


@inlined
def unwaited(PI: Longs, PF: Floats, HI: Longs, b: int) -> None:
    """One more who did not wait."""
    PF[b + WAITS] += 1.0
    if PI[b + HIST] >= 0:
        HI[PI[b + HIST] * BINS] += 1


@inlined
def ready(EI: Longs, rt: int, e: int) -> int:
    """Let e go on as soon as those before it have; the new last of the ready."""
    EI[rt * ENTITY + NEXT] = e
    EI[e * ENTITY + NEXT] = 0
    return e


@inlined
def join(EI: Longs, PI: Longs, PF: Floats, b: int, e: int) -> None:
    """Queue entity e at a place, behind all of its priority."""
    n = PI[b + QLEN] + 1
    PI[b + QLEN] = n
    if n > PF[b + QUEUE_MAX]:
        PF[b + QUEUE_MAX] = n
    tail = PI[b + QTAIL] & INDEX
    if tail == 0:
        EI[e * ENTITY + NEXT] = 0
        PI[b + QHEAD] = e
        PI[b + QTAIL] = e
    elif EI[tail * ENTITY + PRIORITY] <= EI[e * ENTITY + PRIORITY]:
        EI[e * ENTITY + NEXT] = 0
        EI[tail * ENTITY + NEXT] = e
        PI[b + QTAIL] = e
    else:
        insert(EI, PI, b, e, _BEHIND)


@called
def insert(EI: Longs, PI: Longs, b: int, e: int, behind: int) -> None:
    """Put e into a queue that is not empty, behind those of its priority (1) or before them (0); smaller goes first."""
    mine = EI[e * ENTITY + PRIORITY] + behind
    before, w = 0, PI[b + QHEAD]
    while w != 0 and EI[w * ENTITY + PRIORITY] < mine:
        before, w = w, EI[w * ENTITY + NEXT]
    EI[e * ENTITY + NEXT] = w
    if before == 0:
        PI[b + QHEAD] = e
    else:
        EI[before * ENTITY + NEXT] = e
    if w == 0:
        PI[b + QTAIL] = e


@inlined
def leave(EI: Longs, PI: Longs, b: int, w: int) -> None:
    """Take w, the first, out of the queue of a place."""
    z = EI[w * ENTITY + NEXT]
    PI[b + QHEAD] = z
    if z == 0:
        PI[b + QTAIL] = 0
    PI[b + QLEN] -= 1


@called
def unlink(EI: Longs, PI: Longs, b: int, e: int) -> None:
    """Take entity e out of the queue of a place, wherever it stands."""
    before, w = 0, PI[b + QHEAD]
    while w != e:
        before, w = w, EI[w * ENTITY + NEXT]
    z = EI[e * ENTITY + NEXT]
    if before == 0:
        PI[b + QHEAD] = z
    else:
        EI[before * ENTITY + NEXT] = z
    if z == 0:
        PI[b + QTAIL] = before
    PI[b + QLEN] -= 1


@inlined
def hold(EI: Longs, PI: Longs, b: int, e: int, n: int) -> None:
    """Note that e holds n units of an interruptible resource."""
    EI[e * ENTITY + HOLD_NEXT] = PI[b + HOLDERS]
    EI[e * ENTITY + HOLD_UNITS] = n
    PI[b + HOLDERS] = e


@called
def grant(EI: Longs, EF: Floats, PI: Longs, PF: Floats, HI: Longs, b: int, rt: int, now: float, width: int) -> int:
    """Give free units of a resource to those who wait, in order, until the first does not fit; the last of the ready."""
    while PI[b + QHEAD] != 0:
        e = PI[b + QHEAD]
        r = e * ENTITY
        n = EI[r + NEED]
        if PI[b + LEVEL] + n > PI[b + CAP]:
            break
        touched(PI, PF, b, now)
        leave(EI, PI, b, e)
        PI[b + LEVEL] += n
        if PI[b + FLAGS]:
            hold(EI, PI, b, e, n)
        wait = now - EF[e * width + SINCE]
        if EF[e * width + REMAIN] >= 0.0:
            PF[b + PUTS] += 1.0
            PF[b + PUT_SUM] += wait
        else:
            note(PI, PF, HI, b, wait)
            PF[b + UNITS_IN] += n
            EI[r + PC] += 1
        EI[r + KEY] = 0
        rt = ready(EI, rt, e)
    return rt


@called
def unhold(EI: Longs, PI: Longs, b: int, e: int) -> None:
    """Strike entity e from the holders of an interruptible resource."""
    before, w = 0, PI[b + HOLDERS]
    while w != e and w != 0:
        before, w = w, EI[w * ENTITY + HOLD_NEXT]
    if w == 0:
        return
    if before == 0:
        PI[b + HOLDERS] = EI[e * ENTITY + HOLD_NEXT]
    else:
        EI[before * ENTITY + HOLD_NEXT] = EI[e * ENTITY + HOLD_NEXT]
    EI[e * ENTITY + HOLD_UNITS] = 0


@called
def suspend(CI: Longs, EI: Longs, EF: Floats, PI: Longs, PF: Floats, b: int, above: int, now: float, width: int) -> bool:
    """Interrupt one holder of a resource whose priority number is above the given one; whether there was one.

    The one with the largest number, of those the one that came last; only who is in a delay can be interrupted. It keeps
    what remains of the delay and queues again, first of its priority.
    """
    e, w = 0, PI[b + HOLDERS]
    most = above
    while w != 0:
        r = w * ENTITY
        if EI[r + PRIORITY] > most and EI[r + KEY] != 0 and CI[(EI[r + PC] - 1) * CODE + OP] == DELAY:
            e, most = w, EI[r + PRIORITY]
        w = EI[r + HOLD_NEXT]
    if e == 0:
        return False
    r = e * ENTITY
    EF[e * width + REMAIN] = EF[e * width + DUE] - now
    EF[e * width + SINCE] = now
    EI[r + KEY] = 0
    EI[r + PC] -= 1
    EI[r + NEED] = EI[r + HOLD_UNITS]
    touched(PI, PF, b, now)
    PI[b + LEVEL] -= EI[r + HOLD_UNITS]
    unhold(EI, PI, b, e)
    if PI[b + QHEAD] == 0:
        EI[r + NEXT] = 0
        PI[b + QHEAD] = e
        PI[b + QTAIL] = e
    else:
        insert(EI, PI, b, e, _BEFORE)
    PI[b + QLEN] += 1
    if PI[b + QLEN] > PF[b + QUEUE_MAX]:
        PF[b + QUEUE_MAX] = PI[b + QLEN]
    return True


@called
def append(EI: Longs, EF: Floats, PI: Longs, PF: Floats, b: int, head: int, tail: int, units: int, now: float, width: int) -> None:
    """Put a chain of entities at the end of what lies in a store; only units (head 0) into a tank."""
    if head != 0:
        if PI[b + CTAIL] == 0:
            PI[b + CHEAD] = head
        else:
            EI[PI[b + CTAIL] * ENTITY + NEXT] = head
        PI[b + CTAIL] = tail
        if PI[b + HIST] >= 0:
            w = head
            while w != 0:
                EF[w * width + SINCE] = now
                w = EI[w * ENTITY + NEXT]
    PI[b + LEVEL] += units
    PF[b + UNITS_IN] += units
    if PI[b + LEVEL] > PF[b + LEVEL_MAX]:
        PF[b + LEVEL_MAX] = PI[b + LEVEL]


@called
def collect(EI: Longs, EF: Floats, PI: Longs, HI: Longs, b: int, e: int, most: int, now: float, width: int) -> int:
    """Let e take entities from a store, in order, as long as their sizes add up to `most` at most (one at least); how many units."""
    n, first, last = 0, PI[b + CHEAD], 0
    w = first
    while w != 0 and (n == 0 or n + EI[w * ENTITY + SIZE] <= most):
        n += EI[w * ENTITY + SIZE]
        last = w
        if PI[b + HIST] >= 0:
            into_bin(HI, PI[b + HIST], now - EF[w * width + SINCE])
        w = EI[w * ENTITY + NEXT]
    if last == 0:
        return 0
    EI[last * ENTITY + NEXT] = 0
    PI[b + CHEAD] = w
    if w == 0:
        PI[b + CTAIL] = 0
    if EI[e * ENTITY + HEAD] == 0:
        EI[e * ENTITY + HEAD] = first
    else:
        EI[EI[e * ENTITY + TAIL] * ENTITY + NEXT] = first
    EI[e * ENTITY + TAIL] = last
    EI[e * ENTITY + UNITS] += n
    return n


@called
def settle(CI: Longs, EI: Longs, EF: Floats, PI: Longs, PF: Floats, HI: Longs, b: int, rt: int, now: float, width: int) -> int:
    """Let takers of a store or tank take and those who wait to put put, until neither moves; the last of the ready."""
    moved = True
    while moved:
        moved = False
        while PI[b + QHEAD] != 0:
            e = PI[b + QHEAD]
            r = e * ENTITY
            c = EI[r + PC] * CODE
            there = PI[b + LEVEL]
            if there < EI[r + NEED] and (EI[r + TIMED] == 0 or there < CI[c + D]):
                break
            touch(PI, PF, b, now)
            leave(EI, PI, b, e)
            if PI[b + KIND] == STOCK:
                n = collect(EI, EF, PI, HI, b, e, EI[r + NEED], now, width)
            else:
                n = min(there, EI[r + NEED])
                if CI[c + X] >= 0:
                    EF[e * width + TIMES + CI[c + X]] = n
                else:
                    EI[r + UNITS] += n
            PI[b + LEVEL] -= n
            PF[b + LEAVERS] += n
            tally(PF, b, now - EF[e * width + SINCE])
            EI[r + KEY] = 0
            EI[r + TIMED] = 0
            EI[r + PC] += 1
            rt = ready(EI, rt, e)
            moved = True
        while PI[b + PHEAD] != 0:
            e = PI[b + PHEAD]
            r = e * ENTITY
            n = EI[r + NEED]
            if PI[b + LEVEL] + n > PI[b + CAP]:
                break
            touch(PI, PF, b, now)
            PI[b + PHEAD] = EI[r + NEXT]
            if PI[b + PHEAD] == 0:
                PI[b + PTAIL] = 0
            PI[b + PLEN] -= 1
            PF[b + PUTS] += 1.0
            PF[b + PUT_SUM] += now - EF[e * width + SINCE]
            c = EI[r + PC] * CODE
            EI[r + PC] += 1
            if CI[c + OP] == STORE:
                EI[r + NEXT] = 0
                append(EI, EF, PI, PF, b, e, e, n, now, width)
            else:
                deposit(CI, EI, EF, PI, PF, b, c, e, n, now, width)
                rt = ready(EI, rt, e)
            moved = True
    return rt


@called
def deposit(CI: Longs, EI: Longs, EF: Floats, PI: Longs, PF: Floats, b: int, c: int, e: int, n: int, now: float, width: int) -> None:
    """Put what e carries into a store, or n units into a tank."""
    r = e * ENTITY
    if PI[b + KIND] == STOCK:
        append(EI, EF, PI, PF, b, EI[r + HEAD], EI[r + TAIL], n, now, width)
        EI[r + HEAD] = 0
        EI[r + TAIL] = 0
        EI[r + UNITS] = 0
    else:
        append(EI, EF, PI, PF, b, _NOBODY, _NOBODY, n, now, width)
        if CI[c + C] == UNITS_OF:
            EI[r + UNITS] = 0


# ---- conditions and values ------------------------------------------------------------------------------------------
@called
def value(kind: int, i: int, constant: float, EI: Longs, EF: Floats, PI: Longs, PF: Floats, e: int, now: float, width: int) -> float:
    """What a verb asks for: a constant, something of the entity, or the state of place i."""
    found = constant
    b = i * PLACE
    if kind == UNITS_OF:
        found = np.float64(EI[e * ENTITY + UNITS])
    elif kind == SIZE_OF:
        found = np.float64(EI[e * ENTITY + SIZE])
    elif kind == ATTRIBUTE:
        found = EF[e * width + TIMES + i]
    elif kind == NOW_OF:
        found = now
    elif kind == ELAPSED:
        found = now - EF[e * width + TIMES + i]
    elif kind == AGE:
        found = now - EF[e * width + BORN]
    elif kind == QUEUE_OF:
        found = np.float64(PI[b + QLEN])
    elif kind == LEVEL_OF:
        found = np.float64(PI[b + LEVEL])
    elif kind == FREE_OF:
        found = np.float64(PI[b + CAP] - PI[b + LEVEL])
    elif kind == PRESENT:
        found = np.float64(PI[b + LEVEL] + PI[b + QLEN])
    elif kind == CAP_OF:
        found = np.float64(PI[b + CAP])
    elif kind == PRIORITY_OF:
        found = np.float64(EI[e * ENTITY + PRIORITY])
    elif kind == SEEN:
        found = PF[b + WAITS]
    return found


@called
def holds(compare: int, x: float, y: float) -> bool:
    """Whether x compares with y as asked."""
    if compare == LESS:
        return x < y
    if compare == AT_MOST:
        return x <= y
    if compare == AT_LEAST:
        return x >= y
    if compare == MORE:
        return x > y
    if compare == EQUAL:
        return x == y
    return x != y


@called
def watch(CI: Longs, CF: Floats, EI: Longs, EF: Floats, PI: Longs, PF: Floats, b: int, rt: int, now: float, width: int) -> int:
    """Wake those whose condition on a place has come true; the last of the ready."""
    before, w = 0, PI[b + WATCH]
    while w != 0:
        r = w * ENTITY
        z = EI[r + NEXT]
        c = EI[r + PC] * CODE
        if holds(CI[c + C], value(CI[c + B], b // PLACE, 0.0, EI, EF, PI, PF, w, now, width), CF[EI[r + PC] * CODE_F + F0]):
            if before == 0:
                PI[b + WATCH] = z
            else:
                EI[before * ENTITY + NEXT] = z
            EI[r + PC] += 1
            rt = ready(EI, rt, w)
        else:
            before = w
        w = z
    return rt


@compiled_unlocked
def window(DF: Floats, start: int, n: int, period: float, need: float, t: float) -> float:
    """The first time from t on with nothing closed for `need`: n closures (from, until) in order, repeated every `period`.

    Infinity when there is none. A period of 0 does not repeat.
    """
    base, latest = 0.0, math.inf
    if period > 0.0:
        base, latest = (math.floor(t / period) - 1.0) * period, t + 2.0 * period
    while n > 0:
        for i in range(n):
            a, z = base + DF[start + 2 * i], base + DF[start + 2 * i + 1]
            if a > t and a >= t + need:
                return t
            t = max(t, z)
            if t > latest:
                return math.inf
        if period <= 0.0:
            return t
        base += period
    return t


@inlined
def create(EI: Longs, EF: Floats, PI: Longs, w: int, pc: int, kind: int, name: np.uint64, now: float, width: int) -> None:
    """Make the free row w an entity of program `kind` that starts at `pc`."""
    r = w * ENTITY
    b = (kind & INDEX) * PLACE
    EI[r + PC] = pc
    EI[r + KEY] = 0
    EI[r + NAME] = np.int64(name)
    EI[r + LAP] = 0
    EI[r + PRIORITY] = PI[b + LEVEL]
    EI[r + SIZE] = PI[b + CAP]
    EI[r + UNITS] = 0
    EI[r + HEAD] = 0
    EI[r + TAIL] = 0
    EI[r + TIMED] = 0
    EI[r + HOLD_UNITS] = 0
    EI[r + PROGRAM] = kind
    PI[b + BIRTHS] += 1
    EI[r + SERIAL] = PI[b + BIRTHS]
    EF[(w * width + BORN) & POSITIVE] = now
    EF[(w * width + REMAIN) & POSITIVE] = -1.0
    for i in range(w * width + TIMES, (w + 1) * width):
        EF[i] = 0.0


# ---- the loop -------------------------------------------------------------------------------------------------------
@compiled_unlocked
def machine(
    CI: Longs, CF: Floats, DF: Floats, PI: Longs, PF: Floats, EI: Longs, EF: Floats, HT: Floats, HK: Longs, HI: Longs, G: Longs, GF: Floats,
    TT: Floats, TI: Longs, until: float,
) -> int:  # fmt: skip
    """Run to time `until`; DONE, DRY (nothing will ever happen again), GROW, TRACE_FULL, PAUSE or FAULT.

    CI, CF code; DF distributions, calendars, profiles; PI, PF places; EI entities, EF their times and attributes; HT, HK event
    list; HI histograms; G, GF registers; TT, TI trace.
    """
    hn, hole, seq, rt, free, e = G[HEAP], G[HOLE], G[SEQ], G[READY], G[FREE], G[CURRENT]
    events, steps, live, peak, width, flip = G[EVENTS], G[STEPS], G[LIVE], G[PEAK], G[WIDTH] & INDEX, G[FLIP]
    tn, tracing, spins, stop = G[TRACED], G[TRACING], G[SPINS], G[STOP]
    now = GF[NOW]
    hmax, tmax = HT.size - 8, TT.size
    code = -1
    for i in range(hn, hn + 3):
        HT[i], HK[i] = math.inf, LAST_KEY
    while True:
        if e == 0:
            e = EI[NEXT] & INDEX
            if e != 0:
                z = EI[e * ENTITY + NEXT]
                EI[NEXT] = z
                if z == 0:
                    rt = 0
            else:
                if hole:
                    hole = 0
                    hn -= 1
                    t, k = HT[hn], HK[hn]
                    HT[hn], HK[hn] = math.inf, LAST_KEY
                    if hn > 0:
                        fill(HT, HK, hn, t, k)
                if hn == 0:
                    code = DRY
                    break
                t = HT[0]
                if t > until:
                    code = DONE
                    break
                if events >= stop:
                    code = PAUSE
                    break
                k = HK[0]
                hole = 1
                e = k & INDEX
                if EI[e * ENTITY + KEY] != k:
                    e = 0
                    continue
                EI[e * ENTITY + KEY] = 0
                if t > now:
                    spins = 0
                now = t
                events += 1
                if k & TIMER:
                    c = EI[e * ENTITY + PC] * CODE
                    b = CI[c + A] * PLACE
                    if CI[c + OP] == TAKE:
                        EI[e * ENTITY + TIMED] = 1
                        rt = settle(CI, EI, EF, PI, PF, HI, b, rt, now, width)
                        e = 0
                    else:  # patience is at an end
                        touch(PI, PF, b, now)
                        unlink(EI, PI, b, e)
                        PF[b + LEAVERS] += 1.0
                        PF[b + PUT_SUM] += now - EF[(e * width + SINCE) & POSITIVE]
                        EI[e * ENTITY + PC] = CI[c + Y]
                        rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
                    if PI[b + WATCH]:
                        rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
                    continue
        if free == 0 or hn >= hmax:
            code = GROW
            break
        e &= INDEX
        r = e * ENTITY
        pc = EI[r + PC] & INDEX
        c = pc * CODE
        op = CI[c + OP]
        b = (CI[c + A] & INDEX) * PLACE
        if tracing:
            if tn >= tmax:
                code = TRACE_FULL
                break
            TT[tn] = now
            TI[tn * TRACE] = EI[r + PROGRAM]
            TI[tn * TRACE + 1] = EI[r + SERIAL]
            TI[tn * TRACE + 2] = pc
            TI[tn * TRACE + 3] = EI[r + UNITS]
            tn += 1
        steps += 1
        # A verb that lets time pass says who sleeps, at which row of code, and how long: a distribution d or, when -1, `wait`.
        who, q, d, wait, factor, timer = 0, pc, -1, 0.0, 1.0, 0
        if op == SERVE:
            touched(PI, PF, b, now)
            if PI[b + LEVEL] < PI[b + CAP] and PI[b + QHEAD] == 0:
                PI[b + LEVEL] += 1
                PF[b + UNITS_IN] += 1.0
                unwaited(PI, PF, HI, b)
                EI[r + PC] = pc + 2
                who, d = e, CI[c + D]
            else:
                EF[(e * width + SINCE) & POSITIVE] = now
                EI[r + NEED] = 1
                x = np.uint64(EI[r + NAME]) + np.uint64(CI[c + STREAM]) + GOLDEN * np.uint64(EI[r + LAP])
                EF[(e * width + DUE) & POSITIVE] = draw(DF, CI[c + D], x, flip)  # ahead of need: nothing waits for it then
                join(EI, PI, PF, b, e)
                if PI[b + LEVEL] < PI[b + CAP]:
                    rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
                if PI[b + WATCH]:
                    rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            e = 0
        elif op == SERVED:
            touched(PI, PF, b, now)
            w = PI[b + QHEAD] & INDEX
            EI[r + PC] = pc + 1
            if w != 0 and PI[b + LEVEL] <= PI[b + CAP] and CI[(EI[w * ENTITY + PC] & INDEX) * CODE + OP] == SERVE:
                leave(EI, PI, b, w)
                waited(PI, PF, HI, b, now - EF[(w * width + SINCE) & POSITIVE])
                PF[b + UNITS_IN] += 1.0
                who, wait = w, EF[(w * width + DUE) & POSITIVE]
                EI[w * ENTITY + PC] += 2
            else:
                PI[b + LEVEL] -= 1
                if w != 0:
                    rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
        elif op == EXIT:
            if EI[r + HEAD] != 0:
                G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = CARGO_LOST, e, EI[r + PROGRAM]
                code = FAULT
                break
            b = (EI[r + PROGRAM] & INDEX) * PLACE
            if CI[c + B] == 0:
                waited(PI, PF, HI, b, now - EF[(e * width + BORN) & POSITIVE])
            else:
                PF[b + PUTS] += 1.0
                PF[b + PUT_SUM] += now - EF[(e * width + BORN) & POSITIVE]
            EI[r + PC] = -1
            EI[r + NEXT] = free
            free = e
            live -= 1
            e = 0
        elif op == ARRIVE:
            x = np.uint64(EI[r + NAME]) + np.uint64(CI[c + STREAM]) + GOLDEN * np.uint64(EI[r + LAP])
            w = 0
            if EI[r + TIMED] == 0:
                EI[r + TIMED] = 1
                d = CI[c + D]
            else:
                w = free & INDEX
                free = EI[w * ENTITY + NEXT]
                create(EI, EF, PI, w, CI[c + A], CI[c + B], mix(x + CHILD), now, width)
                live += 1
                peak = max(peak, live)
                EI[r + LAP] += 1
                spins += 1
                if spins > SPIN_LIMIT:
                    G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = LIVELOCK, e, EI[r + PROGRAM]
                    code = FAULT
                    break
                x += GOLDEN
            if CI[c + C] > 0 and EI[r + LAP] >= CI[c + C]:
                EI[r + PC] = pc + 1
                EI[r + TIMED] = 0
                rt = ready(EI, rt, e)
            else:
                who, wait = e, EF[(e * width + SINCE) & POSITIVE]
                EF[(e * width + SINCE) & POSITIVE] = draw(DF, CI[c + D], x + GOLDEN, flip)  # the one after, ahead of need
            e = 0
            if w != 0:
                if rt == 0:
                    e = w
                else:
                    rt = ready(EI, rt, w)
        elif op == DELAY:
            who, d = e, CI[c + D]
            wait = EF[(e * width + REMAIN) & POSITIVE]
            if wait >= 0.0:
                EF[(e * width + REMAIN) & POSITIVE] = -1.0
                d = -1
            elif CI[c + B] != CONSTANT:
                factor = value(CI[c + B], CI[c + C], 1.0, EI, EF, PI, PF, e, now, width) / CF[pc * CODE_F]
            EI[r + PC] = pc + 1
            e = 0
        elif op == SEIZE:
            n = CI[c + B]
            if CI[c + C] != CONSTANT:
                n = int(value(CI[c + C], n, 0.0, EI, EF, PI, PF, e, now, width))
            if PI[b + FLAGS]:
                if EI[r + HOLD_UNITS] != 0:
                    G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = TWO_HOLDS, e, CI[c + A]
                    code = FAULT
                    break
                if PI[b + FLAGS] & PREEMPTIVE:
                    while PI[b + LEVEL] + n > PI[b + CAP] and suspend(CI, EI, EF, PI, PF, b, EI[r + PRIORITY], now, width):
                        pass
            fits = PI[b + LEVEL] + n <= PI[b + CAP]
            touched(PI, PF, b, now)
            if fits and PI[b + QHEAD] == 0:
                PI[b + LEVEL] += n
                PF[b + UNITS_IN] += n
                unwaited(PI, PF, HI, b)
                if PI[b + FLAGS]:
                    hold(EI, PI, b, e, n)
                EI[r + PC] = pc + 1
            else:
                EF[(e * width + SINCE) & POSITIVE] = now
                EI[r + NEED] = n
                join(EI, PI, PF, b, e)
                if CI[c + Y] > 0:
                    who, wait, timer = e, CF[pc * CODE_F], TIMER
                if fits:
                    rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
                    if EI[r + PC] != pc:
                        who = 0
                e = 0
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
        elif op == RELEASE:
            n = CI[c + B]
            if CI[c + C] != CONSTANT:
                n = int(value(CI[c + C], n, 0.0, EI, EF, PI, PF, e, now, width))
            if n > PI[b + LEVEL]:
                G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = RELEASED_TOO_MUCH, e, CI[c + A]
                code = FAULT
                break
            touched(PI, PF, b, now)
            PI[b + LEVEL] -= n
            if PI[b + FLAGS]:
                unhold(EI, PI, b, e)
            if PI[b + QHEAD] != 0:
                rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            EI[r + PC] = pc + 1
        elif op == STORE or op == PUT:
            n = EI[r + SIZE] if op == STORE else EI[r + UNITS]
            if op == PUT and PI[b + KIND] == TANK:
                n = int(value(CI[c + C], CI[c + B], np.float64(CI[c + B]), EI, EF, PI, PF, e, now, width))
            if n > PI[b + CAP]:
                G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = TOO_LARGE, e, CI[c + A]
                code = FAULT
                break
            touch(PI, PF, b, now)
            if PI[b + PHEAD] != 0 or PI[b + LEVEL] + n > PI[b + CAP]:
                EF[(e * width + SINCE) & POSITIVE] = now
                EI[r + NEED] = n
                EI[r + NEXT] = 0
                if PI[b + PTAIL] == 0:
                    PI[b + PHEAD] = e
                else:
                    EI[PI[b + PTAIL] * ENTITY + NEXT] = e
                PI[b + PTAIL] = e
                PI[b + PLEN] += 1
                e = 0
                continue
            PF[b + PUTS] += 1.0
            EI[r + PC] = pc + 1
            if op == STORE:
                EI[r + NEXT] = 0
                append(EI, EF, PI, PF, b, e, e, n, now, width)
                e = 0
            else:
                deposit(CI, EI, EF, PI, PF, b, c, e, n, now, width)
            w = PI[b + QHEAD]
            if w != 0 and (PI[b + LEVEL] >= EI[w * ENTITY + NEED] or EI[w * ENTITY + TIMED] != 0):
                rt = settle(CI, EI, EF, PI, PF, HI, b, rt, now, width)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
        elif op == TAKE:
            n = int(value(CI[c + C], CI[c + B], np.float64(CI[c + B]), EI, EF, PI, PF, e, now, width))
            EF[(e * width + SINCE) & POSITIVE] = now
            EI[r + NEED] = n
            EI[r + TIMED] = 1 if CF[pc * CODE_F] <= 0.0 else 0
            touch(PI, PF, b, now)
            join(EI, PI, PF, b, e)
            rt = settle(CI, EI, EF, PI, PF, HI, b, rt, now, width)
            if EI[r + PC] == pc and 0.0 < CF[pc * CODE_F] < math.inf:
                who, wait, timer = e, CF[pc * CODE_F], TIMER
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            e = 0
        elif op == UNLOAD:
            w = EI[r + HEAD]
            if w != 0:
                EI[rt * ENTITY + NEXT] = w
                rt = EI[r + TAIL]
                while w != 0 and CI[c + A] >= 0:
                    EI[w * ENTITY + PC] = CI[c + A]
                    w = EI[w * ENTITY + NEXT]
            EI[r + HEAD] = 0
            EI[r + TAIL] = 0
            EI[r + UNITS] = 0
            EI[r + PC] = pc + 1
        elif op == SPAWN:
            n = EI[r + TIMED]
            x = np.uint64(EI[r + NAME]) + np.uint64(CI[c + STREAM]) + GOLDEN * np.uint64(EI[r + LAP])
            if n == 0:
                if CI[c + X] >= 0:
                    n = int(sample(DF, CI[c + X], x, flip))
                else:
                    n = int(value(CI[c + D], CI[c + C], np.float64(CI[c + C]), EI, EF, PI, PF, e, now, width))
            if n > 0:
                w = free & INDEX
                free = EI[w * ENTITY + NEXT]
                create(EI, EF, PI, w, CI[c + A], CI[c + B], mix(mix(x + CHILD) + STEP * np.uint64(n)), now, width)
                live += 1
                peak = max(peak, live)
                for i in range(TIMES, width):
                    EF[w * width + i] = EF[e * width + i]
                if CI[c + Y]:
                    EI[w * ENTITY + HEAD], EI[w * ENTITY + TAIL], EI[w * ENTITY + UNITS] = EI[r + HEAD], EI[r + TAIL], EI[r + UNITS]
                    EI[r + HEAD] = 0
                    EI[r + TAIL] = 0
                    EI[r + UNITS] = 0
                rt = ready(EI, rt, w)
                n -= 1
            EI[r + TIMED] = max(n, 0)
            if n <= 0:
                EI[r + PC] = pc + 1
        elif GOTO <= op <= SHORTEST:
            q = CI[c + A]
            if op == BRANCH:
                t = CF[pc * CODE_F]
                if CI[c + D] > 0:
                    t = now / CF[pc * CODE_F + F1]
                    t = DF[CI[c + B] + int((t - math.floor(t)) * CI[c + D])]
                if uniform(np.uint64(EI[r + NAME]) + np.uint64(CI[c + STREAM]) + GOLDEN * np.uint64(EI[r + LAP]), flip) >= t:
                    q = pc + 1
            elif op == IF:
                if not holds(CI[c + D], value(CI[c + B], CI[c + C], 0.0, EI, EF, PI, PF, e, now, width), CF[pc * CODE_F]):
                    q = pc + 1
            elif op == SHORTEST:
                least = math.inf
                for i in range(CI[c + C], CI[c + C] + 2 * CI[c + B], 2):
                    z = int(DF[i]) * PLACE
                    t = np.float64(PI[z + QLEN] + PI[z + LEVEL]) / max(PI[z + CAP], 1)
                    if PI[z + QLEN] == 0 and PI[z + LEVEL] < PI[z + CAP]:
                        t = -1.0
                    if t < least:
                        least = t
                        q = int(DF[i + 1])
            if q <= pc:
                if op != GOTO or CI[c + B] == 0:
                    EI[r + LAP] += 1
                spins += 1
                if spins > SPIN_LIMIT:
                    G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = LIVELOCK, e, EI[r + PROGRAM]
                    code = FAULT
                    break
            EI[r + PC] = q
        elif op == PASS:
            if PI[b + LEVEL] != 0:
                note(PI, PF, HI, b, 0.0)
                EI[r + PC] = pc + 1
                continue
            touch(PI, PF, b, now)
            EF[(e * width + SINCE) & POSITIVE] = now
            join(EI, PI, PF, b, e)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            e = 0
        elif op == GATE:
            touch(PI, PF, b, now)
            PI[b + LEVEL] = CI[c + B]
            while CI[c + B] != 0 and PI[b + QHEAD] != 0:
                w = PI[b + QHEAD]
                leave(EI, PI, b, w)
                note(PI, PF, HI, b, now - EF[(w * width + SINCE) & POSITIVE])
                EI[w * ENTITY + PC] += 1
                rt = ready(EI, rt, w)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            EI[r + PC] = pc + 1
        elif op == UNTIL:
            if holds(CI[c + C], value(CI[c + B], CI[c + A], 0.0, EI, EF, PI, PF, e, now, width), CF[pc * CODE_F]):
                EI[r + PC] = pc + 1
            else:
                EI[r + NEXT] = PI[b + WATCH]
                PI[b + WATCH] = e
                e = 0
        elif WINDOW <= op <= AT:
            if op == WINDOW:
                wait = value(CI[c + B], CI[c + C], CF[pc * CODE_F], EI, EF, PI, PF, e, now, width)
                t = window(DF, CI[c + D], CI[c + X], CF[pc * CODE_F + F1], wait, now)
            elif op == SLOT:
                t = math.ceil((now - CF[pc * CODE_F + F1]) / CF[pc * CODE_F]) * CF[pc * CODE_F] + CF[pc * CODE_F + F1]
                if t < now or (t == now and CI[c + B] != 0):
                    t += CF[pc * CODE_F]
            elif EI[r + LAP] >= CI[c + X]:
                EI[r + PC] = CI[c + Y]
                continue
            else:
                t = max(DF[CI[c + D] + EI[r + LAP]], now)
            if t <= now:
                note(PI, PF, HI, b, 0.0)
                EI[r + PC] = pc + 2
            else:
                touch(PI, PF, b, now)
                PI[b + QLEN] += 1
                EF[(e * width + SINCE) & POSITIVE] = now
                EI[r + PC] = pc + 1
                if t < math.inf:
                    who, wait, timer = e, t, -1
                e = 0
        elif op == WAITED:
            touch(PI, PF, b, now)
            PI[b + QLEN] -= 1
            note(PI, PF, HI, b, now - EF[(e * width + SINCE) & POSITIVE])
            EI[r + PC] = pc + 1
        elif op == CAPACITY:
            PF[b + AREA_CAP] += PI[b + CAP] * (now - PF[b + LAST_CAP])
            PF[b + LAST_CAP] = now
            PI[b + CAP] = max(CI[c + B] if CI[c + C] == ASSIGN else PI[b + CAP] + CI[c + B], 0)
            if CI[c + D]:
                while PI[b + LEVEL] > PI[b + CAP] and suspend(CI, EI, EF, PI, PF, b, _WHOEVER, now, width):
                    pass
            if PI[b + KIND] == RESOURCE:
                rt = grant(EI, EF, PI, PF, HI, b, rt, now, width)
            else:
                rt = settle(CI, EI, EF, PI, PF, HI, b, rt, now, width)
            if PI[b + WATCH]:
                rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            EI[r + PC] = pc + 1
        else:
            if CI[c + X] >= 0:
                t = sample(DF, CI[c + X], np.uint64(EI[r + NAME]) + np.uint64(CI[c + STREAM]) + GOLDEN * np.uint64(EI[r + LAP]), flip)
            else:
                t = value(CI[c + B], CI[c + C], CF[pc * CODE_F], EI, EF, PI, PF, e, now, width)
            if op == RECORD:
                note(PI, PF, HI, b, t)
                if PI[b + WATCH]:
                    rt = watch(CI, CF, EI, EF, PI, PF, b, rt, now, width)
            elif CI[c + A] == TO_PRIORITY:
                EI[r + PRIORITY] = int(t)
            elif CI[c + A] == TO_SIZE:
                EI[r + SIZE] = int(t)
            else:
                i = e * width + TIMES + CI[c + A]
                if CI[c + D] == ASSIGN:
                    EF[i] = t
                elif CI[c + D] == ADD:
                    EF[i] += t
                else:
                    EF[i] *= t
            EI[r + PC] = pc + 1
        if who != 0:
            who &= INDEX
            r = who * ENTITY
            if d >= 0:
                x = np.uint64(EI[r + NAME]) + np.uint64(CI[q * CODE + STREAM]) + GOLDEN * np.uint64(EI[r + LAP])
                wait = draw(DF, d, x, flip) * factor
            if not wait >= 0.0:
                G[FAULT_KIND], G[FAULT_ENTITY], G[FAULT_PLACE] = BACKWARDS, who, EI[r + PROGRAM]
                code = FAULT
                break
            t = now + wait
            if timer < 0:  # a time of the clock, not from now
                t, timer = wait, 0
            EF[(who * width + DUE) & POSITIVE] = t
            k = (seq << ORDER_BITS) | timer | who
            seq += 1
            EI[r + KEY] = k
            if hole:
                hole = 0
                fill(HT, HK, hn, t, k)
            else:
                HT[hn + 3], HK[hn + 3] = math.inf, LAST_KEY
                push(HT, HK, hn, t, k)
                hn += 1
    G[HEAP], G[HOLE], G[SEQ], G[READY], G[FREE], G[CURRENT] = hn, hole, seq, rt, free, e
    G[EVENTS], G[STEPS], G[LIVE], G[PEAK], G[TRACED], G[SPINS] = events, steps, live, peak, tn, spins
    GF[NOW] = until if code == DONE else now
    return code
