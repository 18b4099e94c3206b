"""The official Python SDK against a live server: a mock is right when the SDK cannot tell."""

import base64
import io
import json
import wave

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}

SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [
        {"name": "pong", "when": {"user": {"equals": "ping"}}, "reply": "pong"},
        {"when": {"user": "count"}, "reply": "one two three four five six seven eight"},
        {"when": {"user": "think"}, "reply": [{"reasoning": "Let me see."}, {"text": "Done."}]},
        {"when": {"user": "refuse"}, "reply": {"refusal": "I cannot do that."}},
        {"when": {"user": "filtered"}, "reply": {"text": "Oh", "finish_reason": "content_filter"}},
        {"when": {"user": "flaky"}, "replies": [{"error": 503, "retry_after": "1ms"}, "recovered"]},
        {"when": {"user": "forbidden"}, "error": 403},
    ],
}


def ask(client, text, **more):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}], **more)


def test_a_whole_answer_has_the_scripted_text_and_true_usage(client):
    answer = ask(client, "ping")
    assert answer.choices[0].message.content == "pong"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (
        8,
        1,
        9,
    )
    assert answer.created == 1767225600
    assert answer._request_id.startswith("req_")


def test_a_stream_joins_to_the_whole_answer_and_its_usage(client):
    whole = ask(client, "Why is the sky blue?")
    chunks = list(ask(client, "Why is the sky blue?", stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_every_content_chunk_is_one_token(client):
    chunks = list(ask(client, "count", stream=True))
    assert [c.choices[0].delta.content for c in chunks if c.choices[0].delta.content] == [
        "one", " two", " three", " four", " five", " six", " seven", " eight",
    ]  # fmt: skip


async def test_the_async_client_streams_too(gw):
    client = AsyncOpenAI(base_url=gw.base_url, api_key="sk-test")
    stream = await client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "ping"}], stream=True
    )
    assert [c.choices[0].delta.content async for c in stream if c.choices[0].delta.content] == ["pong"]


def test_the_streaming_helper_assembles_the_completion(client):
    with client.chat.completions.stream(model="gpt-4o", messages=[{"role": "user", "content": "count"}]) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "one two three four five six seven eight"


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_token_limit_is_met_exactly(client, limit, stream):
    if stream:
        chunks = list(ask(client, "count", stream=True, stream_options={"include_usage": True}, **{limit: 3}))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        finish, usage = chunks[-2].choices[0].finish_reason, chunks[-1].usage
    else:
        answer = ask(client, "count", **{limit: 3})
        text, finish, usage = answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage
    assert (text, finish, usage.completion_tokens) == ("one two three", "length", 3)


@pytest.mark.parametrize("stream", [False, True])
def test_a_stop_sequence_across_chunk_borders_ends_the_text(client, stream):
    answer = ask(client, "count", stop=["ree fo"], stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
    else:
        text = answer.choices[0].message.content
        assert answer.choices[0].finish_reason == "stop"
    assert text == "one two th"


def test_n_choices_are_made_and_counted_together(client):
    answer = ask(client, "Tell me about rivers", n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in answer.choices}) > 1
    chunks = list(ask(client, "Tell me about rivers", n=3, stream=True))
    for choice in answer.choices:
        deltas = [c.choices[0].delta.content or "" for c in chunks if c.choices[0].index == choice.index]
        assert "".join(deltas) == choice.message.content


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs_cover_every_token_with_the_asked_number_of_alternatives(client, stream):
    answer = ask(client, "count", logprobs=True, top_logprobs=3, stream=stream)
    if stream:
        entries = [entry for c in answer if c.choices[0].logprobs for entry in c.choices[0].logprobs.content]
    else:
        entries = answer.choices[0].logprobs.content
    assert [entry.token for entry in entries][:3] == ["one", " two", " three"]
    assert len(entries) == 8
    assert all(len(entry.top_logprobs) == 3 and entry.logprob <= 0 for entry in entries)
    assert all(entry.token in {top.token for top in entry.top_logprobs} for entry in entries)


def test_reasoning_is_shown_before_the_content_and_counted(client):
    answer = ask(client, "think")
    assert answer.choices[0].message.reasoning_content == "Let me see."
    assert answer.choices[0].message.content == "Done."
    assert 0 < answer.usage.completion_tokens_details.reasoning_tokens < answer.usage.completion_tokens
    deltas = [chunk.choices[0].delta for chunk in ask(client, "think", stream=True)]
    thought = [index for index, delta in enumerate(deltas) if getattr(delta, "reasoning_content", None)]
    spoken = [index for index, delta in enumerate(deltas) if delta.content]
    assert max(thought) < min(spoken)


def test_reasoning_effort_makes_a_synthetic_answer_think(client):
    answer = client.chat.completions.create(
        model="o3", messages=[{"role": "user", "content": "Plan a week in Rome"}], reasoning_effort="high"
    )
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_has_no_content(client, stream):
    if stream:
        with client.chat.completions.stream(model="gpt-4o", messages=[{"role": "user", "content": "refuse"}]) as s:
            for _ in s:
                pass
            message = s.get_final_completion().choices[0].message
    else:
        message = ask(client, "refuse").choices[0].message
    assert (message.content, message.refusal) == (None, "I cannot do that.")


def test_a_tool_is_called_with_arguments_from_the_prompt_and_the_loop_ends(client):
    messages = [{"role": "user", "content": "What is the weather in Oslo, in celsius?"}]
    first = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    call = first.choices[0].message.tool_calls[0]
    assert first.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "get_weather",
        {"city": "Oslo", "unit": "celsius"},
    )
    messages += [
        first.choices[0].message.to_dict(),
        {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": -7, "sky": "overcast"}'},
    ]
    last = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    assert last.choices[0].finish_reason == "stop"
    assert "-7" in last.choices[0].message.content
    assert "overcast" in last.choices[0].message.content


def test_streamed_tool_calls_assemble_to_the_same_call(client):
    request = {"messages": [{"role": "user", "content": "weather in Oslo in celsius"}], "tools": [WEATHER]}
    whole = client.chat.completions.create(model="gpt-4o", **request)
    with client.chat.completions.stream(model="gpt-4o", **request) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.arguments == (
        whole.choices[0].message.tool_calls[0].function.arguments
    )
    assert final.choices[0].message.content is None


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", False),
        ("required", True),
        ({"type": "function", "function": {"name": "get_weather"}}, True),
        ("auto", False),
    ],
)
def test_tool_choice_is_obeyed(client, choice, called):
    answer = ask(client, "Good morning!", tools=[WEATHER], tool_choice=choice)
    assert bool(answer.choices[0].message.tool_calls) is called


def test_parallel_tool_calls_can_be_switched_off(client):
    clock = {
        "type": "function",
        "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}},
    }
    text = "What is the weather in Oslo, and what time is it?"
    both = ask(client, text, tools=[WEATHER, clock])
    one = ask(client, text, tools=[WEATHER, clock], parallel_tool_calls=False)
    assert len(both.choices[0].message.tool_calls) == 2
    assert len(one.choices[0].message.tool_calls) == 1


def test_legacy_functions_are_answered_in_their_own_words(client):
    answer = ask(client, "weather in Rome, in celsius", functions=[WEATHER["function"]], function_call="auto")
    assert answer.choices[0].finish_reason == "function_call"
    assert json.loads(answer.choices[0].message.function_call.arguments)["city"] == "Rome"


class Step(BaseModel):
    explanation: str
    output: str


class Solution(BaseModel):
    steps: list[Step]
    final_answer: str
    confidence: float


def test_structured_output_parses_into_the_users_model(client):
    answer = client.chat.completions.parse(
        model="gpt-4o", messages=[{"role": "user", "content": "Solve 8x + 7 = -23"}], response_format=Solution
    )
    assert isinstance(answer.choices[0].message.parsed, Solution)


def test_structured_output_streams_through_the_helper(client):
    with client.chat.completions.stream(
        model="gpt-4o", messages=[{"role": "user", "content": "Solve 8x + 7 = -23"}], response_format=Solution
    ) as stream:
        for _ in stream:
            pass
        assert isinstance(stream.get_final_completion().choices[0].message.parsed, Solution)


def test_a_parsed_tool_call_has_typed_arguments(client):
    class Booking(BaseModel):
        """Book a table."""

        restaurant: str
        guests: int

    answer = client.chat.completions.parse(
        model="gpt-4o",
        messages=[{"role": "user", "content": 'Book a table for 4 at "Chez Nous"'}],
        tools=[openai.pydantic_function_tool(Booking, name="book_table")],
        tool_choice="required",
    )
    arguments = answer.choices[0].message.tool_calls[0].function.parsed_arguments
    assert (arguments.guests, arguments.restaurant) == (4, "Chez Nous")


def test_json_mode_gives_a_json_object(client):
    answer = ask(client, "Describe a user in JSON", response_format={"type": "json_object"})
    assert isinstance(json.loads(answer.choices[0].message.content), dict)


def test_spoken_answers_are_real_sound(client):
    answer = client.chat.completions.create(
        model="gpt-4o-audio-preview",
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "wav"},
        messages=[{"role": "user", "content": "count"}],
    )
    audio = answer.choices[0].message.audio
    with wave.open(io.BytesIO(base64.b64decode(audio.data))) as sound:
        seconds = sound.getnframes() / sound.getframerate()
    assert audio.transcript == "one two three four five six seven eight"
    assert answer.choices[0].message.content is None
    assert abs(answer.usage.completion_tokens_details.audio_tokens - seconds * 20) <= 1


def test_spoken_answers_stream_as_pcm(client):
    chunks = ask(
        client,
        "count",
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "pcm16"},
        stream=True,
    )
    deltas = [chunk.choices[0].delta.audio for chunk in chunks if chunk.choices[0].delta.audio]
    sound = b"".join(base64.b64decode(delta.data) for delta in deltas if delta.data)
    words = "".join(delta.transcript or "" for delta in deltas)
    assert words == "one two three four five six seven eight"
    assert len(sound) > 24_000
    assert deltas[-1].expires_at == 1767225600 + 3600


def test_a_picture_costs_what_the_published_formula_says(client):
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png", "detail": "low"}}
    plain = ask(client, "ping").usage.prompt_tokens
    with_picture = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": [{"type": "text", "text": "ping"}, picture]}]
    )
    assert with_picture.usage.prompt_tokens == plain + 85


def test_service_tier_and_metadata_come_back(client):
    answer = ask(client, "ping", service_tier="flex", metadata={"team": "a"}, store=True)
    assert answer.service_tier == "flex"
    assert client.chat.completions.retrieve(answer.id).metadata == {"team": "a"}


def test_stored_completions_can_be_listed_updated_read_and_deleted(gw):
    client = OpenAI(base_url=gw.base_url, api_key="sk-test", default_headers=gw.session("stored").headers)
    made = [ask(client, "ping", store=True, metadata={"n": str(number)}) for number in range(3)]
    same = [ask(client, "ping", store=True, metadata={"n": "0"}) for _ in range(2)]
    everything = [item.id for item in client.chat.completions.list(limit=2)]
    assert everything == [item.id for item in (*made, *same)]
    assert len(set(everything)) == 5
    assert [item.id for item in client.chat.completions.list(metadata={"n": "1"})] == [made[1].id]
    assert client.chat.completions.update(made[1].id, metadata={"n": "9"}).metadata == {"n": "9"}
    assert [message.content for message in client.chat.completions.messages.list(made[0].id)] == ["ping"]
    assert client.chat.completions.delete(made[0].id).deleted
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made[0].id)


def test_models_are_listed_and_found_by_names_with_slashes(client):
    assert "gpt-4o" in {model.id for model in client.models.list()}
    assert client.models.retrieve("gpt-4o").object == "model"
    assert client.models.retrieve("openai/gpt-4o").id == "openai/gpt-4o"


@pytest.mark.parametrize(
    ("change", "error", "code", "param"),
    [
        ({"model": "does-not-exist"}, openai.NotFoundError, "model_not_found", None),
        ({"temperature": 3}, openai.BadRequestError, "decimal_above_max_value", "temperature"),
        ({"messages": []}, openai.BadRequestError, "empty_array", "messages"),
        (
            {"messages": [{"role": "bard", "content": "x"}]},
            openai.BadRequestError,
            "invalid_value",
            "messages[0].role",
        ),
        ({"n": 0}, openai.BadRequestError, "integer_below_min_value", "n"),
        ({"stop": ["a"] * 5}, openai.BadRequestError, "array_above_max_length", "stop"),
        ({"top_logprobs": 3}, openai.BadRequestError, None, "top_logprobs"),
        ({"model": "o3", "max_tokens": 5}, openai.BadRequestError, "unsupported_parameter", "max_tokens"),
        ({"messages": [{"role": "user", "content": "forbidden"}]}, openai.PermissionDeniedError, None, None),
    ],
)
def test_what_the_real_api_refuses_is_refused_in_its_words(client, change, error, code, param):
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "ping"}], **change}
    with pytest.raises(error) as refused:
        client.chat.completions.create(**request)
    assert refused.value.param == param
    if code is not None:
        assert refused.value.code == code


def test_a_request_without_a_key_is_refused(gw):
    with pytest.raises(openai.AuthenticationError, match="API key"):
        ask(
            OpenAI(base_url=gw.base_url, api_key="x", default_headers={"Authorization": ""}, max_retries=0),
            "ping",
        )


def test_the_sdk_retries_what_may_be_retried_and_recovers(gw):
    client = OpenAI(base_url=gw.base_url, api_key="sk-test", default_headers=gw.session("retry").headers)
    assert ask(client, "flaky").choices[0].message.content == "recovered"
    assert [request["status"] for request in gw.session("retry").requests] == [503, 200]


def test_the_helpers_raise_on_a_cut_or_filtered_answer(client):
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(
            model="gpt-4o",
            messages=[{"role": "user", "content": "x"}],
            response_format=Solution,
            max_tokens=2,
        )
    with pytest.raises(openai.ContentFilterFinishReasonError):
        client.chat.completions.parse(model="gpt-4o", messages=[{"role": "user", "content": "filtered"}])
