from collections import Counter
from itertools import islice

import pytest

from mockgate.errors import ScenarioError
from mockgate.rng import Dice
from mockgate.rules import Facts
from mockgate.scenario import load
from mockgate.script import Cursors, Script
from mockgate.turn import Message, Prompt, Reasoning, Text, Tool, ToolCall, ToolResult
from mockgate.wire import Call

#: The rules of the design's sketch.
SKETCH = r"""
seed: 42
rules:
  - when: {user: {matches: "weather in (?P<city>\\w+)"}, offers: get_weather}
    reply:
      - reasoning: They want the weather in {{ city }}.
      - call: get_weather
        with: {city: "{{ city }}"}
  - when: {tool_result: get_weather}
    reply: It is sunny in {{ tool.city }}.
  - when: {model: claude-*}
    times: 2
    error: 529
  - when: {user: tell me a joke}
    replies: [First joke., Second joke., {error: 429, retry_after: 2s}, Third joke.]
"""


def user(text):
    return Message("user", (Text(text),))


def facts(*messages, **prompt):
    said = tuple(user(each) if isinstance(each, str) else each for each in messages)
    return Facts(Prompt("chat", prompt.pop("model", "gpt-4o"), said, **prompt), Call("POST", "/"))


class Session:
    """A script with its cursors: `say` asks it and gives the text, the error's status, or None."""

    def __init__(self, source):
        self.script = Script(load(source))
        self.cursors = Cursors()

    def find(self, *messages, **prompt):
        return self.script.find(facts(*messages, **prompt), self.cursors, Dice(0), 0.0, lambda name: f'"{name}"')

    def say(self, *messages, **prompt):
        found = self.find(*messages, **prompt)
        if found is None:
            return None
        return found.error.status if found.error else found.parts[0].text

    def many(self, count, text="hi"):
        return [self.say(text) for _ in range(count)]


def sequence(*replies, **rule):
    return Session({"rules": [{"replies": list(replies), **rule}]})


def test_an_agent_loop_goes_from_the_users_rule_to_the_results():
    session = Session(SKETCH)
    asked, tools = user("What's the weather in Paris?"), (Tool("get_weather"),)
    first = session.find(asked, tools=tools)
    call = ToolCall("get_weather", '{"city":"Paris"}')
    assert first.label == "rules[0]"
    assert first.parts == (Reasoning("They want the weather in Paris."), call)
    result = Message("tool", (ToolResult("c1", '{"city": "Paris"}', "get_weather"),))
    second = session.find(asked, Message("assistant", (call,)), result, tools=tools)
    assert (second.label, second.parts) == ("rules[1]", (Text("It is sunny in Paris."),))


def test_a_reply_speaks_of_the_parallel_result_that_its_rule_asked_for():
    results = [ToolResult("1", '{"city": "Rome"}', "get_weather"), ToolResult("2", "noon", "get_time")]
    messages = [Message("tool", (result,)) for result in results]
    assert Session(SKETCH).say("Weather?", *messages) == "It is sunny in Rome."


def test_a_rule_is_passed_over_once_it_answered_as_often_as_it_may():
    session = Session(SKETCH)
    assert [session.say("hi", model="claude-4") for _ in range(3)] == [529, 529, None]


def test_replies_come_one_after_the_other_and_the_last_again():
    session = Session(SKETCH)
    answers = session.many(5, "Tell me a JOKE")
    assert answers == ["First joke.", "Second joke.", 429, "Third joke.", "Third joke."]
    session.cursors.reset()
    assert session.say("tell me a joke") == "First joke."


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ({}, ["a", "b", "b", "b", "b"]),
        ({"at_end": "start_over"}, ["a", "b", "a", "b", "a"]),
        ({"at_end": "pass"}, ["a", "b", None, None, None]),
        ({"at_end": "start_over", "times": 3}, ["a", "b", "a", None, None]),
        ({"at_end": "pass", "times": 1}, ["a", None, None, None, None]),
    ],
)
def test_what_follows_the_last_reply_is_said_by_at_end(rule, answers):
    assert sequence("a", "b", **rule).many(5) == answers


def test_the_first_rule_that_matches_answers_and_the_others_do_not_move():
    session = Session({"rules": [{"when": {"user": "a"}, "reply": "A"}, {"replies": ["1", "2"]}]})
    assert [session.say(text) for text in ("x", "a", "a", "x")] == ["1", "A", "A", "2"]


def test_weights_are_drawn_in_their_proportion_and_the_same_again():
    replies = ["often", {"text": "seldom", "weight": 0.25}]
    drawn = sequence(*replies).many(1000)
    assert 150 < Counter(drawn)["seldom"] < 250
    assert drawn == sequence(*replies).many(1000)
    other = Session({"seed": 1, "rules": [{"replies": replies}]})
    assert drawn != other.many(1000)


def test_a_draw_is_the_same_whatever_the_prompts_were():
    replies = ["a", {"text": "b", "weight": 1}]
    session = sequence(*replies)
    assert sequence(*replies).many(20) == [session.say(f"text {number}") for number in range(20)]


def test_sessions_do_not_share_their_place_in_a_sequence():
    session = sequence("a", "b")
    session.say("hi")
    session.cursors = Cursors()
    assert session.say("hi") == "a"


def test_a_template_counts_the_answers_of_its_rule():
    assert Session({"rules": [{"reply": "No. {{ n }}"}]}).many(2) == ["No. 1", "No. 2"]


def test_a_template_that_fails_answers_with_an_error_that_names_the_rule():
    found = Session({"rules": [{"name": "weather", "reply": "{{ tool.city }}"}]}).find("hi")
    assert (found.label, found.error.status) == ('rules[0] "weather"', 500)
    assert "rules[0].reply" in found.error.message


def test_faker_speaks_the_prompts_language_and_says_the_same_again():
    def name(text):
        return Session({"rules": [{"reply": "{{ fake.name() }}"}]}).say(text)

    assert name("How are you today?") == name("How are you today?")
    assert name("How are you today?").isascii()
    assert not name("人工知能とは何ですか？").isascii()


MISSES = {
    "rules": [
        {"when": {"user": "snow", "model": "claude-*", "stream": True}, "reply": "0"},
        {"name": "weather", "when": {"user": {"contains": "weather"}, "model": "gpt-*"}, "reply": "1"},
        {"when": {"model": "gpt-*", "offers": "search", "stream": False}, "reply": "2"},
        {"when": {"user": "hello"}, "times": 1, "reply": "3"},
    ]
}


def test_the_nearest_rules_are_told_with_what_failed_in_each():
    session = Session(MISSES)
    assert session.say("hello there") == "3"
    near = session.script.nearest(facts("hello there"), session.cursors)
    assert [str(each) for each in near] == [
        "rules[3]: used up: it has answered 1 time",
        'rules[2]: offers: "search" is not among the tools on offer: none',
        'rules[1] "weather": user.contains: "weather" is not in "hello there"',
    ]


def test_explaining_tells_how_every_rule_fares_and_moves_nothing():
    session = Session(MISSES)
    for _ in range(2):
        verdicts = session.script.explain(facts("hello there"), session.cursors)
        assert [verdict.answers for verdict in verdicts] == [False, False, False, True]
    assert str(verdicts[3]) == "rules[3]: it matches"
    assert [check.path for check in islice(verdicts[0].checks, 3)] == ["model", "user.contains", "stream"]
    assert session.say("hello there") == "3"


def test_every_problem_of_every_rule_is_told_at_once():
    with pytest.raises(ScenarioError) as raised:
        Session(
            {
                "rules": [
                    {"when": {"user": {"matches": "("}}, "reply": "{{ usr }}"},
                    {"when": {"user": {"matches": "(?P<model>a)"}}, "reply": "x"},
                    {"at_end": "pass", "reply": {"text": "x", "weight": 2}},
                    {"at_end": "start_over", "replies": [{"text": "x", "weight": 2}, [{"text": "{% if"}]]},
                    {"headers": {"x-a": "{{"}, "error": 500, "message": "{{ 1"},
                ]
            }
        )
    assert [problem.path for problem in raised.value.problems] == [
        "rules[0].when.user.matches",
        "rules[0].reply",
        "rules[1].when",
        "rules[2].at_end",
        "rules[2].reply.weight",
        "rules[3].replies[1][0].text",
        "rules[3].at_end",
        "rules[4].headers.x-a",
        "rules[4].message",
    ]
    assert all(problem.suggestion for problem in raised.value.problems)
