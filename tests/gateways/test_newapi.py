"""new-api: the routes and statuses of its docs page, and what its source has beside and instead."""

import re

import msgspec
import pytest

from mockgate.content import Content
from mockgate.forms import Form, Upload
from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}
CLAUDE = {"model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": "Hello!"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def newapi(gw):
    return lambda **keys: gw({"gateway": "newapi", **keys})


# The docs page.


async def test_the_documented_routes_answer(newapi, ask, stream):
    gateway = newapi(rules=[{"when": {"family": "chat"}, "reply": "Hi."}])
    status = await ask(gateway, "GET", "/api/status", authorization="")
    assert (status.status, read(status)["success"]) == (200, True)
    assert {"version", "start_time"} <= read(status)["data"].keys()
    chat = await ask(gateway, "POST", CHAT, HI)
    assert read(chat)["choices"][0]["message"]["content"] == "Hi."
    assert re.fullmatch(r"\d{23}[0-9A-Za-z]{8}", chat.answer.headers["x-oneapi-request-id"])
    assert chat.answer.headers.keys() & {"x-new-api-version", "x-request-id"} == {"x-new-api-version"}
    assert all(chunk["choices"] for chunk in await stream(gateway))
    asked = {"model": "text-embedding-3-small", "input": "The quick brown fox"}
    assert len(read(await ask(gateway, "POST", "/v1/embeddings", asked))["data"][0]["embedding"]) == 1536
    asked = {"model": "gpt-image-1", "prompt": "a cat reading a book, watercolor", "size": "1024x1024"}
    assert read(await ask(gateway, "POST", "/v1/images/generations", asked))["data"][0].keys() == {"b64_json"}


GROUPS = {"groups": {"vip": {"models": ["gpt-4o*"]}}, "keys": {"sk-1": {"group": "vip"}, "sk-2": {"models": "o3"}}}
O3 = {**HI, "model": "o3"}
NO_CHANNEL = "No available channel for model {} under group {} (distributor)"

#: What is asked of which scenario with which key, what that is answered, and what its source answers instead, if that.
REFUSALS = {
    "no key": ({}, HI, "", (401, "new_api_error", "", None), None),
    "unknown key": ({"unknown_keys": "refuse"}, HI, "sk-1", (401, "new_api_error", "", "Invalid API key"),
                    (401, "new_api_error", "", "Invalid token")),
    "expired key": ({"keys": {"sk-1": {"expires": "2020-01-01"}}}, HI, "sk-1", (401, "new_api_error", "", None), None),
    "banned": ({"keys": {"sk-1": {"disabled": True}}}, HI, "sk-1", (401, "new_api_error", "", None),
               (403, "new_api_error", "", "User has been banned")),
    "no balance": ({"wallet": {"balance": "$0"}}, HI, "sk-1",
                   (402, "new_api_error", "insufficient_user_quota", None),
                   (403, "new_api_error", "insufficient_user_quota", None)),
    "unknown model": ({}, {**HI, "model": "nope"}, "sk-1", (404, "new_api_error", "model_not_found", None),
                      (503, "new_api_error", "model_not_found", NO_CHANNEL.format("nope", "default"))),
    "model of another group": (GROUPS, O3, "sk-1",
                               (404, "new_api_error", "model_not_found",
                                "Model o3 is not there, or not enabled for group vip"),
                               (503, "new_api_error", "model_not_found", NO_CHANNEL.format("o3", "vip"))),
    "model of another key": (GROUPS, HI, "sk-2",
                             (403, "new_api_error", "", "This token has no access to model gpt-4o-mini"), None),
    "too often": ({"limits": {"requests": "3/5min"}}, HI, "sk-1", (429, "new_api_error", "", None),
                  (429, "new_api_error", "",
                   "You have reached the request limit: maximum 3 requests in 5 minutes")),
    "no model": ({}, {"messages": []}, "sk-1",
                 (400, "new_api_error", "", "Model name not specified, model name cannot be empty"), None),
    "not JSON": ({}, b"{", "sk-1", (400, "new_api_error", "bad_request_body", None), None),
    "upstream down": ({"faults": [{"error": 502}]}, HI, "sk-1",
                      (502, "upstream_error", "bad_response_status_code", None), None),
    "upstream busy": ({"faults": [{"error": 503}]}, HI, "sk-1",
                      (503, "upstream_error", "bad_response_status_code", None), None),
    "failed": ({"faults": [{"error": 500}]}, HI, "sk-1", (500, "new_api_error", "do_request_failed", None), None),
}  # fmt: skip


@pytest.mark.parametrize("profile", ["documented", "source"])
@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_is_worded_as_the_profile_has_it(newapi, ask, profile, case):
    scenario, body, key, documented, source = REFUSALS[case]
    gateway = newapi(profile=profile, **scenario)
    for _ in range(4 if "limits" in scenario else 1):
        refused = await ask(gateway, "POST", CHAT, body, authorization=f"Bearer {key}" if key else "")
    error, id = read(refused)["error"], refused.answer.headers["x-oneapi-request-id"]
    status, type, code, message = (source or documented) if profile == "source" else documented
    assert (refused.status, error["type"], error["code"]) == (status, type, code)
    assert error["message"].endswith(f" (request id: {id})")
    assert message is None or error["message"] == f"{message} (request id: {id})"
    assert error["param"] == "" or profile == "documented"
    assert "retry-after" not in refused.answer.headers


async def test_a_429_may_be_empty_as_the_global_limit_is(newapi, ask):
    refused = await ask(newapi(faults=[{"error": 429, "body": "empty"}]), "POST", CHAT, HI)
    assert (refused.status, refused.answer.body) == (429, b"")


async def test_groups_see_their_own_models(newapi, ask):
    listed = read(await ask(newapi(**GROUPS), "GET", "/v1/models", authorization="Bearer sk-1"))
    assert {model["id"][:6] for model in listed["data"]} == {"gpt-4o"}


# What its source has, too.


@pytest.mark.parametrize("key", ["Bearer sk-1", "sk-1"])
async def test_a_key_may_stand_alone(newapi, ask, key):
    exchange = await ask(newapi(), "GET", "/v1/models", authorization=key)
    assert (exchange.status, exchange.caller.key) == (200, "sk-1")


async def test_models_are_listed_with_their_endpoints(newapi, ask):
    listed = read(await ask(newapi(), "GET", "/v1/models"))
    assert listed["success"] is True
    assert {model["created"] for model in listed["data"]} == {1_626_777_600}
    kinds = {model["id"]: model["supported_endpoint_types"] for model in listed["data"]}
    assert kinds["text-embedding-3-small"] == ["embeddings"]
    assert "anthropic" in kinds["claude-sonnet-4-6"]


async def test_a_model_that_is_not_there_is_described_with_200_by_the_source_alone(newapi, ask):
    assert (await ask(newapi(), "GET", "/v1/models/nope")).status == 404
    told = await ask(newapi(profile="source"), "GET", "/v1/models/nope")
    assert (told.status, read(told)["error"]["code"], read(told)["error"]["param"]) == (200, "model_not_found", "model")


@pytest.mark.parametrize(
    "route", ["POST /v1/images/variations", "POST /v1/files", "GET /v1/files/f", "DELETE /v1/models/gpt-4o"]
)
async def test_what_is_not_implemented_says_so(newapi, ask, route):
    refused = await ask(newapi(), *route.split(), {})
    error = read(refused)["error"]
    assert (refused.status, error["type"], error["code"]) == (501, "new_api_error", "api_not_implemented")


@pytest.mark.parametrize("route", ["POST /v1/messages/count_tokens", "POST /v1/x", "GET /v1/batches", "PUT /v1/models"])
async def test_what_is_not_there_is_an_invalid_url(newapi, ask, route):
    refused = await ask(newapi(), *route.split(), {})
    error = read(refused)["error"]
    assert (refused.status, error["type"], error["code"]) == (404, "invalid_request_error", "")
    assert error["message"].startswith(f"Invalid URL ({route})")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/pg/chat/completions", HI),
        ("/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "Once"}),
        ("/v1/responses", {"model": "gpt-4o", "input": "Hello"}),
        ("/v1/messages", CLAUDE),
        ("/v1/moderations", {"input": "I like you"}),
        ("/v1/images/generations", {"prompt": "A cat"}),
        ("/v1/audio/speech", {"input": "Hello", "voice": "alloy"}),
        ("/v1beta/models/gemini-2.5-flash:generateContent", {"contents": [{"parts": [{"text": "Hello"}]}]}),
        ("/v1/models/gemini-2.5-flash:generateContent", {"contents": [{"parts": [{"text": "Hello"}]}]}),
    ],
)
async def test_other_formats_answer_with_defaults_filled_in(newapi, ask, path, body):
    assert (await ask(newapi(), "POST", path, body)).status == 200


async def test_a_form_may_leave_the_model_out(newapi):
    form = Form(files={"file": [Upload("a.wav", "audio/wav", Content.of(b""))]})
    headers = {"authorization": "sk-1", "content-type": "multipart/form-data; boundary=x"}
    refused = await newapi().handle(Call("POST", "/v1/audio/transcriptions", headers=headers, form=form))
    assert form.fields["model"] == ["whisper-1"]
    assert "model" not in read(refused)["error"]["message"].lower()


# Videos as tasks.


async def test_a_video_is_a_task_with_its_film_in_metadata(newapi, ask):
    gateway = newapi(videos=[{"states": {"queued": 0, "in_progress": 1}}])
    begun = read(await ask(gateway, "POST", "/v1/videos", {"model": "sora-2", "prompt": "A cat"}))
    assert begun["id"] == begun["task_id"]
    assert begun["id"].startswith("task_")
    assert (begun["status"], begun["seconds"], begun["metadata"]) == ("queued", "4", {})
    early = await ask(gateway, "GET", f"/v1/videos/{begun['id']}/content")
    assert (early.status, "Task is not completed yet" in read(early)["error"]["message"]) == (400, True)
    gateway.session().clock.advance(1)
    done = read(await ask(gateway, "GET", f"/v1/videos/{begun['id']}", host="h"))
    assert done["metadata"]["url"] == f"http://h/v1/videos/files/{begun['id']}.mp4"


async def test_a_task_goes_its_way_to_success(newapi, ask):
    gateway = newapi(videos=[{"states": {"queued": 1, "in_progress": 2}}])
    asked = {"model": "sora-2", "prompt": "A cat", "duration": 8, "width": 720, "height": 1280}
    begun = read(await ask(gateway, "POST", "/v1/video/generations", asked))
    seen = []
    for _ in range(4):
        told = read(await ask(gateway, "GET", f"/v1/video/generations/{begun['task_id']}"))
        seen.append((told["code"], told["data"]["status"], told["data"]["progress"]))
        gateway.session().clock.advance(1)
    states = [("QUEUED", "0%"), ("IN_PROGRESS", "0%"), ("IN_PROGRESS", "49%"), ("SUCCESS", "100%")]
    assert seen == [("success", *state) for state in states]
    assert told["data"]["data"]["seconds"] == "8"


async def test_a_task_that_failed_says_why(newapi, ask):
    gateway = newapi(videos=[{"fail": {"code": "bad", "message": "No cats."}}])
    begun = read(await ask(gateway, "POST", "/v1/video/generations", {"prompt": "A cat"}))
    gateway.session().clock.advance(60)
    told = read(await ask(gateway, "GET", f"/v1/video/generations/{begun['task_id']}"))["data"]
    assert (told["status"], told["fail_reason"]) == ("FAILURE", "No cats.")


async def test_a_task_that_is_not_there_is_refused_with_nothing_around_it(newapi, ask):
    refused = await ask(newapi(), "GET", "/v1/video/generations/task_x")
    assert (refused.status, read(refused)) == (
        400,
        {"code": "task_not_exist", "message": "task_not_exist", "data": None},
    )
