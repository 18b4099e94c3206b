"""Bodies as endpoints read them: what nobody knows is noted, or refused, wherever a body is sent."""

import pytest

BATCH = {"requests": [{"custom_id": "a", "params": {}}]}
UPLOAD = {"filename": "a.txt", "purpose": "user_data", "bytes": 1, "mime_type": "text/plain"}

BODIES = [
    ("/v1/moderations", {"input": "Hello"}),
    ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "Hello"}),
    ("/v1/uploads", UPLOAD),
    ("/v1/conversations", {"metadata": {}}),
    ("/v1/responses/compact", {"model": "gpt-4o-mini", "input": "Hello"}),
    ("/v1/responses/input_tokens", {"input": "Hello"}),
    ("/v1/realtime/client_secrets", {"session": {"type": "realtime"}}),
    ("/v1/messages/batches", BATCH),
]


@pytest.mark.parametrize(("path", "body"), BODIES)
async def test_a_field_that_nobody_knows_is_noted(gw, ask, path, body):
    exchange = await ask(gw(), "POST", path, {**body, "colour": "red"})
    assert exchange.status == 200
    assert exchange.describe()["unknown_fields"] == ["colour"]


@pytest.mark.parametrize(("path", "body"), BODIES)
async def test_it_is_refused_where_the_scenario_says_so(gw, ask, path, body):
    gateway = gw(unknown_fields="reject")
    assert (await ask(gateway, "POST", path, body)).status == 200
    exchange = await ask(gateway, "POST", path, {**body, "colour": "red"})
    assert (exchange.status, exchange.error.param) == (400, "colour")
