"""The scenario over HTTP: read, replaced or patched as a whole, or not at all.

A call that names a session gives it a scenario of its own; else it is the one of all sessions that have none.
"""

from collections.abc import Mapping
from typing import Any

from ..amending import amended
from ..scenario import Scenario
from ..wire import Answer, json_answer
from .visit import Visit


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
    _put(visit, amended(visit.scenario, patch))


def _put(visit: Visit, scenario: Scenario) -> None:
    visit.gateway.replace(scenario, visit.session.name if visit.named else None)
