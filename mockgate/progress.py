"""How far a session has come: its place in every sequence, and the rules and faults put in front of its scenario's.

What is pushed by hand is asked newest first, until it is used up or removed.
"""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import msgspec

from .complaints import dotted
from .errors import Problem, ScenarioError
from .facts import Facts
from .faults import Strike, Tally, Trap, until_refused
from .rng import Dice
from .scenario import Fault, Rule, Scenario
from .script import Cursors, Found, Script


class PushedRule(NamedTuple):
    """A rule with its own count of answers."""

    id: str
    rule: Rule
    script: Script
    cursors: Cursors


class PushedFault(NamedTuple):
    """A fault with its own count of strikes."""

    id: str
    fault: Fault
    trap: Trap
    tally: Tally


class Pushed:
    """A session's pushed rules and faults."""

    def __init__(self) -> None:
        self.rules: list[PushedRule] = []
        self.faults: list[PushedFault] = []
        self._numbers = count(1)

    def push_rule(self, rule: Rule, scenario: Scenario) -> PushedRule:
        """Put a rule in front of all others.

        Raises ScenarioError when it cannot be compiled, or names a pace that the scenario does not have.
        """
        id = f"rule_{next(self._numbers)}"
        flaws = (flaw for flaw in msgspec.structs.replace(scenario, rules=[rule]).flaws() if flaw.path[0] == "rules")
        problems = [Problem(f"{id}[0].{dotted(flaw.path[2:])}", flaw.message, flaw.suggestion) for flaw in flaws]
        if problems:
            raise ScenarioError(problems)
        pushed = PushedRule(id, rule, Script(scenario, [rule], id), Cursors())
        self.rules.insert(0, pushed)
        return pushed

    def push_fault(self, fault: Fault, seed: int, now: float) -> PushedFault:
        """Put a fault in front of all others.

        Raises ScenarioError when it cannot be compiled.
        """
        id = f"fault_{next(self._numbers)}"
        problems: list[Problem] = []
        trap = Trap(fault, id, seed, problems)
        if problems:
            raise ScenarioError(problems)
        pushed = PushedFault(id, fault, trap, Tally(now))
        self.faults.insert(0, pushed)
        return pushed

    def remove(self, id: str) -> bool:
        """Take a rule or a fault away again; tell whether there was one of this id."""
        before = len(self.rules) + len(self.faults)
        self.rules = [pushed for pushed in self.rules if pushed.id != id]
        self.faults = [pushed for pushed in self.faults if pushed.id != id]
        return len(self.rules) + len(self.faults) < before

    def find(self, facts: Facts, dice: Dice, now: float, fill: Callable[[str], str]) -> Found | None:
        """Return the answer of the first pushed rule that matches and is not used up; else None."""
        for pushed in self.rules:
            found = pushed.script.find(facts, pushed.cursors, dice, now, fill)
            if found is not None:
                return found
        return None

    def strikes(self, facts: Facts, now: float, under_way: int) -> list[Strike]:
        """Return which pushed faults strike a call, and count it."""
        found = (pushed.trap.strike(facts, pushed.tally, now, under_way) for pushed in self.faults)
        return until_refused(found, whole=not facts.prompt.stream)


class Progress:
    """A session's place in its scenario's sequences, and what was pushed. `turns` counts the model calls so far."""

    def __init__(self) -> None:
        self.cursors = Cursors()
        self.pushed = Pushed()
        self.turns = 0

    def begin_anew(self) -> None:
        """Begin every sequence anew; what was pushed stays."""
        self.cursors.reset()
        self.turns = 0
