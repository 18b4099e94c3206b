"""Videos that come with a call: what another is made of."""

from ...forms import Upload
from ...jobs import Job
from ...session import Session
from ...synth.mp4 import probe
from ...wording import bad_request, unsupported_type
from .request import needed
from .stored import KIND, Asked, Video

#: What may come in: so many seconds, so many pixels on a side.
LONGEST = 120
LARGEST = 4096


def checked(upload: Upload | None) -> tuple[tuple[int, int], float]:
    """Return the size and the seconds of a video that came with a call.

    Raises GatewayError (400) when there is none, or it is no MP4.
    """
    given = needed(upload, "video")
    found = probe(given.content.read())
    if found is None:
        raise unsupported_type("video", given.content_type, ("video/mp4",))
    return found


def taken(session: Session, upload: Upload | None) -> Video:
    """Return a video that came with a call, as if it had been made here.

    Raises GatewayError (400).
    """
    (width, height), seconds = checked(upload)
    job = Job("", KIND, session.clock.now(), (), "completed")
    if not 0.5 <= seconds <= LONGEST or max(width, height) > LARGEST:
        message = f"Invalid file 'video': it may have at most {LONGEST} seconds and {LARGEST} pixels on a side."
        raise bad_request(message, "video", "invalid_value")
    return Video(job, Asked("", "sora-2", max(1, round(seconds)), f"{width}x{height}"))
