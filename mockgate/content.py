"""Bytes that may be too many for memory: a little is kept there, more in a temporary file that goes with its owner."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Self

#: So many bytes are kept in memory.
IN_MEMORY = 1_000_000

#: So many bytes are read at a time.
_AT_ONCE = 256 * 1024


class Content:
    """Bytes that are written once, then read as often as wanted."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when nobody has it any more
        self.size = 0

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Keep these bytes."""
        content = cls()
        content.write(data)
        return content

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._file.seek(self.size)
        self._file.write(data)
        self.size += len(data)

    def add(self, other: "Content") -> None:
        """Add all of another content at the end."""
        for piece in other.pieces():
            self.write(piece)

    def read(self, begin: int = 0, end: int | None = None) -> bytes:
        """Return the bytes from `begin` up to `end`."""
        self._file.seek(begin)
        return self._file.read((self.size if end is None else min(end, self.size)) - begin)

    def pieces(self, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the same bytes, some at a time."""
        end = self.size if end is None else min(end, self.size)
        while begin < end:
            piece = self.read(begin, min(begin + _AT_ONCE, end))
            yield piece
            begin += len(piece)

    def lines(self) -> Iterator[bytes]:
        """Yield line after line, without their ends."""
        left = b""
        for piece in self.pieces():
            *lines, left = (left + piece).split(b"\n")
            yield from (line.removesuffix(b"\r") for line in lines)
        if left:
            yield left
