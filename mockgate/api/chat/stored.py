"""Stored chat completions (`store: true`): list, retrieve, update, delete, and their messages.

Source: OpenAI's API reference, "Chat completions: list / get / update / delete / messages".
"""

from functools import partial
from typing import Any

import msgspec

from ... import bodies, tokens
from ...errors import GatewayError
from ...fields import Metadata
from ...fitting import fit
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import Listing as Page
from ...paging import list_object, page
from ...scenario import CompletionSeed
from ...session import Session
from ...turn import Text, Turn, Usage
from ...wire import Answer, json_answer
from .read import read
from .whole import body, completion_id

KIND = "chat.completion"


class Stored(msgspec.Struct):
    """A stored completion: the object itself, and the messages it answered."""

    completion: dict[str, Any]
    messages: list[dict[str, Any]]


class Update(msgspec.Struct, frozen=True):
    """The body of an update."""

    metadata: Metadata | None


class Listing(Page, frozen=True):
    """The query of a listing: `metadata[KEY]` stands there for each key."""

    model: str | None = None


def keep(turn: Turn, session: Session) -> Turn:
    """Store a turn that asked for it, under an id that no stored completion has."""
    request = turn.prompt.request
    if not request.store:
        return turn
    turn = session.records.fresh(KIND, turn, completion_id)
    _store(turn, session, completion_id(turn))
    return turn


def _store(turn: Turn, session: Session, id: str) -> Stored:
    request = turn.prompt.request
    completion = {
        **body(turn),
        "id": id,
        "metadata": request.metadata or {},
        **{name: msgspec.to_builtins(getattr(request, name, None)) for name in _ECHOED},
    }
    messages = [
        {**msgspec.to_builtins(message), "id": f"{id}-{index}"} for index, message in enumerate(request.messages)
    ]
    stored = Stored(completion, messages)
    session.records.save(KIND, id, stored)
    return stored


#: Request fields that a stored completion repeats.
_ECHOED = (
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "tools",
    "tool_choice",
    "response_format",
    "user",
)


def _sow(session: Session) -> None:
    """Put in place the completions that a session begins with."""
    session.sow(KIND, session.policy.scenario.records.completions, partial(_grow, session))


def _grow(session: Session, seed: CompletionSeed, role: str = "user") -> Stored:
    """Store a completion as if it had been asked for by a message of that role, under the id given."""
    model = seed.model or session.policy.scenario.default_model
    asked = {
        "model": model,
        "messages": [{"role": role, "content": seed.input}],
        "metadata": seed.metadata,
    }
    prompt = read(msgspec.json.encode(asked))
    vocabulary = tokens.load(tokens.encoding_name(model))
    reply = fit((Text(seed.text),), (), None, vocabulary)
    usage = Usage(tokens.count_input(prompt, vocabulary).total, reply.output_tokens)
    turn = Turn(prompt, (reply,), usage, seed.id, int(session.clock.now()), "records")
    return _store(turn, session, seed.id)


def _find(session: Session, exchange: Exchange) -> Stored:
    wanted = exchange.params["id"]
    _sow(session)
    # The SDKs' type of a message has no other role.
    stored = session.kept(KIND, wanted, lambda: _grow(session, CompletionSeed(wanted), "assistant"))
    if stored is not None:
        return stored
    raise GatewayError(
        "not_found",
        f"Chat completion with id '{wanted}' not found.",
        param="completion_id",
        hint="only completions made with `store: true` in this session are kept",
    )


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Return a stored completion."""
    return json_answer(_find(session, exchange).completion)


async def update(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Replace a stored completion's metadata."""
    stored = _find(session, exchange)
    metadata = bodies.read(session, exchange, Update).metadata or {}
    stored.completion["metadata"] = metadata
    return json_answer(stored.completion)


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a stored completion."""
    completion = _find(session, exchange).completion
    session.records.drop(KIND, completion["id"])
    return json_answer({"object": "chat.completion.deleted", "id": completion["id"], "deleted": True})


async def list(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List stored completions, by model and metadata, a page at a time."""
    _sow(session)
    asked = exchange.call.arguments()
    wanted = {name[9:-1]: value for name, value in asked.items() if name.startswith("metadata[")}

    def fits(stored: Stored) -> bool:
        completion = stored.completion
        return ("model" not in asked or completion["model"] == asked["model"]) and all(
            completion["metadata"].get(name) == value for name, value in wanted.items()
        )

    found = [stored.completion for stored in session.records.all(KIND, fits)]
    return json_answer(list_object(page(exchange.call, found, order="asc")))


async def messages(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List the messages that a stored completion answered."""
    return json_answer(list_object(page(exchange.call, _find(session, exchange).messages, order="asc")))
