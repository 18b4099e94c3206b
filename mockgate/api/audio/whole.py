"""Wording a transcript as a whole: JSON, plain text, subtitles."""

import zlib
from collections.abc import Sequence
from math import ceil
from typing import Any

import msgspec

from ...rng import Dice
from ...synth.transcripts import Segment
from ...turn import Logprob
from ...vocabulary import Vocabulary
from ...wire import JSON_TYPE
from .languages import NAMES
from .request import Transcription, Translation, diarizes, finds_languages
from .transcript import Transcript

TEXT_TYPE = "text/plain; charset=utf-8"

#: Whisper's own tokens: the first that says a time, and how many there are in a second.
_FIRST_TIME, _TIMES = 50_364, 50
_WINDOW = 30  # seconds that it hears at once, and the frames that makes
_FRAMES = 3000


def body(said: Transcript, vocabulary: Vocabulary) -> tuple[bytes, str]:
    """Return a transcript in the form that was asked for, and its content type."""
    match said.asked.response_format:
        case "text":
            return f"{said.text}\n".encode(), TEXT_TYPE
        case "srt":
            return _srt(said.segments).encode(), TEXT_TYPE
        case "vtt":
            return _vtt(said.segments).encode(), TEXT_TYPE
        case "verbose_json":
            worded = _verbose(said, vocabulary)
        case "diarized_json":
            worded = _diarized(said)
        case _:
            worded = _plain(said)
    return msgspec.json.encode(worded), JSON_TYPE


def _plain(said: Transcript) -> dict[str, Any]:
    worded: dict[str, Any] = {"text": said.text}
    if isinstance(said.asked, Translation):
        return worded
    if said.logprobs is not None:
        worded["logprobs"] = [logprob(entry) for entry in said.logprobs]
    return worded | languages(said) | {"usage": said.usage()}


def languages(said: Transcript) -> dict[str, Any]:
    """Word which languages were heard, of a model that says so."""
    return {"languages": [{"code": said.language}]} if finds_languages(said.model) else {}


def logprob(entry: Logprob) -> dict[str, Any]:
    """Word how likely a token was."""
    return {
        "token": entry.token.decode("utf-8", "replace"),
        "logprob": entry.logprob,
        "bytes": list(entry.token),
    }


def segment(entry: Segment, at: int) -> dict[str, Any]:
    """Word what one speaker says."""
    return {
        "type": "transcript.text.segment",
        "id": f"seg_{at}",
        "speaker": entry.speaker,
        "start": entry.start,
        "end": entry.end,
        "text": entry.text,
    }


def _diarized(said: Transcript) -> dict[str, Any]:
    worded: dict[str, Any] = {"task": "transcribe", "duration": said.recording.seconds, "text": said.text}
    names = said.segments if diarizes(said.model) else [_by(entry, "A") for entry in said.segments]
    worded["segments"] = [segment(entry, at) for at, entry in enumerate(names)]
    return worded | {"usage": said.usage()}


def _by(entry: Segment, speaker: str) -> Segment:
    return msgspec.structs.replace(entry, speaker=speaker)


def _verbose(said: Transcript, vocabulary: Vocabulary) -> dict[str, Any]:
    heard = isinstance(said.asked, Transcription)
    wanted = said.asked.timestamp_granularities if isinstance(said.asked, Transcription) else []
    worded: dict[str, Any] = {
        "task": "transcribe" if heard else "translate",
        "language": NAMES.get(said.language, said.language),
        "duration": said.recording.seconds,
        "text": said.text,
    }
    if not wanted or "segment" in wanted:
        worded["segments"] = _segments(said, vocabulary)
    if "word" in wanted:
        worded["words"] = [{"word": word.text, "start": word.start, "end": word.end} for word in said.words]
    if heard:
        worded["usage"] = {"type": "duration", "seconds": ceil(said.recording.seconds)}
    return worded


def _segments(said: Transcript, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    chance = Dice("segments", said.turn.id).random
    return [
        {
            "id": at,
            "seek": int(entry.start // _WINDOW) * _FRAMES,
            "start": entry.start,
            "end": entry.end,
            "text": f" {entry.text}",
            "tokens": _ids(entry, vocabulary),
            "temperature": said.asked.temperature,
            "avg_logprob": round(chance.uniform(-0.4, -0.1), 6),
            "compression_ratio": round(_ratio(entry.text), 6),
            "no_speech_prob": round(chance.uniform(0.0005, 0.05), 6),
        }
        for at, entry in enumerate(said.segments)
    ]


def _ids(entry: Segment, vocabulary: Vocabulary) -> list[int]:
    """Return a segment's tokens between those that say its times, which count from the window it is heard in."""
    begin = entry.start // _WINDOW * _WINDOW
    first, last = (_FIRST_TIME + round(_TIMES * (moment - begin)) for moment in (entry.start, entry.end))
    return [first, *vocabulary.ids(f" {entry.text}"), last]


def _ratio(text: str) -> float:
    """Return how much shorter a text can be said, as Whisper has it."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


# Subtitles.


def _srt(said: Sequence[Segment]) -> str:
    cues = (f"{at}\n{_span(entry, ',')}\n{entry.text}\n\n" for at, entry in enumerate(said, 1))
    return "".join(cues)


def _vtt(said: Sequence[Segment]) -> str:
    return "WEBVTT\n\n" + "".join(f"{_span(entry, '.')}\n{entry.text}\n\n" for entry in said)


def _span(entry: Segment, point: str) -> str:
    return f"{_moment(entry.start, point)} --> {_moment(entry.end, point)}"


def _moment(seconds: float, point: str) -> str:
    thousandths = round(1000 * seconds)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
