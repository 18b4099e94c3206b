"""What each model makes of a prompt: sizes, qualities, kinds of files, and what its pictures cost in tokens.

Sources: OpenAI's guides "Image generation" and "Images and vision", and its API reference, "Images".
"""

import re
from math import ceil

import msgspec

from ...scenario import Model
from ...vocabulary import base_model
from ...wording import bad_request, listed

_SQUARE, _WIDE, _TALL = "1024x1024", "1536x1024", "1024x1536"
_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")

#: Tokens of a picture in each quality, for each of the three sizes. Beyond `high`: estimates.
_TOKENS = {
    "low": (272, 400, 408),
    "medium": (1056, 1568, 1584),
    "high": (4160, 6208, 6240),
    "xhigh": (6240, 9312, 9360),
    "max": (8320, 12416, 12480),
}
_LIKE = {"standard": "medium", "hd": "high"}

#: What each unfinished picture costs, and what looking closely at a square picture, or at another, does.
PARTIAL = 100
_CLOSELY = (4160, 6240)


class Maker(msgspec.Struct, frozen=True):
    """What a model can do. `words` is how long a prompt may be, in characters.

    `tokens` says that its pictures cost tokens, and come in the answer itself; `free` that they may have other sizes;
    `edits` and `varies` that it takes pictures.
    """

    sizes: tuple[str, ...]
    qualities: tuple[str, ...]
    words: int
    most: int = 10
    tokens: bool = False
    free: bool = False
    edits: bool = True
    varies: bool = False
    retells: bool = False

    def size(self, asked: str | None, own: list[str]) -> str:
        """Return the size that is asked for; `own` are those that the scenario gives its model.

        Raises GatewayError (400) for one that there is not.
        """
        sizes = (*own, "auto") if own and self.tokens else tuple(own) or self.sizes
        if asked in {None, "auto"} and (asked is None or "auto" in sizes):
            return "auto" if self.tokens else sizes[0]
        if asked is not None and asked not in sizes and not (self.free and not own and fits(asked)):
            hint = ""
            if self.free and _SIZE.fullmatch(asked):
                hint = (
                    " Other sizes must have sides that are divisible by 16, from 256 to 3840 pixels, an aspect ratio"
                    " between 1:3 and 3:1, and at most 8294400 pixels."
                )
            message = f"Invalid value: '{asked}'. Supported values are: {listed(sizes)}.{hint}"
            raise bad_request(message, "size", "invalid_value")
        return asked or sizes[0]

    def quality(self, asked: str | None) -> str:
        """Return the quality that is asked for, or a middling one.

        Raises GatewayError (400) for one that there is not.
        """
        if asked is not None and asked not in self.qualities:
            message = f"Invalid value: '{asked}'. Supported values are: {listed(list(self.qualities))}."
            raise bad_request(message, "quality", "invalid_value")
        return asked if asked not in {None, "auto"} and asked else "medium" if self.tokens else self.qualities[0]


_DALL_E_2 = Maker(("1024x1024", "256x256", "512x512"), ("standard",), 1000, varies=True)
_DALL_E_3 = Maker(("1024x1024", "1792x1024", "1024x1792"), ("standard", "hd"), 4000, most=1, edits=False, retells=True)
_GPT = Maker((_SQUARE, _TALL, _WIDE, "auto"), ("low", "medium", "high", "auto"), 32_000, tokens=True)
_GPT_2 = msgspec.structs.replace(_GPT, free=True)
_GPT_2_5 = msgspec.structs.replace(_GPT_2, qualities=("low", "medium", "high", "xhigh", "max", "auto"))
_OTHER = msgspec.structs.replace(_DALL_E_2, qualities=("standard", "hd", *_GPT_2_5.qualities), words=32_000, free=True)

#: The maker of each model; the first pattern that its name begins with decides.
_MAKERS = (
    (r"dall-e-2", _DALL_E_2),
    (r"dall-e-3", _DALL_E_3),
    (r"gpt-image-(2\.[5-9]|[3-9])", _GPT_2_5),
    (r"gpt-image-2", _GPT_2),
    (r"gpt-image|chatgpt-image", _GPT),
)


def maker(model: str) -> Maker:
    """Return what a model can do; one of another vendor does nearly everything."""
    name = base_model(model)
    return next((found for pattern, found in _MAKERS if re.match(pattern, name)), _OTHER)


def makes_pictures(model: Model) -> bool:
    """Tell whether a model is one for pictures."""
    return not model.families or "images" in model.families


def fits(size: str) -> bool:
    """Tell whether a size is one that models make which make any."""
    found = _SIZE.fullmatch(size)
    if found is None:
        return False
    width, height = sorted((int(found[1]), int(found[2])))
    return (
        width >= 256
        and height <= 3840
        and height <= 3 * width
        and not (width | height) % 16
        and width * height <= 8_294_400
    )


def shaped(words: str, given: tuple[int, int] | None) -> str:
    """Return the size that a model chooses by itself: near that of a picture it was given, else as the words say."""
    if given is not None:
        ratio = given[0] / given[1]
        return _WIDE if ratio > 1.2 else _TALL if ratio < 1 / 1.2 else _SQUARE
    if re.search(r"\b(landscape|panorama\w*|wide|banner|skyline|horizon)\b", words, re.IGNORECASE):
        return _WIDE
    return _TALL if re.search(r"\b(portrait|poster|tall|vertical|phone|tower)\b", words, re.IGNORECASE) else _SQUARE


def output_tokens(quality: str, size: tuple[int, int]) -> int:
    """Return what a picture costs; one of another size by its area."""
    square, wide, tall = _TOKENS[_LIKE.get(quality, quality)]
    width, height = size
    if width == height:
        return ceil(square * width * height / 1024**2)
    return ceil((wide if width > height else tall) * width * height / (1024 * 1536))


def looked_at_closely(size: tuple[int, int]) -> int:
    """Return what `input_fidelity: high` adds to the tokens of a picture."""
    return _CLOSELY[size[0] != size[1]]
