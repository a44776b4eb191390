"""The conductor: from a text to its statements. Called by the verb `read`; needs nothing but the text and a gazetteer.

    numbers, dates -> quantities -> metric, type, modality, period and due, parties, source -> statements
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from karvan.evidence.read import (
    attribution,
    confidence,
    dates,
    facts,
    kinds,
    leanings,
    metrics,
    modality,
    places,
    quantities,
)
from karvan.evidence.read.dates import Date
from karvan.evidence.read.metrics import Metric
from karvan.evidence.read.parties import Parties
from karvan.evidence.read.places import Gazetteer, Scene
from karvan.evidence.read.quantities import DOWN, Quantity
from karvan.evidence.read.statement import Document, Statement
from karvan.evidence.read.text import Span, Text, detect


def read(raw: str, document: Document | None = None, names: Gazetteer | None = None) -> tuple[Statement, ...]:
    """The statements of a text, in the order of the text. Without a document the language is detected and no day is known."""
    known = document or Document("-", detect(raw))
    known = replace(known, sha256=known.sha256 or hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest())
    text = Text(raw, known.language, known.published)
    return _Reading(text, known, names or Gazetteer()).statements()


class _Reading:
    """One text while it is read: what the grammars found, and how the findings are bound to each other."""

    def __init__(self, text: Text, document: Document, names: Gazetteer) -> None:
        self.text, self.document = text, document
        self.dates = dates.find(text)
        self.quantities = [q for q in quantities.find(text, self.dates) if not leanings.is_window(text, q)]
        money = [(q.start, q.end) for q in self.quantities if q.kind == "currency"]
        self.scene = Scene(text, tuple(m for m in places.find(text, names) if not any(a <= m.start < b for a, b in money)))
        self.said = attribution.of_document(text)
        self.by_sentence: dict[int, list[Quantity]] = {}
        for q in self.quantities:
            self.by_sentence.setdefault(text.sentence_of(q.start), []).append(q)
        self.dated: dict[int, list[Date]] = {}
        for d in self.dates:
            self.dated.setdefault(text.sentence_of(d.start), []).append(d)
        self.parties = Parties(text, self.scene, self.by_sentence)
        self.used: set[int] = set()
        self.last_metric: dict[str, tuple[int, str]] = {}

    def statements(self) -> tuple[Statement, ...]:
        out: list[Statement] = []
        for number, sentence in enumerate(self.text.sentences):
            chosen = self._metrics(number, sentence)
            made = [self._quantity(number, sentence, q, metric) for q, metric in chosen]
            out += _changes(made)
            out += self._facts(number, sentence)
        out.sort(key=lambda s: (s.start, s.end))
        raw = self.text.raw
        return tuple(confidence.judged([replace(s, context=(raw[s.sentence.start : s.start], raw[s.end : s.sentence.end])) for s in out]))

    # --- metrics ---

    def _metrics(self, number: int, sentence: Span) -> list[tuple[Quantity, Metric]]:
        quantities = self.by_sentence.get(number, [])
        chosen: list[tuple[Quantity, Metric]] = []
        for q in quantities:
            if q.kind in ("percent", "multiple", "points"):
                continue
            metric = metrics.choose(self.text, q, sentence, quantities, self._before(number) if number else None)
            if chosen and self._same_subject(chosen[-1][0], q, metric):
                metric = Metric(chosen[-1][1].name, "metric.neighbour", metric.cues)
            if q.elliptic and chosen and chosen[-1][0].unit.split("/")[0] == q.unit.split("/")[0] and metric.rule == "metric.default":
                metric = Metric(chosen[-1][1].name, "metric.neighbour", metric.cues)
            chosen.append((q, metric))
            if metric.name:
                self.last_metric[q.kind] = (number, metric.name)
        for q in quantities:
            if q.kind not in ("percent", "multiple", "points"):
                continue
            parent = self._parent(q, chosen, sentence)
            metric = metrics.share_or_change(self.text, q, sentence, quantities, parent)
            if metric.name is None and metric.rule == "metric.unknown":
                recent = [m for n, m in self.last_metric.values() if number - n == 1]
                if len(recent) == 1 and metrics.CHANGING[self.text.language].search(self.text.low, sentence.start, sentence.end):
                    metric = Metric(f"{recent[0].removesuffix('_change')}_change", "metric.context", metric.cues)
            chosen.append((q, metric))
        return sorted(chosen, key=lambda each: each[0].start)

    def _same_subject(self, before: Quantity, q: Quantity, metric: Metric) -> bool:
        """Whether a figure goes on about what the one before it did: same unit, and no cue of its own between them or close behind."""
        if before.unit.split("/")[0] != q.unit.split("/")[0] or (before.kind == "time" and before.change != "from"):
            return False
        own = [c for c in metric.cues if (before.end <= c.start < q.start or q.end <= c.start < q.end + 30) and c.name not in ("freight", "corridor", "project", "cost", "value", "rail", "port", "production", "need")]
        return not own

    def _before(self, number: int) -> list[metrics.Cue] | None:
        before, here = self.text.sentences[number - 1], self.text.sentences[number]
        if self.text.paragraph_of(before.start) != self.text.paragraph_of(here.start):
            return None
        return [replace(cue, distance=55 + min(cue.distance / 10, 30)) for cue in metrics.cues(self.text, before, before.end, before.end, [])]

    def _parent(self, q: Quantity, chosen: list[tuple[Quantity, Metric]], sentence: Span) -> str | None:
        """The metric whose change a percent tells: of the level just before it, or just behind it in brackets or after "to"."""
        before = [each for each in chosen if each[0].end <= q.start and each[0].kind not in ("ordinal", "time") and each[1].name]
        after = [each for each in chosen if each[0].start >= q.end and each[0].kind not in ("ordinal", "time", "count") and each[1].name]
        if before and not re.search(r"[;]", self.text.low[before[-1][0].end : q.start]) and q.start - before[-1][0].end < 120:
            return before[-1][1].name
        if after and after[0][0].start - q.end < 70:
            return after[0][1].name
        return None

    # --- quantities ---

    def _quantity(self, number: int, sentence: Span, q: Quantity, metric: Metric) -> Statement:
        text = self.text
        clause = modality.clause(text, sentence, q.start, q.end)
        mode, rule = modality.of_clause(text, clause, sentence, q.start)
        period, due, fired = self._when(number, sentence, q, mode, metric)
        if rule.startswith("modality.far") and period is not None and leanings.lies_ahead(period, text.published) is False and mode in ("planned", "expected", "hoped"):
            mode, rule = "done", "modality.period"
        if _FORMER.search(text.low, max(sentence.start, q.start - 20), q.start) and mode != "done":
            mode, rule = "done", "modality.former"
            if due is not None and due.start < q.start:
                due = None
        unsure = rule in ("modality.past", "modality.default") or (mode == "expected" and "estim" in text.low[sentence.start : sentence.end])
        if unsure and kinds.to_be_built(text, sentence, metric):
            mode, rule = "planned", "modality.construction"
        if due is not None and mode in ("done", "ongoing") and due.lean in ("by", "in") and rule != "modality.past":
            mode, rule = "planned", "modality.due"
        if due is not None and mode == "done" and leanings.lies_ahead(due, text.published):
            mode, rule = "planned", "modality.due"
        kind = kinds.kind_of(text, q, metric, mode, sentence, due)
        if mode == "done" and kind == "project" and metric.name in ("project_cost",) and re.search(r"(?:estim|évalu|оценива|tahmin)", text.low[max(sentence.start, q.start - 40) : q.start]):
            mode = "expected"
        flags = [*(["inherited_period"] if fired == "period.inherited" else []),
                 *(["relative_date_no_anchor"] if (period or due) and (period or due).edtf is None else [])]  # type: ignore[union-attr]
        if q.kind == "currency" and q.elliptic and metric.rule == "metric.default":
            flags.append("currency_ambiguous")
        parties, party_rule = self.parties.of(number, sentence, q, metric, kind)
        said = self.said[number]
        when = due or period
        return Statement(
            self.document, q.start, q.end, text.raw[q.start : q.end], sentence, "quantity", kind, metric.name, mode, q.value, q.low, q.high, q.qualifier, kinds.unit_of(q, metric), q.raw_value,
            q.raw_unit, q.precision, period.edtf if period else None, due.edtf if due else None, leanings.part_of(due) if due else None,
            text.raw[due.start : due.end] if due else None, "inherited" if fired == "period.inherited" else when.basis if when else None,
            scope={"subject": None, "direction": kinds.direction_of(text, sentence), "commodity": kinds.commodity_of(metric), "mode": None, "basis": None},
            parties=parties, orgs=self._orgs(sentence), places=self._places(sentence), comparison=self._comparison(q, sentence, period, metric), attribution=said,
            polarity="negated" if modality.negated(text, clause) else "affirmed", flags=tuple(flags),
            evidence=tuple(r for r in (*q.rules, metric.rule, rule, fired, party_rule, said.rule if said else "", when.rule if when else "") if r),
        )  # fmt: skip

    def _when(self, number: int, sentence: Span, q: Quantity, mode: str, metric: Metric) -> tuple[Date | None, Date | None, str]:
        """The period a figure covers or the day it is due, and the rule: the date nearest in its own part of the sentence."""
        text = self.text
        future = mode in ("planned", "expected", "hoped")
        found = self.dated.get(number, [])
        if metric.name in {"duration", "loan_term"}:
            return None, self._after_years(q, future), "due.duration" if future else ""
        if leanings.YEAR_BEFORE.match(text.low[q.end : q.end + 40]) and found:
            first = next((d for d in found if not leanings.is_base(text, d) and d.edtf), None)
            if first is not None and first.edtf:
                return replace(first, edtf=re.sub(r"\d{4}", lambda m: str(int(m.group()) - 1), first.edtf), basis="relative"), None, "period.year_before"
        date = self._bound(q, found, sentence, (metric.name or "") in kinds.PROJECTS | {"port_capacity"} and not q.change and not (metric.name == "port_capacity" and not leanings.DESIGN.search(text.low, sentence.start, q.start)))
        if date is None:
            return (*self._inherited(number, q, future, metric), "period.inherited") if not found and not future else (None, None, "")
        if q.change == "from" and date.rule != "date.year_range":
            partner = next((o for o in self.by_sentence.get(number, []) if o.start >= q.end and o.change == "to"), None)
            if partner is not None and not q.end <= date.start <= partner.start:
                return None, None, ""
        self.used.add(date.start)
        if date.lean == "since" and not future:
            return None, None, "period.since"
        date = dates.settled(date, text.published, future)
        date = self._split(q, date)
        if date.lean == "from" and date.edtf and not future:
            return replace(date, edtf=date.edtf), None, "period.from"
        ahead = leanings.lies_ahead(date, text.published)
        if date.lean in ("by", "until") and (future or ahead):
            return None, date, "due.lean"
        if future and (ahead is None or ahead or leanings.this_year(date, text.published)):
            return None, date, "due.future"
        if ahead and not re.search(r"/", date.edtf or ""):
            return None, date, "due.future"
        if ahead and future:
            return None, date, "due.future"
        return date, None, "period.bound"

    def _after_years(self, q: Quantity, future: bool) -> Date | None:
        """When something is due that is said to take so many years from the day of publication."""
        published = self.text.published
        if not future or q.unit != "year" or not published or not re.search(r"(?:dans|d'ici|in|within|через|sous) (?:\w+ )?$", self.text.low[max(0, q.start - 14) : q.start]):
            return None
        year = int(published[:4])
        span = [year + int(n) for n in (q.low, q.high, q.value) if n is not None]
        return Date(q.start, q.end, "/".join(str(y) for y in span), None, "in", "relative", "date.after_years")

    def _bound(self, q: Quantity, found: list[Date], sentence: Span, project: bool = False) -> Date | None:
        """The date of a figure: the nearest one, behind it rather than before it, no other figure's date in between."""
        low = self.text.low
        others = self.by_sentence.get(self.text.sentence_of(q.start), [])
        best: tuple[float, Date] | None = None
        for d in found:
            between_ = low[q.end : d.start] if d.start >= q.end else low[d.end : q.start]
            if ";" in between_ or (d.start > q.end and re.search(r", | et l| and the ", between_) and leanings.is_milestone(self.text, d)):
                continue
            follows = d.start >= q.end and d.start - q.end <= 6 and bool(re.fullmatch(r"\s?(?:en |in |в )?", low[q.end : d.start]))
            if leanings.PLAN.search(low[max(0, d.start - 70) : d.start]) and d.rule == "date.year_range":
                continue
            if d.start > q.end and re.search(r", (?:dont|qui|où|which|who|котор)|(?:dont|qui) ", low[q.end : d.start]) and any(q.end < o.start < d.start for o in others):
                continue
            if (leanings.is_base(self.text, d) and not follows) or leanings.is_event_date(self.text, d) or (project and leanings.is_milestone(self.text, d)):
                continue
            a, b = (q.end, d.start) if d.start >= q.end else (d.end, q.start)
            between = low[a:b]
            distance = float(len(between)) * (1.0 if d.start >= q.end else 1.15)
            distance += 30 * sum(1 for o in others if o is not q and o.start >= a and o.end <= b and o.kind not in ("percent", "multiple", "points"))
            distance += 60 * len(re.findall(r"[;]|, (?:tandis|alors|while|whereas|contre|compared|against|а также)|\bcontre\b|\bagainst\b|против", between))
            owner = next((o for o in others if o.end <= d.start and d.start - o.end <= 9 and re.fullmatch(r"\s?(?:en |in |в |à |for |за |fin |d'ici |by |к |par an en |année )?(?:\w+ )?", low[o.end : d.start])), None)
            if owner is q:
                distance *= 0.2
            elif (owner is not None and owner.kind not in ("percent", "multiple", "points") and owner.change == "") or (owner is not None and len(found) > 1):
                distance += 90
            if owner is not None and owner is not q and d.start > q.end and owner.kind != q.kind and "," in low[q.end : owner.start] and owner.kind not in ("percent", "multiple", "points"):
                continue
            if d.start < q.start and d.start - sentence.start < 12:
                distance *= 0.55
            if d.lean == "since":
                distance += 20
            if best is None or distance < best[0]:
                best = (distance, d)
        return best[1] if best is not None and best[0] < 330 else None

    def _split(self, q: Quantity, date: Date) -> Date:
        """The two ends of a change over a range of years: the first has the first year, the second the last."""
        if q.change in ("from", "to") and date.rule == "date.year_range" and date.edtf:
            return replace(date, edtf=date.edtf.split("/")[0 if q.change == "from" else 1])
        return date

    def _inherited(self, number: int, q: Quantity, future: bool, metric: Metric) -> tuple[Date | None, Date | None]:
        """A figure without a date of its own has that of the sentence before, when the text goes on about the same period."""
        text = self.text
        low = text.low[text.sentences[number].start : text.sentences[number].end]
        if not re.search(r"même période|sur cette période|cette période|same period|this period|over the period|этот период|за это время|тот же период|aynı dönem|bu dönem|dont |parmi |de ce total|of this|of these|из них|в том числе|including|y compris", low):
            return None, None
        for back in range(number - 1, max(number - 3, -1), -1):
            if text.paragraph_of(text.sentences[back].start) != text.paragraph_of(text.sentences[number].start):
                return None, None
            earlier = [d for d in self.dated.get(back, []) if not leanings.is_base(text, d)]
            if earlier:
                return dates.settled(earlier[0], text.published, False), None
        return None, None

    # --- parties ---

    def _orgs(self, sentence: Span) -> tuple[dict[str, Any], ...]:
        return tuple({"id": m.name.key, "name": m.name.label, "start": m.start, "end": m.end} for m in self.scene.within(sentence.start, sentence.end) if m.name.kind == "body")

    def _places(self, sentence: Span) -> tuple[dict[str, Any], ...]:
        return tuple({"name": m.name.label, "locode": m.name.code or None, "geonameid": None, "start": m.start, "end": m.end}
                     for m in self.scene.within(sentence.start, sentence.end) if m.name.kind in ("place", "capital"))  # fmt: skip

    # --- comparisons ---

    def _comparison(self, q: Quantity, sentence: Span, period: Date | None, metric: Metric) -> dict[str, Any] | None:
        text = self.text
        if q.kind == "multiple":
            return {"kind": "multiple", "direction": q.change or "up", "base_period": self._base(sentence, period), "of": None}
        if q.kind in ("percent", "points"):
            if metric.name and not metric.name.endswith("_change"):
                if "share" in metric.name:
                    return {"kind": "share", "direction": None, "base_period": None, "of": None}
                return None
            around = text.low[max(sentence.start, q.start - 70) : min(sentence.end, q.end + 25)]
            down = bool(DOWN.search(around)) or text.raw[max(0, q.start - 1) : q.start] in ("-", "−", "–")
            up = bool(re.search(r"hausse|augment|croissance|croître|progress|bond|plus|rose|ris|grew|growth|increas|up|more|higher|jump|рост|вырос|увелич|больше|выше|art|yüksel|büyü", text.low[max(sentence.start, q.start - 40) : min(sentence.end, q.end + 15)]))
            return {"kind": "pct_change" if q.kind == "percent" else "diff", "direction": "down" if down and not (up and not _nearer(text, q, sentence)) else "up", "base_period": self._base(sentence, period), "of": None}
        if q.change == "to" or (q.kind in ("mass", "teu", "currency", "time", "count") and self._risen(q, sentence)):
            levels = [o for o in self.by_sentence.get(text.sentence_of(q.start), []) if o.end <= q.start and o.unit.split("/")[0] == q.unit.split("/")[0]]
            if not levels:
                return None
            return {"kind": "from", "direction": "up" if q.amount >= levels[-1].amount else "down", "base_period": self._base_of(levels[-1], sentence), "of": None}
        return None

    def _risen(self, q: Quantity, sentence: Span) -> bool:
        """Whether this is the second level of "from A in one year to B in another"."""
        before = self.text.low[max(sentence.start, q.start - 14) : q.start]
        head = self.text.low[sentence.start : q.start]
        return bool(re.search(r"(?:^|\s)(?:à|to|до)\W*(?:\w+ )?$", before)) and bool(re.search(r"(?<!\w)(?:de|d'|from|с) ?(?:\w+ )?\d", head)) and bool(re.search(quantities.CHANGE[self.text.language], head))

    def _base_of(self, level: Quantity, sentence: Span) -> str | None:
        date = self._bound(level, self.dated.get(self.text.sentence_of(level.start), []), sentence)
        return self._split(level, date).edtf if date else None

    def _base(self, sentence: Span, period: Date | None) -> str | None:
        """What a change is measured from: a named period, else the same stretch of the year before when the text says so."""
        text = self.text
        for d in self.dated.get(text.sentence_of(sentence.start), []):
            if leanings.is_base(text, d) and d.edtf:
                if period is not None and period.edtf and d.rule in ("date.last_year", "date.year") and len(period.edtf) > 4:
                    return re.sub(r"\d{4}(?=-)", d.edtf[:4], period.edtf)
                return d.edtf
        if period is not None and period.edtf and re.search(r"sur un an|en glissement annuel|par rapport à|même période|year-on-year|year on year|y-o-y|compared|annuelle?|годом ранее|прошл|аналогичн|по сравнению|bir önceki yıl|geçen yıl|yıllık", text.low[sentence.start : sentence.end]):
            return re.sub(r"\d{4}", lambda m: str(int(m.group()) - 1), period.edtf)
        return None

    # --- dated facts ---

    def _facts(self, number: int, sentence: Span) -> list[Statement]:
        """Dates that are facts or promises themselves: signed, opened, due; not those that only date a figure."""
        text, out = self.text, []
        for date in self.dated.get(number, []):
            marks = re.match(r"\s(?:marqu|mark|will mark|знаменует|отмечает)", text.low[date.end : date.end + 14])
            if (date.start in self.used and not marks) or leanings.is_base(text, date) or date.rule in _NEVER_FACTS:
                continue
            event = facts.event_of(text, sentence, date)
            if event is None:
                continue
            kind, name, rule, happened = event
            clause = modality.clause(text, sentence, date.start, date.end)
            mode, mode_rule = modality.of_clause(text, clause, sentence, date.start)
            if happened and leanings.lies_ahead(dates.settled(date, text.published, False), text.published) is not True:
                mode, mode_rule = "done", "modality.event"
            future = mode in ("planned", "expected", "hoped")
            one = dates.settled(date, text.published, future)
            ahead = leanings.lies_ahead(one, text.published)
            if name == "plan_period":
                mode, due, period = "ongoing", one.edtf.split("/")[-1] if one.edtf else None, one.edtf if one.edtf and "/" in one.edtf else None
            elif (future and ahead is not False) or ahead:
                due, period = one.edtf, None
                mode = mode if future else "planned"
            else:
                due, period = None, one.edtf
                mode = mode if mode == "ongoing" and kind == "project" and name not in ("start_date", "signing_date") else "done"
            parties, party_rule = self.parties.of(number, sentence, None, Metric(name, rule, ()), kind, date.start)
            said = self.said[number]
            out.append(Statement(
                self.document, one.start, one.end, text.raw[one.start : one.end], sentence, "date", kind, name, mode, unit="date", period=period, due=due,
                due_mod=leanings.part_of(one) if due and name != "plan_period" else one.part if one.part else None, due_text=text.raw[one.start : one.end] if due else None, date_basis=one.basis,
                scope={}, parties=parties, orgs=self._orgs(sentence), places=self._places(sentence), attribution=said,
                polarity="negated" if modality.negated(text, clause) else "affirmed",
                flags=("relative_date_no_anchor",) if one.edtf is None else (),
                evidence=tuple(r for r in (one.rule, rule, mode_rule, party_rule, said.rule if said else "") if r),
            ))  # fmt: skip
        return out


_NEVER_FACTS = ("date.this_year", "date.ago")


def _nearer(text: Text, q: Quantity, sentence: Span) -> bool:
    """Whether the word of falling stands nearer to the percent than that of rising."""
    before = text.low[max(sentence.start, q.start - 70) : q.start]
    downs = [m.end() for m in DOWN.finditer(before)]
    ups = [m.end() for m in re.finditer(r"hausse|augment\w*|croissance|progress\w*|bond\w*|rose|grew|growth|increas\w*|рост\w*|вырос\w*|увелич\w*|art\w+|yüksel\w+", before)]
    return max(downs, default=-1) >= max(ups, default=-1)


_FORMER = re.compile(r"(?:up from|down from|, contre|against|versus|instead of|au lieu de|против|вместо) (?:about |around |environ |seulement |just |only )?[$€]?$")


def _changes(made: list[Statement]) -> list[Statement]:
    """Percents and multiples linked to the level whose change they are; they share its period and its parties."""
    out: list[Statement] = []
    for _k, one in enumerate(made):
        if one.unit not in ("%", "x", "pp") or not (one.metric or "").endswith("_change"):
            out.append(one)
            continue
        base = (one.metric or "").removesuffix("_change")
        near = [o for o in made if o.metric == base]
        parent = max((o for o in near if o.end <= one.start), key=lambda o: o.end, default=min((o for o in near if o.start >= one.end), key=lambda o: o.start, default=None))
        if parent is None:
            out.append(one)
            continue
        shared = replace(one, links=({"rel": "change_of", "to": parent.id, "why": "a change told beside its level"},),
                         period=one.period or parent.period, due=one.due or (parent.due if one.period is None else None), parties=one.parties or parent.parties)  # fmt: skip
        if parent.period and one.period != parent.period and one.modality == "done":
            shared = replace(shared, period=parent.period)
        out.append(shared)
    return out
