"""A request's functions and which of them may be called, in no provider's words. Sentences are the Gemini API's own.

Tools that the API runs itself are taken in, and never called.
"""

import re
from collections.abc import Sequence

from ... import offers
from ...errors import GatewayError
from ...turn import Tool, ToolChoice
from .payload import refuse
from .request import FunctionCallingConfig, FunctionDeclaration, GenerateContent
from .schemas import Place, json_schema

_NAME = re.compile(r"[a-zA-Z_][\w.:-]{0,127}", re.ASCII)
_BAD_NAME = (
    "Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), "
    "underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128."
)


def read_tools(body: GenerateContent) -> tuple[tuple[Tool, ...], ToolChoice]:
    """Read what is on offer and which of it may be called.

    Raises GatewayError (400) for functions that are none, names given twice, and choices of what is not on offer.
    """
    offer = tuple(
        _function(declared, Place.of("tools", at, "functionDeclarations", number))
        for at, tool in enumerate(body.tools or ())
        for number, declared in enumerate(tool.function_declarations or ())
    )
    names = [tool.name for tool in offer]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise _bad(f"Duplicate function declaration found: {twice}")
    config = body.tool_config.function_calling_config if body.tool_config is not None else None
    return offer, ToolChoice() if config is None else _choice(config, names)


def _bad(message: str) -> GatewayError:
    return GatewayError("bad_request", message)


def _function(declared: FunctionDeclaration, place: Place) -> Tool:
    where = place.words
    if not _NAME.fullmatch(declared.name):
        raise refuse(f"{where}.name", _BAD_NAME)
    if declared.parameters is not None and declared.parameters_json_schema is not None:
        raise refuse(where, "parameters and parameters_json_schema are mutually exclusive")
    schema = declared.parameters_json_schema or offers.NO_PARAMETERS
    if declared.parameters is not None:
        schema = json_schema(declared.parameters, place.below("parameters"))
    if schema.get("type", "object") != "object":
        raise refuse(f"{where}.parameters", "schema type should be OBJECT")
    return Tool(declared.name, declared.description or "", {**offers.NO_PARAMETERS, **schema})


def _choice(config: FunctionCallingConfig, names: Sequence[str]) -> ToolChoice:
    allowed = tuple(dict.fromkeys(config.allowed_function_names or ()))
    match config.mode:
        case "NONE":
            return ToolChoice("none")
        case "ANY" | "VALIDATED":
            if not names:
                raise _bad("Function calling config is set without function_declarations.")
            for name in allowed:
                if name not in names:
                    raise _bad(f"Allowed function name {name} is not declared in function_declarations.")
            return ToolChoice("required" if config.mode == "ANY" else "auto", allowed)
        case _:
            if allowed:
                raise _bad("Allowed function names should only be set when the function calling mode is ANY.")
            return ToolChoice()
