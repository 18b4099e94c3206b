"""How the server itself is: `GET /health`."""

from ..gateway import Gateway
from ..journal import Exchange
from ..routes import Family
from ..session import Session
from ..wire import Answer, json_answer


async def health(_gateway: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Say that the server answers."""
    return json_answer({"status": "ok"})


family = Family("admin")
family.add("GET", "/health", health, open=True)
