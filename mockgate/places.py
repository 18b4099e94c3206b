"""Where in an answer something happens: a Point, found in a stream while it is taken piece by piece."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from .units import Point
from .wire import Frame, Raw

Piece = Frame | Raw

#: In the middle of an answer: after the first of its words.
FIRST_WORD = Point(1, "tokens")


class Mark(NamedTuple):
    """A place in a stream, and when it is reached."""

    due: float


def marked(pieces: Iterator[Piece], place: Point, *, inside: bool = False) -> Iterator[Piece | Mark]:
    """Yield the pieces of a stream and one Mark at a place, or at the end of a stream that ends before it.

    Seconds count from the first byte. `inside`: a place in bytes may be inside of a piece, which then comes as two;
    else it is after that piece.
    """
    if place.unit == "seconds":
        return _in_time(pieces, place.amount)
    return _along(pieces, place, inside=inside and place.unit == "bytes")


def _in_time(pieces: Iterator[Piece], seconds: float) -> Iterator[Piece | Mark]:
    moment, due = None, 0.0
    for piece in pieces:
        moment = piece.due + seconds if moment is None else moment
        if piece.due >= moment:
            yield from chain((Mark(moment), piece), pieces)
            return
        due = piece.due
        yield piece
    yield Mark(due)


def _along(pieces: Iterator[Piece], place: Point, *, inside: bool) -> Iterator[Piece | Mark]:
    left, due = int(place.amount), None
    for piece in pieces:
        if left <= 0:
            yield from chain((Mark(piece.due if due is None else due), piece), pieces)
            return
        due, amount = piece.due, _amount(piece, place.unit)
        if inside and left < amount:
            data = piece.encode()
            yield from chain((Raw(due, data[:left]), Mark(due), Raw(due, data[left:])), pieces)
            return
        left -= amount
        yield piece
    yield Mark(due or 0.0)


def _amount(piece: Piece, unit: str) -> int:
    if unit == "tokens":
        return piece.tokens if isinstance(piece, Frame) else 0
    return len(piece.encode()) if unit == "bytes" else 1


def choosing(pieces: Iterator[Piece], place: Point) -> Iterator[tuple[Piece, bool]]:
    """Yield every piece of a stream, and whether it is the one chunk of JSON that is meant: the first after a place,
    else the last."""
    reached, held = False, list[Piece]()
    rest = marked(pieces, place)
    for piece in rest:
        if isinstance(piece, Mark):
            reached = True
        elif not _is_chunk(piece):
            held.append(piece)
        else:
            # The last chunk there is may be the one that is meant: it waits until there is another.
            yield from ((earlier, False) for earlier in held)
            held = [piece]
            if reached:
                break
    yield from ((piece, at == 0 and _is_chunk(piece)) for at, piece in enumerate(held))
    yield from ((piece, False) for piece in rest if not isinstance(piece, Mark))


def _is_chunk(piece: Piece) -> bool:
    return isinstance(piece, Frame) and piece.data.startswith(b"{")


def offset(body: bytes, place: Point) -> int:
    """Return a place in a whole answer, in bytes.

    Such an answer comes in one piece: any place in it but one in bytes is its middle.
    """
    if place.unit == "bytes" or not place.amount:
        return min(int(place.amount), len(body))
    return len(body) // 2
