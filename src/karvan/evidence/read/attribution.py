"""Who says so: the person, body or government to whom a sentence gives its words, as far as the sentence or the talk around it tells.

A verb of speech with its subject before or after it, or "selon", "according to", "по словам", "-a göre". A pronoun means the
last speaker; a sentence inside a longer quotation belongs to whom the quotation is given; an interview to the one who is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from karvan.evidence.read.text import Span, Text

_UPPER = "A-ZÀ-ÖØ-ÞŒĞİŞÇÖÜƏА-ЯЁӘҒҚҢӨҰҮҺІ"
_NAME = rf"[{_UPPER}][\w'’\-]*"
_VERBS = {
    "fr": r"déclar|soulign|not[éea]|ajout|affirm|indiqu|annonc|précis|rappel|expliqu|estim(?:e|ent|ait|é que|e que)(?!\w)|confirm|fait savoir|fait remarquer|dit |dit$|dit,|inform|mentionn|évoqu|assur|rapport(?:é|e(?!u)|ent)|révél|avert|insist|mis en avant|mis l'accent|reconnu|exhort|commenté|constat|fait état|s'attend|considèr|fait part|tabl(?:e|ent) sur|espèr|prévoient|anticip",
    "en": r"said|says|say|told|stated|noted|added|announced|reported|reports|emphasi[sz]ed|stressed|confirmed|explained|highlighted|underlined|mentioned|revealed|claimed|pointed out|informed|estimates|estimated|believes|expects|warned|recalled|according|disclosed|argued|writes|wrote|forecasts|hopes|anticipates|predicts",
    "ru": r"сообщил|сообщила|сообщили|сообщает|заявил|заявила|отметил|отметила|подчеркнул|подчеркнула|сказал|сказала|рассказал|рассказала|добавил|добавила|уточнил|уточнила|пояснил|пояснила|напомнил|проинформировал|объявил|указал|передает|пишет|считает|прогнозирует|говорится|доложил|озвучил|информирует",
    "tr": r"dedi|söyledi|belirtti|açıkladı|ifade etti|kaydetti|vurguladı|bildirdi|duyurdu|aktardı|konuştu|dile getirdi|ekledi|belirten|ifade eden|kaydeden|bildirildi|hatırlattı",
    "az": r"bildirib|deyib|qeyd edib|vurğulayıb|söyləyib|açıqlayıb|bildirdi|dedi|əlavə edib", "kk": r"деді|айтты|хабарлады|мәлімдеді|атап өтті|мәлім етті|жеткізді",
}  # fmt: skip
_ACCORDING = {
    "fr": r"(?:selon (?:lui|elle|ce dernier)|selon|d'après|aux dires d[eu]s?|citant|de l'avis d[eu]s?|notent|aux yeux d[eu]s?)", "en": r"(?:according to|citing|in the words of|as per|as reported by)",
    "ru": r"(?:по (?:его|ее|её|их) словам|по словам|по данным|по информации|согласно|со ссылкой на|по сообщению|как сообщил\w*|как отметил\w*|как сообщает|по мнению|по оценк\w+|как заявил\w*|об этом сообщил\w*|передает)",
    "tr": "", "az": "", "kk": "",
}  # fmt: skip
_AFTER = {"tr": r"(?:'?(?:y?e|y?a|n[ae]) göre|göre)", "az": r"(?:sözlərinə görə|görə|məlumatına görə)", "kk": r"(?:айтуынша|мәліметінше|сөзінше|хабарлауынша)", "fr": "", "en": "", "ru": ""}
_PRONOUNS = {
    "fr": r"(?:il|elle|ils|ce dernier|cette dernière|le chef de l'état|le président|le ministre|la ministre|le responsable|le dirigeant|le diplomate)", "en": r"(?:he|she|they|the president|the minister|the official|the head of state)",
    "ru": r"(?:он|она|они|президент|министр|глава государства|глава ведомства|спикер)", "tr": r"(?:o|bakan|cumhurbaşkanı)", "az": r"(?:o|nazir|prezident)", "kk": r"(?:ол|министр|президент)",
}  # fmt: skip
_ROLES = {
    "fr": r"président\w*|premier ministre|vice-premier ministre|vice-ministre|ministre\w*|ministère\w*|directeur\w*|directrice|chef\w*|porte-parole|ambassadeur\w*|gouverneur|vice-président\w*|secrétaire\w*|responsable\w*|représentant\w*|expert\w*|analyste\w*|économiste\w*|observateurs|rapports? officiels?|service de presse|agence|gouvernement\w*|compagnie|entreprise|société|banque|parties|dirigeants|autorités|médias|sources?|données|statistiques|rapport|étude|bureau|comité|commission|conseiller|pdg|envoyé|dirigeant\w*|chercheu\w+|douanes|association|administration|opérateur|union|organisation|officiel\w*|pays",
    "en": r"president|prime minister|deputy prime minister|vice minister|deputy minister|minister\w*|ministry|director\w*|chief|chair\w*|head|spokes\w+|ambassador|governor|vice president|secretary\w*|officials?|representatives?|experts?|analysts?|economists?|observers|press service|agency|government|company|bank|data|statistics|report|study|bureau|committee|commission|adviser|ceo|envoy|researchers?|customs|association|administration|operator|authorities|service|railways?|sources?",
    "ru": r"президент\w*|премьер\w*|вице-премьер\w*|вице-министр\w*|министр\w*|министерств\w*|директор\w*|глав[аыеу]|председател\w*|представител\w*|посол|посла|аналитик\w*|эксперт\w*|замест\w+|пресс-служб\w+|агентств\w*|правительств\w*|компани\w+|банк\w*|статистик\w*|бюро|комитет\w*|комисси\w+|советник\w*|ведомств\w*|управлени\w+|ассоциаци\w+|минтранс\w*|мид|данны\w+|руководител\w+|порт\w*",
    "tr": r"cumhurbaşkan\w*|başbakan\w*|bakan\w*|bakanlı\w*|genel müdür\w*|müdür\w*|başkan\w*|sözcü\w*|büyükelçi\w*|uzman\w*|yetkili\w*|kurum\w*|şirket\w*|banka\w*|veriler\w*|ajans\w*", "az": r"prezident\w*|nazir\w*|sədr\w*|direktor\w*", "kk": r"президент\w*|министр\w*|төраға\w*|басшы\w*",
}  # fmt: skip
_INTERVIEW = re.compile(r"interview|entretien (?:exclusif|accordé)|accordé un entretien|интервью|röportaj|mülakat|müsahibə|сұхбат")


@dataclass(frozen=True)
class Attribution:
    """A source as the text names it. `level`: clause, sentence or discourse; `direct`: in its own words."""

    speaker: str | None
    role: str | None
    verb: str | None
    level: str
    direct: bool
    rule: str

    @property
    def said(self) -> str:
        return " ".join(part for part in (self.speaker, self.role) if part)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str], re.Pattern[str]]:
    verb = re.compile(rf"(?<!\w)(?:{_VERBS[language]})\w*")
    according = re.compile(rf"(?<!\w){_ACCORDING[language]}(?!\w)") if _ACCORDING[language] else None
    after = re.compile(_AFTER[language] + r"(?!\w)") if _AFTER[language] else None
    return verb, according, after, re.compile(rf"(?<!\w){_PRONOUNS[language]}(?!\w)"), re.compile(rf"(?<!\w)(?:{_ROLES[language]})(?!\w)")


def speaks(language: str, words: str) -> bool:
    """Whether words are those of saying, which tell nothing about what is said."""
    return bool(_patterns(language)[0].search(words))


def of_document(text: Text) -> list[Attribution | None]:
    """For every sentence the source it is given to, or None."""
    found: list[Attribution | None] = []
    last: Attribution | None = None
    full: dict[str, str] = {}
    inside, owner = False, None
    for index, sentence in enumerate(text.sentences):
        one = _of_sentence(text, sentence, last, full)
        opens, closes = _quotes(text, sentence)
        if one is None and inside and owner is not None:
            one = Attribution(owner.speaker, owner.role, owner.verb, "discourse", True, "attribution.quotation")
        if one is None and not inside and opens > closes:
            one = _later(text, index, last, full)
        if one is not None:
            last = one
        elif (named := _introduced(text, sentence, full)) is not None:
            last = named
        if opens > closes:
            inside, owner = True, one
        elif closes > opens:
            if inside and one is not None and owner is None:
                for back in range(index - 1, max(index - 6, -1), -1):
                    if found[back] is not None or text.paragraph_of(text.sentences[back].start) != text.paragraph_of(sentence.start):
                        break
                    found[back] = Attribution(one.speaker, one.role, one.verb, "discourse", True, "attribution.quotation")
            inside, owner = False, None
        found.append(one)
    return _interviewed(text, found)


def _introduced(text: Text, sentence: Span, full: dict[str, str]) -> Attribution | None:
    """A person introduced with an office (la ministre de la Pêche, Jeanne D.): whom a later "he" may mean."""
    roles = _patterns(text.language)[4]
    for m in roles.finditer(text.low, sentence.start, sentence.end):
        name = re.compile(rf"[^.;:«»]{{0,60}}?[, ]({_NAME} {_NAME})(?=[, ])").match(text.plain, m.end(), min(sentence.end, m.end() + 90))
        if name and name.group(1).split()[0] not in _COMMON:
            return Attribution(_full([name.group(1)], full), None, None, "discourse", False, "attribution.introduced")
    return None


def _quotes(text: Text, sentence: Span) -> tuple[int, int]:
    raw = text.raw[sentence.start : sentence.end]
    return raw.count("«") + raw.count("“"), raw.count("»") + raw.count("”")


def _later(text: Text, index: int, last: Attribution | None, full: dict[str, str]) -> Attribution | None:
    """The source of a quotation that opens here and is named where it closes."""
    for ahead in range(index + 1, min(index + 5, len(text.sentences))):
        sentence = text.sentences[ahead]
        if text.paragraph_of(sentence.start) != text.paragraph_of(text.sentences[index].start):
            return None
        opens, closes = _quotes(text, sentence)
        if closes > opens:
            one = _of_sentence(text, sentence, last, full)
            return None if one is None else Attribution(one.speaker, one.role, one.verb, "discourse", True, "attribution.quotation")
    return None


def _interviewed(text: Text, found: list[Attribution | None]) -> list[Attribution | None]:
    """An interview is given to the one who is asked, where a sentence names nobody else."""
    if not text.sentences:
        return found
    head = text.low[: text.sentences[min(1, len(text.sentences) - 1)].end]
    if not _INTERVIEW.search(head):
        return found
    spoken = [one.speaker for one in found if one is not None and one.speaker]
    if not spoken:
        return found
    surnames = [name.split()[-1] for name in spoken]
    most = max(set(surnames), key=surnames.count)
    if surnames.count(most) < 3:
        return found
    speaker = max((name for name in spoken if name.split()[-1] == most), key=len)
    return [one if one is not None else Attribution(speaker, None, None, "discourse", False, "attribution.interview") for one in found]


def _of_sentence(text: Text, sentence: Span, last: Attribution | None, full: dict[str, str]) -> Attribution | None:
    verb, according, after, _, _ = _patterns(text.language)
    low = text.low
    direct = bool(re.search(r"[«\"“]", text.raw[sentence.start : sentence.end]))
    if according is not None:
        for m in according.finditer(low, sentence.start, sentence.end):
            if last is not None and re.search(r"(?:lui|elle|ce dernier|его|ее|её|их)(?: словам)?$", m.group()):
                return Attribution(last.speaker, last.role, m.group(), "discourse", direct, "attribution.pronoun")
            one = _source(text, Span(m.end(), _stop(text, m.end(), sentence.end, 130)), last, full, m.group(), direct, "attribution.according", before=False)
            if one is not None:
                return one
    if after is not None:
        for m in after.finditer(low, sentence.start, sentence.end):
            one = _source(text, Span(_back(text, m.start(), sentence.start), m.start()), last, full, m.group(), direct, "attribution.according", before=True)
            if one is not None:
                return one
    best: Attribution | None = None
    for m in verb.finditer(low, sentence.start, sentence.end):
        one = None
        if low[max(sentence.start, m.start() - 5) : m.start()].endswith("été "):
            continue
        if text.language in ("fr", "ru", "en"):
            one = _source(text, Span(m.end(), _stop(text, m.end(), sentence.end, 110)), last, full, m.group(), direct, "attribution.verb_subject", before=False) if _inverted(text, m, sentence) else None
        if one is None and text.language in ("tr", "az", "kk"):
            comma = text.plain.find(",", sentence.start, min(sentence.start + 110, m.start()))
            one = _source(text, Span(sentence.start, comma if comma > 0 else min(sentence.start + 70, m.start())), last, full, m.group(), direct, "attribution.subject_verb", before=True)
        if one is None:
            one = _source(text, Span(_back(text, m.start(), sentence.start), m.start()), last, full, m.group(), direct, "attribution.subject_verb", before=True)
        if one is not None:
            if one.speaker:
                return one
            best = best or one
    return best


def _inverted(text: Text, m: re.Match[str], sentence: Span) -> bool:
    """Whether the subject follows the verb: after a quotation or a comma ("…", a déclaré le ministre)."""
    before = text.plain[max(sentence.start, m.start() - 14) : m.start()]
    following = text.plain[m.end() : m.end() + 24]
    if re.match(r"\s*(?:que|qu'|that|что|:|,)", following.lower()):
        return False
    if text.language == "fr":
        return bool(re.search(r"[»\",]\s*(?:a|ont|avait|s'est|-t-|)\s*(?:également |ainsi |par ailleurs )?$", before))
    if text.language == "ru":
        return bool(re.search(r"(?:[»\",—-]|этом|как)\s*$", before)) or not re.search(rf"[{_UPPER}]", before)
    return bool(re.search(r"[»\",]\s*$", before))


def _stop(text: Text, start: int, end: int, most: int) -> int:
    m = re.compile(r"[,;:«\"“»()]|(?<!\bM)(?<!Mr)(?<!Mme)(?<!Dr)(?<!MM)\.|(?<!\w)(?:que|qu'|that|что|a|ont|est|has|have|is|was|dans|lors|à l'issue|au cours|in an|during|в ходе|на)(?!\w)").search(text.plain, min(start + 2, end), min(end, start + most))
    return m.start() if m else min(end, start + most)


def _back(text: Text, at: int, start: int) -> int:
    """Where the subject of a verb may begin: after the last mark that leaves a name, an office or a pronoun before the verb."""
    plain, (_, _, _, pronoun, roles) = text.plain, _patterns(text.language)
    begin = max(start, at - 150)
    cuts = [begin, *(begin + m.end() for m in _CUT.finditer(plain[begin:at]))]
    for cut in reversed(cuts):
        if re.search(rf"[{_UPPER}]\w", plain[cut:at]) or pronoun.search(text.low, cut, at) or roles.search(text.low, cut, at):
            return cut
    return begin


_CUT = re.compile(r"[;:«»\"“”()]|, (?!ministre|minister|président|president|министр|vice|chef|head|directeur|director|chairman)|(?<!\w)(?:que|qu'|that|что|où|dont)(?!\w)")
_TRIM = re.compile(r"^(?:\W|(?:le|la|les|l'|du|de la|des|de|the|par|by|m\.|mme|mr\.?|mrs\.?|г-н|à ce sujet|par ailleurs|de son côté|pour sa part|dans ce contexte|en outre|au total|enfin|ainsi)(?=\s|'))+", re.IGNORECASE)


def _source(text: Text, span: Span, last: Attribution | None, full: dict[str, str], verb: str, direct: bool, rule: str, before: bool) -> Attribution | None:
    """The source named in a stretch: its proper names, its office; a pronoun is the last speaker."""
    _, _, _, pronoun, roles = _patterns(text.language)
    raw = text.raw[span.start : span.end].strip(" ,—–-\n")
    low = text.low[span.start : span.end]
    if not raw:
        return None
    role = _role(text, span, roles)
    names = [bare for m in re.finditer(rf"{_NAME}(?:[ ](?:de |al-|ben )?{_NAME})*", raw) if (bare := _bare(m.group()))]
    if before and names and not role and text.language != "tr" and len(names) > 1:
        names = names[-1:] if not re.search(r"(?<!\w)(?:et|and|и)(?!\w)", raw) else names
    if not before and role:
        apposed = re.compile(rf",\s+({_NAME}(?:[ ]{_NAME})+)(?=[.,;]|$)").match(text.plain, span.end)
        names = [apposed.group(1)] if apposed else names
    if before and role and not names:
        named = re.search(rf"({_NAME}(?: {_NAME})+),\s*(?:the |le |la |l')?$", text.plain[max(0, span.start - 60) : span.start])
        names = [named.group(1)] if named else []
    if names:
        if role and not before:
            role = re.split(rf"\s(?={re.escape(names[0].split()[0])}\b)", role)[0]
        person = _full(names, full)
        return Attribution(person, role, verb.strip(), "sentence", direct, rule)
    if last is not None and pronoun.search(low) and not (role and "," in raw):
        return Attribution(last.speaker, last.role, verb.strip(), "discourse", direct, "attribution.pronoun")
    if role:
        return Attribution(None, role, verb.strip(), "sentence", direct, rule)
    return None


_COMMON = frozenset(["Le", "La", "Les", "L", "Il", "Elle", "Ils", "Un", "Une", "Des", "Ces", "Ce", "Cette", "En", "Au", "Aux", "Dans", "Lors", "Selon", "Pour", "Par", "Cependant", "Toutefois", "En", "Après", "Avant", "Depuis", "The", "A", "An", "He", "She", "They", "It", "In", "On", "At", "By", "For", "With", "As", "And", "But", "However", "According", "During", "After", "Meanwhile", "Last", "This", "These", "В", "На", "По", "За", "С", "К", "Он", "Она", "Они", "Как", "При", "Об", "Это", "Также", "Bu", "Bir", "O", "Ve", "De", "Ayrıca", "Bugün", "Notre", "Nos", "Son", "Sa", "Ses", "Leur", "Nous", "We", "Our", "Мы"])


def _bare(name: str) -> str:
    """A name without the article or little word it begins with at the start of a sentence; empty when nothing is left."""
    parts = name.split()
    while parts and parts[0] in _COMMON:
        parts = parts[1:]
    months = "January February March April May June July August September October November December"
    bare = " ".join(parts)
    return "" if len(bare) < 2 or bare in months or re.fullmatch(r"[IVXL]+", bare) else bare


def _role(text: Text, span: Span, roles: re.Pattern[str]) -> str | None:
    m = roles.search(text.low, span.start, span.end)
    if not m:
        return None
    stop = re.compile(r"[,;:«»\"()]").search(text.plain, m.start(), span.end)
    phrase = text.raw[m.start() : stop.start() if stop else span.end]
    phrase = re.sub(r"\s+(?:a|ont|avait|s'est|has|had|also|également|aussi|l')\s*$", "", phrase.strip())
    phrase = re.split(r"\s(?:a|ont|avait|est|sont|has|have|had|was|were|is|are|said|told)(?:\s|$)", phrase)[0]
    return _TRIM.sub("", " ".join(phrase.split()[:9])).strip() or None


def _full(names: list[str], full: dict[str, str]) -> str:
    """A surname alone is the fuller name seen before."""
    out = []
    for name in names[:3]:
        clean = re.sub(r"['’]s$", "", name)
        last = clean.split()[-1]
        known = full.get(last, clean)
        longest = clean if len(clean) >= len(known) else known
        full[last] = longest
        out.append(longest)
    return ", ".join(dict.fromkeys(out))
