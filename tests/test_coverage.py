import msgspec

from mockgate.coverage import coverage, unmatched
from mockgate.loader import Document
from mockgate.reading import convert
from mockgate.scenario import Rule

RULES = [
    {"name": "weather", "when": {"user": "weather"}, "reply": "Sunny."},
    {"when": {"user": "once"}, "reply": "Done.", "times": 1},
    {"name": "never", "when": {"user": "never", "stream": True}, "reply": "No."},
]


def covered(gateway):
    return coverage(gateway.session())


async def test_rules_and_endpoints_are_counted_also_beyond_what_the_journal_keeps(gw, ask, say):
    gateway = gw(rules=RULES, journal={"entries": 1})
    for words in ("weather", "weather", "once", "once"):
        await say(gateway, words)
    await ask(gateway, "GET", "/v1/models")
    found = covered(gateway)
    assert found.rules == {'rules[0] "weather"': 2, "rules[1]": 1, 'rules[2] "never"': 0}
    assert found.unused_rules == ['rules[2] "never"']
    assert {name: count for name, count in found.endpoints.items() if count} == {"chat.create": 4, "models.list": 1}
    assert "models.retrieve" in found.describe()["endpoints"]["never"]


async def test_faults_are_counted(gw, say):
    gateway = gw(faults=[{"error": 503, "first": 2}, {"name": "rare", "error": 500, "when": {"user": "never"}}])
    for _ in range(3):
        await say(gateway)
    found = covered(gateway)
    assert found.faults == {"faults[0]": 2, 'faults[1] "rare"': 0}
    assert found.unused_faults == ['faults[1] "rare"']


async def test_what_was_pushed_is_counted_too(gw, say):
    gateway = gw(rules=RULES)
    session, scenario = gateway.session(), gateway.scenario
    session.progress.pushed.push_rule(convert(Document({"reply": "Pushed.", "times": 1}), Rule), scenario)
    for _ in range(2):
        await say(gateway, "weather")
    assert list(covered(gateway).rules.values()) == [1, 1, 0, 0]


async def test_what_no_rule_matched_is_shown_with_the_nearest_rules(gw, say):
    gateway = gw(rules=RULES)
    for words in ("once", "once", "never"):
        await say(gateway, words)
    used_up, near_miss = unmatched(gateway.session())
    assert (used_up.number, used_up.asked, used_up.by) == (2, "once", "default: synthetic")
    assert used_up.nearest[0] == "rules[1]: used up: it has answered 1 time"
    assert near_miss.nearest[0] == 'rules[2] "never": stream: true is not false'


async def test_a_strict_scenarios_refusals_are_unmatched_and_a_scenario_without_rules_misses_nothing(gw, say):
    strict, free = gw(default_reply="error"), gw()
    for gateway in (strict, free):
        await say(gateway)
    assert [miss.by for miss in unmatched(strict.session())] == ["default: error"]
    assert unmatched(free.session()) == []


async def test_a_coverage_reads_as_a_short_report_and_as_plain_values(gw, say):
    gateway = gw(rules=RULES[::2])
    for words in ("weather", "Hello"):
        await say(gateway, words)
    found = covered(gateway)
    msgspec.json.encode(found.describe())
    used, *lines = str(found).splitlines()
    assert used.startswith("used: 1 of 2 rules, 0 of 0 faults, 1 of ")
    assert lines[0] == 'never used: rules[1] "never"'
    assert lines[1] == 'matched no rule: request 2, POST /v1/chat/completions: "Hello"'
    assert lines[2].strip() == 'rules[0] "weather": user.contains: "weather" is not in "Hello"'
