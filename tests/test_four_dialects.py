"""One scenario over chat, responses, messages and gemini: the same words, the same calls, the same tokens."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from mockgate.wire import Frame, Json, Sse

MODEL = "gpt-4o-mini"
PURPOSE = "Current weather of a city"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SKY = '{"sky":"clear"}'
ID = "call_" + "0123456789" * 2 + "abcd"
CALL = {"name": "get_weather", "arguments": '{"city":"Oslo"}'}

RULES = [
    {"when": {"user": {"equals": "ping"}}, "reply": "pong"},
    {
        "when": {"user": {"matches": r"weather in (?P<city>\w+)"}, "offers": "get_weather"},
        "reply": [{"text": "Let me check."}, {"call": "get_weather", "with": {"city": "{{ city }}"}}],
    },
    {"when": {"tool_result": "get_weather"}, "reply": "It is {{ tool.sky }} in Oslo."},
    {"when": {"message": {"role": "system", "contains": "pirate"}}, "reply": "Arr."},
    {"when": {"user": "count"}, "reply": " ".join(["more"] * 20)},
    {"when": {"user": "think"}, "reply": [{"reasoning": "Let me see."}, {"text": "Done."}]},
]


class Asked(NamedTuple):
    """A conversation in no dialect: what the user says, what stands above it, and whether a call was answered."""

    user: str
    system: str = ""
    tools: bool = False
    answered: bool = False
    most: int = 200


class Answered(NamedTuple):
    """What an answer says in no dialect, and the tokens of prompt and answer."""

    text: str
    calls: list[tuple[str, Any]]
    input: int
    output: int


class Dialect(NamedTuple):
    """How a conversation is asked, whole or streamed, and how its whole answer and its stream are read."""

    ask: Callable[[Asked, bool], tuple[str, dict[str, Any]]]
    whole: Callable[[Any], Answered]
    streamed: Callable[[list[Any]], Answered]


def _chat(asked: Asked, stream: bool) -> tuple[str, dict[str, Any]]:
    messages: list[Any] = [{"role": "system", "content": asked.system}] if asked.system else []
    messages.append({"role": "user", "content": asked.user})
    if asked.answered:
        messages.append({"role": "assistant", "tool_calls": [{"id": ID, "type": "function", "function": CALL}]})
        messages.append({"role": "tool", "tool_call_id": ID, "content": SKY})
    tool = {"type": "function", "function": {"name": "get_weather", "description": PURPOSE, "parameters": SCHEMA}}
    more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    body = {"model": MODEL, "messages": messages, "max_completion_tokens": asked.most, **more}
    return "/v1/chat/completions", body | ({"tools": [tool]} if asked.tools else {})


def _of_chat(body: Any) -> Answered:
    said, used = body["choices"][0]["message"], body["usage"]
    calls = [call["function"] for call in said.get("tool_calls", ())]
    return Answered(said["content"] or "", _decoded(calls), used["prompt_tokens"], used["completion_tokens"])


def _of_chat_stream(chunks: list[Any]) -> Answered:
    text, calls = "", []
    for delta in (choice["delta"] for chunk in chunks for choice in chunk["choices"]):
        text += delta.get("content") or ""
        for call in delta.get("tool_calls", ()):
            if "name" in call["function"]:
                calls.append({**call["function"], "arguments": ""})
            calls[-1]["arguments"] += call["function"].get("arguments", "")
    used = chunks[-1]["usage"]
    return Answered(text, _decoded(calls), used["prompt_tokens"], used["completion_tokens"])


def _responses(asked: Asked, stream: bool) -> tuple[str, dict[str, Any]]:
    items: list[Any] = [{"role": "user", "content": asked.user}]
    if asked.answered:
        items.append({"type": "function_call", "call_id": ID, **CALL})
        items.append({"type": "function_call_output", "call_id": ID, "output": SKY})
    tool = {"type": "function", "name": "get_weather", "description": PURPOSE, "parameters": SCHEMA, "strict": False}
    body = {"model": MODEL, "input": items, "max_output_tokens": asked.most, "stream": stream}
    more = {"instructions": asked.system} if asked.system else {}
    return "/v1/responses", body | more | ({"tools": [tool]} if asked.tools else {})


def _of_response(body: Any) -> Answered:
    said, used = body["output"], body["usage"]
    text = "".join(part["text"] for item in said if item["type"] == "message" for part in item["content"])
    calls = [item for item in said if item["type"] == "function_call"]
    return Answered(text, _decoded(calls), used["input_tokens"], used["output_tokens"])


def _of_response_stream(events: list[Any]) -> Answered:
    final = _of_response(events[-1]["response"])
    text = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    return final._replace(text=text)


def _messages(asked: Asked, stream: bool) -> tuple[str, dict[str, Any]]:
    messages: list[Any] = [{"role": "user", "content": asked.user}]
    if asked.answered:
        used = {"type": "tool_use", "id": ID, "name": "get_weather", "input": {"city": "Oslo"}}
        messages.append({"role": "assistant", "content": [used]})
        result = {"type": "tool_result", "tool_use_id": ID, "content": SKY}
        messages.append({"role": "user", "content": [result]})
    tool = {"name": "get_weather", "description": PURPOSE, "input_schema": SCHEMA}
    body = {"model": MODEL, "messages": messages, "max_tokens": asked.most, "stream": stream}
    more = {"system": asked.system} if asked.system else {}
    return "/v1/messages", body | more | ({"tools": [tool]} if asked.tools else {})


def _of_message(body: Any) -> Answered:
    text = "".join(block["text"] for block in body["content"] if block["type"] == "text")
    calls = [(block["name"], block["input"]) for block in body["content"] if block["type"] == "tool_use"]
    return Answered(text, calls, body["usage"]["input_tokens"], body["usage"]["output_tokens"])


def _of_message_stream(events: list[Any]) -> Answered:
    text, calls, used = "", [], {}
    for event in events:
        match event:
            case {"content_block": {"type": "tool_use", "name": name}}:
                calls.append({"name": name, "arguments": ""})
            case {"delta": {"type": "text_delta", "text": piece}}:
                text += piece
            case {"delta": {"type": "input_json_delta", "partial_json": piece}}:
                calls[-1]["arguments"] += piece
            case {"type": "message_delta"}:
                used = event["usage"]
    return Answered(text, _decoded(calls), used["input_tokens"], used["output_tokens"])


def _gemini(asked: Asked, stream: bool) -> tuple[str, dict[str, Any]]:
    contents: list[Any] = [{"role": "user", "parts": [{"text": asked.user}]}]
    if asked.answered:
        called = {"functionCall": {"name": "get_weather", "args": {"city": "Oslo"}, "id": ID}}
        given = {"functionResponse": {"name": "get_weather", "response": {"sky": "clear"}, "id": ID}}
        contents += [{"role": "model", "parts": [called]}, {"role": "user", "parts": [given]}]
    tool = {"name": "get_weather", "description": PURPOSE, "parametersJsonSchema": SCHEMA}
    body = {"contents": contents, "generationConfig": {"maxOutputTokens": asked.most}}
    more = {"systemInstruction": {"parts": [{"text": asked.system}]}} if asked.system else {}
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    tools = {"tools": [{"functionDeclarations": [tool]}]} if asked.tools else {}
    return f"/v1beta/models/{MODEL}:{method}", body | more | tools


def _of_contents(*bodies: Any) -> Answered:
    contents = [body["candidates"][0]["content"] for body in bodies]
    parts = [part for content in contents for part in content.get("parts", ())]
    calls = [(part["functionCall"]["name"], part["functionCall"]["args"]) for part in parts if "functionCall" in part]
    used = bodies[-1]["usageMetadata"]
    output = used.get("candidatesTokenCount", 0) + used.get("thoughtsTokenCount", 0)
    text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    return Answered(text, calls, used["promptTokenCount"], output)


def _decoded(calls: list[Any]) -> list[tuple[str, Any]]:
    return [(call["name"], msgspec.json.decode(call["arguments"])) for call in calls]


DIALECTS = {
    "chat": Dialect(_chat, _of_chat, _of_chat_stream),
    "responses": Dialect(_responses, _of_response, _of_response_stream),
    "messages": Dialect(_messages, _of_message, _of_message_stream),
    "gemini": Dialect(_gemini, _of_contents, lambda chunks: _of_contents(*chunks)),
}


@pytest.fixture
def answers(gw, ask):
    """Ask one thing over every dialect, whole and streamed, each of a gateway of its own."""

    async def over_all(asked: Asked) -> dict[str, Answered]:
        found = {}
        for name, dialect in DIALECTS.items():
            for stream in (False, True):
                gateway = gw(rules=RULES, prompt_cache=False)
                exchange = await ask(gateway, "POST", *dialect.ask(asked, stream))
                said = _read(dialect, exchange.answer)
                totals = gateway.session().totals
                assert (totals.input, totals.output) == (said.input, said.output), name
                found[f"{name}, {'streamed' if stream else 'whole'}"] = said
        return found

    return over_all


def _read(dialect: Dialect, answer: Any) -> Answered:
    if isinstance(answer, Json):
        assert answer.status == 200, answer.body
        return dialect.whole(msgspec.json.decode(answer.body))
    assert isinstance(answer, Sse)
    data = [frame.data for frame in answer.frames if isinstance(frame, Frame)]
    return dialect.streamed([msgspec.json.decode(each) for each in data if each != b"[DONE]"])


@pytest.mark.parametrize(
    ("asked", "text", "calls"),
    [
        (Asked("ping"), "pong", []),
        (Asked("Hello", system="Speak like a pirate."), "Arr.", []),
        (Asked("The weather in Oslo", tools=True), "Let me check.", [("get_weather", {"city": "Oslo"})]),
        (Asked("The weather in Oslo", tools=True, answered=True), "It is clear in Oslo.", []),
        (Asked("think"), "Done.", []),
        (Asked("count", most=16), " ".join(["more"] * 16), []),
    ],
)
async def test_a_scenario_says_and_counts_the_same_in_every_dialect(answers, asked, text, calls):
    found = await answers(asked)
    chat = found["chat, whole"]
    assert (chat.text, chat.calls) == (text, calls)
    assert found == dict.fromkeys(found, chat)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("Why is the sky blue?", system="Be brief."),
        Asked("Why is the sky blue?", most=16),
        Asked("How warm is it in Rome? Look up the weather.", tools=True),
        Asked("Is it sunny?", tools=True, answered=True),
    ],
)
async def test_what_no_rule_says_is_made_up_the_same_in_every_dialect(answers, asked):
    found = await answers(asked)
    assert found == dict.fromkeys(found, found["chat, whole"])
    assert found["chat, whole"].output > 0
