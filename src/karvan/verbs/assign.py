"""assign: who uses what? Flows of a year, of its months, without some things, and under the rules of an equilibrium."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from karvan.bridge import label
from karvan.corridor.corridor import Corridor
from karvan.tables.cells import nearest
from karvan.tables.faults import UsageError
from karvan.verbs import options, scenarios
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.loading import fit_of, load
from karvan.verdict import criticality, differences, document, ports, shipment, wardrop, worth
from karvan.verdict import months as monthly
from karvan.verdict.certify import Certificate
from karvan.verdict.model import Answer, Model, delivery_year, prepare

LOGIT = "logit"
TABLES, FITTED = "tables", "fitted"
"""Where the delay functions come from: the tables and queueing theory, or played days."""


@dataclass(frozen=True, eq=False)
class Assigned:
    """Flows of one year, with the certificate that re-computes them outside the engine."""

    model: Model
    answer: Answer
    certificate: Certificate
    year: int
    scenario: str
    other: Assigned | None = None
    delays: str = TABLES

    @cached_property
    def empty_flow(self) -> np.ndarray:
        """[commodity, arc]: tonnes whose equipment comes back empty, where it does."""
        return self.model.empty_flow(self.answer)

    @cached_property
    def binds(self) -> tuple[worth.Worth, ...]:
        """The limits that bind, with what one more unit of them is worth."""
        return worth.binding(self.model, self.answer)

    @cached_property
    def differences(self) -> differences.Differences:
        """What differs from the scenario beside it. Raises `ValueError` without one."""
        if self.other is None:
            raise ValueError("there is no other answer to differ from")
        return differences.between((self.model, self.answer), (self.other.model, self.other.answer))

    def document(self) -> dict[str, Any]:
        compiled, result = self.model.compiled, self.answer.result
        served = float(result.route_flow.sum())
        limits = label.limits(compiled, self.answer.conditions.capacity, result.load, result.price, result.delay)
        known = worth.of_limits(self.model, self.answer)[np.isfinite(self.answer.conditions.capacity)]
        for row, value in zip(limits, known.tolist(), strict=True):
            row["worth"] = value
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(compiled.corridor, year=self.year, scenario=self.scenario, rule="logit",
                                          **({} if self.delays == TABLES else {"delays": self.delays})),
            "objective": self.certificate.objective,
            "relative_gap": self.certificate.relative_gap,
            "average_excess_cost": abs(self.certificate.relative_gap * self.certificate.objective) / max(served, 1.0),
            "iterations": int(result.iterations),
            "converged": bool(result.converged),
            "certificate": {**asdict(self.certificate), "passed": self.certificate.passed},
            "demand": float(self.answer.conditions.amount.sum()),
            "unserved": float(result.unserved.sum()),
            "flows": label.flows(compiled, result.arc_flow),
            "empties": label.empties(compiled, result.arc_flow, self.empty_flow),
            "ports": [asdict(port) for port in ports.of_year(self.model, self.answer, self.empty_flow, self.year)],
            "limits": limits,
            "binds": [asdict(each) for each in self.binds],
        }
        if self.other is not None:
            out["compare"] = self.other.document()
            out["differences"] = self.differences.document()
        return document.plain(out)


@dataclass(frozen=True, eq=False)
class Without:
    """A year with and without some things: what is lost, where the rest goes, what becomes tight."""

    base: Assigned
    after: Answer
    certificate: Certificate
    effect: criticality.Effect

    @cached_property
    def tighter(self) -> tuple[criticality.Tighter, ...]:
        """Limits that cost more without what is gone."""
        return criticality.tighter(self.base.model.compiled, self.base.answer, self.after)

    def document(self) -> dict[str, Any]:
        effect = self.effect
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.base.model.compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit",
                                          without=[f"{thing.table}:{thing.key}" for thing in effect.things]),
            "without": [asdict(thing) for thing in effect.things],
            "demand": float(self.after.conditions.amount.sum()), "through": effect.through, "rerouted": effect.rerouted,
            "lost": effect.all_lost, "lost_by_commodity": effect.lost,
            "money": {"before": effect.money[0], "after": effect.money[1]}, "days": {"before": effect.days[0], "after": effect.days[1]},
            "cuts": [{**asdict(each), "difference": each.difference} for each in effect.cuts],
            "terminals": [{**asdict(each), "difference": each.difference} for each in effect.terminals],
            "tighter": [asdict(each) for each in self.tighter],
            "certificate": {**asdict(self.certificate), "passed": self.certificate.passed},
            "certificate_before": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ranked:
    """Everything in use, taken out one at a time; of those shown every answer is certified."""

    base: Assigned
    taken_out: int
    ranks: tuple[criticality.Rank, ...]

    def document(self) -> dict[str, Any]:
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(self.base.model.compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit"),
            "taken_out": self.taken_out, "demand": float(self.base.answer.conditions.amount.sum()),
            "critical": [{**asdict(each.thing), "lost": each.lost, "through": each.through, "own": each.own} for each in self.ranks],
            "certificate": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Monthly:
    """Twelve months beside the year as one."""

    base: Assigned
    months: tuple[monthly.Month, ...]

    @property
    def alike(self) -> bool:
        """Whether the months differ in nothing but their days."""
        return monthly.alike(self.months)

    def document(self) -> dict[str, Any]:
        compiled = self.base.model.compiled
        year = monthly.over_cuts(compiled, self.base.answer.result.arc_flow)
        rows, total = [], dict.fromkeys(year, 0.0)
        for each in self.months:
            result = each.answer.result
            cuts = {cut: value * each.share for cut, value in monthly.over_cuts(compiled, result.arc_flow).items()}
            for cut, value in cuts.items():
                total[cut] += value
            rows.append({
                "month": each.month, "share": each.share, "demand": each.demand, "unserved": each.unserved, "cuts": cuts,
                "limits": label.limits(compiled, each.answer.conditions.capacity, result.load, result.price, result.delay),
                "certificate": {**asdict(each.certificate), "passed": each.certificate.passed},
            })  # fmt: skip
        return document.plain({
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(compiled.corridor, year=self.base.year, scenario=self.base.scenario, rule="logit", by="month"),
            "demand_profile": "flat", "alike": self.alike, "months": rows,
            "cuts": [{"id": cut, "sum_of_months": total[cut], "year": year[cut]} for cut in year],
            "unserved": {"sum_of_months": sum(each.unserved for each in self.months), "year": float(self.base.answer.result.unserved.sum())},
            "certificate": {**asdict(self.base.certificate), "passed": self.base.certificate.passed},
        })  # fmt: skip


def assign(
    case: str, year: int | None, scenario: Path | None, set: tuple[str, ...], compare: str | None, without: tuple[str, ...] = (),
    critical: int | None = None, by: str | None = None, rule: str = LOGIT, gap: float | None = None, iterations: int | None = None,
    delays: str = TABLES,
) -> Assigned | Without | Ranked | Monthly | wardrop.Balanced:  # fmt: skip
    if delays not in (TABLES, FITTED):
        raise UsageError(f"--delays {delays}: expected {TABLES} or {FITTED}.")
    rules = (LOGIT, *wardrop.RULES)
    if rule not in rules:
        raise UsageError(f"--rule {rule}: expected one of {', '.join(rules)}. Nearest: {nearest(rule, rules)}.")
    asked = [name for name, given in (("--compare", compare), ("--without", without), ("--critical", critical), ("--by", by)) if given not in (None, ())]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are different questions. Ask one at a time.")
    if rule != LOGIT:
        if delays != TABLES:
            raise UsageError(f"--delays is for --rule {LOGIT}; --rule {rule} takes delays from the links alone.")
        if asked and compare is None:
            raise UsageError(f"{asked[0]} is for --rule {LOGIT}; --rule {rule} has no limits to take out and no months.")
        under = wardrop.Options(rule, wardrop.GAP if gap is None else gap, wardrop.ITERATIONS if iterations is None else iterations)
        return _balance(case, year, scenario, set, compare, under)
    for option, value in (("gap", gap), ("iterations", iterations)):
        if value is not None:
            raise UsageError(f"--{option} is for --rule {' and '.join(wardrop.RULES)}; the rule {LOGIT} ends by itself.")
    if by not in (None, "month"):
        raise UsageError(f"--by {by}: expected month.")
    if critical is not None and critical < 1:
        raise UsageError(f"--critical {critical}: expected how many to show, 1 or more.")
    corridor = load(case)
    first = _assign(corridor, year, scenario, set, delays)
    if without:
        return _without(corridor, first, without, scenario, set)
    if critical is not None:
        return _ranked(first, critical)
    if by is not None:
        inputs = shipment.likely_inputs(first.model, first.year, scenarios.apply(corridor, scenario, set).forced)
        return Monthly(first, monthly.solve(first.model, inputs, first.answer, f"{first.year}, {first.scenario}"))
    if compare is None:
        return first
    return replace(first, other=_assign(corridor, year, scenarios.beside(compare), (), delays))


def _balance(case: str, year: int | None, file: Path | None, switches: tuple[str, ...], compare: str | None, under: wardrop.Options) -> wardrop.Balanced:
    under.check()
    corridor = load(case)

    def of(file: Path | None, switches: tuple[str, ...]) -> wardrop.Balanced:
        changed = scenarios.apply(corridor, file, switches)
        chosen = corridor.settings.first_year if year is None else year
        return wardrop.assign(changed.corridor, chosen, under, changed.dated, changed.forced, changed.name)

    first = of(file, switches)
    return first if compare is None else replace(first, other=of(scenarios.beside(compare), ()))


def _assign(corridor: Corridor, year: int | None, file: Path | None, switches: tuple[str, ...], delays: str) -> Assigned:
    changed = scenarios.apply(corridor, file, switches)
    chosen = corridor.settings.first_year if year is None else year
    model = prepare(changed.corridor, changed.dated, fit_of(corridor, chosen), delays_fitted=delays == FITTED)
    answer = shipment.likely_year(model, chosen, changed.forced)
    return Assigned(model, answer, model.certified(answer, f"{chosen}, {changed.name}"), chosen, changed.name, delays=delays)


def _without(corridor: Corridor, base: Assigned, said: tuple[str, ...], file: Path | None, switches: tuple[str, ...]) -> Without:
    model = base.model
    things = tuple(dict.fromkeys(criticality.find(corridor, each) for each in said))
    never: dict[str, np.datetime64 | str] = {thing.key: "never" for thing in things if thing.table == "projects"}
    scenarios.refuse_past_deliveries(corridor, never)
    before = base.answer
    if never:
        forced = scenarios.apply(corridor, file, switches).forced
        forced = replace(forced, deliveries={**forced.deliveries, **{name: delivery_year(when) for name, when in never.items()}})
        before = shipment.likely_year(model, base.year, forced)
    after = criticality.without(model, before, things)
    certificate = model.certified(after, f"{base.year} without {', '.join(thing.name for thing in things)}")
    return Without(base, after, certificate, criticality.effect(model, things, base.answer, after))


def _ranked(base: Assigned, most: int) -> Ranked:
    """The ranking; each answer that is shown is solved again and certified."""
    model = base.model
    ranks = criticality.rank(model, base.answer)
    for each in ranks[:most]:
        again = criticality.without(model, base.answer, (each.thing,))
        model.certified(again, f"{base.year} without {each.thing.name}")
    return Ranked(base, len(ranks), ranks[:most])


VERB = Verb(
    "assign", "Who uses what? Flows of a year under capacities and queues, and what one more unit of each limit is worth; or a user equilibrium.",
    (options.CASE_FIRST, options.YEAR, options.SCENARIO, options.SET, options.COMPARE,
     Option("rule", str, LOGIT, "how ways are chosen: logit (freight, hard capacities), user-equilibrium, system-optimum", "RULE"),
     Option("gap", float, None, f"user-equilibrium and system-optimum: the relative gap to reach; default: {wardrop.GAP:g}", "GAP"),
     Option("iterations", int, None, f"the same: how many at most; default: {wardrop.ITERATIONS}", "N"),
     Option("without", str, (), "a place, link, terminal, service, fleet, project or shared limit to take out; may be repeated", "NAME", repeated=True),
     Option("critical", int, None, "take out everything in turn and list the N whose loss is largest", "N"),
     Option("by", str, None, "month: solve the twelve months with the closures of each", "month"),
     Option("delays", str, TABLES, f"how waits grow with use: {TABLES}, or {FITTED} to played days (delays --fit --write)", "WHICH")), assign, waits=True,
)  # fmt: skip
