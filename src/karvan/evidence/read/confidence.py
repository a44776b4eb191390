"""How sure a statement is: the probability that its whole record is right, from the rules that made it and what makes reading hard.

A logistic regression on a few plain features (was the tense said or only supposed, how many figures and dates share the
sentence …), fitted on made texts and set right by isotonic steps, both by cross-validation. Every field has the share
of right ones among those its rule set, p = (right + PRIOR · base) / (seen + PRIOR). `table` is what docs/confidence.py wrote,
with the hash of the texts it counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from karvan.evidence.read.statement import Statement

ACCEPT = 0.9
FIELDS = ("value", "type", "period", "parties", "modality")
PRIOR = 4.0
RIDGE = 2.0
Array = np.ndarray[Any, np.dtype[np.float64]]


@cache
def table() -> dict[str, Any]:
    """The weights of the features, the steps, the counts by rule, and the hash of what was counted."""
    text = (resources.files("karvan.evidence.read") / "lexicon" / "confidence.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _first(one: Statement, prefix: str, otherwise: str) -> str:
    return next((rule for rule in one.evidence if rule.startswith(prefix)), otherwise)


def rules(one: Statement) -> dict[str, str]:
    """For every field the rule by which its share is counted."""
    value = "unit.elliptic" if "unit.elliptic" in one.evidence else _first(one, "multiple.", _first(one, "unit.", _first(one, "date.", "unit.none")))
    return {
        "value": value,
        "type": f"{one.type}:{_first(one, 'metric.', _first(one, 'fact.', 'none'))}",
        "period": _first(one, "period.", _first(one, "due.", "none")) + (":due" if one.due else ":period" if one.period else ""),
        "parties": _first(one, "parties.", "none"),
        "modality": _first(one, "modality.", "none"),
    }


FEATURES = ("tense supposed", "tense from afar", "hoped or expected", "unit from a neighbour", "several figures", "several dates", "no metric")


def features(found: Sequence[Statement]) -> Array:
    """One row of `FEATURES` for every statement of a document, 0 or 1: what makes reading hard, chosen beforehand and few, since
    the made texts are few too."""
    figures = Counter(one.sentence.start for one in found if one.kind == "quantity")
    dates: dict[int, set[str]] = {}
    for one in found:
        dates.setdefault(one.sentence.start, set()).update(day for day in (one.period, one.due) if day)
    out = np.zeros((len(found), len(FEATURES)))
    for i, one in enumerate(found):
        tense = _first(one, "modality.", "")
        out[i] = (tense == "modality.default", ".far." in tense, one.modality in ("expected", "hoped"), "unit.elliptic" in one.evidence,
                  figures[one.sentence.start] >= 3, len(dates[one.sentence.start]) >= 2, one.metric is None)  # fmt: skip
    return out


def fit(x: Array, right: Array) -> Array:
    """Weights of a logistic regression with a ridge, the first that of the constant: Newton steps on
    Σ log(1 + exp(-y·xw)) + RIDGE/2 · |w|²."""
    design = np.column_stack([np.ones(len(x)), x])
    w = np.zeros(design.shape[1])
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = 0.0
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-design @ w))
        gradient = design.T @ (right - p) - penalty * w
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        w = w + step
        if np.abs(step).max() < 1e-9:
            break
    return w


def chances(x: Array, weights: Array) -> Array:
    """The probability of a right record by the regression alone."""
    return 1.0 / (1.0 + np.exp(-(weights[0] + x @ weights[1:])))


def steps(raw: Array, right: Array) -> list[list[float]]:
    """Isotonic regression by pooling neighbours that are out of order: [raw from, share right] of every step, rising. A share
    counts one more right and one more wrong than were seen, so that a short step is never sure."""
    blocks: list[list[float]] = []
    order = np.argsort(raw, kind="stable")
    for x, y in zip(raw[order], right[order], strict=True):
        blocks.append([float(x), float(y), 1.0])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1][1] += last[1]
            blocks[-1][2] += last[2]
    out, best = [], 0.0
    for x, hits, count in blocks:
        best = max(best, (hits + 1.0) / (count + 2.0))
        out.append([x, best])
    return out


def set_right(raw: float, fitted: Sequence[Sequence[float]]) -> float:
    """The share right of the step in which a chance falls."""
    return max((share for start, share in fitted if raw >= start), default=fitted[0][1] if fitted else raw)


def judged(found: Sequence[Statement]) -> list[Statement]:
    """The statements of a document with their confidence by field and over all, and whether they may pass without a reader."""
    if not found:
        return []
    known = table()
    raw = chances(features(found), np.array(known["weights"]))
    out = []
    for one, chance in zip(found, raw, strict=True):
        overall = set_right(float(chance), known["steps"])
        if one.kind == "claim" or one.flags or one.metric is None or one.doc.language in ("az", "kk"):
            overall = min(overall, ACCEPT - 0.05)
        shown = {field: round(_share(known["counts"].get(field, {}), rule), 3) for field, rule in rules(one).items()}
        out.append(replace(one, confidence=shown | {"overall": round(overall, 3)}, status="auto" if overall >= ACCEPT else "needs_review"))
    return out


def _share(seen: dict[str, list[int]], rule: str) -> float:
    right, total = (sum(each[k] for each in seen.values()) for k in (0, 1))
    hits, times = seen.get(rule, (0, 0))
    return float((hits + PRIOR * (right + 1) / (total + 2)) / (times + PRIOR))
