"""Articles as files: text, HTML or PDF, from a file, a folder or standard input; each with what it says of its title and day.

What cannot be read is a fault with its remedy, and the others are read all the same. Size is bounded before anything is parsed.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from karvan.files.extras import load_extra
from karvan.tables.faults import Fault, UsageError

MOST_BYTES = 10_000_000
MOST_CHARACTERS = 2_000_000
MOST_PAGES = 500
SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf")
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Article:
    """One document: `text` is what every offset counts in, `sha256` that of its UTF-8 form."""

    name: str
    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    language: str | None = None
    published: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def articles(paths: Iterable[str]) -> Iterator[Article | Fault]:
    """Every document of the files and folders named, in the order given; what cannot be read comes as its fault.
    Raises `UsageError` when a name is neither."""
    for name in paths:
        if name == STANDARD_INPUT:
            yield _read(STANDARD_INPUT, sys.stdin.buffer.read(MOST_BYTES + 1))
            continue
        path = Path(name)
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            if not found:
                raise UsageError(f"{name}: the folder holds no {', '.join(SUFFIXES)}.")
            yield from (_open(each) for each in found)
        elif path.is_file():
            yield _open(path)
        else:
            raise UsageError(f"{name}: there is no such file or folder. A single - reads from standard input.")


def _open(path: Path) -> Article | Fault:
    try:
        with path.open("rb") as file:
            return _read(path.name, file.read(MOST_BYTES + 1))
    except OSError as error:
        return Fault(path.name, 0, "", error.strerror or "an error", "a file that can be read", "Check its permissions.")


def _read(name: str, raw: bytes) -> Article | Fault:
    if len(raw) > MOST_BYTES:
        return Fault(name, 0, "", f"more than {MOST_BYTES // 1_000_000} MB", "an article", "Give the text of one article at a time.")
    if raw.startswith(b"%PDF"):
        return _of_pdf(name, raw)
    text = _decoded(raw)
    if text is None:
        return Fault(name, 0, "", "bytes that are no text", "text in UTF-8, HTML or PDF", "Convert it, or leave it out.")
    if not text.strip():
        return Fault(name, 0, "", "an empty text", "an article", "Leave it out.")
    article = _of_html(name, text) if _is_html(text) else Article(name, text, published=_printed_day(text))
    if len(article.text) > MOST_CHARACTERS:
        return Fault(name, 0, "", f"{len(article.text):,} characters", f"at most {MOST_CHARACTERS:,}", "Give the text of one article at a time.")
    return article


def _decoded(raw: bytes) -> str | None:
    """The text of bytes: UTF-8, UTF-16 with its mark, else the Windows page with the more likely letters; None for binary."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if raw.count(b"\0") or sum(byte < 9 or 13 < byte < 32 for byte in raw[:4096]) > 8:
        return None
    high = sum(byte >= 0xC0 for byte in raw)
    cyrillic = high > 0.3 * sum(byte >= 65 for byte in raw)
    return raw.decode("cp1251" if cyrillic else "cp1252", "replace")


def _printed_day(text: str) -> str | None:
    """The day that a line of its own at the top prints: 2025-03-11, or after a word such as Publié or Published."""
    head = text[:400]
    m = re.search(r"(?im)^\s*(?:publi\w*|posted|date|опубликовано|yayın\w*)?\W{0,4}(?:le |on )?(20\d\d-(?:0[1-9]|1[0-2])-[0-3]\d)\b", head)
    return m.group(1) if m else None


# --- HTML ---------------------------------------------------------------------------------------------------------------

_SILENT = frozenset(("script", "style", "noscript", "template", "nav", "footer", "aside", "form", "svg", "button", "select", "iframe", "figcaption", "head"))
_VOID = frozenset(("meta", "link", "br", "hr", "img", "input", "source", "wbr", "area", "base", "col", "embed", "param", "track"))
_BLOCKS = frozenset(["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "tr", "td", "th", "table", "section", "article", "header", "blockquote", "br", "main", "dd", "dt", "figure", "hr", "pre"])


def _is_html(text: str) -> bool:
    return bool(re.search(r"(?i)<!doctype html|<html[\s>]|<body[\s>]|<article[\s>]|<p[\s>]", text[:3000]))


class _Page(HTMLParser):
    """The words of a page, and what its head says of them. Menus, scripts and forms are passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.about: dict[str, str] = {}
        self.silent: list[str] = []
        self.in_title = False
        self.title: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "html" and given.get("lang"):
            self.about.setdefault("lang", given["lang"][:2].lower())
        elif tag == "meta":
            key = given.get("property") or given.get("name") or given.get("itemprop") or ""
            self.about.setdefault(key.lower(), given.get("content", ""))
        elif tag == "link" and given.get("rel") == "canonical":
            self.about.setdefault("canonical", given.get("href", ""))
        elif tag == "time" and given.get("datetime"):
            self.about.setdefault("time", given["datetime"])
        elif tag == "title":
            self.in_title = True
        if tag in _SILENT and tag not in _VOID:
            self.silent.append(tag)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if tag in self.silent:
            while self.silent and self.silent.pop() != tag:
                pass
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title.append(data)
        elif not self.silent:
            self.parts.append(data)


def _of_html(name: str, text: str) -> Article:
    page = _Page()
    page.feed(text)
    page.close()
    lines = [re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(page.parts).split("\n")]
    about = page.about
    day = next((about[key][:10] for key in ("article:published_time", "datepublished", "date", "dc.date", "publishdate", "pubdate", "time")
                if re.match(r"20\d\d-\d\d-\d\d", about.get(key, ""))), None)  # fmt: skip
    if day is None:
        m = re.search(r'"datePublished"\s*:\s*"(20\d\d-\d\d-\d\d)', text)
        day = m.group(1) if m else None
    title = about.get("og:title") or " ".join(page.title).strip() or None
    return Article(name, "\n".join(line for line in lines if line), title, about.get("canonical") or about.get("og:url") or None,
                   about.get("og:site_name") or None, about.get("lang"), day)  # fmt: skip


# --- PDF ----------------------------------------------------------------------------------------------------------------


def _of_pdf(name: str, raw: bytes) -> Article | Fault:
    try:
        library: Any = load_extra("pypdf", "read", "Reading PDF")
    except UsageError as missing:
        return Fault(name, 0, "", "a PDF", "text or HTML", str(missing))
    try:
        reader = library.PdfReader(io.BytesIO(raw))
        if len(reader.pages) > MOST_PAGES:
            return Fault(name, 0, "", f"{len(reader.pages)} pages", f"at most {MOST_PAGES}", "Give the pages of one article.")
        pages, size = [], 0
        for page in reader.pages:
            text = page.extract_text()
            size += len(text)
            if size > MOST_CHARACTERS:
                return Fault(name, 0, "", f"more than {MOST_CHARACTERS:,} characters", "an article", "Give the pages of one article.")
            pages.append(text)
    except Exception as error:  # a broken PDF raises anything at all
        return Fault(name, 0, "", f"a PDF that cannot be read ({type(error).__name__})", "a whole PDF with text", "Open and save it again, or give its text.")
    text = _rejoined("\n\n".join(pages))
    if not text.strip():
        return Fault(name, 0, "", "a PDF without text", "a PDF with text", "It is a picture of a page: run it through text recognition.")
    return Article(name, text, published=_printed_day(text))


def _rejoined(text: str) -> str:
    """The lines of a page put together to paragraphs: a line that ends without a full stop goes on in the next."""
    text = re.sub(r"(\w)-\n(?=[a-zà-ÿа-я])", r"\1", text)
    return re.sub(r"(?<![.!?:»”\n])\n(?=[^\n])", " ", text)
