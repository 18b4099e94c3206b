"""Conversations and their items. Source: OpenAI's API reference, "Conversations"."""

from typing import Annotated, Any

import msgspec

from ... import bodies, filing
from ...errors import GatewayError
from ...fields import Metadata
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import Listing, list_object, page
from ...rng import Dice
from ...routes import Family
from ...session import Session
from ...wire import Answer, json_answer
from ...wording import missing
from .history import CONVERSATIONS, Conversation, find_conversation
from .items import Item, checked

Items = Annotated[list[dict[str, Any]], msgspec.Meta(max_length=20)]


class Create(msgspec.Struct, frozen=True):
    """The body that begins a conversation."""

    items: Items | None = None
    metadata: Metadata | None = None


class Update(msgspec.Struct, frozen=True):
    """The body that changes a conversation."""

    metadata: Metadata | None


class Add(msgspec.Struct, frozen=True):
    """The body that adds items."""

    items: Items


def body(conversation: Conversation) -> dict[str, Any]:
    """Word a conversation."""
    return {
        "id": conversation.id,
        "object": "conversation",
        "created_at": conversation.created,
        "metadata": conversation.metadata,
    }


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a conversation, with items or without."""
    asked = bodies.read(session, exchange, Create) if exchange.call.raw else Create()
    id = filing.new_id(session, exchange.call.raw.decode("utf-8", "replace"), "conv_")
    conversation = Conversation(id, int(session.clock.now()), asked.metadata or {}, {})
    _add(conversation, asked.items or [], session)
    session.records.save(CONVERSATIONS, id, conversation)
    return json_answer(body(conversation))


def _add(conversation: Conversation, items: list[Item], session: Session) -> list[Item]:
    dice = Dice(conversation.id, len(conversation.items))
    added = checked(items, session, dice)
    conversation.items |= {item["id"]: item for item in added}
    return added


def _find(session: Session, exchange: Exchange) -> Conversation:
    return find_conversation(exchange.params["id"], session)


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a conversation."""
    return json_answer(body(_find(session, exchange)))


async def update(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Replace a conversation's metadata."""
    conversation = _find(session, exchange)
    asked = bodies.read(session, exchange, Update)
    if asked.metadata is None:
        raise missing("metadata")
    conversation.metadata = asked.metadata
    return json_answer(body(conversation))


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a conversation; its items stay where others refer to them."""
    conversation = _find(session, exchange)
    session.records.drop(CONVERSATIONS, conversation.id)
    return json_answer({"id": conversation.id, "object": "conversation.deleted", "deleted": True})


async def add_items(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Add items at a conversation's end."""
    conversation = _find(session, exchange)
    added = _add(conversation, bodies.read(session, exchange, Add).items, session)
    ends = (added[0]["id"], added[-1]["id"]) if added else (None, None)
    return json_answer({"object": "list", "data": added, "first_id": ends[0], "last_id": ends[1], "has_more": False})


async def list_items(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List a conversation's items, the newest first."""
    return json_answer(list_object(page(exchange.call, list(_find(session, exchange).items.values()))))


def _item(conversation: Conversation, session: Session, exchange: Exchange) -> Item:
    id = exchange.params["item"]
    if id not in conversation.items and session.policy.synthesizes:
        _add(conversation, [{"id": id, "role": "user", "content": "Hello"}], session)
    if id not in conversation.items:
        message = f"Item with id '{id}' not found in conversation '{conversation.id}'."
        raise GatewayError("not_found", message, param="item_id")
    return conversation.items[id]


async def retrieve_item(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Return one item."""
    return json_answer(_item(_find(session, exchange), session, exchange))


async def delete_item(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Take one item out; the answer is the conversation."""
    conversation = _find(session, exchange)
    del conversation.items[_item(conversation, session, exchange)["id"]]
    return json_answer(body(conversation))


family = Family("conversations")
family.add("POST", "/v1/conversations", create, body=Create | None)
family.add("GET", "/v1/conversations/{id}", retrieve)
family.add("POST", "/v1/conversations/{id}", update, body=Update)
family.add("DELETE", "/v1/conversations/{id}", delete)
family.add("POST", "/v1/conversations/{id}/items", add_items, body=Add)
family.add("GET", "/v1/conversations/{id}/items", list_items, query=Listing)
family.add("GET", "/v1/conversations/{id}/items/{item}", retrieve_item)
family.add("DELETE", "/v1/conversations/{id}/items/{item}", delete_item)
