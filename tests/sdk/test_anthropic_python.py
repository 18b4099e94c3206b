"""The official Anthropic SDK for Python against a live server: a mock is right when the SDK cannot tell."""

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic, beta_tool
from pydantic import BaseModel

from mockgate import Mockgate

MODEL = "claude-sonnet-4-6"

SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [
        {"when": {"user": {"equals": "ping"}}, "reply": "pong"},
        {"when": {"user": "count"}, "reply": "one two three four five six seven eight"},
        {"when": {"user": "think"}, "reply": [{"reasoning": "Let me see."}, {"redacted": "Psst."}, {"text": "Done."}]},
        {"when": {"user": "refuse"}, "reply": {"refusal": "I cannot do that."}},
        {"when": {"user": "search"}, "reply": [{"call": "web_search", "with": {"query": "x"}}, {"text": "Found."}]},
        {
            "when": {"user": "quote"},
            "reply": {"text": "It is.", "cites": [{"url": "https://a.b", "quote": "So it is."}]},
        },
        {"when": {"user": "flaky"}, "replies": [{"error": 529, "retry_after": "1ms"}, "recovered"]},
        {"when": {"user": "overloaded"}, "error": 529},
        {
            "when": {"user": "compare"},
            "reply": [
                {"text": "I look both up."},
                {"call": "get_weather", "with": {"city": "Oslo"}},
                {"call": "get_weather", "with": {"city": "Rome"}},
            ],
        },
        {
            "when": {"tool_result": {"tool": "get_weather"}, "offers": "note"},
            "reply": {"call": "note", "with": {"text": "Rome is warmer."}},
        },
        {"when": {"tool_result": {"tool": "note"}}, "reply": "Noted: {{ tool.text }}"},
    ],
    "faults": [{"when": {"user": "count to a fault"}, "after": "2 tokens", "error": 529}],
}


@pytest.fixture
def client(gw: Mockgate) -> Anthropic:
    return Anthropic(base_url=gw.url, api_key="sk-test", max_retries=0)


def ask(text, **more):
    return {"model": MODEL, "max_tokens": 4000, "messages": [{"role": "user", "content": text}], **more}


def test_a_whole_message_has_the_scripted_text_and_true_usage(client):
    message = client.messages.create(**ask("ping"))
    assert [block.text for block in message.content] == ["pong"]
    assert (message.stop_reason, message.model, message.role) == ("end_turn", MODEL, "assistant")
    assert (message.usage.input_tokens, message.usage.output_tokens) == (8, 1)
    assert message.id.startswith("msg_01")
    assert message._request_id.startswith("req_")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("ping", {}),
        ("think", {"thinking": {"type": "adaptive"}}),
        ("refuse", {}),
        ("quote", {}),
        ("search", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
        ("compare", {"tools": [{"name": "get_weather", "input_schema": {"type": "object"}}]}),
        ("Why is the sky blue?", {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
    ],
)
def test_the_accumulated_stream_is_the_whole_message(client, text, more):
    whole = client.messages.create(**ask(text, **more))
    with client.messages.stream(**ask(text, **more)) as stream:
        final = stream.get_final_message()
    assert final.model_dump(exclude_none=True, exclude={"parsed_output"}) == whole.model_dump(exclude_none=True)


def test_every_text_event_is_one_token(client):
    with client.messages.stream(**ask("count")) as stream:
        assert list(stream.text_stream) == ["one", " two", " three", " four", " five", " six", " seven", " eight"]


async def test_the_async_client_streams_too(gw):
    client = AsyncAnthropic(base_url=gw.url, api_key="sk-test")
    async with client, client.messages.stream(**ask("count")) as stream:
        assert (await stream.get_final_text()).endswith("eight")


def test_thoughts_are_signed_or_in_cipher(client):
    thought, secret, text = client.messages.create(**ask("think", thinking={"type": "adaptive"})).content
    assert (thought.thinking, text.text) == ("Let me see.", "Done.")
    assert thought.signature
    assert secret.data
    answer = {"role": "assistant", "content": [thought, secret, text]}
    more = client.messages.create(
        **ask("ping", messages=[*ask("think")["messages"], answer, {"role": "user", "content": "ping"}])
    )
    assert more.content[0].text == "pong"


def test_a_loop_of_tools_runs_to_its_end(client):
    called = []

    @beta_tool
    def get_weather(city: str) -> str:
        """Current weather of a city."""
        called.append(city)
        return f"{city}: {len(city)} degrees"

    @beta_tool
    def note(text: str) -> str:
        """Note something down."""
        called.append(text)
        return text

    runner = client.beta.messages.tool_runner(**ask("compare them", tools=[get_weather, note]))
    messages = list(runner)
    assert called == ["Oslo", "Rome", "Rome is warmer."]
    assert [message.stop_reason for message in messages] == ["tool_use", "tool_use", "end_turn"]
    assert messages[-1].content[0].text == "Noted: Rome is warmer."
    sizes = [message.usage.input_tokens for message in messages]
    assert sizes == sorted(set(sizes))


def test_a_streamed_loop_of_tools_runs_to_its_end(client):
    @beta_tool
    def get_weather(city: str) -> str:
        """Current weather of a city."""
        return f"{city} is overcast"

    runner = client.beta.messages.tool_runner(**ask("What is the weather in Oslo?", tools=[get_weather], stream=True))
    finals = [stream.get_final_message() for stream in runner]
    assert [message.stop_reason for message in finals] == ["tool_use", "end_turn"]
    assert "overcast" in finals[-1].content[0].text


class Event(BaseModel):
    name: str
    day: str
    participants: list[str]


def test_structured_output_parses(client):
    message = client.messages.parse(**ask("Alice and Bob meet on Friday."), output_format=Event)
    assert isinstance(message.parsed_output, Event)


def test_what_is_counted_is_what_is_used(client):
    more = {"system": "Be brief.", "tools": [{"name": "f", "input_schema": {"type": "object", "properties": {}}}]}
    asked = ask("Hello there", **more)
    used = client.messages.create(**asked).usage.input_tokens
    del asked["max_tokens"]
    assert client.messages.count_tokens(**asked).input_tokens == used


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        (ask("x", max_tokens=0), anthropic.BadRequestError, "max_tokens: Input should be greater than or equal to 1"),
        (ask("x", messages=[]), anthropic.BadRequestError, "messages: at least one message is required"),
        (ask("x", model="nope-1"), anthropic.NotFoundError, "model: nope-1"),
        (ask("overloaded"), anthropic.OverloadedError, "Overloaded"),
        (ask("[[mock: 401]]"), anthropic.AuthenticationError, "invalid x-api-key"),
        (ask("[[mock: 429]]"), anthropic.RateLimitError, "Rate limit"),
        (ask("[[mock: 500]]"), anthropic.InternalServerError, "Internal server error"),
    ],
)
def test_a_refusal_is_the_sdks_own_error(client, asked, error, message):
    with pytest.raises(error) as raised:
        client.messages.create(**asked)
    assert raised.value.body["error"]["message"].startswith(message)
    assert raised.value.body["request_id"] == raised.value.response.headers["request-id"]


def test_an_overloaded_moment_is_tried_again(gw):
    client = Anthropic(base_url=gw.url, api_key="sk-test", max_retries=1)
    assert client.messages.create(**ask("flaky")).content[0].text == "recovered"


def test_an_error_in_the_middle_of_a_stream_comes_after_the_first_words(client):
    heard = []
    with (
        pytest.raises(anthropic.APIStatusError) as raised,
        client.messages.stream(**ask("count to a fault")) as stream,
    ):
        heard.extend(stream.text_stream)
    assert heard == ["one", " two"]
    assert (raised.value.status_code, raised.value.body["error"]["type"]) == (200, "overloaded_error")
    assert raised.value.body["request_id"] == raised.value.response.headers["request-id"]


def test_placeholders_are_answered_where_they_are_to_be():
    with Mockgate({"validation": "lenient", "unknown_ids": "synthesize"}) as lenient:
        client = Anthropic(base_url=lenient.url, api_key="sk-test", max_retries=0)
        blank = {"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"type": "char_location"}]}]}
        tools = [{"name": "x", "input_schema": {"type": "object"}, "allowed_callers": ["direct"], "strict": True}]
        asked = {"max_tokens": 1024, "messages": [blank], "model": "model", "tools": tools}
        thinking = {"type": "adaptive", "display": "summarized"}
        assert client.messages.create(**asked, thinking=thinking, container="container").id
        assert client.models.retrieve("model_id").id == "model_id"
        assert client.beta.files.retrieve_metadata("file_id").id == "file_id"
        assert client.messages.batches.cancel("batch_id").processing_status == "canceling"
        assert client.messages.batches.delete("batch_id").id == "batch_id"
        assert [line.result.type for line in client.messages.batches.results("batch_id")] == ["succeeded"]
