"""Dates and periods: years, quarters, halves, months, days, ranges, and those that only the day of publication makes sure.

A date is an EDTF value, what part of it is meant (start, mid, end), how the sentence leans on it (in, by, since, from,
until), and whether it is explicit or relative. The words of a language stand in `_WORDS`; the patterns are the same for all.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from functools import cache

from karvan.evidence.read import lexicon
from karvan.evidence.read.text import Text
from karvan.evidence.read.units import unit_after

_Y = r"(?P<y>(?:1[89]|20)\d\d)"
_MONTHS = {
    "fr": "janvier|janv\\.?;février|fevrier|févr\\.?;mars;avril;mai;juin;juillet|juil\\.?;août|aout;septembre|sept\\.;octobre|oct\\.?;novembre|nov\\.?;décembre|decembre|déc\\.?",
    "en": "january|jan\\.?;february|feb\\.?;march|mar\\.;april|apr\\.?;may;june|jun\\.;july|jul\\.;august|aug\\.?;september|sept?\\.?;october|oct\\.?;november|nov\\.?;december|dec\\.?",
    "ru": "январ[ьяеюём]+;феврал[ьяеюём]+;март[аеуом]*;апрел[ьяеюём]+;ма[йяеюем]+;июн[ьяеюём]+;июл[ьяеюём]+;август[аеуом]*;сентябр[ьяеюём]+;октябр[ьяеюём]+;ноябр[ьяеюём]+;декабр[ьяеюём]+",
    "tr": "ocak;şubat;mart;nisan;mayıs;haziran;temmuz;ağustos;eylül;ekim;kasım;aralık",
    "az": "yanvar;fevral;mart;aprel;may;iyun;iyul;avqust;sentyabr;oktyabr;noyabr;dekabr",
    "kk": "қаңтар;ақпан;наурыз;сәуір;мамыр;маусым;шілде;тамыз;қыркүйек;қазан;қараша;желтоқсан",
}  # fmt: skip
_MONTH_END = {
    "tr": r"(?:'?(?:ın|in|un|ün|nın|nin|da|de|ta|te|dan|den|tan|ten|ı|i|u|ü|a|e|ayında|ayının))?(?: ayı\w*)?", "ru": "",
    "az": r"(?:ın|in|un|ün|da|də|dan|dən|a|ə|ı|i|u|ü)?(?: ayı\w*)?", "kk": r"(?:да|де|та|те|ның|нің|дың|дің|тың|тің|ға|ге|қа|ке)?(?: айы\w*)?",
}  # fmt: skip
_YEAR_END = {
    "fr": "", "en": "",
    "ru": r"(?:-?(?:й|го|м|му|е|ом|ый|ого))?(?:\s?(?:год(?:а|у|ом|ов|ы|ам|ах|е)?|гг?\.?)(?!\w))?",
    "tr": r"(?:[ ']?(?:yıl(?:ı|ında|ına|ının|ından|ları|larında|ında|ıyla|a|da)?|de|da|te|ta|e|a|ye|ya|in|ın|un|ün|nin|nın|den|dan|ten|tan|deki|daki|teki|taki)(?!\w))?",
    "az": r"(?:-?(?:ci|cı|cu|cü))?(?:\s?il(?:in|də|ə|dən|i|lər|ləri|lərdə|lər üçün)?(?!\w))?",
    "kk": r"(?:\s?жыл(?:ы|дың|ға|дан|да|дары|дарға|ғы|ғa)?(?!\w))?",
}  # fmt: skip
_WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "start": r"(?:le |au |du )?début(?: de)?(?: l'année| l'an| d')?(?: de)?", "mid": r"mi-|(?:le |au |du )?milieu (?:de |d')?(?:l'année |l'an )?(?:de )?",
        "end": r"(?:la |à la |de la )?fin(?: de| du| d')?(?: l'année| l'an)?(?: de)?",
        "quarter": r"(?P<q>premier|1er|deuxième|second|2e|2ème|troisième|3e|3ème|quatrième|dernier|4e|4ème) trimestre(?: de)?(?: l'année| l'an)?",
        "half": r"(?P<h>premier|première|1er|second|seconde|deuxième|2e|2ème) (?:semestre|moitié)(?: de)?(?: l'année| l'an)?",
        "months": r"(?P<n>\w+) premiers mois(?: de)?(?: l'année| l'an)?", "to": r"à|au|et|-", "before_range": r"(?:de |du |entre |d')?",
        "last_year": r"l'(?:année|an) (?:dernière|dernier|passée|passé|précédente|écoulée)|année dernière|an dernier",
        "this_year": r"cette année|l'année en cours|de l'année(?! \d| dern| proch| préc)|l'année courante", "next_year": r"l'(?:année|an) prochaine?|année prochaine|an prochain",
        "last": r"derniers?|passé|écoulé", "next": r"prochains?", "end_year": r"(?:la )?fin de (?:l'année|cette année|l'année en cours)", "ago": r"il y a (?P<n>\w+) ans",
        "day": r"(?P<d>1er|\d{1,2})", "of": "(?:de )?", "in": r"(?:en|courant|au cours de|durant|pendant|de|pour|l'année|année)",
    },
    "en": {
        "start": r"(?:the )?(?:beginning|start) of(?: the year)?|early(?:-| in )?", "mid": r"(?:the )?middle of|mid(?:-| )", "end": r"(?:the )?end of(?: the year)?|end-|year-end|late(?:-| in )?|(?:the )?close of",
        "quarter": r"(?:the )?(?P<q>first|1st|second|2nd|third|3rd|fourth|4th|last|final) quarter(?: of| in)?(?: the year)?", "half": r"(?:the )?(?P<h>first|1st|second|2nd) half(?: of| in)?(?: the year)?",
        "months": r"(?:the )?first (?P<n>\w+) months(?: of)?(?: the year)?", "to": r"to|through|until|and|-", "before_range": r"(?:from |between )?",
        "last_year": r"last year|the previous year|the past year", "this_year": r"this year|the current year", "next_year": r"next year|the coming year|the following year",
        "last": r"last", "next": r"next", "end_year": r"(?:by )?(?:the )?end of (?:the|this) year|year-end", "ago": r"(?P<n>\w+) years ago",
        "day": r"(?P<d>\d{1,2})(?:st|nd|rd|th)?", "of": "(?:of )?", "in": r"(?:in|during|for|of|the year)",
    },
    "ru": {
        "start": r"начал[оауе]", "mid": r"середин[аыуе]", "end": r"кон(?:ец|ца|це|цу|цом)", "quarter": r"(?P<q>перв\w+|втор\w+|трет\w+|четверт\w+|i{1,3}|iv|[1-4])(?:-?(?:м|й|го))? квартал\w*",
        "half": r"(?P<h>перв\w+|втор\w+|i{1,2}|[12])(?:-?(?:м|й|го))? (?:полугоди\w+|половин\w+)", "months": r"(?:за |в )?(?:перв\w+ )?(?P<n>\w+) месяц\w*",
        "to": r"по|до|и|-", "before_range": r"(?:с |за |в |от |между )?", "last_year": r"прошл\w+ год\w*|минувш\w+ год\w*|предыдущ\w+ год\w*|прошлогодн\w+",
        "this_year": r"текущ\w+ год\w*|эт\w+ год\w*|нынешн\w+ год\w*|с начала года", "next_year": r"следующ\w+ год\w*|будущ\w+ год\w*", "last": r"прошл\w+|минувш\w+", "next": r"следующ\w+|предстоящ\w+",
        "end_year": r"конц[аеу] (?:этого |текущего )?года", "ago": r"(?P<n>\w+) (?:лет|года) назад", "day": r"(?P<d>\d{1,2})", "of": "", "in": r"(?:в|за|на|по итогам|в течение)",
    },
    "tr": {
        "start": r"(?!x)x", "mid": r"(?!x)x", "end": r"(?!x)x",
        "quarter": r"(?P<q>ilk|birinci|1\.|ikinci|2\.|üçüncü|3\.|dördüncü|son|4\.) çeyre\w+", "half": r"(?P<h>ilk|birinci|ikinci|1\.|2\.) (?:yarı\w+|altı ay\w+)", "months": r"ilk (?P<n>\w+) ay\w*",
        "to": r"ile|ve|-", "before_range": "", "last_year": r"geçen yıl\w*|geçtiğimiz yıl\w*|önceki yıl\w*|bir önceki yıl\w*", "this_year": r"bu yıl\w*|içinde bulunduğumuz yıl\w*", "next_year": r"gelecek yıl\w*|önümüzdeki yıl\w*",
        "last": r"geçen|geçtiğimiz", "next": r"gelecek|önümüzdeki", "end_year": r"yıl sonu\w*|yılın sonu\w*", "ago": r"(?P<n>\w+) yıl önce", "day": r"(?P<d>\d{1,2})", "of": "", "in": "",
    },
    "az": {
        "start": r"(?!x)x", "mid": r"(?!x)x", "end": r"(?!x)x", "quarter": r"(?P<q>birinci|ilk|ikinci|üçüncü|dördüncü) rüb\w*", "half": r"(?P<h>birinci|ilk|ikinci) yarı\w+", "months": r"(?:ilk )?(?P<n>\w+) ay\w*",
        "to": r"və|-", "before_range": "", "last_year": r"ötən il\w*|keçən il\w*", "this_year": r"bu il\w*|cari il\w*", "next_year": r"gələn il\w*|növbəti il\w*", "last": r"ötən|keçən", "next": r"gələn",
        "end_year": r"ilin sonu\w*", "ago": r"(?P<n>\w+) il əvvəl", "day": r"(?P<d>\d{1,2})", "of": "", "in": "",
    },
    "kk": {
        "start": r"(?!x)x", "mid": r"(?!x)x", "end": r"(?!x)x", "quarter": r"(?P<q>бірінші|екінші|үшінші|төртінші) тоқсан\w*", "half": r"(?P<h>бірінші|екінші) жартыжылдық\w*", "months": r"(?P<n>\w+) ай\w*",
        "to": r"мен|-", "before_range": "", "last_year": r"өткен жыл\w*|былтыр", "this_year": r"биыл\w*|осы жыл\w*", "next_year": r"келесі жыл\w*|келер жыл\w*", "last": r"өткен", "next": r"келесі",
        "end_year": r"жыл соңы\w*", "ago": r"(?P<n>\w+) жыл бұрын", "day": r"(?P<d>\d{1,2})", "of": "", "in": "",
    },
}  # fmt: skip
_AFTER_PART = {  # languages that say "2027's end": year first, part after
    "tr": {"end": r" ?(?:yılı(?:nın)?|'?(?:nin|nın|in|ın|un|ün))? ?son(?:u|una|unda|larına|larında|undan)\w*", "start": r" ?(?:yılı(?:nın)?|'?(?:nin|nın|in|ın|un|ün))? ?(?:başı|başında|başlarında|başına)\w*", "mid": r" ?(?:yılı(?:nın)?|'?(?:nin|nın|in|ın|un|ün))? ?(?:ortası|ortasında|ortalarında|ortasına)\w*"},
    "az": {"end": r"(?:-c[iıuü])? ?(?:ilin)? ?sonu\w*", "start": r"(?:-c[iıuü])? ?(?:ilin)? ?əvvəli\w*", "mid": r"(?:-c[iıuü])? ?(?:ilin)? ?ortası\w*"},
    "kk": {"end": r" ?(?:жылдың|жыл)? ?соңы\w*", "start": r" ?(?:жылдың|жыл)? ?басы\w*", "mid": r" ?(?:жылдың|жыл)? ?ортасы\w*"},
}  # fmt: skip
_LEFT = {
    "fr": [("by", r"d'ici(?: à| la| le| l')*|à l'horizon(?: de)?|avant(?: la| le| l')?|au plus tard(?: en| à| le| fin)*|d'ici à(?: la)?"), ("until", r"jusqu'(?:en|à|au|à la)|jusqu'à la"), ("since", r"depuis(?: le)?"), ("from", r"à partir d[eu]|dès|à compter d[eu]")],
    "en": [("by", r"by(?: the)?|before(?: the)?|no later than|not later than|on the horizon of"), ("until", r"until(?: the)?|till|through|up to"), ("since", r"since(?: the)?"), ("from", r"from|starting(?: from| in)?|as of|beginning(?: in)?")],
    "ru": [("by", r"к(?: концу| началу| середине)?|до|не позднее"), ("until", r"по"), ("from", r"начиная с"), ("since", r"с")],
    "tr": [], "az": [], "kk": [],
}  # fmt: skip
_RIGHT = {
    "tr": [("by", r"^\W{0,2}(?:\w{0,4} )?(?:kadar|dek|değin)\b"), ("from", r"^\W{0,2}(?:\w{0,4} )?itibaren"), ("since", r"^\W{0,2}(?:\w{0,4} )?(?:beri|bu yana)")],
    "az": [("by", r"^\W{0,2}(?:\w{0,4} )?(?:qədər|dək|kimi)\b"), ("from", r"^\W{0,2}(?:\w{0,4} )?(?:etibarən|başlayaraq)")],
    "kk": [("by", r"^\W{0,2}(?:\w{0,4} )?(?:дейін|қарай)"), ("from", r"^\W{0,2}(?:\w{0,4} )?бастап")],
    "fr": [], "en": [], "ru": [],
}  # fmt: skip
_FIRSTS = (("premi", 1), ("1", 1), ("first", 1), ("перв", 1), ("ilk", 1), ("birinci", 1), ("бірінші", 1), ("deux", 2), ("second", 2), ("2", 2), ("втор", 2), ("ikinci", 2),
           ("екінші", 2), ("trois", 3), ("third", 3), ("3", 3), ("трет", 3), ("üçüncü", 3), ("үшінші", 3), ("quatri", 4), ("dernier", 4), ("fourth", 4), ("last", 4),
           ("final", 4), ("4", 4), ("четв", 4), ("dörd", 4), ("son", 4), ("төртінші", 4), ("iv", 4), ("iii", 3), ("ii", 2), ("i", 1))  # fmt: skip
_COUNT = {w: n for n, ws in enumerate((
    "", "un one один одного bir бір", "deux two два двух iki екі", "trois three три трех üç uc үш", "quatre four четыре четырех dört dörd төрт",
    "cinq five пять пяти beş бес", "six six шесть шести altı алты", "sept seven семь семи yedi yeddi жеті", "huit eight восемь восьми sekiz səkkiz сегіз",
    "neuf nine девять девяти dokuz doqquz тоғыз", "dix ten десять десяти on он", "onze eleven одиннадцать одиннадцати")) for w in ws.split()}  # fmt: skip
_NAMES = lexicon.pattern("name_before_a_year")


@dataclass(frozen=True)
class Date:
    """One date or period. `edtf` is None when only the day of publication could tell and there is none. `month` is that
    of a month without a year, which the tense decides (`settled`)."""

    start: int
    end: int
    edtf: str | None
    part: str | None
    lean: str
    basis: str
    rule: str
    month: int = 0
    day: int = 0

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(int(y) for y in re.findall(r"(?<![\d-])\d{4}", self.edtf or ""))


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    w = _WORDS[language]
    names = _MONTHS[language].split(";")
    end = _MONTH_END.get(language, "")
    month = "(?:" + "|".join(names) + ")" + end + r"(?!\w)"
    m1, m2 = f"(?P<m>{month})", f"(?P<m2>{month})"
    ye = _YEAR_END[language]
    y, y2 = _Y + ye, r"(?P<y2>(?:1[89]|20)?\d\d)" + ye
    part = f"(?P<start>{w['start']})|(?P<mid>{w['mid']})|(?P<end>{w['end']})"
    gap = r"(?: de| of| d'|,)? ?"
    out: list[tuple[str, str]] = []
    after = _AFTER_PART.get(language)
    yearly_after = rf"{_Y}(?: yılının|-c[iıuü] ilin| жылдың|'(?:in|ın|un|ün|nin|nın))? "
    if after:
        for name, tail in after.items():
            out.append((f"part.{name}", rf"{_Y}{tail}"))
        out.append(("quarter", yearly_after + w["quarter"]))
        out.append(("half", yearly_after + w["half"]))
        out.append(("months", yearly_after + w["months"]))
        out.append(("month_range_yearfirst", yearly_after + rf"{m1} ?(?:-|ve|ile) ?{m2}"))
        out.append(("year_month_day", yearly_after + rf"(?:{w['day']} )?{m1}"))
    out += [
        ("iso", r"(?P<y>20\d\d)-(?P<mm>0[1-9]|1[0-2])(?:-(?P<d>[0-3]\d))?"),
        ("day_dotted", r"(?P<d>[0-3]?\d)\.(?P<mm>0[1-9]|1[0-2])\.(?P<y>20\d\d)"),
        ("day_span", rf"(?P<d>\d{{1,2}})(?:er)?(?: ?(?:-|–|au|et|to|и) ?)(?P<d2>\d{{1,2}}) {m1}(?:,? {y})?"),
        ("month_range", rf"{w['before_range']}{m1} ?(?:{w['to']}) ?{m2}{gap}{y}"),
        ("month_range_open", rf"{w['before_range']}{m1} ?(?:{w['to']}) ?{m2}"),
        ("day", rf"{w['day']} {w['of']}{m1},? ?{y}"),
        ("day_en", rf"{m1} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? {y}"),
        ("part_month", rf"(?:{part}) ?{w['of']}(?:d')?{m1}(?:{gap}{y})?"),
        ("month", rf"{m1}{gap}{y}"),
        ("day_open", rf"{w['day']} {w['of']}{m1}"),
        ("day_en_open", rf"{m1} (?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?! ?\d|[.,]\d| ?(?:million|percent|%))"),
        ("month_last", rf"{m1} (?P<last>{w['last']})(?!\w)|(?P<last2>{w['last']}) (?P<mb>{month})"),
        ("month_next", rf"{m1} (?P<next>{w['next']})(?!\w)|(?P<next2>{w['next']}) (?P<mb>{month})"),
        ("quarter", rf"{w['quarter']}{gap}{y}|(?P<q2>[tq][1-4]) ?{_Y.replace('<y>', '<yq>')}"),
        ("quarter_open", rf"{w['quarter']}(?: de cette année| этого года| текущего года| of this year)?"),
        ("half", rf"{w['half']}{gap}{y}|(?P<h2>[hs][12]) ?{_Y.replace('<y>', '<yh>')}"),
        ("half_open", rf"{w['half']}"),
        ("months", rf"{w['months']}{gap}{y}"),
        ("months_open", rf"{w['months']}|(?:en|sur|over|in|within the) (?P<nn>\w+) (?:premiers )?(?:mois|months)" if language in ("fr", "en") else r"(?:за |в )?первы\w+ (?P<n>\w+) месяц\w*|за (?P<nn>\w+) месяц\w*" if language == "ru" else rf"bu yılın {w['months']}" if language == "tr" else r"(?!x)x"),
        ("part_next", rf"(?:{part}) ?(?:de |d'|of )?(?:{w['next_year']})"),
        ("end_year", w["end_year"]),
        ("part", rf"(?:{part}) ?{y}"),
        ("year_range", rf"{w['before_range']}{_Y}(?: ?(?:-|–) ?| (?:à|to|et|and|through|по|до) ){y2}" if language in ("fr", "en", "ru") else rf"{_Y} ?(?:-|–| ve | və | ile ) ?{y2}"),
        ("ago", w["ago"]),
        ("last_year", w["last_year"]), ("next_year", w["next_year"]), ("this_year", w["this_year"]),
        ("year", y),
        ("month_open", rf"{m1}"),
    ]  # fmt: skip
    return tuple((name, re.compile(rf"(?<![\w.,-])(?:{pattern})(?![\w]|[.,]\d)" if name != "part" else rf"(?<![\w.,])(?:{pattern})(?![\w]|[.,]\d)")) for name, pattern in out)


@cache
def _trigger(language: str) -> re.Pattern[str]:
    """What may begin a date: only around these are the patterns tried, so that time stays in proportion to the text."""
    w = _WORDS[language]
    relative = "|".join((w["last_year"], w["this_year"], w["next_year"], w["end_year"], w["ago"], w["quarter"], w["half"], w["months"]))
    relative = re.sub(r"\(\?P<\w+>", "(?:", relative)
    return re.compile(rf"(?<!\d)(?:1[89]|20)\d\d(?!\d)|(?<!\w)(?:{'|'.join(_MONTHS[language].split(';'))})|(?<!\w)(?:{relative})|\d\.\d\d\.20\d\d")


def find(text: Text) -> list[Date]:
    """All dates of a text, left to right, none overlapping."""
    patterns = _patterns(text.language)
    low, found, taken = text.low, [], -1
    for trigger in _trigger(text.language).finditer(low):
        if trigger.start() < taken:
            continue
        date = _around(text, patterns, trigger.start(), trigger.end(), max(taken, 0))
        if date is not None:
            found.append(date)
            taken = date.end
    return found


def _around(text: Text, patterns: tuple[tuple[str, re.Pattern[str]], ...], at: int, stop: int, floor: int) -> Date | None:
    """The longest date that covers the trigger and begins at most a few words before it."""
    low = text.low
    starts = [at]
    i = text.word_at(at)
    for k in range(1, 8):
        if i - k < 0 or text.words[i - k].start < floor or at - text.words[i - k].start > 34 or "\n" in low[text.words[i - k].start : at]:
            break
        starts.append(text.words[i - k].start)
    best: tuple[int, int, str, re.Match[str]] | None = None
    for start in reversed(starts):
        for name, pattern in patterns:
            m = pattern.match(low, start, min(start + 70, len(low)))
            if m and m.end() > at and m.end() >= stop - 1 and (best is None or m.end() - m.start() > best[1] - best[0]):
                best = (m.start(), m.end(), name, m)
    return None if best is None else _date(text, best[2], best[3])


def _date(text: Text, name: str, m: re.Match[str]) -> Date | None:
    groups = {k: v for k, v in m.groupdict().items() if v is not None}
    year = _year_of(text.published)
    y = next((int(groups[k]) for k in ("y", "yq", "yh") if k in groups), None)
    if name == "year" and (_NAMES.search(text.low[max(0, m.start() - 30) : m.start()]) or _is_amount(text, m)):
        return None
    edtf, basis, part = None, "explicit", None
    month = _month_of(text.language, groups.get("m") or groups.get("mb") or "")
    day = int(re.sub(r"\D", "", groups["d"])) if "d" in groups else 0
    known = y or year
    if "mm" in groups:
        month = int(groups["mm"])
    if name in ("iso", "day_dotted", "day", "day_en", "day_span", "year_month_day") and day > 31:
        return None
    if name in ("iso", "day_dotted", "day", "day_en", "year_month_day"):
        edtf = f"{y}-{month:02d}" + (f"-{day:02d}" if day else "")
    elif name == "day_span":
        day2 = int(groups["d2"])
        if day > 31 or day2 > 31:
            return None
        edtf, basis = (f"{known}-{month:02d}-{day:02d}/{known}-{month:02d}-{day2:02d}" if known else None), "explicit" if y else "relative"
    elif name in ("month_range", "month_range_yearfirst", "month_range_open"):
        last = _month_of(text.language, groups["m2"])
        basis = "explicit" if y else "relative"
        if known and not y and text.published and len(text.published) >= 7 and last > int(text.published[5:7]):
            known -= 1
        edtf = f"{known}-{month:02d}/{known}-{last:02d}" if known else None
    elif name == "month":
        edtf = f"{y}-{month:02d}"
    elif name == "part_month":
        part = _part(groups)
        if y is None:
            return _lean(text, Date(m.start(), m.end(), _open_month(text.published, month, 0, False), part, "in", "relative", f"date.{name}", month))
        edtf = f"{y}-{month:02d}"
    elif name in ("quarter", "quarter_open"):
        q = int(groups["q2"][1]) if "q2" in groups else _first(groups["q"])
        basis = "explicit" if y else "relative"
        edtf = f"{known}-{3 * q - 2:02d}/{known}-{3 * q:02d}" if known else None
    elif name in ("half", "half_open"):
        h = int(groups["h2"][1]) if "h2" in groups else _first(groups["h"])
        basis = "explicit" if y else "relative"
        edtf = f"{known}-{6 * h - 5:02d}/{known}-{6 * h:02d}" if known else None
    elif name in ("months", "months_open"):
        said = groups.get("n") or groups.get("nn") or ""
        n = int(said) if said.isdigit() else _COUNT.get(said, 0)
        if not (2 if "nn" in groups else 1) <= n <= 12:
            return None
        now = int(text.published[5:7]) if text.published and len(text.published) >= 7 else 12
        if "nn" in groups and (not text.published or (now - n) % 12 > 3):
            return None
        if known and not y and now < n:
            known -= 1
        basis = "explicit" if y else "relative"
        edtf = f"{known}-01/{known}-{n:02d}" if known else None
    elif name.startswith("part."):
        part, edtf = name.split(".")[1], str(y)
    elif name == "part":
        part, edtf = _part(groups), str(y)
    elif name == "part_next":
        part, basis, edtf = _part(groups), "relative", str(year + 1) if year else None
    elif name == "end_year":
        part, basis, edtf = "end", "relative", str(year) if year else None
    elif name == "year_range":
        second = groups["y2"]
        last_year = int(second) if len(second) == 4 else int(str(y)[:2] + second)
        if not y or last_year <= y or last_year - y > 60:
            return _lean(text, Date(m.start("y"), m.end("y"), str(y), None, "in", "explicit", "date.year"))
        edtf = f"{y}/{last_year}"
    elif name == "ago":
        n = int(groups["n"]) if groups["n"].isdigit() else _COUNT.get(groups["n"], 0)
        basis, edtf = "relative", str(year - n) if year and n else None
    elif name in ("last_year", "this_year", "next_year"):
        basis, edtf = "relative", str(year + {"last_year": -1, "this_year": 0, "next_year": 1}[name]) if year else None
    elif name == "year":
        edtf = str(y)
    else:  # a month or a day without its year
        future = "next" in groups or "next2" in groups
        if name == "month_open" and not _is_month(text, m):
            return None
        if day > 31:
            return None
        settled = _open_month(text.published, month, day, future)
        if name == "month_last" and settled and text.published and settled[:7] == text.published[:7]:
            settled = f"{int(settled[:4]) - 1}{settled[4:]}"
        return _lean(text, Date(m.start(), m.end(), settled, None, "in", "relative", f"date.{name}", 0 if name in ("month_last", "month_next") else month, day))
    return _lean(text, Date(m.start(), m.end(), edtf, part, "in", basis, f"date.{name.split('.', maxsplit=1)[0]}"))


def _lean(text: Text, date: Date) -> Date:
    """How the sentence leans on a date, by the words just before or after it; they stay outside its span."""
    if "range" in date.rule and not re.search(r"jusqu|until|до", text.low[max(0, date.start - 8) : date.start]):
        return date
    before, after = text.low[max(0, date.start - 30) : date.start], text.low[date.end : date.end + 24]
    inside = text.low[date.start : date.end]
    for lean, words in _LEFT[text.language]:
        if re.search(rf"(?<!\w)(?:{words})\W{{0,2}}$", before) or re.match(rf"(?:{words}) ", inside):
            return replace(date, lean=lean)
    for lean, words in _RIGHT[text.language]:
        if re.search(words, after):
            return replace(date, lean=lean)
    m = re.search(r"kadar|qədər|дейін", inside)
    return replace(date, lean="by") if m else date


def settled(date: Date, published: str | None, future: bool) -> Date:
    """A month or day without a year, in the year that the tense asks for."""
    if not date.month:
        return date
    return replace(date, edtf=_open_month(published, date.month, date.day, future))


def _open_month(published: str | None, month: int, day: int, future: bool) -> str | None:
    year = _year_of(published)
    if year is None or not month:
        return None
    now = (int(published[5:7]) if published and len(published) >= 7 else 12, int(published[8:10]) if published and len(published) >= 10 else 31)
    when = (month, day or (1 if not future else 31))
    if future and when < now:
        year += 1
    if not future and when > now:
        year -= 1
    return f"{year}-{month:02d}" + (f"-{min(day, calendar.monthrange(year, month)[1]):02d}" if day else "")


def _year_of(published: str | None) -> int | None:
    return int(published[:4]) if published and published[:4].isdigit() else None


def _part(groups: dict[str, str]) -> str | None:
    return next((name for name in ("start", "mid", "end") if name in groups), None)


def _first(word: str) -> int:
    return next((n for stem, n in _FIRSTS if word.startswith(stem)), 1)


@cache
def _month_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(f"(?:{name})") for name in _MONTHS[language].split(";"))


def _month_of(language: str, word: str) -> int:
    for number, pattern in enumerate(_month_patterns(language), 1):
        if word and pattern.match(word):
            return number
    return 0


_BEFORE_MONTH = {
    "fr": r"(?:en|de|d'|du|le|fin|début|mi-|depuis|dès|à|au|et|mois de|mois d') ?$", "en": r"(?:in|of|since|by|until|from|last|next|early|late|mid-|this|and|through|during) ?$",
    "ru": r"(?:в|с|до|к|за|по|на|конце|начале|середине|и) ?$",
}  # fmt: skip


def _is_month(text: Text, m: re.Match[str]) -> bool:
    """Whether a lone month word is a month: after a preposition, capital where the language writes it so."""
    word = m.group()
    if text.language in ("tr", "az", "kk"):
        return text.language == "tr" and text.raw[m.start()].isupper() and bool(re.search(r"(?:'|ayı|da$|de$|ta$|te$)", word)) and word not in ("mart", "ocak")
    if text.language == "en":
        return text.raw[m.start()].isupper() and bool(re.search(_BEFORE_MONTH["en"], text.low[max(0, m.start() - 12) : m.start()])) and word not in ("mar.", "may.")
    return bool(re.search(rf"(?<!\w){_BEFORE_MONTH[text.language]}", text.low[max(0, m.start() - 12) : m.start()]))


def _is_amount(text: Text, m: re.Match[str]) -> bool:
    """Whether four digits are an amount and not a year: a unit follows (2000 tonnes), or a sign precedes ($1900)."""
    before = text.plain[max(0, m.start() - 2) : m.start()].strip()
    if before[-1:] in ("$", "€", "£", "+", "№"):
        return True
    if re.match(r" (?:million|billion|milliard|млн|млрд|тыс|milyon|milyar|bin )", text.low[m.end("y") : m.end("y") + 12]):
        return True
    if m.end() > m.end("y"):
        return False
    hit = unit_after(text, text.word_at(m.end("y")))
    return hit is not None and hit.kind not in ("time",) and not (hit.kind == "count" and hit.skipped)


# --- the way back, for round trips -----------------------------------------------------------------------------------


def write(year: int, month: int, language: str, day: int = 0) -> str:
    """A month, or a day, as a newspaper of the language prints it."""
    names = {
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "en": "January February March April May June July August September October November December",
        "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    }  # fmt: skip
    name = names[language].split()[month - 1]
    if language == "en" and day:
        return f"{name} {day}, {year}"
    return " ".join(part for part in (str(day) if day else "", name, str(year)) if part)
