"""Real, tiny media: what stands in where a placeholder was sent, or nothing."""

import wave
from base64 import b64decode, b64encode
from io import BytesIO

from .content import Content
from .forms import Upload
from .synth import mp4

#: A file of this name was put in here.
STEM = "placeholder"

#: A picture of one pixel, a PNG.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
PIXEL_URL = f"data:image/png;base64,{PIXEL}"

_IMAGES = frozenset({"image", "images", "mask", "input_reference"})


def sound() -> bytes:
    """Return half a second of silence, as WAV."""
    written = BytesIO()
    with wave.open(written, "wb") as silence:
        silence.setparams((1, 2, 8000, 0, "NONE", ""))
        silence.writeframes(bytes(8000))
    return written.getvalue()


def film() -> bytes:
    """Return an MP4 of one second that shows one picture, which no decoder could read."""
    return mp4.mux(mp4.Track(b"\x67\x42\x00\x0a", b"\x68\xce", [b"\x00\x00\x00\x01\x65"], [0]), (720, 1280), 1)


def sound_in_base64() -> str:
    """Return the sound as it stands in JSON."""
    return b64encode(sound()).decode()


def upload(name: str, path: str) -> Upload:
    """Return a file for a form's field of this name, on an endpoint of this path."""
    if name in _IMAGES:
        return Upload(f"{STEM}.png", "image/png", Content.of(b64decode(PIXEL)))
    if "/audio/" in path or name.startswith("audio"):
        return Upload(f"{STEM}.wav", "audio/wav", Content.of(sound()))
    if name == "video":
        return Upload(f"{STEM}.mp4", "video/mp4", Content.of(film()))
    return Upload(f"{STEM}.jsonl", "application/jsonl", Content.of(b"{}\n"))
