"""What is worked on beside conversations: a text or token ids, one or several. Sentences are OpenAI's own."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from . import fields, wire
from .errors import GatewayError
from .turn import Value
from .vocabulary import Vocabulary
from .wording import bad_request

#: A text, texts, token ids, or lists of token ids, as they stand in a body.
Given = str | list[str | int | list[int]]

#: One text, or the token ids that stand for it.
One = str | list[int]

#: So many inputs are taken at a time.
MOST = 2048

Body = TypeVar("Body", bound=msgspec.Struct)


class Input(Value, frozen=True):
    """One text, and how many tokens it came as."""

    text: str
    tokens: int


def body(raw: bytes, kind: type[Body], *, reject_unknown: bool) -> Body:
    """Read a body that names a model.

    Raises GatewayError (400); OpenAI asks for the model before it looks at anything else.
    """
    try:
        read = fields.decode(raw, kind, reject_unknown=reject_unknown)
    except GatewayError:
        values = wire.decode_json(raw)
        if isinstance(values, dict) and values.get("model") in (None, ""):
            raise _no_model() from None
        raise
    if not getattr(read, "model", None):
        raise _no_model()
    return read


def _no_model() -> GatewayError:
    return GatewayError("no_model")


def parted(given: Given, param: str) -> Sequence[One]:
    """Part what was given into single inputs.

    Raises GatewayError (400) when it is empty, of several kinds at once, or too much.
    """
    if isinstance(given, str):
        return [given]
    numbers = [entry for entry in given if isinstance(entry, int)]
    texts = [entry for entry in given if isinstance(entry, str)]
    parts: Sequence[One] = texts or [entry for entry in given if isinstance(entry, list)]
    if not given or len(numbers or parts) < len(given):
        raise invalid(param)
    if numbers:
        return [numbers]
    if len(parts) > MOST:
        raise bad_request(
            f"Invalid '{param}': array too long. Expected an array with maximum length {MOST}, but got an array with "
            f"length {len(parts)} instead.",
            param,
            "array_above_max_length",
        )
    return parts


def invalid(param: str) -> GatewayError:
    """Make the 400 for inputs that are none."""
    message = f"'$.{param}' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    return GatewayError("bad_request", message, details={"param": param})


def measured(parts: Sequence[One], vocabulary: Vocabulary, param: str) -> list[Input]:
    """Read single inputs: token ids become the text they stand for, and everything is counted.

    Raises GatewayError (400) for an id that is no token.
    """
    return [_measured(part, vocabulary, param) for part in parts]


def _measured(part: One, vocabulary: Vocabulary, param: str) -> Input:
    if isinstance(part, str):
        return Input(part, vocabulary.count(part))
    try:
        return Input(vocabulary.decode(part), len(part))
    except ValueError as problem:
        raise bad_request(f"Invalid '{param}': it {problem}.", param) from None
