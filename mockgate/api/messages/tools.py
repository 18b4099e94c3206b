"""The tools on offer and the choice among them: the caller's own, and those that Anthropic defines.

Of these, the server runs some in the middle of its answer, and the client the others. Sentences are the API's own.
"""

from collections.abc import Mapping
from typing import Any

from ... import turn
from ...anthropic_fields import invalid
from ...complaints import Path
from ...hosted import CODE, QUERY
from ...turn import ToolChoice
from .request import AnyTool, Asked, NoTool, OneTool, Tool

_URL: dict[str, Any] = {
    "type": "object",
    "properties": {"url": {"type": "string", "description": "The address to fetch"}},
    "required": ["url"],
}

#: Tools that the server runs: by the beginning of their type, the kind, what they are for, and what they take.
_HOSTED: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "web_search_": ("web_search", "Search the web for the latest news and current information", QUERY),
    "web_fetch_": ("web_fetch", "Fetch what stands at a web address", _URL),
    "code_execution_": ("code_interpreter", "Run Python code to calculate and to plot", CODE),
}


def _takes(**kinds: Any) -> dict[str, Any]:
    """Make the schema of an object whose properties are all strings, or of these values; the first is required."""
    properties = {
        name: {"type": "string", **({"enum": list(allowed)} if allowed else {})} for name, allowed in kinds.items()
    }
    return {"type": "object", "properties": properties, "required": [next(iter(kinds))]}


_EDITS = ("view", "create", "str_replace", "insert")

#: Tools that Anthropic defines and the client runs: what they are for, and what they take.
_CLIENTS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "bash_": ("Run a command in a shell", _takes(command=())),
    "text_editor_": ("View and edit text files", _takes(command=_EDITS, path=())),
    "computer_": ("Use a computer by its screen, mouse and keyboard", _takes(action=("screenshot", "left_click"))),
    "memory_": ("Keep notes in files for later", _takes(command=(*_EDITS, "delete", "rename"), path=())),
}

_KNOWN = ("custom", *_CLIENTS, *_HOSTED, "tool_search_tool_", "mcp_toolset", "browser_", "advisor_")


_FREE = ToolChoice()


def read_tools(tools: list[Tool] | None) -> tuple[turn.Tool, ...]:
    """Read what is on offer.

    Raises GatewayError (400) for a schema that no tool may have, an unknown type, and a name given twice.
    """
    if not tools:
        return ()
    offer = tuple(_tool(tool, ("tools", at)) for at, tool in enumerate(tools))
    if len({tool.name for tool in offer}) < len(offer):
        raise invalid(("tools",), "Tool names must be unique.")
    return offer


def _tool(tool: Tool, place: Path) -> turn.Tool:
    kind = tool.type or "custom"
    name = tool.name or tool.mcp_server_name or (kind if "toolset" in kind else "")
    if not name:
        raise invalid((*place, kind, "name"), "Field required")
    if kind == "custom":
        return turn.Tool(name, tool.description or "", _schema(tool, place), strict=bool(tool.strict))
    for start, (hosted, purpose, schema) in _HOSTED.items():
        if kind.startswith(start):
            return turn.Tool(name, purpose, schema, hosted=hosted)
    for start, (purpose, schema) in _CLIENTS.items():
        if kind.startswith(start):
            return turn.Tool(name, purpose, schema)
    if kind.startswith(_KNOWN):
        return turn.Tool(name, tool.description or "", tool.input_schema)
    known = ", ".join(f"'{start}...'" if start.endswith("_") else f"'{start}'" for start in _KNOWN)
    raise invalid(place, f"Input tag '{kind}' found using 'type' does not match any of the expected tags: {known}")


def _schema(tool: Tool, place: Path) -> dict[str, Any]:
    if tool.input_schema is None:
        raise invalid((*place, "custom", "input_schema"), "Field required")
    if "type" not in tool.input_schema:
        raise invalid((*place, "custom", "input_schema", "type"), "Field required")
    if tool.input_schema["type"] != "object":
        raise invalid((*place, "custom", "input_schema", "type"), "Input should be 'object'")
    return tool.input_schema


def read_choice(asked: Asked, offer: tuple[turn.Tool, ...]) -> ToolChoice:
    """Read which tools may or must be called.

    Raises GatewayError (400) for a choice among none, and for a tool that is not on offer.
    """
    choice = asked.tool_choice
    if choice is None:
        return _FREE
    if not offer:
        raise invalid(("tool_choice",), "tool_choice may only be specified while providing tools")
    match choice:
        case AnyTool():
            return ToolChoice("required")
        case OneTool(name):
            if all(tool.name != name for tool in offer):
                raise invalid(("tool_choice",), f"Tool '{name}' not found in provided tools")
            return ToolChoice("required", (name,))
        case NoTool():
            return ToolChoice("none")
        case _:
            return _FREE
