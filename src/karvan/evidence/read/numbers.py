"""Numbers in running text: digits, words, scales, ranges; each with its span, its printed precision and the rule that read it.

Digits first: the mark before exactly three digits separates thousands in one language and decimals in another, and a word of
scale ("2.764 million") settles it. Words are added up as they are spoken. `write` is the way back, for the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from karvan.evidence.read.text import Text, fold

_DIGITS = re.compile(
    r"(?<![\w.,])(?<![a-zа-я]-)"
    r"(?:\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:'\d{3})+(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,15}[.,]\d{1,9}|\d{1,15})(?![\d])(?![.,]\d)"
)
_LONGEST = 40

_SCALES = {
    "fr": {1e3: "mille milliers millier k", 1e6: "million millions mln mn mio m", 1e9: "milliard milliards mlrd mlrds mld mds md mrd mrds", 1e12: "billion billions trillion trillions"},
    "en": {1e3: "thousand thousands k", 1e6: "million millions mln mn mio m mm", 1e9: "billion billions bn bln b", 1e12: "trillion trillions trn tn"},
    "ru": {1e3: "тыс тысяча тысячи тысяч тысячам тысячами тысячах тысячу", 1e6: "млн миллион миллиона миллионов миллиону миллионам миллионами миллионах миллионе", 1e9: "млрд миллиард миллиарда миллиардов миллиарду миллиардам миллиардами миллиардах миллиарде", 1e12: "трлн триллион триллиона триллионов"},
    "tr": {1e3: "bin binden bine bini binin binlik", 1e6: "milyon mn mln", 1e9: "milyar mlr mlyr milyara milyardan", 1e12: "trilyon"},
    "az": {1e3: "min", 1e6: "milyon mln", 1e9: "milyard mlrd", 1e12: "trilyon"},
    "kk": {1e3: "мың", 1e6: "миллион млн", 1e9: "миллиард млрд", 1e12: "триллион трлн"},
}  # fmt: skip

_ONES = {
    "fr": {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
           "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40,
           "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80, "nonante": 90, "cent": 100, "cents": 100, "mille": 1000},
    "en": {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
           "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
           "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
           "thousand": 1000, "dozen": 12},
    "ru": {"один": 1, "одна": 1, "одного": 1, "одной": 1, "одну": 1, "два": 2, "две": 2, "двух": 2, "двум": 2, "двумя": 2, "три": 3, "трех": 3,
           "трем": 3, "тремя": 3, "четыре": 4, "четырех": 4, "четырем": 4, "пять": 5, "пяти": 5, "шесть": 6, "шести": 6, "семь": 7, "семи": 7,
           "восемь": 8, "восьми": 8, "девять": 9, "девяти": 9, "десять": 10, "десяти": 10, "одиннадцать": 11, "двенадцать": 12,
           "двенадцати": 12, "тринадцать": 13, "четырнадцать": 14, "пятнадцать": 15, "пятнадцати": 15, "шестнадцать": 16, "семнадцать": 17,
           "восемнадцать": 18, "девятнадцать": 19, "двадцать": 20, "двадцати": 20, "тридцать": 30, "тридцати": 30, "сорок": 40, "сорока": 40,
           "пятьдесят": 50, "пятидесяти": 50, "шестьдесят": 60, "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "ста": 100,
           "двести": 200, "двухсот": 200, "триста": 300, "трехсот": 300, "четыреста": 400, "пятьсот": 500, "пятисот": 500, "шестьсот": 600,
           "семьсот": 700, "восемьсот": 800, "девятьсот": 900, "тысяча": 1000, "тысячи": 1000, "тысяч": 1000, "тысячу": 1000},
    "tr": {"bir": 1, "iki": 2, "uc": 3, "dort": 4, "bes": 5, "altı": 6, "yedi": 7, "sekiz": 8, "dokuz": 9, "on": 10, "yirmi": 20, "otuz": 30,
           "kırk": 40, "elli": 50, "altmıs": 60, "yetmis": 70, "seksen": 80, "doksan": 90, "yuz": 100, "bin": 1000},
    "az": {"bir": 1, "iki": 2, "uc": 3, "dord": 4, "bes": 5, "altı": 6, "yeddi": 7, "səkkiz": 8, "doqquz": 9, "on": 10, "iyirmi": 20,
           "otuz": 30, "qırx": 40, "əlli": 50, "altmıs": 60, "yetmis": 70, "səksən": 80, "doxsan": 90, "yuz": 100, "min": 1000},
    "kk": {"бір": 1, "екі": 2, "үш": 3, "төрт": 4, "бес": 5, "алты": 6, "жеті": 7, "сегіз": 8, "тоғыз": 9, "он": 10, "жиырма": 20,
           "отыз": 30, "қырық": 40, "елу": 50, "алпыс": 60, "жетпіс": 70, "сексен": 80, "тоқсан": 90, "жүз": 100, "мың": 1000},
}  # fmt: skip
_ONES = {language: {fold(word): value for word, value in words.items()} for language, words in _ONES.items()}
_ABOUT = {
    "fr": {"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50,
           "soixantaine": 60, "centaine": 100, "millier": 1000},
    "ru": {"десяток": 10, "десятка": 10, "сотня": 100, "сотни": 100, "сотню": 100},
}  # fmt: skip
_WITH = {"fr": ("et",), "en": ("and",), "ru": (), "tr": (), "az": (), "kk": ()}
_HALF = {  # what adds half of the last scale, or is a number and a half by itself
    "fr": ("et demi", "et demie"), "en": ("and a half",), "ru": ("с половиной",), "tr": ("bucuk",), "az": ("yarim",), "kk": ("жарым",),
}  # fmt: skip
_ARTICLES = frozenset(["un", "une", "a", "one", "bir", "один", "одна", "одного", "одной", "одну", "бір"])
_POLUTORA = frozenset(["полтора", "полутора", "полторы"])
_THOUSANDS_DOT = frozenset(("fr", "ru", "tr", "az", "kk"))


@dataclass(frozen=True)
class Number:
    """One number. `precision` is half a unit of its last printed digit; `scaled` tells that a word of scale was read;
    `article` that it is no more than "a" or "one"; `about` that the words themselves are vague (a dozen or so)."""

    start: int
    end: int
    value: float
    precision: float
    rule: str
    scaled: bool = False
    article: bool = False
    about: bool = False
    words: bool = False
    digits: str = ""


@cache
def _scale_words(language: str) -> dict[str, float]:
    return {fold(word): value for value, words in _SCALES[language].items() for word in words.split()}


def of_digits(digits: str, language: str, scaled: bool) -> tuple[float, float]:
    """Value and precision of printed digits. One mark with three digits after it separates thousands where the language
    writes them so and no word of scale follows; with a scale it is a decimal mark, except the English comma."""
    plain = digits.replace(" ", "").replace("'", "")
    marks = [c for c in plain if c in ".,"]
    if len(marks) >= 2:
        last = plain.rfind(marks[-1])
        if len(set(marks)) == 1:
            plain = plain.replace(marks[0], "")
        else:
            plain = plain[:last].replace(".", "").replace(",", "") + "." + plain[last + 1 :]
    elif marks:
        whole, part = plain.split(marks[0])
        group = len(part) == 3 and 1 <= len(whole) <= 3 and whole != "0"
        if marks[0] == ",":
            thousands = group and language == "en"
        else:
            thousands = group and language in _THOUSANDS_DOT and not scaled
        plain = whole + part if thousands else whole + "." + part
    decimals = len(plain.split(".")[1]) if "." in plain else 0
    value = float(plain)
    return value, 0.5 * 10.0**-decimals


def _scale_at(text: Text, i: int) -> tuple[int, float] | None:
    """Index of the word after a scale at word i, and the scale. A Turkish ending after an apostrophe is passed over."""
    words = text.words
    if i >= len(words):
        return None
    scale = _scale_words(text.language).get(words[i].fold)
    if scale is None and text.language in ("tr", "az", "kk"):
        for word, value in _scale_words(text.language).items():
            if len(word) >= 5 and words[i].fold.startswith(word) and len(words[i].fold) <= len(word) + 4:
                scale = value
    if scale is None:
        return None
    if len(words[i].fold) == 1 and not _short_scale(text, i):
        return None
    after = i + 1
    if after < len(words) and words[after].fold == "." and words[i].fold in ("тыс", "млн", "млрд", "трлн", "mln", "mlrd", "mn", "mlr", "bn"):
        after += 1
    return after, scale


def _short_scale(text: Text, i: int) -> bool:
    """m, k and b count as scales only when glued to the digits and to nothing but a currency: 35M€, $35m, 2.4b."""
    word = text.words[i]
    glued = word.start > 0 and text.raw[word.start - 1].isdigit()
    upper = text.raw[word.start].isupper()
    before = text.raw[max(0, word.start - 14) : word.start]
    after = text.raw[word.end : word.end + 5].lstrip()
    money = bool(re.search(r"[$€£₺₸₼₽]|USD|EUR", before)) or bool(re.match(r"[$€£₺₸₼₽]|USD|EUR|TEU|EVP", after))
    if word.fold == "m" and not money:
        return False
    return money and (glued or upper)


def find(text: Text) -> list[Number]:
    """All numbers of a text, left to right, none overlapping; of digits and of words. Scales belong to them, units do not."""
    numbers = [*_of_digits(text), *_of_words(text)]
    numbers.sort(key=lambda n: (n.start, -n.end))
    kept: list[Number] = []
    for number in numbers:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


def _of_digits(text: Text) -> list[Number]:
    found: list[Number] = []
    position = 0
    for m in _DIGITS.finditer(text.low):
        if m.start() < position or m.end() - m.start() > _LONGEST:
            continue
        i = text.word_at(m.end())
        if _breaks(text, m.end()):
            continue
        scale = _scale_at(text, i) if _adjacent(text, m.end(), i) else None
        base, precision = of_digits(m.group(), text.language, scale is not None)
        if scale is None:
            found.append(Number(m.start(), m.end(), base, precision, "number.digits", digits=m.group()))
            continue
        number = _compound(text, m.start(), base, precision, scale)
        found.append(replace(number, digits=m.group()))
        position = number.end
    return found


def _compound(text: Text, start: int, base: float, precision: float, scale: tuple[int, float]) -> Number:
    """A number with its scale, and what is added after it: 6 млн 108 тыс.; trois millions deux cent mille."""
    after, size = scale
    value, precision = round(base * size, 6), precision * size
    words = text.words
    chained = _scale_at(text, after + 1 if after < len(words) and words[after].fold in ("de", "d") else after)
    if chained and chained[1] > size:  # mille milliards, 200 тысяч миллионов
        value, precision, after, size = value * chained[1], precision * chained[1], chained[0], size * chained[1]
    for half in _HALF[text.language]:
        parts = half.split()
        if [w.fold for w in words[after : after + len(parts)]] == parts:
            value, after = value + size / 2, after + len(parts)
    end = words[after - 1].end
    if after < len(words):
        m = _DIGITS.match(text.low, words[after].start)
        if m:
            j = text.word_at(m.end())
            next_scale = _scale_at(text, j)
            if next_scale and next_scale[1] < size and _adjacent(text, m.end(), j) and text.low[end : words[after].start].strip() == "":
                more, fine = of_digits(m.group(), text.language, True)
                if more * next_scale[1] < size:
                    return Number(start, words[next_scale[0] - 1].end, round(value + more * next_scale[1], 6), fine * next_scale[1], "number.compound", True)
    return Number(start, end, value, precision, "number.scale", True)


def _adjacent(text: Text, end: int, i: int) -> bool:
    return i < len(text.words) and text.low[end : text.words[i].start].strip(" -") == "" and text.words[i].start - end <= 2


def _breaks(text: Text, end: int) -> bool:
    """Whether digits are part of something else: an ordinal (20e, 12th), a time (10h30), a name (3D)."""
    tail = re.match(r"[^\W\d_]+", text.low[end : end + 6])
    if not tail:
        return bool(re.match(r":\d\d|/\d", text.low[end : end + 3]))
    return tail.group() in _ORDINALS or (tail.group() == "h" and text.language == "fr")


_ORDINALS = frozenset(["e", "er", "ère", "re", "ème", "eme", "ième", "nd", "nde", "st", "th", "rd", "ый", "ой", "й", "я", "го", "му", "ая", "ое", "ые", "их", "м"])


def _of_words(text: Text) -> list[Number]:
    ones, words, found, i = _ONES[text.language], text.words, [], 0
    about = _ABOUT.get(text.language, {})
    while i < len(words):
        word = words[i].fold
        if word in _POLUTORA and text.language == "ru":
            scale = _scale_at(text, i + 1)
            end = scale[0] if scale else i + 1
            size = scale[1] if scale else 1.0
            found.append(Number(words[i].start, words[end - 1].end, 1.5 * size, 0.05 * size, "number.words", scale is not None, words=True))
            i = end
            continue
        if word in about and i > 0 and words[i - 1].fold in ("une", "un", "около", "с"):
            scale = _scale_at(text, i + 2 if i + 1 < len(words) and words[i + 1].fold == "de" else i + 1)
            value = about[word] * (scale[1] if scale else 1.0)
            end = scale[0] if scale else i + 1
            found.append(Number(words[i - 1].start, words[end - 1].end, value, value / 10, "number.about", scale is not None, about=True, words=True))
            i = end
            continue
        number = None if word not in ones and word not in ("demi", "half", "yarim") else _spoken(text, i)
        if number is None:
            i += 1
            continue
        found.append(number)
        i = max(text.word_at(number.end), i + 1)
    return found


def _spoken(text: Text, i: int) -> Number | None:
    """The number spoken from word i on."""
    words, ones, low = text.words, _ONES[text.language], text.low
    start, total, current, used = i, 0.0, 0.0, 0
    if words[i].fold in ("demi", "half", "yarim"):
        return _half(text, i)
    while i < len(words):
        word = words[i].fold
        if used and word in _WITH[text.language] and i + 1 < len(words) and words[i + 1].fold in ones and _joins(text, i, current, total):
            i += 1
            continue
        if used and word == "-" and i + 1 < len(words) and words[i + 1].fold in ones and words[i].end == words[i + 1].start:
            i += 1
            continue
        spoken = ones.get(word)
        if spoken is None:
            break
        value = float(spoken)
        if used and low[words[i - 1].end : words[i].start].strip(" -"):
            break
        scale_here = value == 1000
        if value == 100 and text.language != "ru":
            if current >= 100:
                break
            current = max(current, 1.0) * 100
        elif scale_here:
            if total:
                break
            total, current = max(current, 1.0) * 1000, 0.0
        elif text.language == "fr" and value == 20 and current % 100 == 4:
            current += 76
        elif (text.language == "fr" and 10 <= value <= 19 and current % 100 in (60, 80)) or (current % 100 >= 20 and value < 10 and current % 10 == 0 and not (text.language == "fr" and current % 100 in (70, 90))) or (text.language == "fr" and current % 100 in (10, 70, 90) and value in (7, 8, 9) and words[i - 1].fold == "-"):
            current += value
        elif (used and current and value >= 100 and text.language == "ru") or (used and current % 100):
            if not (text.language in ("tr", "az", "kk") and current % 100 == 10 and value < 10):
                break
            current += value
        else:
            current += value
        used += 1
        i += 1
    if not used:
        return None
    whole = total + current
    end = words[i - 1].end
    article = used == 1 and words[start].fold in _ARTICLES
    half = next((h.split() for h in _HALF[text.language] if [w.fold for w in words[i : i + len(h.split())]] == h.split()), None)
    fraction = 0.0
    if half:
        fraction, i = 0.5, i + len(half)
        end = words[i - 1].end
    scale = _scale_at(text, i)
    if scale and low[end : words[i].start].strip(" -"):
        scale = None
    if scale:
        number = _compound(text, words[start].start, whole + fraction, 0.5, scale)
        rest = text.word_at(number.end)
        tail = _spoken(text, rest) if rest < len(words) and words[rest].fold in ones and low[number.end : words[rest].start].strip() == "" else None
        if tail and not tail.article and tail.value < scale[1] and (tail.scaled or tail.value >= 1000):
            number = replace(number, value=number.value + tail.value, end=tail.end)
        return replace(number, rule="number.words", words=True)
    return Number(words[start].start, end, whole + fraction, 0.5, "number.words", total > 0, article and not fraction, words=True)


def _joins(text: Text, i: int, current: float, total: float) -> bool:
    """Whether "and" is inside a number: "soixante et onze", "one hundred and five"; not "five and six"."""
    following = _ONES[text.language][text.words[i + 1].fold]
    if text.language == "fr":
        return current % 100 in (20, 30, 40, 50, 60) and following in (1, 11)
    return (current >= 100 and current % 100 == 0 and following < 100) or (total > 0 and current == 0)


def _half(text: Text, i: int) -> Number | None:
    """Half a million, un demi-million, yarım milyon."""
    words = text.words
    j = i + 1
    while j < len(words) and words[j].fold in ("a", "-"):
        j += 1
    scale = _scale_at(text, j)
    if scale is None:
        return None
    start = i - 1 if i and words[i - 1].fold in ("un", "a") else i
    return Number(words[start].start, words[scale[0] - 1].end, 0.5 * scale[1], 0.05 * scale[1], "number.words", True, words=True)


# --- the way back, for round trips -----------------------------------------------------------------------------------


def write(value: float, language: str, decimals: int = 0) -> str:
    """Digits as a newspaper of the language prints them."""
    text = f"{abs(value):,.{decimals}f}"
    group, mark = {"fr": (" ", ","), "en": (",", "."), "ru": (" ", ","), "tr": (".", ","), "az": (".", ","), "kk": (" ", ",")}[language]
    return text.translate({ord(","): group, ord("."): mark})


def _small_fr(n: int) -> str:
    ones = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"]
    tens = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
    if n < 20:
        return ones[n]
    if n < 70:
        unit = n % 10
        return tens[n - unit] + ("" if not unit else " et un" if unit == 1 else f"-{ones[unit]}")
    if n < 80:
        return "soixante et onze" if n == 71 else f"soixante-{ones[n - 60]}"
    if n < 100:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{ones[n - 80]}"
    head = "cent" if n < 200 else f"{ones[n // 100]} cent{'s' if n % 100 == 0 else ''}"
    return head if n % 100 == 0 else f"{head} {_small_fr(n % 100)}"


def _small_en(n: int) -> str:
    ones = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    tens = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if n < 20:
        return ones[n]
    if n < 100:
        return tens[n // 10] + (f"-{ones[n % 10]}" if n % 10 else "")
    return f"{ones[n // 100]} hundred" + (f" and {_small_en(n % 100)}" if n % 100 else "")


def _small_tr(n: int) -> str:
    ones = ["_", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"]
    tens = ["_", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan"]
    parts = [] if n < 100 else [ones[n // 100] * (n // 100 > 1), "yüz"]
    parts += [tens[n % 100 // 10]] if n % 100 >= 10 else []
    parts += [ones[n % 10]] if n % 10 else []
    return " ".join(part for part in parts if part)


def _small_ru(n: int) -> str:
    hundreds = ["_", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]
    tens = ["_", "_", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
    ones = ["_", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"]  # fmt: skip
    parts = [hundreds[n // 100]] if n >= 100 else []
    rest = n % 100
    if rest >= 20:
        parts += [tens[rest // 10]]
        rest %= 10
    return " ".join([*parts, *([ones[rest]] if rest else [])])


def spell(n: int, language: str) -> str:
    """A whole number from 2 to 999,999 in words, for French, English, Russian and Turkish."""
    small = {"fr": _small_fr, "en": _small_en, "tr": _small_tr, "ru": _small_ru}[language]
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return small(rest)
    mille = {"fr": "mille", "en": "thousand", "tr": "bin", "ru": "тысяч"}[language]
    head = mille if thousands == 1 and language in ("fr", "tr") else f"{small(thousands).replace('cents', 'cent').replace('vingts', 'vingt') if language == 'fr' else small(thousands)} {mille}"
    if language == "ru":
        head = head.replace("один тысяч", "одна тысяча").replace("два тысяч", "две тысячи")
    return head if not rest else f"{head} {small(rest)}"
