"""What goes on after a request was answered: how long jobs take and how they end, and who is told of it."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from .reading import Flaw, Section, did_you_mean
from .sections import Glob, Positive, When
from .units import Seconds, Share

#: The states a job of each kind passes through before its end, with how long each lasts if nothing else is said.
STATES: dict[str, dict[str, float]] = {
    "batch": {"validating": 1.0, "in_progress": 8.0, "finalizing": 1.0},
    "response": {"queued": 1.0, "in_progress": 0.0},
}

#: The events that webhooks can be told of.
EVENTS = (
    "batch.completed",
    "batch.failed",
    "batch.expired",
    "batch.cancelled",
    "response.completed",
    "response.failed",
    "response.cancelled",
    "response.incomplete",
)


#: What deliveries are signed with where no secret is given: everyone may know it. (`mockgate-webhook-secret`)
PUBLIC_SECRET = "whsec_bW9ja2dhdGUtd2ViaG9vay1zZWNyZXQ="  # noqa: S105 - public on purpose


class Failure(Section, frozen=True):
    """How a job fails: with this code and message, by `chance` (left out: always)."""

    code: str = "server_error"
    message: str = "The job failed."
    chance: Share | None = None


class JobSpec(Section, frozen=True):
    """How jobs go that match: how long each of their `states` lasts; or after how many `looks` each passes; or each is
    left only `by_hand`, through the control API. `fail` ends them badly."""

    when: When = When()
    states: dict[str, Seconds] = msgspec.field(default_factory=dict)
    looks: Positive | None = None
    by_hand: bool = False
    fail: Failure | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find two ways to move at once."""
        ways = [
            name for name, given in (("states", self.states), ("looks", self.looks), ("by_hand", self.by_hand)) if given
        ]
        if len(ways) > 1:
            yield Flaw((), f"has {' and '.join(ways)} at once", "Give one of states, looks and by_hand.")


def unknown_states(kind: str, specs: list[JobSpec], key: str) -> Iterator[Flaw]:
    """Find states that jobs of a kind never pass through."""
    known = list(STATES[kind])
    for at, spec in enumerate(specs):
        for state in spec.states:
            if state not in known:
                near = did_you_mean(state, known) or f"There are {', '.join(known)}."
                yield Flaw((key, at, "states", state), f'is no state of a {kind}: "{state}"', near)


class WebhookSpec(Section, frozen=True):
    """Who is told of what: every event that fits is sent to `url`, signed with `secret` (`whsec_` and base64).

    It comes `after` the event; of `attempts`, each but the last is followed by another when it fails. `trouble` makes a
    mess of it: the same event twice, the newest first, or a signature that does not fit.
    """

    url: str
    secret: str = PUBLIC_SECRET
    events: list[Glob] = msgspec.field(default_factory=lambda: ["*"])
    after: Seconds | None = None
    attempts: Positive = 5
    trouble: Literal["duplicate", "out_of_order", "bad_signature"] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find addresses and secrets that are none, and events that never happen."""
        if not self.url.startswith(("http://", "https://")):
            yield Flaw(("url",), "is no address", "Begin with http:// or https://.")
        try:
            key_of(self.secret)
        except ValueError:
            yield Flaw(("secret",), "is no secret of Standard Webhooks", "Write whsec_ and then base64.")
        for at, event in enumerate(self.events):
            if not any(fnmatchcase(known, event) for known in EVENTS):
                near = did_you_mean(event, EVENTS) or f"There are {', '.join(EVENTS)}."
                yield Flaw(("events", at), f'is no event: "{event}"', near)


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for. Raises ValueError when it is none."""
    if not secret.startswith("whsec_"):
        raise ValueError("a secret begins with whsec_")
    try:
        return b64decode(secret.removeprefix("whsec_"), validate=True)
    except NotBase64 as problem:
        raise ValueError(str(problem)) from None
