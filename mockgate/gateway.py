"""The door. Everything that is asked of mockgate is `await gateway.handle(Call(...))`, in one fixed order:

    route -> key -> script -> synthesis -> render in the caller's dialect -> journal

Limits, faults and recorded traffic have their places between key and script. A gateway owns one of each engine
and every session; a scenario is replaced as a whole, between two calls.
"""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Sequence

from .catalogue import Catalogue
from .errors import GatewayError, encode_envelope
from .journal import Exchange, Outcome
from .keys import identify
from .responder import Responder
from .routes import Family, Routes
from .scenario import Scenario
from .script import Script
from .session import DEFAULT, Session
from .wire import Answer, Call, Json, header_safe

SESSION_HEADER = "x-mockgate-session"

#: Sessions kept at a time; past that the one not used for longest goes.
MAX_SESSIONS = 10_000

#: The status noted (nginx's own) when the client went away before there was an answer.
CLIENT_LEFT = 499

log = logging.getLogger("mockgate")


class Gateway:
    """One server's brain, free of any server.

    Raises ScenarioError when the scenario's rules cannot be compiled.
    """

    def __init__(self, scenario: Scenario, families: Sequence[Family]) -> None:
        self.routes = Routes(families)
        self.sessions: dict[str, Session] = {}
        self.listeners: list[Callable[[Exchange], None]] = []
        self.scenario = scenario
        self.replace(scenario)

    def replace(self, scenario: Scenario) -> None:
        """Answer by another scenario from the next call on; every session begins its sequences anew.

        Raises ScenarioError, with nothing changed, when the scenario's rules cannot be compiled.
        """
        script = Script(scenario)
        catalogue = Catalogue(scenario)
        before, self.scenario = self.scenario, scenario
        self.catalogue = catalogue
        self._own_headers = scenario.headers
        self.responder = Responder(scenario, script, catalogue)
        for session in self.sessions.values():
            session.follow(scenario, before)

    def session(self, name: str = DEFAULT) -> Session:
        """Return the session of this name, new where there is none."""
        session = self.sessions.get(name)
        if session is None:
            if len(self.sessions) >= MAX_SESSIONS:
                self._forget_one()
            session = self.sessions[name] = Session(name, self.scenario)
        elif len(self.sessions) > 1:
            self.sessions[name] = self.sessions.pop(name)  # the newest in use stands last
        return session

    def _forget_one(self) -> None:
        idle = (name for name, session in self.sessions.items() if name != DEFAULT and not session.under_way)
        del self.sessions[next(idle, next(iter(self.sessions)))]

    def reset(self, name: str = DEFAULT) -> None:
        """Forget everything a session remembers."""
        self.sessions.pop(name, None)

    async def handle(self, call: Call) -> Exchange:
        """Answer a call; refusals are answers too, and nothing is ever raised.

        Whoever sends the answer on says with `close` how that ended. Cancelling means that the client left.
        """
        session = self.session(call.headers.get(SESSION_HEADER) or DEFAULT)
        number = session.journal.next_number()
        exchange = Exchange(
            number=number,
            call=call,
            clock=session.clock,
            started=session.clock.now(),
            request_id=session.request_id(number),
            session=session.name,
        )
        session.begin(exchange)
        try:
            answer = await self._answer(session, exchange)
        except CancelledError:
            exchange.answer = Answer(status=CLIENT_LEFT)
            session.journal.add(exchange)
            self.close(exchange, "left")
            raise
        except GatewayError as error:
            exchange.error = error
            answer = self._refuse(error)
            answer.due = exchange.due
        except Exception:
            log.exception("mockgate failed on %s %s", call.method, call.path)
            exchange.error = GatewayError("server_error")
            exchange.outcome = "failed"
            answer = self._refuse(exchange.error)
        answer.headers = self._headers(exchange, answer)
        exchange.answer = answer
        session.journal.add(exchange)
        return exchange

    def close(self, exchange: Exchange, outcome: Outcome = "finished") -> None:
        """Note how an exchange ended."""
        exchange.seconds = exchange.stopwatch.seconds()
        if exchange.outcome == "open":
            exchange.outcome = outcome
        session = self.sessions.get(exchange.session)
        if session is not None:
            session.end(exchange)
        for listener in self.listeners:
            listener(exchange)

    async def _answer(self, session: Session, exchange: Exchange) -> Answer:
        call = exchange.call
        endpoint, exchange.params = self.routes.find(call.method, call.path)
        exchange.endpoint, exchange.family = endpoint.name, endpoint.family
        if not endpoint.open:
            exchange.key = identify(call, self.scenario.auth)
        if call.refused is not None:
            raise call.refused
        return await endpoint.handler(self, session, exchange)

    def _refuse(self, error: GatewayError) -> Answer:
        body = encode_envelope(self.scenario.envelope, error)
        headers = dict(error.headers)
        if error.hint:
            headers["x-mockgate-hint"] = header_safe(error.hint)
        return Json(body=body, status=error.status, headers=headers)

    def _headers(self, exchange: Exchange, answer: Answer) -> dict[str, str]:
        headers = {"x-request-id": exchange.request_id}
        for more in (self._own_headers, answer.headers):
            if more:
                headers |= {name.lower(): value for name, value in more.items()}
        by = exchange.turn.by if exchange.turn is not None else exchange.rule
        if by:
            headers["x-mockgate-rule"] = header_safe(by)
        return headers
