"""The official Python SDK's legacy completions, embeddings and moderations against a live server."""

import openai
import pytest
from openai import AsyncOpenAI

SCENARIO = {
    "rules": [
        {"when": {"family": "completions", "user": "count"}, "reply": " one two three four"},
        {"when": {"family": "embeddings", "user": "north"}, "reply": {"json": [0.5, -0.25]}},
        {"when": {"family": "moderations", "user": "spoiler"}, "reply": {"json": {"categories": {"violence": True}}}},
    ],
}
INSTRUCT = "gpt-3.5-turbo-instruct"
SMALL = "text-embedding-3-small"


def test_completions_of_two_prompts(client):
    answer = client.completions.create(
        model=INSTRUCT, prompt=["count", "and count"], max_tokens=3, echo=True, logprobs=2
    )
    assert [choice.text for choice in answer.choices] == ["count one two three", "and count one two three"]
    assert {choice.finish_reason for choice in answer.choices} == {"length"}
    assert answer.choices[1].logprobs.tokens == ["and", " count", " one", " two", " three"]
    assert answer.choices[1].logprobs.token_logprobs[0] is None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 6)


def test_a_streamed_completion(client):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    *chunks, last = client.completions.create(model=INSTRUCT, prompt="count", **options)
    assert [chunk.choices[0].text for chunk in chunks] == [" one", " two", " three", " four", ""]
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert (last.choices, last.usage.total_tokens) == ([], 5)


async def test_the_async_client_completes(gw):
    client = AsyncOpenAI(base_url=gw.base_url, api_key="sk-test")
    stream = await client.completions.create(model=INSTRUCT, prompt="count", stream=True)
    assert "".join([chunk.choices[0].text async for chunk in stream]) == " one two three four"


def test_embeddings_are_the_same_however_the_sdk_asks_for_them(client):
    by_default = client.embeddings.create(model=SMALL, input=["Hello there", "Goodbye"])
    as_floats = client.embeddings.create(model=SMALL, input=["Hello there", "Goodbye"], encoding_format="float")
    assert [entry.embedding for entry in by_default.data] == [entry.embedding for entry in as_floats.data]
    assert [len(entry.embedding) for entry in by_default.data] == [1536, 1536]
    assert by_default.usage.total_tokens == 4


def test_embeddings_in_fewer_dimensions_and_scripted(client):
    assert len(client.embeddings.create(model=SMALL, input="Hello", dimensions=256).data[0].embedding) == 256
    assert client.embeddings.create(model=SMALL, input="to the north").data[0].embedding == [0.5, -0.25]


def test_moderations(client):
    threat, clean = client.moderations.create(input=["I'm going to kill you", "Have a nice day"]).results
    assert (threat.flagged, threat.categories.harassment_threatening, clean.flagged) == (True, True, False)
    assert threat.category_scores.violence > 0.5 > clean.category_scores.violence
    (scripted,) = client.moderations.create(input="a spoiler", model="omni-moderation-latest").results
    assert scripted.categories.violence is True


def test_a_moderation_of_a_picture(client):
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    (result,) = client.moderations.create(input=[{"type": "text", "text": "Look"}, picture]).results
    assert result.category_applied_input_types.violence == ["text", "image"]
    assert result.category_applied_input_types.hate == ["text"]


@pytest.mark.parametrize(
    ("ask", "error", "param"),
    [
        (lambda c: c.completions.create(model="gpt-4o", prompt="Hi"), openai.NotFoundError, "model"),
        (lambda c: c.completions.create(model=INSTRUCT, prompt="Hi", logprobs=9), openai.BadRequestError, "logprobs"),
        (lambda c: c.embeddings.create(model="gpt-4o", input="Hi"), openai.PermissionDeniedError, None),
        (lambda c: c.embeddings.create(model=SMALL, input=""), openai.BadRequestError, None),
        (lambda c: c.moderations.create(input=[]), openai.BadRequestError, "input"),
    ],
)
def test_refusals_are_the_sdks_own_errors(client, ask, error, param):
    with pytest.raises(error) as caught:
        ask(client)
    assert caught.value.param == param
