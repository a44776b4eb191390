"""Everything that is declared is documented, and the generator says the same thing twice."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from karvan.tables.catalogue import SCHEMAS


@pytest.fixture(scope="module")
def generate(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", root / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_table_and_column_has_its_place(generate: ModuleType) -> None:
    pages = generate.pages()
    for schema in SCHEMAS.values():
        page = pages[generate.TABLES / f"{schema.name}.md"]
        assert f"[`{schema.name}`]({schema.name}.md)" in pages[generate.TABLES / "index.md"]
        for column in schema:
            row = next(line for line in page.splitlines() if line.startswith(f"| `{column.name}` |"))
            assert column.meaning.replace("|", "\\|") in row
            assert column.unit is None or column.unit in row
            assert all(f"`{word}`" in row for word in column.choices)


def test_what_is_written_is_not_stale(generate: ModuleType, tmp_path: Path) -> None:
    generate.write(tmp_path)
    assert generate.stale(tmp_path) == []


def test_a_changed_a_missing_and_a_left_over_page_are_found_and_mended(generate: ModuleType, tmp_path: Path) -> None:
    generate.write(tmp_path)
    folder = tmp_path / generate.TABLES
    (folder / "links.md").write_text("old", encoding="utf-8")
    (folder / "nodes.md").unlink()
    (folder / "castles.md").write_text("gone", encoding="utf-8")
    assert [path.stem for path in generate.stale(tmp_path)] == ["castles", "links", "nodes"]
    generate.write(tmp_path)
    assert generate.stale(tmp_path) == []


def test_the_menu_holds_every_page_that_is_written_by_hand(generate: ModuleType, root: Path) -> None:
    docs = root / "docs"
    menu = str(generate.on_config({"docs_dir": str(docs)})["nav"])
    for path in docs.rglob("*.md"):
        name = path.relative_to(docs)
        assert path.name.startswith("_") or str(name) in menu, f"{name}: put it in a folder of the menu (docs/generate.py)"


def test_usage_is_told(generate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--what"]) == 2
    assert "usage" in capsys.readouterr().err
