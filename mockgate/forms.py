"""Reading a form (`multipart/form-data`): its fields and its files, whether they came with the call or were streamed.

Source: RFC 7578.
"""

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

import msgspec

from .content import Content
from .errors import GatewayError
from .wire import Call

MULTIPART = "multipart/form-data"


class Upload(msgspec.Struct, frozen=True):
    """A file of a form."""

    filename: str
    content_type: str
    content: Content


class Form(msgspec.Struct):
    """A form: every field's values in order (`name[]` is the name of a list), and its files."""

    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}

    def field(self, name: str) -> str | None:
        """Return the last value of a field, or None."""
        values = self.fields.get(name) or self.fields.get(f"{name}[]")
        return values[-1] if values else None

    def file(self, name: str) -> Upload | None:
        """Return the last file of a name, or None."""
        files = self.files.get(name) or self.files.get(f"{name}[]")
        return files[-1] if files else None

    def add(self, name: str, value: "str | Upload") -> None:
        """Add a field's value or a file."""
        if isinstance(value, Upload):
            self.files.setdefault(name, []).append(value)
        else:
            self.fields.setdefault(name, []).append(value)


def is_form(call: Call) -> bool:
    """Tell whether a call's body is a form."""
    return call.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART


def read(call: Call) -> Form:
    """Return a call's form.

    Raises GatewayError (400) when its body is none.
    """
    if isinstance(call.form, Form):
        return call.form
    if not is_form(call):
        raise GatewayError("bad_request", f"Invalid content type. Expected '{MULTIPART}'.", details={"form": True})
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    whole = BytesParser(policy=HTTP).parsebytes(head + call.raw)
    parts = list(_parts(whole))
    if whole.get_boundary() is None or not parts:
        message = "Could not parse multipart form: no part was found in it."
        raise GatewayError("bad_request", message, details={"form": True})
    form = Form()
    for name, value in parts:
        form.add(name, value)
    return form


def _parts(whole: Message) -> Iterator[tuple[str, str | Upload]]:
    for part in whole.walk() if whole.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(data, bytes):
            filename = part.get_filename()
            if filename is None:
                yield name, data.decode("utf-8", "replace")
            else:
                yield name, Upload(filename, part.get_content_type(), Content.of(data))
