"""Coroutines that are begun at once: tasks only where they wait, and then in every way like those of asyncio."""

import asyncio

import pytest

from mockgate.edge.eager import begin


async def through(steps, log):
    try:
        for step in range(steps):
            log.append(step)
            await asyncio.sleep(0)
        log.append("end")
    except asyncio.CancelledError:
        log.append("cancelled")
        raise
    finally:
        log.append("left")


async def test_what_never_waits_is_through_at_once():
    log = []
    assert begin(through(0, log), asyncio.get_running_loop()) is None
    assert log == ["end", "left"]


async def test_what_waits_is_gone_on_with_by_a_task():
    log = []
    task = begin(through(2, log), asyncio.get_running_loop())
    assert log == [0]
    await task
    assert log == [0, 1, "end", "left"]


async def test_what_a_future_brings_arrives():
    future = asyncio.get_running_loop().create_future()
    log = []

    async def ask():
        log.append(await future)

    task = begin(ask(), asyncio.get_running_loop())
    future.set_result("here")
    await task
    assert log == ["here"]


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_it_can_be_cancelled_at_any_time(turns):
    log = []
    task = begin(through(9, log), asyncio.get_running_loop())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log[-2:] == ["cancelled", "left"]


async def test_what_fails_at_once_raises_at_once_and_later_in_its_task():
    async def fail(waits):
        if waits:
            await asyncio.sleep(0)
        raise ValueError("no")

    loop = asyncio.get_running_loop()
    with pytest.raises(ValueError, match="no"):
        begin(fail(False), loop)
    with pytest.raises(ValueError, match="no"):
        await begin(fail(True), loop)


async def test_a_future_that_fails_is_raised_where_it_is_awaited():
    future = asyncio.get_running_loop().create_future()
    log = []

    async def ask():
        try:
            await future
        except ConnectionError:
            log.append("caught")

    task = begin(ask(), asyncio.get_running_loop())
    future.set_exception(ConnectionError())
    await task
    assert log == ["caught"]
