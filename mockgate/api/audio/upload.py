"""Taking a recording in: the form's fields, the file, and how long it plays."""

import asyncio
from hashlib import blake2b
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec

from ... import bodies, forms, media, webm
from ...content import Content
from ...errors import GatewayError
from ...journal import Exchange
from ...session import Session
from ...wire import decode_json
from ...wording import bad_request, missing

#: What a file's name may end in.
FORMATS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")

#: Bytes that a recording may have, and seconds that it must have.
MOST = 25 * 2**20
LEAST = 0.1

#: What files of each kind begin with.
_MAGIC = {b"RIFF": "wav", b"fLaC": "flac", b"OggS": "ogg", b"ID3": "mp3"}

_NUMBERS, _FLAGS = ("temperature",), {"true": True, "1": True, "false": False, "0": False}
_NESTED = "chunking_strategy"

Body = TypeVar("Body", bound=msgspec.Struct)


class Recording(msgspec.Struct, frozen=True):
    """A file that came in: its name, what it is, how many seconds it plays, and what names its bytes."""

    name: str
    format: str
    seconds: float
    digest: str


def read(session: Session, exchange: Exchange, kind: type[Body]) -> tuple[Body, forms.Upload]:
    """Read a form with its file.

    Raises GatewayError (400, 413).
    """
    form = forms.read(exchange.call)
    values = _values(form, kind)
    if not values.get("model"):
        raise GatewayError("no_model")
    body = bodies.of_form(session, exchange, kind, values)
    upload = form.file("file")
    if upload is None:
        raise missing("file")
    if upload.content.size > MOST:
        message = f"Maximum content size limit ({MOST}) exceeded ({upload.content.size} bytes read)"
        raise GatewayError("too_large", message, type="server_error")
    return body, upload


def _values(form: forms.Form, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Read a form's texts as what they stand for: numbers, flags, lists, and the one object there is."""
    lists = {field.name for field in msgspec.structs.fields(kind) if field.default_factory is list}
    values: dict[str, Any] = {}
    for written, given in form.fields.items():
        name = written.removesuffix("[]")
        outer, _, inner = name.removesuffix("]").partition("[")
        if inner:
            values.setdefault(outer, {})[inner] = _number(given[-1])
        elif name in lists:
            values[name] = [*values.get(name, ()), *given]
        else:
            values[name] = _value(name, given[-1])
    return values


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS:
        return _number(text)
    if name == "stream":
        return _FLAGS.get(text.lower(), text)
    if name == _NESTED and text.startswith("{"):
        return decode_json(text.encode())
    return text


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


async def listen(upload: forms.Upload) -> Recording:
    """Find out how long a recording plays.

    Raises GatewayError (400) for what is none.
    """
    ending = PurePath(upload.filename).suffix[1:].lower()
    if ending not in FORMATS:
        raise bad_request(f"Invalid file format. Supported formats: {list(FORMATS)}")
    format, seconds, digest = await asyncio.to_thread(_heard, upload.content)
    if not seconds:
        raise bad_request("Audio file might be corrupted or unsupported", "file", "invalid_value")
    if seconds < LEAST:
        message = f"Audio file is too short. Minimum audio length is {LEAST} seconds."
        raise bad_request(message, "file", "audio_too_short")
    return Recording(upload.filename, format, round(seconds, 2), digest)


def _heard(content: Content) -> tuple[str, float | None, str]:
    """Return what a file is by its first bytes, how long it plays, and its digest."""
    data = content.read()
    format = _format(data)
    seconds = webm.seconds(data) if format == "webm" else media.audio_seconds(data, format) if format else None
    return format, seconds, blake2b(data, digest_size=8).hexdigest()


def _format(data: bytes) -> str:
    known = next((format for magic, format in _MAGIC.items() if data.startswith(magic)), "")
    if known or len(data) < 12:
        return known
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[:2] >= b"\xff\xe0":
        return "mp3"
    return "webm" if data.startswith(webm.MAGIC) else ""
