"""The gateway's front page: `GET /` and what it is made of, files of `fixtures/frontpage`.

The page is the same for every gateway; what is true of the one in force it reads at `/frontpage/gateway.json`.
"""

from functools import partial
from pathlib import PurePath
from typing import Any

from .. import __version__
from ..errors import KINDS, GatewayError
from ..gateway import Gateway
from ..journal import Exchange
from ..loader import fixtures_dir
from ..rewording import reword
from ..routes import Family
from ..session import Session
from ..wire import Answer, Json, json_answer

#: The page's files beside `index.html`, and what they are.
_PARTS = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}

#: Nothing is loaded from anywhere else, and nobody shows the page as a part of theirs.
_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}

#: Who says how the gateway is, where it has such an endpoint; else what the page reads anyway.
_HEALTH = ("/api/status", "/health/ready", "/health")
_FACTS = "/frontpage/gateway.json"


def _file(name: str, kind: str) -> Answer:
    body = (fixtures_dir() / "frontpage" / name).read_bytes()
    return Json(body=body, content_type=f"{kind}; charset=utf-8", headers=_HEADERS)


async def page(_gateway: Gateway, _session: Session, exchange: Exchange) -> Answer:
    """Show the page; its links are relative, so that below a mounted gateway's name it needs the slash at the end."""
    if not exchange.call.path:
        return Json(body=b"", status=307, headers={"location": f"{exchange.call.base[1:]}/"})
    return _file("index.html", "text/html")


async def part(name: str, _gateway: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Give one of the page's files."""
    return _file(name, _PARTS[name])


async def facts(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what is true of the gateway in force, as far as its page tells it. Needs no key."""
    scenario, served = session.policy.scenario, session.policy.routes.endpoints
    paths = {endpoint.path for endpoint in served if endpoint.method == "GET"}
    catalogue = session.policy.catalogue
    named = {model.id: catalogue.called(model) for model in catalogue.listed}
    told = {
        "name": PurePath(scenario.gateway).stem,
        "title": scenario.manners.title or scenario.name or "mockgate",
        "description": scenario.description,
        "stands_for": scenario.manners.base_url,
        "version": __version__,
        "uptime": round(max(0.0, session.clock.now() - session.tally.began), 3),
        "base": exchange.call.base,
        "health": next((path for path in _HEALTH if path in paths), _FACTS),
        "auth": {"headers": scenario.auth.headers, "anonymous": scenario.auth.anonymous},
        "any_key": scenario.unknown_keys == "accept",
        "requires": scenario.manners.requires,
        "idempotency": scenario.manners.idempotency,
        "retry_after": scenario.manners.retry_after,
        "default_model": named.get(scenario.default_model, scenario.default_model),
        "models": [
            {"id": named[model.id], "owner": model.owned_by, "families": model.families} for model in catalogue.listed
        ],
        "families": sorted({endpoint.traits.get("models", endpoint.family) for endpoint in served}),
        "routes": [f"{endpoint.method} {endpoint.path}" for endpoint in served if endpoint.family != "frontpage"],
        "errors": _errors(session, exchange),
        "control": gateway.control is not None and not gateway.exposed,
        "gateways": gateway.mounts.names,
    }
    return json_answer(told, headers=_HEADERS)


def _errors(session: Session, exchange: Exchange) -> dict[str, Any]:
    """Word every kind of refusal as the gateway does: its status, type and code."""
    scenario = session.policy.scenario
    worded = {kind: reword(GatewayError(kind), scenario.manners.errors, exchange.call) for kind in KINDS}
    return {kind: {"status": error.status, "type": error.type, "code": error.code} for kind, error in worded.items()}


family = Family("frontpage")
family.add("GET", "/", page, open=True, quiet=True, answers=("text/html",))
family.add("GET", _FACTS, facts, open=True, quiet=True)
for _name, _kind in _PARTS.items():
    family.add("GET", f"/frontpage/{_name}", partial(part, _name), name=_name, open=True, quiet=True, answers=(_kind,))
