"""Objects that outlive their request (stored completions, later files and jobs), by kind and id, in order."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec

from .rng import Dice
from .turn import Turn

#: So many records of a kind are kept; the oldest go first.
MOST = 10_000


class Records:
    """A session's objects, at most MOST of each kind."""

    def __init__(self) -> None:
        self._kinds: defaultdict[str, OrderedDict[str, Any]] = defaultdict(OrderedDict)
        self._asked: defaultdict[str, OrderedDict[str, int]] = defaultdict(OrderedDict)

    def save(self, kind: str, id: str, record: Any) -> None:
        """Keep a record under its id; one that was there is replaced in place."""
        kept = self._kinds[kind]
        kept[id] = record
        if len(kept) > MOST:
            kept.popitem(last=False)

    def find(self, kind: str, id: str) -> Any:
        """Return a record, or None."""
        return self._kinds[kind].get(id)

    def repeats(self, kind: str, id: str) -> int:
        """Count one more wish to save under an id; return how many were counted before.

        The ids longest unasked for are forgotten, as the records are: MOST of each kind are counted.
        """
        asked = self._asked[kind]
        before = asked.pop(id, 0)
        asked[id] = before + 1
        if len(asked) > MOST:
            asked.popitem(last=False)
        return before

    def drop(self, kind: str, id: str) -> bool:
        """Forget a record; say whether there was one."""
        return self._kinds[kind].pop(id, None) is not None

    def all(self, kind: str, keep: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        """Return the records of a kind that `keep` wants, oldest first."""
        return [record for record in self._kinds[kind].values() if keep(record)]

    def ids(self) -> dict[str, list[str]]:
        """Return the ids of all records by kind, oldest first."""
        return {kind: list(kept) for kind, kept in self._kinds.items()}

    def fresh(self, kind: str, turn: Turn, name: Callable[[Turn], str]) -> Turn:
        """Give a turn an id under whose `name` nothing is kept: its own, or one drawn from it for each repetition."""
        repeats = count(self.repeats(kind, turn.id))
        turns = (turn if n == 0 else msgspec.structs.replace(turn, id=Dice(turn.id, n).id("", 32)) for n in repeats)
        return next(fresh for fresh in turns if self.find(kind, name(fresh)) is None)
