"""Keys and their money over HTTP: listed with how they stand, made and changed by way of the scenario, topped up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..errors import GatewayError, Problem, ScenarioError
from ..keys import Caller, key_id, masked
from ..metering import Level
from ..reading import Flaw, Section
from ..rng import Dice
from ..units import Money
from ..wallet import Entry, Kind
from ..wire import Answer, json_answer
from .scenarios import change
from .visit import Visit


def listing(visit: Visit) -> Answer:
    """List the keys that the scenario knows, or that have been used."""
    return json_answer({"keys": [_describe(visit, caller) for caller in _callers(visit)]})


def one(visit: Visit) -> Answer:
    """Return a key: what it may do, what it has left of money and limits."""
    return json_answer(_describe(visit, _find(visit)))


def create(visit: Visit) -> Answer:
    """Add a key to the scenario: `key` (left out: one is drawn), and what a scenario says of keys."""
    spec = dict(visit.document().value if visit.call.raw else {})
    key = spec.pop("key", None) or _drawn(visit)
    if not isinstance(key, str):
        raise ScenarioError([Problem("key", "must be text")])
    if key in visit.scenario.keys:
        raise GatewayError("conflict", f"There is a key '{masked(key)}' already.", hint=f"PATCH keys/{key_id(key)}")
    change(visit, {"keys": {key: spec}})
    return json_answer(_describe(visit, visit.session.policy.keyring.find(key)), 201)


def _drawn(visit: Visit) -> str:
    known = visit.scenario.keys
    return Dice(visit.scenario.seed, "key", len(known), *known).id("sk-mockgate-", 24)


def amend(visit: Visit) -> Answer:
    """Change a key of the scenario by a merge patch; a new `balance` begins its money anew."""
    key = _listed(visit)
    change(visit, {"keys": {key: visit.document().value}})
    return json_answer(_describe(visit, visit.session.policy.keyring.find(key)))


def delete(visit: Visit) -> Answer:
    """Take a key out of the scenario."""
    key = _listed(visit)
    change(visit, {"keys": {key: None}})
    return json_answer({"deleted": key_id(key)})


# Money.


class Payment(Section, frozen=True):
    """How much to add to a key's money, and why."""

    amount: Money
    note: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """Find an amount of nothing."""
        if not self.amount:
            yield Flaw(("amount",), "is nothing", 'Give an amount such as "$5.00".')


def top_up(visit: Visit) -> Answer:
    """Add money to a key's balance."""
    return _move(visit, "top_up")


def refund(visit: Visit) -> Answer:
    """Give money back to a key: it counts as not spent."""
    return _move(visit, "refund")


def _move(visit: Visit, kind: Kind) -> Answer:
    caller, payment = _find(visit), visit.body(Payment)
    session = visit.session
    account = session.wallet.account(caller, session.policy.prices)
    entry = account.move(kind, Decimal(repr(float(payment.amount))), session.clock.now(), payment.note)
    return json_answer(_entry(entry))


def history(visit: Visit) -> Answer:
    """List the movements of a key's money, oldest first."""
    session = visit.session
    account = session.wallet.account(_find(visit), session.policy.prices)
    return json_answer({"history": [*map(_entry, account.history)]})


def _entry(entry: Entry) -> dict[str, Any]:
    at = datetime.fromtimestamp(entry.at, UTC).isoformat()
    amount, balance = float(entry.amount), _dollars(entry.balance)
    return {
        "key": key_id(entry.key),
        "at": at,
        "kind": entry.kind,
        "amount": amount,
        "balance": balance,
        "note": entry.note,
    }


def _dollars(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


# Which key, and how it stands.


def _callers(visit: Visit) -> list[Caller]:
    """Return the keys of the scenario, then those that have come up without being in it."""
    session = visit.session
    ring = session.policy.keyring
    met = [session.key, *(key for key, _ in session.wallet), *(exchange.key for exchange in session.journal)]
    found = {caller.key: caller for caller in ring.callers()}
    return [*(found | {key: ring.find(key) for key in met if key and key not in found}).values()]


def _find(visit: Visit) -> Caller:
    """Return the key that the path means, by its id or in full. Raises GatewayError (404)."""
    id, callers = visit.params["id"], _callers(visit)
    found = next((caller for caller in callers if id in {caller.key, key_id(caller.key)}), None)
    if found is None:
        known = ", ".join(key_id(caller.key) for caller in callers[:10])
        raise GatewayError(
            "not_found", "There is no such key.", hint=f"known are: {known or 'none'}; POST keys adds one"
        )
    return found


def _listed(visit: Visit) -> str:
    id = visit.params["id"]
    found = next((key for key in visit.scenario.keys if id in {key, key_id(key)}), None)
    if found is None:
        raise GatewayError("not_found", "The scenario has no such key.", hint="POST keys adds one")
    return found


def _describe(visit: Visit, caller: Caller) -> dict[str, Any]:
    """Put a key into plain values; one that the scenario does not list is somebody's secret."""
    session, spec = visit.session, caller.spec
    listed = spec is not None
    account = dict(session.wallet).get(caller.key)
    return {
        "id": key_id(caller.key),
        "key": caller.key if listed or caller.key == session.key else masked(caller.key),
        "listed": listed,
        "owner": spec.owner if spec else None,
        "group": caller.group or None,
        "models": [*caller.models],
        "expires": spec.expires if spec else None,
        "disabled": bool(spec and spec.disabled),
        "balance": _dollars(session.wallet.balance(caller, session.policy.prices)),
        "spent": float(account.spent) if account is not None else 0.0,
        "limits": [_level(level) for level in _levels(visit, caller)],
    }


def _levels(visit: Visit, caller: Caller) -> list[Level]:
    """Return the counters that a call of the default model, or of the query's `model`, would meet."""
    session, policy = visit.session, visit.session.policy
    model = visit.call.arguments().get("model") or policy.scenario.default_model
    meters, now = policy.quotas.meters(caller), session.clock.now()
    counters = session.limiter.counters(meters, caller, policy.catalogue.names(model), now)
    counters.refresh(now)
    return counters.levels


def _level(level: Level) -> dict[str, Any]:
    meter = level.meter
    return {
        "limit": meter.shown,
        "measure": meter.measure,
        "amount": level.amount,
        "seconds": meter.period or None,
        "left": max(0.0, level.left),
        "full_in": level.wait(level.amount),
    }
