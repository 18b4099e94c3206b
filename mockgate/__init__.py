"""mockgate: a local server that stands in for a real AI gateway.

from mockgate import Mockgate

with Mockgate("scenario.yaml") as gw:
    ...  # gw.base_url is what an OpenAI client takes as its base URL
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .edge.embedded import Mockgate
    from .edge.testing import MockgateFixture
    from .errors import GatewayError, MockgateError, Problem, ScenarioError

__version__ = "0.1.0"

__all__ = [
    "GatewayError",
    "Mockgate",
    "MockgateError",
    "MockgateFixture",
    "Problem",
    "ScenarioError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then: a pytest run that never does pays nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'mockgate' has no attribute {name!r}")
    homes = {"Mockgate": "edge.embedded", "MockgateFixture": "edge.testing"}
    return getattr(import_module(f"{__name__}.{homes.get(name, 'errors')}"), name)
