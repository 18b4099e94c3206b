"""Tools that the gateway runs itself, in the middle of its answer: what they take, and what they find.

What they find is made up, and the same for the same call. Each dialect words it.
"""

from typing import Any

import msgspec

from .rng import Dice
from .turn import ToolCall

#: What a search takes.
QUERY: dict[str, Any] = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What to search for"}},
    "required": ["query"],
}
#: What running a program takes.
CODE: dict[str, Any] = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
#: What drawing a picture takes.
PICTURE: dict[str, Any] = {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}

#: What every program prints.
PRINTED = "Done.\n"


def asked(call: ToolCall) -> dict[str, Any]:
    """Return what a hosted tool was called with; anything but an object is taken for a query."""
    try:
        found = msgspec.json.decode(call.arguments)
    except (msgspec.DecodeError, UnicodeError):
        return {"query": call.arguments}
    return found if isinstance(found, dict) else {"query": call.arguments}


def query(call: ToolCall) -> str:
    """Return what a search looks for."""
    return str(asked(call).get("query", call.arguments))


def source(dice: Dice) -> tuple[str, str]:
    """Make up the address and title of a source."""
    name = dice.id("", 8, "abcdefghijklmnopqrstuvwxyz")
    return f"https://example.com/{name}", f"About {name}"
