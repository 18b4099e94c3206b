"""Encode the recordings in fixtures/media (needs the PyPI package `av`): python tools/build_sound_loops.py

Each recording holds PHRASES phrases of our own synthetic babble, every phrase the same whole number of frames
and silent at its end, so that `mockgate.synth.sound` can put them one after another in any order.
"""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import av

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mockgate.rng import Dice  # noqa: E402  (a checkout need not be installed)
from mockgate.synth import babble, containers  # noqa: E402
from mockgate.synth.sound import PHRASES  # noqa: E402

VOICES = {"low": "ash", "high": "alloy"}
WORDS = ("tell them", "what is it", "so many", "wonderful", "good day")
SILENCE = 1_680  # samples at a phrase's end: 70 ms, longer than the overlap of any of these codecs


class Kind(NamedTuple):
    """How one format is encoded: `delay` is what encoder and decoder together put before the sound."""

    muxer: str
    codec: str
    bit_rate: int
    frame: int
    frames: int  # of a phrase
    delay: int
    options: dict[str, str]
    walk: Callable[[bytes], Iterator[bytes]]


KINDS = {
    # Without the bit reservoir no frame leans on the one before it.
    "mp3": Kind("mp3", "libmp3lame", 32_000, 576, 18, 576 + 529, {"reservoir": "0"}, containers.mp3_frames),
    "aac": Kind("adts", "aac", 26_000, 1024, 10, 1024, {}, containers.adts_frames),
    # Low delay keeps to CELT, whose packets lean little on each other; the pre-skip covers its delay.
    "opus": Kind(
        "ogg",
        "libopus",
        26_000,
        480,
        21,
        0,
        {"application": "lowdelay", "packet_loss": "20"},
        containers.ogg_packets,
    ),
}
MUXING = {"mp3": {"write_xing": "0", "id3v2_version": "0"}}


def phrase(words: str, tract: str, samples: int) -> bytes:
    """Speak one phrase in exactly `samples` samples."""
    spoken = babble.babble(words, samples - SILENCE, babble.voice_named(VOICES[tract]), Dice("recording", words))
    return spoken + bytes(2 * SILENCE)


def encode(kind: Kind, pcm: bytes) -> list[bytes]:
    """Encode to the format's frames (of Opus: its headers and packets)."""
    file = io.BytesIO()
    with av.open(file, "w", format=kind.muxer, options=MUXING.get(kind.muxer, {})) as container:
        stream = container.add_stream(kind.codec, rate=babble.RATE, layout="mono", options=kind.options)
        stream.bit_rate = kind.bit_rate
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.sample_rate = babble.RATE
        frame.planes[0].update(pcm)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return list(kind.walk(file.getvalue()))


def record(name: str, tract: str) -> bytes:
    """Encode all phrases once, as they sound after one another, and keep exactly their frames."""
    kind = KINDS[name]
    spoken = b"".join(phrase(words, tract, kind.frame * kind.frames) for words in WORDS[:PHRASES])
    before = -kind.delay % kind.frame
    frames = encode(kind, bytes(2 * before) + spoken + bytes(4 * kind.frame))
    count = PHRASES * kind.frames
    if name == "opus":
        headers, packets = frames[:2], frames[2 : 2 + count]
        return containers.ogg_opus(headers, packets, 960 * (count - 1), 1)
    first = (before + kind.delay) // kind.frame
    kept = frames[first : first + count]
    # The byte after an MPEG-2 frame's header counts the bytes it borrows from earlier frames.
    assert name != "mp3" or not any(frame[4] for frame in kept), "the bit reservoir is in use"
    return b"".join(kept)


def main() -> None:
    """Write every recording and say how large it is."""
    media = ROOT / "fixtures" / "media"
    for tract in VOICES:
        for name in KINDS:
            path = media / f"speech-{tract}.{name}"
            path.write_bytes(record(name, tract))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
