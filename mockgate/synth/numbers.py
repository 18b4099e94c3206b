"""Numbers within bounds: every draw is a whole multiple of a step, so that 0.1 stays 0.1."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..rng import Dice
from .validity import is_multiple, is_number

_TRIES = 40
_USUAL = (1, 100)  # where a number lies of which nothing is said
_FINEST = 12  # decimal digits


class Range:
    """Where a number may lie: from `low` to `high`, each with whether it may be reached itself."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.low, self.low_open = _tighter(schema, "minimum", "exclusiveMinimum", max)
        self.high, self.high_open = _tighter(schema, "maximum", "exclusiveMaximum", min)

    def holds(self, value: float | Fraction) -> bool:
        """Does the value lie within?"""
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return self.high is None or value < self.high or (not self.high_open and value == self.high)

    def closed(self, usual: tuple[float, float]) -> tuple[Fraction, Fraction]:
        """Return both ends, the open side filled in from what is usual."""
        low, high = _exact(usual[0]), _exact(usual[1])
        width = high - low
        if self.low is not None and not (low >= self.low and self.holds(high)):
            low = self.low
            high = low + max(width, abs(low))
        if self.high is not None and not (high <= self.high and low <= self.high):
            high = self.high
            low = self.low if self.low is not None else high - max(width, abs(high))
        return low, high


def _exact(value: float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(Decimal(repr(value)))


def _tighter(schema: dict[str, Any], closed: str, opened: str, pick: Any) -> tuple[Fraction | None, bool]:
    """Return the tighter of an inclusive and an exclusive bound, and whether it is the exclusive one."""
    bound, strict = schema.get(closed), schema.get(opened)
    if strict is True:  # draft 4 wrote it so
        return (_exact(bound), True) if is_number(bound) else (None, False)
    if not is_number(strict):
        return (_exact(bound) if bound is not None and is_number(bound) else None), False
    if bound is None or not is_number(bound):
        return _exact(strict), True
    one, other = _exact(bound), _exact(strict)
    return (other, True) if pick(one, other) == other else (one, False)


def number(
    schema: dict[str, Any], dice: Dice, *, integer: bool, usual: tuple[float, float, int] | None = None
) -> float:
    """Return a number true to the schema's bounds and `multipleOf`.

    `usual` is where it would lie if the schema left it open: from, to, and digits after the point. Where no
    number is right, one near by is given.
    """
    bounds = Range(schema)
    low, high = bounds.closed(usual[:2] if usual else _USUAL)
    of = schema.get("multipleOf")
    of = of if is_number(of) and of > 0 else None
    integer = integer or (of is None and usual is not None and usual[2] == 0 and low + 1 < high)
    step = _step(of, high - low, integer=integer, digits=usual[2] if usual else 2)
    first, last = math.ceil(low / step), math.floor(high / step)
    value = low
    for at in range(_TRIES):
        if first <= last:
            value = step * dice.random.randint(first, last) if at else step * _inner(first, last, dice)
        drawn = _plain(value, integer=integer)
        if bounds.holds(_exact(drawn)) and (of is None or is_multiple(drawn, of)):
            return drawn
        if first > last:
            value = low + (high - low) * Fraction(at + 1, _TRIES + 1)
    return _plain(value, integer=integer)


def _inner(first: int, last: int, dice: Dice) -> int:
    """Draw away from the ends, which look chosen, where there is room."""
    room = (last - first) // 50
    return dice.random.randint(first + room, last - room)


def _step(of: float | None, width: Fraction, *, integer: bool, digits: int) -> Fraction:
    if of is not None:
        exact = _exact(of)
        return Fraction(exact.numerator) if integer else exact
    if integer:
        return Fraction(1)
    while width > 0 and width < Fraction(20, 10**digits) and digits < _FINEST:
        digits += 1
    return Fraction(1, 10**digits)


def _plain(value: Fraction, *, integer: bool) -> float:
    if integer or (value.denominator == 1 and abs(value) > 2**53):
        return math.floor(value)
    return float(value) if abs(value) < 10**300 else 0.0
