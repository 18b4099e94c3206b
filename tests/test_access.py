"""What a scenario says of callers, as its author meets it: every mistake with what would be right."""

import pytest

from mockgate.errors import ScenarioError
from mockgate.scenario import load


@pytest.mark.parametrize(
    ("scenario", "path", "words"),
    [
        ({"keys": {"a": {"limits": {"requests": "-5/min"}}}}, "keys.a.limits.requests", 'write it like "60/min"'),
        ({"limits": {"tokens": "5/fortnight"}}, "limits.tokens", "units: s, min, h, day"),
        ({"limits": {"tokens": 100}}, "limits.tokens", 'write it like "60/min"'),
        ({"limits": {"rpm": "5/min"}}, "limits.rpm", "Did you mean `requests`"),
        ({"limits": {"concurrency": 0}}, "limits.concurrency", "at least 1"),
        ({"limits": {"concurrency": 10**30}}, "limits.concurrency", "1e+09|at most|cannot be"),
        ({"limits": [{"per": "key"}]}, "limits[0]", "limits nothing. Give requests, tokens"),
        ({"limits": {"requests": "1/s", "per": []}}, "limits.per", "Say `all`"),
        ({"limits": {"requests": "1/s", "per": "user"}}, "limits.per", '"key", "model", "group" or "all"'),
        ({"limits": {"requests": "1/s", "models": []}}, "limits.models", "fits no model at all"),
        ({"groups": {"g": {"models": []}}}, "groups.g.models", "Leave it out for all models"),
        ({"keys": {"a": {"models": []}}}, "keys.a.models", "Leave it out for all models"),
        ({"keys": {"a": {"group": "teem"}}, "groups": {"team": {}}}, "keys.a.group", 'Did you mean "team"?'),
        ({"keys": {"a": {"group": "team"}}}, "keys.a.group", "Describe it under `groups`"),
        ({"keys": {"a": {"expires": "soon"}}}, "keys.a.expires", 'write it like "2026-01-31"'),
        ({"keys": {"a": {"credits": 5}}}, "keys.a.credits", "Did you mean `balance`?"),
        ({"keys": {"a": {"balance": -3}}}, "keys.a.balance", "0 is the least"),
        ({"wallet": {"balance": "5 EUR"}}, "wallet.balance", 'write it like "$5.00"'),
        ({"wallet": {"when_empty": "stop"}}, "wallet.when_empty", '"finish" or "cut"'),
        ({"prices": {"gtp-4o": {"input": 1}}}, "prices.gtp-4o", 'no model on offer: "gtp-4o". Did you mean "gpt-4o"?'),
        ({"prices": {"o3": {"inputs": 1}}}, "prices.o3.inputs", "Did you mean `input`?"),
    ],
)
def test_a_mistake_about_callers_is_told_at_its_place_with_what_would_be_right(scenario, path, words):
    with pytest.raises(ScenarioError) as refused:
        load(scenario)
    (problem,) = refused.value.problems
    assert path in problem.path
    assert any(each in str(problem) for each in words.split("|"))


def test_models_that_are_not_on_offer_may_have_prices_where_any_model_is_accepted():
    scenario = load({"unknown_models": "accept", "prices": {"house-model": {"input": 1}}})
    assert next(iter(scenario.prices)) == "house-model"


def test_a_layers_prices_stand_before_those_below_it_and_keep_what_they_leave_unsaid():
    scenario = load({"prices": {"gpt-4o*": {"output": 1}, "*": {"input": 2}}})
    assert list(scenario.prices)[:2] == ["gpt-4o*", "*"]
    assert scenario.prices["gpt-4o*"].input == 2.5
