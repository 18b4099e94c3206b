"""Files: upload, list, retrieve, content, delete. Source: OpenAI's API reference, "Files"."""

from .. import filing, forms
from ..gateway import Gateway
from ..journal import Exchange
from ..paging import list_object, page
from ..routes import Family
from ..session import Session
from ..wire import Answer, Raw, Sse, json_answer
from ..wording import bad_request, missing

#: Batch files expire after 30 days unless they are told otherwise.
_BATCH_LIFETIME = 2_592_000


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Take a file in."""
    form = forms.read(exchange.call)
    upload = form.file("file")
    if upload is None:
        raise missing("file")
    purpose = form.field("purpose")
    if purpose is None:
        raise missing("purpose")
    filing.check(upload.filename, purpose, upload.content.size)
    now = session.clock.now()
    file = filing.StoredFile(
        filing.new_id(session, upload.filename),
        upload.filename,
        purpose,
        upload.content,
        now,
        _expiry(form, purpose, now),
        upload.content_type,
    )
    return json_answer(filing.keep(session, file).describe())


def _expiry(form: forms.Form, purpose: str, now: float) -> float | None:
    """Return when a file expires: as asked for, else as its purpose has it."""
    anchor, seconds = form.field("expires_after[anchor]"), form.field("expires_after[seconds]")
    if anchor is None and seconds is None:
        return now + _BATCH_LIFETIME if purpose == "batch" else None
    return now + filing.lifetime(anchor, seconds)


async def list(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List files, a page at a time, of one purpose or of all."""
    purpose = exchange.call.arguments().get("purpose")
    found = [file.describe() for file in filing.all_of(session) if purpose in {None, file.purpose}]
    return json_answer(list_object(page(exchange.call, found, limit=10_000, most=10_000)))


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a file."""
    return json_answer(filing.get(session, exchange.params["id"]).describe())


async def content(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send a file's bytes, piece by piece."""
    file = filing.get(session, exchange.params["id"])
    if file.purpose in filing.NOT_FOR_DOWNLOAD:
        raise bad_request(f"Not allowed to download files of purpose: {file.purpose}")
    name = file.filename.encode("ascii", "replace").decode().replace('"', "'")
    return Sse(
        frames=(Raw(0.0, piece) for piece in file.content.pieces()),
        length=file.content.size,
        content_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a file."""
    file = filing.get(session, exchange.params["id"])
    session.records.drop(filing.KIND, file.id)
    return json_answer({"id": file.id, "object": "file", "deleted": True})


family = Family("files")
family.add("POST", "/v1/files", create)
family.add("GET", "/v1/files", list)
family.add("GET", "/v1/files/{id}", retrieve)
family.add("GET", "/v1/files/{id}/content", content)
family.add("DELETE", "/v1/files/{id}", delete)
