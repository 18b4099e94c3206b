"""A turn as a Responses stream: events in order, numbered without gaps. Source: OpenAI's API reference, streaming.

There is no `[DONE]`: the last event is the one that carries the whole response.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import GatewayError
from ...obfuscation import obfuscated
from ...turn import Closed, Event, Opened, Part, Piece, Reasoning, Refusal, Start, Stop, Text, ToolCall, Turn
from ...wire import Frame
from . import hosted, mcp, whole
from .items import Item

encode = msgspec.json.encode


def frames(turn: Turn, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
    """Word a stream."""
    worded = _Stream(turn).frames(timed)
    return padded(worded, turn) if pads(turn) else worded


def pads(turn: Turn) -> bool:
    """Tell whether a stream was asked to hide how long its words are."""
    options = turn.prompt.request.asked.stream_options
    return options is not None and options.include_obfuscation is True


def padded(frames: Iterator[Frame], turn: Turn) -> Iterator[Frame]:
    """Hide how long the words of a stream's events are."""
    return obfuscated(frames, turn.id, _is_delta)


def _is_delta(frame: Frame) -> bool:
    return frame.event is not None and frame.event.endswith(".delta")


def fail(error: GatewayError, due: float, number: int = 0) -> list[Frame]:
    """Word an error in the middle of a stream, the event of that number: flat, as OpenAI's `error` event is."""
    body = {"type": "error", "code": error.code or error.type, "message": error.message, "param": error.param}
    return [Frame(due, encode({**body, "sequence_number": number}), "error")]


def failed(turn: Turn, due: float, number: int, problem: tuple[str, str]) -> Frame:
    """Word the end of a stream whose response failed, as the event of that number."""
    error = {"code": problem[0], "message": problem[1]}
    body = {"type": "response.failed", "sequence_number": number}
    return Frame(
        due, encode({**body, "response": whole.worded(turn, "failed", error=error)}), "response.failed", last=True
    )


class _Stream:
    """The events of one response. `number` is the next event's; an item is opened before its parts."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._reply = turn.replies[0]
        self._listed = mcp.listed(turn)
        self._groups = [*([] for _ in self._listed), *whole.groups(self._reply)]
        self._index = {at: index for index, group in enumerate(self._groups) for at in group}
        self._number = 0
        self._items = whole.output(turn)
        reasoning = turn.prompt.request.asked.reasoning
        self._tells = reasoning is not None and bool(reasoning.summary or reasoning.generate_summary)

    def frames(self, timed: Iterator[tuple[float, Event]]) -> Iterator[Frame]:
        for due, event in timed:
            match event:
                case Start():
                    yield from self._begin(due)
                case Opened(index=at, part=part):
                    yield from self._open(due, at, part)
                case Piece():
                    yield from self._piece(due, event)
                case Closed(index=at, part=part):
                    yield from self._close(due, at, part)
                case Stop():
                    yield self._end(due)

    def _event(self, due: float, kind: str, tokens: int = 0, *, last: bool = False, **fields: Any) -> Frame:
        data = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return Frame(due, encode(data), kind, tokens, last)

    def _begin(self, due: float) -> Iterator[Frame]:
        if self._turn.prompt.request.asked.background:
            waiting = whole.worded(self._turn, "queued")
            yield self._event(due, "response.created", response=waiting)
            yield self._event(due, "response.queued", response=waiting)
        else:
            yield self._event(due, "response.created", response=whole.worded(self._turn, "in_progress"))
        yield self._event(due, "response.in_progress", response=whole.worded(self._turn, "in_progress"))
        for index, item in enumerate(self._listed):
            yield from self._list(due, index, item)

    def _list(self, due: float, index: int, item: Item) -> Iterator[Frame]:
        """Tell of what a server offers."""
        where = {"item_id": item["id"], "output_index": index}
        yield self._event(due, "response.output_item.added", output_index=index, item={**item, "tools": []})
        yield self._event(due, "response.mcp_list_tools.in_progress", **where)
        yield self._event(due, "response.mcp_list_tools.completed", **where)
        yield self._event(due, "response.output_item.done", output_index=index, item=item)

    def _end(self, due: float) -> Frame:
        response = whole.ended(self._turn, self._turn.created + due)
        return self._event(due, f"response.{response['status']}", last=True, response=response)

    # Items and their parts.

    def _place(self, at: int) -> dict[str, Any]:
        index = self._index[at]
        return {"item_id": self._items[index]["id"], "output_index": index}

    def _open(self, due: float, at: int, part: Part) -> Iterator[Frame]:
        index = self._index[at]
        group = self._groups[index]
        if at == group[0]:
            begun = _begun(self._items[index])
            yield self._event(due, "response.output_item.added", output_index=index, item=begun)
        match part:
            case Text() | Refusal():
                empty = _begun_part(whole.content_part(self._turn, at))
                where = {**self._place(at), "content_index": group.index(at)}
                yield self._event(due, "response.content_part.added", **where, part=empty)
            case Reasoning() if self._tells:
                empty = {"type": "summary_text", "text": ""}
                yield self._event(
                    due, "response.reasoning_summary_part.added", **self._place(at), summary_index=0, part=empty
                )
            case ToolCall(hosted=kind) if kind:
                yield from self._run(due, kind, at)

    def _run(self, due: float, kind: str, at: int) -> Iterator[Frame]:
        """Tell of a hosted tool at work, and of what it was given."""
        first, *states = hosted.STATES[kind][:-1]
        where, item = self._place(at), self._items[self._index[at]]
        yield self._event(due, f"response.{kind}_call.{first}", **where)
        if kind in hosted.GIVEN:
            words, field = hosted.GIVEN[kind]
            yield self._event(due, f"response.{words}.delta", **where, delta=item[field])
            yield self._event(due, f"response.{words}.done", **where, **{field: item[field]})
        for state in states:
            yield self._event(due, f"response.{kind}_call.{state}", **where)
        if kind == "image_generation":
            for number in range(hosted.previews(self._turn)):
                seen = {"partial_image_index": number, "partial_image_b64": item["result"], **hosted.SHAPE}
                yield self._event(due, "response.image_generation_call.partial_image", **where, **seen)

    def _piece(self, due: float, piece: Piece) -> Iterator[Frame]:
        part, where = self._reply.parts[piece.index], self._place(piece.index)
        match part:
            case Text():
                place = self._groups[self._index[piece.index]].index(piece.index)
                said: dict[str, Any] = {"content_index": place, "delta": piece.text, "logprobs": self._logprobs(piece)}
                yield self._event(due, "response.output_text.delta", piece.tokens, **where, **said)
            case Refusal():
                place = self._groups[self._index[piece.index]].index(piece.index)
                yield self._event(
                    due, "response.refusal.delta", piece.tokens, **where, content_index=place, delta=piece.text
                )
            case Reasoning() if self._tells:
                kind = "response.reasoning_summary_text.delta"
                yield self._event(due, kind, piece.tokens, **where, summary_index=0, delta=piece.text)
            case ToolCall(hosted="") if not mcp.awaits_approval(part, self._turn):
                kind = "custom_tool_call_input" if part.custom else "function_call_arguments"
                yield self._event(due, f"response.{kind}.delta", piece.tokens, **where, delta=piece.text)

    def _logprobs(self, piece: Piece) -> list[Item]:
        entries = self._reply.logprobs
        return [] if entries is None else [whole.entry(one) for one in entries[piece.at : piece.at + piece.tokens]]

    def _close(self, due: float, at: int, part: Part) -> Iterator[Frame]:
        group, where = self._groups[self._index[at]], self._place(at)
        match part:
            case Text() | Refusal():
                yield from self._close_words(due, at, {**where, "content_index": group.index(at)})
            case Reasoning(text) if self._tells:
                told = {**where, "summary_index": 0}
                yield self._event(due, "response.reasoning_summary_text.done", **told, text=text)
                done = {"type": "summary_text", "text": text}
                yield self._event(due, "response.reasoning_summary_part.done", **told, part=done)
            case ToolCall(hosted=kind) if kind:
                yield self._event(due, f"response.{kind}_call.{hosted.STATES[kind][-1]}", **where)
            case ToolCall() if mcp.awaits_approval(part, self._turn):
                pass  # a question is put at once
            case ToolCall(custom=True, arguments=given):
                yield self._event(due, "response.custom_tool_call_input.done", **where, input=given)
            case ToolCall(name=name, arguments=given):
                yield self._event(due, "response.function_call_arguments.done", **where, arguments=given, name=name)
        if at == group[-1]:
            index = self._index[at]
            yield self._event(due, "response.output_item.done", output_index=index, item=self._items[index])

    def _close_words(self, due: float, at: int, where: dict[str, Any]) -> Iterator[Frame]:
        part = whole.content_part(self._turn, at)
        if part["type"] == "refusal":
            yield self._event(due, "response.refusal.done", **where, refusal=part["refusal"])
        else:
            for number, note in enumerate(part["annotations"]):
                kind = "response.output_text.annotation.added"
                yield self._event(due, kind, **where, annotation_index=number, annotation=note)
            told = {"text": part["text"], "logprobs": part["logprobs"]}
            yield self._event(due, "response.output_text.done", **where, **told)
        yield self._event(due, "response.content_part.done", **where, part=part)


#: What of an item is not there yet when it begins, by what stands there instead.
_EMPTY: dict[str, Any] = {
    "content": [],
    "summary": [],
    "arguments": "",
    "input": "",
    "code": "",
    "result": None,
    "output": None,
    "results": None,
    "outputs": None,
}


def _begun(item: Item) -> Item:
    """Return an item as it is when it begins; a question is put at once."""
    if item["type"] == "mcp_approval_request":
        return item
    begun = {name: _EMPTY.get(name, value) for name, value in item.items()}
    return begun | {"status": "in_progress"} if "status" in item else begun


def _begun_part(part: Item) -> Item:
    if part["type"] == "refusal":
        return {"type": "refusal", "refusal": ""}
    return {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
