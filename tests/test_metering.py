"""The counters alone: what they let through, and that the wait they tell is the true one."""

from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockgate.catalogue import Names
from mockgate.keys import Caller
from mockgate.limits import Quotas
from mockgate.metering import SLACK, Level, Meter
from mockgate.scenario import load

START = 1_735_689_600.0


def meters(**limit) -> tuple[Meter, ...]:
    return Quotas(load({"limits": limit})).meters(Caller("sk-a"))


def level(**limit) -> Level:
    (meter,) = meters(**limit)
    return meter.level(START)


def taken(counter: Level, now: float, each: float = 1) -> int:
    """Take as often as there is enough."""
    count = 0
    counter.refresh(now)
    while counter.wait(each) == 0:
        counter.draw(each, now)
        count += 1
    return count


def test_a_bucket_refills_steadily_and_never_beyond_its_size():
    bucket = level(requests="60/min")
    assert taken(bucket, START) == 60
    assert bucket.wait(1) == pytest.approx(1.0)
    assert [taken(bucket, START + seconds) for seconds in (0.5, 1, 3.5, 1000)] == [0, 1, 2, 60]


def test_a_window_begins_with_its_first_request_and_is_full_again_when_it_ends():
    window = level(requests="3/10s", kind="window")
    assert taken(window, START + 100) == 3
    assert [taken(window, START + 100 + seconds) for seconds in (5, 9.99, 10, 15, 20)] == [0, 0, 3, 0, 3]
    window.refresh(START + 124)
    assert window.wait(1) == 6.0


def test_a_window_that_got_everything_back_has_not_begun():
    window = level(requests="3/10s", kind="window")
    window.draw(1, START)
    window.draw(-1, START)
    assert taken(window, START + 9) == 3
    window.refresh(START + 10)
    assert window.wait(1) == 9.0


def test_places_are_only_free_when_calls_end():
    places = level(concurrency=2)
    places.open = 2
    places.refresh(START + 1e9)
    assert (places.wait(1), places.used, places.left) == (None, 2, 0)
    places.open = 1
    places.refresh(START)
    assert (places.wait(1), places.used, places.left) == (0, 1, 1)


@pytest.mark.parametrize("kind", ["bucket", "window"])
def test_giving_back_never_makes_more_than_there_was(kind):
    counter = level(tokens="100/min", kind=kind)
    counter.draw(60, START)
    counter.refresh(START + 60)
    counter.draw(-60, START + 60)
    assert counter.left == 100


@pytest.mark.parametrize("kind", ["bucket", "window"])
def test_a_clock_that_was_set_back_does_not_block_a_counter_for_ever(kind):
    counter = level(requests="2/10s", kind=kind)
    assert taken(counter, START) == 2
    counter.refresh(START - 1e8)
    wait = counter.wait(1)
    assert wait is not None
    assert wait <= 10
    assert taken(counter, START - 1e8 + wait) >= 1


rates = st.builds(
    lambda amount, period: (amount, period),
    st.integers(1, 100_000),
    st.sampled_from(["s", "min", "h", "day", "10s", "333ms", "7min", "1ms"]),
)


@given(
    rate=rates,
    kind=st.sampled_from(["bucket", "window"]),
    used=st.integers(0, 250_000),
    wanted=st.integers(1, 100_000),
    start=st.floats(0, 4e9),
    gap=st.floats(0, 1e5),
)
@example(rate=(200, "1ms"), kind="bucket", used=1, wanted=200, start=0.0, gap=0.0)
@example(rate=(200, "1ms"), kind="bucket", used=201, wanted=200, start=0.0, gap=0.0)
def test_after_exactly_the_wait_that_is_told_there_is_enough(rate, kind, used, wanted, start, gap):
    amount, period = rate
    (meter,) = meters(tokens=f"{amount}/{period}", kind=kind)
    counter, wanted = meter.level(start), min(wanted, amount)
    counter.draw(min(used, 2 * amount), START)
    counter.refresh(start + gap)
    wait = counter.wait(wanted)
    assert wait is not None
    if wait:
        told = ceil((wait - SLACK / 2) * 1000) / 1000
        assert told > 0
        counter.refresh(start + gap + told)
        assert counter.wait(wanted) == 0


@given(rate=rates, wanted=st.integers(1, 1000), times=st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_a_bucket_never_lets_through_more_than_its_size_and_what_flowed_in(rate, wanted, times):
    amount, period = rate
    (meter,) = meters(tokens=f"{amount}/{period}")
    bucket, now, total = meter.level(START), START, 0
    for gap in times:
        now += gap
        bucket.refresh(now)
        if bucket.wait(wanted) == 0:
            bucket.draw(wanted, now)
            total += wanted
    assert total <= amount + (now - START) * meter.amount / meter.period + 1


@pytest.mark.parametrize(
    ("models", "names", "concerned"),
    [
        (None, ("",), True),
        ("gpt-4o*", ("gpt-4o-mini",), True),
        (["o1", "gpt-4o"], ("gpt-4o-2024-11-20", "gpt-4o"), True),
        (["o1", "gpt-4o"], ("gpt-4o-mini",), False),
        ("gpt-4o", ("",), False),
    ],
)
def test_a_meter_concerns_the_models_that_it_names(models, names, concerned):
    (meter,) = meters(requests="1/s", models=models)
    assert meter.concerns(names) is concerned


@pytest.mark.parametrize(
    ("per", "alike"),
    [("key", 1), ("model", 2), ("group", 2), ("all", 4), (["key", "model"], 1), (["group", "model"], 1)],
)
def test_counters_are_shared_by_those_that_per_does_not_tell_apart(per, alike):
    keys = {"sk-a": {"group": "one"}, "sk-b": {"group": "two"}}
    scenario = load({"groups": {"one": {}, "two": {}}, "keys": keys, "limits": {"requests": "1/s", "per": per}})
    (meter,) = Quotas(scenario).meters(Caller("sk-a"))
    names: list[Names] = [("gpt-4o",), ("alias", "o1")]
    scopes = [meter.scope(Caller(key, scenario.keys[key]), each) for key in keys for each in names]
    assert max(map(scopes.count, scopes)) == (2 if per == "key" else alike)
