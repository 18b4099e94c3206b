"""Anthropic's ids for what has none of its own: each is made of the neutral id, which can be read back."""

from ...rng import HEX, Dice
from ...turn import Turn

_CALL, _TOOL_USE = "call_", "toolu_01"
_LETTERS = 24


def message_id(turn: Turn) -> str:
    """Return the id of a message, as the gateway has it."""
    return Dice(turn.id).id("your-", 32, HEX) if "your_ids" in turn.quirks else "msg_01" + turn.id[:22]


def tool_use_id(call_id: str) -> str:
    """Return the id of a call on the wire; one that the script gave stays as it is."""
    own = call_id.startswith(_CALL) and len(call_id) == len(_CALL) + _LETTERS
    return _TOOL_USE + call_id.removeprefix(_CALL) if own else call_id


def neutral(id: str) -> str:
    """Return the neutral id of a call, so that a conversation is the same in every dialect."""
    own = id.startswith(_TOOL_USE) and len(id) == len(_TOOL_USE) + _LETTERS
    return _CALL + id.removeprefix(_TOOL_USE) if own else id
