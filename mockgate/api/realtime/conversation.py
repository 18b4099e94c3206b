"""One realtime session: what the client says, and who sees to it."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ...errors import GatewayError
from ...talks import Begin, Line, messages
from ...wording import bad_request
from . import beta, transcribing
from .answering import Answers
from .channel import Channel
from .config import Config, updated
from .history import History
from .items import Item, Kept
from .listening import Listener

log = logging.getLogger("mockgate")

Deed = Callable[[Item], Awaitable[None]]


class Conversation:
    """One connection, from its greeting to its end."""

    def __init__(self, line: Line, channel: Channel, begin: Begin) -> None:
        self._line = line
        self._channel = channel
        self._listener = Listener(channel)
        self._history = History(channel, self._listener)
        self._answers = Answers(line, channel, self._history, begin)
        self._begin = begin
        self._expires = channel.session.clock.now() + channel.scenario.realtime.lasts
        self._deeds: dict[str, Deed] = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._listener.clear,
            "conversation.item.create": self._history.create,
            "conversation.item.retrieve": self._history.retrieve,
            "conversation.item.truncate": self._history.truncate,
            "conversation.item.delete": self._history.delete,
            "response.create": self._answers.create,
            "response.cancel": self._answers.cancel,
            "output_audio_buffer.clear": self._answers.clear,
        }

    async def hold(self) -> None:
        """Greet the client, then do what it says until it goes."""
        self._begin(self._expire())
        await self._channel.tell("session.created", session=self._described())
        if self._channel.old:
            about = {"id": self._channel.conversation, "object": "realtime.conversation"}
            await self._channel.tell("conversation.created", conversation=about)
        async for event in messages(self._channel.socket):
            if isinstance(event, GatewayError):
                await self._channel.fail(event, None)
                continue
            try:
                await self._do(event)
            except GatewayError as error:
                await self._channel.fail(error, _id_of(event))
            except Exception:
                log.exception("mockgate failed on %s", event["type"])
                await self._channel.fail(GatewayError("server_error"), _id_of(event))

    async def _do(self, event: dict[str, Any]) -> None:
        deed = self._deeds.get(event["type"])
        if deed is None:
            known = ", ".join(f"'{kind}'" for kind in self._deeds)
            message = f"Invalid value: '{event['type']}'. Supported values are: {known}."
            raise bad_request(message, "type", "invalid_value")
        await deed(event)

    async def _expire(self) -> None:
        await self._channel.session.clock.sleep_until(self._expires)
        minutes = round(self._channel.scenario.realtime.lasts / 60)
        message = f"Your session hit the maximum duration of {minutes} minutes."
        await self._channel.fail(GatewayError("bad_request", message, code="session_expired"), None)
        await self._channel.socket.close(1001, "session expired")

    # The session.

    def _described(self) -> Item:
        about = {"object": "realtime.session", "id": self._channel.id, "expires_at": int(self._expires)}
        return {**about, **self._channel.config}

    async def _update(self, event: Item) -> None:
        given, before = event.get("session"), self._channel.config
        if self._channel.old and isinstance(given, dict):
            given = beta.session_read(given)
        after = updated(before, given)
        for name in ("model", "type"):
            if after.get(name) != before.get(name):
                raise bad_request(
                    f"The {name} of a session cannot be changed.", f"session.{name}", f"cannot_update_{name}"
                )
        if self._history.spoke and _voice(after) != _voice(before):
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise bad_request(message, "session.audio.output.voice", "cannot_update_voice")
        self._channel.config = after
        await self._channel.tell("session.updated", session=self._described())

    # Sound.

    async def _append(self, event: Item) -> None:
        async for heard in self._listener.take_in(event):
            detection = self._listener.detection or {}
            if heard.kind == "started":
                await self._listener.started(heard)
                if detection.get("interrupt_response") is not False:
                    await self._answers.break_off("turn_detected")
                continue
            if heard.kind == "idle":
                await self._add(await self._listener.idled(heard))
            else:
                await self._say(*await self._listener.stopped(heard))
            answers = self._channel.config["type"] == "realtime" and detection.get("create_response") is not False
            if answers and not self._answers.busy:
                self._answers.begin({})

    async def _commit(self, _: Item) -> None:
        await self._say(*self._listener.commit())

    async def _say(self, id: str, data: bytes) -> None:
        """Make what the user has said part of the conversation."""
        kept = self._listener.made(id, data)
        await self._add(kept)
        transcribed = await transcribing.ask(self._line, self._channel, kept)
        if transcribed is not None:
            self._begin(transcribing.tell(self._line, self._channel, kept, transcribed))

    async def _add(self, kept: Kept) -> None:
        await self._channel.tell("input_audio_buffer.committed", previous_item_id=self._history.last, item_id=kept.id)
        await self._history.add(kept)


def _id_of(event: dict[str, Any]) -> str | None:
    id = event.get("event_id")
    return id if isinstance(id, str) else None


def _voice(config: Config) -> Any:
    return config["audio"].get("output", {}).get("voice")
