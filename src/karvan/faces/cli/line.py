"""What the board says of one verdict, in words and figures, before anybody decides how wide it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.faces.messages import amount, month, percent, spread
from karvan.verdict import tell
from karvan.verdict.assess import Assessment, Verdict
from karvan.verdict.judge import Judgement, Word

NONE = "–"
_SIGN = {">=": "≥", "<=": "≤"}
_DATES = ("date", "event")


@dataclass(frozen=True)
class Line:
    """The parts of one line of the board, empty where there is nothing to say."""

    name: str
    key: str
    promised: str
    due: str
    word: Word
    probability: str
    measure: str
    reached: str
    beside: str
    binds: str
    missing: str
    by: str


def line(found: Assessment, each: Verdict, other: Verdict | None) -> Line:
    """The line of a verdict; `other` is the same target under the scenario beside it."""
    target, judgement, horizon = each.target, each.judgement, found.years[-1]
    by = target["party"] + ("" if np.isnat(target["promised_on"]) else f", {str(target['promised_on'])[:7]}")
    promised = NONE
    if each.value is not None:
        promised = "done" if each.unit in _DATES else f"{_SIGN[target['op']]} {amount(each.value, each.unit)}"
    probability, low, high = judgement.probability, judgement.probability_low, judgement.probability_high
    judged = probability is not None and low is not None and high is not None
    measure = "" if each.observed is None else f"seen: {amount(each.observed, each.unit)}"
    return Line(
        name=target["name"] + (" *" if target["basis"] == "estimate" else ""),
        key=target["target_id"],
        promised=promised,
        due=NONE if np.isnat(target["due"]) else str(target["due"])[:7],
        word=judgement.word,
        probability=f"{percent(probability or 0)} % ({percent(low or 0)}–{percent(high or 0)})" if judged else "",
        measure=_range(judgement, each.unit, horizon) if judged else measure,
        reached="" if judgement.reached_share is None else _reached(judgement.reached, horizon),
        beside=_beside(other, each),
        binds="; ".join(f"{tell.name_of(found, bind.what)} {100 * bind.share:.0f} %" for bind in judgement.binds[:2]),
        missing=each.missing,
        by=by + (" (later)" if target["later"] else ""),
    )


def _beside(other: Verdict | None, each: Verdict) -> str:
    """Probability and median of the scenario beside it."""
    if other is None or other.judgement.probability is None:
        return ""
    return f"{percent(other.judgement.probability)} %, {amount(other.judgement.median, each.unit)}"


def _range(judgement: Judgement, unit: str, horizon: int) -> str:
    """Median and 90 % range, with the unit said once; a date beyond the horizon is only said to be later."""
    if unit in _DATES:
        said = [f"after {horizon}" if day is None or day >= horizon + 1 else month(day) for day in (judgement.median, judgement.p5, judgement.p95)]
        return said[0] if len(set(said)) == 1 else f"{said[0]} ({said[1]}–{said[2]})"
    return spread(judgement.median, judgement.p5, judgement.p95, unit)


def _reached(years: tuple[float | None, ...], horizon: int) -> str:
    if all(year is None for year in years):
        return f"not by {horizon}"
    return "–".join("later" if year is None else f"{int(year)}" for year in years)
