"""`mockgate gauntlet`: a command is run once with nothing wrong, then once for each fault of a list.

The list is `fixtures/gauntlet.yaml`. Processes live in real time: whatever the scenario's clock, it runs with the wall.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal

import msgspec

from ..breakage import Fault
from ..errors import Problem, ScenarioError
from ..loader import fixtures_dir, read
from ..reading import Section, convert, did_you_mean
from ..scalars import UNPRINTABLE
from ..session import Session
from ..units import Share
from ..verdict import Finding, judge
from . import boot
from .embedded import Mockgate
from .running import Ran, run_within

#: More than so many times the requests of a run with nothing wrong are a retry storm.
STORM = 10

Result = Literal["survived", "failed cleanly", "hung", "retry storm", "not reached"]

#: What no program should do, whatever goes wrong.
BAD: tuple[Result, ...] = ("hung", "retry storm")


class Trial(Section, frozen=True):
    """One run of the command: its name, what is tested, and the fault (none: nothing is wrong).

    `lasts` is how long the fault takes, as a share of the time that the command has.
    """

    name: str
    tests: str
    fault: Fault | None = None
    lasts: Share | None = None

    def within(self, timeout: float) -> Fault | None:
        """Return the fault for a command that has so many seconds."""
        if self.fault is None or self.lasts is None:
            return self.fault
        return msgspec.structs.replace(self.fault, by=self.lasts * timeout)


class _Trials(Section, frozen=True):
    """The file of all trials."""

    trials: list[Trial]


HEALTHY = Trial("healthy", "it does its work when nothing is wrong")


@cache
def trials() -> tuple[Trial, ...]:
    """Return all trials, but for the first one, in which nothing is wrong."""
    return tuple(convert(read(fixtures_dir() / "gauntlet.yaml"), _Trials).trials)


def chosen(only: Sequence[str], skip: Sequence[str]) -> list[Trial]:
    """Return the trials of these names (none: all), but for those to skip.

    Raises ScenarioError for a name that there is not.
    """
    names = [trial.name for trial in trials()]
    unknown = [name for name in (*only, *skip) if name not in names]
    if unknown:
        problems = (Problem("", f'there is no trial "{name}"', _meant(name, names)) for name in unknown)
        raise ScenarioError(list(problems))
    return [trial for trial in trials() if (not only or trial.name in only) and trial.name not in skip]


def _meant(name: str, names: list[str]) -> str:
    return did_you_mean(name, names) or f"There are {', '.join(names)}."


class Outcome(msgspec.Struct, frozen=True):
    """How a trial went: how the command ended, what it asked, and what the judge of its requests found."""

    trial: Trial
    result: Result
    ran: Ran
    requests: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the command did what it should where nothing is wrong."""
        return self.result == "survived"

    def fails(self, *, strict: bool = False) -> bool:
        """Tell whether it counts against the command: with nothing wrong, and where it is `strict`, it must survive."""
        if self.trial is HEALTHY:
            return not self.ok
        return self.result in BAD or (strict and self.result == "failed cleanly")

    @property
    def note(self) -> str:
        """How the command ended where that was no success, and the last line that it printed."""
        code = self.ran.code
        if not code:
            return ""
        how = f"signal {code - 128}" if code > 128 else f"exit code {code}"
        lines = self.ran.output.split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f"{how}: {UNPRINTABLE.sub('?', last)[:200]}" if last else how


class Gauntlet(msgspec.Struct, frozen=True):
    """What is run (`command`), beside which `scenario`, and how many seconds each run has."""

    scenario: boot.Source
    command: Sequence[str]
    timeout: float

    def run(self, chosen: Iterable[Trial]) -> Iterator[Outcome]:
        """Run the command with nothing wrong, and if it does its work then, once for each trial.

        Raises ScenarioError, and CommandError for a command that cannot be started.
        """
        healthy = self._try(HEALTHY, 0)
        yield healthy
        if healthy.ok:
            yield from (self._try(trial, healthy.requests) for trial in chosen)

    def _try(self, trial: Trial, usual: int) -> Outcome:
        fault = trial.within(self.timeout)
        with Mockgate(self.scenario, pace="instant") as gateway:
            gateway.clock.set_speed(1)
            if fault is not None:
                gateway.with_session(lambda session: _push(session, fault))
            env = {**gateway.env, "PYTHONUNBUFFERED": "1"}
            ran = run_within(
                self.command, env, self.timeout, lambda: gateway.with_session(lambda session: _storms(session, usual))
            )
            return gateway.with_session(lambda session: _outcome(trial, ran, session, usual))


def _push(session: Session, fault: Fault) -> None:
    session.progress.pushed.push_fault(fault, session.policy.scenario.seed, session.clock.now())


def _asked(session: Session) -> int:
    return sum(session.totals.calls.values())


def _storms(session: Session, usual: int) -> bool:
    return bool(usual) and _asked(session) > STORM * usual


def _outcome(trial: Trial, ran: Ran, session: Session, usual: int) -> Outcome:
    findings = judge(session.journal).findings
    asked = _asked(session)
    pushed = session.progress.pushed.faults
    reached = all(fault.tally.struck(fault.trap.label) for fault in pushed) and asked > 0
    stormed = any(found.kind == "retry_storm" for found in findings) or _storms(session, usual)
    return Outcome(trial, _result(ran, reached=reached, stormed=stormed), ran, asked, findings)


def _result(ran: Ran, *, reached: bool, stormed: bool) -> Result:
    if stormed:
        return "retry storm"
    if ran.code is None:
        return "hung"
    if not reached:
        return "not reached"
    return "failed cleanly" if ran.code else "survived"
