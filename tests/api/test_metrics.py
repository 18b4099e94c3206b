"""A gateway's figures for Prometheus."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

CHAT = "/v1/chat/completions"


def body(**more):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **more}


def _named(labels):
    return [labels[name] for name in ("status_code", "le", "type") if name in labels]


@pytest.fixture
def figures(ask):
    async def read(gateway):
        shown = await ask(gateway, "GET", "/metrics", authorization="")
        assert shown.answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        families = text_string_to_metric_families(shown.answer.body.decode())
        samples = [sample for family in families for sample in family.samples]
        calls = [sample for sample in samples if sample.labels.get("endpoint") != "/metrics"]
        return {(sample.name, *_named(sample.labels)): sample.value for sample in calls}

    return read


async def test_requests_are_counted_by_what_they_were_answered(gw, ask, figures):
    gateway = gw({"gateway": "gomodel", "rules": [{"when": {"user": "bad"}, "error": 503}]})
    await ask(gateway, "POST", CHAT, body())
    await ask(gateway, "POST", CHAT, {**body(), "messages": [{"role": "user", "content": "bad"}]})
    found = await figures(gateway)
    assert found["gomodel_requests_total", "200"] == found["gomodel_requests_total", "503"] == 1


async def test_tokens_and_cost_are_those_that_were_billed(gw, ask, figures):
    gateway = gw({"gateway": "gomodel"})
    exchange = await ask(gateway, "POST", CHAT, body())
    found = await figures(gateway)
    assert found["gomodel_tokens_total", "input"] == exchange.usage.input
    assert found["gomodel_tokens_total", "output"] == exchange.usage.output
    assert found["gomodel_cost_dollars_total",] == pytest.approx(float(exchange.cost))


async def test_a_streams_first_token_and_its_length_are_those_that_were_played(gw, ask, figures):
    pace = {"first_token": "300ms", "tokens_per_second": 10, "jitter": "0%"}
    gateway = gw({"gateway": "gomodel", "pace": pace, "rules": [{"reply": "one two three four five six"}]})
    exchange = await ask(gateway, "POST", CHAT, body(stream=True))
    list(exchange.answer.frames)
    gateway.session().clock.advance(0.8)
    gateway.session().gauges.over(exchange, "openai")
    found = await figures(gateway)
    assert found["gomodel_time_to_first_token_seconds_sum",] == pytest.approx(0.3, abs=0.01)
    assert found["gomodel_time_to_first_token_seconds_bucket", "0.25"] == 0
    assert found["gomodel_time_to_first_token_seconds_bucket", "0.5"] == 1
    assert found["gomodel_request_duration_seconds_sum",] == pytest.approx(0.8)


async def test_what_is_under_way_is_shown_while_it_is(gw, figures):
    assert (await figures(gw({"gateway": "gomodel"})))["gomodel_requests_in_flight",] == 1


async def test_a_call_is_told_by_its_path_its_provider_and_how_it_went(gw, ask):
    gateway = gw({"gateway": "gomodel", "rules": [{"error": 503}]})
    await ask(gateway, "POST", CHAT, body())
    shown = (await ask(gateway, "GET", "/metrics", authorization="")).answer.body.decode()
    (sample,) = [line for line in shown.splitlines() if line.startswith("gomodel_requests_total{")]
    for label in (f'endpoint="{CHAT}"', 'provider="openai"', 'model="gpt-4o"', 'stream="false"',
                  'status_code="503"', 'status_type="error"'):  # fmt: skip
        assert label in sample
