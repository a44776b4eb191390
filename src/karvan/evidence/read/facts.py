"""What a date dates when it dates no figure: a signature, a beginning, an opening, a summit; by the nearest word of an event."""

from __future__ import annotations

import re

from karvan.evidence.read.dates import Date
from karvan.evidence.read.text import Span, Text

_EVENTS: tuple[tuple[str, str, str], ...] = (
    ("plan_period", "agreement", r"(?:plan d'action|feuille de route|programme|stratégie|plan|roadmap|action plan|strategy|programm?e|дорожн\w+ карт\w+|программ\w+|план\w*|стратеги\w+|yol haritası|eylem planı|program\w*|yol xəritəsi|жол картасы)"),
    ("signing_date", "agreement", r"(?:sign(?:é|ée|és|ées|er|ature|ent|aient|eront|era)(?!al)|paraph\w+|conclu(?!sion)\w*|convenu\w*|ratifi\w+|sign(?:ed|ing)(?!ific)|initialled|concluded|agreed|ratified|подписа\w+|заключ\w+|договорил\w+|парафир\w+|imzala\w+|imza\w*|imzalan\w*|қол қой\w*)"),
    ("completion_date", "project", r"(?:achèvement|achev(?:é|ée|és|ées|er|era|eront)|termin(?:é|ée|és|ées|er|era|eront)|finalis\w+|livr(?:é|ée|és|er|era)|complet(?:ed|ion|e)|finish\w*|finali[sz]ed|заверш\w+|законч\w+|достро\w+|окончан\w+|tamamlan\w+|bitiril\w*|bitecek|başa çat\w+|аяқта\w+)"),
    ("operational_date", "project", r"(?:opérationnel\w*|mise? en service|mise en exploitation|entr\w+ en service|pleine capacité|en fonctionnement|operational|commission(?:ed|ing)|enter\w* (?:into )?service|put into operation|come online|введ\w+ в эксплуатацию|ввод\w*|введут|заработа\w+|эксплуатаци\w+|faaliyete\w*|hizmete\w*|devreye\w*|işletmeye\w*|istismara veril\w+|пайдалануға\w*)"),
    ("opening_date", "event", r"(?:inaugur\w+|ouvert(?:e|es|s|ure)?|ouvri\w+|rouvert\w*|open(?:ed|s|ing)?|reopen\w*|откры\w+|açıl\w+|açacak|ашыл\w+)"),
    ("start_date", "project", r"(?:lanc(?:é|ée|és|ées|er|era|ement|eront)|début(?:é|er|era|eront|ent|ant)?(?= |é|e)|commenc\w+|démarr\w+|entam\w+|pose de la première pierre|launch\w*|start(?:ed|s|ing)?|began|begin|begun|commence\w*|broke ground|groundbreaking|kick\w* off|нача\w+|начн\w+|запу[сщ]\w+|старт\w+|başla\w+|temel\w* at\w+|басталды|баста\w+)"),
    ("founding_date", "event", r"(?:fond(?:é|ée|és|ation)|créé\w*|création|établi(?:e|s)?|founded|established|created|set up|формирова\w+|основан\w*|созда\w+|учрежд\w+|kurul\w+|yaradıl\w+|құрыл\w+)"),
    ("visit_date", "visit", r"(?:visite\w*|s'est rendu\w*|se rendra|en déplacement|visit(?:ed|s)?|travel\w* to|визит\w*|посети\w+|прибы\w+|ziyaret\w*|səfər\w*|сапар\w*)"),
    ("event_date", "event", r"(?:sommet|réunion|conférence|forum|rencontre|s'est tenue?|se sont tenue?s|tiendra|aura lieu|a eu lieu|accueilli\w*|organis\w+|déclar\w+|incident|entretien|session|summit|meeting|conference|held|took place|take place|host\w*|met|talks|gathering|саммит\w*|встреч\w*|форум\w*|конференц\w*|состоя\w+|пройд[её]т|прошл[аои]\w*|заседани\w*|zirve\w*|toplantı\w*|görüş\w*|düzenlen\w+|konferans\w*|yapıl\w+|sammit\w*|keçiril\w+|кездес\w+|саммит\w*|өтті|өтеді|anniversa\w+|célébr\w+|commémor\w+|décid\w+|adopt\w+|annonc\w+|announced|объяв\w+|entr\w+ en vigueur|came into force|enter\w* into force|took effect|takes? effect|вступ\w+ в силу|suspendu\w*|suspended|levé\w*|ferm\w+|clos\w+|transf\w+|achet\w+|rachet\w+|acqui\w+|arriv\w+|parti\w*|departed|прибыл\w*|отправ\w+)"),
)  # fmt: skip


_HAPPENED = re.compile(r"(?:[a-z]ed|é|ée|és|ées|ouvert|ouverte|conclu|tenue?s?|held|began|begun|met|took place|eu lieu|лся|лась|лись|лось|[аеи]л[аио]?|[ае]н[аоы]?|[dt][ıiuü])$")
_STILL_TO = re.compile(r"(?:sera|seront|être|sont à| be|будет|будут|быть|olacak|to)\s(?:\w+\s)?$")


def event_of(text: Text, sentence: Span, date: Date) -> tuple[str, str, str, bool] | None:
    """What a date dates: (type, metric, rule, whether its word says that it happened), by the nearest word of an event; None when nothing happens on it."""
    low = text.low
    if date.rule == "date.year_range" or date.lean == "until":
        near = low[max(sentence.start, date.start - 140) : min(sentence.end, date.end + 40)]
        if re.search(_EVENTS[0][2], near):
            return "agreement", "plan_period", "fact.plan", False
    best: tuple[float, str, str, bool] | None = None
    for name, kind, words in _EVENTS[1:]:
        for m in re.finditer(rf"(?<!\w){words}", low[sentence.start : sentence.end]):
            a, b = sentence.start + m.start(), sentence.start + m.end()
            distance = float(date.start - b) if b <= date.start else 1.2 * (a - date.end)
            cut = low[b : date.start] if b <= date.start else low[date.end : a]
            distance += 40 * len(re.findall(r"[;:]|, et |, and |, а ", cut)) + (25 if name in ("event_date", "visit_date", "founding_date") else 0)
            if best is None or distance < best[0]:
                best = (distance, name, kind, bool(_HAPPENED.search(m.group())) and not _STILL_TO.search(low[max(sentence.start, a - 26) : a]))
    if date.lean == "until" and best is None and re.search(_EVENTS[0][2], low[sentence.start : sentence.end]):
        return "agreement", "plan_period", "fact.plan", False
    if best is None or best[0] > 170:
        return None
    name, kind = best[1], best[2]
    if name == "event_date" and re.search(r"anniversa|годовщин|yıl ?dönüm", low[sentence.start : sentence.end]) and date.lean == "in" and re.search(r"marquera|mark|отмет|célébrera", low[sentence.start : sentence.end]):
        name = "anniversary_date"
    return kind, name, "fact.event", best[3]
