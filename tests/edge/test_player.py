import asyncio

import pytest
from aiohttp import ClientConnectionResetError

from mockgate.clock import Clock
from mockgate.edge.player import Player
from mockgate.wire import Frame

START = 1_700_000_000.123457


class Line:
    """A client's end of the line: keeps what is written, and when; may be slow, or gone."""

    def __init__(self, clock):
        self.clock = clock
        self.writes = []
        self.blocked = None
        self.gone = None

    async def write(self, data):
        if self.gone is not None:
            raise self.gone
        self.writes.append((round(self.clock.now() - START, 3), data))
        if self.blocked is not None:
            await asyncio.shield(self.blocked)


@pytest.fixture
def clock():
    return Clock(START, speed=0)


@pytest.fixture
def line(clock):
    return Line(clock)


async def play(clock, line, frames):
    player = Player(clock, START, iter(frames))
    return await player.play(line, player.ready())


async def begin(clock, line, frames):
    task = asyncio.create_task(play(clock, line, frames))
    await asyncio.sleep(0)
    return task


def frame(due, data=b"x"):
    return Frame(due, data)


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_frames_that_are_due_together_go_in_one_write(clock, line):
    task = await begin(clock, line, [frame(0, b"a"), frame(0, b"b"), frame(1, b"c"), frame(1, b"d"), frame(2, b"e")])
    clock.advance(5)
    assert await task == "finished"
    assert line.writes == [(0, b"data: a\n\ndata: b\n\n"), (1, b"data: c\n\ndata: d\n\n"), (2, b"data: e\n\n")]


async def test_nothing_goes_before_it_is_due(clock, line):
    task = await begin(clock, line, [frame(1), frame(2)])
    clock.advance(0.999)
    assert line.writes == []
    clock.advance(0.001)
    assert len(line.writes) == 1
    clock.advance(1)
    assert await task == "finished"


async def test_an_empty_stream_is_finished_at_once(clock, line):
    assert await play(clock, line, []) == "finished"
    assert line.writes == []


async def test_moments_that_no_float_can_say_exactly_are_met_all_the_same(clock, line):
    dues = [number * 0.012345678901 for number in range(1, 2000)]
    task = await begin(clock, line, [frame(due) for due in dues])
    clock.advance(60)
    assert await asyncio.wait_for(task, 5) == "finished"
    assert len(line.writes) == len(dues)


@pytest.mark.parametrize("gone", [ClientConnectionResetError("gone"), ConnectionResetError(), BrokenPipeError()])
async def test_a_client_that_is_gone_ends_the_stream_as_left(clock, line, gone):
    task = await begin(clock, line, [frame(0), frame(1), frame(2)])
    line.gone = gone
    clock.advance(5)
    assert await task == "left"
    assert len(line.writes) == 1


async def test_a_slow_client_gets_everything_in_order_once_it_has_caught_up(clock, line):
    line.blocked = asyncio.get_running_loop().create_future()
    task = await begin(clock, line, [frame(0, b"a"), frame(1, b"b"), frame(2, b"c")])
    clock.advance(10)
    await settle()
    assert line.writes == [(0, b"data: a\n\n")]
    line.blocked.set_result(None)
    line.blocked = None
    assert await asyncio.wait_for(task, 5) == "finished"
    assert [data for _, data in line.writes] == [b"data: a\n\n", b"data: b\n\ndata: c\n\n"]


async def test_a_slow_client_that_goes_is_noted_as_left(clock, line):
    line.blocked = asyncio.get_running_loop().create_future()
    task = await begin(clock, line, [frame(0), frame(1)])
    line.blocked.set_exception(ClientConnectionResetError("gone"))
    assert await asyncio.wait_for(task, 5) == "left"


async def test_a_cancelled_stream_writes_nothing_more(clock, line):
    task = await begin(clock, line, [frame(0), frame(1)])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    clock.advance(5)
    assert len(line.writes) == 1


async def test_a_stream_cancelled_while_its_client_is_slow_writes_nothing_more(clock, line):
    line.blocked = asyncio.get_running_loop().create_future()
    task = await begin(clock, line, [frame(0), frame(1), frame(2)])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    line.blocked.set_result(None)
    await settle()
    clock.advance(5)
    assert len(line.writes) == 1


def failing():
    yield frame(0)
    yield frame(1)
    raise LookupError("half way")


async def test_frames_that_fail_to_be_worded_fail_the_stream_and_no_other(clock, line):
    task = await begin(clock, line, failing())
    other = await begin(clock, Line(clock), [frame(3)])
    clock.advance(5)
    with pytest.raises(LookupError):
        await task
    assert await other == "finished"


async def test_a_write_that_fails_oddly_fails_its_stream_and_no_other(clock, line):
    task = await begin(clock, line, [frame(1), frame(2)])
    other = await begin(clock, Line(clock), [frame(1), frame(3)])
    line.gone = RuntimeError("odd")
    clock.advance(5)
    with pytest.raises(RuntimeError, match="odd"):
        await asyncio.wait_for(task, 5)
    assert await other == "finished"
