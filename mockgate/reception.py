"""Between the door and an endpoint, where a gateway has customs: what it wants, what it adds, what it said before."""

from collections.abc import Awaitable, Callable

import msgspec

from .journal import Exchange
from .mending import insist
from .replays import CACHE
from .routes import Endpoint
from .session import Session
from .wire import Answer, Json


async def receive(
    serve: Callable[[], Awaitable[Answer]], endpoint: Endpoint, session: Session, exchange: Exchange
) -> Answer:
    """Answer a call by the customs of the gateway: once more what it was answered before, or anew.

    Raises GatewayError for what is refused.
    """
    customs, call = session.policy.customs, exchange.call
    key = call.headers.get(customs.key_header, "") if customs.key_header and call.method == "POST" else ""
    key = key and f"{key} of {exchange.key}"
    caches = customs.caches(call, endpoint.family)
    again = _again(session, exchange, key, caches=caches)
    if again is not None:
        return again
    customs.receive(call, endpoint.name)
    lenient = session.policy.scenario.validation == "lenient"
    answer = await (insist(serve, exchange, session.policy) if lenient else serve())
    adds = customs.adding(endpoint.name)
    if adds and answer.status < 300:
        customs.send(answer, adds, _words(session, exchange, answer))
    if answer.status < 300 and (key or caches):
        session.replays.keep(answer, call, exchange.started, key=key, lifetime=customs.lifetime(call))
    return answer


def _again(session: Session, exchange: Exchange, key: str, *, caches: bool) -> Answer | None:
    replays, call, now = session.replays, exchange.call, exchange.started
    if key and (answer := replays.keyed(key, call, now)) is not None:
        answer.headers = {"idempotent-replayed": "true"}
    elif caches and (answer := replays.cached(call, now)) is not None:
        answer.headers = {CACHE: "HIT (exact)"}
    else:
        return None
    _note(session, exchange)
    return answer


def _note(session: Session, exchange: Exchange) -> None:
    """Note what a call asks for that nothing reads."""
    body = exchange.call.json() if exchange.call.raw[:1] == b"{" else {}
    exchange.model = body.get("model", "")
    exchange.names = session.policy.catalogue.names(exchange.model)


def _words(session: Session, exchange: Exchange, answer: Answer) -> dict[str, str]:
    """Return what a gateway's own fields may say: the model and its owner, and every header of the request."""
    model = exchange.model or _model(answer)
    headers = {f"header.{name}": value for name, value in exchange.call.headers.items()}
    return {"model": model, "owner": session.policy.catalogue.owner(model), **headers}


def _model(answer: Answer) -> str:
    """Return the model that an answer is of, where it tells."""
    told = msgspec.json.decode(answer.body) if isinstance(answer, Json) and answer.body[:1] == b"{" else {}
    return str(told.get("model") or "")
