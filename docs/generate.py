"""Write the reference pages that follow from declarations: one page per table, their index, the verbs, the metrics; and one
page with maps per built-in case, from its tables.

`make docs` calls it before mkdocs; mkdocs calls `on_config` to find the pages of every folder for its menu.
Pages are never edited by hand and never committed.

    python docs/generate.py           write the pages
    python docs/generate.py --check   exit 1 when a page is missing, stale or left over
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from karvan.faces.cli.app import app
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.schema import Column, Schema
from karvan.verbs.catalogue import VERBS
from karvan.verbs.declaration import Verb
from karvan.verdict import measures

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))
import case_page  # noqa: E402 -- beside this file, which mkdocs and tests load by its path

TABLES, CASES = Path("reference") / "tables", Path("reference") / "cases"
VERB_PAGE, METRIC_PAGE = Path("reference") / "verbs.md", Path("reference") / "metrics.md"
KINDS = {
    "id": "id", "text": "text", "number": "number", "integer": "whole number", "boolean": "true or false", "date": "date",
    "choice": "one of", "list": "list, separated by semicolons",
}  # fmt: skip
MENU = {
    "Tutorial": "tutorial", "How-to": "how-to", "Explanation": "explanation", "Reference": "reference",
    "Decisions": "decisions",
}  # fmt: skip
HOW = {
    measures.FLOW: "from the flows of a solved year", measures.CAPACITY: "from what is installed, or the most that can pass",
    measures.TIME: "from the best way of a solved year, queues included", measures.DATE: "from drawn dates of delivery",
    measures.SERIES: "from its own past, carried forward", measures.LEDGER: "observed only: not modelled",
    measures.DAYS: "from simulated days",
}  # fmt: skip
_NOTE = "<!-- Written by docs/generate.py from the declarations in src/karvan; edit those. -->\n"


def pages() -> dict[Path, str]:
    """Every generated page: its path below docs/ and its text."""
    written = {TABLES / "index.md": index_page()}
    written |= {TABLES / f"{schema.name}.md": table_page(schema) for schema in SCHEMAS.values()}
    written |= {CASES / name: text for name, text in case_page.pages().items()}
    return written | {VERB_PAGE: verb_page(), METRIC_PAGE: metric_page()}


def verb_page() -> str:
    """Every verb with its arguments and options, as the command line knows them."""
    parts = [
        _NOTE,
        "# Verbs\n",
        "`karvan VERB …`. Every verb takes `--help`, and `--json` for [one JSON document](json.md). What goes wrong is told "
        "on the error stream with one of the [exit codes](exit-codes.md). Methods of the same names and options "
        "stand in [Python](../how-to/use-python.md).\n",
        "| verb | what it answers |",
        "|---|---|",
        *(f"| [`{verb.name}`](#{verb.name}) | {_cell(verb.meaning)} |" for verb in VERBS),
        "",
    ]
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for verb in VERBS:
        parts.extend(_verb(verb, commands[verb.name]))
    return "\n".join(parts)


def _verb(verb: Verb, command: Any) -> Iterator[str]:
    shown = [parameter for parameter in command.params if parameter.name != "help"]
    positional = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    words = " ".join(_placeholder(parameter) for parameter in positional)
    yield f"## {verb.name}\n"
    yield f"{verb.meaning}\n"
    yield f"    karvan {verb.name} {words}".rstrip() + " [OPTIONS]\n"
    yield "| argument or option | meaning | default |"
    yield "|---|---|---|"
    for parameter in [*positional, *(each for each in shown if each not in positional)]:
        yield f"| {_named(parameter)} | {_cell(parameter.help or '')} | {_preset(parameter)} |"
    yield ""


def _placeholder(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).strip("[]").upper()
    return name if parameter.required else f"[{name}]"


def _named(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_placeholder(parameter)}`"
    flags = ", ".join(f"`{flag}`" for flag in parameter.opts)
    return f"{flags} `{_cell(parameter.metavar)}`" if parameter.metavar else flags


def _preset(parameter: Any) -> str:
    environment = f", or `{parameter.envvar}`" if parameter.envvar else ""
    if parameter.required:
        return f"**required**{environment}"
    if parameter.default is None or parameter.default is False or parameter.default in ([], ()):
        return environment.removeprefix(", ")
    return f"`{parameter.default}`{environment}"


def metric_page() -> str:
    """The closed list of metrics."""
    rows = [
        f"| `{name}` | {_cell(metric.meaning)} | {metric.unit} | {HOW[metric.how]} | {', '.join(f'`{kind}`' for kind in metric.subjects)} |"
        for name, metric in measures.METRICS.items()
    ]
    return "\n".join([
        _NOTE,
        "# Metrics\n",
        "A [target](tables/targets.md) or an [observation](tables/observations.md) names a metric, and a subject of the "
        "form `KIND:NAME`: `cut:titr_caspian`, `port:aktau`, `od:xian>istanbul`. The two meet when metric, subject, "
        "direction, commodity and basis are equal. A metric asked of a kind of subject that is not listed is observed only: "
        "shown, and never scored by the model.\n",
        "| metric | meaning | unit | how it is computed | subjects |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "Several `resource`s, `terminal`s or `link`s joined by `+` are added up. The commodity is one of the case, the group "
        "`dry` or `oil`, or `all`.",
        "",
    ])  # fmt: skip


def index_page() -> str:
    rows = [f"| [`{schema.name}`]({schema.name}.md) | {_cell(schema.meaning)} | {_must(schema)} |" for schema in SCHEMAS.values()]
    return "\n".join([
        _NOTE,
        "# Tables\n",
        "A case is a folder of these files, one table each, as CSV in UTF-8, beside a `case.toml`. A table that is not "
        "required may be absent. A number stands bare in the unit of its column, or with a unit of its own "
        "(`250 nmi`), which is converted when it is read. A date is `2027`, `2027-06` or `2027-06-30`.\n",
        "An empty cell means absent, and takes the default where the column has one. `unknown` in a number or a date "
        "means that it is known not to be known. Neither is zero.\n",
        "| table | a row is | |",
        "|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


def table_page(schema: Schema) -> str:
    key = ", ".join(f"`{name}`" for name in schema.key)
    return "\n".join([
        _NOTE,
        f"# {schema.name}\n",
        f"{schema.meaning[0].upper()}{schema.meaning[1:]}.\n",
        f"File `{schema.name}.csv`, {_must(schema)}. Key: {key}.\n",
        "| column | type | unit | range | default | meaning |",
        "|---|---|---|---|---|---|",
        *(_row(column) for column in schema),
        "",
    ])  # fmt: skip


def _row(column: Column) -> str:
    kind = KINDS[column.kind]
    if column.choices:
        kind += " " + ", ".join(f"`{word}`" for word in column.choices)
    if column.refers_to:
        kind += f" of [`{column.refers_to}`]({column.refers_to}.md)"
    if column.period_end:
        kind += " (a year or a month means its last day)"
    unit = f"as in `{column.unit_column}`" if column.unit_column else column.unit or ""
    cells = (f"`{column.name}`", kind, unit, _range(column), _default(column), column.meaning)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _range(column: Column) -> str:
    match column.minimum, column.maximum:
        case None, None:
            return ""
        case low, None:
            return f"≥ {low:g}"
        case None, high:
            return f"≤ {high:g}"
        case low, high:
            return f"{low:g} to {high:g}"


def _default(column: Column) -> str:
    if column.required:
        return "**required**"
    if column.default is None:
        return ""
    return f"`{str(column.default).lower() if isinstance(column.default, bool) else column.default}`"


def _must(schema: Schema) -> str:
    return "required" if schema.required else "optional"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write(docs: Path) -> None:
    """Write every page below `docs` and delete what is left over from declarations that are gone."""
    for folder in (TABLES, CASES):
        (docs / folder).mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in _present(docs):
        if path not in wanted:
            (docs / path).unlink()
    for path, text in wanted.items():
        (docs / path).write_text(text, encoding="utf-8")


def stale(docs: Path) -> list[Path]:
    """The pages below `docs` that are missing, out of date or left over."""
    wanted = pages()
    found = {path: (docs / path).read_text(encoding="utf-8") for path in _present(docs)}
    return sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))


def _present(docs: Path) -> Iterator[Path]:
    alone = [docs / page for page in (VERB_PAGE, METRIC_PAGE) if (docs / page).is_file()]
    cases = [path for path in sorted((docs / CASES).glob("*")) if path.suffix in (".md", ".svg")]
    return iter([path.relative_to(docs) for path in [*sorted((docs / TABLES).glob("*.md")), *cases, *alone]])


def on_config(config: Any, **_: Any) -> Any:
    """Called by mkdocs: the menu holds every page of every folder, index first, titles from the pages themselves."""
    docs = Path(config["docs_dir"])
    config["nav"] = [{"karvan": "index.md"}, *({title: _menu(docs, docs / folder)} for title, folder in MENU.items())]
    return config


def _menu(docs: Path, folder: Path) -> list[Any]:
    fronts = ("index.md", "README.md")
    files = sorted(folder.glob("*.md"), key=lambda path: (path.name not in fronts, path.name))
    entries: list[Any] = [str(path.relative_to(docs)) for path in files if not path.name.startswith("_")]
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        entries.append({inner.name.capitalize(): _menu(docs, inner)})
    return entries


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        found = stale(DOCS)
        for path in found:
            print(f"docs/{path} is not what the declarations say. Run `make docs`.", file=sys.stderr)
        return 1 if found else 0
    if arguments:
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    write(DOCS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
