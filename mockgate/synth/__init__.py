"""Answers out of nothing: prose, tool calls and structured output that suit the prompt, from seeded dice.

`compose` makes a whole reply, `instance` a value true to a JSON Schema; `arguments` fills one tool call.
"""

from .fakes import warm
from .manner import Manner
from .reply import compose
from .schema import instance
from .tools import arguments, choose

__all__ = ["Manner", "arguments", "choose", "compose", "instance", "warm"]
