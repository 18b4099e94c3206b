import base64
import io
import struct
import subprocess
import sys
import wave
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mockgate.media import audio_seconds, data_url, image_size


def picture(form: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, form)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(b""), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def wav(seconds: float, *, endless: bool = False) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16_000 * seconds)))
    data = file.getvalue()
    return data[:4] + b"\xff" * 4 + data[8:40] + b"\xff" * 4 + data[44:] if endless else data


#: MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 1152 samples.
MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_pictures_size_is_read_from_its_header(form):
    assert image_size(picture(form)) == (40, 30)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", picture("PNG")[:20], picture("BMP")])
def test_what_is_no_picture_has_no_size(data):
    assert image_size(data) is None


@pytest.mark.filterwarnings("error")
def test_a_picture_that_claims_to_be_huge_costs_nothing():
    assert image_size(png_that_claims(12_000, 12_000)) == (12_000, 12_000)
    assert image_size(png_that_claims(2**31 - 1, 2**31 - 1)) is None


@pytest.mark.parametrize(
    ("data", "form", "seconds"),
    [
        (wav(2), "wav", 2.0),
        (wav(0.5, endless=True), "wav", 0.5),
        (MP3_FRAME * 100, "mp3", 100 * 1152 / 44_100),
    ],
)
def test_a_sounds_length_is_read_and_believed_as_far_as_its_bytes_go(data, form, seconds):
    assert audio_seconds(data, form) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", "wav"),
        (b"hello" * 99, "wav"),
        (b"hello" * 99, "mp3"),
        (wav(1), "mp3"),
        (MP3_FRAME, "wav"),
        (wav(0), "wav"),
    ],
)
def test_what_is_no_sound_of_that_format_has_no_length(data, form):
    assert audio_seconds(data, form) is None


@given(st.sampled_from([*map(picture, ("PNG", "JPEG", "GIF", "WEBP")), wav(1), MP3_FRAME * 9]), st.data())
@settings(deadline=None, max_examples=200)
def test_broken_files_never_break_the_reader(data, draw):
    broken = bytearray(data[: draw.draw(st.integers(0, len(data)))])
    for at, byte in draw.draw(st.dictionaries(st.integers(0, 80), st.integers(0, 255), max_size=6)).items():
        broken[at : at + 1] = bytes([byte])
    image_size(bytes(broken))
    for form in ("wav", "mp3"):
        assert (audio_seconds(bytes(broken), form) or 0) <= len(broken) / 1000 + 0.1


def test_a_data_url_is_taken_apart():
    payload = base64.b64encode(b"hello").decode()
    assert data_url(f"data:image/png;base64,{payload}") == ("image/png", b"hello")
    assert data_url(f"DATA:Image/PNG;charset=utf-8;BASE64,{payload}") == ("image/png", b"hello")
    assert data_url(f"data:;base64,{payload}") == ("text/plain", b"hello")


@pytest.mark.parametrize("url", ["https://example.com/a.png", "", "file-abc", "database"])
def test_other_urls_are_not_data(url):
    assert data_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png",
        "data:image/png,hello",
        "data:;base64,é",
        *(f"data:image/png;base64,{it}" for it in ("", "a", "aGVs bG8=", "aGVsbG8", "aGVsbG8=aGVs", "aGV_bG8=")),
    ],
)
def test_a_broken_data_url_is_refused(url):
    with pytest.raises(ValueError, match=r"data|base64"):
        data_url(url)


def test_reading_media_loads_no_library_before_it_is_needed():
    program = "import sys, mockgate.media; sys.exit('PIL' in sys.modules or 'tinytag' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
