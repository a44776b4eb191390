"""The ways of a consignment as lines of the time- and cost-distance chart, in the words of a language."""

from __future__ import annotations

from karvan.bridge.label import Leg
from karvan.evidence import weigh
from karvan.faces.messages import catalogue
from karvan.files import tcd
from karvan.files.tcd import Line, Stop, Words
from karvan.verdict.shipment import ONE_MODE, Comparison, Way

_SHORTEST = 1.0
_HOURS = 24.0


def write(answer: Comparison, language: str) -> None:
    """Draw the ways into the file that was asked for, if one was."""
    if answer.chart is not None:
        tcd.write(lines(answer, language), words(answer, language), answer.chart)


def lines(answer: Comparison, language: str) -> list[Line]:
    """One line per way."""
    said = catalogue(language)
    names = dict(zip(answer.compiled.corridor["nodes"].keys, answer.compiled.corridor["nodes"]["name"], strict=True))
    common = set.intersection(*(set(way.via.split(", ")) for way in answer.ways)) if len(answer.ways) > 1 else set()
    ports = {key for key, kind in zip(answer.compiled.corridor["nodes"].keys, answer.compiled.corridor["nodes"]["kind"], strict=True) if kind == "port"}
    return [_line(way, said, names, ports, common, language) for way in answer.ways]


def _line(way: Way, said: dict[str, str], names: dict[str, str], ports: set[str], common: set[str], language: str) -> Line:
    km = hours = money = 0.0
    corners, stops = [(0.0, 0.0, 0.0)], []
    pending: list[Leg] = []

    def stand(node: str, wait: float, waits_for: str) -> None:
        nonlocal hours, money
        kinds = ("berth" if leg.mode == "yard" and node in ports else leg.mode for leg in pending if leg.hours >= _SHORTEST)
        reasons = list(dict.fromkeys(said[f"chart.reason.{kind}"] for kind in kinds))
        stay = sum(leg.hours for leg in pending) + wait
        if wait >= _SHORTEST:
            reasons.append(said[waits_for])
        if stay >= _SHORTEST:
            place = str(names[node]).partition(" (")[0]
            text = said["chart.stop"].format(place=place, hours=f"{stay:.0f}", reason=", ".join(reasons))
            stops.append(Stop(km, hours / _HOURS, place, stay / _HOURS, text))
        hours += stay
        money += sum(leg.money for leg in pending)
        corners.append((km, hours / _HOURS, money))
        pending.clear()

    node = way.legs[0].from_node if way.legs else ""
    for leg in way.legs:
        if leg.kind == "terminals":
            pending.append(leg)
            continue
        stand(leg.from_node, leg.wait, "chart.reason.sailing" if not leg.mode.startswith(("rail", "road")) else "chart.reason.departure")
        km, hours, money = km + leg.length, hours + leg.hours - leg.wait, money + leg.money
        corners.append((km, hours / _HOURS, money))
        node = leg.to_node
    stand(node, 0.0, "")
    own = [place for place in way.via.split(", ") if place not in common]
    via = said["route.one_mode"] if way.via == ONE_MODE else ", ".join(own or way.via.split(", "))
    figures = {"p10": way.days_p10, "p50": way.days_p50, "p90": way.days_p90}
    return Line(via, number(said["chart.days"].format(**figures), language), said["chart.money"].format(money=f"{way.money:.0f}"),
                tuple(corners), way.days_p10, way.days_p90, tuple(stops))  # fmt: skip


def words(answer: Comparison, language: str) -> Words:
    """What the chart says around its lines."""
    said = catalogue(language)
    corridor = answer.compiled.corridor
    when = str(answer.year) if answer.asked.depart is None else said["chart.leaves"].format(day=answer.asked.depart)
    commodity = said.get(f"commodity.{answer.commodity}", answer.commodity)
    title = said["chart.title"].format(origin=answer.origin, destination=answer.destination, commodity=commodity, when=when)
    scenario = "" if answer.scenario == "base" else said["chart.scenario"].format(scenario=answer.scenario)
    manifest = answer.document()["manifest"]
    version = said["chart.version"].format(karvan=manifest["karvan"], case=corridor.settings.title, hash=manifest["case_hash"], as_of=manifest["as_of"])
    support = weigh.support(corridor.tables)
    sources = said["chart.sources"].format(sources=support.sources, estimates=support.by_basis.get("estimate", 0), rows=support.rows)
    return Words(title, said["chart.subtitle"] + scenario, said["chart.distance"], said["chart.time"], said["chart.cost"], said["chart.stops"],
                 (sources, said["chart.modelled"], version))  # fmt: skip


def number(text: str, language: str) -> str:
    """A text whose decimals are written as the language does."""
    return text.replace(".", ",") if language == "fr" else text
