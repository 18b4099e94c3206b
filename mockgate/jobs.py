"""Jobs: work that takes its time, with its states in a table.

A job moves when it is looked at, along the clock or the number of looks, or by hand: nothing runs beside it, nothing
races.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from .clock import Clock

#: So many jobs of a session are known; the oldest are forgotten first.
MOST = 10_000


class Step(msgspec.Struct, frozen=True):
    """A state that passes: after so many seconds, or when it was looked at `looks` times; with neither, by hand."""

    state: str
    lasts: float | None = 0.0
    looks: int | None = None


class Job:
    """One job on its way through `steps` to its `end`, the state it stays in.

    `moments` says when each state was entered, in seconds since the epoch. `on_change` is told of every state but the
    first. `problem` is what it failed of.
    """

    def __init__(self, id: str, kind: str, started: float, steps: tuple[Step, ...], end: str) -> None:
        self.id = id
        self.kind = kind
        self.started = started
        self.problem: tuple[str, str] | None = None
        self.held = False
        self.on_change: list[Callable[[Job], None]] = []
        self._steps = steps
        self._end = end
        self._at = 0
        self._looks = 0
        self.moments: dict[str, float] = {self.state: started}

    @property
    def state(self) -> str:
        """The state it was last seen in."""
        return self._steps[self._at].state if self._at < len(self._steps) else self._end

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self._at >= len(self._steps)

    @property
    def due(self) -> float | None:
        """When the clock moves it on; None when it does not."""
        if self.over or self.held:
            return None
        step = self._steps[self._at]
        return None if step.lasts is None or step.looks is not None else self.moments[step.state] + step.lasts

    def look(self, now: float, *, counts: bool = True) -> str:
        """Bring it up to date and return its state; `counts`: this look is one that a step may wait for."""
        while (due := self.due) is not None and due <= now:
            self._enter(self._at + 1, due)
        if counts and not self.over and not self.held:
            self._looks += 1
            looks = self._steps[self._at].looks
            if looks is not None and self._looks > looks:
                self._enter(self._at + 1, now)
        return self.state

    def share(self, now: float) -> float:
        """Return how much of the present state's time or looks has passed, from 0 to 1; of one by hand, nothing."""
        if not self.over and (looks := self._steps[self._at].looks) is not None:
            return self._looks / (looks + 1)
        lasts = None if self.over else self._steps[self._at].lasts
        return min(1.0, max(0.0, (now - self.moments[self.state]) / lasts)) if lasts else 0.0

    def progress(self, now: float) -> float:
        """Return how far it is along its steps, from 0 to 1."""
        if self.over:
            return 1.0
        times = [step.lasts or 0.0 for step in self._steps]
        here = min(times[self._at], max(0.0, now - self.moments[self.state]))
        done = sum(times[: self._at]) + here
        return done / sum(times) if sum(times) else self._at / len(times)

    def left(self, now: float) -> float | None:
        """Return the seconds until it has come to its end, looked at or not; None when no clock moves it there."""
        steps = self._steps[self._at :]
        if self.held or any(step.lasts is None or step.looks is not None for step in steps):
            return None
        return max(0.0, self.moments[self.state] + sum([step.lasts or 0.0 for step in steps]) - now)

    # By hand.

    def hold(self) -> None:
        """Stay in this state until released."""
        self.held = True

    def release(self, now: float) -> None:
        """Go on: the time of this state begins anew, now."""
        if self.held:
            self.held = False
            self.moments[self.state] = max(now, self.moments[self.state])

    def advance(self, now: float) -> None:
        """Enter the next state now."""
        if not self.over:
            self.held = False
            self._enter(self._at + 1, now)

    def finish(self, now: float, end: str | None = None, problem: tuple[str, str] | None = None) -> None:
        """Come to an end now: its own, or another (`failed`, `cancelled`) with a code and a message for why."""
        if not self.over:
            self.held = False
            self._end = end or self._end
            self.problem = problem
            self._enter(len(self._steps), now)

    def divert(self, now: float, steps: tuple[Step, ...], end: str) -> None:
        """Go another way from now on: through other steps to another end (a cancellation that takes its time)."""
        if not self.over:
            self.held = False
            self._steps, self._end = (*self._steps[: self._at + 1], *steps), end
            self._enter(self._at + 1, now)

    def _enter(self, at: int, moment: float) -> None:
        self._at, self._looks = at, 0
        self.moments[self.state] = moment
        for told in tuple(self.on_change):
            told(self)


class Jobs:
    """A session's jobs by id, each woken by the session's clock when it is due, looked at or not."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def add(self, job: Job, clock: Clock) -> None:
        """Know a job from now on."""
        self._jobs[job.id] = job
        if len(self._jobs) > MOST:
            self._jobs.popitem(last=False)
        self.arm(job, clock)

    def arm(self, job: Job, clock: Clock) -> None:
        """Have the clock move it on when it is due: whoever waits for its end need not look."""
        if job.due is not None:
            clock.call_at(job.due, partial(self._wake, job, clock))

    def _wake(self, job: Job, clock: Clock) -> None:
        job.look(clock.now(), counts=False)
        self.arm(job, clock)

    def find(self, id: str) -> Job | None:
        """Return the job of this id, or None."""
        return self._jobs.get(id)

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs.values()))
