"""A coroutine that is begun at once, and becomes a task only where it has to wait.

Most answers never wait: a task for each of them, and its turn on the event loop, would be for nothing. Python 3.12 has
eager tasks that do the same; this serves 3.11 too.
"""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that was begun: the task that goes on with it is first handed what it waits for."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: object) -> None:
        self._coroutine = coroutine
        self._awaited: object = awaited
        self._is_handed = False

    def send(self, value: Any) -> Any:
        if self._is_handed:
            return self._coroutine.send(value)
        self._is_handed = True
        return self._awaited

    def throw(self, *problem: Any) -> Any:
        self._is_handed = True
        return self._coroutine.throw(*problem)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("it is a task's, and nobody else's to await")


def begin(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> "asyncio.Task[None] | None":
    """Run a coroutine until it waits; return the task that goes on with it, or None when it is through.

    Until it first waits it is part of no task. Raises what it raises by then.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return loop.create_task(_Begun(coroutine, awaited))
