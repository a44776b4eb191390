"""The target board: one row per promise, dry cargo first, oil apart, and below what the numbers rest on."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from karvan.evidence import weigh
from karvan.faces.messages import amount, month, spread
from karvan.verdict import document, measures, tell
from karvan.verdict.assess import Assessment, Verdict
from karvan.verdict.judge import Judgement, Word

_STYLE = {Word.KEPT: "bold green", Word.ON_COURSE: "green", Word.IN_DOUBT: "yellow", Word.OFF_COURSE: "red", Word.MISSED: "bold red"}
_FREIGHT = ("freight_volume", "container_volume", "trains_count", "transit_time", "transit_time_p90", "tariff_level", "border_time")
_SIGN = {">=": "≥", "<=": "≤"}
_WORKS = ("completion_date", "event_date")
_CAPACITY = ("port_capacity", "container_capacity", "route_capacity")


def board(found: Assessment, other: Assessment | None = None) -> Group:
    """The board of an assessment; with another one beside it, its probability and the change."""
    corridor = found.corridor
    parts: list[Any] = [Text(f"{corridor.settings.title} — target board", style="bold"), *_headlines(found), Text("")]
    beside = {} if other is None else {each.target["target_id"]: each for each in other.verdicts}
    for title, chosen in _groups(found):
        if chosen:
            parts.extend([_table(found, title, chosen, beside), Text("")])
    parts.append(_below(found, other))
    return Group(*parts)


def _groups(found: Assessment) -> list[tuple[str, list[Verdict]]]:
    open_words = (Word.NO_NUMBER, Word.UNSEEN)
    titles = ("Freight: dry cargo, containers, times", "Oil", "Capacity (not traffic)", "Works and dated acts", "Trade and others",
              "Due, outcome not seen · cannot be judged")  # fmt: skip
    groups: dict[str, list[Verdict]] = {title: [] for title in titles}
    for each in found.verdicts:
        target = each.target
        if each.judgement.word in open_words:
            title = titles[5]
        elif target["commodity"] == measures.OIL or target["metric"] == "oil_transit_volume":
            title = titles[1]
        elif target["metric"] in _FREIGHT:
            title = titles[0]
        elif target["metric"] in _CAPACITY:
            title = titles[2]
        else:
            title = titles[3] if target["metric"] in _WORKS else titles[4]
        groups[title].append(each)
    return list(groups.items())


def _table(found: Assessment, title: str, chosen: list[Verdict], beside: dict[str, Verdict]) -> Table:
    judged = any(each.judgement.probability is not None or each.judgement.reached_share is not None or each.observed is not None for each in chosen)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, 1), expand=True)
    table.add_column("target", ratio=6, overflow="fold")
    table.add_column("promised", justify="right", no_wrap=True)
    table.add_column("due", no_wrap=True)
    table.add_column("verdict", ratio=None if judged else 3, no_wrap=judged)
    if judged:
        for name in ("P (90 %)", "at due: median (90 %)", "P10–P50–P90 reached"):
            table.add_column(name, justify="right", no_wrap=True)
        if beside:
            table.add_column("beside it", justify="right")
        table.add_column("what binds", ratio=6, overflow="fold")
    else:
        table.add_column("what is missing", ratio=5, overflow="fold")
    table.add_column("promised by", ratio=4, min_width=16, overflow="fold")
    for each in chosen:
        table.add_row(*_row(found, each, judged, beside))
    return table


def _row(found: Assessment, each: Verdict, judged: bool, beside: dict[str, Verdict]) -> list[Any]:
    target, judgement = each.target, each.judgement
    due = "–" if np.isnat(target["due"]) else str(target["due"])[:7]
    is_date = each.unit in ("date", "event")
    promised = "–" if each.value is None else "done" if is_date else f"{_SIGN[target['op']]} {amount(each.value, each.unit)}"
    by = target["party"] + ("" if np.isnat(target["promised_on"]) else f", {str(target['promised_on'])[:7]}")
    if target["later"]:
        by += " (later)"
    name = target["name"] + (" *" if target["basis"] == "estimate" else "")
    word = Text(str(judgement.word), style=_STYLE.get(judgement.word, "dim"))
    if not judged:
        return [name, promised, due, word, each.missing or "", by]
    cells: list[Any] = [name, promised, due, word]
    probability, low, high = judgement.probability, judgement.probability_low, judgement.probability_high
    if probability is None or low is None or high is None:
        cells.extend(["", "" if each.observed is None else f"seen: {_said(each.observed, each.unit)}"])
    else:
        cells.append(f"{100 * probability:.0f} % ({100 * low:.0f}–{100 * high:.0f})")
        cells.append(_range(judgement, each.unit))
    cells.append("" if judgement.reached_share is None else _reached(judgement.reached, found.years[-1]))
    if beside:
        cells.append(_beside(beside.get(target["target_id"]), each))
    cells.append("; ".join(f"{tell.name_of(found, bind.what)} {100 * bind.share:.0f} %" for bind in judgement.binds[:2]) or (each.missing or ""))
    return [*cells, by]


def _beside(other: Verdict | None, each: Verdict) -> str:
    """Probability and median of the scenario beside it."""
    if other is None or other.judgement.probability is None:
        return ""
    return f"{100 * other.judgement.probability:.0f} %, {_said(other.judgement.median, each.unit)}"


def _said(value: float | None, unit: str) -> str:
    if unit in ("date", "event"):
        return "never" if value is None else month(value)
    return amount(value, unit)


def _range(judgement: Judgement, unit: str) -> str:
    """Median and 90 % range, with the unit said once."""
    if unit in ("date", "event"):
        return f"{_said(judgement.median, unit)} ({_said(judgement.p5, unit)}–{_said(judgement.p95, unit)})"
    return spread(judgement.median, judgement.p5, judgement.p95, unit)


def _reached(years: tuple[float | None, ...], horizon: int) -> str:
    if all(year is None for year in years):
        return f"not by {horizon}"
    return "–".join("later" if year is None else f"{int(year)}" for year in years)


def _headlines(found: Assessment) -> list[Text]:
    out = []
    for entry in document.assessment(found)["headline"]:
        seen = list(entry["observed"].items())[-5:]
        last = entry["modelled"][min(4, len(entry["modelled"]) - 1)]
        observed = ", ".join(f"{year} {amount(value, 't')}" for year, value in seen)
        name = "Dry cargo" if entry["commodity"] == measures.DRY else "Oil"
        ahead = f"{amount(last['median'], 't')} (90 %: {amount(last['p5'], 't')} to {amount(last['p95'], 't')})"
        out.append(Text(f"{name}: observed {observed or 'nothing'}; {last['year']} modelled {ahead}."))
    return out


def _below(found: Assessment, other: Assessment | None) -> Text:
    corridor, options = found.corridor, found.options
    support = weigh.support(corridor.tables)
    estimates = 100 * support.estimates / max(support.rows, 1)
    lines = [
        f"Data of {corridor.as_of}, case {corridor.settings.name} {corridor.hash}; scenario {found.scenario}; seed {options.seed}; "
        f"{options.futures} futures to {found.years[-1]}.",
        f"{found.solves} solves of the assignment, {found.unconverged} not converged; {found.certified} re-computed outside the engine, "
        f"{found.certificate_failures} failed.",
        f"Delivery dates: reference class of {found.reference.delivered} delivered and {found.reference.unfinished} unfinished promises, "
        f"{100 * found.reference.on_time():.0f} % on time.",
        f"Flows carry the model's own error of the years it was fitted on, {100 * found.discrepancy:.0f} %.",
        f"{estimates:.0f} % of the {support.rows} rows of facts are estimates of the case; * marks a target that is one. "
        "Intervals after P are Monte-Carlo only.",
    ]
    if other is not None:
        lines.append(f"Beside it: {other.scenario}, under the same draws.")
    return Text("\n".join(lines), style="dim")
