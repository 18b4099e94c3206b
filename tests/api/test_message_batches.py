from decimal import Decimal

import msgspec
import pytest

PATH = "/v1/messages/batches"
VERSION = {"anthropic_version": "2023-06-01"}


def request(custom_id="a", text="Hello", **params):
    body = {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}], **params}
    return {"custom_id": custom_id, "params": body}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def begin(ask):
    """Begin a batch of requests; returns its path."""

    async def send(gateway, *requests):
        made = await ask(gateway, "POST", PATH, {"requests": list(requests)}, **VERSION)
        assert made.status == 200, made.answer.body
        return f"{PATH}/{decoded(made)['id']}"

    return send


@pytest.fixture
def look(ask):
    """Let time pass and look at a batch."""

    async def send(gateway, path, seconds=0.0):
        gateway.session().clock.advance(seconds)
        return decoded(await ask(gateway, "GET", path, **VERSION))

    return send


@pytest.fixture
def results_of(ask):
    """Read the results of a batch."""

    async def send(gateway, path):
        answer = (await ask(gateway, "GET", f"{path}/results", **VERSION)).answer
        return {line["custom_id"]: line["result"] for line in map(msgspec.json.decode, answer.body.splitlines())}

    return send


async def test_a_batch_is_in_progress_until_all_of_it_has_ended(gw, begin, look, results_of):
    gateway = gw(rules=[{"reply": "Hi."}])
    path = await begin(gateway, request("a"), request("b"))
    batch = await look(gateway, path, 5)
    assert batch == {
        "id": path.removeprefix(f"{PATH}/"),
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": {"processing": 2, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0},
        "created_at": "2025-01-01T00:00:00Z",
        "expires_at": "2025-01-02T00:00:00Z",
        "ended_at": None,
        "cancel_initiated_at": None,
        "archived_at": None,
        "results_url": None,
    }
    assert gateway.session().totals.turns == 1, "half of the time, half of the requests"
    ended = await look(gateway, path, 5)
    assert (ended["processing_status"], ended["ended_at"]) == ("ended", "2025-01-01T00:00:10Z")
    assert ended["request_counts"] == {"processing": 0, "succeeded": 2, "errored": 0, "canceled": 0, "expired": 0}
    assert ended["results_url"] == f"http://localhost{path}/results"
    results = await results_of(gateway, path)
    assert [(name, result["type"]) for name, result in results.items()] == [("a", "succeeded"), ("b", "succeeded")]
    assert results["a"]["message"]["content"] == [{"type": "text", "text": "Hi."}]


async def test_it_is_done_though_nobody_looks(gw, begin):
    gateway = gw()
    await begin(gateway, request())
    gateway.session().clock.advance(10)
    await gateway.session().clock.give_way()
    await gateway.session().clock.give_way()
    assert gateway.session().totals.turns == 1


async def test_a_request_costs_half_of_what_a_live_one_does(gw, ask, begin, look):
    gateway = gw(rules=[{"reply": "Hi."}])
    await ask(gateway, "POST", "/v1/messages", request()["params"], **VERSION)
    live = gateway.session().totals.cost
    await look(gateway, await begin(gateway, request()), 10)
    assert live > 0
    assert gateway.session().totals.cost == live * Decimal("1.5")


async def test_a_request_that_fails_fails_alone_and_in_anthropics_words(gw, begin, look, results_of):
    gateway = gw(
        rules=[
            {"when": {"user": "crash"}, "error": 529},
            {"reply": "Hi."},
        ]
    )
    path = await begin(
        gateway, request("good"), request("bad", max_tokens=0), request("crash", "crash"), request("live", stream=True)
    )
    counts = (await look(gateway, path, 10))["request_counts"]
    assert (counts["succeeded"], counts["errored"]) == (1, 3)
    results = await results_of(gateway, path)
    assert [results[name]["error"]["error"]["type"] for name in ("bad", "crash", "live")] == [
        "invalid_request_error",
        "overloaded_error",
        "invalid_request_error",
    ]
    assert results["bad"]["error"]["type"] == "error"


async def test_cancelling_takes_a_moment_and_leaves_the_rest_unrun(gw, ask, begin, look, results_of):
    gateway = gw(rules=[{"reply": "Hi."}])
    path = await begin(gateway, request("a"), request("b"))
    await look(gateway, path, 5)
    canceling = decoded(await ask(gateway, "POST", f"{path}/cancel", **VERSION))
    assert (canceling["processing_status"], canceling["cancel_initiated_at"]) == ("canceling", "2025-01-01T00:00:05Z")
    assert (await ask(gateway, "GET", f"{path}/results", **VERSION)).status == 404
    assert (await ask(gateway, "DELETE", path, **VERSION)).status == 400
    ended = await look(gateway, path, 2)
    assert ended["request_counts"] == {"processing": 0, "succeeded": 1, "errored": 0, "canceled": 1, "expired": 0}
    assert (await results_of(gateway, path))["b"] == {"type": "canceled"}
    assert (await ask(gateway, "POST", f"{path}/cancel", **VERSION)).status == 400
    gone = decoded(await ask(gateway, "DELETE", path, **VERSION))
    assert gone == {"id": ended["id"], "type": "message_batch_deleted"}
    assert (await look(gateway, path))["error"]["type"] == "not_found_error"


async def test_a_batch_expires_after_a_day_unless_it_has_ended(gw, begin, look, results_of):
    gateway = gw(batches=[{"by_hand": True}])
    path = await begin(gateway, request("a"))
    ended = await look(gateway, path, 86_400)
    assert (ended["processing_status"], ended["request_counts"]["expired"]) == ("ended", 1)
    assert await results_of(gateway, path) == {"a": {"type": "expired"}}


async def test_a_batch_that_is_to_fail_has_nothing_but_errors(gw, begin, look, results_of):
    gateway = gw(batches=[{"when": {"model": "claude-*"}, "fail": {"message": "Lost in the mail."}}])
    path = await begin(gateway, request("a"))
    assert (await look(gateway, path, 10))["request_counts"]["errored"] == 1
    error = (await results_of(gateway, path))["a"]["error"]["error"]
    assert error == {"type": "api_error", "message": "Lost in the mail."}
    assert gateway.session().totals.turns == 0


async def test_batches_are_listed_newest_first_and_paged_both_ways(gw, ask, begin):
    gateway = gw()
    ids = [(await begin(gateway, request(str(number)))).rpartition("/")[2] for number in range(5)][::-1]

    async def listed(query=""):
        found = decoded(await ask(gateway, "GET", PATH + query, **VERSION))
        return [batch["id"] for batch in found["data"]], found["has_more"]

    assert await listed() == (ids, False)
    assert await listed("?limit=2") == (ids[:2], True)
    assert await listed(f"?limit=2&after_id={ids[1]}") == (ids[2:4], True)
    assert await listed(f"?limit=2&after_id={ids[3]}") == (ids[4:], False)
    assert await listed(f"?limit=2&before_id={ids[3]}") == (ids[1:3], True)
    assert await listed(f"?limit=2&before_id={ids[2]}") == (ids[:2], False)
    for query in ("?limit=0", "?limit=1001", "?after_id=msgbatch_none", "?before_id=msgbatch_none"):
        assert (await ask(gateway, "GET", PATH + query, **VERSION)).status == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "requests: Field required"),
        ({"requests": []}, "requests: List should have at least 1 item"),
        ({"requests": [{"custom_id": "a b", "params": {}}]}, "requests.0.custom_id: String should match pattern"),
        ({"requests": [{"custom_id": "a"}]}, "requests.0.params: Field required"),
        ({"requests": [request("a"), request("a")]}, "requests.1.custom_id: `custom_id` must be unique"),
    ],
)
async def test_a_wrong_batch_is_refused_in_anthropics_envelope(gw, ask, body, words):
    refused = await ask(gw(), "POST", PATH, body, **VERSION)
    error = decoded(refused)
    assert (refused.status, error["type"], error["error"]["type"]) == (400, "error", "invalid_request_error")
    assert words in error["error"]["message"]
    assert error["request_id"] == refused.request_id


async def test_a_batch_can_be_there_from_the_start(gw, look, results_of):
    seed = {"id": "msgbatch_1", "model": "claude-haiku-4-5", "succeeded": 2, "errored": 1}
    gateway = gw(records={"message_batches": [seed]}, rules=[{"reply": "Hi."}])
    assert [batch["id"] for batch in (await look(gateway, PATH))["data"]] == ["msgbatch_1"]
    counts = (await look(gateway, f"{PATH}/msgbatch_1"))["request_counts"]
    assert (counts["succeeded"], counts["errored"]) == (2, 1)
    results = await results_of(gateway, f"{PATH}/msgbatch_1")
    assert [result["type"] for result in results.values()] == ["errored", "succeeded", "succeeded"]
    assert results["request-2"]["message"]["model"] == "claude-haiku-4-5"


async def test_a_page_that_cannot_be_is_refused_in_anthropics_words(gw, ask):
    for limit, fault in (("0", "greater than or equal to 1"), ("1001", "less than or equal to 1000"), ("x", "a valid")):
        refused = decoded(await ask(gw(), "GET", f"{PATH}?limit={limit}", **VERSION))
        assert refused["error"]["message"].startswith(f"limit: Input should be {fault}")
