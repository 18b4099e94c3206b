"""The listening side of a realtime session: sound comes in, and becomes what the user has said."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator
from typing import Any

from ...rng import Dice
from ...synth.transcripts import talk
from ...wording import bad_request, missing
from .channel import Channel
from .hearing import EARS, Buffer, Ear, Heard, Sound
from .items import Item, Kept, spoken

#: A commit of less is refused, in seconds. OpenAI's own figure.
_SHORTEST = 0.1


class Listener:
    """What one session hears."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = Buffer()
        self._speech: tuple[str, int] = ("", 0)
        self._quiet: int | None = None
        self._count = 0

    @property
    def detection(self) -> dict[str, Any] | None:
        """How it is found out when the user speaks; None where the client says so itself."""
        found: dict[str, Any] | None = self._channel.config["audio"]["input"].get("turn_detection")
        return found

    @property
    def _ear(self) -> Ear:
        return EARS[self._channel.config["audio"]["input"]["format"]["type"]]

    def listen(self, base64: str, param: str) -> Sound:
        """Hear a whole sound, given in base64.

        Raises GatewayError (400).
        """
        return self._understood(_decoded(base64, param))

    def _understood(self, data: bytes) -> Sound:
        """Say which words a sound is taken for: the scenario's, in their order, else any that fill its length."""
        scenario, seconds = self._channel.scenario, self._ear.seconds(data)
        self._count += 1
        if self._count <= len(scenario.realtime.hears):
            return Sound(data, seconds, scenario.realtime.hears[self._count - 1])
        return Sound(data, seconds, talk(seconds, (scenario.language or "en")[:2], Dice(scenario.seed, data)))

    async def take_in(self, event: Item) -> AsyncIterator[Heard]:
        """Take in more sound, a second at a time: others have their turn in between; yield what is found in it.

        Raises GatewayError (400).
        """
        if not isinstance(event.get("audio"), str):
            raise missing("audio")
        data, ear = _decoded(event["audio"], "audio"), self._ear
        second = ear.bytes_of(1000)
        for begin in range(0, len(data), second):
            for heard in self._buffer.append(data[begin : begin + second], ear, self.detection):
                yield heard
            if (idle := self._idle()) is not None:
                yield idle
            if self.detection is not None:
                self._buffer.forget(second)
            await self._channel.session.clock.give_way()

    def answered(self, seconds: float) -> None:
        """Note that an answer was given which takes so long to hear: from then on silence is counted."""
        self._quiet = self._buffer.moment(self._ear) + round(seconds * 1000)

    def _idle(self) -> Heard | None:
        """Tell whether nobody has spoken for as long as is waited; it is told once for each answer."""
        longest, now = (self.detection or {}).get("idle_timeout_ms"), self._buffer.moment(self._ear)
        if longest is None or self._quiet is None or self._buffer.speaking or now - self._quiet < longest:
            return None
        return Heard("idle", now, self._buffer.clear())

    async def started(self, heard: Heard) -> None:
        """Tell that the user speaks."""
        self._speech, self._quiet = (self._channel.new_id("item_"), heard.at), None
        await self._channel.tell("input_audio_buffer.speech_started", audio_start_ms=heard.at, item_id=self._speech[0])

    async def stopped(self, heard: Heard) -> tuple[str, bytes]:
        """Tell that the user has spoken; return the id of the item that this becomes, and its sound."""
        id, _ = self._speech
        await self._channel.tell("input_audio_buffer.speech_stopped", audio_end_ms=heard.at, item_id=id)
        return id, heard.data

    async def idled(self, heard: Heard) -> Kept:
        """Tell that nobody has spoken; return the item that this becomes, in which nothing is said."""
        id, begun, self._quiet = self._channel.new_id("item_"), self._quiet, None
        kind = "input_audio_buffer.timeout_triggered"
        await self._channel.tell(kind, audio_start_ms=begun, audio_end_ms=heard.at, item_id=id)
        return spoken(id, Sound(heard.data, self._ear.seconds(heard.data)))

    def commit(self) -> tuple[str, bytes]:
        """Take what the buffer holds for what the user has said; return the id that it gets, and the sound.

        Raises GatewayError (400) when there is too little of it.
        """
        seconds = self._ear.seconds(bytes(self._buffer.data))
        if seconds < _SHORTEST:
            raise bad_request(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer "
                f"only has {seconds * 1000:.2f}ms of audio.",
                None,
                "input_audio_buffer_commit_empty",
            )
        id = self._speech[0] if self._buffer.speaking else self._channel.new_id("item_")
        return id, self._buffer.clear()

    async def clear(self, _: Item) -> None:
        """Forget what the buffer holds."""
        self._buffer.clear()
        await self._channel.tell("input_audio_buffer.cleared")

    def made(self, id: str, data: bytes) -> Kept:
        """Make the item of what the user has said."""
        return spoken(id, self._understood(data))


def _decoded(base64: str, param: str) -> bytes:
    try:
        return b64decode(base64, validate=True)
    except (NotBase64, ValueError):
        message = f"Invalid '{param}'. Expected base64-encoded audio bytes."
        raise bad_request(message, param, "invalid_value") from None
