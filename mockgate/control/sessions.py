"""Sessions over HTTP: made with a key of their own, looked at, reset, dropped."""

from itertools import count
from typing import Any

from ..errors import GatewayError, Problem, ScenarioError
from ..reading import Section
from ..rng import Dice
from ..session import Session
from ..wire import Answer, header_safe, json_answer
from . import clocks
from .visit import Visit

_LONGEST = 200


class Plan(Section, frozen=True):
    """A session to make: its `name` and `key` (left out: they are drawn), and a `scenario` of its own, if any."""

    name: str | None = None
    key: str | None = None
    scenario: dict[str, Any] | None = None


def listing(visit: Visit) -> Answer:
    """List the sessions, the one used last at the end."""
    return json_answer({"sessions": [describe(session) for session in visit.gateway.sessions.values()]})


def create(visit: Visit) -> Answer:
    """Make a session; requests join it by its key, or by its name in a header."""
    plan, gateway = visit.body(Plan), visit.gateway
    name = _drawn(visit) if plan.name is None else _checked("name", plan.name)
    if name in gateway.sessions:
        hint = f"POST sessions/{name}/reset makes it new; leave `name` out for a name of its own"
        raise GatewayError("conflict", f"There is a session '{name}' already.", hint=hint)
    key = _drawn_key(visit, name) if plan.key is None else _checked("key", plan.key)
    if any(session.key == key for session in gateway.sessions.values()):
        raise GatewayError("conflict", "Another session has this key.", hint="leave `key` out to have one drawn")
    if plan.scenario is not None:
        gateway.replace(visit.load(plan.scenario), name)
    gateway.join(key, name)
    return json_answer(describe(gateway.session(name)), 201)


def _checked(what: str, words: str) -> str:
    """Return words that can be sent in a header. Raises ScenarioError for others."""
    if not 0 < len(words) <= _LONGEST or words != header_safe(words):
        message = f"must be 1 to {_LONGEST} printable letters of ASCII, with no blanks at its ends or side by side"
        raise ScenarioError([Problem(what, message)])
    return words


def _drawn(visit: Visit) -> str:
    names = (f"session-{number}" for number in count(1))
    return next(name for name in names if name not in visit.gateway.sessions)


def _drawn_key(visit: Visit, name: str) -> str:
    return Dice(visit.gateway.scenario.seed, "session-key", name).id("sk-session-", 24)


def one(visit: Visit) -> Answer:
    """Return a session: its key, its clock, and what its requests add up to."""
    return json_answer(describe(_find(visit)))


def reset(visit: Visit) -> Answer:
    """Forget all that a session has counted and kept; its scenario and its key stay."""
    name = _find(visit).name
    visit.gateway.reset(name)
    return json_answer(describe(visit.gateway.session(name)))


def reset_own(visit: Visit) -> Answer:
    """Reset the session that the call is about."""
    visit.gateway.reset(visit.session.name)
    return json_answer(describe(visit.gateway.session(visit.session.name)))


def drop(visit: Visit) -> Answer:
    """Forget a session altogether."""
    name = _find(visit).name
    visit.gateway.drop(name)
    return json_answer({"dropped": name})


def _find(visit: Visit) -> Session:
    """Return the session that the path means. Raises GatewayError (404)."""
    name, sessions = visit.params["name"], visit.gateway.sessions
    if name not in sessions:
        known = ", ".join([*sessions][-10:])
        raise GatewayError("not_found", f"There is no session '{name}'.", hint=f"there are: {known}")
    return sessions[name]


def describe(session: Session) -> dict[str, Any]:
    """Put a session into plain values; `own_scenario` says that it has one to itself."""
    return {
        "name": session.name,
        "key": session.key or None,
        "own_scenario": session.own,
        "under_way": session.under_way,
        "clock": clocks.describe(session.clock),
        "usage": session.totals.describe(),
    }
