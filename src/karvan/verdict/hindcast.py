"""A hindcast: what was seen by the month of a past year, beside what its played days say.

Each observation of days (bans, closures, queues, sailings, loads) and each of flows over a part of the year is read off every
replication in its own period. The year that happened is one draw: it should fall within the range of single years nine times of ten.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from karvan.bridge.days import calendar
from karvan.bridge.days.calendar import HOUR_A_DAY
from karvan.bridge.days.write import Days
from karvan.corridor import cargo
from karvan.engines.arrays import Floats
from karvan.engines.simulate import layout
from karvan.engines.simulate.experiment import experiment
from karvan.engines.simulate.run import Outcome
from karvan.tables.table import Row
from karvan.verdict import measures
from karvan.verdict.futures import Forced
from karvan.verdict.measures import DAYS, FLOW, Key
from karvan.verdict.model import Answer, Model
from karvan.verdict.simulation import Options, Played, days_of
from karvan.verdict.tell import Message

WITHIN = 0.9
"""the share of single years that the range holds."""


@dataclass(frozen=True)
class Seen:
    """One observation beside the played year: the median of single years and their range. A flow over a part of the year is the part
    that the days give it of the year's total as it was counted, where that was: totals are the matter of `calibrate`."""

    observation_id: str
    metric: str
    subject: str
    direction: str
    commodity: str
    period: str
    unit: str
    observed: float
    observed_low: float
    observed_high: float
    median: float
    low: float
    high: float
    role: str
    basis: str
    source_id: str
    note: str

    @property
    def within(self) -> bool:
        """Whether what was seen falls into the range of single years, the range of the source counted."""
        return self.low <= self.observed_high and self.observed_low <= self.high

    @property
    def log_error(self) -> float:
        """log(median / observed); nan where either is 0."""
        return math.log(self.median / self.observed) if self.median > 0 and self.observed > 0 else math.nan


@dataclass(frozen=True, eq=False, repr=False)
class Hindcast:
    """All observations of a year that played days answer, and those they do not."""

    played: Played
    seen: tuple[Seen, ...]
    unanswered: tuple[tuple[str, Message], ...]
    """(observation, why)."""

    @property
    def covered(self) -> float:
        """Share of the used observations within the range of single years; nan without any."""
        used = [each.within for each in self.seen if each.role == "used"]
        return sum(used) / len(used) if used else math.nan

    @property
    def error(self) -> float:
        """Median of |log(median / observed)| over the used observations above 0; nan without any. exp of it is a factor."""
        errors = [abs(each.log_error) for each in self.seen if each.role == "used" and not math.isnan(each.log_error)]
        return float(np.median(errors)) if errors else math.nan


Reading = Callable[[Outcome], float]


def hindcast(model: Model, year: int, options: Options, progress: Callable[[int, int], None] | None = None) -> Hindcast:
    """What was seen of a year beside its played days. Ctrl-C keeps the replications that are complete."""
    answer, days = days_of(model, year, Forced({}, float("nan"), 1.0))
    reader = _Reader(model, answer, days, year)
    readings: dict[str, Reading] = {}
    rows: dict[str, Row] = {}
    unanswered = []
    for row in _of_the_year(model, year):
        name = str(row["observation_id"])
        reading = reader.reading(row)
        if isinstance(reading, Message):
            unanswered.append((name, reading))
        else:
            readings[name], rows[name] = reader.of_counted_year(row, reading), row
    edges = [calendar.LEAD + HOUR_A_DAY * day for day in range(calendar.DAYS + 1)]
    found = experiment(days.tables, edges[-1], options.seed, options.replications, edges=edges, threads=options.workers, outputs=readings,
                       keep=[], progress=progress)  # fmt: skip
    seen = tuple(_seen(row, found.own[name]) for name, row in rows.items()) if found.complete else ()
    return Hindcast(Played(model, answer, days, found, year, "base"), seen, tuple(unanswered))


def _of_the_year(model: Model, year: int) -> Iterator[Row]:
    """Observations of days, or of flows over a part of the year, whose period lies in it."""
    for row in model.compiled.corridor["observations"].rows():
        window = period(str(row["period"]), year)
        if window is None:
            continue
        how = Key.of(row).how
        if how == DAYS or (how == FLOW and window[1] - window[0] < calendar.DAYS):
            yield row


def period(said: str, year: int) -> tuple[int, int] | None:
    """The days of a year, from and until, that a period covers; None when it is of another year or no period of days."""
    ends = said.split("/")
    found = [each for each in (_days(end, year) for end in ends) if each is not None]
    if len(found) < len(ends) or not found[0][0] < found[-1][1]:
        return None
    return found[0][0], found[-1][1]


def _days(said: str, year: int) -> tuple[int, int] | None:
    head, _, part = said.partition("-")
    if head != str(year):
        return None
    ends = np.concatenate([[0], np.cumsum(calendar.MONTH_LENGTHS)]).tolist()
    if not part:
        return 0, calendar.DAYS
    if part[0] in "QH" and part[1:].isdigit():
        length = 3 if part[0] == "Q" else 6
        i = int(part[1:])
        return (ends[(i - 1) * length], ends[i * length]) if 1 <= i <= 12 // length else None
    month, _, day = part.partition("-")
    if not month.isdigit() or not 1 <= int(month) <= 12:
        return None
    if day:
        return (ends[int(month) - 1] + int(day) - 1, ends[int(month) - 1] + int(day)) if day.isdigit() else None
    return ends[int(month) - 1], ends[int(month)]


class _Reader:
    """How an observation is read off a run of days."""

    def __init__(self, model: Model, answer: Answer, days: Days, year: int):
        self.answer, self.days, self.year = answer, days, year
        self.compiled = model.compiled
        self.corridor = self.compiled.corridor
        self.kinds = {name: set(words) for name, words in zip(self.compiled.commodities, cargo.words(self.corridor["commodities"]), strict=True)}
        self.nominal = {str(row["subject"]): float(row["value"]) for row in self.corridor["routines"].rows() if row["quantity"] == "nominal"}

    def reading(self, row: Row) -> Reading | Message:
        """The figure of an observation as a function of a run, or why there is none."""
        kind, _, name = str(row["subject"]).partition(":")
        metric = str(row["metric"])
        direction = measures.along(str(row["direction"]))
        window = period(str(row["period"]), self.year)
        assert window is not None
        make = {
            "closed_days": self._closed, "ban_days": self._banned, "wagons_waiting": self._most, "lorries_waiting": self._most,
            "wagons_a_day": self._a_day, "wagons_carried": self._carried, "lorries_carried": self._carried, "sailings_count": self._sailings,
            "load_mean": self._load, "load_share": self._share, "utilisation": self._use, "wait_time": self._wait,
            "freight_volume": self._over, "container_volume": self._over, "oil_transit_volume": self._over,
        }.get(metric)  # fmt: skip
        if make is None:
            return Message("hindcast.why.metric", {"metric": metric})
        return make(kind, name, direction, str(row["commodity"]), window, metric)

    def of_counted_year(self, row: Row, reading: Reading) -> Reading:
        """Of a flow: its part of the year's total as counted, where the year was counted under the same key; else the reading itself."""
        key = Key.of(row)
        if key.how != FLOW:
            return reading
        whole = [each for each in self.corridor["observations"].rows() if each["period"] == str(self.year) and each["role"] == "used" and Key.of(each) == key]
        if not whole:
            return reading
        counted = measures.canonical(key.metric, float(whole[0]["value"]), str(whole[0]["unit"] or ""))
        year = self.reading(whole[0])
        assert not isinstance(year, Message)

        def read(outcome: Outcome) -> float:
            total = year(outcome)
            return reading(outcome) / total * counted if total else math.nan

        return read

    # ---- gates ------------------------------------------------------------------------------------------------------
    def _shut(self, place: str, window: tuple[int, int]) -> Reading | Message:
        if place not in self.days.known:
            return Message("hindcast.why.place", {"place": place.partition(":")[2]})
        at = self.days.tables.place(place)
        first, last = window

        def read(outcome: Outcome) -> float:
            return round((last - first) - float(outcome.sums[last, at, layout.AREA_LEVEL] - outcome.sums[first, at, layout.AREA_LEVEL]) / HOUR_A_DAY, 6)

        return read

    def _closed(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        return self._shut(f"weather:{name}", window)

    def _banned(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        return self._shut(f"ban:{name}", window)

    # ---- queues -----------------------------------------------------------------------------------------------------
    def _most(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        """The most that waits at a midnight of the period, in wagons or lorries."""
        wanted = "wagon" if metric == "wagons_waiting" else "lorry"
        place = f"waiting:{name}"
        if not self._waits(name, direction):
            return Message("hindcast.why.waiting", {"name": name})
        known = self.days.known[place]
        per = self._per_unit(name, known.unit, wanted)
        if per == 0:
            return Message("hindcast.why.unit", {"name": name, "unit": known.unit, "wanted": wanted})
        at = self.days.tables.place(place)
        return lambda outcome: float(outcome.places[window[0] : window[1] + 1, at, layout.LEVEL].max()) / known.parts * per

    def _waits(self, terminal: str, direction: str) -> bool:
        """Whether what waits at a terminal is counted, and all of it is to leave in this direction."""
        ways = {known.direction for known in self.days.known.values() if known.role == "quay" and known.other == terminal}
        return f"waiting:{terminal}" in self.days.known and (direction == "both" or ways == {direction})

    def _per_unit(self, terminal: str, unit: str, wanted: str) -> float:
        """Wagons (or lorries) in one unit of a terminal, over what is sent by it."""
        if unit == wanted:
            return 1.0
        tonnes = wagons = 0.0
        ways = self.days.ways
        for traffic in self.days.plan.traffic:
            if any(ways.keys[arc] == terminal for piece in traffic.pieces for arc in (piece.before, piece.after, *piece.arcs) if arc >= 0):
                each, one = ways.tonnes(terminal, unit, traffic.commodity), ways.tonnes("", wanted, traffic.commodity)
                if each and one:
                    tonnes, wagons = tonnes + traffic.tonnes / each, wagons + traffic.tonnes / one
        return wagons / tonnes if tonnes else 0.0

    def _wait(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        place = f"waiting:{name}"
        if not self._waits(name, direction):
            return Message("hindcast.why.waiting", {"name": name})
        at = self.days.tables.place(place)

        def read(outcome: Outcome) -> float:
            d = outcome.sums[window[1], at] - outcome.sums[window[0], at]
            return float(d[layout.AREA_LEVEL] / d[layout.LEAVERS]) if d[layout.LEAVERS] > 0 else math.nan

        return read

    # ---- ships ------------------------------------------------------------------------------------------------------
    def _tallies(self, kind: str, name: str, direction: str, unit: str = "") -> list[str]:
        """The sailings of a service, of a fleet, of the services from a terminal, or out of a port."""
        found = []
        for place, known in self.days.known.items():
            if known.role != "sailing" or (unit and known.unit != unit):
                continue
            service = self.corridor["services"].row(known.key)
            link = self.corridor["links"].row(service["link_id"])
            start = link["from_node"] if known.direction == "forward" else link["to_node"]
            ends = (link["from_node"], link["to_node"])
            terminal = self.corridor["terminals"].row(name)["node_id"] if kind == "terminal" else ""
            mine = {
                "service": known.key == name, "fleet": known.other == name, "port": start == name,
                "terminal": terminal in ends and known.key in self._services_at(name),
            }.get(kind, False)  # fmt: skip
            if mine and direction in ("both", known.direction):
                found.append(place)
        return found

    def _services_at(self, terminal: str) -> set[str]:
        return {known.key for known in self.days.known.values() if known.role == "quay" and known.other == terminal}

    def _sums(self, places: list[str], window: tuple[int, int]) -> Callable[[Outcome], tuple[float, float]]:
        """(sailings, units carried) of these tallies in the window."""
        at = [(self.days.tables.place(place), self.days.known[place].parts) for place in places]

        def read(outcome: Outcome) -> tuple[float, float]:
            number = carried = 0.0
            for i, parts in at:
                d = outcome.sums[window[1], i] - outcome.sums[window[0], i]
                number, carried = number + float(d[layout.WAITS]), carried + float(d[layout.WAIT_SUM]) / parts
            return number, carried

        return read

    def _sailings(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        places = self._tallies(kind, name, direction)
        if not places or commodity != "all":
            return Message("hindcast.why.alone" if places else "hindcast.why.ships", {"name": name, "commodity": commodity})
        sums = self._sums(places, window)
        return lambda outcome: sums(outcome)[0]

    def _carried(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        unit = "wagon" if metric == "wagons_carried" else "lorry"
        places = self._tallies(kind, name, direction, unit)
        if not places:
            return Message("hindcast.why.carried", {"name": name, "unit": unit})
        sums = self._sums(places, window)
        return lambda outcome: sums(outcome)[1]

    def _a_day(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        carried = self._carried(kind, name, direction, commodity, window, "wagons_carried")
        return carried if isinstance(carried, Message) else lambda outcome: carried(outcome) / (window[1] - window[0])

    def _load(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        places = self._tallies(kind, name, direction, "t")
        if not places:
            return Message("hindcast.why.loads", {"name": name})
        sums = self._sums(places, window)

        def read(outcome: Outcome) -> float:
            number, carried = sums(outcome)
            return carried / number if number else math.nan

        return read

    def _share(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        """Mean load over the payload as built."""
        places = self._tallies(kind, name, direction)
        fleets = {self.days.known[place].other for place in places}
        if len(fleets) != 1 or not (fleets & self.nominal.keys()):
            return Message("hindcast.why.nominal", {"name": name})
        nominal = self.nominal[fleets.pop()]
        sums = self._sums(places, window)

        def read(outcome: Outcome) -> float:
            number, carried = sums(outcome)
            return carried / number / nominal if number else math.nan

        return read

    def _use(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        """What a fleet carries one way over the most it could: its ships at their payload and their round trips."""
        places = self._tallies(kind, name, direction)
        limits = [i for i, limit in enumerate(self.compiled.limits) if limit.table == "fleets" and limit.key == name and limit.direction == direction]
        if not places or not limits or kind != "fleet":
            return Message("hindcast.why.capacity", {"name": name})
        service = self.corridor["services"].index[self.days.known[places[0]].key]
        round_trip = float(self.compiled.cells.of(self.answer.cells, "services", "round_trip")[service])
        most = float(self.answer.conditions.capacity[limits[0]]) / round_trip * (window[1] - window[0]) / calendar.DAYS
        sums = self._sums(places, window)
        return lambda outcome: sums(outcome)[1] / most

    # ---- flows ------------------------------------------------------------------------------------------------------
    def _over(self, kind: str, name: str, direction: str, commodity: str, window: tuple[int, int], metric: str) -> Reading | Message:
        """Tonnes, or TEU, over a cut."""
        if kind != "cut":
            return Message("hindcast.why.kind", {"kind": kind})
        chosen = []
        for place, known in self.days.known.items():
            if known.role == "cut" and known.key == name and (direction in ("both", known.direction)):
                words = self.kinds[known.commodity]
                if commodity == "all" or commodity in words:
                    factor = 1.0
                    if metric == "container_volume":
                        each = self.days.ways.tonnes("", "TEU", self.compiled.commodities.index(known.commodity))
                        factor = 1.0 / each if each else 0.0
                    if factor:
                        chosen.append((self.days.tables.place(place), factor))
        if not chosen:
            return Message("hindcast.why.cut", {"name": name})

        def read(outcome: Outcome) -> float:
            return sum(float(outcome.sums[window[1], i, layout.WAIT_SUM] - outcome.sums[window[0], i, layout.WAIT_SUM]) * factor for i, factor in chosen)

        return read


def _seen(row: Row, values: Floats) -> Seen:
    known = values[~np.isnan(values)]
    median, low, high = (float(x) for x in np.quantile(known, [0.5, (1 - WITHIN) / 2, (1 + WITHIN) / 2])) if len(known) else (math.nan,) * 3
    observed = measures.canonical(str(row["metric"]), float(row["value"]), str(row["unit"] or ""))
    ends = [measures.canonical(str(row["metric"]), float(row[end]), str(row["unit"] or "")) if row[end] == row[end] else observed for end in ("low", "high")]
    return Seen(
        str(row["observation_id"]), str(row["metric"]), str(row["subject"]), str(row["direction"]), str(row["commodity"]), str(row["period"]),
        measures.METRICS[str(row["metric"])].unit, observed, ends[0], ends[1], median, low, high, str(row["role"]), str(row["basis"]),
        str(row["source_id"] or ""), str(row["note"] or ""),
    )  # fmt: skip
