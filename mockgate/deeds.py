"""What a fault can do to an answer: one class for each deed, for whole answers and streams alike.

A deed never waits, it words moments; it takes the pieces of a stream one by one, as they are asked for; and it changes
nothing that it is given.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from math import inf
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from .breakage import Fault
from .places import FIRST_WORD, Mark, Piece, choosing, marked, offset
from .refusals import refusal_of
from .units import Point
from .wire import Answer, Cut, Frame, Json, Raw, Sse

#: What a fault means that does not say: seconds, bytes a second, bytes.
SLOW_BY = 5.0
RATE = 1000.0
HUGE = 1_000_000

#: How many writes a second a low bandwidth is spread over.
_WRITES = 4

_LEADING_BYTE = re.compile(rb"[\xc2-\xf4]")


class Turn(IntEnum):
    """When a deed has its turn, of several that are done to one answer."""

    WORDS = 0  # what is said,
    MOMENTS = 1  # when,
    ENDS = 2  # how far,
    WRITES = 3  # in which writes,
    SECONDS = 4  # and what happens so long after the first byte, as it goes by now.


class Deed(msgspec.Struct, frozen=True):
    """What a fault does to an answer; what it does not concern stays as it is.

    `truncates`: the client gets less than the whole answer. `keeps_length`: no byte of a stream comes or goes.
    """

    fault: Fault
    truncates: ClassVar[bool] = False
    keeps_length: ClassVar[bool] = True
    order: ClassVar[Turn] = Turn.WORDS

    @property
    def place(self) -> Point:
        """Where it happens, if it happens at a place."""
        return self.fault.after or FIRST_WORD

    @property
    def turn(self) -> Turn:
        """When it has its turn."""
        return self.order

    def bend(self, answer: Answer) -> Answer:
        """Return the answer as it is afterwards."""
        match answer:
            case Json():
                return self.whole(answer)
            case Sse():
                length = answer.length if self.keeps_length else None
                return replace(answer, frames=self.stream(answer), length=length)
            case _:
                return answer

    def whole(self, answer: Json) -> Answer:
        """Bend a whole answer."""
        return answer

    def stream(self, answer: Sse) -> Iterator[Piece]:
        """Bend what a stream is made of."""
        return answer.frames


def _as_stream(answer: Json) -> Sse:
    """Return a whole answer as a stream of one piece, announced with its length."""
    return Sse(
        frames=iter((Raw(answer.due, answer.body),)),
        status=answer.status,
        headers=answer.headers,
        due=answer.due,
        content_type=answer.content_type,
        length=len(answer.body),
    )


# What is said.


class _OneChunk(Deed, frozen=True):
    """A deed to one chunk of a stream."""

    keeps_length: ClassVar = False

    def stream(self, answer: Sse) -> Iterator[Piece]:
        for piece, chosen in choosing(answer.frames, self.place):
            yield from self.chunk(piece) if chosen and isinstance(piece, Frame) else (piece,)

    def chunk(self, chunk: Frame) -> Iterator[Frame]:
        """Bend the chunk."""
        raise NotImplementedError


class _Malformed(_OneChunk, frozen=True):
    """A chunk that breaks off in its middle; a whole answer does so at the place."""

    truncates: ClassVar = True

    def whole(self, answer: Json) -> Answer:
        return replace(answer, body=answer.body[: offset(answer.body, self.place)])

    def chunk(self, chunk: Frame) -> Iterator[Frame]:
        half = chunk.data[: len(chunk.data) // 2]
        yield replace(chunk, data=half.decode("utf-8", "ignore").encode())


class _Duplicate(_OneChunk, frozen=True):
    """A chunk that comes twice; of a whole answer, the body."""

    def whole(self, answer: Json) -> Answer:
        return replace(answer, body=answer.body * 2)

    def chunk(self, chunk: Frame) -> Iterator[Frame]:
        yield from (chunk, chunk)


class _Huge(_OneChunk, frozen=True):
    """A chunk, or a whole answer, that is filled up with blanks; it says the same."""

    def whole(self, answer: Json) -> Answer:
        return replace(answer, body=self._filled(answer.body))

    def chunk(self, chunk: Frame) -> Iterator[Frame]:
        yield replace(chunk, data=self._filled(chunk.data))

    def _filled(self, data: bytes) -> bytes:
        size = HUGE if self.fault.size is None else int(self.fault.size)
        return b"{" + b" " * (size - len(data)) + data[1:] if data.startswith(b"{") else data


class _WrongType(Deed, frozen=True):
    """Another content type than the answer is of."""

    def bend(self, answer: Answer) -> Answer:
        if not isinstance(answer, Json | Sse):
            return answer
        type = self.fault.content_type or "text/html"
        # A scenario, or a rule, may have a word in it by its headers: the fault has the last.
        return replace(answer, content_type=type, headers={**answer.headers, "content-type": type})


class _NoDone(Deed, frozen=True):
    """A stream without the event that ends it."""

    keeps_length: ClassVar = False

    def stream(self, answer: Sse) -> Iterator[Piece]:
        return (piece for piece in answer.frames if not (isinstance(piece, Frame) and piece.last))


class _NoBlankLine(Deed, frozen=True):
    """A stream whose last event lacks the blank line after it, without which it does not count."""

    keeps_length: ClassVar = False

    def stream(self, answer: Sse) -> Iterator[Piece]:
        newest: Piece | None = None
        for piece in answer.frames:
            if newest is not None:
                yield newest
            newest = piece
        if newest is not None:
            yield Raw(newest.due, newest.encode().removesuffix(b"\n"))


# When.


def _later(piece: Piece, by: float) -> Piece:
    return replace(piece, due=piece.due + by)


class _Slow(Deed, frozen=True):
    """The answer comes later: its first byte, and with it all that follow."""

    order: ClassVar = Turn.MOMENTS

    def bend(self, answer: Answer) -> Answer:
        return super().bend(replace(answer, due=answer.due + self._by))

    def stream(self, answer: Sse) -> Iterator[Piece]:
        return (_later(piece, self._by) for piece in answer.frames)

    @property
    def _by(self) -> float:
        return SLOW_BY if self.fault.by is None else self.fault.by


class _AtPlace(Deed, frozen=True):
    """A deed to whatever comes after a place: as that may be inside of a whole answer, it is sent as a stream."""

    @property
    def turn(self) -> Turn:
        return Turn.SECONDS if self.place.unit == "seconds" else self.order

    def whole(self, answer: Json) -> Answer:
        streamed, place = _as_stream(answer), Point(offset(answer.body, self.place), "bytes")
        return replace(streamed, frames=self.around(marked(streamed.frames, place, inside=True)))

    def stream(self, answer: Sse) -> Iterator[Piece]:
        return self.around(marked(answer.frames, self.place, inside=True))

    def around(self, pieces: Iterator[Piece | Mark]) -> Iterator[Piece]:
        """Bend what comes after the Mark."""
        raise NotImplementedError


class _Stall(_AtPlace, frozen=True):
    """Nothing comes for a while, or ever again."""

    order: ClassVar = Turn.MOMENTS

    def around(self, pieces: Iterator[Piece | Mark]) -> Iterator[Piece]:
        wait = 0.0
        for piece in pieces:
            if isinstance(piece, Mark):
                wait = inf if self.fault.by is None else self.fault.by
            else:
                yield _later(piece, wait) if wait else piece


# How far.


class _Disconnect(_AtPlace, frozen=True):
    """The connection is broken off: before the first byte, or at a place."""

    truncates: ClassVar = True
    order: ClassVar = Turn.ENDS

    def bend(self, answer: Answer) -> Answer:
        if self.fault.after is None or not self.fault.after.amount:
            return Answer(status=answer.status, headers=answer.headers, due=answer.due, cut=answer.cut or self._cut)
        return super().bend(answer)

    def around(self, pieces: Iterator[Piece | Mark]) -> Iterator[Piece]:
        for piece in pieces:
            if isinstance(piece, Mark):
                yield Raw(piece.due, b"", cut=self._cut)
                return
            yield piece

    @property
    def _cut(self) -> Cut:
        return "rst" if self.fault.reset else "fin"


class _Truncate(_AtPlace, frozen=True):
    """The answer ends at a place as if that were its end: nothing in HTTP tells that more should come."""

    truncates: ClassVar = True
    keeps_length: ClassVar = False
    order: ClassVar = Turn.ENDS

    def whole(self, answer: Json) -> Answer:
        return replace(answer, body=answer.body[: offset(answer.body, self.place)])

    def around(self, pieces: Iterator[Piece | Mark]) -> Iterator[Piece]:
        for piece in pieces:
            if isinstance(piece, Mark):
                yield Raw(piece.due, b"")  # even an end has its moment
                return
            yield piece


class _Fail(Deed, frozen=True):
    """An error in the middle of a stream, in its dialect's words, and nothing after it.

    A stream that knows no words for it breaks off. A whole answer has no middle: it should have been refused.
    """

    truncates: ClassVar = True
    keeps_length: ClassVar = False
    order: ClassVar = Turn.ENDS

    def stream(self, answer: Sse) -> Iterator[Piece]:
        for went, piece in enumerate(marked(answer.frames, self.place)):
            if isinstance(piece, Mark):
                error = refusal_of(self.fault)
                error.request_id = answer.request_id
                broken = (Raw(piece.due, b"", cut="fin"),)
                yield from answer.fail(error, piece.due, went) if answer.fail else broken
                return
            yield piece


class _Hang(Deed, frozen=True):
    """No answer, ever; the connection may be closed some time after the call."""

    truncates: ClassVar = True
    order: ClassVar = Turn.SECONDS

    def bend(self, answer: Answer) -> Answer:
        due = inf if self.fault.by is None else self.fault.by
        return Answer(status=answer.status, headers=answer.headers, due=due, cut="fin")


# In which writes.


class _InWrites(Deed, frozen=True):
    """A deed to the bytes as they are, streamed or not."""

    order: ClassVar = Turn.WRITES

    def whole(self, answer: Json) -> Answer:
        return self.bend(_as_stream(answer))


class _Bandwidth(_InWrites, frozen=True):
    """No more than so many bytes a second."""

    def stream(self, answer: Sse) -> Iterator[Piece]:
        rate = RATE if self.fault.rate is None else self.fault.rate
        step, free = max(1, int(rate / _WRITES)), 0.0
        for piece in answer.frames:
            data = piece.encode()
            for begin in range(0, len(data), step):
                some = data[begin : begin + step]
                free = max(free, piece.due) + len(some) / rate
                yield Raw(free, some)


class _SplitUtf8(_InWrites, frozen=True):
    """Every character of more than one byte comes in two writes."""

    def stream(self, answer: Sse) -> Iterator[Piece]:
        for piece in answer.frames:
            data = piece.encode()
            cuts = [lead.end() for lead in _LEADING_BYTE.finditer(data)]
            for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True) if cuts else ():
                yield Raw(piece.due, data[begin:end], alone=True)
            if not cuts:
                yield piece


#: What a fault can `do`, by its name.
DEEDS: dict[str, type[Deed]] = {
    "slow": _Slow,
    "stall": _Stall,
    "bandwidth": _Bandwidth,
    "hang": _Hang,
    "disconnect": _Disconnect,
    "truncate": _Truncate,
    "malformed": _Malformed,
    "wrong_type": _WrongType,
    "no_done": _NoDone,
    "no_blank_line": _NoBlankLine,
    "duplicate": _Duplicate,
    "huge": _Huge,
    "split_utf8": _SplitUtf8,
}


def deed_of(fault: Fault) -> Deed | None:
    """Return what a fault does to an answer; None where there is none, because it refuses."""
    if fault.do is not None:
        return DEEDS[fault.do](fault)
    return None if fault.after is None else _Fail(fault)
