"""A request's messages in no provider's words, with what one message demands of those before it.

Tool results follow the calls they answer, and every call is answered. Sentences and `param` spellings
(`messages.[1].role`) are OpenAI's own.
"""

from collections.abc import Iterable

from ... import attachments
from ...turn import Audio, File, Message, Part, Refusal, Text, ToolCall, ToolResult
from ...wording import bad_request, missing
from .messages import (
    AssistantMessage,
    AudioPart,
    ChatMessage,
    CustomToolCall,
    FilePart,
    FileSource,
    FunctionMessage,
    FunctionToolCall,
    ImagePart,
    OnlyTextPart,
    RefusalPart,
    TextPart,
    ToolMessage,
    UserMessage,
    UserPart,
)


def read_messages(messages: list[ChatMessage]) -> tuple[Message, ...]:
    """Read a conversation.

    Raises GatewayError (400) for content that cannot be decoded, and for tool calls and results that do not
    belong together.
    """
    calls = _OpenCalls()
    read = tuple([_message(message, at, calls) for at, message in enumerate(messages)])
    if calls.names:
        calls.close()
    return read


def _message(message: ChatMessage, at: int, calls: "_OpenCalls") -> Message:
    # Every message passes here: isinstance takes four times as long to say no.
    if type(message) is ToolMessage:
        return Message("tool", (calls.answer(message, at),))
    if calls.names:
        calls.close()
    if type(message) is UserMessage:
        content = message.content
        parts = (Text(content),) if isinstance(content, str) else _user_parts(content, at)
        return Message("user", parts, message.name or "")
    if type(message) is AssistantMessage:
        calls.open(message)
        return _assistant(message, at)
    if type(message) is FunctionMessage:
        return Message("tool", (ToolResult("", message.content or "", message.name),))
    return Message("system", _texts(message.content), message.name or "")


class _OpenCalls:
    """The tool calls of the latest assistant message, and which of them are not answered yet."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.waiting: dict[str, str] = {}

    def open(self, message: AssistantMessage) -> None:
        self.names = {call.id: _called(call).name for call in message.tool_calls or ()}
        self.waiting = dict(self.names)

    def answer(self, message: ToolMessage, at: int) -> ToolResult:
        if not self.names:
            raise bad_request(
                "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
                "with 'tool_calls'.",
                f"messages.[{at}].role",
            )
        if message.tool_call_id not in self.names:
            raise bad_request(
                f"Invalid parameter: 'tool_call_id' of '{message.tool_call_id}' not found in 'tool_calls' of "
                "previous message.",
                f"messages.[{at}].tool_call_id",
            )
        self.waiting.pop(message.tool_call_id, None)
        return ToolResult(message.tool_call_id, _joined(message.content), self.names[message.tool_call_id])

    def close(self) -> None:
        if self.waiting:
            raise bad_request(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                "'tool_call_id'. The following tool_call_ids did not have response messages: "
                f"{', '.join(self.waiting)}",
                "messages",
            )
        self.names = {}


def _called(call: FunctionToolCall | CustomToolCall) -> ToolCall:
    """Read a tool call of an assistant message."""
    if isinstance(call, FunctionToolCall):
        return ToolCall(call.function.name, call.function.arguments, call.id)
    return ToolCall(call.custom.name, call.custom.input, call.id, custom=True)


def _assistant(message: AssistantMessage, at: int) -> Message:
    parts: list[Part] = []
    match message.content:
        case None | "":
            pass
        case str(text):
            parts.append(Text(text))
        case pieces:
            parts += [Refusal(p.refusal) if isinstance(p, RefusalPart) else Text(p.text) for p in pieces]
    if message.refusal:
        parts.append(Refusal(message.refusal))
    if message.audio:
        parts.append(Audio(id=message.audio.id))
    parts += map(_called, message.tool_calls or ())
    if message.function_call:
        parts.append(ToolCall(message.function_call.name, message.function_call.arguments))
    if not parts and message.content is None:
        raise bad_request("Invalid value for 'content': expected a string, got null.", f"messages.[{at}].content")
    return Message("assistant", tuple(parts) or (Text(""),), message.name or "")


def _texts(content: str | list[OnlyTextPart]) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),)
    return tuple(Text(part.text) for part in content)


def _joined(content: str | list[OnlyTextPart]) -> str:
    return content if isinstance(content, str) else "\n".join(part.text for part in content)


def _user_parts(content: list[UserPart], at: int) -> tuple[Part, ...]:
    return tuple(_user_part(part, f"messages[{at}].content[{index}]") for index, part in enumerate(content))


def _user_part(part: UserPart, place: str) -> Part:
    match part:
        case TextPart(text):
            return Text(text)
        case ImagePart(source):
            return attachments.image(source.url, source.detail or "auto", f"{place}.image_url.url")
        case AudioPart(source):
            return attachments.audio(source.data, source.format, f"{place}.input_audio.data")
        case FilePart(source):
            return _file(source, f"{place}.file")


def _file(source: FileSource, place: str) -> File:
    if source.file_id:
        return File(source.filename or "", id=source.file_id)
    if source.file_data is None:
        raise missing(f"{place}.file_id")
    return attachments.document(source.filename or "", source.file_data, f"{place}.file_data")


def mentions(word: str, messages: Iterable[Message]) -> bool:
    """Say whether any message has a word, in upper or lower case."""
    return any(word in message.text.lower() for message in messages)
