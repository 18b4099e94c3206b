"""MP4 files of one H.264 track, written without any codec: `moov` first, so that a player can begin at once.

Sources: ISO/IEC 14496-12 (boxes), 14496-15 (avcC), H.264 Annex B (start codes).
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SPS, _PPS, _IDR, _SLICE = 7, 8, 5, 1

#: A picture that is neither turned nor stretched.
_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class Track(NamedTuple):
    """Coded pictures: the parameter sets that they need, and one sample a picture; `keys` are those to begin at."""

    sps: bytes
    pps: bytes
    samples: Sequence[bytes]
    keys: Sequence[int]

    def repeated(self, times: int) -> "Track":
        """Show the same pictures again and again: the first must need none before it."""
        count = len(self.samples)
        keys = [turn * count + key for turn in range(times) for key in self.keys]
        return self._replace(samples=[*self.samples] * times, keys=keys)


def track(stream: bytes) -> Track:
    """Read an Annex B stream of pictures that are one slice each."""
    sps = pps = b""
    samples: list[bytes] = []
    keys: list[int] = []
    for unit in _units(stream):
        kind = unit[0] & 0x1F
        if kind == _SPS:
            sps = unit
        elif kind == _PPS:
            pps = unit
        elif kind in {_IDR, _SLICE}:
            if kind == _IDR:
                keys.append(len(samples))
            samples.append(struct.pack(">I", len(unit)) + unit)
    return Track(sps, pps, samples, keys)


def _units(stream: bytes) -> Iterator[bytes]:
    for unit in stream.split(b"\0\0\1")[1:]:
        yield unit.rstrip(b"\0")  # a fourth byte of the next start code; no unit ends in zeros of its own


def mux(shown: Track, size: tuple[int, int], fps: int, title: str = "") -> bytes:
    """Put a track into a file that shows it at this size, which may be another than it was coded at."""
    head = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    offset = len(head) + len(_movie(shown, size, fps, title, 0)) + 8
    return head + _movie(shown, size, fps, title, offset) + _box(b"mdat", *shown.samples)


def _movie(shown: Track, size: tuple[int, int], fps: int, title: str, offset: int) -> bytes:
    frames = len(shown.samples)
    movie = _full(
        b"mvhd",
        struct.pack(">IIIIIH10x", 0, 0, fps, frames, 0x10000, 0x100),
        _UNITY,
        bytes(24),
        struct.pack(">I", 2),
    )
    place = struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, frames, 0, 0, 0, 0)
    extent = struct.pack(">II", size[0] << 16, size[1] << 16)
    header = _full(b"tkhd", place, _UNITY, extent, flags=3)
    return _box(b"moov", movie, _box(b"trak", header, _media(shown, size, fps, offset)), _titled(title))


def _media(shown: Track, size: tuple[int, int], fps: int, offset: int) -> bytes:
    header = _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, fps, len(shown.samples), 0x55C4, 0))
    handler = _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0")
    here = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    kind = _full(b"vmhd", bytes(8), flags=1)
    return _box(b"mdia", header, handler, _box(b"minf", kind, here, _tables(shown, size, offset)))


def _tables(shown: Track, size: tuple[int, int], offset: int) -> bytes:
    frames = len(shown.samples)
    lengths = [len(sample) for sample in shown.samples]
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _entry(shown, size)),
        _full(b"stts", struct.pack(">III", 1, frames, 1)),
        _full(b"stss", struct.pack(f">I{len(shown.keys)}I", len(shown.keys), *(key + 1 for key in shown.keys))),
        _full(b"stsc", struct.pack(">IIII", 1, 1, frames, 1)),
        _full(b"stsz", struct.pack(f">II{frames}I", 0, frames, *lengths)),
        _full(b"stco", struct.pack(">II", 1, offset)),
    )


def _entry(shown: Track, size: tuple[int, int]) -> bytes:
    sets = struct.pack(">B3sBBH", 1, shown.sps[1:4], 0xFF, 0xE1, len(shown.sps)) + shown.sps
    sets += struct.pack(">BH", 1, len(shown.pps)) + shown.pps
    look = struct.pack(">6xH16xHHIIIH32sHh", 1, *size, 0x480000, 0x480000, 0, 1, b"", 24, -1)
    return _box(b"avc1", look, _box(b"avcC", sets))


def _titled(title: str) -> bytes:
    """Say what the film is called, where players look for it (the list of iTunes, which all of them read)."""
    if not title:
        return b""
    text = _box(b"data", struct.pack(">II", 1, 0), title.encode("utf-8", "replace"))
    handler = _full(b"hdlr", struct.pack(">I4s4s8x", 0, b"mdir", b"appl"), b"\0")
    return _box(b"udta", _full(b"meta", handler, _box(b"ilst", _box(b"\xa9nam", text))))


def _box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, *inside: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *inside)


# What came in.


def probe(data: bytes) -> tuple[tuple[int, int], float] | None:
    """Return the size that a file's pictures are shown at and its seconds; None when it is no film."""
    movie = _inside(data, b"moov")
    if movie is None or (header := _inside(movie, b"mvhd")) is None:
        return None
    place = 20 if header[:1] == b"\1" else 12
    if len(header) < place + 12:
        return None
    scale, duration = struct.unpack_from(">IQ" if place == 20 else ">II", header, place)
    for kind, box in _boxes(movie):
        size = _inside(box, b"tkhd") if kind == b"trak" else None
        if size is not None and len(size) >= 8 and scale:
            width, height = (side >> 16 for side in struct.unpack(">II", size[-8:]))
            if width and height:
                return (width, height), duration / scale
    return None


def _inside(data: bytes, kind: bytes) -> bytes | None:
    return next((body for found, body in _boxes(data) if found == kind), None)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < head:
            return
        yield data[at + 4 : at + 8], data[at + head : at + size]
        at += size
