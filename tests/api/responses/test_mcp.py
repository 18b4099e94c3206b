import msgspec
import pytest

PATH = "/v1/responses"
RULE = {"when": {"user": "docs"}, "reply": [{"call": "mcp", "with": {"query": "x"}}]}


@pytest.fixture
def respond(gw, ask):
    """Ask for a response that calls a server's tool, with these settings of the tool; return its status and body."""
    gateway = gw(rules=[RULE])

    async def send(asked="Ask the docs.", previous=None, **server):
        tool = {"type": "mcp", "server_label": "docs", "server_url": "https://example.com", **server}
        body = {"model": "gpt-4o", "input": asked, "tools": [tool], "previous_response_id": previous}
        exchange = await ask(gateway, "POST", PATH, body)
        return exchange.status, msgspec.json.decode(exchange.answer.body)

    return send


def kinds(response):
    return [item["type"] for item in response["output"]]


def answer(question, approve, id=None):
    return [{"type": "mcp_approval_response", "approval_request_id": id or question["id"], "approve": approve}]


async def test_a_call_waits_until_it_is_allowed_and_then_is_made(respond):
    _, first = await respond()
    assert kinds(first) == ["mcp_list_tools", "mcp_approval_request"]
    question = first["output"][1]
    _, second = await respond(answer(question, approve=True), first["id"])
    assert kinds(second) == ["mcp_call"], "what the server offers is known by now"
    assert second["output"][0]["approval_request_id"] == question["id"]
    assert second["output"][0]["arguments"] == question["arguments"]


async def test_a_call_that_is_not_allowed_is_not_made(respond):
    _, first = await respond()
    _, second = await respond(answer(first["output"][1], approve=False), first["id"])
    assert "mcp_call" not in kinds(second)


async def test_a_question_that_was_not_put_cannot_be_answered(respond):
    status, refused = await respond(answer({}, approve=True, id="mcpr_none"))
    assert (status, refused["error"]["message"]) == (400, "No approval request found with id 'mcpr_none'.")


@pytest.mark.parametrize(
    ("required", "last"),
    [
        ("never", "mcp_call"),
        ({"never": {"tool_names": ["find"]}}, "mcp_call"),
        ({"never": {"tool_names": ["other"]}}, "mcp_approval_request"),
        ("always", "mcp_approval_request"),
    ],
)
async def test_the_request_says_what_may_be_called_at_once(respond, required, last):
    _, response = await respond(require_approval=required, allowed_tools=["find"])
    assert (kinds(response)[-1], response["output"][-1]["name"]) == (last, "find")
    assert [tool["name"] for tool in response["output"][0]["tools"]] == ["find"]
