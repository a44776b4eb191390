"""A case of one's own to edit: a copy of another (its tables, settings, fits and scenarios, and neither caches nor
procedures), or an empty one, in which every table has its header."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from karvan.files import folder, gmns, place
from karvan.files.toml_text import toml_text
from karvan.tables.catalogue import SCHEMAS
from karvan.tables.faults import UsageError
from karvan.tables.table import empty

_PARTS = ("case.toml", "README.md", "*.csv", "fitted/*.toml", "scenarios/*.toml")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
# What to fill in, in this order; every other table can wait until an answer needs it.
_FIRST = (
    ("case.toml", "`name`, `title`, and `as_of`: the day on which the tables are true. No figure of a later day goes in."),
    ("nodes.csv", "the places: an id, a name, the country (two letters), what the place is first of all, longitude and latitude."),
    ("links.csv", "the ways between two places in one mode: `length` in km; `time` or `speed` where that of the mode is wrong; "
                  "`capacity` a year with its unit where one is known to bind."),
    ("zones.csv", "where cargo begins and ends: each zone stands at one node."),
    ("commodities.csv", "one row is there, with estimates. Put your cargo in its place."),
    ("demand.csv", "tonnes from zone to zone in a year. One year is enough; begin with the year of `as_of`."),
)  # fmt: skip
_THEN = (
    ("terminals.csv", "where two modes meet, a row each: cargo cannot change mode without one. Borders and queues are rows too."),
    ("tariffs.csv", "what a way costs; without prices only time decides the route."),
    ("cuts.csv", "the links over which you count what passes."),
    ("targets.csv", "what was promised, by whom, for which day: `assess` judges these rows."),
    ("projects.csv, edits.csv", "what is planned, and which cell it changes when it is delivered. `promises.csv` holds dates that "
                                "were kept and missed, from which delays are learnt."),
    ("sources.csv, claims.csv", "the documents, and the range of a cell. A row without a `source_id` has the basis `estimate`, and its "
                                "note says why that figure."),
)  # fmt: skip


def copy_case(source: Path, target: Path) -> tuple[str, ...]:
    """The files copied, named within `target`. Contents only: who may write is not copied, so that a built-in case can be edited.
    Raises `UsageError` when `source` is no case, or `target` is taken or cannot be written."""
    if not (source / "case.toml").is_file():
        raise UsageError(f"{source} has no case.toml. Name the folder of a case, or a built-in case.")
    files = [path for part in _PARTS for path in sorted(source.glob(part)) if path.is_file()]

    def fill(beside: Path) -> None:
        for path in files:
            copy = beside / path.relative_to(source)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, copy)

    return place.fill_folder(target, fill)


def empty_case(target: Path) -> tuple[str, ...]:
    """The files of an empty case, named within `target`: case.toml, a README that says what to fill in first, and every table with its
    header. Only modes and commodities have rows, all estimates. Raises `UsageError` when `target` is taken or cannot be written."""
    name = _NO_LETTERS.sub("_", target.resolve().name.lower()).strip("_") or "corridor"
    as_of = gmns.NO_DAY
    settings = {"case": {"name": name, "title": name.replace("_", " ").capitalize(), "as_of": as_of, "first_year": as_of.year,
                         "horizon": as_of.year + gmns.HORIZON - 1}}  # fmt: skip
    rows = {"modes": [gmns.mode_row(key) for key in gmns.MODES], "commodities": [gmns.general_cargo()]}
    tables = {key: gmns.table_of(key, rows[key]) if key in rows else empty(schema) for key, schema in SCHEMAS.items()}
    texts = {f"{key}.csv": folder.csv_text(table) for key, table in tables.items()}
    texts |= {"case.toml": toml_text(settings), "README.md": _readme(str(settings["case"]["title"]))}
    return place.fill_folder(target, lambda beside: folder.write_texts(beside, texts))


def _readme(title: str) -> str:
    """What to fill in, in which order."""
    first = "\n".join(f"{i}. **{name}**: {what}" for i, (name, what) in enumerate(_FIRST, start=1))
    then = "\n".join(f"- **{name}**: {what}" for name, what in _THEN)
    return f"""# {title}

An empty case. Every table has its header; modes and one commodity have rows, all of them estimates to be replaced.

## Fill in first, in this order

{first}

`karvan check` on this folder says what is still missing and what does not fit, all of it at once. When it is silent about
faults, `karvan assign` gives the flows of a year.

## Then, as your question needs it

{then}

A table that stays empty may be deleted, apart from those in the first list, `modes`, `sources` and `targets`. What each
column means, with its unit, stands in the manual under *Tables*.
"""
