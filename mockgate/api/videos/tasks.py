"""Videos as tasks: begun, and asked for until they are done. Source: the public source of new-api."""

from typing import Annotated, Any

import msgspec

from ... import bodies
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...wire import Answer, Call, json_answer
from .begin import begin
from .request import Create, Prompted, shape
from .stored import Asked, Video, describe, find, progress

#: A state of a video, as that of a task.
_STATES = {"queued": "QUEUED", "in_progress": "IN_PROGRESS", "completed": "SUCCESS", "failed": "FAILURE"}


class Begin(msgspec.Struct, frozen=True):
    """The body that begins a task."""

    prompt: Prompted
    model: str = "sora-2"
    duration: Annotated[int, msgspec.Meta(ge=1)] | None = None
    seconds: str | None = None
    size: str | None = None
    width: Annotated[int, msgspec.Meta(ge=1)] | None = None
    height: Annotated[int, msgspec.Meta(ge=1)] | None = None
    image: str | None = None
    metadata: dict[str, Any] | None = None

    @property
    def film(self) -> Create:
        """The video that is asked for."""
        size = f"{self.width}x{self.height}" if self.width and self.height else self.size
        seconds = self.seconds if self.duration is None else str(self.duration)
        return Create(self.prompt, self.model, seconds, size)


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a task."""
    body = bodies.read(session, exchange, Begin).film

    def asked(model: Model) -> Asked:
        size, seconds = shape(body, model)
        return Asked(body.prompt, body.model, seconds, size, seconds)

    return begin(gateway, session, exchange, (body.prompt, body.model), asked, _begun)


def _begun(session: Session, video: Video, call: Call) -> dict[str, Any]:
    return {"task_id": video.job.id, **describe(session, video, call)}


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say how a task is doing."""
    try:
        video = find(session, exchange.params["id"])
    except GatewayError:
        raise GatewayError("bad_request", "task_not_exist", code="task_not_exist") from None
    job = video.job
    told = {
        "task_id": job.id,
        "status": _STATES[job.state],
        "fail_reason": (job.problem or ("", ""))[1],
        "progress": f"{progress(job, session.clock.now())}%",
        "submit_time": int(job.started),
        "start_time": int(job.moments.get("in_progress", 0)),
        "finish_time": int(job.moments.get(job.state, 0)) if job.over else 0,
        "data": describe(session, video, exchange.call),
    }
    return json_answer({"code": "success", "message": "", "data": told})


family = Family("tasks", protocol="task")
family.add("POST", "/v1/video/generations", create, prompted=True, body=Begin, models="videos")
family.add("GET", "/v1/video/generations/{id}", retrieve)
