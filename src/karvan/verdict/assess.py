"""The conductor: futures, years, edits, engine, measures; then every target against its measure.

    for each future, for each year:  edits -> conditions -> assign -> measures
    for each target:                 measure against promise -> verdict
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from karvan.bridge.compile import Compiled
from karvan.corridor.corridor import Corridor
from karvan.corridor.edits import Edit
from karvan.engines import series
from karvan.runs.map import ordered_map
from karvan.tables.faults import UsageError
from karvan.tables.table import Row
from karvan.verdict import anchor as anchoring
from karvan.verdict import binding, delivery, draws, futures, judge, measures, transit
from karvan.verdict.futures import Forced, Futures
from karvan.verdict.judge import Binding, Judgement, Word
from karvan.verdict.measures import Key, Plan
from karvan.verdict.model import Model, prepare
from karvan.verdict.throughput import Throughput

MOST_FUTURES = 1_000_000
_CHUNK = 20
_FEWEST_FIGURES = 2
_FADES = 0.5


@dataclass(frozen=True)
class Options:
    """How many futures, from which seed, on how many processes; `certify_share` of the solves is re-checked outside the engine."""

    futures: int = 1000
    seed: int = 1
    workers: int = 1
    certify_share: float = 0.005

    def __post_init__(self) -> None:
        if not 1 <= self.futures <= MOST_FUTURES:
            raise UsageError(f"--futures {self.futures}: expected 1 to {MOST_FUTURES}. 1000 gives intervals of about 2 points.")
        if not 1 <= self.workers <= 1024:
            raise UsageError(f"--workers {self.workers}: expected 1 to 1024. Give the number of cores.")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"--seed {self.seed}: expected a whole number from 0.")


@dataclass(frozen=True)
class Verdict:
    """A target and its judgement. value and due are those judged (canonical unit, decimal year); `observed` is the outcome, where seen."""

    target: Row
    judgement: Judgement
    unit: str
    value: float | None
    observed: float | None = None
    missing: str = ""


@dataclass(frozen=True, eq=False)
class Assessment:
    """Every verdict, and what it takes to repeat and to doubt it.

    paths  per measure key the sampled values [future, year], for charts and for attribution
    """

    corridor: Corridor
    options: Options
    scenario: str
    verdicts: tuple[Verdict, ...]
    keys: tuple[Key, ...]
    paths: np.ndarray
    solves: int
    unconverged: int
    certified: int
    certificate_failures: int
    reference: delivery.Reference
    discrepancy: float
    changes: Mapping[str, Any]

    @property
    def years(self) -> range:
        return self.corridor.settings.years

    def path(self, key: Key) -> np.ndarray:
        """values[future, year] of a measure."""
        return self.paths[self.keys.index(key)]


@dataclass(frozen=True, eq=False)
class _Chunk:
    values: np.ndarray
    prices: np.ndarray
    unconverged: int
    certified: int
    failures: int


def assess(
    corridor: Corridor,
    options: Options,
    forced: Forced | None = None,
    scenario: str = "base",
    edits: tuple[Edit, ...] = (),
    progress: Callable[[int, int], None] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Assessment:
    """The verdict on every target of a corridor. `changes` says what the scenario changed, for the manifest."""
    model = prepare(corridor, edits)
    reference = delivery.fit(corridor)
    drawn = futures.sample(model.compiled, options.seed, options.futures, forced, reference)
    keys = tuple(dict.fromkeys(Key.of(row) for row in corridor["targets"].rows() if _is_asked(row)) | _headline(corridor))
    plan = measures.plan(model.compiled, keys)
    chunks = list(_run(model, drawn, plan, options, progress))
    values = np.concatenate([chunk.values for chunk in chunks]).transpose(2, 0, 1)
    prices = np.concatenate([chunk.prices for chunk in chunks])
    _add_series(corridor, values, plan.keys, options)
    discrepancy = _add_discrepancy(corridor, values, plan.keys, options)
    judged = _Judge(corridor, model, drawn, plan, values, prices)
    verdicts = tuple(judged.verdict(row) for row in corridor["targets"].rows())
    return Assessment(
        corridor, options, scenario, verdicts, plan.keys, values, solves=options.futures * len(corridor.settings.years),
        unconverged=sum(chunk.unconverged for chunk in chunks), certified=sum(chunk.certified for chunk in chunks),
        certificate_failures=sum(chunk.failures for chunk in chunks), reference=reference, discrepancy=discrepancy, changes=dict(changes or {}),
    )  # fmt: skip


def _is_asked(row: Row) -> bool:
    return Key.of(row).how in (measures.FLOW, measures.CAPACITY, measures.TIME, measures.SERIES)


def _headline(corridor: Corridor) -> dict[Key, None]:
    """The measures shown above the board: the first cut with dry cargo and with oil, apart."""
    cut = corridor.settings.headline
    if not cut:
        return {}
    return dict.fromkeys(Key("freight_volume", f"cut:{cut}", "both", commodity, "traffic") for commodity in (measures.DRY, measures.OIL))


def _run(
    model: Model, drawn: Futures, plan: Plan, options: Options, progress: Callable[[int, int], None] | None
) -> Iterator[_Chunk]:
    starts = range(0, drawn.count, _CHUNK)
    every = max(1, round(1 / options.certify_share)) if options.certify_share > 0 else 0
    work = partial(_chunk, every=every)
    counted = (lambda done, _: progress(min(done * _CHUNK, drawn.count), drawn.count)) if progress else None
    yield from ordered_map(work, starts, workers=options.workers, initializer=_remember, initargs=(model, drawn, plan), progress=counted)


_shared: dict[str, Any] = {}


def _remember(model: Model, drawn: Futures, plan: Plan) -> None:
    """Keep what all chunks share, once per process."""
    base = base_prices(model, drawn)
    throughputs = {at: Throughput(model, key) for at, key in plan.throughputs}
    _shared.update(model=model, drawn=drawn, plan=plan, base=base, throughputs=throughputs, anchor=anchoring.prepare(model))


def base_prices(model: Model, drawn: Futures) -> np.ndarray:
    """Prices of the limits in the case's base solution of every modelled year, from which a future starts where it has none. [year, limit]"""
    compiled = model.compiled
    years = compiled.corridor.settings.years
    today = compiled.cells.today
    log_amount = np.zeros(len(compiled.od_names))
    prices = np.empty((len(years), len(compiled.limits)))
    start = None
    for i, year in enumerate(years):
        log_amount += _growth(compiled, today, year - (years[i - 1] if i else drawn.demand.base_year))
        level = float(np.median(drawn.level[:, i]))
        start = model.solve(today, drawn.demand.base * np.exp(log_amount), level, start).result.price
        prices[i] = start
    return prices


def _growth(compiled: Compiled, cells: np.ndarray, years: int) -> np.ndarray:
    """Growth of the logarithm of every OD pair over this many years, with the growth parameters of `cells`."""
    return np.where(compiled.growth >= 0, cells[compiled.growth], 0.0) * years


def _chunk(first: int, every: int) -> _Chunk:
    """Futures first .. first + _CHUNK - 1 of every year."""
    model, drawn, plan, base, throughputs = (_shared[name] for name in ("model", "drawn", "plan", "base", "throughputs"))
    anchor: anchoring.Anchor | None = _shared["anchor"]
    compiled: Compiled = model.compiled
    years = compiled.corridor.settings.years
    chosen = range(first, min(first + _CHUNK, drawn.count))
    values = np.empty((len(chosen), len(years), len(plan.keys)))
    prices = np.empty((len(chosen), len(years), len(compiled.limits)), dtype=np.float32)
    unconverged = certified = failures = 0
    for row, future in enumerate(chosen):
        log_amount = np.zeros(len(compiled.od_names))
        today = drawn.today(compiled, future)
        price = base[0]
        if anchor is not None:
            numbers, price = anchor.values(drawn.drawn[:, future], drawn.places)
            today = anchor.set(today, numbers)
        for i, year in enumerate(years):
            cells = drawn.cells(compiled, future, i, today)
            log_amount = log_amount + _growth(compiled, cells, year - (years[i - 1] if i else drawn.demand.base_year))
            growth = np.minimum(log_amount + drawn.demand.departure(future, i), 20.0)
            amount = drawn.demand.base * drawn.demand_factor * np.exp(growth)
            start = np.where(price > 0, price, base[i])  # what this future paid a year before; what the case pays where nobody did
            answer = model.solve(cells, amount, float(drawn.level[future, i]), start)
            result, price = answer.result, answer.result.price
            values[row, i] = plan.of_year(compiled, cells, result.arc_flow)
            for at, key in plan.times:
                values[row, i, at] = transit.of_year(model, answer, key)
            for at, _ in plan.throughputs:
                values[row, i, at] = throughputs[at].of_year(answer)
            prices[row, i] = price
            unconverged += not result.converged
            if every and (future * len(years) + i) % every == 0:
                certified += 1
                failures += not model.certificate(answer).passed
    return _Chunk(values, prices, unconverged, certified, failures)


def _add_series(corridor: Corridor, values: np.ndarray, keys: tuple[Key, ...], options: Options) -> None:
    """Fill in the measures that follow a series of their own: a random walk with drift from its last figure."""
    table = corridor["series"]
    years = np.array(corridor.settings.years)
    for i, key in enumerate(keys):
        if key.how != measures.SERIES:
            continue
        rows = [(int(period), float(value)) for name, period, value in zip(table["series_id"], table["period"], table["value"], strict=True)
                if name == key.subject and str(period).isdigit()]  # fmt: skip
        if len(rows) < _FEWEST_FIGURES:
            continue
        last = max(rows)[0]
        horizon = int(years[-1]) - last
        u = draws.uniform(options.seed, f"series.{key.subject}", options.futures, horizon + 2)
        paths = series.fan_of_years(np.array(sorted(rows), dtype=np.float64), horizon, u)
        values[i] = paths[:, np.maximum(years - last, 1) - 1]


def _add_discrepancy(corridor: Corridor, values: np.ndarray, keys: tuple[Key, ...], options: Options) -> float:
    """Widen the flows by what the model got wrong where it was fitted, and give that spread back (decision 0009).

    The error of a future is 0 in the last observed year, on which it was anchored, and grows to its full size within a
    few years; it is the same for all cargo of one cut or port.
    """
    spread = float(corridor.fitted.get("calibration", {}).get("discrepancy", 0.0))
    seen = [int(year) for year in corridor.fitted.get("nowcast", {}).get("years", ())]
    years = np.array(corridor.settings.years)
    ahead = np.maximum(years - max(seen, default=int(years[0]) - 1), 0)
    for i, key in enumerate(keys):
        if spread > 0 and key.how == measures.FLOW:
            error = draws.normal(options.seed, f"discrepancy.{key.subject}", options.futures)
            values[i] *= np.exp(spread * np.sqrt(1 - _FADES ** (2 * ahead)) * error)
    return spread


class _Judge:
    """Each target against its measure."""

    def __init__(self, corridor: Corridor, model: Model, drawn: Futures, plan: Plan, values: np.ndarray, prices: np.ndarray):
        self.corridor, self.model, self.drawn, self.plan, self.values, self.prices = corridor, model, drawn, plan, values, prices

    def verdict(self, row: Row) -> Verdict:
        key = Key.of(row)
        modelled = key.how not in measures.SHOWN
        unit = measures.METRICS[key.metric].unit if modelled else row["unit"]
        value = None if np.isnan(row["value"]) else float(row["value"])
        if modelled and value is not None:
            value = measures.canonical(key.metric, value, row["unit"])
        observed, kept = self._observed(row, key, value, unit)
        if kept is not None:
            return Verdict(row, Judgement(Word.KEPT if kept else Word.MISSED), unit, value, observed)
        missing = row["missing"]
        if value is None:
            return Verdict(row, Judgement(Word.NO_NUMBER), unit, value, missing=missing or "a number")
        if not np.isnat(row["due"]) and row["due"] <= self.corridor.as_of:
            return Verdict(row, Judgement(Word.UNSEEN), unit, value, missing=missing or "the outcome")
        if not modelled:
            word = Word.NO_DATE if np.isnat(row["due"]) else Word.NO_NUMBER
            return Verdict(row, Judgement(word), unit, value, missing=missing or "a measure that the model computes")
        if key.how == measures.DATE:
            return self._dated(row, unit, value, missing)
        return self._yearly(row, unit, value, missing)

    def _yearly(self, row: Row, unit: str, value: float, missing: str) -> Verdict:
        years = self.corridor.settings.years
        key = Key.of(row)
        values = self.values[self.plan.keys.index(key)]
        if np.isnan(values).all():
            return Verdict(row, Judgement(Word.NO_NUMBER), unit, value, missing=missing or "a series long enough to carry forward")
        due = None if np.isnat(row["due"]) else int(str(row["due"])[:4])
        if due is not None and due > years[-1]:
            return Verdict(row, Judgement(Word.NO_NUMBER), unit, value, missing=f"years after {years[-1]}, the horizon of the case")
        judgement, kept = judge.paths(values, years, value, row["op"], due, row["sustained"])
        if due is not None and not kept.all():
            binds = binding.of_target(self.model, self.drawn, self.prices, key, due, ~kept)
            judgement = _with_binds(judgement, binds)
        return Verdict(row, judgement, unit, value, missing=missing if due is None else "")

    def _dated(self, row: Row, unit: str, value: float, missing: str) -> Verdict:
        key = Key.of(row)
        if key.kind != "project":
            return Verdict(row, Judgement(Word.NO_NUMBER), unit, value, missing=missing or "the event, or a project that leads to it")
        project = self.corridor["projects"].row(key.name)
        delivered = self.drawn.deliveries.of(key.name)
        due = None if np.isnat(row["due"]) else float(delivery.decimal_year(row["due"] + np.timedelta64(1, "D")))
        if np.isnat(project["promised"]) and np.isnat(project["delivered"]):
            return Verdict(row, Judgement(Word.NO_NUMBER), unit, value, missing=missing or "a promised date of the project")
        horizon = self.corridor.settings.years[-1] + 1.0
        judgement, kept = judge.dates(delivered, due, horizon, delivery.NEVER)
        if due is not None and not kept.all():
            judgement = _with_binds(judgement, binding.of_date(self.corridor, self.drawn, key.name, ~kept))
        return Verdict(row, judgement, unit, value, missing=missing if due is None else "")

    def _observed(self, row: Row, key: Key, value: float | None, unit: str) -> tuple[float | None, bool | None]:
        """The outcome that was seen, and whether it keeps the promise; (None, None) when none was seen."""
        due = row["due"]
        if key.metric in ("completion_date", "event_date"):
            happened = self._happened(key)
            if happened is None:
                return None, None
            return float(delivery.decimal_year(happened)), bool(np.isnat(due) or happened <= due)
        if value is None or np.isnat(due) or due > self.corridor.as_of:
            return None, None
        for seen in self.corridor["observations"].rows():
            if seen["role"] == "used" and Key.of(seen) == key and seen["period"] == str(due)[: len(seen["period"])]:
                figure = float(seen["value"])
                if key.how not in measures.SHOWN:
                    figure = measures.canonical(key.metric, figure, seen["unit"])
                elif seen["unit"] != unit:
                    continue
                return figure, figure >= value if row["op"] == ">=" else figure <= value
        return None, None

    def _happened(self, key: Key) -> np.datetime64 | None:
        if key.kind == "project":
            day = self.corridor["projects"].row(key.name)["delivered"]
            return None if np.isnat(day) else day
        events = self.corridor["events"]
        if key.name in events and events.row(key.name)["status"] == "done":
            return events.row(key.name)["date"]
        return None


def _with_binds(judgement: Judgement, binds: tuple[Binding, ...]) -> Judgement:
    return replace(judgement, binds=binds)
