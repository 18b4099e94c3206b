"""What belongs to one session: its clock, its place in every sequence, its money, its records and its journal.

Tests that run side by side each name a session of their own (`X-Mockgate-Session`, or a key of its own) and never see
each other.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from .books import Books
from .budgets import Spending
from .clock import Clock
from .faults import Tally
from .gauges import Gauges
from .jobs import Jobs
from .journal import Exchange, Journal
from .limits import Limiter
from .metrics import Totals
from .policy import Policy
from .progress import Progress
from .prompt_cache import PromptCache
from .records import Records
from .replays import Replays
from .rng import HEX, Dice
from .scenario import ClockSpec
from .units import read_moment
from .wallet import Wallet
from .webhooks import Outbox
from .wire import Call, header_safe

DEFAULT = "default"

Seed = TypeVar("Seed")
T = TypeVar("T")


def start_clock(spec: ClockSpec) -> Clock:
    """Make the clock that a scenario asks for."""
    return Clock(None if spec.start is None else read_moment(spec.start), 0.0 if spec.frozen else spec.speed)


class Session:
    """State that nothing outside this session can see or change.

    `policy` is what its scenario makes of calls; `own` says that it has one to itself, `mount` that it is of another
    gateway than the server's own, `follows` whose policy it goes by where it is a part of another session. `key` makes
    requests join the session.
    """

    def __init__(self, name: str, policy: Policy) -> None:
        self.name = name
        self.policy = policy
        self.own = False
        self.mount: str | None = None
        self.follows: Policy | None = None
        self.key = ""
        self.clock = start_clock(policy.scenario.clock)
        self.progress = Progress()
        self.tally = Tally(self.clock.now())
        self.wallet = Wallet()
        self.spending = Spending()
        self.books = Books()
        self.limiter = Limiter()
        self.prompt_cache = PromptCache()
        self.totals = Totals()
        self.gauges = Gauges()
        self.records = Records()
        self.sown: set[str] = set()
        self.replays = Replays()
        self.jobs = Jobs()
        self.outbox = Outbox(self.clock, Dice(policy.scenario.seed, "webhooks", name))
        self.journal = Journal(policy.scenario.journal)
        self._open: set[int] = set()
        self._prefix = Dice(policy.scenario.seed, "session", name).id("req_", 20, HEX)

    @property
    def is_default(self) -> bool:
        """Whether it is what calls are part of that name none."""
        return self.called == DEFAULT

    @property
    def called(self) -> str:
        """The name that calls give it: without its gateway's."""
        return self.name if self.mount is None else self.name.removeprefix(f"{self.mount}/")

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

    def sow(self, kind: str, seeds: Iterable[Seed], grow: Callable[[Seed], object]) -> None:
        """Put in place what a scenario has the session begin with of a kind, when it is first asked for."""
        if kind not in self.sown:
            self.sown.add(kind)
            for seed in seeds:
                grow(seed)

    def kept(self, kind: str, id: str, make: Callable[[], T]) -> T | None:
        """Return the record of this id; where nothing has it, one that is made for it, if the scenario wants that."""
        found: T | None = self.records.find(kind, id)
        return make() if found is None and self.policy.synthesizes else found

    def request_id(self, number: int, call: Call) -> str:
        """Return the id of the session's call of that number, as its gateway has them: the caller's own, or new."""
        ids = self.policy.request_ids
        if ids.echo and (given := call.headers.get(ids.header)):
            return header_safe(given)
        if ids.form == "req":
            return f"{self._prefix}{number:012x}"
        dice = Dice(self._prefix, number)
        if ids.form == "uuid":
            return dice.uuid
        now = self.clock.now()
        return f"{datetime.fromtimestamp(now, UTC):%Y%m%d%H%M%S}{int(now % 1 * 1e9):09d}{dice.id('', 8)}"
