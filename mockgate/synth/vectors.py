"""Embeddings out of nothing: texts that share words, or words that share letters, point in like directions.

Every word has a direction of its own: that of its stem, and of every three letters in a row. A text is their sum.
Vectors are added as whole numbers, a lane of bits for each dimension: that takes one operation, not a thousand.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import hypot, sqrt

from ..expressions import regex
from ..rng import Dice
from .language import detect, function_words, stem

#: How much each thing counts. The text itself tells apart what has the same words in another order.
_STEM, _LETTERS, _FUNCTION_WORD, _TEXT = 6, 2, 2, 1

_LANE = 4  # bytes: room for the sum of many single ones
_MIDDLE = 127.5  # of those
_WINDOWS = 2**16

_WORD = regex(r"\w+")
#: Letters of scripts that part no words: each two in a row are taken for one.
_UNPARTED = regex("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def embed(text: str, model: str, size: int, dimensions: int | None = None) -> tuple[float, ...]:
    """Return a model's vector of a text: numbers that single precision can hold, of length 1.

    `size` is the model's own number of dimensions; fewer are the first of these, made to be of length 1 again.
    """
    total, weight = _direction(f"text {text}", model, size) * _TEXT, _TEXT
    light = function_words(detect(text))
    for word, count in Counter(_words(text)).items():
        often = count.bit_length()  # twice as often says little more
        toward, worth = _function_word(word, model, size) if word in light else _word(word, model, size)
        total += toward * often
        weight += worth * often
    lanes = struct.unpack(f"<{size}I", total.to_bytes(size * _LANE, "little"))
    return _unit(lanes[:dimensions], _MIDDLE * weight)


def _unit(lanes: Sequence[int], middle: float) -> tuple[float, ...]:
    """Centre the lanes on their middle, and scale them to length 1."""
    squares = hypot(*lanes) ** 2 - 2 * middle * sum(lanes) + len(lanes) * middle**2
    factor = 1 / sqrt(squares)
    shift = middle * factor
    return unpack(pack([lane * factor - shift for lane in lanes]))


def pack(vector: Sequence[float]) -> bytes:
    """Write a vector as single-precision numbers, little-endian.

    Raises OverflowError for a number that is too large.
    """
    return struct.pack(f"<{len(vector)}f", *vector)


def unpack(packed: bytes) -> tuple[float, ...]:
    """Read a packed vector."""
    return struct.unpack(f"<{len(packed) // 4}f", packed)


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        if word.isascii() or not _UNPARTED.search(word):
            yield word
        else:
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))


@lru_cache(1024)
def _word(word: str, model: str, size: int) -> tuple[int, int]:
    """Return where a word points, and the weight of all that was added up."""
    marked = f"^{word}$"
    letters = {marked[at : at + 3] for at in range(len(marked) - 2)}
    toward = sum([_direction(three, model, size) for three in letters]) * _LETTERS
    return toward + _direction(f"stem {stem(word)}", model, size) * _STEM, _LETTERS * len(letters) + _STEM


@lru_cache(256)
def _function_word(word: str, model: str, size: int) -> tuple[int, int]:
    return _direction(word, model, size) * _FUNCTION_WORD, _FUNCTION_WORD


def _direction(feature: str, model: str, size: int) -> int:
    """Return a thing's own direction: a random byte in every lane."""
    noise, lowest = _noise(model, size)
    at = Dice(feature).number % _WINDOWS
    return int.from_bytes(noise[at : at + size * _LANE], "little") & lowest


@lru_cache(16)
def _noise(model: str, size: int) -> tuple[bytes, int]:
    """Return noise, of which every window is a direction like no other, and the mask of every lane's lowest byte."""
    noise = Dice("embedding", model).random.randbytes(_WINDOWS + size * _LANE)
    return noise, int.from_bytes(b"\xff\0\0\0" * size, "little")
