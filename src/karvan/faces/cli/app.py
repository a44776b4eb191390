"""The command line, derived from the verbs: one command each, options and help as declared."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from karvan.faces import chart
from karvan.faces.cli.tables import render
from karvan.faces.cli.waiting import waiting
from karvan.faces.messages import LANGUAGES, catalogue
from karvan.tables.faults import Fault, InvalidData, KarvanError
from karvan.verbs.catalogue import VERBS
from karvan.verbs.declaration import Option, Verb
from karvan.verbs.read import Read
from karvan.verbs.simulate import Simulated
from karvan.verdict.document import SCHEMA_VERSION
from karvan.verdict.judge import Word
from karvan.verdict.shipment import Comparison
from karvan.verdict.wardrop import Balanced

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_DATA, EXIT_OFF_COURSE, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 130
_SHOWN_FAULTS = 100
_PLAIN_WIDTH = 180
_EXIT_CODES = "Exit codes: 0 done · 1 failed · 2 usage · 3 data invalid · 4 --check and a target is missed or off course · 130 interrupted."

app = typer.Typer(
    name="karvan",
    help="Can the announced plans of a corridor be realised? What will be built by when, what will it carry, what holds it back?",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def main() -> None:
    """Run the command line; every error is one message and its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:
        _say("Interrupted. Nothing is left half-written.")
        sys.exit(EXIT_INTERRUPTED)
    except MemoryError:
        _say("There is not enough memory. Draw fewer futures, or use fewer workers.")
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_DONE)


def _command(verb: Verb) -> Callable[..., None]:
    """The function that Typer calls for a verb, with the verb's options as its signature."""

    def run(**given: Any) -> None:
        as_json, check = given.pop("json"), given.pop("check", False)
        lang = given.pop("lang", LANGUAGES[0])
        try:
            catalogue(lang)
            answer = _answer(verb, given, lang)
            if isinstance(answer, Comparison):
                chart.write(answer, lang)
            if as_json and isinstance(answer, Read):
                for line in answer.lines():
                    sys.stdout.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
            elif as_json:
                _write(answer.document())
            else:
                render(answer, _console(), lang)
        except InvalidData as error:
            _refuse(error, as_json)
            raise typer.Exit(error.exit_code) from None
        except KarvanError as error:
            _say(str(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            _say("Interrupted. Nothing is left half-written.")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except (BrokenPipeError, MemoryError):
            raise
        except Exception as error:
            if os.environ.get("KARVAN_DEBUG"):
                raise
            _say(f"karvan met something it does not expect ({type(error).__name__}: {error}). That is a defect of karvan: "
                 "please report the command and the case. KARVAN_DEBUG=1 shows where it happened.")  # fmt: skip
            raise typer.Exit(EXIT_FAILED) from None
        if isinstance(answer, Read) and answer.faults:
            for fault in answer.faults:
                _say(str(fault))
            raise typer.Exit(InvalidData.exit_code)
        if isinstance(answer, Balanced) and not answer.converged:
            raise typer.Exit(EXIT_FAILED)
        if isinstance(answer, Simulated) and answer.stopped:
            _say("Interrupted. The figures are those of the replications that were complete.")
            raise typer.Exit(EXIT_INTERRUPTED)
        if check and _is_off_course(answer):
            raise typer.Exit(EXIT_OFF_COURSE)

    run.__name__ = verb.name
    run.__doc__ = verb.meaning
    parameters = [_parameter(option) for option in sorted(verb.options, key=lambda o: not (o.positional and o.required))]
    if any(option.positional and option.name == "case" for option in verb.options):
        parameters.append(_parameter(Option("case_flag", str, None, "the same, as an option", "CASE")))
    parameters.append(_parameter(Option("json", bool, False, "print one JSON document per statement, a line each" if verb.name == "read" else "print one JSON document")))
    if verb.name == "assess":
        parameters.append(_parameter(Option("check", bool, False, "exit with 4 when a target is missed or off course")))
    if verb.name in ("explain", "route", "calibrate", "hindcast", "delays", "facts", "read", "assign", "simulate", "check", "new", "export", "import"):
        parameters.append(_parameter(Option("lang", str, "en", "language of the sentences: en or fr", "LANG")))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _parameter(option: Option) -> inspect.Parameter:
    kind: Any = option.type
    if option.repeated:
        kind = list[kind]
    elif option.default is None and not option.required:
        kind = Optional[kind]  # noqa: UP045 -- Typer reads Optional[...] here, built at run time
    if option.positional:
        info: Any = typer.Argument(help=option.meaning, metavar=option.metavar or None)
    else:
        name = "case" if option.name == "case_flag" else option.name
        flags = [f"--{name.replace('_', '-')}"] + ([f"-{short}"] if (short := "c" if name == "case" else option.short) else [])
        how: dict[str, Any] = {"help": option.meaning}
        if option.metavar:
            how["metavar"] = option.metavar
        if option.name == "case":
            how["envvar"] = "KARVAN_CASE"
        info = typer.Option(*flags, **how)
    default = inspect.Parameter.empty if option.required else (list(option.default) if option.repeated else option.default)
    if option.positional and option.name == "case":
        info = typer.Argument(help=option.meaning, metavar="CASE", envvar="KARVAN_CASE")
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _answer(verb: Verb, given: dict[str, Any], lang: str) -> Any:
    arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    flag = arguments.pop("case_flag", None)
    if flag is not None:
        arguments["case"] = flag
    silent = not sys.stderr.isatty() or "NO_COLOR" in os.environ
    if not verb.progresses:
        with nullcontext() if silent or not verb.waits else waiting(catalogue(lang)["waiting"], _stderr()):
            return verb.run(**arguments)
    with Progress(TextColumn(verb.counts), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
                  console=_stderr(), transient=True, disable=silent) as bar:  # fmt: skip
        task = bar.add_task(verb.counts, total=None)
        return verb.run(**arguments, progress=lambda done, total: bar.update(task, completed=done, total=total))


def _is_off_course(answer: Any) -> bool:
    bad = (Word.MISSED, Word.OFF_COURSE)
    return any(verdict.judgement.word in bad for verdict in answer.assessment.verdicts)


def _refuse(error: InvalidData, as_json: bool) -> None:
    if as_json:
        faults = [fault_document(fault) for fault in error.faults]
        _write({"schema_version": SCHEMA_VERSION, "valid": False, "faults": faults})
    for fault in error.faults[:_SHOWN_FAULTS]:
        _say(str(fault))
    if len(error.faults) > _SHOWN_FAULTS:
        _say(f"… and {len(error.faults) - _SHOWN_FAULTS} more; --json lists all.")
    _say(f"{len(error.faults)} fault{'s' if len(error.faults) != 1 else ''}. Nothing was computed.")


def fault_document(fault: Fault) -> dict[str, Any]:
    """A fault as plain values."""
    return {"file": fault.file, "row": fault.row, "column": fault.column, "found": fault.found, "expected": fault.expected, "remedy": fault.remedy}


def _write(found: dict[str, Any]) -> None:
    """One document on standard output, whole or not at all."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _console() -> Console:
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(width=width, highlight=False)


def _stderr() -> Console:
    return Console(stderr=True, highlight=False)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


for _verb in VERBS:
    app.command(_verb.name, help=_verb.meaning, epilog=_EXIT_CODES)(_command(_verb))


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="print the version", is_eager=True)] = False) -> None:
    if version:
        from importlib import metadata

        typer.echo(f"karvan {metadata.version('karvan')}")
        raise typer.Exit

