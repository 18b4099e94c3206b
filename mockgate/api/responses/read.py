"""A Responses request's body becomes a Prompt; what its fields demand of each other is checked here."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ... import bodies, fields, strict_schema
from ...errors import GatewayError
from ...journal import Exchange
from ...rng import Dice
from ...session import Session
from ...turn import Format, Message, Prompt, Text
from ...wire import Call
from ...wording import bad_request
from . import history, mcp
from .items import Item, checked, messages
from .request import Asked, ConversationRef, Create, JsonObject, JsonSchema, Request
from .tools import read_choice, read_tools


def read(call: Call, session: Session, reject_unknown: bool) -> Prompt:
    """Read a body; `Prompt.request` is a Request.

    Raises GatewayError (400, 404) for all that is wrong with it.
    """
    asked = fields.decode(call.raw, Create, reject_unknown=reject_unknown)
    if not asked.model:
        raise GatewayError("no_model", param="model", code="missing_required_parameter")
    _check(asked)
    return prompt_of(asked, call, session)


def prompt_of(asked: Create, call: Call, session: Session) -> Prompt:
    """Make the prompt of a request that is right in itself.

    Raises GatewayError (400, 404).
    """
    reference = asked.conversation
    conversation = reference.id if isinstance(reference, ConversationRef) else reference
    lane = call.headers.get(history.LANE_HEADER, "")
    before = history.before(asked.previous_response_id, conversation, session, lane)
    own = checked(asked.input, session, Dice(session.policy.scenario.seed, session.name, call.raw))
    said = _said(asked, before + own, session)
    tools = mcp.offered(read_tools(asked.tools), asked.tools, before, own)
    text, thought = asked.text, asked.reasoning
    return Prompt(
        "responses",
        asked.model or "",
        said,
        tools,
        read_choice(asked.tool_choice, tools),
        parallel_tool_calls=asked.parallel_tool_calls is not False,
        format=_format(asked, said),
        max_tokens=asked.max_output_tokens,
        stream=asked.stream is True,
        top_logprobs=asked.top_logprobs or 0 if _logprobs(asked) else None,
        effort=None if thought is None else thought.effort,
        user=asked.user or asked.safety_identifier or "",
        request=Request(asked, own, before, conversation, lane),
        verbosity=None if text is None else text.verbosity,
    )


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no Responses request has."""
    return fields.unknown(values, Create)


def counted(session: Session, exchange: Exchange) -> Prompt:
    """Read the body of a request that only asks what it would cost: any field may be left out."""
    asked = bodies.read(session, exchange, Asked)
    given = msgspec.structs.asdict(asked)
    create = Create(**{**given, "model": asked.model or session.policy.scenario.default_model})
    _check_history(create)
    return prompt_of(create, exchange.call, session)


def _check(asked: Create) -> None:
    _check_history(asked)
    if asked.input is None and asked.prompt is None and asked.conversation is None and not asked.previous_response_id:
        raise GatewayError(
            "bad_request",
            "One of 'input' or 'previous_response_id' or 'prompt' or 'conversation_id' must be provided.",
            code="missing_required_parameter",
            details={"param": "input"},
        )
    if asked.background and asked.store is False:
        raise bad_request("Background mode requires 'store' to be true.", "background")
    if asked.stream_options is not None and not asked.stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad_request(message, "stream_options")


def _check_history(asked: Asked) -> None:
    if asked.previous_response_id is not None and asked.conversation is not None:
        message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation' cannot be used together."
        raise bad_request(message, "previous_response_id", "mutually_exclusive_parameters")


def _said(asked: Asked, items: Sequence[Item], session: Session) -> tuple[Message, ...]:
    said = messages(items, session)
    return (Message("system", (Text(asked.instructions),)), *said) if asked.instructions else said


def _logprobs(asked: Create) -> bool:
    return bool(asked.top_logprobs) or "message.output_text.logprobs" in (asked.include or ())


def _format(asked: Asked, said: Sequence[Message]) -> Format:
    match None if asked.text is None else asked.text.format:
        case JsonSchema(name, schema, strict=strict):
            if strict is not False and (found := strict_schema.fault(schema)):
                raise bad_request(f"Invalid schema for response_format '{name}': {found}", "text.format.schema")
            return Format("json_schema", name, schema, strict=strict is not False)
        case JsonObject():
            if not any("json" in message.text.lower() for message in said):
                raise bad_request(
                    "Response input messages must contain the word 'json' in some form to use 'text.format' of type "
                    "'json_object'.",
                    "input",
                )
            return Format("json_object")
        case _:
            return Format()
