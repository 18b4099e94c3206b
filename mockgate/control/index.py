"""What there is below `/_mockgate`."""

from .. import __version__, openapi
from ..wire import Answer, json_answer
from .visit import Visit


def show(visit: Visit) -> Answer:
    """Say what can be asked here, and of which session."""
    served = visit.gateway.control.endpoints if visit.gateway.control is not None else []
    body = {
        "mockgate": __version__,
        "scenario": visit.scenario.name,
        "session": visit.session.name,
        "endpoints": {f"{each.method} {each.path}": _first_line(each.handler.__doc__) for each in served},
    }
    return json_answer(body)


def describe(visit: Visit) -> Answer:
    """Return the OpenAPI document of the gateway that the session has."""
    return json_answer(openapi.document(visit.session.policy, visit.call.base))


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]
