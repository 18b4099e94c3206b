"""One provider's way of asking and answering: read the body, word the whole answer, word the stream."""

import asyncio
from collections.abc import Callable, Iterator

import msgspec

from .gateway import Gateway
from .journal import Exchange
from .pacing import duration, schedule
from .scenario import Model
from .session import Session
from .turn import Event, Prompt, Turn
from .wire import Answer, Call, Frame, Sse, json_answer

Timed = Iterator[tuple[float, Event]]


class Dialect(msgspec.Struct, frozen=True):
    """`read` finds everything wrong with a body, `check` what the model asked for refuses (both raise
    GatewayError); `keep` remembers a turn, and may give it another id; `body` and `frames` only word it.

    `read` is told whether fields that it does not know are refused; `unknown` lists them for the journal.
    """

    read: Callable[[Call, bool], Prompt]
    unknown: Callable[[dict[str, object]], list[str]]
    check: Callable[[Prompt, Model], None]
    keep: Callable[[Turn, Session], Turn]
    body: Callable[[Turn], object]
    frames: Callable[[Turn, Timed], Iterator[Frame]]

    async def answer(self, gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
        """Answer a call: whole when it is complete, or as a stream with a moment for every frame.

        Raises GatewayError for everything that is refused.
        """
        exchange.unknown_fields = self.unknown
        prompt = self.read(exchange.call, gateway.scenario.unknown_fields == "reject")
        model = gateway.catalogue.find(prompt.model)
        self.check(prompt, model)
        said = await gateway.responder.respond(prompt, model, session, exchange)
        turn = exchange.turn = self.keep(said.turn, session)
        if prompt.stream:
            timed = schedule(turn, said.tempo, said.dice, said.split, session.under_way)
            return Sse(frames=self.frames(turn, timed), headers=turn.headers)
        due = duration(turn, said.tempo, said.dice, session.under_way)
        if prompt.top_logprobs is None:
            return json_answer(self.body(turn), due=due, headers=turn.headers)
        # Thousands of entries take long to word: others go on meanwhile.
        return await asyncio.to_thread(lambda: json_answer(self.body(turn), due=due, headers=turn.headers))
