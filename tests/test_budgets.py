"""Budgets of accounts: their periods, what counts in them, and the refusal that says when they end."""

from datetime import UTC, datetime

import msgspec
import pytest

from mockgate.accounts import account, tidy, within
from mockgate.budgets import Resets, bounds
from mockgate.errors import ScenarioError
from mockgate.keys import Caller
from mockgate.scenario import KeySpec
from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("period", "resets", "now", "begin", "end"),
    [
        ("hourly", {}, "2025-02-10T02:30", "2025-02-10T02", "2025-02-10T03"),
        ("daily", {}, "2025-02-10T02:30", "2025-02-10T00", "2025-02-11T00"),
        ("daily", {"daily_reset_hour": 5}, "2025-02-10T02:30", "2025-02-09T05", "2025-02-10T05"),
        ("weekly", {}, "2025-02-10T00:00", "2025-02-10T00", "2025-02-17T00"),
        ("weekly", {"weekly_reset_weekday": 0}, "2025-02-15T02:30", "2025-02-09T00", "2025-02-16T00"),
        ("weekly", {"weekly_reset_hour": 6}, "2025-02-10T05:00", "2025-02-03T06", "2025-02-10T06"),
        ("monthly", {}, "2025-12-31T23:59", "2025-12-01T00", "2026-01-01T00"),
        ("monthly", {"monthly_reset_day": 31}, "2025-02-10T00:00", "2025-01-31T00", "2025-02-28T00"),
        ("monthly", {"monthly_reset_day": 31}, "2025-02-28T00:00", "2025-02-28T00", "2025-03-31T00"),
    ],
)
def test_a_period_is_one_of_the_calendar(period, resets, now, begin, end):
    moments = [datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp() for written in (now, begin, end)]
    assert bounds(period, Resets(**resets), moments[0]) == (moments[1], moments[2])


def test_an_account_is_named_by_the_call_else_by_its_key():
    caller = Caller("sk-1", KeySpec(path="team/a/"))
    call = Call("POST", CHAT, headers={"x-path": "/team//b"})
    assert [account(call, caller, "x-path"), account(call, caller, ""), account(call, Caller("sk-2"), "")] == [
        "/team/b", "/team/a", "/",
    ]  # fmt: skip
    assert tidy(" a / b ") == "/a/b"


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [("/a/b", "/a", True), ("/a", "/a", True), ("/ab", "/a", False), ("/a", "/a/b", False), ("/a", "/", True)],
)
def test_what_is_on_an_account_is_on_those_above_it(inner, outer, expected):
    assert within(inner, outer) is expected


@pytest.fixture
def spend(ask):
    async def send(gateway, path="/team/a"):
        return await ask(gateway, "POST", CHAT, HI, **{"x-path": path})

    return send


HEADER = {"manners": {"account_header": "X-Path"}}


async def test_a_budget_that_is_used_up_refuses_until_its_period_ends(gw, spend):
    gateway = gw({**HEADER, "budgets": {"/team": {"daily": 0.00001}}})
    gateway.session().clock.advance(0.5)
    assert (await spend(gateway)).status == 200
    refused = await spend(gateway, "/team/b")
    error = msgspec.json.decode(refused.answer.body)["error"]
    assert (refused.status, error["type"], error["code"]) == (429, "insufficient_quota", "budget_exceeded")
    assert error["message"].startswith("budget exceeded for /team daily limit: spent 0.0")
    assert refused.answer.headers["retry-after"] == "86400"
    assert (await spend(gateway, "/other")).status == 200
    gateway.session().clock.advance(86_400)
    assert (await spend(gateway)).status == 200


async def test_what_answers_cost_is_what_is_spent_of_every_budget_above(gw, spend):
    gateway = gw({**HEADER, "budgets": {"/": {"monthly": "$5"}, "/team/a": {"hourly": "$1", "weekly": "$2"}}})
    costs = [(await spend(gateway, path)).cost for path in ("/team/a", "/team/a/x", "/elsewhere")]
    session = gateway.session()
    spent = {
        (budget.path, budget.period): session.spending.of(budget, session.clock.now()).amount
        for budget in session.policy.budgets.all
    }
    assert spent == {
        ("/", "monthly"): sum(costs),
        ("/team/a", "hourly"): sum(costs[:2]),
        ("/team/a", "weekly"): sum(costs[:2]),
    }


def test_a_period_that_there_is_not_is_refused_with_the_ones_there_are(gw):
    with pytest.raises(ScenarioError, match="hourly"):
        gw({"budgets": {"/": {"yearly": "$5"}}})
