"""Batches of a gateway that passes them on: they may hold their requests, say whose they are, and list their results.

Source: GoModel's batches.
"""

from typing import Any

import msgspec

from ... import bodies
from ...content import Content
from ...errors import GatewayError
from ...fields import Metadata
from ...journal import Exchange
from ...rng import Dice
from ...session import Session
from ...wire import Call
from .request import Create, Endpoint
from .run import Batch, Outcome


class Request(msgspec.Struct, frozen=True):
    """A request that a batch holds."""

    body: dict[str, Any]
    custom_id: str | None = None
    method: str = "POST"
    url: str | None = None


class Inline(msgspec.Struct, frozen=True):
    """The body that begins a batch of its own requests."""

    requests: list[Request] = []
    endpoint: Endpoint | None = None
    metadata: Metadata | None = None


def holds(call: Call) -> bool:
    """Tell whether a body has its requests in it, or should have, for want of a file."""
    body = call.json()
    return isinstance(body, dict) and not body.get("input_file_id")


def read(session: Session, exchange: Exchange) -> tuple[Create, Content]:
    """Read a batch of its own requests, as if they stood in a file.

    Raises GatewayError (400) where there are none.
    """
    asked = bodies.read(session, exchange, Inline)
    if not asked.requests:
        message = "requests is required and must not be empty"
        raise GatewayError("bad_request", message, param="requests")
    first = asked.endpoint or asked.requests[0].url or "/v1/chat/completions"
    lines = (
        {"custom_id": request.custom_id or f"request-{at}", "method": request.method, "url": request.url or first}
        | {"body": request.body}
        for at, request in enumerate(asked.requests)
    )
    content = Content.of(b"\n".join(map(msgspec.json.encode, lines)))
    return Create("", first, "24h", asked.metadata), content  # type: ignore[arg-type]  # the lines' URL is looked at


def told(session: Session, batch: Batch, worded: dict[str, Any]) -> dict[str, Any]:
    """Say of a batch whose it is."""
    provider = _provider(session, worded["model"])
    whose = {"provider": provider, "provider_batch_id": Dice(batch.job.id, "provider").id("batch_", 24)}
    return {**worded, **whose, "metadata": {**(worded["metadata"] or {}), **whose}}


def _provider(session: Session, model: Any) -> str:
    policy = session.policy
    return policy.catalogue.owner(model if isinstance(model, str) else policy.scenario.default_model)


def results(session: Session, batch: Batch) -> dict[str, Any]:
    """List what became of a batch's requests."""
    rows = [_row(session, batch, at, outcome) for at, outcome in enumerate(batch.outcomes)]
    return {"object": "list", "batch_id": batch.job.id, "data": rows}


def _row(session: Session, batch: Batch, at: int, outcome: Outcome) -> dict[str, Any]:
    line, written = batch.lines[at], msgspec.json.decode(outcome.written)
    answered, model = written.get("response") or {}, line.body.get("model")
    row = {"index": at, "custom_id": line.custom_id, "url": line.url, "status_code": answered.get("status_code", 500)}
    row |= {"model": model, "provider": _provider(session, model)}
    body = answered.get("body")
    if outcome.good:
        return {**row, "response": body}
    error = body.get("error", {}) if isinstance(body, dict) else written.get("error") or {}
    return {**row, "error": {"type": error.get("type", "provider_error"), "message": error.get("message", "")}}
