"""What belongs to one session: its clock, its place in every sequence, its money, its records and its journal.

Tests that run side by side each name a session of their own (`X-Mockgate-Session`, or a key of its own) and never see
each other.
"""

from .clock import Clock
from .faults import Tally
from .jobs import Jobs
from .journal import Exchange, Journal
from .limits import Limiter
from .metrics import Totals
from .policy import Policy
from .progress import Progress
from .records import Records
from .rng import HEX, Dice
from .scenario import ClockSpec
from .units import read_moment
from .wallet import Wallet
from .webhooks import Outbox

DEFAULT = "default"


def start_clock(spec: ClockSpec) -> Clock:
    """Make the clock that a scenario asks for."""
    return Clock(None if spec.start is None else read_moment(spec.start), 0.0 if spec.frozen else spec.speed)


class Session:
    """State that nothing outside this session can see or change.

    `policy` is what its scenario makes of calls; `own` says that it has one to itself. `key` makes requests join the
    session.
    """

    def __init__(self, name: str, policy: Policy) -> None:
        self.name = name
        self.policy = policy
        self.own = False
        self.key = ""
        self.clock = start_clock(policy.scenario.clock)
        self.progress = Progress()
        self.tally = Tally(self.clock.now())
        self.wallet = Wallet()
        self.limiter = Limiter()
        self.totals = Totals()
        self.records = Records()
        self.sown: set[str] = set()
        self.jobs = Jobs()
        self.outbox = Outbox(self.clock, Dice(policy.scenario.seed, "webhooks", name))
        self.journal = Journal(policy.scenario.journal)
        self._open: set[int] = set()
        self._prefix = Dice(policy.scenario.seed, "session", name).id("req_", 20, HEX)

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

    def follow(self, policy: Policy) -> None:
        """Go on under another policy: what it says otherwise begins anew, sequences and clock and faults alike."""
        before, after = self.policy.scenario, policy.scenario
        self.policy = policy
        self.journal.spec = after.journal
        if after.clock != before.clock:
            self.clock = start_clock(after.clock)
            self.tally = Tally(self.clock.now())
        if after.rules != before.rules or after.seed != before.seed:
            self.progress.begin_anew()
        if (after.faults, after.incident) != (before.faults, before.incident):
            self.tally = Tally(self.clock.now())

    def request_id(self, number: int) -> str:
        """Return the id of the session's call of that number."""
        return f"{self._prefix}{number:012x}"
