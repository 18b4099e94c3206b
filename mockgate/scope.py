"""What a template may name: VARIABLES, read off the request, the rule and what the caller lends.

Each is worked out only when a template names it.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from .facts import Facts, Spoken
from .rng import Dice


class Supply(NamedTuple):
    """What is lent to one answer: chance, the moment (seconds since the epoch), and two makers.

    `fill(name)` makes arguments for that tool; `fake()` gives the Faker of the prompt's language.
    """

    dice: Dice
    now: float
    fill: Callable[[str], str]
    fake: Callable[[], Any]


class Scope:
    """One answer under way: who asked what, which answer of its rule this is, and what it may draw on.

    `result` is the tool result that is answered, if one is.
    """

    def __init__(
        self, facts: Facts, captures: Mapping[str, str], count: int, result: Spoken | None, supply: Supply
    ) -> None:
        self.facts = facts
        self.captures = captures
        self.count = count
        self.result = result
        self.supply = supply

    def pick(self, names: frozenset[str]) -> dict[str, Any]:
        """Return those of the names that have a value here."""
        picked = {name: VARIABLES[name](self) for name in names & VARIABLES.keys()}
        if self.result is None:
            picked.pop("tool", None)
        return picked | {name: self.captures[name] for name in names & self.captures.keys()}

    @cached_property
    def fake(self) -> Any:
        """The Faker of this answer: what one template draws, the next does not draw again."""
        return self.supply.fake()


def _captures(scope: Scope) -> dict[str | int, str]:
    return {int(name) if name.isdecimal() else name: words for name, words in scope.captures.items()}


def _tool(scope: Scope) -> dict[str, Any]:
    words = scope.result.raw if scope.result else ""
    parsed = _parsed(words)
    return parsed if isinstance(parsed, dict) else {"text": words}


def _results(scope: Scope) -> list[dict[str, Any]]:
    found = scope.facts.results or scope.facts.all_results
    return [{"tool": each.tool, "text": each.raw, "json": _parsed(each.raw)} for each in found]


def _parsed(words: str) -> Any:
    try:
        return msgspec.json.decode(words)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # a result may be any words
        return None


#: Every variable of a template, but for the captures themselves.
VARIABLES: Mapping[str, Callable[[Scope], Any]] = {
    "user": lambda scope: scope.facts.question,
    "captures": _captures,
    "tool": _tool,
    "tool_name": lambda scope: scope.result.tool if scope.result else "",
    "results": _results,
    "model": lambda scope: scope.facts.prompt.model,
    "request": lambda scope: scope.facts.call.json(),
    "tools": lambda scope: [tool.name for tool in scope.facts.prompt.tools],
    "n": lambda scope: scope.count,
    "call": lambda scope: scope.facts.number,
    "key": lambda scope: scope.facts.key,
    "headers": lambda scope: scope.facts.call.headers,
    "now": lambda scope: scope.supply.now,
    "fake": lambda scope: scope.fake,
}
