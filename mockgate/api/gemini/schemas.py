"""The Gemini API's own kind of schema, a subset of OpenAPI's, as JSON Schema. Sentences are the API's own.

Source: Google's API reference, "Schema".
"""

from typing import Any, NamedTuple

import msgspec

from ...complaints import Path
from ...errors import GatewayError
from .payload import camel, convert, misfit, named, no_fields, refuse
from .request import Body, Schema


class Place(NamedTuple):
    """Where a schema stands: as a path, and in the words of a refusal, which call properties by their names."""

    path: Path
    words: str

    @classmethod
    def of(cls, *path: str | int) -> "Place":
        """Make the place of an outermost schema."""
        return cls(path, named(path))

    def below(self, word: str, *steps: str | int, name: str | int | None = None) -> "Place":
        """Return a place inside: what a word of the schema holds, or one of the things that it holds."""
        within = "" if name is None else f"[{name}]"
        return Place((*self.path, word, *steps), f"{self.words}.{named((word,))}{within}")


class _Words(Body, frozen=True):
    """What one schema says; what it holds of others is not looked into."""

    type: str | None = None
    format: str | None = None
    title: str | None = None
    description: str | None = None
    nullable: bool | None = None
    enum: list[str] | None = None
    items: Any = None
    min_items: int | str | None = None
    max_items: int | str | None = None
    properties: dict[str, Any] | None = None
    property_ordering: list[str] | None = None
    required: list[str] | None = None
    min_properties: int | str | None = None
    max_properties: int | str | None = None
    additional_properties: Any = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | str | None = None
    max_length: int | str | None = None
    pattern: str | None = None
    any_of: list[Any] | None = None
    default: Any = None
    example: Any = None
    ref: str | None = msgspec.field(default=None, name="$ref")
    defs: dict[str, Any] | None = msgspec.field(default=None, name="$defs")


#: What means the same in JSON Schema.
_SAME = (
    "title",
    "description",
    "enum",
    "required",
    "additionalProperties",
    "minimum",
    "maximum",
    "pattern",
    "default",
    "$ref",
    "$defs",
)

#: Whole numbers of 64 bits, which may come as text.
_WHOLE = ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength")

_KNOWN = frozenset(_Words.__struct_encode_fields__)


def json_schema(schema: Schema, place: Place) -> Schema:
    """Return what a schema that stands at a place means in JSON Schema.

    Raises GatewayError (400) for words that there are not, or are of the wrong type, for arrays of nothing, for
    required properties that there are not, and for schemas too deep inside each other.
    """
    try:
        return _meant(schema, place)
    except RecursionError:
        message = "A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth."
        raise GatewayError("bad_request", message) from None


def _meant(schema: Schema, place: Place) -> Schema:
    given = {word: value for key, value in schema.items() for word in camel({key: None})}
    unknown = [(*place.path, word) for word in given if word not in _KNOWN]
    if unknown:
        raise no_fields(unknown)
    words = convert(given, _Words, place.path)
    meant = {word: given[word] for word in _SAME if given.get(word) is not None}
    meant |= {word: _whole(given[word], place.below(word)) for word in _WHOLE if given.get(word) is not None}
    if words.format not in {None, "enum"}:
        meant["format"] = words.format
    kind = "" if words.type in {None, "TYPE_UNSPECIFIED"} else str(words.type).lower()
    if kind:
        meant["type"] = kind
    meant |= _inner(words, kind, place)
    return _nullable(meant) if words.nullable else meant


def _whole(value: int | str, place: Place) -> int:
    try:
        return int(value)
    except ValueError:
        raise refuse(place.words, "must be a whole number") from None


def _inner(words: _Words, kind: str, place: Place) -> Schema:
    """Return what a schema holds of other schemas."""
    found: Schema = {}
    if words.properties is not None:
        found["properties"] = _properties(words.properties, words.property_ordering or (), place)
    for at, name in enumerate((words.required or ()) if kind == "object" else ()):
        if name not in (words.properties or {}):
            raise refuse(place.below("required", name=at).words, "property is not defined")
    if words.items is not None:
        found["items"] = _one(words.items, place.below("items"))
    elif kind == "array":
        raise refuse(place.below("items").words, "missing field.")
    if words.any_of:
        found["anyOf"] = [_one(inner, place.below("anyOf", at, name=at)) for at, inner in enumerate(words.any_of)]
    return found


def _properties(properties: Schema, order: Any, place: Place) -> Schema:
    meant = {
        name: _one(inner, place.below("properties", at, "value", name=name))
        for at, (name, inner) in enumerate(properties.items())
    }
    return {name: meant[name] for name in dict.fromkeys([*order, *meant]) if name in meant}


def _one(schema: Any, place: Place) -> Schema:
    """Return what an inner schema means, which may be no schema at all."""
    if not isinstance(schema, dict):
        raise misfit(place.path, "Schema", schema)
    return _meant(schema, place)


def _nullable(meant: Schema) -> Schema:
    """Let null be a value too."""
    if "enum" in meant:
        meant["enum"] = [*meant["enum"], None]
    if "type" in meant:
        return {**meant, "type": [meant["type"], "null"]}
    if "anyOf" in meant:
        return {**meant, "anyOf": [*meant["anyOf"], {"type": "null"}]}
    return meant
