"""A turn as chat completion chunks. Source: OpenAI's API reference, the chunk object; order as recorded.

All of a choice's chunks are alike but for their delta, so the rest is encoded once.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import GatewayError, openai_envelope
from ...obfuscation import obfuscated
from ...turn import (
    Audio,
    Closed,
    Event,
    Opened,
    Part,
    Piece,
    Reasoning,
    Refusal,
    Reply,
    Start,
    Stop,
    Text,
    ToolCall,
    Turn,
)
from ...wire import Frame
from .whole import (
    AUDIO_LIFETIME,
    annotations,
    bare,
    completion_id,
    fingerprint,
    finish_reason,
    logprobs,
    service_tier,
    usage,
)

encode = msgspec.json.encode

_DONE = b"[DONE]"


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a stream: role chunk, deltas, finish chunk, the usage chunk if it was asked for, `[DONE]`."""
    asked = turn.prompt.request.stream_options
    worded = _frames(
        turn, timed, counts=(asked is not None and asked.include_usage is True) or "usage_always" in turn.quirks
    )
    return obfuscated(worded, turn.id) if asked is not None and asked.include_obfuscation else worded


def _frames(turn: Turn, timed: Iterator[tuple[float, Event]], *, counts: bool) -> Iterator[Frame]:
    head = _head(turn)
    tail = b',"usage":null}' if counts else b"}"
    choices = [_Choice(turn, index, head, tail) for index in range(len(turn.replies))]
    due = 0.0
    for due, event in timed:
        choice = choices[event.choice]
        frame = choice.piece(due, event) if isinstance(event, Piece) else choice.frame(due, event)
        if frame is not None:
            yield frame
    if counts:
        yield Frame(due, head + b'"choices":[],"usage":' + encode(usage(turn)) + b"}")
    yield Frame(due, _DONE, last=True)


def _head(turn: Turn) -> bytes:
    shared = {
        "id": completion_id(turn),
        "object": "chat.completion.chunk",
        "created": turn.created,
        "model": turn.prompt.model,
        "service_tier": service_tier(turn),
        "system_fingerprint": fingerprint(turn.prompt.model),
    }
    return encode(bare(shared) if "bare_answers" in turn.quirks else shared)[:-1] + b","


def fail(error: GatewayError, due: float) -> list[Frame]:
    """Word an error in the middle of a stream: a chunk that is nothing but the error, and no `[DONE]`."""
    return [Frame(due, encode(openai_envelope(error)))]


class _Choice:
    """One choice's chunks. What stands around the words of a part is worded once, when the part is opened."""

    def __init__(self, turn: Turn, index: int, head: bytes, tail: bytes) -> None:
        self._turn = turn
        self._reply: Reply = turn.replies[index]
        self._before = head + b'"choices":[{"index":%d,"delta":' % index
        self._unfinished = b',"logprobs":null,"finish_reason":null}]' + tail
        self._tail = tail
        self._legacy = bool(turn.prompt.request.functions)
        self._calls = {
            at: order
            for order, at in enumerate(at for at, part in enumerate(self._reply.parts) if isinstance(part, ToolCall))
        }
        self._around: tuple[bytes, bytes] | None = None

    def frame(self, due: float, event: Event) -> Frame | None:
        """Word what comes before words, between them and after them, where it has a chunk."""
        match event:
            case Start():
                return self._chunk(due, self._role())
            case Opened(index=index, part=part):
                return self._open(due, index, part)
            case Closed():
                return self._close(due, event)
            case Stop():
                reason = encode(finish_reason(self._turn, self._reply))
                return Frame(due, self._before + b'{},"logprobs":null,"finish_reason":' + reason + b"}]" + self._tail)
            case _:
                return None

    def _chunk(self, due: float, delta: dict[str, Any]) -> Frame:
        return Frame(due, self._before + encode(delta) + self._unfinished)

    def _role(self) -> dict[str, Any]:
        speechless = any(isinstance(part, ToolCall | Refusal | Audio) for part in self._reply.parts)
        silent = speechless and not any(isinstance(part, Text) for part in self._reply.parts)
        return {"role": "assistant", "content": None if silent else "", "refusal": None}

    def _open(self, due: float, index: int, part: Part) -> Frame | None:
        """Begin a part: a tool call and sound with a chunk of their own."""
        self._around = None
        match part:
            case Text():
                self._expect(b'{"content":', b"}")
            case Refusal():
                self._expect(b'{"refusal":', b"}")
            case Reasoning() if "hidden_reasoning" not in self._turn.quirks:
                self._expect(b'{"reasoning_content":', b"}")
            case Audio(id=id):
                # The id comes with the first chunk only: the SDKs would join it to itself.
                self._expect(b'{"audio":{"transcript":', b"}}")
                return self._chunk(due, {"audio": {"id": id}})
            case ToolCall() if self._legacy:
                return self._open_function(due, index, part)
            case ToolCall():
                return self._open_call(due, self._calls[index], part)
        return None

    def _close(self, due: float, closed: Closed) -> Frame | None:
        """End a part: sound, and a text that cites pages, with a chunk of their own."""
        if isinstance(closed.part, Audio):
            return self._chunk(due, {"audio": {"expires_at": self._turn.created + AUDIO_LIFETIME}})
        notes = annotations(self._reply, closed.index)
        return self._chunk(due, {"annotations": notes}) if notes else None

    def _expect(self, before: bytes, after: bytes) -> None:
        self._around = (self._before + before, after + self._unfinished)

    def _open_function(self, due: float, index: int, call: ToolCall) -> Frame | None:
        """Begin a call in the words of the deprecated `functions`, which know only one."""
        if self._calls[index]:
            return None
        self._expect(b'{"function_call":{"arguments":', b"}}")
        return self._chunk(due, {"function_call": {"name": call.name, "arguments": ""}})

    def _open_call(self, due: float, order: int, call: ToolCall) -> Frame:
        kind, words = ("custom", "input") if call.custom else ("function", "arguments")
        self._expect(b'{"tool_calls":[{"index":%d,"%b":{"%b":' % (order, kind.encode(), words.encode()), b"}}]}")
        opened = {"index": order, "id": call.id, "type": kind, kind: {"name": call.name, words: ""}}
        return self._chunk(due, {"tool_calls": [opened]})

    def piece(self, due: float, piece: Piece) -> Frame | None:
        """Word some of a part's words, where they are shown."""
        if self._around is None:
            return None
        if piece.data:
            return self._chunk(due, {"audio": {"data": b64encode(piece.data).decode()}})
        before, after = self._around
        if self._reply.logprobs is not None and isinstance(self._reply.parts[piece.index], (Text, Refusal)):
            entries = self._reply.logprobs[piece.at : piece.at + piece.tokens]
            worded = b',"logprobs":' + encode(logprobs(entries, self._reply)) + b',"finish_reason":null}]'
            after = after.removesuffix(self._unfinished) + worded + self._tail
        return Frame(due, before + encode(piece.text) + after, None, piece.tokens)
