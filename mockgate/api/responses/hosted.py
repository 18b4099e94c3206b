"""Tools that run in the middle of an answer: the items they leave, and the sources that the text names.

What they find is made up, and the same for the same call.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from ...rng import Dice
from ...turn import Text, ToolCall, Turn

Item = dict[str, Any]

#: The states that a hosted tool's events tell of, in order.
STATES: dict[str, tuple[str, ...]] = {
    "web_search": ("in_progress", "searching", "completed"),
    "file_search": ("in_progress", "searching", "completed"),
    "code_interpreter": ("in_progress", "interpreting", "completed"),
    "image_generation": ("in_progress", "generating", "completed"),
    "mcp": ("in_progress", "completed"),
}

_PREFIXES = {
    "web_search": "ws_",
    "file_search": "fs_",
    "code_interpreter": "ci_",
    "image_generation": "ig_",
    "mcp": "mcp_",
}

#: One transparent pixel, until pictures are made.
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def _asked(call: ToolCall) -> Item:
    try:
        found = msgspec.json.decode(call.arguments)
    except (msgspec.DecodeError, UnicodeError):
        return {"query": call.arguments}
    return found if isinstance(found, dict) else {"query": call.arguments}


def _query(call: ToolCall) -> str:
    return str(_asked(call).get("query", call.arguments))


def _web_search(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    action: Item = {"type": "search", "query": _query(call), "queries": [_query(call)]}
    if "web_search_call.action.sources" in (turn.prompt.request.asked.include or ()):
        action["sources"] = [{"type": "url", "url": source(dice)[0]}]
    return {"action": action}


def _file_search(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    shown = "file_search_call.results" in (turn.prompt.request.asked.include or ())
    file = {"file_id": dice.id("file-", 24), "filename": "notes.md", "score": 0.87, "text": _query(call)}
    return {"queries": [_query(call)], "results": [{**file, "attributes": {}}] if shown else None}


def _code_interpreter(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    shown = "code_interpreter_call.outputs" in (turn.prompt.request.asked.include or ())
    outputs = [{"type": "logs", "logs": "Done.\n"}] if shown else None
    code = str(_asked(call).get("code", call.arguments))
    return {"code": code, "container_id": dice.id("cntr_", 48), "outputs": outputs}


def _image_generation(call: ToolCall, _turn: Turn, _dice: Dice) -> Item:
    prompt = str(_asked(call).get("prompt", call.arguments))
    shape = {"output_format": "png", "quality": "low", "size": "1024x1024", "background": "opaque"}
    return {"result": _PIXEL, "revised_prompt": prompt, **shape}


def _mcp(call: ToolCall, turn: Turn, _dice: Dice) -> Item:
    tools = turn.prompt.request.asked.tools or ()
    label = next((tool["server_label"] for tool in tools if tool.get("type") == "mcp"), "")
    return {"server_label": label, "name": "search", "arguments": call.arguments, "output": "Done.", "error": None}


_ITEMS: dict[str, Callable[[ToolCall, Turn, Dice], Item]] = {
    "web_search": _web_search,
    "file_search": _file_search,
    "code_interpreter": _code_interpreter,
    "image_generation": _image_generation,
    "mcp": _mcp,
}


def item(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    """Word what a hosted tool leaves."""
    made = _ITEMS[call.hosted](call, turn, dice)
    return {"id": dice.id(_PREFIXES[call.hosted], 48), "type": f"{call.hosted}_call", "status": "completed", **made}


def source(dice: Dice) -> tuple[str, str]:
    """Make up the address and title of a source."""
    name = dice.id("", 8, "abcdefghijklmnopqrstuvwxyz")
    return f"https://example.com/{name}", f"About {name}"


def annotations(turn: Turn, at: int) -> list[Item]:
    """Return what a text refers to: the source that a search before it found."""
    parts = turn.replies[0].parts
    searched = [part for part in parts[:at] if isinstance(part, ToolCall) and part.hosted == "web_search"]
    part = parts[at]
    if not searched or not isinstance(part, Text) or not part.text:
        return []
    index = parts.index(searched[0])
    url, title = source(Dice(turn.id, "item", index))
    end = len(part.text)
    return [{"type": "url_citation", "url": url, "title": title, "start_index": max(0, end - 20), "end_index": end}]
