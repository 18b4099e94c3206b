"""The fast lane: a connection whose requests are plain HTTP/1.1 is answered right here.

Nearly every request of an SDK is plain: a known method, a Content-Length, nothing to negotiate. What is not (or is not
even HTTP) is for aiohttp: the connection, with all that was received, is handed over to it for good. This is here
because aiohttp's request and response objects cost more than all of mockgate's own work: see benchmarks/README.md.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Protocol, cast

from ..journal import Exchange, Outcome
from ..wire import Answer, Call, Cut, Feed, Json, Sse
from .breaking import break_off
from .eager import begin
from .player import Player

#: Longer bodies, and longer heads, are aiohttp's.
LONGEST_BODY = 1_000_000
LONGEST_HEAD = 65_536

#: Seconds that an idle connection is kept for its next request.
IDLE = 75.0

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEAD = re.compile(
    rb"(?!HEAD |OPTIONS |CONNECT )([A-Z]{1,20}) (/[!-~]*) HTTP/1\.1\r\n((?:" + _TOKEN + rb":[ -~\t]*\r\n){1,128})\r\n"
)

#: Headers that ask for something that only aiohttp does.
_NOT_PLAIN = frozenset({"transfer-encoding", "expect", "upgrade", "connection", "content-encoding", "trailer"})

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}

Send = Callable[[Exchange, dict[str, str]], Awaitable[Outcome]]

log = logging.getLogger("mockgate")


class Host(Protocol):
    """What a lane needs of the server it belongs to."""

    lanes: "set[Lane]"

    #: How many connections there were so far: each has its number.
    connections: int

    def welcome(self, lane: "Lane") -> int:
        """Take a connection in, and return its number."""

    @property
    def max_body(self) -> int:
        """The most bytes that a body may have."""

    def aiohttp_protocol(self, number: int) -> asyncio.Protocol:
        """Make what takes the connection of that number over."""

    async def converse(self, call: Call, send: Send) -> None:
        """Answer a call by way of `send`."""


class NotPlainError(Exception):
    """A request for aiohttp."""


#: A plain request's head: a call that has no body yet, where the body begins, and where it ends.
Head = tuple[Call, int, int]


def read_head(data: bytes | bytearray, max_body: int = LONGEST_BODY) -> Head | None:
    """Read a request's head, or return None while some of it has not arrived.

    Raises NotPlainError for everything but a plain request.
    """
    if data and not 65 <= data[0] <= 90:  # no method begins like that: TLS, say
        raise NotPlainError
    begin = data.find(b"\r\n\r\n", 0, LONGEST_HEAD) + 4
    if begin < 4 and len(data) < LONGEST_HEAD:
        return None
    method, path, query, headers, length = _parsed(bytes(data[:begin]))
    if length > max_body:
        raise NotPlainError
    return Call(method, path, query, headers), begin, begin + length


@lru_cache(maxsize=1024)
def _parsed(head: bytes) -> tuple[str, str, str, Mapping[str, str], int]:
    """Read a head's method, path, query, headers and length of body: clients send the same ones again and again."""
    match = _HEAD.match(head)
    if match is None:
        raise NotPlainError
    method, target, lines = (group.decode("ascii") for group in match.groups())
    headers: dict[str, str] = {}
    for line in lines.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if name in headers or (name in _NOT_PLAIN and value.lower() != "keep-alive"):
            raise NotPlainError
        if name == "content-type" and value[:10].lower() == "multipart/":
            raise NotPlainError  # a form is taken in while it arrives
        headers[name] = value
    length = headers.get("content-length", "0")
    if not (length.isdecimal() and len(length) <= 7 and int(length) <= LONGEST_BODY):
        raise NotPlainError
    path, _, query = target.partition("?")
    return method, path, query, MappingProxyType(headers), int(length)


class Lane(asyncio.Protocol):
    """One connection."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self.number = 0
        self._received: bytes | bytearray = b""
        self._head: Head | None = None
        self._last = False
        self._paused = False
        self._left: int | None = None
        self.task: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._active = self._loop.time()

    # What the connection tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self.number = self._host.welcome(self)
        self._idle = self._loop.call_later(IDLE, self._check_idle)

    def data_received(self, data: bytes) -> None:
        """Answer the request as soon as all of it is here; one at a time."""
        if self._received:
            self._buffer().extend(data)
        else:
            self._received = data  # nearly always a whole request
        if self.task is None:
            self._look()
        elif len(self._received) > LONGEST_BODY:
            self._paused = True
            self._transport.pause_reading()

    def _buffer(self) -> bytearray:
        """Return what was received, where it is not just one request, as what can be added to and cut."""
        if isinstance(self._received, bytes):
            self._received = bytearray(self._received)
        return self._received

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """End what is under way."""
        self._leave()
        if self.task is not None:
            self.task.cancel()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Wait: the client reads more slowly than it is written to."""
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        """Go on."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    # What is done about it.

    def _look(self) -> None:
        """Answer the next request, if all of it is here and none is being answered."""
        call = self._next() if self.task is None else None
        if call is not None:
            self.task = begin(self._answer(call), self._loop)
            if self.task is None:
                self._go_on()
            else:
                self.task.add_done_callback(self._go_on)

    def _next(self) -> Call | None:
        """Take the next request, if all of it is here."""
        received = self._received
        try:
            head = self._head or read_head(received, self._host.max_body)
        except NotPlainError:
            self._hand_over()
            return None
        if head is None or len(received) < head[2]:
            self._head = head
            self._active = self._loop.time()
            return None
        call, body, end = head
        call.raw = bytes(received[body:end])
        call.connection, call.newest = self.number, self._host.connections
        if len(received) == end:
            self._received = b""
        else:
            del self._buffer()[:end]
        self._head = None
        return call

    def _go_on(self, _: object = None) -> None:
        """Go on after an answer; what came behind its request has its turn after everyone else's."""
        self.task = None
        self._active = self._loop.time()
        if self._last:
            self._transport.close()
        elif self._received and not self._transport.is_closing():
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._loop.call_soon(self._look)

    def _hand_over(self) -> None:
        received = bytes(self._received)
        self._leave()
        protocol = self._host.aiohttp_protocol(self.number)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(received)

    def _leave(self) -> None:
        self._received = b""
        self._host.lanes.discard(self)
        if self._idle is not None:
            self._idle.cancel()

    async def _answer(self, call: Call) -> None:
        try:
            await self._host.converse(call, self._send)
        except ConnectionError:
            self._transport.abort()
        except Exception:
            log.exception("an answer to %s %s broke off", call.method, call.path)
            self._transport.abort()

    async def _send(self, exchange: Exchange, headers: dict[str, str]) -> Outcome:
        answer, now = exchange.answer, exchange.clock.now()
        if self._last:
            headers["connection"] = "close"
        if isinstance(answer, Json):
            self._transport.write(head(answer.status, headers, now, length=len(answer.body)) + answer.body)
            if self._room is not None:
                await self._drained()
            return "finished"
        if not isinstance(answer, Sse):
            return await self._send_rare(answer, headers, now)
        player = Player(exchange.clock, exchange.started, answer.frames)
        ready = player.ready()
        self._left = answer.length
        if player.over and answer.length is None:
            self._transport.write(head(answer.status, headers, now) + _chunk(ready) + b"0\r\n\r\n")
            await self._drained()
            return "finished"
        self._transport.write(head(answer.status, headers, now, length=answer.length))
        outcome = await player.play(self, ready)
        if player.cut is not None:
            self._break_off(player.cut)
        elif outcome == "finished" and answer.length is None:
            self._transport.write(b"0\r\n\r\n")
        elif self._left:
            self._break_off("fin")  # less than was announced: only the end of the connection can tell
        return outcome

    async def _send_rare(self, answer: Answer | None, headers: dict[str, str], now: float) -> Outcome:
        """Send what is neither JSON nor a stream: a connection broken off, or a feed."""
        if isinstance(answer, Feed):
            self._left = None
            self._transport.write(head(answer.status, headers, now))
            async with aclosing(answer.pieces) as pieces:
                async for piece in pieces:
                    await (self.write(piece) or self._drained())
            self._transport.write(b"0\r\n\r\n")
            return "finished"
        if answer is None or answer.cut is None:
            raise TypeError(f"no way to send a {type(answer).__name__}")
        self._break_off(answer.cut)
        return "cut"

    def _break_off(self, cut: Cut) -> None:
        self._last = True
        break_off(self._transport, cut)

    def write(self, data: bytes) -> Coroutine[Any, Any, None] | None:
        """Write a chunk of a stream; return what waits when the client is slow.

        Raises ConnectionResetError when it is gone.
        """
        if self._transport.is_closing():
            raise ConnectionResetError("the client is gone")
        if self._left is None:
            self._transport.write(_chunk(data))
        else:
            self._left -= len(data)
            self._transport.write(data)
        return None if self._room is None else self._drained()

    async def _drained(self) -> None:
        if self._room is not None:
            await self._room
            if self._transport.is_closing():
                raise ConnectionResetError("the client is gone")

    def _check_idle(self) -> None:
        left = self._active + IDLE - self._loop.time()
        if self.task is None and left <= 0:
            self._transport.close()
        else:
            self._idle = self._loop.call_later(max(left, 1.0), self._check_idle)

    def finish(self) -> None:
        """Close once the answer under way, if there is one, is sent."""
        self._last = True
        if self.task is None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        self._transport.abort()


def head(status: int, headers: dict[str, str], now: float, *, length: int | None = None) -> bytes:
    """Word an answer's head; without a length its body is chunked, so that a cut can be told from an end."""
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    line = _STATUS_LINES.get(status) or f"HTTP/1.1 {status} "
    return "\r\n".join([line, *map(": ".join, headers.items()), _date(int(now)), framing, "", ""]).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


@lru_cache(maxsize=8)
def _date(moment: int) -> str:
    return f"date: {formatdate(moment, usegmt=True)}"
