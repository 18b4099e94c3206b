"""Pictures that come with a call, in a form or a JSON body. Sentences are OpenAI's own."""

from collections.abc import Sequence

import msgspec

from ... import media
from ...errors import GatewayError
from ...forms import Form, Upload
from ...gateway import Gateway
from ...references import Reference, fetch
from ...session import Session
from ...wording import bad_request, missing, unsupported_type
from .links import hung
from .makers import Maker

_TYPES = ("image/jpeg", "image/png", "image/webp")
_PNG = b"\x89PNG"

#: How many pictures, how many bytes and how many pixels may come.
MOST = 16
LARGEST = 50 * 2**20
LARGEST_SQUARE = 4 * 2**20
MOST_PIXELS = 64 * 2**20


class Given(msgspec.Struct, frozen=True):
    """A picture: its bytes (a text stands for one that is elsewhere), and how large it is."""

    data: bytes | str
    width: int
    height: int

    @property
    def dimensions(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


def of_form(form: Form) -> tuple[list[Given], Given | None]:
    """Return the pictures and the mask of a form.

    Raises GatewayError (400).
    """
    files = [*form.files.get("image", ()), *form.files.get("image[]", ())]
    if not files:
        raise missing("image")
    mask = form.file("mask")
    return [_uploaded(file, "image") for file in files], None if mask is None else _uploaded(mask, "mask")


def _uploaded(file: Upload, param: str) -> Given:
    if file.content.size > LARGEST:
        message = f"Invalid file '{param}': file too large. The maximum size is 50MB."
        raise GatewayError("too_large", message, param=param, code="file_too_large")
    return read(file.content.read(), file.content_type, param)


async def of_references(
    gateway: Gateway, session: Session, images: Sequence[Reference], mask: Reference | None
) -> tuple[list[Given], Given | None]:
    """Return the pictures and the mask that a JSON body refers to.

    Raises GatewayError (400, 404).
    """
    given = [await _referred(gateway, session, each, f"images[{at}]") for at, each in enumerate(images)]
    return given, None if mask is None else await _referred(gateway, session, mask, "mask")


async def _referred(gateway: Gateway, session: Session, reference: Reference, param: str) -> Given:
    found = fetch(session, reference, param)
    if not isinstance(found, str):
        content, content_type = found
        return read(content.read(), content_type, param)
    own = await hung(gateway, session, found)
    return Given(found, 1024, 1024) if own is None else read(own, "image/png", param)


def read(data: bytes, content_type: str, param: str) -> Given:
    """Look at a picture.

    Raises GatewayError (400) when it is none, or too large to be worked on.
    """
    size = media.image_size(data)
    if size is None or data[:3] == b"GIF":
        if content_type in _TYPES:
            message = "Invalid image file or mode for image 1, please check your image file."
            raise bad_request(message, param, "invalid_image_file")
        raise unsupported_type(param, content_type, _TYPES)
    if size[0] * size[1] > MOST_PIXELS:
        message = f"Invalid file '{param}': the image is too large: {size[0]}x{size[1]} pixels."
        raise bad_request(message, param, "image_too_large")
    return Given(data, *size)


def check(given: Sequence[Given], mask: Given | None, maker: Maker) -> None:
    """Refuse pictures that a model does not take, and a mask that does not go with them.

    Raises GatewayError (400).
    """
    if not maker.tokens and maker.varies and not maker.free:
        _check_square(given)
    if len(given) > MOST:
        message = f"Invalid 'image': array too long. Expected an array with maximum length {MOST}, but got an array "
        raise bad_request(f"{message}with length {len(given)} instead.", "image", "array_above_max_length")
    if mask is None or isinstance(mask.data, str):
        return
    if mask.dimensions != given[0].dimensions and not isinstance(given[0].data, str):
        message = "Invalid mask image format - mask size does not match image size"
        raise bad_request(message, "mask", "invalid_mask_image_format")
    if not _has_alpha(mask.data):
        message = "Invalid mask image format - mask image missing alpha channel"
        raise bad_request(message, "mask", "invalid_mask_image_format")


def _check_square(given: Sequence[Given]) -> None:
    """Refuse what older models do not take: they want one square PNG."""
    if len(given) > 1:
        raise bad_request("Invalid 'image': this model takes one image only.", "image", "invalid_value")
    data = given[0].data
    if isinstance(data, bytes) and (data[:4] != _PNG or len(data) >= LARGEST_SQUARE):
        raise bad_request("Uploaded image must be a PNG and less than 4 MB.", "image", "invalid_image_format")
    if given[0].width != given[0].height:
        raise bad_request("Uploaded image must be square.", "image", "invalid_image_format")


def _has_alpha(data: bytes) -> bool:
    """Tell whether a picture can be transparent: by the colour type of a PNG's header, or its palette's."""
    if data[:4] == _PNG:
        return data[25] in {4, 6} or b"tRNS" in data
    return data[8:16] == b"WEBPVP8X" and bool(data[20] & 0x10)
