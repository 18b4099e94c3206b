"""Files that outlive their request: uploaded ones, and those that jobs write."""

from typing import Any
from urllib.parse import quote

import msgspec

from .content import Content
from .errors import GatewayError
from .rng import Dice
from .scenario import FileSeed
from .session import Session
from .wire import Call

KIND = "file"


class StoredFile(msgspec.Struct, frozen=True):
    """A file: its name, what it is for, its bytes, and when it was made and expires, in seconds since the epoch."""

    id: str
    filename: str
    purpose: str
    content: Content
    created: float
    expires: float | None = None
    content_type: str = "application/octet-stream"

    def describe(self) -> dict[str, Any]:
        """Word it as OpenAI's file object. Source: OpenAI's API reference."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.content.size,
            "created_at": int(self.created),
            **({} if self.expires is None else {"expires_at": int(self.expires)}),
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


def keep(session: Session, file: StoredFile) -> StoredFile:
    """Keep a file in its session."""
    session.records.save(KIND, file.id, file)
    return file


def sow(session: Session) -> None:
    """Put in place the files that a session begins with."""
    session.sow(KIND, session.policy.scenario.records.files, lambda seed: keep(session, _grown(session, seed)))


def _grown(session: Session, seed: FileSeed) -> StoredFile:
    content = Content.of(seed.text.encode())
    return StoredFile(seed.id, seed.filename, seed.purpose, content, session.clock.now())


def find(session: Session, id: str) -> StoredFile | None:
    """Return the file of this id, unless there is none or it has expired; or one made for it, where that is wanted."""
    sow(session)
    found: StoredFile | None = session.records.find(KIND, id)
    if found is not None and (found.expires is None or found.expires > session.clock.now()):
        return found
    return keep(session, _grown(session, FileSeed(id))) if session.policy.synthesizes else None


def get(session: Session, id: str, param: str = "id") -> StoredFile:
    """Return the file of this id.

    Raises GatewayError (404) when there is none.
    """
    found = find(session, id)
    if found is None:
        message = f"No such File object: {id}"
        raise GatewayError("not_found", message, param=param, details={"object": "file", "id": id})
    return found


def all_of(session: Session) -> list[StoredFile]:
    """Return a session's files that have not expired, oldest first."""
    sow(session)
    now = session.clock.now()
    return session.records.all(KIND, lambda file: file.expires is None or file.expires > now)


def new_id(session: Session, name: str, prefix: str = "file-") -> str:
    """Return an id for a new object of a session: the same ones in the same order for the same names."""
    nth = session.records.repeats(prefix, name)
    return Dice(session.policy.scenario.seed, session.name, name, nth).id(prefix, 24)


# Links: what whoever has one can see.


def link(session: Session, call: Call, path: str) -> str:
    """Return the whole address of something of a session that anybody with the link may see."""
    within = "" if session.is_default else f"?session={quote(session.name, safe='')}"
    return f"{call.address(path)}{within}"


# What may be uploaded. Source: OpenAI's API reference, "Upload file".

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")

#: What was uploaded for these is for the models to read, not to be downloaded again.
NOT_FOR_DOWNLOAD = frozenset({"assistants", "user_data", "vision"})

LARGEST = 512 * 2**20
LARGEST_BATCH = 200 * 2**20


def check(filename: str, purpose: str, size: int) -> None:
    """Refuse what is no file for its purpose.

    Raises GatewayError (400, 413).
    """
    if purpose not in PURPOSES:
        known = ", ".join(f"'{each}'" for each in PURPOSES)
        message = f"Invalid value: '{purpose}'. Supported values are: {known}."
        raise GatewayError("bad_request", message, param="purpose", code="invalid_value")
    if purpose in {"batch", "fine-tune", "evals"} and not filename.endswith(".jsonl"):
        message = f"Invalid file format for {purpose}: '{filename}' must be a .jsonl file."
        raise GatewayError("bad_request", message, param="file", code="invalid_file_format")
    most = LARGEST_BATCH if purpose == "batch" else LARGEST
    if size > most:
        message = f"The file has {size} bytes: for {purpose} at most {most} are allowed."
        raise GatewayError("too_large", message, param="file")


def lifetime(anchor: str | None, seconds: str | None) -> float:
    """Return how many seconds a file is to be kept.

    Raises GatewayError (400): OpenAI takes an hour to 30 days, from its creation.
    """
    if anchor != "created_at":
        message = f"Invalid value: '{anchor}'. Supported values are: 'created_at'."
        raise GatewayError("bad_request", message, param="expires_after.anchor", code="invalid_value")
    asked = int(seconds) if seconds is not None and seconds.isdecimal() and len(seconds) < 10 else -1
    if not 3600 <= asked <= 2_592_000:
        message = "Invalid 'expires_after.seconds': expected an integer from 3600 to 2592000."
        raise GatewayError("bad_request", message, param="expires_after.seconds", code="invalid_value")
    return float(asked)
