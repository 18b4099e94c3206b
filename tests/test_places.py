import pytest

from mockgate.places import Mark, choosing, marked, offset
from mockgate.units import Point
from mockgate.wire import Frame, Raw

#: Chunks of 12 bytes, half a second apart, without and with words; and the end.
ROLE, ONE, TWO, DONE = Frame(1, b"{'r'}"), Frame(1.5, b"{'1'}", None, 1), Frame(2, b"{'2'}", None, 2), Frame(2, b"[DO]")
STREAM = [ROLE, ONE, TWO, DONE]
SIZE = len(ROLE.encode())


def around(pieces, place, **more):
    """What comes before a place, when it is reached, and what comes after it."""
    found = list(marked(iter(pieces), place, **more))
    (at,) = [at for at, piece in enumerate(found) if isinstance(piece, Mark)]
    return found[:at], found[at].due, found[at + 1 :]


@pytest.mark.parametrize(
    ("place", "before", "due"),
    [
        (Point(0, "tokens"), 0, 1),
        (Point(1, "tokens"), 2, 1.5),
        (Point(2, "tokens"), 3, 2),
        (Point(99, "tokens"), 4, 2),
        (Point(1, "chunks"), 1, 1),
        (Point(4, "chunks"), 4, 2),
        (Point(SIZE, "bytes"), 1, 1),
        (Point(SIZE + 1, "bytes"), 2, 1.5),
        (Point(0, "seconds"), 0, 1),
        (Point(0.5, "seconds"), 1, 1.5),
        (Point(0.7, "seconds"), 2, 1.7),
        (Point(9, "seconds"), 4, 2),
    ],
)
def test_a_place_lies_between_two_pieces_or_at_the_end(place, before, due):
    assert around(STREAM, place) == (STREAM[:before], due, STREAM[before:])


def test_a_place_in_bytes_may_lie_inside_of_a_piece():
    data = ONE.encode()
    before, due, after = around(STREAM, Point(SIZE + 3, "bytes"), inside=True)
    assert (before, due, after) == ([ROLE, Raw(1.5, data[:3])], 1.5, [Raw(1.5, data[3:]), TWO, DONE])
    assert around(STREAM, Point(2, "chunks"), inside=True)[0] == STREAM[:2]


def test_even_nothing_has_an_end():
    assert list(marked(iter(()), Point(1, "seconds"))) == [Mark(0)]
    assert list(marked(iter(()), Point(1, "tokens"))) == [Mark(0)]


@pytest.mark.parametrize(
    ("place", "chosen"),
    [
        (Point(0, "chunks"), ROLE),
        (Point(1, "tokens"), TWO),
        (Point(9, "tokens"), TWO),
        (Point(0.2, "seconds"), ONE),
    ],
)
def test_the_chunk_at_a_place_is_the_first_of_json_after_it_else_the_last(place, chosen):
    found = list(choosing(iter(STREAM), place))
    assert [piece for piece, _ in found] == STREAM
    assert [piece for piece, is_it in found if is_it] == [chosen]


def test_where_there_is_no_json_no_chunk_is_chosen():
    pieces = [Raw(0, b"\xff\xd8"), DONE]
    assert list(choosing(iter(pieces), Point(1, "chunks"))) == [(piece, False) for piece in pieces]


def test_a_stream_is_taken_no_further_than_it_is_needed():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield ONE

    for walk in (marked(endless(), Point(3, "chunks")), choosing(endless(), Point(3, "chunks"))):
        taken.clear()
        next(walk)
        assert len(taken) <= 2


@pytest.mark.parametrize(
    ("place", "at"),
    [
        (Point(3, "bytes"), 3),
        (Point(99, "bytes"), 10),
        (Point(1, "tokens"), 5),
        (Point(9, "seconds"), 5),
        (Point(0, "tokens"), 0),
    ],
)
def test_a_whole_answer_has_one_place_but_those_in_bytes_its_middle(place, at):
    assert offset(b"0123456789", place) == at
