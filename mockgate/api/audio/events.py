"""Wording a transcript as a stream: its words as they are heard, each speaker's when he is done, and the whole."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ...errors import GatewayError, openai_envelope
from ...turn import Closed, Event, Piece
from ...wire import Frame
from .request import diarizes
from .transcript import Transcript
from .whole import languages, logprob, segment

encode = msgspec.json.encode


def fail(error: GatewayError, due: float, _number: int = 0) -> list[Frame]:
    """Word an error in the middle of a stream."""
    return [Frame(due, encode(openai_envelope(error)))]


def frames(said: Transcript, timed: Iterable[tuple[float, Event]]) -> Iterator[Frame]:
    """Yield the frames of a transcript."""
    due, parted = 0.0, diarizes(said.model)
    diarized = said.asked.response_format == "diarized_json"
    entries = None if said.logprobs is None else iter(said.logprobs)
    for due, event in timed:
        match event:
            case Piece(index=index, text=text, tokens=tokens):
                delta: dict[str, Any] = {"type": "transcript.text.delta", "delta": text}
                if parted:
                    delta["segment_id"] = f"seg_{index}"
                if entries is not None:
                    delta["logprobs"] = [logprob(next(entries)) for _ in range(tokens)]
                yield Frame(due, encode(delta), tokens=tokens)
            case Closed(index=index) if diarized:
                yield Frame(due, encode(segment(said.segments[index], index)))
    yield Frame(due, encode(_done(said)))
    yield Frame(due, b"[DONE]", last=True)


def _done(said: Transcript) -> dict[str, Any]:
    worded: dict[str, Any] = {"type": "transcript.text.done", "text": said.text}
    if said.logprobs is not None:
        worded["logprobs"] = [logprob(entry) for entry in said.logprobs]
    return worded | languages(said) | {"usage": said.usage()}
