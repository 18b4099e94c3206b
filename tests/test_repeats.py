import pytest

from mockgate.clock import Clock
from mockgate.journal import Exchange
from mockgate.keys import Caller
from mockgate.repeats import chains, told
from mockgate.wire import Answer, Call

STILL = Clock(0, 0)


def asked(number, status=503, at=0.0, *, count=None, headers=None, connection=0, newest=0, outcome="finished", **rest):
    """An exchange of one and the same request; `at` is when it came, in seconds."""
    sent = {} if count is None else {"x-stainless-retry-count": str(count)}
    call = Call("POST", "/v1/chat/completions", "", sent, rest.pop("raw", b"{}"), connection=connection, newest=newest)
    answer = Answer(status=status, headers=headers or {}, due=rest.pop("due", 0.0))
    told = {"clock": STILL, "request_id": f"req_{number}", "answer": answer, "outcome": outcome}
    return Exchange(number=number, call=call, started=at, **{**told, **rest})


def links(*exchanges):
    """Which request repeats which, and after how long."""
    return [[(again.before.number, again.after.number, again.wait) for again in chain] for chain in chains(exchanges)]


def test_a_request_that_follows_its_failure_is_a_retry_and_one_that_follows_an_answer_is_new():
    waits = [[(1, 2, pytest.approx(1, abs=0.1)), (2, 3, pytest.approx(2, abs=0.1))]]
    assert links(asked(1), asked(2, at=1), asked(3, 200, at=3), asked(4, at=4)) == waits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"raw": b"[]"}),
        ({"caller": Caller("sk-a")}, {"caller": Caller("sk-b")}),
        ({"outcome": "open"}, {}),
        ({"seconds": 5.0}, {}),
        ({"status": 200}, {}),
        ({}, {"at": 3600.0}),
        ({"connection": 1, "newest": 2}, {"connection": 2, "newest": 2}),
        ({"count": 0}, {"count": 2}),
        ({"count": 0}, {}),
    ],
    ids=[
        "another body",
        "another caller",
        "under way",
        "overlapping",
        "answered",
        "forgotten",
        "beside",
        "a count left out",
        "another client",
    ],
)
def test_what_only_looks_like_a_retry_is_none(one, other):
    assert links(asked(1, **one), asked(2, **other)) == []


def test_a_connection_that_was_opened_since_carries_a_retry():
    assert len(links(asked(1, connection=1, newest=1), asked(2, connection=2, newest=2))) == 1


def test_of_two_failures_an_sdks_retry_repeats_the_one_that_told_it_to_come_now():
    later, sooner = asked(1, 429, count=0, headers={"retry-after": "9"}), asked(2, 429, at=1, count=0)
    pairs = [(before, after) for chain in links(later, sooner, asked(3, at=2, count=1)) for before, after, _ in chain]
    assert (2, 3) in pairs


def test_a_program_that_asks_again_by_itself_is_told_from_its_sdks_retries():
    chain = chains([asked(1, count=0), asked(2, count=1), asked(3, count=0)])[0]
    assert [again.by_hand for again in chain] == [False, True]


def test_a_wait_begins_when_the_answer_has_come():
    assert links(asked(1, due=4.0), asked(2, at=5.0)) == [[(1, 2, pytest.approx(1, abs=0.1))]]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "2", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, None),
    ],
)
def test_the_finer_header_says_how_long_to_wait(headers, seconds):
    assert told(asked(1, headers=headers)) == seconds
