import msgspec
import pytest

PATH = "/v1/conversations"
HI = {"type": "message", "role": "user", "content": "Hi"}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def begin(ask):
    """Begin a conversation and return its body."""

    async def send(gateway, **body):
        return decoded(await ask(gateway, "POST", PATH, body))

    return send


@pytest.fixture
def items(ask):
    """List the texts of a conversation's items, oldest first."""

    async def send(gateway, id):
        found = decoded(await ask(gateway, "GET", f"{PATH}/{id}/items?order=asc&limit=100"))
        return [item["content"][0]["text"] for item in found["data"]]

    return send


async def test_a_conversation_is_made_changed_and_deleted(gw, ask, begin):
    gateway = gw()
    made = await begin(gateway, metadata={"a": "1"})
    path = f"{PATH}/{made['id']}"
    assert made == {"id": made["id"], "object": "conversation", "created_at": 1_735_689_600, "metadata": {"a": "1"}}
    assert decoded(await ask(gateway, "POST", path, {"metadata": {"b": "2"}}))["metadata"] == {"b": "2"}
    assert decoded(await ask(gateway, "GET", path))["metadata"] == {"b": "2"}
    assert decoded(await ask(gateway, "DELETE", path)) == {
        "id": made["id"],
        "object": "conversation.deleted",
        "deleted": True,
    }
    assert (await ask(gateway, "GET", path)).status == 404
    assert (await ask(gateway, "POST", f"{path}/items", {"items": [HI]})).status == 404


async def test_items_are_added_listed_read_and_deleted(gw, ask, begin, items):
    gateway = gw()
    id = (await begin(gateway, items=[HI]))["id"]
    added = decoded(await ask(gateway, "POST", f"{PATH}/{id}/items", {"items": [{**HI, "content": "Ho"}]}))
    item = added["data"][0]
    assert (added["first_id"], item["status"], item["content"][0]["type"]) == (item["id"], "completed", "input_text")
    assert await items(gateway, id) == ["Hi", "Ho"]
    assert decoded(await ask(gateway, "GET", f"{PATH}/{id}/items/{item['id']}")) == item
    assert decoded(await ask(gateway, "DELETE", f"{PATH}/{id}/items/{item['id']}"))["object"] == "conversation"
    assert await items(gateway, id) == ["Hi"]
    assert (await ask(gateway, "GET", f"{PATH}/{id}/items/{item['id']}")).status == 404


async def test_responses_go_on_with_a_conversation(gw, ask, begin, items):
    gateway = gw(rules=[{"when": {"message": "my name is Ada"}, "reply": "Ada."}, {"reply": "Who?"}])
    id = (await begin(gateway, items=[{**HI, "content": "my name is Ada"}]))["id"]
    body = {"model": "gpt-4o", "input": "What is my name?", "conversation": id}
    told = decoded(await ask(gateway, "POST", "/v1/responses", body))
    assert (told["conversation"], told["output"][0]["content"][0]["text"]) == ({"id": id}, "Ada.")
    assert await items(gateway, id) == ["my name is Ada", "What is my name?", "Ada."]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("", {"items": [HI] * 21}, "items"),
        ("", {"metadata": {"k": 1}}, "metadata.k"),
        ("", {"items": [{"type": "message"}]}, "input[0].role"),
        ("/{id}", {}, "metadata"),
        ("/{id}/items", {}, "items"),
    ],
)
async def test_wrong_bodies_are_refused_and_change_nothing(gw, ask, begin, items, path, body, param):
    gateway = gw()
    id = (await begin(gateway, items=[HI]))["id"]
    refused = await ask(gateway, "POST", PATH + path.format(id=id), body)
    assert (refused.status, decoded(refused)["error"]["param"]) == (400, param)
    assert await items(gateway, id) == ["Hi"]


async def test_a_conversation_may_begin_with_nothing(gw, ask):
    assert decoded(await ask(gw(), "POST", PATH))["metadata"] == {}
