"""Tools that the server runs in the middle of its answer: the call, and what came of it, as two blocks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from ... import hosted
from ...rng import Dice
from ...turn import Part, ToolCall, Turn

Block = dict[str, Any]

#: How long a container lives, in seconds.
_LIFETIME = 30 * 60

#: How the counts of each kind of tool are called, where they are told.
_COUNTED = {"web_search": "web_search_requests", "web_fetch": "web_fetch_requests"}


def ran(parts: Sequence[Part]) -> list[str]:
    """Return the kind of each tool that the server ran."""
    if ToolCall not in map(type, parts):
        return []  # nearly always
    return [part.hosted for part in parts if isinstance(part, ToolCall) and part.hosted]


def counts(parts: Sequence[Part]) -> dict[str, int]:
    """Count the uses of those tools that are counted; nothing where there were none."""
    used = ran(parts)
    if not used or _COUNTED.keys().isdisjoint(used):
        return {}
    return {name: used.count(kind) for kind, name in _COUNTED.items()}


def container(turn: Turn) -> dict[str, str]:
    """Word the container in which code was run: the one asked for, or a new one."""
    given = turn.prompt.request.container
    given = given.get("id") if isinstance(given, dict) else given
    until = datetime.fromtimestamp(turn.created + _LIFETIME, UTC)
    return {
        "id": given or Dice(turn.id, "container").id("container_01", 22),
        "expires_at": until.isoformat().replace("+00:00", "Z"),
    }


def blocks(call: ToolCall, turn: Turn, at: int) -> tuple[Block, ...]:
    """Word a call that is part `at` of an answer, and its result."""
    dice = source_dice(turn, at)
    id = dice.id("srvtoolu_01", 22)
    asked = {"type": "server_tool_use", "id": id, "name": call.name, "input": hosted.asked(call)}
    if call.hosted not in _RESULTS:
        return (asked,)
    kind, content = _RESULTS[call.hosted](call, turn, dice)
    return asked, {"type": kind, "tool_use_id": id, "content": content}


def source_dice(turn: Turn, at: int) -> Dice:
    """Return the dice of what the tool finds that part `at` of an answer calls."""
    return Dice(turn.id, "item", at)


def _web_search(_call: ToolCall, _turn: Turn, dice: Dice) -> tuple[str, Any]:
    url, title = hosted.source(dice)
    result = {
        "type": "web_search_result",
        "title": title,
        "url": url,
        "encrypted_content": dice.id("E", 63, salt="encrypted"),
        "page_age": None,
    }
    return "web_search_tool_result", [result]


def _web_fetch(call: ToolCall, turn: Turn, _dice: Dice) -> tuple[str, Any]:
    url = str(hosted.asked(call).get("url", ""))
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": f"This is the page at {url}."},
        "title": url,
        "citations": None,
    }
    at = datetime.fromtimestamp(turn.created, UTC).isoformat().replace("+00:00", "Z")
    return "web_fetch_tool_result", {"type": "web_fetch_result", "url": url, "content": document, "retrieved_at": at}


def _code(_call: ToolCall, _turn: Turn, _dice: Dice) -> tuple[str, Any]:
    printed = {"stdout": hosted.PRINTED, "stderr": "", "return_code": 0, "content": []}
    return "code_execution_tool_result", {"type": "code_execution_result", **printed}


_RESULTS: dict[str, Callable[[ToolCall, Turn, Dice], tuple[str, Any]]] = {
    "web_search": _web_search,
    "web_fetch": _web_fetch,
    "code_interpreter": _code,
}
