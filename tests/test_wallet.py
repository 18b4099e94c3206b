from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgate import wallet
from mockgate.errors import GatewayError
from mockgate.keys import Caller, Keyring
from mockgate.scenario import load
from mockgate.turn import Usage
from mockgate.wallet import Prices, Tariff, Wallet, afford, affordable_output, shown

SCENARIO = {
    "prices": {"o3": {"input": "$2", "cached_input": 0.5, "output": 8}, "gpt-4o-2024-05-13": {"output": 15}},
    "wallet": {"balance": "$1.00"},
    "keys": {"sk-rich": {"balance": 1000}, "sk-poor": {"balance": 0}, "sk-like-all": {}},
}


@pytest.fixture(scope="module")
def prices():
    return Prices(load(SCENARIO))


@pytest.mark.parametrize(
    ("names", "usage", "cost"),
    [
        (("o3",), Usage(input=1000, output=100), "0.0028"),
        (("o3",), Usage(input=1000, output=100, cached=800), "0.0016"),
        (("openai/o3",), Usage(input=1), "0.000002"),
        (("o3-2025-04-16", "o3"), Usage(output=1), "0.000008"),
        (("gpt-4o-2024-05-13", "gpt-4o"), Usage(output=1), "0.000015"),
        (("gpt-4o-2024-08-06", "gpt-4o"), Usage(output=1), "0.00001"),
        (("mock-1",), Usage(input=10**9, output=10**9), "0"),
    ],
)
def test_an_answer_costs_what_the_first_price_that_fits_says(prices, names, usage, cost):
    assert prices.of(names).cost(usage) == Decimal(cost)


def test_what_a_scenario_says_of_prices_comes_before_the_gateways():
    everything = Prices(load({"prices": {"*": {"output": 1}}}))
    assert {everything.of((name,)).cost(Usage(output=10**6)) for name in ("gpt-4o", "o3", "mock-1")} == {1}


def test_cached_tokens_cost_as_much_as_others_unless_they_have_a_price():
    tariff = Prices(load({"prices": {"o3": {"input": 4}}})).of(("o3",))
    assert tariff.cached_input == Decimal("0.0000005")  # the gateway's own
    tariff = Prices(load({"prices": {"mock-1": {"input": 4}}})).of(("mock-1",))
    assert tariff.cost(Usage(input=10, cached=10)) == tariff.cost(Usage(input=10))


def test_what_the_cache_keeps_has_its_price_and_for_an_hour_another():
    def cost(usage, **price):
        return Prices(load({"prices": {"mock-1": price}})).of(("mock-1",)).cost(usage)

    usage = Usage(input=1_000_000, cached=200_000, cache_written=300_000, cache_written_long=100_000)
    assert cost(usage, input=10) == 10
    assert cost(usage, input=10, cached_input=1, cache_write=20) == Decimal("11.2")
    prices = {"input": 10, "cached_input": 1, "cache_write": 20, "cache_write_long": 30}
    assert cost(usage, **prices) == Decimal("12.2")


def test_pictures_and_seconds_have_prices_of_their_own():
    tariff = Tariff(image=Decimal("0.04"), second=Decimal("0.1"))
    assert tariff.cost(Usage(), images=2, seconds=1.5) == Decimal("0.23")


@pytest.mark.parametrize(("key", "start"), [("sk-rich", 1000), ("sk-poor", 0), ("sk-like-all", 1), ("sk-any", 1)])
def test_a_key_begins_with_its_own_balance_else_the_wallets(prices, key, start):
    assert prices.start(Keyring(load(SCENARIO)).find(key)) == start


def test_without_a_balance_there_is_no_end_of_money():
    prices, kept = Prices(load()), Wallet()
    kept.account(Caller("a"), prices).move("debit", Decimal(-5), 0.0)
    account = kept.account(Caller("a"), prices)
    assert (account.balance, account.spent, kept.balance(Caller("a"), prices)) == (None, 5, None)


def test_money_moves_and_every_movement_is_noted(prices):
    kept, caller = Wallet(), Caller("a")
    account = kept.account(caller, prices)
    account.move("debit", Decimal("-0.4"), 1.0, "req_1")
    account.move("top_up", Decimal(2), 2.0)
    account.move("refund", Decimal("0.4"), 3.0, "req_1")
    kept.account(Caller("b"), prices).move("debit", Decimal("-0.1"), 4.0)
    assert (account.balance, account.spent, kept.balance(caller, prices)) == (3, 0, 3)
    assert [(entry.kind, entry.amount, entry.balance, entry.note) for entry in account.history] == [
        ("debit", Decimal("-0.4"), Decimal("0.6"), "req_1"),
        ("top_up", 2, Decimal("2.6"), ""),
        ("refund", Decimal("0.4"), 3, "req_1"),
    ]


def test_an_account_begins_anew_only_when_the_scenario_gives_it_another_balance(prices):
    kept, caller = Wallet(), Caller("a")
    kept.account(caller, prices).move("debit", Decimal("-0.5"), 0.0)
    again = Prices(load({**SCENARIO, "seed": 1}))
    assert kept.balance(caller, again) == kept.account(caller, again).balance == Decimal("0.5")
    other = Prices(load({"wallet": {"balance": 7}}))
    assert kept.balance(caller, other) == kept.account(caller, other).balance == 7


def test_asking_for_a_balance_opens_no_account_and_accounts_are_bounded(prices, monkeypatch):
    monkeypatch.setattr(wallet, "MAX_ACCOUNTS", 3)
    kept = Wallet()
    assert kept.balance(Caller("nobody"), prices) == 1
    assert len(kept) == 0
    for key in "abcad":
        kept.account(Caller(key), prices).move("debit", Decimal("-0.1"), 0.0)
    assert [key for key, _ in kept] == ["c", "a", "d"]


TARIFF = Tariff(input=Decimal("0.001"), output=Decimal("0.01"))


@pytest.mark.parametrize(
    ("balance", "tokens", "max_tokens", "words"),
    [
        ("0", 1, None, "Your balance is too low"),
        ("-1", 1, None, "Your balance is too low"),
        ("0.005", 6, None, r"a prompt of 6 tokens costs \$0\.006, and \$0\.005 is left"),
        ("0.505", 5, 51, "You requested up to 51 tokens, but can only afford 50"),
        ("0.005", 5, 1, "can only afford 0"),
    ],
)
def test_what_is_too_dear_is_refused_with_402_before_it_costs_anything(balance, tokens, max_tokens, words):
    with pytest.raises(GatewayError, match=words) as refused:
        afford(Decimal(balance), TARIFF, tokens, max_tokens)
    assert (refused.value.status, refused.value.code) == (402, "insufficient_balance")


@given(money=st.decimals("0.001", 100, places=4), tokens=st.integers(0, 500), more=st.integers(1, 1000))
def test_what_can_be_afforded_can_and_one_token_more_cannot(money, tokens, more):
    left = money - TARIFF.input * tokens
    most = affordable_output(left, TARIFF)
    if left >= 0:
        afford(money, TARIFF, tokens, most)
        with pytest.raises(GatewayError, match=f"can only afford {most}[.]"):
            afford(money, TARIFF, tokens, most + more)
    else:
        assert most == 0


@pytest.mark.parametrize(
    ("amount", "words"),
    [("5", "$5.00"), ("0.1", "$0.10"), ("0.000005", "$0.000005"), ("12.3400", "$12.34"), ("1E+3", "$1000.00")],
)
def test_money_is_shown_to_the_cent_or_finer(amount, words):
    assert shown(Decimal(amount)) == words
