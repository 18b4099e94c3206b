"""The subset of JSON Schema that strict outputs and strict tools must keep to, and what breaks it.

Source: OpenAI's Structured Outputs guide ("Supported schemas") and the API's own refusals. `default` and the
bounds of numbers, strings and arrays are let through, as the API does by now.
"""

from collections.abc import Iterator
from typing import Any

_FORBIDDEN = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
)
_SPEAKING = ("type", "anyOf", "$ref", "enum", "const")  # one of them says what a value is
_DEEPEST = 10
_MOST_PROPERTIES = 5000

#: Where a schema stands: the keys that lead to it.
Context = tuple[str, ...]


def fault(schema: dict[str, Any]) -> str | None:
    """Say what makes a schema unfit for strict use, in the API's words; None when nothing does."""
    if schema.get("type") != "object":
        return not_an_object(schema)
    properties = 0
    waiting: list[tuple[Context, Any, int]] = [((), schema, 1)]
    while waiting:
        context, at, depth = waiting.pop()
        if not isinstance(at, dict):
            return f"In context={context}, {_shown(at)} is not of type 'object', 'boolean'."
        if found := _fault_of_one(at, schema):
            return f"In context={context}, {found}"
        properties += len(at.get("properties", ()))
        if depth > _DEEPEST:
            return f"{depth} levels of nesting exceeds limit of {_DEEPEST}."
        if properties > _MOST_PROPERTIES:
            return f"{properties} properties exceeds limit of {_MOST_PROPERTIES}."
        below = [((*context, *keys), inner, depth + deeper) for keys, inner, deeper in _below(at)]
        waiting += reversed(below)
    return None


def not_an_object(schema: dict[str, Any]) -> str:
    """Say that the outermost schema must be an object's."""
    kind = _shown(schema.get("type")).strip("'")
    return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."


def _shown(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, str | int | float) else type(value).__name__


def _fault_of_one(at: dict[str, Any], root: dict[str, Any]) -> str | None:
    for word in _FORBIDDEN:
        if word in at:
            return f"'{word}' is not permitted."
    if "$ref" in at:
        return _fault_of_reference(at, root)
    if not any(word in at for word in _SPEAKING):
        return "schema must have a 'type' key."
    kinds = at.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "object" in kinds or "properties" in at:
        return _fault_of_object(at)
    if "array" in kinds and "items" not in at:
        return "array schema missing items."
    return None


def _fault_of_object(at: dict[str, Any]) -> str | None:
    properties = at.get("properties", {})
    if not isinstance(properties, dict):
        return f"{_shown(properties)} is not of type 'object'."
    if at.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    required = at.get("required", [])
    needed = "'required' is required to be supplied and to be an array including every key in properties."
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        return needed
    listed = set(required)
    for name in properties:
        if name not in listed:
            return f"{needed} Missing '{name}'."
    for name in required:
        if name not in properties:
            return f"{needed} Extra required key '{name}' supplied."
    return None


def _fault_of_reference(at: dict[str, Any], root: dict[str, Any]) -> str | None:
    reference = at["$ref"]
    others = sorted(at.keys() - {"$ref", "$defs", "definitions"})
    if others:
        return f"$ref cannot have keywords {{{', '.join(map(repr, others))}}}."
    if not isinstance(reference, str) or not _leads_somewhere(reference, root):
        return f"reference to component {_shown(reference)} which was not found in the schema."
    return None


def _leads_somewhere(reference: str, root: dict[str, Any]) -> bool:
    """Say whether a reference (`#`, or a JSON pointer into the schema) leads to a schema."""
    if reference != "#" and not reference.startswith("#/"):
        return False
    at: Any = root
    for key in reference[1:].split("/")[1:]:
        key_itself = key.replace("~1", "/").replace("~0", "~")
        if not isinstance(at, dict) or key_itself not in at:
            return False
        at = at[key_itself]
    return isinstance(at, dict)


def _below(at: dict[str, Any]) -> Iterator[tuple[Context, Any, int]]:
    """Yield the schemas within one: the keys to it, itself, and how many levels of nesting it adds."""
    for word in ("$defs", "definitions"):
        if isinstance(at.get(word), dict):
            yield from (((word, name), inner, 0) for name, inner in at[word].items())
    if isinstance(at.get("properties"), dict):
        yield from ((("properties", name), inner, 1) for name, inner in at["properties"].items())
    if "items" in at:
        yield ("items",), at["items"], 1
    for word in ("anyOf", "prefixItems"):
        if isinstance(at.get(word), list):
            yield from (((word, str(index)), inner, 0) for index, inner in enumerate(at[word]))
