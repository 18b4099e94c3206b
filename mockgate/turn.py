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


class Text(Value, tag="text"):
    """Words meant for the reader."""

    text: str


class Reasoning(Value, tag="reasoning"):
    """Words the model thought before it spoke."""

    text: str


class Refusal(Value, tag="refusal"):
    """Words that decline."""

    text: str


class ToolCall(Value, tag="tool_call"):
    """A tool the model wants run. `arguments` is JSON text for a function, free text for a custom tool."""

    name: str
    arguments: str
    id: str = ""
    custom: bool = False


class ToolResult(Value, tag="tool_result"):
    """What a tool gave back; `name` is filled in from the call that `call_id` names."""

    call_id: str
    text: str
    name: str = ""


class Image(Value, tag="image"):
    """A picture in a message: its size in pixels where the bytes were at hand, and the detail asked for."""

    url: str = ""
    width: int = 0
    height: int = 0
    detail: Literal["auto", "low", "high", "original"] = "auto"


class Audio(Value, tag="audio"):
    """Sound: in a message its length counts; in a reply `data` is the encoded file and `transcript` its words."""

    seconds: float = 0.0
    format: str = "wav"
    data: bytes = b""
    transcript: str = ""
    id: str = ""


class File(Value, tag="file"):
    """A document in a message."""

    name: str = ""
    text: str = ""
    id: str = ""


Part = Text | Reasoning | Refusal | ToolCall | ToolResult | Image | Audio | File

Role = Literal["system", "user", "assistant", "tool"]


class Message(Value):
    """One turn of the conversation so far."""

    role: Role
    parts: tuple[Part, ...]
    name: str = ""

    @property
    def text(self) -> str:
        """The words of this message: its text, refusals and tool results, a line each."""
        if len(self.parts) == 1:
            part = self.parts[0]
            return part.text if isinstance(part, Text | Refusal | ToolResult) else ""
        return "\n".join(part.text for part in self.parts if isinstance(part, Text | Refusal | ToolResult))


class Tool(Value):
    """A tool on offer. `schema` is the JSON Schema of its arguments; None for a custom (free text) tool."""

    name: str
    description: str = ""
    schema: dict[str, Any] | None = None
    custom: bool = False
    strict: bool = False


class ToolChoice(Value):
    """May, must or must not call; `names` narrows which tools may be called (empty: all on offer)."""

    mode: Literal["auto", "none", "required"] = "auto"
    names: tuple[str, ...] = ()


class Format(Value):
    """The form the text must have. `schema` is set for `json_schema`."""

    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: dict[str, Any] | None = None
    strict: bool = False


class Voice(Value):
    """Spoken answers: the voice and the audio format asked for."""

    name: str
    format: str


class Prompt(Value):
    """What is asked, in no provider's words.

    `family` is the endpoint family that read it ("chat"). `max_tokens` counts everything the model produces.
    `top_logprobs` is None when no log-probabilities are wanted. `request` is the dialect's own reading of the
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


class Usage(Value):
    """Tokens: one truth for the body, the limiter, the wallet and the metrics.

    `input` includes `cached`, `input_audio` and `input_image`; `output` includes `reasoning` and `output_audio`.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    reasoning: int = 0
    input_audio: int = 0
    input_image: int = 0
    output_audio: int = 0

    @property
    def total(self) -> int:
        """Input and output together."""
        return self.input + self.output


class Logprob(Value):
    """One output token with its log-probability, and the likeliest others at its place."""

    token: bytes
    logprob: float
    top: tuple[tuple[bytes, float], ...] = ()


Finish = Literal["stop", "length", "tool_calls", "content_filter"]


class Reply(Value):
    """One choice: parts in the author's order, why it ended, and the tokens it is made of.

    `stop` is the stop sequence that ended it, if one did. `logprobs` has an entry for every token of its text
    and refusal parts, in order, when they were asked for.
    """

    parts: tuple[Part, ...]
    finish: Finish = "stop"
    stop: str | None = None
    output_tokens: int = 0
    logprobs: tuple[Logprob, ...] | None = None


class Turn(Value):
    """A prompt with its answer: everything a dialect needs to word it.

    `created` is the moment on the session's clock, in whole seconds since the epoch. `by` names the rule, or
    the default, that answered. `headers` are the rule's own.
    """

    prompt: Prompt
    replies: tuple[Reply, ...]
    usage: Usage
    id: str
    created: int
    by: str = ""
    headers: dict[str, str] = {}


# How it arrives.


class Start(Value):
    """A choice begins."""

    choice: int


class Opened(Value):
    """The part at `index` of a choice begins; its words follow in pieces."""

    choice: int
    index: int
    part: Part


class Piece(Value):
    """Some of a part's words: `tokens` of them, the first being token number `at` among the choice's text.

    Nearly always one token; more only where a character spans several, or where the part has no tokens of its
    own (`tokens` is 0 for sound, whose `data` is a slice of it).
    """

    choice: int
    index: int
    text: str
    tokens: int = 1
    at: int = 0
    data: bytes = b""


class Closed(Value):
    """The part at `index` of a choice is complete."""

    choice: int
    index: int
    part: Part


class Stop(Value):
    """A choice ends."""

    choice: int
    finish: Finish


Event = Start | Opened | Piece | Closed | Stop

#: Cuts text into the pieces it arrives in: (text, how many tokens it is).
Split = Callable[[str], list[tuple[str, int]]]

_SOUND_SLICE = 4800  # bytes: 100 ms of 24 kHz 16-bit mono, the rhythm of OpenAI's own audio deltas


def words_of(part: Part) -> str:
    """Return what of a part arrives token by token."""
    match part:
        case Text(text) | Reasoning(text) | Refusal(text) | ToolResult(text=text):
            return text
        case ToolCall(arguments=arguments):
            return arguments
        case Audio(transcript=transcript):
            return transcript
        case _:
            return ""


def events(choice: int, reply: Reply, split: Split) -> Iterator[Event]:
    """Yield how one choice arrives."""
    yield Start(choice)
    at = 0
    for index, part in enumerate(reply.parts):
        yield Opened(choice, index, part)
        for text, tokens in split(words_of(part)):
            yield Piece(choice, index, text, tokens, at)
            if isinstance(part, Text | Refusal):
                at += tokens
        if isinstance(part, Audio):
            for begin in range(0, len(part.data), _SOUND_SLICE):
                yield Piece(choice, index, "", 0, at, part.data[begin : begin + _SOUND_SLICE])
        yield Closed(choice, index, part)
    yield Stop(choice, reply.finish)
