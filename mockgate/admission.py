"""Between a call and its answer: may this key ask this, has it money, is there room; and then the bill.

A refused call costs nothing, but one that is answered with a 5xx still counts as a request.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from . import triggers
from .accounts import account
from .breakage import Fault
from .budgets import Budget
from .facts import Facts
from .faults import Strike, Trap, by_hand
from .journal import Exchange
from .keys import allow
from .protocols import PROTOCOLS
from .scenario import Model
from .session import Session
from .turn import Prompt, Turn, Usage
from .units import Point
from .wallet import Tariff, afford, affordable_output


def enter(session: Session, exchange: Exchange, prompt: Prompt) -> tuple[Prompt, Model]:
    """Take a prompt in: note what it asks for, and find its model; a trigger's suffix is taken off its name.

    Raises GatewayError: a trigger that says nothing known (400), a model that there is not (404), or not for this key
    (403).
    """
    policy = session.policy
    if policy.scenario.triggers:
        prompt, traps = triggers.of_prompt(prompt, exchange.call, exchange.key, policy.scenario.seed)
        if traps:
            spring(session, exchange, traps, prompt)
    exchange.prompt, exchange.model = prompt, prompt.model
    model = policy.catalogue.find(prompt.model)
    exchange.names = policy.catalogue.names(prompt.model)
    if exchange.caller.models:
        allow(exchange.caller, exchange.names)
    return prompt, model


def spring(session: Session, exchange: Exchange, traps: Iterable[Trap], prompt: Prompt) -> None:
    """Let the triggers strike that a call carries."""
    facts = Facts(prompt, exchange.call, exchange.key)
    exchange.strikes += triggers.sprung(traps, facts, session.tally, exchange.started, session.under_way)


def admit(session: Session, exchange: Exchange, prompt: Prompt, tokens: int) -> None:
    """Let a call of `tokens` of prompt in: its key has the money, and every limit has room.

    Raises GatewayError (402, 429), with nothing taken.
    """
    policy, caller = session.policy, exchange.caller
    if policy.budgets.all:
        session.spending.admit(_budgets(session, exchange), exchange.clock.now())
    balance, meters = session.wallet.balance(caller, policy.prices), policy.quotas.meters(caller)
    if balance is None and not meters:
        return
    names = exchange.names
    if balance is not None:
        wanted = prompt.max_tokens * prompt.n if prompt.max_tokens else None
        afford(balance, policy.prices.of(names), tokens, wanted)
    if meters:
        exchange.grant = session.limiter.admit(meters, caller, names, tokens, exchange.clock.now())


def bill(session: Session, exchange: Exchange, usage: Usage, *, images: int = 0, seconds: float = 0) -> None:
    """Charge the limits and debit the wallet for what an answer took: tokens, pictures, seconds of film or sound."""
    policy, now = session.policy, exchange.clock.now()
    exchange.usage = usage
    cost = policy.prices.of(exchange.names).cost(usage, images=images, seconds=seconds)
    if exchange.call.discount:
        cost *= 1 - Decimal(repr(float(exchange.call.discount)))
    if cost:
        exchange.cost = cost
        money = session.wallet.account(exchange.caller, policy.prices)
        if money.balance is None:
            money.spent += cost  # with no end of money, nobody asks where it went
        else:
            money.move("debit", -cost, now, exchange.request_id)
        if policy.budgets.all:
            session.spending.add(_budgets(session, exchange), cost, now)
    if exchange.grant is not None:
        exchange.grant.charge(_limited(exchange, usage) if usage.cached else usage, now)
    session.totals.add(usage, cost)


def _budgets(session: Session, exchange: Exchange) -> list[Budget]:
    """Return the budgets that a call counts in."""
    policy = session.policy
    return policy.budgets.of(account(exchange.call, exchange.caller, policy.account_header))


def spared(exchange: Exchange, cached: int) -> int:
    """Return how many of the tokens read from the prompt cache no limit counts: Anthropic's count none of them."""
    return cached if PROTOCOLS[exchange.protocol].marked else 0


def _limited(exchange: Exchange, usage: Usage) -> Usage:
    return msgspec.structs.replace(usage, input=usage.input - spared(exchange, usage.cached))


def bill_turn(session: Session, exchange: Exchange, turn: Turn) -> Turn:
    """Bill a turn; return it with what of it the money lasts for.

    Where a stream costs more than there is, and the scenario cuts it, it ends in an error where the money does.
    """
    policy = session.policy
    if policy.prices.cuts and turn.prompt.stream:
        balance = session.wallet.balance(exchange.caller, policy.prices)
        tariff = policy.prices.of(exchange.names)
        if balance is not None and tariff.cost(turn.usage) > balance:
            usage = _affordable(turn.usage, balance, tariff)
            turn = msgspec.structs.replace(turn, usage=usage)
            exchange.strikes.append(_money_ends(usage.output))
    bill(session, exchange, turn.usage)
    return turn


def _affordable(usage: Usage, balance: Decimal, tariff: Tariff) -> Usage:
    """Return so much of a usage as there is money for: all of the prompt, and the answer's first tokens."""
    left = balance - tariff.cost(msgspec.structs.replace(usage, output=0))
    output = min(usage.output, affordable_output(left, tariff)) if tariff.output else usage.output
    return msgspec.structs.replace(
        usage, output=output, reasoning=min(usage.reasoning, output), output_audio=min(usage.output_audio, output)
    )


def _money_ends(after: int) -> Strike:
    message = "Your balance is used up: the answer was cut off. Please top up and try again."
    return by_hand("wallet", Fault(error=402, message=message, after=Point(after, "tokens")))


def bill_less(session: Session, exchange: Exchange, usage: Usage) -> None:
    """Give back what an answer that was broken off is billed for beyond this usage: that is all it took."""
    policy, now = session.policy, exchange.clock.now()
    before, cost = exchange.usage or Usage(), policy.prices.of(exchange.names).cost(usage)
    back = exchange.cost - cost
    if back > 0:
        session.wallet.account(exchange.caller, policy.prices).move("refund", back, now, exchange.request_id)
        session.spending.add(_budgets(session, exchange) if policy.budgets.all else (), -back, now)
        exchange.cost = cost
        session.totals.cost -= back
    exchange.usage = usage
    session.totals.output -= before.output - usage.output
    session.totals.reasoning -= before.reasoning - usage.reasoning
    if exchange.turn is not None:
        exchange.turn = msgspec.structs.replace(exchange.turn, usage=usage)
    if exchange.grant is not None:
        exchange.grant.charge(_limited(exchange, usage), now)


def refund(exchange: Exchange) -> None:
    """Give back what a call that got no answer took of the limits; that it asked still counts, unless it was a 4xx."""
    if exchange.grant is not None and exchange.usage is None:
        refused = exchange.error is not None and exchange.error.status < 500
        exchange.grant.give_back(exchange.clock.now(), keep_request=not refused)


def release(exchange: Exchange) -> None:
    """Make room for another call: this one is over, however it ended."""
    if exchange.grant is not None:
        refund(exchange)
        exchange.grant.end()
        exchange.grant = None
