"""What a film shows, and what is made of it: plain values, so that nothing heavy is loaded before a film is wanted."""

from msgspec import Struct


class Scene(Struct, frozen=True):
    """What a film shows: its words, how large, how many seconds, and the picture that it begins with, if any."""

    prompt: str
    size: tuple[int, int]
    seconds: int
    picture: bytes = b""


class Made(Struct, frozen=True):
    """A file, and its media type."""

    data: bytes
    content_type: str
