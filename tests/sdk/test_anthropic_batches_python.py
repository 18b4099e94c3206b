"""The official Python SDK of Anthropic against message batches, models, files and the prompt cache."""

import anthropic
import pytest
from anthropic import Anthropic

SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [{"when": {"user": "crash"}, "error": 529}, {"reply": "Hi."}],
}


@pytest.fixture
def client(gw) -> Anthropic:
    return Anthropic(base_url=gw.base_url.removesuffix("/v1"), api_key="sk-test", max_retries=0)


def request(custom_id: str, text: str = "Hello") -> dict:
    messages = [{"role": "user", "content": text}]
    return {
        "custom_id": custom_id,
        "params": {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": messages},
    }


def test_a_batch_is_created_waited_for_read_and_deleted(client, gw):
    batch = client.messages.batches.create(requests=[request("good"), request("bad", "crash")])
    assert (batch.processing_status, batch.request_counts.processing) == ("in_progress", 2)
    with pytest.raises(anthropic.AnthropicError, match="results_url"):
        client.messages.batches.results(batch.id)
    gw.clock.advance(10)
    ended = client.messages.batches.retrieve(batch.id)
    assert (ended.processing_status, ended.request_counts.succeeded, ended.request_counts.errored) == ("ended", 1, 1)
    assert (ended.ended_at - ended.created_at).total_seconds() == 10
    good, bad = client.messages.batches.results(batch.id)
    assert (good.custom_id, good.result.type, good.result.message.content[0].text) == ("good", "succeeded", "Hi.")
    assert (bad.custom_id, bad.result.type, bad.result.error.error.type) == ("bad", "errored", "overloaded_error")
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(batch.id)


def test_a_batch_is_canceled(client, gw):
    batch = client.messages.batches.create(requests=[request("a")])
    assert client.messages.batches.cancel(batch.id).processing_status == "canceling"
    gw.clock.advance(2)
    assert [line.result.type for line in client.messages.batches.results(batch.id)] == ["canceled"]
    client.messages.batches.delete(batch.id)


def test_batches_are_listed_over_several_pages_in_both_directions(client):
    made = [client.messages.batches.create(requests=[request(str(number))]).id for number in range(3)][::-1]
    assert [batch.id for batch in client.messages.batches.list(limit=2)] == made
    assert [batch.id for batch in client.messages.batches.list(limit=1, before_id=made[1])] == made[:1]


def test_models_are_listed_and_described(client):
    models = {model.id: model for model in client.models.list(limit=10)}
    assert len(models) > 10
    assert models["claude-haiku-4-5"].display_name == "Claude Haiku 4.5"
    model = client.models.retrieve("claude-opus-4-5-20251101")
    assert (model.type, model.line, model.lifecycle, model.max_tokens) == ("model", "opus", "active", 64_000)
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("nobody")


def test_files_are_uploaded_listed_described_and_deleted(client):
    made = [client.beta.files.upload(file=(f"{at}.txt", b"Hello", "text/plain")) for at in range(3)]
    assert (made[0].filename, made[0].mime_type, made[0].size_bytes, made[0].downloadable) == (
        "0.txt",
        "text/plain",
        5,
        False,
    )
    assert [file.id for file in client.beta.files.list(limit=2)] == [file.id for file in reversed(made)]
    assert client.beta.files.retrieve_metadata(made[0].id) == made[0]
    with pytest.raises(anthropic.BadRequestError, match="downloadable"):
        client.beta.files.download(made[0].id)
    assert client.beta.files.delete(made[0].id).type == "file_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.beta.files.retrieve_metadata(made[0].id)


def test_what_is_marked_is_written_to_the_cache_and_then_read(client, gw):
    def ask(ttl: str, text: str) -> anthropic.types.Usage:
        mark = {"type": "ephemeral", "ttl": ttl}
        system = [{"type": "text", "text": "Be as brief as the tide is long. " * 200, "cache_control": mark}]
        messages = [{"role": "user", "content": text}]
        return client.messages.create(model="claude-sonnet-4-6", max_tokens=64, system=system, messages=messages).usage

    first, again = ask("1h", "Hello"), ask("1h", "Goodbye")
    assert (first.cache_read_input_tokens, first.cache_creation.ephemeral_5m_input_tokens) == (0, 0)
    assert first.cache_creation_input_tokens == first.cache_creation.ephemeral_1h_input_tokens > 1024
    assert again.cache_read_input_tokens == first.cache_creation_input_tokens
    assert (again.cache_creation_input_tokens, again.input_tokens < 30) == (0, True)
    gw.clock.advance(3600)
    assert ask("1h", "Hello").cache_read_input_tokens == 0
