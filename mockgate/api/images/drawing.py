"""From what is asked for to pictures: let in, drawn, billed."""

import asyncio
from collections.abc import Collection, Sequence
from hashlib import blake2b

import msgspec

from ... import tokens
from ...admission import bill, enter
from ...deposit import afford
from ...errors import GatewayError
from ...gateway import Gateway
from ...inquiry import Inquiry, inquire
from ...journal import Exchange
from ...media import data_url, dimensions
from ...responder import overridden
from ...scenario import Model
from ...session import Session
from ...synth.retelling import retold
from ...synth.sketches import Sketch
from ...turn import Image, Message, Part, Prompt, Refusal, Reply, Text, Usage
from ...wording import bad_request, listed
from . import makers
from .makers import Maker, maker, makes_pictures
from .request import Options, need
from .uploaded import Given, check


class Order(msgspec.Struct, frozen=True):
    """What is asked for: words, manner, pictures to work on, a mask; `varied`: others like the first."""

    words: str
    options: Options
    given: Sequence[Given] = ()
    mask: Given | None = None
    varied: bool = False


class Made(msgspec.Struct, frozen=True):
    """Pictures: how they were drawn, what of each is to be sent (the last is the picture), and what they cost."""

    order: Order
    maker: Maker
    inquiry: Inquiry
    sketches: Sequence[Sketch]
    files: Sequence[Sequence[bytes]]
    revised: str | None
    quality: str

    @property
    def usage(self) -> Usage:
        """What they cost together."""
        return self.inquiry.turn.usage


async def make(gateway: Gateway, session: Session, exchange: Exchange, order: Order) -> Made:
    """Draw what is asked for.

    Raises GatewayError for everything that is refused.
    """
    options = order.options
    prompt = Prompt(
        "images",
        options.name,
        (Message("user", _parts(order)),),
        n=options.n or 1,
        stream=bool(options.stream),
        user=options.user or "",
        request=options,
    )
    prompt, model = enter(session, exchange, prompt)
    able = maker(prompt.model)
    _check(session, prompt, model, able, order)
    quality, size = able.quality(options.quality), _size(order, able, model)
    usage = await _usage(prompt, order, quality, size) if able.tokens else Usage()
    images = 0 if able.tokens else prompt.n
    afford(session, exchange, usage, images=images)
    inquiry = inquire(gateway, session, exchange, prompt, model, usage.input)
    words, revised = _told(inquiry, able, order)
    sketches = _sketches(inquiry, order, words, size)
    # What is only linked to is drawn once somebody looks; what it is made of is looked at first.
    files = () if linked(able, options, inquiry.turn.quirks) and not order.given else await _drawn(gateway, sketches)
    usage = overridden(usage, inquiry.found.usage)
    effort = makers.output_tokens(quality, size)
    replies = tuple(Reply((Text(revised or words),), output_tokens=effort) for _ in sketches)
    inquiry = msgspec.structs.replace(inquiry, turn=msgspec.structs.replace(inquiry.turn, usage=usage, replies=replies))
    exchange.turn = inquiry.turn
    bill(session, exchange, usage, images=images)
    return Made(order, able, inquiry, sketches, files, revised, quality)


def _parts(order: Order) -> tuple[Part, ...]:
    """Word what is asked for as a message; a picture is named by what is in it: another one asks for something else."""
    given = [*order.given, *([order.mask] if order.mask else [])]
    return (Text(order.words), *(Image(_named(each.data), each.width, each.height) for each in given))


def _named(data: bytes | str) -> str:
    return data if isinstance(data, str) else blake2b(data, digest_size=8).hexdigest()


def _check(session: Session, prompt: Prompt, model: Model, able: Maker, order: Order) -> None:
    if not makes_pictures(model) or (order.given and not (able.varies if order.varied else able.edits)):
        fit = [each.id for each in session.policy.catalogue.listed if each.families and makes_pictures(each)]
        wanted = [id for id in fit if not order.given or (maker(id).varies if order.varied else maker(id).edits)]
        message = f"Invalid value: '{prompt.model}'. " + (
            f"Value must be '{wanted[0]}'." if len(wanted) == 1 else f"Supported values are: {listed(wanted)}."
        )
        raise bad_request(message, "model", "invalid_value")
    links = "image_urls" in session.policy.responder.quirks
    order.options.check(tokens=able.tokens, known=links or (able.free and not able.tokens))
    need(order.words, able.words)
    if prompt.n > able.most:
        message = (
            f"Invalid 'n': integer above maximum value. Expected a value <= {able.most}, but got {prompt.n} instead."
        )
        raise bad_request(message, "n", "integer_above_max_value")
    if order.given:
        check(order.given, order.mask, able)


def _size(order: Order, able: Maker, model: Model) -> tuple[int, int]:
    size = able.size(order.options.size, model.sizes)
    if size == "auto":
        size = makers.shaped(order.words, order.given[0].dimensions if order.given else None)
    return dimensions(size)


async def _usage(prompt: Prompt, order: Order, quality: str, size: tuple[int, int]) -> Usage:
    """Count the words, the pictures that came, and those that go."""
    vocabulary = await tokens.vocabulary(prompt.model)
    text = await tokens.aside(len(order.words), vocabulary.count, order.words)
    looked = sum(tokens.image_tokens(prompt.model, Image("", *each.dimensions)) for each in order.given)
    if order.options.input_fidelity == "high" and order.given:
        looked += makers.looked_at_closely(order.given[0].dimensions)
    each = makers.output_tokens(quality, size) + makers.PARTIAL * (order.options.partial_images or 0)
    return Usage(text + looked, each * prompt.n, input_image=looked)


def _told(inquiry: Inquiry, able: Maker, order: Order) -> tuple[str, str | None]:
    """Return the words that are painted, and what the answer says that the prompt became.

    Raises GatewayError (400) when a rule declines.
    """
    found = inquiry.found
    for part in found.parts:
        if isinstance(part, Refusal):
            kind, code = ("image_generation_user_error", "moderation_blocked") if able.tokens else (None, None)
            raise GatewayError("content_policy", part.text, type=kind, code=code)
    said = "".join(part.text for part in found.parts if isinstance(part, Text))
    retells = able.retells or "revised_always" in inquiry.turn.quirks
    if said or found.source == "echo":
        return said or order.words, (said or order.words) if retells else None
    if not retells:
        return order.words, None
    return order.words, retold(order.words, order.options.style or "vivid", inquiry.dice.fork("retold"))


def _sketches(inquiry: Inquiry, order: Order, words: str, size: tuple[int, int]) -> list[Sketch]:
    options, prompt = order.options, inquiry.turn.prompt
    format = options.output_format or "png"
    sketch = Sketch(
        words,
        *size,
        format=format,
        compression=100 if options.output_compression is None else options.output_compression,
        transparent=format != "jpeg" and clear(options, words),
        given=tuple(each.data for each in order.given),
        mask=order.mask.data if order.mask and isinstance(order.mask.data, bytes) else None,
        varied=order.varied,
        shown=_shown(inquiry),
        partial=(options.partial_images or 0) if prompt.stream else 0,
    )
    return [msgspec.structs.replace(sketch, seed=inquiry.dice.fork("image", at).key) for at in range(prompt.n)]


def _shown(inquiry: Inquiry) -> bytes:
    """Return the picture that a rule answers with, if it does."""
    urls = [part.url for part in inquiry.found.parts if isinstance(part, Image)]
    found = data_url(urls[0]) if urls else None
    return b"" if found is None else found[1]


def linked(able: Maker, options: Options, quirks: Collection[str]) -> bool:
    """Tell whether an answer only links to its pictures."""
    inside = able.tokens and "image_urls" not in quirks
    return not (inside or options.stream or options.response_format == "b64_json")


def clear(options: Options, words: str) -> bool:
    """Tell whether a picture is to have a transparent ground: it is asked for, or the words do."""
    if options.background in {None, "auto"}:
        return options.background == "auto" and "transparent" in words.lower()
    return options.background == "transparent"


async def _drawn(gateway: Gateway, sketches: Sequence[Sketch]) -> Sequence[Sequence[bytes]]:
    try:
        return await asyncio.gather(*(gateway.studio.draw(sketch) for sketch in sketches))
    except (OSError, SyntaxError, ValueError):
        message = "Invalid image file or mode for image 1, please check your image file."
        raise bad_request(message, "image", "invalid_image_file") from None
