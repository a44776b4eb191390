"""A corridor as it stands: tables that hold together, and today's date.

`load` is the only way in: it checks everything and gives a corridor, or says all that is wrong.
A corridor is never changed; `at`, `known` and `edited` make others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from karvan.corridor import edits as editing
from karvan.corridor.edits import Edit
from karvan.corridor.known import tables_known
from karvan.corridor.settings import Settings
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError
from karvan.tables.table import Table


@dataclass(frozen=True, eq=False)
class Corridor:
    """Settings, tables and fits of one case, checked.

    tables  every table of the catalogue, empty ones included
    fitted  content of fitted/*.toml by name
    hash    of the content of all files, for manifests and for stale fits
    """

    settings: Settings
    tables: Mapping[str, Table]
    fitted: Mapping[str, Mapping[str, Any]]
    hash: str

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    @property
    def as_of(self) -> np.datetime64:
        return self.settings.as_of

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """Every edit of the case, resolved."""
        return editing.resolve(self["edits"], self.tables)[0]

    @cached_property
    def history(self) -> tuple[Edit, ...]:
        """The edits that led to today."""
        return editing.history(self.edits, self.as_of)

    def at(self, day: np.datetime64) -> Corridor:
        """The corridor as it stood on a day of the past. Raises `UsageError` for a day of the future."""
        return self._undone(day, passing_too=True)

    def _undone(self, day: np.datetime64, passing_too: bool) -> Corridor:
        if day > self.as_of:
            raise UsageError(f"{day} is after {self.as_of}, the day of the data. The future is drawn, not stored.")
        cells: dict[str, dict[tuple[int, str], Any]] = {}
        for (name, position, column), value in editing.undo(self.history, day, passing_too):
            cells.setdefault(name, {})[position, column] = value
        changed = {name: self[name].replace(by_cell) for name, by_cell in cells.items()}
        return replace(self, tables={**self.tables, **changed})

    def known(self, day: np.datetime64) -> Corridor:
        """The corridor as it stood on a day, with nothing that the world learnt later. Its fits are gone: they were made
        with later figures. A cell that an edit changes only for a while has its lasting value, as in today's tables: the
        edit is still there. The only door of back-tests. Raises `UsageError` for a day of the future."""
        past = self._undone(day, passing_too=False)
        settings = replace(past.settings, as_of=day, first_year=int(str(day)[:4]))
        return replace(past, tables=tables_known(past.tables, day), settings=settings, fitted={}, hash=f"{self.hash}@{day}")

    def edited(self, changes: Iterable[Edit]) -> Corridor:
        """A copy with these edits in force."""
        return replace(self, tables=editing.apply(self.tables, changes))

    def find_node(self, name: str) -> str:
        """The node that a person means: id, name, other name or UN/LOCODE, whatever the case.
        Raises `UsageError` with the nearest name."""
        key = _folded(name)
        if key in self._node_names:
            return self._node_names[key]
        import difflib

        close = difflib.get_close_matches(key, self._node_names, n=1, cutoff=0.6)
        hint = ""
        if close:
            node = self._node_names[close[0]]
            hint = f" Did you mean {self['nodes'].row(node)['name']} ({node})?"
        raise UsageError(f"No place is called {name!r}.{hint} `karvan export --to geojson --out FOLDER` lists all places.")

    def read_node(self, name: str) -> tuple[str, str]:
        """The node that a person means, misspelt or not, and what its name was read as ("" when it was written right).
        Raises `UsageError` with the nearest names when none is near, or several are."""
        key = _folded(name)
        if key in self._node_names:
            return self._node_names[key], ""
        from difflib import SequenceMatcher

        likeness: dict[str, tuple[float, str]] = {}
        matcher = SequenceMatcher(b=key, autojunk=False)
        for known, node in self._node_names.items() if key else ():
            matcher.set_seq1(known)
            if matcher.real_quick_ratio() >= _LIKE:
                likeness[node] = max(likeness.get(node, (0.0, "")), (matcher.ratio(), known))
        ranked = sorted(((ratio, node) for node, (ratio, _) in likeness.items() if ratio >= _LIKE), key=lambda each: (-each[0], each[1]))
        sure = bool(ranked) and ranked[0][0] >= _SURE and len(key) >= _LONG_ENOUGH
        if sure and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _APART):
            return ranked[0][1], str(self["nodes"].row(ranked[0][1])["name"])
        near = [f"{self['nodes'].row(node)['name']} ({node})" for _, node in ranked[:3]]
        hint = f" Did you mean {', '.join(near[:-1])}{' or ' if near[1:] else ''}{near[-1]}?" if near else ""
        raise UsageError(f"No place is called {name!r}.{hint} `karvan export --to geojson --out FOLDER` lists all places.")

    def find_commodity(self, name: str) -> str:
        """The commodity that a person means: id, or the words of its name. Raises `UsageError` that says what there is; for a type of
        cargo or a group it names the commodities of it."""
        table = self["commodities"]
        key = _folded(name)
        spoken: dict[str, str] = {}
        for commodity, words in zip(table.keys, table["name"], strict=True):
            for word in (commodity, words, words.partition(":")[0]):
                spoken.setdefault(_folded(word), commodity)
        if key in spoken:
            return spoken[key]
        begin_so = sorted({commodity for word, commodity in spoken.items() if key and word.startswith(key)})
        if len(begin_so) == 1:
            return begin_so[0]
        kinds: dict[str, list[str]] = {}
        for commodity, *words in zip(table.keys, table["cargo_type"], table["group"], strict=True):
            for word in words:
                kinds.setdefault(word, []).append(commodity)
        of_kind = next((members for word, members in kinds.items() if word and _folded(word) == key), None)
        if of_kind is not None:
            raise UsageError(f"{name!r} is a type of cargo, not one commodity. Choose one of it: {', '.join(of_kind)}.")
        close = spoken.get(nearest(key, spoken))
        raise UsageError(f"No commodity is called {name!r}.{f' Nearest: {close}.' if close else ''} Known: {', '.join(table.keys)}.")

    def find_row(self, table: str, key: str) -> str:
        """The key of a row, given whole or by a beginning that no other row shares. Raises `UsageError` with the nearest."""
        if key in self[table]:
            return key
        begin_so = [known for known in self[table].keys if known.startswith(key)]
        if len(begin_so) == 1:
            return begin_so[0]
        if begin_so:
            raise UsageError(f"{key!r} fits several {table}: {', '.join(begin_so[:8])}. Write more of it.")
        raise UsageError(f"{key!r} is not in {table}. Nearest: {nearest(key, self[table].keys)}.")

    def find_table(self, name: str) -> Table:
        """The table of this name. Raises `UsageError` with the nearest."""
        if name in self.tables:
            return self.tables[name]
        raise UsageError(f"No table is called {name!r}. Nearest: {nearest(name, self.tables)}.")

    @cached_property
    def _node_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        other = self["names"]
        for node, name in zip(other["node_id"], other["name"], strict=True):
            names[_folded(name)] = node
        nodes = self["nodes"]
        for node, name, unlocode in zip(nodes["node_id"], nodes["name"], nodes["unlocode"], strict=True):
            names[_folded(name)] = node
            if unlocode:
                names[_folded(unlocode)] = node
        for node in nodes["node_id"]:
            names[_folded(node)] = node
        return names


_LIKE, _SURE, _APART, _LONG_ENOUGH = 0.6, 0.8, 0.1, 4
"""Likeness (0..1) from which a name is offered, from which it is taken, by how much it must be ahead, and letters it must have."""


def _folded(name: str) -> str:
    """A name without case, accents, apostrophes, spaces and hyphens: Xi'an, xian and XI’AN are one, and so are Bakı and BAKI."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", name.casefold()).replace("ı", "i")
    return "".join(letter for letter in plain if letter.isalnum())
