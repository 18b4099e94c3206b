"""A provider's own API behind a gateway."""

import msgspec
import pytest
from openai import OpenAI

from mockgate.scenario import load

HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
CLAUDE = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}
ASKED = {"contents": [{"parts": [{"text": "hi"}]}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def gateway(gw):
    rules = [
        {"when": {"family": "passthrough", "user": "ping"}, "reply": {"json": [1]}},
        {"when": {"user": "hi"}, "reply": "ho"},
    ]
    return gw({"gateway": "gomodel", "rules": rules})


@pytest.mark.parametrize("path", ["v1/chat/completions", "chat/completions"])
async def test_openais_own_api_answers_without_the_gateways_fields(gateway, ask, path):
    answer = read(await ask(gateway, "POST", f"/p/openai/{path}", HI))
    assert answer["choices"][0]["message"]["content"] == "ho"
    assert answer["id"].startswith("chatcmpl-")
    assert "provider" not in answer


async def test_anthropics_own_api_answers_in_its_manners_refusals_too(gateway, ask):
    answer = await ask(gateway, "POST", "/p/anthropic/v1/messages", CLAUDE)
    assert read(answer)["content"] == [{"type": "text", "text": "ho"}]
    assert "request-id" in answer.answer.headers
    refused = await ask(gateway, "POST", "/p/anthropic/v1/messages", {**CLAUDE, "model": "nope"})
    assert (refused.status, read(refused)["error"]["type"]) == (404, "not_found_error")


async def test_googles_own_api_answers_below_its_own_version(gateway, ask):
    answer = read(await ask(gateway, "POST", "/p/gemini/v1beta/models/gemini-2.5-flash:generateContent", ASKED))
    assert answer["candidates"][0]["content"]["parts"] == [{"text": "ho"}]


async def test_a_stream_passes_as_it_is(gateway, ask):
    exchange = await ask(gateway, "POST", "/p/openai/v1/chat/completions", {**HI, "stream": True})
    assert [frame.data for frame in exchange.answer.frames][-1] == b"[DONE]"
    assert [session.under_way for session in gateway.sessions.values()] == [0, 0]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_an_opaque_provider_answers_what_a_rule_says_and_else_what_it_was_asked(gateway, ask, method):
    echo = read(await ask(gateway, method, "/p/zai/some/path", {"a": 1}))
    assert echo == {"provider": "zai", "method": method, "path": "/some/path", "body": {"a": 1}}
    assert read(await ask(gateway, method, "/p/zai/some/path", b"ping")) == [1]


async def test_a_provider_that_may_not_be_asked_is_refused_with_those_that_may(gateway, ask):
    refused = await ask(gateway, "GET", "/p/acme/x")
    assert (refused.status, "currently enabled providers: openai, anthropic" in read(refused)["error"]["message"]) == (
        400,
        True,
    )


@pytest.mark.parametrize("path", ["/p/openai", "/p/openai/", "/p/zai"])
async def test_a_provider_alone_is_no_endpoint(gateway, ask, path):
    refused = await ask(gateway, "GET", path)
    assert (refused.status, read(refused)["error"]["message"]) == (400, "provider passthrough endpoint is required")


@pytest.mark.parametrize("server", ["openai", "gomodel"])
async def test_a_pictures_address_leads_to_it_without_a_key(gw, ask, server):
    gateway = gw({"gateway": server})
    asked = {"model": "dall-e-3", "prompt": "A cat", "size": "1024x1024"}
    made = await ask(gateway, "POST", "/gomodel/p/openai/images/generations", asked, host="h:1")
    link = read(made)["data"][0]["url"]
    assert link.startswith("http://h:1/openai/v1/images/files/")
    assert (await ask(gateway, "GET", link.removeprefix("http://h:1"), authorization="")).status == 200


async def test_a_batchs_results_lie_where_the_batch_was_asked_for(gw, ask):
    gateway = gw({"gateway": "openai", "rules": [{"reply": "ho"}], "batches": [{"states": {"in_progress": 0}}]})
    batches = "/gomodel/p/anthropic/v1/messages/batches"
    begun = read(await ask(gateway, "POST", batches, {"requests": [{"custom_id": "a", "params": CLAUDE}]}))
    told = read(await ask(gateway, "GET", f"{batches}/{begun['id']}", host="h:1"))
    assert told["results_url"] == f"http://h:1{batches}/{begun['id']}/results"
    assert (await ask(gateway, "GET", told["results_url"].removeprefix("http://h:1"))).status == 200


async def test_a_providers_session_goes_by_the_scenario_and_the_clock_of_the_one_it_is_for(gw, ask):
    gateway, chat = gw({"gateway": "gomodel"}), "/p/openai/chat/completions"
    for reply in "one", "two":
        gateway.replace(load({"gateway": "gomodel", "rules": [{"reply": reply}]}), "mine")
        told = read(await ask(gateway, "POST", chat, HI, **{"x-mockgate-session": "mine"}))
        assert told["choices"][0]["message"]["content"] == reply
    gateway.session().clock.advance(3600)
    created = [read(await ask(gateway, "POST", path, HI))["created"] for path in (chat, "/v1/chat/completions")]
    assert created[0] == created[1]


async def test_what_is_pushed_to_a_session_is_answered_by_its_providers_too(live):
    server = live({"gateway": "gomodel"})
    server.reply("pushed")
    client = OpenAI(base_url=f"{server.url}/p/openai/v1", api_key="sk-1", max_retries=0)
    assert client.chat.completions.create(**HI).choices[0].message.content == "pushed"
