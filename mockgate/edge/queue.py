"""The connections that wait to be taken in: many come at once, and uvloop takes in one of them a turn.

While thousands of streams are played a turn is long, and a stream must not wait for hundreds of them to begin.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress

#: For so many seconds that a turn takes, one more connection is taken in: half of the time is for who is in already.
_EACH = 0.0003

#: The most that are taken in at a time.
_AT_ONCE = 100

#: The event loop counts time in milliseconds: shorter turns are frequent enough.
_TURN = 0.001


class Queue:
    """What waits at the sockets of a listener; `make` makes what serves a connection.

    `time` is the event loop's, in seconds.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        make: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        time: Callable[[], float],
    ) -> None:
        self._sockets = [socket.fromfd(each.fileno(), each.family, each.type) for each in sockets]
        self._make = make
        self._tls = tls
        self._time = time
        self._loop = asyncio.get_running_loop()
        self._moved = time()
        self._entering: set[asyncio.Task[object]] = set()

    def move(self) -> None:
        """Let in who waits behind a connection that was taken in, unless the last was only just."""
        now = self._time()
        turn = now - self._moved
        if turn < _TURN:
            return
        self._moved = now
        for listening in self._sockets:
            with suppress(OSError):  # nobody waits any more, or there is no room: the event loop will say so
                for _ in range(min(_AT_ONCE, int(turn / _EACH))):
                    self._let_in(listening.accept()[0])

    def _let_in(self, connection: socket.socket) -> None:
        connection.setblocking(False)  # noqa: FBT003 - the library's signature
        entering = self._loop.create_task(self._enter(connection))
        self._entering.add(entering)
        entering.add_done_callback(self._entering.discard)

    async def _enter(self, connection: socket.socket) -> None:
        with suppress(OSError):  # it is gone again, or its handshake failed
            await self._loop.connect_accepted_socket(self._make, connection, ssl=self._tls)

    def close(self) -> None:
        """Let nobody in any more."""
        for listening in self._sockets:
            listening.close()
