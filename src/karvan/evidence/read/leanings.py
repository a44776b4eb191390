"""How dates stand to figures: what is only compared with, what dates an event told beside, what lies ahead, what frames a sentence."""

from __future__ import annotations

import re

from karvan.evidence.read.dates import Date
from karvan.evidence.read.quantities import Quantity
from karvan.evidence.read.text import Text

PLAN = re.compile(r"(?:plan|feuille de route|programme|stratégie|roadmap|action plan|strategy|program|дорожн\w+ карт\w+|программ\w+|план\w*|стратеги\w+|yol haritası|eylem planı)(?: [\w']+){0,5} (?:pour |for |на |de |in )?(?:la période |the period )?$")
YEAR_BEFORE = re.compile(r"^\W{0,3}(?:un an (?:plus tôt|auparavant|avant)|l'année (?:précédente|d'avant)|a year (?:earlier|ago|before)|(?:in )?the (?:previous|prior) year|годом ранее|год назад|bir (?:yıl|önceki yıl) önce|(?:en|à) la même période)")


def lies_ahead(date: Date, published: str | None) -> bool | None:
    """Whether a date lies after the day of publication; None when one of both is unknown."""
    if not published or not date.edtf:
        return None
    last = date.edtf.split("/")[-1]
    size = min(len(last), len(published))
    if last[:size] == published[:size]:
        return (date.part == "end" or date.lean == "by") if size == 4 else False
    return last[:size] > published[:size]


def this_year(date: Date, published: str | None) -> bool:
    return bool(published and date.edtf and date.edtf[:4] == published[:4] and ("/" in date.edtf or len(date.edtf) == 4))


def part_of(date: Date) -> str | None:
    return date.part or ("by" if date.lean in ("by", "until") else None)


_BASE_BEFORE = re.compile(r"(?<!\w)(?:par rapport (?:à|au|aux)|comparé\w* (?:à|au|aux)|contre|face à|qu'en|que l'|que celui de|que celle de|à la même période (?:de |en )?|même période (?:de |en )?|compared (?:to|with)|against|versus|vs\.?|than in|than|from the same period (?:of|in)|same period (?:of|in|last)?|over the same period|relative to|сравнению с|против|чем в|чем за|показател\w+|уровн\w+|than the|аналогичн\w+ (?:период\w*|показател\w*)|уровню|к аналогичному периоду|на фоне|bir önceki yıl\w*|göre|nisbətən)(?: de| du| la| le| les| l'année| l'| d'| période| the| in| of| в| за| период\w*| показател\w*| прошл\w+| niveau| celui| même| level| figures?| уровн\w+|\W|\d[\d., ]*|million\w*|milliard\w*|billion\w*|tonne\w*|tons?|de |teu|evp|en |млн|тонн\w*|дфэ|dollars?|евро){0,9}$")
_BASE_AFTER = {"tr": re.compile(r"^\W{0,2}\w{0,4}\s?(?:\w+ )?(?:göre|kıyasla|karşılaştırıldığında|aynı dönem)"), "az": re.compile(r"^\W{0,2}(?:\w+ ){0,3}(?:nisbətən|müqayisədə)"), "kk": re.compile(r"^\W{0,2}(?:\w+ ){0,2}(?:салыстырғанда|қарағанда)")}


def is_base(text: Text, date: Date) -> bool:
    """Whether a date is only what something is compared with: par rapport à 2023, compared to the same period of last year."""
    before = text.low[max(0, date.start - 70) : date.start]
    if _BASE_BEFORE.search(before):
        return True
    after = _BASE_AFTER.get(text.language)
    return bool(after and after.match(text.low[date.end : date.end + 40]))


def is_event_date(text: Text, date: Date) -> bool:
    """Whether a date belongs to a signature or foundation told beside a figure and not to the figure."""
    before = text.low[max(0, date.start - 44) : date.start]
    if text.language in ("tr", "az") and re.match(r"\W{0,2}\w{0,6}\s?(?:kurulan|açılan|imzalanan|başlayan|yaradılan)", text.low[date.end : date.end + 24]):
        return True
    return bool(re.search(r"(?:ouverture|création|lancement|fondation|opening|launch|inception|открыти\w+|signée?s?|fondée?|créée?|lancée?s?|inaugurée?|ouverte?|adoptée?|signed|founded|established|launched|opened|adopted|подписан\w*|основан\w*|создан\w*|запущен\w*|открыт\w*)(?: \w+){0,3} (?:en |in |в |le |au |on )?(?:mois de )?$", before))


DESIGN = re.compile(r"d'une (?:capacité|puissance)|with a (?:\w+ )*capacity|мощностью|kapasiteli")
_MILESTONE = r"(?:entam\w*|engag\w*|inaugur\w*|achev\w*|achèvement|termin(?:é|er)\w*|mis\w* en service|livr(?:é|er)\w*|ouvert\w*|ouvrir\w*|lanc[ée]\w*|démarr\w*|début\w*|commenc\w*|opérationnel\w*|complet(?:ed|ion)|open(?:ed|ing|s)?|beg[aiu]n|start(?:ed|s|ing)?|launch\w*|operational|commission\w*|ready|эксплуатацию|заверш\w+|начал\w*|начн\w+|откр\w+|запу[сщ]\w+|построе\w+|построят)"
_MILESTONE_BEFORE = re.compile(_MILESTONE + r"(?: \w+){0,2} (?:(?:en|in|в|le|au|on|d'ici|by|до|к|for|fin|pour|au cours)(?: \w+){0,2} ?)?$")
_MILESTONE_AFTER = re.compile(r"^\W{0,2}\w{0,4}\s?(?:kadar )?(?:tamamlan|açıl|başla|imzala|kurul|hizmete|bitiril|devreye)")


def is_milestone(text: Text, date: Date) -> bool:
    """Whether a date is that of a beginning, an opening or an end told beside a figure of the project: completed in 2027."""
    if re.match(r"^,? (?:a été |ont été |ont |a |был\w* |were |was )?(?:signé|подписан|заключ|signed|paraphé)", text.low[date.end : date.end + 30]):
        return True
    return bool(_MILESTONE_BEFORE.search(text.low[max(0, date.start - 60) : date.start])) or (text.language in ("tr", "az") and bool(_MILESTONE_AFTER.match(text.low[date.end : date.end + 30])))


def is_window(text: Text, q: Quantity) -> bool:
    """Spans of time that only frame a sentence: en trois ans, over the past five years, за последние 10 лет; and lengths of visits."""
    if q.kind != "time":
        return False
    before, after = text.low[max(0, q.start - 34) : q.start], text.low[q.end : q.end + 40]
    if q.unit in ("year", "month") and re.search(r"(?<!\w)(?:en|d'ici|dans|depuis|ces|au cours d[eu]s?|durant|pendant|sur|les|des|il y a|à|âgée? de|within(?: the)?(?: next)?|over(?: the)?(?: past| last| next| coming)?|in(?: the)?(?: past| last| next| just| only)?|for|during(?: the)?|past|last|next|coming|previous|recent|every|after|за(?: последни\w+)?|в течение|последни\w+|ближайши\w+|через|на протяжении|son|gelecek|önümüzdeki|yaklaşık|ilk|премьеры|first|premi\w+|dernièr\w+|prochaine\w*) (?:\w+ )?$", before):
        return not re.search(r"(?:durer|durée|prendr|take|last|construction|prêt|loan|achèv|complet|concession|délai|срок|süre)[^.;]{0,40}$", text.low[max(0, q.start - 60) : q.start])
    if re.match(r"\s(?:ago|plus tôt|auparavant|earlier|later|plus tard|назад|önce|sonra|old|d'existence|d'indépendance|of independence|d'histoire)", after) or re.search(r"(?:il y a|âgé de) $", before):
        return True
    if q.unit in ("day", "hour", "minute", "week", "month") and not re.search(r"délai|trajet|parcours|transit|livraison|achemin|durée|attente|voyage|convoi|train|navire|transport|delivery|travel|journey|time|takes?|reduc|shorten|cut|wait|days instead|from \d|достав|срок|врем|пути|перевоз|транзит|ожидан|süre|teslim|sefer|gün(?:e|den)|поезд|путь|преодол|маршрут|müddət|çatdır|мерзім|жеткіз|réduc|réduire|ramen|contre", text.low[max(0, q.start - 140) : q.end + 70]):
        return True
    return q.unit == "year" and "-" in text.raw[q.end : q.end + 1]
