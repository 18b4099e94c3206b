import pytest

RULE = {"when": {"user": "hello"}, "reply": "Hi"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "told"),
    [
        (b"{", {}, 400, "not JSON"),
        (b"[1]", {}, 422, "must be a mapping"),
        (b"", {}, 422, "has no answer"),
        (b"\xff: x", {"content_type": "application/yaml"}, 400, "UTF-8"),
        (b"reply: [", {"content_type": "application/yaml"}, 422, "<body>:2:1: "),
        ({"reply": "x", "whne": {}}, {}, 422, "whne: is an unknown key"),
        ({"reply": "x", "when": {"user": {"matches": "("}}}, {}, 422, "when.user.matches: "),
        ({"reply": "x", "pace": "warp"}, {}, 422, "pace: names no pace"),
    ],
)
async def test_a_wrong_body_is_told_what_would_be_right_and_changes_nothing(gw, control, body, headers, status, told):
    gateway = gw()
    found, answer = await control(gateway, "POST /rules", body, **headers)
    assert found == status
    assert told in answer["error"]["message"]
    assert (await control(gateway, "GET /rules"))[1] == {"rules": []}


async def test_every_problem_has_its_path_and_a_suggestion(gw, control):
    _, answer = await control(gw(), "POST /faults", {"error": 503, "chnace": "5%", "times": 0})
    problems = answer["error"]["problems"]
    assert [problem["path"] for problem in problems] == ["chnace", "times"]
    assert problems[0]["suggestion"] == "Did you mean `chance`?"
    assert answer["error"]["message"].startswith("2 problems, the first: chnace")


async def test_a_body_may_be_yaml(gw, control, say):
    gateway = gw()
    yaml = b"when: {user: hello}\nreply: Hi\n"
    assert (await control(gateway, "POST /rules", yaml, content_type="application/yaml"))[0] == 201
    assert (await say(gateway, "hello"))["choices"][0]["message"]["content"] == "Hi"


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("POST /rules?session=mine", {}),
        ("POST /rules", {"x_mockgate_session": "mine"}),
        ("POST /rules?session=mine", {"x_mockgate_session": "other"}),
        ("POST /rules", {"authorization": "Bearer sk-mine"}),
    ],
)
async def test_a_session_is_named_by_query_header_or_key(gw, control, line, headers):
    gateway = gw()
    gateway.join("sk-mine", "mine")
    await control(gateway, line, RULE, **headers)
    assert len(gateway.session("mine").progress.pushed.rules) == 1
    assert not gateway.session().progress.pushed.rules


@pytest.mark.parametrize(("line", "status"), [("GET /nowhere", 404), ("PATCH /clock", 405), ("GET /requests/9", 404)])
async def test_what_is_not_there_is_told_in_the_same_words_of_its_own(gw, control, line, status):
    found, answer = await control(gw(), line)
    assert found == status
    assert set(answer["error"]) == {"message", "hint", "problems"}
    assert answer["error"]["hint"]


async def test_control_calls_leave_no_trace_and_no_fault_or_limit_strikes_them(gw, control):
    gateway = gw(faults=[{"error": 503}], limits={"requests": "1/min"}, auth={"anonymous": False})
    for _ in range(3):
        assert (await control(gateway, "GET /requests", authorization=""))[1]["requests"] == []
    assert not gateway.session().totals.calls


async def test_without_a_control_api_there_is_nothing(gw, control):
    gateway = gw()
    gateway.control = None
    status, answer = await control(gateway, "GET ")
    assert status == 404
    assert "Invalid URL" in answer["error"]["message"]


async def test_the_words_of_a_query_are_checked_like_a_body(gw, control):
    status, answer = await control(gw(), "GET /requests?limit=many&statsu=200")
    assert status == 422
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["limit", "statsu"]
