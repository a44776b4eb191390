"""What every verb must have, so that a new one cannot forget it."""

import importlib
import inspect
from pathlib import Path

import pytest

from karvan import verbs
from karvan.verbs.catalogue import VERBS
from karvan.verbs.declaration import Verb


def test_every_file_that_declares_a_verb_is_in_the_catalogue() -> None:
    names = sorted(path.stem for path in Path(str(verbs.__path__[0])).glob("*.py") if path.stem != "__init__")
    modules = [importlib.import_module(f"karvan.verbs.{name}") for name in names]
    declared = {module.VERB.name for module in modules if hasattr(module, "VERB")}
    assert len(declared) == len(VERBS)
    assert declared == {verb.name for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS, ids=[verb.name for verb in VERBS])
def test_the_options_of_a_verb_are_the_arguments_of_its_function(verb: Verb) -> None:
    arguments = inspect.signature(verb.run).parameters
    assert {option.name for option in verb.options} == set(arguments) - {"progress"}
    assert not verb.progresses or "progress" in arguments
    for option in verb.options:
        default = arguments[option.name].default
        assert default in (inspect.Parameter.empty, option.default), option.name
        assert option.meaning, option.name
        assert not (option.required and option.default is not None), option.name
