"""What goes on after a request was answered: how long jobs take and how they end, and who is told of it."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated, Literal

import msgspec

from .reading import Flaw, Section, did_you_mean
from .sections import Glob, Positive, When
from .units import Seconds, Share

#: The states a job of each kind passes through before its end, with how long each lasts if nothing else is said.
STATES: dict[str, dict[str, float]] = {
    "batch": {"validating": 1.0, "in_progress": 8.0, "finalizing": 1.0},
    "message_batch": {"in_progress": 10.0},
    "response": {"queued": 1.0, "in_progress": 0.0},
    "video": {"queued": 2.0, "in_progress": 8.0},
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
    "video.completed",
    "video.failed",
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


class VideoSpec(JobSpec, frozen=True):
    """How videos go: as all jobs, but each is queued `per_job` longer for every other that is under way, and with
    `max_jobs` of a key under way, no more of them are taken."""

    per_job: Seconds | None = None
    max_jobs: Positive | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find a queue that cannot grow, as it does not pass with the time."""
        yield from super().flaws()
        if self.per_job is not None and (self.by_hand or self.looks is not None):
            yield Flaw(("per_job",), "goes with states that pass with the time", "Leave `looks` and `by_hand` out.")


class RealtimeSpec(Section, frozen=True):
    """How realtime sessions go: how long one `lasts`, and what the user's spoken turns are taken for, in their order:
    what a session `hears` beyond them are words that fill the time."""

    hears: list[str] = msgspec.field(default_factory=list)
    lasts: Annotated[Seconds, msgspec.Meta(extra_json_schema={"default": "1h"})] = msgspec.field(
        default_factory=partial(Seconds.read, "1h")
    )


def unknown_states(kind: str, specs: Sequence[JobSpec], key: str) -> Iterator[Flaw]:
    """Find states that jobs of a kind never pass through."""
    known = list(STATES[kind])
    for at, spec in enumerate(specs):
        for state in spec.states:
            if state not in known:
                near = did_you_mean(state, known) or f"There are {', '.join(known)}."
                yield Flaw((key, at, "states", state), f'is no state of a {kind}: "{state}"', near)


def unknown_words(kind: str, words: Mapping[str, str], key: str) -> Iterator[Flaw]:
    """Find words for states that jobs of a kind are never in, on their way or at the end."""
    known = [*STATES[kind], "completed", "failed"]
    for state in words:
        if state not in known:
            near = did_you_mean(state, known) or f"There are {', '.join(known)}."
            yield Flaw((key, state), f'is no state of a {kind}: "{state}"', near)


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
