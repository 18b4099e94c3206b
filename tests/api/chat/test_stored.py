import msgspec
import pytest
from openai.pagination import SyncCursorPage
from openai.types.chat import ChatCompletion, ChatCompletionDeleted

from mockgate.records import Records

CHATS = "/v1/chat/completions"
RULES = {"rules": [{"reply": "Stored."}]}


@pytest.fixture
def gateway(gw):
    return gw(RULES)


@pytest.fixture
def fetch(ask):
    async def send(gateway, method, path, body=None, **headers):
        exchange = await ask(gateway, method, f"{CHATS}{path}", body, **headers)
        return exchange.answer.status, msgspec.json.decode(exchange.answer.body)

    return send


async def test_only_what_asked_to_be_stored_is_kept_and_it_is_what_was_answered(gateway, say, fetch):
    await say(gateway, "lost")
    said = await say(gateway, "kept", store=True, metadata={"a": "1"}, temperature=0.5)
    status, found = await fetch(gateway, "GET", f"/{said['id']}")
    assert status == 200
    assert said.items() <= found.items()
    assert (found["metadata"], found["temperature"]) == ({"a": "1"}, 0.5)
    ChatCompletion.model_validate(found)
    assert [item["id"] for item in (await fetch(gateway, "GET", ""))[1]["data"]] == [said["id"]]


async def test_a_streamed_completion_is_stored_under_the_id_of_its_chunks(gateway, stream, fetch):
    chunks = await stream(gateway, "kept", store=True)
    status, found = await fetch(gateway, "GET", f"/{chunks[0]['id']}")
    assert (status, found["choices"][0]["message"]["content"]) == (200, "Stored.")


async def test_identical_requests_are_stored_under_ids_of_their_own(gateway, say, fetch):
    ids = [(await say(gateway, "again", store=True))["id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(len(id) == len(ids[0]) and id.startswith("chatcmpl-") for id in ids)
    assert [item["id"] for item in (await fetch(gateway, "GET", "?order=asc"))[1]["data"]] == ids


async def test_the_list_goes_by_pages_order_model_and_metadata(gateway, say, fetch):
    for number in range(5):
        model = "gpt-4o" if number % 2 else "gpt-4o-mini"
        await say(gateway, str(number), store=True, model=model, metadata={"n": str(number), "all": "x"})

    async def numbers(query):
        _, listed = await fetch(gateway, "GET", f"?{query}")
        SyncCursorPage[ChatCompletion].model_validate(listed)
        return (
            "".join(item["metadata"]["n"] for item in listed["data"]),
            listed["has_more"],
            listed["last_id"],
        )

    assert (await numbers(""))[:2] == ("01234", False)
    assert (await numbers("order=desc"))[:2] == ("43210", False)
    shown, more, last = await numbers("limit=2")
    assert (shown, more) == ("01", True)
    assert (await numbers(f"limit=2&after={last}"))[0] == "23"
    assert (await numbers("model=gpt-4o"))[0] == "13"
    assert (await numbers("metadata[n]=2&metadata[all]=x"))[0] == "2"
    assert (await numbers("metadata%5Bn%5D=2"))[0] == "2"
    assert await numbers("model=o1") == ("", False, None)


async def test_metadata_is_replaced_by_an_update_and_nothing_else_is(gateway, say, fetch):
    said = await say(gateway, "kept", store=True, metadata={"a": "1"})
    status, updated = await fetch(gateway, "POST", f"/{said['id']}", {"metadata": {"b": "2"}})
    assert (status, updated["metadata"]) == (200, {"b": "2"})
    assert (await fetch(gateway, "GET", f"/{said['id']}"))[1] == updated
    assert {**updated, "metadata": 0} == {**(await fetch(gateway, "GET", ""))[1]["data"][0], "metadata": 0}
    assert (await fetch(gateway, "POST", f"/{said['id']}", {"metadata": None}))[1]["metadata"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": []},
        {"metadata": {"a": 1}},
        {"metadata": {"k" * 65: "v"}},
        {"metadata": {"k": "v" * 513}},
        {"metadata": {str(n): "v" for n in range(17)}},
        b"{",
    ],
)
async def test_an_update_that_says_nothing_sensible_is_refused_and_changes_nothing(gateway, say, fetch, body):
    said = await say(gateway, "kept", store=True, metadata={"a": "1"})
    status, refused = await fetch(gateway, "POST", f"/{said['id']}", body)
    assert (status, refused["error"]["type"]) == (400, "invalid_request_error")
    assert (await fetch(gateway, "GET", f"/{said['id']}"))[1]["metadata"] == {"a": "1"}


async def test_a_deleted_completion_is_gone(gateway, say, fetch):
    first, second = [await say(gateway, text, store=True) for text in ("a", "b")]
    status, gone = await fetch(gateway, "DELETE", f"/{first['id']}")
    assert (status, gone) == (200, {"object": "chat.completion.deleted", "id": first["id"], "deleted": True})
    ChatCompletionDeleted.model_validate(gone)
    for method in ("GET", "DELETE", "POST"):
        assert (await fetch(gateway, method, f"/{first['id']}", {"metadata": {}}))[0] == 404
    assert [item["id"] for item in (await fetch(gateway, "GET", ""))[1]["data"]] == [second["id"]]


async def test_the_messages_that_were_answered_are_listed_with_ids(gateway, say, fetch):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}], "name": "ann"},
    ]
    said = await say(gateway, store=True, messages=messages)
    _, listed = await fetch(gateway, "GET", f"/{said['id']}/messages?limit=1")
    (shown,) = listed["data"]
    assert (shown["role"], shown["content"], listed["has_more"]) == ("system", "Be brief.", True)
    _, rest = await fetch(gateway, "GET", f"/{said['id']}/messages?after={listed['last_id']}")
    assert (rest["data"][0]["name"], rest["has_more"]) == ("ann", False)


async def test_a_session_sees_only_its_own(gateway, say, fetch):
    said = await say(gateway, "kept", store=True)
    there = {"x_mockgate_session": "other"}
    assert (await fetch(gateway, "GET", f"/{said['id']}", **there))[0] == 404
    assert (await fetch(gateway, "GET", "", **there))[1]["data"] == []


@pytest.mark.parametrize("path", ["/chatcmpl-nothing", "/chatcmpl-nothing/messages"])
async def test_a_completion_that_is_not_stored_is_not_found(gateway, ask, path):
    exchange = await ask(gateway, "GET", f"{CHATS}{path}")
    assert exchange.answer.status == 404
    assert "chatcmpl-nothing" in exchange.error.message
    assert "store: true" in exchange.answer.headers["x-mockgate-hint"]


async def test_an_identical_request_is_stored_without_trying_every_id_before_it(gateway, say, monkeypatch):
    tried = []
    find = Records.find
    monkeypatch.setattr(Records, "find", lambda *asked: tried.append(asked[-1]) or find(*asked))
    ids = [(await say(gateway, "again", store=True))["id"] for _ in range(20)]
    assert len(set(ids)) == 20
    assert len(tried) == 20


async def test_completions_of_the_scenario_are_there_and_any_other_where_that_is_wanted(gw, ask):
    seed = {"id": "chatcmpl-1", "input": "My name is Ada.", "text": "Hello, Ada.", "metadata": {"topic": "names"}}
    gateway = gw(records={"completions": [seed]}, unknown_ids="synthesize")
    (listed,) = msgspec.json.decode((await ask(gateway, "GET", CHATS)).answer.body)["data"]
    assert (listed["id"], listed["choices"][0]["message"]["content"]) == ("chatcmpl-1", "Hello, Ada.")
    assert listed["metadata"] == {"topic": "names"}
    (said,) = msgspec.json.decode((await ask(gateway, "GET", f"{CHATS}/chatcmpl-1/messages")).answer.body)["data"]
    assert said["content"] == "My name is Ada."
    for _ in range(2):
        assert (await ask(gateway, "DELETE", f"{CHATS}/any-other")).status == 200
