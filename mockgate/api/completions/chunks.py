"""A turn as legacy completion chunks: text by text, in the form of the whole one. Source: OpenAI's API reference."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import GatewayError, openai_envelope
from ...obfuscation import obfuscated
from ...turn import Event, Piece, Refusal, Start, Stop, Text, Turn
from ...wire import Frame
from .request import Asked
from .whole import finish_reason, head, logprobs, usage

encode = msgspec.json.encode

_DONE = b"[DONE]"


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a stream: the prompt where it is echoed, its completion, why that ended; the usage if it was asked for,
    and `[DONE]`."""
    asked: Asked = turn.prompt.request
    options = asked.body.stream_options
    worded = _frames(turn, timed, counts=options is not None and options.include_usage is True)
    return obfuscated(worded, turn.id) if options is not None and options.include_obfuscation else worded


def _frames(turn: Turn, timed: Iterator[tuple[float, Event]], *, counts: bool) -> Iterator[Frame]:
    before, after = encode(head(turn))[:-1] + b',"choices":[', b'],"usage":null}' if counts else b"]}"
    choices = [_Choice(turn, index) for index in range(len(turn.replies))]
    due = 0.0
    for due, event in timed:
        worded = choices[event.choice].word(event)
        if worded is not None:
            tokens = event.tokens if isinstance(event, Piece) else 0
            yield Frame(due, before + encode(worded) + after, None, tokens)
    if counts:
        yield Frame(due, before + b'],"usage":' + encode(usage(turn.usage)) + b"}")
    yield Frame(due, _DONE, last=True)


def fail(error: GatewayError, due: float) -> list[Frame]:
    """Word an error in the middle of a stream: a chunk that is nothing but the error, and no `[DONE]`."""
    return [Frame(due, encode(openai_envelope(error)))]


class _Choice:
    """One choice's chunks; it knows how many characters have gone."""

    def __init__(self, turn: Turn, index: int) -> None:
        self._index = index
        self._echo = turn.prompt.request.echo(index)
        self._reply = turn.replies[index]
        self._gone = 0

    def word(self, event: Event) -> dict[str, Any] | None:
        """Word one event, where it has words."""
        match event:
            case Piece(index=index) if isinstance(self._reply.parts[index], Text | Refusal):
                return self._piece(event)
            case Start() if self._echo.text:
                entries = self._echo.logprobs
                self._gone = len(self._echo.text)
                return self._chunk(self._echo.text, logprobs(entries, begins=True) if entries else None)
            case Stop():
                return {**self._chunk(""), "finish_reason": finish_reason(self._reply)}
            case _:
                return None

    def _piece(self, piece: Piece) -> dict[str, Any]:
        worded = None
        if self._reply.logprobs is not None:
            worded = logprobs(self._reply.logprobs[piece.at : piece.at + piece.tokens], self._gone)
        self._gone += len(piece.text)
        return self._chunk(piece.text, worded)

    def _chunk(self, text: str, logprobs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"text": text, "index": self._index, "logprobs": logprobs, "finish_reason": None}
