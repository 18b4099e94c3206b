import pytest

from mockgate.errors import ScenarioError
from mockgate.progress import Progress
from mockgate.scenario import Fault, Rule, Scenario, When, Words


async def test_a_pushed_rule_answers_before_the_scenarios_and_the_newest_first_until_it_is_used_up(gw, say):
    gateway = gw(rules=[{"reply": "scripted"}])
    pushed = gateway.session().progress.pushed
    pushed.push_rule(Rule(reply="always"), gateway.scenario)
    pushed.push_rule(Rule(reply="once", times=1), gateway.scenario)

    async def said():
        return (await say(gateway))["choices"][0]["message"]["content"]

    assert [await said(), await said()] == ["once", "always"]
    assert [pushed.remove("rule_1"), pushed.remove("rule_1")] == [True, False]
    assert await said() == "scripted"


async def test_a_pushed_fault_strikes_only_its_session_and_is_gone_once_removed(gw, ask):
    gateway = gw()
    pushed = gateway.session("a").progress.pushed
    fault = pushed.push_fault(Fault(error=503), 0, 0.0)

    async def status(session):
        return (await ask(gateway, "GET", "/v1/models", x_mockgate_session=session)).status

    assert [await status("a"), await status("b")] == [503, 200]
    pushed.remove(fault.id)
    assert await status("a") == 200


def test_what_cannot_be_compiled_is_not_pushed():
    progress, bad = Progress(), When(user=Words(matches="("))
    with pytest.raises(ScenarioError, match=r"rule_1\[0\].when.user.matches"):
        progress.pushed.push_rule(Rule(when=bad, reply="x"), Scenario())
    with pytest.raises(ScenarioError, match=r"fault_2.when.user.matches"):
        progress.pushed.push_fault(Fault(when=bad, error=500), 0, 0.0)
    assert (progress.pushed.rules, progress.pushed.faults) == ([], [])


async def test_sequences_begin_anew_but_what_was_pushed_stays(gw, say):
    gateway = gw(rules=[{"replies": ["one", "two"]}])
    progress = gateway.session().progress
    await say(gateway)
    progress.pushed.push_rule(Rule(when=When(user="ping"), reply="pong"), gateway.scenario)
    progress.begin_anew()
    assert [(await say(gateway, text))["choices"][0]["message"]["content"] for text in ("ping", "Hi")] == [
        "pong",
        "one",
    ]
