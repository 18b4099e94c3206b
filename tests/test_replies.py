import pytest

from mockgate.errors import ScenarioError
from mockgate.placeholders import PIXEL_URL
from mockgate.rng import Dice
from mockgate.rules import Facts
from mockgate.scenario import Pace, UsageOverride, load
from mockgate.script import Cursors, Script
from mockgate.turn import Audio, Image, Message, Prompt, Reasoning, Refusal, Text, Tool, ToolCall
from mockgate.wire import Call


def found(reply=None, tools=(), **rule):
    """What a scenario of one rule answers to "Hello"."""
    answer = {} if reply is None else {"reply": reply}
    script = Script(load({"paces": {"slow": {"first_token": "2s"}}, "rules": [{**answer, **rule}]}))
    prompt = Prompt("chat", "gpt-4o", (Message("user", (Text("Hello"),)),), tools)
    return script.find(Facts(prompt, Call("POST", "/")), Cursors(), Dice(0), 0.0, lambda name: f'{{"for":"{name}"}}')


def again(script, facts, cursors):
    return script.find(facts, cursors, Dice(0), 0.0, str)


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        ("Hi.", [Text("Hi.")]),
        ("", [Text("")]),
        ("{{ user }}!", [Text("Hello!")]),
        ([{"text": "b"}, {"reasoning": "a {{ n }}"}], [Text("b"), Reasoning("a 1")]),
        ({"parts": [{"refusal": "No."}, {"audio": "{{ user }}"}]}, [Refusal("No."), Audio(transcript="Hello")]),
        ({"text": "b", "reasoning": "a"}, [Reasoning("a"), Text("b")]),
        ({"json": {"b": [1, "{{ n }}"], "a": None}}, [Text('{"b":[1,1],"a":null}')]),
        ({"json": "{{ user }}"}, [Text('"Hello"')]),
        ({"json": [True, "ä"]}, [Text('[true,"ä"]')]),
        ({"json": "{{ [3, 1] | sort }}"}, [Text("[1,3]")]),
        ({"json": {"all": "{{ [1, 2] | map('abs') }}"}}, [Text('{"all":[1,2]}')]),
    ],
)
def test_a_reply_is_its_parts_in_order(reply, parts):
    assert found(reply).parts == tuple(parts)


@pytest.mark.parametrize(
    ("with_", "arguments"),
    [
        ({"z": 1, "a": {"city": "{{ user }}", "n": "{{ n }}"}}, '{"z":1,"a":{"city":"Hello","n":1}}'),
        ({}, "{}"),
        ('{"city": "Par', '{"city": "Par'),
        ("SELECT {{ n }}", "SELECT 1"),
        ("{{ {'made': user} }}", '{"made":"Hello"}'),
        (None, '{"for":"look"}'),
    ],
)
def test_a_calls_arguments_are_json_or_text_as_it_is_or_made_to_fit(with_, arguments):
    part = {"call": "look", "id": "call_1"} | ({} if with_ is None else {"with": with_})
    assert found([part]).parts == (ToolCall("look", arguments, "call_1"),)


def test_a_call_of_a_custom_tool_is_a_custom_call():
    tools = (Tool("look", schema={}), Tool("sql", custom=True))
    calls = found([{"call": "sql", "with": "SELECT 1"}, {"call": "look"}], tools).parts
    assert [(call.name, call.custom) for call in calls] == [("sql", True), ("look", False)]


@pytest.mark.parametrize("source", ["echo", "synthetic"])
def test_a_reply_may_be_left_to_a_default(source):
    answer = found({source: True, "finish_reason": "length"})
    assert (answer.source, answer.parts, answer.finish) == (source, (), "length")


def test_a_replys_own_manner_wins_over_its_rules():
    rule = {"finish_reason": "length", "pace": "slow", "usage": {"input": 5}, "headers": {"x-a": "1", "x-b": "1"}}
    plain = found("Hi.", **rule)
    assert (plain.finish, plain.pace, plain.usage) == ("length", "slow", UsageOverride(input=5))
    assert plain.headers == {"x-a": "1", "x-b": "1"}
    own = found(
        {"text": "Hi.", "finish_reason": "stop", "pace": {"first_token": 1}, "headers": {"x-b": "{{ n }}"}}, **rule
    )
    assert (own.finish, own.pace, own.usage) == ("stop", Pace(first_token=1), UsageOverride(input=5))
    assert own.headers == {"x-a": "1", "x-b": "1"}


def test_a_header_cannot_be_broken_by_what_fills_it():
    assert found("Hi.", headers={"x-a": "{{ 'a\\r\\nx-evil: é' }}"}).headers == {"x-a": "a x-evil: ?"}


def test_an_error_has_the_words_it_is_given():
    error = found(
        error=404, message="No {{ user }}.", type="t", code="c", param="model", headers={"x-a": "{{ n }}"}
    ).error
    assert (error.status, error.message, error.type, error.code) == (404, "No Hello.", "t", "c")
    assert (error.param, error.headers) == ("model", {"x-a": "1"})


@pytest.mark.parametrize(
    ("status", "code"), [(429, "rate_limit_exceeded"), (529, "overloaded"), (418, None), (599, None)]
)
def test_a_bare_status_is_worded_as_that_error_usually_is(status, code):
    error = found({"error": status}).error
    assert (error.status, error.code) == (status, code)
    assert error.message


@pytest.mark.parametrize(
    ("wait", "headers"),
    [
        ("2s", {"retry-after": "2"}),
        ("1500ms", {"retry-after": "2", "retry-after-ms": "1500"}),
        (0, {"retry-after": "0"}),
    ],
)
def test_a_wait_before_retrying_is_told_in_headers(wait, headers):
    assert found(error=429, retry_after=wait).error.headers == headers


def test_what_never_changes_is_made_once():
    script = Script(load({"rules": [{"reply": ["Hi."][0]}]}))
    facts = Facts(Prompt("chat", "gpt-4o", (Message("user", (Text("Hello"),)),)), Call("POST", "/"))
    cursors = Cursors()
    assert again(script, facts, cursors) is again(script, facts, cursors)


def test_an_error_is_a_new_one_each_time():
    script = Script(load({"rules": [{"error": 500}]}))
    facts = Facts(Prompt("chat", "gpt-4o", (Message("user", (Text("Hello"),)),)), Call("POST", "/"))
    cursors = Cursors()
    assert again(script, facts, cursors).error is not again(script, facts, cursors).error


def test_a_reply_that_is_a_call_may_give_the_calls_id():
    assert found({"call": "look", "with": {}, "id": "call_7"}).parts == (ToolCall("look", "{}", "call_7"),)


def test_a_picture_is_looked_at_once():
    assert found({"image": PIXEL_URL}).parts == (Image(PIXEL_URL, 1, 1),)


@pytest.mark.parametrize("given", ["boat.png", "data:image/png;base64,AAAA", "data:image/png;base64,?", ""])
def test_a_picture_that_is_none_is_refused_with_how_to_give_one(given):
    with pytest.raises(ScenarioError, match=r"reply\.image: is no picture .* `image: !include boat.png`"):
        found({"image": given})


async def test_who_asks_for_words_gets_no_picture(gw, say):
    answer = await say(gw(rules=[{"reply": {"image": PIXEL_URL, "text": "Look."}}]))
    assert answer["choices"][0]["message"]["content"] == "Look."
