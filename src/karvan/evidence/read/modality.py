"""How sure a sentence is of what it says: done, ongoing, planned, expected, hoped; and whether it denies it.

Lexical endings and words only, so that no model is needed: the clause of the figure first, then the whole sentence.
"""

from __future__ import annotations

import re
from functools import cache

from karvan.evidence.read.attribution import speaks
from karvan.evidence.read.text import Span, Text

_FUTURE_FR = (
    r"(?:ser|aur|fer|pourr|devr|ir|viendr|tiendr|permettr|atteindr|passer|porter|augmenter|réduir|doubler|tripler|reliera|relier|dépasser|compter|couvrir|disposer|bénéficier|représenter|"
    r"s'élèver|élèver|constituer|débuter|commencer|démarrer|s'achèver|achèver|entrer|ouvrir|créer|coûter|transporter|traiter|accueillir|produir|exporter|fournir|signer|lancer|inaugurer|marquer|"
    r"définir|renforcer|contribuer|assurer|desservir|traverser|financer|investir|allouer|verser|recevr|mettr|prendr|construir|développer|prolonger|étendr|durer|nécessiter|dépendr|élaborer|circuler|fonctionner|accroîtr|diminuer|baisser|générer|livrer|commander|acheter|acquerr|équiper|draguer|accélérer|faciliter|offrir|comprendr|inclur|restera?|rester)"
    r"(?:a|ont|ai|ons|as|ez)"
)
_CONDITIONAL_FR = r"(?!devrai|fai|fr[ae])\w{2,}(?<!v)(?:er|ir|dr|tr|ser|aur|pourr)ai(?:t|ent)"
_CUES: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (
        ("hoped", rf"pourrai\w*|pourra|pourront|puisse\w*|peut(?! se targuer)|peuvent|espèr\w+|espér\w+|espoir|souhait\w+|envisag\w+|éventuel\w*|potentiel\w*|permettrait|permettraient|serait|seraient|aurait|auraient|possibilité|en discussion|à l'étude|{_CONDITIONAL_FR}"),
        ("expected", r"devrai\w*|attendue?s?|s'attend\w*|attend(?:ent|ons|ait)|prévisions?|projections?|anticip\w+|table(?:nt)? sur|estimations?|(?:est|sont) estimée?s?|estime(?:nt)?(?:-t-on)?|prévisible\w*|pronosti\w+|selon les estimations|devra|devront"),
        ("planned", rf"prévue?s?|prévoi\w+|prévoy\w+|vis(?:e|ent|ant|ait)(?! à vis)|objectifs?|planifi\w+|ambition\w*|entend(?:ent)?|s'engag\w+|engagement|sera|seront|auront|projette\w*|projeter|compte(?:nt)? |intention|volonté|décidé|convenu|s'apprêt\w+|plans?|programmée?s?|programme (?!de partenariat)|destinée?s?|cible|horizon|d'ici|à venir|prochain\w*|propos\w+|doit|doivent|feuille de route|va |vont |{_FUTURE_FR}|afin de|pour (?:augment|accroît|port|réduir|doubl|faire passer)\w*"),
        ("ongoing", r"en cours|actuellement|à l'heure actuelle|se poursui\w+|poursui\w+|en train|en construction|en chantier|mettent en œuvre|met en œuvre|est mise? en œuvre|modernisés|construi(?:t|sent) |développent|développe |en phase|négoci\w+|réalise |réalisent"),
    ),
    "en": (
        ("hoped", r"could|may(?= [a-z])|might|hop(?:e|es|ed|ing)|would|potential\w*|possib\w+|consider\w*|wish\w*|under discussion|explor\w+|can "),
        ("expected", r"expect\w*|should|forecast\w*|projected|projections?|estimat\w+|anticipat\w+|likely|is due to|are due to|predict\w*|ought"),
        ("planned", r"will|shall|'ll|plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|targets?|targeted|targeting|set to|schedul\w+|goals?|intend\w*|intention|agreed to|is to |are to |going to|seek\w*|envisag\w+|pledg\w+|commit\w*|propos\w+|slated|designed to|by 20\d\d|objective|roadmap|to (?:increase|raise|boost|bring|expand|reach|double|triple|build|reduce|cut)"),
        ("ongoing", r"under construction|underway|under way|ongoing|currently|in progress|being (?:built|implemented|constructed|carried|modernised|modernized|developed)|continu\w+|now (?:building|under)|is building|are building|is implementing|are implementing|in the pipeline"),
    ),
    "ru": (
        ("hoped", r"может|могут|мог(?:ла|ло|ли)? бы|возможн\w+|надеет\w+|надеют\w+|рассчитыва\w+|потенциал\w*|бы|рассматрива\w+|обсужда\w+|позволил\w* бы"),
        ("expected", r"ожида\w+|прогноз\w+|должн\w+|предполага\w+|по оценк\w+|предположительно|оценива\w+"),
        ("planned", r"будет|будут|планиру\w+|план(?:ах|ы|ов|ами|е|у)?|намерен\w*|предусм\w+|цел(?:ь|и|ью|ей)|запланирован\w*|составит|составят|достигнет|достигнут|вырастет|вырастут|увеличит\w*|позволит|позволят|довести|станет|станут|построят|построит|откро\w+т|начнет\w*|начнут\w*|заверш(?:ит|ат)\w*|введут|сократит\w*|снизит\w*|перевез(?:ет|ут)|превысит|обеспечит|создаст|создадут|вложит|инвестирует|направит|выделит|запуст(?:ит|ят)|появ(?:ится|ятся)|предстоит|нацелен\w*|договорил\w+|поставлен\w* задач\w+|стремит\w+|закупит|приобретет|поставит|(?!\w*(?:ход|вод|воз|стро|явля|сто)(?:ит|ят))(?:по|за|вы|до|пре|при|про|от|пере|об|раз|воз|вос|со|из|на|у|с)\w{2,}(?<![аяуеи])(?:ит|ят|ет|ут)(?:ся)?"),
        ("ongoing", r"занят\w*|строится|строятся|веде?тся|ведутся|реализует\w*|реализуют\w*|в настоящее время|продолжа\w+|на стадии|осуществля\w+|в процессе|идет|идут|проводит\w+|сейчас"),
    ),
    "tr": (
        ("hoped", r"\w+(?:ebilir|abilir)\w*|um\w+yor\w*|umut\w*|potansiyel\w*|olası|mümkün\w*|temenni\w*|istiyor\w*|arzu\w*"),
        ("expected", r"beklen\w+|öngör\w+|tahmin\w*|bekliyor\w*"),
        ("planned", r"\w+(?:acak|ecek|acağ|eceğ)\w*|hedef\w*|planla\w+|plan(?:ı|lar)?|amaçla\w+|niyet\w*|taahhüt\w*|kararlaştır\w*"),
        ("ongoing", r"\w+(?:ılıyor|iliyor|uluyor|ülüyor|ınıyor|iniyor|unuyor|ünüyor)\w*|devam ed\w+|sürüyor\w*|sürdürül\w+|yapım aşamasında|inşa ediliyor|yürütül\w+|halen|hâlihazırda|şu anda|yapılıyor"),
    ),
    "az": (("hoped", r"\w+ə bilər|\w+a bilər|ümid\w*|mümkün\w*"), ("expected", r"gözlən\w+|proqnoz\w*|ehtimal\w*"),
           ("planned", r"\w+(?:acaq|əcək)\w*|hədəf\w*|planlaşdır\w+|nəzərdə tut\w+|məqsəd\w*"), ("ongoing", r"davam ed\w+|həyata keçirilir|tikilir|hazırda|aparılır")),
    "kk": (("hoped", r"мүмкін|үміт\w*"), ("expected", r"күтілуде|күтіл\w+|болжам\w*|болжан\w*"),
           ("planned", r"жоспар\w*|мақсат\w*|көзде\w+|\w+(?:ады|еді|ады)$|болады|жеткіз\w+"), ("ongoing", r"жүргізіл\w+|салынуда|жалғас\w+|іске асырылуда|қазіргі уақытта")),
}  # fmt: skip
_PAST = {
    "fr": r"(?:a|ont|avait|avaient|s'est|se sont|est|sont|fut|furent|étai\w*) (?:\w+ )?(?:été |déjà |ainsi |également )?(?:\w+(?:é|ée|és|ées|i|ie|is|u|ue|us|ues|int|it|ert|erte|erts))(?!\w)|atteignai\w*|atteignant|s'élevai\w*|passant|totalis\w+|représentai\w*|compt(?:e|ent|ait)(?! (?:sur|attein|port))|s'élèv\w+|s'établi\w+|auparavant|dispose\w*|représente\w*|affich\w+|reli(?:e|ent|ant) ",
    "en": r"(?:was|were|had|has|have) (?:\w+ly |already |also |been )*(?:\w+(?:ed|en|wn|ched|ght|ld|de|ne|nt))|reached|totaled|totalled|amounted|stood at|rose|grew|fell|increased|decreased|handled|transported|carried|exceeded|accounted|hit|climbed|jumped|signed|invested|surpassed|doubled|tripled|came to|dropped|shipped|moved|opened|launched|completed|attracted|recorded|received",
    "ru": r"\w+(?:ил|ила|ило|или|ал|ала|ало|али|ел|ела|ело|ели|ос|осла|осло|осли|яла|ялся|лся|лась|лось|лись|рен|ен|ена|ено|ены|ан|ана|ано|аны)(?!\w)|составля\w+|насчитыва\w+",
    "tr": r"\w+(?:dı|di|du|dü|tı|ti|tu|tü|ldı|ldi|mış|miş|muş|müş|mıştı|mişti)(?!\w)|\w+(?:dığı|diği|duğu|düğü|tığı|tiği|tuğu|tüğü)n[ıiuü](?!\w)",
    "az": r"\w+(?:dı|di|du|dü|ıb|ib|ub|üb|mış|miş|mışdır|mişdir)(?!\w)", "kk": r"\w+(?:ды|ді|ты|ті|ған|ген|қан|кен)(?!\w)",
}  # fmt: skip
_NEGATED = {
    "fr": r"(?<!\w)(?:aucun\w*|n'(?:a|ont|est|était|y a|avai\w+)(?: \w+)? (?:pas|jamais|plus|rien)|ne \w+ (?:pas|jamais)|n'\w+ pas|sans (?:accord|résultat))(?!\w)",
    "en": r"(?<!\w)(?:no (?:\w+ )?(?:agreement|deal|progress|decision|contract|treaty|plans?)|not (?:been |yet |be )?(?:signed|reached|agreed|completed|concluded|funded|built|started|begun)|has not|have not|did not|was not|were not|hasn't|didn't|never)(?!\w)",
    "ru": r"(?<!\w)(?:не (?:был\w*|удал\w+|подписа\w+|достиг\w+|заключ\w+|заверш\w+|начат\w*)|нет|ни один|отсутств\w+)(?!\w)",
    "tr": r"(?<!\w)(?:\w+(?:medi|madı|mamış|memiş|mıyor|miyor|amadı|emedi)\w*|hiçbir|henüz \w+me)(?!\w)", "az": r"(?<!\w)(?:\w+(?:mədi|madı|məyib|mayıb)\w*|heç bir)(?!\w)", "kk": r"(?<!\w)(?:\w+(?:мады|меді|баған|беген)|ешқандай)(?!\w)",
}  # fmt: skip
_BOUNDARY = {
    "fr": r"[;:]|, (?:tandis que|alors que|mais|et|dont|où|qui|ce qui|avec|contre|soit|après)(?!\w)|(?<!\w)(?:tandis qu|alors qu)|[«»()]", "en": r"[;:]|, (?:while|whereas|but|and|which|with|compared|up|after)(?!\w)|(?<!\w)(?:while|whereas)(?!\w)|[\"()]",
    "ru": r"[;:]|, (?:а|но|и|тогда как|при этом|котор\w+|против|из них)(?!\w)|[«»()]", "tr": r"[;:]|, (?:ancak|ve|ise)(?!\w)|(?<=[ıiuü]n[ıiuü]), |(?<=[dt][ıiuü]), |[\"()]", "az": r"[;:()]", "kk": r"[;:()]",
}  # fmt: skip


@cache
def _compiled(language: str) -> tuple[tuple[tuple[str, re.Pattern[str]], ...], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    cues = tuple((name, re.compile(rf"(?<!\w)(?:{words.replace(' |', '|').rstrip()})(?!\w)")) for name, words in _CUES[language])
    return cues, re.compile(rf"(?<!\w)(?:{_PAST[language]})"), re.compile(_NEGATED[language]), re.compile(_BOUNDARY[language])


def clause(text: Text, sentence: Span, at: int, end: int) -> Span:
    """The part of a sentence around a figure, between marks and conjunctions that open another one."""
    boundary = _compiled(text.language)[3]
    start, stop = sentence.start, sentence.end
    for m in boundary.finditer(text.low, sentence.start, sentence.end):
        if m.end() <= at:
            start = m.end() if not m.group().startswith(",") else m.start() + 1
        elif m.start() >= end:
            stop = m.start()
            break
    return Span(start, stop)


def of_clause(text: Text, span: Span, sentence: Span, at: int) -> tuple[str, str]:
    """The modality of a clause and the rule that gave it. The cue nearest before the figure decides, then the nearest after;
    past tense nearer than any cue means done."""
    cues, past, _, _ = _compiled(text.language)
    best: tuple[float, str, str] | None = None
    for name, pattern in cues:
        for m in pattern.finditer(text.low, span.start, span.end):
            weight = _weight(text, m, span, at) - (35 if name in ("hoped", "expected") else 0) + (60 if m.group() in _WEAK else 0)
            if best is None or weight < best[0]:
                best = (weight, name, f"modality.{name}")
    for m in past.finditer(text.low, span.start, span.end):
        if m.group() in _NO_VERBS or speaks(text.language, m.group()):
            continue
        weight = _weight(text, m, span, at) + 6
        if best is None or weight < best[0]:
            best = (weight, "done", "modality.past")
    if best is None and (span.start, span.end) != (sentence.start, sentence.end):
        mode, rule = of_clause(text, sentence, sentence, at)
        return mode, rule.replace("modality.", "modality.far.") if rule != "modality.default" else rule
    return ("done", "modality.default") if best is None else (best[1], best[2])


_WEAK = frozenset(("d'ici", "horizon", "à venir", "prochain", "prochaine", "prochains", "prochaines", "proposé", "plan", "plans", "programmes", "objectif", "can", "объект"))
_NO_VERBS = frozenset(["kredi", "yedi", "şimdi", "kendi", "adı", "hedefi", "ayrıca", "yılı", "altı", "yeni", "hattı", "kapasitesi", "yarım", "milli", "resmi", "belli", "ilgili", "önemli", "olduğunu", "olduğu"])


def _weight(text: Text, m: re.Match[str], span: Span, at: int) -> float:
    """How far a cue stands from the figure; in languages whose verb comes last, from the end of the clause."""
    if text.language in ("tr", "az", "kk"):
        return float(span.end - m.end())
    return _distance(m.start(), m.end(), at)


def _distance(start: int, end: int, at: int) -> float:
    return float(at - end) if end <= at else 1.5 * (start - at) + 12


def negated(text: Text, span: Span) -> bool:
    """Whether a clause denies: aucun contrat n'est signé, no deal was signed."""
    return bool(_compiled(text.language)[2].search(text.low, span.start, span.end))
