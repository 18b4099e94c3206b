"""Which way a job goes: the first of a scenario's specs that matches decides, else its kind's usual states."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from .afterwards import STATES, JobSpec
from .errors import Problem
from .facts import Facts
from .jobs import Step
from .rng import Dice
from .rules import Matcher, compile_when


class Way(NamedTuple):
    """The steps of a job, and how it fails, if it does: a code and a message."""

    steps: tuple[Step, ...]
    problem: tuple[str, str] | None


S = TypeVar("S", bound=JobSpec)


class Timetable(Generic[S]):
    """The specs for one kind of job, compiled; what is wrong with them is added to `problems`."""

    def __init__(self, kind: str, specs: Sequence[S], path: str, problems: list[Problem]) -> None:
        self._kind = kind
        self._specs: list[tuple[Matcher, S]] = [
            (compile_when(spec.when, f"{path}[{at}].when", problems), spec) for at, spec in enumerate(specs)
        ]

    def spec(self, facts: Facts) -> S | None:
        """Return the spec for a job that these facts asked for, if the scenario has one."""
        return next((spec for matcher, spec in self._specs if matcher.match(facts) is not None), None)

    def way(self, facts: Facts, dice: Dice) -> Way:
        """Return the way of a job that these facts asked for."""
        spec = self.spec(facts) or JobSpec()
        return Way(self._steps(spec), _problem(spec, dice))

    def _steps(self, spec: JobSpec) -> tuple[Step, ...]:
        if spec.by_hand:
            return tuple(Step(state, None) for state in STATES[self._kind])
        if spec.looks is not None:
            return tuple(Step(state, None, spec.looks) for state in STATES[self._kind])
        return tuple(Step(state, float(spec.states.get(state, lasts))) for state, lasts in STATES[self._kind].items())


def _problem(spec: JobSpec, dice: Dice) -> tuple[str, str] | None:
    if spec.fail is None:
        return None
    struck = spec.fail.chance is None or dice.fork("fails").random.random() < spec.fail.chance
    return (spec.fail.code, spec.fail.message) if struck else None
