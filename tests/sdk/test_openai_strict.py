"""The official Python SDK where it checks every answer against its types: nothing may be missing or of another type."""

import json

import pytest
from openai import OpenAI

from mockgate import Mockgate

EVERYTHING = ("web_search", "file_search", "code_interpreter", "image_generation", "mcp")
SCENARIO = {
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [
        {
            "when": {"user": "all"},
            "reply": [{"reasoning": "Hm."}, *({"call": name} for name in EVERYTHING), {"text": "Done."}],
        },
        {"when": {"user": "call"}, "reply": [{"call": "add", "with": {"a": 1}}]},
        {"when": {"user": "free"}, "reply": [{"call": "note", "with": "words"}]},
        {"when": {"user": "refuse"}, "reply": {"refusal": "No."}},
    ],
}
PLACEHOLDERS = {"validation": "lenient", "unknown_ids": "synthesize", "clock": {"frozen": True}}

HOSTED = [
    {"type": "web_search"},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "image_generation", "partial_images": 1},
    {"type": "mcp", "server_label": "docs", "server_url": "https://example.com", "require_approval": "never"},
]
OWN = [
    {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}, "strict": False},
    {"type": "custom", "name": "note"},
]


def strict(gateway):
    return OpenAI(base_url=gateway.base_url, api_key="sk-test", max_retries=0, _strict_response_validation=True)


@pytest.fixture
def client(gw):
    return strict(gw)


@pytest.fixture(scope="module")
def suite():
    with Mockgate(PLACEHOLDERS) as gateway:
        yield strict(gateway)


@pytest.mark.parametrize(
    "body",
    [
        {
            "input": "all",
            "tools": HOSTED,
            "reasoning": {"summary": "auto"},
            "include": ["code_interpreter_call.outputs", "file_search_call.results", "web_search_call.action.sources"],
        },
        {"input": "all", "tools": [{**HOSTED[4], "require_approval": "always"}]},
        {"input": "call", "tools": OWN, "tool_choice": "required", "metadata": {"a": "b"}},
        {"input": "free", "tools": OWN, "truncation": "auto"},
        {"input": "refuse", "instructions": "Be kind.", "store": False},
        {"input": "Hello", "include": ["message.output_text.logprobs"], "top_logprobs": 2},
        {"input": "Tell me a long story", "max_output_tokens": 16, "text": {"verbosity": "high"}},
    ],
    ids=lambda body: f"{body['input']}-{len(body)}",
)
def test_responses_their_events_and_their_input(client, body):
    whole = client.responses.create(model="gpt-4o", **body)
    if body.get("store") is not False:
        assert client.responses.retrieve(whole.id).id == whole.id
        assert list(client.responses.input_items.list(whole.id))
    events = list(client.responses.create(model="gpt-4o", stream=True, **body))
    assert [item.type for item in events[-1].response.output][: len(whole.output)] == [one.type for one in whole.output]


def test_a_response_in_the_background(gw, client):
    made = client.responses.create(model="gpt-4o", input="Hello", background=True)
    other = client.responses.create(model="gpt-4o", input="Hello there", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"
    gw.clock.advance(60)
    assert client.responses.retrieve(made.id).completed_at


def test_conversations_and_every_kind_of_item(client):
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"role": "assistant", "content": "Ho"},
        {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "2"},
        {"type": "reasoning", "summary": [], "id": "rs_1"},
    ]
    begun = client.conversations.create(items=items, metadata={"k": "v"})
    assert client.conversations.retrieve(begun.id).created_at == begun.created_at
    kinds = [item.type for item in client.conversations.items.list(begun.id, order="asc")]
    assert kinds == ["message", "message", "function_call", "function_call_output", "reasoning"]
    client.conversations.items.create(begun.id, items=items[:1])
    client.responses.create(model="gpt-4o", input="all", tools=HOSTED, conversation=begun.id)
    assert len(list(client.conversations.items.list(begun.id, limit=2))) > 6


def test_files_uploads_and_batches(gw, client):
    lines = [
        {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o", **body}}
        for name, body in {"good": {"messages": [{"role": "user", "content": "Hi"}]}, "bad": {}}.items()
    ]
    written = "\n".join(map(json.dumps, lines)).encode()
    expiry = {"anchor": "created_at", "seconds": 3600}
    file = client.files.create(file=("b.jsonl", written), purpose="batch", expires_after=expiry)
    upload = client.uploads.create(bytes=3, filename="a.txt", mime_type="text/plain", purpose="user_data")
    part = client.uploads.parts.create(upload.id, data=b"abc")
    assert client.uploads.complete(upload.id, part_ids=[part.id]).file.bytes == 3
    made = {"completion_window": "24h", "endpoint": "/v1/chat/completions"}
    batch = client.batches.create(input_file_id=file.id, metadata={"a": "b"}, output_expires_after=expiry, **made)
    wrong = client.files.create(file=("w.jsonl", b"{}\n"), purpose="batch")
    failed = client.batches.create(input_file_id=wrong.id, **made)
    cancelled = client.batches.cancel(client.batches.create(input_file_id=file.id, **made).id)
    gw.clock.advance(60)
    states = [client.batches.retrieve(each.id).status for each in (batch, failed, cancelled)]
    assert states == ["completed", "failed", "cancelled"]
    assert {each.id for each in client.files.list()} > {file.id, client.batches.retrieve(batch.id).output_file_id}
    assert len(list(client.batches.list(limit=1))) == 3


# What a contract suite asks, whose ids and values are placeholders, and whose client is strict.

CHAT = [{"role": "user", "content": "string"}]
CALLS = {
    "chat messages": lambda client: client.chat.completions.messages.list("completion_id", after="after", limit=0),
    "chat update": lambda client: client.chat.completions.update("completion_id", metadata={"foo": "string"}),
    "completion": lambda client: client.completions.create(
        model="string", prompt="x", best_of=0, echo=True, logprobs=0, logit_bias={"foo": 0}, suffix="y"
    ),
    "numbers where base64 was asked for": lambda client: client.embeddings.create(input="x", model="string"),
    "compaction": lambda client: client.responses.compact(model="string", input="x", previous_response_id="resp_1"),
    "response": lambda client: client.responses.retrieve("response_id", starting_after=0, include=["x"]),
    "cancelled response": lambda client: client.responses.cancel("response_id"),
    "input items": lambda client: client.responses.input_items.list("response_id", after="after", limit=0),
    "conversation item": lambda client: client.conversations.items.delete("msg_1", conversation_id="conv_1"),
    "part": lambda client: client.uploads.parts.create("upload_1", data=b"Example data"),
    "upload": lambda client: client.uploads.complete("upload_1", part_ids=["string"], md5="md5"),
    "batch": lambda client: client.batches.cancel("batch_id"),
    "moderation": lambda client: client.moderations.create(input="x", model="string"),
    "transcription": lambda client: client.audio.transcriptions.create(
        file=b"Example data", model="whisper-1", language="string", response_format="json"
    ),
    "languages": lambda client: client.audio.transcriptions.create(
        file=b"Example data", model="whisper-1", extra_body={"languages": ["string"]}
    ),
    "translation": lambda client: client.audio.translations.create(file=b"Example data", model="whisper-1"),
    "video": lambda client: client.videos.create(prompt="x", input_reference=b"Example data", size="720x1280"),
    "image": lambda client: client.images.edit(image=b"Example data", mask=b"Example data", prompt="x", n=0),
    "model": lambda client: client.chat.completions.create(model="string", messages=CHAT, n=0),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_placeholders_are_answered_as_the_types_have_it_any_number_of_times(suite, name):
    for _ in range(2):
        assert CALLS[name](suite) is not None
