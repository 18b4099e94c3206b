"""Pictures and documents that come inside a body, read into parts. Sentences are the API's own."""

from base64 import b64decode
from binascii import Error as NotBase64

from ... import attachments, media
from ...anthropic_fields import invalid
from ...complaints import Path
from ...turn import File, Image
from .blocks import Base64Image, DocumentBlock, FileId, Pdf, PlainText, SearchResultBlock, TextBlock, Url

#: How the bytes of a picture begin.
_BEGINNINGS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


def image(source: Base64Image | Url | FileId, place: Path) -> Image:
    """Read a picture.

    Raises GatewayError (400) when it is none, or not of the type that it is said to be.
    """
    match source:
        case Url(url):
            return Image(_web_address(url, (*place, "url", "url")))
        case FileId():
            return Image()
        case Base64Image(media_type, encoded):
            data = _bytes(encoded, (*place, "base64", "data"))
            size = media.image_size(data)
            if size is None:
                raise invalid((*place, "base64", "data"), "Could not process image")
            kind = next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), media_type)
            if kind != media_type:
                raise invalid(
                    (*place, "base64", "data"),
                    f"The image was specified using the {media_type} media type, but the image appears to be a {kind} "
                    "image",
                )
            return Image(f"data:{media_type};base64,{encoded}", *size)


def document(block: DocumentBlock, place: Path) -> File:
    """Read a document.

    Raises GatewayError (400) when it is not of the type that it is said to be.
    """
    name = block.title or ""
    match block.source:
        case Pdf(_, encoded):
            data = _bytes(encoded, (*place, "base64", "data"))
            if not attachments.is_pdf(data):
                raise invalid((*place, "base64", "data"), "The PDF specified was not valid.")
            return attachments.file_of(name, data)
        case PlainText(_, data):
            return File(name, data)
        case Url(url):
            _web_address(url, (*place, "url", "url"))
            return File(name or url)
        case FileId(id):
            return File(name, id=id)
        case pieces:
            inner = pieces.content
            texts = [inner] if isinstance(inner, str) else [one.text for one in inner if isinstance(one, TextBlock)]
            return File(name, "\n".join(texts))


def found(block: SearchResultBlock) -> File:
    """Read what the caller found: a document by its title."""
    return File(block.title, "\n".join(text.text for text in block.content))


def _web_address(url: str, place: Path) -> str:
    if not url[:8].lower().startswith(("http://", "https://")):
        raise invalid(place, "Only HTTPS URLs are supported.")
    return url


def _bytes(encoded: str, place: Path) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        raise invalid(place, "Input should be a valid base64 string") from None
