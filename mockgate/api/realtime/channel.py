"""What the parts of a realtime session share: how it is set up, and how the client is told of things."""

from typing import Any

import msgspec

from ...errors import GatewayError
from ...rng import Dice
from ...scenario import Scenario
from ...session import Session
from ...wire import Socket
from . import beta, events
from .config import Config
from .items import Item


class Channel:
    """One connection. `config` is the session's configuration; `old`: events go by their names of the beta."""

    def __init__(self, socket: Socket, session: Session, id: str, config: Config, *, old: bool = False) -> None:
        self.socket = socket
        self.session = session
        self.id = id
        self.config = config
        self.old = old
        self._dice = Dice(id)
        self._count = 0
        self.conversation = self._dice.id("conv_", 21)

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self.session.policy.scenario

    def new_id(self, prefix: str) -> str:
        """Return an id that nothing else of this session has."""
        self._count += 1
        return self._dice.id(prefix, 21, salt=self._count)

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send an event of our own."""
        await self.send({"type": kind, "event_id": self.new_id("event_"), **fields})

    async def send(self, event: Item) -> None:
        """Send an event."""
        for worded in beta.worded(event) if self.old else (event,):
            await self.socket.send(msgspec.json.encode(worded).decode())

    async def fail(self, error: GatewayError, of: str | None) -> None:
        """Tell of an error; `of` is the client's id of the event that it is about."""
        await self.send(events.error(error, self.new_id("event_"), of))
