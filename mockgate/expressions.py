"""Regular expressions that are compiled when they are first used: together they would make every start wait."""

import re
from typing import Any, cast


class _Unborn:
    """Stands for a pattern until something is asked of it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self.flags), name)  # `re` remembers what it has compiled
        setattr(self, name, found)
        return found


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern like `re.compile` does, at no cost yet; what is wrong with it shows when it is first used."""
    return cast("re.Pattern[str]", _Unborn(pattern, flags))
