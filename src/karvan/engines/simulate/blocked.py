"""Who waits for whom, and can any of them ever go on? Deadlocks are found and named.

An entity that waits can go on if somebody who could free it can: for units, a holder of them or a program that releases what it
does not seize; for cargo, a program that may yet store it; for room, one that takes; for a gate or a condition, one that acts.
What remains when all that can go on are struck out is a deadlock. The rule errs on the side of silence: it never cries wolf.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from karvan.engines.simulate import layout
from karvan.engines.simulate.audit import CARRIED, DELAYED, LIES, NEVER, PUTS, READY_NOW, WAITS, WATCHES
from karvan.engines.simulate.layout import CODE, ENTITY
from karvan.engines.simulate.machine import Longs
from karvan.engines.simulate.state import State
from karvan.engines.simulate.tables import Tables

_JUMPS = (layout.BRANCH, layout.IF)
_STUCK = (WAITS, PUTS, NEVER)
_MOST = 1000


class Kind(NamedTuple):
    """What some entities have in common: what they do (`audit`), at which place, at which row of code."""

    doing: int
    place: int
    pc: int



@dataclass(frozen=True)
class Blocked:
    """One that waits and can never go on."""

    who: str
    place: str
    since: float
    by: tuple[str, ...]
    """who would have to move first."""

    def __str__(self) -> str:
        by = f", held by {', '.join(self.by[:4])}{' …' if len(self.by) > 4 else ''}" if self.by else ", and nobody can help"
        return f"{self.who} waits for {self.place} since {self.since:g}{by}"


@lru_cache(maxsize=8)
def held(tables: Tables) -> list[frozenset[int]]:
    """For every row of code, the resources that an entity standing there may hold (by its own seizing)."""
    code = tables.code.reshape(-1, CODE)
    found: list[frozenset[int]] = [frozenset()] * len(code)
    starts = {root.pc for root in tables.roots} | {int(row[layout.A]) for row in code if row[layout.OP] in (layout.ARRIVE, layout.SPAWN)}
    work: list[tuple[int, frozenset[int]]] = [(pc, frozenset()) for pc in starts]
    seen: set[tuple[int, frozenset[int]]] = set()
    while work:
        pc, have = work.pop()
        if (pc, have) in seen or pc >= len(code):
            continue
        seen.add((pc, have))
        found[pc] = found[pc] | have
        op, a = int(code[pc, layout.OP]), int(code[pc, layout.A])
        if op == layout.SEIZE:
            have = have | {a}
        elif op == layout.SERVE:  # who is served stands behind the two rows that follow
            found[pc + 2] = found[pc + 2] | have | {a}
        elif op in (layout.RELEASE, layout.SERVED):
            have = have - {a}
        if op == layout.EXIT:
            continue
        if op not in (layout.GOTO, layout.SHORTEST):
            work.append((pc + 1, have))
        if op == layout.GOTO or op in _JUMPS:
            work.append((a, have))
        if op == layout.SHORTEST:
            first, n = int(code[pc, layout.C]), int(code[pc, layout.B])
            work += [(int(tables.parameters[first + 2 * i + 1]), have) for i in range(n)]
        if op in (layout.SEIZE, layout.AT) and code[pc, layout.Y] > 0:
            work.append((int(code[pc, layout.Y]), have - {a}))
    return found


def deadlocked(state: State, found: tuple[Longs, Longs]) -> list[Blocked]:
    """Those that can never go on, those first that wait longest; empty when everything may yet move. `found` is what `where` says."""
    tables, rows = state.tables, state.entities.reshape(-1, ENTITY)
    doing, place = found
    if not np.bincount(doing, minlength=10)[list(_STUCK)].any():
        return []
    alive = np.flatnonzero(doing)
    pc, what, at = rows[alive, layout.PC], doing[alive], place[alive]
    aboard = what == CARRIED
    at[aboard] = rows[at[aboard], layout.PC]  # who is on board goes on with whoever stands at that row
    places, rows_of_code = max(tables.n_places, len(tables.verbs)) + 1, len(tables.verbs)
    numbers = (what * places + at + 1) * rows_of_code + pc
    kinds = np.unique(numbers[np.flatnonzero(np.diff(numbers, prepend=-1))])  # neighbours are often alike: less to sort
    at, pc = np.divmod(kinds, rows_of_code)
    # those that do the same at the same place and row are stuck together
    alike = [Kind(*row) for row in np.column_stack((at // places, at % places - 1, pc)).tolist()]
    helpers = _helpers(tables)
    free = _loose(tables, alike)
    stuck = {kind for kind in alike if kind not in free and kind.doing in _STUCK and not helpers.takes(kind)}
    if not stuck:
        return []
    since = state.times.reshape(-1, int(state.registers[layout.WIDTH]))[:, layout.SINCE].tolist()
    kind_of = {e: alike[k] for e, k in zip(alive.tolist(), np.searchsorted(kinds, numbers).tolist(), strict=True)}

    def name(e: int) -> str:
        return f"{tables.place_names[rows[e, layout.PROGRAM]]} {rows[e, layout.SERIAL]}"

    def blocked(e: int) -> Blocked:
        kind = kind_of[e]
        by = {other for other in alike if helpers.frees(other, kind)}
        said = f"room in {tables.place_names[kind.place]}" if kind.doing == PUTS else tables.place_names[kind.place]
        others = itertools.islice((other for other, what in kind_of.items() if other != e and what in by), 5)
        return Blocked(name(e), said, since[e], tuple(map(name, others)))

    return [blocked(e) for e in sorted((e for e, kind in kind_of.items() if kind in stuck), key=lambda e: (since[e], e))[:_MOST]]


@lru_cache(maxsize=8)
def _reach(tables: Tables) -> list[frozenset[int]]:
    """For every row of code, the rows that an entity standing there, or one it gives birth to, may yet execute."""
    code = tables.code.reshape(-1, CODE)
    after: list[set[int]] = []
    for pc, row in enumerate(code):
        op, a = int(row[layout.OP]), int(row[layout.A])
        nexts: set[int] = set() if op in (layout.EXIT, layout.GOTO, layout.SHORTEST) else {pc + 1}
        if op == layout.GOTO or op in _JUMPS or op in (layout.ARRIVE, layout.SPAWN) or (op == layout.UNLOAD and a >= 0):
            nexts.add(a)
        if op in (layout.SEIZE, layout.AT) and row[layout.Y] > 0:
            nexts.add(int(row[layout.Y]))
        if op == layout.SHORTEST:
            nexts |= {int(tables.parameters[int(row[layout.C]) + 2 * i + 1]) for i in range(int(row[layout.B]))}
        after.append({x for x in nexts if x < len(code)})
    found = []
    for start in range(len(code)):
        seen, work = {start}, [start]
        while work:
            for x in after[work.pop()]:
                if x not in seen:
                    seen.add(x)
                    work.append(x)
        found.append(frozenset(seen))
    return found


@lru_cache(maxsize=8)
def _frees(tables: Tables) -> list[frozenset[tuple[str, int]]]:
    """For every row of code, what an entity standing there may yet bring about: (what, place), as `_needs` asks for it."""
    code, holds = tables.code.reshape(-1, CODE), held(tables)
    rows = [(int(row[layout.OP]), int(row[layout.A])) for row in code]
    does: list[list[tuple[str, int]]] = []
    for pc, (op, a) in enumerate(rows):
        brings = [("any", a)]
        if op in _GIVES:
            brings.append((_GIVES[op], a))
        if op == layout.CAPACITY:
            brings.append(("room", a))
        if op in (layout.RELEASE, layout.SERVED, layout.CAPACITY) and a not in holds[pc]:
            brings.append(("units", a))
        does.append(brings)
    found = []
    for pc, reached in enumerate(_reach(tables)):
        found.append(frozenset(itertools.chain.from_iterable(does[row] for row in reached)) | {("units", place) for place in holds[pc]})
    return found


_GIVES = {layout.TAKE: "load", layout.STORE: "cargo", layout.PUT: "cargo", layout.GATE: "gate"}


def _needs(code: list[int], kind: Kind) -> list[tuple[str, int]]:
    """What would let this kind go on, one of these; `code` has the verb of every row."""
    if kind.doing == NEVER:
        return []
    if kind.doing == CARRIED:
        return [("aboard", kind.place)]
    if kind.doing in (LIES, PUTS):
        return [("load", kind.place), ("room", kind.place)][: 1 + (kind.doing == PUTS)]
    if kind.doing == WATCHES:
        return [("any", kind.place)]
    return [({layout.TAKE: "cargo", layout.PASS: "gate"}.get(code[kind.pc], "units"), kind.place)]


def _loose(tables: Tables, alike: list[Kind]) -> set[Kind]:
    """Those that may yet go on: who lets time pass, and all whom one that may go on may free (as `_Helpers.frees` says)."""
    frees, code = _frees(tables), tables.code.reshape(-1, CODE)[:, layout.OP].tolist()
    waiting: dict[tuple[str, int], list[Kind]] = {}
    for kind in alike:
        for need in _needs(code, kind):
            waiting.setdefault(need, []).append(kind)
    work = [kind for kind in alike if kind.doing in (DELAYED, READY_NOW)]
    free = set(work)
    while work:
        kind = work.pop()
        found = waiting.keys() & frees[kind.pc]
        if kind.doing != CARRIED and ("aboard", kind.pc) in waiting:
            found.add(("aboard", kind.pc))
        for brings in found:
            for other in waiting.pop(brings):
                if other not in free:
                    free.add(other)
                    work.append(other)
    return free


class _Helpers:
    """Who may free whom, by kind; what a row of code can do for a place is worked out once for all runs of a model."""

    def __init__(self, tables: Tables):
        self._code = tables.code.reshape(-1, CODE)
        self._holds, self._reach = held(tables), _reach(tables)
        self._known: dict[tuple[int, int, int, int], bool] = {}
        self._acts: dict[tuple[int, int], set[int]] = {}
        for row, (op, a) in enumerate(self._code[:, [layout.OP, layout.A]].tolist()):
            self._acts.setdefault((op, a), set()).add(row)

    def takes(self, kind: Kind) -> bool:
        """Whether this is a carrier that waits for cargo: idle, not stuck."""
        return kind.doing == WAITS and bool(self._code[kind.pc, layout.OP] == layout.TAKE)

    def frees(self, other: Kind, kind: Kind) -> bool:
        """Whether the one may free the other."""
        if kind.doing == NEVER:
            return False
        if kind.doing == CARRIED:
            return other.pc == kind.place and other.doing != CARRIED
        key = (other.pc, kind.doing, kind.place, kind.pc)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._frees(*key)
        return found

    def _frees(self, by: int, doing: int, place: int, pc: int) -> bool:
        op = int(self._code[pc, layout.OP])
        if doing == LIES:
            verbs: tuple[int, ...] = (layout.TAKE,)
        elif doing == PUTS:
            verbs = (layout.TAKE, layout.CAPACITY)
        elif doing == WATCHES:
            verbs = tuple(range(len(layout.VERBS)))
        elif op == layout.TAKE:
            verbs = (layout.STORE, layout.PUT)
        elif op == layout.PASS:
            verbs = (layout.GATE,)
        else:
            verbs = (layout.RELEASE, layout.SERVED, layout.CAPACITY)
        freeing = set().union(*(self._acts.get((verb, place), set()) for verb in verbs))
        can = self._reach[by] & freeing
        units = verbs[0] == layout.RELEASE
        holds = units and place in self._holds[by]
        return holds or (bool(can) and (not units or any(place not in self._holds[row] for row in can)))


@lru_cache(maxsize=8)
def _helpers(tables: Tables) -> _Helpers:
    return _Helpers(tables)
