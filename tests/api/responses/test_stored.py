import asyncio

import msgspec
import pytest

PATH = "/v1/responses"
START = 1_735_689_600


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def respond(ask):
    """Ask for a response and return its body."""

    async def send(gateway, asked="Hello", **body):
        exchange = await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": asked, **body})
        assert exchange.status == 200, exchange.answer.body
        return decoded(exchange)

    return send


@pytest.fixture
def get(ask):
    """Look at a response and return its body."""

    async def send(gateway, id, query=""):
        return decoded(await ask(gateway, "GET", f"{PATH}/{id}{query}"))

    return send


async def test_a_response_is_kept_until_it_is_deleted_and_each_has_its_own_id(gw, ask, respond, get):
    gateway = gw()
    one, two = await respond(gateway), await respond(gateway)
    assert one["id"] != two["id"]
    assert await get(gateway, one["id"]) == one
    assert decoded(await ask(gateway, "DELETE", f"{PATH}/{one['id']}")) == {
        "id": one["id"],
        "object": "response",
        "deleted": True,
    }
    gone = await ask(gateway, "GET", f"{PATH}/{one['id']}")
    assert (gone.status, decoded(gone)["error"]["message"]) == (404, f"Response with id '{one['id']}' not found.")


async def test_what_is_not_to_be_stored_is_not(gw, ask, respond):
    gateway = gw()
    told = await respond(gateway, store=False)
    assert (await ask(gateway, "GET", f"{PATH}/{told['id']}")).status == 404
    refused = await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": "x", "previous_response_id": told["id"]})
    assert decoded(refused)["error"]["code"] == "previous_response_not_found"


async def test_a_chain_of_ten_responses_adds_up(gw, ask, respond):
    gateway = gw(rules=[{"reply": "pong"}])
    before, inputs = None, []
    for number in range(10):
        told = await respond(
            gateway, f"ping {number}", previous_response_id=before, instructions="Be brief." if not number else None
        )
        before = told["id"]
        inputs.append(told["usage"]["input_tokens"])
    lengths = [after - first for first, after in zip(inputs[1:], inputs[2:], strict=False)]
    assert len(set(lengths)) == 1, "every turn adds the same, and the instructions of the first are not inherited"
    items = decoded(await ask(gateway, "GET", f"{PATH}/{before}/input_items?limit=100&order=asc"))["data"]
    assert [item["role"] for item in items] == ["user", "assistant"] * 9 + ["user"]
    whole = await respond(gateway, [{"role": item["role"], "content": item["content"]} for item in items])
    assert whole["usage"]["input_tokens"] == inputs[-1]
    assert gateway.session().totals.input == sum(inputs) + inputs[-1]


async def test_input_items_are_paged_newest_first(gw, ask, respond):
    gateway = gw()
    told = await respond(gateway, [{"role": "user", "content": str(number)} for number in range(3)])
    page = decoded(await ask(gateway, "GET", f"{PATH}/{told['id']}/input_items?limit=2"))
    assert ([item["content"][0]["text"] for item in page["data"]], page["has_more"]) == (["2", "1"], True)
    rest = decoded(await ask(gateway, "GET", f"{PATH}/{told['id']}/input_items?after={page['last_id']}"))
    assert [item["content"][0]["text"] for item in rest["data"]] == ["0"]


async def test_a_background_response_is_queued_worked_on_and_then_there(gw, respond, get):
    gateway = gw(rules=[{"reply": "pong"}], responses=[{"states": {"queued": "2s", "in_progress": "3s"}}])
    told = await respond(gateway, background=True)
    assert (told["status"], told["output"], told["background"]) == ("queued", [], True)
    clock = gateway.session().clock
    states = []
    for seconds in (0, 2, 3):
        clock.advance(seconds)
        states.append((await get(gateway, told["id"]))["status"])
    assert states == ["queued", "in_progress", "completed"]
    done = await get(gateway, told["id"])
    assert (done["completed_at"], done["output"][0]["content"][0]["text"]) == (START + 5, "pong")


async def test_a_background_response_can_be_cancelled_and_stays_so(gw, ask, respond, get):
    gateway = gw()
    told = await respond(gateway, background=True)
    for _ in range(2):
        assert decoded(await ask(gateway, "POST", f"{PATH}/{told['id']}/cancel"))["status"] == "cancelled"
    gateway.session().clock.advance(60)
    assert (await get(gateway, told["id"]))["status"] == "cancelled"


async def test_only_a_background_response_that_is_not_over_can_be_cancelled(gw, ask, respond):
    gateway = gw()
    ordinary, over = await respond(gateway), await respond(gateway, background=True)
    gateway.session().clock.advance(60)
    for id in (ordinary["id"], over["id"]):
        assert (await ask(gateway, "POST", f"{PATH}/{id}/cancel")).status == 400
    assert (await ask(gateway, "POST", f"{PATH}/resp_x/cancel")).status == 404


async def test_a_background_stream_goes_on_after_any_event(gw, ask):
    gateway = gw(rules=[{"reply": "one two three"}])
    body = {"model": "gpt-4o", "input": "Hi", "background": True, "stream": True}
    streamed = await ask(gateway, "POST", PATH, body)
    events = [(frame.due, msgspec.json.decode(frame.data)) for frame in streamed.answer.frames]
    assert [event["type"] for _, event in events[:3]] == [
        "response.created",
        "response.queued",
        "response.in_progress",
    ]
    assert [due for due, _ in events[:3]] == [0, 0, 1]
    id = events[0][1]["response"]["id"]
    gateway.session().clock.advance(30)
    again = await ask(gateway, "GET", f"{PATH}/{id}?stream=true&starting_after=3")
    rest = [msgspec.json.decode(frame.data) for frame in again.answer.frames]
    assert rest == [event for _, event in events[4:]]


async def test_only_what_was_streamed_in_the_background_can_be_streamed_again(gw, ask, respond):
    gateway = gw()
    told = await respond(gateway, background=True)
    refused = await ask(gateway, "GET", f"{PATH}/{told['id']}?stream=true")
    assert (refused.status, decoded(refused)["error"]["param"]) == (400, "stream")


async def test_a_background_response_fails_as_the_scenario_says(gw, ask, respond, get):
    failing = {"responses": [{"fail": {"code": "server_error", "message": "Broken."}}]}
    gateway = gw(failing)
    told = await respond(gateway, background=True)
    gateway.session().clock.advance(60)
    failed = await get(gateway, told["id"])
    assert (failed["status"], failed["error"]) == ("failed", {"code": "server_error", "message": "Broken."})
    body = {"model": "gpt-4o", "input": "Hi", "background": True, "stream": True}
    *_, last = (await ask(gw(failing), "POST", PATH, body)).answer.frames
    assert (last.event, last.last) == ("response.failed", True)


async def test_the_end_of_a_background_response_is_told_to_its_webhook(gw, respond):
    gateway = gw(webhooks=[{"url": "http://127.0.0.1:1/", "events": ["response.completed"]}])
    told = await respond(gateway, background=True)
    gateway.session().clock.advance(60)
    await asyncio.sleep(0)
    delivery = gateway.session().outbox.deliveries[0]
    assert (delivery.type, msgspec.json.decode(delivery.body)["data"]) == ("response.completed", {"id": told["id"]})


async def test_counting_costs_nothing_and_equals_the_usage_that_follows(gw, ask, respond):
    gateway = gw()
    body = {"model": "gpt-4o", "input": "How many?", "instructions": "Count."}
    counted = decoded(await ask(gateway, "POST", f"{PATH}/input_tokens", body))
    assert counted["object"] == "response.input_tokens"
    assert gateway.session().totals.turns == 0
    assert (await respond(gateway, "How many?", instructions="Count."))["usage"]["input_tokens"] == counted[
        "input_tokens"
    ]
    assert (await ask(gateway, "POST", f"{PATH}/input_tokens", {})).status == 200
