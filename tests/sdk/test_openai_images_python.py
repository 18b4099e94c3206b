"""The official Python SDK against images."""

import io
from base64 import b64decode
from urllib.request import urlopen

import openai
import pytest
from PIL import Image

SCENARIO = {
    "pace": "instant",
    "clock": {"start": "2026-01-01", "frozen": True},
    "rules": [
        {"when": {"family": "images", "user": "forbidden"}, "reply": {"refusal": "Your request was rejected."}},
        {"when": {"family": "images", "user": "castle"}, "reply": "A castle on a hill, seen from afar."},
    ],
}
SMALL = {"model": "gpt-image-2", "size": "256x256", "quality": "low"}


def opened(data):
    return Image.open(io.BytesIO(b64decode(data) if isinstance(data, str) else data))


@pytest.fixture
def png():
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(file, "PNG")
    return "boat.png", file.getvalue()


@pytest.fixture
def mask():
    file = io.BytesIO()
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 32, 64))
    picture.save(file, "PNG")
    return "mask.png", file.getvalue()


def test_a_link_can_be_followed(client):
    said = client.images.generate(model="dall-e-3", prompt="a castle", size="1792x1024", quality="hd", style="natural")
    (picture,) = said.data
    assert (picture.revised_prompt, picture.b64_json) == ("A castle on a hill, seen from afar.", None)
    with urlopen(picture.url) as answer:
        assert answer.headers["content-type"] == "image/png"
        assert opened(answer.read()).size == (1792, 1024)


def test_a_picture_comes_in_the_answer_with_its_usage(client):
    said = client.images.generate(**SMALL, prompt="A red boat", output_format="webp", background="transparent", n=2)
    assert [(opened(each.b64_json).format, opened(each.b64_json).mode) for each in said.data] == [("WEBP", "RGBA")] * 2
    assert (said.background, said.output_format, said.quality, said.size) == ("transparent", "webp", "low", "256x256")
    assert said.usage.total_tokens == said.usage.input_tokens + said.usage.output_tokens
    assert said.usage.output_tokens_details.image_tokens == 2 * 17


def test_edits_take_one_picture_or_many_and_a_mask(client, png, mask):
    one = client.images.edit(**SMALL, image=png, mask=mask, prompt="A blue sky")
    many = client.images.edit(**SMALL, image=[png, png, png], prompt="A blue sky")
    assert many.usage.input_tokens_details.image_tokens == 3 * one.usage.input_tokens_details.image_tokens
    assert opened(one.data[0].b64_json).getpixel((240, 20)) == (200, 30, 30)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_variations_come_in_any_number(client, png):
    said = client.images.create_variation(image=png, n=2, size="256x256", response_format="b64_json")
    assert [opened(each.b64_json).size for each in said.data] == [(256, 256)] * 2


def test_streams_show_pictures_while_they_are_drawn(client, png):
    drawn = list(client.images.generate(**SMALL, prompt="A red boat", stream=True, partial_images=2))
    assert [event.type.split(".")[1] for event in drawn] == ["partial_image", "partial_image", "completed"]
    assert drawn[1].partial_image_index == 1
    assert drawn[-1].usage.output_tokens == 17 + 200
    changed = list(client.images.edit(**SMALL, image=png, prompt="Blue", stream=True))
    assert [event.type for event in changed] == ["image_edit.completed"]


def test_refusals_are_bad_requests_with_a_code(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(**SMALL, prompt="something forbidden")
    assert (refused.value.code, refused.value.type) == ("moderation_blocked", "image_generation_user_error")
    with pytest.raises(openai.BadRequestError, match="'3x3'"):
        client.images.generate(model="gpt-image-1", prompt="A", size="3x3")
    with pytest.raises(openai.BadRequestError, match="Invalid image file"):
        client.images.edit(**SMALL, image=("a.png", b"junk"), prompt="A")
