import pytest

from mockgate.keys import key_id

SCENARIO = {
    "rules": [{"reply": "Hi"}],
    "keys": {"sk-alice": {"owner": "Alice", "balance": "$1", "limits": {"requests": "10/min"}, "models": ["gpt-4o*"]}},
    "prices": {"gpt-4o-mini": {"output": "$1000"}},
}
ALICE = key_id("sk-alice")


async def listed(control, gateway):
    return {key["id"]: key for key in (await control(gateway, "GET /keys"))[1]["keys"]}


async def test_keys_are_listed_with_how_they_stand_and_those_that_are_nobodys_are_masked(gw, control, ask):
    gateway = gw(SCENARIO)
    chat = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
    for key in ("sk-alice", "sk-stranger-0123456789"):
        await ask(gateway, "POST", "/v1/chat/completions", chat, authorization=f"Bearer {key}")
    keys = await listed(control, gateway)
    alice = keys[ALICE]
    assert (alice["key"], alice["listed"], alice["owner"], alice["models"]) == ("sk-alice", True, "Alice", ["gpt-4o*"])
    assert (alice["balance"], alice["spent"]) == (0.999, 0.001)
    assert [(limit["measure"], limit["amount"], limit["left"], limit["full_in"]) for limit in alice["limits"]] == [
        ("requests", 10, 9, pytest.approx(6))
    ]
    stranger = keys[key_id("sk-stranger-0123456789")]
    assert (stranger["listed"], stranger["balance"], stranger["spent"]) == (False, None, 0.001)
    assert "stranger-0123" not in stranger["key"]


async def test_a_key_is_made_changed_and_deleted_by_way_of_the_scenario(gw, control, ask):
    gateway = gw(SCENARIO, unknown_keys="refuse")
    status, made = await control(gateway, "POST /keys", {"owner": "Bob", "balance": "$2"})
    assert (status, made["owner"], made["balance"]) == (201, "Bob", 2)
    bearer = {"authorization": f"Bearer {made['key']}"}
    assert (await ask(gateway, "GET", "/v1/models", **bearer)).status == 200
    assert (await control(gateway, f"PATCH /keys/{made['id']}", {"disabled": True}))[1]["disabled"] is True
    assert (await ask(gateway, "GET", "/v1/models", **bearer)).status == 401
    assert (await control(gateway, f"DELETE /keys/{made['id']}"))[1] == {"deleted": made["id"]}
    assert [*gateway.scenario.keys] == ["sk-alice"]


@pytest.mark.parametrize(
    ("line", "body", "status"),
    [
        ("POST /keys", {"key": "sk-alice"}, 409),
        ("POST /keys", {"key": 5}, 422),
        ("POST /keys", {"key": "sk-b", "balance": "-1"}, 422),
        ("POST /keys", {"key": "sk-b", "group": "none"}, 422),
        ("PATCH /keys/sk-alice", {"limits": {"requests": "0/min"}}, 422),
        ("PATCH /keys/key_unknown", {}, 404),
        ("DELETE /keys/sk-b", None, 404),
        ("POST /keys/sk-b/top-up", {"amount": 1}, 404),
        ("POST /keys/sk-alice/top-up", {}, 422),
        ("POST /keys/sk-alice/top-up", {"amount": 0}, 422),
        ("POST /keys/sk-alice/refund", {"amount": "-$1"}, 422),
    ],
)
async def test_what_is_wrong_with_a_key_changes_nothing(gw, control, line, body, status):
    gateway = gw(SCENARIO)
    before = await listed(control, gateway)
    assert (await control(gateway, line, body))[0] == status
    assert await listed(control, gateway) == before


async def test_money_is_added_given_back_and_remembered(gw, control, ask):
    gateway = gw(SCENARIO)
    chat = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
    await ask(gateway, "POST", "/v1/chat/completions", chat, authorization="Bearer sk-alice")
    moved = (await control(gateway, f"POST /keys/{ALICE}/top-up", {"amount": "$0.50", "note": "gift"}))[1]
    assert (moved["amount"], moved["balance"]) == (0.5, 1.499)
    await control(gateway, f"POST /keys/{ALICE}/refund", {"amount": 0.001})
    history = (await control(gateway, f"GET /keys/{ALICE}/history"))[1]["history"]
    assert [(move["kind"], move["amount"], move["balance"]) for move in history] == [
        ("debit", -0.001, 0.999),
        ("top_up", 0.5, 1.499),
        ("refund", 0.001, 1.5),
    ]
    assert history[1]["note"] == "gift"
    assert (await control(gateway, f"GET /keys/{ALICE}"))[1]["spent"] == 0


async def test_a_key_of_one_session_is_no_key_of_others(gw, control):
    gateway = gw(SCENARIO)
    await control(gateway, "POST /keys?session=mine", {"key": "sk-bob"})
    assert key_id("sk-bob") not in await listed(control, gateway)
    assert "sk-bob" in gateway.session("mine").policy.scenario.keys
