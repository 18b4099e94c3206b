"""HTTP in, HTTP out, before the one door: the fast lane for plain requests, aiohttp for all others."""

import asyncio
import logging
import ssl
from contextlib import aclosing
from functools import partial
from typing import Any

from aiohttp import BodyPartReader, ClientConnectionResetError, HttpVersion10, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge

from ..content import Content
from ..control.guard import is_loopback
from ..errors import GatewayError, encode_envelope
from ..forms import Form, Upload, is_form
from ..gateway import Gateway
from ..journal import Exchange, Outcome
from ..wire import Answer, Call, Feed, Json, Sse, Talk
from .breaking import break_off
from .courier import Courier
from .lane import Lane, Send
from .player import Player
from .queue import Queue
from .websockets import Websockets, outcome_of

#: A stream's own headers: nothing between mockgate and the client may keep chunks back.
_STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}

_CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "*"}

_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-max-age": "86400",
}


#: Bytes of a file that are taken in at a time.
_FORM_PIECE = 256 * 1024

#: aiohttp words what it finds wrong with a request, with a traceback; mockgate's own log says what matters.
_SILENT = logging.Logger("aiohttp", logging.CRITICAL + 1)


log = logging.getLogger("mockgate")


class Connection(web.RequestHandler):
    """aiohttp's end of a connection, whose refusals of what is no HTTP are worded by the gateway."""

    def __init__(self, server: web.Server, gateway: Gateway, number: int, **options: Any) -> None:
        super().__init__(server, **options)
        self._gateway = gateway
        self.number = number

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Word what could not even be read as HTTP; the connection is closed after it."""
        super().handle_error(request, status, exc, message)
        reason = (message or "").partition("\n")[0].strip()
        error = GatewayError.of_status(status, f"The request could not be read as HTTP: {reason}" if reason else None)
        response = web.Response(
            body=encode_envelope(self._gateway.scenario.envelope, error), status=status, content_type="application/json"
        )
        response.force_close()
        return response


class Server:
    """Serves a gateway on a host and a port (0: any free one), over TLS where that is given."""

    def __init__(
        self, gateway: Gateway, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.gateway = gateway
        gateway.exposed = not is_loopback(host)
        self.host = host
        self.port = port
        self._tls = tls
        self.lanes: set[Lane] = set()
        self._courier = Courier()
        self._websockets = Websockets()
        self.connections = 0
        self._listener: asyncio.Server | None = None
        self._queue: Queue | None = None
        self._aiohttp: web.Server | None = None

    @property
    def url(self) -> str:
        """Where the server is, without a path."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared, not bound
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://[{host}]:{self.port}" if ":" in host else f"{scheme}://{host}:{self.port}"

    async def start(self) -> None:
        """Bind the port and serve.

        Raises OSError when the port is taken or may not be bound.
        """
        loop = asyncio.get_running_loop()
        self.gateway.deliver = self._courier.take
        self._aiohttp = web.Server(
            self._serve,
            request_factory=self._request,
            handler_cancellation=True,
        )
        lane = partial(Lane, self)
        self._listener = await loop.create_server(
            lane, self.host, self.port, backlog=4096, reuse_address=True, ssl=self._tls
        )
        self._queue = Queue(self._listener.sockets, lane, self._tls, loop.time)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self, drain: float = 10.0) -> None:
        """Take no more connections, let the answers under way end for up to `drain` seconds, then close."""
        if self._listener is None or self._queue is None or self._aiohttp is None:
            return
        self._listener.close()
        self._queue.close()
        self._listener = None
        self.gateway.deliver = None
        for end in tuple(self.gateway.at_stop):
            end()
        await self._courier.close()
        await self._websockets.close()
        await asyncio.gather(self._drain_lanes(drain), self._drain_aiohttp(self._aiohttp, drain))

    async def _drain_lanes(self, drain: float) -> None:
        for lane in tuple(self.lanes):
            lane.finish()
        under_way = [lane.task for lane in self.lanes if lane.task is not None]
        if under_way:
            await asyncio.wait(under_way, timeout=drain)
        for lane in tuple(self.lanes):
            lane.abort()

    async def _drain_aiohttp(self, server: web.Server, drain: float) -> None:
        server.pre_shutdown()
        await server.shutdown(drain)

    def cut(self) -> None:
        """Close every connection, whatever is under way on it: its handler is cancelled."""
        for lane in tuple(self.lanes):
            lane.abort()
        for connection in self._aiohttp.connections if self._aiohttp is not None else ():
            if connection.transport is not None:
                connection.transport.abort()

    @property
    def max_body(self) -> int:
        """The most bytes that a request's body may have."""
        return int(self.gateway.scenario.max_body)

    def welcome(self, lane: Lane) -> int:
        """Take a connection in, and those that wait behind it; return its number."""
        self.lanes.add(lane)
        self.connections += 1
        number = self.connections
        if self._queue is not None:
            self._queue.move()
        return number

    def aiohttp_protocol(self, number: int) -> asyncio.Protocol:
        """Make what takes over a connection that is not plain."""
        assert self._aiohttp is not None
        return Connection(
            self._aiohttp,
            self.gateway,
            number,
            loop=asyncio.get_running_loop(),
            logger=_SILENT,
            access_log=None,
            keepalive_timeout=75,
            max_line_size=65536,
            max_field_size=65536,
        )

    async def converse(self, call: Call, send: Send) -> None:
        """Answer a call: ask the gateway, wait until the answer is due, send it, and note how that ended."""
        if self._tls is not None:
            call.scheme = "https"
        exchange = await self.gateway.handle(call)
        outcome: Outcome = "failed"
        try:
            answer = exchange.answer
            assert answer is not None, "an exchange that was handled has an answer"
            if answer.due:
                await exchange.clock.sleep_until(exchange.started + answer.due)
            headers = answer.headers
            if isinstance(answer, (Json, Sse, Feed)):
                headers.setdefault("content-type", answer.content_type)
            if isinstance(answer, Feed) or (isinstance(answer, Sse) and answer.length is None):
                headers.update(_STREAM_HEADERS)
            if "origin" in call.headers:
                headers.update(_CORS)
            outcome = await send(exchange, headers)
        except (asyncio.CancelledError, ConnectionError):
            outcome = "left"
            raise
        finally:
            self.gateway.close(exchange, outcome)

    # What is aiohttp's.

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        """Make aiohttp's request, with the scenario's bound on its body."""
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=self.max_body)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if "origin" in request.headers and request.method == "OPTIONS":
            asked = request.headers.get("access-control-request-headers", "*")
            return web.Response(status=204, headers={**_PREFLIGHT, "access-control-allow-headers": asked})
        sent: list[web.StreamResponse] = []
        call = await self._read(request)
        try:
            await self.converse(call, partial(self._send, request, sent))
        except Exception as problem:
            if not isinstance(problem, ConnectionError):
                log.exception("an answer to %s %s broke off", call.method, call.path)
            raise
        return sent[0]

    async def _read(self, request: web.BaseRequest) -> Call:
        url = request.rel_url
        headers = {name.lower(): _readable(value) for name, value in request.headers.items()}
        call = Call(request.method, _readable(url.raw_path), _readable(url.raw_query_string), headers)
        call.connection, call.newest = getattr(request.protocol, "number", 0), self.connections
        try:
            if headers.get("expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if is_form(call) and request.body_exists:
                call.form = await self._form(request)
            else:
                call.raw = await request.read() if request.body_exists else b""
        except HTTPRequestEntityTooLarge:
            form = is_form(call)
            most, key = (int(self.gateway.scenario.max_upload), "max_upload") if form else (self.max_body, "max_body")
            message = f"Request body too large: the limit is {most} bytes."
            hint = f"raise `{key}` in the scenario"
            call.refused = GatewayError("too_large", message, hint=hint, details={"most": most})
        except (web.RequestPayloadError, HttpProcessingError, ValueError) as problem:
            said = problem.message.splitlines()[0] if isinstance(problem, HttpProcessingError) else problem
            call.refused = GatewayError("bad_request", f"The request body could not be read: {said}")
        return call

    async def _form(self, request: web.BaseRequest) -> Form:
        """Take a form in, its files piece by piece: large ones never sit in memory.

        Raises HTTPRequestEntityTooLarge, and ValueError for what is no form.
        """
        form, size, most = Form(), 0, int(self.gateway.scenario.max_upload)
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise ValueError("a part of the form is itself in parts")  # noqa: TRY004 - told to the client as a 400
            content = Content()
            while piece := await part.read_chunk(_FORM_PIECE):
                size += len(piece)
                if size > most:
                    raise HTTPRequestEntityTooLarge(max_size=most, actual_size=size)
                content.write(piece)
            named = part.name or ""
            if part.filename is None:
                form.add(named, content.read().decode("utf-8", "replace"))
            else:
                kind = part.headers.get("content-type", "application/octet-stream")
                form.add(named, Upload(part.filename, kind, content))
        return form

    async def _send(
        self, request: web.BaseRequest, sent: list[web.StreamResponse], exchange: Exchange, headers: dict[str, str]
    ) -> Outcome:
        answer = exchange.answer
        if isinstance(answer, Json):
            sent.append(web.Response(body=answer.body, status=answer.status, headers=headers))
            return "finished"
        if isinstance(answer, Talk):
            sent.append(await self._websockets.hold(request, answer, headers))
            return outcome_of(sent[0])
        if not isinstance(answer, Sse | Feed):
            return self._break_off(request, sent, answer)
        response = web.StreamResponse(status=answer.status, headers=headers)
        sent.append(response)
        if isinstance(answer, Sse) and answer.length is not None:
            response.content_length = answer.length
        elif request.version > HttpVersion10:
            # Chunked, so that a client can tell a stream that was cut from one that ended.
            response.enable_chunked_encoding()
        await response.prepare(request)
        if isinstance(answer, Feed):
            async with aclosing(answer.pieces) as pieces:
                async for piece in pieces:
                    await response.write(piece)
            await response.write_eof()
            return "finished"
        player = Player(exchange.clock, exchange.started, answer.frames)
        outcome = await player.play(response, player.ready())
        if player.cut is not None and request.transport is not None:
            break_off(request.transport, player.cut)
        if outcome == "finished":
            try:
                await response.write_eof()
            except (ClientConnectionResetError, ConnectionError):
                outcome = "left"
        return outcome

    def _break_off(self, request: web.BaseRequest, sent: list[web.StreamResponse], answer: Answer | None) -> Outcome:
        if answer is None or answer.cut is None:
            raise TypeError(f"no way to send a {type(answer).__name__}")
        if request.transport is not None:
            break_off(request.transport, answer.cut)
        sent.append(web.Response())
        return "cut"


def _readable(text: str) -> str:
    """Return what came over the wire as text that can be encoded again: bytes that were none are replaced."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
