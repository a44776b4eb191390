"""How well the modelled figures meet the observed ones, per group, and against carrying the last figure forward.

    MAPE = mean |modelled / observed - 1|           MALE = mean |ln modelled - ln observed|
    ratio = sum |log errors of the model| / sum |log errors of the walk|, over the same figures of the check years

The walk knows what the fit knew: a measure keeps the last figure observed up to the last fit year. With drift it moves on
by its mean yearly change, in logarithms, between the first and the last of those figures. Below 1 the model is better. The
ratio is the relative mean absolute error of Hyndman and Koehler (2006), Another look at measures of forecast accuracy,
International Journal of Forecasting 22(4), 679-688, on log errors, so that tonnes, days and dollars can be taken together.
Figures that are not comparable (`Comparison.outside`) or that the tables hold as inputs (`Comparison.given`) are in no score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from karvan.verdict.comparison import CHECK, FIT, GROUPS, Comparison, logarithm
from karvan.verdict.measures import DRY, OIL, Key

CARGOES, ALL_GROUPS = (DRY, OIL), "all"
MODEL, WALK, EVEN = "model", "walk", "even"


@dataclass(frozen=True)
class Errors:
    """Errors of the figures of one role: how many, MAPE over those observed above 0, MALE, and how many meet the aim of their
    group (`aimed` have one). NaN without figures."""

    figures: int
    percentage: float
    logarithmic: float
    within: int
    aimed: int


@dataclass(frozen=True)
class Rivalry:
    """Mean absolute log errors of the model and of a walk over the same figures, and on how many the model is nearer."""

    figures: int
    model: float
    walk: float
    nearer: int

    @property
    def ratio(self) -> float:
        """Model over walk; NaN without figures, infinite where the walk is never wrong and the model is."""
        if not self.figures or (self.walk == 0 and self.model == 0):
            return float("nan")
        return self.model / self.walk if self.walk else float("inf")

    @property
    def better(self) -> str:
        """Which of the two misses by less: MODEL, WALK or EVEN; empty without figures."""
        if not self.figures:
            return ""
        return EVEN if self.model == self.walk else MODEL if self.model < self.walk else WALK


@dataclass(frozen=True)
class Score:
    """The scores of a group; `fitted` figures of it entered the fit, `only_compared` figures of the fit years did not."""

    group: str
    aim: float
    fitted: int
    only_compared: int
    fit: Errors
    check: Errors
    walk: Rivalry
    drift: Rivalry


def scores(comparisons: Iterable[Comparison], aims: Mapping[str, float], fit: Sequence[int]) -> tuple[Score, ...]:
    """One score per group that has figures of fit or check years; last those of dry cargo and of oil, each over all groups, and of
    everything. A figure of both cargoes together is in the last alone."""
    counted = [each for each in comparisons if each.scored]
    past = _past(counted, fit)
    out = []
    for group in (*GROUPS, *CARGOES, ALL_GROUPS):
        chosen = [each for each in counted if group in (each.group, each.cargo, ALL_GROUPS)]
        of_role = {role: [each for each in chosen if each.role == role] for role in (FIT, CHECK)}
        if not any(of_role.values()):
            continue
        fitted, walks = sum(each.fitted for each in of_role[FIT]), [_rivalry(of_role[CHECK], past, drift) for drift in (False, True)]
        out.append(Score(group, aims.get(group, float("nan")), fitted, len(of_role[FIT]) - fitted, errors(of_role[FIT], aims),
                         errors(of_role[CHECK], aims), *walks))  # fmt: skip
    return tuple(out)


def errors(chosen: Sequence[Comparison], aims: Mapping[str, float]) -> Errors:
    """The errors of these figures."""
    shares = [abs(each.error) for each in chosen if np.isfinite(each.error)]
    logs = [abs(each.log_error) for each in chosen if np.isfinite(each.log_error)]
    aimed = [each for each in chosen if each.group in aims]
    return Errors(
        len(chosen), _mean(shares), _mean(logs), sum(each.within(aims[each.group]) for each in aimed), len(aimed)
    )


def rivalries(comparisons: Iterable[Comparison], fit: Sequence[int]) -> dict[Key, Rivalry]:
    """The model against the random walk per measure, over the check years."""
    counted = [each for each in comparisons if each.scored]
    past = _past(counted, fit)
    by_key: dict[Key, list[Comparison]] = defaultdict(list)
    for each in counted:
        if each.role == CHECK:
            by_key[each.key].append(each)
    return {key: _rivalry(chosen, past, False) for key, chosen in by_key.items()}


def walked(comparisons: Iterable[Comparison], fit: Sequence[int]) -> dict[tuple[Key, int], float]:
    """What the random walk says of every comparable figure of the check years: the last figure observed up to the last fit year."""
    counted = [each for each in comparisons if each.scored]
    before = sorted((each for each in counted if fit and each.year <= max(fit)), key=lambda each: each.year)
    last = {each.key: each for each in before}
    return {(each.key, each.year): last[each.key].observed for each in counted
            if each.role == CHECK and each.key in last and last[each.key].year < each.year}  # fmt: skip


def _past(comparisons: Iterable[Comparison], fit: Sequence[int]) -> dict[Key, dict[int, float]]:
    """Per measure the logarithms of what was observed up to the last fit year."""
    out: dict[Key, dict[int, float]] = defaultdict(dict)
    for each in comparisons:
        if fit and each.year <= max(fit):
            out[each.key][each.year] = float(logarithm(each.observed, each.unit))
    return out


def _rivalry(chosen: Sequence[Comparison], past: Mapping[Key, Mapping[int, float]], drift: bool) -> Rivalry:
    model, walk = [], []
    for each in chosen:
        before = {year: value for year, value in past.get(each.key, {}).items() if year < each.year}
        if not before or (drift and len(before) < 2):
            continue
        first, last = min(before), max(before)
        slope = (before[last] - before[first]) / (last - first) if drift else 0.0
        missed = abs(before[last] + slope * (each.year - last) - float(logarithm(each.observed, each.unit)))
        if np.isfinite(missed) and np.isfinite(each.log_error):
            walk.append(missed)
            model.append(abs(each.log_error))
    return Rivalry(len(model), _mean(model), _mean(walk), sum(own < other for own, other in zip(model, walk, strict=True)))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
