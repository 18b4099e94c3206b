"""GoesAI: every route and every status that its quick start has."""

import msgspec
import pytest

CHAT = "/v1/chat/completions"
PING = {"model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": "ping"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def goesai(gw):
    return lambda **keys: gw({"gateway": "goesai", "rules": [{"reply": "pong"}], **keys})


async def test_chat_is_openai_shaped_whatever_the_vendor(goesai, ask, stream):
    gateway = goesai()
    answer = await ask(gateway, "POST", CHAT, PING)
    told = read(answer)
    assert (told["object"], told["model"]) == ("chat.completion", "claude-sonnet-4-6")
    assert told["choices"][0]["message"]["content"] == "pong"
    assert not {"openai-version", "x-ratelimit-limit-requests"} & answer.answer.headers.keys()
    chunks = await stream(gateway, model="claude-sonnet-4-6")
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "pong"
    assert all(chunk["choices"] for chunk in chunks)


async def test_models_are_listed_and_found(goesai, ask):
    gateway = goesai()
    assert "claude-sonnet-4-6" in [model["id"] for model in read(await ask(gateway, "GET", "/v1/models"))["data"]]
    assert read(await ask(gateway, "GET", "/v1/models/claude-sonnet-4-6"))["id"] == "claude-sonnet-4-6"


@pytest.mark.parametrize(
    "route",
    ["POST /v1/messages", "POST /v1/embeddings", "POST /v1/completions", "POST /v1/images/generations",
     "GET /v1/files", "POST /v1/videos", "GET /api/status", "GET /health", "GET /metrics"],
)  # fmt: skip
async def test_nothing_else_is_there(goesai, ask, route):
    refused = await ask(goesai(), *route.split(), {})
    assert (refused.status, read(refused)["error"]["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("scenario", "key", "status", "type", "code"),
    [
        ({}, "", 401, "invalid_request_error", None),
        ({"unknown_keys": "refuse"}, "sk-x", 401, "invalid_request_error", "invalid_api_key"),
        ({"keys": {"sk-x": {"expires": "2020-01-01"}}}, "sk-x", 401, "invalid_request_error", "invalid_api_key"),
        ({"keys": {"sk-x": {"models": "gpt-4o"}}}, "sk-x", 403, "permission_error", "model_not_allowed"),
        ({"groups": {"a": {"models": "gpt-4o"}}, "keys": {"sk-x": {"group": "a"}}}, "sk-x", 403, "permission_error",
         "model_not_allowed"),
        ({"faults": [{"error": 429}]}, "sk-x", 429, "rate_limit_error", "rate_limit_exceeded"),
        ({"faults": [{"error": 500}]}, "sk-x", 500, "server_error", None),
        ({"faults": [{"error": 502}]}, "sk-x", 502, "server_error", "bad_gateway"),
        ({"faults": [{"error": 503}]}, "sk-x", 503, "server_error", "service_unavailable"),
    ],
)  # fmt: skip
async def test_a_documented_status_is_worded_as_openai_does(goesai, ask, scenario, key, status, type, code):
    refused = await ask(goesai(**scenario), "POST", CHAT, PING, authorization=f"Bearer {key}" if key else "")
    error = read(refused)["error"]
    assert (refused.status, error["type"], error["code"]) == (status, type, code)


async def test_too_many_at_a_time_are_told_to_be_fewer_and_not_when(goesai, ask):
    gateway = goesai(limits={"requests": "1/min"})
    assert (await ask(gateway, "POST", CHAT, PING)).status == 200
    refused = await ask(gateway, "POST", CHAT, PING)
    assert refused.status == 429
    assert "Reduce concurrency" in read(refused)["error"]["message"]
    assert "retry-after" not in refused.answer.headers


async def test_when_to_try_again_is_told_where_a_scenario_says_so(goesai, ask):
    gateway = goesai(faults=[{"error": 429, "retry_after": "3s"}])
    assert (await ask(gateway, "POST", CHAT, PING)).answer.headers["retry-after"] == "3"


async def test_a_502_may_come_from_an_edge_as_a_page(goesai, ask):
    refused = await ask(goesai(faults=[{"error": 502, "body": "html"}]), "POST", CHAT, PING)
    assert refused.answer.content_type == "text/html"
    assert b"502 Bad Gateway" in refused.answer.body
