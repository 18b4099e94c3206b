"""A request's messages in no provider's words, with what one message demands of those before it.

A tool's results are messages of their own, as in every other dialect. Sentences are the API's own.
"""

from collections.abc import Iterator, Sequence

import msgspec

from ...anthropic_fields import invalid
from ...complaints import Path
from ...errors import GatewayError
from ...turn import CachePoint, Message, Part, Reasoning, Text, ToolCall, ToolResult
from . import attached
from .blocks import (
    Block,
    CacheControl,
    CompactionBlock,
    DocumentBlock,
    ImageBlock,
    RedactedThinkingBlock,
    RemoteToolUseBlock,
    Said,
    SearchResultBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from .ids import neutral
from .request import Asked

#: So many places of a prompt can be marked for the cache.
_MOST_MARKS = 4


def read_messages(asked: Asked) -> tuple[tuple[Message, ...], tuple[CachePoint, ...]]:
    """Read the instructions and the conversation, and which places of them, and of the tools, the cache should keep.

    Raises GatewayError (400) for what cannot be decoded, for empty content, and for tool calls and results that do not
    belong together.
    """
    _check_order(asked.messages)
    found = _Conversation()
    for at, tool in enumerate(asked.tools or ()):
        found.mark(-1, at, tool.cache_control)
    if asked.system:
        found.instruct(asked.system)
    for at, said in enumerate(asked.messages):
        found.add(said, at, last=at == len(asked.messages) - 1)
    found.close()
    return tuple(found.messages), _marks(asked, found) if found.marks or asked.cache_control is not None else ()


def _marks(asked: Asked, found: "_Conversation") -> tuple[CachePoint, ...]:
    """Return the marks for the cache, with the one for all that there is."""
    if asked.cache_control is not None and found.messages:
        found.mark(len(found.messages) - 1, len(found.messages[-1].parts) - 1, asked.cache_control)
    if len(found.marks) > _MOST_MARKS:
        message = f"A maximum of {_MOST_MARKS} blocks with cache_control may be provided. Found {len(found.marks)}."
        raise GatewayError("bad_request", message)
    _check_lifetimes(found.marks)
    return tuple(found.marks)


def _check_lifetimes(marks: Sequence[CachePoint]) -> None:
    """Refuse a mark for an hour after one for less. Source: Anthropic's guide "Prompt caching"."""
    if [mark.long for mark in marks] != sorted([mark.long for mark in marks], reverse=True):
        raise GatewayError(
            "bad_request",
            "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
            "Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
            param="cache_control.ttl",
        )


def _check_order(messages: list[Said]) -> None:
    if not messages:
        raise invalid(("messages",), "at least one message is required")
    for said in messages:
        if said.role == "assistant":
            raise invalid(("messages",), 'first message must use the "user" role')
        if said.role == "user":
            return


class _Conversation:
    """What was read so far: messages, marks for the cache, and the calls that wait for their results."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.marks: list[CachePoint] = []
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []
        self._caller = 0

    def mark(self, message: int, part: int, control: CacheControl | None) -> None:
        """Note a place that the cache should keep, if it is one."""
        if control is not None:
            self.marks.append(CachePoint(message, part, control.ttl == "1h"))

    def instruct(self, system: str | list[TextBlock]) -> None:
        """Begin with instructions."""
        if isinstance(system, str):
            _check_text(system, ("system",))
            self.messages.append(Message("system", (Text(system),)))
            return
        _check_texts(system, ("system",))
        self._put("system", [(Text(block.text), block.cache_control) for block in system])

    def add(self, said: Said, at: int, *, last: bool) -> None:
        """Go on with a message, the one at that index."""
        if not said.content and not (last and said.role == "assistant"):
            message = "all messages must have non-empty content except for the optional final assistant message"
            raise invalid(("messages", at), message)
        if said.role == "assistant":
            self.close()
        if isinstance(said.content, str):
            if said.content:
                _check_text(said.content, ("messages",))
            self.messages.append(Message(said.role, (Text(said.content),)))
            return
        _check_texts(said.content, ("messages",))
        if said.role == "assistant":
            self._answer(said.content, at)
        else:
            self._ask(said.role, said.content, ("messages", at, "content"))

    def _put(self, role: str, parts: Sequence[tuple[Part, CacheControl | None]]) -> None:
        if not parts:
            return
        for index, (_, control) in enumerate(parts):
            self.mark(len(self.messages), index, control)
        self.messages.append(Message(role, tuple(part for part, _ in parts)))  # type: ignore[arg-type] # a Role

    # What the model said.

    def _answer(self, blocks: Sequence[Block], at: int) -> None:
        calls = [block for block in blocks if isinstance(block, ToolUseBlock)]
        for call in calls:
            if call.id in self._names:
                raise invalid(("messages",), "`tool_use` ids must be unique")
            self._names[call.id] = call.name
        self._waiting, self._caller = [call.id for call in calls], at
        parts = [(part, block.cache_control) for block in blocks for part in _spoken(block, ("messages", at))]
        self._put("assistant", parts or [(Text(""), None)])

    # What it was asked, and what its tools gave back.

    def _ask(self, role: str, blocks: Sequence[Block], place: Path) -> None:
        words: list[tuple[Part, CacheControl | None]] = []
        for index, block in enumerate(blocks):
            if isinstance(block, ToolResultBlock):
                self._put(role, words)
                words = []
                self._take(block, (*place, index))
            else:
                words.append((_asked(block, (*place, index)), block.cache_control))
        self._put(role, words)

    def _take(self, block: ToolResultBlock, place: Path) -> None:
        if block.tool_use_id not in self._waiting:
            raise invalid(
                place,
                f"unexpected `tool_use_id` found in `tool_result` blocks: {block.tool_use_id}. Each `tool_result` "
                "block must have a corresponding `tool_use` block in the previous message.",
            )
        self._waiting.remove(block.tool_use_id)
        result = ToolResult(neutral(block.tool_use_id), _text(block.content), self._names[block.tool_use_id])
        others = tuple(_media(block, place))
        self.mark(len(self.messages), len(others), block.cache_control)
        self.messages.append(Message("tool", (result, *others)))

    def close(self) -> None:
        """Let the user's turn be over: every call must have its result."""
        if self._waiting:
            raise invalid(
                ("messages", self._caller),
                "`tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(self._waiting)}. Each `tool_use` block must have a corresponding `tool_result` block in "
                "the next message.",
            )


def _check_texts(blocks: Sequence[Block], place: Path) -> None:
    for block in blocks:
        if isinstance(block, TextBlock):
            _check_text(block.text, place)


def _check_text(text: str, place: Path) -> None:
    if not text or text.isspace():
        fault = "contain non-whitespace text" if text else "be non-empty"
        raise invalid(place, f"text content blocks must {fault}")


def _spoken(block: Block, place: Path) -> Iterator[Part]:
    """Read a block of what the model said; what it thought for nobody to read, and what it was shown, says nothing."""
    match block:
        case TextBlock(text):
            yield Text(text)
        case ThinkingBlock(thinking):
            yield Reasoning(thinking)
        case ToolUseBlock(id, name, arguments):
            yield ToolCall(name, msgspec.json.encode(arguments).decode(), neutral(id))
        case ServerToolUseBlock(id, name, arguments):
            yield ToolCall(name, msgspec.json.encode(arguments).decode(), id, hosted=name)
        case RemoteToolUseBlock(id, name, _, arguments):
            yield ToolCall(name, msgspec.json.encode(arguments).decode(), id, hosted="mcp")
        case CompactionBlock(str() as summary):
            yield Text(summary)
        case ToolResultBlock():
            raise invalid(place, "`tool_result` blocks can only be in `user` messages")
        case _:
            return


def _asked(block: Block, place: Path) -> Part:
    """Read a block of what the user said."""
    match block:
        case TextBlock(text):
            return Text(text)
        case ImageBlock(source):
            return attached.image(source, (*place, "image", "source"))
        case DocumentBlock():
            return attached.document(block, (*place, "document", "source"))
        case SearchResultBlock():
            return attached.found(block)
        case ToolUseBlock() | ServerToolUseBlock():
            raise invalid(place[:2], f"`{_kind(block)}` blocks can only be in `assistant` messages")
        case ThinkingBlock() | RedactedThinkingBlock():
            raise invalid(place[:2], f"`{_kind(block)}` blocks can only be in `assistant` messages")
        case _:
            return Text("")


def _kind(block: Block) -> str:
    return str(block.__struct_config__.tag)


def _text(content: str | Sequence[object] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(block.text for block in content if isinstance(block, TextBlock))


def _media(block: ToolResultBlock, place: Path) -> Iterator[Part]:
    """Read what a tool gave back beside words."""
    for index, inner in enumerate(() if isinstance(block.content, str) else block.content or ()):
        if isinstance(inner, ImageBlock | DocumentBlock | SearchResultBlock):
            yield _asked(inner, (*place, "tool_result", "content", index))
