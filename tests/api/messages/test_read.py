import base64
import json
from io import BytesIO

import msgspec
import pytest
from PIL import Image as Picture

from mockgate.api.chat.read import read as read_chat
from mockgate.api.messages.read import counted, read, unknown
from mockgate.errors import GatewayError
from mockgate.turn import CachePoint, File, Image, Message, Reasoning, Text, ToolCall, ToolChoice, ToolResult

USER = {"role": "user", "content": "Hi"}
WEATHER = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
USE = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "3 degrees"}
EPHEMERAL = {"type": "ephemeral"}
THINKING = {"type": "enabled", "budget_tokens": 1024}


def png():
    file = BytesIO()
    Picture.new("RGB", (60, 30)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def asked(*messages, **more):
    body = {"model": "claude-sonnet-4-5", "max_tokens": 2000, "messages": list(messages) or [USER], **more}
    return read(msgspec.json.encode({name: value for name, value in body.items() if value is not ...}))


def picture(**source):
    return {"role": "user", "content": [{"type": "image", "source": source}]}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks)}


def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def refusal(*messages, **more):
    with pytest.raises(GatewayError) as raised:
        asked(*messages, **more)
    assert raised.value.status == 400
    return raised.value.message


def test_a_conversation_reads_as_the_same_words_do_in_chat():
    prompt = asked(
        {"role": "user", "content": "Weather?"},
        assistant({"type": "text", "text": "Let me see."}, USE),
        user(RESULT, {"type": "text", "text": "And now?"}),
        system=[{"type": "text", "text": "Be brief."}],
        tools=[WEATHER],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        stop_sequences=["END"],
        metadata={"user_id": "u1"},
    )
    function = {"name": "get_weather", "parameters": WEATHER["input_schema"]}
    call = {"id": "toolu_1", "type": "function"}
    chat = read_chat(
        json.dumps(
            {
                "model": "claude-sonnet-4-5",
                "max_tokens": 2000,
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Weather?"},
                    {
                        "role": "assistant",
                        "content": "Let me see.",
                        "tool_calls": [{**call, "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'}}],
                    },
                    {"role": "tool", "tool_call_id": "toolu_1", "content": "3 degrees"},
                    {"role": "user", "content": "And now?"},
                ],
                "tools": [{"type": "function", "function": function}],
                "tool_choice": "required",
                "parallel_tool_calls": False,
                "stop": ["END"],
                "user": "u1",
            }
        ).encode()
    )
    assert msgspec.structs.replace(prompt, family="chat", request=None) == msgspec.structs.replace(chat, request=None)
    assert prompt.fingerprint() == chat.fingerprint()


def test_an_answers_own_ids_come_back_as_they_were():
    id = "toolu_01abcdefghijklmnopqrstuvwx"
    prompt = asked(USER, assistant({**USE, "id": id}), user({**RESULT, "tool_use_id": id}))
    assert prompt.messages[1].parts[0].id == prompt.messages[2].parts[0].call_id == "call_abcdefghijklmnopqrstuvwx"


def test_thoughts_and_what_the_server_ran_are_part_of_what_was_said():
    prompt = asked(
        USER,
        assistant(
            {"type": "thinking", "thinking": "Hm", "signature": "E="},
            {"type": "redacted_thinking", "data": "E="},
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
            {"type": "text", "text": "Found."},
        ),
        USER,
    )
    search = ToolCall("web_search", '{"query":"x"}', "srvtoolu_1", hosted="web_search")
    assert prompt.messages[1].parts == (Reasoning("Hm"), search, Text("Found."))


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "image", "source": {"type": "url", "url": "https://a.b/c.png"}}, Image("https://a.b/c.png")),
        ({"type": "image", "source": {"type": "file", "file_id": "file_1"}}, Image()),
        (
            {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "Hi"}},
            File("T", "Hi"),
        ),
        ({"type": "document", "source": {"type": "file", "file_id": "file_1"}}, File(id="file_1")),
        ({"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}}, File("https://a.b/c.pdf")),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "Hi"}]}},
            File("", "Hi"),
        ),
        (
            {"type": "search_result", "source": "s", "title": "T", "content": [{"type": "text", "text": "Hi"}]},
            File("T", "Hi"),
        ),
    ],
)
def test_pictures_and_documents_are_read(block, part):
    assert asked(user(block)).messages[0].parts == (part,)


def test_a_pictures_size_is_read_off_its_bytes():
    part = asked(picture(type="base64", media_type="image/png", data=png())).messages[0].parts[0]
    assert (part.width, part.height) == (60, 30)


def test_a_result_may_carry_a_picture_and_an_error():
    image = {"type": "image", "source": {"type": "url", "url": "https://a.b/c.png"}}
    result = {**RESULT, "is_error": True, "content": [{"type": "text", "text": "Broken"}, image]}
    prompt = asked(USER, assistant(USE), user(result))
    parts = (ToolResult("toolu_1", "Broken", "get_weather"), Image("https://a.b/c.png"))
    assert prompt.messages[2] == Message("tool", parts)


def test_marks_for_the_cache_are_places_of_the_prompt():
    prompt = asked(
        user({"type": "text", "text": "Hi"}, {"type": "text", "text": "you", "cache_control": EPHEMERAL}),
        system=[{"type": "text", "text": "Be.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        tools=[{**WEATHER, "cache_control": {**EPHEMERAL, "ttl": "1h"}}],
    )
    assert prompt.cache == (CachePoint(-1, 0, long=True), CachePoint(0, 0, long=True), CachePoint(1, 1))
    assert asked(cache_control=EPHEMERAL).cache == (CachePoint(0, 0),)


@pytest.mark.parametrize(
    ("choice", "read_as"),
    [
        ({"type": "auto"}, ToolChoice()),
        ({"type": "any"}, ToolChoice("required")),
        ({"type": "none"}, ToolChoice("none")),
        ({"type": "tool", "name": "get_weather"}, ToolChoice("required", ("get_weather",))),
    ],
)
def test_a_choice_of_tools_is_read(choice, read_as):
    assert asked(tools=[WEATHER], tool_choice=choice).tool_choice == read_as


@pytest.mark.parametrize(
    ("kind", "name", "hosted"),
    [
        ("web_search_20250305", "web_search", "web_search"),
        ("code_execution_20250825", "code_execution", "code_interpreter"),
        ("bash_20250124", "bash", ""),
        ("text_editor_20250728", "str_replace_based_edit_tool", ""),
    ],
)
def test_tools_that_anthropic_defines_need_no_schema(kind, name, hosted):
    (tool,) = asked(tools=[{"type": kind, "name": name}]).tools
    assert (tool.name, tool.hosted) == (name, hosted)
    assert tool.schema["required"]


@pytest.mark.parametrize(
    ("more", "effort"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "adaptive"}}, "medium"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, "max"),
        ({"thinking": THINKING}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 20_000}, "max_tokens": 30_000}, "high"),
    ],
)
def test_a_budget_is_so_much_effort(more, effort):
    assert asked(**more).effort == effort


def test_a_schema_is_a_format():
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    prompt = asked(output_config={"format": {"type": "json_schema", "schema": schema}})
    assert (prompt.format.kind, prompt.format.schema, prompt.format.strict) == ("json_schema", schema, True)


def test_counting_needs_no_limit():
    assert counted(b'{"model":"m","messages":[{"role":"user","content":"Hi"}]}').max_tokens is None


def test_what_nobody_knows_is_listed_and_refused_on_demand():
    body = {"model": "m", "max_tokens": 1, "messages": [USER], "n": 2}
    assert unknown(body) == ["n"]
    with pytest.raises(GatewayError, match=r"^n: Extra inputs are not permitted$"):
        read(msgspec.json.encode(body), reject_unknown=True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"max_tokens": ...}, "max_tokens: Field required"),
        ({"model": ...}, "model: Field required"),
        ({"model": ""}, "model: String should have at least 1 character"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
        ({"temperature": 1.5}, "temperature: Input should be less than or equal to 1"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"service_tier": "x"}, "service_tier: Input should be 'auto' or 'standard_only'"),
        ({"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"metadata": {"user_id": "x" * 257}}, "metadata.user_id: String should have at most 256 characters"),
        ({"system": [{"type": "text", "text": ""}]}, "system: text content blocks must be non-empty"),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 5}},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        ({"tools": [{"name": "x"}]}, "tools.0.custom.input_schema: Field required"),
        (
            {"tools": [{"name": "x", "input_schema": {"type": "array"}}]},
            "tools.0.custom.input_schema.type: Input should be 'object'",
        ),
        (
            {"tools": [{"name": "a b", "input_schema": {}}]},
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        ({"tools": [WEATHER, WEATHER]}, "tools: Tool names must be unique."),
        (
            {"tool_choice": {"type": "auto"}},
            "tool_choice: tool_choice may only be specified while providing tools",
        ),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "x"}},
            "tool_choice: Tool 'x' not found in provided tools",
        ),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        ),
    ],
)
def test_a_field_is_refused_in_the_apis_own_words(more, message):
    assert refusal(**more) == message


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([{"role": "assistant", "content": "Hi"}], 'messages: first message must use the "user" role'),
        ([{"role": "tool", "content": "x"}], "messages.0.role: Input should be 'assistant', 'system' or 'user'"),
        ([{"role": "user", "content": 5}], "messages.0.content: Input should be a valid list"),
        ([user({"type": "text"})], "messages.0.content.0.text.text: Field required"),
        ([user({"text": "x"})], "messages.0.content.0.type: Field required"),
        ([user({"type": "text", "text": " "})], "messages: text content blocks must contain non-whitespace text"),
        ([{"role": "user", "content": ""}], "messages.0: all messages must have non-empty content"),
        ([USER, {"role": "assistant", "content": []}, USER], "messages.1: all messages must have non-empty content"),
        ([USER, {"role": "assistant", "content": "So "}], "messages: final assistant content cannot end with trail"),
        ([user(RESULT)], "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1."),
        (
            [USER, assistant(USE), USER],
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.",
        ),
        ([USER, assistant(USE)], "messages.1: `tool_use` ids were found without `tool_result` blocks"),
        ([USER, assistant(USE), USER, assistant(USE)], "messages.1: `tool_use` ids were found without"),
        ([USER, assistant(USE, USE)], "messages: `tool_use` ids must be unique"),
        ([user(USE)], "messages.0: `tool_use` blocks can only be in `assistant` messages"),
        ([USER, assistant(RESULT)], "messages.1: `tool_result` blocks can only be in `user` messages"),
        ([user({"type": "tex"})], "messages.0.content.0: Input tag 'tex' found using 'type' does not match any"),
        (
            [user(*[{"type": "text", "text": "x", "cache_control": EPHEMERAL}] * 5)],
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
        (
            [
                user(
                    {"type": "text", "text": "x", "cache_control": EPHEMERAL},
                    {"type": "text", "text": "y", "cache_control": {**EPHEMERAL, "ttl": "1h"}},
                )
            ],
            "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
        ),
        (
            [picture(type="base64", media_type="image/png", data="!")],
            "messages.0.content.0.image.source.base64.data: Input should be a valid base64 string",
        ),
        (
            [picture(type="base64", media_type="image/png", data="aGVsbG8=")],
            "messages.0.content.0.image.source.base64.data: Could not process image",
        ),
        (
            [picture(type="base64", media_type="image/jpeg", data=png())],
            "messages.0.content.0.image.source.base64.data: The image was specified using the image/jpeg media type",
        ),
        (
            [picture(type="base64", media_type="image/bmp", data=png())],
            "messages.0.content.0.image.source.base64.media_type: Input should be 'image/gif', 'image/jpeg'",
        ),
        ([picture(type="url", url="ftp://x")], "messages.0.content.0.image.source.url.url: Only HTTPS URLs are"),
        (
            [user({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="}})],
            "messages.0.content.0.document.source.base64.data: The PDF specified was not valid.",
        ),
    ],
)
def test_a_conversation_is_refused_in_the_apis_own_words(messages, message):
    assert refusal(*messages).startswith(message)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"max_tokens": 1024}, "`max_tokens` must be greater than `thinking.budget_tokens`."),
        ({"temperature": 0.5}, "`temperature` may only be set to 1 when thinking is enabled."),
        ({"top_k": 5}, "`top_k` must be unset when thinking is enabled."),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "any"}},
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
        (
            {"messages": [USER, {"role": "assistant", "content": "So"}]},
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`.",
        ),
    ],
)
def test_what_does_not_go_with_thinking_is_refused(more, message):
    assert refusal(thinking=THINKING, **more).startswith(message)


@pytest.mark.parametrize("raw", [b"", b"{", b"{} x"])
def test_a_body_that_is_no_json_is_refused(raw):
    with pytest.raises(GatewayError, match=r"^The request body is not valid JSON"):
        read(raw)


@pytest.mark.parametrize("raw", [b"[]", b"5", b'"x"'])
def test_a_body_that_is_no_object_is_refused(raw):
    with pytest.raises(GatewayError, match=r"^Input should be an object"):
        read(raw)


@pytest.mark.parametrize("kind", ["browser_toolset_20260801", "computer_toolset_20260801", "mcp_toolset"])
def test_a_set_of_tools_needs_no_name(kind):
    assert asked(tools=[{"type": kind, "mcp_server_name": "wiki"}]).tools[0].name in {kind, "wiki"}


def test_a_tool_of_ones_own_needs_a_name():
    assert refusal(tools=[{"input_schema": {"type": "object"}}]) == "tools.0.custom.name: Field required"


def test_what_a_remote_tool_gave_and_a_summary_can_be_sent_back():
    used = {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "find", "server_name": "wiki", "input": {"q": 1}}
    given = {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "content": "x"}
    prompt = asked(USER, assistant({"type": "compaction", "content": "We said hello."}, used, given), USER)
    assert prompt.messages[1].parts == (Text("We said hello."), ToolCall("find", '{"q":1}', "mcptoolu_1", hosted="mcp"))
