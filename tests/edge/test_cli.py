import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import jsonschema
import pytest
from click.testing import CliRunner

import mockgate
from mockgate.edge.cli import main
from mockgate.loader import read

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
WRONG = "rules:\n  - when: {usr: hello}\n    reply: x\nsede: 5\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mockgate_(*args, given=None):
    return CliRunner().invoke(main, [str(arg) for arg in args], input=given, prog_name="mockgate", terminal_width=80)


def test_the_version_is_printed():
    assert mockgate_("--version").stdout == f"mockgate {mockgate.__version__}\n"


def test_check_says_ok_and_counts(folder):
    (folder / "s.yaml").write_text("rules: [{reply: x}]\nexamples: [{user: hi, expect: {text: x}}]\n")
    result = mockgate_("check", "s.yaml")
    assert (result.exit_code, result.stdout) == (0, "s.yaml: OK (1 rule, 1 example)\n")


@pytest.mark.parametrize(("options", "code"), [
    ([], 1), (["--gateway", "newapi"], 1), (["--gateway", "newapi", "--profile", "source"], 0), (["--profile", "x"], 2),
])  # fmt: skip
def test_check_asks_the_gateway_that_is_named(folder, options, code):
    (folder / "s.yaml").write_text("examples: [{request: {model: nope, messages: [{role: user, content: hi}]}, "
                                   "expect: {status: 503}}]\n")  # fmt: skip
    assert mockgate_("check", "s.yaml", *options).exit_code == code


def test_check_looks_at_the_profiles_that_are_not_played_too(folder):
    (folder / "acme.yaml").write_text("extends: openai\nprofiles:\n  source: {manners: {quirkz: []}}\n")
    checked = mockgate_("check", "acme.yaml")
    assert (
        checked.exit_code,
        "acme.yaml:3:22: manners.quirkz: is an unknown key. Did you mean `quirks`?" in checked.stderr,
    ) == (2, True)


def test_check_lists_all_problems_of_all_files_with_their_places(folder):
    (folder / "a.yaml").write_text(WRONG)
    (folder / "b.yaml").write_text("seed: 1\n")
    result = mockgate_("check", "a.yaml", "b.yaml", "missing.yaml")
    assert result.exit_code == 2
    assert re.search(r"^a\.yaml:2:12: .*usr.*user", result.stderr, re.MULTILINE)
    assert re.search(r"^a\.yaml:4:1: .*sede.*seed", result.stderr, re.MULTILINE)
    assert "missing.yaml" in result.stderr
    assert result.stdout == "b.yaml: OK (0 rules, 0 examples)\n"


def test_check_gives_the_place_of_a_rule_that_cannot_be_compiled(folder):
    (folder / "s.yaml").write_text("rules:\n  - when: {user: {matches: '('}}\n    reply: x\n")
    result = mockgate_("check", "s.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("s.yaml:2:")


def test_check_exits_with_1_when_an_example_does_not_hold(folder):
    (folder / "s.yaml").write_text("rules: [{reply: x}]\nexamples: [{name: mine, user: hi, expect: {text: y}}]\n")
    result = mockgate_("check", "s.yaml")
    assert result.exit_code == 1
    assert result.stderr == 's.yaml: examples[0] "mine": the text is "x", not "y"\n'


def test_explain_reads_a_file_or_stdin(folder):
    (folder / "s.yaml").write_text("rules: [{when: {user: hello}, reply: Hi.}]")
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]})
    (folder / "r.json").write_text(body)
    for result in (mockgate_("explain", "s.yaml", "r.json"), mockgate_("explain", "s.yaml", "-", given=body)):
        assert result.exit_code == 0
        assert "rules[0] matches, and answers" in result.stdout


def test_schema_is_a_schema_that_knows_a_right_scenario_from_a_wrong_one():
    schema = json.loads(mockgate_("schema").stdout)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    mockgate_("init")
    assert validator.is_valid(read("mockgate.yaml").value)
    assert not validator.is_valid({"sede": 5})


def test_init_writes_a_scenario_that_checks_out_and_never_over_another():
    assert mockgate_("init").exit_code == 0
    assert mockgate_("check", "mockgate.yaml").exit_code == 0
    Path("mockgate.yaml").write_text("mine")
    refused = mockgate_("init")
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert Path("mockgate.yaml").read_text() == "mine"
    assert mockgate_("init", "--force").exit_code == 0
    first = Path("mockgate.yaml").read_text().splitlines()[:2]
    assert first[0].startswith("# yaml-language-server: $schema=")
    assert "mockgate schema" in first[1]


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["serve", "missing.yaml"], 2, "missing.yaml"),
        (["serve", "wrong.yaml"], 2, "wrong.yaml:2:12: "),
        (["serve", "--watch"], 2, "--watch needs a SCENARIO"),
        (["serve", "--pace", "warp"], 2, "warp"),
        (["serve", "--port", "99999"], 2, "--port"),
        (["serve", "--clock", "soon"], 2, "neither frozen nor a speed"),
        (["serve", "--clock", "-1"], 2, "speed"),
        (["serve", "--clock", "inf"], 2, "speed"),
        (["serve", "--clock", "1e300"], 2, "speed"),
        (["serve", "--clock", "nan"], 2, "speed"),
        (["serve", "--fault", "flakey"], 2, 'Did you mean "flaky"?'),
        (["serve", "--fault", "503 chance=lots"], 2, "chance"),
        (["serve", "--control-key", " "], 2, "--control-key"),
        (["serve", "--no-control", "--control-key", "x"], 2, "give one of them"),
        (["serve", "--host", "256.1.1.1"], 1, "cannot listen"),
        (["explain", "wrong.yaml", "wrong.yaml"], 2, "wrong.yaml is not JSON"),
        (["explain", "missing.yaml", "{}.json"], 2, "{}.json"),
        (["explain", ".", "ok.json"], 2, "."),
        (["check", "binary.yaml"], 2, "is not text"),
        (["init", "."], 1, "is there already"),
        (["init", ".", "--force"], 1, "Is a directory"),
        (["init", "no/such/folder.yaml"], 1, "No such file"),
        (["run", "wrong.yaml", "--", "true"], 2, "wrong.yaml:2:12: "),
        (["run", "--", "no-such-command"], 127, "there is no command no-such-command"),
        (["run", "true"], 2, "-- before it"),
        (["run", "--"], 2, "after --"),
    ],
)
def test_whatever_is_wrong_is_a_sentence_and_a_code(folder, args, code, told):
    (folder / "wrong.yaml").write_text(WRONG)
    (folder / "ok.json").write_text("{}")
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    result = mockgate_(*args)
    assert result.exit_code == code, result.output
    assert told in result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_an_option_is_read_from_the_environment_unless_it_is_given(monkeypatch):
    monkeypatch.setenv("MOCKGATE_SERVE_PORT", "99999")
    monkeypatch.setenv("MOCKGATE_VERSION", "0.0.1")
    refused = mockgate_("serve")
    assert (refused.exit_code, "99999" in refused.stderr) == (2, True)
    given = mockgate_("serve", "--port", "0", "missing.yaml")
    assert "missing.yaml" in given.stderr


def test_the_commands_of_the_page_print_what_it_shows():
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    assert len(steps) >= 4
    for step in steps:
        command, _, shown = step.partition("\n")
        assert typed(command) == shown, command


def typed(command):
    """What a terminal shows for a command; a shell is asked only where it takes one."""
    if command.startswith("mockgate ") and not set(command) & set(";|>"):
        return mockgate_(*shlex.split(command)[1:]).output
    env = {**os.environ, "PYTHONPATH": str(PAGE.parents[1]), "MOCKGATE_PYTHON": sys.executable}
    script = f'mockgate() {{ "$MOCKGATE_PYTHON" -m mockgate "$@"; }}\n{command}'
    done = subprocess.run(
        ["sh", "-c", script],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout


def test_the_page_shows_the_help_of_every_command():
    """`MOCKGATE_WRITE_HELP=1 pytest tests/edge/test_cli.py -k help` writes the page's part anew."""
    text = PAGE.read_text()
    begin, end = "<!-- help -->\n", "<!-- end of help -->\n"
    before, _, rest = text.partition(begin)
    shown, _, after = rest.partition(end)
    helps = "\n".join(f"### {name}\n\n```text\n{words}```\n" for name, words in help_of_all())
    if os.environ.get("MOCKGATE_WRITE_HELP"):
        PAGE.write_text(f"{before}{begin}{helps}{end}{after}")
        return
    assert shown == helps


def help_of_all():
    yield "mockgate", mockgate_("--help").stdout
    for name in main.list_commands(click.Context(main)):
        yield f"mockgate {name}", mockgate_(name, "--help").stdout


def test_gateways_are_listed_and_one_is_described():
    assert "\ngetgoapi  GetGoAPI" in mockgate_("gateways").stdout
    assert mockgate_("gateways", "newapi", "--profile", "source").stdout.startswith("new-api\n")
    refused = mockgate_("gateways", "newap")
    assert (refused.exit_code, 'Did you mean "newapi"' in refused.stderr) == (2, True)
    assert mockgate_("gateways", "--profile", "source").exit_code == 2


@pytest.mark.parametrize("command", [("serve",), ("run", "--", "true")])
def test_a_gateway_may_be_chosen_by_an_option(command):
    name, *rest = command
    refused = mockgate_(name, "--gateway", "newap", *rest)
    assert (refused.exit_code, 'Did you mean "newapi"' in refused.stderr) == (2, True)
    refused = mockgate_(name, "--gateway", "goesai", "--profile", "sauce", *rest)
    assert (refused.exit_code, "no profile 'sauce'" in refused.stderr) == (2, True)


def test_a_command_runs_beside_the_gateway_of_its_options(folder):
    (folder / "s.yaml").write_text("rules: [{reply: pong}]\n")
    script = "import os, urllib.request as u; print(u.urlopen(os.environ['MOCKGATE_URL'] + '/api/status').status)"
    beside = shlex.join([sys.executable, "-c", script])
    assert typed(f"mockgate run s.yaml --gateway newapi --profile source -- {beside}; true") == "200\n"
