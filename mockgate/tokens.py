"""What everything costs in tokens: one truth for usage, limits and prices.

Text is counted by the model's own vocabulary; what stands around it, pictures and sound by published rules.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import ceil, sqrt
from typing import Any, ParamSpec, TypeVar

import msgspec

from .turn import (
    Audio,
    File,
    Image,
    Part,
    Prompt,
    Reasoning,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Value,
    words_of,
)
from .vocabulary import Vocabulary, base_model, encoding_name, load, loaded, vocabulary

__all__ = [
    "TOOL_CALL_OVERHEAD",
    "InputTokens",
    "Vocabulary",
    "aside",
    "audio_output_tokens",
    "count_input",
    "encoding_name",
    "image_tokens",
    "input_tokens",
    "load",
    "loaded",
    "output_tokens",
    "tool_tokens",
    "vocabulary",
]

# Chat: OpenAI's cookbook, "How to count tokens with tiktoken".
PER_MESSAGE = 3
PER_NAME = 1
PRIMING = 3  # every answer begins with the assistant's role

#: What a tool call costs beyond its name and arguments, asked for or said before. An estimate.
TOOL_CALL_OVERHEAD = 6

# Tool definitions: the same cookbook.
PER_TOOL = 7
PER_TOOL_CL100K = 10
PER_SCHEMA = 3  # an object that has properties
PER_PROPERTY = 3
PER_ENUM = -3
PER_ENUM_VALUE = 3
AFTER_TOOLS = 12

# Sound, a second. Sources: OpenAI's price per minute against its price per token; Gemini's token guide.
AUDIO_INPUT = 10
AUDIO_INPUT_GEMINI = 32
AUDIO_OUTPUT = 20

# A page of a PDF, its picture and its words together. Sources: Anthropic's guide to PDFs (the least), Gemini's.
PDF_PAGE = 1500
PDF_PAGE_GEMINI = 258

#: More characters than these are worked on in a thread: about 5 ms of counting is the most others should wait.
LARGE = 50_000

_TEXTUAL = (Text, ToolResult, File)

Args = ParamSpec("Args")
Result = TypeVar("Result")


class InputTokens(Value, frozen=True):
    """What a prompt costs. `total` includes `audio` and `image`, and what of it is `cached` or written to the prompt
    cache; `cache_written` includes `cache_written_long`, what is kept for long."""

    total: int
    audio: int = 0
    image: int = 0
    cached: int = 0
    cache_written: int = 0
    cache_written_long: int = 0


def count_input(prompt: Prompt, vocabulary: Vocabulary) -> InputTokens:
    """Count a prompt: messages, tools, the schema its answer must have, pictures and sound."""
    count = vocabulary.count
    words = PRIMING
    audio = image = 0
    for message in prompt.messages:
        words += PER_MESSAGE + count(message.role)
        if message.name:
            words += PER_NAME + count(message.name)
        for part in message.parts:
            match part:
                case Text():
                    words += count(part.text)
                case Image():
                    image += image_tokens(prompt.model, part)
                case File():
                    words += count(part.text) + part.pages * _page(prompt.model)
                case Audio():
                    audio += _audio_input_tokens(prompt.model, part.seconds)
                    words += count(part.transcript)
                case _:
                    words += _said_before(part, vocabulary)
    if prompt.tools:
        words += tool_tokens(prompt.tools, vocabulary)
    if prompt.format.schema is not None:
        words += count(_json(prompt.format.schema))
    return InputTokens(words + audio + image, audio, image)


async def input_tokens(prompt: Prompt, vocabulary: Vocabulary) -> InputTokens:
    """Count a prompt, a large one without stalling other requests."""
    return await aside(_size(prompt), count_input, prompt, vocabulary)


async def aside(size: int, work: Callable[Args, Result], *args: Args.args, **named: Args.kwargs) -> Result:
    """Do work on `size` characters: at once when they are few, else in a thread.

    A thread helps because counting frees the interpreter for others.
    """
    return work(*args, **named) if size <= LARGE else await asyncio.to_thread(work, *args, **named)


def output_tokens(part: Part, vocabulary: Vocabulary) -> int:
    """Count what a model produced for one part of its reply; of sound, its length and its transcript."""
    if isinstance(part, (Text, Reasoning, Refusal)):
        return vocabulary.count(part.text)
    if isinstance(part, ToolCall):
        return vocabulary.count(part.name) + vocabulary.count(part.arguments) + TOOL_CALL_OVERHEAD
    if isinstance(part, Audio):
        return audio_output_tokens(part.seconds) + vocabulary.count(part.transcript)
    return 0


def audio_output_tokens(seconds: float) -> int:
    """Return what spoken sound of that length costs, without its transcript."""
    return ceil(AUDIO_OUTPUT * seconds)


def _audio_input_tokens(model: str, seconds: float) -> int:
    return ceil((AUDIO_INPUT_GEMINI if base_model(model).startswith("gemini") else AUDIO_INPUT) * seconds)


def _page(model: str) -> int:
    return PDF_PAGE_GEMINI if base_model(model).startswith("gemini") else PDF_PAGE


def _said_before(part: Part, vocabulary: Vocabulary) -> int:
    """Count any other part of the history. Old reasoning is not read again."""
    match part:
        case ToolResult(text=text):
            return vocabulary.count(text)
        case Reasoning():
            return 0
        case _:
            return output_tokens(part, vocabulary)


def _size(prompt: Prompt) -> int:
    """Return about how many characters there are to count."""
    size = 0
    for message in prompt.messages:
        for part in message.parts:
            size += len(part.text if isinstance(part, _TEXTUAL) else words_of(part))
    if prompt.tools or prompt.format.schema is not None:
        size += len(msgspec.json.encode((prompt.tools, prompt.format)))
    return size


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# Tools.


def tool_tokens(tools: tuple[Tool, ...], vocabulary: Vocabulary) -> int:
    """Count the definitions of the tools on offer.

    The cookbook's rule counts a schema's own properties; here inner objects are counted in the same way.
    """
    count = vocabulary.count
    per_tool = PER_TOOL_CL100K if vocabulary.name == "cl100k_base" else PER_TOOL
    total = AFTER_TOOLS
    for tool in tools:
        total += per_tool + count(f"{tool.name}:{tool.description.removesuffix('.')}")
        if tool.schema is not None:
            total += sum(_schema_tokens(schema, count) for schema in _objects(tool.schema))
    return total


def _schema_tokens(schema: dict[str, Any], count: Callable[[str], int]) -> int:
    """Count one object's properties, without what is inside them."""
    total = PER_SCHEMA
    for key, value in schema["properties"].items():
        inner = value if isinstance(value, dict) else {}
        description = str(inner.get("description", "")).removesuffix(".")
        total += PER_PROPERTY + count(f"{key}:{_type(inner)}:{description}")
        if isinstance(inner.get("enum"), list):
            total += PER_ENUM + sum(PER_ENUM_VALUE + count(str(item)) for item in inner["enum"])
    return total


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return " | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every schema inside a schema that has properties; a definition once, however often it is used."""
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("properties"), dict) and node["properties"]:
            yield node
        for key in ("properties", "$defs", "definitions"):
            waiting.extend(node[key].values() if isinstance(node.get(key), dict) else ())
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            waiting.extend(node[key] if isinstance(node.get(key), list) else ())
        waiting += [node.get("items"), node.get("additionalProperties")]


# Pictures.


class Tiles(Value, frozen=True):
    """A picture is cut into square tiles of `side` pixels, after it was made to fit.

    It is shrunk into a square of `fit` pixels, then until its short side is `short` (0: not at all).
    """

    low: int
    base: int
    per_tile: int
    side: int = 512
    fit: int = 2048
    short: int = 768

    def tokens(self, width: int, height: int, detail: str) -> int:
        """Return what a picture of that size costs."""
        if detail == "low":
            return self.low
        if self.fit:
            width, height = _shrink(width, height, self.fit / max(width, height))
        if self.short:
            width, height = _shrink(width, height, self.short / min(width, height))
        return self.base + self.per_tile * ceil(width / self.side) * ceil(height / self.side)


class Patches(Value, frozen=True):
    """A picture is covered with square patches of `side` pixels, `weight` tokens each.

    It is shrunk until `most` patches suffice; its long side to `edge`, with low detail to `low`.
    """

    weight: float = 1.0
    side: int = 32
    most: int = 1536
    edge: int = 2**31
    low: int = 512

    def tokens(self, width: int, height: int, detail: str) -> int:
        """Return what a picture of that size costs."""
        edge = self.low if detail == "low" else self.edge
        width, height = _shrink(width, height, edge / max(width, height))
        if self._patches(width, height) > self.most:
            width, height = self._fitted(width, height)
        return ceil(min(self._patches(width, height), self.most) * self.weight)

    def _patches(self, width: int, height: int) -> int:
        return ceil(width / self.side) * ceil(height / self.side)

    def _fitted(self, width: int, height: int) -> tuple[int, int]:
        """Shrink to the area of `most` patches, then until a side is whole patches."""
        factor = sqrt(self.side**2 * self.most / (width * height))
        across, down = width * factor / self.side, height * factor / self.side
        factor *= min(int(across) / across if across >= 1 else 1, int(down) / down if down >= 1 else 1)
        return _shrink(width, height, factor)


def _shrink(width: int, height: int, factor: float) -> tuple[int, int]:
    """Scale a size down, never up."""
    return (width, height) if factor >= 1 else (max(1, round(width * factor)), max(1, round(height * factor)))


#: The rule of each model family; the first pattern that a model's name begins with decides.
#: Sources: OpenAI's, Anthropic's and Google's guides to images; figures of the newest models as measured.
_IMAGE_RULES: tuple[tuple[str, Tiles | Patches], ...] = (
    (r"gpt-4o-mini", Tiles(2833, 2833, 5667)),
    (r"gpt-4\.1-mini|gpt-5(\.1)?-mini", Patches(1.62)),
    (r"gpt-4\.1-nano|gpt-5(\.1)?-nano", Patches(2.46)),
    (r"o4-mini", Patches(1.72)),
    (r"gpt-5\.([2-9]|\d\d)|gpt-[6-9]", Patches(1.2)),
    (r"gpt-5", Tiles(70, 70, 140)),
    (r"o[13](?!\w)", Tiles(75, 75, 150)),
    (r"computer-use-preview", Tiles(65, 65, 129)),
    (r"gpt-image", Tiles(65, 65, 129, short=512)),
    (r"claude-opus-(4[-.][7-9](?!\d)|[5-9])", Patches(side=28, most=4784, edge=2576, low=2576)),
    (r"claude", Patches(side=28, most=1568, edge=1568, low=1568)),
    (r"gemini", Tiles(258, 0, 258, side=768, fit=0, short=0)),
)
_OTHER_IMAGES = Tiles(85, 85, 170)


@lru_cache(1024)
def _image_rule(model: str) -> Tiles | Patches:
    name = base_model(model)
    return next((rule for pattern, rule in _IMAGE_RULES if re.match(pattern, name)), _OTHER_IMAGES)


def image_tokens(model: str, image: Image) -> int:
    """Return what a picture costs, one of unknown size as 1024x1024, an unknown model as gpt-4o."""
    return _image_rule(model).tokens(image.width or 1024, image.height or 1024, image.detail)
