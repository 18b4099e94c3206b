"""The messages of a chat completion request, as they stand on the wire; null means absent."""

from typing import Annotated, Literal, dataclass_transform, final

from msgspec import Meta, Struct, field


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Body(Struct, frozen=True, gc=False, omit_defaults=True):
    """A JSON object of a request; never part of a cycle, so the collector need not look at it."""


# Parts of a message's content.


class TextPart(Body, tag_field="type", tag="text"):
    """Words."""

    text: str


class OnlyTextPart(Body):
    """Words, where nothing else may stand."""

    type: Literal["text"]
    text: str


class RefusalPart(Body, tag_field="type", tag="refusal"):
    """Words in which the model declined."""

    refusal: str


class ImageUrl(Body):
    """Where a picture is: a data URL or an http(s) URL."""

    url: str
    detail: Literal["auto", "low", "high", "original"] | None = None


class ImagePart(Body, tag_field="type", tag="image_url"):
    """A picture."""

    image_url: ImageUrl


class InputAudio(Body):
    """Sound, base64-encoded."""

    data: str
    format: Literal["wav", "mp3"]


class AudioPart(Body, tag_field="type", tag="input_audio"):
    """Sound."""

    input_audio: InputAudio


class FileSource(Body):
    """A document: an uploaded one by its id, or its bytes as base64 or a data URL."""

    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class FilePart(Body, tag_field="type", tag="file"):
    """A document."""

    file: FileSource


UserPart = TextPart | ImagePart | AudioPart | FilePart
TextContent = str | Annotated[list[OnlyTextPart], Meta(min_length=1)]
UserContent = str | Annotated[list[UserPart], Meta(min_length=1)]
AssistantContent = str | Annotated[list[TextPart | RefusalPart], Meta(min_length=1)]


# Messages.


class FunctionCall(Body):
    """A function the model called, with its arguments as JSON text."""

    name: str
    arguments: str


class CustomCall(Body):
    """A custom tool the model called, with its free text."""

    name: str
    input: str


class FunctionToolCall(Body, tag_field="type", tag="function"):
    """A call to a function."""

    id: str
    function: FunctionCall


class CustomToolCall(Body, tag_field="type", tag="custom"):
    """A call to a custom tool."""

    id: str
    custom: CustomCall


class AudioId(Body):
    """An earlier spoken answer."""

    id: str


@final
class DeveloperMessage(Body, tag_field="role", tag="developer"):
    """Instructions; what newer models call the system message."""

    content: TextContent
    name: str | None = None


@final
class SystemMessage(Body, tag_field="role", tag="system"):
    """Instructions."""

    content: TextContent
    name: str | None = None


@final
class UserMessage(Body, tag_field="role", tag="user"):
    """What the user said."""

    content: UserContent
    name: str | None = None


@final
class AssistantMessage(Body, tag_field="role", tag="assistant"):
    """What the model answered; without content when it called tools, declined or spoke."""

    content: AssistantContent | None = None
    refusal: str | None = None
    name: str | None = None
    audio: AudioId | None = None
    tool_calls: Annotated[list[FunctionToolCall | CustomToolCall], Meta(min_length=1)] | None = None
    function_call: FunctionCall | None = None


@final
class ToolMessage(Body, tag_field="role", tag="tool"):
    """What a tool gave back."""

    content: TextContent
    tool_call_id: str


@final
class FunctionMessage(Body, tag_field="role", tag="function"):
    """What a function gave back (deprecated)."""

    name: str
    content: str | None


ChatMessage = SystemMessage | AssistantMessage | UserMessage | FunctionMessage | ToolMessage | DeveloperMessage
