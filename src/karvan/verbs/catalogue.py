"""Every verb, in the order in which a person meets them. To add one: write its file, add its line."""

from __future__ import annotations

from karvan.verbs import (
    assess,
    assign,
    calibrate,
    check,
    delays,
    explain,
    export,
    facts,
    hindcast,
    import_,
    new,
    read,
    route,
    simulate,
)
from karvan.verbs.declaration import Verb

VERBS: tuple[Verb, ...] = tuple(
    module.VERB for module in (assess, explain, route, assign, simulate, hindcast, delays, calibrate, check, facts, read, new, export, import_)
)
