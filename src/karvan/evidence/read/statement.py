"""A statement as the schema prints it, and what is known of the document it stands in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from karvan.evidence.read.attribution import Attribution
from karvan.evidence.read.text import Span

EXTRACTOR = "karvan-rules-1"


@dataclass(frozen=True)
class Document:
    """What is known of a text besides its words. `published` is EDTF; `published_source` metadata, dateline, user or unknown."""

    name: str
    language: str
    published: str | None = None
    published_source: str = "unknown"
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement of a text, in the words of the schema. `start` and `end` are code points of the raw text."""

    doc: Document
    start: int
    end: int
    text: str
    sentence: Span
    kind: str
    type: str
    metric: str | None
    modality: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: str | None = None
    unit: str | None = None
    raw_value: str | None = None
    raw_unit: str | None = None
    precision: float | None = None
    period: str | None = None
    due: str | None = None
    due_mod: str | None = None
    due_text: str | None = None
    date_basis: str | None = None
    polarity: str = "affirmed"
    scope: dict[str, str | None] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    orgs: tuple[dict[str, Any], ...] = ()
    places: tuple[dict[str, Any], ...] = ()
    comparison: dict[str, Any] | None = None
    attribution: Attribution | None = None
    links: tuple[dict[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    confidence: dict[str, float] = field(default_factory=dict)
    status: str = "needs_review"
    context: tuple[str, str] = ("", "")
    """what stands before and after it in its sentence"""

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.doc.sha256}{self.start}{self.end}{self.kind}".encode()).hexdigest()[:16]

    def document(self) -> dict[str, Any]:
        """The statement as plain values, one line of JSON in the schema."""
        said = self.attribution
        return {
            "id": self.id,
            "doc": {"name": self.doc.name, "sha256": self.doc.sha256, "url": self.doc.url, "title": self.doc.title, "publisher": self.doc.publisher,
                    "lang": self.doc.language, "published": self.doc.published, "published_source": self.doc.published_source},
            "start": self.start, "end": self.end, "text": self.text, "sentence": {"start": self.sentence.start, "end": self.sentence.end},
            "kind": self.kind, "type": self.type, "polarity": self.polarity, "metric": self.metric, "value": self.value, "low": self.low, "high": self.high,
            "qualifier": self.qualifier, "unit": self.unit, "raw_value": self.raw_value, "raw_unit": self.raw_unit, "precision": self.precision,
            "period": self.period, "due": self.due, "due_mod": self.due_mod, "due_text": self.due_text, "date_basis": self.date_basis,
            "scope": {key: self.scope.get(key) for key in ("subject", "direction", "commodity", "mode", "basis")},
            "parties": list(self.parties), "orgs": list(self.orgs), "places": list(self.places), "comparison": self.comparison,
            "attribution": None if said is None else {"speaker": said.speaker, "role": said.role, "org": None, "verb": said.verb, "direct": said.direct,
                                                      "level": said.level, "relayed_by": None},
            "modality": self.modality, "links": list(self.links), "flags": list(self.flags), "evidence": list(self.evidence),
            "confidence": self.confidence, "extractor": EXTRACTOR, "status": self.status, "review": [],
        }  # fmt: skip
