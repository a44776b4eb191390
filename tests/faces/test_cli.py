"""The command line as a person meets it: what it prints, which code it ends with, what it leaves behind."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

KARVAN = [sys.executable, "-c", "from karvan.faces.cli import main; main()"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KARVAN, *words], capture_output=True, text=True, env={**os.environ, **environment}, timeout=300, check=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assess", "nowhere"), "Nearest built-in case: lobito, middle_corridor"),
        (("assess", "--futures", "0"), "expected 1 to"),
        (("assess", "-n", "5", "--workers", "0"), "expected 1 to"),
        (("assess", "-n", "5", "--set", "aktau_hub"), "PROJECT=DATE"),
        (("assess", "-n", "5", "--set", "aktau_hubb=2027"), "aktau_hub"),
        (("assess", "-n", "5", "--set", "aktau_hub=soon"), "never"),
        (("assess", "-n", "5", "--set", "aktau_hub_stage_2=2020-01-01"), "the case stands on 2026-06-30"),
        (("assess", "-n", "5", "--set", "alat_phase_1=2030"), "was delivered on 2018-05-14"),
        (("assess", "-n", "5", "--set", "aktau_hub_stage_2=2027", "--set", "aktau_hub_stage_2=never"), "sets the same project"),
        (("assess", "-n", "5", "--as-of", "2030"), "the day of the data"),
        (("assess", "-n", "5", "--scenario", "no_such_file.toml"), "cannot be read"),
        (("route", "Xian", "Istnb"), "Did you mean Istanbul"),
        (("route", "Xian", "Atlantis"), "No place is called"),
        (("route", "Xian", "Istanbul", "--commodity", "dry_bulk"), "is a type of cargo, not one commodity. Choose one of it: grain"),
        (("route", "Xian", "Istanbul", "--commodity", "contaner"), "Nearest: container"),
        (("route", "Xian", "Istanbul", "--depart", "soon"), "a date as"),
        (("route", "Xian", "Istanbul", "--depart", "2019-05-01"), "a day from 2026-01-01"),
        (("route", "Xian", "Istanbul", "--depart", "2027-05-01", "--year", "2026"), "name two years"),
        (("route", "Xian", "Istanbul", "--within", "0"), "days above 0"),
        (("route", "Xian", "Istanbul", "--chart", "ways.pdf"), "ends with .svg or .png"),
        (("route", "Xian", "Istanbul", "--chart", "/no/such/folder/ways.svg"), "there is no folder"),
        (("route", "Xian", "Xi'an"), "same place"),
        (("route", "Xian", "Istanbul", "--year", "1999"), "expected 2026 to 2035"),
        (("assign", "--year", "2050"), "expected 2026 to 2035"),
        (("assign", "--without", "Aktua"), "Nearest: Aktau"),
        (("assign", "--without", "aktau", "--by", "month"), "different questions"),
        (("assign", "--by", "week"), "expected month"),
        (("assign", "--critical", "0"), "1 or more"),
        (("explain", "nothing", "-n", "5"), "is not in targets"),
        (("explain", "l01_titr_52mt_2026", "-n", "5", "--lang", "de"), "expected one of en, fr"),
        (("export", "--to", "docx", "--out", "x"), "geojson"),
        (("new", "/proc/nowhere"), "cannot be written"),
        (("calibrate", "--write"), "read-only"),
        (("frobnicate",), "No such command"),
        (("assess", "--no-such-option"), "No such option"),
    ],
)
def test_a_wrong_question_is_one_message_and_code_2(words: tuple[str, ...], said: str) -> None:
    answer = run(*words)
    assert answer.returncode == 2, answer.stderr
    assert answer.stdout == ""
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_broken_table_is_told_whole_and_code_3(tmp_path) -> None:
    assert run("new", str(tmp_path / "mine")).returncode == 0
    links = tmp_path / "mine" / "links.csv"
    lines = links.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[lines[0].split(",").index("length")] = "-5"
    links.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    (tmp_path / "mine" / "fleets.csv").write_bytes(b"")
    answer = run("check", str(tmp_path / "mine"))
    assert answer.returncode == 3
    assert "links.csv, line 2, column length: found '-5', expected at least 0." in answer.stderr
    assert "fleets.csv" in answer.stderr
    assert "2 faults. Nothing was computed." in answer.stderr
    document = json.loads(run("check", str(tmp_path / "mine"), "--json").stdout)
    assert document["valid"] is False
    assert {fault["file"] for fault in document["faults"]} == {"links.csv", "fleets.csv"}


def test_json_is_one_document_and_repeats_byte_for_byte() -> None:
    first = run("assess", "-n", "6", "--json", "--workers", "1")
    second = run("assess", "-n", "6", "--json", "--workers", "2")
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout == second.stdout
    document = json.loads(first.stdout)
    assert document["schema_version"]
    assert document["solves"] == 60
    assert document["certificate_failures"] == 0
    keys = {"target_id", "verdict", "probability", "probability_low", "probability_high"}
    assert all(keys <= target.keys() for target in document["targets"])
    assert first.stderr == ""


def test_check_says_with_code_4_that_a_target_is_off_course() -> None:
    assert run("assess", "-n", "6", "--check", "--target", "l02_titr_10mt_2030").returncode == 4
    assert run("assess", "-n", "6", "--check", "--target", "t34_armenia_transit").returncode == 0


def test_the_case_can_come_from_the_environment(tmp_path) -> None:
    answer = run("check", KARVAN_CASE=str(tmp_path))
    assert answer.returncode == 3
    assert "case.toml" in answer.stderr


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path) -> None:
    process = subprocess.Popen([*KARVAN, "assess", "-n", "5000", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, cwd=tmp_path, start_new_session=True)  # fmt: skip
    time.sleep(8)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_people_read_tables() -> None:
    board = run("assess", "-n", "6")
    assert board.returncode == 0, board.stderr
    for words in ("target board", "Dry cargo", "Oil", "cannot be judged", "Data of 2026-06-30", "seed 1", "6 futures", "estimates"):
        assert words in board.stdout
    told = run("explain", "t27_aktau_30mt", "-n", "6", "--lang", "fr")
    assert "Verdict" in told.stdout
    ways = run("route", "Xian", "Istambul", "--best", "3", "--within", "24")
    for words in ("Istambul was read as Istanbul", "days P10", "kg CO2e/t", "in 24 d", "Who takes what", "ISO 14083", "CPMM", "TFI1", "h seen in 2023"):
        assert words in ways.stdout
    flows = run("assign", "--year", "2030")
    for words in ("passed", "One more Mt a year through", "USD/t", "Loaded and empty equipment", "Boxes by ship through ports"):
        assert words in flows.stdout
    for lang, words in (("en", ("Without Aktau", "more stay home", "go another way", "What becomes tight")),
                        ("fr", ("Sans Aktau", "restent sur place", "prennent un autre chemin", "Ce qui se resserre"))):
        told_so = run("assign", "--without", "KZAKU", "--lang", lang)
        assert told_so.returncode == 0, told_so.stderr
        assert all(word in told_so.stdout for word in words)
    assert "Un Mt de plus par an par" in run("assign", "--lang", "fr").stdout
    listed = run("assign", "--critical", "3")
    assert "begins or ends there" in listed.stdout
    months = run("assign", "--by", "month")
    assert "sum of months" in months.stdout
    assert "no profile" in months.stdout
    fit = run("calibrate")
    for words in ("4.48 Mt", "check", "degrees of freedom", "random walk", "Not comparable", "Gaps", "Share of TEU"):
        assert words in fit.stdout
    assert "marche aléatoire" in run("calibrate", "--lang", "fr").stdout


@pytest.mark.parametrize("width", [80, 100, 180])
def test_no_figure_of_a_year_or_a_way_is_cut(width: int) -> None:
    from rich.console import Console

    from karvan.faces.cli.tables import render
    from karvan.verbs.assign import assign
    from karvan.verbs.loading import DEFAULT_CASE
    from karvan.verbs.route import route

    for answer in (assign(DEFAULT_CASE, None, None, (), None), route(DEFAULT_CASE, "Xi'an", "Istanbul", None, 2, None, None, (), None)):
        console = Console(width=width, record=True, file=io.StringIO())
        render(answer, console, "en")
        lines = console.export_text().splitlines()
        assert not [line for line in lines if re.search(r"\d[.,]?…", line) or len(line) > width]


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_observed_and_modelled_fit_the_terminal(width: int, language: str) -> None:
    """Nothing is cut off with an ellipsis, no line is too long, and --all says at least what the short form says."""
    from rich.console import Console

    from karvan.faces.cli.tables import render
    from karvan.verbs.calibrate import calibrate
    from karvan.verbs.loading import DEFAULT_CASE

    shown = {}
    for everything in (False, True):
        console = Console(width=width, record=True, file=io.StringIO())
        render(calibrate(DEFAULT_CASE, False, everything), console, language)
        shown[everything] = console.export_text().splitlines()
        assert not [line for line in shown[everything] if "…" in line or len(line) > width]
    row = re.compile(r"20\d\d +(?:fit|check|calage|vérif).*Mt.*")
    figures = {everything: {" ".join(found[0].split()) for line in lines if (found := row.search(line))} for everything, lines in shown.items()}
    assert len(figures[False]) > 10
    assert figures[False] <= figures[True]
    assert len(shown[True]) > len(shown[False])


def test_both_languages_have_the_same_sentences() -> None:
    from karvan.faces.messages import LANGUAGES, catalogue

    holes = [{key: set(re.findall(r"{(\w+)}", text)) for key, text in catalogue(language).items()} for language in LANGUAGES]
    calibrate = [{key: names for key, names in each.items() if key.startswith("calibrate.")} for each in holes]
    assert calibrate[0] == calibrate[1]
    assert set(holes[0]) == set(holes[1])


def test_help_is_there_for_every_verb() -> None:
    from karvan.verbs.catalogue import VERBS

    for verb in VERBS:
        answer = run(verb.name, "--help")
        assert answer.returncode == 0
        for option in verb.options:
            assert (option.metavar or option.name).replace("_", "-").lower() in answer.stdout.lower()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_key_of_a_fact_is_cut_on_a_narrow_terminal(language: str) -> None:
    from rich.console import Console

    from karvan.faces.cli.tables import render
    from karvan.verbs.facts import facts
    from karvan.verbs.loading import DEFAULT_CASE

    answer = facts(DEFAULT_CASE, "links", False, None, None, 12)
    console = Console(width=80, record=True, file=io.StringIO())
    render(answer, console, language)
    lines = console.export_text().splitlines()
    assert not [line for line in lines if "…" in line or len(line) > 80]
    words = {word for line in lines for word in line.split()}
    for fact in answer.shown[:12]:
        assert any("".join((first, second, third)) == fact.id for first in words if fact.id.startswith(first) for second in ("", *words)
                   if fact.id[len(first) :].startswith(second) for third in ("", *words)), fact.id  # fmt: skip
