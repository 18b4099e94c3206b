"""An admin call as its handlers see it: who may make it, its query and body, and how the scenario is changed by it."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from ...amending import amended
from ...errors import GatewayError, ScenarioError
from ...gateway import SESSION_HEADER, Gateway
from ...journal import Exchange
from ...routes import Handler
from ...session import DEFAULT, Session
from ...units import write_moment
from ...wire import Answer, Json
from ...wording import bad_request

#: What answers below the older prefix say of it. Source: GoModel.
_OLD = {"deprecation": "true", "sunset": "Sun, 09 Aug 2026 00:00:00 GMT"}


class Desk(NamedTuple):
    """One call, and the session that it is about."""

    gateway: Gateway
    session: Session
    exchange: Exchange

    @property
    def now(self) -> float:
        """The moment on the session's clock."""
        return self.session.clock.now()

    @property
    def params(self) -> dict[str, str]:
        """The values of the path's parameters."""
        return self.exchange.params

    def query(self, name: str) -> str:
        """Return a parameter of the query, or ""."""
        return self.exchange.call.arguments().get(name, "").strip()

    def number(self, name: str, default: int, most: int) -> int:
        """Return a parameter of the query that is a number from 0, or for `limit` from 1.

        Raises GatewayError (400).
        """
        written, least = self.query(name), int(name == "limit")
        if not written:
            return default
        if not written.lstrip("-").isdecimal() or len(written) > 9:
            raise bad_request(f"invalid {name}, expected integer", name)
        if not least <= int(written) <= most:
            raise bad_request(f"invalid {name} parameter: {name} must be between {least} and {most}", name)
        return int(written)

    def body(self) -> dict[str, Any]:
        """Return the body's fields; none for no body.

        Raises GatewayError (400) when it is no JSON object.
        """
        given = self.exchange.call.json() if self.exchange.call.raw else {}
        if not isinstance(given, dict):
            problem = "expected a JSON object"
            raise GatewayError("not_json", f"invalid request body: {problem}", details={"problem": problem})
        return given

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a field of the body that is text, or "".

        Raises GatewayError (400) when it is something else, or is required and not there.
        """
        value = self.body().get(name)
        if value is not None and not isinstance(value, str):
            raise bad_request(f"invalid request body: {name} must be a string", name)
        if required and not (value or "").strip():
            raise bad_request(f"{name} is required", name)
        return (value or "").strip()

    def texts(self, name: str) -> list[str]:
        """Return a field of the body that is a list of texts.

        Raises GatewayError (400) when it is something else.
        """
        values = self.body().get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise bad_request(f"invalid request body: {name} must be a list of strings", name)
        return values

    def amend(self, patch: Mapping[str, Any]) -> None:
        """Change the scenario from the next call on: everyone's, unless the call is about a session of its own.

        Raises GatewayError (400), with nothing changed, when the scenario cannot be so.
        """
        session = self.session
        alone = session.own or session.name != DEFAULT or SESSION_HEADER in self.exchange.call.headers
        try:
            self.gateway.replace(amended(session.policy.scenario, patch), session.name if alone else None)
        except ScenarioError as wrong:
            raise bad_request(str(wrong.problems[0])) from None

    def missing(self, what: str, id: str) -> GatewayError:
        """Make the 404 for something that there is not."""
        return GatewayError("not_found", f"{what} not found: {id}", details={"object": what, "id": id})


Answers = Callable[[Desk], Answer]


def served(answers: Answers, *, old: bool) -> Handler:
    """Make an endpoint's handler: for keys that may, and below the older prefix with the word that it is old."""

    @wraps(answers)
    async def answer(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
        link = {"link": f'<{exchange.call.base}/admin/>; rel="successor-version"'}
        headers = {**_OLD, **link} if old else {}
        try:
            _admit(exchange)
            given = answers(Desk(gateway, session, exchange))
        except GatewayError as error:
            error.headers = {**error.headers, **headers}
            raise
        given.headers = {**given.headers, **headers}
        return given

    return answer


def _admit(exchange: Exchange) -> None:
    """Let keys in that the scenario says may use the dashboard, and those of which it says nothing.

    Raises GatewayError (403).
    """
    spec = exchange.caller.spec
    if spec is not None and not spec.dashboard:
        message = "this API key does not have dashboard access"
        hint = "give the key `dashboard: true`"
        raise GatewayError("forbidden", message, code="dashboard_access_denied", hint=hint)


def done() -> Answer:
    """Answer that something is done, and nothing more."""
    return Json(body=b"", status=204)


def moment(seconds: float | None) -> str | None:
    """Word a moment, if there is one."""
    return None if seconds is None else write_moment(seconds)


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what there is not."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
