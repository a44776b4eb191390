"""explain: why this verdict?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.verbs import options
from karvan.verbs.assess import assess
from karvan.verbs.declaration import Option, Progress, Verb
from karvan.verdict import document, tell
from karvan.verdict.assess import Assessment, Verdict


@dataclass(frozen=True, eq=False)
class Explained:
    """One verdict in sentences, and what was said of its project over the years."""

    assessment: Assessment
    verdict: Verdict
    messages: tuple[tell.Message, ...]
    history: tuple[tell.Message, ...]

    def document(self) -> dict[str, Any]:
        def told(messages: tuple[tell.Message, ...]) -> list[dict[str, Any]]:
            return [{"id": message.id, "values": document.plain(message.values)} for message in messages]

        return {
            "schema_version": document.SCHEMA_VERSION,
            "manifest": document.assessment(self.assessment)["manifest"],
            "target": document.verdict(self.assessment, self.verdict),
            "messages": told(self.messages),
            "history": told(self.history),
        }


def explain(case: str, target: str, futures: int, seed: int, workers: int, scenario: Path | None, set: tuple[str, ...],
            progress: Progress | None = None) -> Explained:  # fmt: skip
    board = assess(case, futures, seed, workers, scenario, set, None, None, (target,), progress)
    verdict = board.assessment.verdicts[0]
    return Explained(board.assessment, verdict, tell.verdict(board.assessment, verdict), tell.history(board.assessment, verdict))


VERB = Verb(
    "explain", "Why this verdict? One target in plain sentences, with its sources.",
    (Option("target", str, None, "target as on the board", "TARGET", positional=True, required=True),
     options.CASE, options.FUTURES, options.SEED, options.WORKERS, options.SCENARIO, options.SET), explain, progresses=True,
)  # fmt: skip
