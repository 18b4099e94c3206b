"""Uploads: a large file in parts, completed or cancelled. Source: OpenAI's API reference, "Uploads"."""

from hashlib import md5
from typing import Annotated, Any

import msgspec

from .. import bodies, filing, forms
from ..content import Content
from ..errors import GatewayError
from ..gateway import Gateway
from ..journal import Exchange
from ..routes import Family
from ..session import Session
from ..wire import Answer, json_answer
from ..wording import bad_request, missing

KIND = "upload"

#: An upload that is not completed within an hour expires.
LIFETIME = 3600
LARGEST = 8 * 2**30
LARGEST_PART = 64 * 2**20


class ExpiresAfter(msgspec.Struct, frozen=True):
    """When the file of an upload is to expire."""

    anchor: str
    seconds: int


class Create(msgspec.Struct, frozen=True):
    """The body that begins an upload."""

    filename: str
    purpose: str
    bytes: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
    mime_type: str
    expires_after: ExpiresAfter | None = None


class Complete(msgspec.Struct, frozen=True):
    """The body that completes an upload: its parts in order."""

    part_ids: list[str]
    md5: str | None = None


class Pending(msgspec.Struct):
    """An upload on its way."""

    id: str
    asked: Create
    created: float
    status: str = "pending"
    parts: dict[str, Content] = {}
    file: filing.StoredFile | None = None

    def describe(self) -> dict[str, Any]:
        """Word it as OpenAI's upload object."""
        return {
            "id": self.id,
            "object": "upload",
            "bytes": self.asked.bytes,
            "created_at": int(self.created),
            "expires_at": int(self.created) + LIFETIME,
            "filename": self.asked.filename,
            "purpose": self.asked.purpose,
            "status": self.status,
            "file": None if self.file is None else self.file.describe(),
        }


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin an upload."""
    asked = bodies.read(session, exchange, Create)
    filing.check(asked.filename, asked.purpose, 0)
    if asked.expires_after is not None:
        filing.lifetime(asked.expires_after.anchor, str(asked.expires_after.seconds))
    upload = Pending(filing.new_id(session, asked.filename, "upload_"), asked, session.clock.now())
    session.records.save(KIND, upload.id, upload)
    return json_answer(upload.describe())


async def add_part(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Take a part in."""
    upload = _pending(session, exchange)
    data = forms.read(exchange.call).file("data")
    if data is None:
        raise missing("data")
    if data.content.size > LARGEST_PART:
        raise GatewayError("too_large", "A part may have at most 64 MB.", param="data")
    id = filing.new_id(session, f"{upload.id}/{len(upload.parts)}", "part_")
    upload.parts[id] = data.content
    now = int(session.clock.now())
    return json_answer({"id": id, "object": "upload.part", "created_at": now, "upload_id": upload.id})


async def complete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make a file of an upload's parts, in the order asked for."""
    upload = _pending(session, exchange)
    asked = bodies.read(session, exchange, Complete)
    whole, digest = Content(), md5(usedforsecurity=False)
    made = session.policy.synthesizes
    for id in asked.part_ids:
        if id not in upload.parts and made:
            continue
        if id not in upload.parts:
            raise bad_request(f"Part '{id}' does not belong to this upload.", "part_ids")
        for piece in upload.parts[id].pieces():
            digest.update(piece)
            whole.write(piece)
    if whole.size != upload.asked.bytes and not made:
        told = f"The upload has {whole.size} bytes, but {upload.asked.bytes} were announced."
        raise bad_request(told, "part_ids")
    if asked.md5 is not None and asked.md5.lower() != digest.hexdigest():
        raise bad_request(f"The md5 of the upload is {digest.hexdigest()}, not {asked.md5}.", "md5")
    upload.file, upload.status = _file(session, upload, whole), "completed"
    upload.parts = {}
    return json_answer(upload.describe())


def _file(session: Session, upload: Pending, whole: Content) -> filing.StoredFile:
    asked, now = upload.asked, session.clock.now()
    expires = None if asked.expires_after is None else now + asked.expires_after.seconds
    id = filing.new_id(session, asked.filename)
    file = filing.StoredFile(id, asked.filename, asked.purpose, whole, now, expires, asked.mime_type)
    return filing.keep(session, file)


async def cancel(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Give an upload up."""
    upload = _pending(session, exchange)
    upload.status, upload.parts = "cancelled", {}
    return json_answer(upload.describe())


def _pending(session: Session, exchange: Exchange) -> Pending:
    """Return an upload that can still be added to.

    Raises GatewayError: there is none (404), or it is over (400).
    """
    id, made = exchange.params["id"], session.policy.synthesizes
    upload: Pending | None = session.records.find(KIND, id)
    if made and (upload is None or upload.status != "pending"):
        upload = Pending(id, Create("file.jsonl", "batch", 0, "application/jsonl"), session.clock.now())
        session.records.save(KIND, id, upload)
    if upload is None:
        raise GatewayError("not_found", f"No such Upload object: {id}", param="upload_id")
    if upload.status == "pending" and session.clock.now() >= upload.created + LIFETIME:
        upload.status, upload.parts = "expired", {}
    if upload.status != "pending":
        raise bad_request(f"Upload '{upload.id}' is {upload.status}: only a pending one can be changed.", "upload_id")
    return upload


family = Family("uploads")
family.add("POST", "/v1/uploads", create, body=Create)
family.add("POST", "/v1/uploads/{id}/parts", add_part, files=("data",))
family.add("POST", "/v1/uploads/{id}/complete", complete, body=Complete)
family.add("POST", "/v1/uploads/{id}/cancel", cancel)
