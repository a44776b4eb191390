"""How statements stand to each other and to what is known: agree, restate, update, contradict, a target met or missed.

Scope comes before contradiction. Two figures are compared only when metric, unit and every part of their scope that is set on
both sides are equal; a part set on one side only leaves the scope unknown, and then nothing is called a contradiction: a
false alarm is worse than silence. What a figure may be follows from how it is printed: 4.5 is 4.45 to 4.55, or 4.5 to 4.6 when
the writer cut instead of rounding; "about" doubles that; a bound or a range is what it says.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from karvan.evidence.read.statement import Statement

FALLS = frozenset(("transit_time", "waiting_time", "tariff_level", "co2_emissions"))
"""metrics whose targets are kept by staying below"""
_FUTURE = frozenset(("planned", "expected", "hoped"))
_SCOPE = ("subject", "direction", "commodity", "basis", "parties")


@dataclass(frozen=True)
class Claim:
    """What is compared: a figure with its scope. `period` and `due` are EDTF; `published` an ISO day; None is unknown, and for
    `parties` the empty tuple says that a figure is of no country in particular."""

    key: str
    metric: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: str | None = None
    precision: float = 0.0
    period: str | None = None
    due: str | None = None
    modality: str = "done"
    subject: str | None = None
    direction: str | None = None
    commodity: str | None = None
    basis: str | None = None
    parties: tuple[str, ...] = ()
    published: str | None = None
    text: str = ""

    @property
    def ahead(self) -> bool:
        return self.modality in _FUTURE


@dataclass(frozen=True)
class Relation:
    """How the second of two claims stands to the first, and why. `rel` is None when only the scope keeps them apart."""

    rel: str | None
    why: str


def of_statement(one: Statement) -> Claim | None:
    """The claim of a quantity with a metric; None for anything else."""
    if one.kind != "quantity" or one.metric is None or one.unit is None or one.polarity != "affirmed":
        return None
    return Claim(one.id, one.metric, one.unit, one.value, one.low, one.high, one.qualifier, one.precision or 0.0, one.period, one.due, one.modality,
                 one.scope.get("subject"), one.scope.get("direction"), one.scope.get("commodity"), one.scope.get("basis"), tuple(sorted(one.parties)),
                 one.doc.published, one.text)  # fmt: skip


def interval(claim: Claim) -> tuple[float, float]:
    """What a printed figure may stand for."""
    if claim.value is None:
        return (-math.inf if claim.low is None else claim.low), (math.inf if claim.high is None else claim.high)
    if claim.qualifier in (">", ">="):
        return claim.value - claim.precision, math.inf
    if claim.qualifier in ("<", "<="):
        return -math.inf, claim.value + claim.precision
    wide = 2.0 if claim.qualifier == "~" else 1.0
    return claim.value - wide * claim.precision, claim.value + 2.0 * wide * claim.precision


def overlap(a: Claim, b: Claim) -> bool:
    """Whether two printed figures may be the same."""
    (a_low, a_high), (b_low, b_high) = interval(a), interval(b)
    slack = 1e-9 * max(abs(each) for each in (a_low, a_high, b_low, b_high, 1.0) if math.isfinite(each))
    return a_low <= b_high + slack and b_low <= a_high + slack


def relation(first: Claim, second: Claim) -> Relation | None:
    """How the second claim stands to the first; None when they speak of different things."""
    if first.metric != second.metric or first.unit.removesuffix("/yr") != second.unit.removesuffix("/yr"):
        return None
    unknown = []
    for part in _SCOPE:
        a, b = getattr(first, part), getattr(second, part)
        if a and b and a != b:
            return None
        if bool(a) != bool(b):
            unknown.append(part)
    if first.ahead != second.ahead:
        return _kept(first, second, unknown) if first.ahead else _kept(second, first, unknown)
    when = ("due" if first.ahead else "period",)
    days = [getattr(each, when[0]) for each in (first, second)]
    if all(days) and days[0] != days[1]:
        return _moved(first, second, unknown) if first.ahead and not unknown else None
    if bool(days[0]) != bool(days[1]) or not any(days):
        unknown.append(when[0])
    same = overlap(first, second)
    if unknown:
        return Relation("agrees", f"the same figure, though {', '.join(unknown)} is set on one side only") if same and "parties" not in unknown and len(unknown) == 1 and any(days) else \
            Relation(None, f"scope unknown: {', '.join(unknown)}")  # fmt: skip
    if same:
        again = _plain(first.text) == _plain(second.text) and first.published == second.published
        return Relation("restates", "the same words again") if again else Relation("agrees", "the same within what was printed")
    if first.published and second.published and second.published > first.published and (first.ahead or first.qualifier == "~"):
        return Relation("updates", "said later of the same, and the earlier figure was to come or about")
    if first.ahead:
        return Relation("updates", "another goal for the same day") if first.published != second.published else Relation("contradicts", "two goals for the same day")
    return Relation("contradicts", f"{_said(first)} against {_said(second)} for the same scope and period")


def _kept(target: Claim, seen: Claim, unknown: Sequence[str]) -> Relation | None:
    """Whether an observation meets a target: its period ends with the due year, and the figures can be set against each other."""
    if not target.due or not seen.period or target.due.split("/")[-1][:4] != seen.period.split("/")[-1][:4]:
        return None
    if "/" in seen.period and seen.period.split("/")[-1][5:7] != "12" and target.metric not in FALLS:
        return None
    if unknown:
        return Relation(None, f"scope unknown: {', '.join(unknown)}")
    low, high = interval(seen)
    goal_low, goal_high = interval(replace(target, qualifier=None))
    if target.metric in FALLS:
        if high <= goal_high:
            return Relation("target_met", f"{_said(seen)}, at most {_said(target)} promised")
        return Relation("target_missed", f"{_said(seen)}, at most {_said(target)} promised") if low > goal_high else Relation(None, "too near to tell")
    if low >= goal_low:
        return Relation("target_met", f"{_said(seen)}, {_said(target)} promised")
    return Relation("target_missed", f"{_said(seen)}, {_said(target)} promised") if high < goal_low else Relation(None, "too near to tell")


def _moved(first: Claim, second: Claim, unknown: Sequence[str]) -> Relation | None:
    """The same goal with another day: an update when it was said later; two goals of one plan otherwise are two statements."""
    if first.published and second.published and second.published > first.published and overlap(first, second):
        return Relation("updates", f"the day moved from {first.due} to {second.due}")
    return None


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _said(claim: Claim) -> str:
    value = f"{claim.value:g}" if claim.value is not None else f"{claim.low:g} to {claim.high:g}"
    return f"{value} {claim.unit}"


# --- within one text ---------------------------------------------------------------------------------------------------


def arithmetic(change: float, before: Claim, after: Claim, tolerance: float = 0.6) -> bool:
    """Whether a printed change in percent can lead from one printed level to the other: 100 · (after / before - 1), with every
    value each level may stand for, and half a percent or so for the printing of the change itself."""
    (b_low, b_high), (a_low, a_high) = interval(before), interval(after)
    if b_low <= 0 or not math.isfinite(b_high + a_high + a_low):
        return True
    return 100.0 * (a_low / b_high - 1.0) - tolerance <= change <= 100.0 * (a_high / b_low - 1.0) + tolerance


def converted(text: str, first: Statement, second: Statement) -> bool:
    """Whether the second sum is the first in another currency: it follows at once in brackets or after "or"."""
    if first.unit == second.unit or not all(re.fullmatch(r"[A-Z]{3}", each.unit or "") for each in (first, second)):
        return False
    between = text[first.end : second.start]
    return len(between) <= 24 and bool(re.fullmatch(r"\s*(?:\(|, soit |, ou |soit | or | или |, veya |, yani )\s*(?:environ |about |около |yaklaşık |US|€|\$|~)*\s*", between))


def within(text: str, found: Sequence[Statement]) -> list[Statement]:
    """The statements of one text linked to each other: converted sums, restated figures, and changes that do not add up."""
    out = {one.id: one for one in found}
    figures = [one for one in found if one.kind == "quantity" and one.value is not None]
    for a, b in itertools.pairwise(figures):
        if converted(text, a, b):
            out[b.id] = _linked(out[b.id], "converted_from", a, "the same sum in another currency")
    claims = [(one, claim) for one in found if (claim := of_statement(one)) is not None]
    for k, (one, claim) in enumerate(claims):
        for earlier, other in claims[:k]:
            if _plain(other.text) == _plain(claim.text) and other.metric == claim.metric and other.unit == claim.unit and (other.period or other.due) == (claim.period or claim.due):
                out[one.id] = _linked(out[one.id], "restates", earlier, "the same words again")
                break
    for one in found:
        parents = [link["to"] for link in one.links if link["rel"] == "change_of"]
        if one.unit == "%" and one.value is not None and parents and parents[0] in out:
            sign = -1.0 if (one.comparison or {}).get("direction") == "down" else 1.0
            after = of_statement(out[parents[0]])
            before = next((c for _, c in claims if after and c.key != after.key and c.metric == after.metric and c.unit == after.unit and c.parties == after.parties
                           and c.period and after.period and c.period == (one.comparison or {}).get("base_period")), None)  # fmt: skip
            if after is not None and before is not None and not arithmetic(sign * one.value, before, after):
                out[one.id] = replace(out[one.id], flags=(*out[one.id].flags, "arithmetic_mismatch"))
    return [out[one.id] for one in found]


def _linked(one: Statement, rel: str, to: Statement, why: str) -> Statement:
    return replace(one, links=(*one.links, {"rel": rel, "to": to.id, "why": why}))


# --- against what is known ----------------------------------------------------------------------------------------------


def misattributed(claim: Claim, known: Iterable[Claim], apart: float = 2.0) -> Claim | None:
    """The known claim from which a figure seems to be taken: its number is that of another subject, whatever the currency, and
    of its own subject only figures more than `apart` times away are known. None when nothing speaks for it."""
    if claim.value is None or claim.subject is None:
        return None
    same = [each for each in known if each.metric == claim.metric and each.value is not None]
    own = [each for each in same if each.subject == claim.subject]
    if not own or any(overlap(replace(claim, unit=each.unit), each) or _ratio(claim, each) <= apart for each in own):
        return None
    return next((each for each in same if each.subject not in (None, claim.subject) and _ratio(claim, each) < 1.02), None)


def _ratio(a: Claim, b: Claim) -> float:
    if not a.value or not b.value or a.value * b.value <= 0:
        return math.inf
    return max(a.value / b.value, b.value / a.value)
