"""An answer under way: what was told of it so far, and how it ends where it does not end by itself."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ...errors import GatewayError
from .items import Item

#: What carries an answer's words, by the event that does, and where in an item they stand.
_WORDS = {
    "response.output_text.delta": "text",
    "response.output_audio_transcript.delta": "transcript",
    "response.function_call_arguments.delta": "arguments",
}
_SOUND = b'{"type":"response.output_audio.delta"'


class Running:
    """One answer. `over`: its last event was told; `problem` is what ended it in the middle.

    `said` counts the characters told so far, `usage` words what it took, once it was broken off.
    """

    def __init__(self, id: str, body: Item) -> None:
        self.id = id
        self.body = body
        self.task: asyncio.Task[None] | None = None
        self.response: Item | None = None
        self.over = False
        self.problem: GatewayError | None = None
        self.said = 0
        self.usage: Item | None = None
        self._items: list[Item] = []

    def read(self, data: bytes) -> Item | None:
        """Read an event and note what it says; None for what is no event."""
        try:
            event: Any = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeError):
            return None
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return None
        if not data.startswith(_SOUND):
            self._note(event)
        return event

    def _note(self, event: Item) -> None:
        match event:
            case {"type": "response.created", "response": response}:
                self.response, self.id = response, response["id"]
            case {"type": "response.output_item.added", "item": item}:
                self._items.append(item | ({"content": []} if "content" in item else {}))
            case {"type": "response.output_item.done", "item": item}:
                self._items[-1] = item
            case {"type": "response.content_part.added", "part": part}:
                kind = "output_audio" if part["type"] == "audio" else "output_text"
                self._items[-1]["content"].append({**part, "type": kind})
            case {"type": str(kind), "delta": delta} if kind in _WORDS:
                part = self._items[-1]["content"][-1] if "content" in self._items[-1] else self._items[-1]
                part[_WORDS[kind]] += delta
                self.said += len(delta)
            case {"type": "response.done", "response": response}:
                self.response, self.over = response, True
            case {"type": "error", "error": said}:
                told = {name: said.get(name) for name in ("param", "code", "type")}
                self.problem = GatewayError("server_error", said.get("message"), **told)

    def cancelled(self, reason: str, new_id: Callable[[str], str]) -> Iterator[Item]:
        """Yield the events that end an answer which is broken off; none when it is over."""
        yield from self._ended("cancelled", {"type": "cancelled", "reason": reason}, new_id)

    def failed(self, error: GatewayError, new_id: Callable[[str], str]) -> Iterator[Item]:
        """Yield the events that end an answer which failed."""
        said = {"type": error.type, "code": error.code, "message": error.message}
        yield from self._ended("failed", {"type": "failed", "error": said}, new_id)

    def _ended(self, status: str, details: Item, new_id: Callable[[str], str]) -> Iterator[Item]:
        if self.over:
            return
        self.over = True
        if self.response is None:
            self.response = self._unsaid()
            yield {"type": "response.created", "event_id": new_id("event_"), "response": self.response}
        if self._items and self._items[-1]["status"] == "in_progress":
            item = self._items[-1] = {**self._items[-1], "status": "incomplete"}
            where = {"response_id": self.id, "output_index": len(self._items) - 1, "item": item}
            yield {"type": "response.output_item.done", "event_id": new_id("event_"), **where}
            if self.response.get("conversation_id"):
                yield {"type": "conversation.item.done", "event_id": new_id("event_"), "item": item}
        known = {"status": status, "status_details": details, "output": self._items, "usage": self.usage}
        response = {**self.response, **known}
        yield {"type": "response.done", "event_id": new_id("event_"), "response": response}

    def _unsaid(self) -> Item:
        """Word a response of which nothing was told yet."""
        asked = self.body
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": asked.get("conversation"),
            "output_modalities": asked.get("output_modalities"),
            "max_output_tokens": asked.get("max_output_tokens"),
            "audio": asked.get("audio"),
            "usage": None,
            "metadata": asked.get("metadata"),
        }
