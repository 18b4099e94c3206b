import pytest

from mockgate.edge import boot
from mockgate.edge.examples import run_examples

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
RULES = [
    {
        "name": "weather",
        "when": {"user": "weather"},
        "reply": {"call": "get_weather", "with": {"city": "Oslo", "days": 1}},
    },
    {"when": {"user": "decline"}, "reply": {"refusal": "I would rather not."}},
    {"when": {"user": "fail"}, "error": 429, "message": "Slow down."},
    {"when": {"user": "next"}, "replies": ["one", "two"]},
    {"when": {"user": "hello"}, "reply": "Hello, my friend."},
]


async def differences(*examples):
    failures = await run_examples(boot.build({"rules": RULES, "default_reply": "echo", "examples": list(examples)}))
    return [str(failure) for failure in failures]


def chat(words, **more):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": words}], **more}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("words", "expect"),
    [
        ("hello", {"text": "Hello, my friend.", "contains": ["HELLO", "friend"], "finish_reason": "stop"}),
        ("hello", {"rule": "rules[4]", "body": {"model": "gpt-4o-mini"}}),
        ("weather", {"tool": "get_weather", "arguments": {"city": "Oslo", "days": 1}, "rule": "weather"}),
        ("weather", {"finish_reason": "tool_calls", "rule": 'rules[0] "weather"'}),
        (
            "weather",
            {"body": {"choices": [{"message": {"tool_calls": [{"function": {"name": "get_weather"}}]}}]}},
        ),
        ("decline", {"text": "I would rather not."}),
        ("fail", {"status": 429, "contains": "slow", "rule": "rules[2]"}),
        ("say it back", {"text": "say it back", "rule": "default: echo"}),
    ],
)
async def test_an_example_that_tells_the_truth_holds_whole_and_streamed(words, expect, stream):
    request = chat(words, stream=stream, tools=[TOOL])
    assert await differences({"request": request, "expect": expect}) == []


@pytest.mark.parametrize(
    ("words", "expect", "told"),
    [
        ("hello", {"text": "Bye."}, 'the text is "Hello, my friend.", not "Bye."'),
        ("hello", {"contains": "bye"}, 'the text is "Hello, my friend.", which does not contain "bye"'),
        ("hello", {"status": 429}, 'the status is 200, not 429, saying "Hello, my friend."'),
        ("hello", {"rule": "rules[1]"}, "rules[4] answered, not rules[1]"),
        ("hello", {"finish_reason": "length"}, "the finish reason is stop, not length"),
        (
            "hello",
            {"tool": "get_weather"},
            'the tools called are none, saying "Hello, my friend.", not get_weather',
        ),
        ("hello", {"arguments": {}}, "the arguments are of no call, not {}"),
        ("hello", {"body": {"model": "gpt-9"}}, 'body.model is "gpt-4o-mini", not "gpt-9"'),
        ("hello", {"body": {"nonsense": 1}}, "body.nonsense is missing"),
        ("weather", {"arguments": {"city": "Oslo"}}, 'not {"city":"Oslo"}'),
        ("weather", {"arguments": {"city": "Oslo", "days": True}}, 'not {"city":"Oslo","days":true}'),
    ],
)
async def test_a_failure_names_the_example_and_the_difference(words, expect, told):
    [failure] = await differences({"name": "mine", "request": chat(words, tools=[TOOL]), "expect": expect})
    assert failure.startswith('examples[0] "mine": ')
    assert told in failure


async def test_every_difference_of_an_example_is_told():
    [failure] = await differences({"user": "hello", "expect": {"text": "Bye.", "rule": "weather", "status": 500}})
    assert failure.count("; ") == 2


async def test_examples_share_a_session_in_order_and_every_run_starts_anew():
    examples = [{"user": "next", "expect": {"text": text}} for text in ("one", "two", "two")]
    gateway = boot.build({"rules": RULES, "examples": examples})
    assert await run_examples(gateway) == []
    assert await run_examples(gateway) == []


async def test_an_example_may_ask_any_path_with_headers_of_its_own():
    examples = [
        {"path": "/v1/models/gpt-4o-mini", "method": "GET", "request": {}, "expect": {"body": {"object": "model"}}},
        {
            "path": "/v1/models",
            "method": "GET",
            "request": {},
            "headers": {"Authorization": "nonsense"},
            "expect": {"status": 401},
        },
    ]
    assert await differences(*examples) == []


async def test_the_choices_of_a_stream_are_put_together_one_by_one():
    expect = {"body": {"choices": [{"index": index, "message": {"content": "Hello, my friend."}} for index in (0, 1)]}}
    assert await differences({"request": chat("hello", stream=True, n=2), "expect": expect}) == []
