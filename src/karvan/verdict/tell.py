"""A verdict in plain words: which sentences, with which values. The sentences stand in the message catalogue of the faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.evidence import weigh
from karvan.tables.table import Row
from karvan.verdict.assess import Assessment, Verdict
from karvan.verdict.judge import Word


@dataclass(frozen=True)
class Message:
    """A sentence of the catalogue and what fills it."""

    id: str
    values: dict[str, Any]


def verdict(assessment: Assessment, found: Verdict) -> tuple[Message, ...]:
    """The sentences of one verdict, in the order in which a reader asks."""
    target, judgement = found.target, found.judgement
    out = [_promise(found), Message(f"word.{judgement.word.name.lower()}", {"name": target["name"]})]
    if found.observed is not None:
        out.append(Message("observed", {"value": found.observed, "unit": found.unit}))
    if judgement.probability is not None:
        out.append(Message("probability", {
            "probability": judgement.probability, "low": judgement.probability_low, "high": judgement.probability_high,
            "futures": assessment.options.futures,
        }))  # fmt: skip
        out.append(_range(found, assessment.years[-1]))
    if judgement.reached_share is not None:
        horizon = assessment.years[-1]
        p10, p50, p90 = judgement.reached
        if judgement.reached_share == 0:
            out.append(Message("reached.never", {"horizon": horizon}))
        elif p50 is None:
            out.append(Message("reached.rarely", {"share": judgement.reached_share, "horizon": horizon}))
        elif p90 is None:
            out.append(Message("reached.mostly", {"share": judgement.reached_share, "p50": p50, "horizon": horizon}))
        else:
            out.append(Message("reached", {"p10": p10, "p50": p50, "p90": p90, "horizon": horizon}))
    for i, bind in enumerate(judgement.binds[:2]):
        out.append(Message("binds" if i == 0 else "binds.next", {"what": name_of(assessment, bind.what), "share": bind.share}))
    if found.missing:
        out.append(Message("missing", {"missing": found.missing}))
    if target["doubts"]:
        out.append(Message("doubts", {"doubts": target["doubts"]}))
    source = weigh.citation(assessment.corridor.tables, target["source_id"])
    out.append(Message("source", {"source": source}) if source else Message("source.none", {"basis": target["basis"]}))
    return tuple(out)


def _range(found: Verdict, horizon: int) -> Message:
    """The middle and the nine tenths of a measure at its due date; of a date, how much of it lies beyond the horizon."""
    judgement = found.judgement
    ends: dict[str, Any] = {"median": judgement.median, "p5": judgement.p5, "p95": judgement.p95, "unit": found.unit}
    if found.unit != "date":
        return Message("range.value", ends)
    ends["horizon"] = horizon
    within = sum(date is not None and date < horizon + 1 for date in (judgement.p5, judgement.median, judgement.p95))
    return Message(("range.date.beyond", "range.date.late", "range.date.open", "range.date")[within], ends)


def history(assessment: Assessment, found: Verdict) -> tuple[Message, ...]:
    """What was said of the target's project, oldest first: dates and amounts promised, cost, progress, money, status.
    Empty for a target without a project."""
    project = found.target["project_id"]
    if not project:
        return ()
    tables = assessment.corridor.tables
    said: list[tuple[np.datetime64, Message]] = []
    for row in tables["promises"].rows():
        if row["project_id"] == project:
            source = weigh.citation(tables, row["source_id"]) or row["basis"]
            promised = _period(row["promised"]) if np.isnan(row["amount"]) else str(np.datetime64(row["promised"], "Y"))
            values = {"on": _period(row["promised_on"]), "party": row["party"].replace(";", ","), "promised": promised, "source": source}
            if not np.isnan(row["amount"]):
                values.update(value=row["amount"], unit=row["unit"].removesuffix("/yr"))
            said.append((row["promised_on"], Message("history.date" if np.isnan(row["amount"]) else "history.amount", values)))
    for row in tables["reports"].rows():
        if row["project_id"] == project:
            source = weigh.citation(tables, row["source_id"]) or row["basis"]
            said.append((row["reported_on"], _report(row, source)))
    return tuple(message for _, message in sorted(said, key=lambda each: each[0]))


def _period(day: np.datetime64) -> str:
    """A day; its month when it is the last of one, its year when it is the last of one: a date without a day is kept as that."""
    after = day + np.timedelta64(1, "D")
    if after == after.astype("datetime64[Y]"):
        return str(day.astype("datetime64[Y]"))
    return str(day.astype("datetime64[M]")) if after == after.astype("datetime64[M]") else str(day)


def _report(row: Row, source: str) -> Message:
    values: dict[str, Any] = {"on": _period(row["reported_on"]), "source": source}
    if np.isnan(row["value"]):
        return Message(f"history.{row['kind']}", {**values, "state": row["state"]})
    if row["kind"] == "progress":
        return Message("history.progress", {**values, "share": row["value"]})
    return Message("history.cost" if row["kind"] == "cost" else "history.money", {**values, "value": row["value"], "unit": row["unit"]})


def _promise(found: Verdict) -> Message:
    target = found.target
    values = {"party": target["party"], "name": target["name"], "value": found.value, "unit": found.unit,
              "due": None if np.isnat(target["due"]) else str(target["due"]),
              "on": None if np.isnat(target["promised_on"]) else str(target["promised_on"])}  # fmt: skip
    if found.unit in ("date", "event"):
        return Message("promise.act" if values["due"] else "promise.act.no_date", values)
    values["at"] = "at_least" if target["op"] == ">=" else "at_most"
    if found.value is None:
        return Message("promise.act" if values["due"] else "promise.act.no_date", values)
    return Message("promise" if values["due"] else "promise.no_date", values)


def name_of(assessment: Assessment, what: str) -> str:
    """What people call a thing that binds: the name of its row, or the word itself."""
    table, _, key = what.partition(":")
    tables = assessment.corridor.tables
    if table in tables and key in tables[table]:
        return str(tables[table].row(key)["name"]) or key
    return what.replace(":", " of ").replace("_", " ")


def headline(found: Verdict) -> bool:
    """Whether a verdict belongs to the first part of the board: freight that is not oil."""
    return found.target["metric"] in ("freight_volume", "container_volume", "trains_count") and found.target["commodity"] != "oil"


def is_judged(word: Word) -> bool:
    """Whether a word is a judgement, not a statement of what is missing."""
    return word not in (Word.NO_NUMBER, Word.NO_DATE, Word.UNSEEN)
