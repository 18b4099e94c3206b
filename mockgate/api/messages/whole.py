"""A turn as one message. Source: Anthropic's API reference, the message object; keys as recorded."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ...rng import Dice
from ...turn import Part, Reasoning, Refusal, Reply, Text, ToolCall, Turn, Usage
from . import served
from .citing import citations
from .ids import message_id, tool_use_id
from .request import Adaptive, Asked, Enabled

Block = dict[str, Any]

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}

#: What makes the real API redact what is thought. Source: its guide to extended thinking.
_REDACT = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_"


def body(turn: Turn) -> dict[str, Any]:
    """Word a whole message."""
    reply = turn.replies[0]
    told = head(turn)
    told["content"] = content(turn)
    told.update(ending(turn, reply))
    told["usage"] = usage(turn)
    return told


def head(turn: Turn) -> dict[str, Any]:
    """Word what is known before the first word is."""
    model = turn.prompt.model
    told = {"id": message_id(turn), "type": "message", "role": "assistant", "model": model}
    return {"model": model, **told} if "model_first" in turn.quirks else told


def ending(turn: Turn, reply: Reply) -> dict[str, Any]:
    """Word why it ended, and in what container code was run."""
    reason = stop_reason(reply)
    told: dict[str, Any] = {"stop_reason": reason, "stop_sequence": reply.stop}
    if reason == "refusal":
        said = "".join(part.text for part in reply.parts if isinstance(part, Refusal))
        told["stop_details"] = {"type": "refusal", "category": None, "explanation": said or None}
    if "code_interpreter" in served.ran(reply.parts):
        told["container"] = served.container(turn)
    return told


def stop_reason(reply: Reply) -> str:
    """Return why a message ended."""
    if reply.stop is not None and reply.finish == "stop":
        return "stop_sequence"
    if reply.finish == "stop" and Refusal in map(type, reply.parts):
        return "refusal"
    return _STOP_REASONS.get(reply.finish, reply.finish)


def usage(turn: Turn) -> dict[str, Any]:
    """Word all token counts."""
    counted = turn.usage
    return {
        **input_usage(counted),
        "cache_creation": {
            "ephemeral_5m_input_tokens": counted.cache_written - counted.cache_written_long,
            "ephemeral_1h_input_tokens": counted.cache_written_long,
        },
        "output_tokens": counted.output,
        "service_tier": "standard",
        **output_details(turn),
    }


def input_usage(counted: Usage) -> dict[str, int]:
    """Word what the prompt took: what was read from the cache, and written to it, is not counted again."""
    return {
        "input_tokens": counted.input - counted.cached - counted.cache_written,
        "cache_creation_input_tokens": counted.cache_written,
        "cache_read_input_tokens": counted.cached,
    }


def output_details(turn: Turn) -> dict[str, Any]:
    """Word what of the answer was thought, and which of the server's tools were used, where any was."""
    told: dict[str, Any] = {}
    if turn.usage.reasoning:
        told["output_tokens_details"] = {"thinking_tokens": turn.usage.reasoning}
    if used := served.counts(turn.replies[0].parts):
        told["server_tool_use"] = used
    return told


# Content.


def content(turn: Turn) -> list[Block]:
    """Word all parts."""
    worded: list[Block] = []
    for at, part in enumerate(turn.replies[0].parts):
        worded += blocks(turn, part, at)
    return worded


def blocks(turn: Turn, part: Part, at: int) -> Sequence[Block]:
    """Word a part, the one at that index: as one block, as two where the server ran a tool, or as none."""
    if isinstance(part, Text) and part.text:
        cited = citations(turn, at)
        said = {"type": "text", "text": part.text}
        return ({**said, "citations": cited} if cited else said,)
    if isinstance(part, Refusal) and part.text:
        return ({"type": "text", "text": part.text},)
    if isinstance(part, Reasoning) and "hidden_reasoning" not in turn.quirks:
        return (_thinking(turn, part, at),)
    if isinstance(part, ToolCall) and not part.hosted:
        return ({"type": "tool_use", "id": tool_use_id(part.id), "name": part.name, "input": arguments(part)},)
    return served.blocks(part, turn, at) if isinstance(part, ToolCall) else ()


def _thinking(turn: Turn, thought: Reasoning, at: int) -> Block:
    dice = Dice(turn.id, "thinking", at)
    if thought.redacted or any(_REDACT in message.text for message in turn.prompt.messages[-1:]):
        return {"type": "redacted_thinking", "data": signature(dice, len(thought.text))}
    shown = "" if is_omitted(turn.prompt.request) else thought.text
    return {"type": "thinking", "thinking": shown, "signature": signature(dice, len(thought.text))}


def is_omitted(asked: Asked) -> bool:
    """Tell whether thoughts are signed but not shown."""
    return isinstance(asked.thinking, Enabled | Adaptive) and asked.thinking.display == "omitted"


def signature(dice: Dice, length: int) -> str:
    """Make up what stands for thoughts of that length, as Base64."""
    pieces = range(1 + length // 64)
    return "E" + "".join(dice.id("", 64, salt=piece) for piece in pieces)[1:-2] + "=="


def arguments(call: ToolCall) -> dict[str, Any]:
    """Return what a tool was called with; text that is no object is wrapped as the API's guide to streaming says."""
    try:
        found = msgspec.json.decode(call.arguments) if call.arguments else {}
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"INVALID_JSON": call.arguments}
