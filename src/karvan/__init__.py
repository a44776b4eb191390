"""karvan judges whether the announced plans of a transport and infrastructure corridor can be realised.

    >>> import karvan as kv
    >>> board = kv.load("middle_corridor").assess(futures=1000)
    >>> board.to_pandas()
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from karvan.faces.python import Case, Frame, load
    from karvan.tables.faults import Fault, InvalidData, KarvanError, UsageError

_HOME = {
    "Case": "karvan.faces.python", "Frame": "karvan.faces.python", "load": "karvan.faces.python",
    "Fault": "karvan.tables.faults", "InvalidData": "karvan.tables.faults",
    "KarvanError": "karvan.tables.faults", "UsageError": "karvan.tables.faults",
}  # fmt: skip

__all__ = ["Case", "Fault", "Frame", "InvalidData", "KarvanError", "UsageError", "load"]


def __getattr__(name: str) -> Any:
    """The public names, fetched on first use so that a room can be imported without the whole house."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'karvan' has no attribute {name!r}")
