"""A mapping as TOML that `tomllib` reads back. Own code, since forty lines are less than one more core dependency (tomli_w).

Mappings become sections, lists of mappings arrays of sections; everything else stands on one line. There is no
word for nothing in TOML: a None is refused, leave the key out.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(content: Mapping[str, Any]) -> str:
    """The text of a TOML file with this content. Raises `TypeError` for what TOML has no word for."""
    return "\n".join(_section(content, ())).lstrip("\n") + "\n"


def _section(content: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Lines of one section: first what stands on one line, then its own sections."""
    for key, value in content.items():
        if not _is_section(value) and not _is_array_of_sections(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in content.items():
        below = (*path, _key(key))
        name = ".".join(below)
        if _is_section(value):
            yield from ("", f"[{name}]", *_section(value, below))
        elif _is_array_of_sections(value):
            for entry in value:
                yield from ("", f"[[{name}]]", *_section(entry, below))


def _is_section(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_array_of_sections(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(isinstance(each, Mapping) for each in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: Any) -> str:
    match value:
        case str():
            return _string(value)
        case bool() | np.bool_():
            return "true" if value else "false"
        case Integral():
            return str(int(value))
        case Real():
            return _float(float(value))
        case datetime.date() | datetime.time():
            return value.isoformat()
        case np.datetime64() if not np.isnat(value):
            return str(value.astype("datetime64[D]"))
        case list() | tuple():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case Mapping():
            return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    raise TypeError(f"TOML has no word for {value!r}")


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def _string(text: str) -> str:
    """Quoted; JSON escapes what TOML does, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
