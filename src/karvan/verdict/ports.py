"""Boxes through ports, loaded and empty, beside what ports counted: ports count both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.bridge.returns import units_of
from karvan.verdict import measures
from karvan.verdict.measures import Key
from karvan.verdict.model import Answer, Model


@dataclass(frozen=True)
class Port:
    """TEU that enter or leave a port by ship in a year, as modelled; `observed` is the count of that year in use, if there is one."""

    id: str
    name: str
    loaded: float
    empty: float
    observed: float | None


def of_year(model: Model, answer: Answer, empty_flow: np.ndarray, year: int) -> tuple[Port, ...]:
    """Every port with boxes, the largest first."""
    compiled = model.compiled
    units = units_of(compiled.corridor, compiled.arcs, compiled.limits)
    teu = np.nan_to_num(1.0 / compiled.corridor["commodities"]["tonnes_per_teu"])
    back = units["TEU"][1] if "TEU" in units else np.zeros_like(empty_flow)
    counted = {row["subject"]: float(row["value"]) for row in compiled.corridor["observations"].rows()
               if row["metric"] == "container_volume" and row["period"] == str(year) and row["role"] == "used" and row["direction"] == "both"}  # fmt: skip
    out = []
    for node in compiled.corridor["nodes"].keys:
        arcs = measures.arcs_of_key(compiled, Key("container_volume", f"port:{node}", "both", measures.ALL, "traffic"))
        loaded = float((answer.result.arc_flow[:, arcs].sum(axis=1) * teu).sum())
        empty = float((empty_flow * back)[:, arcs].sum())
        if loaded + empty >= 1:
            out.append(Port(node, compiled.corridor["nodes"].row(node)["name"], loaded, empty, counted.get(f"port:{node}")))
    return tuple(sorted(out, key=lambda port: -port.loaded - port.empty))
