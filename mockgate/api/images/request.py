"""What pictures are asked for with, as JSON or in a form. Source, sentences too: OpenAI's API reference, "Images"."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from ... import fields, forms
from ...errors import GatewayError
from ...forms import Form
from ...references import Reference
from ...synth.sketches import Format
from ...wire import Call
from ...wording import bad_request

Share = Annotated[int, msgspec.Meta(ge=0, le=100)]

#: What only models know whose pictures cost tokens, and what only the others do.
_NEW = (
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "stream",
    "partial_images",
    "input_fidelity",
    "complexity",
)
_OLD = ("response_format", "style")

#: Fields of a form that are numbers, and those that are true or false.
_NUMBERS = frozenset({"n", "output_compression", "partial_images", "frame_count", "frame_duration_ms"})
_SWITCHES = {"true": True, "false": False}


class Svg(msgspec.Struct, frozen=True):
    """Which model draws outlines."""

    model: str | None = None
    reasoning: dict[str, Any] | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How pictures are wanted."""

    model: str | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    size: str | None = None
    quality: str | None = None
    response_format: Literal["url", "b64_json"] | None = None
    output_format: Format | None = None
    output_compression: Share | None = None
    background: Literal["transparent", "opaque", "auto"] | None = None
    moderation: Literal["low", "auto"] | None = None
    style: Literal["vivid", "natural"] | None = None
    stream: bool | None = None
    partial_images: Annotated[int, msgspec.Meta(ge=0, le=3)] | None = None
    input_fidelity: Literal["high", "low"] | None = None
    complexity: Literal["low", "medium", "high"] | None = None
    frame_count: Annotated[int, msgspec.Meta(ge=2, le=16)] | None = None
    frame_duration_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None
    svg: Svg | None = None
    user: str | None = None
    safety_identifier: str | None = None

    @property
    def safe(self) -> str | None:
        """Whose end user asks."""
        return self.safety_identifier or self.user or None

    @property
    def name(self) -> str:
        """The model that is asked for, or the one that knows what is."""
        return self.model or ("gpt-image-1" if self.given(_NEW) else "dall-e-2")

    def given(self, names: tuple[str, ...]) -> list[str]:
        """Return which of the fields are there and say something."""
        return [name for name in names if getattr(self, name) not in {None, False}]

    def check(self, *, tokens: bool, known: bool) -> None:
        """Refuse what the model does not know (unless all is `known`), and what does not go together.

        Raises GatewayError (400).
        """
        for name in () if known else self.given(_OLD if tokens else _NEW):
            raise bad_request(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
        if self.background == "transparent" and self.output_format == "jpeg":
            message = "Transparent background is not supported for JPEG output format."
            raise bad_request(message, "background", "invalid_value")
        if self.output_compression not in {None, 100} and self.output_format in {None, "png"}:
            message = "Compression less than 100 is not supported for PNG output format."
            raise bad_request(message, "output_compression", "invalid_value")
        if self.partial_images and not self.stream:
            message = "The 'partial_images' parameter is only supported when 'stream' is set to true."
            raise bad_request(message, "partial_images", "invalid_value")


class Generate(Options, frozen=True, kw_only=True):
    """The body that asks for pictures of words."""

    prompt: Annotated[str, msgspec.Meta(min_length=1)]


class Edit(Options, frozen=True, kw_only=True):
    """The body that asks for changes of pictures: `images` and `mask` in a JSON body, files of a form else."""

    prompt: Annotated[str, msgspec.Meta(min_length=1)]
    images: Annotated[list[Reference], msgspec.Meta(min_length=1, max_length=16)] | None = None
    mask: Reference | None = None


class Vary(msgspec.Struct, frozen=True, kw_only=True):
    """The form that asks for pictures like one."""

    model: str | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    size: str | None = None
    response_format: Literal["url", "b64_json"] | None = None
    user: str | None = None


Body = TypeVar("Body", bound=msgspec.Struct)


def read(call: Call, kind: type[Body], *, reject_unknown: bool) -> tuple[Body, Form | None]:
    """Read a body, and the form that it came in.

    Raises GatewayError (400).
    """
    if not forms.is_form(call):
        return fields.decode(call.raw, kind, reject_unknown=reject_unknown), None
    form = forms.read(call)
    values = _nested({name.removesuffix("[]"): _read(name, given[-1]) for name, given in form.fields.items()})
    return fields.of_form(values, kind, reject_unknown=reject_unknown), form


def _read(name: str, value: str) -> Any:
    if name in _NUMBERS and value.lstrip("-").isdecimal() and len(value) < 10:
        return int(value)
    return _SWITCHES.get(value.lower(), value) if name == "stream" else value


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    """Put `svg[model]` into `svg`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name.startswith("svg[") and name.endswith("]"):
            found.setdefault("svg", {})[name[4:-1]] = value
        else:
            found[name] = value
    return found


def need(text: str, most: int) -> None:
    """Refuse a prompt that is too long for its model.

    Raises GatewayError (400).
    """
    if len(text) > most:
        message = (
            f"Invalid 'prompt': string too long. Expected a string with maximum length {most}, but got a string with "
            f"length {len(text)} instead."
        )
        raise GatewayError("bad_request", message, param="prompt", code="string_above_max_length")
