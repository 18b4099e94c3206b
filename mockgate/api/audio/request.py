"""What bodies of audio endpoints hold, and what each model can do. Source: OpenAI's API reference, "Audio"."""

from typing import Annotated, Literal

import msgspec

from ...errors import GatewayError
from ...scenario import Model
from ...vocabulary import base_model
from ...wording import bad_request, listed

#: The voices that the first speech models speak with, and those that the later ones know beside.
VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")
NEWER_VOICES = ("ballad", "cedar", "marin", "verse")

#: Seconds of sound that a model other than whisper-1 takes at most, and that one divides by speakers unasked.
LONGEST = 1400.0
_UNCHUNKED = 30.0

_JSON, _DIARIZED = ("json", "text"), ("json", "text", "diarized_json")

Temperature = Annotated[float, msgspec.Meta(ge=0, le=1)]


class VoiceId(msgspec.Struct, frozen=True):
    """A voice of one's own."""

    id: Annotated[str, msgspec.Meta(min_length=1)]


class Speech(msgspec.Struct, frozen=True):
    """The body that asks for speech."""

    model: str
    input: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    voice: str | VoiceId
    instructions: str | None = None
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4)] = 1.0
    stream_format: Literal["sse", "audio"] = "audio"

    @property
    def voice_name(self) -> str:
        """The voice, by its name or its id."""
        return self.voice if isinstance(self.voice, str) else self.voice.id


class Vad(msgspec.Struct, frozen=True):
    """How a recording is cut where nobody speaks."""

    type: Literal["server_vad"]
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


class Transcription(msgspec.Struct, frozen=True):
    """The form that asks for what was said in a recording, which stands in the form's `file`."""

    model: str
    prompt: str = ""
    temperature: Temperature = 0.0
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] = "json"
    language: str | None = None
    languages: list[str] = []
    keywords: list[str] = []
    timestamp_granularities: list[Literal["word", "segment"]] = []
    include: list[Literal["logprobs"]] = []
    stream: bool = False
    chunking_strategy: Literal["auto"] | Vad | None = None
    known_speaker_names: Annotated[list[str], msgspec.Meta(max_length=4)] = []
    known_speaker_references: Annotated[list[str], msgspec.Meta(max_length=4)] = []


class Translation(msgspec.Struct, frozen=True):
    """The form that asks for what was said in a recording, in English."""

    model: str
    prompt: str = ""
    temperature: Temperature = 0.0
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"


# What models can do.


def is_first(model: str) -> bool:
    """Tell whether a model is one of the first that spoke: they take no instructions."""
    return base_model(model).startswith("tts-1")


def by_duration(model: str) -> bool:
    """Tell whether a model counts seconds, not tokens: it is Whisper, which also never streams."""
    return base_model(model).startswith("whisper")


def diarizes(model: str) -> bool:
    """Tell whether a model says who speaks."""
    return "diarize" in base_model(model)


def finds_languages(model: str) -> bool:
    """Tell whether a model says which languages it heard."""
    return base_model(model).startswith("gpt-transcribe")


#: What the names of the models that serve an endpoint have in them.
_NAMED = {"speech": ("tts",), "transcriptions": ("whisper", "transcribe"), "translations": ("whisper",)}


def check_model(asked: str, model: Model, endpoint: str) -> None:
    """Refuse a model that the endpoint cannot use: of another family, or one whose name says that it does else.

    Raises GatewayError (400).
    """
    name = base_model(asked)
    says = {kind for kind, parts in _NAMED.items() if any(part in name for part in parts)}
    if (model.families and "audio" not in model.families) or (says and endpoint not in says):
        message = f"The requested model '{asked}' cannot be used with the '{endpoint}' API."
        raise bad_request(message, "model", "unsupported_model")


def check_speech(asked: Speech, model: str) -> None:
    """Refuse a voice, instructions or a stream that the model does not have.

    Raises GatewayError (400).
    """
    first = is_first(model)
    known = VOICES if first else tuple(sorted((*VOICES, *NEWER_VOICES)))
    openais = "tts" in base_model(model)
    if openais and asked.voice not in known and (first or isinstance(asked.voice, str)):
        message = f"Invalid value: '{asked.voice_name}'. Supported values are: {listed(known)}."
        raise bad_request(message, "voice", "invalid_value")
    if first and asked.instructions:
        raise _unsupported("instructions", model)
    if first and asked.stream_format == "sse":
        raise _unsupported("stream_format", model)


def _unsupported(param: str, model: str) -> GatewayError:
    return bad_request(f"Unsupported parameter: '{param}' is not supported with the '{model}' model.", param, _CODE)


_CODE = "unsupported_parameter"


def check_transcription(asked: Transcription, model: str) -> None:
    """Refuse what the model cannot do.

    Raises GatewayError (400).
    """
    _check_format(asked.response_format, model)
    if asked.timestamp_granularities and asked.response_format != "verbose_json":
        message = "Timestamp granularities are only supported with response_format 'verbose_json'."
        raise bad_request(message, "timestamp_granularities", "unsupported_value")
    if asked.include and (diarizes(model) or by_duration(model) or asked.response_format != "json"):
        message = f"Logprobs are not supported with response_format '{asked.response_format}' and model '{model}'."
        raise bad_request(message, "include", "unsupported_value")
    if len(asked.known_speaker_names) != len(asked.known_speaker_references):
        message = "'known_speaker_names' and 'known_speaker_references' must have the same length."
        raise bad_request(message, "known_speaker_names", "invalid_value")
    if diarizes(model) and asked.prompt:
        raise _unsupported("prompt", model)


def _check_format(format: str, model: str) -> None:
    if by_duration(model) and format == "diarized_json":
        known: tuple[str, ...] = ("json", "text", "srt", "verbose_json", "vtt")
    elif "transcribe" in base_model(model):
        known = _DIARIZED if diarizes(model) else _JSON
    else:
        return
    if format not in known:
        *others, last = (f"'{each}'" for each in known)
        message = f"response_format '{format}' is not compatible with model '{model}'."
        message += f" Use {', '.join(others)} or {last} instead."
        raise bad_request(message, "response_format", "unsupported_value")


def check_length(seconds: float, asked: Transcription | Translation, model: str) -> None:
    """Refuse a recording that is too long for the model.

    Raises GatewayError (400).
    """
    if "transcribe" in base_model(model) and seconds > LONGEST:
        message = f"audio duration {seconds} seconds is longer than {LONGEST:.0f} seconds which is the maximum"
        raise bad_request(f"{message} for this model", None, "invalid_value")
    if diarizes(model) and seconds > _UNCHUNKED and getattr(asked, "chunking_strategy", None) is None:
        raise bad_request("chunking_strategy is required for diarization models", "chunking_strategy", None)
