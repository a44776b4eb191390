"""Print how well counts of the fit years are foretold from the others, by the size of the spreads of demand and by what of them lasts.

Run by hand to choose `spread` of [[calibration.demand]] and `lasting` in case.toml; nothing of the check years enters.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.files import cases
from karvan.verdict import calibrate, estimation

CASE = Path(__file__).resolve().parent.parent
SIZES, LASTING = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5), (0.5, 0.8, 0.95)


def varied(corridor: Corridor, size: float, lasting: float) -> Corridor:
    """The corridor with every spread times `size`."""
    section = corridor.settings.calibration
    demand = [{**entry, "spread": entry["spread"] * size} for entry in section["demand"]]
    return replace(corridor, settings=replace(corridor.settings, calibration={**section, "demand": demand, "lasting": lasting}))


def main() -> None:
    """One row per choice: root mean square error of a count left out, of a count fitted, and effective parameters."""
    corridor = cases.load(str(CASE))
    print("size  lasting  left out  fitted  parameters")
    for lasting in LASTING:
        for size in SIZES:
            show(f"{size:4.2f}  {lasting:7.2f}", calibrate.calibrate(varied(corridor, size, lasting)))
    show("demand as it is", calibrate.calibrate(corridor, with_demand=False))


def show(name: str, fit: calibrate.Fit) -> None:
    seen = estimation.counts(fit)
    fitted = (sum((each.residual * each.spread) ** 2 for each in seen) / len(seen)) ** 0.5
    print(f"{name:13s}  {estimation.left_out_error(fit):8.3f}  {fitted:6.3f}  {fit.parameters:10.1f}")


if __name__ == "__main__":
    main()
