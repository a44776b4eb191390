"""What kind of statement a figure makes: observation, target, project, agreement, visit or event; by its metric, tense and words."""

from __future__ import annotations

import re

from karvan.evidence.read import quantities
from karvan.evidence.read.dates import Date
from karvan.evidence.read.metrics import Metric
from karvan.evidence.read.quantities import Quantity
from karvan.evidence.read.text import Span, Text

_TARGETS = frozenset(["trade_turnover", "exports_value", "exports_volume", "imports_value", "freight_volume", "transit_volume", "container_volume", "container_transit", "port_throughput", "port_capacity", "route_capacity", "trains_count", "transit_time", "vehicle_volume", "wagon_volume", "tariff_level", "oil_transit_volume", "investment_flow", "investment_need", "renewable_share", "jobs", "passengers_count", "trade_share", "transit_share", "bulk_volume", "gas_volume", "production_volume", "energy_output", "power_capacity", "waiting_time", "gdp", "flights_count", "exports", "imports", "production", "tourism", "revenue", "share", "gdp_change", "attendance"])
PROJECTS = frozenset(["project_cost", "financing", "rail_length", "route_length", "cable_length", "tunnel_length", "road_length", "pipeline_length", "area", "power_capacity", "energy_output", "data_capacity", "duration", "loan_term", "equity_share", "progress", "passenger_capacity", "tunnels_count", "bridges_count", "viaducts_count", "stations_count", "culverts_count", "overpasses_count", "terminals_count", "berths_count", "cranes_count", "buildings_count", "speed", "voltage", "length", "gas_saving", "co2_avoided", "locomotives_count", "lanes_count", "turbines_count", "substations_count", "vessels_count", "share_of_route", "warehouses_count", "plants_count", "sections_count", "lines_count", "houses_count", "wells_count", "interest_rate"])
_AGREEMENTS = frozenset(["agreements_count", "contracts_count", "contracts_value", "agreement_value", "programme_value"])
_BUILT = frozenset(["rail_length", "route_length", "road_length", "cable_length", "tunnel_length", "pipeline_length", "area", "tunnels_count", "bridges_count", "viaducts_count", "stations_count", "power_capacity"])
_TO_BUILD = re.compile(r"construction|construire|nouvelle|nouveau|extension|build|new |строительств|нов\w+ |inşa|yeni |tikinti")
_IS_BUILT = re.compile(r"achev|inaugur|mis\w* en service|construite?s? |opérationnel|complete|opened|operational|built|введен|построен|завершен|открыт|tamamlan|açıl|hizmete|sürüyor|строится|under construction|en cours|chantier|débuté|commenc|began|lancé")


def to_be_built(text: Text, sentence: Span, metric: Metric) -> bool:
    """Whether a length or a number of works belongs to something that is still to be built."""
    low = text.low[sentence.start : sentence.end]
    return metric.name in _BUILT and bool(_TO_BUILD.search(low)) and not _IS_BUILT.search(low)


def unit_of(q: Quantity, metric: Metric) -> str:
    """Capacities of ports and routes are per year, whether the text says so or not."""
    if metric.name in ("port_capacity", "route_capacity") and q.unit in ("t", "TEU", "container", "train"):
        return f"{q.unit}/yr"
    return q.unit


def kind_of(text: Text, q: Quantity, metric: Metric, mode: str, sentence: Span, due: Date | None) -> str:
    name = (metric.name or "").removesuffix("_change")
    low = text.low[sentence.start : sentence.end]
    future = mode in ("planned", "expected", "hoped")
    if name == "anniversary":
        return "event"
    if name == "visits_count":
        return "visit"
    if name == "attendance" and not future:
        return "event"
    if name in _AGREEMENTS:
        return "agreement"
    if name == "oil_transit_volume" and re.search(r"accord|agreement|contrat|contract|соглашени|контракт|anlaşma", low):
        return "agreement" if not future or (mode == "planned" and due is None) else "target"
    if name in ("port_capacity", "route_capacity", "power_capacity", "energy_output", "transit_time", "tariff_level", "passengers_count"):
        before = text.low[max(sentence.start, q.start - 90) : q.start]
        raised = re.search(r"(?:à|jusqu'à|to|до|atteindr\w*|reach|достиг\w*|ulaş\w*|porter|passer|raise|increase|довести|çıkar\w*)\W*(?:\w+ ){0,3}$", before) or re.search(quantities.CHANGE[text.language], before)
        design = re.search(r"d'une (?:capacité|puissance)|dotée? d'une|avec une (?:capacité|puissance)|with a (?:\w+ )*capacity|capacity of|мощностью|kapasiteli|puissance de|capacité de", before)
        if name in ("power_capacity", "energy_output"):
            return "target" if future and raised and not design and due is not None else "project"
        if future:
            return "project" if design and not raised and due is None else "target"
        return "project" if design and re.search(r"construi|construct|nouveau|new|строит|yeni|projet|project|terminal", low) and mode == "ongoing" else "observation"
    if name in ("investment_flow", "investment_need") and future:
        return "target"
    if name in PROJECTS:
        return "project"
    if future and (name in _TARGETS or name.endswith("_count") or (metric.name or "").endswith("_change")):
        return "target"
    return "observation"


def direction_of(text: Text, sentence: Span) -> str | None:
    low = text.low[sentence.start : sentence.end]
    if re.search(r"(?<!\w)(?:vers l'ouest|westbound|en direction de l'europe|в западном направлении)", low):
        return "westbound"
    return "eastbound" if re.search(r"(?<!\w)(?:vers l'est|eastbound|en direction de la chine|в восточном направлении)", low) else None


def commodity_of(metric: Metric) -> str | None:
    name = metric.name or ""
    return "container" if name.startswith("container") else "oil" if name.startswith("oil") else None
