"""The forms a criterion of a rule can take, compiled: words, globs, and single things to look at.

Every criterion answers twice: `test` for speed (captures, or None), `checks` for people (what was asked, what
came). Both read the same Facts; which key of a `when` takes which form is not known here.
"""

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec

from .errors import Problem
from .facts import Facts, Spoken, fold
from .scenario import Result, Texts, Words

Captures = dict[str, str]
Verbs = tuple[str, str]  # how a check reads when it holds, and when it does not
T = TypeVar("T")
Test = Callable[[T], Captures | None]

_SHOWN = 80  # characters of a request's words that a check quotes


class Check(NamedTuple):
    """One criterion and how it went: `asked` and `got` are ready to read, `verb` joins them."""

    path: str
    asked: str
    got: str
    held: bool
    verb: str

    def __str__(self) -> str:
        return f"{self.path}: {self.asked} {self.verb} {self.got}"


class Criterion(NamedTuple):
    """One key of a `when`, compiled. `accepts` is its test of single words, where it asks about words."""

    test: Test[Facts]
    checks: Callable[[Facts], list[Check]]
    accepts: "Test[Spoken] | None" = None


def every(tests: Sequence[Test[T]]) -> Test[T]:
    """Join tests: all must hold, their captures are collected."""
    if len(tests) == 1:
        return tests[0]

    def test(subject: T) -> Captures | None:
        captures: Captures = {}
        for each in tests:
            more = each(subject)
            if more is None:
                return None
            captures.update(more)
        return captures

    return test


def together(criteria: Sequence[Criterion]) -> Criterion:
    """Join criteria: all must hold."""
    return Criterion(
        every([criterion.test for criterion in criteria]),
        lambda facts: [check for criterion in criteria for check in criterion.checks(facts)],
    )


class Spot(NamedTuple):
    """Where in a scenario something is compiled: `root` leads to the `when`, `path` from there on."""

    root: str
    path: str
    problems: list[Problem]
    names: set[str]

    def at(self, key: str) -> "Spot":
        """Return the spot one key further."""
        return self._replace(path=self.path + key)

    def problem(self, message: str, suggestion: str) -> None:
        """Note what is wrong here, and what would be right."""
        self.problems.append(Problem(f"{self.root}.{self.path}", message, suggestion))


class Ask(NamedTuple):
    """One thing asked of words."""

    key: str
    asked: str
    verbs: Verbs
    test: Test[Spoken]
    of: Callable[[Spoken], str] = attrgetter("raw")

    def check(self, path: str, spoken: Spoken) -> Check:
        """Return how these words fare."""
        held = self.test(spoken) is not None
        return Check(path + self.key, self.asked, quoted(self.of(spoken)), held, self.verbs[not held])


def said(path: str, candidates: Callable[[Facts], tuple[Spoken, ...]], asks: list[Ask], absent: str) -> Criterion:
    """Make the criterion that some one candidate is all that is asked."""
    accepts = every([ask.test for ask in asks])

    def test(facts: Facts) -> Captures | None:
        for spoken in candidates(facts):
            captures = accepts(spoken)
            if captures is not None:
                return captures
        return None

    def checks(facts: Facts) -> list[Check]:
        found = candidates(facts)
        tried = [[ask.check(path, spoken) for ask in asks] for spoken in found]
        if tried and asks:
            return max(tried, key=lambda each: sum(check.held for check in each))
        got, verb = (quoted(found[0].raw), "is asked for, and there is") if found else (absent, "is asked for, but")
        each = [(path + ask.key, ask.asked) for ask in asks] or [(path, "something")]
        return [Check(key, asked, got, bool(found), verb) for key, asked in each]

    return Criterion(test, checks, accepts)


def plain(
    path: str, asked: str, verbs: Verbs, holds: Callable[[Facts], bool], got: Callable[[Facts], str]
) -> Criterion:
    """Make a criterion that captures nothing and has one thing to look at."""

    def checks(facts: Facts) -> list[Check]:
        held = holds(facts)
        return [Check(path, asked, got(facts), held, verbs[not held])]

    return Criterion(lambda facts: {} if holds(facts) else None, checks)


def quoted(value: Any) -> str:
    """Return a value as JSON, on one line and shortened."""
    if isinstance(value, str):
        shown = f'"{" ".join(value[: 10 * _SHOWN].split())}"'
    else:
        shown = msgspec.json.encode(value, enc_hook=str).decode()
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 4].rstrip()}...{shown[-1]}"


def listed(texts: Texts) -> list[str]:
    """Return one text or many as a list."""
    return [texts] if isinstance(texts, str) else list(texts)


def alternatives(texts: list[str]) -> str:
    """Word a list of which any will do."""
    return " or ".join(quoted(text) for text in texts)


# Words and globs.


def asks_of(words: Words | Result, spot: Spot) -> list[Ask]:
    """Compile every key of Words or of a Result that is about words."""
    return [
        _ask(key, listed(texts), spot)
        for key in ("contains", "equals", "starts_with", "ends_with", "matches")
        if (texts := getattr(words, key, None)) is not None
    ]


def _ask(key: str, texts: list[str], spot: Spot) -> Ask:
    if not texts:
        spot.at(f".{key}").problem("is an empty list: nothing could match it", "Give at least one text.")
    if key == "matches":
        return Ask(".matches", f"/{texts[0]}/", ("is found in", "is not found in"), _regex(texts[0], spot))
    verbs, make = _RELATIONS[key]
    return Ask(f".{key}", alternatives(texts), verbs, make(tuple(fold(text) for text in texts)))


def _contains(needles: tuple[str, ...]) -> Test[Spoken]:
    if len(needles) == 1:
        needle = needles[0]
        return lambda spoken: {} if needle in spoken.folded else None
    return lambda spoken: {} if any(each in spoken.folded for each in needles) else None


_RELATIONS: dict[str, tuple[Verbs, Callable[[tuple[str, ...]], Test[Spoken]]]] = {
    "contains": (("is in", "is not in"), _contains),
    "equals": (("is", "is not"), lambda those: lambda spoken: {} if spoken.folded in those else None),
    "starts_with": (
        ("begins", "does not begin"),
        lambda those: lambda spoken: {} if spoken.folded.startswith(those) else None,
    ),
    "ends_with": (
        ("ends", "does not end"),
        lambda those: lambda spoken: {} if spoken.folded.endswith(those) else None,
    ),
}


def _regex(pattern: str, spot: Spot) -> Test[Spoken]:
    """Compile a regular expression: its groups are captures, those without a name by their number."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as problem:
        spot.at(".matches").problem(
            f"is no regular expression: {problem}",
            "Put a backslash before a special character, and the whole in single quotes.",
        )
        return lambda _: None
    spot.names.update(compiled.groupindex)

    def test(spoken: Spoken) -> Captures | None:
        found = compiled.search(spoken.raw)
        if found is None:
            return None
        numbered = {str(number): group for number, group in enumerate(found.groups(""), 1)}
        return numbered | found.groupdict("")

    return test


def fits(globs: Texts, spot: Spot) -> Callable[[str], bool]:
    """Compile globs, case-sensitive: any of them must fit the whole text."""
    each = listed(globs)
    if not each:
        spot.problem("is an empty list: nothing could match it", "Give at least one pattern, such as *.")
    if not any(sign in glob for glob in each for sign in "*?["):
        return frozenset(each).__contains__
    pattern = re.compile("|".join(translate(glob) for glob in each))
    return lambda text: pattern.match(text) is not None


def glob_ask(globs: Texts, spot: Spot, key: str = "", of: str = "raw") -> Ask:
    """Ask globs of an attribute of the words; `key` is added to the path."""
    fitting, read = fits(globs, spot.at(key)), attrgetter(of)
    asked = alternatives(listed(globs))
    return Ask(key, asked, ("fits", "does not fit"), lambda spoken: {} if fitting(read(spoken)) else None, read)
