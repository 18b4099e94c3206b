import msgspec
import pytest

PATH = "/v1/files"
START = 1_735_689_600


@pytest.fixture
def upload(ask):
    """Upload a file and return the exchange."""

    async def send(gateway, data=b"{}\n", filename="a.jsonl", path=PATH, field="file", **fields):
        parts = [
            f'--e\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        ]
        if filename is not None:
            parts.append(f'--e\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n')
        raw = "".join(parts).encode() + (data + b"\r\n" if filename is not None else b"") + b"--e--\r\n"
        return await ask(gateway, "POST", path, raw, content_type="multipart/form-data; boundary=e")

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
