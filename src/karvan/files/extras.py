"""Libraries that are not installed with the core: imported where they are needed, or one sentence that names the extra."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from karvan.tables.faults import UsageError


def load_extra(module: str, extra: str, what: str) -> ModuleType:
    """The module, for `what` (the beginning of a sentence, such as "Export to xlsx").
    Raises `UsageError` when it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"{what} needs the extra [{extra}]: pip install 'karvan[{extra}]'.") from error
