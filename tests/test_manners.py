"""A gateway's manners as data."""

from uuid import UUID

import msgspec
import pytest

from mockgate.errors import ScenarioError
from mockgate.scenario import load

CHAT = "/v1/chat/completions"


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.mark.parametrize(
    ("manners", "said"),
    [
        ({"errors": {"wrong_keyy": {}}}, 'Did you mean "wrong_key"?'),
        ({"errors": {"200": {}}}, "is no kind of error, and no status"),
        ({"quirks": ["hex_id"]}, "hex_ids"),
        ({"request_id": {"form": "guid"}}, "uuid"),
        ({"adds": {"chat": {"provider": "{ownr}"}}}, 'adds.chat.provider: stands for nothing.*Did you mean "owner"'),
    ],
)
def test_manners_that_nobody_has_are_refused_with_what_would_be_right(manners, said):
    with pytest.raises(ScenarioError, match=said):
        load({"manners": manners})


def test_an_endpoint_that_there_is_not_is_refused_with_the_nearest(gw):
    with pytest.raises(ScenarioError, match=r"manners\.routes\[0\]: is no endpoint.*Did you mean"):
        gw({"manners": {"routes": ["POST /v1/chat/completion"]}})


@pytest.mark.parametrize("key", ["fills", "adds"])
def test_what_is_said_of_an_endpoint_that_there_is_not_is_refused_with_the_nearest(gw, key):
    with pytest.raises(ScenarioError, match=rf"manners\.{key}\.audio\.spech: is no endpoint.*audio\.speech"):
        gw({"manners": {key: {"audio.spech": {"voice": "nova"}}}})


async def test_a_header_that_a_request_lacks_leaves_nothing_in_its_place(gw, ask):
    gateway = gw({"manners": {"adds": {"models.list": {"vendor": "<{header.vendor}>"}}}})
    told = [(await ask(gateway, "GET", "/v1/models", **named)).answer.body for named in ({}, {"vendor": "acme"})]
    assert [msgspec.json.decode(body)["vendor"] for body in told] == ["<>", "<acme>"]


async def test_a_gateway_has_only_its_routes(gw, ask):
    gateway = gw({"manners": {"routes": ["* /v1/models*"]}})
    assert (await ask(gateway, "GET", "/v1/models/gpt-4o")).status == 200
    assert (await ask(gateway, "POST", CHAT, {})).status == 404


async def test_a_request_id_has_the_gateways_header_and_form(gw, ask):
    answer = await ask(gw({"manners": {"request_id": {"header": "x-id", "form": "uuid"}}}), "GET", "/v1/models")
    assert UUID(answer.answer.headers["x-id"]).version == 4
    assert "x-request-id" not in answer.answer.headers
    stamped = gw({"clock": {"start": "2026-01-02T03:04:05Z", "frozen": True},
                  "manners": {"request_id": {"form": "stamp"}}})  # fmt: skip
    assert (await ask(stamped, "GET", "/v1/models")).answer.headers["x-request-id"].startswith("20260102030405")


async def test_a_gateway_may_give_back_the_callers_own_request_id(gw, ask):
    gateway = gw({"manners": {"request_id": {"echo": True}}})
    assert (await ask(gateway, "GET", "/v1/models", **{"x-request-id": "mine"})).answer.headers[
        "x-request-id"
    ] == "mine"
    assert (await ask(gateway, "GET", "/v1/models")).answer.headers["x-request-id"].startswith("req_")


async def test_only_the_models_on_offer_are_listed_and_answer(gw, ask):
    gateway = gw({"offers": ["gpt-4o*"], "default_model": "gpt-4o"})
    listed = read(await ask(gateway, "GET", "/v1/models"))["data"]
    assert listed
    assert all(model["id"].startswith("gpt-4o") for model in listed)
    assert (await ask(gateway, "GET", "/v1/models/gpt-3.5-turbo")).status == 404


def test_a_profile_is_one_of_the_gateways(tmp_path):
    (tmp_path / "mine.yaml").write_text("profiles: {source: {default_reply: echo}}\n")
    (tmp_path / "s.yaml").write_text("gateway: mine.yaml\nprofile: source\n")
    assert load(tmp_path / "s.yaml").default_reply == "echo"
    (tmp_path / "s.yaml").write_text("gateway: mine.yaml\n")
    assert load(tmp_path / "s.yaml").default_reply == "synthetic"
    (tmp_path / "s.yaml").write_text("gateway: mine.yaml\nprofile: sauce\n")
    with pytest.raises(ScenarioError, match=r"s\.yaml:2.*no profile 'sauce'.*documented or source"):
        load(tmp_path / "s.yaml")


async def test_what_a_gateway_knows_and_does_not_serve_is_not_implemented(gw, ask):
    gateway = gw({"manners": {"routes": ["GET /v1/models"], "unimplemented": ["* /v1/files*", "DELETE /v1/models"]}})
    statuses = [(await ask(gateway, *route.split())).status for route in ("GET /v1/files/a", "DELETE /v1/models")]
    assert statuses == [501, 501]
    assert (await ask(gateway, "PUT", "/v1/models")).status == 405
    with pytest.raises(ScenarioError, match=r"unimplemented\[0\]: is no endpoint"):
        gw({"manners": {"unimplemented": ["/v1/files"]}})


async def test_a_gateway_may_keep_to_itself_when_to_ask_again(gw, ask):
    asked = {"limits": {"requests": "1/min"}, "manners": {"retry_after": False}}
    gateway = gw(asked)
    hi = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
    refused = [await ask(gateway, "POST", CHAT, hi) for _ in "ab"][1]
    assert refused.status == 429
    assert not {"retry-after", "retry-after-ms"} & refused.answer.headers.keys()
    told = await ask(gw({**asked, "faults": [{"error": 429, "retry_after": "7s"}]}), "POST", CHAT, hi)
    assert told.answer.headers["retry-after"] == "7"


async def test_an_empty_header_is_not_sent(gw, ask):
    sent = (await ask(gw({"headers": {"openai-version": "", "x-mine": "1"}}), "GET", "/v1/models")).answer.headers
    assert ("openai-version" in sent, sent["x-mine"]) == (False, "1")


def test_a_file_may_stand_on_a_built_in_gateway(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: newapi\nmanners: {title: Mine}\n")
    for scenario in (load(tmp_path / "mine.yaml"), load({"gateway": str(tmp_path / "mine.yaml")})):
        assert (scenario.manners.title, scenario.manners.request_id.form) == ("Mine", "stamp")
