"""The lines of a batch: each goes through the same door as a live request, once its time has come.

Nothing runs on its own: whoever looks, or the clock when a state ends, brings a batch up to date.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from .gateway import SESSION_HEADER, Gateway
from .jobs import Job
from .journal import Exchange
from .session import Session
from .wire import Answer, Call, Json, Sse

#: A batch that is not done after a day expires.
WINDOW = 86_400

#: Seconds that a cancellation takes.
CANCELLING = 2.0

#: Lines that are run before others have their turn.
_AT_ONCE = 5

#: Headers of the request that made a batch which are not those of its lines.
_NOT_ITS_LINES = frozenset({"content-length", "content-type", "x-mockgate-error", "x-mockgate-fault"})

T = TypeVar("T")


class Batch(Protocol):
    """What a session keeps of a batch, beside the request that made it."""

    job: Job

    async def catch_up(self, gateway: Gateway, session: Session, exchange: Exchange) -> None:
        """Run the lines whose time has come; `exchange` is the one that made the batch."""


Kept = TypeVar("Kept", bound=Batch)


async def named(
    gateway: Gateway, session: Session, exchange: Exchange, kind: str, grow: Callable[[str], tuple[Kept, Exchange]]
) -> Kept | None:
    """Return the batch that a path names, up to date: where there is none, what is grown if the scenario wants that."""
    id = exchange.params["id"]
    found = session.kept(kind, id, lambda: grow(id))
    if found is None:
        return None
    batch, made_by = found
    batch.job.look(session.clock.now())
    await batch.catch_up(gateway, session, made_by)
    return batch


class Ran(NamedTuple):
    """What became of a line: how it went through the door, and its answer, whole; None: it was broken off."""

    exchange: Exchange
    answer: Json | Sse | None


async def run(gateway: Gateway, session: Session, made_by: Call, path: str, body: Any) -> Ran:
    """Run a line: who made the batch asks this body of this path, and pays less than for a live request."""
    headers = {name: value for name, value in made_by.headers.items() if name not in _NOT_ITS_LINES}
    headers |= {"content-type": "application/json", SESSION_HEADER: session.name}
    call = Call(
        "POST",
        path,
        headers=headers,
        raw=msgspec.json.encode(body),
        pace="instant",
        discount=session.policy.scenario.batch_discount,
    )
    exchange = await gateway.handle(call)
    gateway.close(exchange)
    return Ran(exchange, _joined(exchange.answer))


async def run_due(
    session: Session, due: Callable[[float], int], outcomes: list[T], line: Callable[[int], Awaitable[T]]
) -> None:
    """Run as many lines as are `due` by now, and add what became of each; others have their turn in between."""
    while (wanted := due(session.clock.now())) > len(outcomes):  # time passes while they run
        for at in range(len(outcomes), wanted):
            outcomes.append(await line(at))
            if at % _AT_ONCE == 0:
                await session.clock.give_way()


def follow(session: Session, job: Job, catch_up: Callable[[], Awaitable[None]]) -> None:
    """Bring a batch up to date whenever its state changes, looked at or not; it expires after a day."""
    working: set[asyncio.Future[None]] = set()

    def work(_: Job) -> None:
        task = asyncio.ensure_future(catch_up())
        working.add(task)
        task.add_done_callback(working.discard)

    job.on_change.append(work)
    session.jobs.add(job, session.clock)
    expiry = job.started + WINDOW
    session.clock.call_at(expiry, lambda: job.finish(expiry, "expired"))


def _joined(answer: Answer | None) -> Json | Sse | None:
    """Put a whole answer together that a fault has sent in pieces; one that was cut in the middle is none."""
    if isinstance(answer, Json) and answer.cut is None:
        return answer
    if not isinstance(answer, Sse):
        return None
    if answer.length is None:
        return answer
    body = b"".join(piece.encode() for piece in answer.frames)
    return Json(status=answer.status, headers=answer.headers, body=body) if len(body) >= answer.length else None
