"""read: what does an article say?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from karvan.evidence import link
from karvan.evidence.read import places, statements
from karvan.evidence.read.statement import Document, Statement
from karvan.evidence.read.text import LANGUAGES, detect
from karvan.files import cases, documents
from karvan.tables.cells import BadCell, parse_date
from karvan.tables.faults import Fault, InvalidData, UsageError
from karvan.verbs import options
from karvan.verbs.declaration import Option, Progress, Verb


@dataclass(frozen=True, eq=False)
class Read:
    """What texts say: the statements of every document that could be read, and the faults of the others."""

    documents: tuple[tuple[Document, tuple[Statement, ...]], ...]
    faults: tuple[Fault, ...]

    def lines(self) -> list[dict[str, Any]]:
        """One plain document per statement."""
        return [one.document() for _, found in self.documents for one in found]


def read(case: str, texts: tuple[str, ...], published: str | None, language: str | None, progress: Progress | None = None) -> Read:
    if published is not None:
        try:
            parse_date(published, period_end=True)
        except BadCell as bad:
            raise UsageError(f"--published {published}: expected {bad.expected}. {bad.remedy}") from bad
    if language is not None and language not in LANGUAGES:
        raise UsageError(f"--language {language}: expected one of {', '.join(LANGUAGES)}.")
    names = places.gazetteer(cases.load(case).tables)
    done: list[tuple[Document, tuple[Statement, ...]]] = []
    faults: list[Fault] = []
    for count, article in enumerate(documents.articles(texts), 1):
        if isinstance(article, Fault):
            faults.append(article)
            continue
        day, known_by = (published, "user") if published else (article.published, "metadata" if article.published else "unknown")
        spoken = language or (article.language if article.language in LANGUAGES else detect(article.text))
        about = Document(article.name, spoken, day, known_by, article.title, article.url, article.publisher, article.sha256)
        done.append((about, tuple(link.within(article.text, statements.read(article.text, about, names)))))
        if progress is not None:
            progress(count, 0)
    if not done:
        raise InvalidData(faults)
    return Read(tuple(done), tuple(faults))


VERB = Verb(
    "read", "What does an article say? Figures, dates and promises in it, each with its place in the text and who says so.",
    (Option("texts", str, None, "files, folders, or - for standard input: text, HTML, or PDF with the extra [read]", "TEXT", positional=True,
            required=True, repeated=True), options.CASE,
     Option("published", str, None, "day of publication, when the document does not say it; years and months without a year need it", "DATE"),
     Option("language", str, None, "language of the texts: " + ", ".join(LANGUAGES) + "; default: found", "LANGUAGE")), read,
)  # fmt: skip
