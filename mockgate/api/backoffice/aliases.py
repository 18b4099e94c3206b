"""Other names of models: each is good from the next call on."""

from typing import Any

from ...wire import Answer, json_answer
from .desk import Desk, done, moment, shown

#: Records of what is said of an alias beside what it stands for.
_ALIAS = "alias"


def listed(desk: Desk) -> Answer:
    """List the aliases: those of the scenario, and those that were put and are switched off."""
    records = {kept["name"]: kept for kept in desk.session.records.all(_ALIAS)}
    aliases = desk.session.policy.scenario.aliases
    names = sorted({*aliases, *records})
    return json_answer([_view(desk, records.get(name) or _found(desk, name)) for name in names])


def _found(desk: Desk, name: str) -> dict[str, Any]:
    began = moment(desk.session.tally.began)
    target = desk.session.policy.scenario.aliases[name]
    return {"name": name, "target_model": target, "enabled": True, "created_at": began, "updated_at": began}


def _view(desk: Desk, kept: dict[str, Any]) -> dict[str, Any]:
    catalogue = desk.session.policy.catalogue
    target = "/".join(filter(None, (kept.get("target_provider"), kept["target_model"])))
    owner = catalogue.owner(target)
    return {**kept, "resolved_model": target, "provider_type": owner, "valid": bool(owner)}


def put(desk: Desk) -> Answer:
    """Make a name stand for a model, or for none while it is not enabled.

    Raises GatewayError (400) where there is no such model.
    """
    name, records, now = desk.params["name"], desk.session.records, moment(desk.now)
    model, provider = desk.text("target_model", required=True), desk.text("target_provider")
    target = desk.session.policy.catalogue.find(f"{provider}/{model}" if provider else model)
    before = records.find(_ALIAS, name) or {"created_at": now, "enabled": True}
    enabled = bool(desk.body().get("enabled", before["enabled"]))
    desk.amend({"aliases": {name: target.id if enabled else None}})
    told = {"name": name, "target_model": model, "target_provider": provider, "description": desk.text("description")}
    kept = shown(told) | {"enabled": enabled, "created_at": before["created_at"], "updated_at": now}
    records.save(_ALIAS, name, kept)
    return json_answer(kept)


def delete(desk: Desk) -> Answer:
    """Take a name away."""
    name = desk.params["name"]
    known = name in desk.session.policy.scenario.aliases
    if not desk.session.records.drop(_ALIAS, name) and not known:
        raise desk.missing("alias", name)
    desk.amend({"aliases": {name: None}})
    return done()
