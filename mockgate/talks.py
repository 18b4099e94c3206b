"""Conversations over a websocket: which calls ask for one, and a turn of one, answered by the door like any call.

A turn's stream is played here, each event when it is due on the session's clock, as the edge plays it to others.
"""

import asyncio
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec

from .errors import GatewayError
from .gateway import SESSION_HEADER, Gateway
from .journal import Exchange, Outcome
from .wire import Answer, Call, Cut, Frame, Socket, Sse

#: Headers of the call that opened a conversation which its turns do not repeat: they are about that call alone.
_OF_THE_UPGRADE = frozenset({"connection", "upgrade", "content-length", "x-mockgate-error", "x-mockgate-fault"})


def check_upgrade(call: Call) -> None:
    """Let calls pass that ask for a websocket. Source: RFC 6455, section 4.2.

    Raises GatewayError: 426 for a plain call, 400 for one that asks in another way than the standard has it.
    """
    headers = call.headers
    if call.method != "GET" or headers.get("upgrade", "").lower() != "websocket":
        message = "This endpoint is a websocket: connect to it with ws:// or wss://."
        raise GatewayError("bad_request", message, status=426, headers={"upgrade": "websocket"})
    if "upgrade" not in headers.get("connection", "").lower():
        raise GatewayError("bad_request", "A websocket needs the header `Connection: Upgrade`.")
    if headers.get("sec-websocket-version") not in {"13", "8", "7"}:
        raise GatewayError("bad_request", "Unsupported websocket version: this server speaks 13.")
    if not _is_key(headers.get("sec-websocket-key", "")):
        raise GatewayError("bad_request", "The header Sec-WebSocket-Key is no key: 16 bytes in base64.")


def _is_key(text: str) -> bool:
    try:
        return len(a2b_base64(text)) == 16
    except (NotBase64, ValueError):
        return False


def read_event(message: str | bytes) -> dict[str, Any]:
    """Read a client's message: a JSON object with a type.

    Raises GatewayError (400).
    """
    try:
        event = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
        raise GatewayError(
            "bad_request", f"Could not parse the message as JSON: {problem}", code="invalid_json"
        ) from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        message = "Missing required parameter: 'type'."
        raise GatewayError("bad_request", message, param="type", code="missing_required_parameter")
    return event


class Line(NamedTuple):
    """The call that opened a conversation, with the headers that its turns are asked with."""

    gateway: Gateway
    session: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, gateway: Gateway, exchange: Exchange, call: Call) -> "Line":
        """Make the line of an upgrade; `call` is the one whose key pays, where that is not the exchange's own."""
        kept = {
            name: value
            for name, value in call.headers.items()
            if name not in _OF_THE_UPGRADE and not name.startswith("sec-websocket-")
        }
        return cls(gateway, exchange.session, {**kept, "content-type": "application/json"})

    async def ask(self, path: str, body: Any) -> Exchange:
        """Send a turn through the door. It is to be played, and closed by that."""
        headers = {**self.headers, SESSION_HEADER: self.session}
        return await self.gateway.handle(Call("POST", path, headers=headers, raw=msgspec.json.encode(body)))


class BrokenOffError(Exception):
    """A fault breaks an answer off, and the connection with it."""

    def __init__(self, cut: Cut) -> None:
        self.cut: Cut = cut
        super().__init__(cut)


@asynccontextmanager
async def playing(line: Line, exchange: Exchange) -> AsyncIterator[AsyncIterator[bytes]]:
    """Give the events of a turn, each when it is due; the turn is over with the block, however that is left.

    Raises GatewayError instead of giving events for a turn that was refused, and BrokenOffError when a fault cuts it.
    """
    outcome: Outcome = "left"
    try:
        assert exchange.answer is not None, "an exchange that was handled has an answer"
        await exchange.clock.sleep_until(exchange.started + exchange.answer.due)
        yield _due(exchange, _stream(exchange, exchange.answer))
        outcome = "finished"
    except GatewayError:
        outcome = "finished"
        raise
    except BrokenOffError:
        outcome = "cut"
        raise
    finally:
        line.gateway.close(exchange, outcome)


def _stream(exchange: Exchange, answer: Answer) -> Sse:
    if answer.cut is not None:
        raise BrokenOffError(answer.cut)
    if isinstance(answer, Sse):
        return answer
    raise exchange.error or GatewayError("server_error", status=answer.status)


async def _due(exchange: Exchange, answer: Sse) -> AsyncIterator[bytes]:
    written = b""
    for frame in answer.frames:
        await exchange.clock.sleep_until(exchange.started + frame.due)
        if isinstance(frame, Frame):
            yield frame.data
            continue
        # A fault has turned events into bytes: they are sent as the events that they are, once they are whole.
        *events, written = (written + frame.data).split(b"\n\n")
        for event in events:
            yield event.partition(b"data: ")[2]
        if frame.cut is not None:
            raise BrokenOffError(frame.cut)


#: Begins something that goes on beside a conversation, and ends with it.
Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


async def hold(socket: Socket, conversation: Callable[[Begin], Awaitable[None]]) -> None:
    """Hold a conversation to its end, with all that it begins; should a fault break it off, cut the connection."""
    begun: set[asyncio.Task[None]] = set()

    def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = group.create_task(work)
        begun.add(task)
        task.add_done_callback(begun.discard)
        return task

    try:
        async with asyncio.TaskGroup() as group:
            await conversation(begin)
            for task in begun:
                task.cancel()
    except* BrokenOffError as broken:
        first = broken.exceptions[0]
        assert isinstance(first, BrokenOffError)
        await socket.cut(first.cut)


async def messages(socket: Socket) -> AsyncIterator[dict[str, Any] | GatewayError]:
    """Give the events that a client sends, and an error for each message that is none."""
    while True:
        try:
            message = await socket.receive()
            if message is None:
                return
            event = read_event(message)
        except GatewayError as error:
            yield error
        else:
            yield event
