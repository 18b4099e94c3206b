"""The mappings a scenario is made of, as frozen values, and what must hold between their keys."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated, Any, Literal

import msgspec

from .citing import Cite
from .complaints import Path
from .reading import Flaw, Section, did_you_mean
from .turn import Finish
from .units import Bytes, Seconds, Share, read_moment

Positive = Annotated[int, msgspec.Meta(ge=1)]
Glob = str
Texts = str | list[str]
Tokens = Annotated[int, msgspec.Meta(ge=0)]
Size = Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d{1,3}x[1-9]\d{1,3}$")]

_WILDCARDS = frozenset("*?[")

#: The families of endpoints a model may serve.
FAMILIES = (
    "chat",
    "completions",
    "responses",
    "messages",
    "gemini",
    "embeddings",
    "moderations",
    "images",
    "audio",
    "videos",
    "realtime",
    "rerank",
    "passthrough",
    "models",
)


def is_pattern(name: Glob) -> bool:
    """Tell whether a name stands for many (`gpt-4*`)."""
    return not _WILDCARDS.isdisjoint(name)


def no_family(path: Path, family: str) -> Flaw:
    """Say that there is no such family, and which was meant."""
    near = did_you_mean(family, FAMILIES) or f"There are {', '.join(FAMILIES)}."
    return Flaw(path, f'is no family: "{family}"', near)


class Words(Section, frozen=True):
    """How words must be: every key given must hold. Case is ignored but by `matches`, a regular expression
    whose named groups are captures for the reply's template."""

    contains: Texts | None = None
    equals: Texts | None = None
    starts_with: Texts | None = None
    ends_with: Texts | None = None
    matches: str | None = None


class Said(Words, frozen=True):
    """Words in any message of the conversation; `role` narrows whose."""

    role: Literal["system", "user", "assistant", "tool"] | None = None


class Count(Section, frozen=True):
    """A range of whole numbers from 1 up, both ends included."""

    at_least: Positive | None = None
    at_most: Positive | None = None


class Result(Section, frozen=True):
    """A tool result that is the message to be answered: of which tool, with which words."""

    tool: Glob | None = None
    contains: Texts | None = None
    matches: str | None = None


class When(Section, frozen=True, rename={"not_": "not"}):
    """What a rule asks of a request. Every key given must hold; an empty `when` matches everything."""

    model: Glob | list[Glob] | None = None
    family: str | list[str] | None = None
    user: str | Words | None = None
    system: str | Words | None = None
    message: str | Said | None = None
    offers: Glob | list[Glob] | None = None
    tool_result: bool | Glob | Result | None = None
    turn: Positive | Count | None = None
    call: Positive | Count | None = None
    stream: bool | None = None
    key: Glob | None = None
    path: Glob | list[Glob] | None = None
    header: dict[str, str | bool | Words] | None = None
    body: dict[str, Any] | None = None
    any: "list[When] | None" = None
    all: "list[When] | None" = None
    not_: "When | None" = None

    def flaws(self) -> Iterator[Flaw]:
        """Find families, or patterns of families, that nothing is of."""
        for at, family in enumerate([self.family] if isinstance(self.family, str) else self.family or []):
            if not any(fnmatchcase(known, family) for known in FAMILIES):
                yield no_family(("family",) if isinstance(self.family, str) else ("family", at), family)


class Stall(Section, frozen=True):
    """A pause in the middle of an answer: how likely before each token, and how long."""

    chance: Share
    lasts: Seconds


class Pace(Section, frozen=True):
    """How fast an answer comes. `profile` names one to start from; keys given here win over it.

    `jitter` is the relative spread of every wait. `per_1k_input` is added to the first token for each
    thousand prompt tokens; `load` slows tokens by that share for each other answer under way in the session.
    """

    profile: str | None = None
    first_token: Seconds | None = None
    tokens_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None
    jitter: Share | None = None
    spread: Literal["normal", "lognormal"] | None = None
    per_1k_input: Seconds | None = None
    load: Share | None = None
    stall: Stall | None = None


class UsageOverride(Section, frozen=True):
    """Token counts to report instead of the true ones."""

    input: Tokens | None = None
    output: Tokens | None = None
    cached: Tokens | None = None
    cache_written: Tokens | None = None
    reasoning: Tokens | None = None


_PART_KINDS = ("text", "reasoning", "redacted", "refusal", "json", "call", "audio", "image")


class PartSpec(Section, frozen=True, rename={"with_": "with"}):
    """One part of a reply: exactly one of text, reasoning, redacted (reasoning), refusal, json, call, audio or image.

    `call` names a tool; `with` are its arguments (text for a custom tool; left out: made to fit its schema).
    `audio` is what is spoken, `image` a picture as a `data:` URL.
    """

    text: str | None = None
    cites: list[Cite] | None = None
    reasoning: str | None = None
    redacted: str | None = None
    refusal: str | None = None
    json: Any = None
    call: str | None = None
    with_: Any = None
    id: str | None = None
    audio: str | None = None
    image: str | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find parts that are none, or several at once."""
        kinds = [kind for kind in _PART_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            given = f"{' and '.join(kinds)} at once" if kinds else "no kind of part"
            yield Flaw((), f"has {given}", f"Give exactly one of {', '.join(_PART_KINDS)}.")
        yield from _beside_no_call(self)


_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRAMING = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding", "upgrade"})


def bad_headers(headers: Mapping[str, str]) -> Iterator[Flaw]:
    """Find headers that HTTP cannot carry (RFC 9110, section 5), or that say how an answer is framed."""
    for name, value in headers.items():
        if name.lower() in _FRAMING:
            yield Flaw(("headers", name), "is the server's own to send", "Leave it out.")
        if not _HEADER_NAME.fullmatch(name):
            yield Flaw(("headers", name), "is no name for a header", "Letters, digits and dashes make one.")
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
            yield Flaw(("headers", name), "holds what no header can carry", "Leave line breaks out.")


class Refused(Section, frozen=True):
    """An `error`, which is a status: `message`, `type`, `code` and `param` are its words, `retry_after` its header."""

    error: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    retry_after: Seconds | None = None


class Manner(Refused, frozen=True):
    """How an answer is given: an `error` with its words instead of a reply, and what goes with either."""

    finish_reason: Finish | None = None
    usage: UsageOverride | None = None
    pace: str | Pace | None = None
    headers: dict[str, str] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find words of an error where none is raised, words of a reply where one is, and headers that cannot
        be sent."""
        for key in ("finish_reason", "usage"):
            if self.error is not None and getattr(self, key) is not None:
                yield Flaw((key,), "goes with a reply: an error has none", "Leave it out.")
        for key in ("message", "type", "code", "param", "retry_after"):
            if self.error is None and getattr(self, key) is not None:
                yield Flaw((key,), "goes with an `error`", "Give the error's status: `error: 429`.")
        yield from bad_headers(self.headers or {})


class ReplySpec(Manner, frozen=True, rename={"with_": "with"}):
    """A reply with more to say than its text: one part's keys, or `parts`, or `echo`, or `synthetic`, or an
    `error`. A `weight` on any of a rule's `replies` makes their order a draw."""

    text: str | None = None
    cites: list[Cite] | None = None
    reasoning: str | None = None
    redacted: str | None = None
    refusal: str | None = None
    json: Any = None
    call: str | None = None
    with_: Any = None
    id: str | None = None
    audio: str | None = None
    image: str | None = None
    parts: list[PartSpec] | None = None
    echo: bool = False
    synthetic: bool = False
    weight: Annotated[float, msgspec.Meta(gt=0)] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find replies that say nothing, or two things at once."""
        yield from super().flaws()
        ways = [name for name in ("parts", "echo", "synthetic", "error") if getattr(self, name) not in (None, False)]
        part = [name for name in _PART_KINDS if getattr(self, name) is not None]
        if len(ways) + bool(part) > 1:
            yield Flaw((), f"has {' and '.join([*part, *ways])} at once", "Say it in one way.")
        if not ways and not part:
            yield Flaw((), "says nothing", f"Give one of {', '.join(_PART_KINDS)}, parts, echo, synthetic and error.")
        yield from _beside_no_call(self)


def _beside_no_call(part: PartSpec | ReplySpec) -> Iterator[Flaw]:
    if part.text is None and part.cites is not None:
        yield Flaw(("cites",), "goes with a `text`")
    if part.call is None:
        for key, value in (("with", part.with_), ("id", part.id)):
            if value is not None:
                yield Flaw((key,), "goes with a `call`")


class Rule(Manner, frozen=True):
    """When this is asked, answer that: exactly one of `reply`, `replies` (one after the other) and `error`.

    `times` bounds how often the rule answers before it is passed over. `at_end` says what follows the last of
    `replies`: the last again, the first again, or no match any more.
    """

    when: When = When()
    name: str | None = None
    times: Positive | None = None
    reply: str | list[PartSpec] | ReplySpec | None = None
    replies: list[str | list[PartSpec] | ReplySpec] | None = None
    at_end: Literal["repeat_last", "start_over", "pass"] = "repeat_last"

    def flaws(self) -> Iterator[Flaw]:
        """Find rules that answer in no way, or in several."""
        yield from super().flaws()
        ways = [way for way in ("reply", "replies", "error") if getattr(self, way) is not None]
        if len(ways) != 1:
            given = f"has {' and '.join(ways)} at once" if ways else "has no answer"
            yield Flaw((), given, "Give exactly one of `reply`, `replies` and `error`.")
        if self.replies == []:
            yield Flaw(("replies",), "is an empty list", "Give at least one reply.")


class Model(Section, frozen=True):
    """A model on offer. `id` may be a pattern (`ft:*`): accepted, but not listed.

    `pace` names the profile it speaks at; `reasoning` says that it thinks before it answers; `context` and
    `max_output` are its limits in tokens; `families` are the endpoint families it serves (empty: all). `sizes` (each
    `720x1280`, the first is the default) and `seconds` are what its pictures and films may have.
    """

    id: Glob
    owned_by: str = "mockgate"
    created: int = 1_735_689_600
    context: Positive | None = None
    max_output: Positive | None = None
    reasoning: bool = False
    pace: str | None = None
    families: list[str] = msgspec.field(default_factory=list)
    sizes: list[Size] = msgspec.field(default_factory=list)
    seconds: list[Positive] = msgspec.field(default_factory=list)
    aliases: list[str] = msgspec.field(default_factory=list)

    def flaws(self) -> Iterator[Flaw]:
        """Find families that do not exist."""
        for at, family in enumerate(self.families):
            if family not in FAMILIES:
                yield no_family(("families", at), family)


class Auth(Section, frozen=True):
    """Which headers may carry the key, which of the `query`'s parameters, and whether a request without one is served.

    `bare` keys may stand in `Authorization` without `Bearer` before them.
    """

    headers: tuple[str, ...] = ("authorization", "x-api-key", "x-goog-api-key")
    query: tuple[str, ...] = ("key",)
    anonymous: bool = False
    bare: bool = False

    def flaws(self) -> Iterator[Flaw]:
        """Find callers shut out whatever they send."""
        if not self.headers and not self.anonymous:
            yield Flaw(
                ("headers",), "is an empty list: nobody could ever call", "Name a header, or say `anonymous: true`."
            )


class ClockSpec(Section, frozen=True):
    """The session's clock: `start` is a date or moment (ISO 8601; UTC if it says no zone; default: now)."""

    start: str | None = None
    frozen: bool = False
    speed: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 1.0

    def flaws(self) -> Iterator[Flaw]:
        """Find a start that is no moment."""
        if self.start is not None:
            try:
                read_moment(self.start)
            except ValueError as problem:
                yield Flaw(("start",), str(problem))


class JournalSpec(Section, frozen=True):
    """How much of what came and went is kept in each session."""

    entries: Positive = 1000
    # A default that msgspec cannot encode is made by a factory, and told to the schema by hand.
    size: Annotated[Bytes, msgspec.Meta(extra_json_schema={"default": "64MB"})] = msgspec.field(
        default_factory=partial(Bytes.read, "64MB")
    )


class Expectation(Section, frozen=True):
    """What an example's answer must be. `text` is the whole text; `body` compares only the keys it gives;
    `rule` is who answered; `contains` and `tool` look into the text and the tool calls."""

    status: int = 200
    text: str | None = None
    contains: Texts | None = None
    tool: str | None = None
    arguments: dict[str, Any] | None = None
    rule: str | None = None
    finish_reason: str | None = None
    body: dict[str, Any] | None = None


class Example(Section, frozen=True):
    """A request and what it must be answered: the scenario's own test. `user` is short for a chat of one
    line; else `request` is the body, sent to `path`."""

    expect: Expectation
    name: str | None = None
    user: str | None = None
    request: dict[str, Any] | None = None
    path: str = "/v1/chat/completions"
    method: str = "POST"
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    def flaws(self) -> Iterator[Flaw]:
        """Find examples that ask nothing, or two things."""
        if (self.user is None) == (self.request is None):
            given = "has neither `user` nor `request`" if self.user is None else "has `user` and `request` at once"
            yield Flaw((), given, "Give exactly one of them.")
