"""Limits as a client meets them: refusals with true waits, headers, and what is never charged."""

import asyncio
from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockgate.errors import GatewayError
from mockgate.keys import Caller
from mockgate.limits import Limiter, Quotas, go_duration
from mockgate.scenario import load
from mockgate.wire import Call, Sse

PONG = {"rules": [{"when": {"user": "ping"}, "reply": "pong"}, {"when": {"user": "fail"}, "error": 503},
                  {"when": {"user": "bad"}, "error": 400}]}  # fmt: skip
CHAT = "/v1/chat/completions"


def chat(text="ping", **more):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **more}


def told(exchange, *names):
    return [exchange.answer.headers.get(f"x-ratelimit-{name}") for name in names]


def wait_of(exchange) -> float:
    headers = exchange.answer.headers
    return float(headers.get("retry-after-ms", 1000 * float(headers["retry-after"]))) / 1000


async def test_a_refusal_is_worded_as_openais_with_the_wait_in_both_headers(gw, ask):
    gateway = gw(PONG, limits={"requests": "3/min"})
    statuses = [(await ask(gateway, "POST", CHAT, chat())).status for _ in range(3)]
    refused = await ask(gateway, "POST", CHAT, chat())
    assert [*statuses, refused.status] == [200, 200, 200, 429]
    error = msgspec.json.decode(refused.answer.body)["error"]
    assert error == {
        "message": "Rate limit reached for gpt-4o-mini on requests per min (RPM): Limit 3, Used 3, Requested 1. "
        "Please try again in 20s.",
        "type": "requests",
        "param": None,
        "code": "rate_limit_exceeded",
    }
    headers = refused.answer.headers
    assert (headers["retry-after"], "retry-after-ms" in headers) == ("20", False)
    assert headers["x-mockgate-hint"] == "limits.requests in the scenario; advance the clock to go on at once"


async def test_every_answer_tells_what_is_left(gw, ask):
    gateway = gw(PONG, limits={"requests": "10/s", "tokens": "1k/min"})
    names = ("limit-requests", "remaining-requests", "reset-requests", "remaining-tokens", "reset-tokens")
    seen = {
        name: await ask(gateway, method, path, body)
        for name, method, path, body in (
            ("before", "GET", "/v1/models", None),
            ("whole", "POST", CHAT, chat()),
            ("stream", "POST", CHAT, chat(stream=True)),
            ("bad", "POST", CHAT, chat(n=0)),
            ("scripted", "POST", CHAT, chat("fail")),
            ("not there", "GET", "/v1/models/nope", None),
        )
    }
    assert {name: (exchange.status, *told(exchange, *names)) for name, exchange in seen.items()} == {
        "before": (200, "10", "10", "0s", "1000", "0s"),
        "whole": (200, "10", "9", "100ms", "991", "540ms"),
        "stream": (200, "10", "8", "200ms", "982", "1.08s"),
        "bad": (400, "10", "8", "200ms", "982", "1.08s"),
        "scripted": (503, "10", "7", "300ms", "982", "1.08s"),
        "not there": (404, "10", "7", "300ms", "982", "1.08s"),
    }


async def test_headers_can_be_left_out(gw, ask):
    exchange = await ask(gw(PONG, limits={"requests": "10/s"}, limit_headers="none"), "POST", CHAT, chat())
    assert not any(name.startswith("x-ratelimit") for name in exchange.answer.headers)


async def test_what_is_refused_costs_nothing_and_a_5xx_only_the_request(gw, ask):
    gateway = gw(PONG, limits=[{"requests": "5/day", "tokens": "100/day"}])
    for text, left in (("bad", ["5", "100"]), ("fail", ["4", "100"]), ("ping", ["3", "91"])):
        exchange = await ask(gateway, "POST", CHAT, chat(text))
        assert told(exchange, "remaining-requests", "remaining-tokens") == left, text
    large = await ask(gateway, "POST", CHAT, chat("ping " * 200))
    assert (large.status, told(large, "remaining-requests", "remaining-tokens")) == (429, ["3", "91"])


async def test_a_prompt_that_can_never_pass_is_too_large_and_not_told_to_wait(gw, ask):
    refused = await ask(gw(PONG, limits={"input_tokens": "50/min"}), "POST", CHAT, chat("ping " * 60))
    assert "Request too large for gpt-4o-mini on input tokens per min (ITPM): Limit 50" in refused.error.message
    assert "retry-after" not in refused.answer.headers


async def test_an_answer_may_overdraw_a_token_limit_and_then_the_wait_is_as_much_longer(gw, ask):
    gateway = gw({"rules": [{"reply": "one two three four five six seven eight nine ten"}]})
    gateway.replace(load({**gateway.scenario.document.value, "limits": {"output_tokens": "4/s"}}))
    assert (await ask(gateway, "POST", CHAT, chat())).status == 200
    refused = await ask(gateway, "POST", CHAT, chat())
    assert (refused.status, wait_of(refused)) == (429, 1.75)
    assert told(refused, "remaining-output-tokens") == ["0"]


async def test_of_two_limits_the_longer_wait_is_told(gw, ask):
    gateway = gw(PONG, limits=[{"requests": "1/s"}, {"requests": "2/min", "kind": "window"}])
    for status in (200, 429):
        assert (await ask(gateway, "POST", CHAT, chat())).status == status
    gateway.session().clock.advance(1)
    assert (await ask(gateway, "POST", CHAT, chat())).status == 200
    assert wait_of(await ask(gateway, "POST", CHAT, chat())) == 59


@pytest.mark.parametrize("sessions", [1, 2])
async def test_sessions_do_not_share_limits(gw, ask, sessions):
    gateway = gw(PONG, limits={"requests": "1/day"})
    names = [f"s{number % sessions}" for number in range(2)]
    statuses = [(await ask(gateway, "POST", CHAT, chat(), x_mockgate_session=name)).status for name in names]
    assert statuses == ([200, 429] if sessions == 1 else [200, 200])


async def test_limits_of_all_of_a_group_and_of_a_key_hold_together(gw, ask):
    gateway = gw(
        PONG,
        limits={"requests": "5/day", "per": "all"},
        groups={"team": {"limits": {"requests": "3/day", "per": "group"}}},
        keys={"sk-a": {"group": "team", "limits": {"requests": "1/day"}}, "sk-b": {"group": "team"}},
    )
    asked = ["sk-a", "sk-a", "sk-b", "sk-b", "sk-b", "sk-x", "sk-x", "sk-x"]
    seen = [await ask(gateway, "POST", CHAT, chat(), authorization=f"Bearer {key}") for key in asked]
    hints = [each.error.hint.split(" ")[0] if each.error else "" for each in seen]
    assert hints == [
        "", "keys.s****.limits.requests", "", "", "groups.team.limits.requests", "", "", "limits.requests",
    ]  # fmt: skip
    assert "sk-a" not in str([each.describe() for each in seen])


async def test_an_alias_counts_as_its_model(gw, ask):
    gateway = gw(PONG, limits={"requests": "1/day", "per": ["key", "model"], "models": "gpt-4o*"})
    models = ["gpt-4o", "gpt-4o-2024-11-20", "gpt-4o-mini", "o3", "o3"]
    statuses = [(await ask(gateway, "POST", CHAT, {**chat(), "model": model})).status for model in models]
    assert statuses == [200, 429, 200, 200, 200]


async def test_a_limit_of_the_provider_behind_comes_as_a_surprise_in_its_words(gw, ask):
    gateway = gw(PONG, limits={"requests": "1/min", "upstream": True})
    first, second = [await ask(gateway, "POST", CHAT, chat()) for _ in range(2)]
    assert (first.status, second.status, told(first, "limit-requests")) == (200, 429, [None])
    assert second.error.message.startswith("The upstream provider answered 429: Rate limit reached for gpt-4o-mini")
    assert (second.error.code, wait_of(second)) == ("upstream_rate_limit_exceeded", 60)


async def test_a_limits_own_message_wins(gw, ask):
    gateway = gw(PONG, limits={"requests": "1/min", "message": "Slow down, please."})
    assert [(await ask(gateway, "POST", CHAT, chat())).error for _ in range(1)] == [None]
    assert (await ask(gateway, "POST", CHAT, chat())).error.message == "Slow down, please."


async def open_call(gateway, body=None, key="sk-a"):
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return await gateway.handle(Call("POST", CHAT, "", headers, msgspec.json.encode(body or chat())))


@pytest.mark.parametrize("outcome", ["finished", "left", "cut", "failed"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_place_is_free_again_however_an_exchange_ends(gw, outcome, stream):
    gateway = gw(PONG, limits={"concurrency": 1})
    first = await open_call(gateway, chat(stream=stream))
    second = await open_call(gateway)
    assert (first.status, second.status) == (200, 429)
    assert "concurrent requests: Limit 1, Used 1" in second.error.message
    assert "retry-after" not in second.answer.headers
    gateway.close(second)
    assert (await open_call(gateway)).status == 429
    gateway.close(first, outcome)
    assert (await open_call(gateway)).status == 200


async def test_a_refused_call_takes_no_place(gw):
    gateway = gw(PONG, limits=[{"concurrency": 1}, {"requests": "2/day"}])
    for text, status in (("bad", 400), ("fail", 503), ("ping", 200), ("ping", 429)):
        exchange = await open_call(gateway, chat(text))
        gateway.close(exchange)
        assert exchange.status == status, text


async def test_a_call_that_outlives_its_sessions_reset_frees_nobodys_place(gw):
    gateway = gw(PONG, limits={"concurrency": 1})
    before = await open_call(gateway)
    gateway.reset()
    after = await open_call(gateway)
    gateway.close(before)
    assert (after.status, (await open_call(gateway)).status) == (200, 429)
    gateway.close(after)
    assert (await open_call(gateway)).status == 200


async def test_a_client_that_leaves_before_the_answer_has_asked_but_used_no_tokens(gw, ask):
    long = {"when": {"user": "much"}, "reply": "word " * 20_000}
    gateway = gw(rules=[*PONG["rules"], long], limits={"requests": "5/day", "tokens": "1k/day", "concurrency": 1})
    assert (await ask(gateway, "POST", CHAT, chat(), authorization="Bearer sk-a")).status == 200
    asking = asyncio.create_task(open_call(gateway, chat("much")))
    await asyncio.sleep(0)  # a long answer is cut to tokens in a thread: there is time to leave
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    exchange = await ask(gateway, "POST", CHAT, chat(), authorization="Bearer sk-a")
    assert [each.outcome for each in gateway.session().journal] == ["finished", "left", "finished"]
    assert told(exchange, "remaining-requests", "remaining-tokens") == ["2", str(1000 - 2 * 9)]


async def test_counters_of_callers_that_went_are_forgotten(gw, ask):
    gateway = gw(PONG, limits={"requests": "1/s"})
    clock, limiter = gateway.session().clock, gateway.session().limiter
    for number in range(2500):
        await ask(gateway, "POST", CHAT, chat(), authorization=f"Bearer sk-{number}")
        clock.advance(0.01)
    assert len(limiter) <= 1000
    assert (await ask(gateway, "POST", CHAT, chat(), authorization="Bearer sk-2499")).status == 429


def test_counters_that_say_something_are_never_forgotten():
    meters = Quotas(load({"limits": {"requests": "1/day", "concurrency": 2}})).meters(Caller(""))
    limiter = Limiter()
    for number in range(1500):
        limiter.admit(meters, Caller(f"k{number}"), ("m",), 1, 1e9)
    with pytest.raises(GatewayError, match="requests per day"):
        limiter.admit(meters, Caller("k0"), ("m",), 1, 1e9)


@pytest.mark.parametrize("limit", [{"tokens": "1000000M/s"}, {"tokens": "1/99999999h"}, {"concurrency": 1_000_000_000}])
async def test_huge_limits_are_limits_like_others(gw, ask, limit):
    assert (await ask(gw(PONG, limits=limit), "POST", CHAT, chat())).status in {200, 429}


async def test_a_scenario_that_changes_a_limit_counts_anew_and_one_that_does_not_goes_on(gw, ask):
    gateway = gw(PONG, limits={"requests": "1/day"})
    assert (await ask(gateway, "POST", CHAT, chat())).status == 200
    document = gateway.scenario.document.value
    gateway.replace(load({**document, "seed": 7}))
    assert (await ask(gateway, "POST", CHAT, chat())).status == 429
    gateway.replace(load({**document, "limits": {"requests": "2/day"}}))
    assert (await ask(gateway, "POST", CHAT, chat())).status == 200


limit = st.builds(
    lambda measure, amount, period, kind, per: {measure: f"{amount}/{period}", "kind": kind, "per": per},
    st.sampled_from(["requests", "tokens", "input_tokens", "output_tokens"]),
    st.integers(20, 300),
    st.sampled_from(["s", "min", "h", "3s", "77ms"]),
    st.sampled_from(["bucket", "window"]),
    st.sampled_from(["key", "model", "all", ["key", "model"]]),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limits=st.lists(limit, min_size=1, max_size=4),
    calls=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["gpt-4o", "o3"])), min_size=5, max_size=40),
)
async def test_after_exactly_the_wait_that_was_told_a_request_goes_through(gw, ask, limits, calls):
    gateway = gw(PONG, limits=limits)
    for key, model in calls:
        body = {**chat(), "model": model}
        exchange = await ask(gateway, "POST", CHAT, body, authorization=f"Bearer {key}")
        if exchange.status == 429:
            gateway.session().clock.advance(wait_of(exchange))
            exchange = await ask(gateway, "POST", CHAT, body, authorization=f"Bearer {key}")
        assert exchange.status == 200, exchange.error


async def test_of_2000_requests_at_once_exactly_the_permitted_number_goes_through(gw):
    gateway = gw(PONG, limits=[{"requests": "500/min"}, {"tokens": f"{300 * 9}/min", "per": "model", "models": "o3"}])

    async def one(number: int) -> int:
        exchange = await open_call(gateway, {**chat(), "model": "o3" if number % 2 else "gpt-4o"}, key=f"k{number % 4}")
        gateway.close(exchange)
        return exchange.status

    counted = Counter(await asyncio.gather(*map(one, range(2000))))
    # Two keys ask for o3, of which 300 fit; two for gpt-4o, 500 requests each.
    assert counted == {200: 300 + 1000, 429: 700}


async def test_of_many_streams_at_once_as_many_as_there_are_places_go_through(gw):
    gateway = gw(PONG, limits={"concurrency": 50, "per": "all"})
    opened = await asyncio.gather(*(open_call(gateway, chat(stream=True), key=str(n)) for n in range(500)))
    assert sum(isinstance(each.answer, Sse) for each in opened) == 50


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"), (0.0000001, "0s"), (0.02, "20ms"), (0.0201, "21ms"), (1, "1s"), (1.5, "1.5s"), (59.999, "59.999s"),
        (60, "1m0s"), (360, "6m0s"), (3723.5, "1h2m3.5s"), (86400, "24h0m0s"),
    ],
)  # fmt: skip
def test_a_time_is_worded_as_go_does(seconds, words):
    assert go_duration(seconds) == words


def test_what_is_told_is_the_tightest_of_a_measure_and_nothing_of_places_or_providers():
    limits = [
        {"requests": "10/s", "tokens": "100/min", "concurrency": 1},
        {"requests": "3/h", "kind": "window"},
        {"input_tokens": "5/s", "upstream": True},
    ]
    meters, limiter, caller = Quotas(load({"limits": limits})).meters(Caller("")), Limiter(), Caller("")
    counters = limiter.admit(meters, caller, ("m",), 1, 1000.0).counters
    counters.refresh(1010.0)
    assert {level.measure: (level.limit, level.remaining, level.wait(level.amount)) for level in counters.tell()} == {
        "requests": ("3", 2, 3590.0),
        "tokens": ("100", 100, 0.0),
    }
