"""A request's tools and the choice among them, in no provider's words; legacy functions are tools too."""

from typing import Any

from ... import offers
from ...turn import Tool, ToolChoice
from ...wording import bad_request
from .request import (
    ChatRequest,
    Choice,
    Custom,
    CustomChoice,
    CustomTool,
    Function,
    FunctionChoice,
    FunctionTool,
    Grammar,
    GrammarFormat,
    Named,
)


def read_tools(request: ChatRequest) -> tuple[tuple[Tool, ...], ToolChoice]:
    """Read what is on offer and which of it may be called.

    Raises GatewayError (400) for schemas that no tool may have, names given twice, and choices of what is not
    on offer.
    """
    _check_company(request)
    if request.functions is not None:
        offer = tuple(_function(it, f"functions[{at}]") for at, it in enumerate(request.functions))
        offers.check_names(offer, [f"functions[{at}].name" for at in range(len(offer))])
        return offer, _legacy_choice(request.function_call, offer)
    if request.tools is not None:
        offer = tuple(_tool(tool, f"tools[{at}]") for at, tool in enumerate(request.tools))
        kinds = ["custom" if tool.custom else "function" for tool in offer]
        offers.check_names(offer, [f"tools[{at}].{kind}.name" for at, kind in enumerate(kinds)])
        return offer, _choice(request.tool_choice, offer)
    return (), ToolChoice()


def _check_company(request: ChatRequest) -> None:
    """Refuse fields that mean something only beside others, or not beside others."""
    if request.tools is not None and request.functions is not None:
        raise bad_request(
            "Invalid value for 'functions': 'functions' is not allowed when 'tools' are specified.",
            "functions",
        )
    for name, needed in (
        ("tool_choice", "tools"),
        ("parallel_tool_calls", "tools"),
        ("function_call", "functions"),
    ):
        if getattr(request, name) is not None and getattr(request, needed) is None:
            raise bad_request(
                f"Invalid value for '{name}': '{name}' is only allowed when '{needed}' are specified.", name
            )


def _tool(tool: FunctionTool | CustomTool, place: str) -> Tool:
    match tool:
        case FunctionTool(function):
            return _function(function, f"{place}.function")
        case CustomTool(custom):
            return Tool(custom.name, custom.description or "", _text_schema(custom), custom=True)


def _text_schema(custom: Custom) -> dict[str, Any] | None:
    """Return what a custom tool's text must be true to: None (any text) but for a regular expression."""
    match custom.format:
        case GrammarFormat(Grammar(definition, "regex")):
            return {"type": "string", "pattern": definition}
        case _:
            return None


def _function(function: Function, place: str) -> Tool:
    return offers.function(
        function.name,
        function.description,
        function.parameters,
        strict=bool(function.strict),
        place=f"{place}.parameters",
    )


def _legacy_choice(choice: str | Named | None, offer: tuple[Tool, ...]) -> ToolChoice:
    match choice:
        case None | "auto":
            return ToolChoice()
        case Named(name):
            if all(tool.name != name for tool in offer):
                raise bad_request(
                    f"Invalid value for 'function_call': no function named '{name}' was specified in the "
                    "'functions' parameter.",
                    "function_call",
                )
            return ToolChoice("required", (name,))
        case _:
            return ToolChoice("none")


def _choice(choice: Choice | None, offer: tuple[Tool, ...]) -> ToolChoice:
    match choice:
        case None:
            return ToolChoice()
        case "none" | "auto" | "required":
            return ToolChoice(choice)
        case FunctionChoice() | CustomChoice():
            return ToolChoice("required", (_chosen(choice, offer),))
        case _:
            allowed = choice.allowed_tools
            return ToolChoice(allowed.mode, tuple(dict.fromkeys(_chosen(one, offer) for one in allowed.tools)))


def _chosen(choice: FunctionChoice | CustomChoice, offer: tuple[Tool, ...]) -> str:
    custom = isinstance(choice, CustomChoice)
    name = choice.custom.name if isinstance(choice, CustomChoice) else choice.function.name
    if all(tool.name != name or tool.custom != custom for tool in offer):
        raise bad_request(
            f"Invalid value for 'tool_choice': tool '{name}' not found in 'tools' parameter.", "tool_choice"
        )
    return name
