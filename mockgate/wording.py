"""What is wrong with a field, in OpenAI's words: a Complaint and the type it is about become a 400.

Codes and sentences follow the real API's answers (`invalid_type`, `integer_above_max_value`, ...).
"""

from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any

from msgspec import inspect

from . import complaints
from .complaints import Complaint, Path
from .errors import GatewayError


def bad_request(message: str, param: str | None = None, code: str | None = None) -> GatewayError:
    """Make the 400 that says what is wrong with a field."""
    return GatewayError("bad_request", message, param=param, code=code)


def missing(param: str, shapes: Sequence[inspect.Type] = ()) -> GatewayError:
    """Make the 400 for a field that must be there; `shapes` are the types that it may be of, where they are known."""
    return GatewayError(
        "bad_request",
        f"Missing required parameter: '{param}'.",
        param=param,
        code="missing_required_parameter",
        details={"shapes": shapes},
    )


def unsupported_type(param: str, given: str, known: Sequence[str]) -> GatewayError:
    """Make the 400 for a file of a media type that is not one of the `known`."""
    message = f"Invalid file '{param}': unsupported mimetype ('{given}'). Supported file formats are {listed(known)}."
    return bad_request(message, param, "unsupported_file_mimetype")


def refuse(complaint: Complaint, path: Path, values: Any, shape: inspect.Type, within: Path = ()) -> GatewayError:
    """Word a complaint about what stands at a path in a body's values, which should have had that shape.

    `within` is where in the body those values stand. The error's details tell what types may stand there (`shapes`).
    """
    allowed = variants([shape])
    for step in path:
        allowed = variants(list(_below(allowed, values, step)))
        values = values[step]
    if complaint.kind == "missing_field":
        shapes = variants(list(_below(allowed, values, complaint.field)))
        return missing(complaints.dotted((*within, *path, complaint.field)), shapes)
    param = complaints.dotted((*within, *path))
    message, code = _sentence(complaint, param, values, allowed)
    return GatewayError("bad_request", message, param=param or None, code=code, details={"shapes": allowed})


def listed(values: Sequence[str]) -> str:
    """Word a choice as OpenAI does: `'a', 'b', and 'c'`."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


def _sentence(complaint: Complaint, param: str, got: Any, allowed: list[inspect.Type]) -> tuple[str, str]:
    match complaint.kind:
        case "wrong_type":
            return _wrong_type(param, got, allowed), "invalid_type"
        case "below_min" | "above_max":
            return _out_of_range(complaint, param, got, allowed)
        case "too_short" | "too_long":
            return _wrong_length(complaint, param, got)
        case "pattern":
            return _mismatch(param, allowed), "invalid_value"
        case _:
            return _bad_value(complaint, param, got, allowed), "invalid_value"


def _wrong_type(param: str, got: Any, allowed: list[inspect.Type]) -> str:
    kinds = list(dict.fromkeys(filter(None, map(_called, allowed)))) or ["another type"]
    expected = kinds[0]
    if len(kinds) > 1:
        bare = [_bare(kind) for kind in kinds[1:]]
        expected = f"one of {', '.join([expected, *bare[:-1]])} or {bare[-1]}"
    of = f" for '{param}'" if param else ""
    return f"Invalid type{of}: expected {expected}, but got {_kind(got)} instead."


def _out_of_range(complaint: Complaint, param: str, got: Any, allowed: list[inspect.Type]) -> tuple[str, str]:
    number = "integer" if any(isinstance(one, inspect.IntType) for one in allowed) else "decimal"
    below = complaint.kind == "below_min"
    fault = "below minimum value" if below else "above maximum value"
    sign = (">" if below else "<") + ("" if complaint.exclusive else "=")
    bounds = f"Expected a value {sign} {_bound(allowed, below=below)}, but got {_shown(got)} instead."
    code = f"{number}_below_min_value" if below else f"{number}_above_max_value"
    return f"Invalid '{param}': {number} {fault}. {bounds}", code


def _bound(allowed: list[inspect.Type], *, below: bool) -> str:
    numbers = [one for one in allowed if isinstance(one, inspect.IntType | inspect.FloatType)]
    bounds = [bound for one in numbers for bound in ((one.ge, one.gt) if below else (one.le, one.lt))]
    return next(_number(bound) for bound in bounds if bound is not None)


def _wrong_length(complaint: Complaint, param: str, got: Any) -> tuple[str, str]:
    kind, limit, short = _kind(got), _number(complaint.limit), complaint.kind == "too_short"
    if complaint.of_key:
        fault = complaint.kind.replace("_", " ")
        return f"Invalid '{param}': the name of a property is {fault}.", "invalid_value"
    if isinstance(got, dict):
        fault, side = ("few", "least") if short else ("many", "most")
        bounds = f"Expected an object with at {side} {limit} properties, but got an object with {len(got)} "
        code = "object_below_min_properties" if short else "object_above_max_properties"
        return f"Invalid '{param}': too {fault} properties. {bounds}properties instead.", code
    bare = _bare(kind)
    if not got:
        bounds = f"Expected {kind} with minimum length {limit}, but got an empty {bare} instead."
        return f"Invalid '{param}': empty {bare}. {bounds}", f"empty_{bare}"
    fault, side = ("short", "minimum") if short else ("long", "maximum")
    bounds = f"Expected {kind} with {side} length {limit}, but got {kind} with length {len(got)} instead."
    code = f"{bare}_below_min_length" if short else f"{bare}_above_max_length"
    return f"Invalid '{param}': {bare} too {fault}. {bounds}", code


def _mismatch(param: str, allowed: list[inspect.Type]) -> str:
    patterns = [one.pattern for one in allowed if isinstance(one, inspect.StrType) and one.pattern]
    shown = patterns[0].replace(r"\Z", "$") if patterns else ""
    return f"Invalid '{param}': string does not match pattern. Expected a string that matches the pattern '{shown}'."


def _bad_value(complaint: Complaint, param: str, got: Any, allowed: list[inspect.Type]) -> str:
    values = [str(value) for one in allowed if isinstance(one, inspect.LiteralType) for value in one.values]
    if not values:
        return f"Invalid '{param}': {complaint.text[:1].lower()}{complaint.text[1:]}."
    return f"Invalid value: {_shown(got)}. Supported values are: {listed(values)}."


# What may stand where.


def variants(types: list[inspect.Type]) -> list[inspect.Type]:
    """Take unions and annotations apart."""
    found: list[inspect.Type] = []
    for one in types:
        match one:
            case inspect.UnionType(types=members):
                found += variants(list(members))
            case inspect.Metadata(type=inner):
                found += variants([inner])
            case _:
                found.append(one)
    return found


def _below(types: list[inspect.Type], value: Any, step: str | int) -> Iterator[inspect.Type]:
    """Yield what may stand one step below a value of any of these types; a tag decides where there is one."""
    for one in types:
        match one:
            case inspect.StructType(tag_field=str(field), tag=tag) if field == step:
                yield inspect.LiteralType((tag,))
            case inspect.StructType(fields=fields) if isinstance(value, dict) and _fits(one, value):
                yield from (field.type for field in fields if field.encode_name == step)
            case inspect.CollectionType(item_type=item) if isinstance(value, list):
                yield item
            case inspect.DictType(value_type=entry) if isinstance(value, dict):
                yield entry
            case _:
                pass


def _fits(one: inspect.StructType, value: dict[str, Any]) -> bool:
    return one.tag_field is None or value.get(one.tag_field, one.tag) == one.tag


_CALLED: dict[type[inspect.Type], str] = {
    inspect.StrType: "a string",
    inspect.IntType: "an integer",
    inspect.FloatType: "a decimal",
    inspect.BoolType: "a boolean",
    inspect.StructType: "an object",
    inspect.DictType: "an object",
}


def _called(one: inspect.Type) -> str:
    """Name a type as OpenAI does; nothing for null, which it never offers."""
    match one:
        case inspect.LiteralType(values=values):
            return _kind(values[0])
        case inspect.CollectionType(item_type=item):
            items = {_called(inner) for inner in variants([item])} - {""}
            return f"an array of {_bare(items.pop())}s" if len(items) == 1 else "an array"
        case _:
            return _CALLED.get(type(one), "")


_KINDS: dict[type, str] = {
    NoneType: "null",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    str: "a string",
    list: "an array",
}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "an object")


def _bare(kind: str) -> str:
    """Leave out the article."""
    return kind.split(" ", 1)[-1]


def _number(limit: float | None) -> str:
    assert limit is not None, "a complaint about a bound has the bound"
    return str(int(limit)) if int(limit) == limit else str(limit)


_LONGEST = 100  # characters of a refused value that are shown


def _shown(value: Any) -> str:
    match value:
        case str():
            return f"'{value}'" if len(value) <= _LONGEST else f"'{value[:_LONGEST]}...'"
        case bool():
            return str(value).lower()
        case float() | int():
            return str(value)
        case _:
            return _kind(value)
