"""What `simulate --trace` writes: every consignment, train and ship of one replication, stay by stay."""

from __future__ import annotations

from pathlib import Path

from karvan.bridge.days.trace import SCHEMA
from karvan.files import stream
from karvan.tables.faults import UsageError
from karvan.verbs.declaration import Option
from karvan.verdict import document, tracing
from karvan.verdict.simulation import Played

OPTIONS = (
    Option(
        "trace",
        Path,
        None,
        "write every consignment, train and ship of one replication to this Parquet file, a row per stay or movement",
        "FILE",
    ),
    Option("traced", int, 0, "which replication that is; the first is 0", "N"),
)


def check(out: Path | None, replication: int, replications: int, years: int = 1) -> None:
    """Refuse before anything is played what could not be written after it. Raises `UsageError`."""
    if not 0 <= replication < replications:
        raise UsageError(
            f"--traced {replication}: expected 0 to {replications - 1}, one of the {replications} replications."
        )
    if out is not None and years > 1:
        raise UsageError(f"--trace {out} and --years {years}: a trace is of one year played once. Leave one of them out.")
    if out is not None:
        stream.check(out)


def write(out: Path, played: Played, seed: int, replication: int) -> None:
    """Play one replication again and write it. Raises `UsageError`."""
    manifest = document.manifest(played.model.compiled.corridor)
    told = {
        "case": manifest["case"], "case_hash": manifest["case_hash"], "as_of": manifest["as_of"], "karvan": manifest["karvan"], "year": played.year,
        "scenario": played.scenario, "seed": seed, "replication": replication,
    }  # fmt: skip
    stream.write(
        out,
        SCHEMA,
        played.year,
        {key: str(value) for key, value in told.items()},
        lambda put: _fill(played, seed, replication, put),
    )


def _fill(played: Played, seed: int, replication: int, put: stream.Put) -> None:
    tracing.trace(played.days, seed, replication, put)
