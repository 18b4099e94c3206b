"""Responses over a websocket: every `response.create` is a call of its own, its events are messages.

Source: OpenAI's guide "WebSocket mode", and the client and server events of its SDKs.
"""

import asyncio
from collections import defaultdict
from typing import Any

import msgspec

from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...session import Session
from ...talks import Begin, Line, check_upgrade, hold, messages, playing
from ...wire import Answer, Socket, Talk
from ...wording import bad_request
from .history import LANE_HEADER, LANES
from .preparing import PREPARE_HEADER

#: Seconds that a connection lasts.
LASTS = 3600.0

#: What a `response.create` has beside the fields of the request.
_ENVELOPE = ("type", "stream_id", "generate")


async def connect(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Open a websocket to create responses over."""
    if "upgrade" not in exchange.call.headers:
        raise GatewayError(
            "method_not_allowed",
            "Not allowed to GET on /v1/responses. (HINT: Perhaps you meant to use a different HTTP method?)",
            headers={"allow": "POST"},
            hint="allowed here: POST, and GET to open a websocket",
        )
    check_upgrade(exchange.call)
    line = Line.of(gateway, exchange, exchange.call)

    async def converse(socket: Socket) -> None:
        desk = _Desk(line, socket, session)
        try:
            await hold(socket, desk.serve)
        finally:
            desk.forget()

    return Talk(hold=converse)


class _Desk:
    """One connection. Responses of one lane (`stream_id`) are made one after the other, lanes side by side.

    Each lane can go on with its last response, stored or not.
    """

    def __init__(self, line: Line, socket: Socket, session: Session) -> None:
        self._line = line
        self._socket = socket
        self._clock = session.clock
        self._records = session.records
        self._id = str(session.records.repeats(LANES, ""))
        self._lanes: defaultdict[str | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def serve(self, begin: Begin) -> None:
        begin(self._expire(self._clock.now() + LASTS))
        async for event in messages(self._socket):
            if isinstance(event, GatewayError):
                await self._fail(event, None)
                continue
            match event["type"]:
                case "response.create":
                    begin(self._create(event))
                case "response.steer":
                    await self._socket.send(_steer_refused(event))
                case other:
                    message = f"Invalid value: '{other}'. Supported values are: 'response.create', 'response.steer'."
                    await self._fail(bad_request(message, "type", "invalid_value"), event.get("stream_id"))

    async def _expire(self, moment: float) -> None:
        await self._clock.sleep_until(moment)
        message = "Responses websocket connection limit reached (60 minutes). Create a new websocket connection."
        await self._fail(GatewayError("bad_request", message, code="websocket_connection_limit_reached"), None)
        await self._socket.close()

    async def _create(self, event: dict[str, Any]) -> None:
        lane = event.get("stream_id")
        async with self._lanes[lane if isinstance(lane, str) else None]:
            try:
                await self._answer(event, lane)
            except GatewayError as error:
                await self._fail(error, lane)

    async def _answer(self, event: dict[str, Any], lane: Any) -> None:
        if event.get("background"):
            raise bad_request("Background mode is not supported over a websocket.", "background", "unsupported_value")
        body = {name: value for name, value in event.items() if name not in _ENVELOPE}
        headers = {**self._line.headers, LANE_HEADER: self._named(lane)}
        if event.get("generate") is False:
            headers[PREPARE_HEADER] = "true"
        exchange = await self._line._replace(headers=headers).ask("/v1/responses", {**body, "stream": True})
        async with playing(self._line, exchange) as events:
            async for data in events:
                await self._socket.send(data.decode() if lane is None else _labelled(data, lane))

    def _named(self, lane: Any) -> str:
        return f"{self._id}/{lane if isinstance(lane, str) else ''}"

    def forget(self) -> None:
        """Forget what only this connection could go on with."""
        for lane in self._lanes:
            self._records.drop(LANES, self._named(lane))

    async def _fail(self, error: GatewayError, lane: Any) -> None:
        said: dict[str, Any] = {"type": error.type, "code": error.code, "message": error.message, "param": error.param}
        if error.headers:
            said["headers"] = dict(error.headers)
        event = {"type": "error", "status": error.status, "error": said}
        await self._socket.send(_worded(event if lane is None else {**event, "stream_id": lane}))


def _labelled(data: bytes, lane: Any) -> str:
    """Say which lane an event is of; a fault may have made the event something else."""
    try:
        return _worded({**msgspec.json.decode(data, type=dict[str, Any]), "stream_id": lane})
    except msgspec.DecodeError:
        return data.decode("utf-8", "replace")


def _steer_refused(event: dict[str, Any]) -> str:
    steer = {"previous_response_id": event.get("previous_response_id") or "", "input": event.get("input") or ""}
    message = "Steering is not supported by this model."
    error = {"type": "invalid_request_error", "code": "steering_not_supported", "message": message}
    return _worded({"type": "response.steer.failed", "sequence_number": 0, "error": error, "steer": steer})


def _worded(event: dict[str, Any]) -> str:
    return msgspec.json.encode(event).decode()
