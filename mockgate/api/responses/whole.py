"""A turn as a Response object and its output items. Source: OpenAI's API reference, the Response object.

A Response repeats every parameter of its request.
"""

from typing import Any

import msgspec

from ...rng import Dice
from ...turn import PLAIN_FINISH, Logprob, Part, Reasoning, Refusal, Reply, Text, ToolCall, Turn, Usage
from . import hosted, mcp
from .items import Item
from .request import ReasoningConfig, Request, TextConfig


def response_id(turn: Turn) -> str:
    """Return the id in OpenAI's shape; a response that was not asked for has the id it was given."""
    return turn.id if turn.by == "records" else "resp_" + Dice("response", turn.id).id("", 48)


def body(turn: Turn) -> dict[str, Any]:
    """Word a whole response that has come to its end."""
    return ended(turn, turn.created)


def ended(turn: Turn, moment: float) -> dict[str, Any]:
    """Word a response that came to its end at a moment."""
    finish = PLAIN_FINISH.get(turn.replies[0].finish, turn.replies[0].finish)
    cut = finish in {"length", "content_filter"}
    reason = {"length": "max_output_tokens"}.get(finish, finish)
    return worded(
        turn,
        "incomplete" if cut else "completed",
        output=output(turn),
        usage=usage(turn.usage),
        completed_at=None if cut else int(moment),
        incomplete_details={"reason": reason} if cut else None,
        service_tier=_served(turn),
    )


def worded(turn: Turn, status: str, **known: Any) -> dict[str, Any]:
    """Word a response in a state, with what is known of it by then."""
    request: Request = turn.prompt.request
    asked = request.asked
    shown = {
        "id": response_id(turn),
        "object": "response",
        "created_at": turn.created,
        "status": status,
        "background": asked.background is True,
        "completed_at": None,
        "error": None,
        "frequency_penalty": asked.frequency_penalty or 0.0,
        "incomplete_details": None,
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "max_tool_calls": asked.max_tool_calls,
        "model": turn.prompt.model,
        "output": [],
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "presence_penalty": asked.presence_penalty or 0.0,
        "previous_response_id": asked.previous_response_id,
        "prompt_cache_key": asked.prompt_cache_key,
        "prompt_cache_retention": asked.prompt_cache_retention,
        "reasoning": _reasoning_asked(asked.reasoning),
        "safety_identifier": asked.safety_identifier,
        "service_tier": asked.service_tier or "auto",
        "store": asked.store is not False,
        "temperature": 1.0 if asked.temperature is None else asked.temperature,
        "text": _text_asked(asked.text),
        "tool_choice": asked.tool_choice or "auto",
        "tools": asked.tools or [],
        "top_logprobs": asked.top_logprobs or 0,
        "top_p": 1.0 if asked.top_p is None else asked.top_p,
        "truncation": asked.truncation or "disabled",
        "usage": None,
        "user": asked.user,
        "metadata": asked.metadata or {},
    }
    if request.conversation is not None:
        shown["conversation"] = {"id": request.conversation}
    return shown | known


def _reasoning_asked(asked: ReasoningConfig | None) -> dict[str, Any]:
    if asked is None:
        return {"effort": None, "summary": None}
    return {"effort": asked.effort, "summary": asked.summary or asked.generate_summary}


def _text_asked(asked: TextConfig | None) -> dict[str, Any]:
    form = None if asked is None else asked.format
    return {
        "format": {"type": "text"} if form is None else msgspec.to_builtins(form),
        "verbosity": (None if asked is None else asked.verbosity) or "medium",
    }


def _served(turn: Turn) -> str:
    asked = turn.prompt.request.asked.service_tier
    return "default" if asked in (None, "auto") else str(asked)


def usage(counted: Usage) -> dict[str, Any]:
    """Word the token counts."""
    return {
        "input_tokens": counted.input,
        "input_tokens_details": {"cached_tokens": counted.cached, "cache_write_tokens": counted.cache_written},
        "output_tokens": counted.output,
        "output_tokens_details": {"reasoning_tokens": counted.reasoning},
        "total_tokens": counted.total,
    }


# Output items.


def groups(reply: Reply) -> list[list[int]]:
    """Return which parts make which item: what is said in a row is one message, all else an item of its own."""
    grouped: list[list[int]] = []
    for at, part in enumerate(reply.parts):
        before = reply.parts[at - 1] if at else None
        if isinstance(part, Text | Refusal) and isinstance(before, Text | Refusal):
            grouped[-1].append(at)
        else:
            grouped.append([at])
    return grouped


def output(turn: Turn) -> list[Item]:
    """Word all output items, complete."""
    reply = turn.replies[0]
    grouped = groups(reply)
    cut = reply.finish == "length"
    said = [item(turn, index, parts, cut=cut and parts is grouped[-1]) for index, parts in enumerate(grouped)]
    return [*mcp.listed(turn), *said]


def item(turn: Turn, index: int, at: list[int], *, cut: bool = False) -> Item:
    """Word the output item of that index, made of the parts that stand at `at`; `cut`: the token limit ended it."""
    reply = turn.replies[0]
    part = reply.parts[at[0]]
    status = "incomplete" if cut else "completed"
    dice = Dice(turn.id, "item", index)
    match part:
        case Reasoning(text):
            return _reasoning(turn, text, dice)
        case ToolCall(hosted=kind) if kind:
            return hosted.item(part, turn, dice)
        case ToolCall() if mcp.awaits_approval(part, turn):
            return mcp.question(part, turn, dice)
        case ToolCall(name, arguments, id, custom=True):
            call = {"type": "custom_tool_call", "status": status, "call_id": id, "name": name, "input": arguments}
            return {"id": dice.id("ctc_", 48), **call}
        case ToolCall(name, arguments, id):
            call = {"type": "function_call", "status": status, "call_id": id, "name": name, "arguments": arguments}
            return {"id": dice.id("fc_", 48), **call}
        case _:
            content = [content_part(turn, place) for place in at]
            said = {"type": "message", "status": status, "role": "assistant", "content": content}
            return {"id": dice.id("msg_", 48), **said}


def _reasoning(turn: Turn, text: str, dice: Dice) -> Item:
    asked = turn.prompt.request.asked
    shown = asked.reasoning is not None and (asked.reasoning.summary or asked.reasoning.generate_summary)
    worded: Item = {"id": dice.id("rs_", 48), "type": "reasoning", "summary": []}
    if shown:
        worded["summary"] = [{"type": "summary_text", "text": text}]
    if "reasoning.encrypted_content" in (asked.include or ()):
        worded["encrypted_content"] = dice.id("gAAAA", 64, salt=text)
    return worded


def content_part(turn: Turn, at: int) -> Item:
    """Word a part of a message, complete."""
    reply = turn.replies[0]
    part: Part = reply.parts[at]
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    text = part.text if isinstance(part, Text) else ""
    notes = hosted.annotations(turn, at)
    return {"type": "output_text", "text": text, "annotations": notes, "logprobs": logprobs(turn, at)}


def logprobs(turn: Turn, at: int) -> list[Item]:
    """Word the log-probabilities of a part's tokens, if they were asked for."""
    reply = turn.replies[0]
    if reply.logprobs is None:
        return []
    texts = [place for place, part in enumerate(reply.parts) if isinstance(part, Text | Refusal)]
    return [entry(one) for one in reply.logprobs] if texts and at == texts[0] else []


def entry(one: Logprob) -> Item:
    """Word one token's log-probability."""
    return {
        **_token(one.token, one.logprob),
        "top_logprobs": [_token(*other) for other in one.top],
    }


def _token(raw: bytes, logprob: float) -> Item:
    return {"token": raw.decode("utf-8", "replace"), "bytes": list(raw), "logprob": logprob}
