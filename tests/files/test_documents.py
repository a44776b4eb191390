"""Articles from files: text, HTML, PDF, folders, standard input; what cannot be read is a fault and the rest goes on."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from karvan.files import documents
from karvan.files.documents import Article
from karvan.tables.faults import Fault, UsageError

PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Un port grandit</title>
<meta property="article:published_time" content="2025-03-18T08:00:00+05:00"><meta property="og:site_name" content="Agence du test">
<link rel="canonical" href="/port"><script>var trade = "9 millions de tonnes";</script><style>p { width: 40 km }</style></head>
<body><nav><a href="/">12 articles</a></nav><h1>Un port grandit</h1><p>Le port a trait&eacute; 3,5&nbsp;millions de tonnes<br>en 2024.</p>
<aside>Lire aussi : 7 accords</aside><p>Deuxième paragraphe.</p><footer>2 000 abonnés</footer></body></html>"""


def one(path: Path) -> Article:
    (found,) = documents.articles([str(path)])
    assert isinstance(found, Article), found
    return found


def test_a_page_is_its_words_and_what_its_head_says(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    article = one(tmp_path / "a.html")
    assert article.text.split("\n") == ["Un port grandit", "Le port a traité 3,5\u00a0millions de tonnes", "en 2024.", "Deuxième paragraphe."]
    assert (article.title, article.language, article.published, article.publisher, article.url) == ("Un port grandit", "fr", "2025-03-18", "Agence du test", "/port")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_cyrillic_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    said = "Порт обработал 3,5 млн тонн грузов в 2024 году."
    (tmp_path / "a.txt").write_bytes(said.encode(encoding))
    assert one(tmp_path / "a.txt").text == said


def test_french_of_an_old_page(tmp_path: Path) -> None:
    said = "Le port a traité des céréales à Kouryk."
    (tmp_path / "a.txt").write_bytes(said.encode("cp1252"))
    assert one(tmp_path / "a.txt").text == said


def test_a_folder_goes_on_past_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2025-03-18\nTrade reached $2 billion.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "c.txt").write_text("  \n", encoding="utf-8")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.4 nothing of the kind")
    (tmp_path / "e.csv").write_text("not an article", encoding="utf-8")
    (tmp_path / "f.txt").write_text("Fin.", encoding="utf-8")
    found = list(documents.articles([str(tmp_path)]))
    assert [each.name for each in found if isinstance(each, Article)] == ["a.txt", "f.txt"]
    assert next(each.published for each in found if isinstance(each, Article)) == "2025-03-18"
    faults = [each for each in found if isinstance(each, Fault)]
    assert [each.file for each in faults] == ["b.txt", "c.txt", "d.pdf"]
    assert all(each.remedy for each in faults)


def test_too_much_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 1000)
    (tmp_path / "a.txt").write_text("x" * 1001, encoding="utf-8")
    (found,) = documents.articles([str(tmp_path / "a.txt")])
    assert isinstance(found, Fault)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Обмен — 3 млн.".encode())))
    (found,) = documents.articles(["-"])
    assert isinstance(found, Article)
    assert (found.name, found.text) == ("-", "Обмен — 3 млн.")


@pytest.mark.parametrize("name", ["nowhere.txt", "empty"])
def test_what_is_not_there_is_a_wrong_question(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        list(documents.articles([str(tmp_path / name)]))


def test_a_pdf_is_read_in_paragraphs(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    lines = ["(The port handled 3.5 million) Tj", "0 -14 Td (tonnes in 2024.) Tj", "0 -14 Td (Trade fell.) Tj"]
    stream = f"BT /F1 12 Tf 72 700 Td {' '.join(lines)} ET".encode()
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
             b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
             b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    (tmp_path / "a.pdf").write_bytes(body + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body))
    assert "3.5 million tonnes in 2024.\nTrade fell." in one(tmp_path / "a.pdf").text
