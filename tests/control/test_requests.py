import pytest

CHATS = "/v1/chat/completions"


@pytest.fixture
async def asked(gw, say, ask):
    """A gateway that was asked five times: the third was refused, the last was no chat."""
    gateway = gw(rules=[{"name": "busy", "when": {"user": "busy"}, "error": 429}, {"reply": "Hi"}])
    for words in ("one", "two", "busy", "four"):
        await say(gateway, words)
    await ask(gateway, "GET", "/v1/models")
    return gateway


def numbers(answer):
    return [request["number"] for request in answer["requests"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?status=429", [3]),
        ("?errors=false", [1, 2, 4, 5]),
        ("?endpoint=models.*", [5]),
        ("?method=GET&method=POST&since=3", [4, 5]),
        ("?rule=busy", [3]),
        ("?model=gpt-*&path=/v1/chat/*&after=1", [2, 3, 4]),
        ("?key=nobody", []),
    ],
)
async def test_requests_are_listed_by_a_filter(asked, control, query, expected):
    status, answer = await control(asked, f"GET /requests{query}")
    assert (status, numbers(answer)) == (200, expected)


async def test_requests_are_listed_a_page_at_a_time(asked, control):
    after, pages = 0, []
    while True:
        _, answer = await control(asked, f"GET /requests?limit=2&after={after}")
        pages.append(numbers(answer))
        after = answer["last"]
        if not answer["has_more"]:
            break
    assert pages == [[1, 2], [3, 4], [5]]
    assert (await control(asked, f"GET /requests?after={after}"))[1] == {"requests": [], "last": 5, "has_more": False}


async def test_one_request_is_found_by_number_or_id_with_its_answer_and_usage(asked, control):
    _, one = await control(asked, "GET /requests/1")
    assert (await control(asked, f"GET /requests/{one['id']}"))[1] == one
    assert one["answer"]["choices"][0]["message"]["content"] == "Hi"
    assert one["usage"]["total"] > 0
    assert one["headers"]["authorization"] != "Bearer sk-test-0123456789"
    status, answer = await control(asked, "GET /requests/6")
    assert (status, answer["error"]["hint"]) == (404, "the journal holds numbers 1 to 5")


async def test_clearing_forgets_requests_but_not_their_numbers(asked, control, say):
    assert (await control(asked, "DELETE /requests"))[1] == {"cleared": 5}
    await say(asked, "six")
    assert numbers((await control(asked, "GET /requests"))[1]) == [6]


@pytest.mark.parametrize(("query", "path"), [("limit=0", "limit"), ("limit=1001", "limit"), ("status=9", "status")])
async def test_a_query_that_asks_for_nothing_sensible_is_refused(asked, control, query, path):
    status, answer = await control(asked, f"GET /requests?{query}")
    assert (status, answer["error"]["problems"][0]["path"]) == (422, path)


async def test_the_feed_tells_of_the_named_session_or_of_all(asked, ask, say):
    feeds = []
    for path in ("/_mockgate/requests/live", "/_mockgate/requests/live?session=mine&errors=true"):
        feed = (await ask(asked, "GET", path)).answer.pieces
        assert await anext(feed) == b": listening\n\n"
        feeds.append(feed)
    await say(asked, "hello")
    await ask(asked, "GET", "/nowhere", x_mockgate_session="mine")
    everything, mine = feeds
    assert b'"number":6' in await anext(everything)
    assert b'"session":"mine"' in await anext(everything)
    assert b'"session":"mine"' in await anext(mine)
    for feed in feeds:
        await feed.aclose()
