"""The models on offer and who provides them."""

from typing import Any

from ...journal import Exchange
from ...metadata import CATEGORIES, metadata
from ...metadata import categories as categories_of
from ...scenario import Model
from ...wire import Answer, json_answer
from ...wording import bad_request
from .desk import Desk, done, moment, shown

#: Records of models that only some accounts may use, by the model's selector.
_OVERRIDE = "model_override"


def models(desk: Desk) -> Answer:
    """List the models with who provides them, of one category or of all."""
    category = desk.query("category")
    if category not in {"", "all", *CATEGORIES}:
        raise bad_request(f"invalid category: {category}", "category")
    listed = sorted(desk.session.policy.catalogue.listed, key=_selector)
    wanted = [model for model in listed if category in {"", "all", *categories_of(model)}]
    return json_answer([_row(desk, model) for model in wanted])


def _selector(model: Model) -> str:
    return f"{model.owned_by}/{model.id}"


def _row(desk: Desk, model: Model) -> dict[str, Any]:
    selector = _selector(model)
    kept = desk.session.records.find(_OVERRIDE, selector)
    access = {"selector": selector, "default_enabled": True, "effective_enabled": True}
    if kept is not None:
        access |= {"user_paths": kept["user_paths"], "override": kept}
    return {
        "model": {
            "id": model.id,
            "object": "model",
            "created": model.created,
            "owned_by": model.owned_by,
            "metadata": metadata(model, desk.session.policy.prices),
        },
        "provider_type": model.owned_by,
        "provider_name": model.owned_by,
        "selector": selector,
        "access": access,
    }


def categories(desk: Desk) -> Answer:
    """Count the models of each category."""
    listed = desk.session.policy.catalogue.listed
    rows = [{"category": "all", "display_name": "All", "count": len(listed)}]
    for name, (display_name, _) in CATEGORIES.items():
        count = sum(name in categories_of(model) for model in listed)
        rows.append({"category": name, "display_name": display_name, "count": count})
    return json_answer(rows)


def providers(desk: Desk) -> Answer:
    """Say how the providers are: degraded where the newest call to one failed."""
    names = sorted({model.owned_by for model in desk.session.policy.catalogue.listed})
    rows = [_provider(desk, name) for name in names]
    healthy = sum(row["status"] == "healthy" for row in rows)
    overall = "healthy" if healthy == len(rows) > 0 else "degraded"
    counts = {"total": len(rows), "healthy": healthy, "degraded": len(rows) - healthy, "unhealthy": 0}
    return json_answer({"summary": {**counts, "overall_status": overall}, "providers": rows})


def _provider(desk: Desk, name: str) -> dict[str, Any]:
    catalogue = desk.session.policy.catalogue
    ids = [model.id for model in catalogue.listed if model.owned_by == name]
    calls = [call for call in desk.session.journal if call.model and catalogue.owner(call.model) == name]
    failed = _failure(calls[-1]) if calls else ""
    well = ("healthy", "Healthy", "configured and model discovery succeeded")
    status, label, reason = ("degraded", "Degraded", "the latest request failed") if failed else well
    runtime = {"name": name, "type": name, "registered": True, "discovered_model_count": len(ids)}
    began = moment(desk.session.tally.began)
    told = {
        "name": name,
        "type": name,
        "status": status,
        "status_label": label,
        "status_reason": reason,
        "last_error": failed,
        "config": {"name": name, "type": name, "models": ids},
        "runtime": {**runtime, "last_model_fetch_success_at": began},
    }
    return shown(told)


def _failure(exchange: Exchange) -> str:
    """Return what was said of a call that failed, or ""."""
    if exchange.status < 500:
        return ""
    return exchange.error.message if exchange.error is not None else f"status {exchange.status}"


# Models that only some accounts may use: kept as they were put, and shown with the models.


def overrides(desk: Desk) -> Answer:
    """List the overrides."""
    return json_answer(desk.session.records.all(_OVERRIDE))


def override(desk: Desk) -> Answer:
    """Put an override for a model."""
    selector, now = _known(desk), moment(desk.now)
    before = desk.session.records.find(_OVERRIDE, selector) or {"created_at": now}
    provider, _, model = selector.partition("/")
    kept: dict[str, Any] = {"selector": selector, "provider_name": provider, "model": model}
    kept |= {"user_paths": desk.texts("user_paths"), "created_at": before["created_at"], "updated_at": now}
    desk.session.records.save(_OVERRIDE, selector, kept)
    return json_answer(kept)


def _known(desk: Desk) -> str:
    """Return the selector of the model that the path names. Raises GatewayError (400) where there is none."""
    return _selector(desk.session.policy.catalogue.find(desk.params["selector"]))


def drop_override(desk: Desk) -> Answer:
    """Forget an override."""
    selector = desk.params["selector"]
    if not desk.session.records.drop(_OVERRIDE, selector):
        raise desk.missing("model override", selector)
    return done()
