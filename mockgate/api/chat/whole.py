"""A turn as one chat completion. Source: OpenAI's API reference, the chat completion object."""

from base64 import b64encode
from functools import lru_cache
from typing import Any

from ...rng import HEX, Dice
from ...turn import PLAIN_FINISH, Audio, Logprob, Reasoning, Refusal, Reply, Text, ToolCall, Turn

#: How long spoken answers can be referred to, in seconds.
AUDIO_LIFETIME = 3600


def body(turn: Turn) -> dict[str, Any]:
    """Word a whole chat completion."""
    worded = {
        "id": completion_id(turn),
        "object": "chat.completion",
        "created": turn.created,
        "model": turn.prompt.model,
        "choices": [
            {
                "index": index,
                "message": message(turn, reply),
                "logprobs": None if reply.logprobs is None else logprobs(reply.logprobs, reply),
                "finish_reason": finish_reason(turn, reply),
            }
            for index, reply in enumerate(turn.replies)
        ],
        "usage": usage(turn),
        "service_tier": service_tier(turn),
        "system_fingerprint": fingerprint(turn.prompt.model),
    }
    return bare(worded) if "bare_answers" in turn.quirks else worded


#: What OpenAI added to its first answers, and leaves there where it says nothing.
_LATER = ("service_tier", "system_fingerprint")
_LATER_OF_A_CHOICE = ("logprobs", "refusal", "annotations")


def bare(worded: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a completion, or a chunk, what the first ones did not have."""
    for choice in worded.get("choices", ()):
        for part in (choice, choice.get("message", {})):
            for name in [name for name in _LATER_OF_A_CHOICE if not part.get(name, True)]:
                del part[name]
    return {name: value for name, value in worded.items() if name not in _LATER}


def completion_id(turn: Turn) -> str:
    """Return the id in OpenAI's shape, or as bare digits where the gateway has them so."""
    return Dice(turn.id).id("", 32, HEX) if "hex_ids" in turn.quirks else "chatcmpl-" + turn.id[:29]


def service_tier(turn: Turn) -> str:
    """Return the tier that served: the one asked for, `default` for `auto`."""
    asked: str | None = turn.prompt.request.service_tier
    return "default" if asked is None or asked == "auto" else asked


@lru_cache(maxsize=256)
def fingerprint(model: str) -> str:
    """Return the back end's fingerprint: one a model."""
    return Dice("system_fingerprint", model).id("fp_", 10, HEX)


def finish_reason(turn: Turn, reply: Reply) -> str:
    """Return why a choice ended; a deprecated `functions` request is told so in its own word."""
    if reply.finish == "tool_calls" and turn.prompt.request.functions:
        return "function_call"
    return PLAIN_FINISH.get(reply.finish, reply.finish)


def message(turn: Turn, reply: Reply) -> dict[str, Any]:
    """Word one choice's message; keys that only some replies have are absent from the others."""
    first = reply.parts[0] if len(reply.parts) == 1 else None
    if isinstance(first, Text) and not (turn.quirks or first.cites):  # nearly every answer
        return {"role": "assistant", "content": first.text, "refusal": None, "annotations": []}
    words: dict[type, list[str]] = {Text: [], Refusal: [], Reasoning: []}
    calls: list[ToolCall] = []
    notes = [note for at in range(len(reply.parts)) for note in annotations(reply, at)]
    worded: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None, "annotations": notes}
    for part in reply.parts:
        match part:
            case Text(text) | Refusal(text) | Reasoning(text):
                words[type(part)].append(text)
            case ToolCall():
                calls.append(part)
            case Audio():
                worded["audio"] = _sound(part, turn.created)
    if words[Text] or not (words[Refusal] or calls or "audio" in worded):
        worded["content"] = "".join(words[Text])
    if words[Refusal]:
        worded["refusal"] = "".join(words[Refusal])
    if words[Reasoning] and "hidden_reasoning" not in turn.quirks:
        worded["reasoning_content"] = "".join(words[Reasoning])
    elif "reasoning_always" in turn.quirks:
        worded["reasoning_content"] = ""
    if calls and turn.prompt.request.functions:
        worded["function_call"] = {"name": calls[0].name, "arguments": calls[0].arguments}
    elif calls:
        worded["tool_calls"] = [tool_call(call) for call in calls]
    return worded


def annotations(reply: Reply, at: int) -> list[dict[str, Any]]:
    """Word the pages that a part of a reply cites, and which letters of the whole content rest on them."""
    part = reply.parts[at]
    if not isinstance(part, Text) or not part.cites:
        return []
    before = sum(len(other.text) for other in reply.parts[:at] if isinstance(other, Text))
    pages = [(cite, *cite.span(part.text)) for cite in part.cites if cite.url]
    told = [(before + begin, before + end, cite.url, cite.title) for cite, begin, end in pages]
    keys = ("start_index", "end_index", "url", "title")
    return [{"type": "url_citation", "url_citation": dict(zip(keys, each, strict=True))} for each in told]


def _sound(part: Audio, created: int) -> dict[str, Any]:
    return {
        "id": part.id,
        "data": b64encode(part.data).decode(),
        "expires_at": created + AUDIO_LIFETIME,
        "transcript": part.transcript,
    }


def tool_call(call: ToolCall) -> dict[str, Any]:
    """Word a complete tool call."""
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def logprobs(entries: tuple[Logprob, ...], reply: Reply) -> dict[str, Any]:
    """Word log-probabilities: under `refusal` when that is what was said."""
    worded = [
        {**_token(entry.token, entry.logprob), "top_logprobs": [_token(*other) for other in entry.top]}
        for entry in entries
    ]
    declined = any(isinstance(part, Refusal) for part in reply.parts)
    return {"content": None, "refusal": worded} if declined else {"content": worded, "refusal": None}


def _token(raw: bytes, logprob: float) -> dict[str, Any]:
    return {"token": raw.decode("utf-8", "replace"), "logprob": logprob, "bytes": list(raw)}


def usage(turn: Turn) -> dict[str, Any]:
    """Word the token counts."""
    counted = turn.usage
    totals = {
        "prompt_tokens": counted.input,
        "completion_tokens": counted.output,
        "total_tokens": counted.total,
    }
    if "bare_usage" in turn.quirks:
        return totals
    if "short_details" in turn.quirks:
        return {
            **totals,
            "prompt_tokens_details": {"audio_tokens": counted.input_audio, "cached_tokens": counted.cached},
            "completion_tokens_details": {"audio_tokens": counted.output_audio, "reasoning_tokens": counted.reasoning},
        }
    return {
        **totals,
        "prompt_tokens_details": {"cached_tokens": counted.cached, "audio_tokens": counted.input_audio},
        "completion_tokens_details": {
            "reasoning_tokens": counted.reasoning,
            "audio_tokens": counted.output_audio,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
