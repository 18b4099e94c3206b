"""How long a WebM plays, live recordings included, which do not say so themselves. Sources: RFC 8794, RFC 9559."""

import struct
from collections.abc import Iterator
from enum import IntEnum

MAGIC = b"\x1a\x45\xdf\xa3"


class _Id(IntEnum):
    SEGMENT = 0x18538067
    INFO = 0x1549A966
    CLUSTER = 0x1F43B675
    GROUP = 0xA0
    SCALE = 0x2AD7B1
    DURATION = 0x4489
    TIME = 0xE7
    SIMPLE_BLOCK = 0xA3
    BLOCK = 0xA1


#: Elements that are looked into: their size, which may be unknown, does not matter.
_OPENED = {_Id.SEGMENT, _Id.INFO, _Id.CLUSTER, _Id.GROUP}
_NANOSECONDS = 1_000_000  # in a tick, where nothing else is said


def seconds(data: bytes) -> float | None:
    """Return how many seconds a file plays, as it says or by its last block; None when it is no WebM."""
    if not data.startswith(MAGIC):
        return None
    scale, said, cluster, last = _NANOSECONDS, 0.0, 0, 0
    for name, begin, end in _elements(data):
        match name:
            case _Id.SCALE:
                scale = int.from_bytes(data[begin:end], "big")
            case _Id.DURATION if end - begin in (4, 8):
                (said,) = struct.unpack(">f" if end - begin == 4 else ">d", data[begin:end].rjust(end - begin, b"\0"))
            case _Id.TIME:
                cluster = int.from_bytes(data[begin:end], "big")
            case _Id.SIMPLE_BLOCK | _Id.BLOCK:
                last = max(last, cluster + _offset(data, begin))
    return (said or last) * scale / 1e9 or None


def _elements(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield every element that has no others in it: its id, and where its bytes begin and end."""
    at = 0
    while at < len(data) and data[at]:
        width = 9 - data[at].bit_length()
        name, at = int.from_bytes(data[at : at + width], "big"), at + width
        if at >= len(data) or not data[at]:
            return
        width = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + width], "big") & (1 << 7 * width) - 1
        at += width
        if name not in _OPENED:
            yield name, at, at + size
            at += size


def _offset(data: bytes, begin: int) -> int:
    """Return a block's time within its cluster: two bytes after the number of its track."""
    track = 9 - (data[begin].bit_length() or 8) if begin < len(data) else 1
    return int.from_bytes(data[begin + track : begin + track + 2], "big", signed=True)
