"""Google's official Python SDK against a live server: a mock is right when the SDK cannot tell."""

import enum
from collections.abc import Iterator

import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from mockgate import Mockgate

MODEL = "gemini-2.5-flash"

SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "unknown_keys": "refuse",
    "keys": {"k-test": {}, "k-old": {"expires": "2025-01-01"}},
    "rules": [
        {"name": "pong", "when": {"user": {"equals": "ping"}}, "reply": "pong"},
        {"when": {"user": "count"}, "reply": "one two three four five six seven eight"},
        {"when": {"user": "think"}, "reply": [{"reasoning": "Let me see."}, {"text": "Done."}]},
        {"when": {"user": "forbidden"}, "reply": {"text": "", "finish_reason": "content_filter"}},
        {"when": {"user": "filtered"}, "reply": {"text": "Oh", "finish_reason": "content_filter"}},
        {"when": {"user": "quote"}, "reply": {"text": "It is.", "cites": [{"url": "https://a.b"}]}},
        {"when": {"user": "busy"}, "error": 429, "retry_after": "7s"},
        {"when": {"user": "flaky"}, "replies": [{"error": 503}, "recovered"]},
        {"when": {"user": "my name is Ada"}, "reply": "Hello Ada."},
        {"when": {"user": "what is my name", "message": "Ada"}, "reply": "Ada."},
    ],
    "faults": [{"when": {"user": "breaks off"}, "error": 503, "after": "2 tokens"}],
}


@pytest.fixture
def client(gw: Mockgate) -> Iterator[genai.Client]:
    with genai.Client(api_key="k-test", http_options=types.HttpOptions(base_url=gw.url)) as client:
        yield client


def ask(client, text, model=MODEL, **config):
    return client.models.generate_content(model=model, contents=text, config=config or None)


def test_a_whole_answer_has_the_scripted_text_and_true_usage(client):
    answer = ask(client, "ping")
    assert answer.text == "pong"
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (8, 1, 9)
    assert answer.model_version == MODEL


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_both_versions_of_the_api_are_there(gw, version):
    options = types.HttpOptions(base_url=gw.url, api_version=version)
    client = genai.Client(api_key="k-test", http_options=options)
    assert ask(client, "ping").text == "pong"
    assert client.models.get(model=MODEL).name == f"models/{MODEL}"


def test_the_environment_is_enough(gw, monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    for name, value in {**gw.env, "GEMINI_API_KEY": "k-test"}.items():
        monkeypatch.setenv(name, value)
    assert ask(genai.Client(), "ping").text == "pong"


def test_a_stream_comes_piece_by_piece_and_ends_with_its_usage(client):
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="count"))
    assert [chunk.text for chunk in chunks[:3]] == ["one", " two", " three"]
    assert "".join(chunk.text or "" for chunk in chunks) == "one two three four five six seven eight"
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert chunks[-1].usage_metadata == ask(client, "count").usage_metadata


async def test_the_asynchronous_client_streams_too(client):
    stream = await client.aio.models.generate_content_stream(model=MODEL, contents="count")
    assert "".join([chunk.text or "" async for chunk in stream]) == "one two three four five six seven eight"


def test_what_is_cited_is_told_whole_and_streamed(client):
    last = [*client.models.generate_content_stream(model=MODEL, contents="quote")][-1]
    for answer in (ask(client, "quote"), last):
        (cited,) = answer.candidates[0].citation_metadata.citations
        assert (cited.uri, cited.end_index) == ("https://a.b", 6)


def test_a_chat_remembers(client):
    chat = client.chats.create(model=MODEL)
    assert chat.send_message("Hi, my name is Ada").text == "Hello Ada."
    assert "".join(chunk.text or "" for chunk in chat.send_message_stream("what is my name?")) == "Ada."
    said = ["".join(part.text for part in content.parts) for content in chat.get_history() if content.role == "user"]
    assert said == ["Hi, my name is Ada", "what is my name?"]


def get_weather(city: str, days: int = 1) -> dict:
    """Return the weather of a city."""
    return {"city": city, "days": days, "sky": "blue"}


def test_functions_are_called_and_their_results_told(client):
    config = types.GenerateContentConfig(tools=[get_weather], temperature=0)
    chat = client.chats.create(model=MODEL, config=config)
    answer = chat.send_message("What is the weather in Paris?")
    assert "blue" in answer.text
    called, told = (content.parts[0] for content in chat.get_history()[1:3])
    assert (called.function_call.name, called.function_call.args["city"]) == ("get_weather", "Paris")
    assert told.function_response.response["result"]["sky"] == "blue"


def test_a_signed_call_comes_back_signed(client):
    config = types.GenerateContentConfig(tools=[get_weather])
    chat = client.chats.create(model="gemini-3-pro-preview", config=config)
    assert "blue" in chat.send_message("What is the weather in Rome?").text
    (call,) = [part for content in chat.get_history() for part in content.parts if part.function_call]
    assert len(call.thought_signature) == 48


def test_a_function_that_must_be_called_is_even_in_a_stream(client):
    declared = {
        "name": "book",
        "parameters": {"type": "OBJECT", "properties": {"table": {"type": "INTEGER"}}, "required": ["table"]},
    }
    chunks = client.models.generate_content_stream(
        model=MODEL,
        contents="ping?",
        config={
            "tools": [{"function_declarations": [declared]}],
            "tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["book"]}},
        },
    )
    (call,) = [call for chunk in chunks for call in chunk.function_calls or ()]
    assert call.name == "book"
    assert isinstance(call.args["table"], int)


class City(BaseModel):
    name: str
    population: int
    twin: str | None = None


class Mood(enum.Enum):
    CALM = "calm"
    LOUD = "loud"


def test_an_answer_of_a_schema_is_parsed(client):
    asked = {"response_mime_type": "application/json", "response_schema": list[City]}
    cities = ask(client, "Name two cities.", **asked).parsed
    assert cities
    assert all(isinstance(city, City) for city in cities)
    schema = City.model_json_schema()
    answer = ask(client, "Name a city.", response_mime_type="application/json", response_json_schema=schema)
    assert City.model_validate(answer.parsed)
    mood = ask(client, "How is it?", response_mime_type="text/x.enum", response_schema=Mood)
    assert mood.parsed in Mood


def test_thoughts_are_shown_and_counted(client):
    answer = ask(client, "think", thinking_config={"include_thoughts": True})
    thought, said = answer.candidates[0].content.parts
    assert (thought.text, thought.thought, said.text) == ("Let me see.", True, "Done.")
    assert answer.usage_metadata.thoughts_token_count == 4
    assert answer.text == "Done."


def test_candidates_limits_and_log_probabilities(client):
    answer = ask(client, "count", candidate_count=2, max_output_tokens=3, response_logprobs=True, logprobs=2)
    assert [candidate.finish_reason for candidate in answer.candidates] == [types.FinishReason.MAX_TOKENS] * 2
    chosen = answer.candidates[0].logprobs_result.chosen_candidates
    assert [entry.token for entry in chosen] == ["one", " two", " three"]
    assert len(answer.candidates[0].logprobs_result.top_candidates[0].candidates) == 2


def test_a_blocked_prompt_and_a_filtered_answer(client):
    blocked = ask(client, "forbidden")
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert (blocked.text, blocked.candidates) == (None, None)
    filtered = ask(client, "filtered")
    assert filtered.candidates[0].finish_reason == types.FinishReason.SAFETY
    assert any(rating.blocked for rating in filtered.candidates[0].safety_ratings)


def test_tokens_are_counted_as_they_are_charged(client):
    counted = client.models.count_tokens(model=MODEL, contents="ping")
    assert counted.total_tokens == ask(client, "ping").usage_metadata.prompt_token_count


def test_texts_are_embedded(client):
    config = types.EmbedContentConfig(output_dimensionality=256)
    found = client.models.embed_content(model="gemini-embedding-001", contents=["north", "south"], config=config)
    assert [len(each.values) for each in found.embeddings] == [256, 256]
    assert found.embeddings[0].values != found.embeddings[1].values


def test_models_are_listed_and_described(client):
    names = [model.name for model in client.models.list(config={"page_size": 20})]
    assert len(set(names)) == len(names) > 20
    model = client.models.get(model=MODEL)
    assert (model.input_token_limit, "generateContent" in model.supported_actions) == (1_048_576, True)


@pytest.mark.parametrize(
    ("text", "model", "code", "status"),
    [
        ("busy", MODEL, 429, "RESOURCE_EXHAUSTED"),
        ("hi", "no-such-model", 404, "NOT_FOUND"),
        ("hi", "text-embedding-3-small", 404, "NOT_FOUND"),
    ],
)
def test_refusals_are_errors_with_googles_status(client, text, model, code, status):
    with pytest.raises(errors.ClientError) as refused:
        ask(client, text, model)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_a_refusal_says_how_long_to_wait(client):
    with pytest.raises(errors.ClientError) as refused:
        ask(client, "busy")
    assert refused.value.details["error"]["details"][0]["retryDelay"] == "7s"


@pytest.mark.parametrize("key", ["k-other", "k-old"])
def test_a_key_that_is_no_good_is_a_bad_argument(gw, key):
    client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=gw.url))
    with pytest.raises(errors.ClientError) as refused:
        ask(client, "ping")
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
    assert refused.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_a_failure_is_retried_where_the_client_is_told_to(gw):
    retry = types.HttpRetryOptions(attempts=2, initial_delay=0.001, max_delay=0.001)
    options = types.HttpOptions(base_url=gw.url, retry_options=retry)
    client = genai.Client(api_key="k-test", http_options=options)
    assert ask(client, "flaky").text == "recovered"


def test_an_error_in_the_middle_of_a_stream_comes_after_its_first_words(client):
    stream = client.models.generate_content_stream(model=MODEL, contents="count until it breaks off")
    heard = []
    with pytest.raises(errors.ServerError) as failed:
        heard.extend(chunk.text for chunk in stream)
    assert (heard, failed.value.code, failed.value.status) == (["one", " two"], 503, "UNAVAILABLE")
