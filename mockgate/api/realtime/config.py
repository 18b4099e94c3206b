"""The configuration of a realtime session: what it may be, what it is unless the client says otherwise, and updates.

Source: OpenAI's API reference, "Realtime client events", and its SDK types.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ... import fields, offers
from ...turn import Tool, ToolChoice
from ...wording import bad_request, missing

Modalities = list[Literal["text", "audio"]]
MaxTokens = Annotated[int, Meta(ge=1, le=4096)] | Literal["inf"]
Milliseconds = Annotated[int, Meta(ge=0)]
Config = dict[str, Any]


class VoiceId(msgspec.Struct, frozen=True):
    """A voice of one's own."""

    id: str


class Format(msgspec.Struct, frozen=True):
    """A format of sound."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
    rate: Literal[24000] | None = None


class TurnDetection(msgspec.Struct, frozen=True):
    """How it is found out when the user begins and ends to speak; `semantic_vad` hears nothing else here."""

    type: Literal["server_vad", "semantic_vad"]
    threshold: Annotated[float, Meta(ge=0, le=1)] | None = None
    prefix_padding_ms: Milliseconds | None = None
    silence_duration_ms: Milliseconds | None = None
    idle_timeout_ms: Milliseconds | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None
    eagerness: Literal["low", "medium", "high", "auto"] | None = None


class Transcription(msgspec.Struct, frozen=True):
    """Whether the user's words are told, and by which model."""

    model: str | None = None
    language: str | None = None
    languages: list[str] | None = None
    keywords: list[str] | None = None
    delay: str | None = None
    prompt: str | None = None


class AudioInput(msgspec.Struct, frozen=True):
    """What the user's sound is like."""

    format: Format | None = None
    noise_reduction: dict[str, Any] | None = None
    transcription: Transcription | None = None
    turn_detection: TurnDetection | None = None


class AudioOutput(msgspec.Struct, frozen=True):
    """What the answers' sound is like."""

    format: Format | None = None
    voice: str | VoiceId | None = None
    speed: Annotated[float, Meta(ge=0.25, le=1.5)] | None = None


class Audio(msgspec.Struct, frozen=True):
    """Sound, both ways."""

    input: AudioInput | None = None
    output: AudioOutput | None = None


class Function(msgspec.Struct, frozen=True):
    """A function on offer."""

    name: Annotated[str, Meta(min_length=1, max_length=128)]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Asked(msgspec.Struct, frozen=True):
    """What a session is made with, and what one response may have otherwise."""

    audio: Audio | None = None
    instructions: str | None = None
    max_output_tokens: MaxTokens | None = None
    output_modalities: Modalities | None = None
    parallel_tool_calls: bool | None = None
    prompt: dict[str, Any] | None = None
    reasoning: dict[str, Any] | None = None
    temperature: float | None = None
    tool_choice: str | dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None


class SessionAsked(Asked, frozen=True):
    """What a session is made with, or changed to."""

    type: Literal["realtime", "transcription"] | UnsetType = UNSET
    model: str | None = None
    include: list[str] | None = None
    tracing: str | dict[str, Any] | None = None
    truncation: str | dict[str, Any] | None = None


_DETECTION: dict[str, Config] = {
    "server_vad": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    },
    "semantic_vad": {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    },
}
_PCM = {"type": "audio/pcm", "rate": 24000}

#: What a session is told to be like before anybody says anything.
INSTRUCTIONS = "You are a helpful, witty and friendly assistant. Answer in a few short sentences, as one does aloud."


def defaults(model: str, kind: str = "realtime") -> Config:
    """Return the configuration of a session that nothing is said of."""
    heard = {
        "format": dict(_PCM),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": _detection("server_vad", kind),
    }
    if kind == "transcription":
        return {"type": kind, "audio": {"input": heard}, "include": None}
    return {
        "type": kind,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "prompt": None,
        "truncation": "auto",
        "audio": {"input": heard, "output": {"format": dict(_PCM), "voice": "alloy", "speed": 1.0}},
        "include": None,
    }


def _detection(type: str, kind: str) -> Config:
    """Return how turns are found if no more is said; a session that only transcribes has no answers to begin."""
    about_answers = ("idle_timeout_ms", "create_response", "interrupt_response") if kind == "transcription" else ()
    return {name: value for name, value in _DETECTION[type].items() if name not in about_answers}


def updated(config: Config, given: Any, kind: type[Asked] = SessionAsked, place: str = "session") -> Config:
    """Return the configuration with what a client gives, which stands at `place` of its event.

    Raises GatewayError (400).
    """
    if not isinstance(given, dict):
        raise (
            missing(place) if given is None else bad_request(f"Invalid type for '{place}': expected an object.", place)
        )
    asked = fields.convert(given, kind, (place,))
    for name in fields.unknown(given, kind):
        raise bad_request(f"Unknown parameter: '{place}.{name}'.", f"{place}.{name}", "unknown_parameter")
    check_modalities(asked.output_modalities, place)
    read_tools(asked.tools or [], f"{place}.tools")
    after = _merged(config, given)
    detection = after["audio"].get("input", {}).get("turn_detection")
    if detection is not None:
        after["audio"]["input"]["turn_detection"] = {**_detection(detection["type"], after["type"]), **detection}
    for format in (after["audio"].get(side, {}).get("format") for side in ("input", "output")):
        if format is not None and format["type"] == "audio/pcm":
            format["rate"] = 24000
    return after


def check_modalities(asked: Modalities | None, place: str) -> None:
    """Refuse answers in words and sound at once, or in nothing.

    Raises GatewayError (400).
    """
    if asked is not None and len(asked) != 1:
        listed = ", ".join(f"'{each}'" for each in asked)
        message = f"Invalid modalities: [{listed}]. Supported combinations are: ['text'] and ['audio']."
        raise bad_request(message, f"{place}.output_modalities", "invalid_value")


#: Mappings that are changed key by key; all others are replaced as a whole.
_NESTED = frozenset({"audio", "input", "output"})

#: What null turns off; of all else it says nothing.
_MAY_BE_OFF = frozenset({"turn_detection", "transcription", "noise_reduction", "tracing", "prompt", "include"})


def _merged(before: Config, given: Config) -> Config:
    after = {**before}
    for name, value in given.items():
        if name in _NESTED and isinstance(value, dict):
            after[name] = _merged(before.get(name) or {}, value)
        elif value is not None or name in _MAY_BE_OFF:
            after[name] = value
    return after


def read_tools(tools: list[Any], place: str) -> tuple[Tool, ...]:
    """Read the functions on offer; tools of other kinds are none that are called here.

    Raises GatewayError (400).
    """
    found = []
    for at, tool in enumerate(tools):
        if tool.get("type", "function") != "function":
            continue
        asked = fields.convert(tool, Function, (place, at))
        params = f"{place}[{at}].parameters"
        found.append(offers.function(asked.name, asked.description, asked.parameters, strict=False, place=params))
    offers.check_names(tuple(found), [f"{place}[{at}].name" for at in range(len(found))])
    return tuple(found)


def read_choice(choice: Any) -> ToolChoice:
    """Read which functions may be called.

    Raises GatewayError (400).
    """
    match choice:
        case None | "auto":
            return ToolChoice()
        case "none" | "required":
            return ToolChoice("none" if choice == "none" else "required")
        case {"type": "function", "name": str(name)}:
            return ToolChoice("required", (name,))
        case _:
            message = "Invalid value for 'tool_choice': expected 'none', 'auto', 'required', or a function."
            raise bad_request(message, "tool_choice", "invalid_value")
