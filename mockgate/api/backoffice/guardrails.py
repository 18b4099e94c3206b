"""Guardrails: kept as they were put. What they would do to prompts is left undone."""

from typing import Any

from ...accounts import tidy
from ...wire import Answer, json_answer
from ...wording import bad_request
from .desk import Desk, done, moment, shown

KIND = "guardrail"

#: The kinds of guardrails that there are, and the modes of one.
_MODES = ["inject", "override", "decorator"]
_TYPES: list[dict[str, Any]] = [
    {
        "type": "system_prompt",
        "label": "System Prompt",
        "description": "Puts a system message into requests.",
        "defaults": {"mode": "inject", "content": ""},
        "fields": [
            {"key": "mode", "label": "Mode", "input": "select", "required": True, "options": _MODES},
            {"key": "content", "label": "Content", "input": "textarea", "required": True},
        ],
    },
    {
        "type": "llm_based_altering",
        "label": "LLM-Based Altering",
        "description": "Has a model rewrite requests.",
        "defaults": {"model": "", "prompt": ""},
        "fields": [
            {"key": "model", "label": "Model", "input": "text", "required": True},
            {"key": "prompt", "label": "Prompt", "input": "textarea", "required": False},
        ],
    },
]


def types(_: Desk) -> Answer:
    """List the kinds of guardrails."""
    return json_answer(_TYPES)


def listed(desk: Desk) -> Answer:
    """List the guardrails."""
    return json_answer(sorted(desk.session.records.all(KIND), key=lambda kept: str(kept["name"])))


def names(desk: Desk) -> Answer:
    """List the guardrails' names."""
    return json_answer(sorted(kept["name"] for kept in desk.session.records.all(KIND)))


def put(desk: Desk) -> Answer:
    """Put a guardrail.

    Raises GatewayError (400) for one of no kind.
    """
    name, records, now = desk.params["name"], desk.session.records, moment(desk.now)
    kind, path, config = desk.text("type", required=True), desk.text("user_path"), desk.body().get("config") or {}
    if kind not in {known["type"] for known in _TYPES}:
        raise bad_request(f'unknown guardrail type: "{kind}"', "type")
    if not isinstance(config, dict):
        raise bad_request("invalid request body: config must be an object", "config")
    before = records.find(KIND, name) or {"created_at": now}
    told = {"description": desk.text("description"), "user_path": tidy(path) if path else ""}
    kept = {"name": name, "type": kind, **shown(told), "config": config}
    kept |= {"created_at": before["created_at"], "updated_at": now}
    records.save(KIND, name, kept)
    return json_answer(kept)


def delete(desk: Desk) -> Answer:
    """Forget a guardrail."""
    if not desk.session.records.drop(KIND, desk.params["name"]):
        raise desk.missing("guardrail", desk.params["name"])
    return done()
