"""One schema out of several that must all hold: what `allOf`, `$ref` and a chosen branch come down to."""

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any

from .validity import is_number, same

Merge = Callable[[Any, Any], Any]


def _tighter(pick: Callable[[Any, Any], Any]) -> Merge:
    def merge(one: Any, other: Any) -> Any:
        if not is_number(one) or not is_number(other):
            return other if is_number(other) else one
        return pick(one, other)

    return merge


def _both(one: Any, other: Any) -> Any:
    return one if same(one, other) else {"allOf": [one, other]}


def _each(one: Any, other: Any) -> Any:
    """Merge two mappings of schemas: what both name must be true to both."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other if isinstance(other, dict) else one
    return one | {name: _both(one[name], part) if name in one else part for name, part in other.items()}


def _union(one: Any, other: Any) -> Any:
    if not isinstance(one, list) or not isinstance(other, list):
        return other if isinstance(other, list) else one
    return one + [name for name in other if name not in one]


def _types(one: Any, other: Any) -> Any:
    ones, others = ([kinds] if isinstance(kinds, str) else kinds for kinds in (one, other))
    if not isinstance(ones, list) or not isinstance(others, list):
        return others if isinstance(others, list) else ones
    shared = [kind for kind in ones if kind in others]
    if "integer" not in shared and (
        ("integer" in ones and "number" in others) or ("number" in ones and "integer" in others)
    ):
        shared.append("integer")
    return shared or others


def _chosen(one: Any, other: Any) -> Any:
    if not isinstance(one, list) or not isinstance(other, list):
        return other if isinstance(other, list) else one
    return [value for value in one if any(same(value, also) for also in other)] or other


def _steps(one: Any, other: Any) -> Any:
    if not (is_number(one) and is_number(other) and one > 0 and other > 0):
        return other
    ours, theirs = Fraction(repr(one)), Fraction(repr(other))
    bottom = lcm(ours.denominator, theirs.denominator)
    step = Fraction(lcm(int(ours * bottom), int(theirs * bottom)), bottom)
    return step.numerator if step.denominator == 1 else float(step)


_GREATEST, _LEAST = _tighter(max), _tighter(min)
_MERGES: dict[str, Merge] = {
    "type": _types,
    "enum": _chosen,
    "required": _union,
    "properties": _each,
    "patternProperties": _each,
    "items": _both,
    "additionalProperties": _both,
    "propertyNames": _both,
    "contains": _both,
    "not": lambda one, other: {"anyOf": [one, other]},
    "multipleOf": _steps,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), _GREATEST),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _LEAST),
}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that asks what both ask, as nearly as one schema can."""
    result = dict(one)
    for keyword, value in other.items():
        merge = _MERGES.get(keyword)
        result[keyword] = merge(one[keyword], value) if merge and keyword in one else value
    return result
