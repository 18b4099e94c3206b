import pytest


@pytest.fixture
async def asked(gw, say):
    gateway = gw(
        rules=[
            {"name": "joke", "when": {"user": "joke"}, "reply": "Ha."},
            {"name": "never", "when": {"user": "no"}, "reply": "x"},
        ],
        default_reply="echo",
        prices={"gpt-4o-mini": {"input": "$1"}},
    )
    for words in ("a joke", "a yoke"):
        await say(gateway, words)
    return gateway


async def test_verification_says_whether_and_why_not(asked, control):
    _, found = await control(asked, "POST /verify", {"when": {"user": "joke"}, "exactly": 1})
    assert (found["ok"], found["requests"]) == (True, [1])
    status, found = await control(asked, "POST /verify", {"when": {"user": "joke"}, "exactly": 2})
    assert (status, found["ok"]) == (200, False)
    assert "expected exactly 2" in found["message"]
    assert (await control(asked, "POST /verify", {"exactly": 1, "never": True}))[0] == 422
    assert (await control(asked, "POST /verify", {"when": {"user": {"matches": "("}}}))[0] == 422


async def test_what_was_missed_and_used_is_told(asked, control):
    (miss,) = (await control(asked, "GET /unmatched"))[1]["unmatched"]
    assert (miss["number"], miss["asked"]) == (2, "a yoke")
    assert "joke" in miss["nearest"][0]
    used = (await control(asked, "GET /coverage"))[1]
    assert used["rules"] == {"used": {'rules[0] "joke"': 1}, "never": ['rules[1] "never"']}
    assert used["endpoints"]["used"] == {"chat.create": 2}


async def test_the_client_is_judged(asked, control, say):
    assert (await control(asked, "GET /verdict"))[1] == {"ok": True, "requests": 2, "findings": []}
    await control(asked, "PATCH /scenario", {"rules": [{"error": 400}]})
    for _ in range(2):
        await say(asked, "same")
    _, found = await control(asked, "GET /verdict")
    assert [finding["kind"] for finding in found["findings"]] == ["refusal_retried"]
    assert (await control(asked, "GET /verdict?but=refusal_retried&complete=false"))[1]["ok"] is True
    assert (await control(asked, "GET /verdict?but=rudeness"))[0] == 422


async def test_usage_adds_up(asked, control):
    _, usage = await control(asked, "GET /usage")
    assert usage["by_status"] == {"200": 2}
    assert usage["cost"] == pytest.approx(usage["input_tokens"] / 1e6)
