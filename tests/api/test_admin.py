import pytest


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_answered_without_a_key(gw, ask, method):
    exchange = await ask(gw(), method, "/health", authorization="")
    assert (exchange.answer.status, exchange.answer.body) == (200, b'{"status":"ok"}')
