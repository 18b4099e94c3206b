"""Ephemeral keys: made for a client that must not have the key itself, good for a short while and one session's setup.

Source: OpenAI's API reference, "Client secrets".
"""

from typing import Annotated, Any, Literal

import msgspec

from ... import bodies, filing
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...keys import find_key, incorrect
from ...session import Session
from ...wire import Answer, Call, json_answer
from . import beta
from .config import Config, defaults, updated

KIND = "client_secret"

#: Seconds that a secret is good for: if nothing is said, and in the beta.
_LASTS = 600
_LASTED = 60


class Expiry(msgspec.Struct, frozen=True):
    """How long a secret is good for."""

    anchor: Literal["created_at"] = "created_at"
    seconds: Annotated[int, msgspec.Meta(ge=10, le=7200)] = _LASTS


class Create(msgspec.Struct, frozen=True):
    """The body that asks for a secret."""

    expires_after: Expiry | None = None
    session: dict[str, Any] | None = None


class Secret(msgspec.Struct, frozen=True):
    """An ephemeral key: until when it is good, the header that its maker's key came in, and the setup it is for."""

    expires: float
    headers: dict[str, str]
    config: Config


async def create(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make a secret."""
    asked = bodies.read(session, exchange, Create) if exchange.call.raw else Create()
    given = asked.session or {}
    config = _configured(given, session)
    expires = session.clock.now() + (asked.expires_after or Expiry()).seconds
    value = _keep(session, exchange, config, expires)
    described = {"object": "realtime.session", "id": filing.new_id(session, value, "sess_"), **config}
    return json_answer({"value": value, "expires_at": int(expires), "session": {**described, "expires_at": 0}})


async def create_session(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Make a secret in the manner of the beta: the answer is the session, which has the secret in it."""
    given = exchange.call.json() if exchange.call.raw else {}
    if not isinstance(given, dict):
        raise GatewayError("bad_request", "Invalid body: expected an object.")
    config = _configured(beta.session_read(given), session)
    expires = session.clock.now() + _LASTED
    value = _keep(session, exchange, config, expires)
    described = {"object": "realtime.session", "id": filing.new_id(session, value, "sess_"), **config}
    secret = {"value": value, "expires_at": int(expires)}
    return json_answer({**beta.session(described), "client_secret": secret})


def _configured(given: dict[str, Any], session: Session) -> Config:
    model = given.get("model")
    config = defaults(model if isinstance(model, str) else "gpt-realtime", given.get("type") or "realtime")
    if "model" in config:
        session.policy.catalogue.find(config["model"])
    return updated(config, given)


def _keep(session: Session, exchange: Exchange, config: Config, expires: float) -> str:
    value = filing.new_id(session, exchange.call.raw.decode("utf-8", "replace"), "ek_")
    names = {name.lower() for name in session.policy.scenario.auth.headers}
    kept = {name: exchange.call.headers[name] for name in names if name in exchange.call.headers}
    session.records.save(KIND, value, Secret(expires, kept, config))
    return value


def exchanged(call: Call, session: Session) -> tuple[Call, Config | None]:
    """Return the call with its maker's key in the place of a secret, and the setup that the secret is for.

    Raises GatewayError (401) when the secret is no longer good.
    """
    key = find_key(call, session.policy.scenario.auth)
    secret: Secret | None = session.records.find(KIND, key)
    if secret is None:
        # A key among the subprotocols stands there for the upgrade alone: turns carry it as all calls do.
        return _carrying(call, {"authorization": f"Bearer {key}"} if key else {}), None
    if secret.expires <= session.clock.now():
        raise GatewayError("expired_key", incorrect(key), hint="this client secret has expired: make another")
    return _carrying(call, secret.headers), secret.config


def _carrying(call: Call, headers: dict[str, str]) -> Call:
    return msgspec.structs.replace(call, headers={**call.headers, **headers})
