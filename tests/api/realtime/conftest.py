"""A client of a realtime session, on the session's own clock."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from mockgate.wire import Call

UPGRADE = {
    "authorization": "Bearer sk-test-0123456789",
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Peer:
    """The other end of a talk. `told` are the events that came, `over` why it ended."""

    def __init__(self):
        self._said = asyncio.Queue()
        self._told = asyncio.Queue()
        self.over = None

    async def receive(self):
        return await self._said.get()

    async def send(self, text):
        self._told.put_nowait(msgspec.json.decode(text))

    async def close(self, code=1000, reason=""):
        self.over = (code, reason)
        self._said.put_nowait(None)

    async def cut(self, cut):
        self.over = cut
        self._said.put_nowait(None)

    def say(self, kind, **fields):
        self._said.put_nowait(msgspec.json.encode({"type": kind, **fields}).decode())

    def write(self, message):
        self._said.put_nowait(message)

    async def next(self):
        return await asyncio.wait_for(self._told.get(), 5)

    async def until(self, kind):
        """Return the events up to the first of a kind."""
        events = [await self.next()]
        while events[-1]["type"] != kind:
            events.append(await self.next())
        return events

    async def ask(self, kind, **fields):
        """Say something and return the next event."""
        self.say(kind, **fields)
        return await self.next()


def kinds(events):
    """The events' names, each run of one name once."""
    names = [event["type"] for event in events]
    return [name for at, name in enumerate(names) if not at or name != names[at - 1]]


@pytest.fixture
def connect():
    """Open a talk at a path of a gateway."""

    @asynccontextmanager
    async def open_talk(gateway, path="/v1/realtime?model=gpt-realtime", **headers):
        path, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange = await gateway.handle(Call("GET", path, query, {**UPGRADE, **named}))
        assert exchange.status == 101, exchange.answer
        peer = Peer()
        talk = asyncio.create_task(exchange.answer.hold(peer))
        yield peer
        await peer.close()
        await talk
        gateway.close(exchange)

    return open_talk


@pytest.fixture
def greeted(connect):
    """Open a talk that answers in words, and hear its greeting."""

    @asynccontextmanager
    async def open_talk(gateway, modality="text", **headers):
        async with connect(gateway, **headers) as peer:
            assert (await peer.next())["type"] == "session.created"
            peer.say("session.update", session={"type": "realtime", "output_modalities": [modality]})
            assert (await peer.next())["type"] == "session.updated"
            yield peer

    return open_talk
