"""Responses in the background: queued, in progress, and then there; what is streamed can be streamed again."""

from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from ...facts import Facts
from ...jobs import Job, Step
from ...journal import Exchange
from ...pacing import duration, schedule
from ...responder import Said
from ...session import Session
from ...turn import Event
from ...wire import Answer, Frame, Sse, json_answer
from . import whole
from .events import fail, failed, frames
from .history import KIND, Stored, find


def begin(said: Said, session: Session, exchange: Exchange) -> Answer:
    """Make a job of what was said: the answer says that it is queued, or streams it from there."""
    turn = said.turn
    id = whole.response_id(turn)
    way = session.policy.responses.way(Facts(turn.prompt, exchange.call, exchange.key), said.dice)
    takes = duration(turn, said.tempo, said.dice, session.under_way)
    steps = tuple(_lasting(step, takes) for step in way.steps)
    end = whole.ended(turn, 0)["status"] if way.problem is None else "failed"
    job = Job(id, KIND, exchange.started, steps, end)
    job.problem = way.problem
    stored = find(id, session)
    stored.job = job
    if turn.prompt.stream:
        stored.frames = partial(_frames, stored, said, steps[0].lasts or 0.0)
    job.on_change.append(partial(_tell, session))
    session.jobs.add(job, session.clock)
    if stored.frames is None:
        return json_answer(whole.worded(turn, "queued"), headers=turn.headers)
    again: Callable[[], Iterator[Frame]] = stored.frames
    return Sse(frames=again(), headers=turn.headers, fail=fail)


def _lasting(step: Step, takes: float) -> Step:
    """Let the work itself take at least as long as its pace has it."""
    if step.state != "in_progress" or step.lasts is None:
        return step
    return msgspec.structs.replace(step, lasts=max(step.lasts, takes))


def _frames(stored: Stored, said: Said, queued: float) -> Iterator[Frame]:
    """Yield the events of a job's stream: the first when it is queued, all others once it is worked on."""
    turn = said.turn
    timed = schedule(turn, said.tempo, said.dice, said.split)
    worded = frames(turn, _after(timed, queued))
    problem = stored.job.problem if stored.job is not None else None
    for number, frame in enumerate(worded):
        if frame.last and problem is not None:
            yield failed(turn, frame.due, number, problem)
            return
        if number < 2:
            frame.due = 0.0
        yield frame


def _after(timed: Iterator[tuple[float, Event]], wait: float) -> Iterator[tuple[float, Event]]:
    return ((due + wait, event) for due, event in timed)


def _tell(session: Session, job: Job) -> None:
    if job.over:
        session.outbox.tell(session.policy.scenario.webhooks, f"response.{job.state}", {"id": job.id})
