"""Models in Anthropic's words. Source: its API reference, the model object, and the pages of its models."""

import re
from typing import Any

from .scenario import Model
from .units import write_moment

#: The lines of models that Anthropic tells apart.
_LINES = ("haiku", "sonnet", "opus")

#: A model's date, which is no part of its display name.
_DATE = re.compile(r"-\d{8}$")

Version = tuple[int, ...]

#: The version from which on its models can do what.
_SINCE: dict[str, Version] = {
    "batch": (3,),
    "citations": (3, 5),
    "code_execution": (4, 5),
    "image_input": (3,),
    "pdf_input": (3, 5),
    "structured_outputs": (4, 1),
}
_TOOLS_SINCE: Version = (3, 5)
_THINKING_SINCE: Version = (3, 7)
_ADAPTIVE_SINCE: Version = (4, 6)
_EFFORTS: dict[str, Version] = {"low": (4, 5), "medium": (4, 5), "high": (4, 5), "max": (4, 6), "xhigh": (4, 7)}
_STRATEGIES: dict[str, Version] = {
    "clear_thinking_20251015": (4,),
    "clear_tool_uses_20250919": (4,),
    "compact_20260112": (4, 6),
}


def info(model: Model, name: str) -> dict[str, Any]:
    """Word a model under the name it was asked for by."""
    return {
        "type": "model",
        "id": name,
        "display_name": _displayed(name),
        "created_at": write_moment(model.created),
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
        "capabilities": _capabilities(model.id) if model.owned_by == "anthropic" else None,
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": next((line for line in _LINES if line in name), None),
    }


def _displayed(name: str) -> str:
    """Make a name for readers: `claude-sonnet-4-5-20250929` is Claude Sonnet 4.5."""
    words = _DATE.sub("", name.rpartition("/")[2]).split("-")
    return re.sub(r"(?<=\b\d) (?=\d\b)", ".", " ".join(word[:1].upper() + word[1:] for word in words))


def _capabilities(id: str) -> dict[str, Any]:
    """Say what a model can do: its version tells, and one that has none can do all."""
    version = tuple(int(number) for number in re.findall(r"\d+", _DATE.sub("", id))) or (99,)
    tools, thinks = version >= _TOOLS_SINCE, version >= _THINKING_SINCE
    kinds = {"adaptive": version >= _ADAPTIVE_SINCE, "between_tools": thinks, "disabled": True, "enabled": thinks}
    return {
        **{name: _supported(version >= since) for name, since in _SINCE.items()},
        "context_management": _any_of({name: version >= since for name, since in _STRATEGIES.items()}),
        "effort": _any_of({name: version >= since for name, since in _EFFORTS.items()}),
        "server_tools": _any_of({"code_execution": tools, "web_search": tools}),
        "thinking": {**_supported(thinks), "types": {name: _supported(does) for name, does in kinds.items()}},
    }


def _supported(does: bool) -> dict[str, bool]:
    return {"supported": does}


def _any_of(parts: dict[str, bool]) -> dict[str, Any]:
    return {**_supported(any(parts.values())), **{name: _supported(does) for name, does in parts.items()}}
