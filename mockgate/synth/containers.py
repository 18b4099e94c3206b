"""Sound files, written and walked without any codec: WAV, FLAC, Ogg Opus, and the frames of MP3 and ADTS."""

import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from hashlib import md5

from .babble import RATE

MP3_FRAME = 576
"""Samples in a frame of MPEG-2 Layer III."""
AAC_FRAME = 1024
"""Samples in a frame of AAC-LC."""
OPUS_PACKET = 960
"""Samples in a packet of 20 ms, by the 48 kHz clock that Ogg Opus always counts with (RFC 7845, 4)."""

_FLAC_BLOCK = 4096
_PAGE_PACKETS = 50
_MP3_KILOBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG-2 Layer III
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def wav(pcm: bytes) -> bytes:
    """Put 16-bit mono PCM into a RIFF file."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(pcm)) + pcm
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def flac(pcm: bytes) -> bytes:
    """Put 16-bit mono PCM into a FLAC stream of verbatim subframes (RFC 9639)."""
    words = array("H", pcm)
    words.byteswap()
    samples = words.tobytes()
    rate_and_length = RATE << 44 | (16 - 1) << 36 | len(words)
    info = struct.pack(">HH6xQ", _FLAC_BLOCK, _FLAC_BLOCK, rate_and_length) + md5(pcm, usedforsecurity=False).digest()
    blocks = (samples[at : at + 2 * _FLAC_BLOCK] for at in range(0, len(samples), 2 * _FLAC_BLOCK))
    frames = (_flac_frame(number, block) for number, block in enumerate(blocks))
    return b"fLaC" + struct.pack(">I", 0x80 << 24 | len(info)) + info + b"".join(frames)


def _flac_frame(number: int, samples: bytes) -> bytes:
    # 0x77: the block's size follows in 16 bits, 24 kHz; 0x08: mono, 16 bits. Numbers are coded as UTF-8.
    head = b"\xff\xf8\x77\x08" + chr(number).encode("utf-8", "surrogatepass") + struct.pack(">H", len(samples) // 2 - 1)
    frame = head + bytes([_crc8(head), 0x02]) + samples
    return frame + struct.pack(">H", _crc16(frame))


def _crc8(data: bytes) -> int:
    """Take the remainder by x^8 + x^2 + x + 1, bit by bit: headers are short."""
    value = int.from_bytes(data, "big") << 8
    while (excess := value.bit_length() - 9) >= 0:
        value ^= 0x107 << excess
    return value


def _crc16(data: bytes) -> int:
    """Take the remainder by x^16 + x^15 + x^2 + 1 with a few operations on the whole block as one number.

    The divisor is (x + 1)(x^15 + x + 1). By the second factor x^15s is x^s + 1 for every power of two s,
    which folds long numbers quickly; the first says that the remainder has the parity of the number.
    """
    value = int.from_bytes(data, "big") << 16
    parity = value.bit_count() & 1
    step = 1 << (value.bit_length() // 15).bit_length()
    while step:
        while high := value >> 15 * step:
            value ^= high << 15 * step ^ high << step ^ high
        step >>= 1
    return value if value.bit_count() & 1 == parity else value ^ 0x8003


def mp3_frames(data: bytes) -> Iterator[bytes]:
    """Walk the frames of a 24 kHz MPEG-2 Layer III stream that has no tags."""
    at = 0
    while at < len(data):
        kilobits, padding = _MP3_KILOBITS[data[at + 2] >> 4], data[at + 2] >> 1 & 1
        size = MP3_FRAME // 8 * kilobits * 1000 // RATE + padding
        yield data[at : at + size]
        at += size


def adts_frames(data: bytes) -> Iterator[bytes]:
    """Walk the frames of an ADTS stream, headers included."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        yield data[at : at + size]
        at += size


def ogg_packets(data: bytes) -> Iterator[bytes]:
    """Walk the packets of an Ogg stream in which no packet crosses a page."""
    at = 0
    while at < len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(lacing)
        size = 0
        for segment in lacing:
            size += segment
            if segment < 255:
                yield data[at : at + size]
                at, size = at + size, 0


def ogg_opus(headers: Sequence[bytes], packets: Sequence[bytes], samples: int, serial: int) -> bytes:
    """Write an Ogg Opus stream (RFC 7845) that plays exactly `samples` samples at 48 kHz.

    `headers` are OpusHead and OpusTags; the packets, 20 ms each, must cover the pre-skip that OpusHead names
    and the samples: the last page's granule position trims the rest.
    """
    end = int.from_bytes(headers[0][10:12], "little") + samples
    pages = [_page(2, 0, serial, 0, headers[:1]), _page(0, 0, serial, 1, headers[1:])]
    for at in range(0, len(packets), _PAGE_PACKETS):
        reached = min(at + _PAGE_PACKETS, len(packets))
        last = reached == len(packets)
        granule = end if last else reached * OPUS_PACKET
        pages.append(_page(4 * last, granule, serial, len(pages), packets[at:reached]))
    return b"".join(pages)


def _page(flags: int, granule: int, serial: int, number: int, packets: Sequence[bytes]) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, serial, number)
    tail = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", ogg_crc(head + bytes(4) + tail)) + tail


def ogg_crc(page: bytes) -> int:
    """Return the checksum of a page whose own checksum field is zero (RFC 3533, 6).

    It is zlib's polynomial with the bits the other way round, and without the inversions.
    """
    mirrored = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")
