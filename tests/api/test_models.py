import msgspec
import pytest
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
