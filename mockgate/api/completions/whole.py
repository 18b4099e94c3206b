"""A turn as one legacy completion. Source: OpenAI's API reference, the completion object."""

from codecs import getincrementaldecoder
from collections.abc import Sequence
from typing import Any

from ...turn import PLAIN_FINISH, Logprob, Refusal, Reply, Text, Turn, Usage
from .request import Asked

_Decoder = getincrementaldecoder("utf-8")


def body(turn: Turn) -> dict[str, Any]:
    """Word a whole completion."""
    asked: Asked = turn.prompt.request
    choices = [_choice(asked, index, reply) for index, reply in enumerate(turn.replies)]
    return {**head(turn), "choices": choices, "usage": usage(turn.usage)}


def head(turn: Turn) -> dict[str, Any]:
    """Word what a completion and all of its chunks begin with."""
    return {
        "id": f"cmpl-{turn.id[:29]}",
        "object": "text_completion",
        "created": turn.created,
        "model": turn.prompt.model,
    }


def _choice(asked: Asked, index: int, reply: Reply) -> dict[str, Any]:
    echo = asked.echo(index)
    words = "".join(part.text for part in reply.parts if isinstance(part, Text | Refusal))
    worded = None
    if reply.logprobs is not None:
        worded = logprobs((*echo.logprobs, *reply.logprobs), begins=bool(echo.logprobs))
    return {"text": echo.text + words, "index": index, "logprobs": worded, "finish_reason": finish_reason(reply)}


def finish_reason(reply: Reply) -> str:
    """Return why a choice ended: a call, which no completion can make, is its natural end."""
    return "stop" if reply.finish == "tool_calls" else PLAIN_FINISH.get(reply.finish, reply.finish)


def logprobs(entries: Sequence[Logprob], offset: int = 0, *, begins: bool = False) -> dict[str, Any]:
    """Word log-probabilities of tokens that stand at an offset, in characters.

    `begins`: the first of them begins the prompt, and what nothing comes before has no likelihood. Of a character that
    is several tokens, all stand where it begins.
    """
    offsets, decoder = [], _Decoder("replace")
    for entry in entries:
        offsets.append(offset)
        offset += len(decoder.decode(entry.token))
    figures: list[float | None] = [entry.logprob for entry in entries]
    tops: list[dict[str, float] | None] | None = None
    if any(entry.top for entry in entries):
        tops = [{token(other): logprob for other, logprob in entry.top} for entry in entries]
    if begins:
        figures[0] = None
        tops = tops and [None, *tops[1:]]
    return {
        "tokens": [token(entry.token) for entry in entries],
        "token_logprobs": figures,
        "top_logprobs": tops,
        "text_offset": offsets,
    }


def token(raw: bytes) -> str:
    """Word a token; one that is no whole character by its bytes, as in `bytes:\\xe2\\x80`."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)


def usage(counted: Usage) -> dict[str, int]:
    """Word the token counts."""
    return {
        "prompt_tokens": counted.input,
        "completion_tokens": counted.output,
        "total_tokens": counted.total,
    }
