"""A user equilibrium or a system optimum as people read it: how good it is, who could not go, and the most loaded roads."""

from __future__ import annotations

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from karvan.bridge import label
from karvan.faces.messages import catalogue
from karvan.verdict.wardrop import Balanced

_MOST_LINKS = 15
_MOST_PAIRS = 5


def balanced(answer: Balanced, language: str) -> Group:
    """The summary, the most loaded links, and what must be said of them."""
    words = catalogue(language)
    return Group(_summary(answer, words), Text(""), _links(answer, words), Text(""), *(Text(each) for each in _sentences(answer, words)))


def _summary(answer: Balanced, words: dict[str, str]) -> Table:
    certificate, settings, wanted = answer.certificate, answer.corridor.settings, answer.wanted
    title = words[f"equilibrium.{answer.options.rule}"].format(year=answer.year, scenario=answer.scenario)
    table = Table(title=title, title_justify="left", box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    cost_unit = f"{settings.amount_unit}·{settings.time_unit}"
    seconds = answer.seconds
    rows = [
        ("objective", f"{certificate.objective:.9g}", cost_unit),
        ("relative_gap", f"{certificate.relative_gap:.2e}", ""),
        ("average_excess_cost", f"{certificate.average_excess_cost:.2e}", settings.time_unit),
        ("iterations", str(len(seconds)), ""),
        ("per_iteration", f"{1e3 * float(np.median(seconds)) if len(seconds) else 0.0:.3g}", "ms CPU"),
        ("total_time", f"{float(answer.result.flow @ answer.result.time):.9g}", cost_unit),
        ("total_cost", f"{certificate.total_cost:.9g}", cost_unit),
        ("demand", f"{float(wanted.wanted.sum()):.9g}", settings.amount_unit),
        ("assigned", f"{float(wanted.trips.amount.sum()):.9g}", settings.amount_unit),
    ]
    for name, value, unit in rows:
        table.add_row(words[f"equilibrium.{name}"], value, unit)
    return table


def _links(answer: Balanced, words: dict[str, str]) -> Table:
    """The links with the highest flow over the flow of their delay function, else with the highest flow."""
    compiled, roads, flow = answer.network.compiled, answer.network.roads, answer.result.flow
    grows = (roads.b > 0) & (roads.power > 0) & (roads.free_time > 0)
    use = np.where(grows, flow / np.where(grows, roads.capacity, 1.0), -1.0)
    shown = [i for i in np.lexsort((-flow, -use)).tolist() if flow[i] > 0 and label.place_of(compiled, int(answer.network.arc[i])) is not None]
    names = answer.network.names
    table = Table(title=words["equilibrium.links"].format(shown=min(_MOST_LINKS, len(shown)), all=len(roads.tail)), title_justify="left", box=None,
                  header_style="bold")  # fmt: skip
    for name in ("link", "direction"):
        table.add_column(words[f"equilibrium.{name}"])
    unit = answer.corridor.settings.time_unit
    for title in (words["equilibrium.flow"], *(names if len(names) > 1 else ()), words["equilibrium.use"], words["equilibrium.free"].format(unit=unit),
                  words["equilibrium.time"].format(unit=unit)):  # fmt: skip
        table.add_column(title, justify="right")
    for i in shown[:_MOST_LINKS]:
        place = label.place_of(compiled, int(answer.network.arc[i]))
        assert place is not None
        of_class = [f"{value:,.1f}" for value in answer.result.class_flow[:, i]] if len(names) > 1 else []
        direction = words["equilibrium.reverse" if compiled.arcs.direction[answer.network.arc[i]] else "equilibrium.forward"]
        table.add_row(Text(place[1]), direction, f"{flow[i]:,.1f}", *of_class, f"{use[i]:.2f}" if use[i] >= 0 else "–", f"{roads.free_time[i]:.4g}",
                      f"{answer.result.time[i]:.4g}")  # fmt: skip
    return table


def _sentences(answer: Balanced, words: dict[str, str]) -> list[str]:
    certificate, wanted, unit = answer.certificate, answer.wanted, answer.corridor.settings.amount_unit
    if answer.converged:
        out = [words["equilibrium.converged"].format(gap=f"{certificate.relative_gap:.1e}")]
    elif certificate.passed or not answer.result.converged:
        out = [words["equilibrium.not_converged"].format(gap=f"{certificate.relative_gap:.1e}", asked=f"{certificate.asked:.1e}", iterations=len(answer.seconds))]
    else:
        out = [words["equilibrium.failed"]]
    if wanted.stays.sum() > 0:
        out.append(words["equilibrium.stays"].format(amount=f"{float(wanted.stays.sum()):,.1f}", unit=unit))
    if wanted.lost:
        amount = sum(each[-1] for each in wanted.lost)
        some = ", ".join(f"{origin} → {destination} ({commodity})" for origin, destination, commodity, _ in wanted.lost[:_MOST_PAIRS])
        out.append(words["equilibrium.lost"].format(pairs=len(wanted.lost), amount=f"{amount:,.1f}", unit=unit,
                                                    some=some + (" …" if len(wanted.lost) > _MOST_PAIRS else "")))  # fmt: skip
    return out
