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
from .accounts import account
from .admission import refund, release, spring
from .clock import Clock
from .errors import GatewayError, ScenarioError, encode_envelope, plain_envelope
from .facts import Facts
from .faults import bend, refuse
from .journal import Exchange, Outcome
from .keys import bearer, given_keys
from .mounts import Mount, Mounts
from .policy import Policy
from .protocols import spoken_by
from .reception import receive
from .rewording import reword
from .routes import Family, Routes
from .scenario import Scenario, played_by
from .session import DEFAULT, Session
from .studio import Studio
from .turn import Prompt
from .webhooks import Delivery
from .wire import RETRY, Answer, Call, Json, header_safe, json_answer

SESSION_HEADER = "x-mockgate-session"

#: Below this path is mockgate's own: no key, limit or fault of the gateway's concerns it, and no journal.
CONTROL = "/_mockgate"

#: Sessions kept at a time; past that the one not used for longest goes.
MAX_SESSIONS = 10_000

#: The status noted (nginx's own) when the client went away before there was an answer.
CLIENT_LEFT = 499

#: The most letters of a hint that a header carries: clients refuse headers of 8 KB.
_LONGEST_HINT = 4000

log = logging.getLogger("mockgate")


class Gateway:
    """One server's brain, free of any server.

    `control` serves what is below CONTROL; None: nothing is there. `listeners` are told of every exchange that is over,
    `at_stop` is called when the server stops: whatever has no end of its own must end then. `exposed` says that the
    server can be reached from other machines, `engine` says a text in a voice at a speed, as a WAV file, or None where
    it cannot. Raises ScenarioError when the scenario cannot be compiled.
    """

    def __init__(self, scenario: Scenario, families: Sequence[Family], control: Family | None = None) -> None:
        self.table = Routes(families)
        self.control = None if control is None else Routes([control])
        self.sessions: dict[str, Session] = {}
        self.listeners: list[Callable[[Exchange], None]] = []
        self.at_stop: list[Callable[[], None]] = []
        self.exposed = False
        self.deliver: Callable[[Delivery, Clock], None] | None = None
        self.engine: Callable[[str, str, float], bytes | None] | None = None
        self.studio = Studio()
        self.policy = Policy(scenario, self.table)
        self.mounts = self._mounts()
        self._joins: dict[str, str] = {}

    def _mounts(self) -> Mounts:
        scenario = self.policy.scenario
        return Mounts(scenario.gateway, lambda name: Policy(played_by(scenario, name), self.table))

    @property
    def scenario(self) -> Scenario:
        """The scenario of every session that has none of its own."""
        return self.policy.scenario

    def replace(self, scenario: Scenario, session: str | None = None) -> None:
        """Answer by another scenario from the next call on: everywhere, or only in one session.

        Raises ScenarioError, with nothing changed, when it cannot be compiled.
        """
        policy = Policy(scenario, self.table)
        if session is not None:
            found = self.session(session)
            found.follow(policy)
            found.own = True
            return
        self.policy = policy
        self.mounts = self._mounts()
        for each in self.sessions.values():
            if not each.own:
                each.follow(policy if each.mount is None else self.mounts.policy(each.mount))

    # Sessions.

    def session(self, name: str = DEFAULT, mount: Mount | None = None) -> Session:
        """Return the session of this name, new where there is none; a mounted gateway has sessions of its own."""
        if mount is not None:
            name = f"{mount.name}/{name}"
        session = self.sessions.get(name)
        if session is None:
            if len(self.sessions) >= MAX_SESSIONS:
                self._forget_one()
            session = self._begin(name, self.policy if mount is None else mount.policy)
            session.mount = None if mount is None else mount.name
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
        if before is not None and (before.own or before.key or before.mount):
            after = self._begin(name, before.policy)
            after.key, after.own, after.mount = before.key, before.own, before.mount

    def drop(self, name: str) -> None:
        """Forget a session altogether."""
        self.sessions.pop(name, None)
        self._joins = {key: joined for key, joined in self._joins.items() if joined != name}

    def session_of(self, call: Call) -> Session:
        """Return the session that a call is part of: named by a header, or by its key, or by none.

        A call for a mounted gateway loses the prefix that says so. Its session counts and keeps by itself, and
        otherwise goes with the one of the same name.
        """
        mount = self._mount(call)
        name = call.headers.get(SESSION_HEADER)
        if not name and self._joins:
            keys = map(_bare, given_keys(call, self.policy.scenario.auth))
            name = next((self._joins[key] for key in keys if key in self._joins), None)
        session = self.session(name or DEFAULT)
        if mount is None:
            return session
        mounted = self.session(session.name, mount)
        try:
            self.accompany(session, mounted, mount.name)
        except GatewayError as error:
            call.refused = error
        return mounted

    def accompany(self, session: Session, beside: Session, gateway: str) -> None:
        """Let another gateway's session go by this one's clock and pushes, and by its scenario if it has its own.

        Raises GatewayError (500) when that gateway cannot play it.
        """
        if session.own and beside.follows is not session.policy:
            try:
                self.replace(played_by(session.policy.scenario, gateway), beside.name)
            except ScenarioError as error:
                message = f"This session's scenario cannot be played by the gateway {gateway}: {error}"
                raise GatewayError("server_error", message) from None
            beside.follows = session.policy
        beside.clock, beside.progress.pushed = session.clock, session.progress.pushed

    def _mount(self, call: Call) -> Mount | None:
        try:
            return self.mounts.find(call)
        except ScenarioError as error:
            message = f"This scenario cannot be played by the gateway of {call.base or 'this host'}: {error}"
            call.refused = GatewayError("server_error", message)
            return None

    # Calls.

    async def handle(self, call: Call) -> Exchange:
        """Answer a call; refusals are answers too, and nothing is ever raised.

        Whoever sends the answer on says with `close` how that ended. Cancelling means that the client left.
        """
        session = self.session_of(call)
        call.lenient = session.policy.lenient
        own = call.path.startswith(CONTROL) and self._is_own(call.path)
        number = 0 if own else session.journal.next_number()
        exchange = Exchange(
            number=number,
            call=call,
            clock=session.clock,
            started=session.clock.now(),
            protocol=spoken_by(call),
            request_id=session.request_id(number, call),
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
            answer = self._refuse(session, exchange, error)
            answer.due = exchange.due
        except Exception:
            log.exception("mockgate failed on %s %s", call.method, call.path)
            exchange.error = GatewayError("server_error")
            exchange.outcome = "failed"
            answer = self._refuse(session, exchange, exchange.error)
        if exchange.strikes:
            answer = bend(answer, exchange.strikes, exchange.request_id)
        answer.headers = self._headers(session, exchange, answer)
        exchange.answer = answer
        self._note(session, exchange)
        return exchange

    def _is_own(self, path: str) -> bool:
        return self.control is not None and f"{path}/".startswith(f"{CONTROL}/")

    def _note(self, session: Session, exchange: Exchange) -> None:
        if not (exchange.own or exchange.quiet):
            session.journal.add(exchange)
            session.totals.call(exchange.status, exchange.endpoint)
            if session.policy.watched:
                session.gauges.watch(exchange)

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
            if session.policy.watched and not exchange.quiet:
                self._count(session, exchange)
        release(exchange)
        for listener in () if exchange.quiet else self.listeners:
            listener(exchange)

    def _count(self, session: Session, exchange: Exchange) -> None:
        policy = session.policy
        provider = policy.catalogue.owner(exchange.model)
        session.gauges.over(exchange, provider)
        on = account(exchange.call, exchange.caller, policy.account_header)
        session.books.enter(exchange, provider, on, policy.prices)

    async def _answer(self, session: Session, exchange: Exchange) -> Answer:
        call = exchange.call
        routes = self.control if exchange.own and self.control is not None else session.policy.routes
        endpoint, exchange.params = routes.find(call.method, call.path)
        exchange.endpoint, exchange.family = endpoint.name, endpoint.family
        exchange.protocol = endpoint.protocol or exchange.protocol
        exchange.quiet = "quiet" in endpoint.traits
        if not endpoint.open:
            exchange.caller = session.policy.keyring.identify(call, exchange.started, self._joins)
        if call.refused is not None and not (call.lenient and call.refused.status == 400):
            raise call.refused  # a lenient gateway takes a body that cannot be read for an empty one
        if not endpoint.open:
            self.trip(session, exchange, prompted=endpoint.prompted)
        if session.policy.plain or exchange.own:
            return await endpoint.handler(self, session, exchange)
        return await receive(partial(endpoint.handler, self, session, exchange), endpoint, session, exchange)

    def trip(self, session: Session, exchange: Exchange, *, prompted: bool = False) -> None:
        """Let triggers that need no prompt strike, and on endpoints that have none, faults too.

        Open endpoints that learn by themselves who calls do it once they have. Raises GatewayError.
        """
        scenario = session.policy.scenario
        if scenario.triggers:
            traps = triggers.of_call(exchange.call, exchange.key, scenario.seed)
            if traps:
                spring(session, exchange, traps, Prompt(exchange.family, "", ()))
        if prompted:
            refuse(exchange.strikes)
        else:
            self.strike(session, exchange, Prompt(exchange.family, "", ()))

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

    def _refuse(self, session: Session, exchange: Exchange, error: GatewayError) -> Answer:
        scenario, protocol = session.policy.scenario, session.policy.protocols[exchange.protocol]
        if not exchange.own:
            error = reword(error, scenario.manners.errors, exchange.call, exchange.caller.group, protocol.errors)
        headers = dict(error.headers)
        if not (scenario.manners.retry_after or error.by_status or exchange.own):
            headers = {name: value for name, value in headers.items() if name not in RETRY}
        if error.hint:
            headers["x-mockgate-hint"] = header_safe(error.hint)[:_LONGEST_HINT]
        if error.raw is not None:
            body, content_type = error.raw
            return Json(body=body, status=error.status, headers=headers, content_type=content_type)
        if exchange.own:
            return json_answer(plain_envelope(error), error.status, headers=headers)
        body = encode_envelope(protocol.envelope or scenario.envelope, error, exchange.request_id)
        return Json(body=body, status=error.status, headers=headers)

    def _headers(self, session: Session, exchange: Exchange, answer: Answer) -> dict[str, str]:
        headers = self._standing(session, exchange)
        policy = session.policy
        headers[policy.protocols[exchange.protocol].request_id or policy.request_ids.header] = exchange.request_id
        headers.update(policy.headers[exchange.protocol])
        for name, value in answer.headers.items():
            headers[name.lower()] = value
        by = exchange.turn.by if exchange.turn is not None else exchange.rule
        if by:
            headers["x-mockgate-rule"] = header_safe(by)
        return headers

    def _standing(self, session: Session, exchange: Exchange) -> dict[str, str]:
        """Word how the caller's limits stand."""
        quotas, grant = session.policy.quotas, exchange.grant
        if grant is not None:
            counters, now = grant.counters, grant.at
        else:
            meters = quotas.meters(exchange.caller)
            if not meters or exchange.own or not (exchange.endpoint or quotas.everywhere):
                return {}
            now = exchange.clock.now()
            counters = session.limiter.counters(meters, exchange.caller, exchange.names, now)
            counters.refresh(now)
        return quotas.headers(counters.tell(), now, session.policy.protocols[exchange.protocol].limits)


def _bare(value: str) -> str:
    """Return the key in a header's value, whether it stands there alone or after `Bearer`."""
    return bearer(value) or value.strip()
