"""What a response stands on: the responses before it, or a conversation; kept as items.

Source: OpenAI's guide "Conversation state": earlier inputs and outputs are context, earlier instructions are not.
"""

from typing import Any

import msgspec

from ... import tokens
from ...errors import GatewayError
from ...fitting import fit
from ...jobs import Job
from ...rng import Dice
from ...scenario import ConversationSeed, ResponseSeed
from ...session import Session
from ...turn import Prompt, Text, Turn, Usage
from ...wording import bad_request
from . import whole
from .items import Item, checked, messages
from .request import Create, Request

KIND = "response"
CONVERSATIONS = "conversation"

#: The last response of each lane of a websocket, which the lane can go on with though it is not stored.
LANES = "response_lane"

#: Names the lane of a websocket that a call came over.
LANE_HEADER = "x-mockgate-lane"


class Stored(msgspec.Struct):
    """A response that is kept: the turn it is, what it stands on, and how far it has come if it is a job."""

    turn: Turn
    output: list[Item]
    items: list[Item]
    before: list[Item]
    job: Job | None = None
    frames: Any = None


class Conversation(msgspec.Struct):
    """A conversation and its items, in order."""

    id: str
    created: int
    metadata: dict[str, str]
    items: dict[str, Item]


def before(previous: str | None, conversation: str | None, session: Session, lane: str = "") -> list[Item]:
    """Return the items of what came before; `lane` is the one of a websocket that asks.

    Raises GatewayError: no such response (400) or conversation (404).
    """
    if conversation is not None:
        return list(find_conversation(conversation, session).items.values())
    if previous is None:
        return []
    last: Stored | None = session.records.find(LANES, lane)
    stored = last if last is not None and whole.response_id(last.turn) == previous else _kept(previous, session)
    if stored is None:
        message = f"Previous response with id '{previous}' not found."
        raise bad_request(message, "previous_response_id", "previous_response_not_found")
    return [*stored.before, *stored.items, *stored.output]


def find_conversation(id: str, session: Session) -> Conversation:
    """Return a conversation.

    Raises GatewayError (404) when there is none.
    """
    sow(session)
    found = session.kept(CONVERSATIONS, id, lambda: _conversation(ConversationSeed(id), session))
    if found is None:
        message = f"Conversation with id '{id}' not found."
        details = {"object": "conversation", "id": id}
        raise GatewayError("not_found", message, param="conversation_id", details=details)
    return found


def find(id: str, session: Session) -> Stored:
    """Return a stored response.

    Raises GatewayError (404) when there is none.
    """
    found = _kept(id, session)
    if found is None:
        raise GatewayError(
            "not_found",
            f"Response with id '{id}' not found.",
            param="response_id",
            details={"object": "response", "id": id},
            hint="only responses made in this session, and not with `store: false`, are kept",
        )
    return found


def _kept(id: str, session: Session) -> Stored | None:
    """Return the response of this id, or one made for it where that is wanted."""
    sow(session)
    return session.kept(KIND, id, lambda: _response(ResponseSeed(id), session))


# What a session begins with.


def sow(session: Session) -> None:
    """Put in place the responses and conversations that a session begins with."""
    seeds = session.policy.scenario.records
    session.sow(KIND, seeds.responses, lambda seed: _response(seed, session))
    session.sow(CONVERSATIONS, seeds.conversations, lambda seed: _conversation(seed, session))


def _conversation(seed: ConversationSeed, session: Session) -> Conversation:
    items = checked(seed.items or "Hello", session, Dice(seed.id))
    known = {item["id"]: item for item in items}
    conversation = Conversation(seed.id, int(session.clock.now()), dict(seed.metadata), known)
    session.records.save(CONVERSATIONS, seed.id, conversation)
    return conversation


def _response(seed: ResponseSeed, session: Session) -> Stored:
    """Make a response as if it had been asked for; its id is the one given."""
    model = seed.model or session.policy.scenario.default_model
    items = checked(seed.input, session, Dice(seed.id))
    asked = Create(model=model, input=seed.input)
    prompt = Prompt("responses", model, messages(items, session), request=Request(asked, items, [], None))
    vocabulary = tokens.load(tokens.encoding_name(model))
    reply = fit((Text(seed.text),), (), None, vocabulary)
    usage = Usage(tokens.count_input(prompt, vocabulary).total, reply.output_tokens)
    turn = Turn(prompt, (reply,), usage, seed.id, int(session.clock.now()), "records")
    stored = Stored(turn, whole.output(turn), items, [])
    session.records.save(KIND, seed.id, stored)
    return stored
