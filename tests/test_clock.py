import asyncio

import pytest

from mockgate.clock import Clock, Stopwatch

START = 1_700_000_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock(START, speed=0)


def test_a_frozen_clock_shows_its_start_until_it_is_advanced(clock):
    assert (clock.now(), clock.frozen, clock.speed) == (START, True, 0)
    clock.advance(90)
    assert clock.now() == START + 90


def test_a_running_clock_moves_and_freezing_holds_it_where_it_is():
    clock = Clock(START, speed=1e6)
    first = clock.now()
    assert clock.now() > first >= START
    clock.freeze()
    held = clock.now()
    assert held == clock.now() > first


def test_changing_the_speed_never_makes_the_clock_jump():
    clock = Clock(START, speed=0)
    clock.set_speed(1e-9)
    assert clock.now() == pytest.approx(START, abs=1e-6)
    clock.set_speed(0)
    assert clock.now() == pytest.approx(START, abs=1e-6)


@pytest.mark.parametrize("wrong", [-1, -1e-9, float("nan"), float("inf")])
def test_time_neither_runs_back_nor_stops_being_a_number(clock, wrong):
    with pytest.raises(ValueError, match="clock"):
        clock.advance(wrong)
    with pytest.raises(ValueError, match="clock"):
        clock.set_speed(wrong)
    assert (clock.now(), clock.speed) == (START, 0)


async def test_deadlines_are_called_in_order_of_time_then_of_asking(clock):
    called = []
    for name, after in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("late", 9)]:
        clock.call_at(START + after, lambda name=name: called.append((name, clock.now() - START)))
    clock.advance(3)
    assert called == [("a", 1), ("b1", 2), ("b2", 2), ("c", 3)]


async def test_each_callback_sees_the_moment_it_was_due_however_big_the_jump(clock):
    seen = []

    def again():
        seen.append(clock.now() - START)
        if len(seen) < 5:
            clock.call_at(clock.now() + 10, again)

    clock.call_at(START + 10, again)
    clock.advance(1000)
    assert (seen, clock.now()) == ([10, 20, 30, 40, 50], START + 1000)


async def test_a_callback_may_add_deadlines_that_are_due_already(clock):
    called = []
    clock.call_at(START + 1, lambda: clock.call_at(START - 5, lambda: called.append(clock.now() - START)))
    clock.advance(2)
    assert called == [1]


async def test_a_cancelled_timer_is_never_called_even_by_one_due_at_the_same_moment(clock):
    called = []
    timers = []
    clock.call_at(START + 1, lambda: timers[0].cancel())
    timers.append(clock.call_at(START + 1, lambda: called.append("second")))
    third = clock.call_at(START + 1, lambda: called.append("third"))
    clock.advance(1)
    third.cancel()
    assert called == ["third"]


async def test_ten_thousand_timers_are_called_in_one_advance(clock):
    called = []
    for step in range(10_000):
        clock.call_at(START + step * 7919 % 10_000 / 100, lambda: called.append(clock.now()))
    clock.advance(100)
    assert len(called) == 10_000
    assert called == sorted(called)


async def test_a_moment_that_has_passed_is_due_at_once_on_a_frozen_clock(clock):
    called = asyncio.Event()
    clock.call_at(START - 1, called.set)
    await asyncio.wait_for(called.wait(), 5)
    await asyncio.wait_for(clock.sleep_until(START), 5)


async def test_sleepers_wake_when_the_clock_gets_there_and_not_before(clock):
    sleeper = asyncio.create_task(clock.sleep_until(START + 60))
    await asyncio.sleep(0)
    clock.advance(59)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(1)
    await asyncio.wait_for(sleeper, 5)


async def test_a_cancelled_sleep_leaves_the_others_sleeping(clock):
    first, second = (asyncio.create_task(clock.sleep_until(START + 10)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    clock.advance(10)
    await asyncio.wait_for(second, 5)


async def test_a_sped_up_clock_wakes_its_sleepers_and_an_earlier_deadline_overtakes_a_later_one():
    clock = Clock(START, speed=1e6)
    woken = []

    async def sleep(name, seconds):
        await clock.sleep_until(START + seconds)
        woken.append(name)
        assert clock.now() >= START + seconds

    await asyncio.wait_for(asyncio.gather(sleep("b", 40_000), sleep("a", 20_000)), 5)
    assert woken == ["a", "b"]


async def test_a_clock_set_going_again_wakes_who_slept_through_the_freeze(clock):
    sleeper = asyncio.create_task(clock.sleep_until(START + 3600))
    await asyncio.sleep(0)
    clock.set_speed(1e6)
    await asyncio.wait_for(sleeper, 5)


async def test_freezing_holds_back_a_deadline_that_was_counting_down():
    clock = Clock(START, speed=100)
    called = []
    clock.call_at(START + 1, lambda: called.append(clock.now()))
    clock.freeze()
    await Clock(START, speed=100).sleep_until(START + 2)
    assert called == []


async def test_lateness_does_not_add_up_over_a_chain_of_deadlines():
    clock = Clock(START, speed=1000)
    ended = asyncio.get_running_loop().create_future()
    steps = 200

    def step(number):
        if number == steps:
            ended.set_result(clock.now())
        else:
            clock.call_at(START + number + 1, lambda: step(number + 1))

    step(0)
    late = await asyncio.wait_for(ended, 10) - (START + steps)
    assert 0 <= late < 100  # on this clock: 0.1 s of the wall's, whatever the 200 wake-ups cost


async def test_a_callback_that_fails_delays_nobody_elses_deadline(clock):
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    called = asyncio.Event()
    running = Clock(START, speed=1000)
    running.call_at(START + 1, lambda: 1 / 0)
    running.call_at(START + 2, called.set)
    await asyncio.wait_for(called.wait(), 5)


async def test_advancing_a_running_clock_never_turns_it_back():
    clock = Clock(START, speed=1e6)
    seen = []

    def busy():
        while clock.now() < START + 1000:
            pass
        seen.append(clock.now())

    clock.call_at(START, busy)
    clock.advance(0)
    assert clock.now() >= seen[0]


def test_a_stopwatch_counts_real_seconds():
    watch = Stopwatch()
    assert 0 <= watch.seconds() <= watch.seconds() < 5
