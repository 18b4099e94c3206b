"""What a rule asks of a request: a `when`, compiled once, matches fast and explains itself.

One compiler for each key of a `when` stands in the table at the end; nothing here knows what is answered.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from .criteria import (
    Captures,
    Check,
    Criterion,
    Spot,
    Test,
    alternatives,
    asks_of,
    every,
    fits,
    glob_ask,
    listed,
    plain,
    quoted,
    said,
    together,
)
from .errors import GatewayError, Problem
from .facts import Facts, Spoken, fold
from .scenario import Count, Result, Said, Texts, When, Words

__all__ = ["Captures", "Check", "Facts", "Matcher", "compile_when"]


class Matcher:
    """A compiled `when`. `match(facts)` gives the captures, or None when it does not hold."""

    __slots__ = ("_accepts", "_criteria", "match", "names")

    def __init__(self, criteria: dict[str, Criterion], names: Iterable[str]) -> None:
        self.match: Test[Facts] = every([criterion.test for criterion in criteria.values()])
        self.names = frozenset(names)
        self._criteria = criteria.values()
        result = criteria.get("tool_result")
        self._accepts = result and result.accepts

    def explain(self, facts: Facts) -> list[Check]:
        """Return how every criterion went, in the order in which they are asked."""
        return [check for criterion in self._criteria for check in criterion.checks(facts)]

    def result(self, facts: Facts) -> Spoken | None:
        """Return the tool result a reply speaks of: the one this `when` asked for, else the newest."""
        accepts = self._accepts or (lambda _: None)
        for spoken in facts.results:
            if accepts(spoken) is not None:
                return spoken
        return facts.all_results[-1] if facts.all_results else None


def compile_when(when: When, path: str, problems: list[Problem]) -> Matcher:
    """Compile a `when` that stands at `path`, adding to `problems` what is wrong with it."""
    return _matcher(when, Spot(path, "", problems, set()))


def _matcher(when: When, spot: Spot) -> Matcher:
    criteria = {}
    for field, key in zip(when.__struct_fields__, when.__struct_encode_fields__, strict=True):
        asked = getattr(when, field)
        if asked is not None:
            criteria[key] = _COMPILERS[key](asked, spot.at(key))
    return Matcher(criteria, spot.names)


# A compiler for each key of a `when`.


def _named(candidates: str) -> Callable[[Any, Spot], Criterion]:
    """Make the compiler of a key that holds globs."""

    def criterion(globs: Texts, spot: Spot) -> Criterion:
        return said(spot.path, attrgetter(candidates), [glob_ask(globs, spot)], "there is none")

    return criterion


def _worded(candidates: str, absent: str) -> Callable[[Any, Spot], Criterion]:
    """Make the compiler of a key that holds words; bare text is what must be contained."""

    def criterion(asked: str | Words, spot: Spot) -> Criterion:
        words = Words(contains=asked) if isinstance(asked, str) else asked
        asks = asks_of(words, spot)
        if isinstance(words, Said) and words.role is not None:
            asks.insert(0, glob_ask(words.role, spot, ".role", "role"))
        return said(spot.path, attrgetter(candidates), asks, absent)

    return criterion


def _user(asked: str | Words, spot: Spot) -> Criterion:
    criterion = _worded("user", "the newest message is not the user's")(asked, spot)
    if isinstance(asked, str) and (needle := fold(asked)):
        # By far the commonest rule, so the shortest way: one look into words that are folded once.
        return criterion._replace(test=lambda facts: {} if needle in facts.folded else None)
    return criterion


def _offers(globs: Texts, spot: Spot) -> Criterion:
    fitting = fits(globs, spot)
    asked = alternatives(listed(globs))

    def names(facts: Facts) -> list[str]:
        return [tool.name for tool in facts.prompt.tools]

    def got(facts: Facts) -> str:
        return ", ".join(names(facts)) or "none"

    verbs = ("is among the tools on offer:", "is not among the tools on offer:")
    return plain(spot.path, asked, verbs, lambda facts: any(map(fitting, names(facts))), got)


def _tool_result(asked: bool | str | Result, spot: Spot) -> Criterion:
    absent = "the newest message is no tool result"
    if asked is False:
        verbs = ("is asked for, and there is none", "is asked for, but there is")
        return plain(
            spot.path,
            "no tool result",
            verbs,
            lambda facts: not facts.results,
            lambda facts: " and ".join(quoted(each.tool) for each in facts.results),
        )
    result = asked if isinstance(asked, Result) else Result(tool=None if asked is True else asked)
    asks = asks_of(result, spot)
    if result.tool is not None:
        asks.insert(0, glob_ask(result.tool, spot, ".tool", "tool"))
    return said(spot.path, attrgetter("results"), asks, absent)


def _counted(read: Callable[[Facts], int]) -> Callable[[Any, Spot], Criterion]:
    """Make the compiler of a key that holds a number or a range."""

    def criterion(asked: int | Count, spot: Spot) -> Criterion:
        count = Count(at_least=asked, at_most=asked) if isinstance(asked, int) else asked
        least = float("-inf") if count.at_least is None else count.at_least
        most = float("inf") if count.at_most is None else count.at_most
        if least > most:
            spot.problem(f"asks for at least {least} and at most {most}: no number is both", "Swap the two.")
        parts = [("at least", count.at_least), ("at most", count.at_most)]
        shown = " and ".join(f"{word} {number}" for word, number in parts if number is not None)
        shown = str(asked) if isinstance(asked, int) else shown or "any number"
        verbs = ("is asked for, it is", "is asked for, but it is")
        return plain(
            spot.path,
            shown,
            verbs,
            lambda facts: least <= read(facts) <= most,
            lambda facts: str(read(facts)),
        )

    return criterion


def _stream(asked: bool, spot: Spot) -> Criterion:
    return plain(
        spot.path,
        quoted(asked),
        ("is", "is not"),
        lambda facts: facts.prompt.stream is asked,
        lambda facts: quoted(facts.prompt.stream),
    )


def _header(asked: dict[str, str | bool | Words], spot: Spot) -> Criterion:
    return together([_one_header(name.lower(), value, spot.at(f".{name}")) for name, value in asked.items()])


def _one_header(name: str, asked: str | bool | Words, spot: Spot) -> Criterion:
    def values(facts: Facts) -> tuple[Spoken, ...]:
        return facts.header(name)

    absent = "the header is absent"
    match asked:
        case False:
            verbs = ("is asked for, and there is", "is asked for, but there is")
            return plain(
                spot.path,
                "no such header",
                verbs,
                lambda facts: not values(facts),
                lambda facts: " and ".join(quoted(each.raw) for each in values(facts)) or "none",
            )
        case True:
            return said(spot.path, values, [], absent)
        case str():
            return said(spot.path, values, [glob_ask(asked, spot)], absent)
        case _:
            return said(spot.path, values, asks_of(asked, spot), absent)


def _body(asked: dict[str, Any], spot: Spot) -> Criterion:
    return together([_one_path(path, value, spot.at(f'["{path}"]')) for path, value in asked.items()])


def _one_path(path: str, asked: Any, spot: Spot) -> Criterion:
    """Compile a JSONPath (RFC 9535) and the value that some node it finds must equal."""
    from jsonpath import JSONPathEnvironment, JSONPathError  # noqa: PLC0415 - costly, and few ask for it

    try:
        find = JSONPathEnvironment(strict=True).compile(path).findall
    except (JSONPathError, RecursionError) as problem:
        first = str(problem).splitlines()[0]
        spot.problem(f"is no JSONPath: {first}", "Begin at the root, such as $.messages[0].content.")
        return Criterion(lambda _: None, lambda _: [])

    def nodes(facts: Facts) -> list[Any]:
        try:
            return list(find(facts.call.json()))
        except (GatewayError, JSONPathError, RecursionError):  # no JSON, or too deep: nothing is found in it
            return []

    def got(facts: Facts) -> str:
        return ", ".join(quoted(node) for node in nodes(facts)[:3]) or "nothing"

    verbs = ("is among what is found:", "is not among what is found:")
    return plain(spot.path, quoted(asked), verbs, lambda facts: any(same(node, asked) for node in nodes(facts)), got)


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: numbers by value, and true is not 1."""
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
        case _:
            return bool(one == other)


def _inner(whens: list[When], spot: Spot) -> Iterator[Matcher]:
    if not whens:
        spot.problem("is an empty list", "Give at least one `when`.")
    for index, when in enumerate(whens):
        yield _matcher(when, spot.at(f"[{index}]."))


def _all(whens: list[When], spot: Spot) -> Criterion:
    return together([Criterion(matcher.match, matcher.explain) for matcher in _inner(whens, spot)])


def _any(whens: list[When], spot: Spot) -> Criterion:
    matchers = list(_inner(whens, spot))

    def test(facts: Facts) -> Captures | None:
        found = (matcher.match(facts) for matcher in matchers)
        return next((captures for captures in found if captures is not None), None)

    def checks(facts: Facts) -> list[Check]:
        held = [matcher for matcher in matchers if matcher.match(facts) is not None]
        return [check for matcher in held[:1] or matchers for check in matcher.explain(facts)]

    return Criterion(test, checks)


def _not(when: When, spot: Spot) -> Criterion:
    matcher = _matcher(when, spot.at(".")._replace(names=set()))

    def checks(facts: Facts) -> list[Check]:
        held = matcher.match(facts) is None
        inner = [str(check) for check in matcher.explain(facts) if check.held != held]
        got = "; ".join(inner) or "everything matches"
        return [Check(spot.path, "this must not hold,", got, held, "and it does not:" if held else "but it does:")]

    return Criterion(lambda facts: {} if matcher.match(facts) is None else None, checks)


_COMPILERS: dict[str, Callable[[Any, Spot], Criterion]] = {
    "model": _named("model"),
    "family": _named("family"),
    "user": _user,
    "system": _worded("system", "there is no system message"),
    "message": _worded("messages", "there is no message"),
    "offers": _offers,
    "tool_result": _tool_result,
    "turn": _counted(lambda facts: facts.prompt.turns),
    "call": _counted(lambda facts: facts.number),
    "stream": _stream,
    "key": _named("keys"),
    "path": _named("path"),
    "header": _header,
    "body": _body,
    "any": _any,
    "all": _all,
    "not": _not,
}
