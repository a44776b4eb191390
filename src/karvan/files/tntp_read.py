"""TNTP files as numbers: the text format of Transportation Networks for Research, every fault kept.

A net file has tags (`<NUMBER OF ZONES> 24`) and a row of ten numbers per link, closed by a semicolon; a trips file has
blocks `Origin 1` with pairs `destination : trips;`. What follows a `~` is a comment.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from karvan.tables.cells import nearest
from karvan.tables.faults import Fault, UsageError

_MOST_FAULTS = 200
_LARGEST_FILE = 1_000_000_000
_TAG = re.compile(r"^\s*<\s*([^>]*?)\s*>\s*(.*)$")
_WORDS = re.compile(r"\(([^)]*)\)")
LINK = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type")
ZONES, NODES, THROUGH, LINKS, TOTAL = "NUMBER OF ZONES", "NUMBER OF NODES", "FIRST THRU NODE", "NUMBER OF LINKS", "TOTAL OD FLOW"
TOLL, DISTANCE, HEADER = "TOLL FACTOR", "DISTANCE FACTOR", "ORIGINAL HEADER"
_TAGS = (ZONES, NODES, THROUGH, LINKS, TOTAL, TOLL, DISTANCE, HEADER, "END OF METADATA")


@dataclass(frozen=True)
class Link:
    """One row of a net file, in the units of the file, and the line that it stands on."""

    line: int
    start: int
    end: int
    capacity: float
    length: float
    free_flow_time: float
    b: float
    power: float
    speed: float
    toll: float
    kind: str


@dataclass(frozen=True)
class Net:
    """A net file: nodes are 1..nodes, zones the first of them; nodes below first_through are not passed through. A factor that
    the file does not give is None. `units` are the words in brackets of its <ORIGINAL HEADER>, by column of `LINK`."""

    zones: int
    nodes: int
    first_through: int
    toll_factor: float | None
    distance_factor: float | None
    units: dict[str, str]
    links: list[Link]


@dataclass(frozen=True)
class Trips:
    """A trips file: (origin, destination) -> trips above 0; those that stay in their zone included. `stated` is the total that the
    file gives, None without one."""

    pairs: dict[tuple[int, int], float]
    stated: float | None


@dataclass
class _Faults:
    """The faults of one file, the first of them in full."""

    name: str
    all: list[Fault]
    count: int = field(default=0)

    def __call__(self, line: int, column: str, found: str, expected: str, remedy: str) -> None:
        self.count += 1
        if self.count <= _MOST_FAULTS:
            self.all.append(Fault(self.name, line, column, found, expected, remedy))

    def close(self) -> None:
        if self.count > _MOST_FAULTS:
            self.all.append(Fault(self.name, 0, "", f"{self.count - _MOST_FAULTS} more faults", "a file without them",
                                  "Mend those named here first; the others come next."))  # fmt: skip


def read_net(path: Path, faults: list[Fault]) -> Net:
    """The network of a net file; what is wrong is appended to `faults`. Raises `UsageError` when it cannot be read."""
    tell = _Faults(path.name, faults)
    tags, rows = _parts(path, tell)
    zones, nodes, through, links = (_whole(tags, tag, tell) for tag in (ZONES, NODES, THROUGH, LINKS))
    if zones is not None and nodes is not None and zones > nodes:
        tell(tags[ZONES][0], ZONES, str(zones), f"at most {nodes}, the number of nodes", "Correct one of the two: zones are the first nodes.")
    if through is not None and nodes is not None and not 1 <= through <= nodes + 1:
        tell(tags[THROUGH][0], THROUGH, str(through), f"1 to {nodes + 1}", "Write the first node that may be passed through; 1 for all.")
    if not rows:
        tell(0, "", "no links", "a row per link", "Fill the file.")
    elif links is not None and links != len(rows):
        tell(tags[LINKS][0], LINKS, str(links), f"{len(rows)}, the rows of links", "Correct the tag, or add what is missing of the file.")
    read = [link for line, text in rows if (link := _link(line, text, nodes, tell)) is not None]
    factors = [_factor(tags, tag, tell) for tag in (TOLL, DISTANCE)]
    tell.close()
    return Net(zones or 0, nodes or 0, through or 1, factors[0], factors[1], _units(tags), read)


def read_trips(path: Path, zones: int, faults: list[Fault]) -> Trips:
    """The trips of a trips file for a network of so many zones (0: not known); what is wrong is appended to `faults`. Raises
    `UsageError` when it cannot be read."""
    tell = _Faults(path.name, faults)
    tags, rows = _parts(path, tell)
    stated_zones = _whole(tags, ZONES, tell)
    if zones and stated_zones is not None and stated_zones != zones:
        tell(tags[ZONES][0], ZONES, str(stated_zones), f"{zones}, the zones of the net file", "Give the trips that belong to this network.")
    last = zones or stated_zones or 0
    pairs: dict[tuple[int, int], float] = {}
    origin: int | None = None
    begun = False
    for line, text in rows:
        rest = text
        if text[:6].lower() == "origin":
            word, *after = text[6:].split(None, 1) or [""]
            rest = after[0] if after else ""
            origin, begun = _zone(word, last, line, "Origin", tell), True
        elif not begun:
            tell(line, "", text, "Origin and its number", "Begin every block with a line such as `Origin 1`.")
            begun = True
        for piece in rest.split(";"):
            if piece and not piece.isspace():
                _pair(piece, origin, last, line, pairs, tell)
    stated = None
    if TOTAL in tags:
        stated = _number(tags[TOTAL][1], tags[TOTAL][0], TOTAL, tell, minimum=0.0)
    pairs = {pair: amount for pair, amount in pairs.items() if amount > 0}
    if not pairs and not tell.count:
        tell(0, "", "no trips above 0", "blocks of `Origin` and pairs `destination : trips;`", "Fill the file.")
    tell.close()
    return Trips(pairs, stated)


def read_nodes(path: Path, nodes: int, faults: list[Fault]) -> dict[int, tuple[float, float]]:
    """Node -> (x, y) of a node file: a header, and rows of number, x and y. What is wrong is appended to `faults`."""
    tell = _Faults(path.name, faults)
    _, rows = _parts(path, tell)
    found: dict[int, tuple[float, float]] = {}
    for line, text in rows[1:] if rows and not rows[0][1].split()[0].isdigit() else rows:
        cells = text.replace(";", " ").split()
        if len(cells) != 3:
            tell(line, "", f"{len(cells)} cells", "3: node, x, y", "Correct the row.")
            continue
        node = _node(cells[0], nodes, line, "node", tell)
        x, y = (_number(cell, line, name, tell) for cell, name in zip(cells[1:], ("x", "y"), strict=True))
        if node is not None and x is not None and y is not None:
            if node in found:
                tell(line, "node", str(node), "each node once", "Delete one of its rows.")
            found[node] = (x, y)
    missing = [node for node in range(1, nodes + 1) if node not in found]
    if missing and not tell.count:
        tell(0, "", f"no row for {len(missing)} nodes, the first of them {missing[0]}", f"a row for each of {nodes} nodes", "Add them.")
    tell.close()
    return found


# --- parts of a file -------------------------------------------------------------------------------------------------

_Tags = dict[str, tuple[int, str]]


def _parts(path: Path, tell: _Faults) -> tuple[_Tags, list[tuple[int, str]]]:
    """Tag -> (line, text), and (line, text) of the rows; comments and empty lines are gone."""
    tags: _Tags = {}
    rows: list[tuple[int, str]] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        found = _TAG.match(line)
        if found is None:
            text = line.partition("~")[0].strip()
            if text.strip(";"):
                rows.append((number, text))
            continue
        tag = " ".join(found[1].upper().split())
        if tag in tags:
            tell(number, tag, "twice", "each tag once", f"Delete one; line {tags[tag][0]} has it too.")
        tags.setdefault(tag, (number, found[2] if tag == HEADER else found[2].partition("~")[0].strip()))
    return tags, rows


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"{path} has {path.stat().st_size / 1e9:.1f} GB; expected at most {_LARGEST_FILE / 1e9:g} GB.")
        return path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Name a TNTP file.") from error


def _units(tags: _Tags) -> dict[str, str]:
    """The words in brackets of the original header, which is the only place where some files say their units."""
    if HEADER not in tags:
        return {}
    titles = [title.strip() for title in re.split(r"\t+|;", tags[HEADER][1].replace("~", "")) if title.strip()]
    if len(titles) != len(LINK):
        return {}
    return {column: found[1].strip().lower() for column, title in zip(LINK, titles, strict=True) if (found := _WORDS.search(title))}


def _whole(tags: _Tags, tag: str, tell: _Faults) -> int | None:
    if tag not in tags:
        remedy = f"Nearest: {nearest(tag, tags)}." if tags else "Write it at the top of the file."
        tell(0, tag, "nothing", f"the tag <{tag}>", remedy)
        return None
    line, text = tags[tag]
    if not re.fullmatch(r"\d{1,9}", text) or int(text) == 0:
        tell(line, tag, text, "a whole number above 0", "Correct the tag.")
        return None
    return int(text)


def _factor(tags: _Tags, tag: str, tell: _Faults) -> float | None:
    return _number(tags[tag][1], tags[tag][0], tag, tell, minimum=0.0) if tag in tags else None


def _number(text: str, line: int, column: str, tell: _Faults, minimum: float | None = None) -> float | None:
    try:
        value = float(text)
    except ValueError:
        tell(line, column, text, "a number", "Use a point for decimals and no thousands separator.")
        return None
    if not math.isfinite(value):
        tell(line, column, text, "a finite number", "Correct it.")
        return None
    if minimum is not None and value < minimum:
        tell(line, column, text, f"at least {minimum:g}", "Correct the sign.")
        return None
    return value


def _node(text: str, nodes: int | None, line: int, column: str, tell: _Faults) -> int | None:
    if not re.fullmatch(r"\d{1,9}", text):
        tell(line, column, text, "the number of a node", "Write a whole number.")
        return None
    if nodes and not 1 <= int(text) <= nodes:
        tell(line, column, text, f"a node from 1 to {nodes}", f"Correct it, or the tag <{NODES}>.")
        return None
    return int(text)


def _link(line: int, text: str, nodes: int | None, tell: _Faults) -> Link | None:
    cells = text.replace(";", " ").split()
    if len(cells) != len(LINK):
        tell(line, "", f"{len(cells)} columns", f"{len(LINK)}: {', '.join(LINK)}", "Complete or correct the row.")
        return None
    start, end = (_node(cell, nodes, line, name, tell) for cell, name in zip(cells[:2], LINK[:2], strict=True))
    capacity, length, free, b, power = (_number(cell, line, name, tell, 0.0) for cell, name in zip(cells[2:7], LINK[2:7], strict=True))
    speed, toll = _number(cells[7], line, "speed", tell), _number(cells[8], line, "toll", tell, 0.0)
    if start is not None and start == end:
        tell(line, "term_node", cells[1], "another node than init_node", "Correct one end, or take the row out: nobody drives in a circle.")
        return None
    if capacity == 0 and free and b and power:
        tell(line, "capacity", cells[2], "a capacity above 0, since the time grows with flow", "Correct it, or set b to 0.")
        return None
    if start is None or end is None or capacity is None or length is None or free is None or b is None or power is None or speed is None or toll is None:
        return None
    return Link(line, start, end, capacity, length, free, b, power, speed, toll, cells[9])


def _zone(text: str, last: int, line: int, column: str, tell: _Faults) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        tell(line, column, text, "the number of a zone", "Write a whole number.")
        return None
    zone = int(text)
    if last and not 1 <= zone <= last:
        tell(line, column, text, f"a zone from 1 to {last}", f"Correct it, or the tag <{ZONES}>.")
        return None
    return zone


def _pair(piece: str, origin: int | None, last: int, line: int, pairs: dict[tuple[int, int], float], tell: _Faults) -> None:
    """One `destination : trips` of a block. Without an origin (said before) only its own faults are told."""
    destination_text, colon, amount_text = piece.partition(":")
    if not colon:
        tell(line, "", piece.strip(), "`destination : trips;`", "Correct the entry.")
        return
    destination = _zone(destination_text.strip(), last, line, "destination", tell)
    amount = _number(amount_text.strip(), line, "trips", tell, 0.0)
    if origin is not None and destination is not None and amount is not None:
        if (origin, destination) in pairs:
            tell(line, "destination", str(destination), f"each destination of origin {origin} once", "Delete one of the two, or add them up.")
        pairs[origin, destination] = amount
