"""A scenario changed while it is in force: a JSON merge patch (RFC 7396) makes another one, read as strictly."""

from collections.abc import Mapping
from typing import Any

from . import layers
from .errors import Problem, ScenarioError
from .scenario import Scenario, of_document

#: What was settled when the layers of a scenario were merged: a patch comes too late for it.
_SETTLED = ("extends", "gateway")


def amended(scenario: Scenario, patch: Mapping[str, Any]) -> Scenario:
    """Return the scenario with a merge patch applied to it.

    Raises ScenarioError with all that is wrong then.
    """
    before = scenario.document.value
    late = [key for key in _SETTLED if key in patch and patch[key] != before.get(key)]
    if late:
        raise ScenarioError([Problem(key, "cannot be patched", "PUT a whole scenario instead.") for key in late])
    return of_document(layers.of_values(merged(before, patch)))


def merged(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396). What it says stands first: where the first that fits wins, it does."""
    if not isinstance(patch, Mapping):
        return patch
    before = value if isinstance(value, Mapping) else {}
    said = {key: merged(before.get(key), item) for key, item in patch.items() if item is not None}
    return said | {key: item for key, item in before.items() if key not in patch}
