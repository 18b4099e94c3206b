from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec
import pytest

from mockgate.api import FAMILIES
from mockgate.wire import Json

#: Families that no application asks anything of, and endpoints that nothing but a real id, or nothing at all, opens.
OTHERS = {"admin", "backoffice", "console", "frontpage", "metrics", "passthrough", "swagger"}
REAL_IDS = {"/v1/images/files/{name}"}
ENDPOINTS = [endpoint.whole for family in FAMILIES for endpoint in family.endpoints]
ROUTES = [
    (each.method, each.path)
    for each in ENDPOINTS
    if each.family not in OTHERS and each.path not in REAL_IDS and 200 <= each.traits.get("status", 200) < 300
    if not ("tunedModels" in each.path and "embed" in each.path.lower()) and each.path.startswith("/v1")
]
RUBBISH = {
    "model": "string",
    "messages": "string",
    "input": {"a": 1},
    "prompt": 7,
    "stream": "string",
    "n": -1,
    "tools": ["x"],
    "temperature": 99,
    "items": 3,
    "metadata": "string",
    "conversation": 9,
    "previous_response_id": "x",
    "purpose": "string",
    "endpoint": "string",
    "bytes": "x",
    "part_ids": 5,
    "file": "x",
    "image": "x",
    "reasoning": "x",
    "text": {"format": {"type": "x"}},
    "include": ["x"],
    "seconds": "x",
}
LENIENT = {"validation": "lenient", "unknown_ids": "synthesize", "unknown_models": "accept"}
CHAT = "/v1/chat/completions"


def body_of(exchange):
    assert isinstance(exchange.answer, Json), exchange.answer
    return msgspec.json.decode(exchange.answer.body)


@pytest.mark.parametrize("body", [{}, RUBBISH, b"not json", b"[]"], ids=["empty", "rubbish", "text", "list"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_endpoint_answers_placeholders(gw, ask, method, path, body):
    named = path.replace("{", "some-").replace("}", "").replace("...", "")
    exchange = await ask(gw(LENIENT), method, f"{named}?limit=0&after=nothing&order=none", body)
    assert exchange.status < 300, getattr(exchange.answer, "body", exchange.answer)


@pytest.mark.parametrize("raw", [b"--b\r\n", b"", b"--b\r\n\r\nx\r\n--b--\r\n"], ids=["cut", "nothing", "no name"])
@pytest.mark.parametrize(("_method", "path"), [route for route in ROUTES if route[0] == "POST"])
async def test_every_endpoint_answers_a_form_that_cannot_be_read(gw, ask, _method, path, raw):
    named = path.replace("{", "some-").replace("}", "").replace("...", "")
    exchange = await ask(gw(LENIENT), "POST", named, raw, content_type="multipart/form-data; boundary=b")
    assert exchange.status < 300, getattr(exchange.answer, "body", exchange.answer)


FILES = [(each.path, each.traits["files"]) for each in ENDPOINTS if "files" in each.traits]


@pytest.mark.parametrize(("path", "files"), FILES)
@pytest.mark.parametrize("texts", [{}, {"model": "string", "size": "string", "languages[]": "string", "n": "0"}])
async def test_every_endpoint_that_takes_files_takes_a_few_plain_bytes(gw, ask, path, files, texts):
    parts = [f'name="{name}"\r\n\r\n{text}' for name, text in texts.items()]
    parts += [f'name="{name}"; filename="upload"\r\n\r\nExample data' for name in (each.rstrip("?") for each in files)]
    form = "".join(f"--b\r\ncontent-disposition: form-data; {part}\r\n" for part in parts) + "--b--\r\n"
    named = path.replace("{", "some-").replace("}", "")
    exchange = await ask(gw(LENIENT), "POST", named, form.encode(), content_type="multipart/form-data; boundary=b")
    assert exchange.status < 300, getattr(exchange.answer, "body", exchange.answer)


def test_a_form_that_the_server_cannot_read_counts_as_an_empty_one(live):
    form = b"--b\r\nno header\r\n", {"content-type": "multipart/form-data; boundary=b", "authorization": "Bearer sk-1"}
    with pytest.raises(HTTPError, match="400"):
        urlopen(Request(f"{live().url}/v1/files", *form))
    with urlopen(Request(f"{live(LENIENT).url}/v1/files", *form)) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("family", ["batches", "messages/batches", "responses", "videos", "files"])
async def test_an_unknown_id_can_be_worked_with_in_any_order_any_number_of_times(gw, ask, family):
    gateway, path = gw(LENIENT), f"/v1/{family}/made-up"
    last = "DELETE" if family != "batches" else "GET"
    steps = [("GET", path), (last, path), (last, path), ("GET", path), ("POST", f"{path}/cancel"), ("GET", path)]
    for method, at in steps if family not in {"videos", "files"} else steps[:4]:
        assert (await ask(gateway, method, at)).status == 200, (method, at)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5, "max_completion_tokens": 5}),
        (CHAT, {"messages": [{"role": "user", "content": "Hi"}], "service_tier": "nonsense", "top_logprobs": 3}),
        (CHAT, {"messages": [{"role": "user", "content": "Hi"}], "tools": [{"type": "x"}], "tool_choice": "required"}),
        ("/v1/responses", {"input": "Hi", "conversation": "conv_1", "previous_response_id": "resp_1"}),
        ("/v1/responses", {"input": "Hi", "background": True, "store": False}),
        ("/v1/embeddings", {"input": [], "model": "gpt-4o"}),
    ],
)
async def test_what_is_wrong_or_does_not_go_together_counts_as_left_out(gw, ask, path, body):
    assert (await ask(gw(), "POST", path, {"model": "gpt-4o", **body})).status == 400
    assert (await ask(gw(validation="lenient", unknown_ids="synthesize"), "POST", path, body)).status == 200


async def test_a_picture_and_a_sound_of_a_few_plain_bytes_become_real_ones(gw, ask):
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,eHl6"}},
        {"type": "input_audio", "input_audio": {"data": "eHl6", "format": "wav"}},
    ]
    asked = {"model": "gpt-4o-audio-preview", "messages": [{"role": "user", "content": parts}]}
    exchange = await ask(
        gw(LENIENT, rules=[{"when": {"user": "what is this"}, "reply": "A dot."}]), "POST", CHAT, asked
    )
    answer = body_of(exchange)
    assert answer["choices"][0]["message"]["content"] == "A dot."
    assert answer["usage"]["prompt_tokens_details"]["audio_tokens"] > 0


async def test_the_journal_keeps_a_request_as_it_came(gw, ask):
    exchange = await ask(gw(LENIENT), "POST", CHAT, {"n": "many"})
    assert exchange.status == 200
    assert exchange.describe()["body"] == {"n": "many"}


async def test_the_least_that_a_model_may_say_is_enough_to_be_understood(gw, ask):
    asked = {"messages": [{"role": "user", "content": "Hi"}]}
    assert body_of(await ask(gw(LENIENT), "POST", "/v1/messages", asked))["type"] == "message"


async def test_a_missing_model_is_the_default_one_or_one_that_does_what_is_asked(gw, ask):
    gateway = gw(LENIENT, default_model="gpt-4.1")
    assert body_of(await ask(gateway, "POST", CHAT, {}))["model"] == "gpt-4.1"
    assert body_of(await ask(gateway, "POST", "/v1/embeddings", {}))["model"].startswith("text-embedding")


@pytest.mark.parametrize(
    "scenario",
    [{"rules": [{"error": 400}]}, {"faults": [{"error": 400}]}, {"default_reply": "error"}],
    ids=["rule", "fault", "no rule"],
)
async def test_what_the_scenario_refuses_stays_refused(gw, ask, scenario):
    exchange = await ask(gw(validation="lenient", **scenario), "POST", CHAT, {})
    assert exchange.status == 400
    assert len(exchange.strikes) <= 1


async def test_a_key_and_a_limit_are_asked_for_all_the_same(gw, ask):
    gateway = gw(validation="lenient", limits=[{"requests": "1/min"}])
    assert [(await ask(gateway, "POST", CHAT, {})).status for _ in range(2)] == [200, 429]
