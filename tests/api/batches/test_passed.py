"""Batches that a gateway passes on, with their requests in them."""

import msgspec
import pytest

PATH = "/v1/batches"
CHAT = "/v1/chat/completions"
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def gateway(gw):
    return gw({"manners": {"quirks": ["passed_on"]}, "rules": [{"reply": "ho"}]})


async def test_requests_have_names_and_addresses_though_none_are_given(gateway, ask):
    begun = read(await ask(gateway, "POST", PATH, {"requests": [{"body": BODY}, {"body": {**BODY, "n": 0}}]}))
    gateway.session().clock.advance(60)
    rows = read(await ask(gateway, "GET", f"{PATH}/{begun['id']}/results"))["data"]
    assert [(row["custom_id"], row["url"], row["status_code"]) for row in rows] == [
        ("request-0", CHAT, 200), ("request-1", CHAT, 400),
    ]  # fmt: skip
    assert "error" not in rows[0]
    assert rows[1]["error"]["type"] == "invalid_request_error"
    assert "response" not in rows[1]


async def test_a_batch_says_whose_it_is_wherever_it_is_shown(gateway, ask):
    asked = {"endpoint": CHAT, "metadata": {"job": "7"}, "requests": [{"custom_id": "a", "body": BODY}]}
    begun = read(await ask(gateway, "POST", PATH, asked))
    whose = {name: begun[name] for name in ("provider", "provider_batch_id")}
    assert begun["metadata"] == {"job": "7", **whose}
    listed = read(await ask(gateway, "GET", PATH))["data"]
    cancelled = read(await ask(gateway, "POST", f"{PATH}/{begun['id']}/cancel"))
    assert [listed[0]["provider_batch_id"], cancelled["provider_batch_id"]] == [whose["provider_batch_id"]] * 2


async def test_without_that_quirk_a_batch_needs_a_file(gw, ask):
    refused = await ask(gw(), "POST", PATH, {"requests": [{"body": BODY}]})
    assert (refused.status, read(refused)["error"]["param"]) == (400, "input_file_id")
