"""The rules of a scenario in order: the first that matches, and is not used up, answers.

A Script is compiled once and never changes; what has been answered is counted in a session's Cursors.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

from .errors import GatewayError, Problem, ScenarioError
from .facts import Facts
from .replies import Desk, Found, Plan, compile_replies
from .rng import Dice
from .rules import Check, Matcher, compile_when
from .scenario import Rule, Scenario
from .scope import VARIABLES, Scope, Supply
from .synth.fakes import faker
from .synth.language import detect

__all__ = ["Cursors", "Found", "Script", "Verdict"]


class Cursors:
    """How often each rule has answered in a session."""

    __slots__ = ("_answered",)

    def __init__(self) -> None:
        self._answered: dict[int, int] = {}

    def answered(self, rule: int) -> int:
        """Return how often the rule at this place has answered."""
        return self._answered.get(rule, 0)

    def take(self, rule: int) -> int:
        """Count one more answer of a rule, and return which it is, from 1."""
        count = self._answered[rule] = self._answered.get(rule, 0) + 1
        return count

    def reset(self) -> None:
        """Begin every sequence anew."""
        self._answered.clear()


class Verdict(NamedTuple):
    """How a rule fares with a request. `answered` is how often it has answered, where that used it up."""

    label: str
    matches: bool
    answered: int | None
    checks: list[Check]

    @property
    def answers(self) -> bool:
        """Whether the rule could answer: the first of a script that could does."""
        return self.matches and self.answered is None

    @property
    def failed(self) -> list[Check]:
        """The criteria that did not hold."""
        return [check for check in self.checks if not check.held]

    @property
    def share(self) -> float:
        """How much of what the rule asks held, from 0 to 1."""
        return 1 - len(self.failed) / len(self.checks) if self.checks else 1.0

    def __str__(self) -> str:
        reasons = [str(check) for check in self.failed] if not self.matches else []
        if self.answered is not None:
            reasons.append(f"used up: it has answered {self.answered} time{'s' * (self.answered > 1)}")
        return f"{self.label}: {'; '.join(reasons) or 'it matches'}"


class _Entry:
    """One rule, compiled."""

    def __init__(self, index: int, rule: Rule, problems: list[Problem], rules: str = "rules") -> None:
        path = f"{rules}[{index}]"
        self.index = index
        self.matcher: Matcher = compile_when(rule.when, f"{path}.when", problems)
        for name in sorted(self.matcher.names & VARIABLES.keys()):
            clash = f"captures a group named {name}, which is a variable of templates already"
            problems.append(Problem(f"{path}.when", clash, "Choose another name."))
        desk = Desk(rule, path, self.matcher.names, problems)
        self.label = desk.label
        self.plans = compile_replies(desk, path)
        ends = len(self.plans) if rule.at_end == "pass" and rule.replies else None
        self.limit = min((bound for bound in (rule.times, ends) if bound is not None), default=None)
        self._starts_over = rule.at_end == "start_over"
        drawn = any(plan.weight is not None for plan in self.plans)
        weights = [1.0 if plan.weight is None else plan.weight for plan in self.plans]
        self._weights = list(accumulate(weights)) if drawn else None

    def used_up(self, cursors: Cursors) -> bool:
        """Tell whether the rule has answered as often as it may."""
        return self.limit is not None and cursors.answered(self.index) >= self.limit

    def plan(self, count: int, seed: int) -> Plan:
        """Return the reply that is due at the answer of this number, from 1."""
        plans = self.plans
        if self._weights is not None:
            point = Dice(seed, "reply", self.index, count).number / 2**64
            return plans[min(bisect(self._weights, point * self._weights[-1]), len(plans) - 1)]
        return plans[(count - 1) % len(plans) if self._starts_over else min(count, len(plans)) - 1]

    def judge(self, facts: Facts, cursors: Cursors) -> Verdict:
        """Say how the rule fares, without counting anything."""
        answered = cursors.answered(self.index) if self.used_up(cursors) else None
        matches = self.matcher.match(facts) is not None
        return Verdict(self.label, matches, answered, self.matcher.explain(facts))


def problems_of(index: int, rule: Rule) -> list[Problem]:
    """Return what compiling the rule at that place finds wrong with it."""
    problems: list[Problem] = []
    _Entry(index, rule, problems)
    return problems


class Script:
    """A scenario's rules, compiled; or other `rules` that stand at `path`, under its seed and language.

    Raises ScenarioError with every problem of every rule.
    """

    def __init__(self, scenario: Scenario, rules: Sequence[Rule] | None = None, path: str = "rules") -> None:
        problems: list[Problem] = []
        asked = scenario.rules if rules is None else rules
        self._seed = scenario.seed
        self._language = scenario.language
        self._entries = [_Entry(index, rule, problems, path) for index, rule in enumerate(asked)]
        self._matches = tuple((entry.matcher.match, entry) for entry in self._entries)
        if problems:
            raise ScenarioError(problems)

    @property
    def labels(self) -> list[str]:
        """The rules' names, in order: `rules[2]`, or `rules[2] "name"`."""
        return [entry.label for entry in self._entries]

    def find(self, facts: Facts, cursors: Cursors, dice: Dice, now: float, fill: Callable[[str], str]) -> Found | None:
        """Return the answer of the first rule that matches and is not used up, and count it; else None.

        `now` is the moment on the session's clock, in seconds since the epoch; `fill(name)` makes
        the arguments of a call that gives none. A template that fails is an answer too: its `error` says why.
        """
        for match, entry in self._matches:
            captures = match(facts)
            if captures is None or entry.used_up(cursors):
                continue
            count = cursors.take(entry.index)
            plan = entry.plan(count, self._seed)
            if plan.found is not None:
                return plan.found
            supply = Supply(dice.fork("script", entry.index), now, fill, partial(self._fake, facts, dice))
            scope = Scope(facts, captures, count, entry.matcher.result(facts), supply)
            try:
                return plan.make(scope)
            except GatewayError as problem:
                return Found(label=entry.label, error=problem)
        return None

    def explain(self, facts: Facts, cursors: Cursors) -> list[Verdict]:
        """Return how every rule fares, in order; nothing is counted."""
        return [entry.judge(facts, cursors) for entry in self._entries]

    def nearest(self, facts: Facts, cursors: Cursors) -> list[Verdict]:
        """Return the three rules that came closest to answering but did not, the closest first."""
        missed = [verdict for verdict in self.explain(facts, cursors) if not verdict.answers]
        return sorted(missed, key=lambda verdict: -verdict.share)[:3]

    def _fake(self, facts: Facts, dice: Dice) -> Any:
        return faker(dice.fork("fake"), self._language or detect(facts.question))
