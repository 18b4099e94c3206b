"""GetGoAPI: its six endpoints, its limits on every answer, its statuses, its catalogue."""

import io
import wave
from base64 import b64decode

import msgspec
import pytest

from mockgate.content import Content
from mockgate.forms import Form, Upload
from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def read(exchange):
    assert exchange.status == 200, exchange.answer
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def getgoapi(gw):
    return lambda **keys: gw({"gateway": "getgoapi", **keys})


async def test_a_chat_answer_has_just_the_documented_fields(getgoapi, ask):
    told = read(await ask(getgoapi(rules=[{"reply": "Hello!"}]), "POST", CHAT, {**HI, "temperature": 0.7, "top_p": 1}))
    assert told["id"].startswith("chatcmpl-")
    assert told.keys() == {"id", "object", "created", "model", "choices", "usage"}
    assert told["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}
    ]
    assert told["usage"].keys() == {"prompt_tokens", "completion_tokens", "total_tokens"}


@pytest.mark.parametrize(
    ("rule", "more", "reason"),
    [({"reply": "Hi."}, {}, "stop"), ({"reply": "one two three"}, {"max_tokens": 1}, "length"),
     ({"reply": "Hi.", "finish_reason": "content_filter"}, {}, "content_filter")],
)  # fmt: skip
async def test_each_documented_finish_reason_is_there(getgoapi, ask, rule, more, reason):
    told = read(await ask(getgoapi(rules=[rule]), "POST", CHAT, {**HI, **more}))
    assert told["choices"][0]["finish_reason"] == reason


async def test_a_stream_has_no_chunk_without_choices(getgoapi, stream):
    assert all(chunk["choices"] for chunk in await stream(getgoapi(), model="gpt-4o"))


async def test_completions_embeddings_and_models_answer(getgoapi, ask):
    gateway = getgoapi()
    told = read(await ask(gateway, "POST", "/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "Once"}))
    assert told["object"] == "text_completion"
    asked = {"model": "text-embedding-3-small", "input": "The quick brown fox", "encoding_format": "base64"}
    embedded = read(await ask(gateway, "POST", "/v1/embeddings", asked))
    assert len(b64decode(embedded["data"][0]["embedding"])) == 4 * 1536
    assert read(await ask(gateway, "GET", "/v1/models/claude-3-5-sonnet"))["owned_by"] == "anthropic"


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1"])
async def test_a_picture_is_a_link_that_leads_to_it(getgoapi, ask, model):
    gateway = getgoapi()
    asked = {"model": model, "prompt": "A city", "size": "1024x1024", "n": 1}
    made = await gateway.handle(_call("POST", "/getgoapi/v1/images/generations", asked, host="h:1"))
    link = read(made)["data"][0]["url"]
    assert link.startswith("http://h:1/getgoapi/v1/images/files/")
    shown = await gateway.handle(Call("GET", link.removeprefix("http://h:1")))
    assert shown.status == 200
    inside = read(await ask(gateway, "POST", "/v1/images/generations", {**asked, "response_format": "b64_json"}))
    assert inside["data"][0].keys() >= {"b64_json"}


def _call(method, path, body, **headers):
    return Call(method, path, headers={"authorization": "Bearer sk-1", **headers}, raw=msgspec.json.encode(body))


async def test_speech_is_transcribed(getgoapi):
    form = Form({"model": ["whisper-1"]}, {"file": [Upload("a.wav", "audio/wav", Content.of(_wav()))]})
    headers = {"authorization": "Bearer sk-1", "content-type": "multipart/form-data; boundary=x"}
    made = await getgoapi().handle(Call("POST", "/v1/audio/transcriptions", headers=headers, form=form))
    assert isinstance(read(made)["text"], str)


def _wav():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    return out.getvalue()


async def test_the_catalogue_is_as_large_as_it_says_and_every_model_answers(getgoapi, ask):
    gateway = getgoapi()
    owners = [model["owned_by"] for model in read(await ask(gateway, "GET", "/v1/models"))["data"]]
    assert {owner: owners.count(owner) for owner in set(owners)} == {"openai": 76, "anthropic": 22, "google": 60}


# Limits.


async def test_every_answer_tells_how_the_limit_stands(getgoapi, ask):
    gateway = getgoapi(limits={"requests": "2/min", "kind": "window"}, unknown_keys="accept")
    seen = [await ask(gateway, "POST", CHAT, body) for body in (HI, {**HI, "stream": True}, HI)]
    seen += [await ask(gateway, "GET", "/v1/models"), await ask(gateway, "POST", CHAT, {"model": 5})]
    told = [tuple(exchange.answer.headers[name] for name in LIMITS) for exchange in seen]
    assert told == [("2", left, str(1_735_689_660)) for left in ("1", "0", "0", "0", "0")]
    assert [exchange.status for exchange in seen] == [200, 200, 429, 200, 400]
    refused = await ask(gateway, "POST", CHAT, HI, authorization="")
    assert (refused.status, refused.answer.headers["x-ratelimit-limit"]) == (401, "2")


async def test_the_window_opens_again_at_the_moment_told(getgoapi, ask):
    gateway = getgoapi(limits={"requests": "1/min", "kind": "window"})
    first, second = [await ask(gateway, "POST", CHAT, HI) for _ in "ab"]
    assert (first.status, second.status) == (200, 429)
    assert "retry-after" not in second.answer.headers
    wait = int(second.answer.headers["x-ratelimit-reset"]) - gateway.session().clock.now()
    gateway.session().clock.advance(wait)
    assert (await ask(gateway, "POST", CHAT, HI)).status == 200


# Errors.


@pytest.mark.parametrize(
    ("scenario", "body", "key", "status"),
    [
        ({}, {"model": "gpt-4o"}, "sk-1", 400),
        ({}, {**HI, "temperature": 3}, "sk-1", 400),
        ({}, HI, "", 401),
        ({"unknown_keys": "refuse"}, HI, "sk-1", 401),
        ({"faults": [{"error": 429}]}, HI, "sk-1", 429),
        ({"faults": [{"error": 500}]}, HI, "sk-1", 500),
        ({}, {**HI, "model": "nope"}, "sk-1", 404),
    ],
)
async def test_a_documented_status_comes_in_openais_envelope(getgoapi, ask, scenario, body, key, status):
    refused = await ask(getgoapi(**scenario), "POST", CHAT, body, authorization=f"Bearer {key}" if key else "")
    assert refused.status == status
    assert msgspec.json.decode(refused.answer.body)["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize("route", ["POST /v1/messages", "POST /v1/responses", "GET /v1/files", "POST /v1/audio/speech"])
async def test_nothing_else_is_there(getgoapi, ask, route):
    assert (await ask(getgoapi(), *route.split(), {})).status == 404
