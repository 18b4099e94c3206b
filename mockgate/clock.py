"""The only home of time and of waiting.

One `Clock` lies under everything that has a moment: pacing, `created`, expiry, windows. It runs with the wall,
and can be frozen, advanced and sped up. All waits share one heap of deadlines, and a deadline is absolute: a
late wake-up delays nothing after it.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count

Callback = Callable[[], None]


#: The last moment a clock can show, the end of the year 9999: beyond it no date has a name.
LATEST = 253_402_300_799.0

#: Seconds on the clock in one of the wall's, at most.
FASTEST = 1_000_000.0


class Timer:
    """A callback and when it is due. Cancelled timers stay in the heap until they surface."""

    __slots__ = ("callback", "when")

    def __init__(self, when: float, callback: Callback) -> None:
        self.when = when
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """Never call the callback; harmless when it was called already."""
        self.callback = None


class Clock:
    """Seconds since the epoch, at a chosen speed: 1 runs with the wall, 0 stands still, 60 is a minute a second.

    `start` is the moment the clock shows first (default: the wall's). Waiting needs a running event loop; asking
    for the time does not. Not thread-safe: use it from the loop's own thread. Raises ValueError for a speed that
    set_speed() refuses.
    """

    def __init__(self, start: float | None = None, speed: float = 1.0) -> None:
        _check_speed(speed)
        self._shown = time.time() if start is None else start
        self._wall = time.perf_counter()
        self._speed = speed
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = 0.0

    def now(self) -> float:
        """Return the moment on this clock, in seconds since the epoch."""
        shown = self._shown + (time.perf_counter() - self._wall) * self._speed
        return shown if shown < LATEST else LATEST  # noqa: FURB136 - asked several times a call: min() doubles the cost

    @property
    def speed(self) -> float:
        """How many seconds pass on this clock in one of the wall's."""
        return self._speed

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still until it is advanced."""
        return self._speed == 0

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self.set_speed(0)

    def set_speed(self, speed: float) -> None:
        """Go on from this moment at another speed (0 stands still).

        Raises ValueError for a negative speed (time here never runs back, or deadlines would be due twice) and for
        one above FASTEST.
        """
        _check_speed(speed)
        self._shown, self._wall, self._speed = self.now(), time.perf_counter(), speed
        self._arm()

    def advance(self, seconds: float) -> None:
        """Jump ahead by `seconds`, calling everything that falls due on the way, in order.

        Raises ValueError for a negative jump, and for one beyond LATEST.
        """
        target = self.now() + seconds
        if not seconds >= 0 or not target <= LATEST:
            raise ValueError(
                f"a clock cannot be advanced by {seconds} s: give 0 or more, up to the end of the year 9999"
            )
        try:
            while self._heap and self._heap[0][0] <= target:
                self._set(max(self._heap[0][0], self.now()))
                self._run_due()
        finally:
            self._set(max(target, self.now()))
            self._arm()

    def move_in(self) -> None:
        """Go on waking on the event loop that runs now: the one before is gone."""
        self._handle = None
        self._arm()

    def call_at(self, when: float, callback: Callback) -> Timer:
        """Call `callback` once this clock shows `when`; a moment that has passed is due at once."""
        timer = Timer(when, callback)
        heappush(self._heap, (when, next(self._order), timer))
        if self._handle is None or when < self._armed_for:
            self._arm()
        return timer

    async def sleep_until(self, when: float) -> None:
        """Wait until this clock shows `when`."""
        if when <= self.now():
            return
        done = asyncio.get_running_loop().create_future()
        timer = self.call_at(when, partial(_wake, done))
        try:
            await done
        finally:
            timer.cancel()

    async def give_way(self) -> None:
        """Let everything else that is ready have its turn; no time passes on this clock."""
        await asyncio.sleep(0)

    def _set(self, moment: float) -> None:
        self._shown, self._wall = moment, time.perf_counter()

    def _arm(self) -> None:
        """Have the event loop wake this clock for its next deadline."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if not self._heap:
            return
        when = self._heap[0][0]
        wait = when - self.now()
        if wait > 0 and self._speed == 0:
            return
        self._armed_for = when
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(max(0.0, wait / self._speed if self._speed else 0.0), self._wake)

    def _wake(self) -> None:
        self._handle = None
        try:
            self._run_due()
        finally:
            # A callback that fails must not take the deadlines after it along.
            self._arm()

    def _run_due(self) -> None:
        heap, moment = self._heap, self.now()
        due: list[Timer] = []
        while heap and heap[0][0] <= moment:
            due.append(heappop(heap)[2])
        # What these callbacks add is left for the next round, even if it is due: others have their turn before it.
        for place, timer in enumerate(due):
            callback, timer.callback = timer.callback, None
            if callback is None:
                continue
            try:
                callback()
            except BaseException:
                for later in due[place + 1 :]:
                    heappush(heap, (later.when, next(self._order), later))
                raise


def _check_speed(speed: float) -> None:
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"a clock cannot run at speed {speed}: give 0 (frozen) to {FASTEST:g}")


def _wake(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)


class Stopwatch:
    """Real time spent, whatever any clock shows: for the journal and the log, never for behaviour."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def seconds(self) -> float:
        """Return the real seconds since this stopwatch was made."""
        return time.perf_counter() - self._began

    def after(self, other: "Stopwatch") -> float:
        """Return how many real seconds after another one this stopwatch was made."""
        return self._began - other._began  # noqa: SLF001 - of its own kind
