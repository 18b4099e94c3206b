"""Videos: create, remix, edit, extend, retrieve, list, content, delete. Source: OpenAI's API reference, "Videos"."""

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

from ... import ranges
from ...errors import GatewayError
from ...forms import Upload
from ...gateway import Gateway
from ...journal import Exchange
from ...paging import Listing, list_object, page
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...wire import Answer, json_answer
from ...wording import bad_request
from . import characters, tasks
from .begin import begin
from .request import (
    Create,
    Edit,
    Extend,
    Remix,
    Source,
    fitting,
    one_of,
    picture,
    read,
    shape,
)
from .stored import FILES, KIND, Asked, Video, completed, describe, find, sow, worded
from .uploaded import taken

Variant = Literal["video", "thumbnail", "spritesheet"]

#: Milliseconds that a client is told to wait before it looks again: at least, and at most.
_SOON, _LATER = 100, 1000


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a video."""
    body, upload = read(session, exchange, Create, "input_reference")
    start = picture(session, body, upload)

    def asked(model: Model) -> Asked:
        size, seconds = shape(body, model)
        fitting(start, size)
        return Asked(body.prompt, body.model, seconds, size, seconds, start)

    return begin(gateway, session, exchange, (body.prompt, body.model), asked)


async def remix(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a video like another, with another prompt."""
    body, _ = read(session, exchange, Remix, "")
    return _again(gateway, session, exchange, completed(session, exchange.params["id"]).again(body.prompt))


async def edit(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a change of a video."""
    body, upload = read(session, exchange, Edit, "video")
    return _again(gateway, session, exchange, _source(session, body.video, upload).again(body.prompt))


async def extend(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Begin a video that goes on where another ends: it holds both."""
    body, upload = read(session, exchange, Extend, "video")
    source = _source(session, body.video, upload)
    return _again(gateway, session, exchange, source.again(body.prompt, int(body.seconds)))


def _again(gateway: Gateway, session: Session, exchange: Exchange, asked: Asked) -> Answer:
    return begin(gateway, session, exchange, (asked.prompt, asked.model), lambda _: asked)


def _source(session: Session, given: Source | None, upload: Upload | None) -> Video:
    """Return the video that another is to be made of: one that was made here, or one that came with the call."""
    if given is not None:
        return completed(session, given.id, "video.id")
    return taken(session, upload)


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe a video as it is now, and say when to look again."""
    video = find(session, exchange.params["id"])
    return json_answer(describe(session, video, exchange.call), headers=dict(_wait(session, video)))


def _wait(session: Session, video: Video) -> Iterator[tuple[str, str]]:
    if not video.job.over:
        due, clock = video.job.due, session.clock
        real = _LATER if due is None or not clock.speed else 1000 * (due - clock.now()) / clock.speed
        yield "openai-poll-after-ms", str(int(min(_LATER, max(_SOON, real))))


async def listed(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List videos, the newest first."""
    sow(session)
    videos = session.records.all(KIND)
    for video in videos:
        video.job.look(session.clock.now(), counts=False)
    return json_answer(list_object(page(exchange.call, [describe(session, video, exchange.call) for video in videos])))


class Download(msgspec.Struct, frozen=True):
    """The query that asks for a film, or for pictures of it."""

    variant: Variant | None = None


async def content(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send the film, or pictures of it, or a range of their bytes."""
    variant = one_of(exchange.call.arguments().get("variant"), get_args(Variant), "variant")
    return await _film(gateway, session, exchange, exchange.params["id"], variant)


async def show(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send the film to whoever has its link."""
    owner = gateway.sessions.get(exchange.call.arguments().get("session", ""), session)
    return await _film(gateway, owner, exchange, exchange.params["name"].partition(".")[0], "video")


async def _film(gateway: Gateway, session: Session, exchange: Exchange, id: str, variant: str) -> Answer:
    video = find(session, id)
    job = video.job
    if job.state == "failed":
        raise GatewayError("not_found", f"Video '{job.id}' has failed: it has no content.", param="video_id")
    if not job.over:
        message = f"Video is not ready yet, use GET /v1/videos/{job.id} to check status."
        hint = f"its status is {worded(session, job.state)}"
        raise GatewayError("not_ready", message, param="video_id", hint=hint, details={"state": job.state})
    if video.expires is not None and video.expires <= session.clock.now():
        raise GatewayError("not_found", f"The content of video '{job.id}' has expired.", param="video_id")
    made = await gateway.studio.film(video.scene, variant)
    return ranges.serve(exchange.call, made.data, made.content_type, cache_control="private, max-age=3600")


async def delete(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Forget a video that has come to its end."""
    video = find(session, exchange.params["id"])
    if not video.job.over:
        word = worded(session, video.job.state)
        message = f"Video '{video.job.id}' cannot be deleted: its status is '{word}'."
        raise bad_request(message, "video_id")
    session.records.drop(KIND, video.job.id)
    return json_answer({"id": video.job.id, "object": "video.deleted", "deleted": True})


task_family = tasks.family

family = Family("videos")
family.add("POST", "/v1/videos", create, prompted=True, body=Create, form=Create, files=("input_reference?",))
family.add("GET", "/v1/videos", listed, name="list", query=Listing)
family.add("POST", "/v1/videos/edits", edit, prompted=True, body=Edit, form=Edit, files=("video?",))
family.add("POST", "/v1/videos/extensions", extend, prompted=True, body=Extend, form=Extend, files=("video?",))
family.add("POST", "/v1/videos/characters", characters.create, name="create_character")
family.add("GET", "/v1/videos/characters/{id}", characters.retrieve, name="get_character")
family.add("GET", "/v1/videos/{id}", retrieve)
family.add("DELETE", "/v1/videos/{id}", delete)
family.add("GET", "/v1/videos/{id}/content", content, query=Download, answers=("video/mp4", "image/*"))
family.add("GET", f"{FILES}{{name}}", show, open=True, answers=("video/mp4",))
family.add("POST", "/v1/videos/{id}/remix", remix, prompted=True, body=Remix, form=Remix)
