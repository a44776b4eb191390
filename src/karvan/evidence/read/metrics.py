"""What a figure is about: the metric of the ontology that its unit allows and the words around it ask for.

Every cue word of the sentence pulls with its nearness: words just before the figure most, words behind another figure least.
Without any cue the unit's commonest metric stands, and the rule id says so. An unknown metric stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from karvan.evidence.read.lexicon import pattern, table, written
from karvan.evidence.read.quantities import CHANGE, Quantity
from karvan.evidence.read.text import Span, Text

_SEA, _SEA_LEVEL = pattern("sea"), written("sea_level_metric")

CHANGING = {
    language: re.compile(
        words + {
            "fr": r"|(?<!\w)(?:de plus|supplément\w*|plus (?:que|par rapport)|repli\w*|bond|fois (?:plus|moins|supérieur\w*)|multipli\w*|croissance|essor|moins)",
            "en": r"|(?<!\w)(?:higher|lower|more than (?:the|in)|year-on-year|compared|growth|gain\w*|additional|improv\w*|y-o-y|yoy|by \d)",
            "ru": r"|(?<!\w)(?:больше|меньше|выше|ниже|прибав\w*|рост\w*|паден\w*|превы\w*|сравнени\w*)", "tr": r"|(?<!\w)(?:daha fazla|artış\w*|büyüme\w*|daha az|düşüş\w*)",
            "az": r"|(?<!\w)(?:çox|artım\w*)", "kk": r"|(?<!\w)(?:артық|өсім\w*|көп)",
        }[language]
    )
    for language, words in CHANGE.items()
}  # fmt: skip
_PLURAL = {"agreement": "agreements_count", "contract": "contracts_count", "project": "projects_count", "company": "company_count", "visit": "visits_count", "job": "jobs",
           "train": "trains_count", "vehicle": "vehicle_volume", "wagon": "wagon_volume", "person": "attendance", "country": "countries_count", "city": "cities_count",
           "factory": "factories_count", "berth": "berths_count", "passenger": "passengers_count", "aircraft": "aircraft_count", "car": "cars_count", "ferry": "ferries_count"}  # fmt: skip
_MONEY = frozenset(["trade", "exports", "imports", "investment", "cost", "value", "financing", "contract", "agreement", "programme", "tariff", "gdp", "budget_revenue", "need", "interest"])
_GOODS = frozenset(["freight", "transit", "oil", "gas", "grain", "bulk", "container", "port", "capacity", "handled", "exports", "imports", "production", "co2", "reserves", "corridor", "rail", "pipeline", "trade"])
_LENGTHS = frozenset(["rail", "road", "cable", "pipeline", "tunnel", "distance", "corridor", "shorter", "level"])
_SHARES = frozenset(["share", "equity", "progress", "renewable", "interest", "inflation", "growth_gdp", "freight", "transit", "oil", "container", "port", "trade", "exports", "imports", "investment", "production", "capacity", "gdp", "tariff", "transit_time", "rail", "tourism", "tunnel", "handled", "corridor", "project", "company", "population", "budget_revenue"])
_TIMES = frozenset(["transit_time", "waiting", "duration", "loan_term", "window", "cost", "financing", "tariff"])


@dataclass(frozen=True)
class Cue:
    """A cue word of the sentence and how far it stands from the figure, in characters, weighted."""

    name: str
    start: int
    end: int
    distance: float


@dataclass(frozen=True)
class Metric:
    """The metric, the rule that chose it, and the cues it rests on, nearest first."""

    name: str | None
    rule: str
    cues: tuple[Cue, ...]


def cues(text: Text, sentence: Span, start: int, end: int, others: list[tuple[int, int]]) -> list[Cue]:
    """The cues of a sentence seen from a figure, nearest first; every other figure in between pushes a cue away."""
    lexicon = table("cues", "cue", text.language)
    words = text.words
    found = []
    for i, count, name in lexicon.within(words, text.word_at(sentence.start), text.word_at(sentence.end)):
        a, b = words[i].start, words[i + count - 1].end
        distance = float(start - b) if b <= start else (0.8 * (a - end) if a - end < 16 else 1.6 * (a - end)) if a >= end else 2.0
        low, high = (b, start) if b <= start else (end, a)
        distance += 45.0 * sum(1 for s, e in others if s >= low and e <= high)
        distance += 25.0 * len(re.findall(r"[;:]|, (?:tandis|alors|while|а |et |and )", text.low[low:high])) if high > low else 0.0
        found.append(Cue(name, a, b, max(distance, 0.0)))
    return sorted(found, key=lambda cue: cue.distance)


def choose(text: Text, q: Quantity, sentence: Span, others: list[Quantity], context: list[Cue] | None = None) -> Metric:
    """The metric of a quantity in its sentence; `context` are cues of the sentence before, used when this one has none."""
    near = cues(text, sentence, q.start, q.end, [(o.start, o.end) for o in others if o is not q])
    name, rule = _by_kind(text, q, sentence, near, others)
    if name == "route_capacity" and context and not _has(near, "corridor", 120) and not _has(near, "rail", 120) and _has(context, "port"):
        return Metric("port_capacity", "metric.context", tuple(near + context))
    bare = all(cue.name in ("container", "freight", "corridor", "project") for cue in near)
    if (rule == "metric.default" or bare) and context:
        again, _ = _by_kind(text, q, sentence, near + context, others)
        if again != name:
            return Metric(again, "metric.context", tuple(near + context))
    return Metric(name, rule, tuple(near))


def _nearest(near: list[Cue], of: frozenset[str], limit: float = 400.0) -> str | None:
    return next((cue.name for cue in near if cue.name in of and cue.distance <= limit), None)


def _has(near: list[Cue], name: str, limit: float = 400.0) -> bool:
    return any(cue.name == name and cue.distance <= limit for cue in near)


def _by_kind(text: Text, q: Quantity, sentence: Span, near: list[Cue], others: list[Quantity]) -> tuple[str | None, str]:
    if q.kind == "ordinal":
        return "anniversary", "metric.ordinal"
    if q.kind == "currency":
        return _money(text, q, sentence, near, others)
    if q.kind in ("mass", "teu", "volume") or q.unit.split("/")[0] in ("container", "barrel"):
        return _goods(text, q, near)
    if q.kind == "count":
        return _count(q, near)
    if q.kind == "length":
        return _length(text, q, near)
    if q.kind == "area":
        return "area", "metric.unit"
    if q.kind == "power":
        return "power_capacity", "metric.unit"
    if q.kind == "energy":
        return "energy_output", "metric.unit"
    if q.kind == "data":
        return "data_capacity", "metric.unit"
    if q.kind == "speed":
        return "speed", "metric.unit"
    if q.kind == "voltage":
        return "voltage", "metric.unit"
    if q.kind == "time":
        return _time(text, q, near)
    return None, "metric.unknown"


def _money(text: Text, q: Quantity, sentence: Span, near: list[Cue], others: list[Quantity]) -> tuple[str | None, str]:
    if "/" in q.unit:
        return "tariff_level", "metric.per_unit"
    counted = [o for o in others if o.kind == "count" and o.end <= q.start and q.start - o.end < 60 and o.unit in ("project", "contract", "agreement")]
    between = text.low[counted[-1].end : q.start] if counted else ""
    if counted and re.search(r"valeur|montant|worth|value|total|сумм|стоимост|değer|tutar|dəyər|pour|for|на ", between) and not re.search(r"[.;]", between):
        return {"project": "projects_value", "contract": "contracts_value", "agreement": "agreement_value"}[counted[-1].unit], "metric.counted_value"
    first = _nearest(near, _MONEY)
    if first is None and counted:
        return {"project": "projects_value", "contract": "contracts_value", "agreement": "agreement_value"}[counted[-1].unit], "metric.counted_value"
    if first is None:
        bought = re.search(r"(?:pour|for|за) (?:\w+ )?$", text.low[max(0, q.start - 16) : q.start]) and any(o.kind == "count" and o.end <= q.start for o in others)
        return ("project_cost" if bought or any(_has(near, each, 120) for each in ("project", "rail", "port", "road", "cable", "pipeline", "power", "tunnel")) else None), "metric.default"
    distance = {cue.name: cue.distance for cue in reversed(near)}
    if first in ("value", "cost") and _has(near, "trade", 60) and distance["trade"] < 60 and first == "value":
        return "trade_turnover", "metric.cue"
    if first == "value":
        for name, metric in (("contract", "contracts_value"), ("agreement", "agreement_value"), ("exports", "exports_value"), ("trade", "trade_turnover"), ("investment", "investment_flow"), ("programme", "programme_value"), ("financing", "financing")):
            if _has(near, name, 80):
                return metric, "metric.cue"
        return "project_cost", "metric.cue"
    if first == "need" or (_has(near, "need", 60) and first in ("investment", "financing")):
        return ("investment_need", "metric.cue") if _has(near, "investment") or _has(near, "financing") or first == "need" else ("project_cost", "metric.cue")
    if first == "investment":
        stock = re.search(r"s'élèv|s'établi|cumul|encours|stock|au total|accumulated|cumulative|amount(?:s|ed)? to|stands? at|stood at|накоплен|общий объем|toplam", text.low[sentence.start : q.start])
        dated = re.search(r"(?:19|20)\d\d|depuis|since|с начала|année|year|год", text.low[sentence.start : sentence.end])
        return ("investment_stock" if stock and not dated else "investment_flow"), "metric.cue"
    if first == "tariff":
        return "tariff_level", "metric.cue"
    if first == "trade":
        return "trade_turnover", "metric.cue"
    if first == "programme":
        return "programme_value", "metric.cue"
    if first in {"agreement", "contract"}:
        if _has(near, "financing", 60):
            return "financing", "metric.cue"
        if _has(near, "trade", 60):
            return "trade_turnover", "metric.cue"
        if _has(near, "investment", 60):
            return "investment_flow", "metric.cue"
        return ("agreement_value" if first == "agreement" else "contracts_value"), "metric.cue"
    return {"exports": "exports_value", "imports": "imports_value", "cost": "project_cost", "financing": "financing", "gdp": "gdp",
            "budget_revenue": "revenue", "interest": "financing"}.get(first), "metric.cue"  # fmt: skip


def _goods(text: Text, q: Quantity, near: list[Cue]) -> tuple[str | None, str]:
    capacity = _has(near, "capacity", 90)
    port = _has(near, "port", 130)
    distance = {cue.name: cue.distance for cue in reversed(near)}
    if q.kind == "teu" or q.unit.startswith("container"):
        if capacity:
            return ("port_capacity" if port else "route_capacity"), "metric.capacity"
        if _has(near, "transit", 60) and not (port and distance["port"] < distance["transit"]):
            return "container_transit", "metric.cue"
        return "container_volume", "metric.unit"
    if q.unit.split("/")[0] == "m3":
        return ("gas_saving" if _has(near, "gas_saving") else "gas_volume" if _has(near, "gas") else "water_volume"), "metric.cue"
    if q.unit.split("/")[0] == "barrel":
        return ("oil_transit_volume" if _has(near, "transit") or _has(near, "pipeline") else "oil_production"), "metric.cue"
    if _has(near, "co2", 80):
        return "co2_avoided", "metric.cue"
    if capacity:
        return ("port_capacity" if port and not (_has(near, "corridor") and distance["corridor"] < distance["port"]) else "route_capacity"), "metric.capacity"
    if _has(near, "reserves", 60):
        return "reserves", "metric.cue"
    first = _nearest(near, _GOODS)
    if _has(near, "oil", 90):
        return ("production_volume" if _has(near, "production", 60) and not _has(near, "transit") and not _has(near, "freight", 50) else "oil_transit_volume"), "metric.cue"
    ranked = []
    for cue in near:
        if cue.name in ("transit", "exports", "imports", "production", "bulk") and cue.distance < 150:
            ranked.append((cue.distance, cue.name))
        elif cue.name == "port" and cue.distance < 130:
            passed = re.search(r"(?:via|through|par l\w*|через|depuis|vers|from|to|и|entre)(?: \w+){0,3} $", text.low[max(0, cue.start - 30) : cue.start])
            ranked.append((cue.distance + (50 if passed else 0) + (60 if _has(near, "corridor", 60) else 0) - (40 if _has(near, "handled", 100) else 0), "port"))
        elif cue.name == "handled" and cue.distance < 100 and (port or cue.distance < 60) and not _has(near, "corridor", 60):
            ranked.append((cue.distance, "port" if port else "freight"))
    best = min(ranked, default=(0.0, "freight"))[1]
    name = {"transit": "transit_volume", "exports": "exports_volume", "imports": "imports_volume", "production": "production_volume", "bulk": "bulk_volume", "port": "port_throughput"}
    return name.get(best, "freight_volume"), "metric.default" if first is None else "metric.cue"


def _count(q: Quantity, near: list[Cue]) -> tuple[str | None, str]:
    unit = q.unit.split("/")[0]
    if unit == "passenger" and _has(near, "capacity"):
        return "passenger_capacity", "metric.capacity"
    if unit == "train" and _has(near, "capacity", 50):
        return "route_capacity", "metric.capacity"
    if unit == "person" and _has(near, "staff", 40):
        return "jobs", "metric.cue"
    return _PLURAL.get(unit, f"{_plural(unit)}_count"), "metric.unit"


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _length(text: Text, q: Quantity, near: list[Cue]) -> tuple[str | None, str]:
    if q.unit == "m" and _SEA.search(text.low[max(0, q.start - 160) : q.end + 60]):
        return _SEA_LEVEL, "metric.cue"
    before = text.low[max(0, q.start - 8) : q.start]
    after = text.low[q.end : q.end + 30]
    if re.search(r"(?:^|\s)à (?:environ )?$", before) or re.match(r"\s(?:de la frontière|away|from|north|south|east|west|au nord|au sud|à l'est|à l'ouest|от|du port)", after):
        return "distance", "metric.position"
    if _has(near, "level", 120) and q.unit == "m":
        return _SEA_LEVEL, "metric.cue"
    own = re.search(r"(?:longue?s? de|longueur(?: totale)? de|length of|протяженност\w+|длин\w+|uzunlu\w+) (?:\w+ )?$", text.low[max(0, q.start - 34) : q.start])
    first = _nearest([cue for cue in near if not (own and cue.name in ("distance", "shorter"))], _LENGTHS)
    if q.unit == "m" and first not in ("tunnel", "cable"):
        return "length", "metric.unit"
    name = {"rail": "rail_length", "road": "road_length", "cable": "cable_length", "pipeline": "pipeline_length", "tunnel": "tunnel_length",
            "distance": "distance", "shorter": "route_length", "corridor": "route_length"}.get(first or "", "route_length")  # fmt: skip
    if name in ("rail_length", "route_length") and _has(near, "cable", 90):
        name = "cable_length"
    if name == "route_length" and _has(near, "rail", 80):
        name = "rail_length"
    return name, "metric.default" if first is None else "metric.cue"


def _time(text: Text, q: Quantity, near: list[Cue]) -> tuple[str | None, str]:
    first = _nearest(near, _TIMES, 160)
    if q.unit in ("day", "hour", "minute", "week"):
        if _has(near, "waiting", 70):
            return "waiting_time", "metric.cue"
        return ("transit_time", "metric.cue") if first == "transit_time" else ("transit_time", "metric.default")
    if first == "loan_term" or (first in ("financing",) and q.unit == "year"):
        return "loan_term", "metric.cue"
    return "duration", "metric.cue" if first == "duration" else "metric.default"


_PARENTS = (("container", "container_volume"), ("transit", "transit_volume"), ("oil", "oil_transit_volume"), ("port", "port_throughput"), ("handled", "port_throughput"), ("freight", "freight_volume"),
            ("trade", "trade_turnover"), ("exports", "exports"), ("imports", "imports"), ("investment", "investment_flow"), ("transit_time", "transit_time"), ("waiting", "waiting_time"),
            ("tariff", "tariff_level"), ("capacity", "route_capacity"), ("production", "production"), ("cost", "project_cost"), ("tourism", "tourism"), ("gdp", "gdp"),
            ("company", "company_count"), ("rail", "freight_volume"), ("corridor", "freight_volume"), ("population", "population"), ("budget_revenue", "revenue"), ("project", "projects_count"))  # fmt: skip


def share_or_change(text: Text, q: Quantity, sentence: Span, others: list[Quantity], parent: str | None) -> Metric:
    """The metric of a percent, a multiple or points: a share of something, a state (progress), or the change of `parent`."""
    near = cues(text, sentence, q.start, q.end, [(o.start, o.end) for o in others if o is not q])
    if q.kind == "percent":
        first = _nearest(near, _SHARES)
        changing = CHANGING[text.language].search(text.low, max(sentence.start, q.start - 60), min(sentence.end, q.end + 30))
        for state, metric, reach in (("growth_gdp", "gdp_change", 60), ("inflation", "inflation", 60), ("interest", "interest_rate", 40), ("equity", "equity_share", 50), ("progress", "progress", 45), ("renewable", "renewable_share", 60)):
            if _has(near, state, reach) and not (state in ("progress", "equity") and changing and first != state):
                return Metric(metric, "metric.cue", tuple(near))
        if _has(near, "gdp", 30) and not changing:
            return Metric("share_of_gdp", "metric.cue", tuple(near))
        if _has(near, "share", 110) and not (changing and _closer(near, "share", text, q, sentence)):
            of = next((cue.name for cue in near if cue.name in ("transit", "trade", "freight", "exports", "container", "corridor", "company", "project", "gdp", "oil", "rail")), None)
            name = {"transit": "transit_share", "trade": "trade_share", "gdp": "share_of_gdp", "freight": "freight_share", "exports": "export_share", "container": "container_share",
                    "corridor": "share_of_route", "oil": "oil_share", "rail": "rail_share"}.get(of or "", "share")  # fmt: skip
            return Metric(name, "metric.share", tuple(near))
        if not changing and q.change == "" and parent is None and first is None:
            return Metric(None, "metric.unknown", tuple(near))
        if not changing:
            before = text.low[max(sentence.start, q.start - 40) : q.start]
            if re.match(r"\s(?:d[eu]s?|of|от|du) (?!plus|l'année)", text.low[q.end : q.end + 8]) and not re.search(r"(?:de|by|на) $", before):
                return Metric("share", "metric.share", tuple(near))
    if parent:
        parent = {"exports_value": "exports", "exports_volume": "exports", "imports_value": "imports", "imports_volume": "imports", "production_volume": "production"}.get(parent, parent)
        return Metric(f"{parent.removesuffix('_change')}_change", "metric.parent", tuple(near))
    for cue in sorted(near, key=lambda c: c.distance + (40 if c.name in ("freight", "corridor", "rail", "project", "company") else 0)):
        for name, metric in _PARENTS:
            if cue.name == name:
                if name == "corridor" and len(near) > 1:
                    break
                return Metric("port_capacity_change" if name == "capacity" and _has(near, "port", 130) else f"{metric}_change", "metric.cue", tuple(near))
    return Metric("freight_volume_change" if _has(near, "corridor") else None, "metric.unknown", tuple(near))


def _closer(near: list[Cue], name: str, text: Text, q: Quantity, sentence: Span) -> bool:
    """Whether a word of change stands nearer to the figure than a cue."""
    distance = next(cue.distance for cue in near if cue.name == name)
    found = [abs(m.start() - q.start) for m in CHANGING[text.language].finditer(text.low, max(sentence.start, q.start - 60), min(sentence.end, q.end + 30))]
    return bool(found) and min(found) < distance
