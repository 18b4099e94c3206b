"""What a dashboard reads of a gateway."""

import msgspec
import pytest

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def read(exchange):
    assert exchange.status == 200, exchange.answer
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def gateway(gw):
    return gw({"gateway": "newapi", "keys": {"sk-a": {"balance": "$2", "owner": "alice", "models": ["gpt-4o*"]}}})


async def test_the_status_needs_no_key_and_says_what_gateway_this_is(gateway, ask):
    told = read(await ask(gateway, "GET", "/api/status", authorization="", host="h:1"))
    assert told["success"] is True
    data = told["data"]
    assert (data["system_name"], data["quota_per_unit"], data["server_address"]) == ("new-api", 500_000, "http://h:1")
    assert data["start_time"] == 1_735_689_600
    assert data["email_verification"] is False


async def test_quota_granted_is_what_is_used_and_what_is_left(gateway, ask):
    before = read(await ask(gateway, "GET", "/api/usage/token/", authorization="Bearer sk-a"))["data"]
    chat = await ask(gateway, "POST", CHAT, HI, authorization="Bearer sk-a")
    after = read(await ask(gateway, "GET", "/api/usage/token", authorization="Bearer sk-a"))["data"]
    assert before["total_granted"] == before["total_available"] == after["total_granted"] == 1_000_000
    assert after["total_used"] == round(chat.cost * 500_000) > 0
    assert after["total_used"] + after["total_available"] == after["total_granted"]
    assert (after["name"], after["unlimited_quota"], after["model_limits"]) == ("alice", False, {"gpt-4o*": True})


async def test_billing_says_what_may_be_spent_and_what_was(gateway, ask):
    chat = await ask(gateway, "POST", CHAT, HI, authorization="Bearer sk-a")
    limit = read(await ask(gateway, "GET", "/dashboard/billing/subscription", authorization="Bearer sk-a"))
    spent = read(await ask(gateway, "GET", "/v1/dashboard/billing/usage", authorization="Bearer sk-a"))
    assert limit["hard_limit_usd"] == 2.0
    assert spent["total_usage"] == pytest.approx(float(chat.cost) * 100)
    endless = read(await ask(gateway, "GET", "/v1/dashboard/billing/subscription"))
    assert endless["hard_limit_usd"] == 100_000_000


async def test_when_a_key_ends_is_told(gw, ask):
    gateway = gw({"gateway": "newapi", "keys": {"sk-a": {"expires": "2030-01-01"}}})
    told = read(await ask(gateway, "GET", "/api/usage/token/", authorization="Bearer sk-a"))
    assert told["data"]["expires_at"] == 1_893_456_000


async def test_prices_are_those_that_are_charged(gateway, ask):
    rows = {row["model_name"]: row for row in read(await ask(gateway, "GET", "/api/pricing"))["data"]}
    assert (rows["gpt-4o"]["input_per_mtok"], rows["gpt-4o"]["output_per_mtok"]) == (2.5, 10.0)
