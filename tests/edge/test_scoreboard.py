import io
from xml.etree import ElementTree

import pytest

from mockgate.edge.console import Console
from mockgate.edge.gauntlet import HEALTHY, Outcome, Trial
from mockgate.edge.running import Ran
from mockgate.edge.scoreboard import Scoreboard
from mockgate.verdict import Finding

TRIAL = Trial("mine", "it does what it should")
STORM = Finding("retry_storm", "request 1 was answered with 503 and asked again 30 times in 0.1 s", (1, 2))


@pytest.fixture
def board():
    """Show outcomes; return the board, and what it said."""

    def show(*outcomes, **how):
        out = io.StringIO()
        board = Scoreboard(Console(out), **how)
        for outcome in outcomes:
            board.add(outcome)
        board.end()
        return board, out.getvalue()

    return show


def outcome(result, code=0, output="", findings=(), trial=TRIAL):
    return Outcome(trial, result, Ran(code, 1.25, output), 3, findings)


def test_a_run_is_a_line_with_the_last_line_of_a_clean_failure(board):
    _, said = board(outcome("failed cleanly", 1, "Traceback\n  many lines\nOops: 401\n\n"))
    assert said.splitlines()[0].split("  ") == [
        "mine", "", "", "", "", "", "failed cleanly", "", "1.2 s", "3 requests", "", "exit code 1: Oops: 401",
    ]  # fmt: skip


def test_where_it_failed_the_test_the_findings_and_the_end_of_the_output_are_shown(board):
    lines = "\n".join(f"line {number}" for number in range(50))
    _, said = board(outcome("retry storm", 1, f"{lines}\x1b[2J", (STORM,)))
    assert "tested: it does what it should" in said
    assert f"retry_storm: {STORM.message}" in said
    assert ("| line 29" in said, "| line 30" in said, "\x1b" in said) == (False, True, False)


@pytest.mark.parametrize(
    ("result", "usually", "strictly"),
    [
        ("survived", False, False),
        ("not reached", False, False),
        ("failed cleanly", False, True),
        ("hung", True, True),
        ("retry storm", True, True),
    ],
)
def test_what_counts_against_the_command(board, result, usually, strictly):
    for strict, fails in ((False, usually), (True, strictly)):
        shown, _ = board(outcome("survived", trial=HEALTHY), outcome(result), strict=strict)
        assert shown.failed == fails
        assert (shown.junit().find(".//failure") is not None) == fails


def test_with_nothing_wrong_it_has_to_survive(board):
    shown, said = board(outcome("hung", None, trial=HEALTHY))
    assert shown.failed
    assert "was not over in time. Give it more with --timeout." in said


def test_junit_is_told_the_same(board):
    shown, _ = board(
        outcome("survived", trial=HEALTHY),
        outcome("hung", None, "halfway\x00\x1b[31m", (STORM,)),
        outcome("not reached"),
    )
    suite = ElementTree.fromstring(ElementTree.tostring(shown.junit().getroot())).find("testsuite")
    assert {"name": "mockgate gauntlet", "tests": "3", "failures": "1", "errors": "0", "skipped": "1"}.items() <= (
        suite.attrib.items()
    )
    assert suite.get("time") == "3.750"
    healthy, hung, unreached = suite
    assert (healthy.get("name"), healthy.find("failure")) == ("healthy", None)
    assert (hung.find("failure").get("message"), hung.find("failure").text) == ("hung", "it does what it should")
    assert hung.find("system-out").text == "halfway??[31m"
    assert STORM.message in hung.find("system-err").text
    assert unreached.find("skipped").get("message") == "not reached"
