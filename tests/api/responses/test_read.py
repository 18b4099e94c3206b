import msgspec
import pytest

PATH = "/v1/responses"
ADD = {
    "type": "function",
    "name": "add",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    },
}
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf"
    "FcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def respond(ask):
    """Ask for a response and return the exchange."""

    async def send(gateway, asked="Hello", **body):
        return await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": asked, **body})

    return send


@pytest.fixture
def prompt_of(gw, respond):
    """Return how a request is read."""

    async def read(asked="Hello", **body):
        exchange = await respond(gw(default_reply="echo"), asked, **body)
        assert exchange.status == 200, exchange.answer.body
        return exchange.turn.prompt

    return read


async def test_texts_and_items_are_read_into_messages(prompt_of):
    prompt = await prompt_of(
        [
            {"role": "developer", "content": "Be brief."},
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "Look"}, {"type": "input_image", "image_url": PNG}],
            },
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
            {"type": "function_call", "call_id": "c2", "name": "sub", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "1"},
            {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "2"}]},
            {
                "role": "assistant",
                "content": [{"type": "output_text", "text": "So"}, {"type": "refusal", "refusal": "no"}],
            },
            {"role": "user", "content": [{"type": "input_file", "filename": "a.txt", "file_data": "aGVsbG8="}]},
        ],
        instructions="Be kind.",
    )
    assert [(message.role, message.text) for message in prompt.messages] == [
        ("system", "Be kind."),
        ("system", "Be brief."),
        ("user", "Look"),
        ("assistant", ""),
        ("tool", "1"),
        ("tool", "2"),
        ("assistant", "So\nno"),
        ("user", ""),
    ]
    assert [part.name for part in prompt.messages[3].parts[1:]] == ["add", "sub"]
    assert [message.parts[0].name for message in prompt.messages[4:6]] == ["add", "sub"]
    assert prompt.messages[7].parts[0].text == "hello"
    assert (prompt.messages[2].parts[1].width, prompt.turns) == (1, 3)


async def test_tools_are_flat_strict_unless_told_otherwise_and_hosted_ones_known(prompt_of):
    pattern = {"type": "grammar", "syntax": "regex", "definition": "[a-z]+"}
    prompt = await prompt_of(
        tools=[
            ADD,
            {**ADD, "name": "loose", "strict": False},
            {"type": "custom", "name": "free", "format": pattern},
            {"type": "web_search"},
            {"type": "local_shell"},
        ],
        tool_choice={"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "add"}]},
        parallel_tool_calls=False,
    )
    found = {tool.name: tool for tool in prompt.tools}
    assert (found["add"].strict, found["loose"].strict) == (True, False)
    assert (found["free"].custom, found["free"].schema["pattern"]) == (True, "[a-z]+")
    assert (found["web_search"].hosted, prompt.tool_choice.names) == ("web_search", ("add",))
    assert prompt.parallel_tool_calls is False


async def test_the_form_of_the_text_is_flat_too(prompt_of):
    form = {"type": "json_schema", "name": "n", "schema": ADD["parameters"]}
    prompt = await prompt_of(
        text={"format": form, "verbosity": "low"}, reasoning={"effort": "low"}, max_output_tokens=20
    )
    assert (prompt.format.kind, prompt.format.strict, prompt.verbosity) == ("json_schema", True, "low")
    assert (prompt.effort, prompt.max_tokens, prompt.top_logprobs) == ("low", 20, None)
    assert (await prompt_of(include=["message.output_text.logprobs"])).top_logprobs == 0
    assert (await prompt_of("as json", text={"format": {"type": "json_object"}})).format.kind == "json_object"


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({"model": None}, "model", "must provide a model"),
        ({"input": None}, None, "must be provided"),
        ({"input": 7}, "input", "Invalid type for 'input'"),
        ({"safety_identifier": "u" * 129}, "safety_identifier", "string too long"),
        (
            {"prompt_cache_retention": "forever"},
            "prompt_cache_retention",
            "Invalid value: 'forever'",
        ),
        ({"prompt_cache_options": {"ttl": "1h"}}, "prompt_cache_options.ttl", "Invalid value: '1h'"),
        ({"input": [{"type": "message", "content": "x"}]}, "input[0].role", "Missing required parameter"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role", "Invalid value: 'robot'"),
        ({"input": [{"content": "x"}]}, "input[0].type", "Missing required parameter"),
        ({"input": [{"type": "zebra"}]}, "input[0].type", "Invalid value: 'zebra'"),
        ({"input": [{"type": "item_reference", "id": "msg_x"}]}, "input", "'msg_x' not found"),
        ({"input": [{"type": "reasoning", "summary": [], "id": {"a": 1}}]}, "input[0].id", "expected a string"),
        (
            {"input": [{"role": "user", "content": "x", "id": "msg_x"}] * 2},
            "input",
            "Duplicate item found with id msg_x",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]},
            "input[0].content[0].type",
            "Invalid value: 'output_text'",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "input[0].content[0].image_url",
            "Missing",
        ),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text", "Missing"),
        ({"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]}, "input[0].call_id", "Missing"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": ""}]}, "input", "No tool call found"),
        (
            {"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]},
            "input",
            "No tool output found for function call c",
        ),
        ({"previous_response_id": "resp_x"}, "previous_response_id", "'resp_x' not found"),
        ({"previous_response_id": "resp_x", "conversation": "c"}, "previous_response_id", "Mutually exclusive"),
        ({"background": True, "store": False}, "background", "requires 'store'"),
        ({"stream_options": {}}, "stream_options", "only allowed when 'stream'"),
        ({"max_output_tokens": 15}, "max_output_tokens", ">= 16"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "Missing"),
        ({"tools": [{"name": "x"}]}, "tools[0].type", "Missing"),
        ({"tools": [{"type": "magic"}]}, "tools[0].type", "Invalid value: 'magic'"),
        ({"tools": [ADD, ADD]}, "tools[1].name", "more than one tool"),
        ({"tools": [{"type": "mcp"}]}, "tools[0].server_label", "Missing"),
        (
            {"tools": [{"type": "mcp", "server_label": "d", "require_approval": 5}]},
            "tools[0].require_approval",
            "Invalid",
        ),
        ({"tools": [ADD], "tool_choice": {"type": "function", "name": "sub"}}, "tool_choice", "'sub' not found"),
        ({"tool_choice": "maybe"}, "tool_choice", "Invalid value"),
        ({"text": {"format": {"type": "json_object"}}}, "input", "must contain the word 'json'"),
        (
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "array"}}}},
            "text.format.schema",
            "Invalid schema",
        ),
        ({"include": ["everything"]}, "include[0]", "Invalid value: 'everything'"),
    ],
)
async def test_what_is_wrong_with_a_body_is_told_with_its_place(gw, respond, body, param, words):
    refused = await respond(gw(), **({"asked": body.pop("input")} if "input" in body else {}), **body)
    error = decoded(refused)["error"]
    assert (refused.status, error["param"]) == (400, param), error
    assert words in error["message"]


async def test_a_conversation_that_is_not_there_is_not_found(gw, respond):
    assert (await respond(gw(), conversation={"id": "conv_x"})).status == 404


async def test_a_model_of_other_endpoints_is_refused(gw, respond):
    gateway = gw(models=[{"id": "vectors", "families": ["embeddings"]}])
    assert decoded(await respond(gateway, model="vectors"))["error"]["code"] == "unsupported_model"


async def test_an_uploaded_file_can_be_read(gw, ask, respond):
    gateway = gw(rules=[{"when": {"message": "never"}, "reply": "x"}])
    raw = (
        b'--e\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
        b'--e\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nsecret words\r\n--e--\r\n'
    )
    file = decoded(await ask(gateway, "POST", "/v1/files", raw, content_type="multipart/form-data; boundary=e"))
    said = [{"role": "user", "content": [{"type": "input_file", "file_id": file["id"]}]}]
    prompt = (await respond(gateway, said)).turn.prompt
    assert (prompt.last.parts[0].name, prompt.last.parts[0].text) == ("a.txt", "secret words")
    said[0]["content"][0]["file_id"] = "file-x"
    assert (await respond(gateway, said)).status == 404
