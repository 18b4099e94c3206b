"""What videos are asked for with, in a form or as JSON. Source, sentences too: OpenAI's API reference, "Videos"."""

import re
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from ... import bodies, forms, media
from ...content import Content
from ...errors import GatewayError
from ...journal import Exchange
from ...references import Reference, fetch
from ...scenario import Model
from ...session import Session
from ...wire import decode_json
from ...wording import bad_request, listed, missing, unsupported_type

#: What a film may be where its model says nothing else; the first is what it is if nothing is asked for.
SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
SECONDS = ("4", "8", "12")

_PICTURES = ("image/jpeg", "image/png", "image/webp")
_NESTED = re.compile(r"(\w+)\[(\w+)\]")

Prompted = Annotated[str, msgspec.Meta(min_length=1, max_length=32_000)]


class Source(msgspec.Struct, frozen=True):
    """A video that another is made of."""

    id: str


class Create(msgspec.Struct, frozen=True):
    """The body that asks for a video."""

    prompt: Prompted
    model: str = "sora-2"
    seconds: str | None = None
    size: str | None = None
    input_reference: Reference | None = None


class Remix(msgspec.Struct, frozen=True):
    """The body that asks for a video again, with another prompt."""

    prompt: Prompted


class Edit(msgspec.Struct, frozen=True):
    """The body that asks for a change of a video; one that is sent along stands in the form's `video`."""

    prompt: Prompted
    video: Source | None = None


class Extend(msgspec.Struct, frozen=True):
    """The body that asks for more of a video."""

    prompt: Prompted
    seconds: Literal["4", "8", "12", "16", "20"]
    video: Source | None = None


class Character(msgspec.Struct, frozen=True):
    """The form that makes a character of a video, which stands in the form's `video`."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


Body = TypeVar("Body", bound=msgspec.Struct)


def read(session: Session, exchange: Exchange, kind: type[Body], file: str) -> tuple[Body, forms.Upload | None]:
    """Read a body, and the file of that name that came with it.

    Raises GatewayError (400).
    """
    if not forms.is_form(exchange.call):
        return bodies.read(session, exchange, kind), None
    form = forms.read(exchange.call)
    values = _nested({name: given[-1] for name, given in form.fields.items()})
    return bodies.of_form(session, exchange, kind, values), form.file(file)


def _nested(values: dict[str, str]) -> dict[str, Any]:
    """Read `video[id]` as a form has it: the `id` of `video`; an object may also stand there as JSON."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        match = _NESTED.fullmatch(name)
        if match is not None:
            found.setdefault(match[1], {})[match[2]] = value
        else:
            found[name] = decode_json(value.encode()) if value.startswith("{") and name != "prompt" else value
    return found


def one_of(value: str | None, known: tuple[str, ...], param: str) -> str:
    """Return what was asked for, or the first that is known.

    Raises GatewayError (400) for what is not.
    """
    if value is None:
        return known[0]
    if value not in known:
        message = f"Invalid value: '{value}'. Supported values are: {listed(known)}."
        raise bad_request(message, param, "invalid_value")
    return value


def shape(asked: Create, model: Model) -> tuple[str, int]:
    """Return the size and the seconds of the film that is asked for.

    Raises GatewayError (400) for what the model does not make.
    """
    seconds = one_of(asked.seconds, tuple(map(str, model.seconds)) or SECONDS, "seconds")
    return one_of(asked.size, tuple(model.sizes) or SIZES, "size"), int(seconds)


# Pictures to begin with.


def picture(session: Session, asked: Create, upload: forms.Upload | None) -> Content | None:
    """Return the picture that a film is to begin with; None for none, or one that is elsewhere.

    Raises GatewayError (400, 404).
    """
    if upload is not None:
        return _checked(upload.content, upload.content_type)
    if asked.input_reference is None:
        return None
    found = fetch(session, asked.input_reference, "input_reference")
    return None if isinstance(found, str) else _checked(*found)


def _checked(content: Content, content_type: str) -> Content:
    if media.image_size(content.read()) is not None:
        return content
    if content_type in _PICTURES:
        message = "The image data you provided does not represent a valid image."
        raise bad_request(message, "input_reference", "invalid_image")
    raise unsupported_type("input_reference", content_type, _PICTURES)


def fitting(content: Content | None, size: str) -> None:
    """See to it that a picture has the size of the film.

    Raises GatewayError (400).
    """
    if content is not None and media.image_size(content.read()) != media.dimensions(size):
        raise bad_request("Inpaint image must match the requested width and height")


def needed(upload: forms.Upload | None, param: str) -> forms.Upload:
    """Return a file that must be there.

    Raises GatewayError (400).
    """
    if upload is None:
        raise missing(param)
    return upload


def not_makeable(model: str, known: list[str]) -> GatewayError:
    """Make the 400 for a model that makes no videos."""
    return bad_request(f"Invalid value: '{model}'. Supported values are: {listed(known)}.", "model", "invalid_value")
