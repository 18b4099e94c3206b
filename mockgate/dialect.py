"""One provider's way of asking and answering: read the body, word the whole answer, word the stream."""

import asyncio
from collections.abc import Callable, Iterator

import msgspec

from .admission import admit, bill_turn, enter, spared
from .errors import GatewayError
from .gateway import Gateway
from .illustrating import illustrated
from .journal import Exchange
from .pacing import duration, schedule
from .prompt_cache import NOTHING, Looked, Mark
from .protocols import PROTOCOLS
from .responder import Said
from .scenario import Model
from .session import Session
from .tokens import InputTokens
from .turn import Event, Prompt, Turn
from .wire import Answer, Call, Frame, Sse, json_answer

#: A prompt, its model, what it counts, and what of it the prompt cache is to keep once it is answered.
Taken = tuple[Prompt, Model, InputTokens, tuple[Mark, ...]]

Timed = Iterator[tuple[float, Event]]


class Dialect(msgspec.Struct, frozen=True):
    """`read` finds everything wrong with a body, `check` what the model asked for refuses (both raise
    GatewayError); `keep` remembers a turn, and may give it another id; `body` and `frames` only word it; `fail` words
    an error in the middle of a stream.

    `read` may look up what the session remembers, and is told whether fields that it does not know are refused;
    `unknown` lists them for the journal.
    """

    read: Callable[[Call, Session, bool], Prompt]
    unknown: Callable[[dict[str, object]], list[str]]
    check: Callable[[Prompt, Model], None]
    keep: Callable[[Turn, Session], Turn]
    body: Callable[[Turn], object]
    frames: Callable[[Turn, Timed], Iterator[Frame]]
    fail: Callable[[GatewayError, float], list[Frame]]

    async def answer(self, gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
        """Answer a call: whole when it is complete, or as a stream with a moment for every frame.

        Raises GatewayError for everything that is refused.
        """
        return await self.word(await self.ask(gateway, session, exchange), session)

    async def ask(self, gateway: Gateway, session: Session, exchange: Exchange) -> Said:
        """Have a call answered, billed and remembered.

        Raises GatewayError for everything that is refused.
        """
        prompt, model, counted, marks = await self.take(gateway, session, exchange)
        said = await session.policy.responder.respond(prompt, model, counted, session.progress, exchange)
        if marks:
            session.prompt_cache.keep(marks, exchange.started)
        turn = bill_turn(session, exchange, said.turn)
        if prompt.tools:
            turn = await illustrated(turn, gateway.studio)
        turn = exchange.turn = self.keep(turn, session)
        return said if turn is said.turn else msgspec.structs.replace(said, turn=turn)

    async def take(self, gateway: Gateway, session: Session, exchange: Exchange) -> Taken:
        """Take a call in: read, counted and let through, so that it only wants its answer.

        Raises GatewayError for everything that is refused.
        """
        policy = session.policy
        exchange.unknown_fields = self.unknown
        prompt = self.read(exchange.call, session, policy.reject_unknown)
        prompt, model = enter(session, exchange, prompt)
        self.check(prompt, model)
        counted = await policy.responder.count(prompt, model, exchange)
        tokens, marks = counted.total, NOTHING
        if tokens >= policy.caching.least:
            counted, marks = _recall(session, exchange, prompt, counted)
            tokens -= spared(exchange, counted.cached)
        admit(session, exchange, prompt, tokens)
        gateway.strike(session, exchange, prompt)
        return prompt, model, counted, marks

    def _fail(self, error: GatewayError, due: float, _: int) -> list[Frame]:
        return self.fail(error, due)

    async def word(self, said: Said, session: Session) -> Answer:
        """Word what was said, as a whole or as a stream, as it was asked for."""
        turn = said.turn
        if turn.prompt.stream:
            timed = schedule(turn, said.tempo, said.dice, said.split, session.under_way)
            return Sse(frames=self.frames(turn, timed), headers=turn.headers, fail=self._fail)
        due = duration(turn, said.tempo, said.dice, session.under_way)
        if turn.prompt.top_logprobs is None:
            return self._whole(turn, due)
        # Thousands of entries take long to word: others go on meanwhile.
        return await asyncio.to_thread(self._whole, turn, due)

    def _whole(self, turn: Turn, due: float) -> Answer:
        return json_answer(self.body(turn), due=due, headers=turn.headers)


def _recall(session: Session, exchange: Exchange, prompt: Prompt, counted: InputTokens) -> Looked:
    """See what of a prompt the cache of its key and model has."""
    return session.prompt_cache.look(
        session.policy.caching,
        prompt,
        counted,
        f"{exchange.key}\0{exchange.names[-1]}",
        exchange.started,
        unmarked=not PROTOCOLS[exchange.protocol].marked,
    )
