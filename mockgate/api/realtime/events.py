"""A turn as a realtime response: its events in order. Source: OpenAI's API reference, "Realtime server events"."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import GatewayError
from ...rng import Dice
from ...synth.telephone import compress
from ...turn import (
    Audio,
    Closed,
    Event,
    Opened,
    Part,
    Piece,
    Reasoning,
    Refusal,
    Start,
    Stop,
    Text,
    ToolCall,
    Turn,
    Usage,
)
from ...wire import Frame

Item = dict[str, Any]

_LAWS = {"audio/pcmu": "u", "audio/pcma": "a"}


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a response as its events."""
    return _Response(turn).frames(timed)


def whole(turn: Turn) -> Item:
    """Word a response that has come to its end."""
    return _Response(turn).ended()


def error(problem: GatewayError, id: str, of: str | None = None) -> Item:
    """Word an error; `of` is the client's id of the event that it is about."""
    said = {"type": problem.type, "code": problem.code, "message": problem.message, "param": problem.param}
    return {"type": "error", "event_id": id, "error": {**said, "event_id": of}}


def usage(counted: Usage) -> Item:
    """Word the token counts."""
    sound, pictures = counted.input_audio, counted.input_image
    cached = {"text_tokens": counted.cached, "audio_tokens": 0, "image_tokens": 0}
    return {
        "total_tokens": counted.total,
        "input_tokens": counted.input,
        "output_tokens": counted.output,
        "input_token_details": {
            "text_tokens": counted.input - sound - pictures,
            "audio_tokens": sound,
            "image_tokens": pictures,
            "cached_tokens": counted.cached,
            "cached_tokens_details": cached,
        },
        "output_token_details": {
            "text_tokens": counted.output - counted.output_audio,
            "audio_tokens": counted.output_audio,
        },
    }


class _Response:
    """One response: what is said in a row is one item, every call one of its own; reasoning is not told."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._asked = turn.prompt.request
        self._reply = turn.replies[0]
        self._dice = Dice(turn.id, "realtime")
        self._id = self._dice.id("resp_", 21)
        self._groups = _grouped(self._reply.parts)
        self._index = {at: index for index, group in enumerate(self._groups) for at in group}
        self._ids = [self._dice.id("item_", 21, salt=index) for index in range(len(self._groups))]
        self._count = 0

    def frames(self, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
        for due, event in timed:
            match event:
                case Start():
                    yield self._event(0.0, "response.created", response=self._response("in_progress"))
                case Opened(index=at) if at in self._index:
                    yield from self._open(due, at)
                case Piece(index=at) if at in self._index:
                    yield self._piece(due, event)
                case Closed(index=at, part=part) if at in self._index:
                    yield from self._close(due, at, part)
                case Stop():
                    yield self._event(due, "response.done", last=True, response=self.ended())

    def ended(self) -> Item:
        reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
        reason = reasons.get(self._reply.finish)
        status = "incomplete" if reason else "completed"
        details = {"type": status, "reason": reason} if reason else None
        output = [self._item(index, reason) for index in range(len(self._groups))]
        return self._response(status, status_details=details, output=output, usage=usage(self._turn.usage))

    def _event(self, due: float, kind: str, tokens: int = 0, *, last: bool = False, **fields: Any) -> Frame:
        data = {"type": kind, "event_id": self._dice.id("event_", 21, salt=self._count), **fields}
        self._count += 1
        return Frame(due, msgspec.json.encode(data), kind, tokens, last)

    def _response(self, status: str, **known: Any) -> Item:
        asked = self._asked
        worded = {
            "object": "realtime.response",
            "id": self._id,
            "status": status,
            "status_details": None,
            "output": [],
            "conversation_id": asked.conversation,
            "output_modalities": ["audio" if asked.spoken else "text"],
            "max_output_tokens": asked.max_output_tokens or "inf",
            "audio": {"output": {"format": _format(asked.format), "voice": asked.voice}},
            "usage": None,
            "metadata": asked.metadata,
        }
        return worded | known

    # Items and their parts.

    def _item(self, index: int, cut: str | None = None, *, begun: bool = False) -> Item:
        """Word an item, complete; `begun`: as it is before anything of it is said."""
        group = self._groups[index]
        last = index == len(self._groups) - 1
        status = "in_progress" if begun else "incomplete" if cut and last else "completed"
        item = {"id": self._ids[index], "object": "realtime.item", "status": status}
        part = self._reply.parts[group[0]]
        if isinstance(part, ToolCall):
            said = "" if begun else part.arguments
            return {**item, "type": "function_call", "name": part.name, "call_id": part.id, "arguments": said}
        content = [] if begun else [_content(self._reply.parts[at]) for at in group]
        return {**item, "type": "message", "role": "assistant", "content": content}

    def _where(self, at: int) -> Item:
        index = self._index[at]
        where = {"response_id": self._id, "item_id": self._ids[index], "output_index": index}
        if isinstance(self._reply.parts[at], ToolCall):
            return where
        return {**where, "content_index": self._groups[index].index(at)}

    def _open(self, due: float, at: int) -> Iterator[Frame]:
        index, part = self._index[at], self._reply.parts[at]
        if at == self._groups[index][0]:
            item = self._item(index, begun=True)
            yield self._event(due, "response.output_item.added", response_id=self._id, output_index=index, item=item)
            if self._asked.conversation is not None:
                before = self._ids[index - 1] if index else self._asked.previous_item_id
                yield self._event(due, "conversation.item.added", previous_item_id=before, item=item)
        if not isinstance(part, ToolCall):
            empty = {"type": "audio", "transcript": ""} if isinstance(part, Audio) else {"type": "text", "text": ""}
            yield self._event(due, "response.content_part.added", **self._where(at), part=empty)

    def _piece(self, due: float, piece: Piece) -> Frame:
        where = self._where(piece.index)
        match self._reply.parts[piece.index]:
            case ToolCall(id=id):
                kind = "response.function_call_arguments.delta"
                return self._event(due, kind, piece.tokens, **where, call_id=id, delta=piece.text)
            case Audio() if piece.data:
                sound = b64encode(encoded(piece.data, self._asked.format)).decode()
                return self._event(due, "response.output_audio.delta", 0, **where, delta=sound)
            case Audio():
                kind = "response.output_audio_transcript.delta"
                return self._event(due, kind, piece.tokens, **where, delta=piece.text)
            case _:
                return self._event(due, "response.output_text.delta", piece.tokens, **where, delta=piece.text)

    def _close(self, due: float, at: int, part: Part) -> Iterator[Frame]:
        index, where = self._index[at], self._where(at)
        if isinstance(part, ToolCall):
            said: Item = {"call_id": part.id, "name": part.name, "arguments": part.arguments}
            yield self._event(due, "response.function_call_arguments.done", **where, **said)
        else:
            words: Item
            if isinstance(part, Audio):
                yield self._event(due, "response.output_audio.done", **where)
                words = {"transcript": part.transcript}
                yield self._event(due, "response.output_audio_transcript.done", **where, **words)
            else:
                words = {"text": _words(part)}
                yield self._event(due, "response.output_text.done", **where, **words)
            kind = "audio" if isinstance(part, Audio) else "text"
            yield self._event(due, "response.content_part.done", **where, part={"type": kind, **words})
        if at == self._groups[index][-1]:
            yield from self._end_item(due, index)

    def _end_item(self, due: float, index: int) -> Iterator[Frame]:
        item = self._item(index, "cut" if self._reply.finish == "length" else None)
        yield self._event(due, "response.output_item.done", response_id=self._id, output_index=index, item=item)
        if self._asked.conversation is not None:
            before = self._ids[index - 1] if index else self._asked.previous_item_id
            yield self._event(due, "conversation.item.done", previous_item_id=before, item=item)


def _grouped(parts: tuple[Part, ...]) -> list[list[int]]:
    """Return which parts make which item."""
    groups: list[list[int]] = []
    before: Part | None = None
    for at, part in enumerate(parts):
        if isinstance(part, Reasoning):
            continue
        if groups and not isinstance(part, ToolCall) and not isinstance(before, ToolCall):
            groups[-1].append(at)
        else:
            groups.append([at])
        before = part
    return groups


def encoded(pcm: bytes, format: str) -> bytes:
    """Turn 24 kHz PCM into a format of sound."""
    match _LAWS.get(format):
        case "u" | "a" as law:
            return compress(pcm, law)
        case _:
            return pcm


def _format(kind: str) -> Item:
    return {"type": kind, "rate": 24000} if kind == "audio/pcm" else {"type": kind}


def _content(part: Part) -> Item:
    if isinstance(part, Audio):
        return {"type": "output_audio", "transcript": part.transcript}
    return {"type": "output_text", "text": _words(part)}


def _words(part: Part) -> str:
    return part.text if isinstance(part, Text | Refusal) else ""
