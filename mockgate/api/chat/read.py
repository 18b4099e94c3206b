"""A chat completion request's body becomes a Prompt; what its fields demand of each other is checked here.

What the model asked for can or cannot do is not this module's business.
"""

from typing import Any

from ... import fields, inputs, strict_schema
from ...turn import Format, Message, Prompt, ToolChoice, Voice
from ...wording import bad_request, missing
from .conversation import mentions, read_messages
from .request import ChatRequest, JsonResponse, SchemaResponse
from .tools import read_tools

_TEXT = Format()
_FREE = ToolChoice()


def read(raw: bytes, *, reject_unknown: bool = False) -> Prompt:
    """Read a body; `Prompt.request` is the ChatRequest.

    Raises GatewayError (400) for all that is wrong with it, and with `reject_unknown` for unknown fields.
    """
    request = inputs.body(raw, ChatRequest, reject_unknown=reject_unknown)
    _check_stream(request)
    _check_limits(request)
    messages = read_messages(request.messages)
    tools, choice = read_tools(request) if _speaks_of_tools(request) else ((), _FREE)
    return Prompt(
        "chat",
        request.model,
        messages,
        tools,
        choice,
        parallel_tool_calls=request.parallel_tool_calls is not False,
        format=_TEXT if request.response_format is None else _format(request, messages),
        max_tokens=request.max_completion_tokens or request.max_tokens,
        stops=() if request.stop is None else _stops(request.stop),
        n=request.n or 1,
        stream=request.stream is True,
        seed=request.seed,
        top_logprobs=(request.top_logprobs or 0) if request.logprobs else None,
        effort=request.reasoning_effort,
        voice=_voice(request) if request.modalities is not None else None,
        user=request.user or request.safety_identifier or "",
        request=request,
        verbosity=request.verbosity,
    )


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no chat completion request has."""
    return fields.unknown(values, ChatRequest)


def _check_stream(request: ChatRequest) -> None:
    if request.stream_options is not None and not request.stream:
        raise bad_request("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")


def _check_limits(request: ChatRequest) -> None:
    if request.max_tokens is not None and request.max_completion_tokens is not None:
        raise bad_request(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_tokens",
            "invalid_parameter_combination",
        )
    if request.top_logprobs is not None and not request.logprobs:
        raise bad_request(
            "Invalid value for 'top_logprobs': 'top_logprobs' is only allowed when 'logprobs' is true.",
            "top_logprobs",
        )


def _speaks_of_tools(request: ChatRequest) -> bool:
    return not (
        request.tools is None
        and request.functions is None
        and request.tool_choice is None
        and request.function_call is None
        and request.parallel_tool_calls is None
    )


def _stops(stop: str | list[str]) -> tuple[str, ...]:
    return tuple(filter(None, [stop] if isinstance(stop, str) else stop))


def _format(request: ChatRequest, messages: tuple[Message, ...]) -> Format:
    match request.response_format:
        case SchemaResponse(asked):
            if asked.strict:
                _check_strict(asked.name, asked.schema)
            return Format("json_schema", asked.name, asked.schema or {}, strict=bool(asked.strict))
        case JsonResponse():
            if not mentions("json", messages):
                raise bad_request(
                    "'messages' must contain the word 'json' in some form, to use 'response_format' of type "
                    "'json_object'.",
                    "messages",
                )
            return Format("json_object")
        case _:
            return _TEXT


def _check_strict(name: str, schema: dict[str, Any] | None) -> None:
    if schema is None:
        raise missing("response_format.json_schema.schema")
    if found := strict_schema.fault(schema):
        raise bad_request(f"Invalid schema for response_format '{name}': {found}", "response_format")


def _voice(request: ChatRequest) -> Voice | None:
    if "audio" not in (request.modalities or ()):
        return None
    if request.audio is None:
        raise missing("audio")
    if request.stream and request.audio.format != "pcm16":
        raise bad_request(
            f"Unsupported value: 'audio.format' does not support '{request.audio.format}' when stream=true. "
            "Supported values are: 'pcm16'.",
            "audio.format",
            "unsupported_value",
        )
    voice = request.audio.voice
    return Voice(voice if isinstance(voice, str) else voice.id, request.audio.format)
