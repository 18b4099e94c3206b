"""What was asked, looked up and asserted: which requests fit a pattern, how many should have, in which order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, NamedTuple

import msgspec

from .criteria import Check, alternatives, listed, quoted
from .errors import Problem, ScenarioError
from .facts import Facts
from .journal import Exchange
from .keys import key_id
from .reading import Flaw, Section
from .rules import Matcher, compile_when
from .sections import Glob, When
from .turn import Prompt

Number = Annotated[int, msgspec.Meta(ge=0)]
Status = Annotated[int, msgspec.Meta(ge=100, le=599)]

_CLOSEST = 3  # requests that a message names, where none or too few fit


class Filter(Section, frozen=True):
    """Which requests are meant. Every key given must hold; of a list, any may.

    `key` is a caller's key or the id that stands for it, `rule` a rule's name or place or the default that answered.
    `since` leaves out the requests up to that number, `errors` tells apart those that were refused.
    """

    method: Glob | list[Glob] | None = None
    path: Glob | list[Glob] | None = None
    endpoint: Glob | list[Glob] | None = None
    model: Glob | list[Glob] | None = None
    status: Status | list[Status] | None = None
    key: str | None = None
    rule: str | list[str] | None = None
    errors: bool | None = None
    since: Number | None = None


class Pattern(Filter, frozen=True):
    """Requests told by what they ask, too: `when` is what a rule's is."""

    when: When = When()


class Verification(Pattern, frozen=True):
    """How many requests should fit: `exactly`, `at_least` and `at_most` so many, or `never` one; else at least one.

    `in_order`: some requests fit these patterns, one after the other, whatever came in between.
    """

    exactly: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    never: bool = False
    in_order: list[Pattern] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find counts that contradict each other."""
        counts = [name for name in ("exactly", "at_least", "at_most") if getattr(self, name) is not None]
        ways = [
            *(["exactly"] if self.exactly is not None else []),
            *(["at_least and at_most"] if {"at_least", "at_most"} & {*counts} else []),
            *(["never"] if self.never else []),
            *(["in_order"] if self.in_order is not None else []),
        ]
        if len(ways) > 1:
            yield Flaw((), f"asks for {' and '.join(ways)} at once", "Ask for one of them.")
        if self.in_order == []:
            yield Flaw(("in_order",), "is an empty list", "Give at least one pattern.")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield Flaw((), f"asks for at least {self.at_least} and at most {self.at_most}", "Swap the two.")


class Verified(msgspec.Struct, frozen=True):
    """Whether it was so, in words that a failing test can print, and the numbers of the requests that fit."""

    ok: bool
    message: str
    requests: tuple[int, ...] = ()


def select(exchanges: Iterable[Exchange], wanted: Filter) -> list[Exchange]:
    """Return the requests that are meant, in order."""
    tests = _tests(wanted)
    found = [exchange for exchange in exchanges if all(test.holds(exchange) for test in tests)]
    return sorted(found, key=lambda exchange: exchange.number)


def verify(exchanges: Iterable[Exchange], verification: Verification) -> Verified:
    """Check how many requests fit.

    Raises ScenarioError when a `when` cannot be compiled.
    """
    asked = _read(exchanges)
    if verification.in_order is not None:
        return _in_order(asked, verification, verification.in_order)
    seeker = _Seeker(verification, "")
    matched = [each for each in asked if seeker.fits(each)]
    least, most = _bounds(verification)
    numbers = _numbers(matched)
    found = f"{_requests(len(matched))} of {len(asked)} fit{'s' * (len(matched) == 1)}"
    if least <= len(matched) <= most:
        return Verified(ok=True, message=found, requests=numbers)
    lines = [f"expected {_count(verification)} with {seeker}, but {found}:"]
    lines += [f"  {each} fits" for each in matched[:_CLOSEST]]
    lines += seeker.closest(asked) if len(matched) < least else []
    return Verified(ok=False, message="\n".join(lines).removesuffix(":"), requests=numbers)


# What is known of a request.


class _Asked(NamedTuple):
    """A request, and what a `when` can ask about it."""

    exchange: Exchange
    facts: Facts

    def __str__(self) -> str:
        exchange = self.exchange
        said = f" {quoted(self.facts.question)}" if self.facts.prompt.messages else ""
        answered = f"answered with {exchange.status}" if exchange.status else "not answered yet"
        return f"request {exchange.number}, {exchange.call.method} {exchange.call.path}{said}, {answered},"


def facts_of(exchange: Exchange, number: int = 1) -> Facts:
    """Return what a `when` can ask about a request; of one refused before it was read, little more than its head."""
    prompt = exchange.prompt or Prompt(exchange.family, exchange.model, ())
    return Facts(prompt, exchange.call, exchange.key, number)


def _read(exchanges: Iterable[Exchange]) -> list[_Asked]:
    asked, calls = [], 0
    for exchange in sorted(exchanges, key=lambda exchange: exchange.number):
        calls += exchange.turn is not None or bool(exchange.rule)
        asked.append(_Asked(exchange, facts_of(exchange, max(1, calls))))
    return asked


class _Test(NamedTuple):
    """One key of a Filter, to be held against a request."""

    key: str
    asked: str
    holds: Callable[[Exchange], bool]
    got: Callable[[Exchange], Any]

    def check(self, exchange: Exchange) -> Check:
        """Return how a request fares."""
        held = self.holds(exchange)
        verb = "is asked for, and it is" if held else "is asked for, but it is"
        return Check(self.key, self.asked, quoted(self.got(exchange)), held, verb)


def _tests(wanted: Filter) -> list[_Test]:
    given = {key: getattr(wanted, key) for key in _GOT}
    return [
        _Test(key, _worded(asked), _holder(key, asked), _GOT[key]) for key, asked in given.items() if asked is not None
    ]


_GOT: dict[str, Callable[[Exchange], Any]] = {
    "method": lambda exchange: exchange.call.method,
    "path": lambda exchange: exchange.call.path,
    "endpoint": lambda exchange: exchange.endpoint,
    "model": lambda exchange: exchange.model,
    "status": lambda exchange: exchange.status,
    "key": lambda exchange: key_id(exchange.key) if exchange.key else "",
    "rule": lambda exchange: exchange.by,
    "errors": lambda exchange: exchange.status >= 400,
    "since": lambda exchange: exchange.number,
}


def _worded(asked: Any) -> str:
    return alternatives(asked) if isinstance(asked, list) else quoted(asked)


def _holder(key: str, asked: Any) -> Callable[[Exchange], bool]:
    got = _GOT[key]
    match key:
        case "since":
            return lambda exchange: exchange.number > asked
        case "key":
            return lambda exchange: asked in {exchange.key, got(exchange)}
        case "rule":
            return lambda exchange: any(rule_fits(rule, got(exchange)) for rule in listed(asked))
        case "status" | "errors":
            return lambda exchange: got(exchange) in (asked if isinstance(asked, list) else [asked])
        case _:
            return lambda exchange: any(fnmatchcase(got(exchange), glob) for glob in listed(asked))


def rule_fits(asked: str, label: str) -> bool:
    """Tell whether a rule's label (`rules[2] "name"`) is meant: by the whole, by its place or by its name."""
    place, _, name = label.partition(" ")
    return asked in {label, place, name.strip('"')}


class _Seeker:
    """A pattern, compiled. Raises ScenarioError when its `when` cannot be."""

    def __init__(self, pattern: Pattern, path: str) -> None:
        problems: list[Problem] = []
        self._pattern = pattern
        self._tests = _tests(pattern)
        self._matcher: Matcher = compile_when(pattern.when, f"{path}when", problems)
        if problems:
            raise ScenarioError(problems)

    def fits(self, asked: _Asked) -> bool:
        """Tell whether a request is meant."""
        return all(test.holds(asked.exchange) for test in self._tests) and self._matcher.match(asked.facts) is not None

    def closest(self, asked: Sequence[_Asked]) -> list[str]:
        """Say of the requests that came closest why they do not fit."""
        missed = [(each, self._failed(each)) for each in asked if not self.fits(each)]
        nearest = sorted(missed, key=lambda miss: len(miss[1]))[:_CLOSEST]
        return [f"  {each} does not fit: {'; '.join(map(str, failed))}" for each, failed in nearest]

    def _failed(self, asked: _Asked) -> list[Check]:
        checks = [*(test.check(asked.exchange) for test in self._tests), *self._matcher.explain(asked.facts)]
        return [check for check in checks if not check.held]

    def __str__(self) -> str:
        fields = msgspec.structs.fields(Pattern)
        given = {field.encode_name: getattr(self._pattern, field.name) for field in fields}
        shown = {key: msgspec.to_builtins(value) for key, value in given.items() if value not in (None, When())}
        return msgspec.json.encode(shown).decode() if shown else "anything asked"


# How many, and in which order.


def _bounds(verification: Verification) -> tuple[int, float]:
    if verification.exactly is not None:
        return verification.exactly, verification.exactly
    if verification.never:
        return 0, 0
    if verification.at_least is None and verification.at_most is None:
        return 1, float("inf")
    return verification.at_least or 0, float("inf") if verification.at_most is None else verification.at_most


def _count(verification: Verification) -> str:
    if verification.never:
        return "no request"
    counts = [(name.replace("_", " "), getattr(verification, name)) for name in ("exactly", "at_least", "at_most")]
    given = [(name, count) for name, count in counts if count is not None] or [("at least", 1)]
    return f"{' and '.join(f'{name} {count}' for name, count in given)} request{'s' * (given[-1][1] != 1)}"


def _requests(count: int) -> str:
    return f"{count} request{'s' * (count != 1)}" if count else "none"


def _in_order(asked: list[_Asked], verification: Verification, patterns: list[Pattern]) -> Verified:
    whole = _Seeker(verification, "")
    seekers = [_Seeker(pattern, f"in_order[{at}].") for at, pattern in enumerate(patterns)]
    rest = [each for each in asked if whole.fits(each)]
    found: list[_Asked] = []
    for at, seeker in enumerate(seekers, 1):
        hit = next((place for place, each in enumerate(rest) if seeker.fits(each)), None)
        if hit is None:
            after = f" after {found[-1]}".rstrip(",") if found else ""
            message = f"expected {_requests(len(seekers))} in order, but none fits number {at}, {seeker}{after}"
            lines = [message + ":"[: bool(rest)], *seeker.closest(rest)]
            return Verified(ok=False, message="\n".join(lines), requests=_numbers(found))
        found.append(rest[hit])
        rest = rest[hit + 1 :]
    return Verified(ok=True, message=f"{_requests(len(found))} came in order", requests=_numbers(found))


def _numbers(asked: Iterable[_Asked]) -> tuple[int, ...]:
    return tuple(each.exchange.number for each in asked)
