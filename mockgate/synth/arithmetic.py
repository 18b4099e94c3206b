"""Sums that stand in a prompt: found and worked out, with the usual precedence."""

import re
from collections.abc import Callable
from fractions import Fraction

from ..expressions import regex

_SPOKEN = {
    "plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/", "over": "/",
    "x": "*", "×": "*", "·": "*", "÷": "/", "−": "-",
}  # fmt: skip
_NUMBER = r"\d[\d,]{0,14}(?:\.\d{1,8})?"
_OPERATOR = r"(?:[-+*/x×÷·−]|plus|minus|times|multiplied by|divided by)"
_SUM = regex(rf"(?<![\w./-])-?{_NUMBER}(?:\s*{_OPERATOR}\s*{_NUMBER}){{1,12}}(?![\w/-]|\.\d)", re.IGNORECASE)
_ASKED = regex(
    r"^(?:what(?:'s|’s| is| are| does)|calculate|compute|evaluate|solve|how much (?:is|are)|add|sum"
    r"|work out|tell me"
    r"|can you|could you|please)\b|[=?]\s*$",
    re.IGNORECASE,
)
_TOKEN = regex(rf"{_NUMBER}|{_OPERATOR}", re.IGNORECASE)
_WORK: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
}


def expression(text: str) -> str:
    """Return the sum that a text asks for, as it is written there; "" when it asks for none."""
    text = text[:500]
    found = _SUM.search(text)
    if found is None:
        return ""
    alone = found[0].strip() == text.strip().rstrip(" =?.")
    return found[0].strip() if alone or _ASKED.search(text.strip()) else ""


def worked_out(written: str) -> str | None:
    """Return the value of a sum, to six digits after the point; None where it divides by zero."""
    negative = written.startswith("-")
    tokens = [_SPOKEN.get(token.lower(), token) for token in _TOKEN.findall(written.removeprefix("-"))]
    values = [Fraction(token.replace(",", "")) for token in tokens[::2]]
    if negative:
        values[0] = -values[0]
    operators = tokens[1::2]
    try:
        for level in ("*/", "+-"):
            values, operators = _level(values, operators, level)
    except ZeroDivisionError:
        return None
    return _plain(values[0])


def _level(values: list[Fraction], operators: list[str], level: str) -> tuple[list[Fraction], list[str]]:
    done, left = [values[0]], []
    for operator, value in zip(operators, values[1:], strict=True):
        if operator in level:
            done[-1] = _WORK[operator](done[-1], value)
        else:
            done.append(value)
            left.append(operator)
    return done, left


def _plain(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def result(text: str) -> str | None:
    """Return the value of the sum that a text asks for; None when it asks for none."""
    written = expression(text)
    return worked_out(written) if written else None


def answer(text: str) -> str | None:
    """Return the answer to a text that asks for a sum; None when it asks for none."""
    value = result(text)
    return None if value is None else f"{expression(text)} = {value}"
