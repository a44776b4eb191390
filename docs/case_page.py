"""The page of every built-in case, from its tables: clock, counts, maps, what it holds, how well it is supported, who says so.

`generate` writes what `pages` gives; nobody edits it by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.evidence import ageing
from karvan.files import cases, map_svg
from karvan.tables.table import cell_text

NOTE = "<!-- Written by docs/generate.py from the tables of the case; edit those. -->\n"
GEONAMES = "geonames"
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"})


def pages() -> dict[str, str]:
    """File name -> text: the index, and for every built-in case its page and its maps."""
    written: dict[str, str] = {}
    rows = []
    for name in cases.built_in():
        corridor = cases.load(name)
        written[f"{name}.svg"] = map_svg.draw(corridor)
        close = map_svg.close_up(corridor)
        if close is not None:
            written[f"{name}_close.svg"] = map_svg.draw(corridor, close)
        written[f"{name}.md"] = page(corridor, name, close is not None)
        rows.append((f"[{text(corridor.settings.title)}]({name}.md)", f"`{name}`", str(corridor.as_of), len(corridor["links"]), len(corridor["targets"])))
    index = [NOTE, "# Built-in cases\n", "Each page is written from the tables of the case. `karvan new DIR --case NAME` makes a copy to edit.\n",
             *table(("case", "name", "data of", "links", "targets"), rows), ""]  # fmt: skip
    return {"index.md": "\n".join(index), **written}


def page(corridor: Corridor, name: str, has_close_up: bool) -> str:
    """The page of one case."""
    found = ageing.ages(corridor.tables, corridor.as_of)
    return "\n".join([
        NOTE,
        f"# {text(corridor.settings.title)}\n",
        *_clock(corridor),
        *_maps(corridor, name, has_close_up),
        *_section("Fleets", "Units that services share. A year's work is number x payload x availability, spent in hours of round trips.", _fleets(corridor)),
        *_section("Terminals with a capacity", "What can be handled in a year, both directions together. Capacity is not traffic.", _terminals(corridor)),
        *_section("Shared limits", "Limits that several links, terminals or services draw on.", _resources(corridor)),
        *_section("Projects and their promised dates", "Announced is not funded, and funded is not built. Dates are those promised, not forecasts.", _projects(corridor)),
        *_section("Targets", "What was promised. A target without a number or a date is shown and never scored.", _targets(corridor)),
        *_fits(corridor),
        *_support(found),
        *_licences(corridor),
        *_section("Sources", "Every document that a row names. An unknown part says so.", _sources(corridor)),
    ])  # fmt: skip


def text(value: object) -> str:
    """A text that Markdown leaves as it is, on one line."""
    return " ".join(str(value).translate(_SPECIAL).split())


def table(header: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Iterator[str]:
    """A table in Markdown; its cells are Markdown already."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "|".join("--:" if name in right else "---" for name in header) + "|"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"


def _section(title: str, sentence: str, lines: list[str]) -> Iterator[str]:
    if len(lines) > 2:
        yield from (f"\n## {title}\n", f"{sentence}\n", *lines)


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def _day(day: Any) -> str:
    return cell_text(day)


def _clock(corridor: Corridor) -> Iterator[str]:
    settings = corridor.settings
    cuts = corridor["cuts"]
    rows = [("`as_of`", f"{settings.as_of}: the tables hold the state of that day, and nothing known later"),
            ("modelled years", f"{settings.first_year} to {settings.horizon}"),
            ("years with demand", ", ".join(str(int(year)) for year in sorted(set(corridor["demand"]["year"])))),
            ("hash of the data", f"`{corridor.hash}`")]  # fmt: skip
    if settings.headline in cuts:
        rows.append(("headline", f"`{settings.headline}`: {text(cuts.row(settings.headline)['name'])}"))
    yield from table(("", ""), rows)
    yield "\n## What is in it\n"
    counts = [(f"[`{name}`](../tables/{name}.md)", len(each), each.schema.meaning) for name, each in corridor.tables.items() if len(each)]
    yield from table(("table", "rows", "a row is"), counts, right=("rows",))


def _maps(corridor: Corridor, name: str, has_close_up: bool) -> Iterator[str]:
    yield "\n## Map\n"
    lines = "The map is schematic: lines lead through places on the way, not along tracks." if map_svg.is_schematic(corridor) else "Lines are those of the table `geometries`."
    credit = " Coordinates in part from GeoNames, CC BY 4.0." if GEONAMES in set(corridor["nodes"]["source_id"]) else ""
    yield f"{lines} Dashed is what does not exist yet; black dots are ports. Ways far around run out of the frame.{credit}\n"
    yield f"![Map of the whole corridor]({name}.svg)\n"
    if has_close_up:
        yield f"Around the headline cut:\n\n![Map around the headline cut]({name}_close.svg)\n"


def _fleets(corridor: Corridor) -> list[str]:
    rows = [(text(row["name"]), _number(row["number"]), f"{_number(row['payload'])} {row['payload_unit']}", _number(row["availability"]), row["basis"], _cited(row))
            for row in corridor["fleets"].rows()]  # fmt: skip
    return list(table(("fleet", "number", "mean load", "availability", "basis", "source"), rows, right=("number", "availability")))


def _terminals(corridor: Corridor) -> list[str]:
    nodes = dict(zip(corridor["nodes"].keys, corridor["nodes"]["name"], strict=True))
    rows = [(text(nodes[row["node_id"]]), text(row["name"]) + ("" if row["exists"] else " (planned)"), text(row["kind"]), f"{_number(row['capacity'])} {text(row['capacity_unit'])}",
             _number(row["time"]), row["basis"], _cited(row))
            for row in corridor["terminals"].rows() if not np.isnan(row["capacity"])]  # fmt: skip
    return list(table(("place", "step", "kind", "capacity", "h", "basis", "source"), rows, right=("h",)))


def _resources(corridor: Corridor) -> list[str]:
    rows = [(text(row["name"]), row["kind"], f"{_number(row['capacity'])} {text(row['capacity_unit'])}", row["basis"], _cited(row)) for row in corridor["resources"].rows()]
    return list(table(("limit", "kind", "capacity", "basis", "source"), rows))


def _projects(corridor: Corridor) -> list[str]:
    rows = [(text(row["name"]), row["kind"], row["status"], _day(row["first_promised"]), _day(row["promised"]), _day(row["promised_on"]), _day(row["delivered"]), _cited(row))
            for row in corridor["projects"].rows()]  # fmt: skip
    return list(table(("project", "kind", "status", "first promised for", "promised for", "said on", "delivered", "source"), rows))


def _targets(corridor: Corridor) -> list[str]:
    rows = [(text(row["name"]), f"[`{row['metric']}`](../metrics.md)", "" if np.isnan(row["value"]) else f"{text(row['op'])} {_number(row['value'])} {text(row['unit'])}",
             _day(row["due"]) or "no date", text(row["party"]), _day(row["promised_on"]), row["basis"], _cited(row))
            for row in corridor["targets"].rows()]  # fmt: skip
    return list(table(("target", "metric", "value", "due", "who", "said on", "basis", "source"), rows))


def _fits(corridor: Corridor) -> Iterator[str]:
    """The fitted numbers, one row per number and not per cell that holds it."""
    for name, fit in sorted(corridor.fitted.items()):
        cells = {cell["name"]: cell for cell in fit.get("cells", ())}
        if not cells:
            continue
        years = ", ".join(str(year) for year in fit.get("years", fit.get("fit_years", ())))
        yield f"\n## Fitted numbers: {text(name)}\n"
        yield f"Fitted on {years}, on {fit.get('observations', 'an unknown number of')} figures" \
              + (", by data of another state than the one shown here: the fit is stale.\n" if fit.get("hash") not in (None, corridor.hash) else ".\n")  # fmt: skip
        rows = [(text(cell["name"]), f"`{cell['table']}.{cell['column']}`", f"{cell['value']:.2f}", f"{cell['error']:.2f}") for cell in cells.values()]
        yield from table(("number", "cell", "value", "standard error"), rows, right=("value", "standard error"))


def _support(found: ageing.Ages) -> Iterator[str]:
    total = found.total
    share = f"{100 * total.cells_with_source / total.cells:.0f} %" if total.cells else "none"
    yield "\n## How it is supported\n"
    yield (f"Of {total.cells:,} cells that matter (what engines read, what verdicts are judged by, what projects change) {total.cells_with_source:,} name a "
           f"source: {share}. {total.cells_stated:,} of these stand in it as they are; the others were computed from it, or estimated with its help. "
           f"Of {found.sources} sources {found.unknown['title']} lack a title, {found.unknown['date']} a date and {found.unknown['address']} an address. "
           "`karvan facts` lists every figure with its age.\n")  # fmt: skip
    names = ("table", "rows", "with source", "cells that matter", "of them with source", "standing in it")
    rows = [(f"`{each.table}`", each.rows, each.rows_with_source, each.cells, each.cells_with_source, each.cells_stated) for each in found.coverage]
    yield from table(names, rows, right=names[1:])
    yield "\nFacts by basis, and by the age of their source in years at the day of the case:\n"
    classes = list(next(iter(found.counts.values())))
    yield from table(("basis", *classes), [(basis, *(of[name] or "" for name in classes)) for basis, of in found.counts.items()], right=classes)


def _licences(corridor: Corridor) -> Iterator[str]:
    yield "\n## Licences\n"
    yield f"The tables: {text(corridor.settings.licence) or 'not stated'}. Figures are cited; no text of the sources is reproduced.\n"
    coordinates = sum(source == GEONAMES for source in corridor["nodes"]["source_id"])
    if coordinates:
        yield (f"{coordinates} of {len(corridor['nodes'])} coordinates come from [GeoNames](https://www.geonames.org), "
               "licensed under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), rounded.\n")  # fmt: skip
    rows = [(text(row["publisher"]), text(row["title"]), text(row["licence"])) for row in corridor["sources"].rows() if row["licence"]]
    if rows:
        yield from ("Sources whose licence is known:\n", *table(("publisher", "title", "licence"), rows))


def _sources(corridor: Corridor) -> list[str]:
    rows = [(f'<span id="{row["source_id"]}"></span>{text(row["publisher"])}', text(row["title"]), text(row["date"]), _address(row["address"])) for row in corridor["sources"].rows()]
    return list(table(("publisher", "title", "date", "address"), rows))


def _address(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return text(address)
    host = address.partition("://")[2].partition("/")[0]
    return f"[{text(host)}](<{quote(address, safe=':/?&=%#+,;@~!$*-._')}>)"


def _cited(row: dict[str, Any]) -> str:
    source = row["source_id"]
    return f"[{text(source)}](#{source})" if source else ""
