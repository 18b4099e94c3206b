"""Making a reply obey: cut at the stop sequences and at the token limit, and counted while it is cut."""

from collections.abc import Sequence

import msgspec

from .tokens import TOOL_CALL_OVERHEAD, Vocabulary, output_tokens
from .turn import Finish, Part, Reasoning, Refusal, Reply, Text, ToolCall


def cut_at_stop(parts: Sequence[Part], stops: Sequence[str]) -> tuple[tuple[Part, ...], str | None]:
    """End the parts at the first stop sequence in their text, leaving the sequence out; say which it was.

    Texts are searched as the reader sees them, joined; what the model only thinks, or hands to a tool, is not.
    """
    said = "".join(part.text for part in parts if isinstance(part, Text | Refusal))
    found = min(((at, stop) for stop in stops if (at := said.find(stop)) >= 0), default=None)
    if found is None:
        return tuple(parts), None
    at, stop = found
    kept: list[Part] = []
    for part in parts:
        if isinstance(part, Text | Refusal):
            if at < len(part.text):
                kept += [msgspec.structs.replace(part, text=part.text[:at])] if at else []
                break
            at -= len(part.text)
        kept.append(part)
    return tuple(kept), stop


def _cut(part: Part, budget: int, vocabulary: Vocabulary) -> Part | None:
    """Return what of a part its first `budget` tokens say; None when not even its beginning fits."""
    match part:
        case Text(text) | Refusal(text) | Reasoning(text):
            return msgspec.structs.replace(part, text=vocabulary.take(text, budget)) if budget else None
        case ToolCall(name=name, arguments=arguments):
            left = budget - TOOL_CALL_OVERHEAD - vocabulary.count(name)
            return msgspec.structs.replace(part, arguments=vocabulary.take(arguments, left)) if left > 0 else None
        case _:
            return None


def fit(parts: Sequence[Part], stops: Sequence[str], limit: int | None, vocabulary: Vocabulary) -> Reply:
    """Make a reply of parts: ended by a stop sequence, or at exactly `limit` tokens with finish `length`."""
    stop: str | None = None
    if stops:
        parts, stop = cut_at_stop(parts, stops)
    kept: list[Part] = []
    used = 0
    for part in parts:
        tokens = output_tokens(part, vocabulary)
        if limit is not None and used + tokens > limit:
            rest = _cut(part, limit - used, vocabulary)
            if rest is None:
                return Reply(tuple(kept), "length", None, limit)
            last = vocabulary.tokens(part.text)[: limit - used] if isinstance(part, Text | Refusal) else ()
            return Reply((*kept, rest), "length", None, limit, last_tokens=tuple(last))
        kept.append(part)
        used += tokens
    return Reply(tuple(kept), natural_finish(kept) if stop is None else "stop", stop, used)


def natural_finish(parts: Sequence[Part]) -> Finish:
    """Return why a reply that was not cut ended."""
    for part in parts:
        if isinstance(part, ToolCall) and not part.hosted:
            return "tool_calls"
    return "stop"
