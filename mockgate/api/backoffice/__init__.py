"""What runs a gateway: usage, audit log, models, keys, budgets and the like, below `/admin`.

Source: GoModel's admin endpoints. They answer from the session's own truth; what is changed here is in force from the
next call on. The older prefix, `/admin/api/v1`, says that it is old.
"""

from typing import Any

from ...routes import Family, Traits
from . import aliases, audit, budgets, guardrails, inventory, keys, runtime, usage, workflows
from .desk import Answers, served

_ENDPOINTS = (
    ("GET", "/dashboard/config", runtime.config),
    ("GET", "/runtime/config", runtime.config),
    ("POST", "/runtime/refresh", runtime.refresh),
    ("GET", "/cache/overview", usage.cache),
    ("GET", "/usage/summary", usage.summary),
    ("GET", "/usage/daily", usage.daily),
    ("GET", "/usage/models", usage.by_model),
    ("GET", "/usage/user-paths", usage.by_account),
    ("GET", "/usage/log", usage.log),
    ("GET", "/audit/log", audit.log),
    ("GET", "/audit/conversation", audit.conversation),
    ("GET", "/providers/status", inventory.providers),
    ("GET", "/models", inventory.models),
    ("GET", "/models/categories", inventory.categories),
    ("GET", "/model-overrides", inventory.overrides),
    ("PUT", "/model-overrides/{selector...}", inventory.override),
    ("DELETE", "/model-overrides/{selector...}", inventory.drop_override),
    ("GET", "/budgets", budgets.listed),
    ("PUT", "/budgets", budgets.put),
    ("DELETE", "/budgets", budgets.delete),
    ("GET", "/budgets/settings", budgets.settings),
    ("PUT", "/budgets/settings", budgets.change_settings),
    ("POST", "/budgets/reset-one", budgets.reset_one),
    ("POST", "/budgets/reset", budgets.reset),
    ("PUT", "/budgets/{path...}/{period}", budgets.put),
    ("DELETE", "/budgets/{path...}/{period}", budgets.delete),
    ("GET", "/auth-keys", keys.listed),
    ("POST", "/auth-keys", keys.create),
    ("POST", "/auth-keys/{id}/deactivate", keys.deactivate),
    ("PUT", "/auth-keys/{id}/dashboard-access", keys.dashboard_access),
    ("PUT", "/auth-keys/{id}/allowed-models", keys.allowed_models),
    ("GET", "/aliases", aliases.listed),
    ("PUT", "/aliases/{name...}", aliases.put),
    ("DELETE", "/aliases/{name...}", aliases.delete),
    ("GET", "/guardrails/types", guardrails.types),
    ("GET", "/guardrails", guardrails.listed),
    ("PUT", "/guardrails/{name}", guardrails.put),
    ("DELETE", "/guardrails/{name}", guardrails.delete),
    ("GET", "/workflows", workflows.listed),
    ("GET", "/workflows/guardrails", guardrails.names),
    ("GET", "/workflows/{id}", workflows.retrieve),
    ("POST", "/workflows", workflows.create),
    ("POST", "/workflows/{id}/deactivate", workflows.deactivate),
)

#: What those answer that do not answer 200 and JSON.
_MADE, _DONE = Traits(status=201), Traits(status=204, answers=())
_SAID: dict[Answers, Traits] = {
    keys.create: _MADE,
    workflows.create: _MADE,
    aliases.delete: _DONE,
    guardrails.delete: _DONE,
    inventory.drop_override: _DONE,
    keys.deactivate: _DONE,
    workflows.deactivate: _DONE,
}

family = Family("backoffice")
for prefix in ("/admin", "/admin/api/v1"):
    for method, path, answer in _ENDPOINTS:
        name = f"{answer.__module__.rpartition('.')[2]}.{answer.__name__}"
        told = Traits(name=name, **_SAID.get(answer, {}))
        if method in {"POST", "PUT"}:
            told["body"] = dict[str, Any] | None
        family.add(method, f"{prefix}{path}", served(answer, old=prefix != "/admin"), **told)
