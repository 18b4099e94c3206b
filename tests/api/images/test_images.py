"""Pictures through the door: what comes back, what it costs, and how rules change it."""

from base64 import b64encode

import msgspec
import pytest

from mockgate.wire import Sse

from .conftest import decoded, error_of, file, mask, opened

EXACT = {"pace": {"first_token": "1s", "tokens_per_second": 100, "jitter": 0, "load": 0}}


async def test_an_older_model_answers_with_a_link_and_a_richer_prompt(gw, generate):
    said = await generate(gw(), "A red boat at sunset", model="dall-e-3")
    assert list(said) == ["created", "data"]
    (picture,) = said["data"]
    assert picture["url"].startswith("http://localhost/v1/images/files/img-")
    assert "a red boat at sunset" in picture["revised_prompt"]
    assert len(picture["revised_prompt"]) > len("A red boat at sunset") + 20


async def test_a_newer_model_answers_with_the_picture_and_what_it_cost(gw, generate):
    said = await generate(gw(), model="gpt-image-1", quality="low", size="1024x1536")
    shape = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x1536"}
    assert said.items() >= shape.items()
    assert list(said["data"][0]) == ["b64_json"]
    picture = opened(said["data"][0]["b64_json"])
    assert (picture.size, picture.format) == ((1024, 1536), "PNG")
    usage = said["usage"]
    assert usage["input_tokens_details"] == {"text_tokens": 5, "image_tokens": 0}
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (5, 408, 413)


@pytest.mark.parametrize(
    ("asked", "format", "mode"),
    [
        ({"model": "dall-e-2", "size": "256x256", "response_format": "b64_json"}, "PNG", "RGB"),
        ({"model": "gpt-image-2", "size": "512x256", "output_format": "jpeg"}, "JPEG", "RGB"),
        ({"model": "gpt-image-2", "size": "256x512", "output_format": "webp", "background": "opaque"}, "WEBP", "RGB"),
        ({"model": "gpt-image-2", "size": "256x256", "background": "transparent"}, "PNG", "RGBA"),
        (
            {"model": "gpt-image-2", "size": "256x256", "background": "transparent", "output_format": "webp"},
            "WEBP",
            "RGBA",
        ),
    ],
)
async def test_a_picture_has_the_size_and_format_that_were_asked_for(gw, generate, asked, format, mode):
    said = await generate(gw(), **asked)
    picture = opened(said["data"][0]["b64_json"])
    assert (f"{picture.width}x{picture.height}", picture.format, picture.mode) == (asked["size"], format, mode)
    if mode == "RGBA":
        assert said["background"] == "transparent"
        assert picture.getpixel((0, 0))[3] == 0
        assert picture.getpixel((128, 100))[3] == 255


async def test_more_compression_makes_smaller_files(gw, generate):
    sizes = []
    for compression in (10, 50, 90):
        asked = {"model": "gpt-image-2", "size": "512x512", "output_format": "webp"}
        said = await generate(gw(), **asked, output_compression=compression)
        sizes.append(len(said["data"][0]["b64_json"]))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


async def test_pictures_follow_from_seed_and_prompt_alone(gw, generate):
    async def drawn(prompt, seed, n=1):
        said = await generate(gw(seed=seed), prompt, model="dall-e-2", size="256x256", response_format="b64_json", n=n)
        return [picture["b64_json"] for picture in said["data"]]

    two = await drawn("A hill", 1, n=2)
    assert two[0] != two[1]
    assert await drawn("A hill", 1) == two[:1]
    assert await drawn("A hill", 2) != two[:1]
    assert await drawn("A tower", 1) != two[:1]


async def test_a_model_chooses_what_is_left_to_it(gw, generate):
    said = await generate(gw(), "A tall tower", model="gpt-image-1", size="auto", quality="auto", background="auto")
    assert (said["size"], said["quality"], said["background"]) == ("1024x1536", "medium", "opaque")


async def test_who_asks_is_told_back(gw, generate):
    said = await generate(gw(), model="gpt-image-2", size="256x256", user="u-1", safety_identifier="s-1")
    assert said["safety_identifier"] == "s-1"


# Edits and variations.


async def test_an_edit_repaints_the_masked_part_only(gw, submit):
    fields = {"model": "gpt-image-2", "prompt": "A blue sky", "size": "256x256", "quality": "low"}
    exchange = await submit(gw(), "edits", fields, image=file(), mask=mask())
    picture = opened(decoded(exchange)["data"][0]["b64_json"])
    assert picture.getpixel((240, 20)) == (200, 30, 30)
    assert picture.getpixel((20, 20)) != (200, 30, 30)


async def test_an_edit_without_a_mask_lets_the_picture_show_through(gw, submit):
    fields = {"model": "gpt-image-2", "prompt": "A blue sky at noon", "size": "256x256"}
    red, green = [
        opened(decoded(await submit(gw(), "edits", fields, image=file(colour=colour)))["data"][0]["b64_json"])
        for colour in ((255, 0, 0), (0, 255, 0))
    ]
    assert red.getpixel((20, 20))[0] > green.getpixel((20, 20))[0] + 50


async def test_pictures_that_come_cost_tokens(gw, submit):
    fields = {"model": "gpt-image-1", "prompt": "Both", "quality": "low", "size": "1024x1024"}
    usages = []
    for extra, images in (({}, [file()]), ({}, [file(), file("JPEG")]), ({"input_fidelity": "high"}, [file()])):
        exchange = await submit(gw(), "edits", {**fields, **extra}, **{"image[]": images})
        usages.append(decoded(exchange)["usage"])
    assert [usage["input_tokens_details"]["image_tokens"] for usage in usages] == [194, 388, 194 + 4160]
    assert {usage["input_tokens"] - usage["input_tokens_details"]["image_tokens"] for usage in usages} == {1}


async def test_an_edit_may_come_as_json(gw, ask, generate):
    gateway = gw()
    link = (await generate(gateway, "A moon", model="dall-e-2", size="256x256"))["data"][0]["url"]
    red = "data:image/png;base64," + b64encode(file()).decode()
    for url in (link, red, "https://example.com/a.png"):
        body = {"model": "gpt-image-2", "prompt": "Brighter", "size": "256x256", "images": [{"image_url": url}]}
        exchange = await ask(gateway, "POST", "/v1/images/edits", body)
        assert opened(decoded(exchange)["data"][0]["b64_json"]).size == (256, 256)


async def test_variations_are_like_the_upload_and_unlike_each_other(gw, submit):
    fields = {"n": "2", "size": "256x256", "response_format": "b64_json"}
    exchange = await submit(gw(), "variations", fields, image=file(colour=(220, 40, 40)))
    one, two = (opened(each["b64_json"]) for each in decoded(exchange)["data"])
    assert one.size == (256, 256)
    assert one.tobytes() != two.tobytes()
    assert one.convert("RGB").getpixel((100, 100))[0] > 120


# Streams.


async def test_a_stream_shows_unfinished_pictures_at_even_steps(gw, ask):
    body = {"model": "gpt-image-1", "prompt": "A castle", "quality": "low", "stream": True, "partial_images": 2}
    exchange = await ask(gw(**EXACT), "POST", "/v1/images/generations", body)
    assert isinstance(exchange.answer, Sse)
    frames = list(exchange.answer.frames)
    events = [msgspec.json.decode(frame.data) for frame in frames]
    assert [frame.event for frame in frames] == [event["type"] for event in events]
    assert [event["type"].partition(".")[2] for event in events] == ["partial_image", "partial_image", "completed"]
    assert [event.get("partial_image_index") for event in events] == [0, 1, None]
    first, second, last = (frame.due for frame in frames)
    assert 1 < first < second < last == pytest.approx(1 + 271 / 100)
    assert second - first == pytest.approx(last - second)
    assert len({event["b64_json"] for event in events}) == 3
    assert {opened(event["b64_json"]).size for event in events} == {(1024, 1024)}
    assert events[-1]["usage"]["output_tokens"] == 272 + 2 * 100
    assert "usage" not in events[0]


async def test_an_edit_is_streamed_under_its_own_name(gw, submit):
    fields = {"model": "gpt-image-2", "prompt": "Blue", "size": "256x256", "stream": "true", "partial_images": "1"}
    exchange = await submit(gw(), "edits", fields, image=file())
    kinds = [frame.event for frame in exchange.answer.frames]
    assert kinds == ["image_edit.partial_image", "image_edit.completed"]


async def test_a_stream_of_several_pictures_counts_what_came_once(gw, ask):
    body = {"model": "gpt-image-2", "prompt": "A hill", "size": "256x256", "stream": True, "n": 2}
    exchange = await ask(gw(), "POST", "/v1/images/generations", body)
    usages = [msgspec.json.decode(frame.data)["usage"] for frame in exchange.answer.frames]
    assert [usage["input_tokens"] for usage in usages] == [2, 0]
    assert sum(usage["total_tokens"] for usage in usages) == exchange.usage.total


async def test_a_whole_answer_takes_as_long_as_its_tokens(gw, ask):
    body = {"model": "gpt-image-1", "prompt": "A castle", "quality": "low"}
    exchange = await ask(gw(**EXACT), "POST", "/v1/images/generations", body)
    assert exchange.answer.due == pytest.approx(1 + 271 / 100)


# Rules, faults, money.


async def test_a_rules_words_become_the_revised_prompt(gw, generate):
    rules = [{"when": {"family": "images", "user": "boat"}, "reply": "A boat, seen from above."}]
    gateway = gw(rules=rules)
    said = await generate(gateway, "a boat", model="dall-e-3")
    assert said["data"][0]["revised_prompt"] == "A boat, seen from above."
    asked = {"model": "gpt-image-2", "size": "256x256"}
    plain = await generate(gw(), "a boat", **asked)
    assert (await generate(gateway, "a boat", **asked))["data"] != plain["data"]


async def test_a_rules_own_picture_is_sent_in_the_size_and_format_that_were_asked_for(gw, generate):
    url = f"data:image/png;base64,{b64encode(file(size=(90, 60), colour=(200, 30, 30, 128))).decode()}"
    gateway = gw(rules=[{"when": {"family": "images"}, "reply": {"text": "A red flag.", "image": url}}])
    asked = {"model": "gpt-image-2", "size": "512x256", "output_format": "jpeg"}
    picture = opened((await generate(gateway, **asked))["data"][0]["b64_json"])
    assert (picture.size, picture.format) == ((512, 256), "JPEG")
    red, green, blue = picture.getpixel((256, 200))
    assert (red > 215, abs(green - 142) < 6, abs(blue - 142) < 6) == (True, True, True), "it lies on white"
    clear = await generate(gateway, model="gpt-image-2", size="256x256", background="transparent")
    assert opened(clear["data"][0]["b64_json"]).getpixel((128, 128))[3] == 128
    assert (await generate(gateway, model="dall-e-3"))["data"][0]["revised_prompt"] == "A red flag."


@pytest.mark.parametrize(
    ("model", "kind", "code"),
    [
        ("gpt-image-1", "image_generation_user_error", "moderation_blocked"),
        ("dall-e-3", "invalid_request_error", "content_policy_violation"),
    ],
)
async def test_a_rule_that_declines_is_a_policy_error(gw, generate, model, kind, code):
    gateway = gw(rules=[{"when": {"user": "forbidden"}, "reply": {"refusal": "Not this."}}])
    error = (await generate(gateway, "forbidden fruit", 400, model=model))["error"]
    assert error == {"message": "Not this.", "type": kind, "param": None, "code": code}


async def test_errors_and_faults_strike_as_everywhere(gw, generate):
    assert await generate(gw(rules=[{"error": 503}]), status=503, model="dall-e-3")
    assert await generate(gw(faults=[{"when": {"family": "images"}, "error": 500}]), status=500, model="dall-e-3")
    assert await generate(gw(default_reply="error"), status=400, model="dall-e-3")
    assert await generate(gw(), status=503, model="dall-e-3:mock-503")


async def test_a_fault_in_a_stream_is_an_event(gw, ask):
    faults = [{"when": {"stream": True}, "after": "1 chunks", "error": 500}]
    body = {"model": "gpt-image-2", "prompt": "A", "size": "256x256", "stream": True, "partial_images": 1}
    exchange = await ask(gw(faults=faults), "POST", "/v1/images/generations", body)
    frames = list(exchange.answer.frames)
    assert [frame.event for frame in frames] == ["image_generation.partial_image", "error"]
    assert msgspec.json.decode(frames[-1].data)["error"]["type"] == "server_error"


@pytest.mark.parametrize(
    ("asked", "cost"),
    [
        ({"model": "dall-e-3"}, 0.04),
        ({"model": "dall-e-2", "n": 3, "size": "256x256"}, 0.06),
        ({"model": "gpt-image-1", "quality": "low"}, (5 * 5 + 272 * 40) / 1e6),
    ],
)
async def test_a_picture_is_paid(gw, ask, asked, cost):
    body = {"prompt": "A red boat at sunset", **asked}
    exchange = await ask(gw(), "POST", "/v1/images/generations", body)
    assert float(exchange.cost) == pytest.approx(cost)
    poor = await ask(gw(keys={"sk-test-0123456789": {"balance": cost * 0.9}}), "POST", "/v1/images/generations", body)
    assert poor.status == 402
    rich = await ask(gw(keys={"sk-test-0123456789": {"balance": cost * 1.1}}), "POST", "/v1/images/generations", body)
    assert rich.status == 200


async def test_a_rules_usage_is_the_answers(gw, generate):
    gateway = gw(rules=[{"reply": "A", "usage": {"output": 7}}])
    assert (await generate(gateway, model="gpt-image-2", size="256x256"))["usage"]["output_tokens"] == 7


# Refusals.


@pytest.mark.parametrize(
    ("asked", "param", "words"),
    [
        ({"prompt": None}, "prompt", "prompt"),
        ({"prompt": ""}, "prompt", "empty string"),
        ({"prompt": "a" * 1001}, "prompt", "maximum length 1000"),
        ({"model": "gpt-image-1", "prompt": "a" * 32_001}, "prompt", "maximum length 32000"),
        ({"model": "gpt-image-1", "size": "3x3"}, "size", "'3x3'. Supported values are: '1024x1024', '1024x1536'"),
        ({"model": "dall-e-3", "size": "256x256"}, "size", "'1792x1024'"),
        ({"model": "dall-e-3", "n": 2}, "n", "<= 1"),
        ({"n": 11}, "n", "<= 10"),
        ({"model": "gpt-image-1", "quality": "hd"}, "quality", "'low', 'medium', 'high', and 'auto'"),
        ({"model": "dall-e-2", "quality": "hd"}, "quality", "'standard'"),
        ({"model": "gpt-image-1", "response_format": "url"}, "response_format", "Unknown parameter"),
        ({"model": "dall-e-3", "background": "transparent"}, "background", "Unknown parameter"),
        ({"model": "dall-e-3", "stream": True}, "stream", "Unknown parameter"),
        ({"model": "gpt-image-1", "output_format": "gif"}, "output_format", "'jpeg', 'png', and 'webp'"),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "JPEG"),
        ({"model": "gpt-image-1", "output_compression": 50}, "output_compression", "PNG output format"),
        ({"model": "gpt-image-1", "partial_images": 2}, "partial_images", "'stream'"),
        ({"model": "gpt-image-1", "stream": True, "partial_images": 4}, "partial_images", "<= 3"),
        ({"model": "gpt-4o"}, "model", "'gpt-image-1', "),
    ],
)
async def test_what_cannot_be_had_is_refused(gw, ask, asked, param, words):
    body = {key: value for key, value in {"prompt": "A", **asked}.items() if value is not None}
    status, error = error_of(await ask(gw(), "POST", "/v1/images/generations", body))
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert words in error["message"]


async def test_models_without_the_skill_are_refused(gw, submit):
    for endpoint, model in (("edits", "dall-e-3"), ("variations", "gpt-image-1")):
        status, error = error_of(await submit(gw(), endpoint, {"model": model, "prompt": "A"}, image=file()))
        assert (status, error["param"]) == (400, "model")
    assert error["message"] == "Invalid value: 'gpt-image-1'. Value must be 'dall-e-2'."
