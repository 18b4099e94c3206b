"""Several gateways on one server."""

import msgspec
import pytest

from mockgate.scenario import Rule, load
from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


def said(exchange):
    return read(exchange)["choices"][0]["message"]["content"]


async def test_a_gateway_is_played_below_its_name_with_the_servers_own_rules(gw, ask):
    gateway = gw({"rules": [{"reply": "ho"}]})
    mine = await ask(gateway, "POST", CHAT, HI)
    other = await ask(gateway, "POST", "/newapi" + CHAT, HI)
    assert said(mine) == said(other) == "ho"
    assert "x-request-id" in mine.answer.headers
    assert "x-oneapi-request-id" in other.answer.headers


@pytest.mark.parametrize(
    ("host", "session"),
    [("api.goesai.com", "goesai/default"), ("goesai.localhost:8080", "goesai/default"), ("localhost:8080", "default"),
     ("127.0.0.1:9", "default"), ("[::1]:9", "default"), ("my-machine.lan", "default"), ("", "default")],
)  # fmt: skip
async def test_a_host_says_which_gateway_is_meant(gw, host, session):
    call = Call("GET", "/v1/models", headers={"authorization": "Bearer sk-1", "host": host})
    assert (await gw().handle(call)).session == session


async def test_below_its_own_name_the_servers_gateway_is_still_the_same(gw):
    gateway = gw({"gateway": "goesai"})
    exchange = await gateway.handle(Call("GET", "/goesai/v1/models", headers={"authorization": "Bearer sk-1"}))
    assert (exchange.session, exchange.call.path, exchange.call.base) == ("default", "/v1/models", "/goesai")


async def test_each_gateway_has_sessions_of_its_own(gw, ask):
    gateway = gw({"limits": {"requests": "1/min"}})
    statuses = [(await ask(gateway, "POST", path + CHAT, HI)).status for path in ("", "", "/goesai", "/goesai")]
    assert statuses == [200, 429, 200, 429]
    named = [(await ask(gateway, "POST", "/goesai" + CHAT, HI, **{"x-mockgate-session": "a"})).status for _ in "ab"]
    assert named == [200, 429]
    gateway.reset("goesai/default")
    assert (await ask(gateway, "POST", "/goesai" + CHAT, HI)).status == 200
    assert gateway.session("goesai/default").mount == "goesai"


async def test_what_a_session_is_told_holds_for_every_gateway(gw, ask):
    gateway = gw({"clock": {"frozen": True}})
    mine = {"x-mockgate-session": "mine"}
    gateway.session("mine").progress.pushed.push_rule(Rule(reply="pushed"), gateway.scenario)
    assert [said(await ask(gateway, "POST", f"{path}{CHAT}", HI, **mine)) for path in ("", "/apigo")] == ["pushed"] * 2
    gateway.replace(load({"rules": [{"reply": "own"}], "clock": {"frozen": True}}), "other")
    gateway.session("other").clock.advance(3600)
    other = await ask(gateway, "POST", f"/newapi{CHAT}", HI, **{"x-mockgate-session": "other"})
    assert (said(other), other.clock.now()) == ("own", gateway.session("other").clock.now())
    assert said(await ask(gateway, "POST", f"/newapi{CHAT}", HI)) not in {"own", "pushed"}


async def test_another_scenario_is_played_by_every_gateway_from_the_next_call_on(gw, ask):
    gateway = gw({"rules": [{"reply": "before"}]})
    await ask(gateway, "POST", "/goesai" + CHAT, HI)
    gateway.replace(load({"rules": [{"reply": "after"}]}))
    answer = await ask(gateway, "POST", "/goesai" + CHAT, HI)
    assert said(answer) == "after"


async def test_a_gateway_without_the_servers_profile_is_as_documented(gw, ask):
    gateway = gw({"gateway": "newapi", "profile": "source", "rules": [{"reply": "ho"}]})
    for name, status in ("goesai", 404), ("apigo", 503):
        assert (await ask(gateway, "POST", f"/{name}{CHAT}", {**HI, "model": "nope"})).status == status
        assert (await ask(gateway, "POST", f"/{name}{CHAT}", HI)).status == 200


async def test_a_scenario_that_a_gateway_cannot_play_says_why_and_nothing_else_suffers(gw, ask, tmp_path):
    own = tmp_path / "acme.yaml"
    own.write_text("extends: openai\nname: acme\npaces: {ours: {first_token: 0s}}\n")
    gateway = gw({"gateway": str(own), "pace": "ours"})
    refused = await ask(gateway, "POST", "/goesai" + CHAT, HI)
    assert refused.status == 500
    assert "cannot be played by the gateway of /goesai" in read(refused)["error"]["message"]
    assert (await ask(gateway, "POST", CHAT, HI)).status == 200
