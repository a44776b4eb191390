"""Quantities: a number, its scale and its unit, with the words that hedge it (près de, at least, свыше); ranges, percents, multiples.

`find` is called once per document with its dates, so that no year becomes an amount. A number whose unit stands with a
neighbour (from 2.6 to 4.8 million tonnes) takes it from there and says so in `elliptic`. Numbers without any unit are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from karvan.evidence.read import numbers
from karvan.evidence.read.dates import Date
from karvan.evidence.read.numbers import Number
from karvan.evidence.read.text import Text
from karvan.evidence.read.units import Unit, unit_after, unit_before


@dataclass(frozen=True)
class Quantity:
    """One amount with its unit. `value` is None for a range, whose ends are `low` and `high`."""

    start: int
    end: int
    value: float | None
    low: float | None
    high: float | None
    unit: str
    kind: str
    qualifier: str | None
    precision: float
    raw_value: str
    raw_unit: str
    rules: tuple[str, ...]
    elliptic: bool = False
    change: str = ""
    """from, to: the two ends of a change; up, down: the direction of a percent or a multiple"""
    unit_start: int = 0

    @property
    def amount(self) -> float:
        """The value, or the middle of a range."""
        return self.value if self.value is not None else ((self.low or 0.0) + (self.high or 0.0)) / 2


_YEARLY = {
    "fr": r"\s*(?:par an(?:née)?|/ ?an|l'an(?!née)|chaque année|annuellement|annuels?|annuelles?|de conteneurs par an|de marchandises par an|de fret par an|de pétrole par an)(?!\w)",
    "en": r"\s*(?:per year|a year|per annum|annually|/ ?year|/ ?yr|each year|every year|yearly|p\.a\.)(?!\w)",
    "ru": r"\s*(?:в год|ежегодно|/ ?год|за год)(?!\w)", "tr": r"\s*(?:/ ?yıl|yıllık)(?!\w)", "az": r"\s*(?:illik)(?!\w)", "kk": r"\s*(?:жылына)(?!\w)",
}  # fmt: skip
_YEARLY_BEFORE = {
    "tr": r"(?:yılda|yıllık|her yıl|senede)(?: \w+){0,2}\W*$", "az": r"(?:ildə|illik|hər il)(?: \w+){0,2}\W*$", "kk": r"(?:жылына|жыл сайын)(?: \w+){0,2}\W*$",
    "en": r"(?:annual(?:ly)?|per year|yearly)(?: \w+){0,3} (?:of|to|at)? ?(?:\w+ )?$", "fr": r"(?:annuelle?s?|annuellement|par an)(?: \w+){0,3} (?:de|à|d')? ?(?:\w+ )?$", "ru": r"(?:ежегодно|годов\w+|в год)(?: \w+){0,3} $",
}  # fmt: skip
_ANNUALLY = re.compile(r"(?<!\w)(?:annuellement|annually|per annum|ежегодно|yılda|her yıl|hər il|жыл сайын|chaque année)(?!\w)")
_DAY_BEFORE = re.compile(r"(?<!\w)(?:günde|haftada|ежедневно|каждый день|еженедельно)(?: \w+){0,3} $")
_DAILY = re.compile(r"\s*(?:par jour|/ ?jour|quotidiennement|per day|a day|daily|/ ?day|в сутки|в день|/ ?сут)(?!\w)")
_MONTHLY = re.compile(r"\s*(?:par mois|per month|a month|monthly|в месяц)(?!\w)")
_WEEKLY = re.compile(r"\s*(?:par semaine|per week|a week|weekly|в неделю)(?!\w)")
_RATES = frozenset(("t", "TEU", "container", "train", "passenger", "MWh", "m3", "vehicle", "wagon", "barrel", "vessel", "car", "flight", "locomotive"))
_OF_CARGO = re.compile(r"\s*(?:(?:de |d')(?:fret|marchandises|cargaisons?|conteneurs|pétrole|brut|céréales|vracs?|produits pétroliers|gaz|charbon|minerai|blé|cargo)(?: (?!par |en |sur |et |à |au |a |ont )\w+)?|of (?:\w+ )?(?:gas|cargo|freight|goods|oil|crude|grain|containers|coal|crude oil)|(?:груз\w+|нефти|зерна|газа|угля|контейнер\w+)|yük\w*|kargo)")
_QUALIFIERS: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (("~", r"près d[e']|environ|quelque|presque|autour d[e']|approximativement|à peu près|aux alentours d[e']|de l'ordre d[e']|proche d[e']|avoisin\w+|quasi\w*|estimée?s? à environ|en moyenne"),
           (">=", r"au moins|au minimum|minimum|pas moins d[e']|d'au moins"), (">", r"plus (?:de|du|d'|des|que)|dépass\w+(?: le seuil)?(?: de| des| les| le| la)?|excéd\w+|supérieure?s? à|au-delà d[e']|au-dessus d[e']"),
           ("<=", r"jusqu'à|au plus|au maximum|maximum(?: de)?|pas plus d[e']|un plafond de"), ("<", r"moins d[e']|inférieure?s? à|en dessous d[e']|sous (?:la barre des?|les)")),
    "en": (("~", r"about|around|approximately|approx\.?|nearly|almost|some|roughly|close to|circa|an estimated|in the region of|near|on average|an average of|just under|just over"),
           (">=", r"at least|no less than|not less than|no fewer than|a minimum of|minimum"), (">", r"more than|over|above|exceed\w*|in excess of|upwards of|greater than|surpass\w*|topp\w+"),
           ("<=", r"up to|at most|no more than|not more than|a maximum of|maximum|as much as|as many as"), ("<", r"less than|under|below|fewer than|short of")),
    "ru": (("~", r"около|почти|примерно|порядка|приблизительно|в среднем|ориентировочно|близк\w+ к"), (">=", r"не менее(?: чем)?|как минимум|минимум|по меньшей мере"),
           (">", r"более(?: чем)?|свыше|больше(?: чем)?|превы\w+|превыша\w+|сверх"), ("<=", r"не более(?: чем)?|максимум|до"), ("<", r"менее(?: чем)?|меньше(?: чем)?|ниже")),
    "tr": (("~", r"yaklaşık(?: olarak)?|takriben|ortalama|neredeyse|tahminen"), (">=", r"en az|asgari"), (">", r"fazla"), ("<=", r"en fazla|azami|en çok"), ("<", r"en alt")),
    "az": (("~", r"təxminən|təqribən|orta hesabla"), (">=", r"ən azı"), (">", r"artıq"), ("<=", r"ən çoxu"), ("<", r"ən alt")),
    "kk": (("~", r"шамамен|жуық|орта есеппен"), (">=", r"кемінде"), (">", r"астам"), ("<=", r"ең көбі"), ("<", r"кем")),
}  # fmt: skip
_POSTPOSED = {
    "tr": ((">", r"\s?'?(?:d[ae]n|t[ae]n|[ıiuü]n)? ?(?:fazla|çok|aşkın|üzerinde|üstünde|aştı|aşan|aşarak|aşmış|aşkın|aşıyor|geçti|geçen|geçmiş)(?!\w)"), ("~", r" ?(?:civarında|dolayında|kadar|yakın)(?!\w)"), ("<=", r"(?!x)x")),
    "az": ((">", r"\s?(?:d[aə]n)? ?(?:çox|artıq|yuxarı)(?!\w)"), ("~", r" ?(?:yaxın|qədər)(?!\w)")), "kk": ((">", r" ?(?:[днт][ае]н)? ?(?:астам|аса|артық)(?!\w)"), ("~", r" ?(?:жуық|шамасында)(?!\w)")),
    "fr": ((">", r" (?:et plus|ou plus)(?!\w)"),), "en": ((">", r" (?:or more|plus)(?!\w)"),), "ru": ((">", r" (?:и более)(?!\w)"),),
}  # fmt: skip
CHANGE = {
    "fr": r"(?<!\w)(?:pass(?:e|er|é|ée|és|ées|era|ant|eront|ait|aient)|augment\w*|hausse|port(?:er|é|ée|era|ant|és)|croî\w*|croissance|accroî?\w*|rédui\w*|réduction|ramen\w*|diminu\w*|baiss\w*|bond\w*|progress\w*|grimp\w*|tomb\w*|chut\w*|relev\w*|abaiss\w*|doubl\w*|tripl\w*|recul\w*|évolu\w*)",
    "en": r"(?<!\w)(?:ris(?:e|es|ing|en)|rose|gr(?:ow\w*|ew)|increas\w*|rais\w*|cut\w*|reduc\w*|fall\w*|fell|jump\w*|drop\w*|shr[aiu]nk\w*|climb\w*|soar\w*|expand\w*|lift\w*|boost\w*|bring\w*|brought|shorten\w*|up|down|declin\w*|decreas\w*|went|surg\w*|doubl\w*|tripl\w*)",
    "ru": r"(?<!\w)(?:вырос\w*|выраст\w*|увелич\w*|рост\w*|возрос\w*|возраст\w*|сни[зж]\w*|сокра\w*|довести|довед\w*|упал\w*|подня\w*|прирост\w*|уменьш\w*|наращ\w*|нараст\w*)",
    "tr": r"(?<!\w)(?:art\w+|yüksel\w+|çık\w+|düş\w+|azal\w+|geril\w+|indir\w+|büyü\w+|ulaş\w+)", "az": r"(?<!\w)(?:art\w+|yüksəl\w+|azal\w+|çatdır\w+|düş\w+)", "kk": r"(?<!\w)(?:өс\w+|арт\w+|азай\w+|төменде\w+|жет\w+)",
}  # fmt: skip
DOWN = re.compile(r"(?<!\w)(?:baiss\w*|recul\w*|rédui\w*|réduction\w*|diminu\w*|chut\w*|tomb\w*|ramen\w*|abaiss\w*|moins|décro\w*|repli\w*|divis\w*|fell|fall\w*|drop\w*|declin\w*|decreas\w*|reduc\w*|cut\w*|down|lower\w*|less|fewer|shr[aiu]nk\w*|shorten\w*|contract\w*|сни[зж]\w*|сокра\w*|упал\w*|уменьш\w*|паден\w*|меньше|ниже|спад\w*|düş\w*|azal\w*|geril\w*|indir\w*|kayb\w*|daral\w*|aşağı|төменде\w*|азай\w*|кемі\w*)")
_MULTIPLES = {
    "fr": ((2, r"doubl(?:é\w*|er\w*|era|ent|ement|ait|ant|e(?= (?:le|la|les|son|sa|ses|leur|de volume)))|(?<=le )double|(?<=du )double|(?<=au )double"), (3, r"tripl(?:é\w*|er\w*|era|ent|ement|ait|ant)|(?<=le )triple|(?<=du )triple"), (4, r"quadrupl\w+"), (5, r"quintupl\w+"), (10, r"décupl\w+")),
    "en": ((2, r"doubl(?:ed|es|ing)|double(?! ?-?track| taxation| tax|-|d)|twofold|two-fold|twice"), (3, r"tripl(?:ed|es|ing|e)(?! crown)|trebl\w+|threefold|three-fold"), (4, r"quadrupl\w+|fourfold|four-fold"), (5, r"fivefold|five-fold|quintupl\w+"), (6, r"sixfold|six-fold"), (7, r"sevenfold|seven-fold"), (8, r"eightfold"), (10, r"tenfold|ten-fold")),
    "ru": ((2, r"вдвое|удво\w+|двукратн\w+|двукратно"), (3, r"втрое|утро\w+|трехкратн\w+|трёхкратн\w+"), (4, r"вчетверо|четырехкратн\w+"), (5, r"впятеро|пятикратн\w+"), (10, r"десятикратн\w+"), (1.5, r"полуторн\w+|в полтора раза")),
    "tr": ((2, r"iki katına|ikiye katla\w+|iki kat"), (3, r"üç katına|üçe katla\w+|üç kat"), (4, r"dört katına|dört kat"), (5, r"beş katına|beş kat"), (10, r"on katına|on kat")),
    "az": ((2, r"iki dəfə|ikiqat"), (3, r"üç dəfə|üçqat")), "kk": ((2, r"екі есе\w*"), (3, r"үш есе\w*")),
}  # fmt: skip
_FOLD = {
    "fr": r"\s*fois(?= (?:plus|moins|supérieur\w*|inférieur\w*|le |la |les |celui|celle|par rapport|en )|[.,;)]|$)", "en": r"(?:\s*-?\s*times(?! a )|-?fold)(?!\w)", "ru": r"\s*(?:-?кратн\w+|раза?)(?!\w)",
    "tr": r"\s*kat(?:ı|ına|ından|ını)?(?!\w)", "az": r"\s*dəfə(?!\w)", "kk": r"\s*есе(?:ге|ден)?(?!\w)",
}  # fmt: skip


_PER = re.compile(r"\s?(?:par|per|a|/|за(?: один| одну)?|pour un|for a) ?(?:conteneur|container|контейнер|evp|teu|дфэ|tonnes?|tons?|тонну|t)(?!\w)")


def _bounds(text: Text, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence around a figure between commas and semicolons of its own."""
    sentence = text.sentences[text.sentence_of(start)]
    low = text.low
    left = max(low.rfind(";", sentence.start, start), low.rfind(", ", sentence.start, start), sentence.start)
    right = min((k for k in (low.find(";", end, sentence.end), low.find(", ", end, sentence.end)) if k >= 0), default=sentence.end)
    return left, right


@dataclass(frozen=True)
class _Raw:
    number: Number
    unit: Unit | None


def find(text: Text, dates: list[Date]) -> list[Quantity]:
    """All quantities of a text, left to right."""
    taken = [(d.start, d.end) for d in dates if not d.rule.endswith(("months_open",))]
    found = []
    position = 0
    counted = numbers.find(text)
    for number in counted:
        while position < len(taken) and taken[position][1] <= number.start:
            position += 1
        if position < len(taken) and taken[position][0] < number.end and number.start < taken[position][1]:
            continue
        before = unit_before(text, number)
        after = unit_after(text, text.word_at(number.end)) if before is None else None
        if after is not None and text.plain[number.end : after.start].strip(" -'") and not _only_words(text, number.end, after.start):
            after = None
        if after is not None and after.kind == "count" and not number.scaled and re.match(r"\s(?:of|out of) (?:the|its|their|these)\b", text.low[number.end : number.end + 18]):
            after = None
        found.append(_Raw(number, before or after))
    quantities = _joined(text, found)
    quantities += _anniversaries(text) + _multiples(text, counted) + _ordinal_visits(text, counted)
    quantities.sort(key=lambda q: (q.start, -q.end))
    kept: list[Quantity] = []
    for quantity in quantities:
        if not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return kept


def _only_words(text: Text, start: int, end: int) -> bool:
    return bool(re.fullmatch(r"[\w\s'\-]*", text.plain[start:end]))


_BETWEEN = {
    "fr": re.compile(r"\s?(?:-|–|à|ou)\s?|\s?et\s?"), "en": re.compile(r"\s?(?:-|–|to|or)\s?|\s?and\s?"), "ru": re.compile(r"\s?(?:-|–|—|до)\s?|\s?и\s?|\s?или\s?"),
    "tr": re.compile(r"\s?(?:-|–|ila|ile)\s?"), "az": re.compile(r"\s?(?:-|–)\s?"), "kk": re.compile(r"\s?(?:-|–)\s?"),
}  # fmt: skip


def _joined(text: Text, raw: list[_Raw]) -> list[Quantity]:
    """Ranges and changes put together, elliptic units filled in, numbers without a unit dropped."""
    out: list[Quantity] = []
    plain, raw = raw, _filled(text, raw)
    i = 0
    while i < len(raw):
        one = raw[i] if i + 1 >= len(raw) or not _pair(text, plain[i], plain[i + 1]) else plain[i]
        two = raw[i + 1] if i + 1 < len(raw) else None
        pair = _pair(text, one, two) if two is not None else ""
        if two is not None and two.unit is not None and pair:
            unit = two.unit
            first = _alike(one.number, two.number) if one.unit is None or (one.unit.kind == "currency" and one.unit.start < one.number.start) else one.number.value
            ends = (first * (one.unit or unit).factor, two.number.value * unit.factor)
            begun = text.sentences[text.sentence_of(one.number.start)].start
            if pair == "change" and unit.kind == "time" and ends[0] < ends[1] and DOWN.search(text.low, begun, one.number.start):
                pair = "range"  # what falls by seven to eight days does not fall from seven to eight
            if pair == "range" and ends[0] < ends[1]:
                both = _quantity(text, two.number, unit, ("number.range",), start=min(one.number.start, one.unit.start if one.unit and one.unit.start < one.number.start else one.number.start))
                if both is not None:
                    out.append(replace(both, value=None, low=round(ends[0], 6), high=round(ends[1], 6), raw_value=text.raw[one.number.start : two.number.end], qualifier="~" if both.qualifier == "~" else None))
                i += 2
                continue
            if pair == "change" and one.unit is None:
                number = replace(one.number, value=first)
                a = _quantity(text, number, unit, ("unit.elliptic",), end=one.number.end)
                if a is not None:
                    out.append(replace(a, elliptic=True, change="from"))
                b = _quantity(text, two.number, unit, ())
                if b is not None:
                    out.append(replace(b, change="to", qualifier=None if b.qualifier == "<=" else b.qualifier))
                i += 2
                continue
        quantity = None
        if one.unit is not None:
            quantity = _quantity(text, one.number, one.unit, ())
            if quantity is not None and one.unit.start == one.unit.end:
                quantity = replace(quantity, elliptic=True, rules=("unit.elliptic", *quantity.rules))
        elif one.number.scaled or (out and not one.number.article and _INSTEAD.search(text.low[max(0, one.number.start - 18) : one.number.start])):
            quantity = _elliptic(text, raw, i, out)
        if quantity is not None:
            out.append(quantity)
        i += 1
    return out


def _alike(first: Number, second: Number) -> float:
    """The first of two numbers in the scale of the second: 2.6 of "2.6 to 4.8 million"."""
    if first.scaled or not second.scaled:
        return first.value
    scale = 1.0
    for size in (1e12, 1e9, 1e6, 1e3):
        if second.value >= size and second.precision * 2 <= size:
            scale = size
            break
    return round(first.value * scale, 6)


def _pair(text: Text, one: _Raw, two: _Raw) -> str:
    """Whether two neighbouring numbers are the ends of a range or of a change."""
    stop = one.unit.end if one.unit and one.unit.end > one.number.end else one.number.end
    begin = two.unit.start if two.unit and two.unit.start < two.number.start else two.number.start
    if begin < stop or begin - stop > 9:
        return ""
    middle = text.low[stop:begin]
    if not _BETWEEN[text.language].fullmatch(middle):
        return ""
    if one.unit is not None and two.unit is not None and (one.unit.name != two.unit.name):
        return ""
    word = middle.strip()
    before = text.low[max(0, one.number.start - 24) : min(one.number.start, one.unit.start if one.unit and one.unit.start < one.number.start else one.number.start)]
    sentence = text.sentences[text.sentence_of(one.number.start)]
    changing = bool(re.search(CHANGE[text.language], text.low[sentence.start : one.number.start])) or (bool(re.search(CHANGE[text.language], text.low[two.number.end : min(two.number.end + 60, sentence.end)])) and text.language in ("tr", "az", "kk"))
    between = bool(re.search(r"(?<!\w)(?:entre|between|между|от) (?:\w+ )?$", before))
    if word in ("et", "and", "и"):
        return "range" if between else ""
    if word in ("-", "–", "—", "ou", "or", "или", "ila"):
        return "range"
    if word in ("à", "to", "до"):
        from_ = bool(re.search(r"(?<!\w)(?:de|d'|from|с|со)\W*(?:environ |about |около |quelque )?$", before))
        if from_ and changing and not (two.unit is not None and two.unit.kind == "percent"):
            return "change"
        return "range"
    return "range" if word == "ile" else ""


def _filled(text: Text, raw: list[_Raw]) -> list[_Raw]:
    """The numbers of a list with the unit of its last: "10, 12 et 16 millions de tonnes"; marked by a unit of no length."""
    out = list(raw)
    for i in range(len(out) - 2, -1, -1):
        unit = out[i + 1].unit
        if out[i].unit is None and unit is not None and unit.start >= out[i + 1].number.start and _listed(text, out, i):
            number = replace(out[i].number, value=_alike(out[i].number, out[i + 1].number), scaled=out[i + 1].number.scaled, precision=out[i + 1].number.precision)
            out[i] = _Raw(number, replace(unit, start=number.end, end=number.end))
    return out


def _listed(text: Text, raw: list[_Raw], i: int) -> bool:
    """A bare number that shares the unit of the next: "445 and 315 MW", "10, 12 et 16 millions de tonnes"."""
    if i + 1 >= len(raw) or raw[i + 1].unit is None or raw[i].number.words:
        return False
    middle = text.low[raw[i].number.end : raw[i + 1].number.start]
    unit = raw[i + 1].unit
    return unit is not None and unit.kind not in ("count", "time") and bool(re.fullmatch(r"\s?(?:et|and|и|ve|puis|,)\s?", middle))


_INSTEAD = re.compile(r"(?:instead of|au lieu de|contre|against|versus|вместо|против|compared to) (?:just |only |seulement |about |environ )?$")


def _elliptic(text: Text, raw: list[_Raw], i: int, out: list[Quantity]) -> Quantity | None:
    """A number without its unit takes that of a neighbour: the next one of a list, or the last amount of the sentence of its size."""
    number = raw[i].number
    sentence = text.sentences[text.sentence_of(number.start)]
    for earlier in reversed(out):
        if earlier.start < sentence.start - 300:
            break
        if earlier.kind in ("currency", "mass", "teu", "volume", "area", "length", "energy", "count", "time") and (earlier.start >= sentence.start or earlier.kind == "currency"):
            if earlier.kind == "count" and number.scaled and number.value < 1e4:
                continue
            following = text.words[text.word_at(number.end)].fold if text.word_at(number.end) < len(text.words) else ""
            if following in ("de", "d", "of") and earlier.kind != "currency":
                return None
            if following in ("de", "d", "of"):
                after = text.low[number.end : number.end + 14]
                if not re.match(r"\s(?:de|d'|of)\s?(?:plus|moins|more)", after):
                    return None
            unit = Unit(earlier.unit.removesuffix("/yr"), earlier.kind, 1.0, number.end, number.end)
            quantity = _quantity(text, number, unit, ("unit.elliptic",), end=number.end)
            return None if quantity is None else replace(quantity, elliptic=True)
    for later in raw[i + 1 : i + 3]:
        if later.unit is not None and later.unit.kind == "currency" and later.number.start < sentence.end:
            quantity = _quantity(text, number, replace(later.unit, start=number.end, end=number.end), ("unit.elliptic",), end=number.end)
            return None if quantity is None else replace(quantity, elliptic=True)
    return None


_DEFINITE = {
    "fr": r"(?<!\w)(?:les|des|aux|ces|ses|nos|leurs|vos|ces|tous les|ces) (?:\w+ )?$", "en": r"(?<!\w)(?:the|these|those|both|all|our|their|its|his|other)(?: \w+)? $", "ru": r"(?<!\w)(?:эт\w+|все\w*|оба|обе|обеих|наш\w+|обоих|их) $",
    "tr": r"(?<!\w)(?:bu|her|diğer) $", "az": r"(?<!\w)(?:bu|hər) $", "kk": r"(?<!\w)(?:бұл) $",
}  # fmt: skip
_SELDOM = frozenset(["country", "region", "city", "person", "member", "minister", "line", "route", "port", "meeting", "centre", "station", "company", "section", "measure", "village", "bank", "operator", "investor", "district", "product", "bridge", "plant"])


def _counts(text: Text, number: Number, unit: Unit) -> bool:
    """Whether a number before a counted noun counts it: "15 accords" does, "les deux pays" only points at them."""
    if unit.kind == "time":
        return not number.article
    if number.article and not number.scaled:
        return False
    if not number.words:
        return True
    pointing = bool(re.search(_DEFINITE[text.language], text.low[max(0, number.start - 20) : number.start]))
    if unit.name in ("country", "minister", "member", "person", "region", "city") and number.value <= 6 and not number.scaled:
        return False
    if number.value <= 2 and unit.name in _SELDOM:
        return False
    return not (pointing and number.value <= 6 and unit.name in _SELDOM | {"document", "project", "terminal", "tunnel"})




def _quantity(text: Text, number: Number, unit: Unit, rules: tuple[str, ...], start: int | None = None, end: int | None = None) -> Quantity | None:
    if unit.kind in ("count", "time") and not _counts(text, number, unit):
        return None
    if unit.kind not in ("count", "time") and number.article and not number.scaled and unit.kind != "currency":
        return None
    if number.article and not number.scaled and unit.kind == "currency":
        return None
    if unit.kind == "count" and unit.skipped and re.search(r"(?:1[89]|20)\d\d$", number.digits) and len(number.digits) == 4:
        return None
    first = number.start if start is None else start
    first = min(first, unit.start)
    last = end if end is not None else max(number.end, unit.end)
    name, factor = unit.name, unit.factor
    fired = [*rules, number.rule, f"unit.{unit.kind}"]
    if end is None or end < number.end:
        tail = text.low[last : last + 60]
        cargo = _OF_CARGO.match(tail)
        begin = cargo.end() if cargo and unit.kind in ("mass", "teu", "volume") else 0
        yearly = re.match(_YEARLY[text.language], tail[begin:])
        if name in _RATES and yearly:
            name, last = f"{name}/yr", last + begin + yearly.end()
            fired.append("unit.per_year")
        elif name in _RATES and _DAILY.match(tail[begin:]):
            name, last = f"{name}/day", last + begin + _DAILY.match(tail[begin:]).end()  # type: ignore[union-attr]
        elif name in _RATES and _MONTHLY.match(tail[begin:]):
            name, last = f"{name}/month", last + begin + _MONTHLY.match(tail[begin:]).end()  # type: ignore[union-attr]
        elif name in _RATES and _WEEKLY.match(tail[begin:]):
            name, last = f"{name}/week", last + begin + _WEEKLY.match(tail[begin:]).end()  # type: ignore[union-attr]
        elif name in _RATES and _DAY_BEFORE.search(text.low, max(0, first - 40), first):
            name = f"{name}/{'day' if re.search('günde|ежедневно|каждый день', text.low[max(0, first - 40) : first]) else 'week'}"
        elif (name in _RATES and _ANNUALLY.search(text.low, *_bounds(text, first, last))) or (name in _RATES and text.language in _YEARLY_BEFORE and re.search(_YEARLY_BEFORE[text.language], text.low[max(0, first - 40) : first])):
            name = f"{name}/yr"
            fired.append("unit.per_year")
    qualifier, rule = _qualifier(text, first, last)
    if qualifier is None and unit.start > number.end and re.search(r"fazla|aşkın|artıq|астам", text.low[number.end : unit.start]):
        qualifier, rule = ">", f"qualifier.{text.language}"
    if number.about and qualifier is None:
        qualifier = "~"
    if rule:
        fired.append(rule)
    if unit.kind == "currency":
        per = _PER.match(text.low, last)
        if per:
            name, last = f"{name}/{'TEU' if re.search('teu|evp|дфэ', per.group()) else 't' if re.search('tonn|тонн| t$|/t$', per.group()) else 'container'}", per.end()
            fired.append("unit.price")
    value = round(number.value * factor, 6)
    return Quantity(first, last, value, None, None, name, unit.kind, qualifier, 0.0 if unit.kind == "count" and not number.scaled else number.precision * factor, text.raw[number.start : number.end],
                    text.raw[max(unit.start, number.end) : max(unit.end, number.end)], tuple(fired), unit_start=unit.start)  # fmt: skip


@cache
def _qualifier_patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sign, re.compile(rf"(?<!\w)(?:{words})\s?(?:the |la |le |les |des |un total de |d'|de )?$")) for sign, words in _QUALIFIERS[language])


def _qualifier(text: Text, start: int, end: int) -> tuple[str | None, str]:
    before = text.low[max(0, start - 36) : start]
    if before.endswith("~") or before.endswith("~ ") or before.endswith("≈"):
        return "~", "qualifier.sign"
    if re.search(r">\s?$", before):
        return ">", "qualifier.sign"
    for sign, pattern in sorted(_qualifier_patterns(text.language), key=lambda p: ["~", ">=", "<=", "<", ">"].index(p[0])):
        m = pattern.search(before)
        if m:
            if sign == "<=" and _towards(text, start - len(before) + m.start(), m.group()):
                return None, ""
            if text.language == "en" and m.group().strip() == "over" and re.match(r"\S+ ?(?:years?|months?)", text.low[start:end]):
                return None, ""
            return sign, f"qualifier.{text.language}"
    after = text.low[end : end + 24]
    for sign, words in _POSTPOSED[text.language]:
        if re.match(words, after):
            return sign, f"qualifier.{text.language}"
    return None, ""


def _towards(text: Text, at: int, word: str) -> bool:
    """Whether "up to", "jusqu'à", "до" is the goal of a change and no bound: увеличить до 10 млн."""
    if not re.match(r"jusqu|up to|до", word.strip()):
        return False
    return bool(re.search(CHANGE[text.language] + r"[^.;]{0,60}$", text.low[max(0, at - 80) : at]))


# --- percents of change, multiples, anniversaries ----------------------------------------------------------------------


def _multiples(text: Text, counted: list[Number]) -> list[Quantity]:
    found = []
    for value, words in _MULTIPLES[text.language]:
        for m in _word_pattern(words).finditer(text.low):
            found.append(_multiple(text, m.start(), m.end(), float(value), "multiple.word"))
    for number in counted:
        fold_ = re.match(_FOLD[text.language], text.low[number.end : number.end + 30])
        if fold_ and not number.scaled and 1 < number.value <= 1000:
            before = text.low[max(0, number.start - 24) : number.start]
            if re.search(_GO[text.language], text.low[max(0, number.start - 60) : number.start]):
                continue
            if text.language == "fr" and not re.search(r"(?:plus|moins|supérieur|inférieur)", text.low[number.end : number.end + 26]) and not re.search(r"multipli|divis|par $|de $|facteur", before):
                continue
            if text.language == "ru" and not re.search(r"(?<!\w)в\W+(?:\w+ )?$", before) and "кратн" not in fold_.group():
                continue
            found.append(_multiple(text, number.start, number.end + fold_.end(), number.value, "multiple.fold"))
        m2 = re.search(r"(?:multipli\w*|divis\w*|facteur|factor of|multiplied by)(?: par| de)? (?:\w+ )?$", text.low[max(0, number.start - 30) : number.start])
        if m2 and not number.scaled and not fold_ and 1 < number.value <= 1000 and "%" not in text.low[number.end : number.end + 2]:
            found.append(_multiple(text, number.start, number.end, number.value, "multiple.factor"))
    return found


@cache
def _word_pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _multiple(text: Text, start: int, end: int, value: float, rule: str) -> Quantity:
    sentence = text.sentences[text.sentence_of(start)]
    down = bool(DOWN.search(text.low[max(sentence.start, start - 40) : min(sentence.end, end + 20)]))
    qualifier, fired = _qualifier(text, start, end)
    return Quantity(start, end, value, None, None, "x", "multiple", qualifier, 0.5, text.raw[start:end], "", (rule, *([fired] if fired else [])),
                    change="down" if down else "up", unit_start=end)  # fmt: skip


_ANNIVERSARY = re.compile(
    r"(?P<n>\d{1,4})(?:e|er|ème|eme|ième|th|st|nd|rd|-?(?:я|й|ю|ой|ей|летн))?[ -]*(?:anniversaire\w*|anniversar\w+|(?:-?ая |-?ой |-?ую |-?ю )?годовщин\w+|-?лети[еяюй]\w*|(?:'?[a-zıiuü]{0,3}|\.)? ?yıl ?dönüm\w*|illiy\w*|жылдығ\w*)"
)
_SPOKEN_ANNIVERSARY = re.compile(r"(?P<w>dixième|vingtième|trentième|cinquantième|centième|centenaire|tenth|twentieth|thirtieth|fiftieth|centenary|centennial)(?: anniversaire| anniversary)?")
_SPOKEN = {"dixième": 10, "vingtième": 20, "trentième": 30, "cinquantième": 50, "centième": 100, "centenaire": 100, "tenth": 10, "twentieth": 20, "thirtieth": 30, "fiftieth": 50, "centenary": 100, "centennial": 100}


def _anniversaries(text: Text) -> list[Quantity]:
    found = []
    for m in _ANNIVERSARY.finditer(text.low):
        if m.start() and text.low[m.start() - 1].isalnum():
            continue
        found.append(Quantity(m.start(), m.end(), float(m["n"]), None, None, "ordinal", "ordinal", None, 0.0, m["n"], "", ("ordinal.anniversary",), unit_start=m.start()))
    for m in _SPOKEN_ANNIVERSARY.finditer(text.low):
        if "anniversa" in m.group() or m["w"].startswith("cent"):
            found.append(Quantity(m.start(), m.end(), float(_SPOKEN[m["w"]]), None, None, "ordinal", "ordinal", None, 0.0, m["w"], "", ("ordinal.anniversary",), unit_start=m.start()))
    return found


_NTH = {"premi": 1, "deuxième": 2, "second": 2, "troisième": 3, "quatrième": 4, "cinquième": 5, "sixième": 6, "septième": 7, "huitième": 8, "neuvième": 9, "dixième": 10,
        "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}  # fmt: skip
_NTH_VISIT = re.compile(rf"(?<!\w)(?P<n>{'|'.join(_NTH)})(?!\w)")
_GO = {"fr": r"(?:rendu|visité|déplacé|venu|allé)\w*", "en": r"(?:visited|travelled|traveled|came|been)", "ru": r"(?:посетил\w*|побывал\w*|посещал\w*)", "tr": r"ziyaret", "az": r"səfər", "kk": r"сапар"}
_TIMES = {"fr": r"\s*fois", "en": r"\s*times", "ru": r"\s*раза?", "tr": r"\s*(?:kez|kere|defa)", "az": r"\s*dəfə", "kk": r"\s*рет"}


def _ordinal_visits(text: Text, counted: list[Number]) -> list[Quantity]:
    """Visits counted by their number (sa septième visite) or in times (il y est allé cinq fois)."""
    found = []
    for m in _NTH_VISIT.finditer(text.low):
        sentence = text.sentences[text.sentence_of(m.start())]
        near = text.low[max(sentence.start, m.start() - 40) : min(sentence.end, m.end() + 20)]
        if re.search(r"(?<!\w)visite?s?(?!\w)", near) and re.search(r"(?:sa|son|their|his|her|la|'s|the) $", text.low[max(0, m.start() - 6) : m.start()]):
            found.append(Quantity(m.start(), m.end(), float(_NTH[m["n"]]), None, None, "visit", "count", None, 0.5, m.group(), "", ("ordinal.visit",), unit_start=m.start()))
    for number in counted:
        m2 = re.match(_TIMES[text.language] + r"(?!\w)", text.low[number.end : number.end + 8])
        if m2 and not number.article and re.search(_GO[text.language], text.low[max(0, number.start - 60) : number.end + 40]):
            found.append(Quantity(number.start, number.end + m2.end(), number.value, None, None, "visit", "count", None, 0.5, text.raw[number.start : number.end], m2.group().strip(), ("count.times",), unit_start=number.end))
    return found
