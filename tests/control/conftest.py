"""Ways to ask the control API without a server."""

import msgspec
import pytest


@pytest.fixture
def control(ask):
    """Send a control call and return its status and its body, decoded."""

    async def send(gateway, line, body=None, **headers):
        method, _, path = line.partition(" ")
        exchange = await ask(gateway, method, f"/_mockgate{path}", body, **headers)
        return exchange.status, msgspec.json.decode(exchange.answer.body)

    return send
