"""Write `demand.csv` of this case from `demand_inputs.csv`. Run it by hand: python procedures/demand.py

Demand is what wants to go from zone to zone in a year whatever the route: rail, ship or pipe, this corridor or a rival.
Figures of 2021 to 2023 are counts of those years, scaled and split by shares that stand in the inputs. 2024 and 2025
are projected from 2023 by growth that was published or could be computed by the end of 2023. No input describes a
later year: the procedure refuses one.

    boxes China-Europe   = rail boxes / share of the operator + contestable share of the sea boxes
    Kazakh exports west  = what crossed the Caspian before + months since March 2022 / 12 x what the ministry redirected
    crude for Ceyhan     = months since the agreement / 12 x what was offered
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
YEARS = (2021, 2022, 2023)
PROJECTED = (2024, 2025)
HEADER = ("demand_id", "origin", "destination", "commodity_id", "year", "amount", "growth", "basis", "source_id", "note")

Pair = tuple[str, str, str, str, str, str]  # origin, destination, commodity, group, source_id, note


class Inputs:
    """The rows of `demand_inputs.csv` by figure, key and year."""

    def __init__(self, path: Path):
        self._values: dict[tuple[str, str, str], float] = {}
        self._sources: dict[str, str] = {}
        self._keys: dict[str, list[str]] = defaultdict(list)
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                figure, key, year = row["figure"], row["key"], row["year"]
                if year and int(year) > YEARS[-1]:
                    raise ValueError(f"{path.name}: {figure} of {year} lies after {YEARS[-1]}. Take it out.")
                self._values[figure, key, year] = float(row["value"])
                self._keys[figure].append(key)
                if row["source_id"]:
                    self._sources.setdefault(figure, row["source_id"])

    def __call__(self, figure: str, key: str = "", year: int | str = "") -> float:
        return self._values[figure, key, str(year)]

    def shares(self, figure: str) -> dict[str, float]:
        return {key: self._values[figure, key, ""] for key in self._keys[figure]}

    def source(self, figure: str) -> str:
        return self._sources.get(figure, "")


def china_europe(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Boxes for which a train is thinkable: those on rails, and a small share of those at sea."""
    west = get("boxes_westbound_half_year", year=2021)
    east = get("boxes_eastbound_half_year", year=2021)
    source = get.source("boxes_utlc")
    note = "rail boxes of the year plus a contestable share of the sea boxes"
    for year in YEARS:
        rail = rail_boxes(get, year)
        sea_west = get("share_sea_contestable") * get("boxes_sea_china_europe", year=2023)
        boxes = {"west": rail * west / (west + east) + sea_west, "east": rail * east / (west + east) + sea_west * east / west}
        for china, part in get.shares("share_china_europe_from").items():
            for europe, share in get.shares("share_china_europe_to").items():
                weight = part * share * get("tonnes_per_teu")
                add(tonnes, (china, europe, "container", "china_europe_container", source, note), year, boxes["west"] * weight)
                add(tonnes, (europe, china, "container", "china_europe_container", source, note), year, boxes["east"] * weight)


def rail_boxes(get: Inputs, year: int) -> float:
    """China-Europe boxes on rails in a year, both ways, TEU: the count of 2021 and the changes after it."""
    boxes = get("boxes_utlc", year=2021) / get("share_utlc_of_rail", year=2021)
    for after in range(2022, year + 1):
        boxes *= 1 + get("change_rail_boxes", year=after)
    return boxes


def china_west_asia(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Boxes between China and Turkey, Georgia, Azerbaijan that go by sea today and would look at a train."""
    ports = {"turkey_west": "boxes_mersin", "turkey_south": "boxes_mersin", "georgia": "boxes_georgian_ports", "azerbaijan": "boxes_baku"}
    for zone, share in get.shares("share_boxes_from_china_contestable").items():
        source = get.source(ports[zone])
        note = "contestable share of the boxes of the ports that serve the zone"
        for year in YEARS:
            boxes = share * get(ports[zone], year=2023 if zone.startswith("turkey") else year)
            origins = get.shares("share_china_west_asia_from") if zone != "azerbaijan" else {"china_inland": 1.0}
            for china, part in origins.items():
                weight = part * boxes * get("tonnes_per_teu")
                add(tonnes, (china, zone, "container", "regional_container", source, note), year, weight)
                add(tonnes, (zone, china, "container", "regional_container", source, note), year,
                    weight * get("return_share", "china_west_asia"))  # fmt: skip


def kazakh_boxes(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Boxes of Kazakhstan's own trade with the west, along the path of its trade with Turkey."""
    pool = get("multiple_kazakh_boxes", year=2022) * (get("boxes_titr", year=2022) - get("boxes_titr_transit", year=2022))
    source, note = get.source("boxes_titr"), "pool of contestable Kazakh boxes, one in five of which crossed the Caspian in 2022"
    for year in YEARS:
        for kazakh, part in get.shares("share_kazakh_boxes_at").items():
            for zone, share in get.shares("share_kazakh_boxes_with").items():
                weight = pool * trade_index(get, year) * part * share * get("tonnes_per_teu")
                export = get("share_kazakh_boxes_export")
                add(tonnes, (kazakh, zone, "container", "regional_container", source, note), year, weight * export)
                add(tonnes, (zone, kazakh, "container", "regional_container", source, note), year, weight * (1 - export))


def trade_index(get: Inputs, year: int) -> float:
    return get("trade_kz_tr", year=year) / get("trade_kz_tr", year=2022)


def kazakh_exports(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Bulk and general cargo that looks for a way west without being bound to one."""
    source = get.source("export_redirected")
    note = "exports over the Caspian of 2019 plus those to be redirected since March 2022"
    for year in YEARS:
        total = get("export_over_caspian", year=2019) + get("export_redirected", year=2022) * get("months_redirected", year=year) / 12
        for commodity, of in get.shares("share_export_commodity").items():
            origins = get.shares("share_bulk_from" if commodity == "dry_bulk" else "share_general_from")
            markets = get.shares("share_bulk_to" if commodity == "dry_bulk" else "share_general_to")
            group = "kazakh_export_bulk" if commodity == "dry_bulk" else "general_cargo"
            for kazakh, part in origins.items():
                for zone, share in markets.items():
                    add(tonnes, (kazakh, zone, commodity, group, source, note), year, total * of * part * share)


def kazakh_imports(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """General cargo from Turkey, Azerbaijan and Europe, as far as it does not go by lorry all the way."""
    off_road = get("share_import_off_road")
    for year in YEARS:
        turkey = get("import_from_turkey", year=year) / get("value_import", "turkey") * off_road
        azerbaijan = get("import_from_azerbaijan", year=year) / get("value_import", "azerbaijan")
        europe = get("import_from_europe", year=2022) * trade_index(get, year) * off_road
        flows = (
            ("turkey_west", turkey, "import_from_turkey", "value of the imports over value per tonne"),
            ("azerbaijan", azerbaijan, "import_from_azerbaijan", "value of the imports over value per tonne"),
            ("europe_central", europe * 0.7, "import_from_europe", "order of magnitude"),
            ("europe_southeast", europe * 0.3, "import_from_europe", "order of magnitude"),
        )
        for zone, amount, figure, note in flows:
            for kazakh, part in get.shares("share_import_at").items():
                add(tonnes, (zone, kazakh, "general_cargo", "general_cargo", get.source(figure), note), year, amount * part)


def uzbek_and_turkmen(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Uzbek trade with the west, whose ways are Turkmenbashi, Aktau, Iran and Russia; Turkmen fertiliser and polymers; Baku-Kars."""
    grow = get("projection", "general_cargo", 2023)
    source, note = get.source("turkmenbashi_uzbek_8_months"), "three times what passed Turkmenbashi in 2022, by the year's growth"
    for year in YEARS:
        total = get("turkmenbashi_uzbek_8_months", year=2022) * 12 / 8 * get("multiple_uzbek") * math.exp(grow * (year - 2022))
        for zone, share in get.shares("share_uzbek_with").items():
            boxes = get.shares("share_uzbek_boxes").get(zone, 0.0)
            for commodity, of in (("container", boxes), ("general_cargo", 1 - boxes)):
                if not of:
                    continue
                group = "regional_container" if commodity == "container" else "general_cargo"
                out = get("share_uzbek_export")
                add(tonnes, ("uzbekistan", zone, commodity, group, source, note), year, total * share * of * out)
                add(tonnes, (zone, "uzbekistan", commodity, group, source, note), year, total * share * of * (1 - out))
        for pair in (("uzbekistan", "russia_centre"), ("russia_centre", "uzbekistan")):
            add(tonnes, (*pair, "general_cargo", "general_cargo", "", "order of magnitude; loads the Kazakh network"), year,
                get("uzbek_russia", year=2022) / 2 * math.exp(grow * (year - 2022)))  # fmt: skip
        for pair in (("azerbaijan", "turkey_east"), ("turkey_east", "azerbaijan")):
            add(tonnes, (*pair, "general_cargo", "general_cargo", "", "order of magnitude; rail between Baku and Kars"), year,
                get("azerbaijan_turkey", year=2022) / 2 * math.exp(grow * (year - 2022)))  # fmt: skip
        turkmen = get("turkmen_azerbaijan_ports", year=2022) * get("share_turkmen_dry")
        for zone, share in get.shares("share_turkmen_to").items():
            add(tonnes, ("turkmenistan", zone, "dry_bulk", "kazakh_export_bulk", get.source("turkmen_azerbaijan_ports"),
                         "dry share of the Azerbaijani-Turkmen port traffic of 2022"), year, turkmen * share)  # fmt: skip


def china_central_asia(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """What crosses the Chinese-Kazakh border and does not cross the Caspian; it competes for the border, not for the sea."""
    box = get("tonnes_per_teu")
    back = get("return_share", "china_transit")
    for year in YEARS:
        transit = get("boxes_kazakh_transit", year=year) - rail_boxes(get, year)
        note = "Kazakh box transit less China-Europe"
        for zone, share in get.shares("share_china_transit_to").items():
            source = get.source("boxes_kazakh_transit")
            add(tonnes, ("china_inland", zone, "container", "china_border", source, note), year, transit * share * box * (1 - back))
            add(tonnes, (zone, "china_inland", "container", "china_border", source, note), year, transit * share * box * back)
        kazakh = get("boxes_china_kazakhstan", year=2022)
        for zone, share in (("kazakhstan_south", 0.6), ("kazakhstan_north", 0.4)):
            add(tonnes, ("china_inland", zone, "container", "china_border", "", "order of magnitude"), year, kazakh * share * box)
        rest = get("rail_kz_cn", year=year) - (get("boxes_kazakh_transit", year=year) + kazakh) * box
        source, note = get.source("rail_kz_cn"), "rail between Kazakhstan and China less its boxes"
        for kazakh_zone, part in get.shares("share_east_bulk_from").items():
            add(tonnes, (kazakh_zone, "china_west", "dry_bulk", "china_border", source, note), year,
                rest * get("share_border_bulk_east") * part)  # fmt: skip
        for zone, share in (("kazakhstan_south", 0.6), ("kazakhstan_north", 0.4)):
            add(tonnes, ("china_west", zone, "general_cargo", "china_border", source, note), year,
                rest * (1 - get("share_border_bulk_east")) * share)  # fmt: skip


def rivals_of_the_berths(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Iran and Russia: grain and crude that take berths and hulls at Aktau, and what goes between the two."""
    for year in YEARS:
        add(tonnes, ("kazakhstan_north", "iran", "dry_bulk", "north_south", get.source("iran_grain"),
                     "grain, by Aktau or by land"), year, get("iran_grain", year=year))  # fmt: skip
        source, note = get.source("russia_iran_land"), "eastern land route; the same in all three years; the Volga ports are outside the network"
        land = get("russia_iran_land", year=2023)
        for origin, destination, commodity, share in (
            ("russia_centre", "iran", "dry_bulk", 0.5), ("russia_centre", "iran", "general_cargo", 0.3),
            ("iran", "russia_centre", "general_cargo", 0.2),
        ):  # fmt: skip
            add(tonnes, (origin, destination, commodity, "north_south", source, note), year, land * share)
        add(tonnes, ("kazakhstan_oil", "russia_caspian", "crude_oil", "oil", get.source("oil_aktau_makhachkala"),
                     "crude that left Aktau for Makhachkala"), year, get("oil_aktau_makhachkala", year=year))  # fmt: skip


def crude(get: Inputs, tonnes: dict[Pair, dict[int, float]]) -> None:
    """Crude that may choose between Novorossiysk and Ceyhan: what the agreement offers, not the 60-70 Mt that cannot choose."""
    for year in YEARS:
        amount = get("oil_offered_ceyhan", year=2022) * get("months_oil_offered", year=year) / 12
        add(tonnes, ("kazakhstan_oil", "oil_market", "crude_oil", "oil", get.source("oil_offered_ceyhan"),
                     "contract and swing volume offered to the way over Baku; the captive rest is left out"), year, amount)  # fmt: skip


def add(tonnes: dict[Pair, dict[int, float]], pair: Pair, year: int, amount: float) -> None:
    tonnes[pair][year] = tonnes[pair].get(year, 0.0) + amount


def rows(get: Inputs) -> list[dict[str, object]]:
    """The rows of demand.csv, sorted by pair and year; the two years after the counts are projections."""
    tonnes: dict[Pair, dict[int, float]] = defaultdict(dict)
    for build in (china_europe, china_west_asia, kazakh_boxes, kazakh_exports, kazakh_imports, uzbek_and_turkmen,
                  china_central_asia, rivals_of_the_berths, crude):  # fmt: skip
        build(get, tonnes)
    written = []
    for (origin, destination, commodity, group, source, note), by_year in sorted(tonnes.items()):
        growth = get("projection", group, YEARS[-1])
        amounts = dict(by_year)
        for year in PROJECTED:
            amounts[year] = by_year[YEARS[-1]] * math.exp(growth * (year - YEARS[-1]))
        for year, amount in amounts.items():
            projected = year in PROJECTED
            said = f"projection from 2023 at {growth:g} a year, known by the end of 2023; {note}" if projected else note
            written.append({
                "demand_id": f"{origin}__{destination}__{commodity}__{year}", "origin": origin, "destination": destination,
                "commodity_id": commodity, "year": year, "amount": f"{round(amount, -2):.0f}", "growth": f"growth_{group}",
                "basis": "computed" if source and not projected else "estimate", "source_id": source, "note": said,
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
