"""The Gemini API through the door: its streams, its refusals, its counts."""

import msgspec
import pytest

from mockgate.tokens import load
from mockgate.wire import Json, Sse

ASK = {"contents": [{"role": "user", "parts": [{"text": "ping"}]}]}
PONG = [{"when": {"user": "ping"}, "reply": "one two three"}]
WEATHER = {"functionDeclarations": [{"name": "get_weather", "parametersJsonSchema": {"type": "object"}}]}


@pytest.fixture
def google(ask):
    """Ask a model something; returns the exchange."""

    async def send(gateway, body=ASK, *, method="generateContent", model="gemini-2.5-flash", query="", **headers):
        return await ask(gateway, "POST", f"/v1beta/models/{model}:{method}?{query}", body, **headers)

    return send


def decoded(exchange):
    answer = exchange.answer
    return msgspec.json.decode(answer.body if isinstance(answer, Json) else sent(answer))


def sent(answer):
    assert isinstance(answer, Sse)
    return b"".join(frame.encode() for frame in answer.frames)


def text_of(chunks):
    return "".join(part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"])


async def test_a_rule_that_was_written_for_chat_answers_here(gw, google, say):
    gateway = gw(rules=PONG)
    body = decoded(await google(gateway))
    chat = await say(gateway, "ping", model="gemini-2.5-flash")
    assert text_of([body]) == chat["choices"][0]["message"]["content"] == "one two three"
    counted = body["usageMetadata"]
    assert (counted["promptTokenCount"], counted["candidatesTokenCount"]) == (
        chat["usage"]["prompt_tokens"],
        chat["usage"]["completion_tokens"],
    )


async def test_a_stream_is_server_sent_events_or_one_array_of_the_same(gw, google):
    gateway = gw(rules=PONG)
    events = (await google(gateway, method="streamGenerateContent", query="alt=sse")).answer
    array = (await google(gateway, method="streamGenerateContent")).answer
    assert (events.content_type, array.content_type) == ("text/event-stream; charset=utf-8", "application/json")
    blocks = sent(events).decode().split("\n\n")
    chunks = [msgspec.json.decode(block.removeprefix("data: ")) for block in blocks if block]
    assert chunks == msgspec.json.decode(sent(array))
    assert text_of(chunks) == "one two three"
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"


async def test_a_missing_end_is_a_bracket_of_an_array_and_the_finish_of_events(gw, google):
    gateway = gw(rules=PONG, faults=[{"do": "no_done"}])
    array = sent((await google(gateway, method="streamGenerateContent")).answer)
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(array)
    assert text_of(msgspec.json.decode(array + b"]")) == "one two three"
    events = sent((await google(gateway, method="streamGenerateContent", query="alt=sse")).answer)
    assert b"three" in events
    assert b"finishReason" not in events


@pytest.mark.parametrize(("after", "chunks"), [("0 chunks", 0), ("2 chunks", 2)])
async def test_an_error_in_the_middle_is_the_last_element(gw, google, after, chunks):
    gateway = gw(rules=PONG, faults=[{"error": 503, "message": "Overloaded.", "after": after}])
    *before, last = decoded(await google(gateway, method="streamGenerateContent"))
    assert len(before) == chunks
    assert last == {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}
    events = sent((await google(gateway, method="streamGenerateContent", query="alt=sse")).answer)
    assert events.endswith(b'data: {"error":{"code":503,"message":"Overloaded.","status":"UNAVAILABLE"}}\n\n')


async def test_faults_of_a_stream_leave_an_array_what_they_leave_any_stream(gw, google):
    twice = gw(rules=PONG, faults=[{"do": "duplicate"}])
    assert text_of(decoded(await google(twice, method="streamGenerateContent"))) == "one two two three"
    cut = gw(rules=PONG, faults=[{"do": "truncate", "after": "2 chunks"}])
    array = sent((await google(cut, method="streamGenerateContent")).answer)
    assert text_of(msgspec.json.decode(array + b"]")) == "one two"


async def test_what_is_counted_beforehand_is_what_is_charged(gw, google):
    gateway = gw(rules=PONG)
    whole = {**ASK, "systemInstruction": {"parts": [{"text": "Be brief."}]}, "tools": [WEATHER]}
    counted = decoded(await google(gateway, {"generateContentRequest": whole}, method="countTokens"))
    charged = decoded(await google(gateway, whole))["usageMetadata"]
    assert counted["totalTokens"] == charged["promptTokenCount"]
    assert counted["promptTokensDetails"] == charged["promptTokensDetails"]
    alone = decoded(await google(gateway, method="countTokens"))
    assert alone["totalTokens"] == decoded(await google(gateway))["usageMetadata"]["promptTokenCount"]


@pytest.mark.parametrize("body", [{}, {**ASK, "generateContentRequest": ASK}])
async def test_nothing_or_two_things_cannot_be_counted(gw, google, body):
    assert (await google(gw(), body, method="countTokens")).status == 400


async def test_thoughts_are_counted_apart_and_shown_where_they_are_asked_for(gw, google):
    gateway = gw(rules=[{"reply": [{"reasoning": "Let me see."}, {"text": "Done."}]}])
    hidden = decoded(await google(gateway))
    shown = decoded(await google(gateway, {**ASK, "generationConfig": {"thinkingConfig": {"includeThoughts": True}}}))
    thought = {"text": "Let me see.", "thought": True}
    assert hidden["candidates"][0]["content"]["parts"] == [{"text": "Done."}]
    assert shown["candidates"][0]["content"]["parts"] == [thought, {"text": "Done."}]
    tokens = load("o200k_base").count
    for body in (hidden, shown):
        counted = body["usageMetadata"]
        assert counted["thoughtsTokenCount"] == tokens("Let me see.")
        assert counted["candidatesTokenCount"] == tokens("Done.")
        assert counted["totalTokenCount"] == counted["promptTokenCount"] + tokens("Let me see.") + tokens("Done.")


async def test_an_answer_obeys_its_limit_and_its_stops(gw, google):
    gateway = gw(rules=PONG)
    cut = decoded(await google(gateway, {**ASK, "generationConfig": {"maxOutputTokens": 2}}))
    assert (text_of([cut]), cut["candidates"][0]["finishReason"]) == ("one two", "MAX_TOKENS")
    stopped = decoded(await google(gateway, {**ASK, "generationConfig": {"stopSequences": [" three"]}}))
    assert (text_of([stopped]), stopped["candidates"][0]["finishReason"]) == ("one two", "STOP")


async def test_a_schema_of_the_apis_own_kind_is_kept_to(gw, google):
    schema = {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "minimum": 3, "maximum": 3}}, "required": ["n"]}
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    body = decoded(await google(gw(), {**ASK, "generationConfig": config}))
    assert msgspec.json.decode(text_of([body])) == {"n": 3}
    enum = {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["red"]}}
    assert text_of([decoded(await google(gw(), {**ASK, "generationConfig": enum}))]) == "red"


async def test_a_function_that_must_be_called_is(gw, google):
    config = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["get_weather"]}}
    body = decoded(await google(gw(), {**ASK, "tools": [WEATHER], "toolConfig": config}))
    (part,) = body["candidates"][0]["content"]["parts"]
    assert part["functionCall"]["name"] == "get_weather"
    assert body["candidates"][0]["finishReason"] == "STOP"


# Keys.


@pytest.mark.parametrize("carried", [{"query": "key=k-good"}, {"x_goog_api_key": "k-good"}])
async def test_the_key_comes_in_a_header_or_in_the_query(gw, google, carried):
    gateway = gw(rules=PONG, unknown_keys="refuse", keys={"k-good": {}})
    exchange = await google(gateway, authorization="", **carried)
    assert (exchange.status, exchange.key) == (200, "k-good")


async def test_a_key_in_the_query_is_a_secret(gw, google):
    exchange = await google(gw(rules=PONG), query="key=AIza-very-secret-indeed&alt=sse", authorization="")
    assert "secret" not in exchange.describe()["query"]
    assert exchange.describe()["query"].endswith("&alt=sse")


def reason(exchange):
    error = decoded(exchange)["error"]
    return error["code"], error["status"], next((each["reason"] for each in error.get("details", [])[:1]), None)


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [
        ("", 403, (403, "PERMISSION_DENIED", None)),
        ("k-made-up", 400, (400, "INVALID_ARGUMENT", "API_KEY_INVALID")),
        ("k-old", 400, (400, "INVALID_ARGUMENT", "API_KEY_INVALID")),
        ("k-off", 403, (403, "PERMISSION_DENIED", "CONSUMER_SUSPENDED")),
    ],
)
async def test_keys_are_refused_with_googles_statuses_and_reasons(gw, google, key, status, said):
    keys = {"k-old": {"expires": "2020-01-01"}, "k-off": {"disabled": True}}
    exchange = await google(gw(unknown_keys="refuse", keys=keys), authorization="", x_goog_api_key=key)
    assert (exchange.status, reason(exchange)) == (status, said)


async def test_a_status_that_a_rule_gives_stays_what_it_is(gw, google):
    exchange = await google(gw(rules=[{"error": 401, "message": "No."}]))
    assert (exchange.status, reason(exchange)) == (401, (401, "UNAUTHENTICATED", None))


# What else is refused.


async def test_a_limit_says_how_long_to_wait(gw, google):
    gateway = gw(rules=PONG, limits={"requests": "1/min"})
    await google(gateway)
    refused = await google(gateway)
    error = decoded(refused)["error"]
    assert (refused.status, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    (info,) = error["details"]
    assert info == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "60s"}


@pytest.mark.parametrize(
    ("model", "method"), [("text-embedding-3-small", "generateContent"), ("gpt-4o", "embedContent")]
)
async def test_a_model_that_does_not_know_a_method_is_not_found_for_it(gw, google, model, method):
    refused = await google(gw(), {**ASK, "content": ASK["contents"][0]}, model=model, method=method)
    assert refused.status == 404
    message = decoded(refused)["error"]["message"]
    assert message.startswith(f"models/{model} is not found for API version v1beta, or is not supported for {method}.")


async def test_a_prompt_that_is_too_long_is_told_by_how_much(gw, google):
    refused = await google(gw(models=[{"id": "small", "context": 5}], default_model="small"), model="small")
    assert decoded(refused)["error"]["message"] == (
        "The input token count (8) exceeds the maximum number of tokens allowed (5)."
    )


@pytest.mark.parametrize(
    ("model", "config", "message"),
    [
        (
            "gemini-2.5-pro",
            {"thinkingConfig": {"thinkingBudget": 0}},
            "Budget 0 is invalid. This model only works in thinking mode.",
        ),
        (
            "gemini-2.5-flash",
            {"thinkingConfig": {"thinkingBudget": -2}},
            "The thinking budget -2 is invalid. Please choose a value between 0 and 24576.",
        ),
        (
            "gemini-2.5-pro",
            {"thinkingConfig": {"thinkingBudget": 64}},
            "The thinking budget 64 is invalid. Please choose a value between 128 and 32768.",
        ),
        (
            "gemini-2.5-flash",
            {"thinkingConfig": {"thinkingLevel": "LOW"}},
            "Thinking level is not supported for this model.",
        ),
        (
            "gemini-2.5-flash",
            {"responseMimeType": "application/json"},
            "Function calling with a response mime type: 'application/json' is unsupported",
        ),
    ],
)
async def test_what_a_model_does_not_do_is_refused(gw, google, model, config, message):
    refused = await google(gw(), {**ASK, "generationConfig": config, "tools": [WEATHER]}, model=model)
    assert (refused.status, decoded(refused)["error"]["message"]) == (400, message)


@pytest.mark.parametrize(
    ("model", "signed", "status"),
    [("gemini-3-pro-preview", False, 400), ("gemini-3-pro-preview", True, 200), ("gemini-2.5-flash", False, 200)],
)
async def test_gemini_3_wants_its_calls_back_signed(gw, google, model, signed, status):
    call = {"functionCall": {"name": "get_weather", "args": {}}, **({"thoughtSignature": "c2ln"} if signed else {})}
    back = {"functionResponse": {"name": "get_weather", "response": {}}}
    contents = [*ASK["contents"], {"role": "model", "parts": [call]}, {"role": "user", "parts": [back]}]
    answered = await google(gw(), {"contents": contents, "tools": [WEATHER]}, model=model)
    assert answered.status == status
    earlier = [*contents, {"role": "model", "parts": [{"text": "Sunny."}]}, *ASK["contents"]]
    assert (await google(gw(), {"contents": earlier, "tools": [WEATHER]}, model=model)).status == 200


# Embeddings, models.


async def test_embeddings_are_those_of_the_other_endpoint(gw, google, ask):
    gateway = gw()
    model = "gemini-embedding-001"
    content = {"parts": [{"text": "north"}]}
    one = decoded(await google(gateway, {"content": content}, method="embedContent", model=model))
    requests = [{"model": f"models/{model}", "content": content, "outputDimensionality": size} for size in (3072, 2)]
    many = decoded(await google(gateway, {"requests": requests}, method="batchEmbedContents", model=model))
    other = await ask(gateway, "POST", "/v1/embeddings", {"model": model, "input": "north"})
    vector = one["embedding"]["values"]
    assert vector == many["embeddings"][0]["values"] == decoded(other)["data"][0]["embedding"]
    assert [len(each["values"]) for each in many["embeddings"]] == [3072, 2]
    assert (one["usageMetadata"]["promptTokenCount"], many["usageMetadata"]["promptTokenCount"]) == (1, 2)


async def test_a_rule_may_give_the_vector(gw, google):
    gateway = gw(rules=[{"when": {"user": "north"}, "reply": {"json": [0.0, 1.0]}}])
    content = {"content": {"parts": [{"text": "Due north"}]}}
    body = decoded(await google(gateway, content, method="embedContent", model="gemini-embedding-001"))
    assert body["embedding"]["values"] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("embedContent", {}),
        ("embedContent", {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 9999}),
        ("batchEmbedContents", {"requests": []}),
        ("batchEmbedContents", {"requests": [{"content": {"parts": [{"text": "a"}]}}] * 101}),
        ("batchEmbedContents", {"requests": [{"model": "models/other", "content": {"parts": [{"text": "a"}]}}]}),
    ],
)
async def test_what_cannot_be_embedded_is_refused(gw, google, method, body):
    refused = await google(gw(), body, method=method, model="gemini-embedding-001")
    assert (refused.status, decoded(refused)["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(("path", "headers"), [("/v1beta", {}), ("/v1", {"x_goog_api_key": "k"})])
async def test_models_are_listed_for_googles_clients_page_by_page(gw, ask, path, headers):
    gateway, found, token = gw(), [], ""
    while not found or token:
        page = decoded(await ask(gateway, "GET", f"{path}/models?pageSize=30&pageToken={token}", **headers))
        found += page["models"]
        token = page.get("nextPageToken", "")
    methods = {model["name"]: model["supportedGenerationMethods"] for model in found}
    assert len(methods) == len(found) > 30
    assert methods["models/gemini-2.5-flash"] == methods["models/gpt-4o"]
    assert methods["models/gemini-2.5-flash"] == ["generateContent", "streamGenerateContent", "countTokens"]
    assert methods["models/gemini-embedding-001"] == ["embedContent", "batchEmbedContents"]
    assert "models/omni-moderation-latest" not in methods
    one = decoded(await ask(gateway, "GET", f"{path}/models/gemini-2.5-flash", **headers))
    assert one in found
    gone = await ask(gateway, "GET", f"{path}/models/omni-moderation-latest", **headers)
    assert (gone.status, decoded(gone)["error"]["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("query", ["pageToken=nonsense!", "pageSize=-1", "pageSize=many"])
async def test_a_page_that_there_is_not_is_refused(gw, ask, query):
    assert (await ask(gw(), "GET", f"/v1beta/models?{query}")).status == 400
