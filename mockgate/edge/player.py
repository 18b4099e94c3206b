"""Playing a stream: every frame is written when it is due, and all that are due together go in one write."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, Protocol

from ..clock import Clock, Timer
from ..journal import Outcome
from ..wire import Cut, Frame, Raw

#: About how many bytes of a stream are made and written at a time.
AT_ONCE = 64 * 1024


class Line(Protocol):
    """Where a stream is written to."""

    def write(self, data: bytes) -> Coroutine[Any, Any, None] | None:
        """Write, and return what waits while the client is slow. Both raise ConnectionError when it is gone."""


class Player:
    """One stream on its way to one client. `cut` is how a frame wants the connection broken off after it.

    Callbacks of the session's clock write, not a task per stream: with thousands of streams, waking a task for
    every chunk is what makes chunks late.
    """

    def __init__(self, clock: Clock, started: float, frames: Iterator[Frame | Raw]) -> None:
        self._clock = clock
        self._started = started
        self._frames = frames
        self._next: Frame | Raw | None = None
        self.cut: Cut | None = None
        self._problem: Exception | None = None
        self._timer: Timer | None = None
        self._line: Line | None = None
        self._ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def ready(self) -> bytes:
        """Take the frames that are due by now, as bytes, but no more than AT_ONCE before others have their turn.

        A frame that cannot be made ends the stream after those before it.
        """
        moment = self._clock.now()
        ready: list[bytes] = []
        size = 0
        try:
            frame = self._next or next(self._frames, None)
            # The same sum that the clock is given: a difference, rounded, could be early for ever.
            while frame is not None and self._started + frame.due <= moment and size < AT_ONCE:
                if type(frame) is Raw and frame.alone and ready:
                    break
                ready.append(frame.encode())
                size += len(ready[-1])
                if type(frame) is Raw and (frame.alone or frame.cut):
                    self.cut = frame.cut
                    frame = None if frame.cut else next(self._frames, None)
                    break
                frame = next(self._frames, None)
            self._next = frame
        except Exception as problem:  # noqa: BLE001 - raised again by play(), once what came before is written
            self._next, self._problem = None, problem
        return b"".join(ready)

    @property
    def over(self) -> bool:
        """Whether everything has been taken, and ends as it should."""
        return self._next is None and self._problem is None and self.cut is None

    async def play(self, line: Line, ready: bytes) -> Outcome:
        """Write what is `ready`, and the rest to its end; say whether the client was still there."""
        self._line = line
        try:
            self._write(ready)
            return await self._ended
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _step(self) -> None:
        """Write what is due, and come back when the next frame is."""
        self._write(self.ready())

    def _write(self, data: bytes) -> None:
        if not data or self._push(data):
            self._follow()

    def _follow(self) -> None:
        """Come back when the next frame is due, if there is one."""
        if self._problem is not None:
            self._end_with(self._problem)
        elif self._next is None:
            self._end("cut" if self.cut is not None else "finished")
        else:
            self._timer = self._clock.call_at(self._started + self._next.due, self._step)

    def _push(self, data: bytes) -> bool:
        """Write without a task of its own; return False when the write has to wait for the client, or failed."""
        assert self._line is not None
        try:
            writing = self._line.write(data)
        except ConnectionError:
            self._end("left")
            return False
        return writing is None or self._drive(writing)

    def _drive(self, writing: Coroutine[Any, Any, None]) -> bool:
        try:
            blocked: asyncio.Future[None] = writing.send(None)
        except StopIteration:
            return True
        except ConnectionError:
            self._end("left")
            return False
        except Exception as problem:  # noqa: BLE001 - handed to whoever awaits play()
            self._end_with(problem)
            return False
        # The client reads more slowly than it is written to: go on where this write stopped once it has caught up.
        blocked.add_done_callback(lambda _: self._caught_up(writing))
        return False

    def _caught_up(self, writing: Coroutine[Any, Any, None]) -> None:
        if self._ended.done():
            writing.close()
        elif self._drive(writing):
            self._follow()

    def _end(self, outcome: Outcome) -> None:
        if not self._ended.done():
            self._ended.set_result(outcome)

    def _end_with(self, problem: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(problem)
