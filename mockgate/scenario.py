"""What a scenario may say, as frozen values: the format's one declaration.

Defaults, the JSON Schema and the checks all follow from these types. A gateway file is a scenario without
rules; a scenario stands on its gateway's file and on what it `extends`.
"""

from typing import Annotated, Any, Literal

import msgspec

from .units import Bytes, Seconds, Share

Positive = Annotated[int, msgspec.Meta(ge=1)]
Glob = str
Texts = str | list[str]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mapping of a scenario: unknown keys are errors."""


class Words(Section):
    """How words must be: every key given must hold. Case is ignored but by `matches`, a regular expression
    whose named groups are captures for the reply's template."""

    contains: Texts | None = None
    equals: Texts | None = None
    starts_with: Texts | None = None
    ends_with: Texts | None = None
    matches: str | None = None


class Said(Words):
    """Words in any message of the conversation; `role` narrows whose."""

    role: Literal["system", "user", "assistant", "tool"] | None = None


class Count(Section):
    """A range of whole numbers, both ends included."""

    at_least: int | None = None
    at_most: int | None = None


class Result(Section):
    """A tool result that is the message to be answered: of which tool, with which words."""

    tool: Glob | None = None
    contains: Texts | None = None
    matches: str | None = None


class When(Section, rename={"not_": "not"}):
    """What a rule asks of a request. Every key given must hold; an empty `when` matches everything."""

    model: Glob | list[Glob] | None = None
    family: str | list[str] | None = None
    user: str | Words | None = None
    system: str | Words | None = None
    message: str | Said | None = None
    offers: Glob | list[Glob] | None = None
    tool_result: bool | Glob | Result | None = None
    turn: int | Count | None = None
    call: int | Count | None = None
    stream: bool | None = None
    key: Glob | None = None
    header: dict[str, str | bool | Words] | None = None
    body: dict[str, Any] | None = None
    any: "list[When] | None" = None
    all: "list[When] | None" = None
    not_: "When | None" = None


class Stall(Section):
    """A pause in the middle of an answer: how likely before each token, and how long."""

    chance: Share
    lasts: Seconds


class Pace(Section):
    """How fast an answer comes. `profile` names one to start from; keys given here win over it.

    `jitter` is the relative spread of every wait. `per_1k_input` is added to the first token for each thousand
    prompt tokens; `load` slows the tokens by that share for every other answer under way in the session.
    """

    profile: str | None = None
    first_token: Seconds | None = None
    tokens_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None
    jitter: Share | None = None
    spread: Literal["normal", "lognormal"] | None = None
    per_1k_input: Seconds | None = None
    load: Share | None = None
    stall: Stall | None = None


class UsageOverride(Section):
    """Token counts to report instead of the true ones."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None


class PartSpec(Section, rename={"with_": "with"}):
    """One part of a reply: exactly one of text, reasoning, refusal, json, call or audio.

    `call` names a tool; `with` are its arguments (text for a custom tool; left out: made to fit its schema).
    `audio` is what is spoken.
    """

    text: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    json: Any = None
    call: str | None = None
    with_: Any = None
    id: str | None = None
    audio: str | None = None


class Manner(Section):
    """How an answer is given: an `error` with its words instead of a reply, and what goes with either.

    `error` is a status; `message`, `type`, `code` and `param` are its words, `retry_after` its header.
    """

    error: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    retry_after: Seconds | None = None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"] | None = None
    usage: UsageOverride | None = None
    pace: str | Pace | None = None
    headers: dict[str, str] | None = None


class ReplySpec(Manner, rename={"with_": "with"}):
    """A reply with more to say than its text: one part's keys, or `parts`, or `echo`, or `synthetic`, or an
    `error`. A `weight` on any of a rule's `replies` makes their order a draw."""

    text: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    json: Any = None
    call: str | None = None
    with_: Any = None
    audio: str | None = None
    parts: list[PartSpec] | None = None
    echo: bool = False
    synthetic: bool = False
    weight: Annotated[float, msgspec.Meta(gt=0)] | None = None


class Rule(Manner):
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


class Model(Section):
    """A model on offer. `id` may be a pattern (`ft:*`): accepted, but not listed.

    `pace` names the profile it speaks at; `reasoning` says that it thinks before it answers; `context` and
    `max_output` are its limits in tokens; `families` are the endpoint families it serves (empty: all).
    """

    id: Glob
    owned_by: str = "mockgate"
    created: int = 1_735_689_600
    context: Positive | None = None
    max_output: Positive | None = None
    reasoning: bool = False
    pace: str | None = None
    families: list[str] = []
    aliases: list[str] = []


class Auth(Section):
    """Which headers may carry the key, and whether a request without one is served."""

    headers: tuple[str, ...] = ("authorization", "x-api-key")
    anonymous: bool = False


class ClockSpec(Section):
    """The session's clock: `start` is a date or a moment (ISO 8601, UTC where it says no zone; default: now)."""

    start: str | None = None
    frozen: bool = False
    speed: Annotated[float, msgspec.Meta(ge=0)] = 1.0


class JournalSpec(Section):
    """How much of what came and went is kept in each session."""

    entries: Positive = 1000
    size: Bytes = Bytes(64e6)


class Expectation(Section):
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


class Example(Section):
    """A request and what it must be answered: the scenario's own test. `user` is short for a chat of one line;
    else `request` is the body, sent to `path`."""

    expect: Expectation
    name: str | None = None
    user: str | None = None
    request: dict[str, Any] | None = None
    path: str = "/v1/chat/completions"
    method: str = "POST"
    headers: dict[str, str] = {}


class Scenario(Section):
    """Everything that decides how a server answers."""

    mockgate: Literal[1] = 1
    extends: str | list[str] | None = None
    gateway: str = "openai"
    name: str = ""
    description: str = ""
    seed: int = 0
    default_reply: Literal["synthetic", "echo", "error"] = "synthetic"
    tools: Literal["match", "always", "never"] = "match"
    language: str | None = None
    pace: str | Pace | None = None
    paces: dict[str, Pace] = {}
    clock: ClockSpec = ClockSpec()
    auth: Auth = Auth()
    envelope: str = "openai"
    headers: dict[str, str] = {}
    models: list[str | Model] = []
    default_model: str = "gpt-4o-mini"
    unknown_models: Literal["refuse", "accept"] = "refuse"
    unknown_fields: Literal["note", "reject"] = "note"
    reasoning_content: bool = True
    max_body: Bytes = Bytes(32e6)
    journal: JournalSpec = JournalSpec()
    rules: list[Rule] = []
    examples: list[Example] = []
