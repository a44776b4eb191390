"""Where everything is at a moment of a played year: a trace and the lines of a case make points for a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.bridge.days.trace import ON_BOARD
from karvan.corridor.corridor import Corridor
from karvan.engines.arrays import Floats
from karvan.tables.geometries import great_circle, parse_line


@dataclass(frozen=True, eq=False)
class Positions:
    """Units at one moment; position i of every array is one unit."""

    row: NDArray[np.int64]
    """of the trace."""
    x_coord: Floats
    """degrees of longitude, nan where the case has no coordinates."""
    y_coord: Floats
    """degrees of latitude."""


@dataclass(frozen=True, eq=False)
class Replay:
    """A trace (its columns, as `files.stream.read` gives them) over the map of its case."""

    corridor: Corridor
    trace: Mapping[str, NDArray[Any]]

    def at(self, hours: float) -> Positions:
        """All units that are there at so many hours from the beginning of the year. Who moves is as far along the line of the link, by
        distance, as the time is between start and end; who is aboard is where the vehicle is; who stays is at the node."""
        trace = self.trace
        last = int(np.searchsorted(trace["start"], hours, side="right"))
        row = np.flatnonzero(trace["end"][:last] > hours)
        x, y = np.full(len(row), np.nan), np.full(len(row), np.nan)
        unit, start, end, begins, ends, place = (
            trace[name][row] for name in ("unit", "start", "end", "from_node", "to_node", "place")
        )
        aboard = trace["does"][row] == ON_BOARD
        moves = (begins != ends) & ~aboard
        for i in np.flatnonzero(~moves & ~aboard).tolist():
            x[i], y[i] = self._nodes.get(begins[i], (np.nan, np.nan))
        for link in sorted(set(place[moves])):
            mine = np.flatnonzero(moves & (place == link))
            first, along, points = self._line(link)
            share = (hours - start[mine]) / (end[mine] - start[mine])
            share = np.where(begins[mine] == first, share, 1.0 - share)
            x[mine] = (np.interp(share, along, points[:, 0]) + 180.0) % 360.0 - 180.0
            y[mine] = np.interp(share, along, points[:, 1])
        where = {name: i for i, name in enumerate(unit.tolist()) if not aboard[i]}
        for i in np.flatnonzero(aboard).tolist():
            vehicle = where[trace["vehicle"][row[i]]]
            x[i], y[i] = x[vehicle], y[vehicle]
        return Positions(row, x, y)

    @cached_property
    def _nodes(self) -> dict[str, tuple[float, float]]:
        nodes = self.corridor["nodes"]
        return {
            str(key): (float(x), float(y))
            for key, x, y in zip(nodes.keys, nodes["x_coord"], nodes["y_coord"], strict=True)
        }

    @cached_property
    def _lines(self) -> dict[str, tuple[str, Floats, Floats]]:
        return {}

    def _line(self, link: str) -> tuple[str, Floats, Floats]:
        """The node where the line of a link begins, the share of its length at every point, and the points float64[point, 2], each the
        short way from the one before."""
        if link not in self._lines:
            row = self.corridor["links"].row(link)
            ends = str(row["from_node"]), str(row["to_node"])
            geometries = self.corridor["geometries"]
            points = (
                parse_line(str(geometries.row(link)["line"]))
                if link in geometries
                else tuple(self._nodes[node] for node in ends)
            )
            along = np.cumsum([0.0, *(great_circle(a, b) for a, b in pairwise(points))])
            drawn = np.array(points)
            drawn[:, 0] = np.unwrap(drawn[:, 0], period=360.0)
            share = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(points))
            self._lines[link] = ends[0], share, drawn
        return self._lines[link]
