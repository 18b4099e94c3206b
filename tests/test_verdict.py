from contextlib import suppress

import pytest
from openai import OpenAI, OpenAIError

from mockgate.verdict import judge

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
DOWN = {"when": {}, "error": 503}


@pytest.fixture
def tries(gw, ask):
    """Ask the same again and again, each time after so many seconds, and judge that."""

    async def send(rules, *waits, counts=None):
        gateway = gw(rules=[*rules, {"when": {}, "reply": "Hi"}])
        session = gateway.session()
        for at, wait in enumerate((0, *waits)):
            session.clock.advance(wait)
            headers = {"x_stainless_retry_count": str(counts[at])} if counts else {}
            await ask(gateway, "POST", "/v1/chat/completions", CHAT, **headers)
        return judge(session.journal)

    return send


def kinds(verdict):
    return [finding.kind for finding in verdict.findings]


@pytest.mark.parametrize(("waits", "found"), [([2], []), ([1], ["retry_after_ignored"]), ([1.98], [])])
async def test_a_wait_that_was_told_must_be_kept(tries, waits, found):
    verdict = await tries([{"when": {}, "error": 429, "retry_after": "2s", "times": 1}], *waits)
    assert kinds(verdict) == found


async def test_a_finding_says_what_was_seen_and_what_would_be_right(tries):
    verdict = await tries([{"when": {}, "error": 429, "retry_after": "20s", "times": 1}], 3)
    assert str(verdict) == (
        "The client did not behave: 1 finding in 2 requests.\n"
        "  retry_after_ignored: request 1 was answered with 429 and told to wait 20 s, and came again as request 2 "
        "after 3 s\n"
        "    Wait as long as `retry-after-ms` or `retry-after` says before asking again."
    )
    assert verdict.describe()["findings"][0]["requests"] == [1, 2]


@pytest.mark.parametrize(
    ("waits", "counts", "found"),
    [
        ([0.4, 0.9], None, []),
        ([0], None, []),
        ([0, 0], None, ["no_back_off"]),
        ([2, 2, 2], None, ["no_back_off"]),
        ([60, 60, 60], None, []),
        ([0, 0, 0], None, ["no_back_off", "retry_storm"]),
        ([0.5, 1, 2, 4, 8, 7, 8, 7, 8], range(10), []),
        ([0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8, 8], range(12), ["retry_storm"]),
        ([0, 0], [0, 0, 0], []),
        ([0, 0, 0], [0, 0, 0, 0], ["retry_storm"]),
    ],
)
async def test_retries_after_a_failure_must_be_few_and_wait_longer_each_time(tries, waits, counts, found):
    assert sorted(kinds(await tries([DOWN], *waits, counts=counts))) == found


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
async def test_what_is_refused_as_it_is_must_not_be_asked_again(tries, status):
    assert kinds(await tries([{"when": {}, "error": status}], 5)) == ["refusal_retried"]
    assert (await tries([{"when": {}, "error": status}], 5, counts=[0, 0])).ok


async def test_a_server_that_asks_for_a_retry_gets_one_without_blame(tries):
    assert (await tries([{"when": {}, "error": 400, "headers": {"x-should-retry": "true"}}], 1)).ok


async def test_asking_again_once_there_is_a_rule_for_it_is_no_fault(gw, ask):
    gateway = gw(default_reply="error")
    await ask(gateway, "POST", "/v1/chat/completions", CHAT)
    gateway.replace(gw().scenario)
    await ask(gateway, "POST", "/v1/chat/completions", CHAT)
    assert judge(gateway.session().journal).ok


async def half_an_answer(gw, ask, after="2 tokens", **more):
    """A stream whose end is missing, and what the client asks after it."""
    fault = {"do": "truncate", "after": after, "times": 1}
    gateway = gw(rules=[{"when": {}, "reply": "One two three four."}], faults=fault)
    await ask(gateway, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    if more:
        await ask(gateway, "POST", "/v1/chat/completions", {**CHAT, **more})
    return gateway.session().journal


def then(*words):
    said = zip(("assistant", "user"), words, strict=False)
    return [*CHAT["messages"], *({"role": role, "content": word} for role, word in said)]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, ["truncated_taken_for_whole"]),
        ({"stream": True}, []),
        ({"model": "gpt-4o"}, []),
        ({"messages": then("One two", "Go on")}, ["truncated_taken_for_whole"]),
        ({"messages": then("One two")}, []),
        ({"messages": then("Something else", "Why?")}, ["truncated_taken_for_whole"]),
    ],
    ids=[
        "never asked again",
        "asked again",
        "asked of another model",
        "gone on with",
        "continued",
        "other words",
    ],
)
async def test_half_an_answer_must_not_pass_for_a_whole_one(gw, ask, more, found):
    assert kinds(judge(await half_an_answer(gw, ask, **more))) == found


async def test_a_fault_that_would_strike_after_the_end_leaves_a_whole_answer(gw, ask):
    assert judge(await half_an_answer(gw, ask, after="50 tokens")).ok


@pytest.mark.parametrize("fault", [{"do": "disconnect"}, {"do": "malformed"}, {"error": 500, "after": "2 tokens"}])
async def test_giving_up_after_a_break_that_nobody_can_miss_is_no_fault(gw, ask, fault):
    gateway = gw(faults=fault)
    await ask(gateway, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert judge(gateway.session().journal).ok


async def test_a_client_that_is_not_done_may_still_ask_again(gw, ask):
    assert judge(await half_an_answer(gw, ask), complete=False).ok


@pytest.mark.parametrize(
    ("connections", "ok"),
    [(range(1, 13), False), ([1] * 12, True), ([*range(1, 12), 3], True), (range(1, 8), True), ([0] * 12, True)],
    ids=["never", "always", "once", "few", "in process"],
)
async def test_a_client_that_never_reuses_a_connection_is_told(gw, ask, connections, ok):
    gateway = gw()
    for at in connections:
        exchange = await ask(gateway, "GET", "/v1/models")
        exchange.call.connection, exchange.call.newest = at, at
    assert judge(gateway.session().journal).ok is ok


async def test_connections_that_were_all_open_at_once_are_no_fault(gw, ask):
    gateway = gw()
    for at in range(1, 31):
        exchange = await ask(gateway, "GET", "/v1/models")
        exchange.call.connection, exchange.call.newest = at, 30
    assert judge(gateway.session().journal).ok


async def test_a_verdict_can_leave_kinds_out(tries):
    verdict = await tries([DOWN], 0, 0, 0)
    assert verdict.but("no_back_off", "retry_storm").ok
    with pytest.raises(ValueError, match="there are retry_after_ignored, "):
        verdict.but("no_backoff")


def verdict_of(mockgate):
    return mockgate.on_gateway(lambda gateway: judge(gateway.session().journal))


@pytest.mark.parametrize(
    "fault",
    [
        {"error": 503},
        {"error": 503, "first": 1},
        {"error": 429, "retry_after": "1500ms"},
        {"error": 429, "retry_after": "600s"},
        {"error": 429, "body": "empty"},
        {"error": 401},
        {"do": "malformed"},
        {"do": "disconnect", "first": 2},
    ],
)
def test_the_official_sdk_behaves(live, monkeypatch, fault):
    mockgate = live({"clock": {"frozen": True}, "faults": fault})
    monkeypatch.setattr("openai._base_client.time.sleep", mockgate.clock.advance)
    client = OpenAI(base_url=mockgate.base_url, api_key="sk-a")
    for _ in range(2):
        with suppress(OpenAIError, ValueError):
            client.chat.completions.create(**CHAT)
    assert len(mockgate.requests) > 1
    assert verdict_of(mockgate).ok, str(verdict_of(mockgate))


def test_a_loop_without_a_wait_does_not(live):
    mockgate = live({"faults": {"error": 503, "first": 5}})
    client = OpenAI(base_url=mockgate.base_url, api_key="sk-a", max_retries=0)
    while True:
        try:
            client.chat.completions.create(**CHAT)
            break
        except OpenAIError:
            continue
    assert kinds(verdict_of(mockgate)) == ["retry_storm"]
