import msgspec
import pytest

from mockgate.rules import Facts, compile_when
from mockgate.scenario import When
from mockgate.turn import Message, Prompt, Text, Tool, ToolCall, ToolResult
from mockgate.wire import Call

SYSTEM = Message("system", (Text("You are a travel agent."),))
ASKED = Message("user", (Text("What is the   Weather\nin Paris?"),))
CALLED = Message("assistant", (ToolCall("get_weather", "{}", "c1"), ToolCall("get_time", "{}", "c2")))
RESULTS = (
    Message("tool", (ToolResult("c1", '{"sky": "clear"}', "get_weather"),)),
    Message("tool", (ToolResult("c2", "noon", "get_time"),)),
)
WEATHER = Tool("get_weather")


def facts(*messages, body=None, headers=None, key="sk-alice", number=1, **prompt):
    raw = b"" if body is None else msgspec.json.encode(body)
    call = Call("POST", "/v1/chat/completions", headers=headers or {}, raw=raw)
    made = Prompt("chat", prompt.pop("model", "gpt-4o"), messages or (SYSTEM, ASKED), **prompt)
    return Facts(made, call, key, number)


def matcher(when):
    problems = []
    found = compile_when(msgspec.convert(when, When), "rules[0].when", problems)
    assert problems == []
    return found


def problems_of(when):
    problems = []
    compile_when(msgspec.convert(when, When), "rules[3].when", problems)
    return problems


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ({}, True),
        ({"model": "gpt-*"}, True),
        ({"model": "GPT-*"}, False),
        ({"model": ["claude-*", "gpt-4o"]}, True),
        ({"model": "gpt-4"}, False),
        ({"family": ["messages", "chat"]}, True),
        ({"key": "sk-a*"}, True),
        ({"user": "the weather in"}, True),
        ({"user": "WEATHER"}, True),
        ({"user": "travel"}, False),
        ({"user": {"contains": ["snow", "weather"]}}, True),
        ({"user": {"equals": "what is the weather in paris?"}}, True),
        ({"user": {"equals": "weather"}}, False),
        ({"user": {"starts_with": "what is", "ends_with": ["rome?", "paris?"]}}, True),
        ({"user": {"starts_with": "what is", "ends_with": "rome?"}}, False),
        ({"user": {"matches": "weather"}}, False),
        ({"user": {"matches": "(?i)weather"}}, True),
        ({"user": {}}, True),
        ({"system": "travel agent"}, True),
        ({"message": "travel"}, True),
        ({"message": {"role": "user", "contains": "travel"}}, False),
        ({"message": {"contains": "travel", "ends_with": "paris?"}}, False),
        ({"offers": "get_*"}, True),
        ({"offers": ["search", "buy"]}, False),
        ({"tool_result": True}, False),
        ({"tool_result": False}, True),
        ({"turn": 1, "call": 1, "stream": False}, True),
        ({"turn": 2}, False),
        ({"call": {"at_least": 2}}, False),
        ({"call": {"at_most": 2}}, True),
        ({"stream": True}, False),
        ({"any": [{"user": "snow"}, {"model": "gpt-*"}]}, True),
        ({"any": [{"user": "snow"}, {"model": "claude-*"}]}, False),
        ({"all": [{"user": "weather"}, {"user": "paris"}]}, True),
        ({"not": {"user": "weather", "model": "claude-*"}}, True),
        ({"not": {"user": "weather", "model": "gpt-*"}}, False),
    ],
)
def test_a_when_holds_or_not_and_says_the_same_when_it_explains(when, held):
    made, asked = matcher(when), facts(tools=(WEATHER,))
    assert (made.match(asked) is not None) is held
    assert all(check.held for check in made.explain(asked)) is held


@pytest.mark.parametrize(
    ("header", "held"),
    [
        ({"X-Tenant": "acme-*"}, True),
        ({"x-tenant": "acme"}, False),
        ({"X-Tenant": True, "X-Other": False}, True),
        ({"X-Tenant": False}, False),
        ({"X-Other": True}, False),
        ({"X-Tenant": {"starts_with": "ACME"}}, True),
    ],
)
def test_a_header_is_found_by_its_name_in_any_case(header, held):
    assert (matcher({"header": header}).match(facts(headers={"x-tenant": "acme-1"})) is not None) is held


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ({"$.temperature": 0}, True),
        ({"$.temperature": False}, False),
        ({"$.messages[*].role": "user"}, True),
        ({"$.messages[?@.role == 'user'].content": "hi"}, True),
        ({"$.metadata": {"run": [1, True]}}, True),
        ({"$.metadata": {"run": [1, 1]}}, False),
        ({"$.missing": None}, False),
    ],
)
def test_a_json_path_finds_a_value_in_the_body(body, held):
    sent = {
        "temperature": 0.0,
        "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "hi"}],
        "metadata": {"run": [1, True]},
    }
    assert (matcher({"body": body}).match(facts(body=sent)) is not None) is held


def test_a_body_that_is_no_json_matches_no_path():
    assert matcher({"body": {"$.temperature": 0}}).match(facts()) is None


def test_groups_are_captured_by_name_and_by_number_from_every_criterion():
    when = {"user": {"matches": r"in (?P<city>\w+)(!)?"}, "all": [{"system": {"matches": r"(?P<job>\w+) agent"}}]}
    assert matcher(when).match(facts()) == {"1": "travel", "2": "", "city": "Paris", "job": "travel"}


def test_user_is_silent_once_the_newest_message_is_not_the_users():
    asked = facts(ASKED, CALLED, *RESULTS)
    made = matcher({"user": "weather"})
    assert made.match(asked) is None
    assert "the newest message is not the user's" in str(made.explain(asked)[0])
    assert matcher({"message": {"role": "user", "contains": "weather"}}).match(asked) is not None
    assert asked.question == "What is the   Weather\nin Paris?"


def test_user_messages_that_end_the_conversation_are_one():
    more = Message("user", (Text("And in Rome?"),))
    made = matcher({"user": {"starts_with": "what is", "ends_with": "paris? and in rome?"}})
    assert made.match(facts(ASKED, CALLED, ASKED, more)) is not None


def test_a_tool_result_inside_a_users_message_is_not_the_users_words():
    mixed = Message("user", (ToolResult("c1", "sunny", "get_weather"), Text("weather, then")))
    assert matcher({"user": "weather"}).match(facts(mixed)) is None
    assert matcher({"tool_result": "get_weather"}).match(facts(mixed)) is not None


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (True, True),
        (False, False),
        ("get_weather", True),
        ("get_*", True),
        ("search", False),
        ({"tool": "get_time", "contains": "NOON"}, True),
        ({"tool": "get_weather", "contains": "noon"}, False),
        ({"matches": '"sky": "(?P<sky>[a-z]+)"'}, True),
    ],
)
def test_any_of_the_results_of_parallel_calls_may_be_the_one_asked_for(asked, held):
    assert (matcher({"tool_result": asked}).match(facts(ASKED, CALLED, *RESULTS)) is not None) is held


def test_a_reply_speaks_of_the_result_its_rule_asked_for_else_of_the_newest():
    asked = facts(ASKED, CALLED, *RESULTS)
    assert matcher({"tool_result": "get_weather"}).result(asked).tool == "get_weather"
    assert matcher({}).result(asked).tool == "get_time"
    assert matcher({}).result(facts()) is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"user": {"contains": "rain"}}, 'user.contains: "rain" is not in "What is the Weather in Paris?"'),
        ({"user": {"contains": ["rain", "hail"]}}, 'user.contains: "rain" or "hail" is not in "What is'),
        ({"user": {"matches": "rain"}}, 'user.matches: /rain/ is not found in "What is'),
        ({"model": "claude-*"}, 'model: "claude-*" does not fit "gpt-4o"'),
        ({"offers": "search"}, 'offers: "search" is not among the tools on offer: none'),
        ({"turn": {"at_least": 2, "at_most": 3}}, "turn: at least 2 and at most 3 is asked for, but it is 1"),
        ({"stream": True}, "stream: true is not false"),
        ({"tool_result": "x"}, 'tool_result.tool: "x" is asked for, but the newest message is no tool result'),
        ({"header": {"X-A": True}}, "header.X-A: something is asked for, but the header is absent"),
        ({"body": {"$.n": 2}}, 'body["$.n"]: 2 is not among what is found: 1'),
        ({"any": [{"model": "a"}, {"key": "b"}]}, 'any[1].key: "b" does not fit "sk-alice"'),
        ({"not": {"user": "paris"}}, 'not: this must not hold, but it does: not.user.contains: "paris" is in'),
    ],
)
def test_a_criterion_that_fails_says_what_was_asked_and_what_came(when, said):
    failed = [str(check) for check in matcher(when).explain(facts(body={"n": 1})) if not check.held]
    assert any(line.startswith(said) for line in failed), failed


def test_what_came_is_shortened_to_a_line():
    [check] = matcher({"user": "rain"}).explain(facts(Message("user", (Text("word\n" * 1000),))))
    assert len(check.got) <= 80
    assert check.got.endswith('..."')


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ({"user": {"matches": "(city"}}, "rules[3].when.user.matches"),
        ({"any": [{}, {"system": {"matches": "[a"}}]}, "rules[3].when.any[1].system.matches"),
        ({"body": {"messages[0]": 1}}, 'rules[3].when.body["messages[0]"]'),
        ({"model": []}, "rules[3].when.model"),
        ({"any": []}, "rules[3].when.any"),
        ({"user": {"contains": []}}, "rules[3].when.user.contains"),
        ({"turn": {"at_least": 3, "at_most": 2}}, "rules[3].when.turn"),
    ],
)
def test_what_can_never_match_is_a_problem_with_its_path_and_advice(when, path):
    [problem] = problems_of(when)
    assert problem.path == path
    assert problem.suggestion


def test_every_problem_is_found_at_once():
    assert len(problems_of({"user": {"matches": "("}, "body": {"x": 1, "$[": 1}})) == 3
