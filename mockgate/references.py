"""Pictures that a JSON body refers to: by their address, as a data URL, or as a file that was uploaded before.

Sentences are OpenAI's own.
"""

import msgspec

from . import filing, media
from .content import Content
from .session import Session
from .wording import bad_request


class Reference(msgspec.Struct, frozen=True):
    """A picture: where it is, or which file it is."""

    image_url: str | None = None
    file_id: str | None = None


def fetch(session: Session, reference: Reference, param: str) -> tuple[Content, str] | str:
    """Return the bytes of a picture and their media type; of one that is elsewhere, its address.

    Raises GatewayError (400, 404).
    """
    if (reference.image_url is None) == (reference.file_id is None):
        raise bad_request("Provide exactly one of 'image_url' and 'file_id'.", param, "invalid_value")
    if reference.file_id is not None:
        file = filing.get(session, reference.file_id, f"{param}.file_id")
        return file.content, file.content_type
    url = reference.image_url or ""
    if url[:8].lower().startswith(("http://", "https://")):
        return url
    try:
        found = media.data_url(url)
    except ValueError:
        found = None
    if found is None:
        message = f"Invalid '{param}.image_url'. Expected a valid URL, or a base64-encoded data URL."
        raise bad_request(message, f"{param}.image_url", "invalid_image_url")
    return Content.of(found[1]), found[0]
