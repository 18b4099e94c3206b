"""Reading a body: bytes become a typed value, or a 400 that names the field.

The one source of 400s about single fields; which fields there are, and their limits, is said by the types.
"""

import bisect
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, inspect

from . import complaints, wire, wording
from .complaints import Complaint, Path
from .errors import GatewayError

T = TypeVar("T", bound=msgspec.Struct)

#: What callers hang on an object of OpenAI's APIs: up to 16 pairs.
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)
]


def decode(raw: bytes, kind: type[T], *, reject_unknown: bool = False) -> T:
    """Read a JSON body as a value of that type.

    Raises GatewayError (400) when the body is not JSON or does not fit the type, and, with `reject_unknown`,
    when it has a field that the type does not know.
    """
    try:
        if not raw.isascii():
            raw.decode()  # msgspec does not look into what it skips
        value: T = _decoder(kind).decode(raw)
    except msgspec.ValidationError:
        # Read again, slowly: a body that is not JSON further on is told so first, and of a key given twice
        # the last one counts.
        value = convert(wire.decode_json(raw), kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise wire.not_json(problem) from None
    if reject_unknown:
        _refuse_unknown(wire.decode_json(raw), kind)
    return value


def of_form(values: dict[str, Any], kind: type[T], *, reject_unknown: bool = False) -> T:
    """Read what stands in a form as a value of that type.

    Raises GatewayError (400) as for a body.
    """
    if reject_unknown:
        _refuse_unknown(values, kind)
    return convert(values, kind)


def convert(values: Any, kind: type[T], within: Path = ()) -> T:
    """Read values, which stand `within` a body, as a value of that type.

    Raises GatewayError (400) when they do not fit it.
    """
    return fitted(values, kind, lambda fault, path: wording.refuse(fault, path, values, _shape(kind), within))


def fitted(values: Any, kind: type[T], refuse: Callable[[Complaint, Path], GatewayError]) -> T:
    """Read values as a value of that type; `refuse` words what does not fit, and where in them that is.

    Raises what `refuse` made, or GatewayError (400) when they are nested too deep.
    """
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        fault = complaints.parse(error)
        raise refuse(fault, keyed(fault.path, values, kind)) from None
    except RecursionError as problem:
        raise wire.not_json(problem) from None


def _refuse_unknown(values: dict[str, Any], kind: Any) -> None:
    for name in unknown(values, kind):
        raise wording.bad_request(f"Unknown parameter: '{name}'.", name, "unknown_parameter")


def unknown(values: dict[str, Any], kind: Any) -> list[str]:
    """Return the paths of a body's fields that the type does not know, by their names on the wire."""
    return [complaints.dotted(path) for path in _unknown(values, _shape(kind), ())]


def _unknown(value: Any, shape: inspect.Type, path: Path) -> Iterator[Path]:
    match value, shape:
        case dict() | list(), inspect.UnionType(types):
            for variant in types:
                if _may_be(value, variant):
                    yield from _unknown(value, variant, path)
                    return
        case dict(), inspect.StructType(fields=fields, tag_field=tag_field):
            known = {field.encode_name: field.type for field in fields}
            for name, inner in value.items():
                if name in known:
                    yield from _unknown(inner, known[name], (*path, name))
                elif name != tag_field:
                    yield (*path, name)
        case list(), inspect.ListType(item_type=item):
            for place, inner in enumerate(value):
                yield from _unknown(inner, item, (*path, place))


def _may_be(value: dict[str, Any] | list[Any], shape: inspect.Type) -> bool:
    """Tell whether a value is the variant of a union that a shape describes: by its tag, where it has one."""
    match shape:
        case inspect.StructType(tag_field=None):
            return isinstance(value, dict)
        case inspect.StructType(tag_field=str() as tag_field, tag=tag):
            return isinstance(value, dict) and value.get(tag_field) == tag
        case inspect.ListType():
            return isinstance(value, list)
        case _:
            return False


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _shape(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def keyed(path: Path, values: Any, kind: Any) -> Path:
    """Put in the keys that msgspec leaves out: the key of the first entry that makes its mapping fail."""
    at = values
    named: Path = ()
    for step in path:
        key = step
        if step == complaints.SOME_KEY:
            key = _failing(at, partial(_replaced, values, named), kind, path)
        named = (*named, key)
        at = at[key]
    return named


def _failing(mapping: dict[str, Any], within: Callable[[dict[str, Any]], Any], kind: Any, path: Path) -> str:
    entries = list(mapping.items())

    def fails(count: int) -> bool:
        try:
            msgspec.convert(within(dict(entries[:count])), kind)
        except msgspec.ValidationError as error:
            return complaints.parse(error).path == path
        return False

    return entries[bisect.bisect_left(range(1, len(entries)), x=True, key=fails)][0]


def _replaced(values: Any, place: Path, by: Any) -> Any:
    """Copy the values with something else at a place."""
    if not place:
        return by
    copy = values.copy()
    copy[place[0]] = _replaced(values[place[0]], place[1:], by)
    return copy
