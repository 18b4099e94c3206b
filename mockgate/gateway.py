"""The door. Everything that is asked of mockgate is `await gateway.handle(Call(...))`, in one fixed order:

    route -> key -> (body) balance and limits -> faults before the reply -> script -> synthesis
          -> render in the caller's dialect -> faults in the answer -> journal and metrics

Recorded traffic has its place between faults and script. A session has one policy (a scenario, compiled) and all that
is counted; a policy is replaced as a whole, between two calls.
"""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from functools import partial

from . import triggers
from .admission import refund, release, spring
from .clock import Clock
from .errors import GatewayError, encode_envelope, plain_envelope
from .facts import Facts
from .faults import bend, refuse
from .journal import Exchange, Outcome
from .keys import bearer
from .policy import Policy
from .routes import Endpoint, Family, Routes
from .scenario import Scenario
from .session import DEFAULT, Session
from .turn import Prompt
from .webhooks import Delivery
from .wire import Answer, Call, Json, header_safe, json_answer

SESSION_HEADER = "x-mockgate-session"

#: Below this path is mockgate's own: no key, limit or fault of the gateway's concerns it, and no journal.
CONTROL = "/_mockgate"

#: Sessions kept at a time; past that the one not used for longest goes.
MAX_SESSIONS = 10_000

#: The status noted (nginx's own) when the client went away before there was an answer.
CLIENT_LEFT = 499

log = logging.getLogger("mockgate")


class Gateway:
    """One server's brain, free of any server.

    `control` serves what is below CONTROL; None: nothing is there. `listeners` are told of every exchange that is over,
    `at_stop` is called when the server stops: whatever has no end of its own must end then. `exposed` says that the
    server can be reached from other machines. Raises ScenarioError when the scenario cannot be compiled.
    """

    def __init__(self, scenario: Scenario, families: Sequence[Family], control: Family | None = None) -> None:
        self.routes = Routes(families)
        self.control = None if control is None else Routes([control])
        self.sessions: dict[str, Session] = {}
        self.listeners: list[Callable[[Exchange], None]] = []
        self.at_stop: list[Callable[[], None]] = []
        self.exposed = False
        self.deliver: Callable[[Delivery, Clock], None] | None = None
        self.policy = Policy(scenario)
        self._joins: dict[str, str] = {}

    @property
    def scenario(self) -> Scenario:
        """The scenario of every session that has none of its own."""
        return self.policy.scenario

    def replace(self, scenario: Scenario, session: str | None = None) -> None:
        """Answer by another scenario from the next call on: everywhere, or only in one session.

        Raises ScenarioError, with nothing changed, when it cannot be compiled.
        """
        policy = Policy(scenario)
        if session is not None:
            found = self.session(session)
            found.follow(policy)
            found.own = True
            return
        self.policy = policy
        for each in self.sessions.values():
            if not each.own:
                each.follow(policy)

    # Sessions.

    def session(self, name: str = DEFAULT) -> Session:
        """Return the session of this name, new where there is none."""
        session = self.sessions.get(name)
        if session is None:
            if len(self.sessions) >= MAX_SESSIONS:
                self._forget_one()
            session = self._begin(name, self.policy)
        elif len(self.sessions) > 1:
            self.sessions[name] = self.sessions.pop(name)  # the newest in use stands last
        return session

    def _begin(self, name: str, policy: Policy) -> Session:
        session = self.sessions[name] = Session(name, policy)
        session.outbox.send = partial(self._deliver, session)
        return session

    def _deliver(self, session: Session, delivery: Delivery) -> None:
        if self.deliver is not None:
            self.deliver(delivery, session.clock)

    def _forget_one(self) -> None:
        idle = (name for name, session in self.sessions.items() if name != DEFAULT and not session.under_way)
        self.drop(next(idle, next(iter(self.sessions))))

    def join(self, key: str, name: str) -> None:
        """Let every request that carries this key join the session of that name."""
        self.session(name).key = key
        self._joins[key] = name

    def reset(self, name: str = DEFAULT) -> None:
        """Forget everything that a session has counted and kept; its scenario and its key stay its own."""
        before = self.sessions.pop(name, None)
        if before is not None and (before.own or before.key):
            after = self._begin(name, before.policy)
            after.key, after.own = before.key, before.own

    def drop(self, name: str) -> None:
        """Forget a session altogether."""
        self.sessions.pop(name, None)
        self._joins = {key: joined for key, joined in self._joins.items() if joined != name}

    def session_of(self, call: Call) -> Session:
        """Return the session that a call is part of: named by a header, or by its key, or by none."""
        name = call.headers.get(SESSION_HEADER)
        if not name and self._joins:
            keys = (call.headers.get(header, "") for header in self.policy.scenario.auth.headers)
            name = next((self._joins[key] for key in map(_bare, keys) if key in self._joins), None)
        return self.session(name or DEFAULT)

    # Calls.

    async def handle(self, call: Call) -> Exchange:
        """Answer a call; refusals are answers too, and nothing is ever raised.

        Whoever sends the answer on says with `close` how that ended. Cancelling means that the client left.
        """
        session = self.session_of(call)
        call.lenient = session.policy.scenario.unknown_ids == "synthesize"
        own = call.path.startswith(CONTROL) and self._is_own(call.path)
        number = 0 if own else session.journal.next_number()
        exchange = Exchange(
            number=number,
            call=call,
            clock=session.clock,
            started=session.clock.now(),
            request_id=session.request_id(number),
            session=session.name,
            own=own,
        )
        if not own:
            session.begin(exchange)
        try:
            answer = await self._answer(session, exchange)
        except CancelledError:
            exchange.answer = Answer(status=CLIENT_LEFT)
            self._note(session, exchange)
            self.close(exchange, "left")
            raise
        except GatewayError as error:
            exchange.error = error
            refund(exchange)
            answer = self._refuse(session, error, own=own)
            answer.due = exchange.due
        except Exception:
            log.exception("mockgate failed on %s %s", call.method, call.path)
            exchange.error = GatewayError("server_error")
            exchange.outcome = "failed"
            answer = self._refuse(session, exchange.error, own=own)
        if exchange.strikes:
            answer = bend(answer, exchange.strikes)
        answer.headers = self._headers(session, exchange, answer)
        exchange.answer = answer
        self._note(session, exchange)
        return exchange

    def _is_own(self, path: str) -> bool:
        return self.control is not None and f"{path}/".startswith(f"{CONTROL}/")

    def _note(self, session: Session, exchange: Exchange) -> None:
        if not exchange.own:
            session.journal.add(exchange)
            session.totals.call(exchange.status, exchange.endpoint)

    def close(self, exchange: Exchange, outcome: Outcome = "finished") -> None:
        """Note how an exchange ended."""
        exchange.seconds = exchange.stopwatch.seconds()
        if exchange.outcome == "open":
            exchange.outcome = outcome
        if exchange.own:
            return
        session = self.sessions.get(exchange.session)
        if session is not None:
            session.end(exchange)
        release(exchange)
        for listener in self.listeners:
            listener(exchange)

    async def _answer(self, session: Session, exchange: Exchange) -> Answer:
        call = exchange.call
        routes = self.control if exchange.own and self.control is not None else self.routes
        endpoint, exchange.params = routes.find(call.method, call.path)
        exchange.endpoint, exchange.family = endpoint.name, endpoint.family
        if not endpoint.open:
            exchange.caller = session.policy.keyring.identify(call, exchange.started, self._joins)
        if call.refused is not None:
            raise call.refused
        if not endpoint.open:
            self._trip(session, exchange, endpoint)
        return await endpoint.handler(self, session, exchange)

    def _trip(self, session: Session, exchange: Exchange, endpoint: Endpoint) -> None:
        """Let triggers that need no prompt strike, and on endpoints that have none, faults too.

        Raises GatewayError.
        """
        scenario = session.policy.scenario
        if scenario.triggers:
            traps = triggers.of_call(exchange.call, exchange.key, scenario.seed)
            if traps:
                spring(session, exchange, traps, Prompt(endpoint.family, "", ()))
        if endpoint.prompted:
            refuse(exchange.strikes)
        else:
            self.strike(session, exchange, Prompt(endpoint.family, "", ()))

    def strike(self, session: Session, exchange: Exchange, prompt: Prompt) -> None:
        """Let the faults strike that are due.

        Raises GatewayError when one of them refuses.
        """
        if not (exchange.strikes or session.progress.pushed.faults or session.policy.traps.labels):
            return
        facts = Facts(prompt, exchange.call, exchange.key, session.progress.turns + 1)
        now, under_way = exchange.started, session.under_way
        if session.progress.pushed.faults:
            exchange.strikes += session.progress.pushed.strikes(facts, now, under_way)
        refuse(exchange.strikes, whole=not prompt.stream)
        exchange.strikes += session.policy.traps.strikes(facts, session.tally, now, under_way)
        refuse(exchange.strikes, whole=not prompt.stream)

    def _refuse(self, session: Session, error: GatewayError, *, own: bool) -> Answer:
        headers = dict(error.headers)
        if error.hint:
            headers["x-mockgate-hint"] = header_safe(error.hint)
        if error.raw is not None:
            body, content_type = error.raw
            return Json(body=body, status=error.status, headers=headers, content_type=content_type)
        if own:
            return json_answer(plain_envelope(error), error.status, headers=headers)
        body = encode_envelope(session.policy.scenario.envelope, error)
        return Json(body=body, status=error.status, headers=headers)

    def _headers(self, session: Session, exchange: Exchange, answer: Answer) -> dict[str, str]:
        headers = self._standing(session, exchange)
        headers["x-request-id"] = exchange.request_id
        headers |= session.policy.headers
        if answer.headers:
            headers |= {name.lower(): value for name, value in answer.headers.items()}
        by = exchange.turn.by if exchange.turn is not None else exchange.rule
        if by:
            headers["x-mockgate-rule"] = header_safe(by)
        return headers

    def _standing(self, session: Session, exchange: Exchange) -> dict[str, str]:
        """Word how the caller's limits stand."""
        policy = session.policy
        meters = policy.quotas.meters(exchange.caller)
        if not meters or exchange.own or not exchange.endpoint:
            return {}
        now, names = exchange.clock.now(), policy.catalogue.names(exchange.model)
        levels = session.limiter.levels(meters, exchange.caller, names, now)
        return policy.quotas.headers(levels, now)


def _bare(value: str) -> str:
    """Return the key in a header's value, whether it stands there alone or after `Bearer`."""
    return bearer(value) or value.strip()
