"""What the gateway can do, and having it look at itself again."""

from typing import Any

from ...wire import Answer, json_answer
from .desk import Desk, moment


def config(desk: Desk) -> Answer:
    """Say what is on."""
    manners = desk.session.policy.scenario.manners
    cached = manners.health.cache == "ok" and bool(manners.caches)
    switches = {
        "LOGGING_ENABLED": True,
        "USAGE_ENABLED": True,
        "BUDGETS_ENABLED": True,
        "GUARDRAILS_ENABLED": False,
        "CACHE_ENABLED": cached,
        "REDIS_URL": cached,
        "SEMANTIC_CACHE_ENABLED": False,
    }
    told: dict[str, str] = {name: "on" if on else "off" for name, on in switches.items()}
    return json_answer({"FEATURE_FALLBACK_MODE": "off", **told})


def refresh(desk: Desk) -> Answer:
    """Say that models, aliases and workflows are as they are: the scenario is their only source."""
    models = desk.session.policy.catalogue.listed
    now = moment(desk.now)
    steps: list[dict[str, Any]] = [
        {"name": name, "status": "ok", "duration_ms": 0} for name in ("model_registry", "aliases", "workflows")
    ]
    return json_answer(
        {
            "status": "ok",
            "started_at": now,
            "finished_at": now,
            "duration_ms": 0,
            "model_count": len(models),
            "provider_count": len({model.owned_by for model in models}),
            "steps": steps,
        }
    )
