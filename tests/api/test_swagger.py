"""Swagger UI's files, and the document that it shows."""

import gzip
import re

import msgspec
import pytest

from mockgate.loader import fixtures_dir


@pytest.mark.parametrize("path", ["/swagger", "/swagger/"])
async def test_the_folder_leads_to_the_page_below_any_prefix(gw, ask, path):
    answer = (await ask(gw({"gateway": "gomodel"}), "GET", path, authorization="")).answer
    assert (answer.status, answer.headers["location"]) == (307, "/swagger/index.html")
    mounted = (await ask(gw(), "GET", f"/gomodel{path}", authorization="")).answer
    assert mounted.headers["location"] == "/gomodel/swagger/index.html"


async def test_the_page_has_all_of_its_parts_beside_it(gw, ask):
    gateway = gw({"gateway": "gomodel"})
    page = (await ask(gateway, "GET", "/swagger/index.html", authorization="")).answer
    assert page.content_type == "text/html; charset=utf-8"
    parts = re.findall(rb'(?:src|href)="([^":]+)"', page.body)
    assert len(parts) == 3
    for part in parts:
        assert (await ask(gateway, "GET", f"/swagger/{part.decode()}", authorization="")).status == 200


async def test_parts_are_packed_for_whoever_can_unpack_them(gw, ask):
    gateway, path = gw({"gateway": "gomodel"}), "/swagger/swagger-ui.css"
    plain = (await ask(gateway, "GET", path)).answer
    packed = (await ask(gateway, "GET", path, accept_encoding="gzip, br")).answer
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in plain.headers


async def test_the_document_is_the_gateways_own_and_says_below_what_it_is_served(gw, ask):
    told = msgspec.json.decode((await ask(gw(), "GET", "/gomodel/swagger/doc.json", authorization="")).answer.body)
    assert (told["info"]["title"], told["servers"]) == ("GoModel", [{"url": "/gomodel"}])
    assert "/v1/messages/count_tokens" in told["paths"]


async def test_looking_is_no_traffic(gw, ask):
    gateway = gw({"gateway": "gomodel"})
    for name in ("index.html", "start.js", "doc.json"):
        await ask(gateway, "GET", f"/swagger/{name}")
    assert [*gateway.session().journal] == []


async def test_other_gateways_have_no_such_page(gw, ask):
    assert (await ask(gw(), "GET", "/swagger/index.html")).status == 404


def test_the_licences_lie_beside_what_they_are_of():
    folder = fixtures_dir() / "swagger"
    assert "Apache License" in (folder / "LICENSE").read_text()
    assert "MIT" in (folder / "swagger-ui-bundle.js.LICENSE.txt").read_text()
