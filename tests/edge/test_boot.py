import pytest

from mockgate import ScenarioError
from mockgate.edge import boot

WRONG = """
seed: abc
rules:
  - when: {user: {matches: "("}}
    response: x
  - when: {user: a}
    reply: "{{ oops"
  - when: {body: {"$[": 1}}
    reply: hi
"""


def test_what_reading_and_what_compiling_finds_is_told_at_once_in_the_files_order():
    with pytest.raises(ScenarioError) as wrong:
        boot.build(WRONG)
    told = [(problem.place.line, problem.path) for problem in wrong.value.problems]
    assert told == [
        (2, "seed"),
        (4, "rules[0].when.user.matches"),
        (5, "rules[0].response"),
        (7, "rules[1].reply"),
        (8, 'rules[2].when.body["$["]'),
    ]


def test_rules_that_cannot_be_compiled_are_told_with_their_places():
    with pytest.raises(ScenarioError, match=r":4:.*is no regular expression"):
        boot.build(WRONG.replace("seed: abc", "seed: 1").replace("    response: x\n", "    reply: x\n"))


def test_defaults_give_way_to_the_scenario_and_overrides_do_not():
    assert boot.load({}, {}, {"pace": "instant"}).pace == "instant"
    assert boot.load({"pace": "gpt-4o"}, {}, {"pace": "instant"}).pace == "gpt-4o"
    assert boot.load({"seed": 1}, {"seed": 2}, {}).seed == 2


def test_the_faults_of_all_layers_are_joined_however_each_is_written():
    for own in ("flaky", ["flaky"], {"error": 500}):
        written = own if isinstance(own, list) else [own]
        assert boot.load({"faults": own}, {"faults": ["slow"]}, {}).document.value["faults"] == ["slow", *written]


def test_a_document_that_was_merged_can_be_merged_again():
    overrides = {"faults": ["slow"]}
    once = boot.load({"extends": "hello", "rules": [{"reply": "x"}]}, overrides, {}).document.value
    again = boot.load(once, overrides, {}).document.value
    assert again == once
    assert len(once["rules"]) > 1


def test_the_environment_points_every_official_sdk_at_the_server():
    env = boot.environment("http://127.0.0.1:8080")
    assert env["OPENAI_BASE_URL"] == "http://127.0.0.1:8080/v1"
    assert env["ANTHROPIC_BASE_URL"] == env["GOOGLE_GEMINI_BASE_URL"] == "http://127.0.0.1:8080"
