import msgspec
import pytest


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_answered_without_a_key(gw, ask, method):
    exchange = await ask(gw(), method, "/health", authorization="")
    assert (exchange.answer.status, exchange.answer.body) == (200, b'{"status":"ok"}')


@pytest.mark.parametrize(
    ("parts", "status", "word"),
    [({}, 200, "ready"), ({"cache": "down"}, 200, "degraded"), ({"storage": "down"}, 503, "not_ready")],
)
async def test_a_gateway_is_as_ready_as_what_is_behind_it(gw, ask, parts, status, word):
    exchange = await ask(gw({"gateway": "gomodel", "manners": {"health": parts}}), "GET", "/health/ready")
    told = msgspec.json.decode(exchange.answer.body)
    assert (exchange.status, told["status"]) == (status, word)
    assert told["components"] == {"storage": "ok", "cache": "ok"} | parts
