"""The page on reading shows the reliability that is counted, and names every list that can be added to."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def test_the_reliability_table_is_what_is_counted(root: Path) -> None:
    spec = importlib.util.spec_from_file_location("docs_confidence", root / "docs" / "confidence.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    counted = module.judged()
    page = (root / "docs" / "explanation" / "reading.md").read_text(encoding="utf-8")
    assert module.headline(counted) in page
    for row in module.reliability(counted):
        assert module.line(row) in page


def test_every_list_is_named(root: Path) -> None:
    page = (root / "docs" / "explanation" / "reading.md").read_text(encoding="utf-8")
    for path in (root / "src" / "karvan" / "evidence" / "read" / "lexicon").glob("*.tsv"):
        assert f"`{path.name}`" in page
