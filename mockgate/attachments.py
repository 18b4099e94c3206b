"""Pictures, sound and documents that come inside a body, read into parts. Sentences and codes are OpenAI's own."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Literal

from . import media
from .errors import GatewayError
from .turn import Audio, File, Image
from .wording import bad_request

_DATA_URL = (
    "Expected a base64-encoded data URL with an image MIME type "
    "(e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got"
)
#: What begins a page of a PDF that is not compressed.
_PAGE = re.compile(rb"/Type\s*/Page\b")

_IMAGE_FORMATS = (
    "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
    "['png', 'jpeg', 'gif', 'webp']."
)


def image(url: str, detail: Literal["auto", "low", "high", "original"], param: str) -> Image:
    """Read a picture: a web address, or a data URL.

    Raises GatewayError (400) when it is neither, or no picture.
    """
    if url[:8].lower().startswith(("http://", "https://")):
        return Image(url, detail=detail)
    try:
        data = media.data_url(url)
    except ValueError:
        raise bad_request(
            f"Invalid '{param}'. {_DATA_URL} an invalid base64-encoded value.", param, "invalid_base64_image"
        ) from None
    if data is None:
        raise bad_request(
            f"Invalid '{param}'. Expected a valid URL, but got a value with an invalid format.",
            param,
            "invalid_image_url",
        )
    size = media.image_size(data[1])
    if size is None:
        raise bad_request(_IMAGE_FORMATS, param, "invalid_image_format")
    return Image(url, *size, detail)


def audio(base64: str, format: str, param: str) -> Audio:
    """Read sound.

    Raises GatewayError (400) when it is not of its format.
    """
    data = _bytes(base64, param)
    seconds = media.audio_seconds(data, format)
    if seconds is None:
        raise bad_request(
            f"The data provided for 'input_audio' is not of valid {format} format.",
            param,
            "invalid_value",
        )
    return Audio(seconds, format, data)


def document(name: str, written: str, param: str) -> File:
    """Read a document: base64, or a data URL of it.

    Raises GatewayError (400) when it is neither.
    """
    try:
        found = media.data_url(written)
    except ValueError:
        raise _not_base64(param) from None
    return file_of(name, found[1] if found else _bytes(written, param))


def file_of(name: str, data: bytes, id: str = "") -> File:
    """Read a document's bytes: its text, or how many pages a PDF has; of any other nothing is known."""
    if is_pdf(data):
        return File(name, "", id, max(1, len(_PAGE.findall(data))))
    return File(name, words_of(data), id)


def is_pdf(data: bytes) -> bool:
    """Tell whether bytes are a PDF."""
    return data.startswith(b"%PDF")


def words_of(data: bytes) -> str:
    """Return the text of a document that is plain text; nothing of any other."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _bytes(base64: str, param: str) -> bytes:
    try:
        return b64decode(base64, validate=True)
    except (NotBase64, ValueError):
        raise _not_base64(param) from None


def _not_base64(param: str) -> GatewayError:
    return bad_request(
        f"Invalid '{param}'. Expected base64-encoded data, but got an invalid base64-encoded value.",
        param,
        "invalid_value",
    )
