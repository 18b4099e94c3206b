import pytest

from mockgate.errors import ScenarioError
from mockgate.keys import key_id
from mockgate.loader import Document
from mockgate.reading import convert
from mockgate.verification import Filter, Verification, select, verify

KEY = "sk-test-0123456789"
RULES = [{"when": {"user": "weather"}, "reply": "Sunny."}, {"name": "full", "when": {"user": "busy"}, "error": 429}]


def verification(**keys):
    return convert(Document(keys), Verification)


@pytest.fixture
async def asked(gw, ask, say):
    """What a session was asked: 1 weather, 2 busy (429), 3 weather and more, 4 a list of models, 5 no JSON (400)."""
    gateway = gw(rules=RULES)
    for words in ("The weather in Paris", "Are you busy?", "The weather in Rome"):
        await say(gateway, words)
    await ask(gateway, "GET", "/v1/models")
    await ask(gateway, "POST", "/v1/chat/completions", b"{")
    return list(gateway.session().journal)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"method": "GET"}, [4]),
        ({"path": ["/v1/models", "/v1/none"]}, [4]),
        ({"endpoint": "chat.*"}, [1, 2, 3, 5]),
        ({"model": "gpt-4o*"}, [1, 2, 3]),
        ({"status": [400, 429]}, [2, 5]),
        ({"errors": True}, [2, 5]),
        ({"errors": False, "since": 1}, [3, 4]),
        ({"rule": "rules[0]"}, [1, 3]),
        ({"rule": "full"}, [2]),
        ({"rule": 'rules[1] "full"', "status": 200}, []),
        ({"key": KEY, "since": 4}, [5]),
        ({"key": key_id(KEY), "since": 4}, [5]),
        ({"key": "sk-other"}, []),
    ],
)
def test_requests_are_selected(asked, wanted, numbers):
    found = select(reversed(asked), convert(Document(wanted), Filter))
    assert [exchange.number for exchange in found] == numbers


@pytest.mark.parametrize(
    ("keys", "ok", "numbers"),
    [
        ({}, True, [1, 2, 3, 4, 5]),
        ({"when": {"user": "weather"}}, True, [1, 3]),
        ({"when": {"user": "weather"}, "exactly": 2}, True, [1, 3]),
        ({"when": {"user": "weather"}, "exactly": 1}, False, [1, 3]),
        ({"when": {"user": "weather"}, "at_most": 1}, False, [1, 3]),
        ({"when": {"user": "weather"}, "at_least": 3}, False, [1, 3]),
        ({"when": {"user": "weather"}, "at_least": 1, "at_most": 2}, True, [1, 3]),
        ({"when": {"user": "busy"}, "status": 429}, True, [2]),
        ({"when": {"user": "snow"}}, False, []),
        ({"when": {"user": "snow"}, "never": True}, True, []),
        ({"when": {"user": "snow"}, "exactly": 0}, True, []),
        ({"when": {"user": "busy"}, "never": True}, False, [2]),
        ({"when": {"path": "/v1/models"}}, True, [4]),
        ({"when": {"call": 3}}, True, [3, 4, 5]),
    ],
)
def test_so_many_requests_should_fit(asked, keys, ok, numbers):
    found = verify(asked, verification(**keys))
    assert (found.ok, list(found.requests)) == (ok, numbers)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["Paris", "busy", "Rome"], [1, 2, 3]),
        (["Paris", "Rome"], [1, 3]),
        (["weather", "weather"], [1, 3]),
        (["Rome", "busy"], None),
        (["weather", "weather", "weather"], None),
    ],
)
def test_requests_should_come_in_order(asked, words, numbers):
    found = verify(asked, verification(in_order=[{"when": {"user": word}} for word in words]))
    assert (list(found.requests) if found.ok else None) == numbers


def test_a_failure_says_how_many_fit_and_what_came_closest(asked):
    found = verify(asked, verification(when={"user": "Paris"}, status=429, exactly=1))
    asked, first, second, _ = found.message.splitlines()
    assert asked == 'expected exactly 1 request with {"status":429,"when":{"user":"Paris"}}, but none of 5 fit:'
    assert first == (
        '  request 1, POST /v1/chat/completions "The weather in Paris", answered with 200, does not fit: '
        "status: 429 is asked for, but it is 200"
    )
    assert second.endswith('answered with 429, does not fit: user.contains: "Paris" is not in "Are you busy?"')


def test_a_failure_for_too_many_names_them(asked):
    found = verify(asked, verification(when={"user": "busy"}, never=True))
    assert found.message == (
        'expected no request with {"when":{"user":"busy"}}, but 1 request of 5 fits:\n'
        '  request 2, POST /v1/chat/completions "Are you busy?", answered with 429, fits'
    )


def test_a_failure_of_order_says_where_it_broke(asked):
    order = [{"when": {"user": "Rome"}}, {"when": {"user": "busy"}}]
    message = verify(asked, verification(in_order=order, endpoint="chat.*")).message
    first, nearest, *_ = message.splitlines()
    assert first.startswith('expected 2 requests in order, but none fits number 2, {"when":{"user":"busy"}} after ')
    assert nearest.startswith("  request 5, POST /v1/chat/completions, answered with 400, does not fit: user.contains")


def test_nothing_asked_is_said_plainly():
    assert verify([], verification()).message == "expected at least 1 request with anything asked, but none of 0 fit"


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"exactly": 1, "never": True}, "asks for exactly and never at once. Ask for one of them."),
        ({"at_least": 3, "at_most": 1}, "asks for at least 3 and at most 1. Swap the two."),
        ({"in_order": []}, "in_order: is an empty list. Give at least one pattern."),
        ({"exactly": -1}, "exactly: must be at least 0, not -1"),
        ({"times": 2}, "times: is an unknown key"),
        ({"when": {"user": {"matches": "("}}}, "when.user.matches: is no regular expression"),
        ({"in_order": [{"when": {"user": {"matches": "("}}}]}, "in_order[0].when.user.matches: is no regular"),
    ],
)
def test_a_wrong_verification_is_an_error_that_says_what_would_be_right(keys, problem):
    with pytest.raises(ScenarioError) as error:
        verify([], verification(**keys))
    assert problem in str(error.value)
