import msgspec
import pytest
from anthropic.types import ModelInfo
from openai.types import Model

SCENARIO = {
    "models": [
        {"id": "meta/llama-3", "owned_by": "meta", "created": 5, "aliases": ["llama"]},
        {"id": "mine-*", "owned_by": "me"},
    ]
}


@pytest.fixture
def fetch(gw, ask):
    gateway = gw(SCENARIO)

    async def send(path):
        exchange = await ask(gateway, "GET", f"/v1/models{path}")
        return exchange.answer.status, msgspec.json.decode(exchange.answer.body)

    return send


async def test_the_models_on_offer_are_listed_without_patterns_and_aliases(fetch):
    status, listed = await fetch("")
    ids = [Model.model_validate(item, strict=True).id for item in listed["data"]]
    assert (status, listed["object"]) == (200, "list")
    assert {"meta/llama-3", "gpt-4o-mini"} <= set(ids)
    assert not {"mine-*", "llama"} & set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/meta/llama-3", "/meta%2Fllama-3", "/meta%2fllama-3", "/meta/llama-3/"])
async def test_a_models_name_may_hold_slashes_as_they_are_or_encoded(fetch, path):
    assert await fetch(path) == (200, {"id": "meta/llama-3", "object": "model", "created": 5, "owned_by": "meta"})


@pytest.mark.parametrize(("name", "owner"), [("llama", "meta"), ("mine-7", "me")])
async def test_a_model_is_described_under_the_name_it_was_asked_for_by(fetch, name, owner):
    _, model = await fetch(f"/{name}")
    assert (model["id"], model["owned_by"]) == (name, owner)


async def test_a_model_that_is_not_on_offer_is_not_found(fetch):
    status, refused = await fetch("/nobody/knows")
    assert (status, refused["error"]["code"]) == (404, "model_not_found")
    assert "`nobody/knows`" in refused["error"]["message"]


VERSION = {"anthropic_version": "2023-06-01"}


async def test_anthropics_clients_are_told_of_models_in_anthropics_words(gw, ask):
    gateway = gw(SCENARIO)
    listed = msgspec.json.decode((await ask(gateway, "GET", "/v1/models?limit=1000", **VERSION)).answer.body)
    ids = [ModelInfo.model_validate(item).id for item in listed["data"]]
    assert {"claude-haiku-4-5", "meta/llama-3"} <= set(ids)
    assert not {"sora-2", "mine-*"} & set(ids)
    assert (listed["first_id"], listed["last_id"], listed["has_more"]) == (ids[0], ids[-1], False)
    newest = [item["created_at"] for item in listed["data"]]
    assert newest == sorted(newest, reverse=True)
    one = await ask(gateway, "GET", "/v1/models/claude-sonnet-4-5-20250929", **VERSION)
    told = msgspec.json.decode(one.answer.body)
    can = told.pop("capabilities")
    assert told == {
        "type": "model",
        "id": "claude-sonnet-4-5-20250929",
        "display_name": "Claude Sonnet 4.5",
        "created_at": "2025-09-29T00:00:00Z",
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": "sonnet",
    }
    assert (can["structured_outputs"], can["effort"]["max"]) == ({"supported": True}, {"supported": False})
    assert can["thinking"]["types"]["adaptive"] == {"supported": False}


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("claude-sonnet-4-6", {"thinking.adaptive", "thinking.enabled", "effort.max", "pdf_input", "effort"}),
        ("claude-3-5-sonnet-20241022", {"thinking.disabled", "pdf_input", "server_tools.web_search"}),
        ("claude-opus-4-1", {"thinking.enabled", "structured_outputs", "context_management.clear_thinking_20251015"}),
        ("claude-next", {"thinking.adaptive", "effort.xhigh", "context_management.compact_20260112"}),
    ],
)
async def test_a_model_says_what_its_version_can_do(gw, ask, name, can):
    told = ModelInfo.model_validate_json((await ask(gw(), "GET", f"/v1/models/{name}", **VERSION)).answer.body)
    held = told.capabilities.model_dump()
    held["thinking"] |= held["thinking"].pop("types")
    one = {name: group["supported"] for name, group in held.items()}
    parts = {f"{name}.{part}": each for name, group in held.items() for part, each in group.items() if part in str(can)}
    assert all((one | {key: value["supported"] for key, value in parts.items() if value})[each] for each in can)
    assert one["thinking"] is (name != "claude-3-5-sonnet-20241022")


async def test_every_name_has_a_model_where_unknown_ids_get_an_object(gw, ask):
    found = await ask(gw(unknown_ids="synthesize"), "GET", "/v1/models/nobody", **VERSION)
    assert ModelInfo.model_validate_json(found.answer.body).id == "nobody"


async def test_a_page_of_models_begins_where_the_one_before_it_ended(gw, ask):
    gateway, seen, query = gw(), [], ""
    while True:
        shown = msgspec.json.decode((await ask(gateway, "GET", f"/v1/models?limit=7{query}", **VERSION)).answer.body)
        seen += [item["id"] for item in shown["data"]]
        if not shown["has_more"]:
            break
        query = f"&after_id={shown['last_id']}"
    assert len(seen) == len(set(seen)) > 14


async def test_a_model_that_is_not_on_offer_is_not_found_in_anthropics_envelope(gw, ask):
    refused = msgspec.json.decode((await ask(gw(), "GET", "/v1/models/nobody", **VERSION)).answer.body)
    assert (refused["type"], refused["error"]["type"]) == ("error", "not_found_error")
