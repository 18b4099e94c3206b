from mockgate.layers import of_values
from mockgate.reading import convert
from mockgate.scenario import Fault

CHATS = "/v1/chat/completions"


async def said(say, gateway):
    return (await say(gateway))["choices"][0]["message"]["content"]


async def test_a_pushed_rule_answers_first_as_often_as_it_may_and_is_counted(gw, control, say):
    gateway = gw(rules=[{"name": "own", "reply": "scenario"}])
    status, pushed = await control(gateway, "POST /rules", {"reply": "pushed", "times": 1})
    assert (status, pushed["id"], pushed["answered"]) == (201, "rule_1", 0)
    assert [await said(say, gateway) for _ in range(3)] == ["pushed", "scenario", "scenario"]
    first, own = (await control(gateway, "GET /rules"))[1]["rules"]
    assert first == {
        "id": "rule_1",
        "label": "rule_1[0]",
        "answered": 1,
        "rule": {"reply": "pushed", "times": 1},
    }
    assert (own["id"], own["label"], own["answered"]) == (None, 'rules[0] "own"', 2)


async def test_a_pushed_fault_strikes_and_is_counted_beside_those_of_the_scenario(gw, control, say):
    gateway = gw(rules=[{"reply": "Hi"}], faults=[{"name": "rare", "error": 500, "first": 1, "when": {"user": "no"}}])
    await control(gateway, "POST /faults", {"error": 503, "times": 1, "retry_after": "2s"})
    assert (await say(gateway))["error"]["code"] == "service_unavailable"
    assert await said(say, gateway) == "Hi"
    faults = (await control(gateway, "GET /faults"))[1]["faults"]
    assert [(fault["id"], fault["label"], fault["struck"]) for fault in faults] == [
        ("fault_1", "fault_1", 1),
        (None, 'faults[0] "rare"', 0),
    ]


async def test_what_was_pushed_is_shown_so_that_it_can_be_pushed_again(gw, control):
    gateway = gw()
    fault = {"error": 503, "chance": "5%", "after": "10 tokens", "lasts": "1m", "when": {"stream": True}}
    shown = (await control(gateway, "POST /faults", fault))[1]["fault"]
    assert convert(of_values(shown), Fault) == convert(of_values(fault), Fault)


async def test_what_was_pushed_is_taken_away_one_by_one_or_at_once(gw, control, say):
    gateway = gw(rules=[{"reply": "scenario"}])
    for number in range(3):
        await control(gateway, "POST /rules", {"reply": str(number)})
    await control(gateway, "POST /faults", {"error": 503, "when": {"user": "never"}})
    assert (await control(gateway, "DELETE /rules/rule_3"))[1] == {"removed": ["rule_3"]}
    assert await said(say, gateway) == "1"
    assert (await control(gateway, "DELETE /rules"))[1] == {"removed": ["rule_2", "rule_1"]}
    assert await said(say, gateway) == "scenario"
    assert len((await control(gateway, "GET /faults"))[1]["faults"]) == 1
    assert (await control(gateway, "DELETE /faults/fault_4"))[0] == 200


async def test_what_was_never_pushed_cannot_be_taken_away(gw, control):
    gateway = gw(rules=[{"reply": "x"}])
    await control(gateway, "POST /faults", {"error": 503})
    for line in ("DELETE /rules/rules[0]", "DELETE /rules/fault_1", "DELETE /faults/fault_9"):
        assert (await control(gateway, line))[0] == 404
    assert "fault_1" in (await control(gateway, "DELETE /faults/x"))[1]["error"]["hint"]
