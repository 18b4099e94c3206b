"""What a scripted text cites."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from .reading import Flaw, Section


class Cite(Section, frozen=True):
    """A citation: of a page by its `url`, or of a `document` or `search_result` of the prompt, counted from 0.

    `quote` are the words there; left out, they are its first sentence, or the text itself.
    """

    quote: str = ""
    url: str = ""
    title: str = ""
    document: Annotated[int, Meta(ge=0)] | None = None
    search_result: Annotated[int, Meta(ge=0)] | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find citations of nothing, or of two things at once."""
        if bool(self.url) + (self.document is not None) + (self.search_result is not None) != 1:
            yield Flaw((), "must cite one thing", "Give one of url, document and search_result.")
