"""What goes over the wire, free of any server: a Call comes in, an Answer goes out.

An Answer says when it goes, never waits itself: `due` and every frame's `due` are seconds after the call
arrived, on the session's clock. So a whole stream is a value that can be read at once (a test, a batch line)
or played (the edge, a realtime session).
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from functools import lru_cache
from math import ceil
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

import msgspec

from .errors import GatewayError

JSON_TYPE = "application/json"
SSE_TYPE = "text/event-stream; charset=utf-8"


class Call(msgspec.Struct, dict=True):
    """A request as it came in: header names in lower case, the path as sent, the body as bytes.

    `pace` overrides how fast the answer goes ("instant" for a batch line). `refused` is what was wrong with a
    body that could not be taken in: raised behind the door, so that it is worded and journaled like the rest.
    `connection` numbers the connections as they are opened (0: it came in by none), `newest` is the number of the last
    one that was opened before it came in. `form` is a form that was taken in while it
    arrived, and is not in `raw` (see forms). `discount` is the share of the price that it is answered for less.
    `lenient` calls may ask for pages by cursors that nothing has. `base` is the prefix that it came in below, which
    `path` is without; `front` is that of the call that this one was made of. `scheme` is how it came in.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    raw: bytes = b""
    pace: str | None = None
    refused: GatewayError | None = None
    connection: int = 0
    newest: int = 0
    form: object = None
    discount: float = 0.0
    lenient: bool = False
    base: str = ""
    front: str = ""
    scheme: str = "http"

    def json(self) -> Any:
        """Return the body as JSON values, read once.

        Raises GatewayError (400) when it is not JSON.
        """
        cached = self.__dict__.get("_json", self)
        if cached is self:
            cached = self.__dict__["_json"] = decode_json(self.raw)
        return cached

    def replace_body(self, raw: bytes) -> None:
        """Take another body for the one that came in."""
        self.raw = raw
        self.__dict__.pop("_json", None)

    def address(self, path: str, front: str = "") -> str:
        """Return the whole address of a path of the gateway that was called, seen from where the call came from: below
        `front`, or below the gateway's own prefix.
        """
        scheme = self.headers.get("x-forwarded-proto") or self.scheme
        return f"{scheme}://{self.headers.get('host') or 'localhost'}{front or self.base}{path}"

    def arguments(self) -> dict[str, str]:
        """Return the query's parameters; of one given twice, the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


def decode_json(raw: bytes) -> Any:
    """Read a JSON body.

    Raises GatewayError (400, in OpenAI's words) when it is empty, not JSON, or nested too deep to read.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise not_json(problem) from None


def not_json(problem: Exception) -> GatewayError:
    """Make OpenAI's refusal of a body that is not JSON, with what the parser said."""
    return GatewayError(
        "not_json",
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
        f"library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON: {problem})",
        details={"problem": problem},
    )


@lru_cache(maxsize=1024)
def header_safe(value: str) -> str:
    """Make text fit for a header's value: one line of printable ASCII."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in " ".join(value.split()))


#: The headers that word a wait.
RETRY = ("retry-after", "retry-after-ms")


def retry_headers(seconds: float) -> dict[str, str]:
    """Word a wait: whole seconds, rounded up, and milliseconds (OpenAI's own header) where they say more."""
    headers = {"retry-after": str(ceil(seconds))}
    # Rounded first: 4.035 * 1000 is a little more than 4035.
    return headers if seconds == ceil(seconds) else headers | {"retry-after-ms": str(ceil(round(seconds * 1000, 6)))}


#: How a connection is broken off: with a FIN (it looks closed) or with an RST (it looks reset).
Cut = Literal["fin", "rst"]


class Raw(msgspec.Struct, gc=False):
    """Bytes of an answer as they are, and when they go.

    `alone`: written by themselves, together with nothing before or after them. `cut`: after these bytes the connection
    is broken off.
    """

    due: float
    data: bytes
    alone: bool = False
    cut: Cut | None = None

    def encode(self) -> bytes:
        """Return the bytes."""
        return self.data


class Frame(msgspec.Struct, gc=False):
    """One server-sent event: its data, its name if it has one, and when it goes.

    `tokens` is how many output tokens it carries; `last` marks the frame that ends the stream ("[DONE]").
    """

    due: float
    data: bytes
    event: str | None = None
    tokens: int = 0
    last: bool = False

    def encode(self) -> bytes:
        """Word the frame as server-sent events want it, blank line included."""
        if self.event is None:
            return b"data: %b\n\n" % self.data
        return b"event: %b\ndata: %b\n\n" % (self.event.encode(), self.data)


class Answer(msgspec.Struct, kw_only=True):
    """What goes back: a status and headers, and when its first byte goes.

    `cut`: nothing is sent, the connection is broken off when the answer is due.
    """

    status: int = 200
    headers: dict[str, str] = {}
    due: float = 0.0
    cut: Cut | None = None


class Json(Answer):
    """A JSON answer, already encoded."""

    body: bytes
    content_type: str = JSON_TYPE


class Sse(Answer):
    """A stream: frames, in order of their `due`, or bytes as they are.

    `length` is the content-length that is announced (None: the stream is chunked, and not an answer of one piece).
    `fail` words an error in the middle of the stream, with when it goes and how many frames went before it: the
    dialect's own way. `request_id` is the id that it may name.
    """

    frames: Iterator[Frame | Raw]
    content_type: str = SSE_TYPE
    length: int | None = None
    fail: Callable[[GatewayError, float, int], list[Frame]] | None = None
    request_id: str = ""


class Feed(Answer):
    """Bytes that come as things happen, with no end known beforehand: no value, only for mockgate's own feeds."""

    pieces: AsyncGenerator[bytes, None]
    content_type: str = SSE_TYPE


class Socket(Protocol):
    """A websocket, as a conversation over it sees it."""

    async def receive(self) -> str | bytes | None:
        """Return the next message, or None once there is no other.

        Raises GatewayError (400, 413) for a message that could not be taken in; the next one can be.
        """

    async def send(self, text: str) -> None:
        """Send a message; nothing happens once the other side is gone."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the conversation, saying why."""

    async def cut(self, cut: Cut) -> None:
        """Break the connection off."""


class Talk(Answer, kw_only=True):
    """A conversation over a websocket: `hold` holds it to its end.

    `protocols` are the subprotocols that are spoken; a client that names others gets none of them. `largest` is how
    many bytes a message may have.
    """

    hold: Callable[[Socket], Awaitable[None]]
    protocols: tuple[str, ...] = ()
    largest: int = 2**24
    status: int = 101


def json_answer(body: Any, status: int = 200, *, due: float = 0.0, headers: dict[str, str] | None = None) -> Json:
    """Make a JSON answer out of plain values."""
    # Named one by one: gathering them costs as much again as making the answer.
    return Json(body=msgspec.json.encode(body), status=status, due=due, headers={} if headers is None else headers)
