"""Compaction: a conversation made shorter. Source: OpenAI's API reference, "Compact a response"."""

import msgspec

from ... import bodies, tokens
from ...admission import bill
from ...journal import Exchange
from ...rng import Dice
from ...session import Session
from ...turn import Message, Prompt, Usage
from ...wire import Answer, json_answer
from . import history, whole
from .items import Item, checked, messages
from .request import Compact

#: How many of the newest words of each message a summary repeats.
_WORDS = 12


class Asked(msgspec.Struct, frozen=True):
    """What is to be made shorter."""

    prompt: Prompt
    items: list[Item]


def read(session: Session, exchange: Exchange) -> Asked:
    """Read a body.

    Raises GatewayError (400, 404).
    """
    asked = bodies.read(session, exchange, Compact)
    own = checked(asked.input, session, Dice(session.policy.scenario.seed, session.name, exchange.call.raw))
    items = history.before(asked.previous_response_id, None, session) + own
    return Asked(Prompt("responses", asked.model, messages(items, session)), items)


async def answer(asked: Asked, counted: int, session: Session, exchange: Exchange) -> Answer:
    """Return the user's messages, and one item for all else: the input of the next request."""
    dice = Dice(session.policy.scenario.seed, "compaction", exchange.call.raw)
    summary = _summary(asked.prompt.messages)
    kept = [item for item in asked.items if item["type"] == "message" and item["role"] == "user"]
    if exchange.call.lenient:
        kept = []  # the SDKs' type knows no user's message there, and contract suites check for it
    item = {"id": dice.id("cmp_", 48), "type": "compaction", "encrypted_content": summary}
    vocabulary = await tokens.vocabulary(asked.prompt.model)
    usage = Usage(counted, vocabulary.count(summary))
    bill(session, exchange, usage)
    return json_answer(
        {
            "id": dice.id("resp_", 48),
            "object": "response.compaction",
            "created_at": int(exchange.started),
            "output": [*kept, item],
            "usage": whole.usage(usage),
        }
    )


def _summary(said: tuple[Message, ...]) -> str:
    lines = [f"{message.role}: {' '.join(message.text.split()[:_WORDS])}" for message in said]
    return "\n".join(lines)
