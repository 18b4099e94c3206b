"""The scenario over HTTP: read, replaced or patched as a whole, or not at all.

A call that names a session gives it a scenario of its own; else it is the one of all sessions that have none.
"""

from collections.abc import Mapping
from typing import Any

from .. import layers
from ..errors import Problem, ScenarioError
from ..scenario import Scenario, of_document
from ..wire import Answer, json_answer
from .visit import Visit

#: What was settled when the layers of a scenario were merged: a patch comes too late for it.
_SETTLED = ("extends", "gateway")


def show(visit: Visit) -> Answer:
    """Return the scenario in force: its gateway's file, and what it extends, are part of it."""
    value = visit.scenario.document.value
    return json_answer({key: item for key, item in value.items() if key != "extends"})


def replace(visit: Visit) -> Answer:
    """Put another scenario in force; options of the command line still win over it."""
    _put(visit, visit.load(visit.document()))
    return show(visit)


def patch(visit: Visit) -> Answer:
    """Change some of the scenario: a JSON merge patch (RFC 7396); null takes a key away."""
    change(visit, visit.document().value)
    return show(visit)


def change(visit: Visit, patch: Mapping[str, Any]) -> None:
    """Put the scenario in force with a merge patch applied to it.

    Raises ScenarioError, with nothing changed.
    """
    before = visit.scenario.document.value
    late = [key for key in _SETTLED if key in patch and patch[key] != before.get(key)]
    if late:
        raise ScenarioError([Problem(key, "cannot be patched", "PUT a whole scenario instead.") for key in late])
    _put(visit, of_document(layers.of_values(merged(before, patch))))


def _put(visit: Visit, scenario: Scenario) -> None:
    visit.gateway.replace(scenario, visit.session.name if visit.named else None)


def merged(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396). What it says stands first: where the first that fits wins, it does."""
    if not isinstance(patch, Mapping):
        return patch
    before = value if isinstance(value, Mapping) else {}
    said = {key: merged(before.get(key), item) for key, item in patch.items() if item is not None}
    return said | {key: item for key, item in before.items() if key not in patch}
