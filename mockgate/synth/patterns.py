"""Strings that a regular expression matches, and matching that cannot run away.

The parser is the standard library's own; what JavaScript writes differently is put into Python's words first.
"""

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]  # typeshed leaves the parser out
from re import _parser as parser  # type: ignore[attr-defined]  # typeshed leaves the parser out
from typing import Any

from ..expressions import regex
from ..rng import Dice

_PRINTABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CATEGORIES: dict[Any, str] = {
    sre.CATEGORY_DIGIT: "0123456789",
    sre.CATEGORY_NOT_DIGIT: "abcdefghijklmnopqrstuvwxyz",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: _PRINTABLE,
    sre.CATEGORY_WORD: _PRINTABLE,
    sre.CATEGORY_NOT_WORD: " -.,",
}
_ASCII = [chr(code) for code in range(32, 127)]
_REPEATS_MORE = 6  # how often something unbounded is repeated beyond its least
_LONGEST = 4_000  # nodes visited: a pattern that wants more is given up
_TRIES = 24
_SAFE_LENGTH = 16  # characters that even an exponential match is done with at once

#: (JavaScript's words, Python's words)
_DIALECT: tuple[tuple[re.Pattern[str], str], ...] = (
    (regex(r"\(\?<(?![=!])"), "(?P<"),
    (regex(r"\\k<"), "(?P="),
    (regex(r"\\p\{Lu\}"), "[A-Z]"),
    (regex(r"\\p\{(?:Ll|Lowercase)\}"), "[a-z]"),
    (regex(r"\\p\{(?:L|Letter|Alphabetic)\}"), "[A-Za-z]"),
    (regex(r"\\p\{(?:N|Nd|Number)\}"), "[0-9]"),
    (regex(r"\\u\{([0-9a-fA-F]{4})\}"), r"\\u\1"),
)


class _Pattern:
    """A pattern, compiled and parsed. `risky` ones may take exponential time to fail."""

    def __init__(self, written: str) -> None:
        for theirs, ours in _DIALECT:
            written = theirs.sub(ours, written)
        self.regex = re.compile(written)
        self.tree = parser.parse(written)
        self.risky = _risky(list(self.tree), inside=False)


def _risky(nodes: list[Any], *, inside: bool) -> bool:
    """Is there a choice or a repeat inside an unbounded repeat?"""
    for op, value in nodes:
        match op:
            case sre.MAX_REPEAT | sre.MIN_REPEAT:
                if inside or _risky(list(value[2]), inside=value[1] > _REPEATS_MORE):
                    return True
            case sre.BRANCH:
                if inside or any(_risky(list(branch), inside=inside) for branch in value[1]):
                    return True
            case sre.SUBPATTERN:
                if _risky(list(value[3]), inside=inside):
                    return True
            case _:
                continue
    return False


@lru_cache(512)
def _read(written: str) -> _Pattern | None:
    """Read a pattern; None when it is none."""
    try:
        return _Pattern(written)
    except (re.error, RecursionError, OverflowError):
        return None


def is_pattern(text: str) -> bool:
    """Is it a regular expression?"""
    return _read(text) is not None


def fills(pattern: str, text: str) -> bool:
    """Does the pattern match the whole of `text`? What is no pattern, or cannot be tried safely, does not."""
    read = _read(pattern)
    return read is not None and not (read.risky and len(text) > _SAFE_LENGTH) and bool(read.regex.fullmatch(text))


def matches(pattern: object, text: str) -> bool:
    """Does the pattern stand anywhere in `text`? What is no pattern constrains nothing.

    A pattern that could backtrack for ever is not tried on a long text, but taken to match.
    """
    read = _read(pattern) if isinstance(pattern, str) else None
    if read is None or (read.risky and len(text) > _SAFE_LENGTH):
        return True
    return read.regex.search(text) is not None


def string(pattern: str, dice: Dice, least: int = 0, most: int | None = None) -> str:
    """Return a string that matches; of the length asked for, where the pattern allows.

    What cannot be had within a few tries (a contradiction) is given as near as it was come by.
    """
    read = _read(pattern)
    if read is None:
        return pattern[:most]
    said = ""
    for more in range(_TRIES):
        writer = _Writer(dice, more if more < 8 else more * 4)
        said = writer.write(read.tree)
        if writer.visited >= _LONGEST:
            break
        if not _anchored(pattern) and len(said) < least:
            said += "".join(dice.random.choices(_PRINTABLE, k=min(least - len(said), _LONGEST)))
        if least <= len(said) and (most is None or len(said) <= most) and matches(pattern, said):
            return said
    return said[:most]


def _anchored(pattern: str) -> bool:
    return pattern.endswith(("$", r"\Z"))


class _Writer:
    """Writes one string along a parsed pattern."""

    def __init__(self, dice: Dice, eager: int) -> None:
        self.dice = dice
        self.most_repeats = _REPEATS_MORE + eager if eager % 2 == 0 else max(0, _REPEATS_MORE - eager)
        self.groups: dict[int, str] = {}
        self.visited = 0

    def write(self, nodes: Any) -> str:
        """Write what a sequence of nodes matches."""
        return "".join(self._node(op, value) for op, value in nodes)

    def _node(self, op: Any, value: Any) -> str:  # noqa: PLR0911  (a case for each kind of node)
        self.visited += 1
        match op:
            case sre.LITERAL:
                return chr(value)
            case sre.NOT_LITERAL:
                return next(letter for letter in "aZ0" if ord(letter) != value)
            case sre.ANY:
                return self.dice.random.choice(_PRINTABLE)
            case sre.IN:
                return self.dice.random.choice(_letters(tuple(value)))
            case sre.BRANCH:
                return self.write(self.dice.random.choice(value[1]))
            case sre.GROUPREF:
                said = self.groups.get(value, "")[:_LONGEST]
                self.visited += len(said)
                return said
            case sre.GROUPREF_EXISTS:
                group, present, absent = value
                return self.write(present if group in self.groups else absent or [])
            case sre.AT | sre.ASSERT | sre.ASSERT_NOT:
                return ""  # a place takes no room; the match that follows says whether it was right
            case _:
                return self._nested(op, value)

    def _nested(self, op: Any, value: Any) -> str:
        match op:
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                least, most, nodes = value
                times = self.dice.random.randint(least, min(most, least + self.most_repeats))
                return self._repeated(nodes, times)
            case sre.SUBPATTERN:
                said = self.write(value[3])
                if value[0] is not None:
                    self.groups[value[0]] = said
                return said
            case sre.ATOMIC_GROUP:
                return self.write(value)
            case _:
                return ""

    def _repeated(self, nodes: Any, times: int) -> str:
        said: list[str] = []
        while len(said) < times and self.visited < _LONGEST:
            said.append(self.write(nodes))
        return "".join(said)


@lru_cache(512)
def _letters(members: tuple[Any, ...]) -> str:
    """Return the letters of a character class, the plain ones where there is a choice."""
    allowed: set[str] = set()
    negated = False
    for op, value in members:
        match op:
            case sre.NEGATE:
                negated = True
            case sre.LITERAL:
                allowed.add(chr(value))
            case sre.RANGE:
                allowed.update(map(chr, range(value[0], min(value[1], value[0] + 255) + 1)))
            case sre.CATEGORY:
                allowed.update(_CATEGORIES.get(value, _PRINTABLE))
            case _:
                continue
    if negated:
        banned = _negated(members)
        plain = [letter for letter in _PRINTABLE if not banned.match(letter)]
        return "".join(plain or [letter for letter in _ASCII if not banned.match(letter)]) or "\u00e9"
    return "".join(sorted(allowed)) or "x"


def _negated(members: tuple[Any, ...]) -> re.Pattern[str]:
    """Compile the class that a negated class leaves out."""
    classes = {
        sre.CATEGORY_DIGIT: r"\d",
        sre.CATEGORY_NOT_DIGIT: r"\D",
        sre.CATEGORY_SPACE: r"\s",
        sre.CATEGORY_NOT_SPACE: r"\S",
        sre.CATEGORY_WORD: r"\w",
        sre.CATEGORY_NOT_WORD: r"\W",
    }
    written = ""
    for op, value in members:
        match op:
            case sre.LITERAL:
                written += re.escape(chr(value))
            case sre.RANGE:
                written += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
            case sre.CATEGORY:
                written += classes[value]
            case _:
                continue
    return re.compile(f"[{written}]")
