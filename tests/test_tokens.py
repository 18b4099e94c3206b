import asyncio
import threading

import msgspec
import pytest

from mockgate.tokens import (
    TOOL_CALL_OVERHEAD,
    InputTokens,
    Vocabulary,
    aside,
    audio_output_tokens,
    count_input,
    encoding_name,
    image_tokens,
    input_tokens,
    load,
    output_tokens,
)
from mockgate.turn import (
    Audio,
    File,
    Format,
    Image,
    Message,
    Part,
    Prompt,
    Reasoning,
    Refusal,
    Role,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)

WEATHER = Tool(
    "get_current_weather",
    "Get the current weather in a given location",
    {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {
                "type": "string",
                "description": "The unit of temperature to return",
                "enum": ["celsius", "fahrenheit"],
            },
        },
        "required": ["location"],
    },
)


def say(*parts: Part | str, role: Role = "user", name: str = "") -> Message:
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts), name)


def counted(*messages: Message, model: str = "gpt-4o", tools: tuple[Tool, ...] = ()) -> InputTokens:
    return count_input(Prompt("chat", model, messages, tools), load(encoding_name(model)))


@pytest.fixture
def o200k() -> Vocabulary:
    return load("o200k_base")


@pytest.mark.parametrize(
    ("messages", "total"),
    [
        ((), 3),
        ((say("ping"),), 8),
        ((say("ping", name="bob"),), 10),
        ((say(),), 7),
        ((say("ping"), say("pong", role="assistant"), say("ping")), 18),
        ((say("pi", "ng"),), 9),
        ((say(Refusal("No."), role="assistant"),), 9),
        ((say(ToolResult("call_1", "rain"), role="tool"),), 8),
        ((say(File("a.txt", "hello world")),), 9),
        ((say(Reasoning("hmm, hmm"), "pong", role="assistant"),), 8),
    ],
)
def test_a_chat_costs_its_words_and_what_stands_around_them(messages, total):
    assert counted(*messages) == InputTokens(total)


@pytest.mark.parametrize(("model", "total"), [("gpt-4", 129), ("gpt-4o", 124)])
def test_the_cookbooks_example_conversation_costs_what_openai_billed(model, total):
    first, second = "example_user", "example_assistant"
    pivot = "This late pivot means we don't have time to boil the ocean"
    jargon = "Let's circle back when we have more bandwidth to touch base on opportunities for increased"
    translator = "You are a helpful, pattern-following assistant that translates corporate jargon into plain"
    conversation: list[tuple[Role, str, str]] = [
        ("system", "", f"{translator} English."),
        ("system", first, "New synergies will help drive top-line growth."),
        ("system", second, "Things working well together will increase revenue."),
        ("system", first, f"{jargon} leverage."),
        ("system", second, "Let's talk later when we're less busy about how to do better."),
        (
            "user",
            "",
            f"{pivot} for the client deliverable.",
        ),
    ]
    messages = [say(text, role=role, name=name) for role, name, text in conversation]
    assert counted(*messages, model=model).total == total


@pytest.mark.parametrize(("model", "total"), [("gpt-4", 105), ("gpt-4o", 101), ("gpt-4o-mini", 101)])
def test_the_cookbooks_example_tool_costs_what_openai_billed(model, total):
    messages = (
        say("You are a helpful assistant that can answer to questions about the weather.", role="system"),
        say("What's the weather like in San Francisco?"),
    )
    assert counted(*messages, model=model, tools=(WEATHER,)).total == total


def test_inner_objects_of_a_tool_cost_too_and_each_definition_once(o200k):
    point = {"type": "object", "properties": {"x": {"type": "number"}}}
    flat = {"properties": {"a": {"type": "object"}}}
    inner = {"properties": {"a": {**point}}}
    listed = {"properties": {"a": {"type": "object", "items": {"anyOf": [point]}}}}
    defined = {"$defs": {"a": point}, "properties": {"a": {"type": "object", "$ref": "#/$defs/a"}}}
    totals = [counted(tools=(Tool("t", schema=schema),)).total for schema in (flat, inner, listed, defined)]
    assert totals[1] == totals[2] == totals[3] == totals[0] + 3 + 3 + o200k.count("x:number:")


def test_a_tools_words_count_without_a_final_dot():
    assert counted(tools=(Tool("t", "Does it."),)) == counted(tools=(Tool("t", "Does it", custom=True),))


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": []},
        {"properties": {"a": True, "b": {"type": ["string", "null"], "enum": "x", "description": 3}}},
        {"anyOf": 1, "items": [{}], "$defs": [], "additionalProperties": False},
    ],
)
def test_odd_schemas_are_counted_for_what_they_are(schema):
    assert counted(tools=(Tool("t", schema=schema),)).total >= 3 + 12 + 7


def test_a_schema_nested_deep_is_counted():
    schema: dict[str, object] = {"type": "string"}
    for _ in range(3000):
        schema = {"properties": {"a": schema}}
    assert counted(tools=(Tool("t", schema=schema),)).total > 3000 * 6


def test_the_schema_of_a_structured_answer_costs_its_json(o200k):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    plain = Prompt("chat", "gpt-4o", (say("ping"),))
    strict = msgspec.structs.replace(plain, format=Format("json_schema", "person", schema))
    cost = o200k.count('{"type":"object","properties":{"name":{"type":"string"}}}')
    assert count_input(strict, o200k).total == count_input(plain, o200k).total + cost


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (Text("hello world"), 2),
        (Reasoning("hello world"), 2),
        (Refusal("hello world"), 2),
        (ToolCall("get_weather", '{"city":"Oslo"}'), 2 + 6 + TOOL_CALL_OVERHEAD),
        (Audio(seconds=1.23, transcript="hello world"), 25 + 2),
    ],
)
def test_a_part_of_a_reply_costs_what_it_says(o200k, part, tokens):
    assert output_tokens(part, o200k) == tokens


def test_a_tool_call_costs_the_same_said_and_remembered(o200k):
    call = ToolCall("get_weather", '{"city":"Oslo"}')
    history = counted(say(call, role="assistant")).total - counted(say(role="assistant")).total
    assert history == output_tokens(call, o200k)


TILES = [("low", 85), ("high", 765), ("auto", 765), ("original", 765)]


@pytest.mark.parametrize(("detail", "tokens"), TILES)
def test_detail_decides_what_a_tiled_picture_costs(detail, tokens):
    assert image_tokens("gpt-4o", Image(width=1024, height=1024, detail=detail)) == tokens
    assert image_tokens("gpt-4o", Image(url="https://example.com/a.png", detail=detail)) == tokens


@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        ("gpt-4o", (2048, 4096), 1105),
        ("gpt-4o", (512, 512), 255),
        ("gpt-4o", (1, 10_000), 85 + 4 * 170),
        ("gpt-4o", (2**31, 2**31), 765),
        ("openai/gpt-4o-2024-08-06", (1024, 1024), 765),
        ("gpt-4.1", (1024, 1024), 765),
        ("gpt-4-turbo", (1024, 1024), 765),
        ("made-up", (1024, 1024), 765),
        ("gpt-4o-mini", (1024, 1024), 2833 + 4 * 5667),
        ("o1", (1024, 1024), 75 + 4 * 150),
        ("o3-2025-04-16", (1024, 1024), 75 + 4 * 150),
        ("gpt-5", (1024, 1024), 70 + 4 * 140),
        ("gpt-5.1", (1024, 1024), 70 + 4 * 140),
        ("computer-use-preview", (1024, 1024), 65 + 4 * 129),
        ("gpt-image-1", (1024, 1024), 65 + 129),
        ("gpt-4.1-mini", (1024, 1024), 1659),
        ("gpt-4.1-mini", (1800, 2400), 2353),
        ("gpt-4.1-mini", (10**7, 16), 2489),
        ("gpt-4.1-nano", (1024, 1024), 2520),
        ("gpt-5-nano", (1024, 1024), 2520),
        ("gpt-5-mini", (1024, 1024), 1659),
        ("o4-mini", (1024, 1024), 1762),
        ("gpt-5.2", (1024, 1024), 1229),
        ("claude-sonnet-4-5", (280, 280), 100),
        ("claude-sonnet-4-5", (8000, 8000), 1521),
        ("claude-opus-4-7", (8000, 8000), 4761),
        ("claude-opus-4-20250514", (8000, 8000), 1521),
        ("gemini-2.5-flash", (300, 300), 258),
        ("gemini-2.5-flash", (1024, 1024), 4 * 258),
    ],
)
def test_every_family_counts_pictures_by_its_own_rule(model, size, tokens):
    assert image_tokens(model, Image(width=size[0], height=size[1])) == tokens


def test_low_detail_makes_a_patched_picture_fit_512_pixels():
    assert image_tokens("gpt-4.1-mini", Image(width=2048, height=1024, detail="low")) == 208


def test_pictures_and_sound_are_told_apart_in_the_total():
    tokens = counted(say("ping", Image(), Audio(seconds=2.51)))
    assert tokens == InputTokens(8 + 765 + 26, audio=26, image=765)


def test_sound_costs_by_the_second():
    assert [audio_output_tokens(seconds) for seconds in (0, 0.01, 60)] == [0, 1, 1200]
    assert counted(say(Audio(seconds=60))).audio == 600
    assert counted(say(Audio(seconds=60)), model="gemini-2.5-pro").audio == 1920


async def test_a_prompt_costs_the_same_however_large_it_is_and_whoever_counts(o200k):
    for text in ("ping", "many words " * 10_000):
        prompt = Prompt("chat", "gpt-4o", (say(text),), (WEATHER,))
        assert await input_tokens(prompt, o200k) == count_input(prompt, o200k)


async def test_much_text_is_counted_aside_and_little_at_once():
    assert await aside(10, threading.get_ident) == threading.get_ident()
    assert await aside(10**6, threading.get_ident) != threading.get_ident()


async def test_other_requests_are_answered_while_a_large_prompt_is_counted(o200k):
    prompt = Prompt("chat", "gpt-4o", (say("many different words " * 60_000),))
    count = asyncio.create_task(input_tokens(prompt, o200k))
    turns = 0
    while not count.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    assert (await count).total == 180_008


def test_an_output_equals_its_streamed_pieces(o200k):
    text = "Grüße, 世界! 👨‍👩‍👧 `x = 1`"
    streamed = sum(tokens for _, tokens in o200k.split(text))
    assert Usage(output=output_tokens(Text(text), o200k)) == Usage(output=streamed)
