import msgspec
import pytest

USER = {"role": "user", "content": "Hello"}
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def body(*messages, **more):
    return {"model": "claude-sonnet-4-5", "max_tokens": 500, "messages": list(messages) or [USER], **more}


async def answer(ask, gateway, *messages, path="/v1/messages", **more):
    exchange = await ask(gateway, "POST", path, body(*messages, **more))
    return msgspec.json.decode(exchange.answer.body)


async def refused(ask, gateway, *messages, **more):
    found = await answer(ask, gateway, *messages, **more)
    assert found["type"] == "error"
    return found["error"]["type"], found["error"]["message"]


@pytest.mark.parametrize("text", ["Why is the sky blue?", "Write a haiku", "What is the weather in Oslo?"])
@pytest.mark.parametrize("thinking", [False, True])
async def test_chat_and_messages_say_the_same(gw, ask, say, text, thinking):
    gateway = gw()
    effort = {"reasoning_effort": "low"} if thinking else {}
    function = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}
    more = {"tools": [{"name": "get_weather", "input_schema": WEATHER}]}
    if thinking:
        more |= {"max_tokens": 3000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    chat = await say(gateway, text, model="claude-sonnet-4-5", max_tokens=3000, tools=[function], **effort)
    message = await answer(ask, gateway, {"role": "user", "content": text}, **more)
    said = chat["choices"][0]["message"]
    blocks = {block["type"]: block for block in message["content"]}
    assert blocks.get("text", {}).get("text") == said["content"]
    assert blocks.get("thinking", {}).get("thinking") == said.get("reasoning_content")
    calls = [msgspec.json.decode(call["function"]["arguments"]) for call in said.get("tool_calls", ())]
    assert [block["input"] for block in message["content"] if block["type"] == "tool_use"] == calls
    assert message["usage"]["input_tokens"] == chat["usage"]["prompt_tokens"]
    assert message["usage"]["output_tokens"] == chat["usage"]["completion_tokens"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"system": "Be brief."},
        {"tools": [{"name": "get_weather", "input_schema": WEATHER}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "http://a.b"}}]}
            ]
        },
    ],
)
async def test_what_is_counted_is_what_is_used(gw, ask, more):
    gateway = gw()
    told = await answer(ask, gateway, path="/v1/messages/count_tokens", **more)
    used = (await answer(ask, gateway, **more))["usage"]
    assert told == {"input_tokens": used["input_tokens"]}


async def test_counting_is_free(gw, ask):
    gateway = gw(keys={"sk-test-0123456789": {"balance": 0}})
    assert "input_tokens" in await answer(ask, gateway, path="/v1/messages/count_tokens")
    assert (await refused(ask, gateway))[0] == "billing_error"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Hi", "end_turn"),
        ({"text": "Hi", "finish_reason": "length"}, "max_tokens"),
        ({"call": "now", "with": {}}, "tool_use"),
        ({"refusal": "No."}, "refusal"),
        ({"text": "Hi", "finish_reason": "content_filter"}, "refusal"),
        ({"text": "Hi", "finish_reason": "pause_turn"}, "pause_turn"),
        ({"text": "Hi", "finish_reason": "model_context_window_exceeded"}, "model_context_window_exceeded"),
    ],
)
async def test_every_stop_reason_can_be_scripted_and_chat_has_a_word_for_it(gw, ask, say, reply, reason):
    gateway = gw(rules=[{"reply": reply}])
    assert (await answer(ask, gateway))["stop_reason"] == reason
    word = (await say(gateway))["choices"][0]["finish_reason"]
    assert word in {"stop", "length", "tool_calls", "content_filter"}


async def test_a_limit_and_a_stop_sequence_are_obeyed(gw, ask):
    gateway = gw(rules=[{"reply": "one two three four"}])
    cut = await answer(ask, gateway, max_tokens=2)
    assert (cut["content"][0]["text"], cut["stop_reason"]) == ("one two", "max_tokens")
    assert cut["usage"]["output_tokens"] == 2
    stopped = await answer(ask, gateway, stop_sequences=["three"])
    assert (stopped["stop_reason"], stopped["stop_sequence"]) == ("stop_sequence", "three")
    assert stopped["content"] == [{"type": "text", "text": "one two "}]


@pytest.mark.parametrize(
    ("more", "kind", "message"),
    [
        ({"model": "nope"}, "not_found_error", "model: nope"),
        ({"model": "text-embedding-3-small"}, "not_found_error", "model: text-embedding-3-small"),
        (
            {"max_tokens": 64_001},
            "invalid_request_error",
            "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5",
        ),
        (
            {"temperature": 0.5, "top_p": 0.5},
            "invalid_request_error",
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        ),
        (
            {"model": "claude-sonnet-4-6", "messages": [USER, {"role": "assistant", "content": "So"}]},
            "invalid_request_error",
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ),
        ({"messages": [{"role": "user", "content": "[[mock: 529]]"}]}, "overloaded_error", "Overloaded"),
    ],
)
async def test_a_refusal_is_worded_as_anthropic_does(gw, ask, more, kind, message):
    assert await refused(ask, gw(unknown_models="refuse"), **more) == (kind, message)


async def test_a_prompt_too_long_is_told_in_tokens(gw, ask):
    gateway = gw(models=[{"id": "tiny", "context": 10}])
    kind, message = await refused(ask, gateway, {"role": "user", "content": "word " * 20}, model="tiny")
    assert kind == "invalid_request_error"
    assert message.startswith("prompt is too long: ")
    assert message.endswith(" tokens > 10 maximum")


async def test_older_models_go_on_from_a_prefill(gw, ask):
    message = await answer(ask, gw(), USER, {"role": "assistant", "content": "The answer is"})
    assert message["stop_reason"] == "end_turn"


async def test_any_chat_model_may_be_asked(gw, ask):
    assert (await answer(ask, gw(rules=[{"reply": "Hi"}]), model="gpt-4o"))["content"][0]["text"] == "Hi"


async def test_the_cipher_of_the_guide_makes_thoughts_secret(gw, ask):
    gateway = gw(rules=[{"reply": [{"reasoning": "Hm"}, {"text": "Hi"}]}])
    magic = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9"
    message = await answer(ask, gateway, {"role": "user", "content": magic})
    assert [block["type"] for block in message["content"]] == ["redacted_thinking", "text"]


async def test_a_dropped_end_is_a_stream_without_message_stop(gw, ask):
    gateway = gw(faults=[{"do": "no_done"}])
    exchange = await ask(gateway, "POST", "/v1/messages", body(stream=True))
    assert [frame.event for frame in exchange.answer.frames][-1] == "message_delta"


async def test_headers_are_anthropics(gw, ask):
    gateway = gw(keys={"sk-test-0123456789": {"limits": {"requests": "5/min"}}})
    exchange = await ask(gateway, "POST", "/v1/messages", body(), x_api_key="sk-test-0123456789")
    headers = exchange.answer.headers
    assert headers["request-id"].startswith("req_")
    assert headers["anthropic-ratelimit-requests-remaining"] == "4"
    assert headers["anthropic-ratelimit-requests-reset"].startswith("2025-01-01T")


async def test_a_thread_goes_on_with_all_that_was_said_and_offered_before(gw, ask):
    gateway = gw(rules=[{"when": {"tool_result": "now"}, "reply": "It is noon."}, {"reply": {"call": "now"}}])
    tools = [{"name": "now", "input_schema": {"type": "object"}}]
    first = await answer(ask, gateway, tools=tools, thread={"type": "create"})
    result = {"type": "tool_result", "tool_use_id": first["content"][0]["id"], "content": "12:00"}
    thread = {"type": "continue", "previous_message_id": first["id"]}
    said = {"role": "user", "content": [result]}
    counted = await answer(ask, gateway, said, thread=thread, path="/v1/messages/count_tokens")
    second = await answer(ask, gateway, said, thread=thread)
    assert counted == {"input_tokens": second["usage"]["input_tokens"]}
    assert second["content"][0]["text"] == "It is noon."
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"] + first["usage"]["output_tokens"]


async def test_a_thread_that_there_is_not_is_told_by_its_code(gw, ask):
    found = await answer(ask, gw(), thread={"type": "continue", "previous_message_id": "msg_x"})
    assert (found["error"]["type"], found["error"]["details"]) == (
        "not_found_error",
        {"error_code": "thread_not_found"},
    )


async def test_an_error_in_the_middle_of_a_stream_names_the_request(gw, ask):
    gateway = gw(faults=[{"error": 529, "after": "1 token"}])
    exchange = await ask(gateway, "POST", "/v1/messages", body(stream=True))
    error = next(frame.data for frame in exchange.answer.frames if frame.event == "error")
    assert msgspec.json.decode(error)["request_id"] == exchange.request_id
