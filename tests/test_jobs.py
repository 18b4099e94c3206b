import pytest

from mockgate.clock import Clock
from mockgate.jobs import MOST, Job, Jobs, Step

VIDEO = (Step("queued", 2.0), Step("in_progress", 8.0))


def job(*steps, started=100.0, end="completed"):
    return Job("job_1", "video", started, steps or VIDEO, end)


def test_a_job_moves_along_the_clock_when_it_is_looked_at():
    one = job()
    assert [one.look(now) for now in (100, 101.9, 102, 109.9, 110, 500)] == [
        "queued",
        "queued",
        "in_progress",
        "in_progress",
        "completed",
        "completed",
    ]
    assert one.moments == {"queued": 100, "in_progress": 102, "completed": 110}
    assert one.over


def test_a_job_that_was_not_looked_at_for_long_has_entered_every_state_when_it_was_due():
    one = job()
    assert one.look(1000) == "completed"
    assert one.moments == {"queued": 100, "in_progress": 102, "completed": 110}


@pytest.mark.parametrize(("now", "share"), [(100, 0), (101, 0.1), (102, 0.2), (106, 0.6), (110, 1), (200, 1)])
def test_progress_rises_with_the_time(now, share):
    one = job()
    one.look(now)
    assert one.progress(now) == pytest.approx(share)


def test_a_step_may_wait_for_looks_or_for_a_hand():
    looked = job(Step("queued", looks=2), Step("in_progress", lasts=None))
    assert [looked.look(now) for now in (100, 100, 100, 999)] == ["queued", "queued", "in_progress", "in_progress"]
    assert looked.look(100, counts=False) == "in_progress"
    looked.advance(1000)
    assert (looked.state, looked.moments["completed"]) == ("completed", 1000)


def test_looks_are_progress_too():
    looked = job(Step("in_progress", looks=2))
    assert [(looked.look(100), looked.share(100)) for _ in range(2)] == [
        ("in_progress", pytest.approx(1 / 3)),
        ("in_progress", pytest.approx(2 / 3)),
    ]


def test_a_job_knows_how_long_it_still_takes_unless_somebody_else_decides():
    one = job()
    assert [one.left(now) for now in (100, 101)] == [10, 9]
    one.look(103)
    assert [one.left(now) for now in (103, 500)] == [7, 0]
    one.hold()
    assert one.left(103) is None
    assert job(Step("queued", looks=2)).left(100) is None


def test_a_held_job_stays_and_goes_on_with_the_whole_state_when_released():
    one = job()
    one.look(103)
    one.hold()
    assert one.look(500) == "in_progress"
    one.release(500)
    assert [one.look(507), one.look(508)] == ["in_progress", "completed"]


def test_a_job_can_be_ended_by_hand_once():
    one = job()
    one.finish(101, "failed", ("moderation_blocked", "No."))
    one.finish(102)
    one.advance(103)
    assert (one.state, one.problem, one.moments) == (
        "failed",
        ("moderation_blocked", "No."),
        {"queued": 100, "failed": 101},
    )


def test_a_cancellation_may_take_its_time():
    one = job()
    one.look(103)
    one.divert(103, (Step("cancelling", 5.0),), "cancelled")
    assert [one.look(now) for now in (104, 108)] == ["cancelling", "cancelled"]
    assert "completed" not in one.moments


def test_the_clock_moves_a_job_that_nobody_looks_at_and_its_followers_are_told():
    clock, jobs, told = Clock(100.0, 0.0), Jobs(), []
    one = job()
    one.on_change.append(lambda changed: told.append((changed.state, clock.now())))
    jobs.add(one, clock)
    clock.advance(5)
    clock.advance(5)
    assert told == [("in_progress", 102), ("completed", 110)]
    assert jobs.find("job_1") is one


def test_the_oldest_jobs_are_forgotten():
    jobs, clock = Jobs(), Clock(0.0, 0.0)
    for number in range(MOST + 1):
        jobs.add(Job(str(number), "x", 0.0, (Step("queued", None),), "completed"), clock)
    assert (jobs.find("0"), len(list(jobs))) == (None, MOST)
