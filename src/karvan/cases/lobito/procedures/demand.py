"""Write `demand.csv` of this case from `demand_inputs.csv`. Run it by hand: python procedures/demand.py

Demand is what wants to go from zone to zone in a year whatever the route. 2023 and 2024 follow counts of copper; what the
mines and towns take in follows the copper by shares that stand in the inputs. 2025 is 2024 carried forward: no input
describes 2025, the check year of the calibration, and the procedure refuses one.

    copper        = exports - copper in exported concentrate
    concentrate   = copper in exported concentrate / grade
    reagents, fuel, boxes = copper x tonnes per tonne of copper
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
YEARS = (2023, 2024)
PROJECTED = 2025
DRC, ZAMBIA = ("lualaba", "haut_katanga"), ("copperbelt_zambia", "north_western", "lusaka")
HEADER = ("demand_id", "origin", "destination", "commodity_id", "year", "amount", "growth", "basis", "source_id", "note")

Pair = tuple[str, str, str, str, str]
"""Origin, destination, commodity, source, note."""
GROWTH = {"copper": "copper", "concentrate": "copper", "angolan_goods": "angola"}


class Inputs:
    """The rows of `demand_inputs.csv` by figure, key and year."""

    def __init__(self, path: Path):
        self._values: dict[tuple[str, str, str], float] = {}
        self._keys: dict[str, list[str]] = defaultdict(list)
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["year"] and int(row["year"]) > YEARS[-1]:
                    raise ValueError(f"{path.name}: {row['figure']} of {row['year']} lies after {YEARS[-1]}. Take it out.")
                self._values[row["figure"], row["key"], row["year"]] = float(row["value"])
                self._keys[row["figure"]].append(row["key"])

    def __call__(self, figure: str, key: str = "", year: int | str = "") -> float:
        return self._values[figure, key, str(year)]

    def shares(self, figure: str) -> dict[str, float]:
        return {key: self._values[figure, key, ""] for key in self._keys[figure]}


def concentrate_copper(get: Inputs, year: int) -> float:
    """Tonnes of copper that leave DR Congo in concentrate."""
    return get("copper_kamoa", year=year) * get("share_kamoa_exported")


def exports(get: Inputs, tonnes: dict[Pair, dict[int, float]], year: int) -> None:
    """Copper and concentrate on their way to the sea."""
    metal = get("copper_exports_drc", year=year) - concentrate_copper(get, year)
    concentrate = concentrate_copper(get, year) / get("grade_concentrate")
    for market, share in get.shares("share_copper_to").items():
        for mine, part in get.shares("share_copper_from").items():
            add(tonnes, (mine, market, "copper", "orepulse_20251230", "copper exports of DR Congo less concentrate"), year, metal * part * share)
        for mine, part in get.shares("share_copper_zambia_from").items():
            add(tonnes, (mine, market, "copper", "trt_zambia_2025" if year == YEARS[0] else "modern_mining_zambia_2026",
                         "copper output of Zambia"), year, get("copper_output_zambia", year=year) * part * share)  # fmt: skip
    for market, share in get.shares("share_concentrate_to").items():
        add(tonnes, ("lualaba", market, "concentrate", "", "concentrate of Kamoa-Kakula that is not smelted in Lualaba"), year, concentrate * share)


def imports(get: Inputs, tonnes: dict[Pair, dict[int, float]], year: int) -> None:
    """Reagents, fuel and boxes on their way in."""
    copper = {"drc": get("copper_exports_drc", year=year), "zambia": get("copper_output_zambia", year=year)}
    at = get.shares("share_imports_at")
    for country, zones in (("drc", DRC), ("zambia", ZAMBIA)):
        for zone in zones:
            for market, share in get.shares("share_reagents_from").items():
                add(tonnes, (market, zone, "reagents", "", "reagents for each tonne of copper"), year,
                    copper[country] * get("reagents_per_copper", country) * at[zone] * share)  # fmt: skip
            for market, share in get.shares("share_boxes_from").items():
                add(tonnes, (market, zone, "boxes", "", "boxes for each tonne of copper"), year,
                    copper[country] * get("boxes_per_copper", country) * at[zone] * share)  # fmt: skip
            add(tonnes, ("gulf", zone, "fuel", "", "fuel for each tonne of copper"), year,
                copper[country] * get("fuel_per_copper", country) * at[zone])  # fmt: skip


def within_angola(get: Inputs, tonnes: dict[Pair, dict[int, float]], year: int) -> None:
    """Goods between the coast of Angola and its interior, by train or lorry."""
    grown = math.exp(get("growth_known", "angola", YEARS[0]) * (year - YEARS[0]))
    for zone in ("huambo_bie", "moxico"):
        total = get("angolan_goods", zone, YEARS[0]) * grown
        back = get("share_angolan_back")
        note = "goods of the interior, by train or lorry"
        add(tonnes, ("lobito_coast", zone, "angolan_goods", "", note), year, total * (1 - back))
        add(tonnes, (zone, "lobito_coast", "angolan_goods", "", note), year, total * back)


def add(tonnes: dict[Pair, dict[int, float]], pair: Pair, year: int, amount: float) -> None:
    tonnes[pair][year] = tonnes[pair].get(year, 0.0) + amount


def rows(get: Inputs) -> list[dict[str, object]]:
    """The rows of demand.csv, sorted by pair and year; the last year is a projection."""
    tonnes: dict[Pair, dict[int, float]] = defaultdict(dict)
    for year in YEARS:
        for build in (exports, imports, within_angola):
            build(get, tonnes, year)
    ways: dict[tuple[str, str, str], dict[int, tuple[float, str, str]]] = defaultdict(dict)
    for (origin, destination, commodity, source, note), counted in tonnes.items():
        for year, amount in counted.items():
            ways[origin, destination, commodity][year] = (amount, source, note)
    written: list[dict[str, object]] = []
    for (origin, destination, commodity), by_year in sorted(ways.items()):
        group = GROWTH.get(commodity, commodity)
        rate = get("growth_known", "angola" if group == "angola" else "copper", YEARS[0])
        amount, _, note = by_year[YEARS[-1]]
        by_year[PROJECTED] = (amount * math.exp(rate), "", f"projection from 2024 at {rate:g} a year; {note}")
        for year, (amount, source, note) in sorted(by_year.items()):
            written.append({
                "demand_id": f"{origin}__{destination}__{commodity}__{year}", "origin": origin, "destination": destination,
                "commodity_id": commodity, "year": year, "amount": f"{round(amount, -2):.0f}", "growth": f"growth_{group}",
                "basis": "computed" if source else "estimate", "source_id": source, "note": note,
            })  # fmt: skip
    return written


def main() -> None:
    found = rows(Inputs(HERE / "demand_inputs.csv"))
    with (HERE.parent / "demand.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
