"""Sound files of every format out of a WAV, where PyAV is installed."""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from ..rng import Dice
from .babble import RATE
from .sound import CONTENT_TYPES, Sound, speak

#: The container and the codec of each format, and its samples a second.
_CODECS = {
    "aac": ("adts", "aac", RATE),
    "flac": ("flac", "flac", RATE),
    "mp3": ("mp3", "libmp3lame", RATE),
    "opus": ("ogg", "libopus", 48_000),
    "pcm": ("s16le", "pcm_s16le", RATE),
    "wav": ("wav", "pcm_s16le", RATE),
}


#: Says a text in a voice at a speed, as a WAV file; None when it cannot.
Engine = Callable[[str, str, float], bytes | None]


def available() -> bool:
    """Tell whether sound can be encoded here."""
    return find_spec("av") is not None


def encode(wav: bytes, format: str) -> Sound:
    """Make a sound file of that format out of a WAV, as mono."""
    import av  # noqa: PLC0415 - slow to import, and not always there

    container, codec, rate = _CODECS[format]
    out = io.BytesIO()
    samples = 0
    with av.open(io.BytesIO(wav), "r") as source, av.open(out, "w", format=container) as target:
        stream: Any = target.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format or "s16", "mono", rate, frame_size=stream.frame_size or 0)
        for frame in (*source.decode(audio=0), None):
            for piece in resampler.resample(frame):
                samples += piece.samples
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return Sound(out.getvalue(), samples / rate, CONTENT_TYPES[format])


def stretched(wav: bytes, tempo: float) -> bytes:
    """Play a WAV so much faster (slower: below 1), at the same pitch."""
    import av  # noqa: PLC0415

    out = io.BytesIO()
    with av.open(io.BytesIO(wav), "r") as source, av.open(out, "w", format="wav") as target:
        sound = source.streams.audio[0]
        stream: Any = target.add_stream("pcm_s16le", rate=sound.rate, layout="mono")
        graph = av.filter.Graph()
        steps = [graph.add_abuffer(template=sound)]
        steps += [graph.add("atempo", f"{tempo**0.5:.4f}") for _ in range(2)]  # one alone halves at most
        graph.link_nodes(*steps, graph.add("abuffersink")).configure()
        for frame in (*source.decode(sound), None):
            graph.push(frame)
            for piece in _pulled(graph):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


def _pulled(graph: Any) -> Iterator[Any]:
    """Yield what has come through a graph so far."""
    import av  # noqa: PLC0415

    with suppress(av.error.BlockingIOError, av.error.EOFError):
        while True:
            yield graph.pull()


def say(engine: Engine | None, text: str, voice: str, speed: float, format: str, dice: Dice) -> Sound:
    """Say a text: by an engine, if there is one and it can, else by sounds that are like speech."""
    wav = engine(text, voice, speed) if engine is not None else None
    return speak(text, format, dice, voice=voice, speed=speed) if wav is None else encode(wav, format)
