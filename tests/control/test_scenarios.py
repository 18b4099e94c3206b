import pytest

from mockgate.amending import merged
from mockgate.edge import boot


async def said(say, gateway, words="hello"):
    return (await say(gateway, words))["choices"][0]["message"]["content"]


async def test_a_scenario_is_replaced_for_everyone_without_one_of_their_own(gw, control, say):
    gateway = gw(rules=[{"reply": "old"}])
    await control(gateway, "PUT /scenario?session=own", {"rules": [{"reply": "own"}]})
    gateway.session("other")
    status, shown = await control(gateway, "PUT /scenario", {"rules": [{"reply": "new"}], "pace": "instant"})
    assert (status, shown["rules"]) == (200, [{"reply": "new"}])
    assert await said(say, gateway) == "new"
    for name, expected in (("own", "own"), ("other", "new")):
        rules = (await control(gateway, f"GET /scenario?session={name}"))[1]["rules"]
        assert rules == [{"reply": expected}]


async def test_a_scenario_may_be_sent_as_yaml_and_its_problems_have_places(gw, control):
    yaml = b"rules:\n  - when: {user: {matches: '('}}\n    reply: x\n"
    status, answer = await control(gw(), "PUT /scenario", yaml, content_type="application/yaml")
    assert status == 422
    assert answer["error"]["problems"][0]["place"].startswith("<body>:2:")


@pytest.mark.parametrize(
    ("line", "body", "path"),
    [
        ("PUT", {"rules": [{"reply": "x", "times": -1}]}, "rules[0].times"),
        ("PUT", {"rules": [{"reply": "{{ oops"}]}, "rules[0].reply"),
        ("PUT", {"limits": {"requests": "-5/min"}}, "limits.requests"),
        ("PUT", {"limits": {"requests": "5/fortnight"}}, "limits.requests"),
        ("PUT", {"prices": {"gtp-4o": {"input": 1}}}, "prices.gtp-4o"),
        ("PUT", {"incident": {"phases": [{"phase": "a"}, {"phase": "b"}]}}, "incident.phases[0]"),
        ("PATCH", {"seed": "many"}, "seed"),
        ("PATCH", {"faults": ["flakey"]}, "faults[0]"),
        ("PATCH", {"gateway": "openia"}, "gateway"),
        ("PATCH", {"extends": "demo-shop"}, "extends"),
    ],
)
async def test_a_wrong_scenario_changes_nothing(gw, control, say, line, body, path):
    gateway = gw(rules=[{"replies": ["one", "two"]}])
    assert await said(say, gateway) == "one"
    before = (await control(gateway, "GET /scenario"))[1]
    status, answer = await control(gateway, f"{line} /scenario", body)
    assert status == 422
    assert path in [problem["path"] for problem in answer["error"]["problems"]]
    assert (await control(gateway, "GET /scenario"))[1] == before
    assert await said(say, gateway) == "two", "its place in every sequence stays, too"


async def test_an_empty_body_replaces_nothing(gw, control):
    assert (await control(gw(), "PUT /scenario"))[0] == 400


async def test_a_patch_changes_what_it_names_and_null_takes_away(gw, control, say):
    gateway = gw(rules=[{"reply": "old"}], headers={"x-a": "1", "x-b": "2"}, limits={"requests": "5/min"})
    patch = {"headers": {"x-a": None, "x-c": "3"}, "limits": None, "rules": [{"reply": "new"}]}
    status, shown = await control(gateway, "PATCH /scenario", patch)
    assert status == 200
    assert shown["headers"] == {"openai-version": "2020-10-01", "x-b": "2", "x-c": "3"}
    assert "limits" not in shown
    assert await said(say, gateway) == "new"


def test_what_a_patch_says_stands_first_as_the_first_that_fits_wins():
    assert [*merged({"gpt-*": 1, "o1": 2}, {"gpt-4o": 3, "o1": None})] == ["gpt-4o", "gpt-*"]
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": {"e": None}}}) == {"a": {"d": {}, "c": 2}}
    assert merged({"a": [1, 2]}, {"a": [3]}) == {"a": [3]}


async def test_what_is_shown_can_be_put_again_and_is_the_same(control, tmp_path):
    (tmp_path / "base.yaml").write_text("rules: [{reply: base}]\nfaults: flaky\nexamples: [{user: x, expect: {}}]\n")
    (tmp_path / "s.yaml").write_text("extends: base.yaml\nrules: [{name: own, when: {user: hi}, reply: own}]\n")
    gateway = boot.build(tmp_path / "s.yaml", {"seed": 7, "faults": ["slow"]})
    shown = (await control(gateway, "GET /scenario"))[1]
    assert [rule["reply"] for rule in shown["rules"]] == ["own", "base"]
    assert shown["faults"] == ["slow", "flaky"]
    assert (await control(gateway, "PUT /scenario", shown)) == (200, shown)


async def test_options_of_the_command_line_win_over_a_scenario_that_is_put_but_not_over_a_patch(control):
    gateway = boot.build({}, {"seed": 7, "faults": ["slow"]})
    shown = (await control(gateway, "PUT /scenario", {"seed": 1, "faults": {"error": 503}}))[1]
    assert (shown["seed"], shown["faults"]) == (7, ["slow", {"error": 503}])
    shown = (await control(gateway, "PATCH /scenario", {"seed": 1, "faults": []}))[1]
    assert (shown["seed"], shown["faults"]) == (1, [])
