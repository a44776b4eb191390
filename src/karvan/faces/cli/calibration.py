"""Observed and modelled figures as people read them on a terminal, 80 columns wide or more."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from karvan.corridor import cargo
from karvan.corridor.corridor import Corridor
from karvan.faces.messages import amount, catalogue
from karvan.verbs.calibrate import Fitted
from karvan.verdict import estimation, scores
from karvan.verdict.calibrate import Fit
from karvan.verdict.comparison import CHECK, FIT, GROUPS, NOT_OBSERVED, Comparison
from karvan.verdict.measures import ALL, METRICS, OIL, Key
from karvan.verdict.scores import ALL_GROUPS, Errors, Rivalry, Score

NONE = "–"
_SHORT = ("day", "h", "USD/t", "USD/TEU", "train")
"""Units that stand in the name of the measure, not behind every figure."""
_WALK_WIDTH, _LEAST_LABEL, _MOST_LABEL = 100, 18, 60
"""Columns from which the walk stands beside the model; least and most room for the name of a measure."""
_FIGURES_WIDTH = 60
_COUNTS_WIDTH = 72
_NINE_OF_TEN = 1.6449
"""Standard errors on either side within which nine of ten normal draws lie."""


def calibration(answer: Fitted, width: int, language: str) -> RenderableType:
    """Scores per group, the figures behind them, shares of the rivals, gaps, and the fitted numbers."""
    fit, words = answer.calibration, catalogue(language)
    if not fit.comparisons:
        return Text(words["calibrate.nothing"])
    roles = (FIT, CHECK)
    shown = [each for each in fit.comparisons if not each.outside and (answer.all or (each.scored and each.role in roles))]
    parts: list[RenderableType] = [*_summary(fit, words), Text("")]
    for group in GROUPS:
        chosen = [each for each in shown if each.group == group]
        if chosen:
            parts += [_figures(fit, group, chosen, width, words), Text("")]
    parts += [*_shares(fit, words), *_misses(fit, answer.all, words), *_outside(fit, answer.all, words), *_gaps(fit, answer.all, words)]
    parts += [*_counted(fit, width, words), *_demand(answer, width, words), *_numbers(answer, words)]
    if answer.written is not None:
        parts.append(Text(words["calibrate.stored"].format(folder=answer.written)))
    return Group(*parts)


def _summary(fit: Fit, words: Mapping[str, str]) -> Iterator[RenderableType]:
    years = {"fit": _years(fit.years), "check": _years(fit.check_years)}
    yield Text(words["calibrate.title"].format(title=fit.corridor.settings.title, **years), style="bold")
    table = _table(words, ("group", "aim", "fit", "error", "met", "check", "error", "met", "ratio", "nearer", "better"), left=("group", "better"), gap=1)
    for score in fit.scores:
        rivalry = score.walk
        table.add_row(words[f"calibrate.group.{score.group}"], _percent(score.aim), *_errors(score.fit), *_errors(score.check), _ratio(rivalry),
                      f"{rivalry.nearer}/{rivalry.figures}" if rivalry.figures else NONE, words.get(f"calibrate.better.{rivalry.better}", NONE))  # fmt: skip
    yield table
    last = max(fit.years, default=0)
    yield Text(words["calibrate.legend"].format(last=last), style="dim")
    whole = next((score for score in fit.scores if score.group == ALL_GROUPS), None)
    if whole is not None:
        yield Text(_plainly(whole, words))
        counts = Counter(each.role for each in fit.comparisons if each.scored)
        before = counts.total() - counts[FIT] - counts[CHECK]
        what = "calibrate.freedom.demand" if fit.demand.groups else "calibrate.freedom"
        yield Text(words[what].format(free=len(fit.free), fitted=fit.observations, freedom=f"{fit.degrees_of_freedom:.1f}",
                                      parameters=f"{fit.parameters:.1f}", groups=len(fit.demand.groups), only=whole.only_compared,
                                      check=counts[CHECK], before=before))  # fmt: skip


FEW = 5
"""Figures below which no forecast is called better than another."""


def _plainly(whole: Score, words: Mapping[str, str]) -> str:
    """Which is better on the check years, karvan or a random walk, in one sentence each."""
    said = []
    for name, rivalry in (("walk", whole.walk), ("drift", whole.drift)):
        if rivalry.figures:
            which = rivalry.better if rivalry.figures >= FEW else "few"
            said.append(words[f"calibrate.plainly.{name}.{which}"].format(ratio=_ratio(rivalry), nearer=rivalry.nearer, figures=rivalry.figures))
    return " ".join(filter(None, said)) if said else words["calibrate.plainly.none"]


def _figures(fit: Fit, group: str, chosen: Sequence[Comparison], width: int, words: Mapping[str, str]) -> Table:
    wide = width >= _WALK_WIDTH
    room = min(max(width - _FIGURES_WIDTH - (8 if wide else 0), _LEAST_LABEL), _MOST_LABEL)
    walked = scores.walked(fit.comparisons, fit.years)
    columns = ("measure", "year", "role", "observed", "modelled", "error", *(("walked",) if wide else ()), "scope")
    table = _table(words, columns, left=("measure", "role", "scope"), title=_heading(fit, group, words))
    for key, rows in groupby(sorted(chosen, key=lambda each: (each.key, each.year)), key=lambda each: each.key):
        lines = textwrap.wrap(label(fit.corridor, key, words), room - 1, subsequent_indent=" ")
        for line, each in zip_longest(lines, rows):
            if each is None:
                table.add_row(line)
                continue
            walk = walked.get((each.key, each.year))
            error = NONE if walk is None or not each.observed else _signed(walk / each.observed - 1)
            role = words[f"calibrate.role.{each.role}"] + (" *" if each.fitted else "")
            own = words["calibrate.given"] if each.given else _signed(each.error)
            cells = [_value(each.observed, each.unit), _value(each.modelled, each.unit), own, *((error,) if wide else ())]
            table.add_row(line or "", str(each.year), role, *cells, words[f"calibrate.scope.{each.scope}"])
    return table


def _heading(fit: Fit, group: str, words: Mapping[str, str]) -> str:
    aim = next((score.aim for score in fit.scores if score.group == group), float("nan"))
    name = words[f"calibrate.group.{group}.long"]
    return words["calibrate.heading.aim"].format(name=name, aim=_percent(aim)) if np.isfinite(aim) else name


def label(corridor: Corridor, key: Key, words: Mapping[str, str]) -> str:
    """A measure in words: of what, in which unit, of which cargo, which way."""
    cargo = "" if _is_plain(corridor, key) else _cargo(corridor, key.commodity, words)
    way = "" if key.direction == "both" or key.kind in ("od", "terminal") else words[f"calibrate.direction.{key.direction}"]
    what = ", ".join(part for part in (words.get(f"calibrate.metric.{key.metric}", key.metric), cargo, way) if part)
    return f"{_subject(corridor, key)}: {what}"


def _is_plain(corridor: Corridor, key: Key) -> bool:
    """Whether the cargo goes without saying: all of it, oil in a metric of oil, boxes in a metric of boxes."""
    if key.metric == "oil_transit_volume" and key.commodity == OIL:
        return True
    table = corridor["commodities"]
    boxes = [known for known, tonnes in zip(cargo.words(table), table["tonnes_per_teu"], strict=True) if not np.isnan(tonnes)]
    return key.commodity == ALL or (METRICS[key.metric].unit in ("TEU", "USD/TEU") and all(key.commodity in known for known in boxes))


def _subject(corridor: Corridor, key: Key) -> str:
    nodes = corridor["nodes"]
    if key.kind == "od":
        return " → ".join(str(nodes.row(node)["name"]) for node in key.name.split(">"))
    table = corridor.tables.get({"port": "nodes", "cut": "cuts", "link": "links", "terminal": "terminals"}.get(key.kind, ""))
    if table is None:
        return key.subject
    return " + ".join(str(table.row(name)["name"]) or name if name in table else name for name in key.name.split("+"))


def _cargo(corridor: Corridor, commodity: str, words: Mapping[str, str]) -> str:
    table = corridor["commodities"]
    named = str(table.row(commodity)["name"]).lower() if commodity in table else commodity.replace("_", " ")
    return words.get(f"calibrate.cargo.{commodity}", named)


def _shares(fit: Fit, words: Mapping[str, str]) -> Iterator[RenderableType]:
    if not fit.shares:
        return
    table = _table(words, ("share", "year", "role", "observed", "modelled", "points"), left=("share", "role"), title=words["calibrate.shares"])
    last = None
    for each in sorted(fit.shares, key=lambda share: (share.subject, share.year)):
        name = _subject(fit.corridor, Key("", each.subject, "both", ALL, ""))
        table.add_row(name if name != last else "", str(each.year), words[f"calibrate.role.{each.role}"], f"{100 * each.observed:.1f} %",
                      f"{100 * each.modelled:.1f} %", f"{100 * (each.modelled - each.observed):+.1f}")  # fmt: skip
        last = name
    yield from (table, Text(""))


def _outside(fit: Fit, everything: bool, words: Mapping[str, str]) -> Iterator[RenderableType]:
    """Counts of something else than what the case holds, by reason."""
    by_reason: dict[tuple[str, str], list[Comparison]] = defaultdict(list)
    for each in sorted(fit.comparisons, key=lambda row: (row.key, row.year)):
        if each.outside:
            by_reason[each.outside, label(fit.corridor, each.key, words)].append(each)
    given = [each for each in fit.comparisons if each.given and not each.outside]
    if not by_reason and not given:
        return
    yield Text(words["calibrate.outside"], style="bold")
    if given:
        yield _item(words["calibrate.given.why"].format(figures=len(given), measures=len({each.key for each in given})))
    for reason, several in groupby(sorted(by_reason), key=lambda pair: pair[0]):
        names = [name for _, name in several]
        yield _item("; ".join(f"{name} ({_years([each.year for each in by_reason[reason, name]])})" for name in names) + f": {reason}")
        for name in names if everything else ():
            for each in by_reason[reason, name]:
                row = words["calibrate.outside.row"].format(year=each.year, name=name, observed=_value(each.observed, each.unit),
                                                            modelled=_value(each.modelled, each.unit))  # fmt: skip
                yield _item(row, deeper=True)
    yield Text("")


def _misses(fit: Fit, everything: bool, words: Mapping[str, str]) -> Iterator[RenderableType]:
    """Measures beyond their aim by reason, then those for which nobody has given one."""
    if not fit.misses:
        return
    by_reason: dict[str, list[str]] = defaultdict(list)
    for miss in fit.misses:
        by_reason[miss.reason].append(f"{label(fit.corridor, miss.key, words)} ({_years(miss.years)})")
    yield Text(words["calibrate.misses"], style="bold")
    for reason, names in by_reason.items():
        if reason:
            yield _item(f"{'; '.join(names)}: {reason}")
    if by_reason[""]:
        yield _item(words["calibrate.misses.unsaid"].format(measures=len(by_reason[""]), of=len(fit.misses)))
        yield from (_item(name, deeper=True) for name in (by_reason[""] if everything else ()))
    yield Text("")


def _gaps(fit: Fit, everything: bool, words: Mapping[str, str]) -> Iterator[RenderableType]:
    if not fit.gaps:
        return
    yield Text(words["calibrate.gaps"], style="bold")
    for why, found in groupby(fit.gaps, key=lambda gap: gap.why):
        several = list(found)
        figures = sum(len(gap.periods) for gap in several)
        yield _item(words[f"calibrate.gap.{why}"].format(figures=figures, measures=len(several)))
        for gap in several if everything or (why == NOT_OBSERVED and len(several) <= 3) else ():
            yield _item(f"{label(fit.corridor, gap.key, words)}: {_years(gap.periods)}", deeper=True)
    if not everything:
        yield _item(words["calibrate.gaps.more"])
    yield Text("")


def _item(text: str, deeper: bool = False) -> Padding:
    """A line of a list, indented also where it is wrapped."""
    return Padding(Text(text), (0, 0, 0, 4 if deeper else 2))


def _numbers(answer: Fitted, words: Mapping[str, str]) -> Iterator[RenderableType]:
    fit, now = answer.calibration, answer.nowcast
    if not fit.free:
        return
    table = _table(words, ("number", "fitted", "se", "nowcast", "nowcast_se"), left=("number",), title=words["calibrate.numbers"].format(now=_years(now.years)))
    for cell, value, error, later, unsure in zip(fit.free, fit.values, fit.errors, now.values, now.errors, strict=True):
        table.add_row(cell.name, f"{value:.2f}", f"{error:.2f}", f"{later:.2f}", f"{unsure:.2f}")
    yield table


def _counted(fit: Fit, width: int, words: Mapping[str, str]) -> Iterator[RenderableType]:
    """Every figure that was fitted: as counted, as the tables would have it, as fitted, and as it would be without itself."""
    if not fit.demand.groups or not fit.fitted:
        return
    wide = width >= _WALK_WIDTH
    room = min(max(width - (_COUNTS_WIDTH if wide else _COUNTS_WIDTH - 18), _LEAST_LABEL), _MOST_LABEL)
    columns = ("measure", "year", "observed", "prior", "modelled", *(("residual", "leverage") if wide else ()), "left_out")
    table = _table(words, columns, left=("measure",), title=words["calibrate.counts"])
    for key, rows in groupby(estimation.counts(fit), key=lambda each: each.key):
        lines = textwrap.wrap(label(fit.corridor, key, words), room - 1, subsequent_indent=" ")
        for line, each in zip_longest(lines, rows):
            if each is None:
                table.add_row(line)
                continue
            values = (_value(value, each.unit) for value in (each.observed, each.prior, each.fitted))
            parts = (f"{each.residual:+.1f}", f"{each.leverage:.2f}") if wide else ()
            table.add_row(line or "", str(each.year), *values, *parts, _signed(float(np.expm1(each.left_out))))
    yield table
    legend = words["calibrate.counts.legend"] + (" " + words["calibrate.counts.legend.wide"] if wide else "")
    yield from (Text(legend, style="dim"), Text(""))


def _demand(answer: Fitted, width: int, words: Mapping[str, str]) -> Iterator[RenderableType]:
    """What the counts moved the demand of every group by, which of them, and whether it foretells better than the tables do."""
    fit, plain, moved = answer.calibration, answer.plain, estimation.demand(answer.calibration)
    if not moved or fit.estimate is None:
        return
    later = [year for year in fit.check_years if year in moved[0].years]
    columns = ("demand", "factor", "factor_low", "factor_high", *(("carried",) if later else ()), *(("pulls",) if width >= _WALK_WIDTH else ()))
    title = words["calibrate.demand"].format(year=moved[0].year, later=_years(later[-1:]))
    table = _table(words, columns, left=("demand", "pulls"), title=title)
    unseen = [each.name for each in moved if not each.seen]
    for each in moved:
        if not each.seen:
            continue
        ends = (f"{each.factor * np.exp(sign * _NINE_OF_TEN * each.error):.2f}" for sign in (-1, 1))
        carried = (f"{each.factors[each.years.index(later[-1])]:.2f}",) if later else ()
        strongest = "; ".join(f"{label(fit.corridor, pull.key, words)} {pull.year} {_signed(float(np.expm1(pull.log)))}" for pull in each.pulls[:2])
        table.add_row(each.name, f"{each.factor:.2f}", *ends, *carried, *((strongest,) if width >= _WALK_WIDTH else ()))
    yield table
    if unseen:
        yield Text(words["calibrate.demand.unseen"].format(groups=len(unseen), names="; ".join(unseen)))
    before, found = fit.estimate.chi_squared_prior, fit.estimate
    yield Text(words["calibrate.demand.chi"].format(before=f"{before:.0f}", after=f"{found.chi_squared:.1f}", figures=fit.observations))
    if plain is not None and plain.estimate is not None:
        yield Text(words["calibrate.demand.left_out"].format(own=f"{estimation.left_out_error(fit):.2f}", plain=f"{estimation.left_out_error(plain):.2f}"))
    yield Text("")


def _table(words: Mapping[str, str], columns: Sequence[str], left: Sequence[str], title: str | None = None, gap: int = 2) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, gap, 0, 0), pad_edge=False)
    for name in columns:
        table.add_column(words[f"calibrate.column.{name}"], justify="left" if name in left else "right", no_wrap=name not in ("number", "share", "demand", "pulls"))
    return table


def _errors(found: Errors) -> tuple[str, str, str]:
    met = f"{found.within}/{found.aimed}" if found.aimed else NONE
    return (str(found.figures), _percent(found.percentage), met) if found.figures else (NONE, NONE, NONE)


def _ratio(rivalry: Rivalry) -> str:
    return f"{rivalry.ratio:.2f}" if np.isfinite(rivalry.ratio) else NONE


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if np.isfinite(share) else NONE


def _signed(share: float) -> str:
    return f"{100 * share:+.0f} %" if np.isfinite(share) else NONE


def _value(value: float, unit: str) -> str:
    if unit in _SHORT:
        return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 or unit == "train" else f"{value:.1f}"
    return amount(value, unit)


def _years(years: Sequence[object]) -> str:
    return ", ".join(map(str, years)) or NONE
