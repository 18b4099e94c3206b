"""Websockets: aiohttp speaks the protocol, a Talk holds the conversation. Source: RFC 6455."""

import asyncio
from contextlib import suppress

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web

from ..errors import GatewayError
from ..journal import Outcome
from ..wire import Cut, Talk
from .breaking import break_off

#: Seconds between two pings: who does not answer is gone.
_HEARTBEAT = 30.0

#: A message that is larger than a talk takes, but not so many times larger, is refused and the talk goes on.
_STILL_READ = 4


class Line:
    """One websocket, as a talk uses it."""

    def __init__(self, request: web.BaseRequest, response: web.WebSocketResponse, largest: int) -> None:
        self._transport = request.transport
        self._response = response
        self._largest = largest

    async def receive(self) -> str | bytes | None:
        """Return the next message, or None once there is no other.

        Raises GatewayError (413) for one that is too large.
        """
        message = await self._response.receive()
        if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
            return None
        data: str | bytes = message.data
        if len(data) > self._largest:
            raise GatewayError("too_large", f"The message is too large: the limit is {self._largest} bytes.")
        return data

    async def send(self, text: str) -> None:
        """Send a message; nothing happens once the other side is gone."""
        if not self._response.closed:
            with suppress(ClientConnectionResetError):
                await self._response.send_str(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the conversation; a reason longer than the protocol has room for is cut."""
        with suppress(ClientConnectionResetError):
            await self._response.close(code=code, message=reason.encode()[:123])

    async def cut(self, cut: Cut) -> None:
        """Break the connection off, with no word of it."""
        if self._transport is not None:
            break_off(self._transport, cut)


class Websockets:
    """The websockets of a server."""

    def __init__(self) -> None:
        self._open: set[web.WebSocketResponse] = set()

    async def hold(self, request: web.BaseRequest, talk: Talk, headers: dict[str, str]) -> web.StreamResponse:
        """Upgrade a request whose headers were found good, and hold the talk to its end."""
        response = web.WebSocketResponse(
            heartbeat=_HEARTBEAT,
            protocols=talk.protocols,
            compress=False,
            max_msg_size=talk.largest * _STILL_READ,
        )
        response.headers.update(headers)
        await response.prepare(request)
        self._open.add(response)
        line = Line(request, response, talk.largest)
        try:
            await talk.hold(line)
            await line.close()
        except asyncio.CancelledError:
            if response.close_code in {None, WSCloseCode.ABNORMAL_CLOSURE}:
                raise
            # The client has said that it goes, and went before all was put away.
        except Exception:
            await line.close(WSCloseCode.INTERNAL_ERROR)
            raise
        finally:
            self._open.discard(response)
        return response

    async def close(self) -> None:
        """End all conversations: the server goes away."""
        going = [response.close(code=WSCloseCode.GOING_AWAY, message=b"server shutdown") for response in self._open]
        await asyncio.gather(*going, return_exceptions=True)


def outcome_of(response: web.StreamResponse) -> Outcome:
    """Say how a conversation ended: properly, or because the client was gone."""
    gone = isinstance(response, web.WebSocketResponse) and response.close_code == WSCloseCode.ABNORMAL_CLOSURE
    return "left" if gone else "finished"
