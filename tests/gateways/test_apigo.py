"""API·GO: its five routes with their own fields, its statuses, and the new-api behind it."""

import re

import msgspec
import pytest

from mockgate.forms import Form
from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]}
CLAUDE = {**HI, "model": "claude-sonnet-4-20250514"}
VENDOR = {"anthropic-version": "2025-05-14", "vendor": "ClaudeCode"}
VIDEO = ("id", "object", "model", "status", "progress", "created_at", "size", "seconds", "quality")


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def apigo(gw):
    return lambda **keys: gw({"gateway": "apigo", **keys})


# Chat.


async def test_a_chat_answer_has_the_documented_fields(apigo, ask):
    told = read(await ask(apigo(rules=[{"reply": "hello!"}]), "POST", CHAT, HI, vendor="API_VENDOR"))
    assert re.fullmatch("[0-9a-f]{32}", told["id"])
    assert told.keys() == {"id", "object", "created", "model", "choices", "usage"}
    message = {"role": "assistant", "content": "hello!", "reasoning_content": ""}
    assert told["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]
    assert told["usage"]["prompt_tokens_details"] == {"cached_tokens": 0, "audio_tokens": 0}
    assert told["usage"]["completion_tokens_details"].items() >= {"audio_tokens": 0, "reasoning_tokens": 0}.items()


async def test_a_chat_stream_has_one_id_and_shows_what_is_thought(apigo, stream):
    chunks = await stream(apigo(rules=[{"reply": [{"reasoning": "Hm."}, {"text": "Hi."}]}]), model="gpt-4o")
    assert len({chunk["id"] for chunk in chunks}) == 1
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "Hm."


# Messages.


async def test_a_message_names_its_vendor_and_needs_no_max_tokens(apigo, ask):
    told = read(await ask(apigo(rules=[{"reply": "Hello!"}]), "POST", "/v1/messages", CLAUDE, **VENDOR))
    assert re.fullmatch("your-[0-9a-f]{32}", told["id"])
    assert (told["vendor"], told["stop_reason"], told["stop_sequence"]) == ("ClaudeCode", "end_turn", None)
    assert told["content"] == [{"type": "text", "text": "Hello!"}]
    assert told["usage"].keys() >= {
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
        "service_tier",
    }


async def test_a_stream_of_a_message_says_the_vendor_where_it_begins(apigo, ask):
    answer = await ask(apigo(), "POST", "/v1/messages", {**CLAUDE, "stream": True}, **VENDOR)
    first = msgspec.json.decode(next(iter(answer.answer.frames)).data)
    assert (first["type"], first["message"]["vendor"]) == ("message_start", "ClaudeCode")


@pytest.mark.parametrize("missing", VENDOR)
async def test_a_message_needs_its_headers(apigo, ask, missing):
    headers = {name: value for name, value in VENDOR.items() if name != missing}
    refused = await ask(apigo(), "POST", "/v1/messages", CLAUDE, **headers)
    told = read(refused)
    assert (refused.status, told["type"], told["error"]["type"]) == (400, "error", "invalid_request_error")
    assert missing in told["error"]["message"]


# Videos and pictures.


async def test_a_video_is_processed_and_then_has_an_address(apigo):
    gateway = apigo(clock={"start": "2025-01-01", "frozen": True})
    form = Form({"model": ["sora-2"], "prompt": ["A calico cat playing a piano on stage"]})
    headers = {"authorization": "Bearer sk-1", "content-type": "multipart/form-data; boundary=x", "host": "h:1"}
    begun = read(await gateway.handle(Call("POST", "/apigo/v1/videos", headers=headers, form=form)))
    assert tuple(begun) == VIDEO
    assert (begun["status"], begun["seconds"], begun["size"], begun["quality"]) == (
        "queued",
        "10",
        "720x1280",
        "standard",
    )
    seen = {begun["status"]}
    for _ in range(30):
        gateway.session().clock.advance(1)
        call = Call("GET", f"/apigo/v1/videos/{begun['id']}", headers={"authorization": "Bearer sk-1", "host": "h:1"})
        told = read(await gateway.handle(call))
        seen.add(told["status"])
    assert seen == {"queued", "processing", "completed"}
    assert (told["progress"], tuple(told)) == (100, (*VIDEO, "url"))
    assert told["url"] == f"http://h:1/apigo/v1/videos/files/{begun['id']}.mp4"
    film = await gateway.handle(Call("GET", told["url"].removeprefix("http://h:1")))
    assert (film.status, film.answer.content_type) == (200, "video/mp4")


async def test_a_documented_size_is_made(apigo, ask):
    asked = {"model": "sora-2", "prompt": "A cat", "size": "1024x1808", "seconds": "8"}
    told = read(await ask(apigo(), "POST", "/v1/videos", asked))
    assert (told["size"], told["seconds"]) == ("1024x1808", "8")


async def test_a_scenario_may_give_states_the_words_that_sdks_wait_for(apigo, ask):
    gateway = apigo(video_words={"in_progress": "in_progress"}, videos=[{"states": {"queued": 0}}])
    told = read(await ask(gateway, "POST", "/v1/videos", {"prompt": "A cat"}))
    assert read(await ask(gateway, "GET", f"/v1/videos/{told['id']}"))["status"] == "in_progress"


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1"])
async def test_a_picture_has_an_address_and_what_was_made_of_the_prompt(apigo, ask, model):
    asked = {"model": model, "prompt": "一只可爱的小海獭", "n": 1, "size": "1024x1024"}
    told = read(await ask(apigo(), "POST", "/v1/images/generations", asked))
    assert told["data"][0].keys() == {"url", "revised_prompt"}
    assert "海獭" in told["data"][0]["revised_prompt"]


async def test_models_are_served_though_no_doc_says_so(apigo, ask):
    assert read(await ask(apigo(), "GET", "/v1/models"))["object"] == "list"


@pytest.mark.parametrize(
    "route",
    ["POST /v1/embeddings", "GET /v1/videos", "GET /v1/videos/video_1/content", "DELETE /v1/videos/video_1",
     "POST /v1/videos/video_1/remix", "POST /v1/messages/count_tokens", "GET /api/v1/users"],
)  # fmt: skip
async def test_nothing_else_is_there(apigo, ask, route):
    assert (await ask(apigo(), *route.split(), {})).status in {404, 405}


# Errors.


@pytest.mark.parametrize(
    ("scenario", "body", "key", "status", "type"),
    [
        ({}, {"model": "gpt-4o"}, "sk-1", 400, "invalid_request_error"),
        ({}, HI, "", 401, "invalid_request_error"),
        ({"unknown_keys": "refuse"}, HI, "sk-1", 401, "invalid_request_error"),
        ({"keys": {"sk-1": {"models": "o3"}}}, HI, "sk-1", 403, "permission_error"),
        ({"wallet": {"balance": "$0"}}, HI, "sk-1", 403, "permission_error"),
        ({}, {**HI, "model": "nope"}, "sk-1", 404, "invalid_request_error"),
        ({"faults": [{"error": 409}]}, HI, "sk-1", 409, "invalid_request_error"),
        ({"limits": {"tokens": "1/min", "upstream": True}}, HI, "sk-1", 429, "upstream_error"),
        ({"faults": [{"error": 500}]}, HI, "sk-1", 500, "server_error"),
        ({"faults": [{"error": 503}]}, HI, "sk-1", 503, "server_error"),
    ],
)
async def test_a_documented_status_comes_in_openais_envelope(apigo, ask, scenario, body, key, status, type):
    refused = await ask(apigo(**scenario), "POST", CHAT, body, authorization=f"Bearer {key}" if key else "")
    assert (refused.status, read(refused)["error"]["type"]) == (status, type)
    assert "retry-after" not in refused.answer.headers


async def test_a_bearer_without_a_key_is_none(apigo, ask):
    assert (await ask(apigo(), "POST", CHAT, HI, authorization="Bearer ")).status == 401


async def test_a_message_without_balance_is_refused_in_anthropics_words(apigo, ask):
    refused = await ask(apigo(wallet={"balance": "$0"}), "POST", "/v1/messages", CLAUDE, **VENDOR)
    assert (refused.status, read(refused)["error"]["type"]) == (403, "permission_error")


async def test_the_balance_is_what_limits_and_every_answer_lowers_it(apigo, ask):
    gateway = apigo()
    chats = [await ask(gateway, "POST", CHAT, HI) for _ in range(3)]
    assert [chat.status for chat in chats] == [200] * 3
    account = gateway.session().wallet.account(chats[0].caller, gateway.policy.prices)
    assert account.balance == 10 - sum(chat.cost for chat in chats)


async def test_the_same_key_and_body_are_answered_once_and_another_body_conflicts(apigo, ask):
    gateway = apigo()
    first, again = [await ask(gateway, "POST", CHAT, HI, **{"idempotency-key": "k"}) for _ in "ab"]
    assert again.answer.body == first.answer.body
    assert again.answer.headers["idempotent-replayed"] == "true"
    other = await ask(gateway, "POST", CHAT, {**HI, "stream": False}, **{"idempotency-key": "k"})
    assert other.status == 409


# The source.


@pytest.mark.parametrize(
    ("scenario", "body", "status", "type", "code"),
    [
        ({}, {**HI, "model": "nope"}, 503, "new_api_error", "model_not_found"),
        ({"wallet": {"balance": "$0"}}, HI, 403, "new_api_error", "insufficient_user_quota"),
        ({"unknown_keys": "refuse"}, HI, 401, "new_api_error", ""),
        ({"faults": [{"error": 502}]}, HI, 502, "upstream_error", "bad_response_status_code"),
    ],
)
async def test_its_source_words_errors_as_new_api_does(apigo, ask, scenario, body, status, type, code):
    refused = await ask(apigo(profile="source", **scenario), "POST", CHAT, body)
    error, id = read(refused)["error"], refused.answer.headers["x-oneapi-request-id"]
    assert (refused.status, error["type"], error["code"], error["param"]) == (status, type, code, "")
    assert error["message"].endswith(f"(request id: {id})")


async def test_its_source_has_a_films_content_and_remixes(apigo, ask):
    gateway = apigo(profile="source", videos=[{"states": {"queued": 0, "in_progress": 1}}])
    id = read(await ask(gateway, "POST", "/v1/videos", {"prompt": "A cat"}))["id"]
    early = await ask(gateway, "GET", f"/v1/videos/{id}/content")
    assert early.status == 400
    assert "Task is not completed yet, current status: " in read(early)["error"]["message"]
    gateway.session().clock.advance(2)
    assert (await ask(gateway, "GET", f"/v1/videos/{id}/content")).status == 200
    assert (await ask(gateway, "POST", f"/v1/videos/{id}/remix", {"prompt": "A dog"})).status == 200
