"""What is asked and what is said, free of any provider: Prompt, parts, Usage, Reply, Turn, and their events.

Pure values: no I/O, no time, no chance. A Reply is an ordered tuple of parts; text, reasoning and tool call
differ by type. `events(turn)` is the one grammar of arrival: every stream of every dialect is a rendering of
Start, then Opened / Piece* / Closed for each part, then Stop.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec


class Value(msgspec.Struct, frozen=True):
    """A value that is made once and never changed."""


# What a message holds, and what a reply says.


class Citation(Value, frozen=True):
    """What words rest on: a page of the web, or a document or search result of the prompt, by its number."""

    quote: str = ""
    url: str = ""
    title: str = ""
    document: int | None = None
    search_result: int | None = None

    def span(self, text: str) -> tuple[int, int]:
        """Return where in a text the words stand that rest on it: its quote, else all of them."""
        begin = text.find(self.quote) if self.quote else -1
        return (begin, begin + len(self.quote)) if begin >= 0 else (0, len(text))


class Text(Value, frozen=True, tag="text", omit_defaults=True):
    """Words meant for the reader, and what they cite."""

    text: str
    cites: tuple[Citation, ...] = ()


class Reasoning(Value, frozen=True, tag="reasoning", omit_defaults=True):
    """Words the model thought before it spoke; `redacted` ones are shown to nobody who can be told so."""

    text: str
    redacted: bool = False


class Refusal(Value, frozen=True, tag="refusal"):
    """Words that decline."""

    text: str


class ToolCall(Value, frozen=True, tag="tool_call"):
    """A tool the model wants run. `arguments` is JSON text for a function, free text for a custom tool.

    `hosted` is the kind of a tool that the gateway runs itself, in the middle of its answer; `picture` is the file that
    one drew.
    """

    name: str
    arguments: str
    id: str = ""
    custom: bool = False
    hosted: str = ""
    picture: bytes = b""


class ToolResult(Value, frozen=True, tag="tool_result"):
    """What a tool gave back; `name` is filled in from the call that `call_id` names."""

    call_id: str
    text: str
    name: str = ""


class Image(Value, frozen=True, tag="image"):
    """A picture in a message: its size in pixels where the bytes were at hand, and the detail asked for."""

    url: str = ""
    width: int = 0
    height: int = 0
    detail: Literal["auto", "low", "high", "original"] = "auto"


class Audio(Value, frozen=True, tag="audio"):
    """Sound: in a message its length counts; in a reply `data` is the encoded file and `transcript` its words.

    `heard` are the words that a user's sound is taken for: they are matched and answered, and cost nothing.
    """

    seconds: float = 0.0
    format: str = "wav"
    data: bytes = b""
    transcript: str = ""
    id: str = ""
    heard: str = ""


class File(Value, frozen=True, tag="file"):
    """A document in a message: its text, or how many pages it has where that cannot be read."""

    name: str = ""
    text: str = ""
    id: str = ""
    pages: int = 0


Part = Text | Reasoning | Refusal | ToolCall | ToolResult | Image | Audio | File

#: The parts whose text a reader sees.
_WORDS = (Text, Refusal, ToolResult)

Role = Literal["system", "user", "assistant", "tool"]


class Message(Value, frozen=True):
    """One turn of the conversation so far."""

    role: Role
    parts: tuple[Part, ...]
    name: str = ""

    @property
    def text(self) -> str:
        """The words of this message: its text, refusals, tool results and what is heard of its sound, a line each."""
        if len(self.parts) == 1:
            part = self.parts[0]
            return part.text if isinstance(part, _WORDS) else part.heard if isinstance(part, Audio) else ""
        return "\n".join(
            part.text if isinstance(part, _WORDS) else part.heard
            for part in self.parts
            if isinstance(part, _WORDS) or (isinstance(part, Audio) and part.heard)
        )


class Tool(Value, frozen=True):
    """A tool on offer. `schema` is the JSON Schema of its arguments; for a custom tool, of its text (None: any).

    `hosted` is the kind of a tool that the gateway runs itself: `web_search`, `file_search`, ...
    """

    name: str
    description: str = ""
    schema: dict[str, Any] | None = None
    custom: bool = False
    strict: bool = False
    hosted: str = ""


class ToolChoice(Value, frozen=True):
    """May, must or must not call; `names` narrows which tools may be called (empty: all on offer)."""

    mode: Literal["auto", "none", "required"] = "auto"
    names: tuple[str, ...] = ()


class Format(Value, frozen=True):
    """The form the text must have. `schema` is set for `json_schema`."""

    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: dict[str, Any] | None = None
    strict: bool = False


class Voice(Value, frozen=True):
    """Spoken answers: the voice and the audio format asked for."""

    name: str
    format: str


class CachePoint(Value, frozen=True):
    """A place up to which a prompt is worth keeping for the next: after a part of a message, by their indices; message
    -1 is the list of tools. `long` keeps it for an hour instead of five minutes.
    """

    message: int
    part: int
    long: bool = False


class Prompt(Value, frozen=True):
    """What is asked, in no provider's words.

    `family` is the endpoint family that read it ("chat"). `max_tokens` counts everything the model produces.
    `top_logprobs` is None when no log-probabilities are wanted. `cache` are the places that the caller marked for the
    prompt cache. `request` is the dialect's own reading of the
    body, for its own rendering.
    """

    family: str
    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    parallel_tool_calls: bool = True
    format: Format = Format()
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    n: int = 1
    stream: bool = False
    seed: int | None = None
    top_logprobs: int | None = None
    effort: str | None = None
    voice: Voice | None = None
    user: str = ""
    request: Any = None
    verbosity: str | None = None
    cache: tuple[CachePoint, ...] = ()

    @property
    def last(self) -> Message | None:
        """The message to be answered."""
        return self.messages[-1] if self.messages else None

    @property
    def turns(self) -> int:
        """Which turn of the conversation this answers: 1 for the first, one more for each answer given so far."""
        return 1 + sum(message.role == "assistant" for message in self.messages)

    def fingerprint(self) -> bytes:
        """Return bytes that are equal for prompts that ask the same, streamed or whole, in any dialect."""
        return msgspec.json.encode(
            (self.model, self.messages, self.tools, self.tool_choice, self.format, self.effort, self.seed)
        )


# What is answered.


class Usage(Value, frozen=True):
    """Tokens: one truth for the body, the limiter, the wallet and the metrics.

    `input` includes `cached`, `cache_written`, `input_audio` and `input_image`; `output` includes `reasoning` and
    `output_audio`. `cache_written` includes `cache_written_long`, what is kept for an hour.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    reasoning: int = 0
    input_audio: int = 0
    input_image: int = 0
    output_audio: int = 0
    cache_written: int = 0
    cache_written_long: int = 0

    @property
    def total(self) -> int:
        """Input and output together."""
        return self.input + self.output


class Logprob(Value, frozen=True):
    """One output token with its log-probability, and the likeliest others at its place."""

    token: bytes
    logprob: float
    top: tuple[tuple[bytes, float], ...] = ()


Finish = Literal["stop", "length", "tool_calls", "content_filter", "pause_turn", "model_context_window_exceeded"]

#: The finishes that only Anthropic has a word for, and what others say.
PLAIN_FINISH: dict[str, str] = {"pause_turn": "stop", "model_context_window_exceeded": "length"}


class Reply(Value, frozen=True):
    """One choice: parts in the author's order, why it ended, and the tokens it is made of.

    `stop` is the stop sequence that ended it, if one did. `logprobs` has an entry for every token of its text
    and refusal parts, in order, when they were asked for. `last_tokens` are the tokens of the last part where the
    token limit cut it in the middle of its text: they may end in a character that is only begun, and not said.
    """

    parts: tuple[Part, ...]
    finish: Finish = "stop"
    stop: str | None = None
    output_tokens: int = 0
    logprobs: tuple[Logprob, ...] | None = None
    last_tokens: tuple[bytes, ...] = ()


class Turn(Value, frozen=True):
    """A prompt with its answer: everything a dialect needs to word it.

    `id` is 32 letters and digits that a dialect cuts and prefixes to its own taste. `created` is the moment on
    the session's clock, in whole seconds since the epoch. `by` names the rule, or the default, that answered.
    `headers` are the rule's own. `quirks` names what the gateway in force does unlike others.
    """

    prompt: Prompt
    replies: tuple[Reply, ...]
    usage: Usage
    id: str
    created: int
    by: str = ""
    headers: dict[str, str] = {}
    quirks: frozenset[str] = frozenset()


# How it arrives.


class Start(Value, frozen=True):
    """A choice begins."""

    choice: int


class Opened(Value, frozen=True):
    """The part at `index` of a choice begins; its words follow in pieces."""

    choice: int
    index: int
    part: Part


class Piece(Value, frozen=True):
    """Some of a part's words: `tokens` of them, the first being token number `at` among the choice's text.

    Nearly always one token; more only where a character spans several, or is cut off by the token limit; none where
    the part has no tokens of its own (`tokens` is 0 for sound, whose `data` is a slice of it).
    """

    choice: int
    index: int
    text: str
    tokens: int = 1
    at: int = 0
    data: bytes = b""


class Closed(Value, frozen=True):
    """The part at `index` of a choice is complete."""

    choice: int
    index: int
    part: Part


class Stop(Value, frozen=True):
    """A choice ends."""

    choice: int
    finish: Finish


Event = Start | Opened | Piece | Closed | Stop

#: Cuts text into the pieces it arrives in: (text, how many tokens it is).
Split = Callable[[str], list[tuple[str, int]]]

_SOUND_SLICE = 4800  # bytes: 100 ms of 24 kHz 16-bit mono, the rhythm of OpenAI's own audio deltas


def words_of(part: Part) -> str:
    """Return what of a part arrives token by token."""
    if isinstance(part, (Text, Reasoning, Refusal, ToolResult)):
        return part.text
    if isinstance(part, ToolCall):
        return part.arguments
    return part.transcript if isinstance(part, Audio) else ""


def _up_to(tokens: int, pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Give the last piece the tokens of a character that is only begun, so that all are `tokens` together."""
    *others, (text, _) = pieces or [("", 0)]
    return [*others, (text, max(0, tokens - sum([count for _, count in others])))]


def events(choice: int, reply: Reply, split: Split) -> Iterator[Event]:
    """Yield how one choice arrives."""
    yield Start(choice)
    at = 0
    for index, part in enumerate(reply.parts):
        yield Opened(choice, index, part)
        counts = isinstance(part, (Text, Refusal))
        pieces = split(words_of(part))
        if reply.last_tokens and index == len(reply.parts) - 1:
            pieces = _up_to(len(reply.last_tokens), pieces)
        for text, tokens in pieces:
            yield Piece(choice, index, text, tokens, at)
            if counts:
                at += tokens
        if isinstance(part, Audio):
            for begin in range(0, len(part.data), _SOUND_SLICE):
                yield Piece(choice, index, "", 0, at, part.data[begin : begin + _SOUND_SLICE])
        yield Closed(choice, index, part)
    yield Stop(choice, reply.finish)
