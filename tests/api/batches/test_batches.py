import asyncio
from decimal import Decimal

import msgspec
import pytest

from mockgate.content import Content
from mockgate.filing import StoredFile, keep
from mockgate.placeholders import PIXEL_URL

PATH = "/v1/batches"
CHATS = "/v1/chat/completions"
START = 1_735_689_600
FORM = {"content_type": "multipart/form-data; boundary=e"}


def line(custom_id="a", text="Hello", url=CHATS, **body):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **body}
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def begin(ask):
    """Put lines into a file and begin a batch of them; returns the path of the batch."""

    async def send(gateway, *lines, **asked):
        raw = b"\n".join(each if isinstance(each, bytes) else msgspec.json.encode(each) for each in lines)
        session = gateway.session()
        file = keep(session, StoredFile("file-in", "in.jsonl", "batch", Content.of(raw), session.clock.now()))
        body = {"input_file_id": file.id, "endpoint": CHATS, "completion_window": "24h", **asked}
        made = await ask(gateway, "POST", PATH, body)
        assert made.status == 200, made.answer.body
        return f"{PATH}/{decoded(made)['id']}"

    return send


@pytest.fixture
def look(ask):
    """Let time pass and look at a batch."""

    async def send(gateway, path, seconds=0.0):
        gateway.session().clock.advance(seconds)
        return decoded(await ask(gateway, "GET", path))

    return send


@pytest.fixture
def lines_of(ask):
    """Read the lines of a file."""

    async def send(gateway, id):
        answer = (await ask(gateway, "GET", f"/v1/files/{id}/content")).answer
        return [msgspec.json.decode(raw) for raw in b"".join(map(lambda raw: raw.encode(), answer.frames)).splitlines()]

    return send


async def test_a_batch_passes_its_states_along_the_clock_and_ends_with_a_file(gw, begin, look, lines_of):
    gateway = gw(rules=[{"reply": "Hi."}])
    path = await begin(gateway, *(line(str(number)) for number in range(4)), metadata={"run": "1"})
    seen = [await look(gateway, path, seconds) for seconds in (0, 1, 4, 4, 1)]
    assert [batch["status"] for batch in seen] == [
        "validating",
        "in_progress",
        "in_progress",
        "finalizing",
        "completed",
    ]
    assert [batch["request_counts"]["completed"] for batch in seen] == [0, 0, 2, 4, 4]
    done = seen[-1]
    assert (done["in_progress_at"], done["finalizing_at"], done["completed_at"], done["failed_at"]) == (
        START + 1,
        START + 9,
        START + 10,
        None,
    )
    assert (done["expires_at"], done["metadata"], done["error_file_id"]) == (START + 86_400, {"run": "1"}, None)
    written = await lines_of(gateway, done["output_file_id"])
    assert [each["custom_id"] for each in written] == ["0", "1", "2", "3"]
    assert {each["response"]["body"]["choices"][0]["message"]["content"] for each in written} == {"Hi."}
    total = sum(each["response"]["body"]["usage"]["total_tokens"] for each in written)
    assert (done["usage"]["total_tokens"], gateway.session().totals.input) == (total, done["usage"]["input_tokens"])


@pytest.mark.parametrize(
    ("endpoint", "body", "has"),
    [
        ("/v1/images/generations", {"model": "gpt-image-1", "prompt": "A cat", "size": "1024x1024"}, "data"),
        ("/v1/images/edits", {"model": "gpt-image-1", "prompt": "A hat", "images": [{"image_url": PIXEL_URL}]}, "data"),
        ("/v1/videos", {"model": "sora-2", "prompt": "A cat", "seconds": "4"}, "status"),
        ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "A cat"}, "data"),
        ("/v1/moderations", {"input": "A cat"}, "results"),
        ("/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "A cat"}, "choices"),
        ("/v1/responses", {"model": "gpt-4o", "input": "A cat"}, "output"),
    ],
)
async def test_a_line_may_ask_every_endpoint_of_a_batch(gw, begin, look, lines_of, endpoint, body, has):
    asked = {"custom_id": "a", "method": "POST", "url": endpoint, "body": body}
    gateway = gw(batches=[{"states": {"validating": "1s", "in_progress": "1s", "finalizing": "1s"}}])
    path = await begin(gateway, asked, endpoint=endpoint)
    done = await look(gateway, path, 10)
    assert done["request_counts"] == {"total": 1, "completed": 1, "failed": 0}
    (written,) = await lines_of(gateway, done["output_file_id"])
    assert has in written["response"]["body"]


async def test_a_line_costs_half_of_what_a_live_request_does(gw, ask, begin, look):
    gateway = gw(rules=[{"reply": "Hi."}])
    await ask(gateway, "POST", CHATS, line()["body"])
    live = gateway.session().totals.cost
    await look(gateway, await begin(gateway, line()), 10)
    assert live > 0
    assert gateway.session().totals.cost == live * Decimal("1.5")


async def test_a_line_that_fails_fails_alone(gw, begin, look, lines_of):
    gateway = gw(rules=[{"when": {"user": "crash"}, "error": 500}])
    path = await begin(gateway, line("good"), line("bad", n=0), line("crash", "crash"), line("stream", stream=True))
    done = await look(gateway, path, 10)
    assert done["request_counts"] == {"total": 4, "completed": 1, "failed": 3}
    assert [each["custom_id"] for each in await lines_of(gateway, done["output_file_id"])] == ["good"]
    errors = await lines_of(gateway, done["error_file_id"])
    assert [(each["custom_id"], (each["response"] or {}).get("status_code")) for each in errors] == [
        ("bad", 400),
        ("crash", 500),
        ("stream", None),
    ]
    assert "error" in errors[0]["response"]["body"]


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        ([line(), b"{oops"], "invalid_json_line", 2),
        ([line(), line()], "duplicate_custom_id", 2),
        ([line(url="/v1/embeddings")], "mismatched_endpoint", 1),
        ([line(url="/v1/nothing")], "invalid_url", 1),
        ([{**line(), "method": "GET"}], "invalid_method", 1),
        ([{"custom_id": "a", "method": "POST", "url": CHATS}], "missing_required_parameter", 1),
        ([line("a"), line("b", model="gpt-4o")], "model_mismatch", 2),
        ([], "empty_file", None),
    ],
)
async def test_a_file_that_is_wrong_fails_the_batch_before_any_line_is_run(gw, begin, look, lines, code, number):
    gateway = gw()
    path = await begin(gateway, *lines)
    assert (await look(gateway, path))["status"] == "validating"
    failed = await look(gateway, path, 1)
    assert (failed["status"], failed["failed_at"], failed["output_file_id"]) == ("failed", START + 1, None)
    assert [(each["code"], each["line"]) for each in failed["errors"]["data"]] == [(code, number)]
    assert gateway.session().totals.turns == 0


@pytest.mark.parametrize(
    ("asked", "status", "param"),
    [
        ({"input_file_id": "file-x"}, 404, "input_file_id"),
        ({"endpoint": "/v1/files"}, 400, "endpoint"),
        ({"completion_window": "1h"}, 400, "completion_window"),
        ({"metadata": {"k": 1}}, 400, "metadata"),
    ],
)
async def test_a_wrong_request_is_refused(gw, ask, begin, asked, status, param):
    gateway = gw()
    await begin(gateway, line())
    body = {"input_file_id": "file-in", "endpoint": CHATS, "completion_window": "24h", **asked}
    refused = await ask(gateway, "POST", PATH, body)
    assert (refused.status, decoded(refused)["error"]["param"].partition(".")[0]) == (status, param)


async def test_a_file_for_something_else_is_refused(gw, ask):
    gateway = gw()
    keep(gateway.session(), StoredFile("file-v", "a.png", "vision", Content.of(b"x"), 0.0))
    body = {"input_file_id": "file-v", "endpoint": CHATS, "completion_window": "24h"}
    assert (await ask(gateway, "POST", PATH, body)).status == 400


async def test_a_cancelled_batch_keeps_what_was_done_and_says_of_the_rest_why_not(gw, ask, begin, look, lines_of):
    gateway = gw()
    path = await begin(gateway, *(line(str(number)) for number in range(4)))
    await look(gateway, path, 5)
    assert decoded(await ask(gateway, "POST", f"{path}/cancel"))["status"] == "cancelling"
    assert decoded(await ask(gateway, "POST", f"{path}/cancel"))["status"] == "cancelling"
    done = await look(gateway, path, 2)
    assert (done["status"], done["cancelling_at"], done["cancelled_at"]) == ("cancelled", START + 5, START + 7)
    assert len(await lines_of(gateway, done["output_file_id"])) == 2
    errors = await lines_of(gateway, done["error_file_id"])
    assert [each["error"]["code"] for each in errors] == ["batch_cancelled"] * 2
    again = await ask(gateway, "POST", f"{path}/cancel")
    assert (again.status, "cancelled" in decoded(again)["error"]["message"]) == (409, True)


async def test_a_batch_that_is_held_for_a_day_expires(gw, begin, look, lines_of):
    gateway = gw(batches=[{"by_hand": True}])
    path = await begin(gateway, line())
    assert (await look(gateway, path, 86_399))["status"] == "validating"
    done = await look(gateway, path, 1)
    assert (done["status"], done["expired_at"]) == ("expired", START + 86_400)
    assert [each["error"]["code"] for each in await lines_of(gateway, done["error_file_id"])] == ["batch_expired"]


async def test_a_scenario_says_how_long_batches_take_and_how_they_fail(gw, begin, look):
    slow = gw(batches=[{"when": {"model": "gpt-4o-mini"}, "states": {"in_progress": "1h"}}])
    path = await begin(slow, line())
    assert (await look(slow, path, 3600))["status"] == "in_progress"
    bad = gw(batches=[{"fail": {"code": "token_limit_exceeded", "message": "Too much."}}])
    done = await look(bad, await begin(bad, line()), 60)
    assert (done["status"], done["errors"]["data"][0]["code"]) == ("failed", "token_limit_exceeded")


async def test_results_come_in_one_go_once_the_batch_is_over(gw, ask, begin):
    gateway = gw()
    path = await begin(gateway, line("a"), line("b", n=0))
    assert (await ask(gateway, "GET", f"{path}/results")).status == 409
    gateway.session().clock.advance(10)
    answer = (await ask(gateway, "GET", f"{path}/results")).answer
    assert [msgspec.json.decode(raw.encode())["custom_id"] for raw in answer.frames] == ["a", "b"]


async def test_batches_are_listed_newest_first_and_unknown_ones_are_not_found(gw, ask, begin):
    gateway = gw()
    paths = [await begin(gateway, line()) for _ in range(3)]
    listed = decoded(await ask(gateway, "GET", f"{PATH}?limit=2"))
    assert [f"{PATH}/{batch['id']}" for batch in listed["data"]] == paths[:0:-1]
    assert listed["has_more"] is True
    assert (await ask(gateway, "GET", f"{PATH}/batch_x")).status == 404


async def test_a_batch_that_nobody_looks_at_tells_its_webhook_when_it_is_done(gw, begin):
    gateway = gw(webhooks=[{"url": "http://127.0.0.1:1/hook", "events": ["batch.*"]}])
    path = await begin(gateway, line())
    gateway.session().clock.advance(60)
    for _ in range(20):
        await asyncio.sleep(0)
    assert [delivery.type for delivery in gateway.session().outbox.deliveries] == ["batch.completed"]
    assert msgspec.json.decode(gateway.session().outbox.deliveries[0].body)["data"] == {"id": path.split("/")[-1]}
