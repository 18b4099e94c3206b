import base64

import pytest

from mockgate.content import Content
from mockgate.filing import StoredFile, keep
from mockgate.media import dimensions

from .conftest import PATH, decoded, sent


@pytest.mark.parametrize(
    ("body", "status", "param", "words"),
    [
        ({}, 400, "prompt", "Missing required parameter: 'prompt'."),
        ({"prompt": ""}, 400, "prompt", "Expected a string with minimum length 1"),
        ({"prompt": "x" * 32_001}, 400, "prompt", "maximum length 32000"),
        ({"seconds": "0"}, 400, "seconds", "Invalid value: '0'. Supported values are: '4', '8', and '12'."),
        ({"seconds": 8}, 400, "seconds", "expected a string, but got an integer"),
        ({"size": "3x3"}, 400, "size", "'720x1280', '1280x720', '1024x1792', and '1792x1024'"),
        ({"model": "gpt-4o"}, 400, "model", "Supported values are: 'sora-2' and 'sora-2-pro'."),
        ({"model": "sora-9000x"}, 200, None, ""),
        ({"model": "no-such-model"}, 404, None, "does not exist"),
        ({"input_reference": {}}, 400, "input_reference", "exactly one"),
        ({"input_reference": {"file_id": "file-x"}}, 404, "input_reference.file_id", "No such File"),
        ({"input_reference": {"image_url": "nonsense"}}, 400, "input_reference.image_url", "valid URL"),
        ({"input_reference": {"image_url": "data:image/png;base64,AAAA"}}, 400, "input_reference", "not represent"),
        ({"input_reference": {"image_url": "https://example.com/a.png"}}, 200, None, ""),
    ],
)
async def test_a_body_is_read_as_the_real_one_reads_it(gw, ask, body, status, param, words):
    asked = body if body == {} else {"prompt": "A cat", **body}
    got = await ask(gw(), "POST", PATH, asked)
    assert got.status == status, got.answer.body
    if status >= 400:
        error = decoded(got)["error"]
        assert (error["param"], words in error["message"]) == (param, True), error


async def test_a_model_may_make_other_films_and_the_first_of_each_is_the_default(gw, ask):
    films = {"id": "sora-2", "families": ["videos"], "sizes": ["1024x1808"], "seconds": [10, 15]}
    gateway = gw(models=[films])
    made = decoded(await ask(gateway, "POST", PATH, {"prompt": "A cat"}))
    assert (made["size"], made["seconds"]) == ("1024x1808", "10")
    assert (await ask(gateway, "POST", PATH, {"prompt": "A cat", "seconds": "4"})).status == 400


async def test_unknown_fields_are_noted_or_refused(gw, ask, submit):
    strict = gw(unknown_fields="reject")
    assert (await ask(strict, "POST", PATH, {"prompt": "A cat", "fps": 30})).status == 400
    assert (await submit(strict, PATH, {"prompt": "A cat", "fps": "30"})).status == 400
    noted = await ask(gw(), "POST", PATH, {"prompt": "A cat", "fps": 30})
    assert noted.describe()["unknown_fields"] == ["fps"]


async def test_a_form_says_the_same_as_json(gw, submit):
    made = decoded(await submit(gw(), PATH, {"prompt": '{"a": "cat"}', "seconds": "8", "model": "sora-2-pro"}))
    assert (made["prompt"], made["seconds"], made["model"]) == ('{"a": "cat"}', "8", "sora-2-pro")
    assert (await submit(gw(), PATH, {"seconds": "8"})).status == 400


async def test_a_film_begins_with_the_picture_that_came_with_it(gw, ask, submit, png):
    gateway = gw()
    keep(gateway.session(), StoredFile("file-p", "a.png", "vision", Content.of(png), 0.0))
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    made = [
        await submit(gateway, PATH, {"prompt": "A cat"}, input_reference=("a.png", "image/png", png)),
        await submit(gateway, PATH, {"prompt": "A cat", "input_reference[image_url]": url}),
        await ask(gateway, "POST", PATH, {"prompt": "A cat", "input_reference": {"file_id": "file-p"}}),
    ]
    assert [each.status for each in made] == [200] * 3
    gateway.session().clock.advance(10)
    small = [
        sent(await ask(gateway, "GET", f"{PATH}/{decoded(each)['id']}/content?variant=thumbnail")) for each in made
    ]
    assert len(set(small)) == 1
    assert _middle(small[0])[0] > 150, "the picture is red"


def _middle(data):
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").getpixel((10, 10))


@pytest.mark.parametrize(
    ("size", "file", "words"),
    [
        ("1280x720", None, "Inpaint image must match the requested width and height"),
        ("720x1280", ("a.txt", "text/plain", b"hello"), "unsupported mimetype ('text/plain')"),
        ("720x1280", ("a.png", "image/png", b"junk"), "does not represent a valid image"),
    ],
)
async def test_a_picture_must_be_one_and_of_the_films_size(gw, submit, png, size, file, words):
    refused = await submit(
        gw(), PATH, {"prompt": "A cat", "size": size}, input_reference=file or ("a.png", "image/png", png)
    )
    assert (refused.status, words in decoded(refused)["error"]["message"]) == (400, True)


async def test_a_film_that_came_in_is_edited_and_extended_in_its_own_shape(gw, submit, film):
    upload = {"video": ("a.mp4", "video/mp4", film)}
    edited = decoded(await submit(gw(), f"{PATH}/edits", {"prompt": "Blue"}, **upload))
    assert (edited["size"], edited["seconds"], edited["remixed_from_video_id"]) == ("1280x720", "4", None)
    longer = decoded(await submit(gw(), f"{PATH}/extensions", {"prompt": "On", "seconds": "16"}, **upload))
    assert longer["seconds"] == "20"


async def test_what_is_to_be_edited_must_be_a_film(gw, ask, submit):
    for fields, files, param in (
        ({"prompt": "Blue"}, {"video": ("a.mp4", "video/mp4", b"junk")}, "video"),
        ({"prompt": "Blue"}, {}, "video"),
        ({"prompt": "Blue", "video[id]": "video_x"}, {}, "video.id"),
    ):
        refused = await submit(gw(), f"{PATH}/edits", fields, **files)
        assert refused.status in {400, 404}
        assert decoded(refused)["error"]["param"] == param
    refused = await ask(
        gw(), "POST", f"{PATH}/extensions", {"prompt": "On", "seconds": "5", "video": {"id": "video_x"}}
    )
    error = decoded(refused)["error"]
    assert (error["param"], "'20'" in error["message"]) == ("seconds", True)


def test_a_size_is_width_and_height():
    assert dimensions("1280x720") == (1280, 720)
