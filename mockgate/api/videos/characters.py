"""Characters: made of a short video, to be named in prompts. Source: OpenAI's API reference, "Videos"."""

from typing import Any

from ... import filing
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...session import Session
from ...wire import Answer, json_answer
from .request import Character, read
from .uploaded import checked

KIND = "character"


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make a character of a video."""
    body, upload = read(session, exchange, Character, "video")
    checked(upload)
    return json_answer(_keep(session, filing.new_id(session, body.name, "char_"), body.name))


def _keep(session: Session, id: str, name: str) -> dict[str, Any]:
    made = {"id": id, "object": "character", "created_at": int(session.clock.now()), "name": name}
    session.records.save(KIND, id, made)
    return made


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a character."""
    id = exchange.params["id"]
    found = session.kept(KIND, id, lambda: _keep(session, id, "Someone"))
    if found is None:
        raise GatewayError("not_found", f"Character with id '{id}' not found.", param="character_id")
    return json_answer(found)
