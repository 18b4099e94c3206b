"""A request's contents in no provider's words, with what one content demands of those before it.

Function responses follow the calls they answer, as many as there were. Sentences are the Gemini API's own.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ... import attachments, media
from ...errors import GatewayError
from ...turn import Audio, File, Image, Message, Reasoning, Role, Text, ToolCall, ToolResult
from ...turn import Part as Said
from .payload import invalid, refuse
from .request import DATA, Blob, Content, FileData, FunctionCall, FunctionResponse, Part

_NO_PICTURE = (
    "Unable to process input image. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting"
)
_NOT_AFTER_CALL = "Please ensure that function response turn comes immediately after a function call turn."
_CALL_TOO_LATE = (
    "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
)
_UNEQUAL = (
    "Please ensure that the number of function response parts is equal to the number of function call parts of the "
    "function call turn."
)

#: Keys of a function's response that hold what it gave back: Google's guide has one, its SDKs another.
_RESULTS = ({"result"}, {"output"})


def read_contents(contents: Sequence[Content], place: str = "contents") -> tuple[Message, ...]:
    """Read a conversation.

    Raises GatewayError (400) for parts that are none, content that cannot be decoded, and function calls and responses
    that do not belong together.
    """
    _check_turns(contents)
    calls: list[ToolCall] = []
    messages: list[Message] = []
    for at, content in enumerate(contents):
        read = tuple(_content(content, f"{place}[{at}]", calls))
        messages += read
        calls = [part for message in read for part in message.parts if isinstance(part, ToolCall)]
    return tuple(messages)


def system(content: Content) -> tuple[Message, ...]:
    """Read the instructions that stand above a conversation."""
    parts = tuple(Text(part.text) for part in content.parts or () if part.text)
    return (Message("system", parts),) if parts else ()


def words(content: Content, place: str) -> str:
    """Return what a content says."""
    messages = _content(content, place, [])
    return "\n".join(message.text for message in messages)


# What belongs together.


def _check_turns(contents: Sequence[Content]) -> None:
    asked = 0
    begins = True  # whether a function call may come now: after a user, or after responses
    for content in contents:
        calls, responses = _count(content, "function_call"), _count(content, "function_response")
        if responses and not asked:
            raise _bad(_NOT_AFTER_CALL)
        if responses != asked:
            raise _bad(_UNEQUAL)
        if calls and begins:
            raise _bad(_CALL_TOO_LATE)
        asked, begins = calls, content.role == "model"
    if asked:
        raise _bad(_UNEQUAL)


def _count(content: Content, kind: str) -> int:
    return sum(getattr(part, kind) is not None for part in content.parts or ())


def _bad(message: str) -> GatewayError:
    return GatewayError("bad_request", message)


# One content.


def _content(content: Content, place: str, calls: Sequence[ToolCall]) -> Iterator[Message]:
    """Read what one side said: responses to functions are messages of their own, before its other words."""
    if content.role not in {None, "", "user", "model", "function"}:
        raise _bad("Please use a valid role: user, model.")
    if not content.parts:
        raise refuse(f"{place}.parts", "contents.parts must not be empty.")
    read = [_part(part, f"{place}.parts[{at}]") for at, part in enumerate(content.parts)]
    results = [part for part in read if isinstance(part, ToolResult)]
    for number, result in enumerate(results):
        yield Message("tool", (_answering(result, number, calls),))
    others = tuple(part for part in read if not isinstance(part, ToolResult))
    if others:
        role: Role = "assistant" if content.role == "model" else "user"
        yield Message(role, others)


def _answering(result: ToolResult, number: int, calls: Sequence[ToolCall]) -> ToolResult:
    """Say which call a response answers: that of its id, else that of its place."""
    called = next((call for call in calls if call.id and call.id == result.call_id), calls[number])
    return msgspec.structs.replace(result, call_id=called.id, name=result.name or called.name)


def _part(part: Part, place: str) -> Said:
    given = [name for name in DATA if getattr(part, name) is not None]
    if not given:
        raise refuse(f"{place}.data", "required oneof field 'data' must have one initialized field")
    if len(given) > 1:
        fault = f"oneof field 'data' is already set. Cannot set '{given[1]}'"
        raise invalid(f"Invalid value at '{place}' (oneof), {fault}", place)
    if part.text is not None:
        return Reasoning(part.text) if part.thought else Text(part.text)
    match part:
        case Part(inline_data=Blob() as blob):
            return _blob(blob, place)
        case Part(file_data=FileData(file_uri=uri, mime_type=kind)):
            return _elsewhere(uri, kind or "")
        case Part(function_call=FunctionCall(name, args, id)):
            return ToolCall(name, _json(args or {}), id or "")
        case Part(function_response=FunctionResponse(name, response, id)):
            return ToolResult(id or "", _given_back(response or {}), name)
        case _:
            return Text(_code(part.executable_code or part.code_execution_result or {}))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _given_back(response: dict[str, Any]) -> str:
    """Return what a function gave back, out of what an SDK wraps it in."""
    value: Any = next(iter(response.values())) if set(response) in _RESULTS else response
    return value if isinstance(value, str) else _json(value)


def _code(written: dict[str, Any]) -> str:
    """Return code that was run before, or what it put out."""
    return str(written.get("code") or written.get("output") or "")


# What is no text.


def _blob(blob: Blob, place: str) -> Said:
    data, (kind, _, form) = _bytes(blob, place), blob.mime_type.lower().partition("/")
    match kind:
        case "image":
            size = media.image_size(data)
            if size is None:
                raise _bad(_NO_PICTURE)
            return Image(f"data:{blob.mime_type};base64,{b64encode(data).decode()}", *size)
        case "audio":
            form = form.removeprefix("x-").replace("mpeg", "mp3")
            seconds = media.audio_seconds(data, form)
            if seconds is None:
                raise _bad("Request contains an invalid argument.")
            return Audio(seconds, form, data)
        case "text":
            return File(blob.display_name or "", attachments.words_of(data))
        case "application" if form == "pdf":
            return attachments.file_of(blob.display_name or "", data)
        case _:
            return File(blob.display_name or "")


def _bytes(blob: Blob, place: str) -> bytes:
    """Read base64 in either alphabet, padded or not, as the API does."""
    written = blob.data.translate(_STANDARD).rstrip("=")
    try:
        data = b64decode(written + "=" * (-len(written) % 4), validate=True)
    except ValueError:
        field = f"{place}.inline_data.data"
        raise invalid(
            f"Invalid value at '{field}' (TYPE_BYTES), Base64 decoding failed for \"{blob.data[:40]}\"", field
        ) from None
    if not data or not blob.mime_type:
        raise refuse(f"{place}.inline_data", "data and mime_type must be specified")
    return data


_STANDARD = str.maketrans("-_", "+/")


def _elsewhere(uri: str, kind: str) -> Said:
    """Read what is somewhere else, which nobody fetches."""
    if kind.startswith("image/"):
        return Image(uri)
    return File(uri.rpartition("/")[2], id=uri)
