"""Whether a value is true to a JSON Schema (2020-12, and draft 7's words): the test of what was made or found.

It judges as the usual validators do, and never raises: a keyword that makes no sense constrains nothing.
"""

import ipaddress
import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeGuard

from ..expressions import regex
from .patterns import is_pattern, matches

Schema = Any  # a mapping or a boolean; anything else constrains nothing

_DEEPEST = 40  # nested schemas: what lies deeper is taken to hold
_MOST_LOOKS = 3000  # schemas: what a judgement would need beyond these is taken to hold


def is_number(value: object) -> TypeGuard[float]:
    """Is it a finite number, and not a truth value?"""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < 10**300
    return isinstance(value, float) and math.isfinite(value)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and float(value).is_integer(),
    "number": is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_UNIT = r"\d+(?:\.\d+)?"
_IN_URI = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_IN_IRI = r"(?:[^\s<>\"{}|\\^`%\x00-\x1f]|%[0-9A-Fa-f]{2})"
_STEP = r"/(?:[^/~]|~[01])*"

#: What a string of a format looks like (JSON Schema 2020-12, Validation, section 7.3; RFC 3339, 3986, 5321).
_FORMATS: dict[str, re.Pattern[str]] = {
    name: regex(look)
    for name, look in {
        "email": rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*",
        "idn-email": r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*",
        "date": r"\d{4}-\d{2}-\d{2}",
        "time": _TIME,
        "date-time": rf"\d{{4}}-\d{{2}}-\d{{2}}[Tt]{_TIME}",
        "duration": r"P(?=[\dT])(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?"
        rf"(?:T(?=\d)(?:{_UNIT}H)?(?:{_UNIT}M)?(?:{_UNIT}S)?)?)",
        "uuid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "hostname": _HOST,
        "idn-hostname": r"[^\s.@/:]{1,63}(?:\.[^\s.@/:]{1,63})*",
        "ipv4": r"\d{1,3}(?:\.\d{1,3}){3}",
        "ipv6": r"[0-9A-Fa-f:.]+",
        "uri": rf"[A-Za-z][A-Za-z0-9+.-]*:{_IN_URI}+",
        "url": rf"[A-Za-z][A-Za-z0-9+.-]*:{_IN_URI}+",
        "iri": rf"[A-Za-z][A-Za-z0-9+.-]*:{_IN_IRI}+",
        "uri-reference": rf"{_IN_URI}*",
        "iri-reference": rf"{_IN_IRI}*",
        "uri-template": rf"(?:{_IN_IRI}|\{{[^{{}}\s]+\}})*",
        "json-pointer": rf"(?:{_STEP})*",
        "relative-json-pointer": rf"(?:0|[1-9]\d*)(?:#|(?:{_STEP})*)",
    }.items()
}
#: What of some formats no expression tells: it raises ValueError where the string is none.
_READERS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": lambda text: date.fromisoformat(text[:10]),
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
}


def is_formed(text: str, form: object) -> bool:
    """Is a string of the format? An unknown format constrains nothing."""
    if not isinstance(form, str):
        return True
    look = _FORMATS.get(form)
    if look is not None and not look.fullmatch(text):
        return False
    if form == "regex":
        return is_pattern(text)
    try:
        _READERS.get(form, str)(text)
    except ValueError:
        return False
    return True


def pointed(root: Schema, ref: object) -> Schema:
    """Return what a `$ref` within the document points at; True (anything) when it points nowhere."""
    if not isinstance(ref, str) or not ref.startswith("#"):
        return True
    if ref != "#" and not ref.startswith("#/"):
        return _anchored(root, ref[1:])
    found = root
    for raw in ref[2:].split("/") if len(ref) > 2 else ():
        step = raw.replace("~1", "/").replace("~0", "~").replace("%25", "%")
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return True
    return found


def _anchored(root: Schema, name: str) -> Schema:
    for home in ("$defs", "definitions"):
        defined = root.get(home) if isinstance(root, dict) else None
        for schema in defined.values() if isinstance(defined, dict) else ():
            if isinstance(schema, dict) and schema.get("$anchor") == name:
                return schema
    return True


def same(one: object, other: object) -> bool:
    """Are two values the same JSON? True and 1 are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def is_multiple(value: float, of: float) -> bool:
    """Does `of` go into `value`? In binary fractions, as the validators reckon."""
    if isinstance(of, float) or isinstance(value, float):
        quotient = value / of
        return math.isfinite(quotient) and int(quotient) == quotient
    return value % of == 0


class _Judge:
    """Where references point, and how many schemas may yet be looked at."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.left = _MOST_LOOKS


def is_valid(value: Any, schema: Schema, root: Schema) -> bool:
    """Is the value true to the schema, whose references point into `root`?"""
    return _fits(value, schema, _Judge(root), 0)


def _fits(value: Any, schema: Schema, judge: _Judge, depth: int) -> bool:
    if not isinstance(schema, dict):
        return schema is not False
    judge.left -= 1
    if depth > _DEEPEST or judge.left < 0:
        return True
    return (
        _is_chosen(value, schema)
        and _holds_bounds(value, schema)
        and _holds_parts(value, schema, judge, depth + 1)
        and _holds_composition(value, schema, judge, depth + 1)
    )


def _is_chosen(value: Any, schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    names = kinds if isinstance(kinds, list) else [kinds]
    tests = [_TYPES[name] for name in names if isinstance(name, str) and name in _TYPES]
    if tests and not any(test(value) for test in tests):
        return False
    if "const" in schema and not same(value, schema["const"]):
        return False
    chosen = schema.get("enum")
    return not isinstance(chosen, list) or any(same(value, one) for one in chosen)


def _holds_bounds(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        pattern = schema.get("pattern", "")
        sized = _within(len(value), schema, "Length")
        return sized and matches(pattern, value) and is_formed(value, schema.get("format"))
    if isinstance(value, list):
        return _within(len(value), schema, "Items") and not (schema.get("uniqueItems") is True and _repeats(value))
    if isinstance(value, dict):
        return _within(len(value), schema, "Properties") and _has_required(value, schema)
    return not is_number(value) or _holds_number(value, schema)


def _within(size: int, schema: dict[str, Any], what: str) -> bool:
    least, most = schema.get(f"min{what}"), schema.get(f"max{what}")
    return (not is_number(least) or size >= least) and (not is_number(most) or size <= most)


def _repeats(items: list[Any]) -> bool:
    return any(same(one, other) for at, one in enumerate(items) for other in items[:at])


def _has_required(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    required = schema.get("required")
    if isinstance(required, list) and any(isinstance(name, str) and name not in value for name in required):
        return False
    dependent = schema.get("dependentRequired")
    pairs = dependent.items() if isinstance(dependent, dict) else ()
    return all(needed in value for name, others in pairs if name in value for needed in others or ())


def _holds_number(value: float, schema: dict[str, Any]) -> bool:
    for keyword, holds in _LIMITS.items():
        limit = schema.get(keyword)
        if is_number(limit) and not holds(value, limit):
            return False
    of = schema.get("multipleOf")
    return not is_number(of) or of <= 0 or is_multiple(value, of)


_LIMITS: dict[str, Callable[[float, float], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
}


def _holds_parts(value: Any, schema: dict[str, Any], judge: _Judge, depth: int) -> bool:
    if isinstance(value, list):
        return _holds_items(value, schema, judge, depth)
    if not isinstance(value, dict):
        return True
    names = schema.get("propertyNames", True)
    return all(
        _fits(name, names, judge, depth) and all(_fits(held, part, judge, depth) for part in schemas_of(name, schema))
        for name, held in value.items()
    )


def schemas_of(name: str, schema: dict[str, Any]) -> list[Schema]:
    """Return every schema that an object's property of this name must be true to."""
    properties, patterns = schema.get("properties"), schema.get("patternProperties")
    found: list[Schema] = []
    if isinstance(properties, dict) and name in properties:
        found.append(properties[name])
    if isinstance(patterns, dict):
        found.extend(part for pattern, part in patterns.items() if matches(pattern, name))
    return found or [schema.get("additionalProperties", True)]


def _holds_items(value: list[Any], schema: dict[str, Any], judge: _Judge, depth: int) -> bool:
    wanted = schema.get("contains")
    if wanted is not None and not any(_fits(item, wanted, judge, depth) for item in value):
        return False
    return all(_fits(item, item_schema(schema, at), judge, depth) for at, item in enumerate(value))


def item_schema(schema: dict[str, Any], at: int) -> Schema:
    """Return the schema of an array's item: by its place, then for all the others."""
    items = schema.get("items", True)
    places = schema.get("prefixItems")
    if isinstance(items, list):  # draft 7 wrote places so
        places, items = items, schema.get("additionalItems", True)
    return places[at] if isinstance(places, list) and at < len(places) else items


def _holds_composition(value: Any, schema: dict[str, Any], judge: _Judge, depth: int) -> bool:
    def fits(part: Schema) -> bool:
        return _fits(value, part, judge, depth)

    if "$ref" in schema and not fits(pointed(judge.root, schema["$ref"])):
        return False
    if isinstance(every := schema.get("allOf"), list) and not all(map(fits, every)):
        return False
    if isinstance(some := schema.get("anyOf"), list) and some and not any(map(fits, some)):
        return False
    if isinstance(one := schema.get("oneOf"), list) and one and sum(map(fits, one)) != 1:
        return False
    if "not" in schema and fits(schema["not"]):
        return False
    return "if" not in schema or fits(schema.get("then" if fits(schema["if"]) else "else", True))
