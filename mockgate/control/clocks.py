"""A session's clock over HTTP: read, frozen, advanced, sped up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from ..clock import FASTEST, Clock
from ..errors import Problem, ScenarioError
from ..reading import Flaw, Section
from ..units import Seconds
from ..wire import Answer, json_answer
from .visit import Visit


class Turn(Section, frozen=True):
    """What to do to a clock: jump ahead (`advance`), stand still or go on (`frozen`), run at another `speed`."""

    advance: Seconds | None = None
    frozen: bool | None = None
    speed: Annotated[float, msgspec.Meta(ge=0, le=FASTEST)] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find nothing to do, and two speeds at once."""
        if self.advance is None and self.frozen is None and self.speed is None:
            yield Flaw((), "does nothing to the clock", 'Give advance ("90s"), frozen (true) or speed (60).')
        if self.frozen is not None and self.speed is not None:
            yield Flaw(("speed",), "cannot be given beside `frozen`", "A speed of 0 is frozen.")


def show(visit: Visit) -> Answer:
    """Return what the clock shows, and how fast it runs."""
    return json_answer(describe(visit.session.clock))


def describe(clock: Clock) -> dict[str, object]:
    """Put a clock into plain values; `now` is in seconds since the epoch, `at` the same as a date."""
    now = clock.now()
    at = datetime.fromtimestamp(now, UTC).isoformat()
    return {"now": now, "at": at, "speed": clock.speed, "frozen": clock.frozen}


def turn(visit: Visit) -> Answer:
    """Freeze, advance or speed up the clock; what falls due on the way happens now, in order."""
    asked, clock = visit.body(Turn), visit.session.clock
    if asked.advance is not None:
        try:
            clock.advance(asked.advance)
        except ValueError as problem:
            raise ScenarioError([Problem("advance", str(problem))]) from None
    if asked.frozen is not None:
        clock.set_speed(0 if asked.frozen else clock.speed or 1)
    if asked.speed is not None:
        clock.set_speed(asked.speed)
    return show(visit)
