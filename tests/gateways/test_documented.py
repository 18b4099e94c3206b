"""Every route and every status that a gateway's docs have, with the fields that their samples show, in their order."""

import json

import msgspec
import pytest

from mockgate.rng import Dice
from mockgate.synth.sound import speak
from mockgate.wire import Sse

CHAT = "/v1/chat/completions"
HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
FORM = "multipart/form-data; boundary=e"
VENDOR = {"anthropic-version": "2025-05-14", "vendor": "ClaudeCode"}


def form(*files, **fields):
    given = [(f'"{name}"', text) for name, text in fields.items()]
    given += [(f'"file"; filename="{name}"', text) for name, text in files]
    parts = [f"--e\r\nContent-Disposition: form-data; name={name}\r\n\r\n{text}\r\n" for name, text in given]
    return ("".join(parts) + "--e--\r\n").encode("latin-1")


WAV = form(("a.wav", speak("hello", "wav", Dice("x")).data.decode("latin-1")), model="whisper-1")


def shape(value):
    """Return a value with kinds in the place of its texts and numbers, lists cut to their first item."""
    match value:
        case dict():
            return {name: shape(item) for name, item in value.items()}
        case list():
            return [shape(item) for item in value[:1]]
        case _:
            return "number" if type(value) in {int, float} else type(value).__name__


def shapes(*values):
    """Return shapes as text, so that the order of keys counts."""
    return [json.dumps(shape(value)) for value in values]


# Samples, in our own words. Sources: the gateways' docs, and where those show none, OpenAI's own answers.

TEXTS = {"reply": "hello!"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
OPENAI_USAGE = {
    **USAGE,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
    },
}  # fmt: skip
COMPLETION = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o"}
OPENAI_CHAT = {
    **COMPLETION,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "hello!", "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": OPENAI_USAGE,
    "service_tier": "default",
    "system_fingerprint": "fp_1",
}
BARE_CHAT = {
    **COMPLETION,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello!"}, "finish_reason": "stop"}],
    "usage": USAGE,
}
APIGO_CHAT = {
    **COMPLETION,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "hello!", "reasoning_content": ""},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        **USAGE,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "completion_tokens_details": {"audio_tokens": 0, "reasoning_tokens": 0},
    },
}
MESSAGE_USAGE = {
    "input_tokens": 23,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 61,
    "service_tier": "standard",
}
ENDED = {"content": [{"type": "text", "text": "Hello!"}], "stop_reason": "end_turn", "stop_sequence": None}
APIGO_MESSAGE = {
    "model": "claude-sonnet-4-20250514", "id": "your-1", "type": "message", "role": "assistant", **ENDED,
    "usage": MESSAGE_USAGE, "vendor": "ClaudeCode",
}  # fmt: skip
MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-6", **ENDED,
    "usage": MESSAGE_USAGE,
}  # fmt: skip
VIDEO = {
    "id": "video_123", "object": "video", "model": "sora-2", "status": "queued", "progress": 0, "created_at": 1,
    "size": "1024x1808", "seconds": "8", "quality": "standard",
}  # fmt: skip
PICTURE = {"created": 1, "data": [{"url": "https://x", "revised_prompt": "x"}]}
EMBEDDING = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}
MODEL = {"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "openai"}
MODELS = {"object": "list", "data": [MODEL]}
TRANSCRIPT = {"text": "hello", "usage": {"type": "duration", "seconds": 1}}
CONVERSATION = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
CLAUDE = {"model": "claude-sonnet-4-20250514", **HELLO}
EMBED = {"model": "text-embedding-3-small", "input": "The quick brown fox"}
DRAW = {"model": "dall-e-3", "prompt": "一只可爱的小海獭", "n": 1, "size": "1024x1024"}
FILM = {"model": "sora-2", "prompt": "A calico cat", "seconds": "8", "size": "1024x1808"}

#: The route, what is sent, and what is answered.
ROUTES = {
    "goesai": [
        (f"POST {CHAT}", {"model": "claude-sonnet-4-6", **HELLO}, OPENAI_CHAT),
        ("GET /v1/models", None, MODELS),
    ],
    "getgoapi": [
        (f"POST {CHAT}", {"model": "gpt-4o", **HELLO, "temperature": 1, "top_p": 1, "max_tokens": 50}, BARE_CHAT),
        (
            "POST /v1/completions",
            {"model": "gpt-3.5-turbo-instruct", "prompt": "Once"},
            {
                "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "gpt-3.5-turbo-instruct",
                "choices": [{"text": "x", "index": 0, "logprobs": None, "finish_reason": "stop"}], "usage": USAGE,
            },
        ),
        ("POST /v1/embeddings", EMBED, EMBEDDING),
        ("POST /v1/images/generations", {**DRAW, "quality": "standard"}, PICTURE),
        ("POST /v1/audio/transcriptions", WAV, TRANSCRIPT),
        ("GET /v1/models", None, MODELS),
    ],
    "apigo": [
        (f"POST {CHAT}", {"model": "gemini-2.5-flash", **HELLO}, APIGO_CHAT),
        ("POST /v1/messages", CLAUDE, APIGO_MESSAGE),
        ("POST /v1/videos", form(**FILM), VIDEO),
        ("GET /v1/videos/{video}", None, {**VIDEO, "status": "completed", "url": "https://x/video.mp4"}),
        ("POST /v1/images/generations", DRAW, PICTURE),
    ],
    "gomodel": [
        (f"POST {CHAT}", {"model": "gpt-4o", **HELLO}, {**OPENAI_CHAT, "provider": "openai"}),
        ("DELETE /v1/responses/{response}", None, {"id": "resp_1", "object": "response", "deleted": True}),
        ("POST /v1/responses/input_tokens", {"model": "gpt-4o", "input": "hi"},
         {"object": "response.input_tokens", "input_tokens": 1}),
        ("POST /v1/conversations", {}, CONVERSATION),
        ("GET /v1/conversations/{conversation}", None, CONVERSATION),
        ("POST /v1/conversations/{conversation}", {"metadata": {}}, CONVERSATION),
        ("DELETE /v1/conversations/{conversation}", None,
         {"id": "conv_1", "object": "conversation.deleted", "deleted": True}),
        ("POST /v1/embeddings", EMBED, {**EMBEDDING, "provider": "openai"}),
        ("POST /v1/audio/transcriptions", WAV, TRANSCRIPT),
        ("POST /v1/messages", {**CLAUDE, "max_tokens": 9}, MESSAGE),
        ("POST /v1/messages/count_tokens", CLAUDE, {"input_tokens": 2}),
        ("GET /health", None, {"status": "ok"}),
        ("GET /health/ready", None, {"status": "ready", "components": {"storage": "ok", "cache": "ok"}}),
    ],
    "newapi": [
        (f"POST {CHAT}", {"model": "gpt-4o-mini", **HELLO}, OPENAI_CHAT),
        ("POST /v1/embeddings", EMBED, EMBEDDING),
        ("POST /v1/images/generations", {**DRAW, "model": "gpt-image-1"}, None),
    ],
}  # fmt: skip
TABLE = [(gateway, *row) for gateway, rows in ROUTES.items() for row in rows]

#: The header with a request's id, and what is on every answer beside it.
HEADERS = {
    "goesai": {"x-request-id"},
    "getgoapi": {"x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
    "apigo": {"x-request-id"},
    "gomodel": {"x-request-id"},
    "newapi": {"x-oneapi-request-id", "x-new-api-version"},
}


def own(exchange):
    """Return the names of an answer's headers that are not mockgate's."""
    return {name for name in exchange.answer.headers if not name.startswith("x-mockgate-")}


@pytest.fixture
def playing(gw):
    def play(name, **keys):
        rules = [{"when": {"family": family}, **TEXTS} for family in ("chat", "messages", "responses")]
        return gw({"gateway": name, "videos": [{"states": {"queued": 0, "in_progress": 0}}], "rules": rules, **keys})

    return play


def headed(body):
    return {**VENDOR, "content-type": FORM} if isinstance(body, bytes) and body[:1] == b"-" else VENDOR


async def kept(gateway, name, ask):
    """Make what a route names; return its id."""
    making = {
        "video": ("/v1/videos", FILM),
        "response": ("/v1/responses", {"model": "gpt-4o", "input": "hi"}),
        "conversation": ("/v1/conversations", {}),
    }
    return msgspec.json.decode((await ask(gateway, "POST", *making[name])).answer.body)["id"]


@pytest.mark.parametrize(("name", "route", "body", "sample"), TABLE, ids=lambda value: str(value)[:40])
async def test_a_documented_route_answers_as_its_sample_does(playing, ask, name, route, body, sample):
    gateway = playing(name)
    method, path = route.split()
    if "{" in path:
        path = path.format(**{(what := path.partition("{")[2][:-1]): await kept(gateway, what, ask)})
    headers = headed(body) if "messages" in path or isinstance(body, bytes) else {}
    exchange = await ask(gateway, method, path, body, **headers)
    assert exchange.status == 200, exchange.answer
    assert own(exchange) == HEADERS[name]
    told = msgspec.json.decode(exchange.answer.body)
    if sample is not None:
        answered, expected = shapes(told, sample)
        assert answered == expected


@pytest.mark.parametrize("name", ROUTES)
async def test_a_stream_is_chunks_and_then_done(playing, ask, name):
    exchange = await ask(playing(name), "POST", CHAT, {"model": "gpt-4o", **HELLO, "stream": True})
    assert isinstance(exchange.answer, Sse)
    assert own(exchange) == HEADERS[name]
    *chunks, done = (frame.data for frame in exchange.answer.frames)
    chunks = [msgspec.json.decode(chunk) for chunk in chunks]
    assert done == b"[DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    said = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    assert "".join(said) == "hello!"


# Refusals.

OPENAI = {"error": {"message": "x", "type": "x", "param": None, "code": None}}
GOMODEL = {"error": {"type": "x", "message": "x", "param": None, "code": None}}
ANTHROPIC = {"type": "error", "error": {"type": "x", "message": "x"}, "request_id": "x"}

KEY = "sk-1"
REFUSED = {"unknown_keys": "refuse"}
TWICE = {"limits": {"requests": "1/min"}}
ASKED = {"model": "gpt-4o", **HELLO}
UNKNOWN = {"model": "nope", **HELLO}
NO_MESSAGES = {"model": "gpt-4o"}

#: The status that is documented, and how it comes about: the scenario, what is asked, and with which key.
STATUSES = {
    "goesai": [
        (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY), (401, {"keys": {KEY: {"expires": "2020-01-01"}}}, ASKED, KEY),
        (403, {"keys": {KEY: {"models": "o3"}}}, ASKED, KEY), (429, TWICE, ASKED, KEY),
        (500, {"faults": [{"error": 500}]}, ASKED, KEY), (502, {"faults": [{"error": 502}]}, ASKED, KEY),
        (503, {"faults": [{"error": 503}]}, ASKED, KEY),
    ],
    "getgoapi": [
        (400, {}, NO_MESSAGES, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY), (429, TWICE, ASKED, KEY),
        (500, {"faults": [{"error": 500}]}, ASKED, KEY),
    ],
    "apigo": [
        (400, {}, NO_MESSAGES, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY),
        (403, {"keys": {KEY: {"models": "o3"}}}, ASKED, KEY), (404, {}, UNKNOWN, KEY),
        (409, {"faults": [{"error": 409}]}, ASKED, KEY),
        (429, {"limits": {"requests": "1/min", "upstream": True}}, ASKED, KEY),
        (500, {"faults": [{"error": 500}]}, ASKED, KEY), (503, {"faults": [{"error": 503}]}, ASKED, KEY),
    ],
    "gomodel": [
        (400, {}, NO_MESSAGES, KEY), (400, {}, UNKNOWN, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY),
        (403, {"faults": [{"error": 403}]}, ASKED, KEY), (429, {**TWICE, "manners": {"caches": []}}, ASKED, KEY),
        (429, {"budgets": {"/": {"daily": "$0"}}}, ASKED, KEY), (500, {"faults": [{"error": 500}]}, ASKED, KEY),
        (501, {"faults": [{"error": 501}]}, ASKED, KEY), (502, {"faults": [{"error": 502}]}, ASKED, KEY),
        (503, {"faults": [{"error": 503}]}, ASKED, KEY),
    ],
    "newapi": [
        (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY), (402, {"wallet": {"balance": "$0"}}, ASKED, KEY),
        (404, {}, UNKNOWN, KEY), (404, {"groups": {"a": {"models": "o3"}}, "keys": {KEY: {"group": "a"}}}, ASKED, KEY),
        (429, TWICE, ASKED, KEY), (500, {"faults": [{"error": 500}]}, ASKED, KEY),
        (502, {"faults": [{"error": 502}]}, ASKED, KEY), (503, {"faults": [{"error": 503}]}, ASKED, KEY),
        (504, {"faults": [{"error": 504}]}, ASKED, KEY),
    ],
}  # fmt: skip
REFUSALS = [(gateway, *row) for gateway, rows in STATUSES.items() for row in rows]


def texts(error):
    """Return an error with its texts, and what may be none, made alike."""
    return {name: None if name in {"param", "code"} else text for name, text in error.items()}


async def refusal(gateway, ask, status, path, body, key, **headers):
    """Ask until a refusal comes; return it."""
    headers["authorization"] = f"Bearer {key}" if key else ""
    exchange = await ask(gateway, "POST", path, body, **headers)
    if exchange.status == 200:
        exchange = await ask(gateway, "POST", path, body, **headers)
    assert exchange.status == status, exchange.answer
    return exchange


@pytest.mark.parametrize(("name", "status", "scenario", "body", "key"), REFUSALS)
async def test_a_documented_status_comes_in_the_gateways_envelope(playing, ask, name, status, scenario, body, key):
    exchange = await refusal(playing(name, **scenario), ask, status, CHAT, body, key)
    error = msgspec.json.decode(exchange.answer.body)["error"]
    sample = GOMODEL if name == "gomodel" else OPENAI
    assert len(set(shapes(texts(error), sample["error"]))) == 1
    assert own(exchange) >= HEADERS[name]
    told = name == "gomodel" and (status == 429)
    assert ("retry-after" in exchange.answer.headers) == told


@pytest.mark.parametrize(
    ("name", "status", "scenario", "asked"),
    [
        ("apigo", 400, {}, {"model": "claude-sonnet-4-6"}),
        ("apigo", 401, REFUSED, CLAUDE),
        ("apigo", 403, {"wallet": {"balance": "$0"}}, CLAUDE),
        ("apigo", 404, {}, UNKNOWN),
        ("apigo", 429, {"limits": {"requests": "1/min", "upstream": True}}, CLAUDE),
        ("apigo", 500, {"faults": [{"error": 500}]}, CLAUDE),
        ("apigo", 503, {"faults": [{"error": 503}]}, CLAUDE),
        ("gomodel", 400, {}, UNKNOWN),
        ("gomodel", 401, REFUSED, CLAUDE),
        ("gomodel", 429, {"budgets": {"/": {"daily": "$0"}}}, CLAUDE),
        ("newapi", 402, {"wallet": {"balance": "$0"}}, CLAUDE),
        ("newapi", 404, {}, UNKNOWN),
    ],
)
async def test_a_message_is_refused_with_the_gateways_status_in_anthropics_envelope(
    playing, ask, name, status, scenario, asked
):
    body = {"max_tokens": 9, **asked}
    exchange = await refusal(playing(name, **scenario), ask, status, "/v1/messages", body, KEY, **VENDOR)
    answered, expected = shapes(msgspec.json.decode(exchange.answer.body), ANTHROPIC)
    assert answered == expected
    assert own(exchange) >= HEADERS[name]
    assert not {"request-id", "anthropic-organization-id"} & own(exchange)


# Who has which route as documented. A route that one has answers anything but that there is none.

HAS = {
    "POST /v1/chat/completions": {"goesai", "getgoapi", "apigo", "gomodel", "newapi"},
    "POST /v1/completions": {"getgoapi", "newapi"},
    "POST /v1/embeddings": {"getgoapi", "gomodel", "newapi"},
    "POST /v1/images/generations": {"getgoapi", "apigo", "newapi"},
    "POST /v1/images/edits": {"newapi"},
    "POST /v1/audio/transcriptions": {"getgoapi", "gomodel", "newapi"},
    "POST /v1/audio/speech": {"gomodel", "newapi"},
    "POST /v1/audio/translations": {"newapi"},
    "GET /v1/models": {"goesai", "getgoapi", "apigo", "gomodel", "newapi"},
    "GET /v1/models/gpt-4o": {"goesai", "getgoapi", "apigo", "gomodel", "newapi"},
    "POST /v1/messages": {"apigo", "gomodel", "newapi"},
    "POST /v1/messages/count_tokens": {"gomodel"},
    "POST /v1/responses": {"gomodel", "newapi"},
    "POST /v1/responses/compact": {"gomodel", "newapi"},
    "POST /v1/responses/input_tokens": {"gomodel"},
    "POST /v1/conversations": {"gomodel"},
    "GET /v1/files": {"gomodel"},
    "GET /v1/batches": {"gomodel"},
    "POST /v1/videos": {"apigo", "newapi"},
    "GET /v1/videos": set(),
    "GET /v1/realtime": {"gomodel", "newapi"},
    "POST /v1/moderations": {"newapi"},
    "POST /v1/rerank": {"newapi"},
    "PUT /p/openai/v1/x": {"gomodel"},
    "GET /health": {"gomodel"},
    "GET /health/ready": {"gomodel"},
    "GET /metrics": {"gomodel"},
    "GET /swagger/index.html": {"gomodel"},
    "GET /admin/models": {"gomodel"},
    "GET /api/status": {"newapi"},
    "GET /dashboard/billing/subscription": {"newapi"},
    "GET /v1/dashboard/billing/usage": {"newapi"},
    "GET /api/usage/token/": {"newapi"},
}
UNIMPLEMENTED = {"newapi": {"GET /v1/files"}}


@pytest.mark.parametrize("route", HAS)
@pytest.mark.parametrize("name", ROUTES)
async def test_a_gateway_has_its_own_routes_and_no_others(playing, ask, name, route):
    method, path = route.split()
    exchange = await ask(playing(name), method, path, {} if method == "POST" else None)
    told = None if isinstance(exchange.answer, Sse) else exchange.answer.body
    missing = exchange.status in {404, 405} and (b"Invalid URL" in told or b"unknown API" in told or b"allowed" in told)
    if route in UNIMPLEMENTED.get(name, ()):
        assert exchange.status == 501
    elif route.startswith("PUT /p/") and name in HAS[route]:
        assert b"Invalid URL (PUT /v1/x)" in told
    else:
        assert missing == (name not in HAS[route]), exchange.answer


# The sources, where they word refusals otherwise.

SOURCE = {
    "apigo": [
        (400, {}, NO_MESSAGES, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY), (503, {}, UNKNOWN, KEY),
        (403, {"wallet": {"balance": "$0"}}, ASKED, KEY), (429, TWICE, ASKED, KEY),
        (502, {"faults": [{"error": 502}]}, ASKED, KEY),
    ],
    "gomodel": [
        (400, {}, UNKNOWN, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY),
        (500, {"faults": [{"error": 500}]}, ASKED, KEY),
    ],
    "newapi": [
        (400, {}, {"messages": []}, KEY), (401, {}, ASKED, ""), (401, REFUSED, ASKED, KEY),
        (403, {"keys": {KEY: {"disabled": True}}}, ASKED, KEY), (403, {"wallet": {"balance": "$0"}}, ASKED, KEY),
        (503, {}, UNKNOWN, KEY), (429, TWICE, ASKED, KEY), (502, {"faults": [{"error": 502}]}, ASKED, KEY),
    ],
}  # fmt: skip
OF_SOURCE = [(gateway, *row) for gateway, rows in SOURCE.items() for row in rows]
NEW_API = {"error": {"message": "x", "type": "x", "param": "", "code": "x"}}


@pytest.mark.parametrize(("name", "status", "scenario", "body", "key"), OF_SOURCE)
async def test_a_source_words_its_refusals_in_its_own_envelope(playing, ask, name, status, scenario, body, key):
    exchange = await refusal(playing(name, profile="source", **scenario), ask, status, CHAT, body, key)
    error = msgspec.json.decode(exchange.answer.body)["error"]
    if name == "gomodel":
        assert len(set(shapes(texts(error), GOMODEL["error"]))) == 1
        return
    answered, expected = shapes({**error, "code": error["code"] or ""}, NEW_API["error"])
    assert answered == expected
    id = exchange.answer.headers["x-oneapi-request-id"]
    assert error["message"].endswith(f" (request id: {id})")
