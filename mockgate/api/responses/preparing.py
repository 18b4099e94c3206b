"""Requests that are only taken in, over a websocket with `generate: false`: later ones go on with them.

Source: the client events of OpenAI's SDKs.
"""

from ...admission import bill
from ...dialect import Dialect
from ...gateway import Gateway
from ...journal import Exchange
from ...rng import Dice
from ...session import Session
from ...turn import Event, Reply, Start, Stop, Turn, Usage
from ...wire import Answer, Sse

#: A call with this header is to be taken in, not answered.
PREPARE_HEADER = "x-mockgate-prepare"

_SILENCE: tuple[Event, ...] = (Start(0), Stop(0, "stop"))


async def prepare(dialect: Dialect, gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Take a request in: it is counted, billed and kept like any other, and its answer says nothing.

    Raises GatewayError for everything that is refused.
    """
    prompt, _, counted, _ = await dialect.take(gateway, session, exchange)
    letters = Dice(session.policy.scenario.seed, prompt.fingerprint(), "prepared").letters
    turn = Turn(prompt, (Reply(()),), Usage(counted.total), letters, int(exchange.started), "prepared")
    bill(session, exchange, turn.usage)
    turn = exchange.turn = dialect.keep(turn, session)
    return Sse(frames=dialect.frames(turn, ((0.0, event) for event in _SILENCE)))
