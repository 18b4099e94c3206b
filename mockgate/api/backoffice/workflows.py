"""Workflows: kept as they were made, each active until another of its scope is, or it is switched off."""

from typing import Any

from ... import filing
from ...accounts import tidy
from ...wire import Answer, json_answer
from ...wording import bad_request
from . import guardrails
from .desk import Desk, done, moment, shown

_KIND = "workflow"


def listed(desk: Desk) -> Answer:
    """List the workflows that are active."""
    return json_answer([kept for kept in desk.session.records.all(_KIND) if kept["active"]])


def retrieve(desk: Desk) -> Answer:
    """Describe a workflow."""
    return json_answer(_find(desk))


def _find(desk: Desk) -> dict[str, Any]:
    kept: dict[str, Any] | None = desk.session.records.find(_KIND, desk.params["id"])
    if kept is None:
        raise desk.missing("workflow", desk.params["id"])
    return kept


def create(desk: Desk) -> Answer:
    """Make a workflow; it takes the place of the one that its scope had.

    Raises GatewayError (400) for a scope or a guardrail that there is not.
    """
    scope, payload = _scope(desk), _payload(desk)
    same = [kept for kept in desk.session.records.all(_KIND) if kept["scope"] == scope]
    for kept in same:
        kept["active"] = False
    id = filing.new_id(desk.session, desk.exchange.call.raw.decode("utf-8", "replace"), "wf_")
    told = {"name": desk.text("name"), "description": desk.text("description")}
    made = {
        "id": id,
        "scope": scope,
        "version": len(same) + 1,
        "active": True,
        **shown(told),
        "workflow_payload": payload,
        "created_at": moment(desk.now),
    }
    desk.session.records.save(_KIND, id, made)
    return json_answer(made, 201)


def _scope(desk: Desk) -> dict[str, str]:
    provider = desk.text("scope_provider_name") or desk.text("scope_provider")
    model, path = desk.text("scope_model"), desk.text("scope_user_path")
    if model and not provider:
        raise bad_request("scope_model requires scope_provider_name", "scope_model")
    known = {(listed.owned_by, listed.id) for listed in desk.session.policy.catalogue.listed}
    if provider and provider not in {owner for owner, _ in known}:
        raise bad_request(f"unknown provider name: {provider}", "scope_provider_name")
    if model and (provider, model) not in known:
        raise bad_request(f"unknown model for provider name {provider}: {model}", "scope_model")
    said = {"scope_provider_name": provider, "scope_model": model, "scope_user_path": tidy(path) if path else ""}
    return shown(said)


def _payload(desk: Desk) -> dict[str, Any]:
    payload = desk.body().get("workflow_payload") or {}
    if not isinstance(payload, dict):
        raise bad_request("invalid request body: workflow_payload must be an object", "workflow_payload")
    steps = payload.get("guardrails") or []
    for step in steps if isinstance(steps, list) else []:
        ref = step.get("ref") if isinstance(step, dict) else None
        if ref and desk.session.records.find(guardrails.KIND, ref) is None:
            raise bad_request(f"unknown guardrail ref: {ref}", "workflow_payload")
    return payload


def deactivate(desk: Desk) -> Answer:
    """Switch a workflow off."""
    _find(desk)["active"] = False
    return done()
