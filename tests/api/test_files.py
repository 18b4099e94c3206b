import tracemalloc
from http.client import HTTPConnection

import msgspec
import pytest

PATH = "/v1/files"
START = 1_735_689_600


@pytest.fixture
def upload(ask):
    """Upload a file and return the exchange."""

    async def send(gateway, data=b"{}\n", filename="a.jsonl", path=PATH, field="file", headers=None, **fields):
        parts = [
            f'--e\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        ]
        if filename is not None:
            parts.append(f'--e\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n')
        raw = "".join(parts).encode() + (data + b"\r\n" if filename is not None else b"") + b"--e--\r\n"
        return await ask(gateway, "POST", path, raw, content_type="multipart/form-data; boundary=e", **headers or {})

    return send


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


async def test_a_file_is_described_downloaded_and_deleted(gw, ask, upload):
    gateway = gw()
    file = decoded(await upload(gateway, b'{"a": 1}\n', "in.jsonl", purpose="batch"))
    assert file == {
        "id": file["id"],
        "object": "file",
        "bytes": 9,
        "created_at": START,
        "expires_at": START + 30 * 86400,
        "filename": "in.jsonl",
        "purpose": "batch",
        "status": "processed",
        "status_details": None,
    }
    assert file["id"].startswith("file-")
    assert decoded(await ask(gateway, "GET", f"{PATH}/{file['id']}")) == file
    answer = (await ask(gateway, "GET", f"{PATH}/{file['id']}/content")).answer
    assert b"".join(piece.encode() for piece in answer.frames) == b'{"a": 1}\n'
    assert (answer.length, answer.content_type) == (9, "application/octet-stream")
    assert decoded(await ask(gateway, "DELETE", f"{PATH}/{file['id']}")) == {
        "id": file["id"],
        "object": "file",
        "deleted": True,
    }
    gone = await ask(gateway, "GET", f"{PATH}/{file['id']}")
    assert (gone.status, decoded(gone)["error"]["message"]) == (404, f"No such File object: {file['id']}")


async def test_files_are_listed_newest_first_by_purpose_and_page(gw, ask, upload):
    gateway = gw()
    ids = [decoded(await upload(gateway, purpose=purpose))["id"] for purpose in ("batch", "evals", "batch")]
    assert len(set(ids)) == 3

    async def listed(query):
        found = decoded(await ask(gateway, "GET", PATH + query))
        return [file["id"] for file in found["data"]], found["has_more"]

    assert await listed("") == (ids[::-1], False)
    assert await listed("?purpose=batch&order=asc") == ([ids[0], ids[2]], False)
    assert await listed(f"?limit=1&after={ids[2]}") == ([ids[1]], True)


async def test_a_file_expires_when_it_was_told_to(gw, ask, upload):
    gateway = gw()
    asked = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    file = decoded(await upload(gateway, purpose="user_data", **asked))
    assert file["expires_at"] == START + 3600
    gateway.session().clock.advance(3600)
    assert (await ask(gateway, "GET", f"{PATH}/{file['id']}")).status == 404
    assert decoded(await ask(gateway, "GET", PATH))["data"] == []


@pytest.mark.parametrize(
    ("given", "param", "status"),
    [
        ({"filename": None, "purpose": "batch"}, "file", 400),
        ({}, "purpose", 400),
        ({"purpose": "fun"}, "purpose", 400),
        ({"purpose": "batch", "filename": "a.csv"}, "file", 400),
        ({"purpose": "evals", "expires_after[seconds]": "3600"}, "expires_after.anchor", 400),
        ({"purpose": "evals", "expires_after[anchor]": "created_at"}, "expires_after.seconds", 400),
        (
            {"purpose": "evals", "expires_after[anchor]": "created_at", "expires_after[seconds]": "60"},
            "expires_after.seconds",
            400,
        ),
    ],
)
async def test_a_wrong_upload_is_refused_and_nothing_kept(gw, ask, upload, given, param, status):
    gateway = gw()
    refused = await upload(gateway, **given)
    assert (refused.status, decoded(refused)["error"]["param"]) == (status, param)
    assert decoded(await ask(gateway, "GET", PATH))["data"] == []


async def test_what_models_are_to_read_is_not_for_download(gw, ask, upload):
    gateway = gw()
    file = decoded(await upload(gateway, filename="a.pdf", purpose="user_data"))
    refused = await ask(gateway, "GET", f"{PATH}/{file['id']}/content")
    assert (refused.status, decoded(refused)["error"]["message"]) == (
        400,
        "Not allowed to download files of purpose: user_data",
    )


async def test_a_body_that_is_no_form_is_refused(gw, ask):
    assert (await ask(gw(), "POST", PATH, {"purpose": "batch"})).status == 400


def test_a_large_file_does_not_sit_in_memory_while_it_comes_in(live):
    megabytes, piece = 24, b"x" * 2**20
    head = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    head += b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    server = live()
    connection = HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=30)
    connection.putrequest("POST", "/v1/files")
    for name, value in [
        ("authorization", "Bearer sk-test"),
        ("content-type", "multipart/form-data; boundary=b"),
        ("content-length", str(len(head) + megabytes * len(piece) + len(b"\r\n--b--\r\n"))),
    ]:
        connection.putheader(name, value)
    connection.endheaders(head)
    tracemalloc.start()
    try:
        for _ in range(megabytes):
            connection.send(piece)
        connection.send(b"\r\n--b--\r\n")
        answer = msgspec.json.decode(connection.getresponse().read())
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        connection.close()
    assert answer["bytes"] == megabytes * len(piece)
    assert most < 8 * 2**20


ANTHROPIC = {"anthropic_version": "2023-06-01"}


async def test_anthropics_clients_have_files_in_anthropics_words(gw, ask, upload):
    gateway = gw()
    file = decoded(await upload(gateway, b"Words", "paper.txt", headers=ANTHROPIC, expires_in_seconds="3600"))
    assert file == {
        "id": file["id"],
        "type": "file",
        "filename": "paper.txt",
        "mime_type": "text/plain",
        "size_bytes": 5,
        "created_at": "2025-01-01T00:00:00Z",
        "downloadable": False,
        "expires_at": "2025-01-01T01:00:00Z",
    }
    assert file["id"].startswith("file_")
    path = f"{PATH}/{file['id']}"
    assert decoded(await ask(gateway, "GET", path, **ANTHROPIC)) == file
    refused = await ask(gateway, "GET", f"{path}/content", **ANTHROPIC)
    assert (refused.status, decoded(refused)["error"]["type"]) == (400, "invalid_request_error")
    assert decoded(await ask(gateway, "DELETE", path, **ANTHROPIC)) == {"id": file["id"], "type": "file_deleted"}
    gone = await ask(gateway, "GET", path, **ANTHROPIC)
    assert (gone.status, decoded(gone)["error"]["type"]) == (404, "not_found_error")


async def test_anthropics_clients_page_through_files_newest_first(gw, ask, upload):
    gateway = gw()
    ids = [decoded(await upload(gateway, filename="a.txt", headers=ANTHROPIC))["id"] for _ in range(3)][::-1]

    async def listed(query):
        found = decoded(await ask(gateway, "GET", PATH + query, **ANTHROPIC))
        return [file["id"] for file in found["data"]], found["has_more"], found["next_page"]

    assert await listed("") == (ids, False, None)
    assert await listed("?limit=2") == (ids[:2], True, f"page_{ids[1]}")
    assert await listed(f"?limit=2&page=page_{ids[1]}") == (ids[2:], False, None)
    assert await listed(f"?ids[]={ids[0]}&ids[]=file_none&ids[]={ids[2]}") == ([ids[0], ids[2]], False, None)


@pytest.mark.parametrize("seconds", ["60", "8000000", "soon"])
async def test_a_file_lives_an_hour_to_ninety_days_for_anthropics_clients(gw, upload, seconds):
    refused = await upload(gw(), headers=ANTHROPIC, expires_in_seconds=seconds)
    assert (refused.status, decoded(refused)["type"]) == (400, "error")
