"""hindcast: do the played days of a past year look like those that were seen?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from karvan.tables.faults import UsageError
from karvan.verbs import options
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verbs.loading import fit_of, load
from karvan.verdict import document, simulation
from karvan.verdict.hindcast import Hindcast
from karvan.verdict.hindcast import hindcast as played_again
from karvan.verdict.model import prepare

REPLICATIONS = 100
LEAST = 20


@dataclass(frozen=True, eq=False, repr=False)
class Hindcasts:
    """A past year, or several, played again."""

    found: tuple[Hindcast, ...]
    options: simulation.Options

    def document(self) -> dict[str, Any]:
        first = self.found[0].played
        out = {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.manifest(first.model.compiled.corridor, years=[each.played.year for each in self.found], seed=self.options.seed,
                                          replications=first.experiment.complete),
            "years": [
                {
                    "year": each.played.year, "said": each.played.experiment.said, "within": each.covered, "error": each.error,
                    "seen": [{**asdict(row), "within": row.within} for row in each.seen],
                    "unanswered": [{"observation_id": name, "why": {"id": why.id, "values": dict(why.values)}} for name, why in each.unanswered],
                }
                for each in self.found
            ],
        }  # fmt: skip
        return dict(document.plain(out))


def hindcast(case: str, year: tuple[int, ...], replications: int, seed: int, workers: int, progress: Progress | None = None) -> Hindcasts:
    if not LEAST <= replications <= 10_000:
        raise UsageError(f"--replications {replications}: expected {LEAST} to 10,000; fewer do not tell the range of nine of ten years.")
    if workers < 1:
        raise UsageError(f"--workers {workers}: expected 1 or more.")
    corridor = load(case)
    how = simulation.Options(replications, seed, workers)
    past = sorted({int(each) for each in corridor["demand"]["year"]})
    past = [each for each in past if each < corridor.settings.first_year]
    chosen = list(dict.fromkeys(year)) or past[-2:]
    for each in chosen:
        if each not in past:
            raise UsageError(f"--year {each}: expected a year that has been and has demand, {past[0]} to {past[-1]}.")
    found = [played_again(prepare(corridor, (), fit_of(corridor, each)), each, how, progress) for each in chosen]
    return Hindcasts(tuple(found), how)


VERB = Verb(
    "hindcast", "Do the played days of past years look like those that were seen? Bans, closures, queues, sailings, loads, by month.",
    (options.CASE_FIRST, Option("year", int, (), "a past year; may be repeated; default: the last two", "YEAR", repeated=True),
     Option("replications", int, REPLICATIONS, "how many times each year is played", "N", "n"), options.SEED, options.WORKERS), hindcast, progresses=True,
)  # fmt: skip
