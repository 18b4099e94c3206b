"""The official Python SDK against what is remembered: responses, conversations, files, uploads, batches."""

import io
import json

import openai
import pytest
from pydantic import BaseModel

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}

SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [
        {
            "when": {"user": "weather"},
            "reply": [{"reasoning": "They want it."}, {"call": "get_weather", "with": {"city": "Oslo"}}],
        },
        {"when": {"tool_result": "get_weather"}, "reply": "It is {{ tool.text }} in Oslo."},
        {"when": {"user": "refuse"}, "reply": {"refusal": "I cannot."}},
        {"when": {"user": "ping"}, "reply": "pong"},
    ],
}


def test_a_tool_loop_over_a_chain_of_responses(client):
    with client.responses.stream(
        model="gpt-4o", input="How is the weather?", tools=[WEATHER], reasoning={"summary": "auto"}
    ) as stream:
        kinds = [event.type for event in stream]
        asked = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert "response.reasoning_summary_text.delta" in kinds
    thought, call = asked.output
    assert (thought.summary[0].text, call.parsed_arguments) == ("They want it.", {"city": "Oslo"})
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "-3"}
    told = client.responses.create(model="gpt-4o", previous_response_id=asked.id, input=[result], tools=[WEATHER])
    assert told.output_text == "It is -3 in Oslo."
    assert told.usage.input_tokens > asked.usage.input_tokens


def test_structured_output_is_parsed(client):
    class Person(BaseModel):
        name: str
        age: int

    assert client.responses.parse(model="gpt-4o", input="Make a person", text_format=Person).output_parsed.name


def test_a_stream_that_is_cut_short_ends_incomplete(client):
    with client.responses.stream(model="gpt-4o", input="Tell me a long story", max_output_tokens=16) as stream:
        last = list(stream)[-1]
    assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", "max_output_tokens")


def test_responses_are_retrieved_listed_and_deleted(client):
    made = client.responses.create(model="gpt-4o", input="ping", metadata={"a": "b"})
    assert client.responses.retrieve(made.id).output_text == "pong"
    assert [item.content[0].text for item in client.responses.input_items.list(made.id)] == ["ping"]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_a_background_response_is_polled_cancelled_and_resumed(gw, client):
    job = client.responses.create(model="gpt-4o", input="ping", background=True)
    assert job.status == "queued"
    gw.clock.advance(5)
    assert client.responses.retrieve(job.id).output_text == "pong"
    other = client.responses.create(model="gpt-4o", input="ping", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"
    streamed = client.responses.create(model="gpt-4o", input="ping", background=True, stream=True)
    first = next(iter(streamed))
    streamed.close()  # the connection is lost
    gw.clock.advance(5)
    rest = client.responses.retrieve(first.response.id, stream=True, starting_after=first.sequence_number)
    numbers = [event.sequence_number for event in rest]
    assert numbers == list(range(1, len(numbers) + 1))


def test_counting_and_compaction(client):
    counted = client.responses.input_tokens.count(model="gpt-4o", input="ping")
    made = client.responses.create(model="gpt-4o", input="ping")
    assert counted.input_tokens == made.usage.input_tokens
    short = client.responses.compact(model="gpt-4o", previous_response_id=made.id)
    again = client.responses.create(model="gpt-4o", input=[*(item.model_dump() for item in short.output)])
    assert again.status == "completed"


def test_a_conversation_grows_with_its_responses(client):
    begun = client.conversations.create(items=[{"type": "message", "role": "user", "content": "Hi"}])
    client.responses.create(model="gpt-4o", input="ping", conversation=begun.id)
    items = list(client.conversations.items.list(begun.id, order="asc"))
    assert [item.content[0].text for item in items] == ["Hi", "ping", "pong"]
    added = client.conversations.items.create(begun.id, items=[{"role": "user", "content": "Ho"}])
    item = client.conversations.items.retrieve(added.data[0].id, conversation_id=begun.id)
    client.conversations.items.delete(item.id, conversation_id=begun.id)
    assert client.conversations.update(begun.id, metadata={"k": "v"}).metadata == {"k": "v"}
    assert client.conversations.delete(begun.id).deleted


def test_files_are_uploaded_whole_and_in_parts(client):
    file = client.files.create(file=("a.jsonl", b'{"a": 1}\n'), purpose="batch")
    assert client.files.content(file.id).content == b'{"a": 1}\n'
    data = bytes(range(256)) * 5000
    whole = client.uploads.upload_file_chunked(
        file=data, filename="b.bin", bytes=len(data), purpose="user_data", mime_type="x/y", part_size=500_000
    )
    assert (whole.status, whole.file.bytes) == ("completed", len(data))
    assert {one.id for one in client.files.list()} >= {file.id, whole.file.id}
    assert client.files.delete(file.id).deleted


def test_a_file_of_many_megabytes_arrives_as_it_was(client):
    data = bytes(range(251)) * 20_000
    file = client.files.create(file=("big.jsonl", io.BytesIO(data)), purpose="evals")
    assert file.bytes == len(data)
    assert client.files.content(file.id).content == data


def test_a_batch_of_good_and_bad_lines(gw, client):
    def line(name, **body):
        return {"custom_id": name, "method": "POST", "url": "/v1/responses", "body": {"model": "gpt-4o", **body}}

    lines = [line("good", input="ping"), line("bad", input="ping", max_output_tokens=1)]
    file = client.files.create(file=("b.jsonl", "\n".join(map(json.dumps, lines)).encode()), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/responses", completion_window="24h")
    gw.clock.advance(60)
    done = client.batches.retrieve(batch.id)
    assert (done.status, done.request_counts.completed, done.request_counts.failed) == ("completed", 1, 1)
    good = json.loads(client.files.content(done.output_file_id).text)
    assert good["response"]["body"]["output"][0]["content"][0]["text"] == "pong"
    bad = json.loads(client.files.content(done.error_file_id).text)
    assert (bad["custom_id"], bad["response"]["status_code"]) == ("bad", 400)
    assert next(iter(client.batches.list(limit=1))).id == batch.id
    assert done.usage.total_tokens > 0


def test_what_is_not_there_is_told_as_the_real_one_does(client):
    for call in (
        lambda: client.responses.retrieve("resp_x"),
        lambda: client.conversations.retrieve("conv_x"),
        lambda: client.files.retrieve("file-x"),
        lambda: client.batches.retrieve("batch_x"),
    ):
        with pytest.raises(openai.NotFoundError):
            call()


def test_a_batch_under_a_fast_clock_loses_no_line(live):
    gateway = live({"clock": {"speed": 3600}, "batches": [{"states": {"in_progress": "10m"}}]})
    client = openai.OpenAI(base_url=gateway.base_url, api_key="sk-test")
    line = {"method": "POST", "url": "/v1/embeddings", "body": {"model": "text-embedding-3-small", "input": "x"}}
    written = "\n".join(json.dumps({"custom_id": str(at), **line}) for at in range(300))
    file = client.files.create(file=("b.jsonl", written.encode()), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/embeddings", completion_window="24h")
    while batch.status != "completed":
        batch = client.batches.retrieve(batch.id)
    assert batch.request_counts.completed == 300
    assert len(client.files.content(batch.output_file_id).text.splitlines()) == 300
