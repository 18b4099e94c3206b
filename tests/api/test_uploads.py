import hashlib

import msgspec
import pytest

from mockgate.api.uploads import LARGEST_PART

PATH = "/v1/uploads"
ASKED = {"filename": "a.jsonl", "purpose": "batch", "bytes": 6, "mime_type": "text/jsonl"}
WHOLE = b"onetwo"


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def begin(ask):
    """Begin an upload and return its path."""

    async def send(gateway, **asked):
        return f"{PATH}/{decoded(await ask(gateway, 'POST', PATH, {**ASKED, **asked}))['id']}"

    return send


@pytest.fixture
def add(ask):
    """Add a part and return the exchange."""

    async def send(gateway, path, data):
        raw = b'--e\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n' + data + b"\r\n--e--\r\n"
        return await ask(gateway, "POST", f"{path}/parts", raw, content_type="multipart/form-data; boundary=e")

    return send


async def test_parts_in_any_order_become_a_file_in_the_order_asked_for(gw, ask, begin, add):
    gateway = gw()
    path = await begin(gateway)
    two, one = [decoded(await add(gateway, path, data))["id"] for data in (b"two", b"one")]
    done = decoded(
        await ask(gateway, "POST", f"{path}/complete", {"part_ids": [one, two], "md5": hashlib.md5(WHOLE).hexdigest()})
    )
    assert (done["status"], done["file"]["bytes"], done["file"]["filename"]) == ("completed", 6, "a.jsonl")
    answer = (await ask(gateway, "GET", f"/v1/files/{done['file']['id']}/content")).answer
    assert b"".join(piece.encode() for piece in answer.frames) == WHOLE


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"part_ids": ["part_x"]}, "part_ids"),
        ({"part_ids": []}, "part_ids"),
        ({}, "part_ids"),
        ({"md5": "0" * 32}, "md5"),
    ],
)
async def test_an_upload_that_does_not_add_up_stays_pending(gw, ask, begin, add, asked, param):
    gateway = gw()
    path = await begin(gateway)
    part = decoded(await add(gateway, path, WHOLE))["id"]
    given = {"part_ids": [part], **asked} if "md5" in asked else asked
    refused = await ask(gateway, "POST", f"{path}/complete", given)
    assert (refused.status, decoded(refused)["error"]["param"]) == (400, param)
    assert (await ask(gateway, "POST", f"{path}/complete", {"part_ids": [part]})).status == 200


@pytest.mark.parametrize("end", ["complete", "cancel", "wait"])
async def test_an_upload_that_is_over_takes_nothing_more(gw, ask, begin, add, end):
    gateway = gw()
    path = await begin(gateway, bytes=0)
    if end == "wait":
        gateway.session().clock.advance(3600)
    else:
        ended = decoded(await ask(gateway, "POST", f"{path}/{end}", {"part_ids": []}))
        assert ended["status"] == {"complete": "completed", "cancel": "cancelled"}[end]
    assert (await add(gateway, path, b"x")).status == 400
    assert (await ask(gateway, "POST", f"{path}/cancel")).status == 400


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"purpose": "fun"}, 400),
        ({"bytes": -1}, 400),
        ({"bytes": 2**40}, 400),
        ({"filename": "a.csv"}, 400),
        ({"expires_after": {"anchor": "created_at", "seconds": 1}}, 400),
        ({"expires_after": {"anchor": "created_at", "seconds": 3600}}, 200),
    ],
)
async def test_an_upload_is_checked_when_it_begins(gw, ask, asked, status):
    assert (await ask(gw(), "POST", PATH, {**ASKED, **asked})).status == status


async def test_unknown_uploads_missing_data_and_too_large_parts_are_refused(gw, ask, begin, add):
    gateway = gw()
    assert (await add(gateway, f"{PATH}/upload_x", b"x")).status == 404
    path = await begin(gateway)
    raw = b'--e\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--e--\r\n'
    assert (
        await ask(gateway, "POST", f"{path}/parts", raw, content_type="multipart/form-data; boundary=e")
    ).status == 400
    assert (await add(gateway, path, b"x" * (LARGEST_PART + 1))).status == 413
