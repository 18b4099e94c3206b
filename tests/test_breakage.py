import pytest

from mockgate.errors import ScenarioError
from mockgate.scenario import load


@pytest.mark.parametrize(
    ("scenario", "problem"),
    [
        ({"faults": "flakey"}, 'faults: names no preset of faults: "flakey". Did you mean "flaky"?'),
        ({"faults": ["flaky", "down"]}, 'faults[1]: names no preset of faults: "down". There are brown-out, flaky'),
        ({"faults": [{}]}, "faults[0]: does nothing. Give an `error`"),
        ({"faults": [{"error": 500, "do": "slow"}]}, "faults[0]: has `error` and `do` at once"),
        ({"faults": [{"do": "explode"}]}, "faults[0].do: must be"),
        ({"faults": [{"error": 200}]}, "faults[0].error: must be at least 400"),
        (
            {"faults": [{"do": "slow", "rate": "1KB"}]},
            "faults[0].rate: does not go with `do: slow`. It goes with bandwidth.",
        ),
        ({"faults": [{"do": "slow", "message": "x"}]}, "faults[0].message: goes with an `error`"),
        ({"faults": [{"error": 500, "reset": True}]}, "faults[0].reset: does not go with an error"),
        ({"faults": [{"error": 500, "body": "html", "after": "1 token"}]}, "cannot come in the middle"),
        (
            {"faults": [{"error": 502, "body": "html", "message": "x"}]},
            "faults[0].message: is said nowhere: the body is html. Leave `message` or `body` out.",
        ),
        ({"faults": [{"error": 500, "lasts": 0}]}, "faults[0].lasts: is over before it begins"),
        ({"faults": [{"do": "bandwidth", "rate": 0}]}, "faults[0].rate: lets nothing through"),
        ({"faults": [{"do": "huge", "size": "1GB"}]}, "faults[0].size: is more than 100,000,000 bytes"),
        ({"faults": [{"do": "stall", "after": "10 words"}]}, "is no place in an answer"),
        ({"faults": [{"do": "slow", "by": "-1s"}]}, "faults[0].by: is not a duration"),
        ({"faults": [{"error": 500, "chance": "200%"}]}, "faults[0].chance: is out of range"),
        ({"faults": [{"error": 500, "first": 0}]}, "faults[0].first: must be at least 1"),
        ({"faults": [{"error": 500, "headers": {"a b": "c"}}]}, "is no name for a header"),
        ({"incident": {"phases": []}}, "incident.phases: is an empty list"),
        (
            {"incident": {"phases": [{"phase": "down"}, {"phase": "up"}]}},
            'incident.phases[0]: never ends: the phases after "down" would never come. Say how long it `lasts`',
        ),
        ({"incident": {"phases": [{"phase": "down"}], "repeat": True}}, "never ends"),
        ({"incident": {"phases": [{"phase": "down", "lasts": 0}]}}, "is over before it begins"),
        (
            {"incident": {"phases": [{"phase": "down", "faults": "downn"}]}},
            "incident.phases[0].faults: names no preset",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(scenario, problem):
    with pytest.raises(ScenarioError) as wrong:
        load(scenario)
    assert problem in str(wrong.value)


def test_the_last_phase_may_last_for_ever():
    assert load(
        {"incident": {"phases": [{"phase": "ok", "lasts": "1s"}, {"phase": "down", "faults": "slow"}]}}
    ).incident
