"""The answers of a realtime session: each is a call through the door, played as it comes, and may be broken off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from math import ceil
from typing import Any

import msgspec

from ...admission import bill_less
from ...errors import GatewayError
from ...journal import Exchange
from ...talks import Begin, Line, playing
from ...turn import Part, Turn, Usage, words_of
from ...wording import bad_request
from . import beta
from .channel import Channel
from .config import Asked, updated
from .events import usage
from .history import History
from .items import Item
from .running import Running
from .turns import PATH

#: A turn that is refused with one of these is told of as a response that failed, all else as an error.
_FAILURES = frozenset({402, 408, 429, 529, *range(500, 505)})

#: Of a session's configuration, what a turn is asked with.
_OF_A_TURN = (
    "model",
    "instructions",
    "output_modalities",
    "tools",
    "tool_choice",
    "max_output_tokens",
    "parallel_tool_calls",
)


class ResponseAsked(Asked, frozen=True):
    """What one response may have otherwise than its session."""

    conversation: str | None = None
    input: list[dict[str, Any]] | None = None
    metadata: dict[str, str] | None = None


class Answers:
    """The answers of one session: one at a time, and beside it those that are no part of the conversation."""

    def __init__(self, line: Line, channel: Channel, history: History, begin: Begin) -> None:
        self._line = line
        self._channel = channel
        self._history = history
        self._begin = begin
        self._active: Running | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._active is not None

    async def create(self, event: Item) -> None:
        """Begin the answer that a client asks for."""
        asked = {} if event.get("response") is None else event["response"]
        if self._channel.old and isinstance(asked, dict):
            asked = beta.response_read(asked)
        of = event.get("event_id")
        self.begin(asked, of if isinstance(of, str) else None)

    def begin(self, asked: Item, of: str | None = None) -> None:
        """Begin an answer; `of` is the client's id of the event that asks for it.

        Raises GatewayError (400).
        """
        if self._channel.config["type"] != "realtime":
            raise bad_request("A transcription session has no responses.", "type", "invalid_value")
        config = updated(self._channel.config, asked, ResponseAsked, "response")
        beside = config.get("conversation") == "none"
        if self._active is not None and not beside:
            message = (
                f"Conversation already has an active response in progress: {self._active.id}. Wait until the response "
                "is finished before creating a new one."
            )
            raise bad_request(message, None, "conversation_already_has_active_response")
        body = {name: config[name] for name in _OF_A_TURN if name in config}
        given = asked.get("input")
        body["items"] = self._history.asked() if given is None else [self._history.given(item) for item in given]
        body |= {"audio": {"output": config["audio"]["output"]}, "metadata": asked.get("metadata")}
        if not beside:
            body |= {"conversation": self._channel.conversation, "previous_item_id": self._history.last}
        running = Running(self._channel.new_id("resp_"), body)
        running.task = self._begin(self._play(running, of))
        if not beside:
            self._active = running

    async def _play(self, running: Running, of: str | None) -> None:
        exchange = await self._line.ask(PATH, running.body)
        rates = _rates(exchange)
        try:
            async with playing(self._line, exchange) as events:
                await self._pass_all_on(running, exchange, events)
            if not running.over:
                raise running.problem or GatewayError("server_error")
        except GatewayError as error:
            self._end(running)
            if running.response is None and error.status not in _FAILURES:
                await self._channel.fail(error, of)
                return
            for event in running.failed(error, self._channel.new_id):
                await self._channel.send(event)
        finally:
            self._end(running)
        await self._channel.tell("rate_limits.updated", rate_limits=rates)

    async def _pass_all_on(self, running: Running, exchange: Exchange, events: AsyncIterator[bytes]) -> None:
        """Send the events of an answer on; one that is broken off is billed for what it said."""
        try:
            async for data in events:
                await self._pass_on(running, exchange, data)
        except asyncio.CancelledError:
            if exchange.turn is not None and not running.over:
                used = _used(exchange.turn, running.said)
                bill_less(self._channel.session, exchange, used)
                running.usage = usage(used)
            raise

    async def _pass_on(self, running: Running, exchange: Exchange, data: bytes) -> None:
        """Send an event of an answer on, and note what it says."""
        event = running.read(data)
        if event is None:  # a fault has made it something else
            await self._channel.socket.send(data.decode("utf-8", "replace"))
            return
        match event["type"]:
            case "error":
                return
            case "conversation.item.added":
                self._history.begin(event["item"])
            case "conversation.item.done":
                self._history.complete(event["item"], _parts(exchange))
            case "response.done":
                self._end(running)
                self._history.answered(_parts(exchange))
        await self._channel.send(event)

    def _end(self, running: Running) -> None:
        if self._active is running:
            self._active = None

    async def cancel(self, event: Item) -> None:
        """End the answer under way.

        Raises GatewayError (400) when there is none, or another one.
        """
        if self._active is None or event.get("response_id") not in (None, self._active.id):
            message = "Cancellation failed: no active response found"
            raise bad_request(message, None, "response_cancel_not_active")
        await self.break_off("client_cancelled")

    async def clear(self, _: Item) -> None:
        """Fall silent: what was not played yet is not played."""
        id = "" if self._active is None else self._active.id
        await self.break_off("client_cancelled")
        await self._channel.tell("output_audio_buffer.cleared", response_id=id)

    async def break_off(self, reason: str) -> None:
        """End the answer under way, if there is one, in the middle of what it says."""
        running, self._active = self._active, None
        if running is None or running.task is None:
            return
        running.task.cancel()
        with suppress(asyncio.CancelledError):
            await running.task
        for event in running.cancelled(reason, self._channel.new_id):
            if event["type"] == "conversation.item.done":
                self._history.complete(event["item"], ())
            await self._channel.send(event)


def _parts(exchange: Exchange) -> tuple[Part, ...]:
    return exchange.turn.replies[0].parts if exchange.turn is not None else ()


def _used(turn: Turn, said: int) -> Usage:
    """Return what an answer took of which so many characters were said."""
    whole = sum(len(words_of(part)) for part in turn.replies[0].parts)
    output = ceil(turn.usage.output * min(1.0, said / whole)) if whole else 0
    sound = min(output, ceil(turn.usage.output_audio * min(1.0, said / whole))) if whole else 0
    reasoning = min(output, turn.usage.reasoning)
    return msgspec.structs.replace(turn.usage, output=output, output_audio=sound, reasoning=reasoning)


def _rates(exchange: Exchange) -> list[Item]:
    """Word how the caller's limits stand, as far as an answer tells of them."""
    if exchange.grant is None:
        return []
    return [
        {
            "name": level.measure,
            "limit": int(level.amount),
            "remaining": level.remaining,
            "reset_seconds": round(level.wait(level.amount) or 0.0, 3),
        }
        for level in exchange.grant.counters.tell()
        if level.measure in {"requests", "tokens"}
    ]
