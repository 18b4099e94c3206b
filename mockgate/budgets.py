"""Budgets: how much an account may spend in an hour, a day, a week or a month of the calendar, in UTC.

Source: GoModel's budgets. An answer may cost more than is left; what is asked after that is refused until the period
ends.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Annotated, Literal, NamedTuple

import msgspec

from .accounts import tidy, within
from .errors import GatewayError
from .reading import Section
from .scenario import Scenario
from .wallet import ZERO
from .wire import retry_headers

Period = Literal["hourly", "daily", "weekly", "monthly"]

#: The periods, and how many seconds each is known by; a month is one of the calendar all the same.
PERIODS: dict[Period, int] = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}

Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]
Minute = Annotated[int, msgspec.Meta(ge=0, le=59)]


class Resets(Section, frozen=True, omit_defaults=False):
    """When periods begin, in UTC: weekdays count from Sunday, which is 0; a month that is shorter begins on its last
    day.
    """

    daily_reset_hour: Hour = 0
    daily_reset_minute: Minute = 0
    weekly_reset_weekday: Annotated[int, msgspec.Meta(ge=0, le=6)] = 1
    weekly_reset_hour: Hour = 0
    weekly_reset_minute: Minute = 0
    monthly_reset_day: Annotated[int, msgspec.Meta(ge=1, le=31)] = 1
    monthly_reset_hour: Hour = 0
    monthly_reset_minute: Minute = 0


class Budget(NamedTuple):
    """What the calls on an account may cost in a period."""

    path: str
    period: Period
    amount: Decimal


class Budgets:
    """The budgets of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.all = tuple(
            Budget(tidy(path), period, Decimal(repr(float(amount))))
            for path, spec in scenario.budgets.items()
            for period in PERIODS
            if (amount := getattr(spec, period)) is not None
        )

    def of(self, account: str) -> list[Budget]:
        """Return the budgets that what is on an account counts in."""
        return [budget for budget in self.all if within(account, budget.path)]


class Spent(msgspec.Struct):
    """What was spent of a budget in the period that `began`, and when it was last set back by hand."""

    began: float
    amount: Decimal = ZERO
    reset: float | None = None


class Spending:
    """What a session has spent of its budgets."""

    def __init__(self) -> None:
        self.resets = Resets()
        self._spent: dict[tuple[str, str], Spent] = {}

    def of(self, budget: Budget, now: float) -> Spent:
        """Return what was spent of a budget in its period of now."""
        began = bounds(budget.period, self.resets, now)[0]
        spent = self._spent.setdefault((budget.path, budget.period), Spent(began))
        if spent.began != began:
            spent.began, spent.amount = began, ZERO
        return spent

    def admit(self, budgets: Iterable[Budget], now: float) -> None:
        """Let a call in.

        Raises GatewayError (429), with the time to the period's end, when a budget is used up.
        """
        for budget in budgets:
            spent = self.of(budget, now).amount
            if spent >= budget.amount:
                state = f"spent {spent:.6f} of {budget.amount:.6f}"
                message = f"budget exceeded for {budget.path} {budget.period} limit: {state}"
                wait = retry_headers(float(ceil(bounds(budget.period, self.resets, now)[1] - now)))
                raise GatewayError("over_budget", message, headers=wait, hint=f"give {budget.path} more, or reset it")

    def add(self, budgets: Iterable[Budget], cost: Decimal, now: float) -> None:
        """Note what an answer cost."""
        for budget in budgets:
            self.of(budget, now).amount += cost

    def reset(self, budgets: Iterable[Budget], now: float) -> None:
        """Set budgets back: nothing is spent of them."""
        for budget in budgets:
            spent = self.of(budget, now)
            spent.amount, spent.reset = ZERO, now


def bounds(period: Period, resets: Resets, now: float) -> tuple[float, float]:
    """Return when the period of that kind began that `now` lies in, and when it ends."""
    at = datetime.fromtimestamp(now, UTC)
    match period:
        case "hourly":
            begin = at.replace(minute=0, second=0, microsecond=0)
            end = begin + timedelta(hours=1)
        case "daily":
            begin = _latest(at, resets.daily_reset_hour, resets.daily_reset_minute)
            end = begin + timedelta(days=1)
        case "weekly":
            begin = _latest(at, resets.weekly_reset_hour, resets.weekly_reset_minute)
            begin -= timedelta(days=(begin.isoweekday() - resets.weekly_reset_weekday) % 7)
            end = begin + timedelta(days=7)
        case "monthly":
            begin = _month(at, resets)
            if begin > at:
                begin = _month(at.replace(day=1) - timedelta(days=1), resets)
            end = _month(begin.replace(day=1) + timedelta(days=32), resets)
    return begin.timestamp(), end.timestamp()


def _latest(at: datetime, hour: int, minute: int) -> datetime:
    """Return the last moment up to this one when clocks showed that."""
    today = at.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= at else today - timedelta(days=1)


def _month(at: datetime, resets: Resets) -> datetime:
    """Return when the period that begins in a moment's month does."""
    last = ((at.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    day, hour, minute = min(resets.monthly_reset_day, last), resets.monthly_reset_hour, resets.monthly_reset_minute
    return at.replace(day=day, hour=hour, minute=minute, second=0, microsecond=0)
