"""The front page: served by every gateway, and what it says is true of the one in force."""

import re
from urllib.request import Request, urlopen

import msgspec
import pytest

from mockgate import __version__, layers
from mockgate.loader import fixtures_dir

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
FACTS = "/frontpage/gateway.json"
FILES = {"": "text/html", "page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}

every_gateway = pytest.mark.parametrize("name", layers.names("gateways"))


def read(exchange):
    assert exchange.status == 200, exchange.answer
    return msgspec.json.decode(exchange.answer.body)


async def facts(ask, gateway, base=""):
    return read(await ask(gateway, "GET", base + FACTS, authorization=""))


@every_gateway
@pytest.mark.parametrize("mounted", [False, True])
async def test_every_gateway_has_its_page_and_all_that_it_links_to_without_a_key(gw, ask, name, mounted):
    gateway, base = (gw(), f"/{name}") if mounted else (gw({"gateway": name}), "")
    page = await ask(gateway, "GET", f"{base}/", authorization="")
    assert (page.status, page.answer.content_type) == (200, "text/html; charset=utf-8")
    links = re.findall(rb'(?:href|src)="([^"#]+)"', page.answer.body)
    assert len(links) >= 4
    for link in links:
        found = await ask(gateway, "GET", f"{base}/{link.decode()}", authorization="")
        assert (found.status, bool(found.answer.body)) == (200, True), link


@pytest.mark.parametrize(("file", "kind"), FILES.items())
async def test_what_the_page_is_made_of_may_load_nothing_from_elsewhere(gw, ask, file, kind):
    answer = (await ask(gw(), "GET", f"/frontpage/{file}" if file else "/")).answer
    assert answer.content_type.startswith(kind)
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.findall(rb"(?:src|href)=.?(?:https?:)?//|[: ]url\(|@import", answer.body) == []


def test_the_page_is_small():
    assert sum(file.stat().st_size for file in (fixtures_dir() / "frontpage").iterdir()) < 42_000


@every_gateway
async def test_models_routes_and_title_are_the_gateways_own(gw, ask, name):
    gateway = gw({"gateway": name})
    told = await facts(ask, gateway)
    listed = [(row["id"], row["owned_by"]) for row in read(await ask(gateway, "GET", "/v1/models"))["data"]]
    assert sorted((model["id"], model["owner"]) for model in told["models"]) == sorted(listed)
    assert (told["title"], told["name"]) == (gateway.scenario.manners.title, name)
    assert told["default_model"] in dict(listed)
    assert f"POST {CHAT}" in told["routes"]
    has_embeddings = (await ask(gateway, "POST", "/v1/embeddings", {})).status != 404
    assert ("POST /v1/embeddings" in told["routes"]) == has_embeddings
    assert (told["version"], told["base"]) == (__version__, "")


@every_gateway
async def test_where_the_page_looks_for_the_gateways_health_there_is_an_answer(gw, ask, name):
    gateway = gw({"gateway": name})
    read(await ask(gateway, "GET", (await facts(ask, gateway))["health"], authorization=""))


async def test_uptime_is_counted_on_the_sessions_clock(gw, ask):
    gateway = gw()
    gateway.session().clock.advance(90)
    assert (await facts(ask, gateway))["uptime"] == 90


async def test_what_the_scenario_changes_the_page_says(gw, ask):
    gateway = gw(
        {
            "models": ["tiny"],
            "default_model": "tiny",
            "description": "A shop's gateway.",
            "unknown_keys": "refuse",
            "keys": {"sk-a": {}},
            "auth": {"headers": ["x-api-key"]},
            "manners": {"title": "Shop", "errors": {"rate_limit": {"status": 420, "type": "calm_down", "code": None}}},
        }
    )
    told = await facts(ask, gateway)
    assert told["models"][0] | {"owner": ""} == {"id": "tiny", "owner": "", "families": []}
    assert (told["title"], told["description"], told["any_key"]) == ("Shop", "A shop's gateway.", False)
    assert told["auth"] == {"headers": ["x-api-key"], "anonymous": False}
    assert told["errors"]["rate_limit"] == {"status": 420, "type": "calm_down", "code": None}
    assert "sk-a" not in msgspec.json.encode(told).decode()


async def test_errors_are_told_as_they_are_answered(gw, ask):
    gateway = gw({"gateway": "gomodel", "unknown_keys": "refuse", "keys": {"sk-a": {}}})
    told = (await facts(ask, gateway))["errors"]
    wrong = await ask(gateway, "POST", CHAT, HI, authorization="Bearer sk-b")
    missing = await ask(gateway, "POST", CHAT, {**HI, "model": "none-such"}, authorization="Bearer sk-a")
    for kind, exchange in {"wrong_key": wrong, "model_not_found": missing}.items():
        error = msgspec.json.decode(exchange.answer.body)["error"]
        assert (exchange.status, error["type"], error["code"]) == tuple(told[kind].values()), kind


async def test_below_a_gateways_name_the_page_is_that_gateways(gw, ask):
    gateway = gw()
    told = await facts(ask, gateway, "/goesai")
    assert (told["title"], told["base"], told["name"]) == ("GoesAI", "/goesai", "goesai")
    assert "POST /v1/embeddings" not in told["routes"]
    assert "chat" in told["families"]
    assert "embeddings" not in told["families"]
    assert {"goesai", "openai"} <= set(told["gateways"])


async def test_a_mounted_page_without_its_last_slash_is_sent_to_the_one_with_it(gw, ask):
    answer = (await ask(gw(), "GET", "/goesai")).answer
    assert (answer.status, answer.headers["location"]) == (307, "goesai/")


async def test_the_control_api_is_linked_only_where_a_browser_may_call_it(gw, ask):
    gateway = gw()
    assert (await facts(ask, gateway))["control"] is True
    gateway.exposed = True
    assert (await facts(ask, gateway))["control"] is False


async def test_looking_at_the_page_is_no_traffic(gw, ask):
    gateway, heard = gw({"gateway": "gomodel"}), []
    gateway.listeners.append(heard.append)
    for path in ("/", "/frontpage/page.js", FACTS):
        await ask(gateway, "GET", path)
    session = gateway.session()
    assert (len(session.journal), heard, session.gauges.requests, session.under_way) == (0, [], {}, 0)
    await ask(gateway, "GET", "/frontpage/nothing.js")
    assert [exchange.status for exchange in session.journal] == [404]


def test_a_head_of_the_page_says_how_long_it_is_and_sends_none_of_it(live):
    request = Request(f"{live().url}/", method="HEAD")
    with urlopen(request, timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"")
        assert int(answer.headers["content-length"]) == (fixtures_dir() / "frontpage" / "index.html").stat().st_size
