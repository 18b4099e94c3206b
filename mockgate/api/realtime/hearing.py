"""What a session hears: sound is appended, and its energy tells when somebody speaks.

All times are those of the sound itself, counted from the first byte that was appended: how fast it comes, and what any
clock shows, makes no difference.
"""

from array import array
from math import sqrt
from typing import Any, Literal, NamedTuple

import msgspec

from ...synth.telephone import expand

#: Milliseconds of sound that are judged together.
_WINDOW = 20

#: How loud the quietest speech is, of 32768, where the threshold is 1: at the usual 0.5 it is about -36 dB.
_LOUD = 1000


class Sound(msgspec.Struct, frozen=True):
    """Something that was said: its bytes as they came, how long it is, and the words that it is taken for."""

    data: bytes = b""
    seconds: float = 0.0
    heard: str = ""


class Ear(NamedTuple):
    """A format of sound: bytes a second, and whether they are of the telephone's kind."""

    rate: int
    law: Literal["u", "a"] | None = None

    @property
    def width(self) -> int:
        """Bytes a sample."""
        return 2 if self.law is None else 1

    def bytes_of(self, milliseconds: int) -> int:
        """Return how many bytes so many milliseconds are."""
        return self.rate * self.width * milliseconds // 1000

    def seconds(self, data: bytes) -> float:
        """Return how long a sound is."""
        return len(data) / (self.rate * self.width)

    def loudness(self, data: bytes) -> float:
        """Return the root mean square of the samples."""
        samples = array("h")
        samples.frombytes(data[: len(data) // 2 * 2] if self.law is None else expand(data, self.law))
        return sqrt(sum([sample * sample for sample in samples]) / max(1, len(samples)))


EARS = {"audio/pcm": Ear(24000), "audio/pcmu": Ear(8000, "u"), "audio/pcma": Ear(8000, "a")}


class Heard(NamedTuple):
    """The user begins to speak, or has ended, at so many milliseconds of all sound; `data` is what was said.

    `idle`: nobody has spoken since an answer, for as long as is waited.
    """

    kind: Literal["started", "stopped", "idle"]
    at: int
    data: bytes = b""


class Buffer:
    """The sound that was appended and is not part of the conversation yet."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.speaking = False
        self._total = 0
        self._judged = 0
        self._silent = 0
        self._began = 0

    def append(self, data: bytes, ear: Ear, detection: dict[str, Any] | None) -> list[Heard]:
        """Take sound in; return what is found in it, one thing after the other."""
        self.data += data
        self._total += len(data)
        if detection is None:
            self._judged = self._total
            return []
        found = (self._judge(ear, detection) for _ in range((self._total - self._judged) // ear.bytes_of(_WINDOW)))
        return [heard for heard in found if heard is not None]

    def moment(self, ear: Ear) -> int:
        """Return how many milliseconds of sound have come."""
        return self._total // ear.bytes_of(1)

    def _judge(self, ear: Ear, detection: dict[str, Any]) -> Heard | None:
        """Listen to the next window."""
        window, first = ear.bytes_of(_WINDOW), self._total - len(self.data)
        begin = self._judged - first
        loud = ear.loudness(bytes(self.data[begin : begin + window])) >= _threshold(detection)
        self._judged += window
        self._silent = 0 if loud else self._silent + _WINDOW
        now = self._judged // ear.bytes_of(1)
        if loud and not self.speaking:
            self.speaking = True
            self._began = max(0, now - _WINDOW - _given(detection, "prefix_padding_ms", 300))
            return Heard("started", self._began)
        if not self.speaking or self._silent < _given(detection, "silence_duration_ms", 500):
            return None
        self.speaking = False
        end = self._judged - first
        said = bytes(self.data[max(0, ear.bytes_of(self._began) - first) : end])
        del self.data[:end]
        return Heard("stopped", now, said)

    def clear(self) -> bytes:
        """Forget what is there, and return it."""
        taken = bytes(self.data)
        self.data.clear()
        self._judged, self.speaking, self._silent = self._total, False, 0
        return taken

    def forget(self, most: int) -> None:
        """Keep no more than so many bytes of the silence before the user speaks."""
        if not self.speaking and len(self.data) > most:
            del self.data[:-most]


def _threshold(detection: dict[str, Any]) -> float:
    asked = detection.get("threshold")
    return _LOUD * (0.5 if asked is None else max(0.02, asked))


def _given(detection: dict[str, Any], name: str, default: int) -> int:
    value: int | None = detection.get(name)
    return default if value is None else value
