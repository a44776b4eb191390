"""Write `demand.csv` of this case from `demand_inputs.csv`. Run it by hand: python procedures/demand.py

Demand is what wants to go from zone to zone in a year whatever the route: rail, ship or pipe, this corridor or a rival.
Totals per flow of 2019 to 2023 come from trade, production and throughput figures of those years; 2024 and 2025 are
projected from 2023 by growth that was published or could be computed by the end of 2023. No input describes a later
year: the procedure refuses one. Its steps:

1. A figure with counts in some years only takes, in the others, the nearest count along an index of trade or traffic:
       x[t] = x[s] I[t] / I[s],   s the nearest year with a count
2. Every flow (FLOWS, one line each) has a total per year, the shares of its origins and those of its destinations.
3. Where both are more than one, a gravity seed is fitted to both margins (Furness; Deming and Stephan 1940):
       T[i,j] = a[i] b[j] O[i] D[j] / d[i,j]**e,   sum over j = O[i],   sum over i = D[j],   d the great circle
4. Flows of the same pair and commodity are added. Pairs that never reach SMALL tonnes in a year are dropped, and named.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
YEARS = (2019, 2020, 2021, 2022, 2023)
PROJECTED = (2024, 2025)
SMALL = 2000.0
HEADER = ("demand_id", "origin", "destination", "commodity_id", "year", "amount", "growth", "basis", "source_id", "note")

Total = Callable[["Inputs", int], float]
"""Tonnes of a flow in a year."""


class Inputs:
    """The rows of `demand_inputs.csv` by figure, key and year."""

    def __init__(self, path: Path):
        self._values: dict[tuple[str, str, str], float] = {}
        self._bases: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._sources: dict[str, list[str]] = defaultdict(list)
        self._keys: dict[str, list[str]] = defaultdict(list)
        with path.open(encoding="utf-8", newline="") as lines:
            for line, row in enumerate(csv.DictReader(lines), start=2):
                figure, key, year = row["figure"], row["key"], row["year"]
                if year and int(year) > YEARS[-1]:
                    raise ValueError(f"{path.name}, line {line}: {figure} of {year} lies after {YEARS[-1]}. Take it out.")
                if (figure, key, year) in self._values:
                    raise ValueError(f"{path.name}, line {line}: {figure} {key} {year} is there twice. Keep one.")
                self._values[figure, key, year] = float(row["value"])
                self._keys[figure].append(key)
                self._bases[figure, year].append(row["basis"])
                if row["source_id"]:
                    self._sources[figure].append(row["source_id"])

    def __call__(self, figure: str, key: str = "", year: int | str = "") -> float:
        """The value of one row. Raises KeyError when there is none."""
        return self._values[figure, key, str(year)]

    def along(self, figure: str, year: int, index: str = "", key: str = "") -> float:
        """The value of a year; without a count that of the nearest year with one (the later of two), along an index, or held."""
        counted = [y for y in YEARS if (figure, key, str(y)) in self._values]
        if not counted:
            raise KeyError(f"{figure} {key}: no year between {YEARS[0]} and {YEARS[-1]}")
        nearest = min(counted, key=lambda y: (abs(y - year), -y))
        step = self(index, year=year) / self(index, year=nearest) if index else 1.0
        return self(figure, key, nearest) * step

    def shares(self, figure: str) -> dict[str, float]:
        """The rows of a figure without a year, by key. Raises ValueError when they do not add up to one."""
        found = {key: self._values[figure, key, ""] for key in self._keys.get(figure, ())}
        if abs(sum(found.values()) - 1.0) > 1e-9:
            raise ValueError(f"{figure}: shares add up to {sum(found.values()):g} instead of 1. Correct them.")
        return found

    def counted(self, figure: str, year: int) -> bool:
        """Whether a figure has rows of a year, and none of them is an estimate."""
        bases = self._bases.get((figure, str(year)), ())
        return bool(bases) and "estimate" not in bases

    def source(self, figure: str) -> str:
        """The leading source of a figure: that of its last row with one."""
        return self._sources[figure][-1] if self._sources.get(figure) else ""


@dataclass(frozen=True)
class Flow:
    """One stream of goods: `from_NAME` and `to_NAME` in the inputs are its margins, `count` the figure whose source leads."""

    name: str
    commodity: str
    growth: str
    total: Total
    count: str
    note: str


def furness(seed: Sequence[Sequence[float]], rows: Sequence[float], columns: Sequence[float], tolerance: float = 1e-13) -> list[list[float]]:
    """The matrix nearest to a positive seed that has these row and column sums: rows and columns scaled in turn until both hold.

    Raises ValueError when the two margins have different sums or nothing converges. Deming and Stephan 1940; Furness 1965.
    """
    if abs(sum(rows) - sum(columns)) > 1e-9 * max(sum(rows), 1.0):
        raise ValueError(f"rows add up to {sum(rows):g}, columns to {sum(columns):g}. They must be the same.")
    cells = [list(line) for line in seed]
    for _ in range(1000):
        for line, wanted in zip(cells, rows, strict=True):
            factor = wanted / sum(line)
            line[:] = [value * factor for value in line]
        found = [sum(line[j] for line in cells) for j in range(len(columns))]
        if all(abs(sum_ - wanted) <= tolerance * max(sum(columns), 1e-300) for sum_, wanted in zip(found, columns, strict=True)):
            return cells
        for line in cells:
            line[:] = [value * wanted / sum_ for value, wanted, sum_ in zip(line, columns, found, strict=True)]
    raise ValueError("the margins were not met in 1000 rounds. Is there a zero in the seed?")


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance between two points in degrees (longitude, latitude), by the haversine formula."""
    (x1, y1), (x2, y2) = ((math.radians(x), math.radians(y)) for x, y in (here, there))
    a = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(a))


def places(folder: Path) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the node that stands for each zone."""
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as lines:
        nodes = {row["node_id"]: (float(row["x_coord"]), float(row["y_coord"])) for row in csv.DictReader(lines)}
    with (folder / "zones.csv").open(encoding="utf-8", newline="") as lines:
        return {row["zone_id"]: nodes[row["node_id"]] for row in csv.DictReader(lines)}


def matrix(get: Inputs, flow: Flow, where: dict[str, tuple[float, float]], total: float = 1.0) -> dict[tuple[str, str], float]:
    """Tonnes of a flow per pair of zones: gravity between its margins, which hold exactly."""
    origins, destinations = get.shares(f"from_{flow.name}"), get.shares(f"to_{flow.name}")
    exponent = get("distance_elasticity")
    seed = [[o * d / kilometres(where[i], where[j]) ** exponent for j, d in destinations.items()] for i, o in origins.items()]
    cells = furness(seed, list(origins.values()), list(destinations.values()))
    return {(i, j): cells[a][b] * total for a, i in enumerate(origins) for b, j in enumerate(destinations)}


# Totals. Each says in its first line what it is; all give tonnes.


def teu(boxes: Total) -> Total:
    """Boxes as tonnes."""
    return lambda get, year: boxes(get, year) * get("tonnes_per_teu")


def counted(figure: str, index: str = "") -> Total:
    """A figure of the inputs, filled along an index."""
    return lambda get, year: get.along(figure, year, index)


def part(of: Total, share: float | tuple[str, str]) -> Total:
    """A share of another total: a number, or a figure and key of the inputs."""
    return lambda get, year: of(get, year) * (get(*share) if isinstance(share, tuple) else share)


def china_europe(direction: str) -> Total:
    """Boxes for which a train is thinkable: those on rails up to 2021, and those that the borders kept off.

    From 2022 on the boxes of 2021 are held: what left the rails then (the war, and freight rates of the sea back at their
    old level) is choice of route, which the model is to explain, and not a fall of trade.
    """

    def boxes(get: Inputs, year: int) -> float:
        last = min(year, 2021)
        rail = get("boxes_china_europe", year=last) / get("share_kazakhstan_of_rail", year=last)
        half = {way: get("boxes_half_year", way, 2021) for way in ("west", "east")}
        return rail * (1 + get("share_more_wanted")) * half[direction] / sum(half.values())

    return boxes


def china_turkey(get: Inputs, year: int) -> float:
    """Boxes from China for two Turkish zones that would look at a train."""
    return 2 * get("share_turkey_contestable") * get.along("boxes_mersin", year)


def china_caucasus(zone: str, port: str) -> Total:
    """Boxes from China for Azerbaijan or Georgia that would look at a train: a share of the boxes of the port that serves it."""
    return lambda get, year: get("share_from_china_contestable", zone) * get(port, year=year)


def by_sea(direction: str) -> Total:
    """Loaded boxes of the Georgian ports that are bound to the sea; inward without what would look at a train from China."""

    def boxes(get: Inputs, year: int) -> float:
        loaded = get("boxes_georgian_ports", year=year) * get("share_loaded", direction)
        return loaded - china_caucasus("georgia", "boxes_georgian_ports")(get, year) if direction == "in" else loaded

    return boxes


def kazakh_boxes(get: Inputs, year: int) -> float:
    """Boxes of Kazakhstan's own trade with the west, along the path of its trade with Turkey."""
    pool = get("multiple_kazakh_boxes", year=2022) * (get("boxes_titr", year=2022) - get("boxes_titr_transit", year=2022))
    return pool * get("trade_kz_tr", year=year) / get("trade_kz_tr", year=2022)


def transit_boxes(get: Inputs, year: int) -> float:
    """Kazakh box transit less China-Europe and, from 2022 on, less the transit of this corridor."""
    corridor = get("boxes_titr_transit", year=2022) if year == 2022 else 0.0
    return get("boxes_kazakh_transit", year=year) - get("boxes_china_europe", year=year) - corridor


def central_asian_boxes(get: Inputs, year: int) -> float:
    """Box transit between China and Central Asia or Iran."""
    return transit_boxes(get, year) * (1 - get("share_russia_of_transit", year=year))


def russian_boxes(get: Inputs, year: int) -> float:
    """Box transit between China and Russia."""
    return transit_boxes(get, year) * get("share_russia_of_transit", year=year)


def outward(boxes: Total) -> Total:
    """The part of the box transit that leaves China; the rest comes back."""
    return lambda get, year: boxes(get, year) * (1 - get("share_return", "china_transit"))


def homeward(boxes: Total) -> Total:
    return part(boxes, ("share_return", "china_transit"))


def chinese_boxes_for_kazakhstan(get: Inputs, year: int) -> float:
    return get.along("boxes_china_kazakhstan", year, "rail_kz_cn")


def goods_from_china(get: Inputs, year: int) -> float:
    """What came by rail from China to Kazakhstan and was not in boxes, t: never below zero."""
    west, east = get("boxes_half_year", "west", 2021), get("boxes_half_year", "east", 2021)
    boxes = get("boxes_china_europe", year=year) * west / (west + east)
    boxes += transit_boxes(get, year) * (1 - get("share_return", "china_transit")) + chinese_boxes_for_kazakhstan(get, year)
    return max(0.0, get("rail_kz_cn", year=year) - get("rail_to_china", year=year) - boxes * get("tonnes_per_teu"))


def exports_west(commodity: str) -> Total:
    """Kazakh exports that look for a way west: those that crossed the Caspian before, and those redirected since March 2022.

    What crossed in 2019 less the grain in it goes the way of the corridor's own count to 2021 and is held after.
    """

    def total(get: Inputs, year: int) -> float:
        grain = get.along("grain_azerbaijan", 2019) + get.along("grain_georgia", 2019, "grain_export_rail")
        before = (get("export_over_caspian", year=2019) - grain) * get("titr_all", year=min(year, 2021)) / get("titr_all", year=2019)
        redirected = get("export_redirected", year=2022) * get("months_redirected", year=year) / 12
        return (before + redirected) * get("share_export_west", commodity)

    return total


def imports_from_turkey(get: Inputs, year: int) -> float:
    """Value over value per tonne, without what goes by lorry all the way."""
    return get("import_from_turkey", year=year) / get("value_import", "turkey") * get("share_import_off_road")


def imports_from_azerbaijan(get: Inputs, year: int) -> float:
    """By rail in 2019 and held in 2020; then value over value per tonne."""
    if year <= 2020:
        return get.along("import_from_azerbaijan", year)
    return get("import_value_azerbaijan", year=year) / get("value_import", "azerbaijan")


def imports_from_europe(get: Inputs, year: int) -> float:
    return get.along("import_from_europe", year, "trade_kz_tr") * get("share_import_off_road")


def uzbek_trade(get: Inputs, year: int) -> float:
    """Uzbek trade with the west, whose ways are Turkmenbashi, Aktau, Iran and Russia: a multiple of what passed Turkmenbashi."""
    count = get("turkmenbashi_uzbek_8_months", year=2022) * 12 / 8 * get("multiple_uzbek")
    return count * get("index_uzbek", year=year)


def uzbek_boxes(get: Inputs, year: int) -> float:
    """Half of the Uzbek boxes: one direction."""
    return uzbek_trade(get, year) * get("share_uzbek_boxes") * get("share_uzbek_export")


def uzbek_polyethylene(get: Inputs, year: int) -> float:
    return get.along("uzbek_polyethylene", year, "index_uzbek")


def uzbek_goods(commodity: str) -> Total:
    """Uzbek exports outside of boxes, without polymers."""

    def total(get: Inputs, year: int) -> float:
        wagons = uzbek_trade(get, year) * (1 - get("share_uzbek_boxes")) * get("share_uzbek_export")
        return (wagons - uzbek_polyethylene(get, year)) * get("share_uzbek_goods", commodity)

    return total


def uzbek_imports(get: Inputs, year: int) -> float:
    return uzbek_trade(get, year) * (1 - get("share_uzbek_boxes")) * (1 - get("share_uzbek_export"))


def kazakh_exports_to_uzbekistan(commodity: str) -> Total:
    """Rail exports to Uzbekistan that are neither grain nor coal."""

    def total(get: Inputs, year: int) -> float:
        rest = get.along("export_kz_uz", year, "rail_kz_uz") - get.along("grain_uzbekistan", year) - get.along("coal_uzbekistan", year)
        return rest * get("share_kz_uz_rest", commodity)

    return total


def russian_trade(share: str) -> Total:
    """Half of the rail trade between Russia and Central Asia; `share` of it, or all."""

    def total(get: Inputs, year: int) -> float:
        half = get.along("uzbek_russia", year, "rail_kz_uz") / 2
        return half * get("share_russia_south", share) if share else half

    return total


def over_samur(kind: str) -> Total:
    """Rail over Samur and Yalama that is neither Russian grain for Azerbaijan nor transit to Iran: a share of the whole border."""

    def total(get: Inputs, year: int) -> float:
        rest = get("samur_yalama", year=year) - get.along("grain_russia_azerbaijan", year) - get("russia_iran_west", year=year)
        return rest * get("share_samur_by_rail") * get("share_samur", kind)

    return total


def russia_iran(kind: str) -> Total:
    """Between Russia and Iran by land, both sides of the Caspian."""
    return lambda get, year: (get("russia_iran_east", year=year) + get("russia_iran_west", year=year)) * get("share_russia_iran", kind)


def ceyhan(get: Inputs, year: int) -> float:
    """Crude that may choose between Novorossiysk and Ceyhan: what the agreement offers, not the 60-70 Mt that cannot choose."""
    return get("oil_offered_ceyhan", year=2022) * get("months_oil_offered", year=year) / 12


_POOL = "exports over the Caspian of 2019 plus those to be redirected since March 2022"
_GEORGIA = "loaded boxes of Poti and Batumi, with Azerbaijan and Armenia behind them"
_UZBEK = "three times what passed Turkmenbashi in 2022, along an index"

FLOWS: tuple[Flow, ...] = (
    # boxes
    Flow("china_europe_west", "container", "china_europe_container", teu(china_europe("west")), "share_kazakhstan_of_rail", "rail boxes up to 2021 and what the borders kept off the rails"),
    Flow("china_europe_east", "container", "china_europe_container", teu(china_europe("east")), "share_kazakhstan_of_rail", "rail boxes up to 2021 and what the borders kept off the rails"),
    Flow("china_turkey", "container", "regional_container", teu(china_turkey), "boxes_mersin", "contestable share of the boxes of Mersin, taken for two zones"),
    Flow("turkey_china", "container", "regional_container", part(teu(china_turkey), ("share_return", "china_turkey")), "boxes_mersin", "contestable share of the boxes of Mersin, taken for two zones"),
    Flow("china_azerbaijan", "container", "regional_container", teu(china_caucasus("azerbaijan", "boxes_baku")), "boxes_baku", "contestable share of the boxes of Baku"),
    Flow("azerbaijan_china", "container", "regional_container", part(teu(china_caucasus("azerbaijan", "boxes_baku")), ("share_return", "china_caucasus")), "boxes_baku", "contestable share of the boxes of Baku"),
    Flow("china_georgia", "container", "regional_container", teu(china_caucasus("georgia", "boxes_georgian_ports")), "boxes_georgian_ports", "contestable share of the boxes of Poti and Batumi"),
    Flow("georgia_china", "container", "regional_container", part(teu(china_caucasus("georgia", "boxes_georgian_ports")), ("share_return", "china_caucasus")), "boxes_georgian_ports", "contestable share of the boxes of Poti and Batumi"),
    Flow("caucasus_in", "container", "ocean_container", teu(by_sea("in")), "boxes_georgian_ports", _GEORGIA),
    Flow("caucasus_out", "container", "ocean_container", teu(by_sea("out")), "boxes_georgian_ports", _GEORGIA),
    Flow("kazakh_boxes_out", "container", "regional_container", part(teu(kazakh_boxes), ("share_kazakh_boxes_export", "")), "boxes_titr", "three times the Kazakh boxes of the corridor in 2022, along trade with Turkey"),
    Flow("kazakh_boxes_in", "container", "regional_container", lambda get, year: teu(kazakh_boxes)(get, year) * (1 - get("share_kazakh_boxes_export")), "boxes_titr", "three times the Kazakh boxes of the corridor in 2022, along trade with Turkey"),
    Flow("uzbek_boxes", "container", "regional_container", uzbek_boxes, "turkmenbashi_uzbek_8_months", _UZBEK),
    Flow("uzbek_boxes_in", "container", "regional_container", uzbek_boxes, "turkmenbashi_uzbek_8_months", _UZBEK),
    Flow("china_central_asia", "container", "china_border", teu(outward(central_asian_boxes)), "boxes_kazakh_transit", "Kazakh box transit less China-Europe and Russia"),
    Flow("central_asia_china", "container", "china_border", teu(homeward(central_asian_boxes)), "boxes_kazakh_transit", "Kazakh box transit less China-Europe and Russia"),
    Flow("china_russia", "container", "china_border", teu(outward(russian_boxes)), "boxes_kazakh_transit", "Russian part of the Kazakh box transit"),
    Flow("russia_china", "container", "china_border", teu(homeward(russian_boxes)), "boxes_kazakh_transit", "Russian part of the Kazakh box transit"),
    Flow("china_kazakhstan", "container", "china_border", teu(chinese_boxes_for_kazakhstan), "boxes_china_kazakhstan", "order of magnitude, along rail with China"),
    Flow("india_russia", "container", "north_south", part(teu(counted("india_russia")), 0.5), "india_russia", "order of magnitude; over Iran or by sea"),
    Flow("russia_india", "container", "north_south", part(teu(counted("india_russia")), 0.5), "india_russia", "order of magnitude; over Iran or by sea"),
    Flow("gulf_central_asia", "container", "north_south", teu(counted("gulf_central_asia", "trade_kz_tr")), "gulf_central_asia", "order of magnitude; over Bandar Abbas"),
    # grain
    *(Flow(f"grain_{market}", "grain", "grain", counted(f"grain_{market}", "grain_export_rail"), f"grain_{market}", f"Kazakh grain for {market.title()}")
      for market in ("uzbekistan", "tajikistan", "afghanistan", "turkmenistan", "kyrgyzstan", "iran", "azerbaijan", "georgia", "turkey", "italy")),
    Flow("grain_to_china", "grain", "china_border", counted("grain_to_china", "rail_kz_cn"), "grain_to_china", "Kazakh grain by rail to China"),
    Flow("grain_russia_azerbaijan", "grain", "grain", counted("grain_russia_azerbaijan"), "grain_russia_azerbaijan", "Russian wheat"),
    Flow("grain_russia_georgia", "grain", "grain", counted("grain_russia_georgia", "grain_export_rail"), "grain_russia_georgia", "Russian wheat"),
    # ores, coal, fertilisers, metals, chemicals, goods: Kazakhstan to the west and to China
    Flow("ores_west", "ores_minerals", "kazakh_export_bulk", exports_west("ores_minerals"), "export_redirected", _POOL),
    Flow("coal_west", "coal", "kazakh_export_bulk", exports_west("coal"), "export_redirected", _POOL),
    Flow("fertilisers_west", "fertilisers", "kazakh_export_bulk", exports_west("fertilisers"), "export_redirected", _POOL),
    Flow("metals_west", "metals", "metals", exports_west("metals"), "export_redirected", _POOL),
    Flow("chemicals_west", "chemicals", "general_cargo", exports_west("chemicals"), "export_redirected", _POOL),
    Flow("manufactures_west", "manufactures", "general_cargo", exports_west("manufactures"), "export_redirected", _POOL),
    Flow("ores_to_china", "ores_minerals", "china_border", counted("ores_to_china"), "ores_to_china", "Kazakh ores by rail to China"),
    Flow("metals_to_china", "metals", "china_border", counted("metals_to_china", "rail_kz_cn"), "metals_to_china", "Kazakh metals by rail to China"),
    Flow("goods_from_china", "manufactures", "china_border", goods_from_china, "rail_kz_cn", "rail from China less boxes"),
    # Kazakh imports from the west
    Flow("turkey_goods", "manufactures", "general_cargo", imports_from_turkey, "import_from_turkey", "value of the imports over value per tonne, half of it off the road"),
    Flow("azerbaijan_chemicals", "chemicals", "general_cargo", imports_from_azerbaijan, "import_value_azerbaijan", "by rail in 2019, later value over value per tonne"),
    Flow("europe_goods", "manufactures", "general_cargo", imports_from_europe, "import_from_europe", "order of magnitude, along trade with Turkey"),
    # Uzbekistan
    Flow("uzbek_chemicals", "chemicals", "general_cargo", uzbek_polyethylene, "uzbek_polyethylene", "polyethylene for Turkey and Latvia"),
    Flow("uzbek_fertilisers", "fertilisers", "general_cargo", uzbek_goods("fertilisers"), "turkmenbashi_uzbek_8_months", _UZBEK),
    Flow("uzbek_metals", "metals", "metals", uzbek_goods("metals"), "turkmenbashi_uzbek_8_months", _UZBEK),
    Flow("uzbek_manufactures", "manufactures", "general_cargo", uzbek_goods("manufactures"), "turkmenbashi_uzbek_8_months", _UZBEK),
    Flow("uzbek_imports", "manufactures", "general_cargo", uzbek_imports, "turkmenbashi_uzbek_8_months", _UZBEK),
    # Kazakhstan, Russia and Central Asia
    Flow("coal_uzbekistan", "coal", "central_asia", counted("coal_uzbekistan"), "coal_uzbekistan", "Kazakh coal by rail"),
    Flow("coal_kyrgyzstan", "coal", "central_asia", counted("coal_kyrgyzstan", "rail_kz_uz"), "coal_kyrgyzstan", "Kazakh coal by rail"),
    Flow("kz_uz_metals", "metals", "central_asia", kazakh_exports_to_uzbekistan("metals"), "export_kz_uz", "rail exports to Uzbekistan without grain and coal"),
    Flow("kz_uz_oil_products", "oil_products", "oil_products", kazakh_exports_to_uzbekistan("oil_products"), "export_kz_uz", "rail exports to Uzbekistan without grain and coal"),
    Flow("kz_uz_fertilisers", "fertilisers", "central_asia", kazakh_exports_to_uzbekistan("fertilisers"), "export_kz_uz", "rail exports to Uzbekistan without grain and coal"),
    Flow("kz_uz_chemicals", "chemicals", "central_asia", kazakh_exports_to_uzbekistan("chemicals"), "export_kz_uz", "rail exports to Uzbekistan without grain and coal"),
    Flow("fuel_tajikistan", "oil_products", "oil_products", part(counted("fuel_tajikistan", "rail_kz_uz"), ("share_fuel_tajikistan", "kazakhstan")), "fuel_tajikistan", "Kazakh share of the fuel imports"),
    Flow("fuel_russia", "oil_products", "oil_products", part(counted("fuel_russia", "rail_kz_uz"), ("share_fuel_russia_south", "")), "fuel_russia", "Russian fuel without Kazakhstan and Mongolia"),
    Flow("russia_ca_metals", "metals", "central_asia", russian_trade("metals"), "uzbek_russia", "order of magnitude; loads the Kazakh network"),
    Flow("russia_ca_goods", "manufactures", "central_asia", russian_trade("manufactures"), "uzbek_russia", "order of magnitude; loads the Kazakh network"),
    Flow("ca_russia_goods", "manufactures", "central_asia", russian_trade(""), "uzbek_russia", "order of magnitude; loads the Kazakh network"),
    # Turkmenistan
    Flow("turkmen_urea", "fertilisers", "kazakh_export_bulk", counted("turkmen_urea"), "turkmen_urea", "urea of Garabogaz, the north and the east"),
    Flow("turkmen_polymers", "chemicals", "general_cargo", counted("turkmen_polymers", "trade_kz_tr"), "turkmen_polymers", "polymers of Kiyanly and Turkmenbashi"),
    Flow("turkmen_fuel", "oil_products", "oil_products", counted("turkmen_fuel"), "turkmen_fuel", "Turkmen fuel over the Caspian, as in 2019"),
    # Caucasus, Russia, Iran
    Flow("az_tr", "manufactures", "general_cargo", part(counted("azerbaijan_turkey", "trade_kz_tr"), 0.5), "azerbaijan_turkey", "order of magnitude; rail between Baku and Kars"),
    Flow("tr_az", "manufactures", "general_cargo", part(counted("azerbaijan_turkey", "trade_kz_tr"), 0.5), "azerbaijan_turkey", "order of magnitude; rail between Baku and Kars"),
    Flow("ru_az_metals", "metals", "north_south", over_samur("metals"), "samur_yalama", "traffic over Samur and Yalama less grain and transit"),
    Flow("ru_az_goods", "manufactures", "north_south", over_samur("manufactures_south"), "samur_yalama", "traffic over Samur and Yalama less grain and transit"),
    Flow("ru_az_fuel", "oil_products", "oil_products", over_samur("oil_products"), "samur_yalama", "traffic over Samur and Yalama less grain and transit"),
    Flow("az_ru_goods", "manufactures", "north_south", over_samur("manufactures_north"), "samur_yalama", "traffic over Samur and Yalama less grain and transit"),
    Flow("ru_ir_grain", "grain", "north_south", russia_iran("grain"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    Flow("ru_ir_fertilisers", "fertilisers", "north_south", russia_iran("fertilisers"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    Flow("ru_ir_oil_products", "oil_products", "north_south", russia_iran("oil_products"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    Flow("ru_ir_metals", "metals", "north_south", russia_iran("metals"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    Flow("ru_ir_manufactures_south", "manufactures", "north_south", russia_iran("manufactures_south"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    Flow("ru_ir_manufactures_north", "manufactures", "north_south", russia_iran("manufactures_north"), "russia_iran_east", "Russia and Iran by land; ships from the Volga are outside the network"),
    # crude
    Flow("makhachkala", "crude_oil", "oil", counted("oil_aktau_makhachkala"), "oil_aktau_makhachkala", "crude that left Aktau for Makhachkala"),
    Flow("ceyhan", "crude_oil", "oil", ceyhan, "oil_offered_ceyhan", "contract and swing volume offered to the way over Baku; the captive rest is left out"),
)  # fmt: skip
"""Every flow, in the order of its commodity."""



@dataclass(frozen=True)
class Pair:
    """What is known of one pair and commodity beside its tonnes: the group it grows with, the leading source, a note, and the
    years in which the leading figure is a count."""

    growth: str
    source: str
    note: str
    counted: frozenset[int]


Key = tuple[str, str, str]
"""Origin, destination, commodity."""


def pairs(get: Inputs, where: dict[str, tuple[float, float]]) -> tuple[dict[Key, dict[int, float]], dict[Key, Pair]]:
    """Tonnes per pair and year of all flows together, and what is said of each: by its largest flow in the last counted year."""
    tonnes: dict[Key, dict[int, float]] = defaultdict(lambda: dict.fromkeys(YEARS, 0.0))
    largest: dict[Key, tuple[float, Pair]] = {}
    for flow in FLOWS:
        shares = matrix(get, flow, where)
        totals = {year: flow.total(get, year) for year in YEARS}
        said = Pair(flow.growth, get.source(flow.count), flow.note, frozenset(y for y in YEARS if get.counted(flow.count, y)))
        for (origin, destination), share in shares.items():
            key = (origin, destination, flow.commodity)
            for year, total in totals.items():
                tonnes[key][year] += share * total
            last = share * totals[YEARS[-1]]
            if key not in largest or last > largest[key][0]:
                largest[key] = (last, said)
    return dict(tonnes), {key: said for key, (_, said) in largest.items()}


def rows(get: Inputs, where: dict[str, tuple[float, float]]) -> tuple[list[dict[str, object]], dict[Key, float]]:
    """The rows of demand.csv, sorted by pair and year; and the pairs that were dropped as small, with their largest year."""
    tonnes, said = pairs(get, where)
    dropped = {key: max(by_year.values()) for key, by_year in tonnes.items() if max(by_year.values()) < SMALL}
    written = []
    for key in sorted(tonnes.keys() - dropped.keys()):
        origin, destination, commodity = key
        pair = said[key]
        growth = get("projection", pair.growth, YEARS[-1])
        amounts = dict(tonnes[key])
        for year in PROJECTED:
            amounts[year] = tonnes[key][YEARS[-1]] * math.exp(growth * (year - YEARS[-1]))
        for year, amount in amounts.items():
            projected = year in PROJECTED
            written.append({
                "demand_id": f"{origin}__{destination}__{commodity}__{year}", "origin": origin, "destination": destination,
                "commodity_id": commodity, "year": year, "amount": f"{amount:.0f}", "growth": f"growth_{pair.growth}",
                "basis": "computed" if year in pair.counted else "estimate", "source_id": pair.source,
                "note": f"2023 carried on at {growth:g} a year; {pair.note}" if projected else pair.note,
            })  # fmt: skip
    return written, dropped


def main() -> None:
    written, dropped = rows(Inputs(HERE / "demand_inputs.csv"), places(HERE.parent))
    with (HERE.parent / "demand.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(written)
    print(f"{len(written)} rows; {len(dropped)} pairs below {SMALL:.0f} t dropped, {sum(dropped.values()):.0f} t in their largest years", file=sys.stderr)


if __name__ == "__main__":
    main()
