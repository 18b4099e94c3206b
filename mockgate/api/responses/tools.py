"""A Responses request's tools, which are flat, and the choice among them; hosted ones run while it answers."""

from typing import Annotated, Any, Literal

import msgspec

from ... import offers
from ...complaints import Path, dotted
from ...fields import convert
from ...hosted import CODE, PICTURE, QUERY
from ...turn import Tool, ToolChoice
from ...wording import bad_request, missing
from .request import ToolName

#: Tools that the gateway runs itself: by type, the kind of item they make, what they are for, and what they take.
HOSTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "web_search": ("web_search", "Search the web for the latest news and current information", QUERY),
    "web_search_2025_08_26": ("web_search", "Search the web for the latest news and current information", QUERY),
    "web_search_preview": ("web_search", "Search the web for the latest news and current information", QUERY),
    "web_search_preview_2025_03_11": ("web_search", "Search the web for the latest news", QUERY),
    "file_search": ("file_search", "Search the uploaded files and documents", QUERY),
    "code_interpreter": ("code_interpreter", "Run Python code to calculate and to plot", CODE),
    "image_generation": ("image_generation", "Draw an image or picture", PICTURE),
    "mcp": ("mcp", "Call a tool of a remote server", QUERY),
}

#: What a hosted tool cannot be without.
_NEEDED = {"mcp": "server_label", "file_search": "vector_store_ids", "code_interpreter": "container"}

#: How many pictures may be shown before one is done.
_PREVIEWS = range(4)

#: Tools that the client runs, without a schema: the script may call them by their type.
_CLIENTS = (
    "computer",
    "computer_use",
    "computer_use_preview",
    "local_shell",
    "shell",
    "apply_patch",
    "tool_search",
    "namespace",
)


class Function(msgspec.Struct, frozen=True):
    """A function on offer."""

    name: ToolName
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ToolNames(msgspec.Struct, frozen=True):
    """Some of a server's tools."""

    tool_names: list[str] | None = None


class Approvals(msgspec.Struct, frozen=True):
    """Which of a server's tools somebody has to allow."""

    always: ToolNames | None = None
    never: ToolNames | None = None


class Remote(msgspec.Struct, frozen=True):
    """A server of tools."""

    server_label: Annotated[str, msgspec.Meta(min_length=1)]
    server_description: str | None = None
    allowed_tools: list[str] | ToolNames | None = None
    require_approval: Literal["always", "never"] | Approvals | None = None


class Grammar(msgspec.Struct, frozen=True, tag_field="type", tag="grammar"):
    """Text of a grammar."""

    definition: str
    syntax: Literal["lark", "regex"]


class FreeText(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Any text."""


class Custom(msgspec.Struct, frozen=True):
    """A tool that takes free text."""

    name: ToolName
    description: str | None = None
    format: Annotated[FreeText | Grammar | None, msgspec.Meta()] = None


def read_tools(tools: list[dict[str, Any]] | None) -> tuple[Tool, ...]:
    """Read what is on offer.

    Raises GatewayError (400) for tools that are none, schemas that no tool may have, and names given twice.
    """
    found = [_tool(tool, ("tools", at)) for at, tool in enumerate(tools or ())]
    named = [(tool, f"tools[{at}].name") for at, tool in enumerate(found) if tool is not None and not tool.hosted]
    offers.check_names(tuple(tool for tool, _ in named), [place for _, place in named])
    return tuple({tool.name: tool for tool in found if tool is not None}.values())


def _tool(tool: dict[str, Any], place: Path) -> Tool | None:
    kind = tool.get("type")
    if kind == "function":
        asked = convert(tool, Function, place)
        strict = asked.strict is not False and asked.parameters is not None
        return offers.function(
            asked.name, asked.description, asked.parameters, strict=strict, place=dotted((*place, "parameters"))
        )
    if kind == "custom":
        custom = convert(tool, Custom, place)
        return Tool(custom.name, custom.description or "", _text_schema(custom.format), custom=True)
    if kind in HOSTED:
        return _hosted(kind, tool, place)
    if kind in _CLIENTS:
        return None
    if kind is None:
        raise missing(dotted((*place, "type")))
    known = ", ".join(f"'{each}'" for each in ("function", "custom", *HOSTED))
    raise bad_request(
        f"Invalid value: '{kind}'. Supported values are: {known}.", dotted((*place, "type")), "invalid_value"
    )


def _text_schema(form: FreeText | Grammar | None) -> dict[str, Any] | None:
    """Return what a custom tool's text must be true to: None (any text) but for a regular expression."""
    match form:
        case Grammar(definition, "regex"):
            return {"type": "string", "pattern": definition}
        case _:
            return None


def _hosted(kind: str, tool: dict[str, Any], place: Path) -> Tool:
    needed = _NEEDED.get(kind)
    if needed is not None and not tool.get(needed):
        raise missing(dotted((*place, needed)))
    if kind == "mcp":
        convert(tool, Remote, place)
    if kind == "image_generation" and (tool.get("partial_images") or 0) not in _PREVIEWS:
        message = "Invalid value for 'partial_images': expected an integer from 0 to 3."
        raise bad_request(message, dotted((*place, "partial_images")), "invalid_value")
    item, description, schema = HOSTED[kind]
    return Tool(item, description, schema, hosted=item)


def read_choice(choice: str | dict[str, Any] | None, offer: tuple[Tool, ...]) -> ToolChoice:
    """Read which of the tools may be called.

    Raises GatewayError (400) for a choice that is none, or of what is not on offer.
    """
    match choice:
        case None | "auto":
            return ToolChoice()
        case "none" | "required":
            return ToolChoice("none" if choice == "none" else "required")
        case {"type": "allowed_tools", "mode": "auto" | "required" as mode, "tools": [*tools]}:
            names = [_chosen(tool, offer) for tool in tools if isinstance(tool, dict)]
            return ToolChoice("required" if mode == "required" else "auto", tuple(dict.fromkeys(names)))
        case dict() if "type" in choice:
            return ToolChoice("required", (_chosen(choice, offer),))
        case _:
            message = "Invalid value for 'tool_choice': expected 'none', 'auto', 'required', or an object."
            raise bad_request(message, "tool_choice", "invalid_value")


def _chosen(choice: dict[str, Any], offer: tuple[Tool, ...]) -> str:
    kind = choice.get("type")
    name = choice.get("name") if kind in {"function", "custom"} else HOSTED.get(str(kind), (str(kind),))[0]
    if isinstance(name, str) and any(tool.name == name for tool in offer):
        return name
    raise bad_request(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")
