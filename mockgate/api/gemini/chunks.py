"""A turn as a stream of GenerateContentResponses: each with some words, a call always whole.

Server-sent events without names, and without an event that only ends them: the last has the finish reason. Source:
Google's API reference, "streamGenerateContent".
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import GatewayError, google_envelope
from ...protocols import worded
from ...turn import Audio, Closed, Event, Piece, Reasoning, Refusal, Stop, Text, ToolCall, Turn
from ...wire import Frame
from .whole import SOUND, about, bare, blocked, ending, is_blocked, part_of, usage

encode = msgspec.json.encode


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a stream: some words at a time, then why each choice ended; the last frame ends it."""
    return _blocked(turn, timed) if is_blocked(turn) else _frames(turn, timed)


def _blocked(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    due = max(due for due, _ in timed)
    yield Frame(due, encode(blocked(turn)), last=True)


def _frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    stream, going = _Stream(turn), len(turn.replies)
    for due, event in timed:
        match event:
            case Piece():
                frame = stream.piece(due, event)
            case Closed(part=ToolCall()):
                frame = stream.call(due, event)
            case Stop():
                going -= 1
                frame = stream.stop(due, event, last=not going)
            case _:
                continue
        if frame is not None:
            yield frame


def fail(error: GatewayError, due: float) -> list[Frame]:
    """Word an error in the middle of a stream: an event that is nothing but the error."""
    return [Frame(due, encode(google_envelope(worded(error, "google"))))]


class _Stream:
    """One turn's chunks; it knows how many tokens have gone, and how many of them wait for their call to be whole."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._about = encode(about(turn))[1:]
        self._usage = usage(turn.usage)
        self._said = self._thought = 0
        self._waiting: dict[int, int] = {}
        self._enum = turn.prompt.request.config.response_mime_type == "text/x.enum"

    def piece(self, due: float, piece: Piece) -> Frame | None:
        """Word some of a part's words; None for what is not shown, or not yet."""
        match self._turn.replies[piece.choice].parts[piece.index]:
            case Reasoning():
                self._thought += piece.tokens
                shown = self._turn.prompt.request.shows_thoughts
                return self._chunk(due, piece, {"text": piece.text, "thought": True}) if shown else None
            case Text() | Refusal():
                self._said += piece.tokens
                return self._chunk(due, piece, {"text": bare(piece.text) if self._enum else piece.text})
            case Audio() if piece.data:
                data = b64encode(piece.data).decode()
                return self._chunk(due, piece, {"inlineData": {"mimeType": SOUND, "data": data}})
            case _:
                self._said += piece.tokens
                self._waiting[piece.choice] = self._waiting.get(piece.choice, 0) + piece.tokens
                return None

    def call(self, due: float, closed: Closed) -> Frame | None:
        """Word a call, once it is whole."""
        reply = self._turn.replies[closed.choice]
        part = part_of(self._turn, reply, closed.index, closed.part)
        waiting = Piece(closed.choice, closed.index, "", self._waiting.pop(closed.choice, 0))
        return None if part is None else self._chunk(due, waiting, part)

    def stop(self, due: float, stop: Stop, *, last: bool) -> Frame:
        """Word why a choice ended; with the last choice, all that was counted."""
        content = {"parts": [{"text": ""}], "role": "model"}
        candidate = {"content": content, **ending(self._turn, stop.choice)}
        return self._frame(due, candidate, self._usage if last else self._so_far(), 0, last)

    def _chunk(self, due: float, piece: Piece, part: dict[str, Any]) -> Frame:
        candidate = {"content": {"parts": [part], "role": "model"}, "index": piece.choice}
        return self._frame(due, candidate, self._so_far(), piece.tokens)

    def _so_far(self) -> dict[str, Any]:
        """Count what has gone: never more than there is, whatever a rule says that is."""
        counted = self._turn.usage
        thought = min(self._thought, counted.reasoning)
        said = min(self._said, counted.output - counted.reasoning)
        return usage(msgspec.structs.replace(counted, output=thought + said, reasoning=thought, output_audio=0))

    def _frame(
        self, due: float, candidate: dict[str, Any], counted: dict[str, Any], tokens: int, last: bool = False
    ) -> Frame:
        worded = encode({"candidates": [candidate], "usageMetadata": counted})[:-1] + b"," + self._about
        return Frame(due, worded, None, tokens, last)
