import pytest

from mockgate.errors import ScenarioError
from mockgate.policy import Policy
from mockgate.scenario import load


def test_a_policy_tells_of_every_rule_and_fault_that_cannot_be_compiled_at_once():
    bad = {"matches": "("}
    scenario = load(
        {"rules": [{"when": {"user": bad}, "reply": "x"}], "faults": [{"when": {"user": bad}, "error": 500}]}
    )
    with pytest.raises(ScenarioError) as wrong:
        Policy(scenario)
    assert [problem.path for problem in wrong.value.problems] == [
        "rules[0].when.user.matches",
        "faults[0].when.user.matches",
    ]
