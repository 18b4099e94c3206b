"""Tools on offer: what their schemas and names must be. Sentences and codes are OpenAI's own."""

from typing import Any

from . import strict_schema
from .turn import Tool
from .wording import bad_request

#: What "no parameters" means.
NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}


def function(
    name: str, description: str | None, parameters: dict[str, Any] | None, *, strict: bool, place: str
) -> Tool:
    """Make a function on offer, whose parameters stand at `place`.

    Raises GatewayError (400) for a schema that no function may have.
    """
    schema = parameters or NO_PARAMETERS
    found = None
    if schema.get("type") != "object":
        found = strict_schema.not_an_object(schema)
    elif strict and parameters:
        found = strict_schema.fault(schema)
    if found:
        raise bad_request(f"Invalid schema for function '{name}': {found}", place, "invalid_function_parameters")
    return Tool(name, description or "", schema, strict=strict)


def check_names(offer: tuple[Tool, ...], places: list[str]) -> None:
    """Refuse a name that is given to more than one tool; `places` are where the names stand.

    Raises GatewayError (400).
    """
    seen: set[str] = set()
    for tool, param in zip(offer, places, strict=True):
        if tool.name in seen:
            raise bad_request(
                f"Invalid '{param}': the name '{tool.name}' is given to more than one tool.",
                param,
                "invalid_value",
            )
        seen.add(tool.name)
