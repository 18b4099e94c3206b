import asyncio
import json

import aiohttp
import pytest
from aiohttp import WSMsgType

from mockgate.edge.boot import build
from mockgate.edge.server import Server

URL = "/v1/realtime?model=gpt-realtime"
KEY = {"authorization": "Bearer sk-test-0123456789"}


@pytest.fixture
async def serve():
    servers = []

    async def start(**scenario):
        servers.append(Server(build({"pace": "instant", **scenario})))
        await servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        await server.stop(0.1)


@pytest.fixture
async def client():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_call_is_upgraded_and_journaled_as_one(serve, client):
    server = await serve()
    async with client.ws_connect(server.url + URL, headers=KEY) as socket:
        assert (await socket.receive_json())["type"] == "session.created"
        (exchange,) = server.gateway.session().journal
        assert (exchange.status, exchange.outcome) == (101, "open")
        assert socket._response.headers["x-request-id"] == exchange.request_id
    for _ in range(100):
        await asyncio.sleep(0)
    assert server.gateway.session().under_way == 0
    assert exchange.outcome == "finished"


@pytest.mark.parametrize(
    ("path", "headers", "scenario", "status", "code"),
    [
        (URL, {}, {}, 401, None),
        (URL, {"authorization": "Bearer no"}, {"unknown_keys": "refuse"}, 401, "invalid_api_key"),
        ("/v1/realtime", KEY, {}, 400, "missing_model"),
        ("/v1/realtime?model=nope", KEY, {"unknown_models": "refuse"}, 404, "model_not_found"),
        ("/v1/realtime?model=gpt-4o", KEY, {}, 400, "invalid_model"),
        ("/v1/nothing", KEY, {}, 404, None),
        (URL, KEY, {"faults": [{"error": 429}]}, 429, "rate_limit_exceeded"),
        (URL, {**KEY, "x-mockgate-error": "503"}, {}, 503, "service_unavailable"),
    ],
)
async def test_a_refused_upgrade_is_a_plain_answer(serve, client, path, headers, scenario, status, code):
    server = await serve(**scenario)
    asked = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    async with client.get(server.url + path, headers=asked) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]["code"] == code


async def test_a_plain_call_is_told_to_upgrade(serve, client):
    server = await serve()
    async with client.get(server.url + URL, headers=KEY) as answer:
        assert (answer.status, answer.headers["upgrade"]) == (426, "websocket")
    bad = {**KEY, "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    async with client.get(server.url + URL, headers={**bad, "sec-websocket-key": "x"}) as answer:
        assert answer.status == 400


async def test_of_the_subprotocols_realtime_is_spoken_and_the_key_may_be_among_them(serve, client):
    server = await serve(keys={"sk-browser": {}}, unknown_keys="refuse")
    offered = ("realtime", "openai-insecure-api-key.sk-browser")
    async with client.ws_connect(server.url + URL, protocols=offered) as socket:
        assert socket.protocol == "realtime"
        assert (await socket.receive_json())["type"] == "session.created"
        (exchange,) = server.gateway.session().journal
        assert "sk-browser" not in str(exchange.describe())


async def test_what_cannot_be_taken_in_is_told_and_the_talk_goes_on(serve, client):
    server = await serve()
    async with client.ws_connect(server.url + URL, headers=KEY, max_msg_size=0) as socket:
        await socket.receive_json()
        await socket.send_bytes(b"\xff\x00\x13 junk")
        assert (await socket.receive_json())["error"]["code"] == "invalid_json"
        await socket.send_str("x" * (15 * 2**20 + 1))
        assert (await socket.receive_json())["error"]["code"] == "request_too_large"
        await socket.send_json({"type": "input_audio_buffer.clear"})
        assert (await socket.receive_json())["type"] == "input_audio_buffer.cleared"


async def test_a_server_that_stops_says_so(serve, client):
    server = await serve()
    async with client.ws_connect(server.url + URL, headers=KEY) as socket:
        await socket.receive_json()
        stopping = asyncio.create_task(server.stop(1))
        assert (await socket.receive()).type == WSMsgType.CLOSE
        assert socket.close_code == 1001
        await stopping


async def test_a_client_that_just_goes_has_left(serve, client):
    server = await serve()
    socket = await client.ws_connect(server.url + URL, headers=KEY)
    await socket.receive_json()
    over = asyncio.get_running_loop().create_future()
    server.gateway.listeners.append(over.set_result)
    socket._response.connection.transport.abort()
    assert (await asyncio.wait_for(over, 5)).outcome == "left"


async def test_a_fault_cuts_the_connection_in_the_middle_of_an_answer(serve, client):
    server = await serve(
        faults=[{"when": {"family": "realtime", "stream": True}, "do": "disconnect", "after": "2 chunks"}]
    )
    async with client.ws_connect(server.url + URL, headers=KEY) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "response.create", "response": {"output_modalities": ["text"]}})
        seen = [json.loads(message.data)["type"] async for message in socket]
    assert seen[0] == "response.created"
    assert "response.done" not in seen
    assert socket.close_code == 1006
    assert [each.outcome for each in server.gateway.session().journal][1] == "cut"
