"""Pictures that come with a call, and what is wrong with them."""

from zlib import crc32

import pytest

from .conftest import decoded, error_of, file, mask

EDIT = {"model": "gpt-image-2", "prompt": "Blue", "size": "256x256"}


@pytest.mark.parametrize(
    ("files", "param", "words"),
    [
        ({}, "image", "Missing required parameter: 'image'."),
        ({"image": b"no picture"}, "image", "Invalid image file or mode for image 1"),
        ({"image": file(size=(400, 400))[:200]}, "image", "Invalid image file or mode for image 1"),
        ({"image": file("GIF")}, "image", "Invalid image file"),
        ({"image": file("TIFF")}, "image", "Invalid image file"),
        ({"image": file(), "mask": b"junk"}, "mask", "Invalid image file"),
        ({"image": file(), "mask": mask((32, 64))}, "mask", "mask size does not match image size"),
        ({"image": file(), "mask": file()}, "mask", "mask image missing alpha channel"),
        ({"image[]": [file()] * 17}, "image", "maximum length 16"),
    ],
)
async def test_what_is_no_picture_or_mask_is_refused(gw, submit, files, param, words):
    gateway = gw()
    status, error = error_of(await submit(gateway, "edits", EDIT, **files))
    assert (status, error["param"]) == (400, param)
    assert words in error["message"]
    assert (await submit(gateway, "edits", EDIT, image=file())).status == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (file("JPEG"), "Uploaded image must be a PNG and less than 4 MB."),
        (file(size=(64, 32)), "Uploaded image must be square."),
    ],
)
async def test_older_models_take_one_square_png(gw, submit, given, words):
    for endpoint, fields in (("edits", {"model": "dall-e-2", "prompt": "A"}), ("variations", {})):
        status, error = error_of(await submit(gw(), endpoint, fields, image=given))
        assert (status, error["message"]) == (400, words)


async def test_a_picture_that_claims_to_be_huge_is_refused_unread(gw, submit):
    small = file()
    header = b"IHDR" + (9000).to_bytes(4, "big") * 2 + small[24:29]
    boast = small[:12] + header + crc32(header).to_bytes(4, "big") + small[33:]
    status, error = error_of(await submit(gw(), "edits", EDIT, image=boast))
    assert (status, error["code"]) == (400, "image_too_large")


@pytest.mark.parametrize(
    ("images", "status", "param"),
    [
        ([{}], 400, "images[0]"),
        ([{"image_url": "x", "file_id": "file-1"}], 400, "images[0]"),
        ([{"image_url": "ftp://x"}], 400, "images[0].image_url"),
        ([{"image_url": "data:image/png;base64,AAAA"}], 400, "images[0]"),
        ([{"file_id": "file-nope"}], 404, "images[0].file_id"),
        ([], 400, "images"),
        (None, 400, "images"),
    ],
)
async def test_references_that_lead_nowhere_are_refused(gw, ask, images, status, param):
    body = {**EDIT, **({} if images is None else {"images": images})}
    exchange = await ask(gw(), "POST", "/v1/images/edits", body)
    assert (exchange.status, decoded(exchange)["error"]["param"]) == (status, param)


async def test_an_uploaded_file_can_be_edited(gw, ask):
    gateway = gw()
    form = (
        b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    raw = form + file() + b"\r\n--x--\r\n"
    kept = await ask(gateway, "POST", "/v1/files", raw, content_type="multipart/form-data; boundary=x")
    body = {**EDIT, "images": [{"file_id": decoded(kept)["id"]}]}
    assert (await ask(gateway, "POST", "/v1/images/edits", body)).status == 200
