"""The official Python SDK's own retries against limits, keys and money: it waits as told, and only where it helps."""

import asyncio

import openai
import pytest
from openai import AsyncOpenAI, DefaultHttpxClient, OpenAI

from mockgate import Mockgate

STILL = {"clock": {"start": "2026-01-01", "frozen": True}, "rules": [{"reply": "one two three four five"}]}


@pytest.fixture
def serve(live):
    return lambda **keys: live({**STILL, **keys})


def client(gw: Mockgate, key: str = "sk-a", **options) -> OpenAI:
    return OpenAI(base_url=gw.base_url, api_key=key, **options)


def ask(of: OpenAI, **more):
    return of.chat.completions.create(**{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], **more})


def statuses(gw: Mockgate) -> list[int]:
    return [request["status"] for request in gw.requests]


def advancing(gw: Mockgate, *early: float) -> DefaultHttpxClient:
    """An HTTP client that lets the server's clock go on by the wait that each 429 tells, or too `early` by so much."""
    misses = list(early)

    def on_answer(response) -> None:
        if response.status_code == 429:
            told = int(response.headers["retry-after-ms"]) / 1000
            gw.clock.advance(told - (misses.pop(0) if misses else 0))

    return DefaultHttpxClient(event_hooks={"response": [on_answer]})


@pytest.mark.parametrize(
    "limit", [{"requests": "1/30ms"}, {"tokens": "300/s"}, {"requests": "1/30ms", "kind": "window"}]
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_sdks_retry_after_the_wait_that_it_was_told_goes_through(serve, limit, stream):
    gw = serve(limits=limit)
    patient = client(gw, http_client=advancing(gw), max_retries=1)
    while 429 not in statuses(gw):
        answer = ask(patient, stream=stream)
        if stream:
            list(answer)
    assert statuses(gw)[-2:] == [429, 200]


def test_a_retry_one_millisecond_early_is_refused_and_told_to_wait_one_more(serve):
    gw = serve(limits={"requests": "1/30ms"})
    patient = client(gw, http_client=advancing(gw, 0.001), max_retries=2)
    assert [ask(patient).choices[0].message.content for _ in range(2)] == ["one two three four five"] * 2
    assert statuses(gw) == [200, 429, 429, 200]
    assert gw.requests[-2]["error"]["message"].endswith("Please try again in 1ms.")


def test_on_a_running_clock_the_sdk_comes_back_in_time(live):
    gw = live({**STILL, "clock": {}, "limits": {"requests": "1/20ms"}})
    patient = client(gw, max_retries=1)
    for _ in range(4):
        ask(patient)
    refused = [at for at, status in enumerate(statuses(gw)) if status == 429]
    assert all(statuses(gw)[at + 1] == 200 for at in refused)
    assert statuses(gw).count(200) == 4


def test_without_retries_the_error_has_the_code_and_the_waits(serve):
    gw = serve(limits={"requests": "1/1500ms"})
    impatient = client(gw, max_retries=0)
    ask(impatient)
    with pytest.raises(openai.RateLimitError, match=r"Please try again in 1\.5s") as refused:
        ask(impatient)
    headers = refused.value.response.headers
    assert (refused.value.code, refused.value.type) == ("rate_limit_exceeded", "requests")
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("2", "1500")
    assert headers["x-ratelimit-remaining-requests"] == "0"


def test_a_wait_of_hours_is_told_truly_and_the_sdk_does_not_sit_it_out(serve):
    gw = serve(limits={"requests": "1/day"})
    patient = client(gw)
    ask(patient)
    with pytest.raises(openai.RateLimitError) as refused:
        ask(patient)
    assert refused.value.response.headers["retry-after"] == "86400"
    assert statuses(gw) == [200, 429]


KEYS = {
    "unknown_keys": "refuse",
    "prices": {"gpt-4o": {"input": 1000, "output": 10_000}},
    "keys": {
        "sk-poor": {"balance": 0},
        "sk-some": {"balance": "$0.05"},
        "sk-mini": {"models": "gpt-4o-mini"},
        "sk-old": {"expires": "2025-12-31"},
        "sk-off": {"disabled": True},
    },
}


@pytest.mark.parametrize(
    ("key", "more", "error", "status", "code"),
    [
        ("sk-who", {}, openai.AuthenticationError, 401, "invalid_api_key"),
        ("sk-old", {}, openai.AuthenticationError, 401, "invalid_api_key"),
        ("sk-off", {}, openai.AuthenticationError, 401, "account_deactivated"),
        ("sk-poor", {}, openai.APIStatusError, 402, "insufficient_balance"),
        ("sk-some", {"max_tokens": 100}, openai.APIStatusError, 402, "insufficient_balance"),
        ("sk-mini", {}, openai.PermissionDeniedError, 403, "model_not_allowed"),
        ("sk-mini", {"model": "gpt-nope-1"}, openai.NotFoundError, 404, "model_not_found"),
    ],
)
def test_what_waiting_does_not_mend_is_the_sdks_own_error_and_never_retried(serve, key, more, error, status, code):
    gw = serve(**KEYS)
    with pytest.raises(error) as refused:
        ask(client(gw, key, max_retries=2), **more)
    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert statuses(gw) == [status]


def test_a_key_lists_only_what_it_may_use(serve):
    gw = serve(**KEYS)
    assert [model.id for model in client(gw, "sk-mini").models.list()] == ["gpt-4o-mini"]


def test_every_answer_has_the_limits_in_its_headers(serve):
    gw = serve(limits={"requests": "100/min", "tokens": "10k/min"})
    raw = client(gw).chat.completions.with_raw_response
    for stream, left in ((False, "99"), (True, "98")):
        headers = raw.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=stream).headers
        assert headers["x-ratelimit-limit-requests"] == "100"
        assert headers["x-ratelimit-remaining-requests"] == left
    assert client(gw).models.with_raw_response.list().headers["x-ratelimit-remaining-requests"] == "98"


def test_a_stream_that_the_money_does_not_last_for_ends_in_an_error(serve):
    gw = serve(**{**KEYS, "wallet": {"when_empty": "cut"}})
    heard: list[str] = []
    words = (chunk.choices[0].delta.content or "" for chunk in ask(client(gw, "sk-some"), stream=True))
    with pytest.raises(openai.APIError, match="Your balance is used up"):
        heard.extend(words)
    assert "".join(heard) == "one two three four"
    assert gw.requests[-1]["usage"]["output"] == 4
    assert gw.requests[-1]["cost"] == pytest.approx(0.048)


async def test_of_many_at_once_exactly_as_many_as_permitted_go_through(serve):
    gw = serve(limits={"requests": "40/day"})
    async with AsyncOpenAI(base_url=gw.base_url, api_key="sk-a", max_retries=0) as many:
        answers = await asyncio.gather(*(ask(many) for _ in range(150)), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 40
    assert sum(isinstance(answer, openai.RateLimitError) for answer in answers) == 110
