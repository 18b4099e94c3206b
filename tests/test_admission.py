"""One truth: what the wallet is debited, the limits are charged, the journal notes and the totals say."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockgate.wire import Call, Frame, Sse

CHAT = "/v1/chat/completions"

MANY = 10**9

SCENARIO = {
    "seed": 5,
    "wallet": {"balance": 1000},
    "limits": {"requests": f"{MANY}/day", "tokens": f"{MANY}/day", "output_tokens": f"{MANY}/day", "per": "all"},
    "groups": {"narrow": {"models": "gpt-4o*"}},
    "keys": {
        "sk-a": {"limits": [{"requests": "9/day"}, {"concurrency": 2}]},
        "sk-b": {"group": "narrow", "balance": "$0.001"},
        "sk-off": {"disabled": True},
    },
    "rules": [
        {"when": {"user": "script"}, "reply": "one two three"},
        {"when": {"user": "cached"}, "reply": {"text": "four", "usage": {"cached": 5}}},
        {"when": {"user": "often"}, "replies": ["first", {"error": 503}, {"error": 429}, "last"]},
    ],
    "faults": [
        {"when": {"user": "fault"}, "chance": 0.5, "error": 500},
        {"when": {"user": "stumble", "stream": True}, "after": "2 chunks", "error": 502},
        {"when": {"user": "gone"}, "do": "disconnect", "after": "1 tokens"},
    ],
}

calls = st.builds(
    dict,
    key=st.sampled_from(["sk-a", "sk-b", "sk-c", "sk-off"]),
    model=st.sampled_from(["gpt-4o", "gpt-4o-2024-08-06", "o3", "mock-1", "nope"]),
    text=st.sampled_from(["script", "cached", "often", "fault", "stumble", "gone", "Tell me of the sea."]),
    stream=st.booleans(),
    max_tokens=st.sampled_from([None, 1, 20, 0, 10**6]),
    n=st.sampled_from([None, 1, 3]),
    end=st.sampled_from(["finished", "left"]),
)


async def send(gateway, key="sk-a", text="Hello", end: Any = "finished", **body):
    body = {"model": "gpt-4o", **{name: value for name, value in body.items() if value is not None}}
    raw = msgspec.json.encode({**body, "messages": [{"role": "user", "content": text}]})
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    exchange = await gateway.handle(Call("POST", CHAT, "", headers, raw))
    if isinstance(exchange.answer, Sse):
        list(exchange.answer.frames)
    gateway.close(exchange, end)
    return exchange


def left(gateway, place: str) -> float:
    limiter = gateway.session().limiter
    found = {scope[0]: level for scope, level in limiter._levels.items()}
    return found[place].left if place in found else MANY


def one_truth(gateway) -> None:
    """Hold the books side by side."""
    session = gateway.session()
    journal = list(session.journal)
    billed = [each for each in journal if each.usage is not None]
    spent = {key: account.spent for key, account in session.wallet}
    of_keys: dict[str, Decimal] = {}
    for each in billed:
        if each.cost:
            of_keys[each.key] = of_keys.get(each.key, Decimal(0)) + each.cost
    assert spent == of_keys
    for key, account in session.wallet:
        assert account.balance == account.start - spent[key]
        assert [-entry.amount for entry in account.history] == [e.cost for e in billed if e.key == key and e.cost]
    tokens = sum(each.usage.total for each in billed)
    assert MANY - left(gateway, "limits.tokens") == tokens
    assert MANY - left(gateway, "limits.output_tokens") == sum(each.usage.output for each in billed)
    failed = [each for each in journal if each.usage is None and each.status >= 500]
    assert MANY - left(gateway, "limits.requests") == len(billed) + len(failed)
    totals = session.totals.describe()
    assert (totals["requests"], totals["turns"], totals["total_tokens"]) == (len(journal), len(billed), tokens)
    assert session.totals.cost == sum(spent.values())
    assert totals["by_status"] == {
        str(status): sum(each.status == status for each in journal) for status in sorted({e.status for e in journal})
    }
    assert all(each.usage == each.turn.usage for each in billed)
    assert all(each.grant is None for each in journal)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(calls, max_size=25))
async def test_wallet_journal_limits_and_totals_agree_after_any_mix_of_requests(gw, asked):
    gateway = gw(SCENARIO)
    for each in asked:
        await send(gateway, **each)
    one_truth(gateway)


async def test_they_agree_when_many_ask_at_once(gw):
    gateway = gw(SCENARIO)
    texts, keys, models = ["script", "often", "cached", "fault"], ["sk-a", "sk-b", "sk-c"], ["gpt-4o", "o3", "nope"]
    asked = ((keys[n % 3], texts[n % 4], models[n % 5 % 3], n % 2 == 0) for n in range(300))
    await asyncio.gather(*(send(gateway, key, text, model=model, stream=odd) for key, text, model, odd in asked))
    one_truth(gateway)


PRICED = {"prices": {"gpt-4o": {"input": 1000, "output": 10_000}}, "rules": [{"reply": "one two three four five"}]}


@pytest.mark.parametrize(
    ("balance", "more", "status", "words"),
    [
        (0, {}, 402, "Your balance is too low"),
        (0.007, {}, 402, "a prompt of 8 tokens costs $0.008, and $0.007 is left"),
        (0.058, {"max_tokens": 6}, 402, "You requested up to 6 tokens, but can only afford 5."),
        (0.058, {"max_tokens": 3, "n": 2}, 402, "You requested up to 6 tokens, but can only afford 5."),
        (0.058, {"max_tokens": 5}, 200, ""),
        (0.009, {}, 200, ""),
    ],
)
async def test_what_a_key_cannot_pay_for_is_refused_and_takes_nothing_of_its_limits(gw, balance, more, status, words):
    gateway = gw(PRICED, wallet={"balance": balance}, limits={"requests": "5/day"})
    exchange = await send(gateway, **more)
    assert exchange.status == status
    assert words in (exchange.error.message if exchange.error else "")
    assert exchange.answer.headers["x-ratelimit-remaining-requests"] == ("4" if status == 200 else "5")


async def test_the_last_answer_may_cost_more_than_is_left_and_the_next_is_refused(gw):
    gateway = gw(PRICED, wallet={"balance": 0.02})
    assert [(await send(gateway)).status for _ in range(2)] == [200, 402]
    ((_, account),) = gateway.session().wallet
    assert account.balance == Decimal("0.02") - Decimal("0.058")


CUT = {**PRICED, "wallet": {"balance": 0.035, "when_empty": "cut"}, "limits": {"tokens": "1000/day"}}


async def test_a_stream_is_cut_where_the_money_ends_in_the_words_of_its_dialect(gw):
    gateway = gw(CUT)
    body = {"model": "gpt-4o", "stream": True, "stream_options": {"include_usage": True}}
    raw = msgspec.json.encode({**body, "messages": [{"role": "user", "content": "Hello"}]})
    exchange = await gateway.handle(Call("POST", CHAT, "", {"authorization": "Bearer sk-a"}, raw))
    assert isinstance(exchange.answer, Sse)
    frames = [frame.data for frame in exchange.answer.frames if isinstance(frame, Frame)]
    gateway.close(exchange)
    *said, last = [msgspec.json.decode(data) for data in frames if data != b"[DONE]"]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in said if chunk["choices"]) == "one two"
    assert last["error"]["code"] == "insufficient_balance"
    assert "Your balance is used up" in last["error"]["message"]
    assert (exchange.usage.output, exchange.cost, exchange.describe()["usage"]["total"]) == (2, Decimal("0.028"), 10)
    assert exchange.answer.headers["x-ratelimit-remaining-tokens"] == "990"
    ((_, account),) = gateway.session().wallet
    assert account.balance == Decimal("0.007")


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.integers(8, 2000), asked=st.integers(1, 8))
async def test_with_cuts_streams_never_take_the_balance_below_zero(gw, cents, asked):
    gateway = gw({**PRICED, "default_reply": "synthetic"}, wallet={"balance": cents / 1000, "when_empty": "cut"})
    for _ in range(asked):
        await send(gateway, stream=True)
    for _, account in gateway.session().wallet:
        assert 0 <= account.balance <= account.start


async def test_what_was_billed_stays_billed_however_the_answer_is_taken(gw):
    gateway = gw(SCENARIO)
    for end in ("finished", "left", "cut", "failed"):
        await send(gateway, text="script", stream=True, end=end)
    one_truth(gateway)
    assert gateway.session().totals.turns == 4
