"""Tools of remote servers: what the servers have to offer is listed first, and whoever asks may have to allow a call.

Source: OpenAI's guide "Connectors and MCP servers". What the servers offer and find is made up.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from ...hosted import QUERY
from ...rng import Dice
from ...turn import Tool, ToolCall, Turn
from ...wording import bad_request
from .items import Item

KIND = "mcp"


def servers(tools: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the servers among the tools of a request."""
    return [tool for tool in tools or () if tool.get("type") == KIND]


def names(server: dict[str, Any]) -> list[str]:
    """Return the names of a server's tools: those that are allowed, or one."""
    allowed = server.get("allowed_tools")
    allowed = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return allowed or ["search"]


# What is on offer.


def listed(turn: Turn) -> list[Item]:
    """Word what the servers offer, of those that the conversation has not yet asked."""
    request = turn.prompt.request
    said = (*request.before, *request.items)
    known = [item.get("server_label") for item in said if item["type"] == "mcp_list_tools"]
    new = [server for server in servers(request.asked.tools) if server["server_label"] not in known]
    return [_listed(server, Dice(turn.id, KIND, at)) for at, server in enumerate(new)]


def _listed(server: dict[str, Any], dice: Dice) -> Item:
    about = server.get("server_description") or f"A tool of {server['server_label']}"
    tools = [
        {"name": name, "description": about, "input_schema": QUERY, "annotations": {"read_only": True}}
        for name in names(server)
    ]
    label = server["server_label"]
    return {"id": dice.id("mcpl_", 48), "type": "mcp_list_tools", "server_label": label, "tools": tools}


# Who may call.


def offered(
    tools: tuple[Tool, ...], asked: list[dict[str, Any]] | None, before: list[Item], own: list[Item]
) -> tuple[Tool, ...]:
    """Return the tools with that of the servers as it may be called: at once, when somebody allows it, or not at all.

    Raises GatewayError (400) for the answer to a question that was not put.
    """
    found = servers(asked)
    if not found:
        return tools
    answer = _answer(before, own)
    if answer is not None and not answer["approve"]:
        return tuple(tool for tool in tools if tool.hosted != KIND)
    if answer is not None or not _needs_approval(found[0]):
        return tools
    return tuple(msgspec.structs.replace(tool, hosted="") if tool.hosted == KIND else tool for tool in tools)


def _answer(before: Sequence[Item], own: Sequence[Item]) -> Item | None:
    """Return what was said to the last question whether a tool may be called, where it was said just now."""
    questions = {item["id"] for item in (*before, *own) if item["type"] == "mcp_approval_request"}
    answers = [item for item in own if item["type"] == "mcp_approval_response"]
    for answer in answers:
        if answer["approval_request_id"] not in questions:
            raise bad_request(f"No approval request found with id '{answer['approval_request_id']}'.", "input")
    return answers[-1] if answers else None


def _needs_approval(server: dict[str, Any]) -> bool:
    """Tell whether a call must be allowed first, as it must be unless the request says otherwise."""
    required, name = server.get("require_approval") or "always", names(server)[0]
    if isinstance(required, str):
        return required != "never"
    return name not in ((required.get("never") or {}).get("tool_names") or ())


# Calls.


def awaits_approval(call: ToolCall, turn: Turn) -> bool:
    """Tell whether a call is one that somebody has to allow."""
    return not call.hosted and call.name == KIND and bool(servers(turn.prompt.request.asked.tools))


def question(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    """Word the question whether a tool may be called."""
    return {"id": dice.id("mcpr_", 48), "type": "mcp_approval_request", **_called(call, turn)}


def result(call: ToolCall, turn: Turn) -> Item:
    """Word a call that was made."""
    answers = [item for item in turn.prompt.request.items if item["type"] == "mcp_approval_response"]
    allowed = answers[-1]["approval_request_id"] if answers else None
    return {**_called(call, turn), "approval_request_id": allowed, "output": "Done.", "error": None}


def _called(call: ToolCall, turn: Turn) -> Item:
    server = next(iter(servers(turn.prompt.request.asked.tools)), {"server_label": ""})
    return {"server_label": server["server_label"], "name": names(server)[0], "arguments": call.arguments}
