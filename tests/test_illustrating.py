"""Pictures that a hosted tool draws in the middle of an answer."""

from base64 import b64decode
from io import BytesIO

import msgspec
from PIL import Image


async def test_a_hosted_tool_draws_a_real_picture_of_what_it_was_asked_for(gw, ask):
    gateway = gw(
        {"rules": [{"reply": [{"call": "image_generation", "with": {"prompt": "a red barn"}}, {"text": "There."}]}]}
    )
    body = {"model": "gpt-4o", "input": "Draw a barn", "tools": [{"type": "image_generation"}]}
    first, again = [await ask(gateway, "POST", "/v1/responses", body) for _ in "ab"]
    item, message = msgspec.json.decode(first.answer.body)["output"]
    assert (item["type"], item["revised_prompt"], message["type"]) == ("image_generation_call", "a red barn", "message")
    with Image.open(BytesIO(b64decode(item["result"]))) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))
    assert msgspec.json.decode(again.answer.body)["output"][0]["result"] == item["result"]
