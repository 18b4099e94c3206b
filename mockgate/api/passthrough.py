"""Provider passthrough: `/p/{provider}/...` is that provider's own API. Source: GoModel's docs.

A provider whose protocol is known is asked through the door again, as its own gateway; of any other, the script says
what it answers.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from ..errors import GatewayError
from ..gateway import SESSION_HEADER, Gateway
from ..inquiry import answer, inquire
from ..journal import Exchange
from ..routes import Family, Traits
from ..scenario import Model
from ..session import Session
from ..turn import Message, Prompt, Text
from ..wire import Answer, Call, Frame, Json, Raw, Sse

#: The gateway that speaks every vendor's own protocol, and where the API of each begins.
_VENDORS = "openai"
_BEGINS = {"openai": f"/{_VENDORS}/v1", "anthropic": f"/{_VENDORS}/v1", "google": f"/{_VENDORS}/v1beta"}

#: What a provider is never told: source, GoModel's proxy.
_KEPT_BACK = frozenset({"cookie", "content-length", "connection"})


async def forward(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Ask a provider.

    Raises GatewayError (400) for one that may not be asked.
    """
    passes = session.policy.scenario.manners.passes
    provider, path = exchange.params["provider"], exchange.params.get("path", "")
    if provider not in passes:
        enabled = ", ".join(passes) or "none"
        message = f'provider passthrough for "{provider}" is not enabled; currently enabled providers: {enabled}'
        raise GatewayError("bad_request", message, hint="name it under `manners.passes`")
    if not path:
        raise GatewayError("bad_request", "provider passthrough endpoint is required")
    if passes[provider] == "opaque":
        return await _scripted(gateway, session, exchange, provider)
    begins = _BEGINS[passes[provider]]
    version = begins.rpartition("/")[2]
    return await _again(gateway, session, exchange, f"{begins}/{path.removeprefix(f'{version}/')}", passes[provider])


async def _again(gateway: Gateway, session: Session, exchange: Exchange, path: str, protocol: str) -> Answer:
    """Go through the door again, in that session's part at the vendors' gateway."""
    came = exchange.call
    kept_back = _KEPT_BACK | {session.policy.account_header}
    headers = {name: value for name, value in came.headers.items() if name not in kept_back}
    headers[SESSION_HEADER] = session.called
    if protocol == "anthropic":
        headers.setdefault("anthropic-version", "2023-06-01")
    front = f"{came.base}/p/{exchange.params['provider']}"
    call = msgspec.structs.replace(came, path=path, headers=headers, base="", front=front)
    inner = await gateway.handle(call)
    given = inner.answer
    assert given is not None, "an exchange that was handled has an answer"
    exchange.model, exchange.names, exchange.usage, exchange.turn = inner.model, inner.names, inner.usage, inner.turn
    if isinstance(given, Sse):
        given.frames = _to_the_end(given.frames, gateway, inner)
    else:
        gateway.close(inner)
    return given


def _to_the_end(frames: Iterator[Frame | Raw], gateway: Gateway, inner: Exchange) -> Iterator[Frame | Raw]:
    try:
        yield from frames
    finally:
        gateway.close(inner)


async def _scripted(gateway: Gateway, session: Session, exchange: Exchange, provider: str) -> Answer:
    """Answer as a rule says: its `json` as it is, its words as text; without a rule, with what was asked."""
    call = exchange.call
    words = call.raw.decode("utf-8", "replace")
    exchange.prompt = prompt = Prompt("passthrough", provider, (Message("user", (Text(words),)),))
    inquiry = inquire(gateway, session, exchange, prompt, Model(id=provider), 0)
    given = inquiry.given()
    if given is not None:
        return answer(inquiry, session, exchange, given)
    parts = [part.text for part in inquiry.found.parts if isinstance(part, Text)]
    if parts:
        worded = answer(inquiry, session, exchange, None)
        return Json(body="\n".join(parts).encode(), due=worded.due, headers=worded.headers, content_type="text/plain")
    echo = {"provider": provider, "method": call.method, "path": f"/{exchange.params['path']}", "body": _body(call)}
    return answer(inquiry, session, exchange, echo)


def _body(call: Call) -> object:
    try:
        return msgspec.json.decode(call.raw) if call.raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # not JSON: as it is
        return call.raw.decode("utf-8", "replace")


family = Family("passthrough")
for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
    _traits = Traits(name="forward", prompted=True, answers=("*/*",))
    if method in {"POST", "PUT", "PATCH"}:
        _traits["body"] = dict[str, Any] | None
    family.add(method, "/p/{provider}/{path...}", forward, **_traits)
    family.add(method, "/p/{provider}", forward, **_traits)
