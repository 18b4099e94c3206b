"""Budgets of accounts: set, given up, set back. What is spent of them is what answers cost."""

from typing import Any

from msgspec import structs

from ...accounts import tidy
from ...budgets import PERIODS, Budget, Resets, bounds
from ...fields import convert
from ...wire import Answer, json_answer
from ...wording import bad_request
from .desk import Desk, moment, shown

_BY_SECONDS = {seconds: period for period, seconds in PERIODS.items()}


def listed(desk: Desk) -> Answer:
    """List the budgets and how they stand."""
    rows = [_row(desk, budget) for budget in sorted(desk.session.policy.budgets.all)]
    return json_answer({"budgets": rows, "server_time": moment(desk.now)})


def _row(desk: Desk, budget: Budget) -> dict[str, Any]:
    spending, now, amount = desk.session.spending, desk.now, float(budget.amount)
    spent = spending.of(budget, now)
    begin, end = bounds(budget.period, spending.resets, now)
    began = moment(desk.session.tally.began)
    told = {
        "scope": "user_path",
        "subject": budget.path,
        "user_path": budget.path,
        "period_seconds": PERIODS[budget.period],
        "period_label": budget.period,
        "amount": amount,
        "source": "manual" if _is_manual(desk, budget) else "config",
        "last_reset_at": moment(spent.reset),
        "created_at": began,
        "updated_at": began,
        "period_start": moment(begin),
        "period_end": moment(end),
        "spent": float(spent.amount),
        "has_usage": bool(spent.amount),
        "remaining": amount - float(spent.amount),
        "usage_ratio": float(spent.amount) / amount if amount else 0.0,
        "period_ratio": (now - begin) / (end - begin),
    }
    return shown(told)


def _is_manual(desk: Desk, budget: Budget) -> bool:
    return desk.session.records.find("budget", f"{budget.path} {budget.period}") is not None


def _key(desk: Desk) -> tuple[str, str]:
    """Return the account and the period that a path or a body names.

    Raises GatewayError (400).
    """
    body = desk.body()
    inner = body.get("budget_key")
    said = inner if isinstance(inner, dict) else body
    path = desk.params.get("path") or desk.text("user_path") or desk.text("subject") or "/"
    written = desk.params.get("period") or said.get("period") or said.get("period_seconds")
    if not written:
        raise bad_request("period or period_seconds is required", "period")
    return tidy(path), _period(written)


def _period(written: Any) -> str:
    if isinstance(written, int) or (isinstance(written, str) and written.isdecimal()):
        found = _BY_SECONDS.get(int(written))
    else:
        words = {word: period for period in PERIODS for word in (period, f"{_unit(period)}", f"{_unit(period)}s")}
        found = words.get(str(written).strip().lower())
    if found is None:
        raise bad_request(f"period must be one of {', '.join(PERIODS)}", "period")
    return found


def _unit(period: str) -> str:
    return "day" if period == "daily" else period.removesuffix("ly")


def put(desk: Desk) -> Answer:
    """Set a budget."""
    (path, period), amount = _key(desk), desk.body().get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0:
        raise bad_request("amount must be a finite number greater than 0", "amount")
    desk.amend({"budgets": {_written(desk, path): {period: amount}}})
    desk.session.records.save("budget", f"{path} {period}", amount)
    return listed(desk)


def delete(desk: Desk) -> Answer:
    """Give a budget up."""
    budget = _find(desk)
    desk.amend({"budgets": {_written(desk, budget.path): {budget.period: None}}})
    desk.session.records.drop("budget", f"{budget.path} {budget.period}")
    return listed(desk)


def _written(desk: Desk, path: str) -> str:
    """Return an account as the scenario writes it."""
    return next((name for name in desk.session.policy.scenario.budgets if tidy(name) == path), path)


def _find(desk: Desk) -> Budget:
    """Return the budget that a call names. Raises GatewayError (404)."""
    path, period = _key(desk)
    for budget in desk.session.policy.budgets.all:
        if (budget.path, budget.period) == (path, period):
            return budget
    raise desk.missing("budget", f"{path} {period}")


def reset_one(desk: Desk) -> Answer:
    """Set one budget back: nothing is spent of it."""
    desk.session.spending.reset([_find(desk)], desk.now)
    return listed(desk)


def reset(desk: Desk) -> Answer:
    """Set all budgets back, where the body says so."""
    if (desk.text("confirmation") or desk.text("confirm")).lower() != "reset":
        raise bad_request("confirmation must be reset", "confirmation")
    desk.session.spending.reset(desk.session.policy.budgets.all, desk.now)
    return json_answer({"status": "ok"})


def settings(desk: Desk) -> Answer:
    """Say when periods begin."""
    return json_answer(structs.asdict(desk.session.spending.resets))


def change_settings(desk: Desk) -> Answer:
    """Say otherwise when periods begin."""
    known = structs.asdict(desk.session.spending.resets)
    said = {name: value for name, value in desk.body().items() if name in known and value is not None}
    desk.session.spending.resets = convert({**known, **said}, Resets, ())
    return settings(desk)
