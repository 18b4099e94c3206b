"""Expressions that are only tried where one of their words was heard: most texts have none of most of them."""

import re

from ..expressions import regex
from .language import bag

_HEARD = regex(r"[^\W_]+")


def hear(text: str) -> frozenset[str]:
    """Return the words of a text in small letters, hyphened ones apart."""
    return frozenset(_HEARD.findall(text.lower()))


class Sign:
    """An expression, in whatever case, and the words of which every match of it has one."""

    def __init__(self, words: str, expression: str) -> None:
        self.words = bag(words)
        self.expression = regex(expression, re.IGNORECASE | re.DOTALL)

    def find(self, text: str, heard: frozenset[str]) -> re.Match[str] | None:
        """Return the first match in a text of which these words were heard."""
        return None if self.words.isdisjoint(heard) else self.expression.search(text)
