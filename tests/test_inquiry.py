"""Asked through the embeddings endpoint, whose answers are no turns."""

import msgspec
import pytest

PATH = "/v1/embeddings"
BODY = {"model": "text-embedding-3-small", "input": "Hello there"}
VECTOR = {"json": [1, 0]}


def embedding(exchange):
    return msgspec.json.decode(exchange.answer.body)["data"][0]["embedding"]


async def test_a_rules_json_is_the_answer_and_its_headers_and_name_go_along(gw, ask):
    gateway = gw(rules=[{"name": "fixed", "when": {"user": "hello"}, "reply": {**VECTOR, "headers": {"x-a": "b"}}}])
    exchange = await ask(gateway, "POST", PATH, BODY)
    assert embedding(exchange) == [1, 0]
    assert exchange.answer.headers["x-a"] == "b"
    assert exchange.answer.headers["x-mockgate-rule"] == exchange.by == 'rules[0] "fixed"'


@pytest.mark.parametrize("reply", ["Just words", "42", {"synthetic": True}, {"echo": True}, {"refusal": "No"}])
async def test_what_a_rule_says_in_words_does_not_answer_this(gw, ask, reply):
    assert len(embedding(await ask(gw(rules=[{"reply": reply}]), "POST", PATH, BODY))) == 1536


async def test_a_json_that_does_not_fit_is_an_error_that_names_the_rule(gw, ask):
    exchange = await ask(gw(rules=[{"reply": {"json": {"city": "Oslo"}}}]), "POST", PATH, BODY)
    assert exchange.status == 500
    assert "rules[0]" in exchange.error.message
    assert "family" in exchange.answer.headers["x-mockgate-hint"]


async def test_rules_run_in_sequence_fail_and_end(gw, ask):
    gateway = gw(
        default_reply="error",
        rules=[{"when": {"family": "embeddings"}, "replies": [VECTOR, {"error": 429}], "at_end": "pass"}],
    )
    statuses = [(await ask(gateway, "POST", PATH, BODY)).status for _ in range(3)]
    assert statuses == [200, 429, 400]
    assert (await ask(gateway, "POST", PATH, BODY)).error.code == "no_rule_matched"


async def test_the_answer_is_paced_counted_and_paid(gw, ask):
    gateway = gw(
        pace={"first_token": "2s", "tokens_per_second": 1},
        limits={"tokens": "5/min"},
        prices={"text-embedding-3-small": {"input": 1000}},
    )
    exchange = await ask(gateway, "POST", PATH, BODY)
    assert exchange.answer.due == 2.0
    assert float(exchange.cost) == pytest.approx(0.002)
    assert exchange.answer.headers["x-ratelimit-remaining-tokens"] == "3"
    described = exchange.describe()
    assert (described["usage"]["input"], described["by"]) == (2, "default: synthetic")
    assert [(await ask(gateway, "POST", PATH, BODY)).status for _ in range(2)] == [200, 429]


async def test_a_rule_may_say_what_the_usage_is(gw, ask):
    gateway = gw(rules=[{"reply": VECTOR, "usage": {"input": 70}}])
    exchange = await ask(gateway, "POST", PATH, BODY)
    assert msgspec.json.decode(exchange.answer.body)["usage"] == {"prompt_tokens": 70, "total_tokens": 70}
    assert exchange.usage.input == 70


async def test_no_money_is_402_and_faults_and_triggers_strike(gw, ask):
    assert (await ask(gw(keys={"sk-test-0123456789": {"balance": "$0"}}), "POST", PATH, BODY)).status == 402
    assert (await ask(gw(faults=[{"when": {"family": "embeddings"}, "error": 503}]), "POST", PATH, BODY)).status == 503
    named = {**BODY, "model": "text-embedding-3-small:mock-500"}
    assert (await ask(gw(), "POST", PATH, named)).status == 500
    assert (await ask(gw(), "POST", PATH, {**BODY, "input": "[[mock: 429]]"})).status == 429


async def test_it_counts_as_a_model_call(gw, ask, say):
    gateway = gw(rules=[{"when": {"call": 2}, "reply": "the second"}])
    await ask(gateway, "POST", PATH, BODY)
    assert (await say(gateway))["choices"][0]["message"]["content"] == "the second"
