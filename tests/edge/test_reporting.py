from mockgate.edge.reporting import report


async def test_a_report_has_sums_coverage_and_verdict_of_every_session_that_was_asked_something(gw, ask, say):
    rules = [{"when": {"user": "hello"}, "reply": "one two"}, {"name": "never", "when": {"user": "x"}, "error": 500}]
    gateway = gw(rules=rules, prices={"gpt-4o-mini": {"output": "$1000"}})
    assert report(gateway) == "nothing was asked"
    gateway.session("idle")
    await say(gateway, "hello")
    await ask(gateway, "GET", "/nowhere", x_mockgate_session="lost")
    first, second = report(gateway).split("session lost:\n")
    assert first.startswith("report:\n1 request (200: 1), 8+2 tokens, $0.002\nused: 1 of 2 rules, 0 of 0 faults, 1 of ")
    assert 'never used: rules[1] "never"\n' in first
    assert first.endswith("The client behaved: nothing to complain about in 1 request.\n")
    assert second.startswith("1 request (404: 1), 0+0 tokens, $0.00\n")
