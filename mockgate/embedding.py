"""The vectors of texts that are asked about: as a rule gives them, else out of the texts themselves.

How a vector is worded, and how many numbers of it are wanted, is each endpoint's own.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from .inputs import Input
from .inquiry import Inquiry
from .synth.vectors import embed, pack
from .vocabulary import base_model

#: How many dimensions a model's vectors have where it is not as many as _SIZE.
_SIZES = {
    "text-embedding-3-large": 3072,
    "gemini-embedding-001": 3072,
    "gemini-embedding-2-preview": 3072,
    "text-embedding-004": 768,
    "embedding-001": 768,
}
_SIZE = 1536

#: Characters that are embedded at once; more go slice by slice in a thread.
_AT_ONCE = 2000
_EFFORT = 100

_WANTED = "an embedding is a list of numbers, or one such list for each input."

#: Words a vector: (its number among the inputs, the vector) -> plain values.
Word = Callable[[int, Sequence[float]], Any]


def size_of(model: str) -> int:
    """Return how many dimensions a model's vectors have."""
    return _SIZES.get(base_model(model), _SIZE)


async def embedded(
    inquiry: Inquiry, texts: Sequence[Input], dimensions: Sequence[int | None], word: Word
) -> list[msgspec.Raw]:
    """Make every text's entry, already encoded: many take long, and others go on meanwhile.

    `dimensions` are how many numbers of each text's vector are wanted (None: all); vectors that a rule gives go out as
    they are. Raises GatewayError (500) when it gives something else.
    """
    given, model = _given(inquiry, len(texts)), inquiry.turn.prompt.model

    def entries(begin: int, end: int) -> list[msgspec.Raw]:
        return [_entry(at, given[at] or _vector(texts[at], model, dimensions[at]), word) for at in range(begin, end)]

    if sum(map(_effort, texts)) <= _AT_ONCE:
        return entries(0, len(texts))
    data: list[msgspec.Raw] = []
    for begin, end in pairwise(_borders(texts)):
        data += await asyncio.to_thread(entries, begin, end)
    return data


def _vector(text: Input, model: str, dimensions: int | None) -> Sequence[float]:
    return embed(text.text, base_model(model), size_of(model), dimensions)


def _entry(at: int, vector: Sequence[float], word: Word) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(word(at, vector)))


def _borders(texts: Sequence[Input]) -> Iterator[int]:
    """Cut the inputs into slices of about as much text as is embedded at once."""
    yield 0
    size = 0
    for at, text in enumerate(texts):
        if size > _AT_ONCE:
            yield at
            size = 0
        size += _effort(text)
    yield len(texts)


def _effort(text: Input) -> int:
    """Return how much work an input is, in characters: even an empty one is some."""
    return _EFFORT + len(text.text)


def _given(inquiry: Inquiry, count: int) -> Sequence[Sequence[float] | None]:
    """Return the vector that a rule gives for each input, None where it gives none.

    Raises GatewayError (500) when it gives something else.
    """
    given = inquiry.given()
    if given is None:
        return [None] * count
    try:
        vectors = msgspec.convert(given if isinstance(given[0], list) else [given] * count, list[list[float]])
        for vector in vectors:
            pack(vector)
    except (msgspec.ValidationError, LookupError, OverflowError):
        raise inquiry.unfit(_WANTED) from None
    if len(vectors) != count:
        raise inquiry.unfit(_WANTED)
    return vectors
