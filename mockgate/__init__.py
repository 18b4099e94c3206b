"""mockgate: a local server that stands in for a real AI gateway.

from mockgate import Mockgate

with Mockgate("scenario.yaml") as gw:
    ...  # gw.base_url is what an OpenAI client takes as its base URL
"""

from typing import TYPE_CHECKING, Any

from .errors import GatewayError, MockgateError, Problem, ScenarioError

if TYPE_CHECKING:
    from .edge.embedded import Mockgate

__version__ = "0.1.0"

__all__ = ["GatewayError", "Mockgate", "MockgateError", "Problem", "ScenarioError", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the server only when it is asked for: a pytest run that never does pays nothing."""
    if name == "Mockgate":
        from .edge.embedded import Mockgate  # noqa: PLC0415 - what this function is for

        return Mockgate
    raise AttributeError(f"module 'mockgate' has no attribute {name!r}")
