"""Reading a body as Google's APIs do: camelCase and snake_case names, and one thing where a list of them may stand.

Sentences are the Gemini API's own.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from ... import complaints, fields
from ...complaints import Complaint, Path
from ...errors import GatewayError

T = TypeVar("T", bound=msgspec.Struct)

#: Mappings whose keys are the caller's own.
_FREE = frozenset(
    {
        "args",
        "labels",
        "parameters",
        "parametersJsonSchema",
        "partMetadata",
        "response",
        "responseJsonSchema",
        "responseSchema",
    }
)

_LISTS = frozenset(
    {
        "allowedFunctionNames",
        "contents",
        "functionDeclarations",
        "parts",
        "requests",
        "responseModalities",
        "safetySettings",
        "stopSequences",
        "tools",
    }
)

#: The types of values that are no plain ones, by the names of their fields.
_TYPES = {
    "allowedFunctionNames": "TYPE_STRING",
    "anyOf": "Schema",
    "category": "HarmCategory",
    "content": "Content",
    "contents": "Content",
    "enum": "TYPE_STRING",
    "functionDeclarations": "FunctionDeclaration",
    "inlineData": "Blob",
    "mode": "FunctionCallingConfig.Mode",
    "parameters": "Schema",
    "parts": "Part",
    "propertyOrdering": "TYPE_STRING",
    "requests": "EmbedContentRequest",
    "required": "TYPE_STRING",
    "responseModalities": "GenerationConfig.Modality",
    "responseSchema": "Schema",
    "safetySettings": "SafetySetting",
    "stopSequences": "TYPE_STRING",
    "systemInstruction": "Content",
    "thinkingLevel": "ThinkingConfig.ThinkingLevel",
    "threshold": "SafetySetting.HarmBlockThreshold",
    "tools": "Tool",
}
_PLAIN = {"str": "TYPE_STRING", "int": "TYPE_INT32", "float": "TYPE_FLOAT", "bool": "TYPE_BOOL"}


def decode(raw: bytes, kind: type[T], *, reject_unknown: bool = False) -> T:
    """Read a body as a value of that type.

    Raises GatewayError (400) when it is not JSON or does not fit the type, and, with `reject_unknown`, when it has a
    field that the type does not know.
    """
    try:
        values = camel(msgspec.json.decode(raw or b"{}"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise invalid(f"Invalid JSON payload received. {str(problem).removesuffix('.')}.") from None
    if reject_unknown:
        refuse_unknown(fields.unknown(values, kind))
    return convert(values, kind)


def convert(values: Any, kind: type[T], within: Path = ()) -> T:
    """Read values that stand somewhere in a body as a value of that type.

    Raises GatewayError (400) when they do not fit it.
    """
    return fields.fitted(values, kind, lambda fault, path: _misfit(fault, path, values, within))


def unknown(values: dict[str, Any], kind: type) -> list[str]:
    """Return the paths of a body's fields that the type does not know."""
    return fields.unknown(camel(values), kind)


def camel(values: Any) -> Any:
    """Name every field in camelCase, and put what stands alone where a list may stand into one."""
    match values:
        case dict():
            return dict(_entry(name, value) for name, value in values.items())
        case list():
            return [camel(value) for value in values]
        case _:
            return values


def _entry(name: str, value: Any) -> tuple[str, Any]:
    name = _camel(name) if "_" in name else name
    if name in _LISTS and value is not None and not isinstance(value, list):
        value = [value]
    # A function's response has free keys; the schema of a declaration's response is one of those, too.
    return name, value if name in _FREE else camel(value)


@lru_cache(maxsize=1024)
def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


@lru_cache(maxsize=1024)
def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def named(path: Path) -> str:
    """Word a path as the API does: `generation_config.top_p`."""
    return complaints.dotted(tuple(_snake(step) if isinstance(step, str) else step for step in path))


# What is wrong with it.


def invalid(message: str, field: str = "") -> GatewayError:
    """Make the 400 for a body that is not of the right form, with the violation in its details."""
    return _invalid([(field, message)])


def _invalid(found: Iterable[tuple[str, str]]) -> GatewayError:
    violations = [{"field": field, "description": text} if field else {"description": text} for field, text in found]
    message = "\n".join(violation["description"] for violation in violations)
    param = violations[0].get("field", "")
    return GatewayError("bad_request", message, details={"violations": violations, "param": param})


def refuse(path: str, fault: str, request: str = "GenerateContentRequest") -> GatewayError:
    """Make the 400 for a field of the right form whose value will not do."""
    return GatewayError("bad_request", f"* {request}.{path}: {fault}\n", details={"param": path})


def refuse_unknown(paths: Iterable[str]) -> None:
    """Refuse fields that there are not, all at once.

    Raises GatewayError (400).
    """
    found = [no_field(complaints.steps(path)) for path in paths]
    if found:
        raise _invalid(found)


def no_field(path: Path) -> tuple[str, str]:
    """Say that there is no such field, and where."""
    *within, name = path
    where = named(tuple(within))
    at = f" at '{where}'" if where else ""
    return where, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'


def no_fields(paths: Iterable[Path]) -> GatewayError:
    """Make the 400 for fields that there are not."""
    return _invalid(map(no_field, paths))


def misfit(path: Path, kind: str, value: Any) -> GatewayError:
    """Make the 400 for a value of the wrong type."""
    if not path:
        return invalid('Invalid JSON payload received. Unknown name "": Root element must be a message.')
    kind = kind if kind.startswith("TYPE_") else f"type.googleapis.com/google.ai.generativelanguage.v1beta.{kind}"
    where = named(path)
    return invalid(f"Invalid value at '{where}' ({kind}), {msgspec.json.encode(value).decode()}", where)


def _misfit(complaint: Complaint, path: Path, values: Any, within: Path) -> GatewayError:
    value, where = values, (*within, *path)
    for step in path:
        value = value[step]
    return misfit(where, _type(where, complaint), value)


def _type(path: Path, complaint: Complaint) -> str:
    """Name the type that should stand at a path."""
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    plain = (_PLAIN[kind] for kind in complaint.expected.split(" | ") if kind in _PLAIN)
    return next(plain, None) or _TYPES.get(name) or name[:1].upper() + name[1:]
