"""Reading a body, and what is wrong with it in Anthropic's words: `messages.0.content: Input should be a valid string`.

Where something stands is told by keys, indexes and the types of blocks, joined by dots. Sentences are the API's own.
"""

from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from . import complaints, fields, wire
from .complaints import Path
from .errors import GatewayError

Kind = TypeVar("Kind", bound=msgspec.Struct)


def decode(raw: bytes, kind: type[Kind], *, reject_unknown: bool = False) -> Kind:
    """Read a JSON body as a value of that type.

    Raises GatewayError (400) as `fields.decode` does.
    """
    try:
        read = fields.decode(raw, kind)
    except GatewayError as error:
        raise _reworded(error, raw) from None
    if reject_unknown:
        values = wire.decode_json(raw)
        for name in fields.unknown(values, kind):
            raise invalid(complaints.steps(name), "Extra inputs are not permitted", values)
    return read


def invalid(path: Path, sentence: str, values: Any = None, **rest: Any) -> GatewayError:
    """Make the 400 about what stands at a path; `values` are the body, where the types of its blocks are told."""
    place = _place(path, values)
    message = f"{place}: {sentence}" if place else sentence
    return GatewayError("bad_request", message, param=complaints.dotted(path) or None, **rest)


def _place(path: Path, values: Any) -> str:
    words: list[str] = []
    at = values
    for depth, step in enumerate(path):
        words.append(str(step))
        at = _below(at, step)
        if isinstance(at, dict) and depth + 1 < len(path) and path[depth + 1] not in {"type", "role"}:
            words += _tag(at, path[: depth + 1])
    return ".".join(words)


def _tag(at: dict[str, Any], path: Path) -> list[str]:
    """Return the type of a block where the API tells it: not of the system's, and a tool is `custom` by default."""
    if path[0] == "system" and path[-1] != "cache_control":
        return []
    kind = at.get("type", "custom" if path[0] == "tools" and len(path) == 2 else None)
    return [kind] if isinstance(kind, str) else []


def _below(at: Any, step: str | int) -> Any:
    try:
        return at[step]
    except (KeyError, IndexError, TypeError):
        return None


def _reworded(error: GatewayError, raw: bytes) -> GatewayError:
    if error.param is None and error.code is None:
        return GatewayError("bad_request", f"The request body is not valid JSON{_parser(error.message)}")
    values = wire.decode_json(raw)
    path = complaints.steps(error.param or "")
    shapes: list[inspect.Type] = list(error.details.get("shapes", ()))
    got = values
    for step in path:
        got = _below(got, step)
    told = path
    if _is_tag(path, shapes) and error.code == "invalid_value":
        told = path[:-1]
        tags = ", ".join(
            f"'{tag}'" for shape in shapes if isinstance(shape, inspect.LiteralType) for tag in shape.values
        )
        sentence = f"Input tag '{got}' found using 'type' does not match any of the expected tags: {tags}"
    else:
        sentence = _sentence(error.code or "", shapes, got)
    worded = invalid(told, sentence, values, code=error.code, details=error.details)
    worded.param = error.param
    return worded


def _parser(message: str) -> str:
    """Return what the parser said, as the sentence it is in ends."""
    said = message.rpartition("not valid JSON")[2].removesuffix(")")
    return said or "."


def _is_tag(path: Path, shapes: list[inspect.Type]) -> bool:
    return len(path) > 1 and path[-1] == "type" and len(shapes) > 1


#: What a value should be, by its type.
_VALID: dict[type[inspect.Type], str] = {
    inspect.StrType: "a valid string",
    inspect.IntType: "a valid integer",
    inspect.FloatType: "a valid number",
    inspect.BoolType: "a valid boolean",
    inspect.ListType: "a valid list",
    inspect.DictType: "a valid dictionary",
}


def _sentence(code: str, shapes: list[inspect.Type], got: Any) -> str:
    if code == "missing_required_parameter":
        return "Field required"
    if code.endswith(("_min_value", "_max_value")):
        return f"Input should be {_bound(code, shapes)}"
    if code.startswith(("empty_", "string_", "array_", "object_")):
        return _length(code, shapes)
    literals = [value for shape in shapes if isinstance(shape, inspect.LiteralType) for value in shape.values]
    if literals:
        return f"Input should be {_either([repr(value) for value in literals])}"
    patterns = [shape.pattern for shape in shapes if isinstance(shape, inspect.StrType) and shape.pattern]
    if patterns and isinstance(got, str):
        return f"String should match pattern '{patterns[0].replace(chr(92) + 'Z', '$')}'"
    known = [shape for shape in shapes if not isinstance(shape, inspect.NoneType)]
    return f"Input should be {_VALID.get(type(known[-1]), 'an object') if known else 'valid'}"


def _bound(code: str, shapes: list[inspect.Type]) -> str:
    numbers = [shape for shape in shapes if isinstance(shape, inspect.IntType | inspect.FloatType)]
    if code.endswith("_min_value"):
        return next(f"greater than or equal to {one.ge:g}" for one in numbers if one.ge is not None)
    return next(f"less than or equal to {one.le:g}" for one in numbers if one.le is not None)


def _length(code: str, shapes: list[inspect.Type]) -> str:
    for shape in shapes:
        if isinstance(shape, inspect.StrType | inspect.ListType):
            short = code.startswith("empty_") or "below" in code
            limit, side = (shape.min_length, "least") if short else (shape.max_length, "most")
            kind, unit = ("String", "character") if isinstance(shape, inspect.StrType) else ("List", "item")
            if limit is not None:
                return f"{kind} should have at {side} {limit} {unit}{'s' if limit != 1 else ''}"
    return "Input should be valid"


def _either(quoted: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
