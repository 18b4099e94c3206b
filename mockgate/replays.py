"""Answers given once more: to the same idempotency key, or from a gateway's cache of whole answers.

A session's own. What is kept is the answer itself, a stream with all of its moments.
"""

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from .errors import GatewayError
from .rng import Dice
from .wire import Answer, Call, Frame, Json, Raw, Sse

#: Where a cached answer says that it is one. Source: GoModel's docs.
CACHE = "x-cache"

#: Answers that are kept; the oldest go first.
MOST = 1000

#: How long a cached answer is good, in seconds, where the request says nothing.
LIFETIME = 3600.0


class _Kept(msgspec.Struct):
    """An answer to a request of that fingerprint; it was under way until `done`, and is good until `stale`."""

    fingerprint: bytes
    answer: Answer
    frames: list[Frame | Raw]
    done: float
    stale: float


class Replays:
    """Answers by idempotency key, or by what was asked."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keyed(self, key: str, call: Call, now: float) -> Answer | None:
        """Return the answer that this key has had, if it has.

        Raises GatewayError (409) when that was to another request, or is still under way.
        """
        kept = self._kept.get(f"key {key}")
        if kept is None:
            return None
        if kept.fingerprint != fingerprint(call):
            raise GatewayError("conflict", "This idempotency key was used for another request.")
        if now < kept.done:
            raise GatewayError("conflict", "A request with this idempotency key is still under way.")
        return _again(kept)

    def cached(self, call: Call, now: float) -> Answer | None:
        """Return the answer that the same request has had, while it is good."""
        kept = self._kept.get(f"asked {fingerprint(call).hex()}")
        return None if kept is None or now >= kept.stale else _again(kept)

    def keep(self, answer: Answer, call: Call, started: float, *, key: str = "", lifetime: float = LIFETIME) -> None:
        """Keep an answer for a key, or else for whoever asks the same. A stream that is kept is made as a whole."""
        frames: list[Frame | Raw] = []
        if isinstance(answer, Sse):
            frames = list(answer.frames)
            answer.frames = iter(frames)
        name = f"key {key}" if key else f"asked {fingerprint(call).hex()}"
        done = started + max(answer.due, frames[-1].due if frames else 0.0)
        self._kept[name] = _Kept(fingerprint(call), answer, frames, done, started + lifetime)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)


def fingerprint(call: Call) -> bytes:
    """Return bytes that are equal for requests that ask the same."""
    return Dice("call", call.method, call.path, call.query, call.raw).key


def _again(kept: _Kept) -> Answer:
    """Make the answer once more; it comes at once."""
    answer, now = kept.answer, 0.0
    if isinstance(answer, Sse):
        frames: Iterator[Frame | Raw] = (msgspec.structs.replace(frame, due=now) for frame in kept.frames)
        return Sse(frames=frames, status=answer.status, content_type=answer.content_type, length=answer.length)
    assert isinstance(answer, Json), "only bodies and streams are kept"
    return Json(body=answer.body, status=answer.status, content_type=answer.content_type)
