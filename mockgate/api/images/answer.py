"""Wording pictures: all at once, or one after the other with their unfinished states before them."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ...errors import GatewayError, openai_envelope
from ...pacing import duration, first_token_after
from ...synth.sketches import Sketch
from ...turn import Usage
from ...wire import Frame
from .drawing import Made, linked

encode = msgspec.json.encode


def body(made: Made, link: Callable[[Sketch], str]) -> dict[str, Any]:
    """Word pictures as one object; `link` hangs one up and says where."""
    said: dict[str, Any] = {"created": made.inquiry.turn.created}
    if made.maker.tokens:
        said |= _manner(made)
    said["data"] = [dict(_picture(made, at, link)) for at in range(len(made.sketches))]
    if made.maker.tokens:
        image = {"image_tokens": made.usage.output, "text_tokens": 0}
        said["usage"] = {**_usage(made.usage), "output_tokens_details": image}
    return said


def _picture(made: Made, at: int, link: Callable[[Sketch], str]) -> Iterator[tuple[str, str]]:
    if linked(made.maker, made.order.options, made.inquiry.turn.quirks):
        yield "url", link(made.sketches[at])
    else:
        yield "b64_json", b64encode(made.files[at][-1]).decode()
    if made.revised is not None:
        yield "revised_prompt", made.revised


def _manner(made: Made) -> dict[str, Any]:
    """Say how pictures turned out."""
    sketch = made.sketches[0]
    said = {
        "background": "transparent" if sketch.transparent else "opaque",
        "output_format": sketch.format,
        "quality": made.quality,
        "size": f"{sketch.width}x{sketch.height}",
    }
    return said if made.order.options.safe is None else {**said, "safety_identifier": made.order.options.safe}


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "total_tokens": usage.total,
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "input_tokens_details": {
            "text_tokens": usage.input - usage.input_image,
            "image_tokens": usage.input_image,
        },
    }


# Streams.


def frames(made: Made, under_way: int) -> Iterator[Frame]:
    """Word pictures as events: their unfinished states at even steps on the way to each."""
    inquiry = made.inquiry
    begin = first_token_after(inquiry.turn, inquiry.tempo, inquiry.dice.fork("pace", 0))
    end = max(begin, duration(inquiry.turn, inquiry.tempo, inquiry.dice, under_way))
    kind = "image_edit" if made.order.given else "image_generation"
    shared = {"created_at": inquiry.turn.created, **_manner(made)}
    safe = shared.pop("safety_identifier", None)
    last = len(made.files) - 1
    for at, files in enumerate(made.files):
        *unfinished, picture = [b64encode(file).decode() for file in files]
        share = made.usage.output // len(made.files)
        for index, partial in enumerate(unfinished):
            due = begin + (end - begin) * (index + 1) / len(files)
            event = {"type": f"{kind}.partial_image", "b64_json": partial, "partial_image_index": index, **shared}
            yield Frame(due, encode(event), event["type"])
        # What came in is counted with the first picture.
        usage = Usage(0 if at else made.usage.input, share, input_image=0 if at else made.usage.input_image)
        done = {"type": f"{kind}.completed", "b64_json": picture, **shared, "usage": _usage(usage)}
        done |= {} if safe is None else {"safety_identifier": safe}
        yield Frame(end, encode(done), done["type"], tokens=share, last=at == last)


def fail(error: GatewayError, due: float, _number: int = 0) -> list[Frame]:
    """Word an error in the middle of a stream."""
    return [Frame(due, encode({"type": "error", **openai_envelope(error)}), "error")]
