import http.client
import json

import msgspec
import pytest

from mockgate.control import live as living
from mockgate.control.live import live
from mockgate.verification import Filter


async def test_a_slow_reader_loses_the_oldest_and_is_told_how_many(gw, ask, monkeypatch):
    monkeypatch.setattr(living.Backlog.__init__, "__defaults__", (2,))
    gateway = gw()
    feed = live(gateway, Filter())
    await anext(feed)
    for _ in range(5):
        await ask(gateway, "GET", "/health")
    assert await anext(feed) == b'event: lost\ndata: {"requests":3}\n\n'
    told = [await anext(feed), await anext(feed)]
    assert [msgspec.json.decode(event.partition(b"data: ")[2])["number"] for event in told] == [4, 5]
    await feed.aclose()


async def test_a_reader_that_goes_leaves_nothing_behind(gw):
    gateway = gw()
    feed = live(gateway, Filter())
    await anext(feed)
    assert (len(gateway.listeners), len(gateway.at_stop)) == (1, 1)
    await feed.aclose()
    assert (gateway.listeners, gateway.at_stop) == ([], [])


async def test_a_feed_ends_when_the_server_stops(gw, ask):
    gateway = gw()
    feed = live(gateway, Filter())
    await anext(feed)
    await ask(gateway, "GET", "/health")
    for end in tuple(gateway.at_stop):
        end()
    assert b'"path":"/health"' in await anext(feed)
    with pytest.raises(StopAsyncIteration):
        await anext(feed)
    assert gateway.listeners == []


@pytest.mark.parametrize("headers", [{}, {"connection": "close"}], ids=["lane", "aiohttp"])
def test_a_live_feed_comes_over_the_wire_as_things_happen_and_does_not_hold_up_the_end(live, headers):
    gateway = live({"rules": [{"reply": "Hi"}]})
    reader = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=10)
    reader.request("GET", "/_mockgate/requests/live", headers=headers)
    response = reader.getresponse()
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.readline() == b": listening\n"
    asker = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=10)
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
    asker.request("POST", "/v1/chat/completions", json.dumps(body), {"authorization": "Bearer sk-x"})
    assert asker.getresponse().status == 200
    response.readline()
    assert response.readline() == b"event: request\n"
    assert json.loads(response.readline().removeprefix(b"data: "))["model"] == "gpt-4o"
    gateway.stop()
    assert response.read() == b"\n", "the feed ends as a whole answer does"
