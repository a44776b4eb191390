"""What the verbs that write files give back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.verdict import document, tell


@dataclass(frozen=True)
class Written:
    """Files that a verb wrote, and what a person should know of them."""

    folder: Path
    files: tuple[str, ...]
    what: str
    told: tuple[tell.Message, ...] = ()

    def document(self) -> dict[str, Any]:
        told = [{"id": message.id, "values": document.plain(message.values)} for message in self.told]
        return {"schema_version": document.SCHEMA_VERSION, "written": list(self.files), **({"told": told} if told else {})}
