"""Stored chat completions (`store: true`): list, retrieve, update, delete, and their messages.

Source: OpenAI's API reference, "Chat completions: list / get / update / delete / messages".
"""

from typing import Any

import msgspec

from ...errors import GatewayError
from ...fields import decode
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import list_object, page
from ...session import Session
from ...turn import Turn
from ...wire import Answer, json_answer
from .request import Metadata
from .whole import body, completion_id

KIND = "chat.completion"


class Stored(msgspec.Struct):
    """A stored completion: the object itself, and the messages it answered."""

    completion: dict[str, Any]
    messages: list[dict[str, Any]]


class Update(msgspec.Struct):
    """The body of an update."""

    metadata: Metadata | None


def keep(turn: Turn, session: Session) -> Turn:
    """Store a turn that asked for it, under an id that no stored completion has."""
    request = turn.prompt.request
    if not request.store:
        return turn
    turn = session.records.fresh(KIND, turn, completion_id)
    completion = {
        **body(turn),
        "metadata": request.metadata or {},
        **{name: msgspec.to_builtins(getattr(request, name, None)) for name in _ECHOED},
    }
    messages = [
        {**msgspec.to_builtins(message), "id": f"{completion_id(turn)}-{index}"}
        for index, message in enumerate(request.messages)
    ]
    session.records.save(KIND, completion["id"], Stored(completion, messages))
    return turn


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


def _find(session: Session, exchange: Exchange) -> Stored:
    wanted = exchange.params["id"]
    stored: Stored | None = session.records.find(KIND, wanted)
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
    metadata = decode(exchange.call.raw, Update).metadata or {}
    stored.completion["metadata"] = metadata
    return json_answer(stored.completion)


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a stored completion."""
    completion = _find(session, exchange).completion
    session.records.drop(KIND, completion["id"])
    return json_answer({"object": "chat.completion.deleted", "id": completion["id"], "deleted": True})


async def list(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List stored completions, by model and metadata, a page at a time."""
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
