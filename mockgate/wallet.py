"""Money: what an answer costs, what a key has left, and the 402 when that is too little.

Amounts are exact decimals of a dollar. What is debited is the usage that the answer reports.
"""

from collections import deque
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

import msgspec

from .catalogue import Names, fits
from .errors import GatewayError
from .keys import Caller
from .scenario import Price, Scenario
from .turn import Usage

ZERO = Decimal(0)
_MILLION = Decimal(1_000_000)

#: Movements of money that a session remembers, and keys whose money it knows; the oldest are forgotten.
HISTORY = 10_000
MAX_ACCOUNTS = 10_000

#: Models whose prices are remembered once they are found.
_KNOWN = 10_000

Kind = Literal["debit", "top_up", "refund"]


class Tariff(msgspec.Struct, frozen=True):
    """A model's prices as exact dollars: for a token, a picture, a second of video."""

    input: Decimal = ZERO
    cached_input: Decimal = ZERO
    cache_write: Decimal = ZERO
    cache_write_long: Decimal = ZERO
    output: Decimal = ZERO
    image: Decimal = ZERO
    second: Decimal = ZERO

    def cost(self, usage: Usage, *, images: int = 0, seconds: float = 0) -> Decimal:
        """Return what this much costs."""
        cost = self.input * (usage.input - usage.cached) + self.output * usage.output
        if usage.cached:
            cost += self.cached_input * usage.cached
        if usage.cache_written:
            cost += self._writing(usage)
        if images or seconds:
            cost += self.image * images + self.second * _exact(seconds)
        return cost

    def _writing(self, usage: Usage) -> Decimal:
        """Return how much dearer it is to keep tokens than only to read them."""
        long = usage.cache_written_long
        kept = self.cache_write * (usage.cache_written - long) + self.cache_write_long * long
        return kept - self.input * usage.cache_written


FREE = Tariff()


class Prices:
    """The price table of a scenario, and how much money a key begins with."""

    def __init__(self, scenario: Scenario) -> None:
        self._table = {model: _tariff(price) for model, price in scenario.prices.items()}
        self._found: dict[str, Tariff] = {}
        self._starts = {key: _exact(spec.balance) for key, spec in scenario.keys.items() if spec.balance is not None}
        self._start = None if scenario.wallet.balance is None else _exact(scenario.wallet.balance)
        self.cuts = scenario.wallet.when_empty == "cut"

    def of(self, names: Names) -> Tariff:
        """Return a model's prices: the first that one of its names fits, a vendor in front or not; else it is free."""
        found = self._found.get(names[0])
        if found is None:
            names = (*names, names[-1].rpartition("/")[2])
            found = next((tariff for pattern, tariff in self._table.items() if fits(names, (pattern,))), FREE)
            if len(self._found) < _KNOWN:
                self._found[names[0]] = found
        return found

    def start(self, caller: Caller) -> Decimal | None:
        """Return the money a key begins with; None: no end of it."""
        return self._starts.get(caller.key, self._start)


def _exact(amount: float) -> Decimal:
    return Decimal(repr(float(amount)))


def _tariff(price: Price) -> Tariff:
    given = {name: _exact(value) for name, value in msgspec.structs.asdict(price).items() if value is not None}
    given.setdefault("cached_input", given.get("input", ZERO))
    given.setdefault("cache_write", given.get("input", ZERO))
    given.setdefault("cache_write_long", given["cache_write"])
    by_million = ("input", "cached_input", "cache_write", "cache_write_long", "output")
    return Tariff(**{name: amount / _MILLION if name in by_million else amount for name, amount in given.items()})


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A movement of money: negative for a debit. `note` is the request's id, or whatever was said by hand."""

    key: str
    at: float
    kind: Kind
    amount: Decimal
    balance: Decimal | None
    note: str


class Account:
    """A key's money; `start` is None where there is no end of it. `ledger` is where its movements are noted."""

    __slots__ = ("balance", "key", "ledger", "spent", "start")

    def __init__(self, key: str, start: Decimal | None, ledger: deque[Entry]) -> None:
        self.key = key
        self.start = start
        self.balance = start
        self.spent = ZERO
        self.ledger = ledger

    def is_stale(self, start: Decimal | None) -> bool:
        """Tell whether it began with other money than a key begins with now."""
        return self.start != start

    def move(self, kind: Kind, amount: Decimal, at: float, note: str = "") -> Entry:
        """Add money, or take it with a negative amount, and note it. Money added to no end of it is only noted."""
        if self.balance is not None:
            self.balance += amount
        if kind != "top_up":
            self.spent -= amount
        entry = Entry(self.key, at, kind, amount, self.balance, note)
        self.ledger.append(entry)
        return entry

    @property
    def history(self) -> list[Entry]:
        """Its movements that are still remembered, oldest first."""
        return [entry for entry in self.ledger if entry.key == self.key]


class Wallet:
    """A session's accounts: one for each key whose money has moved."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._ledger: deque[Entry] = deque(maxlen=HISTORY)

    def account(self, caller: Caller, prices: Prices) -> Account:
        """Return a key's account; one whose start the scenario has changed since begins anew."""
        start = prices.start(caller)
        account = self._accounts.get(caller.key)
        if account is None or (account.start is not start and account.is_stale(start)):
            if len(self._accounts) >= MAX_ACCOUNTS:
                del self._accounts[next(iter(self._accounts))]
            account = self._accounts[caller.key] = Account(caller.key, start, self._ledger)
        elif len(self._accounts) > 1:
            self._accounts[caller.key] = self._accounts.pop(caller.key)  # the newest in use stands last
        return account

    def balance(self, caller: Caller, prices: Prices) -> Decimal | None:
        """Return what a key has left; None: no end of it."""
        start = prices.start(caller)
        account = self._accounts.get(caller.key)
        if account is None or (account.start is not start and account.is_stale(start)):
            return start
        return account.balance

    def __iter__(self) -> Iterator[tuple[str, Account]]:
        return iter(self._accounts.items())

    def __len__(self) -> int:
        return len(self._accounts)


def afford(balance: Decimal, tariff: Tariff, tokens: int, max_tokens: int | None) -> None:
    """See to it that there is money for a prompt of `tokens`, and for the most that it asks to be answered with.

    Raises GatewayError (402).
    """
    dearest = tariff.input * tokens + (tariff.output * max_tokens if max_tokens else ZERO)
    if balance > dearest:
        return
    if balance <= 0:
        raise GatewayError("no_balance", details={"balance": balance}, hint="top the key up, or give it more `balance`")
    left = balance - tariff.input * tokens
    if left < 0:
        prompt = f"a prompt of {tokens} tokens costs {shown(tariff.input * tokens)}, and {shown(balance)} is left"
        raise GatewayError("no_balance", f"This request requires more balance: {prompt}.", details={"balance": balance})
    if max_tokens and tariff.output * max_tokens > left:
        affordable = affordable_output(left, tariff)
        raise GatewayError(
            "no_balance",
            f"This request requires more balance, or fewer max_tokens. You requested up to {max_tokens} tokens, but "
            f"can only afford {affordable}.",
            details={"balance": balance, "affordable": affordable},
        )


def affordable_output(money: Decimal, tariff: Tariff) -> int:
    """Return how many output tokens this money buys; none where it is below zero already. They must cost something."""
    return max(0, int((money / tariff.output).to_integral_value(ROUND_FLOOR)))


def shown(amount: Decimal) -> str:
    """Word an amount of money: at least cents, no zeros after that."""
    words = f"{amount:f}"
    whole, _, cents = words.partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"
