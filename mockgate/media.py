"""Reading pictures and sounds that came in: how large, how long. The only reader with Pillow and tinytag.

Only headers are read, so a small file that claims to be huge costs nothing.
"""

import binascii
import io
import warnings

#: What OpenAI accepts as an image.
IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_LEAST_KILOBITS = 8  # a second: no MP3 is slower


def data_url(url: str) -> tuple[str, bytes] | None:
    """Return media type and bytes of a base64 `data:` URL, None when the URL is of another kind.

    Raises ValueError when it is not base64, not marked as such, or empty.
    """
    if url[:5].lower() != "data:":
        return None
    header, comma, payload = url[5:].partition(",")
    media_type, *parameters = header.split(";")
    if not comma or "base64" not in (parameter.strip().lower() for parameter in parameters):
        raise ValueError("is not a base64 data URL: write data:image/png;base64,...")
    try:
        data = binascii.a2b_base64(payload, strict_mode=True)
    except ValueError as problem:
        raise ValueError(f"holds broken base64: {problem}") from None
    if not data:
        raise ValueError("holds no data")
    return media_type.strip().lower() or "text/plain", data


def dimensions(size: str) -> tuple[int, int]:
    """Return the width and the height of a size that is written `1024x1536`."""
    width, _, height = size.partition("x")
    return int(width), int(height)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels.

    None when it is no PNG, JPEG, GIF or WebP, or claims more pixels (179 million) than Pillow believes.
    """
    from PIL import Image  # noqa: PLC0415 - slow to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's doubts, which are about decoding
        try:
            with Image.open(io.BytesIO(data), formats=IMAGE_FORMATS) as image:
                return image.size
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None


def audio_seconds(data: bytes, format: str) -> float | None:
    """Return how many seconds a sound file plays, None when it is none of that format (`wav`, `mp3`, ...).

    A header is believed only as far as the bytes go: a WAV that was streamed claims to be endless.
    """
    if (data[:4] == b"RIFF") != (format == "wav"):
        return None
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415 - seldom needed

    try:
        found = TinyTag.get(f"sound.{format}", file_obj=io.BytesIO(data), tags=False)
    except TinyTagException:
        return None
    if not found.duration:
        return None
    kilobits = (found.bitrate if format == "wav" else None) or _LEAST_KILOBITS
    return min(found.duration, len(data) / (kilobits * 125))
