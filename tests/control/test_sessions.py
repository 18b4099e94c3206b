import pytest

CHATS = "/v1/chat/completions"
HELLO = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}


async def test_a_session_is_made_with_a_key_that_its_requests_join_by(gw, control, ask):
    gateway = gw(rules=[{"replies": ["one", "two"]}], unknown_keys="refuse")
    status, made = await control(gateway, "POST /sessions")
    assert (status, made["name"], made["own_scenario"]) == (201, "session-1", False)
    assert made["key"].startswith("sk-session-")
    asked = await ask(gateway, "POST", CHATS, HELLO, authorization=f"Bearer {made['key']}")
    assert (asked.status, asked.session) == (200, "session-1")
    assert (await control(gateway, "GET /sessions/session-1"))[1]["usage"]["requests"] == 1
    assert gateway.session().totals.turns == 0


async def test_a_session_may_have_a_scenario_of_its_own(gw, control):
    gateway = gw(rules=[{"reply": "all"}])
    scenario = {"rules": [{"reply": "mine"}], "pace": "instant"}
    made = (await control(gateway, "POST /sessions", {"name": "a b", "key": "sk-ab", "scenario": scenario}))[1]
    assert (made["name"], made["key"], made["own_scenario"]) == ("a b", "sk-ab", True)
    assert (await control(gateway, "GET /sessions/a%20b"))[1]["key"] == "sk-ab"
    await control(gateway, "PUT /scenario", {"rules": [{"reply": "new"}]})
    assert gateway.session("a b").policy.scenario.rules[0].reply == "mine"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "taken"}, 409),
        ({"key": "sk-taken"}, 409),
        ({"name": ""}, 422),
        ({"name": " x"}, 422),
        ({"name": "zwölf"}, 422),
        ({"key": "sk a\n"}, 422),
        ({"scenario": {"rulse": []}}, 422),
        ({"scenario": {"rules": [{"reply": "{{ oops"}]}}, 422),
        ({"nmae": "x"}, 422),
    ],
)
async def test_a_session_that_cannot_be_is_not_made(gw, control, body, status):
    gateway = gw()
    await control(gateway, "POST /sessions", {"name": "taken", "key": "sk-taken"})
    before = {*gateway.sessions}
    assert (await control(gateway, "POST /sessions", body))[0] == status
    assert {*gateway.sessions} == before


async def test_a_reset_forgets_what_was_counted_and_keeps_key_and_scenario(gw, control, ask):
    gateway = gw()
    scenario = {"rules": [{"replies": ["one", "two"]}], "pace": "instant"}
    key = (await control(gateway, "POST /sessions", {"name": "mine", "scenario": scenario}))[1]["key"]
    for line in ("POST /sessions/mine/reset", "POST /reset?session=mine"):
        asked = await ask(gateway, "POST", CHATS, HELLO, authorization=f"Bearer {key}")
        assert b"one" in asked.answer.body
        status, after = await control(gateway, line)
        assert (status, after["key"], after["own_scenario"], after["usage"]["requests"]) == (200, key, True, 0)


async def test_a_session_that_is_dropped_is_gone_and_its_key_leads_nowhere(gw, control, ask):
    gateway = gw()
    key = (await control(gateway, "POST /sessions", {"name": "mine"}))[1]["key"]
    assert (await control(gateway, "DELETE /sessions/mine"))[1] == {"dropped": "mine"}
    assert (await ask(gateway, "GET", "/health", authorization=f"Bearer {key}")).session == "default"
    for line in ("GET /sessions/mine", "DELETE /sessions/mine", "POST /sessions/mine/reset"):
        status, answer = await control(gateway, line)
        assert status == 404
        assert "default" in answer["error"]["hint"]
    names = [session["name"] for session in (await control(gateway, "GET /sessions"))[1]["sessions"]]
    assert names == ["default"]
