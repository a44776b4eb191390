"""Many independent pieces of work, in order, on several cores, resumable. Knows nothing of the rest of the house."""

from karvan.runs.map import WorkerLost, ordered_map
from karvan.runs.store import FolderStore, MemoryStore, Store

__all__ = ["FolderStore", "MemoryStore", "Store", "WorkerLost", "ordered_map"]
