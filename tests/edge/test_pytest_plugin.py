"""The plugin, as its users have it: pytest runs test files of theirs."""

import gc
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openai  # noqa: F401 - what is imported here is not imported again by every run in here
import pytest

import mockgate.edge.testing  # noqa: F401

pytest_plugins = ["pytester"]

EXAMPLES = Path(__file__).parent.parent / "examples"

ASK = """
import pytest
from openai import OpenAI

def ask(text, client=None):
    messages = [{"role": "user", "content": text}]
    client = client or OpenAI(max_retries=0)
    return client.chat.completions.create(model="gpt-4o-mini", messages=messages).choices[0].message.content
"""

PING = 'pytest.mark.mockgate({"rules": [{"when": {"user": "ping"}, "reply": "pong"}]})'


@pytest.fixture
def run(pytester):
    """Run pytest on a test file of these lines, or on files of these names."""

    def run(text="", *options, ini="", **files):
        pytester.makeini(f"[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n{ini}")
        pytester.makepyfile(test_it=ASK + text)
        for name, content in files.items():
            pytester.makefile(".yaml", **{name: content})
        return pytester.runpytest("-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options)

    return run


def test_code_that_builds_its_own_client_is_answered_by_the_tests_own_session(run):
    run("""
def test_one(mockgate):
    mockgate.reply("one")
    assert ask("Hi") == "one"

def test_two(mockgate):
    assert mockgate.requests == []
    assert ask("Hi") != "one"
    assert [request["status"] for request in mockgate.requests] == [200]
""").assert_outcomes(passed=2)


def test_the_environment_is_as_before_when_the_test_is_over(run, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    run("""
import os
names = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "MOCKGATE_URL")

def test_one(mockgate):
    key, base, other, url, _ = (os.environ[name] for name in names)
    assert key == other == mockgate.api_key
    assert (base, url, os.environ["MOCKGATE_URL"]) == (mockgate.base_url, mockgate.url, mockgate.url)

def test_two():
    assert [os.environ.get(name) for name in names[:2]] == ["sk-real", None]
""").assert_outcomes(passed=2)


def test_the_closest_marker_wins_and_what_it_leaves_open_stands(run):
    run(f"""
pytestmark = {PING}

def test_of_the_module(mockgate):
    assert ask("ping") == "pong"

@pytest.mark.mockgate(default_reply="echo", clock={{"start": "2025-01-01", "frozen": True}})
def test_with_more(mockgate):
    assert (ask("ping"), ask("pang")) == ("pong", "pang")
    assert mockgate.clock.now() == mockgate.clock.now() == 1735689600

@pytest.mark.mockgate(scenario="rules: [{{reply: other}}]")
def test_of_its_own(mockgate):
    assert ask("ping") == "other"
""").assert_outcomes(passed=3)


def test_a_scenario_is_a_file_beside_the_test_or_the_one_of_the_configuration(run):
    run(
        """
def test_of_all(mockgate):
    assert ask("Hi") == "of all"

@pytest.mark.mockgate("mine.yaml")
def test_mine(mockgate):
    assert ask("Hi") == "mine"

@pytest.mark.mockgate(name="all but by name")
def test_still_of_all(mockgate):
    assert (ask("Hi"), mockgate.scenario.name) == ("of all", "all but by name")
""",
        ini="mockgate_scenario = all.yaml",
        all="rules: [{reply: of all}]",
        mine="rules: [{reply: mine}]",
    ).assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ('scenario={"rules": [{"repyl": "x"}]}', "*Did you mean `reply`?"),
        ('"nowhere.yaml"', "*nowhere.yaml*"),
        ("{}, {}", "*takes one scenario*"),
        ('falts="flaky"', "*Did you mean `faults`?"),
    ],
)
def test_a_wrong_marker_is_told_without_a_traceback(run, marker, said):
    result = run(f"@pytest.mark.mockgate({marker})\ndef test_it(mockgate): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*exception*")


def test_a_test_that_fails_shows_what_was_asked_and_what_matched_nothing(run):
    result = run(f"""
@{PING}
def test_it(mockgate):
    ask("ping")
    ask("pang")
    ask("astray", OpenAI(api_key="sk-other"))
    mockgate.assert_called(3)
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: expected exactly 3 requests*",
            "* mockgate *",
            "2 requests, * tokens",
            '*1. POST /v1/chat/completions gpt-4o-mini "ping" -> 200 rules?0?',
            '*2. POST /v1/chat/completions gpt-4o-mini "pang" -> 200 default: synthetic',
            "no rule matched:",
            '*request 2, POST /v1/chat/completions: "pang"',
            '*rules?0?: user.contains: "ping" is not in "pang"',
            "of no test: *",
            '*"astray"*',
        ]
    )
    result.stdout.no_fnmatch_line("*session_handle.py*")


def test_a_strict_test_fails_when_a_request_matched_no_rule(run):
    result = run(
        f"""
@{PING}
def test_astray(mockgate):
    ask("pang")

@{PING}
def test_all_is_well(mockgate):
    ask("ping")

@{PING}
@pytest.mark.mockgate(strict=False)
def test_lenient(mockgate):
    ask("pang")
""",
        ini="mockgate_strict = true",
    )
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines(["mockgate was asked what no rule matches", "no rule matched:"])


def test_clients_join_the_session_whatever_their_key_and_are_closed_with_the_test(run):
    run(
        """
made = []

@pytest.mark.mockgate({"unknown_keys": "refuse", "keys": {"sk-alice": {}}, "rules": [{"reply": "Hi"}]})
def test_it(mockgate):
    made.append(mockgate.openai(default_headers={"X-Mine": "1"}))
    assert ask("Hi", made[0]) == ask("Hi", OpenAI(api_key="sk-alice")) == "Hi"
    with pytest.raises(Exception, match="Incorrect API key"):
        ask("Hi", mockgate.openai(api_key="sk-wrong"))
    assert [request["status"] for request in mockgate.requests] == [200, 200, 401]
    assert mockgate.requests[0]["headers"]["x-mine"] == "1"

def test_closed():
    assert made[0].is_closed()
"""
    ).assert_outcomes(passed=2)


def test_asynchronous_tests_work_and_leave_nothing_open(run):
    gc.collect()  # what other tests left behind is not this one's
    run(
        """
import gc

made = []

async def test_it(mockgate):
    mockgate.reply("Hi")
    made.append(mockgate.async_openai())
    messages = [{"role": "user", "content": "Hello"}]
    answer = await made[0].chat.completions.create(model="gpt-4o-mini", messages=messages)
    assert answer.choices[0].message.content == "Hi"

def test_closed():
    assert made.pop().is_closed()
    gc.collect()
""",
        "-Werror",
    ).assert_outcomes(passed=2)


def test_a_client_whose_package_is_missing_says_what_to_install(run):
    result = run("""
import sys

def test_it(mockgate, monkeypatch):
    monkeypatch.setitem(sys.modules, "anthropic", None)
    mockgate.anthropic()
""")
    result.stdout.fnmatch_lines(["*ImportError: * pip install anthropic"])


def test_an_anthropic_client_gets_the_address_without_a_path_and_is_closed_with_its_test(run):
    result = run("""
HI = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
clients = []

def test_it(mockgate):
    clients.append(mockgate.anthropic(timeout=3))
    assert (str(clients[0].base_url).rstrip("/"), clients[0].timeout) == (mockgate.url, 3)
    clients[0].messages.create(**HI)
    assert len(mockgate.requests) == 1

def test_after_it():
    assert clients[0].is_closed()
""")
    result.assert_outcomes(passed=2)


def test_the_summary_says_what_the_run_came_to(run):
    result = run("""
@pytest.mark.mockgate(
    {"prices": {"gpt-4o-mini": {"input": "$0", "output": "$1"}}, "rules": [{"reply": "one two"}]}
)
@pytest.mark.parametrize("n", range(4))
def test_it(mockgate, n):
    ask("Hi")
    assert mockgate.usage.output == 2
""")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["mockgate: 4 requests, 40 tokens, $0.000008"])


def test_a_run_that_never_asks_for_it_imports_next_to_nothing_and_says_nothing(run, pytester):
    result = run("def test_it(): pass")
    result.stdout.no_fnmatch_line("mockgate:*")
    code = (
        "import sys, pytest; before = set(sys.modules); import mockgate.edge.pytest_plugin;"
        "print(*sorted(name for name in set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["mockgate", "mockgate.edge", "mockgate.edge.pytest_plugin"]


def test_the_tests_of_the_docs_pass(run):
    page = (EXAMPLES.parent.parent / "docs" / "pytest.md").read_text()
    run("\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))).assert_outcomes(passed=4)


def test_the_sample_project_passes_on_two_workers_and_the_summary_adds_them_up(tmp_path):
    project = shutil.copytree(EXAMPLES, tmp_path / "project")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-n", "2"]
    command = [sys.executable, "-m", "pytest", *options]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "mockgate: 16 requests, " in ran.stdout
