"""Options that several verbs have, under one name and with one meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from karvan.verbs.declaration import Option
from karvan.verbs.loading import DEFAULT_CASE

CASE = Option("case", str, DEFAULT_CASE, "built-in case, or folder of a case", "CASE", "c")
CASE_FIRST = replace(CASE, positional=True)
SCENARIO = Option("scenario", Path, None, "TOML file that says what is different", "FILE")
SET = Option("set", str, (), "deliver a project on a day, or never; may be repeated", "PROJECT=DATE|never", repeated=True)
COMPARE = Option("compare", str, None, "scenario file to set beside it; `base` is the case as it stands", "OTHER")
YEAR = Option("year", int, None, "modelled year; default: the first", "YEAR")
FUTURES = Option("futures", int, 1000, "how many futures to draw", "N", "n")
SEED = Option("seed", int, 1, "same case, options and seed give the same bytes", "SEED")
WORKERS = Option("workers", int, 2, "processes; the answer does not depend on it", "N")
