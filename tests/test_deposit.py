from decimal import Decimal

import pytest

from mockgate.deposit import afford, give_back
from mockgate.errors import GatewayError
from mockgate.journal import Exchange
from mockgate.keys import Caller
from mockgate.turn import Usage
from mockgate.wire import Call


@pytest.fixture
def paying(gw):
    """A session, and an exchange of a key that has a dollar."""
    gateway = gw(
        keys={"sk-one": {"balance": "$1"}}, prices={"sora-2": {"second": "$0.10"}, "dall-e-3": {"image": "$0.30"}}
    )
    session = gateway.session()
    caller = session.policy.keyring.identify(
        Call("POST", "/", headers={"authorization": "Bearer sk-one"}), session.clock.now(), {}
    )
    assert isinstance(caller, Caller)
    exchange = Exchange(number=1, call=Call("POST", "/"), clock=session.clock, started=0.0, request_id="req_1")
    exchange.caller, exchange.model, exchange.names = caller, "sora-2", ("sora-2",)
    return session, exchange


def test_there_must_be_money_for_all_of_it(paying):
    session, exchange = paying
    afford(session, exchange, seconds=10)
    with pytest.raises(GatewayError, match=r"costs \$1\.20, and \$1\.00 is left") as refused:
        afford(session, exchange, seconds=12)
    assert refused.value.status == 402
    exchange.names = ("dall-e-3",)
    with pytest.raises(GatewayError):
        afford(session, exchange, images=4)


def test_what_was_paid_is_given_back_once(paying):
    from mockgate.admission import bill

    session, exchange = paying
    bill(session, exchange, Usage(), seconds=4)
    assert session.wallet.balance(exchange.caller, session.policy.prices) == Decimal("0.60")
    assert [give_back(session, exchange) for _ in range(2)] == [Decimal("0.40"), 0]
    account = session.wallet.account(exchange.caller, session.policy.prices)
    assert (account.balance, account.spent, session.totals.cost) == (1, 0, 0)
    assert [entry.kind for entry in account.history] == ["debit", "refund"]
