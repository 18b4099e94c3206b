"""How synthesis behaves: the scenario's say over answers that no rule gives."""

from typing import Literal

from ..turn import Value


class Manner(Value, frozen=True):
    """When tools are called unasked, which language is spoken (None: the prompt's), whether it reasons."""

    tools: Literal["match", "always", "never"] = "match"
    language: str | None = None
    reasons: bool = False
