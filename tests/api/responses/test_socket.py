import aiohttp
import pytest

from mockgate.edge.boot import build
from mockgate.edge.server import Server

KEY = {"authorization": "Bearer sk-test-0123456789"}
RULES = [{"when": {"user": "ping"}, "reply": "pong"}, {"when": {"user": "again"}, "reply": "{{ user }} and again"}]


@pytest.fixture
async def dial():
    """Open a websocket to a server of a scenario; return the two."""
    server, client = Server(build({"rules": RULES, "pace": "instant"})), aiohttp.ClientSession()
    await server.start()

    async def open_socket(**scenario):
        if scenario:
            server.gateway.replace(build({"rules": RULES, "pace": "instant", **scenario}).scenario)
        return server, await client.ws_connect(f"{server.url}/v1/responses", headers=KEY)

    yield open_socket
    await client.close()
    await server.stop(0.1)


async def until(socket, *kinds):
    events = [await socket.receive_json()]
    while events[-1]["type"] not in kinds:
        events.append(await socket.receive_json())
    return events


def create(text="ping", **more):
    return {"type": "response.create", "model": "gpt-4o", "input": text, **more}


async def test_every_create_is_a_call_of_its_own_whose_events_are_messages(dial):
    server, socket = await dial()
    await socket.send_json(create())
    first = await until(socket, "response.completed")
    assert [event["sequence_number"] for event in first] == list(range(len(first)))
    assert "".join(event["delta"] for event in first if event["type"] == "response.output_text.delta") == "pong"
    await socket.send_json(create("again", previous_response_id=first[-1]["response"]["id"]))
    second = (await until(socket, "response.completed"))[-1]["response"]
    assert second["usage"]["input_tokens"] > first[-1]["response"]["usage"]["input_tokens"]
    calls = list(server.gateway.session().journal)
    assert [(call.call.method, call.status) for call in calls] == [("GET", 101), ("POST", 200), ("POST", 200)]
    assert [call.outcome for call in calls] == ["open", "finished", "finished"]


@pytest.mark.parametrize(
    ("sent", "status", "param"),
    [
        (create(previous_response_id="resp_none"), 400, "previous_response_id"),
        (create(background=True), 400, "background"),
        (create(model=None), 400, "model"),
        ({"type": "response.sing"}, 400, "type"),
        (create(temperature=9), 400, "temperature"),
    ],
)
async def test_what_is_wrong_is_an_error_event_and_the_connection_lives(dial, sent, status, param):
    _, socket = await dial()
    await socket.send_json({**sent, "stream_id": "a"})
    error = await socket.receive_json()
    assert (error["type"], error["status"], error["error"]["param"]) == ("error", status, param)
    assert error["stream_id"] == "a"
    await socket.send_bytes(b"\x00\xff")
    assert (await socket.receive_json())["error"]["code"] == "invalid_json"
    await socket.send_json(create())
    assert (await until(socket, "response.completed"))[-1]["response"]["status"] == "completed"


async def test_a_lane_goes_on_with_its_last_response_though_it_is_not_stored(dial):
    server, socket = await dial()
    await socket.send_json(create(store=False))
    first = (await until(socket, "response.completed"))[-1]["response"]
    await socket.send_json(create("again", store=False, previous_response_id=first["id"]))
    second = (await until(socket, "response.completed"))[-1]["response"]
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"] + first["usage"]["output_tokens"]
    await socket.send_json(create("again", previous_response_id=first["id"]))
    assert (await socket.receive_json())["error"]["code"] == "previous_response_not_found"
    await socket.send_json(create("again", previous_response_id=second["id"], stream_id="other"))
    assert (await socket.receive_json())["error"]["code"] == "previous_response_not_found"
    await socket.close()
    assert not server.gateway.session().records.ids().get("response")


async def test_a_request_that_is_only_taken_in_says_nothing_and_can_be_gone_on_with(dial):
    server, socket = await dial(rules=[{"times": 1, "reply": "The first answer."}, {"reply": "Another."}])
    await socket.send_json(create("My name is Ada.", generate=False))
    events = await until(socket, "response.completed")
    assert [event["type"] for event in events] == ["response.created", "response.in_progress", "response.completed"]
    ready = events[-1]["response"]
    assert (ready["output"], ready["usage"]["output_tokens"]) == ([], 0)
    await socket.send_json(create("Who am I?", previous_response_id=ready["id"]))
    answer = (await until(socket, "response.completed"))[-1]["response"]
    assert answer["output"][0]["content"][0]["text"] == "The first answer."
    assert answer["usage"]["input_tokens"] > ready["usage"]["input_tokens"]
    totals = server.gateway.session().totals
    assert totals.input == ready["usage"]["input_tokens"] + answer["usage"]["input_tokens"]


async def test_a_refusal_comes_with_its_headers(dial):
    _, socket = await dial(limits={"requests": "1/min"}, clock={"frozen": True})
    await socket.send_json(create())
    await until(socket, "response.completed")
    await socket.send_json(create())
    error = await socket.receive_json()
    assert (error["status"], error["error"]["code"]) == (429, "rate_limit_exceeded")
    assert int(error["error"]["headers"]["retry-after"]) == 60


async def test_lanes_answer_side_by_side_and_one_lane_in_order(dial):
    server, socket = await dial(pace={"first_token": "1s", "jitter": 0}, clock={"frozen": True})
    for lane in ("a", "a", "b"):
        await socket.send_json(create(stream_id=lane))
    ended = []
    while len(ended) < 3:
        try:
            event = await socket.receive_json(timeout=0.1)
        except TimeoutError:
            server.gateway.session().clock.advance(1)
            continue
        if event["type"] == "response.completed":
            ended.append(event["stream_id"])
    assert sorted(ended[:2]) == ["a", "b"]


async def test_steering_is_refused_with_the_input_given_back(dial):
    _, socket = await dial()
    await socket.send_json({"type": "response.steer", "previous_response_id": "resp_1", "input": "Faster"})
    failed = await socket.receive_json()
    assert failed["error"]["code"] == "steering_not_supported"
    assert failed["steer"] == {"previous_response_id": "resp_1", "input": "Faster"}


async def test_a_connection_lasts_an_hour(dial):
    server, socket = await dial(clock={"frozen": True})
    await socket.send_json(create())
    await until(socket, "response.completed")
    server.gateway.session().clock.advance(3600)
    assert (await socket.receive_json())["error"]["code"] == "websocket_connection_limit_reached"
    await socket.receive()
    assert socket.closed


async def test_a_plain_get_is_no_method_of_responses(dial):
    server, _ = await dial()
    async with aiohttp.ClientSession() as client, client.get(f"{server.url}/v1/responses", headers=KEY) as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
