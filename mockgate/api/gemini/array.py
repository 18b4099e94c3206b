"""A stream without server-sent events: one JSON array that arrives element by element. Its bracket is what ends it."""

from collections.abc import Iterator

from ...errors import GatewayError
from ...wire import Frame, Raw
from . import chunks

_OPENING, _BETWEEN, _CLOSING = b"[", b"\n,\r\n", b"]"


class Element(Frame, gc=False):
    """An element of the array. `before` is what stands between it and those before it."""

    before: bytes = b""

    def encode(self) -> bytes:
        """Return the element as it stands in the array."""
        return self.before + self.data


def elements(frames: Iterator[Frame | Raw]) -> Iterator[Frame]:
    """Word a stream's events as elements."""
    before, due = _OPENING, 0.0
    for frame in frames:
        assert isinstance(frame, Frame), "a dialect words frames"
        due = frame.due
        yield Element(due, frame.data, None, frame.tokens, before=before)
        before = _BETWEEN
    yield _end(due)


def fail(error: GatewayError, due: float, went: int) -> list[Frame]:
    """Word an error after so many elements: it is the last one."""
    before = _BETWEEN if went else _OPENING
    return [*(Element(due, frame.data, before=before) for frame in chunks.fail(error, due)), _end(due)]


def _end(due: float) -> Frame:
    return Element(due, _CLOSING, last=True, before=b"\n")
