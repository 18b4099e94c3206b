"""Answers that are given once more."""

import pytest

CHAT = "/v1/chat/completions"


def body(text="hi", **more):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


def said(exchange):
    answer = exchange.answer
    return answer.body if hasattr(answer, "body") else b"".join(frame.encode() for frame in answer.frames)


KEYED = {"manners": {"idempotency": "Idempotency-Key"}, "rules": [{"replies": ["one", "two"]}]}
CACHED = {"manners": {"caches": ["chat"]}, "rules": [{"replies": ["one", "two"]}]}


@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_key_and_request_are_answered_once_and_cost_once(gw, ask, stream):
    gateway = gw(KEYED)
    first, again, other = [
        await ask(gateway, "POST", CHAT, body(stream=stream), idempotency_key=key) for key in ("a", "a", "b")
    ]
    assert said(first) == said(again) != said(other)
    assert again.answer.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.answer.headers
    assert gateway.session().totals.turns == 2


async def test_two_callers_may_use_the_same_key(gw, ask):
    gateway = gw(KEYED)
    for caller in "ab":
        exchange = await ask(
            gateway, "POST", CHAT, body(caller), authorization=f"Bearer sk-{caller}", idempotency_key="k"
        )
        assert exchange.status == 200


async def test_a_key_that_was_used_for_another_request_is_a_conflict(gw, ask):
    gateway = gw(KEYED)
    assert (await ask(gateway, "POST", CHAT, body(), idempotency_key="a")).status == 200
    assert (await ask(gateway, "POST", CHAT, body("ho"), idempotency_key="a")).status == 409


async def test_a_key_whose_answer_is_still_under_way_is_a_conflict_until_it_is_there(gw, ask):
    gateway = gw({**KEYED, "pace": {"first_token": "5s", "tokens_per_second": 1000}})
    statuses = []
    for seconds in (0, 3, 3):
        gateway.session().clock.advance(seconds)
        statuses.append((await ask(gateway, "POST", CHAT, body(), idempotency_key="a")).status)
    assert statuses == [200, 409, 200]


async def test_a_refusal_is_not_kept(gw, ask):
    gateway = gw({**KEYED, "rules": [{"times": 1, "error": 500}, {"reply": "one"}]})
    statuses = [(await ask(gateway, "POST", CHAT, body(), idempotency_key="a")).status for _ in "ab"]
    assert statuses == [500, 200]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_cache_answers_who_asks_the_same_and_says_so(gw, ask, stream):
    gateway = gw(CACHED)
    first, again = [await ask(gateway, "POST", CHAT, body(stream=stream)) for _ in "ab"]
    assert said(first) == said(again)
    assert (first.answer.headers.get("x-cache"), again.answer.headers["x-cache"]) == (None, "HIT (exact)")
    assert b"two" in said(await ask(gateway, "POST", CHAT, body(stream=stream), cache_control="no-cache"))


async def test_a_cached_answer_is_good_for_as_long_as_was_asked(gw, ask):
    gateway = gw(CACHED)
    seen = []
    for seconds in (0, 9, 2):
        gateway.session().clock.advance(seconds)
        seen.append((await ask(gateway, "POST", CHAT, body(), x_cache_ttl="10")).answer.headers.get("x-cache"))
    assert seen == [None, "HIT (exact)", None]
