"""Spoken answers: speech-like sound whose length suits the text, in every format a speech API offers.

No codec runs here: PCM, WAV and FLAC are written from synthesised samples; MP3, AAC and Opus are put together
from the frames of short recordings of the same synthesis (`fixtures/media`), cut to length.
"""

from collections.abc import Callable
from functools import cache
from math import ceil

from msgspec import Struct

from ..loader import fixtures_dir
from ..rng import Dice
from .babble import RATE, Tract, babble, voice_named, weight
from .containers import (
    AAC_FRAME,
    MP3_FRAME,
    OPUS_PACKET,
    adts_frames,
    flac,
    mp3_frames,
    ogg_opus,
    ogg_packets,
    wav,
)

PHRASES = 5
"""Phrases in a recording: all of one length and silent at the end, so that they follow in any order."""

CONTENT_TYPES = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
    "pcm16": "audio/pcm",
    "wav": "audio/wav",
}
_WRITERS: dict[str, Callable[[bytes], bytes]] = {"flac": flac, "pcm": bytes, "pcm16": bytes, "wav": wav}
_WALKERS = {"aac": adts_frames, "mp3": mp3_frames, "opus": ogg_packets}
_LETTERS_A_SECOND = 15
_LETTERS_A_WORD = 6  # with the space: 2.5 words a second
_SHORTEST = 0.3


class Sound(Struct, frozen=True):
    """A complete sound file (or raw PCM), how long it plays in seconds, and its media type."""

    data: bytes
    seconds: float
    content_type: str


def speak(
    text: str,
    format: str,
    dice: Dice,
    *,
    voice: str = "alloy",
    speed: float = 1.0,
) -> Sound:
    """Say `text` as wav, flac, mp3, aac (ADTS), opus (Ogg) or pcm16 (also pcm: raw 24 kHz s16le mono).

    Raises ValueError, which names the known formats, for any other. `speed` is greater than 0.
    """
    if format not in CONTENT_TYPES:
        raise ValueError(f"unknown audio format {format!r}: known are {', '.join(CONTENT_TYPES)}")
    seconds = spoken_seconds(text, speed)
    speaker = voice_named(voice)
    own = dice.fork("sound", text, voice)
    match format:
        case "mp3":
            data, seconds = _framed(_recording("mp3", speaker.tract), MP3_FRAME / RATE, seconds, own)
        case "aac":
            data, seconds = _framed(_recording("aac", speaker.tract), AAC_FRAME / RATE, seconds, own)
        case "opus":
            data = _opus(_recording("opus", speaker.tract), round(seconds * 48_000), own)
        case _:
            data = _WRITERS[format](babble(text, round(seconds * RATE), speaker, own))
    return Sound(data, seconds, CONTENT_TYPES[format])


def spoken_seconds(text: str, speed: float = 1.0) -> float:
    """Tell how long `text` takes: 15 characters or 2.5 words a second, the slower of them; at least 0.3 s.

    A wide character (an ideograph, a kana) counts as three.
    """
    letters = max(weight(text), _LETTERS_A_WORD * len(text.split()))
    return round(max(_SHORTEST, letters / _LETTERS_A_SECOND / speed), 3)


@cache
def _recording(name: str, tract: Tract) -> tuple[bytes, ...]:
    """Read a recording's frames (of Opus: its two headers, then its packets)."""
    data = (fixtures_dir() / "media" / f"speech-{tract}.{name}").read_bytes()
    return tuple(_WALKERS[name](data))


def _framed(frames: tuple[bytes, ...], frame: float, seconds: float, dice: Dice) -> tuple[bytes, float]:
    count = round(seconds / frame)
    return b"".join(_recite(frames, count, dice)), count * frame


def _opus(recording: tuple[bytes, ...], samples: int, dice: Dice) -> bytes:
    headers, packets = recording[:2], recording[2:]
    skipped = int.from_bytes(headers[0][10:12], "little")
    count = ceil((skipped + samples) / OPUS_PACKET)
    return ogg_opus(headers, _recite(packets, count, dice), samples, dice.number & 0xFFFFFFFF)


def _recite(frames: tuple[bytes, ...], count: int, dice: Dice) -> list[bytes]:
    """Take `count` frames, phrase by phrase: every phrase once in each round, in an order by chance."""
    size = len(frames) // PHRASES
    said: list[bytes] = []
    while len(said) < count:
        for phrase in dice.random.sample(range(PHRASES), PHRASES):
            said += frames[phrase * size : (phrase + 1) * size]
    return said[:count]
