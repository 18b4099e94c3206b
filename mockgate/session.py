"""What belongs to one session: its clock, its place in every sequence, its records and its journal.

Tests that run side by side each name a session of their own (`X-Mockgate-Session`) and never see each other.
"""

from .clock import Clock
from .journal import Exchange, Journal
from .records import Records
from .rng import HEX, Dice
from .scenario import ClockSpec, Scenario
from .script import Cursors
from .units import read_moment

DEFAULT = "default"


def start_clock(spec: ClockSpec) -> Clock:
    """Make the clock that a scenario asks for."""
    return Clock(None if spec.start is None else read_moment(spec.start), 0.0 if spec.frozen else spec.speed)


class Session:
    """State that nothing outside this session can see or change.

    `turns` counts the model calls so far.
    """

    def __init__(self, name: str, scenario: Scenario) -> None:
        self.name = name
        self.clock = start_clock(scenario.clock)
        self.cursors = Cursors()
        self.records = Records()
        self.journal = Journal(scenario.journal)
        self.turns = 0
        self._open: set[int] = set()
        self._prefix = Dice(scenario.seed, "session", name).id("req_", 20, HEX)

    @property
    def under_way(self) -> int:
        """How many answers are being given now."""
        return len(self._open)

    def begin(self, exchange: Exchange) -> None:
        """Count an exchange as under way."""
        self._open.add(id(exchange))

    def end(self, exchange: Exchange) -> None:
        """Count an exchange as over; one of a session that was reset since is nobody's."""
        self._open.discard(id(exchange))

    def follow(self, scenario: Scenario, before: Scenario) -> None:
        """Go on under another scenario: sequences begin anew, and so does a clock that it sets otherwise."""
        self.cursors.reset()
        self.turns = 0
        self.journal.spec = scenario.journal
        if scenario.clock != before.clock:
            self.clock = start_clock(scenario.clock)

    def request_id(self, number: int) -> str:
        """Return the id of the session's call of that number."""
        return f"{self._prefix}{number:012x}"
