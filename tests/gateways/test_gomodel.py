"""GoModel: every route that its docs list, and every refusal of which the words are known."""

import msgspec
import pytest
from anthropic import Anthropic
from openai import BadRequestError, NotFoundError, OpenAI

from mockgate.rng import Dice
from mockgate.synth.sound import speak
from mockgate.wire import Json, Sse

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
INPUT = {"model": "gpt-4o", "input": "hi"}
CLAUDE = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
SPEECH = {"model": "tts-1", "input": "hi", "voice": "alloy"}
LINE = {"custom_id": "a", "method": "POST", "url": CHAT, "body": HI}
FORM = "multipart/form-data; boundary=e"
PASSED = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

RULES = [{"when": {"user": "hi"}, "reply": "ho"}]


def form(*files, **fields):
    """Make a form's body."""
    given = [(f'"{name}"', text) for name, text in fields.items()]
    given += [(f'"file"; filename="{name}"', text) for name, text in files]
    parts = [f"--e\r\nContent-Disposition: form-data; name={name}\r\n\r\n{text}\r\n" for name, text in given]
    return ("".join(parts) + "--e--\r\n").encode("latin-1")


def read(exchange):
    answer = exchange.answer
    assert isinstance(answer, Json), answer
    return msgspec.json.decode(answer.body)


def refused(exchange):
    """Return a refusal: its status, and its four keys but for the message, which comes last."""
    error = read(exchange)["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    return exchange.status, error["type"], error["code"], error["message"]


@pytest.fixture
def gateway(gw):
    return gw({"gateway": "gomodel", "rules": RULES})


@pytest.fixture
async def made(gateway, ask):
    """Make one of everything; return what is told of each."""
    lines = "\n".join([msgspec.json.encode(LINE).decode()])
    file = await ask(gateway, "POST", "/v1/files", form(("in.jsonl", lines), purpose="batch"), content_type=FORM)
    asked = {"input_file_id": read(file)["id"], "endpoint": CHAT, "completion_window": "24h"}
    whole = {
        "file": file,
        "batch": await ask(gateway, "POST", "/v1/batches", asked),
        "over": await ask(gateway, "POST", "/v1/batches", {"requests": [LINE]}),
        "response": await ask(gateway, "POST", "/v1/responses", INPUT),
        "background": await ask(gateway, "POST", "/v1/responses", {**INPUT, "background": True}),
        "conversation": await ask(gateway, "POST", "/v1/conversations", {}),
    }
    assert {exchange.status for exchange in whole.values()} == {200}
    return {name: read(exchange) for name, exchange in whole.items()}


# A table of the docs' lines: the route, a body, and the object that is answered.

ROUTES = [
    ("POST /v1/chat/completions", HI, "chat.completion"),
    ("POST /v1/responses", INPUT, "response"),
    ("GET /v1/responses/{response}", None, "response"),
    ("DELETE /v1/responses/{response}", None, "response"),
    ("POST /v1/responses/{background}/cancel", None, "response"),
    ("GET /v1/responses/{response}/input_items", None, "list"),
    ("POST /v1/responses/input_tokens", INPUT, "response.input_tokens"),
    ("POST /v1/responses/compact", INPUT, "response.compaction"),
    ("POST /v1/conversations", {}, "conversation"),
    ("GET /v1/conversations/{conversation}", None, "conversation"),
    ("POST /v1/conversations/{conversation}", {"metadata": {"a": "b"}}, "conversation"),
    ("DELETE /v1/conversations/{conversation}", None, "conversation.deleted"),
    ("POST /v1/embeddings", {"model": "text-embedding-3-small", "input": "hi"}, "list"),
    ("GET /v1/models", None, "list"),
    ("GET /v1/files", None, "list"),
    ("GET /v1/files/{file}", None, "file"),
    ("DELETE /v1/files/{file}", None, "file"),
    ("GET /v1/batches", None, "list"),
    ("GET /v1/batches/{batch}", None, "batch"),
    ("POST /v1/batches/{batch}/cancel", None, "batch"),
]  # fmt: skip


@pytest.mark.parametrize(("route", "body", "named"), ROUTES)
async def test_every_route_of_objects_answers_with_its_object(gateway, ask, made, route, body, named):
    method, path = route.format(**{name: told["id"] for name, told in made.items()}).split()
    exchange = await ask(gateway, method, path, body)
    assert (exchange.status, read(exchange)["object"]) == (200, named)


@pytest.mark.parametrize(
    ("route", "body", "kind"),
    [
        ("POST /v1/audio/speech", SPEECH, "audio/mpeg"),
        ("GET /v1/files/{file}/content", None, "application/octet-stream"),
        ("GET /metrics", None, "text/plain; version=0.0.4; charset=utf-8"),
        ("GET /swagger/index.html", None, "text/html; charset=utf-8"),
    ],
)
async def test_routes_of_bytes_answer_with_their_kind_of_bytes(gateway, ask, made, route, body, kind):
    method, path = route.format(file=made["file"]["id"]).split()
    exchange = await ask(gateway, method, path, body)
    assert (exchange.status, exchange.answer.content_type) == (200, kind)


async def test_a_recording_is_heard(gateway, ask):
    sound = speak("hello", "wav", Dice("x")).data.decode("latin-1")
    parts = form(("a.wav", sound), model="whisper-1")
    exchange = await ask(gateway, "POST", "/v1/audio/transcriptions", parts, content_type=FORM)
    assert (exchange.status, read(exchange).keys() >= {"text"}) == (200, True)


async def test_messages_are_anthropics_and_their_tokens_are_counted(gateway, ask):
    told = read(await ask(gateway, "POST", "/v1/messages", CLAUDE))
    asked = {**CLAUDE, "max_tokens": None, "messages": [{"role": "user", "content": "four" * 25}]}
    assert (told["type"], told["content"][0]["text"]) == ("message", "ho")
    assert read(await ask(gateway, "POST", "/v1/messages/count_tokens", asked)) == {"input_tokens": 25}


@pytest.mark.parametrize("method", PASSED)
async def test_a_provider_is_reached_by_every_method(gateway, ask, method):
    exchange = await ask(gateway, method, "/p/zai/any/thing", {"a": 1} if method in {"POST", "PUT", "PATCH"} else None)
    assert (exchange.status, read(exchange)["method"]) == (200, method)


@pytest.mark.parametrize(("storage", "cache", "status", "word"), [
    ("ok", "ok", 200, "ready"), ("ok", "down", 200, "degraded"), ("down", "ok", 503, "not_ready"),
])  # fmt: skip
async def test_it_is_alive_and_ready_without_a_key(gw, ask, storage, cache, status, word):
    gateway = gw({"gateway": "gomodel", "manners": {"health": {"storage": storage, "cache": cache}}})
    ready = await ask(gateway, "GET", "/health/ready", authorization="")
    assert (ready.status, read(ready)) == (status, {"status": word, "components": {"storage": storage, "cache": cache}})
    assert read(await ask(gateway, "GET", "/health", authorization="")) == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/completions"), ("POST", "/v1/images/generations"), ("POST", "/v1/moderations"),
     ("GET", "/api/status"), ("POST", "/v1/audio/translations"), ("POST", "/v1/uploads"),
     ("GET", "/v1/conversations/conv_1/items")],
)  # fmt: skip
async def test_what_the_docs_do_not_list_is_not_there(gateway, ask, method, path):
    exchange = await ask(gateway, method, path, {} if method == "POST" else None)
    assert refused(exchange) == (404, "not_found_error", None, f"unknown API endpoint: {method} {path}")


async def test_its_source_has_more_than_its_docs(gw, ask):
    gateway = gw({"gateway": "gomodel", "profile": "source"})
    assert (await ask(gateway, "POST", "/v1/images/generations", {"model": "dall-e-3", "prompt": "x"})).status == 200
    keyless = await ask(gateway, "POST", CHAT, HI, authorization="")
    assert refused(keyless)[3].startswith("missing credentials: send 'Authorization: Bearer <token>'")


# Refusals.

INVALID, UNKNOWN = "invalid_request_error", "not_found_error"
ENABLED = "openai, anthropic, gemini, openrouter, zai, vllm"
NOT_PASSED = f'provider passthrough for "nobody" is not enabled; currently enabled providers: {ENABLED}'


@pytest.mark.parametrize(
    ("route", "body", "expected"),
    [
        (f"POST {CHAT}", {"messages": []}, (400, INVALID, None, "model is required")),
        ("POST /v1/responses", {"input": "hi"}, (400, INVALID, "missing_required_parameter", "model is required")),
        ("POST /v1/embeddings", {"input": "hi"}, (400, INVALID, None, "model is required")),
        (f"POST {CHAT}", {**HI, "model": "nope"}, (400, INVALID, None, "unsupported model: nope")),
        (f"POST {CHAT}", {**HI, "provider": "groq"}, (400, INVALID, None, "unsupported model: groq/gpt-4o")),
        ("GET /v1/responses/resp_x", None, (404, UNKNOWN, None, "response not found: resp_x")),
        ("DELETE /v1/conversations/conv_x", None, (404, UNKNOWN, None, "conversation not found: conv_x")),
        ("GET /v1/models/nope", None, (404, UNKNOWN, None, "model not found: nope")),
        ("GET /v1/files/file-x/content", None, (404, UNKNOWN, None, "file not found: file-x")),
        ("GET /v1/batches/batch_x", None, (404, UNKNOWN, None, "batch not found: batch_x")),
        ("POST /v1/batches", {"requests": []}, (400, INVALID, None, "requests is required and must not be empty")),
        ("GET /p/nobody/x", None, (400, INVALID, None, NOT_PASSED)),
    ],
)  # fmt: skip
async def test_a_refusal_has_gomodels_words(gateway, ask, route, body, expected):
    assert refused(await ask(gateway, *route.split(), body)) == expected


async def test_a_body_that_is_no_json_is_said_to_be_none(gateway, ask):
    status, kind, code, message = refused(await ask(gateway, "POST", CHAT, b"{"))
    assert (status, kind, code) == (400, INVALID, None)
    assert message.startswith("invalid request body: ")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"authorization": ""}, "missing authorization header"),
        ({"authorization": "Basic eA=="}, "invalid authorization header format, expected 'Bearer <token>'"),
        ({"authorization": "Bearer sk-wrong"}, "invalid master key"),
        ({"authorization": "Bearer sk-off"}, "authentication failed"),
        ({"authorization": "Bearer sk-old"}, "authentication failed"),
    ],
)
async def test_who_shows_no_good_key_is_told_which_way(gw, ask, headers, message):
    keys = {"sk-off": {"disabled": True}, "sk-old": {"expires": "2024-01-01"}}
    gateway = gw({"gateway": "gomodel", "keys": keys, "unknown_keys": "refuse"})
    assert refused(await ask(gateway, "POST", CHAT, HI, **headers)) == (401, "authentication_error", None, message)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [(403, "authentication_error", None), (405, INVALID, None), (413, INVALID, None),
     (429, "rate_limit_error", "rate_limit_exceeded"), (500, "internal_error", None),
     (502, "provider_error", None), (503, "provider_error", None)],
)  # fmt: skip
async def test_a_status_has_its_type_and_code(gw, ask, status, kind, code):
    gateway = gw({"gateway": "gomodel", "rules": [{"error": status}]})
    assert refused(await ask(gateway, "POST", CHAT, HI))[:3] == (status, kind, code)


async def test_anthropics_paths_have_anthropics_envelope(gateway, ask):
    exchange = await ask(gateway, "POST", "/v1/messages", {**CLAUDE, "model": "nope"})
    assert (exchange.status, read(exchange)["error"]) == (
        400, {"type": "invalid_request_error", "message": "unsupported model: nope"},
    )  # fmt: skip


async def test_a_limit_tells_of_itself_in_whole_seconds(gw, ask):
    gateway = gw({"gateway": "gomodel", "limits": {"requests": "1/min"}, "manners": {"caches": []}})
    first, second = await ask(gateway, "POST", CHAT, HI), await ask(gateway, "POST", CHAT, HI)
    names = ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests")
    assert [first.answer.headers[name] for name in names] == ["1", "0", "60"]
    assert refused(second)[:3] == (429, "rate_limit_error", "rate_limit_exceeded")
    assert second.answer.headers["retry-after"] == "60"


# What is its own.


async def test_an_id_that_is_sent_comes_back_and_another_is_made(gateway, ask):
    told = await ask(gateway, "GET", "/v1/models", **{"x-request-id": "mine"})
    drawn = await ask(gateway, "GET", "/v1/models")
    assert told.answer.headers["x-request-id"] == "mine"
    assert len(drawn.answer.headers["x-request-id"]) == 36


async def test_models_are_listed_by_provider_in_order_with_what_they_cost(gateway, ask):
    rows = {row["id"]: row for row in read(await ask(gateway, "GET", "/v1/models"))["data"]}
    assert list(rows) == sorted(rows)
    told = rows["openai/gpt-4o"]
    assert (told["object"], told["owned_by"]) == ("model", "openai")
    assert told["metadata"]["context_window"] == 128_000
    assert told["metadata"]["pricing"] | {"currency": "USD", "input_per_mtok": 2.5} == told["metadata"]["pricing"]
    assert read(await ask(gateway, "GET", "/v1/models/openai%2Fgpt-4o"))["id"] == "openai/gpt-4o"


@pytest.mark.parametrize("named", [{}, {"model": "openai/gpt-4o"}, {"provider": "openai"}])
async def test_a_model_goes_by_its_name_with_its_provider_or_beside_it(gateway, ask, named):
    exchange = await ask(gateway, "POST", CHAT, {**HI, **named})
    assert (exchange.status, exchange.names[-1], read(exchange)["provider"]) == (200, "gpt-4o", "openai")
    assert exchange.cost > 0


async def test_a_stream_ends_with_its_usage_though_nobody_asked(gateway, stream):
    *_, last = await stream(gateway, "hi", model="openai/gpt-4o")
    assert (last["choices"], last["usage"]["completion_tokens"]) == ([], 1)


async def test_what_was_asked_before_is_answered_from_the_cache_unless_that_is_unwanted(gateway, ask):
    first, again = await ask(gateway, "POST", CHAT, HI), await ask(gateway, "POST", CHAT, HI)
    assert "x-cache" not in first.answer.headers
    assert (again.answer.headers["x-cache"], again.cost) == ("HIT (exact)", 0)
    assert read(first) == read(again)
    assert "x-cache" not in (await ask(gateway, "POST", CHAT, HI, **{"cache-control": "no-cache"})).answer.headers


async def test_a_stored_response_is_given_whole_or_not_at_all(gateway, ask, made):
    path = f"/v1/responses/{made['response']['id']}"
    assert refused(await ask(gateway, "GET", f"{path}?stream=true")) == (
        501, INVALID, "unsupported_response_operation", "streaming response retrieval is not supported",
    )  # fmt: skip
    for query, param in (("starting_after=x", "starting_after"), ("include_obfuscation=maybe", "include_obfuscation")):
        exchange = await ask(gateway, "GET", f"{path}?{query}")
        assert (exchange.status, read(exchange)["error"]["param"]) == (400, param)


async def test_a_batch_holds_its_requests_and_lists_its_results(gateway, ask, made):
    batch = made["over"]
    assert (batch["provider"], batch["input_file_id"], batch["metadata"]["provider"]) == ("openai", None, "openai")
    assert batch["provider_batch_id"] == batch["metadata"]["provider_batch_id"]
    path = f"/v1/batches/{batch['id']}/results"
    early = refused(await ask(gateway, "GET", path))
    assert early == (409, INVALID, None, "batch results are not ready yet (status: validating)")
    gateway.session().clock.advance(60)
    told = read(await ask(gateway, "GET", path))
    assert (told["object"], told["batch_id"]) == ("list", batch["id"])
    (row,) = told["data"]
    assert (row["index"], row["custom_id"], row["status_code"], row["provider"]) == (0, "a", 200, "openai")
    assert row["response"]["choices"][0]["message"]["content"] == "ho"
    assert made["file"]["provider"] == "openai"


# The official clients.


@pytest.fixture
def server(live):
    return live({"rules": RULES, "clock": {"frozen": True}, "pace": "instant"})


def test_openais_client_works_below_the_gateways_name(server):
    client = OpenAI(base_url=f"{server.url}/gomodel/v1", api_key="sk-1", max_retries=0)
    chat = client.chat.completions.create(**{**HI, "model": "openai/gpt-4o"})
    assert (chat.choices[0].message.content, chat.provider) == ("ho", "openai")
    assert len(chat._request_id) == 36
    chunks = list(client.chat.completions.create(**HI, stream=True))
    assert (chunks[-1].choices, chunks[-1].usage.completion_tokens) == ([], 1)
    assert client.responses.create(**INPUT).output_text == "ho"
    assert client.models.retrieve("openai/gpt-4o").id == "openai/gpt-4o"
    assert client.conversations.create(metadata={"a": "b"}).metadata == {"a": "b"}
    with pytest.raises(BadRequestError, match="unsupported model: nope"):
        client.chat.completions.create(**{**HI, "model": "nope"})
    with pytest.raises(NotFoundError, match="file not found: file-x"):
        client.files.retrieve("file-x")


def test_anthropics_client_works_below_the_gateways_name(server):
    client = Anthropic(base_url=f"{server.url}/gomodel", api_key="sk-1", max_retries=0)
    assert client.messages.create(**CLAUDE).content[0].text == "ho"
    with client.messages.stream(**CLAUDE) as stream:
        assert stream.get_final_text() == "ho"
    asked = {name: CLAUDE[name] for name in ("model", "messages")}
    assert client.messages.count_tokens(**asked).input_tokens > 0


async def test_a_voice_is_talked_to(gateway, ask):
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    exchange = await ask(
        gateway, "GET", "/v1/realtime?model=gpt-realtime", **upgrade | {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    )
    assert exchange.status == 101
    assert not isinstance(exchange.answer, Json | Sse)
