"""Tools that run in the middle of an answer: the items they leave, and the sources that the text names.

What they find is made up, and the same for the same call.
"""

from base64 import b64encode
from collections.abc import Callable

from ... import hosted
from ...hosted import query, source
from ...rng import Dice
from ...turn import Text, ToolCall, Turn
from . import mcp
from .items import Item

#: The states that a hosted tool's events tell of, in order.
STATES: dict[str, tuple[str, ...]] = {
    "web_search": ("in_progress", "searching", "completed"),
    "file_search": ("in_progress", "searching", "completed"),
    "code_interpreter": ("in_progress", "interpreting", "completed"),
    "image_generation": ("in_progress", "generating", "completed"),
    "mcp": ("in_progress", "completed"),
}

#: What is told of as it is given to a tool: the events of it, and the field of the item.
GIVEN = {"code_interpreter": ("code_interpreter_call_code", "code"), "mcp": ("mcp_call_arguments", "arguments")}

_PREFIXES = {
    "web_search": "ws_",
    "file_search": "fs_",
    "code_interpreter": "ci_",
    "image_generation": "ig_",
    "mcp": "mcp_",
}


#: What every picture is like.
SHAPE = {"output_format": "png", "quality": "low", "size": "1024x1024", "background": "opaque"}


def previews(turn: Turn) -> int:
    """Return how many pictures are shown before one is done."""
    tools = turn.prompt.request.asked.tools or ()
    return next((tool.get("partial_images") or 0 for tool in tools if tool.get("type") == "image_generation"), 0)


def _web_search(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    action: Item = {"type": "search", "query": query(call), "queries": [query(call)]}
    if "web_search_call.action.sources" in (turn.prompt.request.asked.include or ()):
        action["sources"] = [{"type": "url", "url": source(dice)[0]}]
    return {"action": action}


def _file_search(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    shown = "file_search_call.results" in (turn.prompt.request.asked.include or ())
    file = {"file_id": dice.id("file-", 24), "filename": "notes.md", "score": 0.87, "text": query(call)}
    return {"queries": [query(call)], "results": [{**file, "attributes": {}}] if shown else None}


def _code_interpreter(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    shown = "code_interpreter_call.outputs" in (turn.prompt.request.asked.include or ())
    outputs = [{"type": "logs", "logs": hosted.PRINTED}] if shown else None
    code = str(hosted.asked(call).get("code", call.arguments))
    return {"code": code, "container_id": dice.id("cntr_", 48), "outputs": outputs}


def _image_generation(call: ToolCall, _turn: Turn, _dice: Dice) -> Item:
    prompt = str(hosted.asked(call).get("prompt", call.arguments))
    return {"result": b64encode(call.picture).decode(), "revised_prompt": prompt, **SHAPE}


_ITEMS: dict[str, Callable[[ToolCall, Turn, Dice], Item]] = {
    "web_search": _web_search,
    "file_search": _file_search,
    "code_interpreter": _code_interpreter,
    "image_generation": _image_generation,
    "mcp": lambda call, turn, _: mcp.result(call, turn),
}


def item(call: ToolCall, turn: Turn, dice: Dice) -> Item:
    """Word what a hosted tool leaves."""
    made = _ITEMS[call.hosted](call, turn, dice)
    return {"id": dice.id(_PREFIXES[call.hosted], 48), "type": f"{call.hosted}_call", "status": "completed", **made}


def annotations(turn: Turn, at: int) -> list[Item]:
    """Return what a text refers to: the pages that a rule says, else the source that a search before it found."""
    parts = turn.replies[0].parts
    searched = [part for part in parts[:at] if isinstance(part, ToolCall) and part.hosted == "web_search"]
    part = parts[at]
    if not isinstance(part, Text) or not part.text:
        return []
    if part.cites:
        return [_page(cite.url, cite.title, *cite.span(part.text)) for cite in part.cites if cite.url]
    if not searched:
        return []
    url, title = source(Dice(turn.id, "item", parts.index(searched[0])))
    end = len(part.text)
    return [_page(url, title, max(0, end - 20), end)]


def _page(url: str, title: str, begin: int, end: int) -> Item:
    return {"type": "url_citation", "url": url, "title": title, "start_index": begin, "end_index": end}
