"""The sound of the telephone: 8 kHz, a byte a sample, by mu-law or A-law. Source: ITU-T G.711.

All else here is 24 kHz 16-bit little-endian mono PCM; a third of its samples are as many as the telephone has.
"""

from array import array
from functools import cache
from typing import Literal

Law = Literal["u", "a"]

_BIAS = 132
_CLIP = 32635
_STEP = 3


def compress(pcm: bytes, law: Law) -> bytes:
    """Turn 24 kHz PCM into the telephone's sound: every three samples become one, their mean."""
    samples = array("h")
    samples.frombytes(pcm[: len(pcm) // (2 * _STEP) * 2 * _STEP])
    table = _compressing(law)
    thirds = zip(samples[::_STEP], samples[1::_STEP], samples[2::_STEP], strict=True)
    return bytes([table[(one + two + three) // _STEP >> 3 & 0x1FFF] for one, two, three in thirds])


def expand(data: bytes, law: Law) -> bytes:
    """Turn the telephone's bytes into 16-bit samples, as many as they are."""
    table = _expanding(law)
    return array("h", [table[byte] for byte in data]).tobytes()


@cache
def _compressing(law: Law) -> bytes:
    """Return the byte of each sample, by its upper 13 bits."""
    one = _to_u if law == "u" else _to_a
    return bytes(one((at if at < 0x1000 else at - 0x2000) << 3) for at in range(0x2000))


@cache
def _expanding(law: Law) -> tuple[int, ...]:
    one = _from_u if law == "u" else _from_a
    return tuple(one(byte) for byte in range(256))


def _to_u(sample: int) -> int:
    sign, size = (0x80, -sample) if sample < 0 else (0, sample)
    size = min(size, _CLIP) + _BIAS
    segment = size.bit_length() - 8
    return ~(sign | segment << 4 | size >> segment + 3 & 0x0F) & 0xFF


def _from_u(byte: int) -> int:
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 7)) - _BIAS
    return -size if byte & 0x80 else size


def _to_a(sample: int) -> int:
    sign, size = (0, -sample - 1) if sample < 0 else (0x80, sample)
    segment = max(0, size.bit_length() - 8)
    code = segment << 4 | (size >> (segment + 3 if segment else 4) & 0x0F)
    return (sign | code) ^ 0x55


def _from_a(byte: int) -> int:
    byte ^= 0x55
    segment, size = byte >> 4 & 7, (byte & 0x0F) << 4
    size = size + 8 if segment == 0 else size + 0x108 << segment - 1
    return size if byte & 0x80 else -size
