"""What goes wrong: which fault strikes which call. What a fault then does to the answer is its deed's.

A fault either refuses (before there is an answer) or bends the answer; it never waits, and it knows no dialect.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate

import msgspec

from .breakage import PRESETS, Fault, Faults, Incident, each
from .deeds import Deed, deed_of
from .errors import GatewayError, Problem
from .facts import Facts
from .loader import fixtures_dir, read
from .reading import Section, convert
from .refusals import refusal_of
from .rng import Dice
from .rules import compile_when
from .scenario import Scenario
from .wire import Answer, Sse


class Strike(msgspec.Struct, frozen=True):
    """A fault that strikes one call. `label` names it: `faults[2]`, or `faults[2] "name"`."""

    label: str
    fault: Fault

    @property
    def deed(self) -> Deed | None:
        """What it does to an answer; None where it refuses instead."""
        return deed_of(self.fault)

    @property
    def truncates(self) -> bool:
        """Whether the client gets less than the whole answer, if it is long enough to reach the fault's place."""
        deed = self.deed
        return deed is not None and deed.truncates

    def refuses(self, *, whole: bool = False) -> bool:
        """Tell whether there is no answer but an error.

        `whole`: the answer is no stream, and has no middle that an error could come in.
        """
        return self.fault.error is not None and (whole or self.fault.after is None)

    def refusal(self, *, whole: bool = False) -> GatewayError | None:
        """Return what is answered instead, where the fault refuses."""
        return refusal_of(self.fault, self.label) if self.refuses(whole=whole) else None

    def bend(self, answer: Answer) -> Answer:
        """Return the answer as the fault leaves it."""
        deed = self.deed
        return answer if deed is None else deed.bend(answer)


def by_hand(label: str, fault: Fault) -> Strike:
    """Make a strike of a fault that was chosen already: a trigger, or money that ends."""
    return Strike(label, fault)


def refuse(strikes: Iterable[Strike], *, whole: bool = False) -> None:
    """Raise what the first strike that refuses says. `whole`: the answer is to be no stream.

    Raises GatewayError.
    """
    for strike in strikes:
        error = strike.refusal(whole=whole)
        if error is not None:
            raise error


def until_refused(found: Iterable[Strike | None], *, whole: bool) -> list[Strike]:
    """Return what strikes, up to the first strike that refuses: no fault after it sees the call."""
    strikes: list[Strike] = []
    for strike in found:
        if strike is not None:
            strikes.append(strike)
            if strike.refuses(whole=whole):
                break
    return strikes


def bend(answer: Answer, strikes: Iterable[Strike], request_id: str = "") -> Answer:
    """Return the answer to the request of that id as all strikes leave it, each deed in its turn."""
    if isinstance(answer, Sse):
        answer.request_id = request_id
    for deed in sorted((deed for strike in strikes if (deed := strike.deed)), key=lambda deed: deed.turn):
        answer = deed.bend(answer)
    return answer


class _Count:
    """How many calls a fault matched and struck since a moment, and struck before it."""

    __slots__ = ("before", "matched", "since", "struck")

    def __init__(self, since: float, before: int) -> None:
        self.since = since
        self.before = before
        self.matched = self.struck = 0


class Tally:
    """What a session has counted for its faults: since when, how many calls matched each, how many were struck."""

    def __init__(self, began: float) -> None:
        self.began = began
        self._counts: dict[str, _Count] = {}

    def struck(self, label: str) -> int:
        """Return how many calls the fault of this label has struck."""
        count = self._counts.get(label)
        return 0 if count is None else count.before + count.struck

    def count(self, label: str, since: float) -> _Count:
        """Return the counts of a fault, which begin anew with every moment that they are to begin at."""
        count = self._counts.get(label)
        if count is None or count.since != since:
            count = self._counts[label] = _Count(since, self.struck(label))
        return count


class Trap:
    """One fault, compiled: it tells which calls it strikes.

    `place` names it where its `path` does not say enough. What is wrong with its `when` is added to `problems`.
    """

    def __init__(self, fault: Fault, path: str, seed: int, problems: list[Problem], place: str = "") -> None:
        self.fault = fault
        self._place = place or path
        self.label = self._place if fault.name is None else f'{self._place} "{fault.name}"'
        self._seed = seed
        self._matcher = compile_when(fault.when, f"{path}.when", problems)

    def strike(
        self, facts: Facts, tally: Tally, now: float, under_way: int, since: float | None = None
    ) -> Strike | None:
        """Return the strike if this call is struck, and count it.

        What it counts and when it begins is seen from `since`, a moment: by default the one the tally began at.
        """
        fault, since = self.fault, tally.began if since is None else since
        if not self._is_on(_seconds(since, now)) or under_way < (fault.load or 0) or self._matcher.match(facts) is None:
            return None
        count = tally.count(self.label, since)
        count.matched += 1
        spent = fault.times is not None and count.struck >= fault.times
        if spent or not self._chosen(count.matched, _seconds(tally.began, since)):
            return None
        count.struck += 1
        return Strike(self.label, fault)

    def _is_on(self, elapsed: float) -> bool:
        begins = self.fault.begins or 0.0
        return begins <= elapsed and (self.fault.lasts is None or elapsed < round(begins + self.fault.lasts, 6))

    def _chosen(self, number: int, began: float) -> bool:
        """Tell whether the call of this number is struck, of those that match since so many seconds."""
        fault = self.fault
        if (fault.first is not None and number > fault.first) or number % (fault.every or 1):
            return False
        if fault.chance is None:
            return True
        draw = Dice(self._seed, "fault", self._place, str(began), number).number
        return draw < fault.chance * 2**64


def _seconds(since: float, now: float) -> float:
    """Return the time between two moments; it is exact to the microsecond, as moments since 1970 are."""
    return max(0.0, round(now - since, 6))


#: A fault that may strike now, and the moment its counts begin at.
_Set = tuple[Trap, float]


class _Timeline:
    """An incident, compiled: the faults of each phase, and when it ends, in seconds."""

    def __init__(self, incident: Incident, seed: int, problems: list[Problem]) -> None:
        self.phases = [
            list(
                _compiled(
                    phase.faults, (f"incident.phases[{at}].faults", f'incident "{phase.phase}" faults'), seed, problems
                )
            )
            for at, phase in enumerate(incident.phases)
        ]
        self._ends = list(accumulate(phase.lasts for phase in incident.phases if phase.lasts is not None))
        self._repeats = incident.repeat

    def now(self, began: float, now: float) -> Iterator[_Set]:
        """Yield the faults of the phase that it is, of an incident that began at a moment."""
        elapsed = _seconds(began, now)
        if self._repeats:
            rounds, elapsed = divmod(elapsed, self._ends[-1])
            began += rounds * self._ends[-1]
        at = bisect(self._ends, elapsed)
        if at < len(self.phases):
            since = began + (self._ends[at - 1] if at else 0.0)
            yield from ((trap, since) for trap in self.phases[at])


class Traps:
    """The faults and the incident of a scenario, compiled."""

    def __init__(self, scenario: Scenario, problems: list[Problem]) -> None:
        seed, incident = scenario.seed, scenario.incident
        self._always = list(_compiled(scenario.faults, ("faults", "faults"), seed, problems))
        self._timeline = None if incident is None else _Timeline(incident, seed, problems)
        phases = self._timeline.phases if self._timeline is not None else []
        self.labels = [trap.label for traps in (self._always, *phases) for trap in traps]

    def strikes(self, facts: Facts, tally: Tally, now: float, under_way: int) -> list[Strike]:
        """Return what strikes a call, in the order written, and count it."""
        if not self.labels:
            return []
        found = (trap.strike(facts, tally, now, under_way, since) for trap, since in self._set(tally.began, now))
        return until_refused(found, whole=not facts.prompt.stream)

    def _set(self, began: float, now: float) -> Iterator[_Set]:
        yield from ((trap, began) for trap in self._always)
        if self._timeline is not None:
            yield from self._timeline.now(began, now)


def _compiled(faults: Faults, named: tuple[str, str], seed: int, problems: list[Problem]) -> Iterator[Trap]:
    """Compile faults as they are written; `named` is their path, and what their labels begin with."""
    for at, fault in enumerate(each(faults)):
        path, place = (f"{name}[{at}]" if isinstance(faults, list) else name for name in named)
        if isinstance(fault, Fault):
            yield Trap(fault, path, seed, problems, place)
        else:
            for number, one in enumerate(preset(fault)):
                yield Trap(one, path, seed, problems, f"{place} {fault}[{number}]")


class _Preset(Section, frozen=True):
    """A file of faults that one word stands for."""

    faults: list[Fault]


def preset(name: str) -> list[Fault]:
    """Return the faults of a preset.

    Raises KeyError for one that there is not.
    """
    if name not in PRESETS:
        raise KeyError(name)
    return list(_read_preset(name).faults)


@cache
def _read_preset(name: str) -> _Preset:
    return convert(read(fixtures_dir() / "faults" / f"{name}.yaml"), _Preset)
