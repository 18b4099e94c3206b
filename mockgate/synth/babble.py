"""Speech-like sound out of nothing, as raw 24 kHz 16-bit little-endian mono PCM.

A vowel is a train of grains, one per glottal period, each a sum of damped formants (as in FOF synthesis).
Grains are computed once; a pitch is how much of each grain is kept: speaking costs one slice per period.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import cache
from math import cos, exp, pi, sin
from typing import Literal
from unicodedata import east_asian_width

from msgspec import Struct

from ..expressions import regex
from ..rng import Dice

RATE = 24_000
"""Samples a second."""

Tract = Literal["low", "high"]


class Voice(Struct, frozen=True):
    """A pitch in hertz, and the kind of vocal tract, which moves all formants."""

    pitch: float
    tract: Tract


_VOICES = {
    "alloy": Voice(168, "high"),
    "ash": Voice(112, "low"),
    "ballad": Voice(126, "low"),
    "cedar": Voice(104, "low"),
    "coral": Voice(205, "high"),
    "echo": Voice(118, "low"),
    "fable": Voice(150, "high"),
    "marin": Voice(190, "high"),
    "nova": Voice(218, "high"),
    "onyx": Voice(92, "low"),
    "sage": Voice(180, "high"),
    "shimmer": Voice(228, "high"),
    "verse": Voice(134, "low"),
}

_STRETCH: dict[Tract, float] = {"low": 1.0, "high": 1.15}

# The first three formants in hertz, about those of an adult, and how wide and how loud each is.
_FORMANTS = {
    "a": (730, 1090, 2440),
    "e": (530, 1840, 2480),
    "i": (290, 2250, 3000),
    "o": (560, 860, 2410),
    "u": (320, 870, 2240),
    "schwa": (500, 1500, 2500),
    "m": (250, 950, 2200),
    "l": (360, 1250, 2700),
}
_WIDTHS = (130, 190, 260)
_LOUDNESS = (1.0, 0.45, 0.2)

# Consonants that are only noise: centre and width in hertz, seconds, loudness.
_NOISES = {
    "s": (6200, 1800, 0.075, 0.16),
    "sh": (3000, 1200, 0.075, 0.2),
    "f": (4200, 5000, 0.06, 0.07),
    "t": (4500, 2500, 0.016, 0.25),
    "k": (1900, 900, 0.02, 0.25),
    "p": (800, 700, 0.014, 0.25),
}
_VOWELS = ("a", "e", "i", "o", "u", "schwa")
_ONSETS = (*_NOISES, "m", "l", "m", "l", "")

_LEVELS = 16
_PEAK = 18_000
_SOFT = 16  # samples in which a grain swells: without it the voice is harsh
_LONGEST = RATE // 60  # a period of a pitch that no voice falls to

_SYLLABLE = 3  # weight: three letters, or one ideograph
_REST = 4  # what a punctuation mark adds to its own weight
_MARKS = ".,;:!?…。、，；：！？"
_UNITS = regex(rf"\s+|[{_MARKS}]+|[^\s{_MARKS}]+")


def voice_named(name: str) -> Voice:
    """Find a voice; a name nobody knows always gets the same one of the known voices."""
    known = tuple(_VOICES.values())
    return _VOICES.get(name) or known[Dice("voice", name).number % len(known)]


def weight(text: str) -> int:
    """Count the letters of `text` as time: a wide character (an ideograph, a kana) takes as long as three."""
    return sum(_SYLLABLE if east_asian_width(char) in "WF" else 1 for char in text)


def babble(text: str, samples: int, voice: Voice, dice: Dice) -> bytes:
    """Speak `text` in exactly `samples` samples: words take time by their length, punctuation rests."""
    units = _rhythm(text)
    scale = samples / sum(share for _, share in units)
    pieces: list[bytes] = []
    reached = fall = 0.0
    for voiced, share in units:
        start, reached = int(reached), reached + share * scale
        length = int(reached) - start
        if voiced:
            pieces += _word(length, share, Voice(voice.pitch * (1.08 - fall), voice.tract), dice)
            fall = min(fall + 0.015, 0.18)  # the pitch sinks through a phrase
        else:
            pieces.append(bytes(2 * length))
            fall = fall if share < _REST else 0.0
    return b"".join(pieces).ljust(2 * samples, b"\0")


def _rhythm(text: str) -> list[tuple[bool, int]]:
    """Divide the text into voiced and silent units with their weights; of any text something is voiced."""
    units = []
    for unit in _UNITS.findall(text.strip()):
        mark = unit[0] in _MARKS
        units.append((not mark and not unit.isspace(), weight(unit) + _REST * mark))
    return units if any(voiced for voiced, _ in units) else [(True, max(1, weight(text)))]


def _word(samples: int, share: int, voice: Voice, dice: Dice) -> Iterator[bytes]:
    """Yield a word's syllables, as many as its weight asks for."""
    count = max(1, round(share / _SYLLABLE))
    draw = dice.random
    for place in range(count):
        length = samples * (place + 1) // count - samples * place // count
        onset = _onset(draw.choice(_ONSETS), length // 3, voice)
        yield onset
        pitch = voice.pitch * draw.uniform(0.95, 1.07)
        yield _voiced(draw.choice(_VOWELS), length - len(onset) // 2, pitch, voice.tract)


def _onset(name: str, limit: int, voice: Voice) -> bytes:
    """Return a consonant of at most `limit` samples; of no name, none."""
    if name in _NOISES:
        return _noise(name)[: 2 * limit]
    return _voiced(name, min(limit, RATE // 16), voice.pitch, voice.tract) if name else b""


def _voiced(name: str, samples: int, pitch: float, tract: Tract) -> bytes:
    """Return grains that rise, fall and sink a little in pitch, `samples` in all."""
    grains = _grains(name, tract)
    pieces = []
    done = 0
    while done < samples:
        at = done / samples
        period = int(RATE / (pitch * (1.04 - 0.1 * at)))
        pieces.append(grains[int(_LEVELS * min(0.999, 0.3 + 4 * at, 1.8 - 1.8 * at))][: 2 * period])
        done += period
    return b"".join(pieces)[: 2 * samples]


@cache
def _grains(name: str, tract: Tract) -> tuple[bytes, ...]:
    """Compute one period of a voiced sound at every level of loudness, the last the loudest."""
    hertz = [formant * _STRETCH[tract] for formant in _FORMANTS[name]]
    formants = list(zip(hertz, _WIDTHS, _LOUDNESS, strict=True))
    wave = [
        min(1, n / _SOFT)
        * sum(loud * exp(-pi * width * n / RATE) * sin(2 * pi * hz * n / RATE) for hz, width, loud in formants)
        for n in range(_LONGEST)
    ]
    peak = _PEAK / max(map(abs, wave)) / (_LEVELS - 1)
    return tuple(_pcm(peak * level * value for value in wave) for level in range(_LEVELS))


@cache
def _noise(name: str) -> bytes:
    """Compute a consonant: white noise through one resonance, swelling and fading."""
    centre, width, seconds, loudness = _NOISES[name]
    draw = Dice("consonant", name).random
    radius = exp(-pi * width / RATE)
    near, far = 2 * radius * cos(2 * pi * centre / RATE), -radius * radius
    wave = [0.0, 0.0]
    for _ in range(int(seconds * RATE)):
        wave.append(draw.uniform(-1, 1) + near * wave[-1] + far * wave[-2])
    peak = _PEAK * loudness / max(map(abs, wave))
    return _pcm(peak * value * sin(pi * n / len(wave)) for n, value in enumerate(wave))


def _pcm(values: Iterable[float]) -> bytes:
    samples = [round(value) for value in values]
    return struct.pack(f"<{len(samples)}h", *samples)
