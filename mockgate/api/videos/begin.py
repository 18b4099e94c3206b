"""Beginning a video: it is let in, paid, and goes its way as a job. What fails in the end costs nothing."""

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec

from ...admission import bill, enter
from ...deposit import afford, give_back
from ...errors import GatewayError
from ...facts import Facts
from ...gateway import Gateway
from ...inquiry import inquire
from ...jobs import Job, Step
from ...journal import Exchange
from ...media import dimensions
from ...pacing import duration
from ...rng import HEX, Dice
from ...scenario import Model, VideoSpec
from ...session import Session
from ...turn import Image, Message, Part, Prompt, Text
from ...wire import Answer, Call, json_answer, retry_headers
from .request import not_makeable
from .stored import KIND, Asked, Video, describe, keep, under_way


def begin(
    gateway: Gateway,
    session: Session,
    exchange: Exchange,
    words: tuple[str, str],
    asked: Callable[[Model], Asked],
    word: Callable[[Session, Video, Call], dict[str, Any]] = describe,
) -> Answer:
    """Begin a video: `words` are its prompt and its model's name, `asked` says what that model is to make.

    `word` words it.

    Raises GatewayError for everything that is refused.
    """
    text, name = words
    prompt, model = enter(session, exchange, Prompt("videos", name, (Message("user", (Text(text),)),)))
    _check(session, prompt, model)
    film = msgspec.structs.replace(asked(model), model=prompt.model)
    prompt = msgspec.structs.replace(prompt, messages=(Message("user", _parts(film)),), request=film)
    exchange.prompt = prompt
    facts = Facts(prompt, exchange.call, exchange.key)
    spec = session.policy.videos.spec(facts)
    _room(session, exchange, spec)
    afford(session, exchange, seconds=film.paid)
    inquiry = inquire(gateway, session, exchange, prompt, model, 0)
    exchange.turn = inquiry.turn
    bill(session, exchange, inquiry.turn.usage, seconds=film.paid)
    job = _job(session, exchange, facts, spec)
    job.on_change.append(partial(_ended, session, exchange))
    video = keep(session, Video(job, film, exchange.key))
    due = duration(inquiry.turn, inquiry.tempo, inquiry.dice, session.under_way)
    return json_answer(word(session, video, exchange.call), due=due, headers=inquiry.turn.headers)


def _parts(film: Asked) -> tuple[Part, ...]:
    """Word what is asked for as a message; a picture is named by what is in it: another one asks for something else."""
    if film.picture is None:
        return (Text(film.prompt),)
    width, height = dimensions(film.size)
    return Text(film.prompt), Image(blake2b(film.picture.read(), digest_size=8).hexdigest(), width, height)


def _check(session: Session, prompt: Prompt, model: Model) -> None:
    if model.families and "videos" not in model.families:
        known = [each.id for each in session.policy.catalogue.listed if "videos" in each.families]
        raise not_makeable(prompt.model, known)


def _room(session: Session, exchange: Exchange, spec: VideoSpec | None) -> None:
    """See to it that there is room for one more job of this key.

    Raises GatewayError (429).
    """
    if spec is None or spec.max_jobs is None:
        return
    jobs, now = under_way(session, exchange.key), session.clock.now()
    if len(jobs) >= spec.max_jobs:
        waits = [wait for job in jobs if (wait := job.left(now)) is not None]
        message = (
            f"Too many running tasks: Limit {spec.max_jobs}, Used {len(jobs)}. Please try again once one has ended."
        )
        headers = retry_headers(min(waits)) if waits else {}
        raise GatewayError("rate_limit", message, headers=headers, hint="max_jobs under videos in the scenario")


def _job(session: Session, exchange: Exchange, facts: Facts, spec: VideoSpec | None) -> Job:
    name = repr((exchange.key, facts.prompt.model, facts.prompt.fingerprint()))
    seed = session.policy.scenario.seed
    dice = Dice(seed, session.name, name, session.records.repeats(KIND, name))
    steps, problem = session.policy.videos.way(facts, dice)
    if spec is not None and spec.per_job and steps[0].lasts is not None:
        longer = steps[0].lasts + spec.per_job * len(under_way(session))
        steps = (Step(steps[0].state, longer), *steps[1:])
    prefix = "task_" if "video_tasks" in session.policy.responder.quirks else "video_"
    job = Job(dice.id(prefix, 32, HEX), KIND, exchange.started, steps, "completed" if problem is None else "failed")
    job.problem = problem
    return job


def _ended(session: Session, exchange: Exchange, job: Job) -> None:
    """Tell of a job's end, and give its money back where it failed."""
    if job.over:
        if job.state == "failed":
            give_back(session, exchange)
        session.outbox.tell(session.policy.scenario.webhooks, f"video.{job.state}", {"id": job.id})
