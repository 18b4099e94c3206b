"""What a picture is to show, before anybody draws it."""

from typing import Literal

from msgspec import Struct

Format = Literal["png", "jpeg", "webp"]

#: How each kind of file is called on the wire.
MEDIA_TYPES: dict[Format, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class Sketch(Struct, frozen=True):
    """A picture: its words, how large, in which kind of file, and `seed`, what the dice that draw it are thrown by.

    `given` are pictures that it is made of (a text stands for one that is elsewhere); `mask` says where they show,
    `varied` that it is to be like the first. `shown` is the picture itself, where none is to be drawn. `partial` is how
    many unfinished states of it are wanted.
    """

    words: str
    width: int
    height: int
    seed: bytes = b""
    format: Format = "png"
    compression: int = 100
    transparent: bool = False
    given: tuple[bytes | str, ...] = ()
    mask: bytes | None = None
    varied: bool = False
    shown: bytes = b""
    partial: int = 0

    @property
    def size(self) -> int:
        """How many bytes came with it."""
        return len(self.words) + len(self.mask or b"") + len(self.shown) + sum(len(each) for each in self.given)
