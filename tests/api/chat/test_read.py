import base64
import io
import struct
import wave

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from mockgate.api.chat.read import read, unknown
from mockgate.errors import GatewayError
from mockgate.turn import (
    Audio,
    File,
    Format,
    Image,
    Message,
    Prompt,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Voice,
)

HI = {"role": "user", "content": "Hi, json"}


def body(*messages, **rest):
    return msgspec.json.encode({"model": "m", "messages": list(messages) or [HI], **rest})


def refused(raw, **options):
    with pytest.raises(GatewayError) as caught:
        read(raw, **options)
    assert caught.value.status == 400
    return caught.value.param, caught.value.code, caught.value.message


def user(*parts):
    return {"role": "user", "content": list(parts)}


def function(name="f", **rest):
    return {"type": "function", "function": {"name": name, **rest}}


def custom(name="c"):
    return {"type": "custom", "custom": {"name": name}}


def calling(*ids):
    calls = [{"id": it, "type": "function", "function": {"name": f"f{it}", "arguments": "{}"}} for it in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(call, content="done"):
    return {"role": "tool", "tool_call_id": call, "content": content}


def png(width=3, height=2):
    file = io.BytesIO()
    Picture.new("RGB", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def wav(seconds=0.5):
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<h", 0) * int(8000 * seconds))
    return base64.b64encode(file.getvalue()).decode()


def image(url, **rest):
    return {"type": "image_url", "image_url": {"url": url, **rest}}


def sound(data, kind="wav"):
    return {"type": "input_audio", "input_audio": {"data": data, "format": kind}}


# What is read.


def test_a_plain_request_becomes_a_prompt():
    prompt = read(body({"role": "developer", "content": "Be brief."}, {**HI, "name": "ann"}, temperature=1))
    assert prompt == Prompt(
        "chat",
        "m",
        (Message("system", (Text("Be brief."),)), Message("user", (Text("Hi, json"),), "ann")),
        request=prompt.request,
    )
    assert prompt.request.temperature == 1.0


def test_every_setting_arrives():
    prompt = read(
        body(
            n=3,
            stop=["a", "", "b"],
            max_completion_tokens=9,
            seed=-5,
            logprobs=True,
            stream=True,
            stream_options={"include_usage": True},
            reasoning_effort="low",
            verbosity="high",
            modalities=["text", "audio"],
            audio={"voice": {"id": "voice_1"}, "format": "pcm16"},
            safety_identifier="someone",
            metadata={"k": "v"},
            response_format={"type": "json_object"},
        )
    )
    assert (prompt.n, prompt.stops, prompt.max_tokens, prompt.seed) == (3, ("a", "b"), 9, -5)
    assert (prompt.top_logprobs, prompt.stream, prompt.effort) == (0, True, "low")
    assert prompt.verbosity == "high"
    assert (prompt.voice, prompt.user, prompt.format) == (
        Voice("voice_1", "pcm16"),
        "someone",
        Format("json_object"),
    )
    assert prompt.request.stream_options.include_usage is True
    assert prompt.request.metadata == {"k": "v"}


def test_null_means_absent_for_whatever_may_be_left_out():
    sent = read(body()).request
    optional = [field for field in sent.__struct_fields__ if field not in {"model", "messages"}]
    assert read(body({**HI, "name": None}, **dict.fromkeys(optional))) == read(body())


def test_a_body_is_kept_as_it_was_sent():
    messages = [calling("1"), result("1"), HI]
    assert msgspec.to_builtins(read(body(*messages)).request)["messages"][1:] == messages[1:]


def test_unknown_fields_are_listed_or_refused():
    assert unknown({"model": "m", "messages": [], "colour": 1}) == ["colour"]
    parts = [{"type": "text", "text": "a", "bold": True}]
    tool = {"type": "function", "function": {"name": "f", "cost": 1, "parameters": {"anything": "goes"}}}
    nested = {"model": "m", "messages": [{"role": "user", "content": parts, "mood": 1}], "tools": [tool]}
    assert unknown(nested) == ["messages[0].content[0].bold", "messages[0].mood", "tools[0].function.cost"]
    assert read(body(colour=1)).model == "m"
    assert refused(body(colour=1), reject_unknown=True)[:2] == ("colour", "unknown_parameter")


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ({"content": "yes"}, (Text("yes"),)),
        ({"content": ""}, (Text(""),)),
        ({"content": None, "refusal": "no"}, (Refusal("no"),)),
        (
            {"content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "b"}]},
            (Text("a"), Refusal("b")),
        ),
        ({"audio": {"id": "audio_1"}}, (Audio(id="audio_1"),)),
        ({"function_call": {"name": "f", "arguments": "{}"}}, (ToolCall("f", "{}"),)),
    ],
)
def test_what_the_assistant_said_becomes_parts(message, parts):
    assert read(body(HI, {"role": "assistant", **message})).messages[1].parts == parts


def test_a_tool_result_gets_the_name_of_the_call_it_answers():
    drawing = {"id": "2", "type": "custom", "custom": {"name": "draw", "input": "a cat"}}
    asked = calling("1")
    asked["tool_calls"].append(drawing)
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assistant, *results = read(body(HI, asked, result("2", parts), result("1"))).messages[1:]
    assert assistant.parts == (ToolCall("f1", "{}", "1"), ToolCall("draw", "a cat", "2", custom=True))
    assert [message.parts[0] for message in results] == [
        ToolResult("2", "a\nb", "draw"),
        ToolResult("1", "done", "f1"),
    ]


def test_a_function_s_message_is_a_tool_result():
    message = read(body(HI, {"role": "function", "name": "f", "content": None})).messages[1]
    assert message == Message("tool", (ToolResult("", "", "f"),))


def test_pictures_sounds_and_documents_are_measured():
    data = f"data:image/png;base64,{png(30, 20)}"
    text = base64.b64encode(b"Dear Sir").decode()
    parts = read(
        body(
            user(
                image(data, detail="low"),
                image("https://x.test/a.png"),
                sound(wav()),
                {"type": "file", "file": {"file_data": text, "filename": "a.txt"}},
                {"type": "file", "file": {"file_data": f"data:text/plain;base64,{text}"}},
                {"type": "file", "file": {"file_data": "/w=="}},
                {"type": "file", "file": {"file_id": "file-1"}},
            )
        )
    ).messages[0].parts  # fmt: skip
    assert parts[:2] == (Image(data, 30, 20, "low"), Image("https://x.test/a.png"))
    assert (parts[2].seconds, parts[2].format) == (pytest.approx(0.5), "wav")
    assert parts[3:] == (File("a.txt", "Dear Sir"), File("", "Dear Sir"), File(), File(id="file-1"))


def test_tools_and_the_choice_among_them_are_read():
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    tools = [function("a", parameters=schema, strict=True, description="A"), function("b"), custom("c")]
    prompt = read(body(tools=tools, parallel_tool_calls=False))
    assert prompt.tools == (
        Tool("a", "A", schema, strict=True),
        Tool("b", "", {"type": "object", "properties": {}}),
        Tool("c", custom=True),
    )
    assert prompt.parallel_tool_calls is False
    allowed = {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "required", "tools": [function("b"), custom("c")]},
    }
    for choice, meaning in (
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        (function("b"), ToolChoice("required", ("b",))),
        (custom("c"), ToolChoice("required", ("c",))),
        (allowed, ToolChoice("required", ("b", "c"))),
    ):
        assert read(body(tools=tools, tool_choice=choice)).tool_choice == meaning


@pytest.mark.parametrize(
    ("choice", "meaning"),
    [
        (None, ToolChoice()),
        ("auto", ToolChoice()),
        ("none", ToolChoice("none")),
        ({"name": "f"}, ToolChoice("required", ("f",))),
    ],
)
def test_legacy_functions_are_tools(choice, meaning):
    prompt = read(body(functions=[{"name": "f"}], function_call=choice))
    assert ([tool.name for tool in prompt.tools], prompt.tool_choice) == (["f"], meaning)


def test_instructions_may_come_in_parts():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert read(body({"role": "system", "content": parts})).messages[0].parts == (Text("a"), Text("b"))


@pytest.mark.parametrize("modalities", [["text"], None])
def test_nothing_is_spoken_unless_asked_for(modalities):
    assert read(body(modalities=modalities, audio={"voice": "x", "format": "wav"})).voice is None


def test_a_json_schema_is_read():
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    asked = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
    assert read(body(response_format=asked)).format == Format("json_schema", "n", schema, strict=True)


# What is refused.


@pytest.mark.parametrize("raw", [b"{}", b'{"messages": 3}', b'{"model": null, "messages": []}', body(model="")])
def test_the_model_is_asked_for_before_anything_else(raw):
    assert refused(raw) == (None, None, "you must provide a model parameter")


@pytest.mark.parametrize(
    ("rest", "param", "code"),
    [
        ({"messages": []}, "messages", "empty_array"),
        ({"model": 3}, "model", "invalid_type"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"top_p": -0.1}, "top_p", "decimal_below_min_value"),
        ({"presence_penalty": -3}, "presence_penalty", "decimal_below_min_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"max_tokens": 0}, "max_tokens", "integer_below_min_value"),
        ({"max_tokens": 1, "max_completion_tokens": 1}, "max_tokens", "invalid_parameter_combination"),
        ({"stop": list("abcde")}, "stop", "array_above_max_length"),
        ({"seed": 2**63}, "seed", "integer_above_max_value"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
        ({"top_logprobs": 2}, "top_logprobs", None),
        ({"logit_bias": {"5": 1, "6": 101}}, "logit_bias.6", "decimal_above_max_value"),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length"),
        ({"safety_identifier": "u" * 129}, "safety_identifier", "string_above_max_length"),
        ({"metadata": {"k" * 65: "v"}}, "metadata", "invalid_value"),
        ({"reasoning_effort": "huge"}, "reasoning_effort", "invalid_value"),
        ({"modalities": ["audio"]}, "audio", "missing_required_parameter"),
        ({"audio": {"voice": "x", "format": "ogg"}}, "audio.format", "invalid_value"),
        ({"prediction": {"content": "x"}}, "prediction.type", "missing_required_parameter"),
        (
            {"stream": True, "modalities": ["audio"], "audio": {"voice": "x", "format": "wav"}},
            "audio.format",
            "unsupported_value",
        ),
    ],
)
def test_a_setting_beyond_its_limits_is_refused(rest, param, code):
    assert refused(body(**rest))[:2] == (param, code)


@pytest.mark.parametrize(
    ("rest", "param", "code"),
    [
        ({"tools": []}, "tools", "empty_array"),
        ({"tools": [function(str(n)) for n in range(129)]}, "tools", "array_above_max_length"),
        ({"tools": [function("a b")]}, "tools[0].function.name", "invalid_value"),
        ({"tools": [function("x" * 65)]}, "tools[0].function.name", "string_above_max_length"),
        ({"tools": [function("a"), function("a")]}, "tools[1].function.name", "invalid_value"),
        ({"tools": [function("a"), custom("a")]}, "tools[1].custom.name", "invalid_value"),
        ({"functions": [{"name": "a"}, {"name": "a"}]}, "functions[1].name", "invalid_value"),
        (
            {"tools": [function(), function("g", parameters={"type": "array"})]},
            "tools[1].function.parameters",
            "invalid_function_parameters",
        ),
        (
            {"tools": [function(parameters={"type": "object"}, strict=True)]},
            "tools[0].function.parameters",
            "invalid_function_parameters",
        ),
        ({"tool_choice": "auto"}, "tool_choice", None),
        ({"parallel_tool_calls": True}, "parallel_tool_calls", None),
        ({"function_call": "auto"}, "function_call", None),
        ({"tools": [function()], "functions": [{"name": "f"}]}, "functions", None),
        ({"tools": [function()], "tool_choice": "maybe"}, "tool_choice", "invalid_value"),
        ({"tools": [function()], "tool_choice": function("g")}, "tool_choice", None),
        ({"tools": [function()], "tool_choice": custom("f")}, "tool_choice", None),
        ({"functions": [{"name": "f"}], "function_call": {"name": "g"}}, "function_call", None),
    ],
)
def test_tools_that_do_not_fit_together_are_refused(rest, param, code):
    assert refused(body(**rest))[:2] == (param, code)


def asked_for(**schema):
    return {"type": "json_schema", "json_schema": {"name": "N", **schema}}


@pytest.mark.parametrize(
    ("asked", "param", "message"),
    [
        (
            asked_for(schema={"type": "object"}, strict=True),
            "response_format",
            (
                "Invalid schema for response_format 'N': In context=(), "
                "'additionalProperties' is required to be supplied and to be false."
            ),
        ),
        (
            asked_for(strict=True),
            "response_format.json_schema.schema",
            "Missing required parameter: 'response_format.json_schema.schema'.",
        ),
        (
            {"type": "xml"},
            "response_format.type",
            "Invalid value: 'xml'. Supported values are: 'text', 'json_object', and 'json_schema'.",
        ),
        (
            asked_for(name="a b"),
            "response_format.json_schema.name",
            (
                "Invalid 'response_format.json_schema.name': string does not match pattern. "
                "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
            ),
        ),
    ],
)
def test_a_format_that_cannot_be_kept_is_refused(asked, param, message):
    got = refused(body(response_format=asked))
    assert (got[0], got[2]) == (param, message)


def test_json_must_be_spoken_of_to_be_asked_for():
    param, _, message = refused(body({**HI, "content": "Hi"}, response_format={"type": "json_object"}))
    assert (param, "the word 'json'" in message) == ("messages", True)
    assert read(body({**HI, "content": "JSON!"}, response_format={"type": "json_object"}))


@pytest.mark.parametrize(
    ("messages", "param", "says"),
    [
        ([HI, result("1")], "messages.[1].role", "must be a response to a preceeding message"),
        ([calling("1"), result("1"), HI, result("1")], "messages.[3].role", "preceeding message"),
        ([calling("1"), result("2")], "messages.[1].tool_call_id", "'tool_call_id' of '2' not found"),
        ([calling("1", "2"), result("1"), HI], "messages", "did not have response messages: 2"),
        ([calling("1", "2")], "messages", "did not have response messages: 1, 2"),
        ([calling("1"), calling("2"), result("2")], "messages", "did not have response messages: 1"),
        ([{"role": "assistant"}], "messages.[0].content", "expected a string, got null"),
    ],
)
def test_calls_and_results_must_belong_together(messages, param, says):
    got = refused(body(*messages))
    assert (got[0], says in got[2]) == (param, True)


@pytest.mark.parametrize(
    ("part", "param", "code"),
    [
        ({"type": "video"}, "type", "invalid_value"),
        ({"text": "x"}, "type", "missing_required_parameter"),
        (image("ftp://x.test/a.png"), "image_url.url", "invalid_image_url"),
        (image("data:image/png;base64,***"), "image_url.url", "invalid_base64_image"),
        (image("data:image/png;base64,"), "image_url.url", "invalid_base64_image"),
        (image("data:image/png;base64,aGVsbG8="), "image_url.url", "invalid_image_format"),
        (image(f"data:image/png;base64,{png()}", detail="tiny"), "image_url.detail", "invalid_value"),
        (sound("***"), "input_audio.data", "invalid_value"),
        (sound("aGVsbG8="), "input_audio.data", "invalid_value"),
        (sound("é"), "input_audio.data", "invalid_value"),
        (sound(wav(), "ogg"), "input_audio.format", "invalid_value"),
        ({"type": "file", "file": {}}, "file.file_id", "missing_required_parameter"),
        ({"type": "file", "file": {"file_data": "***"}}, "file.file_data", "invalid_value"),
        (
            {"type": "file", "file": {"file_data": "data:text/plain;base64,*"}},
            "file.file_data",
            "invalid_value",
        ),
    ],
)
def test_content_that_cannot_be_decoded_is_refused(part, param, code):
    assert refused(body(user({"type": "text", "text": "See:"}, part)))[:2] == (
        f"messages[0].content[1].{param}",
        code,
    )


@pytest.mark.parametrize(
    ("message", "param", "code"),
    [
        ({"role": "robot", "content": "x"}, "messages[0].role", "invalid_value"),
        ({"content": "x"}, "messages[0].role", "missing_required_parameter"),
        ({"role": "user"}, "messages[0].content", "missing_required_parameter"),
        ({"role": "user", "content": 5}, "messages[0].content", "invalid_type"),
        ({"role": "user", "content": []}, "messages[0].content", "empty_array"),
        (
            {"role": "system", "content": [{"type": "image_url"}]},
            "messages[0].content[0].type",
            "invalid_value",
        ),
        ({"role": "tool", "content": "x"}, "messages[0].tool_call_id", "missing_required_parameter"),
        (
            {"role": "assistant", "content": "x", "tool_calls": []},
            "messages[0].tool_calls",
            "empty_array",
        ),
    ],
)
def test_a_malformed_message_is_refused(message, param, code):
    assert refused(body(message))[:2] == (param, code)


# Whatever comes.

FIELDS = read(body()).request.__struct_fields__
WORDS = st.sampled_from(
    [
        "m",
        "text",
        "user",
        "tool",
        "assistant",
        "function",
        "auto",
        "json_schema",
        "json_object",
        "1",
        "x y",
        "",
    ]
)
KEYS = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "text",
        "name",
        "function",
        "tool_calls",
        "tool_call_id",
        "id",
        "parameters",
        "properties",
        "required",
        "json_schema",
        "schema",
        "strict",
        "image_url",
        "url",
        "file",
        "arguments",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats(allow_nan=False, width=32) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=8,
)
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_audio", "file", "refusal"])},
    optional={
        "text": WORDS,
        "image_url": st.sampled_from([{"url": "data:image/png;base64,aGk="}, {"url": "data:,"}, {"url": ""}]),
        "input_audio": st.builds(sound, st.sampled_from(["", "aGk=", "x", "UklGRg=="])).map(
            lambda part: part["input_audio"]
        ),
        "file": st.dictionaries(st.sampled_from(["file_data", "file_id"]), WORDS),
    },
)
CALLS = st.builds(function, WORDS, arguments=WORDS, id=WORDS).map(lambda call: call | {"id": "1"})
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool", "function"])},
    optional={
        "content": WORDS | st.lists(PARTS, max_size=3) | VALUES,
        "tool_calls": st.lists(CALLS, max_size=2),
        "tool_call_id": WORDS,
        "name": WORDS,
    },
)
TOOLS = st.builds(function, WORDS, parameters=VALUES, strict=st.booleans())
SETTINGS = st.dictionaries(st.sampled_from(FIELDS[2:]), VALUES, max_size=2)
COMPANY = st.fixed_dictionaries(
    {},
    optional={
        "tools": st.lists(TOOLS, max_size=3),
        "tool_choice": WORDS | TOOLS,
        "response_format": st.fixed_dictionaries(
            {
                "type": WORDS,
                "json_schema": st.fixed_dictionaries({"name": WORDS, "schema": VALUES, "strict": st.booleans()}),
            }
        ),
    },
)
BODIES = st.builds(
    lambda messages, settings, company: {"model": "m", "messages": messages, **settings, **company},
    st.lists(MESSAGES, max_size=3),
    SETTINGS,
    COMPANY,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary() | BODIES.map(msgspec.json.encode), st.booleans())
def test_no_body_raises_anything_but_a_refusal(raw, reject_unknown):
    try:
        read(raw, reject_unknown=reject_unknown)
    except GatewayError:
        assert refused(raw, reject_unknown=reject_unknown)[2]
