"""How the server itself is: `GET /health`, `/health/ready`, `/version`. Source: GoModel's operations endpoints."""

from .. import __version__
from ..gateway import Gateway
from ..journal import Exchange
from ..routes import Family
from ..session import Session
from ..wire import Answer, json_answer


async def health(_gateway: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Say that the server answers."""
    return json_answer({"status": "ok"})


async def ready(_gateway: Gateway, session: Session, _exchange: Exchange) -> Answer:
    """Say how the parts behind the gateway are, as its scenario has it: 503 without storage, degraded without cache."""
    parts = session.policy.scenario.manners.health
    word = "not_ready" if parts.storage == "down" else "degraded" if parts.cache == "down" else "ready"
    told = {"status": word, "components": {"storage": parts.storage, "cache": parts.cache}}
    return json_answer(told, 503 if word == "not_ready" else 200)


async def version(_gateway: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Say which mockgate this is."""
    return json_answer({"version": __version__})


family = Family("admin")
family.add("GET", "/health", health, open=True)
family.add("GET", "/health/ready", ready, open=True)
family.add("GET", "/version", version, open=True)
