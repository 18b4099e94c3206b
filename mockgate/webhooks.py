"""Telling others that something happened: events, signed and put into deliveries that are due on the session's clock.

Source: Standard Webhooks (the scheme that OpenAI's SDKs verify). Sending is the edge's.
"""

import hmac
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from itertools import count
from typing import Any

import msgspec

from .afterwards import WebhookSpec, key_of
from .clock import Clock
from .rng import Dice

#: Seconds on the clock between one attempt and the next: those of Standard Webhooks' suggestion, but shorter.
BACKOFF = (5.0, 30.0, 120.0, 600.0)

#: Deliveries that are remembered.
KEPT = 1000

#: Events of a session that comes out of order wait this long for another to overtake them.
_OVERTAKEN = 1.0


class Delivery(msgspec.Struct):
    """One event on its way to one URL: `due` on the session's clock; `statuses` are the answers so far (0: none)."""

    event: str
    type: str
    url: str
    body: bytes
    due: float
    attempts: int
    key: bytes
    forged: bool = False
    statuses: list[int] = msgspec.field(default_factory=list)

    def headers(self, now: float) -> dict[str, str]:
        """Return the headers of an attempt made now: each is signed for its own moment."""
        stamp = str(int(now))
        signed = b".".join((self.event.encode(), stamp.encode(), self.body))
        key = b"not the key" if self.forged else self.key
        signature = b64encode(hmac.new(key, signed, sha256).digest()).decode()
        return {
            "content-type": "application/json",
            "user-agent": "mockgate-webhooks",
            "webhook-id": self.event,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature}",
        }

    @property
    def delivered(self) -> bool:
        """Whether it was taken: answered with a 2xx."""
        return bool(self.statuses) and 200 <= self.statuses[-1] < 300

    def again(self, now: float) -> bool:
        """Set when the next attempt is due; False when it was taken, or there are no attempts left."""
        if self.delivered or len(self.statuses) >= self.attempts:
            return False
        self.due = now + BACKOFF[min(len(self.statuses), len(BACKOFF)) - 1]
        return True


class Outbox:
    """A session's deliveries. `send` is told of each when it is made; nobody listens where there is no server."""

    def __init__(self, clock: Clock, dice: Dice) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self.send: Callable[[Delivery], None] | None = None
        self._clock = clock
        self._dice = dice
        self._numbers = count(1)

    def tell(self, specs: Sequence[WebhookSpec], kind: str, data: dict[str, Any]) -> None:
        """Tell every webhook that wants to know that something happened."""
        wanted = [spec for spec in specs if any(fnmatchcase(kind, event) for event in spec.events)]
        if not wanted:
            return
        number, now = next(self._numbers), self._clock.now()
        event = self._dice.id("evt_", 24, salt=number)
        body = msgspec.json.encode({"id": event, "object": "event", "created_at": int(now), "type": kind, "data": data})
        for spec in wanted:
            self._deliver(spec, Delivery(event, kind, spec.url, body, now, spec.attempts, key_of(spec.secret)), number)

    def _deliver(self, spec: WebhookSpec, delivery: Delivery, number: int) -> None:
        delivery.due += spec.after or 0.0
        delivery.forged = spec.trouble == "bad_signature"
        if spec.trouble == "out_of_order" and number % 2:
            delivery.due += _OVERTAKEN
        copies = [delivery]
        if spec.trouble == "duplicate":
            copies.append(msgspec.structs.replace(delivery, statuses=[]))
        for copy in copies:
            self.deliveries.append(copy)
            if self.send is not None:
                self.send(copy)
