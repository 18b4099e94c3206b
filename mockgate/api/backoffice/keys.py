"""The gateway's own keys: made, with the secret shown once; narrowed; switched off. They are keys of the scenario."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ... import filing
from ...access import KeySpec
from ...accounts import tidy
from ...keys import key_id, masked
from ...units import read_moment
from ...wire import Answer, json_answer
from ...wording import bad_request
from .desk import Desk, done, moment, shown

#: How a key begins that is made here. Source: GoModel.
PREFIX = "sk_gom_"

_KIND = "auth_key"


class Card(msgspec.Struct):
    """What is said of a key beside what the scenario says of it; moments are seconds since the epoch."""

    created: float
    updated: float
    description: str = ""
    labels: list[str] = []
    deactivated: float | None = None


def listed(desk: Desk) -> Answer:
    """List the keys of the scenario, without their secrets."""
    return json_answer([_view(desk, key) for key in desk.session.policy.scenario.keys])


def create(desk: Desk) -> Answer:
    """Make a key."""
    name, path, expires = desk.text("name", required=True), desk.text("user_path"), desk.text("expires_at")
    description, labels, models = desk.text("description"), desk.texts("labels"), desk.texts("allowed_models")
    _check(expires)
    spec = {"owner": name, "path": tidy(path) if path else None, "expires": expires, "models": models or None}
    key = filing.new_id(desk.session, "auth key", PREFIX)
    _change(desk, key, shown({**spec, "dashboard": bool(desk.body().get("dashboard_access"))}))
    desk.session.records.save(_KIND, key_id(key), Card(desk.now, desk.now, description, labels))
    return json_answer({**_view(desk, key), "value": key}, 201)


def _check(expires: str) -> None:
    try:
        read_moment(expires or "2000-01-01")
    except ValueError as problem:
        raise bad_request(f"expires_at {problem}", "expires_at") from None


def _change(desk: Desk, key: str, spec: Mapping[str, Any]) -> None:
    desk.amend({"keys": {key: spec}})


def _find(desk: Desk) -> str:
    """Return the key that the path names by its id. Raises GatewayError (404)."""
    id = desk.params["id"]
    found = next((key for key in desk.session.policy.scenario.keys if key_id(key) == id), None)
    if found is None:
        raise desk.missing("auth key", id)
    return found


def _card(desk: Desk, key: str) -> Card:
    """Return what is said of a key; of one that the scenario began with, that it is as old as the session."""
    id, began = key_id(key), desk.session.tally.began
    card: Card | None = desk.session.records.find(_KIND, id)
    if card is None:
        card = Card(began, began)
        desk.session.records.save(_KIND, id, card)
    return card


def _view(desk: Desk, key: str) -> dict[str, Any]:
    spec, card = desk.session.policy.scenario.keys[key], _card(desk, key)
    used = [exchange.started for exchange in desk.session.journal if exchange.key == key]
    told = {
        "id": key_id(key),
        "name": spec.owner or key_id(key),
        "description": card.description,
        "user_path": spec.path,
        "labels": card.labels,
        "allowed_models": [spec.models] if isinstance(spec.models, str) else spec.models,
        "dashboard_access": spec.dashboard,
        "redacted_value": f"{PREFIX}...{key[-4:]}" if key.startswith(PREFIX) else masked(key),
        "enabled": not spec.disabled,
        "expires_at": moment(read_moment(spec.expires)) if spec.expires else None,
        "deactivated_at": moment(card.deactivated),
        "created_at": moment(card.created),
        "updated_at": moment(card.updated),
        "active": _is_active(spec, desk.now),
        "last_used_at": moment(max(used, default=None)),
    }
    return shown(told)


def _is_active(spec: KeySpec, now: float) -> bool:
    return not spec.disabled and (spec.expires is None or now < read_moment(spec.expires))


def deactivate(desk: Desk) -> Answer:
    """Switch a key off: it is refused from now on."""
    key = _find(desk)
    _change(desk, key, {"disabled": True})
    card = _card(desk, key)
    card.deactivated = card.deactivated or desk.now
    card.updated = desk.now
    return done()


def dashboard_access(desk: Desk) -> Answer:
    """Say whether a key may use the dashboard."""
    wanted = desk.body().get("dashboard_access")
    if not isinstance(wanted, bool):
        raise bad_request("dashboard_access is required", "dashboard_access")
    return _changed(desk, {"dashboard": wanted})


def allowed_models(desk: Desk) -> Answer:
    """Say which models a key may use; none stands for all."""
    return _changed(desk, {"models": desk.texts("allowed_models") or None})


def _changed(desk: Desk, spec: Mapping[str, Any]) -> Answer:
    key = _find(desk)
    _change(desk, key, spec)
    _card(desk, key).updated = desk.now
    return json_answer(_view(desk, key))
