"""Answers as one JSON document each: plain values, stable keys, no clock and no paths, so that equal runs are equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from typing import Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.evidence import weigh
from karvan.verdict import estimation, measures, scores
from karvan.verdict.assess import Assessment, Verdict
from karvan.verdict.calibrate import Fit
from karvan.verdict.measures import Key
from karvan.verdict.scores import Rivalry

SCHEMA_VERSION = "1.0"
_LIBRARIES = ("numpy", "scipy", "numba")


def manifest(corridor: Corridor, **options: Any) -> dict[str, Any]:
    """What an answer depends on: case and its hash, the day of the data, versions, options."""
    return {
        "case": corridor.settings.name,
        "case_hash": corridor.hash,
        "as_of": str(corridor.as_of),
        "karvan": metadata.version("karvan"),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "options": {key: plain(value) for key, value in sorted(options.items())},
    }


def plain(value: Any) -> Any:
    """A value as JSON knows it: absent numbers and dates are null."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return [plain(each) for each in value]
    return value


def assessment(found: Assessment) -> dict[str, Any]:
    """The board as a document."""
    corridor = found.corridor
    support = weigh.support(corridor.tables)
    return {
        "schema_version": SCHEMA_VERSION,
        "manifest": manifest(corridor, seed=found.options.seed, futures=found.options.futures, scenario=found.scenario,
                             changes=found.changes),
        "years": [found.years[0], found.years[-1]],
        "solves": found.solves,
        "unconverged": found.unconverged,
        "certified": found.certified,
        "certificate_failures": found.certificate_failures,
        "support": {"rows": support.rows, "by_basis": dict(sorted(support.by_basis.items())), "with_source": support.with_source,
                    "sources": support.sources},
        "delivery_class": {"delivered": found.reference.delivered, "unfinished": found.reference.unfinished,
                           "on_time": round(found.reference.on_time(), 6)},
        "discrepancy": found.discrepancy,
        "headline": [headline(found, key) for key in found.keys if key.kind == "cut" and key.name == corridor.settings.headline
                     and key.metric == "freight_volume" and key.commodity in (measures.DRY, measures.OIL)],
        "targets": [verdict(found, each) for each in found.verdicts],
    }  # fmt: skip


def headline(found: Assessment, key: Key) -> dict[str, Any]:
    """Observed years and the modelled fan of one flow."""
    path = found.path(key)
    quantiles = np.quantile(path, [0.05, 0.5, 0.95], axis=0)
    seen = {row["period"]: measures.canonical(key.metric, float(row["value"]), row["unit"])
            for row in found.corridor["observations"].rows() if row["role"] == "used" and Key.of(row) == key}  # fmt: skip
    return {
        "metric": key.metric, "subject": key.subject, "commodity": key.commodity, "unit": measures.METRICS[key.metric].unit,
        "observed": dict(sorted(seen.items())),
        "modelled": [{"year": year, "p5": float(quantiles[0, i]), "median": float(quantiles[1, i]), "p95": float(quantiles[2, i])}
                     for i, year in enumerate(found.years)],
    }  # fmt: skip


def verdict(found: Assessment, each: Verdict) -> dict[str, Any]:
    """One row of the board."""
    target, judgement = each.target, each.judgement
    keys = ("target_id", "name", "metric", "subject", "direction", "commodity", "measure_basis", "op", "due", "due_text", "sustained",
            "party", "promised_on", "article", "later", "system", "project_id", "doubts", "basis", "source_id")  # fmt: skip
    return {
        **{key: plain(target[key]) for key in keys},
        "article": None if np.isnan(target["article"]) else int(target["article"]),
        "source": weigh.citation(found.corridor.tables, target["source_id"]) or None,
        "value": each.value,
        "unit": each.unit,
        "verdict": str(judgement.word),
        "probability": judgement.probability,
        "probability_low": judgement.probability_low,
        "probability_high": judgement.probability_high,
        "median": judgement.median,
        "p5": judgement.p5,
        "p95": judgement.p95,
        "observed": each.observed,
        "reached_p10": judgement.reached[0],
        "reached_p50": judgement.reached[1],
        "reached_p90": judgement.reached[2],
        "reached_share": judgement.reached_share,
        "binds": [{"what": bind.what, "share": bind.share} for bind in judgement.binds],
        "missing": each.missing or None,
    }


def fit(found: Fit) -> dict[str, Any]:
    """A fit as a document: cells, errors, the table of observed and modelled figures, scores, shares and gaps."""
    walked = scores.walked(found.comparisons, found.years)
    rivalries = scores.rivalries(found.comparisons, found.years)
    out = {
        "schema_version": SCHEMA_VERSION,
        "manifest": manifest(found.corridor, fit=found.name),
        "fit_years": list(found.years),
        "check_years": list(found.check_years),
        "observations": found.observations,
        "free_numbers": len(found.free),
        "parameters": found.parameters,
        "degrees_of_freedom": found.degrees_of_freedom,
        "discrepancy": found.discrepancy,
        "cells": [
            {"name": each.name, "table": table, "id": key, "column": column, "value": float(value), "error": float(error)}
            for each, value, error in zip(found.free, found.values, found.errors, strict=True)
            for table, key, column in each.cells
        ],
        "estimation": _estimation(found),
        "scores": [
            {"group": each.group, "aim": each.aim, "fitted": each.fitted, "only_compared": each.only_compared, "fit": asdict(each.fit),
             "check": asdict(each.check), "walk": _rivalry(each.walk), "drift": _rivalry(each.drift)}
            for each in found.scores
        ],
        "measures": [{**asdict(key), "walk": _rivalry(each)} for key, each in rivalries.items()],
        "comparisons": [
            {**asdict(each.key), "group": each.group, "cargo": each.cargo or None, "year": each.year, "role": each.role, "fitted": each.fitted,
             "observed": each.observed, "modelled": each.modelled, "unit": each.unit, "error": each.error, "log_error": each.log_error,
             "walk": walked.get((each.key, each.year)), "scope": each.scope, "comparable": not each.outside,
             "outside": each.outside or None, "given": each.given}
            for each in found.comparisons
        ],
        "shares": [{**asdict(each), "among": list(each.among)} for each in found.shares],
        "misses": [{**asdict(each.key), "years": list(each.years), "reason": each.reason or None} for each in found.misses],
        "gaps": [{**asdict(each.key), "periods": list(each.periods), "why": each.why} for each in found.gaps],
    }  # fmt: skip
    listed: dict[str, Any] = plain(out)
    return listed


def beside(now: Fit, without_demand: Fit | None) -> dict[str, Any]:
    """What stands beside a calibration: the nowcast, and the same figures fitted with the demand of the tables."""
    moved = estimation.demand(now)
    found = without_demand.estimate if without_demand is not None else None
    listed: dict[str, Any] = plain({
        "nowcast": fit(now)["cells"],
        "nowcast_demand": [{"name": each.name, "year": each.year, "factor": each.factor, "error": each.error} for each in moved],
        "without_demand": None if without_demand is None or found is None else {
            "parameters": without_demand.parameters, "chi_squared": found.chi_squared, "left_out_error": estimation.left_out_error(without_demand)},
    })  # fmt: skip
    return listed


def _estimation(found: Fit) -> dict[str, Any] | None:
    """How the figures moved demand: every count, every group; None where nothing was fitted."""
    if found.estimate is None:
        return None
    return {
        "chi_squared_prior": found.estimate.chi_squared_prior, "chi_squared": found.estimate.chi_squared, "parameters": found.parameters,
        "converged": found.estimate.converged, "iterations": found.estimate.iterations, "left_out_error": estimation.left_out_error(found),
        "counts": [{**asdict(each.key), "year": each.year, "observed": each.observed, "prior": each.prior, "fitted": each.fitted, "unit": each.unit,
                    "standard_error": each.spread, "residual_prior": each.residual_prior, "residual": each.residual, "leverage": each.leverage,
                    "left_out": each.left_out} for each in estimation.counts(found)],
        "demand": [{"name": each.name, "spread": each.spread, "seen": each.seen, "years": list(each.years), "factors": list(each.factors),
                    "errors": list(each.errors), "year": each.year,
                    "pulls": [{**asdict(pull.key), "year": pull.year, "log": pull.log} for pull in each.pulls]} for each in estimation.demand(found)],
    }  # fmt: skip


def _rivalry(found: Rivalry) -> dict[str, Any]:
    return {"figures": found.figures, "model_error": found.model, "walk_error": found.walk, "ratio": found.ratio,
            "nearer": found.nearer, "better": found.better or None}
