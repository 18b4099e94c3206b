"""Links to pictures: open to anybody, good for an hour."""

from urllib.parse import urlsplit

from .conftest import decoded, opened

ASKED = {"model": "dall-e-2", "size": "256x256"}


def path_of(said):
    link = urlsplit(said["data"][0]["url"])
    return f"{link.path}?{link.query}".rstrip("?")


def sent(exchange):
    return b"".join(frame.encode() for frame in exchange.answer.frames)


async def test_a_link_leads_to_the_picture_without_a_key(gw, ask, generate):
    gateway = gw(auth={"anonymous": False})
    path = path_of(await generate(gateway, **ASKED))
    exchange = await ask(gateway, "GET", path, authorization="")
    assert (exchange.status, exchange.answer.content_type) == (200, "image/png")
    assert opened(sent(exchange)).size == (256, 256)
    part = await ask(gateway, "GET", path, range="bytes=0-3")
    assert (part.status, sent(part)) == (206, b"\x89PNG")


async def test_a_link_names_the_host_that_was_asked(gw, ask):
    headers = {"host": "gate.test:8080", "x_forwarded_proto": "https"}
    exchange = await ask(gw(), "POST", "/v1/images/generations", {"prompt": "A", **ASKED}, **headers)
    assert decoded(exchange)["data"][0]["url"].startswith("https://gate.test:8080/v1/images/files/img-")


async def test_a_link_expires_after_an_hour_on_the_sessions_clock(gw, ask, generate):
    gateway = gw()
    path = path_of(await generate(gateway, **ASKED))
    gateway.session().clock.advance(3599)
    assert (await ask(gateway, "GET", path)).status == 200
    gateway.session().clock.advance(1)
    gone = await ask(gateway, "GET", path)
    assert (gone.status, decoded(gone)["error"]["code"]) == (403, "link_expired")
    await generate(gateway, "Another", **ASKED)
    assert (await ask(gateway, "GET", path)).status == 404


async def test_a_link_of_another_session_works_without_its_name(gw, ask):
    gateway = gw()
    body = {"prompt": "A", **ASKED}
    said = decoded(await ask(gateway, "POST", "/v1/images/generations", body, x_mockgate_session="mine & yours"))
    assert (await ask(gateway, "GET", path_of(said))).status == 200
    assert (await ask(gateway, "GET", urlsplit(said["data"][0]["url"]).path)).status == 404


async def test_the_same_picture_asked_for_again_has_another_link(gw, generate):
    gateway = gw()
    assert path_of(await generate(gateway, **ASKED)) != path_of(await generate(gateway, **ASKED))


async def test_there_is_nothing_under_other_names(gw, ask):
    assert (await ask(gw(), "GET", "/v1/images/files/img-nope.png")).status == 404
