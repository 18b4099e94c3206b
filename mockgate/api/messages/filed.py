"""Files that were uploaded before, in the place of the ids that name them."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from ... import attachments, filing
from ...filing import StoredFile
from ...session import Session
from .blocks import (
    Base64Image,
    DocumentBlock,
    FiledPdf,
    FiledText,
    FileId,
    ImageBlock,
    Pdf,
    PlainText,
    ToolResultBlock,
)
from .request import Asked


def filled(asked: Asked, session: Session) -> Asked:
    """Return what is asked with the content of every file that it names.

    Raises GatewayError (404) for one that there is not.
    """
    if {type(said.content) for said in asked.messages} <= {str}:
        return asked
    messages = [
        said if isinstance(said.content, str) else msgspec.structs.replace(said, content=_blocks(said.content, session))
        for said in asked.messages
    ]
    return msgspec.structs.replace(asked, messages=messages)


def _blocks(blocks: Sequence[Any], session: Session) -> list[Any]:
    return [_block(block, session) for block in blocks]


def _block(block: Any, session: Session) -> Any:
    match block:
        case DocumentBlock(source=FileId(id)):
            file = filing.get(session, id)
            return msgspec.structs.replace(block, source=_document(file), title=block.title or file.filename)
        case ImageBlock(source=FileId(id)):
            return msgspec.structs.replace(block, source=_picture(filing.get(session, id)))
        case ToolResultBlock(content=list() as inner):
            return msgspec.structs.replace(block, content=_blocks(inner, session))
        case _:
            return block


def _document(file: StoredFile) -> Pdf | PlainText:
    data = file.content.read()
    if attachments.is_pdf(data):
        return FiledPdf("application/pdf", b64encode(data).decode(), file.id)
    return FiledText("text/plain", attachments.words_of(data), file.id)


def _picture(file: StoredFile) -> Base64Image:
    kind: Any = file.content_type
    return Base64Image(kind, b64encode(file.content.read()).decode())
