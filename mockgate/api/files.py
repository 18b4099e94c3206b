"""Files: upload, list, retrieve, content, delete, in the words of whose client asks.

Sources: OpenAI's API reference, "Files", and Anthropic's, "Files" (beta).
"""

from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec

from .. import filing, forms
from ..anthropic_fields import invalid
from ..errors import GatewayError
from ..filing import StoredFile
from ..gateway import Gateway
from ..journal import Exchange
from ..paging import Listing, anthropic_list, list_object, page
from ..routes import Family
from ..session import Session
from ..units import write_moment
from ..wire import Answer, Raw, Sse, json_answer
from ..wording import bad_request, missing

#: Batch files expire after 30 days unless they are told otherwise.
_BATCH_LIFETIME = 2_592_000

#: How many seconds Anthropic keeps a file that is told to expire, at the least and at the most.
_LIFETIMES = (3600, 7_776_000)

#: What files are for that Anthropic's clients upload: for the models to read.
_TO_READ = "user_data"


class Create(msgspec.Struct, frozen=True):
    """The fields of the form that a file comes in."""

    purpose: Annotated[str, msgspec.Meta(extra_json_schema={"enum": filing.PURPOSES})] | None = None
    anchor: str | None = msgspec.field(default=None, name="expires_after[anchor]")
    seconds: str | None = msgspec.field(default=None, name="expires_after[seconds]")
    expires_in_seconds: str | None = None

    @classmethod
    def of(cls, form: forms.Form) -> "Create":
        """Read a form's fields."""
        return cls(*map(form.field, cls.__struct_encode_fields__))


class FileListing(Listing, frozen=True):
    """The query of the list of files."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None
    purpose: str | None = None


def _words(file: StoredFile, session: Session, exchange: Exchange) -> dict[str, Any]:
    return metadata(file) if exchange.protocol == "anthropic" else _described(file, session)


def _described(file: StoredFile, session: Session) -> dict[str, Any]:
    """Word a file as OpenAI does, and whose it is where the gateway says so."""
    policy = session.policy
    if "passed_on" not in policy.responder.quirks:
        return file.describe()
    return {**file.describe(), "provider": policy.catalogue.owner(policy.scenario.default_model)}


def metadata(file: StoredFile) -> dict[str, Any]:
    """Word a file as Anthropic does."""
    return {
        "id": file.id,
        "type": "file",
        "filename": file.filename,
        "mime_type": file.content_type,
        "size_bytes": file.content.size,
        "created_at": write_moment(int(file.created)),
        "downloadable": file.purpose not in filing.NOT_FOR_DOWNLOAD,
        "expires_at": None if file.expires is None else write_moment(int(file.expires)),
    }


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Take a file in."""
    form = forms.read(exchange.call)
    upload = form.file("file")
    asked, anthropic = Create.of(form), exchange.protocol == "anthropic"
    if upload is None:
        raise invalid(("file",), "Field required", code="missing_required_parameter") if anthropic else missing("file")
    purpose = _TO_READ if anthropic else asked.purpose
    if purpose is None:
        raise missing("purpose")
    filing.check(upload.filename, purpose, upload.content.size)
    now = session.clock.now()
    file = StoredFile(
        filing.new_id(session, upload.filename, "file_" if anthropic else "file-"),
        upload.filename,
        purpose,
        upload.content,
        now,
        _expiry(asked, purpose, now),
        upload.content_type,
    )
    return json_answer(_words(filing.keep(session, file), session, exchange))


def _expiry(asked: Create, purpose: str, now: float) -> float | None:
    """Return when a file expires: as asked for, else as its purpose has it."""
    if asked.expires_in_seconds is not None:
        return now + _lifetime(asked.expires_in_seconds)
    if asked.anchor is None and asked.seconds is None:
        return now + _BATCH_LIFETIME if purpose == "batch" else None
    return now + filing.lifetime(asked.anchor, asked.seconds)


def _lifetime(seconds: str) -> int:
    asked = int(seconds) if seconds.isdecimal() and len(seconds) < 10 else -1
    if not _LIFETIMES[0] <= asked <= _LIFETIMES[1]:
        message = f"expires_in_seconds: Input should be from {_LIFETIMES[0]} to {_LIFETIMES[1]}"
        raise bad_request(message, "expires_in_seconds")
    return asked


async def list(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List files, a page at a time, of one purpose or of all."""
    if exchange.protocol == "anthropic":
        return json_answer(_anthropic_page(session, exchange))
    purpose = exchange.call.arguments().get("purpose")
    found = [_described(file, session) for file in filing.all_of(session) if purpose in {None, file.purpose}]
    return json_answer(list_object(page(exchange.call, found, limit=10_000, most=10_000)))


def _anthropic_page(session: Session, exchange: Exchange) -> dict[str, Any]:
    """Word a page of files, the newest first: by the ids at its ends, or by a `page` that the one before it named."""
    ids = {value for name, value in parse_qsl(exchange.call.query) if name in {"ids", "ids[]"}}
    newest = [metadata(file) for file in reversed(filing.all_of(session)) if not ids or file.id in ids]
    shown = anthropic_list(exchange.call, newest)
    return shown | {"next_page": f"page_{shown['last_id']}" if shown["has_more"] else None}


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a file."""
    return json_answer(_words(filing.get(session, exchange.params["id"]), session, exchange))


async def content(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send a file's bytes, piece by piece."""
    file = filing.get(session, exchange.params["id"])
    if file.purpose in filing.NOT_FOR_DOWNLOAD:
        raise _not_downloadable(file, exchange)
    name = file.filename.encode("ascii", "replace").decode().replace('"', "'")
    return Sse(
        frames=(Raw(0.0, piece) for piece in file.content.pieces()),
        length=file.content.size,
        content_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _not_downloadable(file: StoredFile, exchange: Exchange) -> GatewayError:
    if exchange.protocol == "anthropic":
        return bad_request(f"File `{file.id}` is not downloadable.")
    return bad_request(f"Not allowed to download files of purpose: {file.purpose}")


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a file."""
    file = filing.get(session, exchange.params["id"])
    session.records.drop(filing.KIND, file.id)
    if exchange.protocol == "anthropic":
        return json_answer({"id": file.id, "type": "file_deleted"})
    return json_answer({"id": file.id, "object": "file", "deleted": True})


family = Family("files")
family.add("POST", "/v1/files", create, form=Create, files=("file",))
family.add("GET", "/v1/files", list, query=FileListing)
family.add("GET", "/v1/files/{id}", retrieve)
family.add("GET", "/v1/files/{id}/content", content, answers=("application/octet-stream",))
family.add("DELETE", "/v1/files/{id}", delete)
