"""The target board: one row per promise, dry cargo first, oil apart, and below what the numbers rest on."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from karvan.evidence import weigh
from karvan.faces.cli.line import NONE, Line, line
from karvan.faces.messages import LANGUAGES, amount, catalogue, percent
from karvan.verdict import calibrate, document, measures
from karvan.verdict.assess import Assessment, Verdict
from karvan.verdict.judge import Word

_STYLE = {Word.KEPT: "bold green", Word.ON_COURSE: "green", Word.IN_DOUBT: "yellow", Word.OFF_COURSE: "red", Word.MISSED: "bold red"}
WIDE = 160
_WORDS = catalogue(LANGUAGES[0])
_FREIGHT = ("freight_volume", "container_volume", "trains_count", "transit_time", "transit_time_p90", "tariff_level", "border_time")
_WORKS = ("completion_date", "event_date")
_CAPACITY = ("port_capacity", "container_capacity", "route_capacity")


def board(found: Assessment, other: Assessment | None = None, width: int = WIDE) -> Group:
    """The board of an assessment; with another one beside it, the same figures there. Below WIDE columns every verdict is a
    few lines of its own."""
    corridor = found.corridor
    parts: list[Any] = [Text(f"{corridor.settings.title} — target board", style="bold"), *_headlines(found), Text("")]
    beside = {} if other is None else {each.target["target_id"]: each for each in other.verdicts}
    for title, chosen in _groups(found):
        if chosen:
            said = [line(found, each, beside.get(each.target["target_id"])) for each in chosen]
            parts.extend([_table(title, said) if width >= WIDE else _cards(title, said), Text("")])
    parts.append(_below(found, other))
    return Group(*parts)


def _groups(found: Assessment) -> list[tuple[str, list[Verdict]]]:
    open_words = (Word.NO_NUMBER, Word.UNSEEN)
    titles = ("Freight: dry cargo, containers, times", "Oil", "Capacity (not traffic)", "Works and dated acts", "Trade and others",
              "Due, outcome not seen · cannot be judged")  # fmt: skip
    groups: dict[str, list[Verdict]] = {title: [] for title in titles}
    for each in found.verdicts:
        target = each.target
        if each.judgement.word in open_words:
            title = titles[5]
        elif target["commodity"] == measures.OIL or target["metric"] == "oil_transit_volume":
            title = titles[1]
        elif target["metric"] in _FREIGHT:
            title = titles[0]
        elif target["metric"] in _CAPACITY:
            title = titles[2]
        else:
            title = titles[3] if target["metric"] in _WORKS else titles[4]
        groups[title].append(each)
    return list(groups.items())


def _table(title: str, chosen: list[Line]) -> Table:
    judged = any(each.probability or each.reached or each.measure for each in chosen)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, 1), expand=True)
    table.add_column("target", ratio=6, min_width=24, overflow="fold")
    table.add_column("promised", justify="right", no_wrap=True)
    table.add_column("due", no_wrap=True)
    table.add_column("verdict", ratio=None if judged else 3, no_wrap=judged)
    if judged:
        for name in ("P (90 %)", "at due: median (90 %)", "P10–P50–P90 reached"):
            table.add_column(name, justify="right", no_wrap=True)
        if any(each.beside for each in chosen):
            table.add_column("beside it", justify="right")
        table.add_column("what binds", ratio=6, min_width=20, overflow="fold")
    else:
        table.add_column("what is missing", ratio=5, overflow="fold")
    table.add_column("promised by", ratio=4, min_width=16, overflow="fold")
    for each in chosen:
        cells: list[Any] = [_named(each), each.promised, each.due, _word(each)]
        if judged:
            cells.extend([each.probability, each.measure, each.reached])
            if any(one.beside for one in chosen):
                cells.append(each.beside)
            cells.append(each.binds or (each.missing and f"missing: {each.missing}"))
        else:
            cells.append(each.missing)
        table.add_row(*cells, each.by)
    return table


def _cards(title: str, chosen: list[Line]) -> Table:
    """One verdict after the other, for narrow screens: the word on the left, what there is to say on the right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False, padding=(0, 1), expand=True)
    table.add_column("verdict", width=13, overflow="fold")
    table.add_column("what", ratio=1, overflow="fold")
    for each in chosen:
        said = _named(each)
        promised = f"promised {each.promised} by {each.due}" if each.due != NONE else f"promised {each.promised}, no date"
        parts = (
            f"{promised} · {each.by}",
            f"P {each.probability}" if each.probability else "",
            f"at due {each.measure}" if each.measure else "",
            f"reached {each.reached}" if each.reached else "",
            f"beside it {each.beside}" if each.beside else "",
            f"binds: {each.binds}" if each.binds else "",
            f"missing: {each.missing}" if each.missing else "",
        )
        said.append("\n" + " · ".join(part for part in parts if part))
        table.add_row(_word(each), said)
    return table


def _named(each: Line) -> Text:
    return Text(each.name).append(f" [{each.key}]", style="dim")


def _word(each: Line) -> Text:
    return Text(str(each.word), style=_STYLE.get(each.word, "dim"))


def _headlines(found: Assessment) -> list[Text]:
    out = []
    for entry in document.assessment(found)["headline"]:
        seen = list(entry["observed"].items())[-5:]
        last = entry["modelled"][min(4, len(entry["modelled"]) - 1)]
        observed = ", ".join(f"{year} {amount(value, 't')}" for year, value in seen)
        name = "Dry cargo" if entry["commodity"] == measures.DRY else "Oil"
        ahead = f"{amount(last['median'], 't')} (90 %: {amount(last['p5'], 't')} to {amount(last['p95'], 't')})"
        out.append(Text(f"{name}: observed {observed or 'nothing'}; {last['year']} modelled {ahead}."))
    return out


def _dates(found: Assessment) -> str:
    reference = found.reference
    if reference.delivered + reference.unfinished == 0:
        return _WORDS["board.no_dates"]
    return _WORDS["board.dates"].format(delivered=reference.delivered, open=reference.unfinished, share=percent(reference.on_time()))


def _below(found: Assessment, other: Assessment | None) -> Text:
    corridor, options = found.corridor, found.options
    support = weigh.support(corridor.tables)
    estimates = support.estimates / max(support.rows, 1)
    lines = [
        _WORDS["board.data"].format(as_of=corridor.as_of, case=corridor.settings.name, hash=corridor.hash, scenario=found.scenario, seed=options.seed,
                                    futures=options.futures, horizon=found.years[-1]),
        _WORDS["board.solved"].format(solves=found.solves, unconverged=found.unconverged, certified=found.certified, failed=found.certificate_failures),
        _dates(found),
        f"Flows carry the model's own error of the years it was fitted on, {100 * found.discrepancy:.0f} %.",
        _WORDS["board.support"].format(estimates=percent(estimates), rows=support.rows),
    ]  # fmt: skip
    for name in calibrate.stale(corridor):
        lines.append(f"The fit {name} was made on other data: run `karvan calibrate --write` on the case.")
    if other is not None:
        lines.append(f"Beside it: {other.scenario}, under the same draws.")
    return Text("\n".join(lines), style="dim")
