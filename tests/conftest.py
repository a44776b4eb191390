"""What all tests share: how hypothesis draws, where compiled code is kept, and what a missing program means."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Before numba is imported: compiled code outlives the test run, inside what `make clean` removes.
if "NUMBA_CACHE_DIR" not in os.environ and (ROOT / ".venv").is_dir():
    os.environ["NUMBA_CACHE_DIR"] = str(ROOT / ".venv" / ".numba")

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

NOT_RUN = "not run: "


def system_packages() -> dict[str, str]:
    """Program -> Debian package, from requirements/system.txt."""
    lines = (ROOT / "requirements" / "system.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {program: package for program, package, *_ in rows}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "program(name): needs a program of requirements/system.txt; not run without it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    packages = system_packages()
    for item in items:
        for marker in item.iter_markers("program"):
            (program,) = marker.args
            if program not in packages:
                raise pytest.UsageError(f"{item.nodeid} needs {program}: add it to requirements/system.txt.")
            if shutil.which(program) is None:
                reason = f"{NOT_RUN}{program} is missing; install the package {packages[program]}"
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List by program what was not run, so that a green run does not look like a whole one."""
    count: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NOT_RUN in reason:
            reason = reason.partition(NOT_RUN)[2]
            count[reason] = count.get(reason, 0) + 1
    if count:
        terminalreporter.section("not run")
        for reason, tests in sorted(count.items()):
            terminalreporter.line(f"{tests} tests: {reason}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT
