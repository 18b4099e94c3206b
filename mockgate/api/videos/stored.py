"""Videos as they are kept: each a job with what it was asked for, and how it is worded."""

from functools import partial
from typing import Any

import msgspec

from ... import filing
from ...content import Content
from ...errors import GatewayError
from ...jobs import Job, Step
from ...media import dimensions
from ...scenario import VideoSeed
from ...session import Session
from ...synth.scenes import Scene
from ...wire import Call

KIND = "video"

#: Where films hang that are linked to.
FILES = "/v1/videos/files/"

#: Seconds that what was made can be had, from the end of the job on.
LIFETIME = 3600

_FAILED = ("server_error", "The video could not be generated.")


class Asked(msgspec.Struct, frozen=True):
    """A film to be made: `paid` are those of its seconds that are new, `made_of` is the video that it is made of."""

    prompt: str
    model: str
    seconds: int
    size: str
    paid: int = 0
    picture: Content | None = None
    made_of: str | None = None


class Video(msgspec.Struct, frozen=True):
    """A video: its job, what was asked for, and whose it is."""

    job: Job
    asked: Asked
    key: str = ""

    @property
    def expires(self) -> float | None:
        """When what was made can no longer be had, in seconds since the epoch; None while there is nothing."""
        moment = self.job.moments.get("completed")
        return None if moment is None else moment + LIFETIME

    @property
    def scene(self) -> Scene:
        """What the film shows."""
        asked = self.asked
        picture = b"" if asked.picture is None else asked.picture.read()
        return Scene(asked.prompt, dimensions(asked.size), asked.seconds, picture)

    def again(self, prompt: str, more: int = 0) -> Asked:
        """Ask for this once more with another prompt; or with so many seconds more, which alone are new."""
        seconds = self.asked.seconds + more
        made_of = self.job.id or None
        return msgspec.structs.replace(
            self.asked, prompt=prompt, seconds=seconds, paid=more or seconds, made_of=made_of
        )


def keep(session: Session, video: Video) -> Video:
    """Keep a video in its session, and have the clock move it."""
    session.records.save(KIND, video.job.id, video)
    session.jobs.add(video.job, session.clock)
    return video


def find(session: Session, id: str, param: str = "video_id") -> Video:
    """Return the video of this id; this look is one that its job may wait for.

    Raises GatewayError (404) when there is none.
    """
    sow(session)
    found = session.kept(KIND, id, lambda: _grown(session, VideoSeed(id)))
    if found is None:
        raise GatewayError("not_found", f"Video with id '{id}' not found.", param=param)
    found.job.look(session.clock.now())
    return found


def completed(session: Session, id: str, param: str = "video_id") -> Video:
    """Return a video that others can be made of.

    Raises GatewayError (404, 400) when there is none, or it is not completed.
    """
    found = find(session, id, param)
    if found.job.state != "completed":
        word = worded(session, found.job.state)
        raise GatewayError("bad_request", f"Video '{id}' is not completed: its status is '{word}'.", param=param)
    return found


def sow(session: Session) -> None:
    """Put in place the videos that a session begins with."""
    session.sow(KIND, session.policy.scenario.records.videos, partial(_grown, session))


def _grown(session: Session, seed: VideoSeed) -> Video:
    states = [] if seed.status in {"completed", "failed"} else ["queued", "in_progress"]
    steps = tuple(Step(state, None) for state in states[states.index(seed.status) if states else 0 :])
    end = "failed" if seed.status == "failed" else "completed"
    job = Job(seed.id, KIND, session.clock.now(), steps, end)
    return keep(session, Video(job, Asked(seed.prompt, seed.model, seed.seconds, seed.size)))


def under_way(session: Session, key: str | None = None) -> list[Job]:
    """Return the jobs that have not come to their end, of one key or of all."""
    found = session.records.all(KIND, lambda video: not video.job.over and key in {None, video.key})
    return [video.job for video in found]


def describe(session: Session, video: Video, call: Call) -> dict[str, Any]:
    """Word a video as OpenAI's video object, its status in the gateway's word, and the rest as the gateway has it."""
    told, quirks = _described(session, video), session.policy.responder.quirks
    film = filing.link(session, call, f"{FILES}{video.job.id}.mp4") if video.job.state == "completed" else None
    if "video_urls" in quirks:
        why = {"error": told["error"]} if told["error"] else {}
        first = {name: told[name] for name in _FIRST}
        return {**first, "quality": "standard", **({} if film is None else {"url": film}), **why}
    if "video_tasks" in quirks:
        return told | {"task_id": video.job.id, "metadata": {} if film is None else {"url": film}}
    return told


#: What videos have where there is no more than that.
_FIRST = ("id", "object", "model", "status", "progress", "created_at", "size", "seconds")


def _described(session: Session, video: Video) -> dict[str, Any]:
    job, asked, now = video.job, video.asked, session.clock.now()
    ended = job.moments.get("completed")
    code, message = job.problem or _FAILED
    return {
        "id": job.id,
        "object": "video",
        "model": asked.model,
        "status": worded(session, job.state),
        "progress": progress(job, now),
        "created_at": int(job.started),
        "completed_at": None if ended is None else int(ended),
        "expires_at": None if video.expires is None else int(video.expires),
        "prompt": asked.prompt,
        "seconds": str(asked.seconds),
        "size": asked.size,
        "remixed_from_video_id": asked.made_of,
        "error": {"code": code, "message": message} if job.state == "failed" else None,
    }


def worded(session: Session, state: str) -> str:
    """Return the gateway's word for a state."""
    return session.policy.scenario.video_words.get(state, state)


def progress(job: Job, now: float) -> int:
    """Return how much of a film is made, in hundredths: all of it is when it is completed, and not before."""
    if job.state == "completed":
        return 100
    return int(99 * job.share(now)) if job.state == "in_progress" else 0
