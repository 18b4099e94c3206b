"""Whose manners an answer has."""

import msgspec
import pytest

from mockgate.wire import Call

HEADERS = {"x-api-key": "sk-1", "anthropic-version": "2023-06-01"}


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/models/no-such-model"])
async def test_a_client_that_speaks_anthropics_protocol_is_refused_in_anthropics_words(gw, path):
    exchange = await gw().handle(Call("GET", path, headers=HEADERS))
    answer = exchange.answer
    assert answer.status == 404
    assert answer.headers["request-id"] == exchange.request_id
    assert b'"type":"not_found_error"' in answer.body
    assert f'"request_id":"{exchange.request_id}"'.encode() in answer.body


async def test_any_other_client_is_refused_in_the_gateways_own_words(gw):
    answer = (await gw().handle(Call("GET", "/v1/nowhere", headers={"authorization": "Bearer sk-1"}))).answer
    assert b'"type":"invalid_request_error"' in answer.body
    assert "x-request-id" in answer.headers


async def test_limits_are_told_with_moments_where_anthropics_client_asks(gw):
    gateway = gw({"clock": {"frozen": True, "start": "2026-01-01"}, "limits": {"requests": "60/min"}})
    call = Call("GET", "/v1/models", headers=HEADERS)
    headers = (await gateway.handle(call)).answer.headers
    told = {name: value for name, value in headers.items() if "ratelimit" in name}
    assert told == {
        "anthropic-ratelimit-requests-limit": "60",
        "anthropic-ratelimit-requests-remaining": "60",
        "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(("path", "headers"), [("/v1beta/nowhere", {}), ("/v1/nowhere", {"x-goog-api-key": "k"})])
async def test_googles_clients_and_paths_are_refused_in_googles_words(gw, path, headers):
    answer = (await gw().handle(Call("GET", path, headers=headers))).answer
    assert answer.status == 404
    assert b'"status":"NOT_FOUND"' in answer.body


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [("sk-off", 403, "CONSUMER_SUSPENDED"), ("sk-new", 400, "API_KEY_INVALID"), ("", 403, None)],
)
async def test_googles_protocol_has_its_own_statuses_and_reasons_for_keys(gw, kind, status, reason):
    gateway = gw({"keys": {"sk-off": {"disabled": True}}, "unknown_keys": "refuse"})
    answer = (await gateway.handle(Call("GET", "/v1beta/models", headers={"x-goog-api-key": kind}))).answer
    worded = msgspec.json.decode(answer.body)["error"]
    assert (answer.status, worded["code"]) == (status, status)
    assert worded.get("details", [{}])[0].get("reason") == reason


async def test_a_status_that_a_scenario_asks_for_stays_and_so_do_its_words(gw):
    gateway = gw({"rules": [{"error": 401, "message": "No."}]})
    call = Call("POST", "/v1beta/models/gemini-2.5-flash:generateContent", headers={"x-goog-api-key": "k"},
                raw=b'{"contents": [{"parts": [{"text": "hi"}]}]}')  # fmt: skip
    answer = (await gateway.handle(call)).answer
    worded = msgspec.json.decode(answer.body)["error"]
    assert (answer.status, worded) == (401, {"code": 401, "message": "No.", "status": "UNAUTHENTICATED"})


MESSAGE = b'{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
CONTENT = b'{"contents":[{"parts":[{"text":"hi"}]}]}'


@pytest.mark.parametrize(
    ("path", "raw", "words"),
    [
        (
            "/v1/messages",
            MESSAGE,
            "This request would exceed your organization's rate limit of 1 requests per minute (model: claude-",
        ),
        ("/v1beta/models/gemini-2.5-flash:generateContent", CONTENT, "You exceeded your current quota"),
    ],
)
async def test_a_limit_is_refused_in_the_protocols_own_words_unless_the_scenario_has_some(gw, path, raw, words):
    for own, expected in ({}, words), ({"message": "Slow down."}, "Slow down."):
        gateway = gw(limits={"requests": "1/min", **own})
        await gateway.handle(Call("POST", path, headers={"authorization": "Bearer sk-1"}, raw=raw))
        answer = (await gateway.handle(Call("POST", path, headers={"authorization": "Bearer sk-1"}, raw=raw))).answer
        assert answer.status == 429
        assert msgspec.json.decode(answer.body)["error"]["message"].startswith(expected)
        assert answer.headers["retry-after"] == "60"


@pytest.mark.parametrize(
    ("path", "raw", "own"),
    [
        ("/v1/messages", MESSAGE, {"anthropic-organization-id"}),
        ("/v1beta/models/gemini-2.5-flash:generateContent", CONTENT, set()),
    ],
)
async def test_nobody_elses_answers_have_openais_headers(gw, path, raw, own):
    gateway = gw(headers={"x-mine": "1"})
    headers = (
        await gateway.handle(Call("POST", path, headers={"authorization": "Bearer sk-1"}, raw=raw))
    ).answer.headers
    assert {name for name in headers if name.startswith(("openai-", "anthropic-"))} == own
    assert headers["x-mine"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/v1/messages", 405, "Method Not Allowed"),
        ("POST", "/v1beta/models/gemini-2.5-flash:sing", 404, "Method not found."),
        ("GET", "/v1/files/file_none", 404, "File not found: file_none"),
    ],
)
async def test_what_is_not_there_is_not_there_in_the_protocols_own_words(gw, method, path, status, words):
    headers = HEADERS if path.startswith("/v1/") else {"x-goog-api-key": "k"}
    answer = (await gw().handle(Call(method, path, headers=headers))).answer
    assert (answer.status, msgspec.json.decode(answer.body)["error"]["message"]) == (status, words)
