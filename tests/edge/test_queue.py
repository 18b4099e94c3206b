"""Connections that wait: many are taken in when the event loop is slow, and none in between when it is not."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from mockgate.edge.queue import Queue

WAITING = 150


class Door(asyncio.Protocol):
    """Counts who came in."""

    came = 0

    def connection_made(self, transport):
        type(self).came += 1
        transport.close()


@pytest.fixture
def door():
    class Fresh(Door):
        pass

    return Fresh


@pytest.fixture
def waiting():
    """A listening socket at which clients wait that no event loop looks after."""
    with ExitStack() as opened:
        listening = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=WAITING))
        listening.setblocking(False)
        for _ in range(WAITING):
            opened.enter_context(socket.create_connection(listening.getsockname()[:2], timeout=5))
        yield listening


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.shows = 100.0

    def __call__(self):
        return self.shows


async def came_in(door, expected):
    for _ in range(500):
        if door.came >= expected:
            break
        await asyncio.sleep(0)
    return door.came


@pytest.mark.parametrize(("turn", "let_in"), [(0.0, 0), (0.0009, 0), (0.003, 10), (0.02, 66), (5.0, 100)])
async def test_the_longer_a_turn_takes_the_more_are_taken_in(door, waiting, turn, let_in):
    hands = Hands()
    queue = Queue([waiting], door, None, hands)
    hands.shows += turn
    queue.move()
    queue.move()  # in the same turn: nobody more
    assert await came_in(door, let_in) == let_in
    queue.close()


async def test_an_empty_queue_and_a_closed_one_let_nobody_in(door, waiting):
    hands = Hands()
    queue = Queue([waiting], door, None, hands)
    for _ in range(3):
        hands.shows += 5
        queue.move()
    assert await came_in(door, WAITING) == WAITING
    queue.close()
    assert waiting.fileno() > 0, "the listener's own socket is the listener's to close"
