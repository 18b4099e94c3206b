import base64
from io import BytesIO

import msgspec
import pytest
from PIL import Image as Picture

from mockgate.api.gemini.read import read, target, unknown
from mockgate.errors import GatewayError, google_envelope
from mockgate.turn import Audio, File, Image, Message, Reasoning, Text, ToolCall, ToolChoice, ToolResult, Voice
from mockgate.wire import Call

ASK = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
WEATHER = {"name": "weather", "description": "Weather of a city", "parameters": {"type": "OBJECT", "properties": {}}}
CALL = {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Rome"}}}]}
BACK = {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": {"sky": "blue"}}}}]}


def asked(body=None, *, method="generateContent", model="gemini-2.5-flash", query="", strict=False, **config):
    whole = (
        body if isinstance(body, bytes) else {**ASK, **(body or {}), **({"generationConfig": config} if config else {})}
    )
    raw = whole if isinstance(whole, bytes) else msgspec.json.encode(whole)
    return read(Call("POST", f"/v1beta/models/{model}:{method}", query, raw=raw), reject_unknown=strict)


def refused(*args, **more):
    """What is said of a request, and the fields that are named."""
    with pytest.raises(GatewayError) as error:
        asked(*args, **more)
    worded = google_envelope(error.value)["error"]
    fields = [violation.get("field") for detail in worded.get("details", []) for violation in detail["fieldViolations"]]
    assert worded["status"] == "INVALID_ARGUMENT"
    return worded["message"].strip(), fields


def png():
    data = BytesIO()
    Picture.new("RGB", (40, 30)).save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("path", "model", "method"),
    [
        ("/v1beta/models/gemini-2.5-flash:generateContent", "gemini-2.5-flash", "generateContent"),
        ("/v1/models/google/gemini-2.5-pro:countTokens", "google/gemini-2.5-pro", "countTokens"),
        ("/v1beta/models/gpt-4o:mock-503:generateContent", "gpt-4o:mock-503", "generateContent"),
        ("/v1beta/models/a%2Fb:embedContent", "a/b", "embedContent"),
        ("/v1beta/tunedModels/mine-1:generateContent", "tunedModels/mine-1", "generateContent"),
    ],
)
def test_a_path_names_the_model_and_the_method(path, model, method):
    assert target(Call("POST", path)) == (model, method)


def test_every_figure_has_its_place_in_either_case_of_its_name():
    camel = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {
            "candidateCount": 2,
            "maxOutputTokens": 50,
            "stopSequences": ["END"],
            "seed": 7,
            "responseLogprobs": True,
            "logprobs": 3,
            "thinkingConfig": {"thinkingBudget": 2000},
        },
    }
    snake = {
        "system_instruction": {"parts": {"text": "Be brief."}},
        "generation_config": {
            "candidate_count": 2,
            "max_output_tokens": 50,
            "stop_sequences": "END",
            "seed": 7,
            "response_logprobs": True,
            "logprobs": 3,
            "thinking_config": {"thinking_budget": 2000},
        },
    }
    prompt = asked(camel)
    assert prompt == asked(snake)
    assert prompt.messages == (Message("system", (Text("Be brief."),)), Message("user", (Text("Hi"),)))
    assert (prompt.n, prompt.max_tokens, prompt.stops, prompt.seed) == (2, 50, ("END",), 7)
    assert (prompt.top_logprobs, prompt.effort, prompt.stream) == (3, "low", False)


@pytest.mark.parametrize(("query", "sse"), [("alt=sse", True), ("", False), ("alt=json", False)])
def test_a_stream_is_of_events_where_it_is_asked_for(query, sse):
    prompt = asked(method="streamGenerateContent", query=query)
    assert (prompt.stream, prompt.request.sse) == (True, sse)


@pytest.mark.parametrize(
    ("thinking", "effort"),
    [
        ({"thinkingBudget": 0}, "none"),
        ({"thinkingBudget": 512}, "minimal"),
        ({"thinkingBudget": 24576}, "high"),
        ({"thinkingBudget": -1}, "medium"),
        ({"includeThoughts": True}, "medium"),
        ({"includeThoughts": False}, None),
        ({"thinkingLevel": "LOW"}, "low"),
    ],
)
def test_thought_is_asked_for_by_budget_or_level(thinking, effort):
    assert asked(thinkingConfig=thinking).effort == effort


def test_a_conversation_of_every_kind_of_part():
    picture = {"inlineData": {"mimeType": "image/png", "data": base64.urlsafe_b64encode(png()).decode().rstrip("=")}}
    contents = [
        {"parts": [{"text": "Look"}, picture, {"fileData": {"fileUri": "https://a/b.pdf"}}]},
        {"role": "model", "parts": [{"text": "Hm", "thought": True}, *CALL["parts"]]},
        BACK,
        {"role": "model", "parts": [{"text": "Blue."}]},
        {"role": "user", "parts": [{"inlineData": {"mimeType": "text/plain", "data": "SGk="}}]},
    ]
    user, model, tool, answer, last = asked({"contents": contents}).messages
    assert user.role == "user"
    assert user.parts[0] == Text("Look")
    assert isinstance(user.parts[1], Image)
    assert (user.parts[1].width, user.parts[1].height) == (40, 30)
    assert user.parts[2] == File("b.pdf", id="https://a/b.pdf")
    assert model == Message("assistant", (Reasoning("Hm"), ToolCall("weather", '{"city":"Rome"}')))
    assert tool == Message("tool", (ToolResult("", '{"sky":"blue"}', "weather"),))
    assert answer == Message("assistant", (Text("Blue."),))
    assert last.parts == (File("", "Hi"),)


@pytest.mark.parametrize(
    ("response", "text"),
    [({"result": "sunny"}, "sunny"), ({"output": [1]}, "[1]"), ({"result": 1, "unit": "C"}, '{"result":1,"unit":"C"}')],
)
def test_what_a_function_gave_back_is_taken_out_of_what_an_sdk_wraps_it_in(response, text):
    back = {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": response}}]}
    assert asked({"contents": [*ASK["contents"], CALL, back]}).last.text == text


def test_responses_find_their_calls_by_id_and_else_by_place():
    call = {"role": "model", "parts": [{"functionCall": {"name": name, "id": name * 2}} for name in "ab"]}
    by_id = [{"functionResponse": {"id": name * 2, "name": "", "response": {}}} for name in "ba"]
    by_place = [{"functionResponse": {"name": name, "response": {}}} for name in "ab"]
    for parts, order in ((by_id, "ba"), (by_place, "ab")):
        prompt = asked({"contents": [*ASK["contents"], call, {"role": "user", "parts": parts}]})
        results = [message.parts[0] for message in prompt.messages[2:]]
        assert [(result.call_id, result.name) for result in results] == [(name * 2, name) for name in order]


def test_functions_are_on_offer_with_schemas_of_either_kind():
    openapi = {
        "type": "OBJECT",
        "properties": {
            "unit": {"type": "STRING", "enum": ["C", "F"], "format": "enum", "nullable": True},
            "days": {"type": "ARRAY", "items": {"type": "INTEGER"}, "max_items": "3"},
            "place": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]},
        },
        "required": ["days"],
        "propertyOrdering": ["days", "unit", "place"],
    }
    json = {"type": "object", "properties": {"city": {"const": "Rome"}}, "$schema": "x"}
    tools = [
        {"functionDeclarations": [{"name": "a", "parameters": openapi}, {"name": "b", "parametersJsonSchema": json}]},
        {"function_declarations": {"name": "c"}},
        {"googleSearch": {}},
    ]
    a, b, c = asked({"tools": tools}).tools
    assert a.schema == {
        "type": "object",
        "properties": {
            "days": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
            "unit": {"type": ["string", "null"], "enum": ["C", "F", None]},
            "place": {"anyOf": [{"type": "string"}, {"type": "number"}]},
        },
        "required": ["days"],
    }
    assert list(a.schema["properties"]) == ["days", "unit", "place"]
    assert b.schema["properties"] == json["properties"]
    assert c.schema == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("config", "choice"),
    [
        ({"mode": "AUTO"}, ToolChoice()),
        ({"mode": "NONE"}, ToolChoice("none")),
        ({"mode": "ANY"}, ToolChoice("required")),
        ({"mode": "ANY", "allowedFunctionNames": ["weather"]}, ToolChoice("required", ("weather",))),
        ({"mode": "VALIDATED"}, ToolChoice("auto")),
    ],
)
def test_which_functions_may_be_called(config, choice):
    body = {"tools": [{"functionDeclarations": [WEATHER]}], "toolConfig": {"functionCallingConfig": config}}
    assert asked(body).tool_choice == choice


@pytest.mark.parametrize(
    ("config", "kind", "schema"),
    [
        ({}, "text", None),
        ({"responseMimeType": "application/json"}, "json_object", None),
        (
            {"responseMimeType": "application/json", "responseSchema": {"type": "STRING"}},
            "json_schema",
            {"type": "string"},
        ),
        (
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": ["string", "null"]}},
            "json_schema",
            {"type": ["string", "null"]},
        ),
    ],
)
def test_the_form_of_the_answer(config, kind, schema):
    form = asked(**config).format
    assert (form.kind, form.schema) == (kind, schema)


def test_an_answer_that_is_spoken_has_a_voice():
    voice = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Puck"}}}
    assert asked(responseModalities=["AUDIO"], speechConfig=voice).voice == Voice("Puck", "pcm16")
    assert asked(responseModalities=["AUDIO"]).voice == Voice("Kore", "pcm16")


def test_sound_is_as_long_as_it_plays():
    header = b"RIFF$\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00data"
    wav = header + (16000).to_bytes(4, "little") + bytes(16000)
    part = {"inlineData": {"mimeType": "audio/wav", "data": base64.b64encode(wav).decode()}}
    (heard,) = asked({"contents": [{"parts": [part]}]}).last.parts
    assert isinstance(heard, Audio)
    assert heard.seconds == pytest.approx(1.0)


def function(**parameters):
    return {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT", **parameters}}]}]}


@pytest.mark.parametrize(
    ("body", "message", "fields"),
    [
        ({"contents": []}, "* GenerateContentRequest.contents: contents is not specified", []),
        (
            {"contents": [{"parts": []}]},
            "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.",
            [],
        ),
        (
            {"contents": [{"parts": [{"thought": True}]}]},
            (
                "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one "
                "initialized field"
            ),
            [],
        ),
        ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "Please use a valid role: user, model.", []),
        (
            {"contents": "Hi"},
            "Invalid value at 'contents[0]' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content), \"Hi\"",
            ["contents[0]"],
        ),
        (
            {"generationConfig": {"temperature": "hot"}},
            "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\"",
            ["generation_config.temperature"],
        ),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "SOME"}}},
            (
                "Invalid value at 'tool_config.function_calling_config.mode' "
                '(type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), "SOME"'
            ),
            ["tool_config.function_calling_config.mode"],
        ),
        (
            {"generationConfig": {"temperature": 3}},
            "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].",
            [],
        ),
        (
            {"generationConfig": {"maxOutputTokens": 0}},
            "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.",
            [],
        ),
        (
            {"generationConfig": {"responseMimeType": "image/png"}},
            (
                "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, "
                "`application/json`, `application/xml`, `application/yaml` and `text/x.enum`."
            ),
            [],
        ),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}},
            "You can only set only one of thinking budget and thinking level.",
            [],
        ),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
            "Function calling config is set without function_declarations.",
            [],
        ),
        (
            {"tools": [{"functionDeclarations": [WEATHER, WEATHER]}]},
            "Duplicate function declaration found: weather",
            [],
        ),
        (
            function(properties={"a": {"const": 1}}, additionalProperties=False),
            (
                'Invalid JSON payload received. Unknown name "const" at '
                "'tools[0].function_declarations[0].parameters.properties[0].value': Cannot find field."
            ),
            ["tools[0].function_declarations[0].parameters.properties[0].value"],
        ),
        (
            function(properties={"tags": {"type": "ARRAY"}}),
            (
                "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties[tags].items: "
                "missing field."
            ),
            [],
        ),
        (
            function(properties={"a": {"type": "STRING"}}, required=["b"]),
            (
                "* GenerateContentRequest.tools[0].function_declarations[0].parameters.required[0]: "
                "property is not defined"
            ),
            [],
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "SGk="}}]}]},
            (
                "Unable to process input image. Please retry or report in "
                "https://developers.generativeai.google/guide/troubleshooting"
            ),
            [],
        ),
    ],
)
def test_what_is_wrong_is_said_as_google_says_it(body, message, fields):
    assert refused(body) == (message, fields)


def test_an_entry_of_a_mapping_that_is_none_is_told_by_its_key():
    message, fields = refused({**ASK, "labels": {"team": "blue", "cost": {}}})
    assert (message, fields) == ("Invalid value at 'labels.cost' (TYPE_STRING), {}", ["labels.cost"])


DECLARED = "tools[0].function_declarations[0].parameters"


@pytest.mark.parametrize(
    ("schema", "field", "kind"),
    [
        ({"required": 1}, f"{DECLARED}.required", "TYPE_STRING"),
        ({"properties": {"a": {}, "b": 1}}, f"{DECLARED}.properties[1].value", "Schema"),
        ({"anyOf": [{"items": "x"}]}, f"{DECLARED}.any_of[0].items", "Schema"),
        ({"properties": {"a": {"nullable": "no"}}}, f"{DECLARED}.properties[0].value.nullable", "TYPE_BOOL"),
    ],
)
def test_a_schema_that_is_none_is_told_where(schema, field, kind):
    message, fields = refused(function(**schema))
    assert message.startswith(f"Invalid value at '{field}' (")
    assert f"{kind}), " in message
    assert fields == [field]


def test_schemas_too_deep_inside_each_other_are_refused():
    schema = {"type": "STRING"}
    for _ in range(400):
        schema = {"type": "ARRAY", "items": schema}
    assert "maximum allowed nesting depth" in refused(function(properties={"a": schema}))[0]


RESPONSE_LATE = "Please ensure that function response turn comes immediately after a function call turn."
UNEQUAL = (
    "Please ensure that the number of function response parts is equal to the number of function call parts of the "
    "function call turn."
)
CALL_LATE = (
    "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
)


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([BACK], RESPONSE_LATE),
        ([CALL, *ASK["contents"]], UNEQUAL),
        ([CALL], UNEQUAL),
        ([CALL, {**BACK, "parts": BACK["parts"] * 2}], UNEQUAL),
        ([{"role": "model", "parts": [{"text": "Hm"}]}, CALL, BACK], CALL_LATE),
    ],
)
def test_calls_and_responses_belong_together(turns, message):
    assert refused({"contents": [*ASK["contents"], *turns]})[0] == message


def test_a_first_turn_cannot_be_a_call():
    assert refused({"contents": [CALL, BACK]})[0] == CALL_LATE


def test_a_body_that_is_no_json_is_told_so():
    message, fields = refused(b'{"contents": [')
    assert message.startswith("Invalid JSON payload received. ")
    assert fields == [None]


def test_unknown_fields_are_all_named_by_their_places():
    body = {"stream": True, "generationConfig": {"max_tokens": 5}, "tools": [{"function": {}}]}
    assert unknown({**ASK, **body}) == ["stream", "generationConfig.maxTokens", "tools[0].function"]
    message, fields = refused(body, strict=True)
    assert message.splitlines() == [
        'Invalid JSON payload received. Unknown name "stream": Cannot find field.',
        "Invalid JSON payload received. Unknown name \"maxTokens\" at 'generation_config': Cannot find field.",
        "Invalid JSON payload received. Unknown name \"function\" at 'tools[0]': Cannot find field.",
    ]
    assert fields == [None, "generation_config", "tools[0]"]


def test_a_cache_that_there_is_not_is_refused():
    with pytest.raises(GatewayError, match="CachedContent not found") as error:
        asked({"cachedContent": "cachedContents/x"})
    assert error.value.status == 403
