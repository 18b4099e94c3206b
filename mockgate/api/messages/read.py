"""A Messages request's body becomes a Prompt; what its fields demand of each other is checked here."""

from collections.abc import Callable
from typing import Any

from ... import fields
from ...anthropic_fields import decode, invalid
from ...complaints import Path
from ...errors import GatewayError
from ...turn import Format, Prompt, ToolChoice
from .blocks import TextBlock
from .conversation import read_messages
from .request import Adaptive, Asked, Create, Enabled, JsonFormat
from .tools import read_choice, read_tools

_THINKING_GUIDE = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"

_TEXT = Format()

#: Up to so many tokens of thought are so much effort.
_EFFORTS = ((4096, "low"), (16_384, "medium"))


def read(raw: bytes, *, reject_unknown: bool = False, resume: Callable[[Asked], Asked] = lambda asked: asked) -> Prompt:
    """Read the body of a request to answer; `Prompt.request` is the Asked, as `resume` completes it.

    Raises GatewayError (400) for all that is wrong with it, and with `reject_unknown` for unknown fields.
    """
    return _prompt(resume(decode(raw, Create, reject_unknown=reject_unknown)))


def counted(
    raw: bytes, *, reject_unknown: bool = False, resume: Callable[[Asked], Asked] = lambda asked: asked
) -> Prompt:
    """Read the body of a request that only asks what it would cost.

    Raises GatewayError (400) as `read` does.
    """
    return _prompt(resume(decode(raw, Asked, reject_unknown=reject_unknown)))


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no Messages request has."""
    return fields.unknown(values, Create)


def _prompt(asked: Asked) -> Prompt:
    tools = read_tools(asked.tools)
    choice = read_choice(asked, tools)
    messages, cache = read_messages(asked)
    _check_stops(asked)
    _check_thinking(asked, choice)
    return Prompt(
        "messages",
        asked.model,
        messages,
        tools,
        choice,
        parallel_tool_calls=not getattr(asked.tool_choice, "disable_parallel_tool_use", None),
        format=_format(asked),
        max_tokens=asked.max_tokens,
        stops=tuple(asked.stop_sequences or ()),
        stream=asked.stream is True,
        effort=_effort(asked),
        user=(asked.metadata and asked.metadata.user_id) or "",
        request=asked,
        cache=cache,
    )


def _check_stops(asked: Asked) -> None:
    if asked.stop_sequences and not all(map(str.strip, asked.stop_sequences)):
        raise invalid(("stop_sequences",), "each stop sequence must contain non-whitespace")


def _check_thinking(asked: Asked, choice: ToolChoice) -> None:
    """Refuse what does not go with thinking. Source: Anthropic's guide to extended thinking."""
    if not isinstance(asked.thinking, (Enabled, Adaptive)):
        _check_prefill(asked)
        return
    limit = asked.max_tokens
    if isinstance(asked.thinking, Enabled) and limit is not None and limit <= asked.thinking.budget_tokens:
        raise _refusal(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
            f"{_THINKING_GUIDE}#max-tokens-and-context-window-size",
            "max_tokens",
        )
    if choice.mode == "required":
        raise _refusal("Thinking may not be enabled when tool_choice forces tool use.", "tool_choice")
    if asked.temperature not in (None, 1):
        raise _refusal(
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at "
            f"{_THINKING_GUIDE}#important-considerations-when-using-extended-thinking",
            "temperature",
        )
    if asked.top_k is not None:
        raise _refusal(
            "`top_k` must be unset when thinking is enabled. Please consult our documentation at "
            f"{_THINKING_GUIDE}#important-considerations-when-using-extended-thinking",
            "top_k",
        )
    _check_thought_before(asked)


def _check_thought_before(asked: Asked) -> None:
    """Refuse a prefill that does not begin with what was thought."""
    last = asked.messages[-1]
    if last.role != "assistant":
        return
    kind = "text" if isinstance(last.content, str) else next((_kind(block) for block in last.content), "text")
    if kind not in {"thinking", "redacted_thinking"}:
        place: Path = ("messages", len(asked.messages) - 1, "content", 0, "type")
        raise invalid(
            place,
            f"Expected `thinking` or `redacted_thinking`, but found `{kind}`. When `thinking` is enabled, a final "
            "`assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and "
            "`tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this "
            f"requirement, disable `thinking`. Please consult our documentation at {_THINKING_GUIDE}",
        )


def _kind(block: Any) -> str:
    return str(block.__struct_config__.tag)


def _check_prefill(asked: Asked) -> None:
    last = asked.messages[-1]
    if last.role != "assistant":
        return
    ending = TextBlock(last.content) if isinstance(last.content, str) else next(reversed(last.content), None)
    text = ending.text if isinstance(ending, TextBlock) else ""
    if text != text.rstrip():
        raise invalid(("messages",), "final assistant content cannot end with trailing whitespace")


def _refusal(message: str, param: str) -> GatewayError:
    return GatewayError("bad_request", message, param=param)


def _effort(asked: Asked) -> str | None:
    """Say how much is thought: as asked for, else by the budget; nothing where thinking is switched off."""
    if asked.thinking is None:
        return None
    given = None if asked.output_config is None else asked.output_config.effort
    match asked.thinking:
        case Enabled(budget):
            return given or next((effort for most, effort in _EFFORTS if budget <= most), "high")
        case Adaptive():
            return given or "medium"
        case _:
            return "none"


def _format(asked: Asked) -> Format:
    found = asked.output_format or (None if asked.output_config is None else asked.output_config.format)
    if found is None:
        return _TEXT
    _check_schema(found)
    return Format("json_schema", "", found.schema, strict=True)


def _check_schema(form: JsonFormat) -> None:
    """Refuse an object that may have more than its properties. Source: Anthropic's guide to structured outputs."""
    waiting: list[Any] = [form.schema]
    while waiting:
        at = waiting.pop()
        if isinstance(at, list):
            waiting += at
        elif isinstance(at, dict):
            if at.get("type") == "object" and at.get("additionalProperties") is not False:
                raise invalid(
                    ("output_config", "format", "schema"),
                    "For 'object' type, 'additionalProperties' must be explicitly set to false",
                )
            waiting += at.values()
