import sys
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from mockgate.breakage import DOES
from mockgate.edge.cli import main
from mockgate.edge.gauntlet import Gauntlet, chosen, trials
from mockgate.errors import ScenarioError


def program(tries=1, timeout=None):
    """Ask for the models until there is an answer; fail when all tries have."""
    return f"""
import os, signal, time, urllib.request
for number in range({tries}):
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/models")
    request.add_header("authorization", "Bearer " + os.environ["OPENAI_API_KEY"])
    try:
        print(len(urllib.request.urlopen(request, timeout={timeout}).read()))
        break
    except OSError:
        if number == {tries} - 1:
            raise
"""


def python(text):
    return [sys.executable, "-S", "-c", text]


def asking(tries=1, timeout=None):
    return python(program(tries, timeout))


def run(command, *only, timeout=20, scenario=None):
    return list(Gauntlet(scenario, command, timeout).run(chosen(only, ())))


def gauntlet(*args, command=None):
    return CliRunner().invoke(main, ["gauntlet", *args, "--", *(command or asking())], prog_name="mockgate")


def test_the_list_leaves_out_no_deed_and_names_each_trial_once():
    assert {trial.fault.do for trial in trials() if trial.fault.do} == set(DOES)
    names = [trial.name for trial in trials()]
    assert len(set(names)) == len(names) > 20


def test_trials_are_chosen_by_name():
    assert [trial.name for trial in chosen(["hang", "401"], ["hang"])] == ["401"]
    assert "hang" not in [trial.name for trial in chosen([], ["hang"])]
    with pytest.raises(ScenarioError, match=r'there is no trial "hnag"\. Did you mean "hang"\?'):
        chosen(["hnag"], [])


def test_a_stall_takes_its_share_of_the_time_that_there_is():
    (stall,) = chosen(["stall"], [])
    assert (stall.within(60).by, stall.within(5).by) == (12, 1)


@pytest.mark.parametrize(
    ("command", "trial", "result", "requests"),
    [
        (asking(tries=2), "429-empty", "survived", 2),
        (asking(tries=2), "disconnect", "survived", 2),
        (asking(tries=2), "401", "failed cleanly", 2),
        (asking(tries=5), "503-always", "retry storm", 5),
        (asking(), "no-done", "not reached", 1),
    ],
)
def test_a_run_ends_as_the_command_does(command, trial, result, requests):
    healthy, outcome = run(command, trial)
    assert (healthy.result, healthy.requests) == ("survived", 1)
    assert (outcome.result, outcome.requests) == (result, requests)


def test_a_command_without_a_timeout_hangs_and_one_with_it_does_not():
    assert run(asking(), "hang", timeout=2)[1].result == "hung"
    assert run(asking(tries=2, timeout=0.3), "hang")[1].result == "survived"


def test_more_requests_than_usual_are_a_storm_although_no_two_are_alike():
    text = program(tries=1_000_000).replace('"/models"', '"/models?" + str(number)')
    _, outcome = run(python(text), "503-always")
    assert outcome.result == "retry storm"
    assert outcome.ran.seconds < 15, "a storm is not waited for to the end"


def test_time_runs_although_the_scenario_has_it_stand_still():
    _, outcome = run(asking(), "slow", timeout=10, scenario={"clock": {"frozen": True}})
    assert outcome.result == "survived"
    assert outcome.ran.seconds > 0.4


@pytest.mark.parametrize(
    ("command", "result", "told"),
    [
        (python("raise SystemExit(0)"), "not reached", "asked nothing. Does it use OPENAI_BASE_URL"),
        (python("raise SystemExit(3)"), "not reached", "failed (exit code 3) before it asked anything"),
        (python(program() + "raise SystemExit(3)"), "failed cleanly", "the command failed (exit code 3"),
    ],
)
def test_a_command_that_fails_with_nothing_wrong_is_tried_no_further(command, result, told):
    done = gauntlet(command=command)
    assert done.exit_code == 1
    assert done.output.startswith(f"healthy         {result}")
    assert told in done.output
    assert "\n1 run: 1 " in done.output


def test_the_command_line_shows_a_table_and_exits_with_1_only_for_what_counts(tmp_path):
    file = tmp_path / "gauntlet.xml"
    args = ["--only", "401", "--only", "403", "--skip", "403", "--junit", str(file)]
    done = gauntlet(*args)
    assert done.exit_code == 0, done.output
    healthy, wrong, _, total = done.output.splitlines()
    assert healthy.startswith("healthy         survived")
    assert wrong.startswith("401             failed cleanly")
    assert "exit code 1: urllib.error.HTTPError: HTTP Error 401" in wrong
    assert total == "2 runs: 1 survived, 1 failed cleanly"
    assert ElementTree.parse(file).find("testsuite").get("tests") == "2"
    assert gauntlet(*args, "--strict").exit_code == 1


def test_output_is_shown_where_it_is_wanted():
    command = python(f"print('so far so good')\n{program()}")
    assert "| so far so good" not in gauntlet("--only", "401", command=command).output
    assert gauntlet("--only", "401", "--verbose", command=command).output.count("| so far so good") == 2


def test_an_interrupt_ends_the_command_and_sums_up():
    interrupting = program().replace("raise", "os.kill(os.getppid(), signal.SIGINT); time.sleep(60)")
    done = gauntlet("--only", "401", "--only", "402", command=python(interrupting))
    assert done.exit_code == 130
    assert done.output.endswith("\n1 run: 1 survived\n")


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["--only", "hnag"], 2, 'Did you mean "hang"?'),
        (["--timeout", "soon"], 2, "is not a duration"),
        (["--timeout", "0"], 2, "no command is over in no time"),
        (["--junit", "no/such/folder.xml"], 2, "No such file"),
        (["missing.yaml"], 2, "missing.yaml"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_run(args, code, told):
    done = gauntlet(*args, command=python("raise SystemExit('was run')"))
    assert (done.exit_code, told in done.stderr) == (code, True), done.output


def test_a_command_that_does_not_exist_is_told():
    done = gauntlet(command=["no-such-command"])
    assert (done.exit_code, done.stderr) == (127, "Error: there is no command no-such-command\n")
