"""Pictures that an answer only links to: they hang where anybody with the link can see them, for an hour."""

from urllib.parse import parse_qs, urlsplit

import msgspec

from ... import filing, ranges
from ...errors import GatewayError
from ...gateway import Gateway
from ...journal import Exchange
from ...session import Session
from ...synth.sketches import MEDIA_TYPES, Sketch
from ...wire import Answer

KIND = "image"
PATH = "/v1/images/files/"

#: Seconds that a link is good for. Source: OpenAI's API reference, "Images".
LIFETIME = 3600


class Hung(msgspec.Struct, frozen=True):
    """A picture, and when its link expires, in seconds since the epoch."""

    sketch: Sketch
    expires: float


def hang(session: Session, exchange: Exchange, sketch: Sketch) -> str:
    """Hang up a picture; return its link, to the host that the call was for."""
    for old in session.records.all(KIND):
        if old[1].expires > session.clock.now():
            break
        session.records.drop(KIND, old[0])
    id = filing.new_id(session, f"{sketch.seed.hex()}{sketch.words}", "img-")
    session.records.save(KIND, id, (id, Hung(sketch, session.clock.now() + LIFETIME)))
    return filing.link(session, exchange.call, f"{PATH}{id}.{sketch.format}")


def _find(gateway: Gateway, session: Session, name: str, within: str | None) -> tuple[Session, Hung | None]:
    owner = gateway.sessions.get(within, session) if within else session
    found = owner.records.find(KIND, name.partition(".")[0])
    return owner, None if found is None else found[1]


async def hung(gateway: Gateway, session: Session, url: str) -> bytes | None:
    """Return the picture that one of our own links shows; None for any other link."""
    link = urlsplit(url)
    if not link.path.startswith(PATH):
        return None
    within = parse_qs(link.query).get("session", [""])[-1]
    _, found = _find(gateway, session, link.path.removeprefix(PATH), within)
    return None if found is None else (await gateway.studio.draw(found.sketch))[-1]


async def show(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Send a picture to whoever has its link."""
    name = exchange.params["name"]
    owner, found = _find(gateway, session, name, exchange.call.arguments().get("session"))
    if found is None:
        raise GatewayError("not_found", f"There is no image '{name}'.", param="name")
    if found.expires <= owner.clock.now():
        message = f"The link to image '{name}' has expired: it was good for {LIFETIME // 60} minutes."
        raise GatewayError("forbidden", message, code="link_expired")
    drawn = await gateway.studio.draw(found.sketch)
    media_type = MEDIA_TYPES[found.sketch.format]
    return ranges.serve(exchange.call, drawn[-1], media_type, cache_control="private, max-age=3600")
