"""Which countries a statement is about: those of its sentence, of the two countries meant, of the text; none for a whole corridor."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from karvan.evidence.read import lexicon, modality
from karvan.evidence.read.metrics import Metric
from karvan.evidence.read.places import Scene
from karvan.evidence.read.quantities import Quantity
from karvan.evidence.read.text import Span, Text

_CORRIDOR = lexicon.pattern("corridor")
_BETWEEN = re.compile(r"(?<!\w)(?:entre|between|между)(?!\w)|arasında|arasındakı")
_SITED = frozenset(["transit_volume", "port_capacity", "port_throughput", "rail_length", "route_length", "cable_length", "tunnel_length", "road_length", "pipeline_length", "area", "power_capacity", "energy_output", "project_cost", "financing", "start_date", "completion_date", "operational_date", "opening_date", "berths_count", "terminals_count", "vehicle_volume", "wagon_volume", "container_volume", "oil_transit_volume", "distance", "data_capacity", "stations_count", "tunnels_count", "bridges_count", "progress"])
_BILATERAL = frozenset(["trade_turnover", "exports_value", "imports_value", "exports_volume", "investment_stock", "investment_flow", "company_count", "projects_count", "projects_value", "agreements_count", "visits_count", "contracts_count", "contracts_value", "agreement_value", "jobs", "signing_date", "plan_period", "visit_date", "anniversary", "transit_volume"])


@dataclass(frozen=True)
class Parties:
    """The countries of statements, as far as one text tells; `by_sentence` holds its quantities."""

    text: Text
    scene: Scene
    by_sentence: dict[int, list[Quantity]]

    def of(self, number: int, sentence: Span, q: Quantity | None, metric: Metric | None, kind: str, at: int = -1) -> tuple[tuple[str, ...], str]:
        """The countries a statement is about, and the rule."""
        scene, text = self.scene, self.text
        name = (metric.name if metric else None) or ""
        where = q.start if q is not None else at
        clause = modality.clause(text, sentence, where, q.end if q is not None else where)
        two = scene.says_two(sentence.start, sentence.end)
        flow = name.removesuffix("_change") in ("freight_volume", "container_volume", "route_capacity", "transit_time", "trains_count", "tariff_level", "container_transit", "bulk_volume")
        corridor = bool(_CORRIDOR.search(text.low, sentence.start, sentence.end))
        cities = name.removesuffix("_change") in _SITED or kind == "project"
        here = scene.countries(sentence.start, sentence.end, cities)
        if len(here) >= 3 and q is not None:
            nearer = scene.countries(clause.start, clause.end, cities)
            here = nearer or here
        if q is not None and len(self.by_sentence.get(text.sentence_of(q.start), [])) >= 2:
            listed = self._listed(sentence, q, cities)
            here = listed or here
        if flow and corridor and not two and not _BETWEEN.search(text.low, sentence.start, sentence.end):
            return (), "parties.corridor"
        if two and len(here) < 2:
            pair = self._pair(number)
            return (pair, "parties.two") if pair else (here, "parties.sentence")
        if here:
            if len(here) == 1 and name.removesuffix("_change") in _BILATERAL and scene.pair and here[0] in scene.pair:
                return scene.pair if here[0] == scene.pair[0] else scene.pair[::-1], "parties.pair"
            return here, "parties.sentence"
        if flow and corridor:
            return (), "parties.corridor"
        if flow and not two and any(_CORRIDOR.search(text.low, text.sentences[back].start, text.sentences[back].end) for back in range(max(number - 2, 0), number)):
            return (), "parties.corridor"
        bodies = tuple(dict.fromkeys(code for m in scene.within(sentence.start, sentence.end) if m.name.kind == "body" for code in m.name.countries))
        if bodies and not two:
            return bodies, "parties.body"
        if len(scene.people(sentence.start, sentence.end)) >= 2:
            return scene.people(sentence.start, sentence.end), "parties.people"
        for back in range(number - 1, max(number - 3, -1), -1):
            if name in ("anniversary", "founding_date", "event_date", "anniversary_date"):
                break
            before = text.sentences[back]
            if text.paragraph_of(before.start) != text.paragraph_of(sentence.start):
                break
            if flow and _CORRIDOR.search(text.low, before.start, before.end):
                return (), "parties.corridor"
            earlier = scene.countries(before.start, before.end, cities)
            if scene.says_two(before.start, before.end) and len(earlier) < 2 and self._pair(back):
                return self._pair(back), "parties.before"
            if earlier:
                if len(earlier) == 1 and name.removesuffix("_change") in _BILATERAL and scene.pair and earlier[0] in scene.pair:
                    return scene.pair, "parties.pair"
                return earlier, "parties.before"
        if scene.pair and name not in ("anniversary", "founding_date", "event_date", "anniversary_date"):
            return scene.pair, "parties.pair"
        return (), "parties.none"

    def _pair(self, number: int) -> tuple[str, ...]:
        """Whom "the two countries" means: the two of the nearest sentence before that names exactly two, else those of the text."""
        for back in range(number, max(number - 6, -1), -1):
            span = self.text.sentences[back]
            earlier = self.scene.countries(span.start, span.end)
            if len(earlier) != 2 and len(self.scene.people(span.start, span.end)) == 2:
                earlier = self.scene.people(span.start, span.end)
            if len(earlier) == 2 and (not self.scene.pair or set(earlier) == set(self.scene.pair)):
                return earlier
        return self.scene.pair or self._lead()

    def _listed(self, sentence: Span, q: Quantity, cities: bool) -> tuple[str, ...]:
        """In a list of figures by country (Angola 3 Mt, Zambia 2 Mt) the country of the same item."""
        text = self.text
        cuts = [sentence.start, *(m.start() for m in re.finditer(r"[,;(]|(?<!\w)(?:et|and|и|tandis|while)(?!\w)", text.low[sentence.start : sentence.end])), sentence.end - sentence.start]
        cuts = [cuts[0], *(sentence.start + c for c in cuts[1:])]
        items = [(a, b) for a, b in itertools.pairwise(cuts) if b > a]
        mine = next(((a, b) for a, b in items if a <= q.start < b), None)
        quantities = self.by_sentence.get(text.sentence_of(q.start), [])
        full = [1 for a, b in items if any(a <= o.start < b for o in quantities) and self.scene.countries(a, b, cities)]
        if mine is None or len(full) < 3:
            return ()
        return self.scene.countries(mine[0], mine[1], cities)

    def _lead(self) -> tuple[str, ...]:
        if not self.text.sentences:
            return ()
        end = self.text.sentences[min(1, len(self.text.sentences) - 1)].end
        return tuple(dict.fromkeys((*self.scene.people(0, end), *self.scene.countries(0, end))))[:2]
