"""Money for work that takes its time: there must be enough when it begins, and what fails in the end costs nothing."""

from decimal import Decimal

from .errors import GatewayError
from .journal import Exchange
from .session import Session
from .turn import Usage
from .wallet import ZERO, shown


def afford(
    session: Session, exchange: Exchange, usage: Usage | None = None, *, images: int = 0, seconds: float = 0
) -> None:
    """See to it that a key has the money for so many tokens, pictures or seconds of film or sound.

    Raises GatewayError (402).
    """
    balance = session.wallet.balance(exchange.caller, session.policy.prices)
    price = session.policy.prices.of(exchange.names).cost(usage or Usage(), images=images, seconds=seconds)
    if balance is not None and balance < price:
        message = f"This request requires more balance: it costs {shown(price)}, and {shown(balance)} is left."
        raise GatewayError("no_balance", message, details={"balance": balance})


def give_back(session: Session, exchange: Exchange) -> Decimal:
    """Give back what an exchange cost, and return how much that was; the second time it is nothing."""
    cost, exchange.cost = exchange.cost, ZERO
    if cost:
        account = session.wallet.account(exchange.caller, session.policy.prices)
        account.move("refund", cost, session.clock.now(), exchange.request_id)
        session.totals.cost -= cost
    return cost
