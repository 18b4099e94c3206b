"""Jobs over HTTP: looked at without moving them, and moved by hand."""

from collections.abc import Iterator
from typing import Any, Literal

from ..clock import Clock
from ..errors import GatewayError
from ..jobs import Job
from ..reading import Flaw, Section
from ..wire import Answer, json_answer
from .visit import Visit


class Move(Section, frozen=True):
    """What to do with a job: `advance` it to its next state, `finish` or `fail` it now, `hold` it, `release` it.

    `code` and `message` say what it failed of.
    """

    do: Literal["advance", "finish", "fail", "hold", "release"]
    code: str | None = None
    message: str | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find reasons to fail for what does not."""
        for key in ("code", "message"):
            if self.do != "fail" and getattr(self, key) is not None:
                yield Flaw((key,), f"does not go with `{self.do}`", "It goes with `fail`.")


def listing(visit: Visit) -> Answer:
    """List the session's jobs, oldest first."""
    clock = visit.session.clock
    return json_answer({"jobs": [_describe(job, clock) for job in visit.session.jobs]})


def one(visit: Visit) -> Answer:
    """Return a job; this look is none that a job waits for."""
    return json_answer(_describe(_find(visit), visit.session.clock))


def move(visit: Visit) -> Answer:
    """Move a job by hand."""
    job, asked, session = _find(visit), visit.body(Move), visit.session
    now = session.clock.now()
    state = job.look(now, counts=False)
    if job.over:
        raise GatewayError("conflict", f"Job '{job.id}' has ended already.", hint=f"it is {state}")
    match asked.do:
        case "advance":
            job.advance(now)
        case "hold":
            job.hold()
        case "release":
            job.release(now)
        case "finish":
            job.finish(now)
        case "fail":
            job.finish(now, "failed", (asked.code or "server_error", asked.message or "The job failed."))
    session.jobs.arm(job, session.clock)
    return json_answer(_describe(job, session.clock))


def _find(visit: Visit) -> Job:
    """Return the job that the path means. Raises GatewayError (404)."""
    found = visit.session.jobs.find(visit.params["id"])
    if found is None:
        known = ", ".join(job.id for job in [*visit.session.jobs][-10:])
        message = f"No job '{visit.params['id']}' in session '{visit.session.name}'."
        raise GatewayError("not_found", message, hint=f"there are: {known or 'none'}")
    return found


def _describe(job: Job, clock: Clock) -> dict[str, Any]:
    now = clock.now()
    state = job.look(now, counts=False)
    return {
        "id": job.id,
        "kind": job.kind,
        "state": state,
        "over": job.over,
        "held": job.held,
        "due": job.due,
        "progress": job.progress(now),
        "moments": dict(job.moments),
        "problem": None if job.problem is None else {"code": job.problem[0], "message": job.problem[1]},
    }
