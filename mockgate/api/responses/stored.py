"""Responses that are kept: retrieve, delete, cancel, and the items they answered."""

from collections.abc import Iterator

import msgspec

from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import list_object, page
from ...session import Session
from ...turn import Turn
from ...wire import Answer, Frame, Raw, Sse, json_answer
from ...wording import bad_request
from . import whole
from .events import fail, padded, pads
from .history import KIND, LANES, Stored, find, find_conversation
from .request import Request


class Later(msgspec.Struct, frozen=True):
    """The query that asks for a stream again, after the event of a number."""

    stream: bool | None = None
    starting_after: int | None = None
    include_obfuscation: bool | None = None


def keep(turn: Turn, session: Session) -> Turn:
    """Remember a response, unless it asked not to be, under an id of its own; and what was said in its conversation."""
    request: Request = turn.prompt.request
    turn = session.records.fresh(KIND, turn, whole.response_id)
    output = whole.output(turn)
    for item in output:
        session.records.save("item", item["id"], item)
    if request.conversation is not None:
        conversation = find_conversation(request.conversation, session)
        conversation.items |= {item["id"]: item for item in (*request.items, *output)}
    stored = Stored(turn, output, request.items, request.before)
    if request.lane:
        session.records.save(LANES, request.lane, stored)
    if request.asked.store is not False:
        session.records.save(KIND, whole.response_id(turn), stored)
    return turn


def body(stored: Stored, now: float) -> dict[str, object]:
    """Word a response as it is now."""
    turn, job = stored.turn, stored.job
    state = "completed" if job is None else job.look(now)
    if job is None or state in {"completed", "incomplete"}:
        return whole.ended(turn, turn.created if job is None else job.moments[state])
    if state == "failed" and job.problem is not None:
        code, message = job.problem
        return whole.worded(turn, state, error={"code": code, "message": message})
    return whole.worded(turn, state)


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a response as it is now; or go on with its stream, after the event of a number."""
    stored = find(exchange.params["id"], session)
    asked = exchange.call.arguments()
    now = session.clock.now()
    first = _first(asked)
    if asked.get("stream") != "true":
        return json_answer(body(stored, now))
    if "no_late_streams" in session.policy.responder.quirks:
        message = "streaming response retrieval is not supported"
        raise GatewayError("unimplemented", message, code="unsupported_response_operation")
    if stored.frames is None:
        raise bad_request("Only responses made with 'background' and 'stream' can be streamed again.", "stream")
    worded, hides = stored.frames(), asked.get("include_obfuscation", "").lower() in {"true", "1"}
    if hides and not pads(stored.turn):
        worded = padded(worded, stored.turn)
    return Sse(
        frames=_later(stored, worded, first, exchange.started),
        fail=lambda error, due, went: fail(error, due, first + went),
    )


def _first(asked: dict[str, str]) -> int:
    """Return the number of the first event that a query wants. Raises GatewayError (400) for values that are none."""
    after, hiding = asked.get("starting_after", "-1"), asked.get("include_obfuscation", "true")
    if not after.removeprefix("-").isdecimal() or len(after) > 18:
        raise _wrong("starting_after", "an integer", after)
    if hiding.lower() not in {"true", "false", "0", "1"}:
        raise _wrong("include_obfuscation", "a boolean", hiding)
    return max(0, int(after) + 1)


def _wrong(name: str, wanted: str, got: str) -> GatewayError:
    return bad_request(f"Invalid type for '{name}': expected {wanted}, but got '{got}'.", name)


def _later(stored: Stored, worded: Iterator[Frame], first: int, now: float) -> Iterator[Frame | Raw]:
    """Yield a stream's events from that number on, with what is left of their waits; a job that ended ends it."""
    assert stored.job is not None
    begun = stored.job.started
    ended = stored.job.moments.get("cancelled")
    for number, frame in enumerate(worded):
        if ended is not None and begun + frame.due > ended:
            return
        if number >= first:
            frame.due = max(0.0, begun + frame.due - now)
            yield frame


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a response."""
    id = exchange.params["id"]
    find(id, session)
    session.records.drop(KIND, id)
    return json_answer({"id": id, "object": "response", "deleted": True})


async def cancel(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Cancel a background response; one that is cancelled stays so."""
    stored = find(exchange.params["id"], session)
    if stored.job is None and session.policy.synthesizes:
        return json_answer(whole.worded(stored.turn, "cancelled"))
    if stored.job is None:
        raise bad_request("Only responses created with 'background' set to true can be cancelled.", "response_id")
    now = session.clock.now()
    state = stored.job.look(now, counts=False)
    if stored.job.over and session.policy.synthesizes:
        return json_answer(body(stored, now) | {"status": "cancelled"})
    if stored.job.over and state != "cancelled":
        raise bad_request(f"Cannot cancel a response that is {state}.", "response_id")
    stored.job.finish(now, "cancelled")
    return json_answer(body(stored, now))


async def input_items(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List the items that a response answered, those before it included."""
    stored = find(exchange.params["id"], session)
    return json_answer(list_object(page(exchange.call, [*stored.before, *stored.items])))
