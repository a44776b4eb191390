"""Counts how often each rule of the reader is right on the made texts, and writes what it counted: `python docs/confidence.py [--write]`.

Whole-record precision (value, unit, type, period, due year, modality, countries) is judged on folds of texts that were not
counted: the texts are parted in five by their names. Prints the reliability table of the page on reading.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.evidence.read import marked  # noqa: E402 -- found by the path set above, as the next two

from karvan.evidence.read import confidence, places  # noqa: E402
from karvan.files import cases  # noqa: E402

FILES = ("fr", "en", "ru", "tr", "articles")
FOLDS = 5
OUT = ROOT / "src" / "karvan" / "evidence" / "read" / "lexicon" / "confidence.json"
@dataclass(frozen=True)
class Judged:
    """Everything the reader finds in the made texts: features, whole record right, fold, and per statement the fields that are right."""

    x: np.ndarray[Any, np.dtype[np.float64]]
    right: np.ndarray[Any, np.dtype[np.float64]]
    fold: np.ndarray[Any, np.dtype[np.int64]]
    counts: dict[str, dict[str, list[int]]]


def judged() -> Judged:
    names = places.gazetteer(cases.load("middle_corridor").tables)
    counts: dict[str, dict[str, list[int]]] = {field: {} for field in confidence.FIELDS}
    rows, right, folds = [], [], []
    for name in FILES:
        for text in marked.texts(name):
            found = marked.read(text, names)
            features = confidence.features(found)
            for one, gold in marked.matched(found, text.gold):
                if one is None:
                    continue
                ok = marked.right(one, gold) if gold else {}
                fields = {"value": ok.get("value+unit", False), "type": ok.get("type", False), "period": ok.get("period", False) and ok.get("due", False),
                          "parties": ok.get("parties", False), "modality": ok.get("modality", False)}  # fmt: skip
                for field, rule in confidence.rules(one).items():
                    cell = counts[field].setdefault(rule, [0, 0])
                    cell[0] += fields[field]
                    cell[1] += 1
                rows.append(features[next(i for i, each in enumerate(found) if each is one)])
                right.append(float(all(fields.values())))
                folds.append(int(hashlib.sha256(text.name.encode()).hexdigest(), 16) % FOLDS)
    return Judged(np.array(rows), np.array(right), np.array(folds), counts)


def crossed(all_: Judged, use: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, Any]:
    """The chance of every statement of `use` by weights fitted on the other folds of it."""
    out = np.zeros(len(all_.right))
    for fold in range(FOLDS):
        train, test = use & (all_.fold != fold), use & (all_.fold == fold)
        if test.any():
            out[test] = confidence.chances(all_.x[test], confidence.fit(all_.x[train], all_.right[train]))
    return out


def reliability(all_: Judged) -> list[tuple[str, int, float, float]]:
    """(band, statements, mean confidence, share right), every statement judged by weights and steps that never saw its fold."""
    said = np.zeros(len(all_.right))
    for fold in range(FOLDS):
        rest, test = all_.fold != fold, all_.fold == fold
        inner = crossed(all_, rest)
        fitted = confidence.steps(inner[rest], all_.right[rest])
        weights = confidence.fit(all_.x[rest], all_.right[rest])
        said[test] = [confidence.set_right(float(raw), fitted) for raw in confidence.chances(all_.x[test], weights)]
    rows = []
    for low, high in ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        inside = (said >= low) & (said < high)
        if inside.any():
            rows.append((f"{low:.2f} to {min(high, 1):.2f}", int(inside.sum()), float(said[inside].mean()), float(all_.right[inside].mean())))
    return rows


def headline(all_: Judged) -> str:
    return f"Of {len(all_.right)} statements {all_.right.mean():.3f} are right in every field."


def line(row: tuple[str, int, float, float]) -> str:
    band, count, said, right = row
    return f"| {band} | {count} | {said:.2f} | {right:.2f} |"


def main() -> None:
    all_ = judged()
    everything = np.ones(len(all_.right), dtype=bool)
    print(headline(all_))
    for row in reliability(all_):
        print(line(row))
    data = "".join((ROOT / "tests" / "evidence" / "read" / "made" / f"{name}.txt").read_text(encoding="utf-8") for name in FILES)
    document = {"data": hashlib.sha256(data.encode()).hexdigest(), "statements": len(all_.right), "counts": all_.counts,
                "weights": [round(float(w), 4) for w in confidence.fit(all_.x, all_.right)], "features": list(confidence.FEATURES),
                "steps": [[round(value, 4) for value in step] for step in confidence.steps(crossed(all_, everything), all_.right)]}  # fmt: skip
    if "--write" in sys.argv:
        OUT.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
