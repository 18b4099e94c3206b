"""A turn as a message's events. Source: Anthropic's guide to streaming; order as recorded.

What stands around the words of a block is worded once, when the block is opened.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import msgspec

from ...errors import GatewayError, anthropic_envelope
from ...protocols import worded
from ...turn import Closed, Event, Opened, Piece, Start, Stop, Turn
from ...wire import Frame
from .whole import Block, blocks, ending, head, input_usage, is_omitted, output_details, usage

encode = msgspec.json.encode

_PING = b'{"type":"ping"}'

#: What of a block arrives in pieces: the key and the type of the delta that carries them.
_WORDS = {
    "text": (b"text_delta", b"text"),
    "thinking": (b"thinking_delta", b"thinking"),
    "tool_use": (b"input_json_delta", b"partial_json"),
    "server_tool_use": (b"input_json_delta", b"partial_json"),
}


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a stream: message_start, the blocks one after the other, message_delta, message_stop."""
    message = _Message(turn)
    for due, event in timed:
        if not isinstance(event, Piece):
            yield from message.frames(due, event)
        elif (frame := message.piece(due, event)) is not None:
            yield frame


def fail(error: GatewayError, due: float) -> list[Frame]:
    """Word an error in the middle of a stream: an event of its own, and no message_stop."""
    return [Frame(due, encode(anthropic_envelope(worded(error, "anthropic"), error.request_id)), "error")]


class _Message:
    """One message's events."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._content = [blocks(turn, part, at) for at, part in enumerate(turn.replies[0].parts)]
        self._omitted = is_omitted(turn.prompt.request)
        self._numbers = count()
        self._number = 0
        self._pinged = False
        self._around: tuple[bytes, bytes] | None = None

    def piece(self, due: float, piece: Piece) -> Frame | None:
        """Word some of a part's words, where they are shown."""
        if self._around is None:
            return None
        before, after = self._around
        return Frame(due, before + encode(piece.text) + after, "content_block_delta", piece.tokens)

    def frames(self, due: float, event: Event) -> Iterator[Frame]:
        """Word what comes before words, between them and after them."""
        match event:
            case Start():
                yield self._start(due)
            case Opened(index=index):
                self._around = None
                for block in self._content[index][:1]:
                    yield from self._open(due, block)
            case Closed(index=index):
                yield from self._close(due, self._content[index])
            case Stop():
                yield from self._stop(due)

    def _start(self, due: float) -> Frame:
        counted = {**usage(self._turn), "output_tokens": min(1, self._turn.usage.output)}
        for late in ("output_tokens_details", "server_tool_use"):
            counted.pop(late, None)
        message = {**head(self._turn), "content": [], "stop_reason": None, "stop_sequence": None, "usage": counted}
        return _frame(due, {"type": "message_start", "message": message})

    # Blocks.

    def _open(self, due: float, block: Block) -> Iterator[Frame]:
        """Begin a block, and say what of it comes before its words."""
        self._number = next(self._numbers)
        yield _frame(due, {"type": "content_block_start", "index": self._number, "content_block": _empty(block)})
        if not self._pinged:
            self._pinged = True
            yield Frame(due, _PING, "ping")
        kind = block["type"]
        if kind in _WORDS and not (kind == "thinking" and self._omitted):
            delta, key = _WORDS[kind]
            before = b'{"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":' % (self._number, delta, key)
            self._around = before, b"}}"
        if kind in {"tool_use", "server_tool_use"}:
            yield self._delta(due, {"type": "input_json_delta", "partial_json": ""})
        for citation in block.get("citations", ()):
            yield self._delta(due, {"type": "citations_delta", "citation": citation})

    def _delta(self, due: float, delta: dict[str, Any]) -> Frame:
        return _frame(due, {"type": "content_block_delta", "index": self._number, "delta": delta})

    def _close(self, due: float, blocks: Sequence[Block]) -> Iterator[Frame]:
        """End a part's block; what the server's tool found follows as a block without words."""
        for at, block in enumerate(blocks):
            if at:
                yield from self._open(due, block)
            if "signature" in block:
                yield self._delta(due, {"type": "signature_delta", "signature": block["signature"]})
            yield _frame(due, {"type": "content_block_stop", "index": self._number})

    def _stop(self, due: float) -> Iterator[Frame]:
        if not self._pinged:
            yield Frame(due, _PING, "ping")
        counted = {**input_usage(self._turn.usage), "output_tokens": self._turn.usage.output}
        delta = ending(self._turn, self._turn.replies[0])
        yield _frame(due, {"type": "message_delta", "delta": delta, "usage": counted | output_details(self._turn)})
        yield Frame(due, b'{"type":"message_stop"}', "message_stop", last=True)


def _empty(block: Block) -> Block:
    """Return a block as it begins: without its words."""
    match block["type"]:
        case "text":
            return {"type": "text", "text": "", **({"citations": []} if "citations" in block else {})}
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "tool_use" | "server_tool_use":
            return {**block, "input": {}}
        case _:
            return block


def _frame(due: float, event: dict[str, Any]) -> Frame:
    return Frame(due, encode(event), event["type"])
