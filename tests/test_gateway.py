import asyncio
import logging
from datetime import date

import msgspec
import pytest

from mockgate.gateway import CLIENT_LEFT, MAX_SESSIONS, Gateway
from mockgate.routes import Family
from mockgate.scenario import Scenario
from mockgate.wire import Answer, Call, json_answer

CHATS = "/v1/chat/completions"
HELLO = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
NO_KEY = {"authorization": ""}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def served(gw):
    """Make a gateway that serves one handler at GET /x."""

    def make(handler, **scenario):
        family = Family("test")
        family.add("GET", "/x", handler)
        return Gateway(gw(scenario, manners={"routes": None}).scenario, [family])

    return make


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/nowhere", b"{", NO_KEY, 404),
        ("DELETE", CHATS, b"{", NO_KEY, 405),
        ("POST", CHATS, b"{", NO_KEY, 401),
        ("POST", CHATS, b"{", {}, 400),
        ("POST", CHATS, {**HELLO, "model": "unknown", "n": 0}, {}, 400),
        ("POST", CHATS, {**HELLO, "model": "unknown"}, {}, 404),
        ("POST", CHATS, HELLO, {}, 200),
        ("GET", "/health", None, NO_KEY, 200),
    ],
)
async def test_a_call_is_refused_for_the_first_thing_wrong_in_order(gw, ask, method, path, body, headers, status):
    exchange = await ask(gw(), method, path, body, **headers)
    assert exchange.answer.status == status
    if status >= 400:
        assert set(decoded(exchange)["error"]) == {"message", "type", "param", "code"}


async def test_every_answer_names_its_request_and_what_the_scenario_and_rule_add(gw, ask):
    gateway = gw(headers={"x-served-by": "me"}, rules=[{"name": "hi", "headers": {"x-own": "yes"}, "reply": "Hi"}])
    headers = (await ask(gateway, "POST", CHATS, HELLO)).answer.headers
    assert headers["x-request-id"].startswith("req_")
    assert (headers["x-served-by"], headers["x-own"], headers["x-mockgate-rule"]) == ("me", "yes", 'rules[0] "hi"')
    refused = (await ask(gateway, "GET", "/v1/models/none")).answer
    assert refused.headers["x-request-id"] != headers["x-request-id"]
    assert "unknown_models: accept" in refused.headers["x-mockgate-hint"]


async def test_a_hint_is_no_longer_than_clients_take_headers(gw, ask):
    exchange = await ask(gw(), "POST", CHATS, HELLO | {"model": "m" * 30_000})
    assert exchange.answer.status == 404
    assert len(exchange.answer.headers["x-mockgate-hint"]) == 4000


async def test_a_scripted_error_goes_out_with_its_headers_and_the_rule_that_raised_it(gw, ask):
    gateway = gw(rules=[{"error": 429, "retry_after": "7s", "message": "Slow down."}])
    exchange = await ask(gateway, "POST", CHATS, HELLO)
    assert exchange.answer.status == 429
    assert exchange.answer.headers["retry-after"] == "7"
    assert exchange.answer.headers["x-mockgate-rule"] == "rules[0]"
    assert decoded(exchange)["error"]["message"] == "Slow down."
    assert (exchange.error.kind, exchange.outcome) == ("rate_limit", "finished")


async def test_sessions_share_nothing(gw, ask):
    gateway = gw(rules=[{"replies": ["one", "two", "three"]}])

    async def said(session):
        exchange = await ask(gateway, "POST", CHATS, {**HELLO, "store": True}, x_mockgate_session=session)
        return decoded(exchange)["choices"][0]["message"]["content"]

    assert [await said(name) for name in ("a", "b", "a", "", "a")] == ["one", "one", "two", "one", "three"]
    assert [len(gateway.session(name).journal) for name in ("a", "b", "default")] == [3, 1, 1]
    assert len(gateway.session("a").records.all("chat.completion")) == 3
    gateway.session("a").clock.advance(60)
    assert gateway.session("b").clock.now() < gateway.session("a").clock.now()


async def test_a_reset_session_begins_anew_and_the_others_go_on(gw, ask):
    gateway = gw(rules=[{"replies": ["one", "two"]}])
    for name in ("a", "b"):
        await ask(gateway, "POST", CHATS, HELLO, x_mockgate_session=name)
    gateway.reset("a")
    gateway.reset("never seen")
    answers = [decoded(await ask(gateway, "POST", CHATS, HELLO, x_mockgate_session=name)) for name in ("a", "b")]
    assert [answer["choices"][0]["message"]["content"] for answer in answers] == ["one", "two"]


async def test_the_oldest_session_goes_when_there_are_too_many_but_never_the_default_one(gw):
    gateway = gw()
    first = gateway.session()
    for number in range(MAX_SESSIONS + 10):
        gateway.session(str(number))
    assert len(gateway.sessions) == MAX_SESSIONS
    assert gateway.session() is first
    assert "0" not in gateway.sessions


REQUESTS = [
    HELLO,
    {**HELLO, "n": 3, "logprobs": True, "top_logprobs": 2},
    {**HELLO, "model": "gpt-4", "messages": [{"role": "user", "content": "List 5 colours"}]},
    {**HELLO, "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "required"},
    {**HELLO, "model": "unknown"},
    {**HELLO, "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}},
]


async def test_the_same_request_gets_the_same_bytes_in_any_order_and_after_any_other(gw, ask):
    async def bodies(gateway, requests):
        sent = [await ask(gateway, "POST", CHATS, request) for request in requests]
        return [exchange.answer.body for exchange in sent]

    first = await bodies(gw(seed=5), REQUESTS)
    assert await bodies(gw(seed=5), REQUESTS[::-1]) == first[::-1]
    gateway = gw(seed=5)
    assert await bodies(gateway, REQUESTS * 2) == first * 2
    together = await asyncio.gather(*(ask(gateway, "POST", CHATS, request) for request in REQUESTS))
    assert [exchange.answer.body for exchange in together] == first
    assert (await bodies(gw(seed=6), REQUESTS))[0] != first[0]


async def test_a_stream_says_what_the_whole_answer_says(gw, say, stream):
    gateway = gw()
    for extra in ({}, {"max_tokens": 7}, {"stop": ["e"]}):
        whole = await say(gateway, "Tell me about the sea", **extra)
        chunks = await stream(gateway, "Tell me about the sea", stream_options={"include_usage": True}, **extra)
        said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks[:-1])
        assert said == whole["choices"][0]["message"]["content"]
        assert chunks[-2]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]
        assert chunks[-1]["usage"] == whole["usage"]
        assert chunks[0]["id"] == whole["id"]


async def test_the_moment_comes_from_the_sessions_clock(gw, say):
    gateway = gw()
    assert (await say(gateway))["created"] == 1_735_689_600
    gateway.session().clock.advance(90.5)
    assert (await say(gateway))["created"] == 1_735_689_690


async def test_another_scenario_answers_from_the_next_call_on_and_sequences_begin_anew(gw, say):
    gateway = gw(rules=[{"replies": ["one", "two"]}])
    await say(gateway)
    gateway.replace(gw(rules=[{"replies": ["uno", "dos"]}]).scenario)
    assert [(await say(gateway))["choices"][0]["message"]["content"] for _ in range(2)] == ["uno", "dos"]
    assert len(gateway.session().journal) == 3


async def test_the_journal_is_bounded_and_keeps_counting(gw, ask):
    gateway = gw(journal={"entries": 2})
    for _ in range(5):
        await ask(gateway, "GET", "/health")
    assert [exchange.number for exchange in gateway.session().journal] == [4, 5]


async def test_the_journal_tells_of_unknown_fields_and_masks_the_key(gw, ask):
    exchange = await ask(
        gw(), "POST", CHATS, {**HELLO, "brand_new": 1}, authorization="Bearer sk-very-secret-key-of-mine"
    )
    told = exchange.describe()
    assert told["unknown_fields"] == ["brand_new"]
    assert "secret" not in msgspec.json.encode(told).decode()
    assert (told["endpoint"], told["by"], told["outcome"]) == ("chat.create", "default: synthetic", "finished")


async def test_a_handler_that_fails_is_a_500_without_its_traceback_and_is_logged(served, ask, caplog):
    async def broken(*_):
        raise LookupError("a secret of the house")

    gateway = served(broken)
    with caplog.at_level(logging.ERROR, logger="mockgate"):
        exchange = await ask(gateway, "GET", "/x")
    assert exchange.answer.status == 500
    assert decoded(exchange)["error"]["type"] == "server_error"
    assert b"secret" not in exchange.answer.body
    assert "a secret of the house" in caplog.text
    assert exchange.outcome == "failed"
    assert (gateway.session().under_way, len(gateway.session().journal)) == (0, 1)


async def test_a_call_whose_client_left_is_noted_as_left(served):
    entered = asyncio.Event()

    async def slow(*_):
        entered.set()
        await asyncio.Event().wait()

    gateway = served(slow)
    heard = []
    gateway.listeners.append(heard.append)
    task = asyncio.create_task(gateway.handle(Call("GET", "/x", headers={"authorization": "Bearer k"})))
    await entered.wait()
    assert gateway.session().under_way == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (exchange,) = gateway.session().journal
    assert (exchange.outcome, exchange.status) == ("left", CLIENT_LEFT)
    assert gateway.session().under_way == 0
    assert heard == [exchange]


async def test_answers_under_way_are_counted_until_they_are_closed_even_over_a_reset(gw):
    gateway = gw()
    call = Call("GET", "/health")
    first, second = [await gateway.handle(call) for _ in range(2)]
    assert gateway.session().under_way == 2
    gateway.close(first, "left")
    assert (gateway.session().under_way, first.outcome) == (1, "left")
    gateway.reset()
    gateway.close(second)
    assert gateway.session().under_way == 0


async def test_a_body_that_could_not_be_taken_in_is_refused_behind_the_door(served):
    from mockgate.errors import GatewayError

    async def never(*_):
        raise AssertionError

    call = Call("GET", "/x", headers={"authorization": "Bearer k"}, refused=GatewayError("too_large"))
    exchange = await served(never).handle(call)
    assert exchange.answer.status == 413


async def test_what_a_rule_says_in_a_header_cannot_break_the_answer(gw, ask):
    gateway = gw(
        rules=[{"when": {"user": {"matches": "(?s)(?P<all>.*)"}}, "headers": {"x-said": "{{ all }}"}, "reply": "ok"}]
    )
    evil = "a\r\nset-cookie: b=c\u2028ü"
    exchange = await ask(gateway, "POST", CHATS, {**HELLO, "messages": [{"role": "user", "content": evil}]})
    assert exchange.answer.headers["x-said"].isascii()
    assert not set("\r\n") & set(exchange.answer.headers["x-said"])


async def test_headers_of_handlers_win_over_the_scenarios_whatever_their_case(served, ask):
    async def handler(*_) -> Answer:
        return json_answer({}, headers={"x-own": "handler"})

    headers = (await ask(served(handler, headers={"X-Own": "scenario"}), "GET", "/x")).answer.headers
    assert {name.lower(): value for name, value in headers.items()}["x-own"] == "handler"
    assert len([name for name in headers if name.lower() == "x-own"]) == 1


def test_a_gateway_can_be_made_without_a_file():
    assert date.fromtimestamp(Gateway(Scenario(), []).session().clock.now()) >= date(2025, 1, 1)


async def test_another_scenario_is_in_force_as_a_whole(gw, say):
    gateway = gw(rules=[{"when": {"call": 1}, "reply": "first"}, {"reply": "later"}])
    said = [(await say(gateway))["choices"][0]["message"]["content"] for _ in range(2)]
    other = {"clock": {"start": "2030-01-01", "frozen": True}, "journal": {"entries": 1}}
    gateway.replace(gw(other, rules=[{"when": {"call": 1}, "reply": "anew"}, {"reply": "later"}]).scenario)
    answers = [await say(gateway) for _ in range(2)]
    said += [answer["choices"][0]["message"]["content"] for answer in answers]
    assert said == ["first", "later", "anew", "later"]
    assert answers[0]["created"] == 1_893_456_000
    assert len(gateway.session().journal) == 1


async def test_the_session_that_was_not_used_for_longest_is_forgotten(gw, monkeypatch):
    monkeypatch.setattr("mockgate.gateway.MAX_SESSIONS", 3)
    gateway = gw(rules=[{"replies": ["first", "second"]}])
    for name in ("a", "b", "a", "c", "d"):
        gateway.session(name)
    assert list(gateway.sessions) == ["a", "c", "d"]


async def test_a_session_with_an_answer_under_way_is_not_forgotten(gw, monkeypatch):
    monkeypatch.setattr("mockgate.gateway.MAX_SESSIONS", 2)
    gateway = gw(rules=[{"reply": "x"}])
    busy = await gateway.handle(Call("GET", "/health", "", {"x-mockgate-session": "busy"}))
    gateway.session("b")
    gateway.session("c")
    assert list(gateway.sessions) == ["busy", "c"]
    gateway.close(busy)
    assert gateway.session("busy").under_way == 0


async def test_a_session_that_was_reset_still_tells_webhooks(gw, ask):
    gateway, sent = gw(webhooks=[{"url": "http://hooks.example"}]), []
    gateway.deliver = lambda delivery, _clock: sent.append(delivery.type)
    gateway.join("sk-mine", "mine")
    gateway.reset("mine")
    body = {"model": "gpt-4o-mini", "input": "Hello", "background": True}
    await ask(gateway, "POST", "/v1/responses", body, x_mockgate_session="mine")
    gateway.session("mine").clock.advance(3600)
    assert sent == ["response.completed"]
