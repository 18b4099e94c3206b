"""A program's hand on one session: what it shall answer, what it was asked, and whether that was right.

All of it is done where the gateway lives, whichever thread it is asked from.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from .. import breakage, faults, layers
from ..coverage import Coverage, coverage
from ..errors import Problem, ScenarioError
from ..gateway import Gateway
from ..reading import convert, did_you_mean
from ..scenario import Fault, Rule, Scenario, Section
from ..session import Session
from ..turn import Usage
from ..units import Money, Seconds
from ..verdict import Verdict, judge
from ..verification import Verification, verify
from . import boot

S = TypeVar("S", bound=Section)
T = TypeVar("T")


class Host(Protocol):
    """Whoever has the gateway."""

    def load(self, scenario: boot.Source) -> Scenario:
        """Read a scenario for it. Raises ScenarioError."""

    def on_gateway(self, act: Callable[[Gateway], T]) -> T:
        """Do something with it on its own thread."""


class EmbeddedClock:
    """A session's clock, safe to use from any thread. Times are seconds since the epoch."""

    def __init__(self, host: Host, session: str) -> None:
        self._host = host
        self._session = session

    def _do(self, act: Callable[[Any], T]) -> T:
        return self._host.on_gateway(lambda gateway: act(gateway.session(self._session).clock))

    def now(self) -> float:
        """Return the moment the clock shows."""
        return self._do(lambda clock: float(clock.now()))

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self._do(lambda clock: clock.freeze())

    def advance(self, by: float | str) -> None:
        """Jump ahead by seconds, or by a duration such as "90s"; everything that falls due on the way happens now.

        Raises ValueError for a negative jump, and for what is no duration.
        """
        seconds = Seconds.read(by) if isinstance(by, str) else by
        self._do(lambda clock: clock.advance(seconds))

    def set_speed(self, speed: float) -> None:
        """Run at another speed: 1 with the wall, 0 frozen. Raises ValueError for a negative one."""
        self._do(lambda clock: clock.set_speed(speed))


class Staged:
    """What was put in front of a session's scenario. As a `with` block it is taken away at the end."""

    def __init__(self, handle: "EmbeddedSession", ids: list[str]) -> None:
        self._handle = handle
        self.ids = ids

    def remove(self) -> None:
        """Take it away; harmless when it is gone already."""
        self._handle.with_session(lambda session: [session.progress.pushed.remove(id) for id in self.ids])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


class EmbeddedSession:
    """One session of a server: requests join it by its `headers`."""

    def __init__(self, host: Host, name: str) -> None:
        self._host = host
        self.name = name
        self.clock = EmbeddedClock(host, name)
        self.headers = {"X-Mockgate-Session": name}

    def with_session(self, act: Callable[[Session], T]) -> T:
        """Do something with the session itself, on the server's own thread, and return what it returns."""
        return self._host.on_gateway(lambda gateway: act(gateway.session(self.name)))

    # What it shall answer.

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self.with_session(lambda session: session.policy.scenario)

    def replace(self, scenario: boot.Source) -> None:
        """Answer by a scenario of this session's own from now on; every sequence begins anew.

        Raises ScenarioError, with nothing changed, when it is wrong.
        """
        loaded = self._host.load(scenario)
        self._host.on_gateway(lambda gateway: gateway.replace(loaded, self.name))

    def reply(
        self, *replies: Any, when: Mapping[str, Any] | None = None, times: int | None = None, **keys: Any
    ) -> Staged:
        """Answer so from now on, before any rule of the scenario; several replies are given one after the other.

        Each is what a rule's `reply` may be: text, a mapping, a list of parts. `keys` are a rule's other keys. Raises
        ScenarioError.
        """
        said = {"reply": replies[0]} if len(replies) == 1 else {"replies": replies}
        rule = _read({**said, "when": when, "times": times, **keys}, Rule)
        return self._stage(lambda session: [session.progress.pushed.push_rule(rule, session.policy.scenario).id])

    def fail(
        self,
        status: int,
        *,
        when: Mapping[str, Any] | None = None,
        times: int | None = None,
        message: str | None = None,
        retry_after: float | str | None = None,
        **keys: Any,
    ) -> Staged:
        """Refuse with this status from now on. `keys` are a fault's other keys. Raises ScenarioError."""
        said = {"when": when, "times": times, "message": message, "retry_after": retry_after}
        return self.fault(error=status, **said, **keys)

    def fault(self, what: str | Mapping[str, Any] | None = None, /, **keys: Any) -> Staged:
        """Let something go wrong from now on: a fault by its keys, a deed (`do`) by its name, or a preset.

        Raises ScenarioError.
        """
        found = _faults(what, keys)

        def push(session: Session) -> list[str]:
            seed, now = session.policy.scenario.seed, session.clock.now()
            return [session.progress.pushed.push_fault(fault, seed, now).id for fault in reversed(found)]

        return self._stage(push)

    def _stage(self, push: Callable[[Session], list[str]]) -> Staged:
        return Staged(self, self.with_session(push))

    def top_up(self, amount: float | str, key: str | None = None) -> None:
        """Add dollars, such as 5 or "$5.00", to a key's balance; by default to that of the session's own key.

        Raises ValueError for what is no amount.
        """
        dollars = Decimal(repr(float(Money.read(amount))))

        def add(session: Session) -> None:
            caller = session.policy.keyring.find(session.key if key is None else key)
            session.wallet.account(caller, session.policy.prices).move("top_up", dollars, session.clock.now())

        self.with_session(add)

    def reset(self) -> None:
        """Forget everything but the scenario: what was asked, counted, kept and staged, and the clock."""
        self._host.on_gateway(lambda gateway: gateway.reset(self.name))

    # What it was asked.

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked and answered so far, oldest first."""
        return self.with_session(lambda session: [exchange.describe() for exchange in session.journal])

    @property
    def usage(self) -> Usage:
        """The tokens of all answers so far."""

        def read(session: Session) -> Usage:
            totals = session.totals
            return Usage(totals.input, totals.output, totals.cached, totals.reasoning)

        return self.with_session(read)

    @property
    def cost(self) -> float:
        """What all answers so far cost, in dollars."""
        return self.with_session(lambda session: float(session.totals.cost))

    def balance(self, key: str | None = None) -> float | None:
        """Return what a key has left, in dollars (None: no end of it); by default the session's own key."""

        def left(session: Session) -> Decimal | None:
            caller = session.policy.keyring.find(session.key if key is None else key)
            return session.wallet.account(caller, session.policy.prices).balance

        found = self.with_session(left)
        return None if found is None else float(found)

    # Whether that was right.

    def coverage(self) -> Coverage:
        """Return which rules, faults and endpoints were used, and which requests no rule matched."""
        return self._host.on_gateway(lambda gateway: coverage(gateway.session(self.name)))

    def verdict(self) -> Verdict:
        """Judge how the client has behaved so far."""
        return self.with_session(lambda session: judge(session.journal))

    def assert_called(
        self, times: int | None = None, *, at_least: int | None = None, at_most: int | None = None, **pattern: Any
    ) -> None:
        """Assert how many requests fit a pattern; without a number, that one does.

        `pattern` takes the keys of a `when` and those of a verification, such as `status`, `endpoint`, `rule`. Raises
        AssertionError, and ScenarioError for a pattern that is none.
        """
        __tracebackhide__ = True
        counts = {"exactly": times, "at_least": at_least, "at_most": at_most}
        wanted = _read({**counts, **_sorted_out(pattern)}, Verification)
        found = self.with_session(lambda session: verify(session.journal, wanted))
        if not found.ok:
            raise AssertionError(found.message)

    def assert_all_matched(self) -> None:
        """Assert that a rule answered every request. Raises AssertionError with the rules that came closest."""
        __tracebackhide__ = True
        missed = self.coverage().unmatched
        if missed:
            raise AssertionError("\n".join(["no rule matched:", *(f"  {miss}" for miss in missed)]))

    def assert_all_rules_used(self) -> None:
        """Assert that every rule of the scenario has answered. Raises AssertionError."""
        __tracebackhide__ = True
        found = self.coverage()
        if found.unused_rules:
            missed = (f"  matched no rule: {miss}" for miss in found.unmatched)
            raise AssertionError("\n".join([f"never used: {', '.join(found.unused_rules)}", *missed]))

    def assert_resilient(self, *, but: str | Sequence[str] = ()) -> None:
        """Assert that the client behaved. `but` names kinds of findings that may be.

        Raises AssertionError, and ValueError for a kind that there is not.
        """
        __tracebackhide__ = True
        found = self.verdict().but(*([but] if isinstance(but, str) else but))
        if not found.ok:
            raise AssertionError(str(found))


def _read(written: Mapping[str, Any], kind: type[S]) -> S:
    """Read what a scenario would say so; what is None was not said.

    Raises ScenarioError.
    """
    return convert(layers.of_values({key: value for key, value in written.items() if value is not None}), kind)


def _faults(what: str | Mapping[str, Any] | None, keys: Mapping[str, Any]) -> list[Fault]:
    """Return the faults that are meant.

    Raises ScenarioError.
    """
    if not isinstance(what, str):
        return [_read({**(what or {}), **keys}, Fault)]
    if what in breakage.DOES:
        return [_read({"do": what, **keys}, Fault)]
    if what in breakage.PRESETS and not keys:
        return faults.preset(what)
    if what in breakage.PRESETS:
        given = ", ".join(keys)
        raise ScenarioError([Problem("", f"{what} is a whole preset: {given} cannot be given", "Leave it as it is.")])
    known = [*breakage.DOES, *breakage.PRESETS]
    near = did_you_mean(what, known) or f"There are {', '.join(known)}."
    raise ScenarioError([Problem("", f'there is no fault "{what}"', near)])


_BESIDE_WHEN = frozenset(Verification.__struct_fields__)


def _sorted_out(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what is asked of a request's `when` from what is asked of its head and its answer."""
    beside = {key: value for key, value in pattern.items() if key in _BESIDE_WHEN}
    when = {key: value for key, value in pattern.items() if key not in _BESIDE_WHEN}
    return {**beside, "when": {**beside.get("when", {}), **when}}
